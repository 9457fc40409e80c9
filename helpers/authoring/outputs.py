"""Make stored outputs the same from build to build: what merely tells of one run goes, what a reader should see stays."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.authoring.notebook_files import NotebookNode, node
from helpers.authoring.source import IGNORE_OUTPUT

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND"}
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_OF_ONE_RUN = re.compile(
    r"'ResponseMetadata': \{|\bdatetime\.datetime\(\d{4}, [^)]*\)|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b1-[0-9a-f]{8}-[0-9a-f]{24}\b"  # the root of a trace
)
_CLOCK_TIME = re.compile(
    r"\b(?P<year>\d{4})[-:/](?P<month>\d\d)[-:/](?P<day>\d\d)[T ]\d\d:\d\d(?::\d\d)?|\b\d\d:\d\d:\d\d\b"
)
_A_RUN_MAY_SHOW = dt.timedelta(days=-1), dt.timedelta(days=400)  # the clock of a notebook is moved forward, never back


def normalise(notebook: NotebookNode) -> None:
    """Renumber the executed cells, and take from their outputs what differs between two runs of the same code.

    Tracebacks shrink to their last line, pictures lose their textual metadata, widgets keep their static form, and ``%%writefile``
    always says "Writing". Doing it twice changes nothing.
    """
    executed = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count is not None]
    for number, cell in enumerate(executed, 1):
        cell.execution_count = number
        cell.outputs = [_normal(node(output), number) for output in cell.outputs]
        if cell.source.startswith("%%writefile"):
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.text = output.text.replace("Overwriting ", "Writing ", 1)


def outputs_hash(notebook: NotebookNode) -> str:
    """A hash over all normalised outputs, by which an output that was changed by hand is noticed."""
    stored = [[cell.id, cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:16]


def keep_varying(notebook: NotebookNode, earlier: NotebookNode) -> None:
    """Give cells whose output is not compared the output of an earlier run of the same code, so that the file does not change."""
    stored = {cell.id: cell.outputs for cell in earlier.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if cell.cell_type == "code" and IGNORE_OUTPUT in cell.metadata.get("tags", ()) and cell.id in stored:
            cell.outputs = stored[cell.id]


def pictures_that_differ(left: NotebookNode, right: NotebookNode) -> list[str]:
    """The ids of the cells that drew another picture in ``left`` than in ``right``, which ran the same code.

    nbval does not compare pictures, so this is where one that changes with every run is noticed.
    """
    ours, theirs = _pictures(left), _pictures(right)
    return [cell for cell in ours if ours[cell] != theirs.get(cell)]


def complaints(cell: NotebookNode, root: Path) -> Iterator[tuple[str, str]]:
    """Why a cell's outputs cannot be stored, as pairs of problem and repair."""
    varies = IGNORE_OUTPUT in cell.metadata.get("tags", ())
    shown = "\n".join(_texts(cell))
    for private in {str(root), str(Path.home()), sys.prefix}:
        if len(private) > 4 and private in shown:
            yield f"its output shows a path of this computer: {private}", "print only the part that a reader needs"
            break
    if varies:
        return
    address = _ADDRESS.search(shown)
    if address:
        yield (
            f"its output shows an object's address ({address[0]}), which changes with every run",
            "print chosen fields, or end the line with ;",
        )
    of_one_run = _of_one_run(shown)
    if of_one_run:
        yield (
            f"its output shows a request id or a time ({of_one_run}), which changes with every run",
            f"give the result a name, print chosen fields, or tag the cell {IGNORE_OUTPUT}",
        )
    stderr = "".join(
        output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"
    )
    if stderr.strip():
        yield (
            f"it writes to standard error: {stderr.strip().splitlines()[0]}",
            f"silence it, or tag the cell {IGNORE_OUTPUT}",
        )


def without_text(png: bytes) -> bytes:
    """A PNG picture without the chunks that tell of the program and the time that made it (https://www.w3.org/TR/png-3/)."""
    if not png.startswith(_PNG_SIGNATURE):
        return png
    kept, position = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while position + 8 <= len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        end = position + 12 + length
        if png[position + 4 : position + 8] in _PNG_PICTURE:
            kept.append(png[position:end])
        position = end
    return b"".join(kept)


def _pictures(notebook: NotebookNode) -> dict[str, list[str]]:
    return {
        cell.id: [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
        for cell in notebook.cells
        if cell.cell_type == "code" and IGNORE_OUTPUT not in cell.metadata.get("tags", ())
    }


def _normal(output: NotebookNode, number: int) -> NotebookNode:
    if output.output_type == "error":
        output.evalue = _ANSI.sub("", output.evalue)
        output.traceback = [f"{output.ename}: {output.evalue}"]
        return output
    if output.output_type == "execute_result":
        output.execution_count = number
    data: dict[str, Any] = output.get("data", {})
    data.pop(_WIDGET_VIEW, None)
    if "image/png" in data:
        data["image/png"] = base64.b64encode(without_text(base64.b64decode(data["image/png"]))).decode()
    return output


def _of_one_run(shown: str) -> str | None:
    """The first request id or time in a text that the next run would not show again. A fixed date of the past, as in a picture's EXIF, stays."""
    found = _OF_ONE_RUN.search(shown)
    times = (time[0] for time in _CLOCK_TIME.finditer(shown) if _is_of_a_run(time))
    return found[0] if found else next(times, None)


def _is_of_a_run(time: re.Match[str]) -> bool:
    if time["year"] is None:
        return True
    try:
        day = dt.date(int(time["year"]), int(time["month"]), int(time["day"]))
    except ValueError:
        return False
    earliest, latest = _A_RUN_MAY_SHOW
    return earliest <= day - dt.datetime.now(dt.UTC).date() <= latest


def _texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type == "error":
            yield f"{output.ename}: {output.evalue}"
        else:
            yield from (
                text for kind, text in output.data.items() if isinstance(text, str) and not kind.startswith("image/")
            )
