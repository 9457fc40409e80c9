"""The first file of an execution environment: makes the process look like AWS's, then runs AWS's runtime client.

Started as ``python -I -S -X utf8 bootstrap.py name=value …`` with standard input connected to the server and standard output
and error going to the environment's log file. The values are real folders and limits; the function's environment variables are the
process's own. Source of what a handler may see: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import _thread
import os
import sys
from importlib.machinery import SourceFileLoader

TYPE_CHECKING = False  # typing's own constant costs its import, in every cold start
if TYPE_CHECKING:
    from typing import Any

_MEGABYTE = 1024 * 1024
_DATA_SLACK = 1024 * _MEGABYTE


def load(name: str, path: str) -> Any:
    """Run the file at ``path`` as module ``name``, without making it importable."""
    loader = SourceFileLoader(name, path)
    module = type(sys)(name)
    module.__file__ = path
    module.__loader__ = loader
    loader.exec_module(module)
    return module


def end_with_the_server() -> None:
    """Die when the server dies: its end of our standard input closes, even after SIGKILL."""
    owner = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def watch() -> None:
        try:
            while os.read(owner, 1):
                pass
        finally:
            if hasattr(os, "killpg"):
                os.killpg(0, 9)
            os._exit(137)

    _thread.start_new_thread(watch, ())


def limit(memory_mb: int, storage_mb: int) -> None:
    """The kernel's backstops behind the server's own watch: one huge allocation, one huge file."""
    try:
        import resource
    except ImportError:
        return
    sizes = {
        "RLIMIT_DATA": memory_mb * _MEGABYTE + _DATA_SLACK,
        "RLIMIT_FSIZE": storage_mb * _MEGABYTE,
        "RLIMIT_CORE": 0,
    }
    for name, size in sizes.items():
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        if hard == resource.RLIM_INFINITY or size < hard:
            try:  # noqa: SIM105  (contextlib would be imported under its real path)
                resource.setrlimit(number, (size, size))
            except (OSError, ValueError):
                pass


def native_client() -> bool:
    """Whether AWS's compiled half of the runtime client is there."""
    try:
        __import__("runtime_client")
    except ImportError:
        return False
    return True


def main(arguments: list[str]) -> None:
    given = dict(argument.split("=", 1) for argument in arguments)
    here = os.path.dirname(os.path.abspath(__file__))
    end_with_the_server()
    limit(int(given["memory_mb"]), int(given["storage_mb"]))
    os.environ.pop("LC_CTYPE", None)
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))

    paths = load("localcloud_paths", os.path.join(here, "paths.py"))
    imports = load("localcloud_imports", os.path.join(here, "imports.py"))
    view = paths.View(
        writable={"/tmp": given["tmp"]},
        readable={
            "/var/task": given["task"],
            "/opt": given["opt"],
            **imports.language_folders(given["python"], given["packages"]),
        },
    )
    imports.install(view, given["python"])
    paths.install(view)
    load("localcloud_guard", given["guard"]).install()

    if given["runtime_client"] != "native" or not native_client():
        sys.modules["runtime_client"] = load("runtime_client", os.path.join(here, "runtime_client.py"))

    sys.argv = ["/var/runtime/bootstrap.py", os.environ["_HANDLER"]]
    from awslambdaric.__main__ import main as run_runtime_client

    run_runtime_client(sys.argv)


if __name__ == "__main__":
    main(sys.argv[1:])
