"""``python -m helpers.desk.lab``: JupyterLab in a process that ends with its owner.

Jupyter servers outlive a parent that is killed. This one ends, with its kernels, when its standard input closes, which
the operating system does for every parent that is gone. It prints its link in one line when it is ready.
"""

from __future__ import annotations

import os
import sys
import threading

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp

from helpers.paths import COURSE_ROOT

READY = "JUPYTERLAB_URL"

# Nothing here may ask the internet, and nobody but this computer may ask here.
_ARGUMENTS = (
    "--ServerApp.ip=127.0.0.1",
    f"--ServerApp.root_dir={COURSE_ROOT}",
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # Looking for language servers calls npm, which writes to the learner's home.
    "--LanguageServerManager.autodetect=False",
)


def main(arguments: list[str]) -> None:
    """Run JupyterLab with ``arguments`` added to the course's own until standard input closes."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments = [*arguments, "--ServerApp.allow_root=True"]
    server = LabApp.initialize_server(argv=[*_ARGUMENTS, *arguments])
    server.io_loop.add_callback(_announce, server)
    threading.Thread(target=_end_with_owner, args=(server,), name="owner", daemon=True).start()
    server.start()


def _announce(server: ServerApp) -> None:
    print(f"{READY}={server.connection_url.rstrip('/')}{server.default_url}?token={server.token}", flush=True)
    # Kernels inherit standard output; nobody reads it from here on.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _end_with_owner(server: ServerApp) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
