"""What is no submission is refused with a code, and with one sentence that names the repair."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from helpers.classroom import submission
from helpers.classroom.rebuild import rebuild
from helpers.errors import SubmissionRejected
from tests.classroom.shop import Notebook, answered

CELL = {"cell_type": "code", "id": "answer-91-1", "metadata": {}, "source": "1"}


def refusal(path: Path) -> SubmissionRejected:
    with pytest.raises(SubmissionRejected) as caught:
        submission.read(path)
    return caught.value


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("empty", b""),
        ("empty", b" \n "),
        ("not-json", b'{"cells": ['),
        ("not-json", b"print('a script')"),
        ("not-json", b'{"cells": ' + b"9" * 5000 + b"}"),
        ("merge-conflict", b'{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> other\n}'),
        ("not-utf8", '{"cells": ["é"]}'.encode("latin-1")),
        ("too-deep", b"[" * 100_000 + b"]" * 100_000),
        ("not-a-notebook", b"[1, 2]"),
        ("not-a-notebook", b'"text"'),
        ("not-a-notebook", b'{"name": "package"}'),
        ("not-a-notebook", b'{"cells": {"a": 1}}'),
        ("no-cells", b'{"cells": [], "metadata": {}, "nbformat": 4}'),
        ("no-cells", b'{"worksheets": [], "nbformat": 3}'),
        ("too-large", b'{"cells": ["' + b"x" * submission.MAX_FILE + b'"]}'),
    ],
)
def test_a_file_that_is_no_notebook_is_refused_with_its_code_and_a_repair(
    tmp_path: Path, code: str, content: bytes
) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_bytes(content)
    refused = refusal(path)
    assert refused.code == code
    assert ":" in str(refused)
    assert "\n" not in str(refused)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.ipynb").code == "missing"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "not-a-file"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no FIFOs")
def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lab.ipynb")
    assert refusal(tmp_path / "lab.ipynb").code == "not-a-file"


def test_a_symbolic_link_is_refused_even_when_it_leads_to_a_notebook(tmp_path: Path) -> None:
    target = tmp_path / "real.ipynb"
    target.write_text(json.dumps({"cells": [CELL]}))
    (tmp_path / "lab.ipynb").symlink_to(target)
    assert refusal(tmp_path / "lab.ipynb").code == "symlink"


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"cells": [CELL]}).encode())
    assert [cell.identity for cell in submission.read(path).cells] == ["answer-91-1"]


@pytest.mark.parametrize("name", ["lição 1 – ação (cópia).ipynb", "-k x.ipynb"])
def test_the_name_of_the_file_does_not_matter(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps({"cells": [CELL]}))
    assert submission.read(path).cells


def test_notebooks_of_format_3_and_of_a_future_format_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    old = {
        "nbformat": 3,
        "worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"], "metadata": {"exercise": "91.1"}}]}],
    }
    path.write_text(json.dumps(old))
    assert submission.read(path).cells == (submission.Cell("", "91.1", "a\nb"),)
    path.write_text(json.dumps({"nbformat": 5, "nbformat_minor": 0, "cells": [CELL]}))
    assert submission.read(path).cells[0].source == "1"


def test_fields_of_a_wrong_type_are_read_as_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_text(
        json.dumps(
            {"cells": [{"cell_type": "code", "id": 5, "metadata": [], "source": {"a": 1}}, 7, None], "metadata": 3}
        )
    )
    assert submission.read(path) == submission.Submission((submission.Cell("", "", ""),), {})


def read(tmp_path: Path, notebook: Notebook) -> submission.Submission:
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps(notebook))
    return submission.read(path)


def test_a_notebook_without_one_answer_cell_of_the_lab_is_refused(tmp_path: Path, shipped: Notebook) -> None:
    handed_in = read(tmp_path, {"cells": [{**CELL, "id": "something-else"}]})
    with pytest.raises(SubmissionRejected, match="not one answer cell") as caught:
        rebuild(shipped, handed_in)
    assert caught.value.code == "no-answers"


def test_only_answers_and_own_cells_come_from_the_submission(tmp_path: Path, shipped: Notebook) -> None:
    sent = answered(json.loads(json.dumps(shipped)), q1="mine = 1")
    for cell in sent["cells"]:
        if cell["id"] in ("connect", "check-91-1"):
            cell["source"] = "stolen = True"
    rebuilt = rebuild(shipped, read(tmp_path, sent))
    sources = {cell["id"]: cell["source"] for cell in rebuilt.notebook["cells"]}
    assert sources["answer-91-1"] == "mine = 1"
    assert sources["check-91-1"] == 'check("91.1")'
    assert "stolen" not in "".join(sources.values())
    assert {warning.cell for warning in rebuilt.warnings if warning.code == "edited"} == {"connect", "check-91-1"}


def test_an_own_cell_runs_before_the_cell_of_the_course_that_follows_it(tmp_path: Path, shipped: Notebook) -> None:
    sent = json.loads(json.dumps(shipped))
    place = next(number for number, cell in enumerate(sent["cells"]) if cell["id"] == "answer-91-2")
    sent["cells"].insert(place, {**CELL, "id": "mine", "source": "helper = 1"})
    sent["cells"].append({**CELL, "id": "last", "source": "late = 1"})
    order = [cell["source"] for cell in rebuild(shipped, read(tmp_path, sent)).notebook["cells"]]
    assert order.index("helper = 1") == order.index('check("91.1")') + 1
    assert order[-1] == "late = 1"


def test_of_two_answer_cells_the_original_counts_and_a_copy_is_reported(tmp_path: Path, shipped: Notebook) -> None:
    sent = answered(json.loads(json.dumps(shipped)), q1="original = 1")
    sent["cells"].append({**CELL, "source": "copied = 1"})
    sent["cells"].append({**CELL, "id": "new-id", "source": "copied = 2", "metadata": {"exercise": "91.1"}})
    rebuilt = rebuild(shipped, read(tmp_path, sent))
    text = "".join(cell["source"] for cell in rebuilt.notebook["cells"])
    assert "original = 1" in text
    assert "copied" not in text
    assert {(warning.code, warning.cell) for warning in rebuilt.warnings} == {
        ("duplicate", "answer-91-1"),
        ("duplicate", "91.1"),
    }


def test_answers_are_found_by_their_exercise_when_an_old_tool_dropped_the_ids(
    tmp_path: Path, shipped: Notebook
) -> None:
    sent = answered(json.loads(json.dumps(shipped)), q2="found = 1")
    for cell in sent["cells"]:
        del cell["id"]
    sources = [cell["source"] for cell in rebuild(shipped, read(tmp_path, sent)).notebook["cells"]]
    assert "found = 1" in sources


def test_what_was_left_as_shipped_counts_as_not_answered(tmp_path: Path, shipped: Notebook) -> None:
    rebuilt = rebuild(
        shipped,
        read(
            tmp_path,
            answered(
                json.loads(json.dumps(shipped)),
                q2=next(c["source"] for c in shipped["cells"] if c["id"] == "answer-91-2"),
            ),
        ),
    )
    assert rebuilt.unanswered == {"91.2"}
