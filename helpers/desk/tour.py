"""``course tour``: lesson 00 and the solved lab 01, run in a terminal, for someone who only wants to see it work."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from helpers.desk.children import local_cloud
from helpers.desk.jupyter_home import first_lesson, prepare, solution_of
from helpers.languages import Language
from helpers.paths import COURSE_ROOT, data_folder
from helpers.show.fonts import build_font_cache

CELL_SECONDS = 120
LINES_SHOWN = 14

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "more": "… {count} more lines",
        "good": "{cells} cells of {notebooks} notebooks ran in {seconds:.0f} seconds, and none failed. `{command}` opens the course.",
        "bad": "{path} stopped at the cell above. `course doctor` says what this computer lacks.",
        "gone": "the kernel ended",
    },
    "pt-BR": {
        "more": "… mais {count} linhas",
        "good": "{cells} células de {notebooks} notebooks rodaram em {seconds:.0f} segundos, sem nenhuma falha. `{command}` abre o curso.",
        "bad": "{path} parou na célula acima. `course doctor` diz o que falta neste computador.",
        "gone": "o kernel foi encerrado",
    },
}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def tour(language: Language, console: Console | None = None) -> bool:
    """Run both notebooks in a local cloud of their own and print every code cell with what it printed.

    Returns: whether every cell ran without an error.

    Raises: ``CourseError`` when the notebooks are not there or the local cloud does not start.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    texts = _TEXTS[language]
    began = time.monotonic()
    notebooks = (first_lesson(language), solution_of("01", language))
    data = data_folder()
    os.environ.update(prepare(data / "jupyter", language))
    build_font_cache()
    os.environ.pop("COURSE_TARGET", None)  # a tour never leaves this computer
    cells = 0
    with local_cloud(data / "tour.log") as cloud:
        os.environ["COURSE_CLOUD"] = cloud.endpoint_url
        for path in notebooks:
            try:
                cells += _run(path, texts, console)
            except (CellExecutionError, DeadKernelError) as error:
                if isinstance(error, DeadKernelError):
                    console.print(texts["gone"], style="red")
                console.print("\n" + texts["bad"].format(path=path), style="red")
                return False
    seconds = time.monotonic() - began
    command = "course start" if os.name == "nt" else "make lab"
    console.print("\n" + texts["good"].format(cells=cells, notebooks=len(notebooks), seconds=seconds, command=command))
    return True


def _run(path: Path, texts: dict[str, str], console: Console) -> int:
    """Run one notebook in its own folder, as JupyterLab would, and print as it goes; how many code cells it has."""
    notebook: NotebookNode = nbformat.read(COURSE_ROOT / path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str((COURSE_ROOT / path).parent)}},
    )
    console.print(Rule(f"[bold]{path.as_posix()}[/]", align="left"))
    ran = 0
    with client.setup_kernel(stderr=subprocess.DEVNULL):  # what a cell writes there arrives as its output
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type == "markdown":
                for heading in re.findall(r"^#+ +(.+)$", cell.source, re.MULTILINE)[:1]:
                    console.print(f"\n[bold cyan]{heading}[/]")
            elif cell.cell_type == "code":
                console.print(Text(f"› {first_line(cell.source)}", style="dim"))
                try:
                    client.execute_cell(cell, index)
                finally:
                    _show(cell, texts["more"], console)
                ran += 1
    return ran


def first_line(source: str) -> str:
    """The first line of a cell that is not a comment."""
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return lines[0] if lines else source


def _show(cell: NotebookNode, more: str, console: Console) -> None:
    lines = [line for output in cell.outputs for line in printed(output).splitlines()]
    style = "red" if any(output.output_type == "error" for output in cell.outputs) else ""
    if len(lines) > LINES_SHOWN:
        lines[LINES_SHOWN:] = [more.format(count=len(lines) - LINES_SHOWN)]
    if lines:
        console.print(Text("\n".join(f"    {line}" for line in lines), style=style))


def printed(output: NotebookNode) -> str:
    """What a terminal can show of one output: its text, or the message of an error."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return _COLOURS.sub("", "\n".join(output.traceback)) or f"{output.ename}: {output.evalue}"
    return str(output.data.get("text/plain", ""))
