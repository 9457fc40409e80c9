"""The coverage: its page, and every way in which it can be wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from helpers.authoring.headings import anchor
from tests.authoring.fixture_course import LAB_SCRIPT, LESSON_SCRIPT, FixtureCourse, ran
from tests.authoring.test_interview import question
from tests.conftest import REPOSITORY

SOURCE = "course/coverage.yaml"
PAGE = "docs/coverage.md"
COVERAGE = """\
waiting:
  lesson-02: {en: "Cost, not written yet.", pt-BR: "Custo, ainda não escrita."}
  added-questions: {en: "Questions of our own.", pt-BR: "Perguntas nossas."}

sections:
  - id: section-lambda
    says: {en: "Lambda", pt-BR: "Lambda"}
    entries:
      - id: lambda-calls
        says: {en: "Lambda calls the handler | once.", pt-BR: "O Lambda chama o handler | uma vez."}
        claims: ["11-2"]
        cells: [lesson-01/reading]
        experiment: lesson-01/call
        checks: [lab-01/01.1]
        questions: [q04]
      - id: lambda-cost
        says: {en: "It is cheap.", pt-BR: "É barato."}
        cells: [lesson-01/opening]
        waits: {experiment: lesson-02, checks: lesson-02, questions: added-questions}

claims:
  - id: "11-2"
    says: {en: "Keys come as they are.", pt-BR: "As chaves vêm como são."}
    experiment: lesson-01/failing
"""


def covered(course: FixtureCourse) -> FixtureCourse:
    course.write(SOURCE, COVERAGE)
    course.write("course/interview/q04.yaml", yaml.safe_dump(question(), allow_unicode=True))
    return course


def test_a_whole_coverage_has_no_findings(course: FixtureCourse) -> None:
    lines = covered(course).findings()
    assert lines == [f"{PAGE}: it differs from what the coverage and the lessons give; run `course build`"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("lesson-01/reading", "lesson-01/nowhere", 9, "its cell lesson-01/nowhere is no cell of the course"),
        ("lesson-01/reading", "lesson-07/reading", 9, "its cell lesson-07/reading is no cell of the course"),
        ("lesson-01/call", "lesson-01/opening", 9, "its experiment lesson-01/opening is no code cell"),
        ("lab-01/01.1", "lab-01/01.2", 9, "its check lab-01/01.2 is no exercise"),
        ("[q04]", "[q04, q05]", 9, "its question q05 is not in course/interview"),
        ('["11-2"]', '["11-2", "22-1"]', 9, "its claim 22-1 is not listed under claims"),
        ("        checks: [lab-01/01.1]\n", "", 9, "it has no checks and waits for nothing; name its checks"),
        ("[lesson-01/opening]", "[]", 16, "it has no cells and waits for nothing"),
        ("waits: {", "waits: {cells: lesson-02, ", 16, "it has cells and still waits for lesson-02"),
        ("checks: lesson-02", "checks: lesson-09", 16, "it waits for lesson-09, and nothing says why"),
        ("checks: lesson-02", "checks: lab-01", 16, "it waits for lab-01, which is there; name its checks in lab-01"),
        ("experiment: lesson-01/failing", "waits: lesson-01", 22, "it waits for lesson-01, which is there"),
        ("    experiment: lesson-01/failing\n", "", 22, "it has no experiment and waits for nothing"),
        ("lesson-01/failing", "lesson-01/gone", 22, "its experiment lesson-01/gone is no code cell"),
        ("id: lambda-cost", "id: lambda-calls", 9, "2 entries have this id"),
        ("É barato.", "Custa 5.", 16, "numbers differ"),
        ("waiting:\n", 'waiting:\n  lab-09: {en: "x", pt-BR: "x"}\n', 2, "no entry waits for this; remove it"),
        (', pt-BR: "É barato."', "", 0, "Field required"),
        ("cells: [lesson-01/reading]", "cells: [reading]", 0, "String should match pattern"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(course: FixtureCourse, old: str, new: str, line: int, said: str) -> None:
    covered(course).edit(SOURCE, old, new)
    found = [one for one in course.findings() if not one.startswith(PAGE) and said in one]
    assert found
    assert found[0].startswith(f"{SOURCE}:{line}:" if line else f"{SOURCE}:")


def test_a_claim_of_a_header_that_is_not_listed_is_found_there(course: FixtureCourse) -> None:
    covered(course).edit(LESSON_SCRIPT, 'claims: ["11-2"]', 'claims: ["11-2", "11-9"]')
    (found,) = [one for one in course.findings() if not one.startswith(PAGE)]
    assert found.startswith(f"{LESSON_SCRIPT}: its header names claim 11-9, which {SOURCE} does not list; list it")


def test_a_lab_and_a_question_that_no_entry_leads_to_are_found(course: FixtureCourse) -> None:
    covered(course).edit(
        SOURCE,
        "        checks: [lab-01/01.1]\n        questions: [q04]\n",
        "        waits: {checks: lesson-02, questions: added-questions}\n",
    )
    found = [one for one in course.findings() if not one.startswith(PAGE)]
    assert [one.partition("; ")[0] for one in found] == [
        f"{LAB_SCRIPT}: no entry of {SOURCE} leads to lab-01",
        f"course/interview/q04.yaml: no entry of {SOURCE} leads to q04",
    ]


def test_a_question_that_arrives_is_offered_to_the_entries_that_wait_where_it_proves_itself(
    course: FixtureCourse,
) -> None:
    covered(course).write("course/interview/a01.yaml", yaml.safe_dump(question(id="a01"), allow_unicode=True))
    found = [one for one in course.findings() if not one.startswith(PAGE)]
    assert "[lambda-cost] it waits for a question, and a01 prove themselves where it is taught" in found[0]
    assert "leads to a01" in found[1]


def test_while_a_unit_cannot_be_read_the_coverage_is_left_alone(built: FixtureCourse) -> None:
    covered(built).build()
    before = built.read(PAGE)
    built.edit(LAB_SCRIPT, "minutes: 25", "minutes: many")
    found = built.findings()
    assert found
    assert not any(SOURCE in one or PAGE in one for one in found)
    built.build()
    assert built.read(PAGE) == before


def test_the_page_is_written_without_running_anything_and_found_when_it_is_stale(built: FixtureCourse) -> None:
    result = covered(built).build()
    assert (ran(result), built.findings()) == ([], [])
    built.edit(SOURCE, "It is cheap.", "It costs little.")
    assert built.findings() == [f"{PAGE}: it differs from what the coverage and the lessons give; run `course build`"]


def test_a_page_without_a_source_is_found(course: FixtureCourse) -> None:
    course.write(PAGE, "# left behind")
    assert course.findings() == [f"{PAGE}: no source gives this file; remove it, or write {SOURCE}"]


def test_a_row_links_to_the_headings_of_both_languages_and_says_what_waits(built: FixtureCourse) -> None:
    covered(built).build()
    page = built.read(PAGE)
    assert "Lambda calls the handler \\| once.<br>*O Lambda chama o handler \\| uma vez.*" in page
    assert (
        "[01 What we saw](../notebooks/en/01-handlers.ipynb#What-we-saw)"
        " · [pt](../notebooks/pt-BR/01-handlers.ipynb#O-que-vimos)" in page
    )
    assert "[01 `call`](../notebooks/en/01-handlers.ipynb#Handlers)" in page
    assert "[01.1](../labs/en/01-handlers.ipynb#01.1-%C2%B7-Look-a-product-up)" in page
    assert "[q04](../course/interview/q04.yaml)" in page
    assert "| ⏳ lesson-02 | ⏳ lesson-02 | ⏳ a question of our own |" in page
    assert '<a id="claim-11-2"></a>11-2' in page
    assert "Of 2 things that the post says or leaves out, 2 are taught in a lesson, 1 are run" in page


def headings(notebook: Path) -> set[str]:
    """The anchors of a notebook's headings, as JupyterLab makes them of the words that a reader sees."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    seen = [re.sub(r"[`*]", "", line) for text in texts for line in re.findall(r"^#+ +(.+)$", text, re.MULTILINE)]
    return {unquote(anchor(heading)) for heading in seen}


def test_every_link_of_the_course_own_page_leads_to_a_heading_that_is_there() -> None:
    folder = REPOSITORY / "docs"
    links = set(re.findall(r"\]\((\.\./[^)]+)\)", (folder / "coverage.md").read_text(encoding="utf-8")))
    assert len(links) > 100
    known: dict[Path, set[str]] = {}
    lost = []
    for link in sorted(links):
        name, _, fragment = link.partition("#")
        path = folder / name
        if not path.is_file() or fragment and f"#{unquote(fragment)}" not in known.setdefault(path, headings(path)):
            lost.append(link)
    assert lost == []


def test_every_part_of_the_post_has_its_entries() -> None:
    coverage = yaml.safe_load((REPOSITORY / SOURCE).read_text(encoding="utf-8"))
    keys = {entry["id"] for section in coverage["sections"] for entry in section["entries"]}
    assert {f"snippet-{number}" for number in range(1, 7)} <= keys
    assert {f"question-{number:02}" for number in range(1, 11)} <= keys
    assert {section["id"] for section in coverage["sections"]} >= {f"scenario-{number}" for number in (1, 2, 3)}
