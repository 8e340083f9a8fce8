"""Package files: the sections of a module, the descriptor, what authors write."""

from mistpm.package.mistletoe import mistletoe_descriptor, name_after, split_file_name
from mistpm.package.package_file import (
    PackageFile,
    read_assets,
    read_descriptor,
    read_module,
    read_package,
)
from mistpm.package.packing import Packed, pack
from mistpm.package.solving_part import solving_part

__all__ = [
    "PackageFile",
    "Packed",
    "mistletoe_descriptor",
    "name_after",
    "pack",
    "read_assets",
    "read_descriptor",
    "read_module",
    "read_package",
    "solving_part",
    "split_file_name",
]
