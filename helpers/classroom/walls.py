"""What stands between a learner's code and the grader: bubblewrap where it works, resource limits elsewhere.

With bubblewrap there are three rooms. The *stage* (grader, judge, pytest) runs in namespaces of its own without any network but its
loopback. Inside of it the learner's kernel has one cell and the local cloud another: each with its own processes, read-only
files, no home folder and no course tree. The execution environments of Lambda functions are the learner's code too; they are
children of the cloud, so they share the cloud's cell and cannot reach the judge either.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from helpers.paths import COURSE_ROOT

Level = Literal["bubblewrap", "limits", "none"]

HOME = "/home/learner"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives",
    "fonts",
    "group",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "passwd",
)
_MB = 1024 * 1024


@dataclass(frozen=True)
class Walls:
    """The protection that is in force, and why it is not the strongest one."""

    level: Level
    reason: str = ""

    def around_stage(self, command: Sequence[str], writable: Path) -> list[str]:
        """``command`` with a network and processes of its own; it may write to ``writable`` only."""
        if self.level != "bubblewrap":
            return list(command)
        folder = str(writable)
        return [
            "bwrap",
            "--ro-bind",
            "/",
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--bind",
            folder,
            folder,
            "--unshare-user",
            "--unshare-net",
            *_OWN,
            "--",
            *command,
        ]

    def around_learner(
        self,
        command: Sequence[str],
        *,
        hidden: Sequence[Path] = (),
        files: Sequence[str] = (),
        room: int = 64 * _MB,
        limits: Mapping[str, int],
    ) -> list[str]:
        """``command`` where it sees Python, ``helpers`` and nothing else of the course.

        hidden: more folders that must not be seen. files: single files that must be seen.
        room: how many bytes fit into its home, and into its temporary folder.
        limits: resource limits by name, such as ``cpu`` (seconds) or ``fsize`` (bytes).
        """
        if self.level != "none":
            command = [
                sys.executable,
                "-I",
                "-S",
                str(Path(__file__).with_name("limits.py")),
                json.dumps(dict(limits)),
                *command,
            ]
        if self.level != "bubblewrap":
            return list(command)
        size = ["--size", str(room)] if _knows_size() else []
        mounts: list[tuple[Path, list[str]]] = [(Path(path), ["--ro-bind-try", path, path]) for path in _SYSTEM]
        mounts += [(Path("/etc", name), ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]) for name in _ETC]
        mounts += [(Path(path), ["--ro-bind", path, path]) for path in _python_folders()]
        mounts += [(Path(path), [*size, "--tmpfs", path]) for path in ("/tmp", HOME)]
        covers = {COURSE_ROOT, *(path.resolve() for path in hidden)}
        mounts += [(folder, ["--tmpfs", str(folder)]) for folder in covers]
        # A deeper place is mounted later: the course's root is covered first, then its helpers show through again.
        mounts.sort(key=lambda mount: len(mount[0].parts))
        words = [word for _, mount in mounts for word in mount]
        words += [word for path in files for word in ("--ro-bind", path, path)]
        words += ["--dev", "/dev", *size, "--tmpfs", "/dev/shm", "--proc", "/proc"]
        # What only carries mounts is memory that nobody counts; without this it could be filled.
        words += [word for folder in (*map(str, sorted(covers)), "/") for word in ("--remount-ro", folder)]
        # A kernel that looks for its parent in its own process namespace finds none and ends; --die-with-parent takes over.
        words += ["--unsetenv", "JPY_PARENT_PID", "--chdir", HOME, "--cap-drop", "ALL", *_OWN]
        return ["bwrap", *words, "--", *command]


# No --unshare-user for the inner cell: bwrap adds it for an ordinary user, and for root the kernel would refuse the nested /proc.
_OWN = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session")


@cache
def strongest() -> Walls:
    """The strongest walls that this computer offers, found by trying them."""
    if os.name != "posix":
        return Walls("none", "resource limits exist on Linux and macOS only")
    if shutil.which("bwrap") is None:
        return Walls("limits", "bubblewrap (bwrap) is not installed")
    walls = Walls("bubblewrap")
    trial = walls.around_stage(
        walls.around_learner([sys.executable, "-c", "import helpers.errors"], limits={"cpu": 30}), Path("/tmp")
    )
    try:
        done = subprocess.run(
            trial,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Walls("limits", f"bubblewrap does not work here ({type(error).__name__})")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Walls("limits", f"bubblewrap does not work here ({last[:120]})")
    return walls


@cache
def _knows_size() -> bool:
    shown = subprocess.run(["bwrap", "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
    return "--size" in shown.stdout + shown.stderr


def _python_folders() -> list[str]:
    """Where this Python and its packages lie, and the one folder of the course that a learner's process imports."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), COURSE_ROOT / "helpers"}
    folders |= {
        path for path in map(Path, sys.path) if path.is_dir() and path.is_absolute() and path.resolve() != COURSE_ROOT
    }
    return sorted(str(path) for path in folders if not path.is_relative_to("/usr"))
