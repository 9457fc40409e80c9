"""The browser of the browser test: find one, or install Debian's where that is possible without asking.

``python -m helpers.desk.chromium`` installs what it can and says what it could not; learners need none of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def find_chromium() -> Path | None:
    """A browser of the Chromium family on this computer: ``COURSE_CHROMIUM`` if set, else the first one found."""
    if named := os.environ.get("COURSE_CHROMIUM"):
        return Path(named)
    for command in _COMMANDS:
        if found := shutil.which(command):
            return Path(found)
    return next((Path(path) for path in _APPLICATIONS if Path(path).exists()), None)


def how_to_install() -> str:
    """The command that brings a browser to this kind of computer."""
    if sys.platform == "darwin":
        return "brew install --cask google-chrome"
    if sys.platform == "win32":
        return "winget install Google.Chrome"
    return "sudo apt-get install chromium"


def install_chromium() -> bool:
    """Install Debian's Chromium, if this is Debian or a child of it and we are root; whether it worked."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    # Lists that cannot be refreshed may still name a browser, so only the second answer counts.
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, check=False)
    return done.returncode == 0


def main() -> None:
    """Make sure of a browser, or say in one sentence what will be skipped and how to change that."""
    if find_chromium():
        return
    print("No Chromium here, and the browser test needs one: trying to install it …", flush=True)
    if not install_chromium():
        print(
            f"The browser test will be skipped, because no Chromium could be installed: run `{how_to_install()}` and try again."
        )


if __name__ == "__main__":
    main()
