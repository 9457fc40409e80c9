"""What a learner does in JupyterLab, in a learner's words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request

CELL_SECONDS = 480

# The Portuguese language pack leaves some menus in English.
_CLEAR = ("Edit", "Clear Outputs of All Cells")
_RUN = {"en": ("Run", "Run All Cells"), "pt-BR": ("Run", "Executar todas as células")}

_NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
_RED = '[data-mime-type="application/vnd.jupyter.stderr"]'

# Cells stand in the document in order. A prompt reads "[ ]:" before, "[*]:" during and "[3]:" after a run.
_ALL_RAN_OR_ONE_FAILED = """([notebook, red]) => {
    const cells = [...document.querySelectorAll(`${notebook} .jp-CodeCell`)];
    const prompts = cells.map(cell => cell.querySelector('.jp-InputPrompt').textContent.trim());
    const failed = document.querySelector(`${notebook} ${red}`);
    if (prompts.some(prompt => prompt.includes('*'))) return false;
    return failed !== null || cells.length > 0 && prompts.every(prompt => /\\d/.test(prompt));
}"""


@dataclass
class JupyterLab:
    """One browser page with JupyterLab in it."""

    page: Page
    language: str = "en"
    other_machines: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)

    def open(self, link: str) -> None:
        """Open a notebook by its link, in an empty workspace, and wait for its kernel."""
        self.page.goto(f"{link}&reset")
        self.page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run_all(self) -> None:
        """Clear what an earlier run left, choose Run All Cells in the menu, and wait until all ran or one failed."""
        self.choose(*_CLEAR)
        self.choose(*_RUN[self.language])
        self.page.wait_for_function(_ALL_RAN_OR_ONE_FAILED, arg=[_NOTEBOOK, _RED], timeout=CELL_SECONDS * 1000)

    def choose(self, menu: str, item: str) -> None:
        """Click an item of a menu."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=_exactly(menu)).click()
        self.page.locator(".lm-Menu-itemLabel", has_text=_exactly(item)).click()

    def cell(self, index: int) -> Locator:
        """The cell with this number, from 0, of the notebook that is shown."""
        return self.page.locator(f"{_NOTEBOOK} .jp-Notebook .jp-Cell").nth(index)

    def write(self, index: int, source: str) -> None:
        """Replace what stands in a code cell."""
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def errors(self) -> list[str]:
        """The outputs that are shown in red: exceptions, and what was written to standard error."""
        return self.page.locator(f"{_NOTEBOOK} {_RED}").all_text_contents()

    def show_errors(self) -> None:
        """Scroll to the first error, for the picture."""
        self.page.locator(f"{_NOTEBOOK} {_RED}").first.scroll_into_view_if_needed()

    def outputs(self) -> str:
        """Everything that the code cells printed."""
        return "\n".join(self.page.locator(f"{_NOTEBOOK} .jp-OutputArea-output").all_text_contents())

    def _note(self, request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in (None, "127.0.0.1"):
            self.other_machines.add(str(host))


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(f"^{re.escape(text)}$")
