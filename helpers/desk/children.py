"""The two processes of an open course: the local cloud and JupyterLab, each with its log, each ending with its owner."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from helpers.cloud.owned import OwnedCloud, owned_cloud, owned_process
from helpers.errors import CloudUnavailable, CourseError

READY_SECONDS = 90.0


@contextmanager
def local_cloud(log: Path) -> Iterator[OwnedCloud]:
    """Run a local cloud of our own, which nobody else finds by itself, for the time of a ``with`` block.

    Raises: ``CloudUnavailable`` when it does not come up, and ``CourseError`` when its log cannot be written.
    """
    with _writable(log) as stderr, ExitStack() as running:
        try:
            cloud = running.enter_context(owned_cloud(stderr=stderr, seconds=READY_SECONDS))
        except CloudUnavailable as error:
            raise CloudUnavailable(f"{error} (its log: {log})") from None
        yield cloud


@contextmanager
def jupyterlab(
    arguments: list[str], environment: Mapping[str, str], log: Path
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run JupyterLab with these command-line arguments for the time of a ``with`` block; gives its process and its link.

    Raises: ``CourseError`` when it does not come up, and when its log cannot be written; the sentence names the log.
    """
    command = [sys.executable, "-m", "helpers.desk.lab", *arguments]
    with _writable(log) as stderr, owned_process(command, environment, stderr) as process:
        assert process.stdin and process.stdout
        deadline = threading.Timer(READY_SECONDS, process.kill)
        deadline.start()
        name, _, link = process.stdout.readline().strip().partition("=")
        deadline.cancel()
        if name != "JUPYTERLAB_URL":
            raise CourseError(
                f"JupyterLab did not start, and {log} says why: run `course doctor` to see what is missing"
            )
        yield process, link


def _writable(log: Path) -> IO[bytes]:
    try:
        return log.open("wb")
    except OSError as error:
        raise CourseError(
            f"{log} cannot be written ({error.strerror}): make room there, or set COURSE_DATA to a folder of yours"
        ) from None
