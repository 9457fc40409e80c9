"""Reading a script: what jupytext's percent format keeps, and what the course adds to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.authoring.findings import Unbuildable
from helpers.authoring.source import Unit, read_unit, unit_folders
from tests.authoring.fixture_course import LESSON, QUIZ, FixtureCourse


def lesson(root: Path, text: str) -> Unit:
    folder = root / "course/lessons/01-handlers"
    folder.mkdir(parents=True)
    (folder / "lesson.py").write_text(text, encoding="utf-8")
    (folder / "quiz.yaml").write_text(QUIZ, encoding="utf-8")
    return read_unit("lesson", folder, root)


HEADER = LESSON.partition("\n\n")[0]


@pytest.mark.parametrize("magic", ["# %%writefile work/a.py", "%%writefile work/a.py"])
def test_a_cell_magic_keeps_its_file_as_plain_python(tmp_path: Path, magic: str) -> None:
    unit = lesson(
        tmp_path,
        f'{HEADER}\n\n# %% id="write" tags=["x", "y"]\n{magic}\n# copy the order\n# %s\n\n\ndef handler():\n    # !x\n    return 1\n',
    )
    (cell,) = unit.cells
    assert cell.source == "%%writefile work/a.py\n# copy the order\n# %s\n\n\ndef handler():\n    # !x\n    return 1"
    assert (cell.id, cell.tags, cell.magic) == ("write", ("x", "y"), "writefile")


def test_magics_with_arguments_and_shell_lines_become_live(tmp_path: Path) -> None:
    unit = lesson(
        tmp_path,
        f'{HEADER}\n\n# %% id="aws"\n# %%real_aws --cost "0.01"\nclient.list()\n\n# %% id="shell"\n# !aws s3 ls\n# echo it back\n# %matplotlib inline\n',
    )
    assert [cell.source for cell in unit.cells] == [
        '%%real_aws --cost "0.01"\nclient.list()',
        "!aws s3 ls\n# echo it back\n%matplotlib inline",
    ]


def test_markdown_loses_only_its_comment_signs(tmp_path: Path) -> None:
    unit = lesson(
        tmp_path, f'{HEADER}\n\n# %% [markdown] id="a" lang="pt-BR" of="123456"\n# Função\n#\n# - um `# sinal`\n'
    )
    (cell,) = unit.cells
    assert cell.source == "Função\n\n- um `# sinal`"
    assert (cell.type, cell.language, cell.translates) == ("markdown", "pt-BR", "123456")


def test_every_cell_knows_the_line_of_its_mark(course: FixtureCourse) -> None:
    ((_, folder), _) = unit_folders(course.root)
    lines = course.read("course/lessons/01-handlers/lesson.py").splitlines()
    cells = read_unit("lesson", folder, course.root).cells
    assert len(cells) == 11
    assert all(f'id="{cell.id}"' in lines[cell.line - 1] for cell in cells)


def test_the_course_block_may_stand_inside_jupytext_s_own(tmp_path: Path) -> None:
    indented = (
        HEADER.replace("# course:", "#   course:")
        .replace("#   number", "#     number")
        .replace("#   kind", "#     kind")
    )
    for name in ("minutes", "title", "days", "claims"):
        indented = indented.replace(f"#   {name}", f"#     {name}")
    assert lesson(tmp_path, f'{indented}\n\n# %% id="a"\n1\n').header.minutes == 20


def test_a_script_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "course/lessons/01-handlers"
    folder.mkdir(parents=True)
    (folder / "lesson.py").write_bytes("# Função".encode("latin-1"))
    with pytest.raises(Unbuildable, match="this file is not UTF-8; save it as UTF-8"):
        read_unit("lesson", folder, tmp_path)


def test_a_lab_follows_the_lesson_of_its_number(course: FixtureCourse) -> None:
    course.write("course/lessons/00-start/lesson.py", "")
    assert [(kind, folder.name) for kind, folder in unit_folders(course.root)] == [
        ("lesson", "00-start"),
        ("lesson", "01-handlers"),
        ("lab", "01-handlers"),
    ]
