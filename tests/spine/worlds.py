"""Made-up registries, and what people do with them: strategies of Hypothesis, and how they are built.

A world is a list of packages; a package depends on packages before it, but now and then the first one
closes a circle.  All of a package's resources are named after the release, and show what the package was
given: inputs, and outputs of its dependencies.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from scripted_modules import result, scripted, value
from toy_registry import ToyRegistry, config_map

RANGES = ("*", "*", "*", "*", "^1", "^1", ">=1", "<2", "^1 || ^2", "^2", ">=1.1", "1.0.0", "~1.1")
SERIES = (
    ("1.0.0",),
    ("1.0.0", "1.1.0"),
    ("1.0.0", "2.0.0"),
    ("1.0.0", "1.1.0", "2.0.0"),
    ("1.1.0", "1.2.0", "1.2.1", "2.0.0"),
)
KUBERNETES = (">=1.31 <1.34", "1.32.x", ">=1.33 <1.35")
NAMES = ("r0", "r1", "r2", "p1")
NAMESPACES = ("", "east", "west")
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: '{{ name }}'}
stringData: {password: '{{ inputs.password }}'}
"""
SCHEMA = {"size": {"type": "integer", "default": 1}, "flag": {"type": "boolean", "default": False}}
PASSWORD = {"type": "string", "writeOnly": True, "default": {"generate": 16}}


class Needs(Struct, frozen=True, kw_only=True):
    """A dependency on the package with this number (or the API that it provides)."""

    package: int
    use: Literal["install", "call"]
    range: str
    conditional: bool

    @property
    def alias(self) -> str:
        """Give `on0`."""
        return f"on{self.package}"


class Published(Struct, frozen=True, kw_only=True):
    """One version of a package; a `late` one is published when the world has gone on for a while."""

    version: str
    needs: tuple[Needs, ...]
    kubernetes: str
    secret: bool
    late: bool


class Package(Struct, frozen=True, kw_only=True):
    """A package with its versions; `kind` is plain (may be called), cluster, or provider (of an API)."""

    number: int
    kind: Literal["plain", "cluster", "provider"]
    template: bool
    namespace: str
    versions: tuple[Published, ...]

    @property
    def name(self) -> str:
        """Give `lib/p0`."""
        return f"lib/p{self.number}"

    @property
    def api(self) -> str:
        """Give the API that a provider has."""
        return f"p{self.number}.example.org/v1/Thing"


World = tuple[Package, ...]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw up to six packages of up to four versions each."""
    packages: list[Package] = []
    for number in range(draw(st.sampled_from((2, 4, 5, 6)))):
        first, *others = draw(st.sampled_from(SERIES))
        packages.append(
            Package(
                number=number,
                kind=draw(st.sampled_from(("plain", "plain", "plain", "cluster", "provider"))),
                template=draw(st.booleans()),
                namespace=draw(st.sampled_from(("", "", "east"))),
                versions=(
                    draw(_published(first, packages, late=False)),
                    *(
                        draw(_published(each, packages, late=draw(st.booleans())))
                        for each in others
                    ),
                ),
            )
        )
    if draw(st.sampled_from((False,) * 7 + (True,))):
        packages[0] = _closing(
            packages[0], packages[-1], draw(st.sampled_from(("install", "call")))
        )
    return tuple(packages)


def _closing(first: Package, last: Package, use: Literal["install", "call"]) -> Package:
    """Let the oldest version of a package need another one, whatever that needs."""
    use = use if last.kind == "plain" else "install"
    needs = Needs(package=last.number, use=use, range="*", conditional=False)
    oldest, *others = first.versions
    return replace(first, versions=(replace(oldest, needs=(needs,)), *others))


@st.composite
def _published(draw: st.DrawFn, version: str, below: list[Package], *, late: bool) -> Published:
    uses: dict[int, Literal["install", "call", ""]] = {
        package.number: draw(
            st.sampled_from(("", "install", "call") if package.kind == "plain" else ("", "install"))
        )
        for package in below
    }
    return Published(
        version=version,
        needs=tuple(
            Needs(
                package=number,
                use=use,
                range=draw(st.sampled_from(RANGES)),
                conditional=draw(st.booleans()),
            )
            for number, use in uses.items()
            if use
        ),
        kubernetes=draw(st.sampled_from(("", "", "", "", ">=1.32", "<1.34"))),
        secret=draw(st.booleans()),
        late=late,
    )


class WorldRegistry:
    """A world as a registry in a folder; what is `late` is not there yet."""

    def __init__(self, world: World, folder: Path) -> None:
        self.folder = folder
        self._world = world
        self._registry = ToyRegistry(folder)
        self._modules = folder.parent / "modules"
        self._modules.mkdir()
        self._halves = {False, True}
        self.publish(late=False)

    def publish(self, *, late: bool) -> None:
        """Publish one half of the versions, unless it is published already."""
        if late not in self._halves:
            return
        self._halves.remove(late)
        for package in self._world:
            for published in package.versions:
                if published.late == late:
                    self._publish(package, published)
        self._registry.index()

    def _publish(self, package: Package, published: Published) -> None:
        dependencies = {
            needs.alias: {**self._dependency(needs), **_when(needs, package)}
            for needs in published.needs
        }
        descriptor: dict[str, Any] = {"dependencies": dependencies}
        if published.kubernetes:
            descriptor["kubernetes"] = published.kubernetes
        if package.namespace:
            descriptor["defaultNamespace"] = package.namespace
        if package.kind != "plain":
            descriptor["scope"] = "cluster"
        if package.kind == "provider":
            descriptor["provides"] = {"apis": [package.api]}
        if package.template:
            password = {"password": PASSWORD} if published.secret else {}
            descriptor["inputs"] = {
                "type": "object",
                "additionalProperties": False,
                "properties": {**SCHEMA, **password},
            }
            self._registry.publish(
                package.name, published.version, _templates(published), **descriptor
            )
        else:
            path = self._modules / f"p{package.number}-{published.version}.wasm"
            path.write_bytes(_module(published.version))
            self._registry.publish(package.name, published.version, module=path, **descriptor)

    def _dependency(self, needs: Needs) -> dict[str, Any]:
        package = self._world[needs.package]
        if package.kind == "provider":
            return {"api": package.api, "default": package.name}
        return {"package": package.name, "version": needs.range, "use": needs.use}


def _when(needs: Needs, package: Package) -> dict[str, str]:
    return {"when": "inputs.flag"} if needs.conditional and package.template else {}


def _templates(published: Published) -> dict[str, str]:
    """Write templates that show the inputs and the outputs of what is installed and called."""
    lines = [f"version: {published.version}", "size: '{{ inputs.size }}'"]
    calls: dict[str, list[str]] = {"true": [], "inputs.flag": []}
    for needs in published.needs:
        alias, called = needs.alias, f"{{{{ name }}}}-{needs.alias}"
        guard = "inputs.flag" if needs.conditional else "true"
        outputs = f"dependencies.{alias}.outputs.it"
        if needs.use == "call":
            outputs = f"calls[name ~ '-{alias}'].outputs.it"
            calls[guard].append(f'{{"alias": "{alias}", "name": "{called}"}}')
            calls[guard].append(f'{{"alias": "{alias}", "name": "{called}-2"}}')
        lines.append(f"{alias}: \"{{{{ {outputs} if {guard} else 'none' }}}}\"")
    files = {
        "config.yaml": config_map(*lines),
        "outputs.json": f'{{{{ {{"it": name ~ " {published.version}"}} | tojson }}}}',
    }
    if published.secret:
        files["secret.yaml"] = SECRET
    always, sometimes = calls["true"], calls["inputs.flag"]
    if always or sometimes:
        comma = "," if always and sometimes else ""
        files["calls.json"] = (
            f"[{','.join(always)}{{% if inputs.flag %}}{comma}{','.join(sometimes)}{{% endif %}}]"
        )
    return files


def _module(version: str) -> bytes:
    """Make a module of no template: a ConfigMap named after the release, and an output."""
    answer = result(
        {"config.yaml": config_map(f"version: {version}", name="NAME")}, outputs={"it": version}
    )
    before, after = answer.split("NAME")
    return scripted(before, value("name"), after)
