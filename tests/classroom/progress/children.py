"""Other programs that use the same progress file: real processes, which can be killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY


def child(code: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Run Python code; it finds ``path`` in ``sys.argv[1]`` and the arguments after it."""
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def lines_of(process: subprocess.Popen[str]) -> list[str]:
    """What a program printed, once it ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.splitlines()
