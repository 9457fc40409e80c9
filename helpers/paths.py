"""Where things are: the course's own tree, and the learner's folders outside of it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import platformdirs

COURSE_ROOT = Path(__file__).resolve().parent.parent
APP_NAME = "serverless-day22"


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _first_usable(wanted: Path, purpose: str) -> Path:
    if _usable(wanted):
        return wanted
    fallback = Path(tempfile.gettempdir()) / f"{APP_NAME}-{purpose}-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    fallback.mkdir(parents=True, exist_ok=True, mode=0o700)
    return fallback


def runtime_folder() -> Path:
    """Where a running server leaves its address; the temporary folder when the user has no writable one."""
    here = hashlib.sha256(str(COURSE_ROOT).encode()).hexdigest()[:8]
    return _first_usable(platformdirs.user_cache_path(APP_NAME) / here, "run-" + here)


def learner_folder() -> Path:
    """Where the learner's records belong, whether or not it is there and can be written."""
    override = os.environ.get("COURSE_DATA")
    return Path(override) if override else platformdirs.user_data_path(APP_NAME)


def data_folder() -> Path:
    """Where the learner's records are kept; the temporary folder when the user has no writable one."""
    return _first_usable(learner_folder(), "data")
