"""The index: the notebook in which a learner begins, made from the headers of all units."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.authoring.fixture_course import LESSON, LESSON_SCRIPT, QUIZ, FixtureCourse, ran, text_of
from tests.authoring.test_interview import question

SOURCE = "course/index/index.yaml"
INDEX = ["notebooks/en/index.ipynb", "notebooks/pt-BR/index.ipynb"]
TEXTS = """\
title: {en: "A small course", pt-BR: "Um curso pequeno"}
texts:
  opening: {en: "Welcome.", pt-BR: "Boas-vindas."}
  progress: {en: "## Where you are", pt-BR: "## Onde você está"}
  units: {en: "## Lessons", pt-BR: "## Lições"}
  picture: {en: "## Order", pt-BR: "## Ordem"}
  paths: {en: "## Ways", pt-BR: "## Caminhos"}
paths:
  - id: all
    title: {en: "All of it", pt-BR: "Tudo"}
    text: {en: "Slowly.", pt-BR: "Devagar."}
  - id: short
    title: {en: "An evening", pt-BR: "Uma noite"}
    text: {en: "Quickly.", pt-BR: "Rápido."}
    stages:
      - title: {en: "Seven", pt-BR: "Sete"}
        units: [lesson-02, lab-01]
        questions: [q04]
"""


def lesson(number: str, *, needs: str, title: str, minutes: int = 70) -> str:
    return (
        LESSON.replace('number: "01"', f'number: "{number}"')
        .replace("minutes: 20", f"minutes: {minutes}\n#   needs: {needs}")
        .replace('title: {en: "Handlers", pt-BR: "Funções handler"}', f'title: {{en: "{title}", pt-BR: "{title}"}}')
        .replace("# # Handlers", f"# # {title}")
        .replace("# # Funções handler", f"# # {title}")
        .replace('quiz("01")', f'quiz("{number}")')
    )


@pytest.fixture(scope="session")
def made_once(built_once: FixtureCourse, tmp_path_factory: pytest.TempPathFactory) -> FixtureCourse:
    """The fixture course with two more lessons, a question and an index; the index, lesson 01 and its lab are built."""
    built = FixtureCourse(tmp_path_factory.mktemp("indexed"))
    shutil.copytree(built_once.root, built.root, dirs_exist_ok=True)
    for number, needs, title in (("02", '["01"]', "Queues: a few"), ("03", '["01", "02"]', "Both")):
        built.write(f"course/lessons/{number}-more/lesson.py", lesson(number, needs=needs, title=title))
        built.write(f"course/lessons/{number}-more/quiz.yaml", QUIZ)
    built.write("course/interview/q04.yaml", yaml.safe_dump(question(), allow_unicode=True))
    built.write(SOURCE, TEXTS)
    assert built.build("--stamp").exit_code == 0
    result = built.build("index")
    assert (ran(result), result.exit_code) == (INDEX, 0)
    return built


def cell(course: FixtureCourse, cell_id: str, language: int = 0) -> str:
    return text_of(course.cell(INDEX[language], cell_id))


@pytest.fixture
def made(made_once: FixtureCourse, tmp_path: Path) -> FixtureCourse:
    """The same, a copy that a test may change."""
    shutil.copytree(made_once.root, tmp_path, dirs_exist_ok=True)
    return FixtureCourse(tmp_path)


def test_it_opens_with_its_title_and_says_that_nothing_is_recorded(made: FixtureCourse) -> None:
    assert cell(made, "opening") == "# A small course\n\nWelcome."
    assert cell(made, "opening", 1) == "# Um curso pequeno\n\nBoas-vindas."
    outputs = made.cell(INDEX[1], "progress")["outputs"]
    assert "Ainda não há nada registrado." in str(outputs)


def test_the_table_has_minutes_needs_questions_and_links(made: FixtureCourse) -> None:
    table = cell(made, "units").replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert (
        "| 01 | [Handlers](01-handlers.ipynb) · 20 min |  |  | [One handler](../../labs/en/01-handlers.ipynb) · 25 min |"
        in table
    )
    assert "| 03 | [Both](03-more.ipynb) · 1 h 10 min | 01, 02 |  |  |" in table
    assert table[-1] == "|  | **All together: 2 h 40 min** |  |  | **25 min** |"


def test_the_picture_draws_each_arrow_that_no_other_path_says_already(made: FixtureCourse) -> None:
    picture = cell(made, "picture", 1)
    assert '    lesson-01["01 Funções handler<br/>+ lab 01"]\n' in picture
    assert '    lesson-02["02 Queues"]\n' in picture
    assert [line.strip() for line in picture.splitlines() if "-->" in line] == [
        "lesson-01 --> lesson-02",
        "lesson-02 --> lesson-03",
    ]


def test_a_path_adds_its_minutes_up_and_says_what_it_leaves_out(made: FixtureCourse) -> None:
    paths = cell(made, "paths").replace("\N{NO-BREAK SPACE}", " ")
    assert "### All of it\n\nSlowly. **3 lessons, 1 lab, 3 h 5 min.**" in paths
    assert "### An evening\n\nQuickly. **1 lesson, 1 lab, 1 h 35 min.**" in paths
    assert (
        "| Seven | [Lesson 02: Queues: a few](02-more.ipynb)<br>[Lab 01: One handler](../../labs/en/01-handlers.ipynb)"
        " | q04 | 1 h 35 min |" in paths
    )
    assert "builds on them: [Lesson 01: Handlers](01-handlers.ipynb)." in paths


def test_it_leads_to_the_first_lesson_and_every_notebook_leads_back(made: FixtureCourse) -> None:
    assert "[Lesson 01: Handlers](01-handlers.ipynb) → · [Em português](../pt-BR/index.ipynb)" in cell(
        made, "navigation"
    )
    assert made.build("lab-01", "lesson-01").exit_code == 0
    assert "[Índice](index.ipynb)" in text_of(made.cell("notebooks/pt-BR/01-handlers.ipynb", "navigation"))
    assert "[Index](../../notebooks/en/index.ipynb)" in text_of(
        made.cell("solutions/en/01-handlers.ipynb", "navigation")
    )


def test_a_second_build_runs_nothing_and_a_changed_header_is_found(made: FixtureCourse) -> None:
    assert ran(made.build("index")) == []
    assert made.findings("index") == []
    made.edit(LESSON_SCRIPT, "minutes: 20", "minutes: 35")
    assert [line.partition(": [")[0] for line in made.findings("index")] == INDEX
    assert (
        "[units] it differs from what course/index/index.yaml gives; run `course build index`"
        in made.findings("index")[0]
    )
    assert ran(made.build("index")) == []
    assert " · 35\N{NO-BREAK SPACE}min |" in cell(made, "units")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[lesson-02, lab-01]", "[lesson-02, lab-07]", "[short] lab-07 is no unit of the course; name a lesson or lab"),
        ("[lesson-02, lab-01]", "[lesson-02, lesson-02]", "[short] it comes to lesson-02 2 times; keep one"),
        ("[lesson-02, lab-01]", "[lesson-03, lesson-02]", "[short] lesson-03 comes before lesson-02, which it needs"),
        ("[q04]", "[q05]", "[short] question q05 is not in course/interview"),
        ("id: short", "id: all", "[all] 2 paths have this id"),
        ("Rápido.", "Em 2 horas.", "[short] numbers differ"),
        ('opening: {en: "Welcome.", pt-BR: "Boas-vindas."}', 'opening: {en: "Welcome."}', "texts.opening.pt-BR] Field required"),
        ("title: {en", "title: {fr", "Field required"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(made: FixtureCourse, old: str, new: str, said: str) -> None:
    made.edit(SOURCE, old, new)
    found = [line for line in made.findings("index") if line.startswith(SOURCE)]
    assert found
    assert said in found[0]


def test_a_wrong_path_keeps_the_index_as_it_was(made: FixtureCourse) -> None:
    before = made.read(INDEX[0])
    made.edit(SOURCE, "[lesson-02, lab-01]", "[lesson-02, lab-07]")
    assert made.build("index").exit_code == 1
    assert made.read(INDEX[0]) == before


def test_an_index_without_a_source_is_a_stray(made: FixtureCourse) -> None:
    (made.root / SOURCE).unlink()
    strays = [line for line in made.findings() if "no source gives this file" in line]
    assert [line.partition(":")[0] for line in strays] == INDEX
