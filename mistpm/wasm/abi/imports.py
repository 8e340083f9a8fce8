"""What a module may import, with the types: `i` is an i32, `I` an i64, results follow `>`."""

from __future__ import annotations

HOST_MODULE = "mistpm_v1"
WASI_MODULE = "wasi_snapshot_preview1"
YOKE_MODULE = "host"
SCRIPT_MODULE = "env"

_HOST = {"log": "iii", "request": "ii>i", "response": "ii>i"}
_YOKE = {"k8s_lookup": "iIIII>I", "k8s_rest_mapping": "iII>I"}
_SCRIPT = {"abort": "iiii"}
_WASI = {
    "args_get": "ii>i",
    "args_sizes_get": "ii>i",
    "clock_res_get": "ii>i",
    "clock_time_get": "iIi>i",
    "environ_get": "ii>i",
    "environ_sizes_get": "ii>i",
    "fd_advise": "iIIi>i",
    "fd_allocate": "iII>i",
    "fd_close": "i>i",
    "fd_datasync": "i>i",
    "fd_fdstat_get": "ii>i",
    "fd_fdstat_set_flags": "ii>i",
    "fd_fdstat_set_rights": "iII>i",
    "fd_filestat_get": "ii>i",
    "fd_filestat_set_size": "iI>i",
    "fd_filestat_set_times": "iIIi>i",
    "fd_pread": "iiiIi>i",
    "fd_prestat_dir_name": "iii>i",
    "fd_prestat_get": "ii>i",
    "fd_pwrite": "iiiIi>i",
    "fd_read": "iiii>i",
    "fd_readdir": "iiiIi>i",
    "fd_renumber": "ii>i",
    "fd_seek": "iIii>i",
    "fd_sync": "i>i",
    "fd_tell": "ii>i",
    "fd_write": "iiii>i",
    "path_create_directory": "iii>i",
    "path_filestat_get": "iiiii>i",
    "path_filestat_set_times": "iiiiIIi>i",
    "path_link": "iiiiiii>i",
    "path_open": "iiiiiIIii>i",
    "path_readlink": "iiiiii>i",
    "path_remove_directory": "iii>i",
    "path_rename": "iiiiii>i",
    "path_symlink": "iiiii>i",
    "path_unlink_file": "iii>i",
    "poll_oneoff": "iiii>i",
    "proc_exit": "i",
    "proc_raise": "i>i",
    "random_get": "ii>i",
    "sched_yield": ">i",
    "sock_accept": "iii>i",
    "sock_recv": "iiiiii>i",
    "sock_send": "iiiii>i",
    "sock_shutdown": "ii>i",
}
IMPORTS: dict[str, dict[str, str]] = {
    HOST_MODULE: _HOST,
    WASI_MODULE: _WASI,
    YOKE_MODULE: _YOKE,
    SCRIPT_MODULE: _SCRIPT,
}
"""By module and name; `specs/host-abi.md` says what each does."""


def is_known(module: str, name: str) -> bool:
    """Say whether mistpm has such a function."""
    return name in IMPORTS.get(module, ())


def is_bindgen(module: str) -> bool:
    """Say whether imports from `module` are wasm-bindgen's glue for JavaScript."""
    return module in _BINDGEN or (module.startswith("./") and module.endswith("_bg.js"))


_BINDGEN = ("__wbindgen_placeholder__", "__wbindgen_externref_xform__")
