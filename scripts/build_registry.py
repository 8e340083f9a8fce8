"""`make registry`: packs the sources of the starter registry and writes its index.

The same sources and modules give the same bytes, so running it again changes nothing.  A version that
is in the index never changes: a source that would change one is refused, before anything is written,
unless `--replace` is given.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mistpm.atomic import write_atomically
from mistpm.errors import MistError
from mistpm.package import pack
from mistpm.readiness.mistakes import readiness_mistakes
from mistpm.registry.keeper import IndexReport, make_index
from mistpm.registry.layout import INDEX_FOLDER, MODULE_SUFFIX, REGISTRY_FILE
from mistpm.resolve.world.conditions import paths_read

STARTER = Path(__file__).parents[1] / "registries" / "starter"


def build(starter: Path, into: Path, *, published: str, replace: bool = False) -> IndexReport:
    """Make modules and index of the sources in `starter` in an empty folder; changes nothing else.

    `published` is the date of versions that the index does not have yet.  Raises `MistError`.
    """
    shutil.copy(starter / REGISTRY_FILE, into / REGISTRY_FILE)
    if (starter / INDEX_FOLDER).is_dir():
        shutil.copytree(starter / INDEX_FOLDER, into / INDEX_FOLDER)
    for source in sorted((starter / "packages").glob("*/*/*/package.yaml")):
        template = starter / "modules" / "template.wasm"
        packed = pack(
            source, template=template, paths_read=paths_read, read_readiness=readiness_mistakes
        )
        folder = into / packed.descriptor.group / packed.descriptor.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / packed.name).write_bytes(packed.data)
    return make_index(into, published=published, replace=replace)


def built_files(folder: Path) -> Iterator[Path]:
    """Give the paths of modules and index files in a registry's folder, relative to it."""
    for path in sorted(
        (*folder.glob(f"*/*/*{MODULE_SUFFIX}"), *folder.glob(f"{INDEX_FOLDER}/**/*.jsonl"))
    ):
        yield path.relative_to(folder)


def main() -> None:
    """Build the starter registry in its place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replace", action="store_true", help="let versions change that are there")
    replace = parser.parse_args().replace
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    with TemporaryDirectory() as name:
        made = Path(name)
        try:
            report = build(STARTER, made, published=today, replace=replace)
        except MistError as error:
            sys.exit(f"error: {error}")
        for gone in sorted({*built_files(STARTER)} - {*built_files(made)}):
            (STARTER / gone).unlink()
            print(f"removed  {gone}")
        for path in built_files(made):
            data, file = (made / path).read_bytes(), STARTER / path
            if not file.exists() or file.read_bytes() != data:
                file.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(file, data)
                print(f"written  {path}")
    print(f"{report.packages} packages, {report.versions} versions")


if __name__ == "__main__":
    main()
