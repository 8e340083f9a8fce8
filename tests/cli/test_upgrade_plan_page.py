"""The page of an upgrade plan in a real browser: what it shows, and what it never does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest
from browser import Browser
from made_upgrade_plans import BLOCKED, COMPLETE, NOTHING
from msgspec.structs import replace
from poisoned import poisoned, poisoned_change

from mistpm.cli.upgrade_plan.page import plan_page
from mistpm.ops.upgrade.plan import UpgradePlan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Run one browser for all tests here; nobody stands between it and what drives it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "localhost,127.0.0.1")
        patch.delenv("no_proxy", raising=False)
        browser = Browser(tmp_path_factory.mktemp("browser"))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def browser(running: Browser) -> Browser:
    """Give the browser as somebody with a large, light screen has it."""
    running.prefer("light")
    running.resize(1200, 1000)
    return running


class _Listener:
    """A server that notes whatever it is asked."""

    def __init__(self) -> None:
        asked = self.asked = list[str]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[_Listener]:
    """Give a server that nobody should ask anything."""
    found = _Listener()
    yield found
    found.close()


def test_the_way_can_be_seen_at_once(browser: Browser) -> None:
    """Where the cluster is, each step, the goal; and what to be careful with."""
    browser.open(plan_page(COMPLETE))

    assert ["Upgrade of directory ./deploy from Kubernetes 1.24 to 1.25"] == browser.texts("h1")
    assert [
        "3 steps, and Kubernetes 1.25 is reached. But step 3 cannot be done as it is."
    ] == browser.texts(".outcome")
    assert [
        "Kubernetes 1.24 now",
        "1 Packages 2 changes",
        "2 Kubernetes 1.25 the cluster moves",
        "3 Packages 1 change",
        "✓ Kubernetes 1.25 the goal",
    ] == browser.texts(".path li")
    assert [
        "1 Data that would be lost",
        "1 Cannot be changed in place",
        "1 Restarts",
        "1 APIs that disappear, and are used",
    ] == browser.texts(".glance li")


def test_each_step_tells_all(browser: Browser) -> None:
    """What moves and why, what is lost, which resources change, what restarts, which APIs go."""
    browser.open(plan_page(COMPLETE))

    assert [
        "2 packages move",
        "The cluster goes from Kubernetes 1.24 to 1.25",
        "1 package moves",
    ] == browser.texts(".step h2")
    assert [
        "shop starter/apps/shop 2.4.0 3.0.1 every version below 3.0.0 supports Kubernetes up to 1.24",
        "called starter/engines/jinja new 1.3.0",
    ] == browser.texts("#step-1 .packages-table tbody tr")
    assert [
        "Data that would be lost PersistentVolumeClaim shop/scratch of shop: what is in its volume goes with it,"
        " unless the volume's reclaim policy is Retain"
    ] == browser.texts("#step-1 .loud")
    assert [
        "changed PodDisruptionBudget.policy shop/shop shop",
        "changed ConfigMap shop/shop shop",
        "added Service shop/metrics shop",
        "changed Deployment.apps shop/shop shop",
        "removed PersistentVolumeClaim shop/scratch shop",
    ] == browser.texts("#step-1 .change > summary")
    assert [
        "APIs that disappear batch/v1beta1/CronJob: write it in batch/v1/CronJob, which exists since 1.21; used by helm"
        " (CronJob.batch billing/invoices)"
    ] == browser.texts("#step-2 .loud")
    assert ["4", "2"] == [str(len(browser.texts(each))) for each in (".next li", "figure svg")]


def test_steps_and_changes_open_and_close(browser: Browser) -> None:
    """With the mouse and with the keyboard; what is closed cannot be read."""
    browser.open(plan_page(COMPLETE))
    fields = "#step-1 .change:nth-of-type(4) .fields-table"

    assert [""] == browser.texts(fields)

    browser.click("#step-1 .change:nth-of-type(4) > summary")

    assert [
        "Field Before After .spec.replicas 2 3"
        ' .spec.template.spec.containers[name="main"].image "shop:2.4.0" "shop:3.0.1"'
    ] == browser.texts(fields)

    browser.type_into("#step-1 > details > summary", "\ue007")  # enter

    assert [""] == browser.texts(fields)
    assert [""] == browser.texts("#step-1 .loud")


def test_the_graphs_are_drawn(browser: Browser) -> None:
    """Before and after, side by side, in one page, each with its own names."""
    browser.open(plan_page(COMPLETE))

    assert [
        "Before with a dot where they differ",
        "After with a dot where they differ",
    ] == browser.texts("figcaption")
    assert ["2", "2"] == [
        str(len(browser.texts(f"figure:nth-of-type({number}) .mark"))) for number in (1, 2)
    ]
    assert [["database", "shop"], ["database", "shop"]] == [
        browser.texts(f"figure:nth-of-type({number}) .node .name") for number in (1, 2)
    ]
    assert browser.ask(
        "return [...document.querySelectorAll('figure svg')].every("
        "  each => each.getBoundingClientRect().width > 100)"
    )
    assert [] == browser.ask(
        "const ids = [...document.querySelectorAll('[id]')].map(each => each.id);"
        "return ids.filter((id, at) => ids.indexOf(id) !== at)"
    )


def test_why_it_goes_no_further(browser: Browser) -> None:
    """The explanation in words, beside what can be done all the same."""
    browser.open(plan_page(BLOCKED))

    assert ["✕ Kubernetes 1.26 cannot be reached"] == browser.texts(".path .blocked")
    assert ["Why it goes no further than Kubernetes 1.25", "What to do next"] == browser.texts(
        ".panel h2"
    )
    assert [
        "No set of packages takes the environment from Kubernetes 1.25 to 1.26. Because every version of"
        " starter/apps/shop supports Kubernetes <1.26, and Kubernetes 1.26 is wanted, no version of shop can be had."
        " hint: remove `shop` from mistpm.yaml"
    ] == browser.texts(".panel pre")


def test_nothing_to_do_is_a_page_too(browser: Browser) -> None:
    """With no steps there is no way to draw."""
    browser.open(plan_page(NOTHING))

    assert ["Nothing moves: everything is as new as it can be."] == browser.texts(".outcome")
    assert [] == browser.texts(".path")


def _attacked(address: str) -> UpgradePlan:
    """Give a plan in which everybody says the worst."""
    poison = (
        "`<script>document.taken = 1</script></style></title></pre></svg>"
        f'"\'><img src="{address}/image" onerror="document.taken = 2">'
        f'<svg onload="document.taken = 3"><link rel="stylesheet" href="{address}/style">'
        f'<iframe src="{address}/frame"></iframe><a href="javascript:document.taken = 4">`@import \u202eevil'
    )
    plan = poisoned(COMPLETE, poison)
    first, *others = plan.steps
    diff = replace(
        first.contents.diff, changes=(*first.contents.diff.changes, poisoned_change(poison))
    )
    first = replace(first, contents=replace(first.contents, diff=diff))
    return replace(plan, steps=(first, *others), blocked=poisoned(BLOCKED.blocked, poison))


@pytest.mark.parametrize("with_policy", [True, False])
def test_what_packages_say_does_nothing(
    browser: Browser, listener: _Listener, *, with_policy: bool
) -> None:
    """It is only read: no script runs, nothing is loaded; escaping alone does it, the policy is the second lock."""
    page = plan_page(_attacked(listener.address))
    if not with_policy:
        page = page.replace('http-equiv="Content-Security-Policy"', 'name="none"')
    browser.open(page)
    browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert browser.ask("return document.taken === undefined")
    assert [] == browser.ask(
        "return [...document.querySelectorAll('script, img, iframe, link, object, [onload], [onerror]')]"
        ".map(each => each.outerHTML)"
    )
    assert [f"#step-{number}" for number in (1, 2, 3)] == browser.ask(
        "return [...document.querySelectorAll('[href]')].map(each => each.getAttribute('href'))"
    )
    assert "<script>document.taken = 1</script>" in browser.texts("h1")[0]
    assert [] == browser.ask(
        "return performance.getEntriesByType('resource').map(each => each.name)"
    )
    assert [] == listener.asked


def test_a_policy_forbids_what_should_ever_come_through(
    browser: Browser, listener: _Listener
) -> None:
    """A script in the page does not run, and a picture is not asked for."""
    intruder = f"<script>document.taken = 1</script><img src='{listener.address}/image'></body>"
    browser.open(plan_page(COMPLETE).replace("</body>", intruder))

    assert browser.ask("return document.taken === undefined")
    assert [] == listener.asked


_FAINT = """
function luminance(colour) {
  const [r, g, b] = colour.map(part => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const parts = text => text.match(/[0-9.]+/g).map(Number);
function behind(element) {
  for (let each = element; each; each = each.parentElement) {
    const colour = parts(getComputedStyle(each).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
  }
  return [255, 255, 255];
}
const faint = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || element.closest('svg, style')) continue;
  const shades = [parts(getComputedStyle(element).color).slice(0, 3), behind(element)].map(luminance);
  const ratio = (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
  if (ratio < 4.5) faint.push([walker.currentNode.data.trim(), Math.round(ratio * 100) / 100]);
}
return faint;
"""
"""Texts with less contrast than 4.5 : 1, which WCAG 2.2 asks for at level AA."""


@pytest.mark.parametrize("plan", [COMPLETE, BLOCKED], ids=["complete", "blocked"])
@pytest.mark.parametrize(
    ("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(13, 17, 23)")]
)
def test_it_can_be_read_by_day_and_by_night(
    browser: Browser, plan: UpgradePlan, scheme: str, paper: str
) -> None:
    """Every text stands out from what is behind it, as its reader likes pages."""
    browser.prefer(scheme)
    browser.open(plan_page(plan))
    browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert paper == browser.ask("return getComputedStyle(document.body).backgroundColor")
    assert [] == browser.ask(_FAINT)


@pytest.mark.parametrize("width", [360, 700, 1600])
def test_it_fits_every_screen(browser: Browser, width: int) -> None:
    """Nothing sticks out to the side; what is wider scrolls by itself."""
    browser.resize(width, 900)
    browser.open(plan_page(_attacked("http://127.0.0.1:9")))
    browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert width >= browser.ask("return document.documentElement.scrollWidth")


def test_it_can_be_used_without_seeing_it(browser: Browser) -> None:
    """Headings one below the other, names for regions, lists and drawings, a language."""
    browser.open(plan_page(COMPLETE))

    assert "en" == browser.ask("return document.documentElement.lang")
    assert ["Steps", "At a glance", "Graph before", "Graph after"] == browser.ask(
        "return [...document.querySelectorAll('[aria-label]')].map(each => each.ariaLabel)"
    )
    levels = browser.ask(
        "return [...document.querySelectorAll('h1, h2, h3')].map(each => Number(each.tagName[1]))"
    )

    assert 1 == levels[0]
    assert 1 == max(after - before for before, after in pairwise(levels))
    assert browser.ask(
        "return [...document.querySelectorAll('[aria-labelledby]')].every(each =>"
        " each.getAttribute('aria-labelledby').split(' ').every(id => document.getElementById(id)))"
    )
