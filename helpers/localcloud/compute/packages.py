"""Deployment packages: checked as Lambda checks them, unpacked once per content, shared by all environments that run them.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from helpers.localcloud.compute.errors import InvalidParameterValue, LambdaError

Content = bytes | Callable[[Path], None]
"""A zip, or what puts the files of a package into a folder."""

UNZIPPED_LIMIT = 262_144_000
DIRECT_UPLOAD_LIMIT = 50 * 1024 * 1024

BROKEN_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
EMPTY_ZIP = "Uploaded file must be a non-empty zip"
TOO_BIG = f"Unzipped size must be smaller than {UNZIPPED_LIMIT} bytes"


class UploadTooLarge(LambdaError):
    """The zip in the request itself is larger than a direct upload may be."""

    code = 413
    error = "RequestEntityTooLargeException"


def check_zip(content: bytes, operation: str = "CreateFunction") -> int:
    """Refuse what Lambda refuses of an uploaded zip; returns its unzipped size in bytes.

    Raises: ``InvalidParameterValue`` (no zip, damaged, empty, above 250 MB unzipped), ``UploadTooLarge`` (above 50 MB zipped).
    """
    if len(content) > DIRECT_UPLOAD_LIMIT:
        raise UploadTooLarge(f"Request must be smaller than 70167211 bytes for the {operation} operation")
    return inspect_zip(content)


def inspect_zip(content: bytes) -> int:
    """The unzipped size in bytes of a zip of any origin, with all of its members read once."""
    if not content:
        raise InvalidParameterValue(EMPTY_ZIP)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > UNZIPPED_LIMIT:
                raise InvalidParameterValue(TOO_BIG)
            damaged = archive.testzip() is not None or any(_leaves_its_folder(member.filename) for member in members)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise InvalidParameterValue(BROKEN_ZIP) from None
    if damaged:
        raise InvalidParameterValue(BROKEN_ZIP)
    if not any(not member.is_dir() for member in members):
        raise InvalidParameterValue(EMPTY_ZIP)
    return size


def _leaves_its_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts


class PackageStore:
    """Unpacked packages of one server, by content, in a folder that goes with the server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def unpacked(self, packages: Sequence[tuple[str, Content]]) -> Path:
        """The folder with the contents of ``packages``, later ones over earlier ones, as layers are merged into /opt.

        packages: each one's SHA-256 and its content.
        Raises: ``OSError`` when the disk is full.
        """
        name = hashlib.sha256("".join(digest for digest, _ in packages).encode()).hexdigest()[:32]
        place = self._folder / name
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if not place.exists():
                unfinished = self._folder / f"{name}.unfinished"
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir(parents=True)
                for _, content in packages:
                    if not isinstance(content, bytes):
                        content(unfinished)
                        continue
                    with zipfile.ZipFile(io.BytesIO(content)) as archive:
                        archive.extractall(unfinished)
                unfinished.rename(place)
        return place
