"""Installs the pinned packages and the course into the virtual environment that runs this file.

``python -m helpers.desk.install`` is what the Makefile calls, and what a computer without make calls. It runs before
anything is installed, so only the standard library is used. A second run with unchanged pins does nothing.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
PROJECT = ROOT / "pyproject.toml"
OLDEST_PYTHON = (3, 11)

# The first phrase that pip's messages contain decides which repair is named.
REPAIRS = (
    (
        ("No space left on device",),
        "the disk is full: make about 2 GB of room and run the same command again",
    ),
    (
        ("DO NOT MATCH THE HASHES",),
        "a package is not the one that requirements.txt names: run `git checkout requirements.txt`, then the same command again",
    ),
    (
        ("Permission denied", "Read-only file system", "WinError 5]"),
        "the course's folder cannot be written: copy the course to a folder of your own and run the same command there",
    ),
    (
        (
            "NewConnectionError",
            "Failed to establish a new connection",
            "Temporary failure in name resolution",
            "ConnectTimeoutError",
            "Connection refused",
            "Max retries exceeded",
            "Could not find a version",
            "No matching distribution",
            "SSLError",
            "ProxyError",
        ),
        "the package index could not be reached: connect this computer to the internet, or set HTTPS_PROXY or PIP_INDEX_URL "
        "as your network asks, and run the same command again (what was downloaded is kept)",
    ),
)


def stamp_path() -> Path:
    """The file that says which pins this environment holds."""
    return Path(sys.prefix) / ".course-installed"


def fingerprint() -> str:
    """A hash of the two files that decide what is installed."""
    return hashlib.sha256(REQUIREMENTS.read_bytes() + b"\0" + PROJECT.read_bytes()).hexdigest()


def is_current() -> bool:
    """Whether this environment was installed from the pins as they are now."""
    try:
        return stamp_path().read_text() == fingerprint()
    except OSError:
        return False


def in_environment() -> bool:
    """Whether this Python belongs to a virtual or a conda environment, and not to the whole computer."""
    return sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX") == sys.prefix


def explain(messages: str) -> str:
    """The repair for what pip wrote, as the rest of a sentence."""
    for phrases, repair in REPAIRS:
        if any(phrase in messages for phrase in phrases):
            return repair
    return f"pip stopped, and {log_path()} says why: mend that and run the same command again"


def log_path() -> Path:
    """Where pip's own messages are kept."""
    return Path(sys.prefix) / "install.log"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    with log_path().open("a+", encoding="utf-8", errors="replace") as log:
        start = log.tell()
        code = subprocess.run(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        ).returncode
        log.seek(start)
        messages = log.read()
    if code:
        sys.exit(f"The course is not installed: {explain(messages)}.")


def install(again: bool = False) -> None:
    """Bring this environment to the pins of ``requirements.txt``, hashes checked, and add the course itself.

    again: also when the environment was installed from these pins before, to repair what was changed since.
    """
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("The course needs Python 3.11 or newer, and this is {}.{}: install one.".format(*sys.version_info[:2]))
    if not in_environment():
        sys.exit("The course is installed in an environment of its own: run `python3 -m venv .venv` first.")
    if is_current() and not again:
        return
    print(f"Installing the course into {sys.prefix} (once; a few minutes)", flush=True)
    try:
        log_path().unlink(missing_ok=True)
        _pip("install", "--retries", "2", "--require-hashes", "-r", str(REQUIREMENTS))
        _pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
        stamp_path().write_text(fingerprint())
    except OSError as error:
        sys.exit(f"The course is not installed: {explain(str(error))}.")


if __name__ == "__main__":
    install(again="--again" in sys.argv[1:])
