"""The file system as a function sees it: /var/task, /opt and /tmp are this environment's own folders, and only /tmp can be written.

Python's file functions are wrapped so that they take AWS's paths and name them in errors. It is a view, not a jail: programs that a
handler starts, and C libraries that open files themselves, see the computer's real paths.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import builtins
import errno
import io
import os

TYPE_CHECKING = False  # typing's own constant costs its import, in every cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_READERS = (
    "access",
    "chdir",
    "listdir",
    "lstat",
    "stat",
    "statvfs",
    "pathconf",
    "readlink",
    "getxattr",
    "listxattr",
    "open",
    "scandir",
)
_WRITERS = (
    *("chmod", "chown", "chflags", "lchflags", "lchmod", "lchown", "mkdir", "mkfifo", "mknod"),
    *("remove", "unlink", "rmdir", "truncate", "utime", "setxattr", "removexattr"),
)
_WRITERS_OF_TWO = ("link", "rename", "replace", "symlink")
_PREDICATES = ("exists", "lexists", "isfile", "isdir", "islink", "isjunction")
_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ALWAYS_WRITABLE = ("/dev/", "/proc/")


class View:
    """Which real folder stands behind which path of AWS.

    writable, readable: real folders by the path under which the function sees them.
    """

    def __init__(self, writable: dict[str, str], readable: dict[str, str]) -> None:
        both = {**readable, **writable}
        self._shown = sorted(both.items(), key=lambda pair: -len(pair[0]))
        self._writable = tuple(writable)
        self._first_letters = {shown[:2] for shown in both}

    def real(self, path: Any) -> Any:
        """The real path behind ``path``; anything that the view does not show comes back unchanged."""
        kind = type(path)
        if kind is not str:
            if kind is bytes:
                return os.fsencode(self.real(os.fsdecode(path)))
            if hasattr(kind, "__fspath__"):
                return self.real(os.fspath(path))
            return path
        slashed = self._slashed(path)
        if slashed[:2] in self._first_letters:
            for shown, real in self._shown:
                if slashed == shown or slashed.startswith(shown + "/"):
                    return real + slashed[len(shown) :]
        return path

    def shown(self, path: Any) -> Any:
        """The path under which the function sees the real ``path``."""
        if isinstance(path, bytes):
            return os.fsencode(self.shown(os.fsdecode(path)))
        for shown, real in self._shown:
            if path == real or path.startswith(real + os.sep):
                return shown + path[len(real) :].replace(os.sep, "/")
        return path

    def refuse_writing(self, path: Any) -> None:
        """Raise AWS's ``OSError`` if ``path`` is outside the folders that a function may write to."""
        if isinstance(path, int) or path is None:
            return
        name = os.fsdecode(path)
        slashed = self._slashed(name)
        if not slashed.startswith("/"):
            slashed = self._slashed(os.path.join(os.getcwd(), name))
        slashed = os.path.normpath(slashed).replace("\\", "/")
        if (slashed + "/").startswith((*(folder + "/" for folder in self._writable), *_ALWAYS_WRITABLE)):
            return
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    @staticmethod
    def _slashed(path: str) -> str:
        if os.name == "nt":
            path = path.replace("\\", "/")
            return path[2:] if path[1:2] == ":" else path
        return path


class _Entry:
    """An ``os.DirEntry`` whose ``path`` is the one that the function asked with."""

    def __init__(self, entry: Any, folder: Any) -> None:
        self._entry = entry
        self.name = entry.name
        self.path = os.path.join(folder, entry.name)

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)


class _Entries:
    def __init__(self, entries: Any, folder: Any) -> None:
        self._entries = entries
        self._folder = folder

    def __iter__(self) -> _Entries:
        return self

    def __next__(self) -> _Entry:
        return _Entry(next(self._entries), self._folder)

    def __enter__(self) -> _Entries:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries.close()


def _reader(view: View, original: Any) -> Any:
    def call(path: Any = None, *arguments: Any, **options: Any) -> Any:
        real = view.real(path)
        if real is path:
            return original(path, *arguments, **options)
        try:
            return original(real, *arguments, **options)
        except OSError as error:
            error.filename = path
            raise

    return call


def _writer(view: View, original: Any) -> Any:
    follow = _reader(view, original)

    def call(path: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("dir_fd") is None:
            view.refuse_writing(path)
        return follow(path, *arguments, **options)

    return call


def _writer_of_two(view: View, original: Any) -> Any:
    def call(src: Any, dst: Any, *arguments: Any, **options: Any) -> Any:
        if not any(name.endswith("dir_fd") and value is not None for name, value in options.items()):
            if original.__name__ in ("rename", "replace"):
                view.refuse_writing(src)
            view.refuse_writing(dst)
        try:
            return original(view.real(src), view.real(dst), *arguments, **options)
        except OSError as error:
            error.filename, error.filename2 = src, dst
            raise

    return call


def _opener(view: View, original: Any) -> Any:
    follow = _reader(view, original)

    def call(file: Any, mode: Any = "r", *arguments: Any, **options: Any) -> Any:
        if isinstance(mode, str) and not {"w", "a", "x", "+"}.isdisjoint(mode):
            view.refuse_writing(file)
        return follow(file, mode, *arguments, **options)

    return call


def _open_by_flags(view: View, original: Any) -> Any:
    follow = _reader(view, original)

    def call(path: Any, flags: int, *arguments: Any, **options: Any) -> Any:
        if flags & _WRITING_FLAGS and options.get("dir_fd") is None:
            view.refuse_writing(path)
        return follow(path, flags, *arguments, **options)

    return call


def _scanner(view: View, original: Any) -> Any:
    follow = _reader(view, original)

    def call(path: Any = ".") -> Any:
        entries = follow(path)
        return entries if isinstance(path, int) or view.real(path) is path else _Entries(entries, os.fspath(path))

    return call


def _answer(view: View, original: Any) -> Any:
    def call(*arguments: Any, **options: Any) -> Any:
        return view.shown(original(*arguments, **options))

    return call


def _replace(owner: Any, name: str, wrapper: Callable[[View, Any], Any], view: View) -> None:
    original = getattr(owner, name, None)
    if original is None:
        return
    replacement = wrapper(view, original)
    replacement.__name__ = name
    replacement.__doc__ = original.__doc__
    setattr(owner, name, replacement)
    for supported in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if original in supported:
            supported.add(replacement)


def _without_our_frames(walk: Callable[[Any], Iterator[Any]]) -> Callable[[Any], Iterator[Any]]:
    def walker(tb: Any) -> Iterator[Any]:
        return (step for step in walk(tb) if step[0].f_code.co_filename != __file__)

    return walker


def install(view: View) -> None:
    """Make Python's file functions follow ``view``, and leave our own frames out of tracebacks."""
    for name in _READERS:
        special = {"open": _open_by_flags, "scandir": _scanner}.get(name, _reader)
        _replace(os, name, special, view)
    for name in _WRITERS:
        _replace(os, name, _writer, view)
    for name in _WRITERS_OF_TWO:
        _replace(os, name, _writer_of_two, view)
    for name in ("getcwd", "getcwdb", "readlink"):
        _replace(os, name, _answer, view)
    for name in _PREDICATES:
        if type(getattr(os.path, name, None)) is type(len):
            _replace(os.path, name, _reader, view)
    _replace(io, "open_code", _reader, view)
    _replace(io, "open", _opener, view)
    builtins.open = io.open

    import traceback

    for name in ("walk_tb", "_walk_tb_with_full_positions"):
        if hasattr(traceback, name):
            setattr(traceback, name, _without_our_frames(getattr(traceback, name)))
