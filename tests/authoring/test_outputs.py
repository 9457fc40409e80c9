"""What is taken from outputs so that two builds store the same."""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from pathlib import Path

import pytest

from helpers.authoring.notebook_files import NotebookNode, code_cell, node, notebook
from helpers.authoring.outputs import complaints, keep_varying, normalise, outputs_hash, without_text


def executed(*outputs: dict[str, object], tags: tuple[str, ...] = (), source: str = "look()") -> NotebookNode:
    cell = code_cell("look", source, {"tags": list(tags)})
    cell.execution_count = 7
    cell.outputs = [node(output) for output in outputs]
    return notebook([cell], {})


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def test_a_picture_keeps_its_pixels_and_loses_its_text() -> None:
    signature = b"\x89PNG\r\n\x1a\n"
    pixels = [chunk(b"IHDR", b"\0" * 13), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")]
    text = chunk(b"tEXt", b"Software\0Matplotlib version 3")
    assert without_text(signature + pixels[0] + text + pixels[1] + pixels[2]) == signature + b"".join(pixels)
    assert without_text(b"GIF89a") == b"GIF89a"


def test_a_widget_keeps_only_what_can_be_read_without_it() -> None:
    made = executed(
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {
                "application/vnd.jupyter.widget-view+json": {"model_id": "f00"},
                "text/html": "<p>quiz</p>",
                "text/plain": "Quiz()",
            },
        }
    )
    normalise(made)
    assert made.cells[0].outputs[0].data == {"text/html": "<p>quiz</p>", "text/plain": "Quiz()"}


def test_counts_begin_at_one_and_tracebacks_are_one_line_without_colours() -> None:
    made = executed(
        {"output_type": "execute_result", "execution_count": 7, "metadata": {}, "data": {"text/plain": "1"}},
        {"output_type": "error", "ename": "CheckFailed", "evalue": "\x1b[31mno queue\x1b[0m", "traceback": ["a", "b"]},
    )
    normalise(made)
    (cell,) = made.cells
    assert (cell.execution_count, cell.outputs[0].execution_count) == (1, 1)
    assert cell.outputs[1].traceback == ["CheckFailed: no queue"]


def test_normalising_twice_changes_nothing() -> None:
    made = executed(
        {"output_type": "stream", "name": "stdout", "text": "Overwriting work/a.py\n"},
        source="%%writefile work/a.py\n1",
    )
    normalise(made)
    first = outputs_hash(made)
    normalise(made)
    assert outputs_hash(made) == first
    assert made.cells[0].outputs[0].text == "Writing work/a.py\n"


def test_only_outputs_that_nobody_compares_are_kept_from_an_earlier_run() -> None:
    earlier, later = ({"output_type": "stream", "name": "stdout", "text": text} for text in ("3 ms", "4 ms"))
    for tags, kept in ((("nbval-ignore-output",), "3 ms"), ((), "4 ms")):
        made = executed(later, tags=tags)
        keep_varying(made, executed(earlier, tags=tags))
        assert made.cells[0].outputs[0].text == kept


NOW = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    "shown",
    [
        "8e6d1b52-3c5f-4d3a-9a4e-2f0c6f1d7b11",
        "RequestId: 8E6D1B52-3C5F-4D3A-9A4E-2F0C6F1D7B11",
        "Root=1-6745a1b2-0123456789abcdef01234567;Sampled=1",
        f"{NOW:%Y-%m-%dT%H:%M:%S}.123Z",
        f"{NOW:%Y-%m-%d %H:%M}",
        f"{NOW + dt.timedelta(days=300):%Y-%m-%dT%H:%M:%SZ}",
        "at 10:21:58 it was there",
        "[26/Nov/2026:10:21:58 +0000]",
        "Thu, 26 Nov 2026 10:21:58 GMT",
    ],
    ids=["id", "request id", "trace", "now", "now, short", "next year", "a time", "a log's time", "a header's time"],
)
def test_an_id_or_a_time_of_one_run_is_refused_unless_nobody_compares_it(shown: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": f"before\n{shown}\n"}
    (problem, repair), *others = complaints(executed(output).cells[0], Path("/nowhere/at/all"))
    assert "shows a request id or a time" in problem and "nbval-ignore-output" in repair and not others
    assert not list(complaints(executed(output, tags=("nbval-ignore-output",)).cells[0], Path("/nowhere/at/all")))


@pytest.mark.parametrize(
    "shown",
    [
        "2012-10-17",
        "arn:aws:sqs:us-east-1:111122223333:orders",
        "taken 2024:05:01 10:20:30",
        "1970-01-01T00:00:00.000Z",
        "2024-99-99T10:20:30Z",
        "3:10:2 and 12:30",
        "m-0001-0002",
    ],
)
def test_what_the_next_run_shows_again_is_kept(shown: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": shown}
    assert not list(complaints(executed(output).cells[0], Path("/nowhere/at/all")))
