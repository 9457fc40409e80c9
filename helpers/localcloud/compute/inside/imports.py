"""Imports as in AWS's Python runtime: modules carry AWS's paths, and only what AWS ships or the function brings can be imported.

A finder hands every search of a folder that the view shows on to Python's own ``FileFinder`` in the real folder, and renames what it
finds. Code objects, ``__file__``, tracebacks and ``sys.path`` then all say ``/var/task``, ``/opt`` and ``/var/lang``.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)

TYPE_CHECKING = False  # typing's own constant costs its import, in every cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

AWS_SHIPS = frozenset(
    (
        *("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"),
        *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"),
    )
)
C_FUNCTIONS_THAT_TAKE_A_PATH = {"_sqlite3": ("connect",), "_ctypes": ("dlopen",)}

_view: Any = None


def language_folders(python: str, packages: str) -> dict[str, str]:
    """What AWS's folder of the Python language shows: this interpreter's standard library and ``packages``, the installed ones."""
    root = f"/var/lang/lib/{python}"
    folders = {}
    for entry in sys.path:
        slashed = entry.replace("\\", "/")
        if slashed.endswith(("lib-dynload", "/DLLs")):
            folders[f"{root}/lib-dynload"] = entry
        elif not slashed.endswith(".zip") and slashed.lower().rsplit("/", 1)[-1].startswith(("lib", "python3")):
            folders[root] = entry
    folders[f"{root}/site-packages"] = packages
    return folders


class _SourceLoader(SourceFileLoader):
    def path_stats(self, path: Any) -> Any:
        return super().path_stats(_view.real(path))

    def get_data(self, path: Any) -> bytes:
        return super().get_data(_view.real(path))

    def set_data(self, path: Any, data: Any, *, _mode: int = 0o666) -> None:
        if path.startswith("/var/lang/"):
            super().set_data(_view.real(path), data, _mode=_mode)


class _SourcelessLoader(SourcelessFileLoader):
    def get_data(self, path: Any) -> bytes:
        return super().get_data(_view.real(path))


class _ExtensionLoader(ExtensionFileLoader):
    def create_module(self, spec: ModuleSpec) -> Any:
        return super().create_module(ModuleSpec(spec.name, self, origin=_view.real(spec.origin)))

    def exec_module(self, module: Any) -> None:
        super().exec_module(module)
        for name in C_FUNCTIONS_THAT_TAKE_A_PATH.get(module.__name__, ()):
            setattr(module, name, _with_real_path(getattr(module, name)))


def _with_real_path(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *arguments: Any, **options: Any) -> Any:
        return function(_view.real(path), *arguments, **options)

    return call


class _Finder:
    """Finds modules in one folder of ``sys.path`` that the view shows under another name."""

    def __init__(self, shown: str, real: str, only: frozenset[str] | None) -> None:
        self._shown = shown
        self._only = only
        self._finder = FileFinder(
            real,
            (_ExtensionLoader, EXTENSION_SUFFIXES),
            (_SourceLoader, SOURCE_SUFFIXES),
            (_SourcelessLoader, BYTECODE_SUFFIXES),
        )

    def find_spec(self, name: str, target: Any = None) -> ModuleSpec | None:
        if self._only and name not in self._only:
            return None
        spec = self._finder.find_spec(name, target)
        if spec is not None:
            if spec.origin:
                loader: Any = spec.loader
                spec.origin = loader.path = self._rename(spec.origin)
            if spec.submodule_search_locations is not None:
                spec.submodule_search_locations = [self._rename(place) for place in spec.submodule_search_locations]
        return spec

    def _rename(self, real: str) -> str:
        return self._shown + real[len(self._finder.path) :].replace("\\", "/")

    def invalidate_caches(self) -> None:
        self._finder.invalidate_caches()


def install(view: Any, python: str) -> None:
    """Set ``sys.path`` as AWS does and let imports follow ``view``."""
    global _view
    _view = view
    root = f"/var/lang/lib/{python}"
    packages = f"{root}/site-packages"

    def hook(entry: str) -> _Finder:
        real = view.real(entry)
        if real == entry:
            raise ImportError(f"{entry} is not shown in this environment")
        return _Finder(entry, real, AWS_SHIPS if entry == packages else None)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
    added = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    layers = [f"/opt/python/lib/{python}/site-packages", "/opt/python"]
    sys.path[:] = ["/var/task", *added, *layers, packages, root, f"{root}/lib-dynload"]
    for name in ("importlib", "importlib.machinery"):
        sys.modules.pop(name, None)  # was found under its real path; its frames are part of every error at import
    for module in list(sys.modules.values()):
        if getattr(module, "__file__", None):
            module.__file__ = view.shown(module.__file__)
