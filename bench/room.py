"""How long the interview room takes to open in JupyterLab: ``python -m bench.room``.

From the key that runs ``room()`` in a fresh kernel to its first question on the screen, in a real Chromium. Beside it stands a cell that shows one
sentence in an ipywidget: what a kernel, its first import and the widgets of JupyterLab take by themselves. The two take turns.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from bench.servers import REPOSITORY
from helpers.desk.chromium import find_chromium, how_to_install

ROUNDS = 7
SOURCES = {
    "room()": "from helpers import room\nroom()",
    "one ipywidget": "from ipywidgets import HTML\nHTML('<div class=\"course-room\"><h3>a sentence</h3></div>')",
}


def notebook(source: str) -> str:
    """A notebook with one code cell, as JSON."""
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return json.dumps({"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


@contextmanager
def jupyterlab(folder: Path) -> Iterator[tuple[str, str]]:
    """JupyterLab on ``folder``; its address and its token."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--allow-root"]  # fmt: skip
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "COURSE_DATA": str(folder / "records"),
        "HOME": str(folder),
    }
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 120
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/api", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                if time.monotonic() > ends or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", token
    finally:
        process.terminate()
        process.wait(30)


def seconds_to_open(page: Page, link: str) -> float:
    """Open a notebook, wait for its fresh kernel, run its cell by keyboard; seconds until a heading stands in its output."""
    page.goto(link)
    page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.locator(".jp-Cell .cm-content").focus()
    began = time.perf_counter()
    page.keyboard.press("Control+Enter")
    page.locator(".jp-OutputArea .course-room h3").wait_for()
    return time.perf_counter() - began


def main() -> None:
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"no Chromium on this computer; `{how_to_install()}` brings one")
    seen: dict[str, list[float]] = {name: [] for name in SOURCES}
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        folder = Path(home)
        for number in range(ROUNDS + 1):
            for place, source in enumerate(SOURCES.values()):
                (folder / f"{place}-{number}.ipynb").write_text(notebook(source), encoding="utf-8")
        with jupyterlab(folder) as (address, token):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.set_default_timeout(120_000)
            for number in range(ROUNDS + 1):  # the first round fills caches
                for place, name in enumerate(SOURCES):
                    link = f"{address}/lab/tree/{place}-{number}.ipynb?token={token}&reset"
                    seen[name].append(seconds_to_open(page, link))
            browser.close()
    floor = statistics.median(seen["one ipywidget"][1:])
    for name, took in seen.items():
        median = statistics.median(took[1:])
        print(
            f"{name:14} {median:.2f} s at the median of {ROUNDS}, {max(took[1:]):.2f} s at most, {median / floor:.2f} of the floor"
        )


if __name__ == "__main__":
    main()
