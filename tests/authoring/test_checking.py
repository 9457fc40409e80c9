"""``course build --check`` on sources: every defect has one line that names file, cell and repair."""

from __future__ import annotations

import pytest

from helpers.errors import BuildFailed
from tests.authoring.fixture_course import LAB_SCRIPT, LESSON_SCRIPT, FixtureCourse

QUIZ = "course/lessons/01-handlers/quiz.yaml"
HINTS = "course/labs/01-handlers/hints.yaml"
CHECKS = "course/labs/01-handlers/checks.py"

STUB_LINES = '    # STUB sku = event["sku"]\n    # STUB raise NotImplementedError("look the product up")\n'
TASK_HEADING = "# ## 01.1 · Look a product up\n"

DEFECTS = {
    "a stale translation": (
        LESSON_SCRIPT,
        "# A lesson of 20 minutes.",
        "# A good lesson of 20 minutes.",
        "[opening] the pt-BR text translates an older English text",
        "run `course build --stamp lesson-01`",
    ),
    "a missing translation": (
        LESSON_SCRIPT,
        '# %% [markdown] id="reading" lang="pt-BR"',
        '# %% [markdown] id="leitura" lang="pt-BR"',
        "[reading] its pt-BR text is missing",
        'write its translation right under it: # %% [markdown] id="reading" lang="pt-BR"',
    ),
    "an orphan translation": (
        LESSON_SCRIPT,
        '# %% [markdown] id="reading" lang="pt-BR"',
        '# %% [markdown] id="leitura" lang="pt-BR"',
        "[leitura] this pt-BR text has no English text",
        "write the English cell right above it",
    ),
    "a translation that stands elsewhere": (
        LESSON_SCRIPT,
        '# %% [markdown] id="reading" lang="pt-BR"',
        '# %% id="between"\n1 + 1\n\n# %% [markdown] id="reading" lang="pt-BR"',
        "[reading] its pt-BR text stands elsewhere",
        "move it right under the English cell",
    ),
    "a duplicate id": (
        LESSON_SCRIPT,
        'id="figure"',
        'id="call"',
        "[call] another cell has the same id",
        "an id of its own",
    ),
    "a missing id": (LESSON_SCRIPT, '# %% id="figure"', "# %%", "has no id", "give it one"),
    "an id that nbformat or a reader cannot use": (
        LESSON_SCRIPT,
        'id="figure"',
        'id="My Figure"',
        "[My Figure] its id is not made of small letters",
        "write it like",
    ),
    "an id that the build needs": (
        LESSON_SCRIPT,
        'id="figure"',
        'id="navigation"',
        "belongs to a cell that the build writes",
        "choose another",
    ),
    "a misspelt attribute": (
        LAB_SCRIPT,
        'exercise="01.1"',
        'exercice="01.1"',
        "exercice means nothing here",
        "use id, lang, of",
    ),
    "markdown without a language": (
        LESSON_SCRIPT,
        ' lang="en"',
        "",
        "[opening] this markdown cell does not say its language",
        "add lang",
    ),
    "code with a language": (
        LESSON_SCRIPT,
        '# %% id="figure"',
        '# %% id="figure" lang="en"',
        "code exists once",
        "remove lang",
    ),
    "an empty cell": (
        LESSON_SCRIPT,
        '# %% id="quiz"',
        '# %% id="nothing"\n\n# %% id="quiz"',
        "[nothing] this cell is empty",
        "write it, or remove it",
    ),
    "a magic whose body is a comment": (
        LESSON_SCRIPT,
        'def lambda_handler(event, context):\n    return {"doubled"',
        '# def lambda_handler(event, context):\n#    return {"doubled"',
        "[write-handler] the body of this magic cell",
        "write the lines below as plain Python",
    ),
    "a title that is not the header's": (
        LESSON_SCRIPT,
        "# # Funções handler",
        "# # Handlers",
        "does not open with the title",
        "# Funções handler",
    ),
    "a link that differs": (
        LESSON_SCRIPT,
        "[do preço](https://aws.amazon.com/lambda/pricing/)",
        "[do preço](https://aws.amazon.com/s3/)",
        "links differ: only in en",
        "make both",
    ),
    "a code span that differs": (
        LESSON_SCRIPT,
        "O Lambda chama `lambda_handler`",
        "O Lambda chama `handler`",
        "code spans differ: only in en `lambda_handler`; only in pt-BR `handler`",
        "make both",
    ),
    "a number that differs": (
        LESSON_SCRIPT,
        "1.000 chamadas",
        "10.000 chamadas",
        "numbers differ: only in en 1000; only in pt-BR 10000",
        "make both",
    ),
    "a diagram in one language only": (
        LESSON_SCRIPT,
        "# ```mermaid\n# graph LR\n#   Cliente --> Função\n# ```\n",
        "#\n",
        "code blocks differ",
        "make both",
    ),
    "a long code cell": (
        LESSON_SCRIPT,
        "import matplotlib",
        "\n".join(f"a{n} = {n}" for n in range(15)) + "\nimport matplotlib",
        "[figure] this code cell has 20 lines",
        "split it",
    ),
    "a lesson of long cells": (
        LESSON_SCRIPT,
        '# %% id="quiz"',
        "".join(
            f'# %% id="long-{cell}"\n' + "".join(f"a{line} = {cell}\n" for line in range(8)) + "\n" for cell in range(4)
        )
        + '# %% id="quiz"',
        "4 of 11 code cells have more than 7 lines of code",
        "at most one in four",
    ),
    "a quiz that is never shown": (
        LESSON_SCRIPT,
        'quiz("01")',
        'print("quiz")',
        "its quiz is never shown",
        'quiz("01")',
    ),
    "an answer in a lesson": (
        LESSON_SCRIPT,
        '# %% id="figure"',
        '# %% id="figure" exercise="01.1"',
        "answers and checks belong in labs",
        "move this cell",
    ),
    "a prerequisite that is none": (
        LAB_SCRIPT,
        'needs: ["01"]',
        'needs: ["07"]',
        "it needs 07, which is no unit",
        "name a lesson",
    ),
    "a header that is not valid": (
        LESSON_SCRIPT,
        "minutes: 20",
        "minutes: soon",
        "[course.minutes] its header is not valid",
        "begin the file with the header",
    ),
    "a header of another kind": (
        LESSON_SCRIPT,
        "kind: lesson",
        "kind: lab",
        "its header says lab 01",
        "make header and folder name",
    ),
    "no header": (
        LESSON_SCRIPT,
        "# ---\n# jupyter",
        "# jupyter",
        "its header is missing",
        "begin the file with the header",
    ),
    "a region that never ends": (
        LAB_SCRIPT,
        "    # END SOLUTION\n",
        "",
        "[answer-01-1-file] a solution region never ends",
        "pair every",
    ),
    "a region that never began": (
        LAB_SCRIPT,
        "    # BEGIN SOLUTION\n" + STUB_LINES,
        "",
        "line 5 ends a solution region that never began",
        "pair every",
    ),
    "a stub line outside of a region": (
        LAB_SCRIPT,
        "# BEGIN SOLUTION\ntotal",
        "# STUB total = ...\n# BEGIN SOLUTION\ntotal",
        "STUB line outside",
        "keep # STUB lines between them",
    ),
    "an answer without a region": (
        LAB_SCRIPT,
        "# BEGIN SOLUTION\ntotal = 42\n# END SOLUTION",
        "total = 42",
        "this answer cell has no solution region",
        "around the answer",
    ),
    "a region without an exercise": (
        LAB_SCRIPT,
        ' exercise="01.1"\n# BEGIN',
        "\n# BEGIN",
        "[answer-01-1-total] this solution region belongs to no exercise",
        "say which",
    ),
    "a stub that is no Python": (
        LAB_SCRIPT,
        STUB_LINES,
        "    # STUB raise NotImplementedError(\n",
        "in the lab this cell is no Python",
        "correct the code",
    ),
    "a stub that does not stop": (
        LAB_SCRIPT,
        STUB_LINES,
        '    # STUB sku = event["sku"]\n',
        "does not stop with NotImplementedError",
        "# STUB raise",
    ),
    "a stub that tells more than the solution": (
        LAB_SCRIPT,
        'STUB sku = event["sku"]',
        'STUB sku = event["id"]',
        "is no line of the solution",
        "stub only lines",
    ),
    "a handler file that stops at import": (
        LAB_SCRIPT,
        "def lambda_handler(event, context):\n    # BEGIN SOLUTION\n" + STUB_LINES,
        "# BEGIN SOLUTION\ndef lambda_handler(event, context):\n",
        "the lab's handler file stops at import",
        "stub a handler",
    ),
    "a task without a heading": (
        LAB_SCRIPT,
        TASK_HEADING,
        "# Look a product up\n",
        "[answer-01-1-file] no heading above this answer names its task",
        "## heading",
    ),
    "an exercise of another lab": (
        LAB_SCRIPT,
        'exercise="01.1"',
        'exercise="02.1"',
        "02.1 is no exercise of lab 01",
        "number it 01.1",
    ),
    "an answer without a check": (
        LAB_SCRIPT,
        'check("01.1")',
        "print()",
        "exercise 01.1 has no check below its answer",
        'check("01.1")',
    ),
    "a check without an answer": (
        LAB_SCRIPT,
        'check("01.1")',
        'check("01.2")',
        "nothing answers exercise 01.2",
        "add a code cell above it",
    ),
    "two checks of one exercise": (
        LAB_SCRIPT,
        '# %% id="check-01-1"',
        '# %% id="again"\ncheck("01.1")\n\n# %% id="check-01-1"',
        "has two check cells",
        "keep one",
    ),
    "an exercise that the judge does not know": (
        CHECKS,
        'exercise("01.1"',
        'exercise("01.2"',
        "checks.py does not know exercise 01.1",
        "declare it there",
    ),
    "an exercise that only the judge knows": (
        CHECKS,
        'exercise("01.1"',
        'exercise("01.2"',
        f"{CHECKS}: [01.2] there is no exercise 01.2",
        "remove it",
    ),
    "checks that are no Python": (CHECKS, "lab =", "lab = =", f"{CHECKS}:3: this is no Python", "correct the syntax"),
    "an exercise without hints": (
        HINTS,
        '"01.1"',
        '"01.2"',
        "hints.yaml has no ladder for exercise 01.1",
        "three hints in each language",
    ),
    "hints without an exercise": (
        HINTS,
        '"01.1"',
        '"01.2"',
        f"{HINTS}: [01.2] there is no exercise 01.2",
        "remove its hints",
    ),
    "a ladder with two steps": (
        HINTS,
        "Use `len`., Multiplique por 14.",
        "Use `len`.",
        f"{HINTS}: [01.1] pt-BR has 2 hints instead of 3",
        "docs/authoring.md",
    ),
    "hints that disagree": (
        HINTS,
        "Multiplique por 14.",
        "Multiplique por 15.",
        f"{HINTS}: [01.1, hint 3] numbers differ",
        "make both",
    ),
    "a quiz without a right answer": (
        QUIZ,
        "      correct: true\n",
        "",
        f"{QUIZ}: [q1.choices] mark at least one choice",
        "docs/authoring.md",
    ),
    "a quiz in one language": (
        QUIZ,
        ", pt-BR: O runtime",
        "",
        f"{QUIZ}: [q1.choices.1.text.pt-BR] Field required",
        "docs/authoring.md",
    ),
    "a quiz that disagrees": (
        QUIZ,
        "Quem chama `lambda_handler`?",
        "Quem chama `handler`?",
        f"{QUIZ}: [q1] code spans differ",
        "make both",
    ),
    "a quiz that is no YAML": (
        QUIZ,
        "  question: {en",
        "  question: {{en",
        f"{QUIZ}:3: this is no YAML",
        "correct the syntax",
    ),
}


@pytest.mark.parametrize(("path", "old", "new", "problem", "repair"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_one_line_with_place_and_repair(
    course: FixtureCourse, path: str, old: str, new: str, problem: str, repair: str
) -> None:
    course.edit(path, old, new)
    lines = [line for line in course.findings() if problem in line]
    assert len(lines) == 1, course.findings()
    assert lines[0].startswith("course/")
    assert repair in lines[0]


def test_sound_sources_give_no_finding(course: FixtureCourse) -> None:
    assert course.findings() == []


def test_a_finding_names_the_line_where_the_cell_begins(course: FixtureCourse) -> None:
    course.edit(LESSON_SCRIPT, "# A lesson of 20", "# The lesson of 20")
    (finding,) = course.findings()
    line = (
        course.read(LESSON_SCRIPT)
        .splitlines()
        .index(next(line for line in course.read(LESSON_SCRIPT).splitlines() if 'id="opening" lang="pt-BR"' in line))
        + 1
    )
    assert finding.startswith(f"{LESSON_SCRIPT}:{line}: [opening]")


def test_a_missing_companion_is_found_beside_what_else_is_wrong(course: FixtureCourse) -> None:
    (course.root / HINTS).unlink()
    course.edit(LAB_SCRIPT, "total = 42\n# END SOLUTION", "total = 42")
    first, *others = sorted(course.findings())
    assert first.startswith(f"{HINTS}: this file is missing")
    assert any("never ends" in finding for finding in others)


def test_a_missing_script_is_found(course: FixtureCourse) -> None:
    (course.root / LESSON_SCRIPT).unlink()
    assert (
        f"{LESSON_SCRIPT}: this file is missing; write it as in docs/authoring.md, or remove the folder 01-handlers"
        in course.findings()
    )


def test_a_folder_without_a_course_is_refused_with_the_way_out(course: FixtureCourse) -> None:
    with pytest.raises(BuildFailed, match="has no folder named course: .* --root"):
        FixtureCourse(course.root / "course" / "labs").build("--check")


def test_two_units_of_one_number_are_found(course: FixtureCourse) -> None:
    (course.root / "course/lessons/01-handlers").rename(course.root / "course/lessons/01-first")
    for name in ("lesson.py", "quiz.yaml"):
        course.write(f"course/lessons/01-second/{name}", course.read(f"course/lessons/01-first/{name}"))
    assert [line.partition(":")[0] for line in course.findings() if "there are 2 units named lesson-01" in line] == [
        "course/lessons/01-first/lesson.py",
        "course/lessons/01-second/lesson.py",
    ]


def test_only_the_chosen_units_are_checked(course: FixtureCourse) -> None:
    course.edit(LESSON_SCRIPT, "# A lesson of 20", "# The lesson of 20")
    assert course.findings("lab-01") == []
    assert len(course.findings("lesson-01")) == 1
