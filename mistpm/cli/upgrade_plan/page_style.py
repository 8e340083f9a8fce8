"""How the page of an upgrade plan looks, light or dark as its reader likes; colours as in `mistpm.draw`."""

from __future__ import annotations

STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --well: #f6f8fa; --line: #d1d9e0; --ink: #1f2328; --soft: #59636e; --link: #0969da;
  --good: #1a7f37; --good-well: #dafbe1; --careful: #9a6700; --careful-well: #fff8c5;
  --bad: #cf222e; --bad-well: #ffebe9; --calm: #0969da; --calm-well: #ddf4ff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --well: #151b23; --line: #3d444d; --ink: #f0f6fc; --soft: #9198a1; --link: #4493f8;
    --good: #3fb950; --good-well: #12261e; --careful: #d29922; --careful-well: #272115;
    --bad: #f85149; --bad-well: #2b1517; --calm: #4493f8; --calm-well: #111d2e;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0; }
h3 { font-size: .95rem; margin: 1.5rem 0 .5rem; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
code { background: var(--well); border-radius: 4px; padding: .1em .35em; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--calm); outline-offset: 2px; border-radius: 6px; }
.brand { color: var(--soft); font-size: .85rem; letter-spacing: .04em; margin: 0 0 .5rem; }
.outcome { border-left: 4px solid var(--good); background: var(--good-well); border-radius: 6px; padding: .7rem 1rem; margin: 0; }
.outcome.blocked { border-color: var(--bad); background: var(--bad-well); }
.path { list-style: none; display: flex; flex-wrap: wrap; gap: 1rem 0; margin: 1.75rem 0 1.25rem; padding: 0; isolation: isolate; overflow-x: clip; }
.path li { flex: 1 1 9rem; min-width: 8rem; position: relative; text-align: center; font-size: .85rem; padding: 0 .4rem; }
.path li::before { content: ""; position: absolute; top: 1.1rem; left: -50%; width: 100%; border-top: 2px solid var(--line); z-index: -1; }
.path li:first-child::before { display: none; }
.path a, .path .stop { position: relative; display: block; color: inherit; text-decoration: none; }
.dot {
  display: grid; place-items: center; width: 2.25rem; height: 2.25rem; margin: 0 auto .45rem; font-weight: 600;
  border: 2px solid var(--calm); border-radius: 9px; background: var(--calm-well); color: var(--calm);
}
.kubernetes .dot { border-radius: 50%; border-color: var(--ink); background: var(--well); color: var(--ink); }
.begin .dot::before { content: ""; width: .8rem; height: .8rem; border-radius: 50%; background: var(--ink); }
.end .dot { border-color: var(--good); background: var(--good-well); color: var(--good); border-radius: 50%; }
.end.blocked .dot { border-color: var(--bad); background: var(--bad-well); color: var(--bad); border-style: dashed; }
.path a:hover b { text-decoration: underline; }
.path small { display: block; color: var(--soft); }
.glance { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 0 0 2rem; padding: 0; list-style: none; }
.glance li { border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; color: var(--soft); font-size: .9rem; }
.glance b { display: block; font-size: 1.35rem; line-height: 1.2; color: var(--ink); }
.glance .bad { border-color: var(--bad); background: var(--bad-well); }
.glance .bad b { color: var(--bad); }
.glance .careful { border-color: var(--careful); background: var(--careful-well); }
.glance .careful b { color: var(--careful); }
.step { border: 1px solid var(--line); border-radius: 10px; margin: 0 0 1rem; background: var(--paper); }
.step > details > summary {
  display: flex; align-items: center; flex-wrap: wrap; gap: .35rem .8rem; padding: .8rem 1rem;
  background: var(--well); border-radius: 9px; cursor: pointer; list-style: none;
}
.step > details[open] > summary { border-bottom: 1px solid var(--line); border-radius: 9px 9px 0 0; }
summary::-webkit-details-marker { display: none; }
.step > details > summary::after, .change > summary::after { content: "▸"; margin-left: auto; color: var(--soft); }
.step > details[open] > summary::after, .change[open] > summary::after { content: "▾"; }
.step .dot { margin: 0; width: 1.9rem; height: 1.9rem; font-size: .9rem; }
.body { padding: .9rem 1rem 1.1rem; }
.soft { color: var(--soft); }
.body > .soft:first-child { margin-top: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: .82rem; }
th, td { overflow-wrap: break-word; padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.packages-table td code { white-space: nowrap; }
del, ins { text-decoration: none; }
del { color: var(--bad); }
ins { color: var(--good); }
del code { background: var(--bad-well); color: inherit; }
ins code { background: var(--good-well); color: inherit; }
.loud { border: 1px solid; border-left-width: 5px; border-radius: 8px; padding: .75rem 1rem; margin: 1rem 0; }
.loud h3 { margin: 0 0 .4rem; font-size: 1rem; }
.loud ul, .plain { margin: 0; padding-left: 1.2rem; }
.loud li + li, .plain li + li { margin-top: .4rem; }
.loud p { margin: .25rem 0 0; }
.loud .fields { display: flex; flex-wrap: wrap; gap: .3rem; margin: .3rem 0; }
.loud.bad { border-color: var(--bad); background: var(--bad-well); }
.loud.bad h3 { color: var(--bad); }
.loud.careful { border-color: var(--careful); background: var(--careful-well); }
.loud.careful h3 { color: var(--careful); }
.loud code { background: var(--paper); }
.change { border: 1px solid var(--line); border-radius: 7px; margin: .4rem 0; font-size: .92rem; }
.change > summary { display: flex; align-items: baseline; flex-wrap: wrap; gap: .2rem .7rem; padding: .4rem .7rem; cursor: pointer; list-style: none; }
.change > .inside { padding: 0 .7rem .6rem; }
.name { font-weight: 600; }
.tag { border-radius: 99px; padding: .05rem .6rem; font-size: .78rem; font-weight: 600; border: 1px solid; white-space: nowrap; }
.create { color: var(--good); background: var(--good-well); }
.update, .adopt, .warning { color: var(--careful); background: var(--careful-well); }
.delete, .error { color: var(--bad); background: var(--bad-well); }
.keep, .info { color: var(--calm); background: var(--calm-well); }
pre { background: var(--well); border-radius: 7px; padding: .7rem .9rem; overflow-x: auto; margin: .6rem 0 0; line-height: 1.45; }
pre del, pre ins, pre i { display: inline; font-style: normal; }
pre i { color: var(--soft); }
.graphs { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; flex: 1 1 auto; max-width: 100%; }
figcaption { padding: .5rem .9rem; background: var(--well); border-bottom: 1px solid var(--line); font-weight: 600; font-size: .92rem; }
figure .scroll { padding: .4rem; }
figure svg { display: block; max-width: none; }
.about { margin: 0 0 2rem; }
.about > h2 { margin-bottom: .6rem; }
.panel { margin: 2.2rem 0 0; }
.panel > h2 { margin-bottom: .7rem; }
.panel pre { white-space: pre-wrap; }
.next { counter-reset: next; list-style: none; padding: 0; margin: 0; }
.next li { counter-increment: next; position: relative; padding: .35rem 0 .35rem 2.4rem; }
.next li::before {
  content: counter(next); position: absolute; left: 0; top: .3rem; width: 1.65rem; height: 1.65rem; display: grid;
  place-items: center; border-radius: 50%; background: var(--calm-well); color: var(--calm); font-weight: 600; font-size: .85rem;
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { body { max-width: none; padding: 0; } .step, .change, figure { break-inside: avoid; } }
"""
