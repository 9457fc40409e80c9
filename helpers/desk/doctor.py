"""``course doctor``: what this computer lacks for the course, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import json
import os
import shutil
import socket
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.console import Console

from helpers.classroom.walls import strongest
from helpers.desk import install
from helpers.desk.children import local_cloud
from helpers.desk.chromium import find_chromium, how_to_install
from helpers.desk.jupyter_home import first_lesson, index
from helpers.errors import CloudUnavailable, CourseError
from helpers.languages import LANGUAGES
from helpers.paths import COURSE_ROOT, data_folder, runtime_folder

FREE_BYTES = 300 * 1024 * 1024
REINSTALL = "python -m helpers.desk.install --again"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    repair: the command or action that mends it; empty when all is well.
    required: whether the course cannot be followed without it.
    """

    what: str
    ok: bool
    seen: str
    repair: str = ""
    required: bool = True


def examine(console: Console | None = None) -> bool:
    """Look at everything, print one line for each thing, and return whether nothing required is missing."""
    console = console or Console(highlight=False, soft_wrap=True)
    healthy = True
    for look in (_python, _packages, _course_files, _folders, _disk, _loopback, _jupyter, _cloud_runs_lambda, _extras):
        for finding in look():
            healthy &= finding.ok or not finding.required
            mark = "[green]ok  [/]" if finding.ok else "[red]FAIL[/]" if finding.required else "[yellow]none[/]"
            console.print(f"{mark}  {finding.what}: ", end="")
            console.print(finding.seen, markup=False)
            if not finding.ok:
                console.print(f"      mend it: {finding.repair}", markup=False)
    console.print(
        "\nAll that the course needs is here." if healthy else "\nMend what FAILs, then run `course doctor` again."
    )
    return healthy


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        "Python",
        sys.version_info >= install.OLDEST_PYTHON,
        version,
        "install Python 3.11 or newer, then `make clean lab`",
    )
    yield Finding("environment", install.in_environment(), sys.prefix, "python3 -m venv .venv")


def pins(requirements: str) -> dict[str, str]:
    """The packages and versions that the text of a requirements file asks for on this Python and platform."""
    lines = (line.split(" \\")[0].strip() for line in requirements.splitlines() if line[:1].isalnum())
    wanted = (Requirement(line) for line in lines)
    return {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each in wanted
        if each.marker is None or each.marker.evaluate()
    }


def _packages() -> Iterator[Finding]:
    wanted = pins(install.REQUIREMENTS.read_text(encoding="utf-8"))
    wrong = []
    for name, version in wanted.items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "nothing"
        if installed != version:
            wrong.append(f"{name} {version} is wanted, {installed} is installed")
    seen = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    yield Finding("packages", not wrong, seen or f"{len(wanted)} as pinned in requirements.txt", REINSTALL)


def _course_files() -> Iterator[Finding]:
    for language in LANGUAGES:
        try:
            _, beginning = first_lesson(language), index(language)
        except CourseError as error:
            yield Finding(f"notebooks {language}", False, str(error), "course build")
        else:
            yield Finding(f"notebooks {language}", True, str(beginning))


def _folders() -> Iterator[Finding]:
    for what, folder, repair in (
        ("course folder", COURSE_ROOT, "copy the course to a folder of yours and run `make lab` there"),
        ("your records", data_folder(), "set COURSE_DATA to a folder that you may write"),
        ("run-time folder", runtime_folder(), "set XDG_CACHE_HOME to a folder that you may write"),
        ("temporary folder", Path(tempfile.gettempdir()), "set TMPDIR to a folder that you may write"),
    ):
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"course")
        except OSError as error:
            yield Finding(what, False, f"{folder} cannot be written ({error.strerror})", repair)
        else:
            yield Finding(what, True, str(folder))


def _disk() -> Iterator[Finding]:
    for what, folder in (("records", data_folder()), ("temporary files", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free
        yield Finding(
            f"disk for {what}",
            free >= FREE_BYTES,
            f"{free // 2**20} MiB free",
            f"make {FREE_BYTES // 2**20} MiB of room",
        )


def _loopback() -> Iterator[Finding]:
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname(), timeout=5),
        ):
            pass
    except OSError as error:
        yield Finding(
            "127.0.0.1", False, str(error), "let your firewall or security software allow Python to use 127.0.0.1"
        )
    else:
        yield Finding("127.0.0.1", True, "reachable")


def _jupyter() -> Iterator[Finding]:
    kernel = Path(sys.prefix) / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    yield Finding(
        "notebook kernel", kernel.exists(), "python3" if kernel.exists() else f"{kernel} is missing", REINSTALL
    )
    pack = importlib.util.find_spec("jupyterlab_language_pack_pt_BR") is not None
    yield Finding(
        "JupyterLab in Portuguese", pack, "language pack installed" if pack else "no language pack", REINSTALL
    )


def _cloud_runs_lambda() -> Iterator[Finding]:
    log = runtime_folder() / "doctor.log"
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # a profile or endpoint of the learner's would change what boto3 does
    began = time.monotonic()
    try:
        with local_cloud(log) as cloud:
            answer = _invoke(cloud.endpoint_url)
    except Exception as error:  # whatever is wrong with it is the finding
        seen = _last_line(log) if isinstance(error, CloudUnavailable) else f"{type(error).__name__}: {error}"
        repair = f"{REINSTALL}; if that does not help, {log} says more"
        yield Finding("local cloud runs a Lambda", False, seen, repair)
    else:
        seen = f"answered {answer} after {time.monotonic() - began:.1f} s, start of the cloud included"
        yield Finding("local cloud runs a Lambda", answer == "42", seen, REINSTALL)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return f"it ended at once, and its last words were: {lines[-1]}" if lines else "it ended at once, and said nothing"


def _invoke(endpoint: str) -> str:
    """Create and invoke a function with plain boto3, in a cloud of its own."""
    import boto3
    from botocore.config import Config

    session = boto3.session.Session("111122223333", "local", region_name="us-east-1")
    config = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 1})
    iam, functions = (session.client(name, endpoint_url=endpoint, config=config) for name in ("iam", "lambda"))
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = iam.create_role(RoleName="doctor", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("answer.py", "def lambda_handler(event, context):\n    return 6 * event['by']\n")
    functions.create_function(
        FunctionName="doctor",
        Runtime="python3.13",
        Role=role,
        Handler="answer.lambda_handler",
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
    )
    return str(functions.invoke(FunctionName="doctor", Payload=b'{"by": 7}')["Payload"].read().decode())


def _extras() -> Iterator[Finding]:
    browser = find_chromium()
    yield Finding(
        "Chromium (only for `make test`)", browser is not None, str(browser or "none"), how_to_install(), required=False
    )
    walls = strongest()
    yield Finding(
        "sandbox of `course grade`",
        walls.level == "bubblewrap",
        "bubblewrap" if walls.level == "bubblewrap" else walls.reason or walls.level,
        "sudo apt-get install bubblewrap (Linux only; elsewhere grade only people whom you trust)",
        required=False,
    )
    limits = importlib.util.find_spec("resource") is not None
    yield Finding(
        "memory limit of functions",
        limits,
        "enforced by the operating system" if limits else "not enforced by this operating system",
        "nothing to do: it is watched here, and a function that passes it is ended when the watch next looks, a fraction of a second later",
        required=False,
    )
