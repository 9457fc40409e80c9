"""``course build``: what it writes, what it runs, and what it leaves alone."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request

import pytest

from helpers.errors import BuildFailed
from tests.authoring.fixture_course import CHECKS, LAB_SCRIPT, LESSON_SCRIPT, FixtureCourse, ran, text_of

LESSONS = ["notebooks/en/01-handlers.ipynb", "notebooks/pt-BR/01-handlers.ipynb"]
LABS = ["labs/en/01-handlers.ipynb", "labs/pt-BR/01-handlers.ipynb"]
SOLUTIONS = ["solutions/en/01-handlers.ipynb", "solutions/pt-BR/01-handlers.ipynb"]


def test_every_unit_becomes_its_notebooks_in_both_languages(built: FixtureCourse) -> None:
    assert sorted(built.generated()) == sorted(LESSONS + LABS + SOLUTIONS)


def test_what_was_built_passes_the_check(built: FixtureCourse) -> None:
    assert built.findings() == []


def test_a_second_build_runs_nothing_and_leaves_no_difference(built: FixtureCourse) -> None:
    before = built.generated()
    result = built.build()
    assert (ran(result), built.generated()) == ([], before)


def test_executing_everything_again_leaves_no_difference(built: FixtureCourse) -> None:
    before = built.generated()
    result = built.build("--all")
    assert sorted(ran(result)) == sorted(LESSONS + SOLUTIONS)
    assert built.generated() == before


def test_notebooks_carry_nothing_of_the_machine_that_built_them(built: FixtureCourse) -> None:
    for path in built.generated():
        assert set(built.notebook(path)["metadata"]) == {"course", "kernelspec", "language_info"}
        assert "version" not in built.notebook(path)["metadata"]["language_info"]
        assert str(built.root) not in built.read(path)


def test_lessons_and_solutions_are_stored_executed_and_numbered_from_one(built: FixtureCourse) -> None:
    for path in LESSONS + SOLUTIONS:
        code = [cell for cell in built.notebook(path)["cells"] if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))


def test_labs_are_stored_unsolved_without_outputs(built: FixtureCourse) -> None:
    for path in LABS:
        code = [cell for cell in built.notebook(path)["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", LABS)
def test_a_lab_as_shipped_contains_no_solution_line(built: FixtureCourse, path: str) -> None:
    shipped = built.read(path)
    for line in ("return len(sku) * 14", "total = 42", "Three letters", "Três letras", "BEGIN SOLUTION", "STUB"):
        assert line not in shipped


@pytest.mark.parametrize("path", SOLUTIONS)
def test_a_solution_contains_no_stub_and_no_mark(built: FixtureCourse, path: str) -> None:
    solution = built.read(path)
    assert "return len(sku) * 14" in solution
    assert not any(mark in solution for mark in ("NotImplementedError", "STUB", "BEGIN SOLUTION", "END SOLUTION"))


def test_code_is_the_same_in_both_languages_and_prose_is_not(built: FixtureCourse) -> None:
    for english, portuguese in (LESSONS, LABS, SOLUTIONS):
        pairs = list(zip(built.notebook(english)["cells"], built.notebook(portuguese)["cells"], strict=True))
        assert all(left["id"] == right["id"] for left, right in pairs)
        assert all((left["source"] == right["source"]) == (left["cell_type"] == "code") for left, right in pairs)


def test_every_code_cell_keeps_the_id_and_tags_of_its_source(built: FixtureCourse) -> None:
    cell = built.cell(LESSONS[0], "varying")
    assert cell["metadata"] == {"tags": ["nbval-ignore-output"]}
    assert built.cell(LABS[0], "answer-01-1-total")["metadata"] == {"exercise": "01.1"}


def test_a_handler_file_is_written_by_the_standard_magic_with_one_wording(built: FixtureCourse) -> None:
    built.build("--all")  # by now the file exists, and the magic itself would say "Overwriting"
    cell = built.cell(LESSONS[0], "write-handler")
    assert text_of(cell).startswith("%%writefile work/handler.py\ndef lambda_handler")
    assert cell["metadata"] == {"tags": ["nbval-ignore-output"]}
    assert cell["outputs"][0]["text"] == ["Writing work/handler.py\n"]


def test_mermaid_stays_a_fence_that_jupyterlab_and_github_draw(built: FixtureCourse) -> None:
    assert "```mermaid\ngraph LR\n  Cliente --> Função\n```" in text_of(built.cell(LESSONS[1], "opening"))


def test_a_figure_is_stored_as_a_picture_without_the_program_that_drew_it(built: FixtureCourse) -> None:
    (output,) = built.cell(LESSONS[0], "figure")["outputs"]
    picture = base64.b64decode("".join(output["data"]["image/png"]))
    assert picture.startswith(b"\x89PNG")
    assert b"IDAT" in picture
    assert b"Matplotlib" not in picture


def test_an_expected_error_is_stored_in_one_line(built: FixtureCourse) -> None:
    (output,) = built.cell(LESSONS[0], "failing")["outputs"]
    assert output["traceback"] == ["KeyError: 'number'"]


def test_hints_stand_folded_between_a_task_and_its_answer(built: FixtureCourse) -> None:
    for path, first in ((LABS[0], "Hint 1"), (LABS[1], "Dica 1")):
        ids = [cell["id"] for cell in built.notebook(path)["cells"]]
        assert ids.index("hints-01-1") == ids.index("task-01-1") + 1 == ids.index("answer-01-1-file") - 1
        hints = text_of(built.cell(path, "hints-01-1"))
        assert hints.count("<details>") == hints.count("</details>") == 3
        assert first in hints
    assert "<details>" not in built.read(SOLUTIONS[0])


def test_an_unfinished_answer_stops_with_the_title_of_its_task(built: FixtureCourse) -> None:
    source = text_of(built.cell(LABS[1], "answer-01-1-total"))
    assert source == 'raise NotImplementedError("01.1 · Look a product up: write your answer in this cell")'


def test_the_last_cell_links_back_on_and_to_the_other_language(built: FixtureCourse) -> None:
    lesson = text_of(built.cell(LESSONS[0], "navigation"))
    assert "[Lab 01: One handler](../../labs/en/01-handlers.ipynb) →" in lesson
    assert "(../pt-BR/01-handlers.ipynb)" in lesson
    assert "← [Lição 01: Funções handler](../../notebooks/pt-BR/01-handlers.ipynb)" in text_of(
        built.cell(SOLUTIONS[1], "navigation")
    )


def test_editing_the_code_of_one_unit_runs_only_that_unit(built: FixtureCourse) -> None:
    built.edit(LAB_SCRIPT, "total = 42", "total = 6 * 7")
    assert ran(built.build()) == SOLUTIONS


def test_editing_the_checks_of_a_lab_runs_its_solution_again(built: FixtureCourse) -> None:
    built.write("course/labs/01-handlers/checks.py", CHECKS + "\nPOINTS = 2\n")
    assert ran(built.build()) == SOLUTIONS


def test_editing_prose_is_rendered_without_running_anything(built: FixtureCourse) -> None:
    built.edit(LESSON_SCRIPT, "# Uma lição de 20", "# Esta é uma lição de 20")
    assert "differs from what" in built.findings()[0]
    result = built.build()
    assert (ran(result), built.findings()) == ([], [])
    assert "Esta é uma lição" in built.read(LESSONS[1])


def test_a_unit_can_be_named_by_number_short_name_or_folder(built: FixtureCourse) -> None:
    assert ran(built.build("lesson-01", "--all")) == LESSONS
    assert ran(built.build("course/labs/01-handlers/", "--all")) == SOLUTIONS
    built.edit(LESSON_SCRIPT, '"number": 21', '"number": 22')
    assert (ran(built.build(LAB_SCRIPT)), ran(built.build("01"))) == ([], LESSONS)


def test_a_notebook_that_cannot_be_written_is_named(built: FixtureCourse) -> None:
    built.edit(LAB_SCRIPT, "# ## 01.1 · Encontre", "# ## 01.1 · Ache")
    (built.root / LABS[1]).unlink()
    (built.root / LABS[1]).mkdir()
    with pytest.raises(BuildFailed, match=f"{LABS[1]} could not be written .*: make room or give write permission"):
        built.build("lab-01")


def test_line_ends_that_a_checkout_changed_are_no_difference(built: FixtureCourse) -> None:
    path = built.root / LABS[0]
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert built.findings() == []


def test_an_unknown_unit_is_refused_with_the_names_that_exist(built: FixtureCourse) -> None:
    with pytest.raises(BuildFailed, match="the course has no unit 07: choose from lab-01, lesson-01"):
        built.build("07")


def test_a_cell_that_raises_fails_the_build_and_is_named(built: FixtureCourse) -> None:
    built.edit(
        LESSON_SCRIPT, 'print(lambda_handler({"number": 21}, None))', 'print(lambda_handler({"numbr": 21}, None))'
    )
    before = built.generated()
    result = built.build()
    assert result.exit_code == 1
    assert f"{LESSON_SCRIPT}:46: [call] executed for notebooks/en: KeyError: 'number'; mend the cell" in result.stdout
    assert built.generated() == before


def test_a_cell_that_should_raise_and_does_not_fails_the_build(built: FixtureCourse) -> None:
    built.edit(LESSON_SCRIPT, "lambda_handler({}, None)", "pass")
    result = built.build("lesson-01")
    assert result.exit_code == 1
    assert "[failing]" in result.stdout
    assert "raises nothing" in result.stdout


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("object()", "shows an object's address"),
        ("import datetime; datetime.datetime.now()", "shows a request id or a time (datetime.datetime("),
        ("import uuid; print(uuid.uuid4())", "shows a request id or a time"),
        ("import sys; print('deprecated', file=sys.stderr)", "writes to standard error: deprecated"),
        ("import os; print(os.getcwd())", "shows a path of this computer"),
        ("import os; os._exit(3)", "its kernel died"),
        (
            "import time, matplotlib.pyplot as plt; plt.plot([time.perf_counter_ns() % n for n in range(7, 16)]); plt.show()",
            "two runs of this cell draw two",
        ),
    ],
)
def test_an_output_that_cannot_be_stored_fails_the_build(built: FixtureCourse, code: str, problem: str) -> None:
    built.edit(LESSON_SCRIPT, 'print(lambda_handler({"number": 21}, None))', code)
    result = built.build("lesson-01")
    assert result.exit_code == 1
    assert "[call]" in result.stdout
    assert problem in result.stdout


CONNECTED = """
import os
from helpers import connect

connect("01")
import boto3

queue = boto3.client("sqs").create_queue(QueueName="orders")
print(os.environ["AWS_ENDPOINT_URL"], os.environ["COURSE_LANG"])
"""


def test_a_lesson_that_connects_gets_a_local_cloud_that_ends_with_the_build(built: FixtureCourse) -> None:
    tags = ' tags=["nbval-ignore-output"]'
    built.edit(LESSON_SCRIPT, f'id="varying"{tags}', f'id="cloud"{tags}{CONNECTED}\n# %% id="varying"{tags}')
    result = built.build("lesson-01")
    assert result.exit_code == 0, result.output
    endpoints = set()
    for path, language in zip(LESSONS, ("en", "pt-BR"), strict=True):
        (output,) = built.cell(path, "cloud")["outputs"]
        assert output["text"][0].startswith("local cloud")
        endpoint, _, seen = output["text"][1].strip().partition(" ")
        assert seen == language
        endpoints.add(endpoint)
    (endpoint,) = endpoints
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{endpoint}/_localcloud/health", timeout=5)


def test_one_broken_unit_does_not_keep_the_others_from_being_built(built: FixtureCourse) -> None:
    built.edit(LESSON_SCRIPT, "# A lesson of 20 minutes.", "# A short lesson of 20 minutes.")
    built.edit(LAB_SCRIPT, "total = 42", "total = 6 * 7")
    result = built.build()
    assert result.exit_code == 1
    assert ran(result) == SOLUTIONS
    assert "total = 6 * 7" in built.read(SOLUTIONS[0])


def test_an_output_edited_by_hand_is_found_and_made_again(built: FixtureCourse) -> None:
    built.edit(LESSONS[0], "{'doubled': 42}", "{'doubled': 43}")
    (finding,) = built.findings()
    assert finding == f"{LESSONS[0]}: its outputs are not those that the build stored; run `course build lesson-01`"
    assert ran(built.build()) == [LESSONS[0]]
    assert built.findings() == []


def test_a_lab_that_a_learner_solved_in_place_is_found(built: FixtureCourse) -> None:
    notebook = built.notebook(LABS[0])
    next(cell for cell in notebook["cells"] if cell["id"] == "answer-01-1-total")["source"] = ["total = 42"]
    built.write(LABS[0], json.dumps(notebook))
    (finding,) = built.findings()
    assert finding.startswith(f"{LABS[0]}: [answer-01-1-total] it differs from what {LAB_SCRIPT} gives; run")


def test_missing_broken_and_stray_notebooks_are_found(built: FixtureCourse) -> None:
    (built.root / LESSONS[1]).unlink()
    built.write(SOLUTIONS[0], "no json")
    built.write("notebooks/en/00-gone.ipynb", "{}")
    built.write("notebooks/en/work/handler.py", "the learner's own")
    lines = built.build("--check").stdout.splitlines()
    assert lines == [
        f"{LESSONS[1]}: this notebook was never built; run `course build lesson-01`",
        f"{SOLUTIONS[0]}: this is no notebook; run `course build lab-01`",
        "notebooks/en/00-gone.ipynb: no source gives this file; remove it, or move it out of the generated folders",
    ]


def test_plain_nbval_passes_on_lessons_and_solutions(built: FixtureCourse) -> None:
    result = built.nbval("notebooks", "solutions")
    assert result.returncode == 0, result.stdout
    assert "24 passed" in result.stdout


def test_plain_nbval_fails_on_a_lab_as_shipped(built: FixtureCourse) -> None:
    result = built.nbval("labs/en")
    assert result.returncode == 1
    assert "01.1 · Look a product up: write your answer in this cell" in result.stdout
