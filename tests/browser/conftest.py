"""A learner's computer: a copy of the course of their own, JupyterLab opened on it, and a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from helpers.desk.chromium import find_chromium, how_to_install
from tests.browser.jupyterlab import JupyterLab
from tests.conftest import REPOSITORY
from tests.desk.opened import Desk, copy_course, opened

ARTIFACTS = REPOSITORY / "artifacts"
# Without these, Chromium asks its maker's hosts at every start.
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def course_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_course(tmp_path_factory.mktemp("learner"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        reason = f"no Chromium on this computer; `{how_to_install()}` brings one"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_OPTIONS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def desk(course_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("home"), "--lang", "en", course=course_copy) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(240_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def jupyterlab(page: Page, request: pytest.FixtureRequest) -> Iterator[JupyterLab]:
    """JupyterLab in the browser; leaves a picture of how the test ended."""
    yield JupyterLab(page)
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{request.node.name}.png")
