"""The vocabulary in which a lab says what it expects."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from helpers.classroom import records
from helpers.classroom.checks import Account, Failed, Lab, expect
from helpers.classroom.discovery import Labs
from helpers.errors import BuildFailed, CourseError

TITLE = {"en": "A title", "pt-BR": "Um título"}


def failure(**changes: object) -> Failed:
    with pytest.raises(Failed) as caught:
        expect(False, **{"en": "expected 4; saw {saw}", "pt": "era esperado 4; visto {saw}", "saw": 5, **changes})  # type: ignore[arg-type]
    return caught.value


def test_an_expectation_that_holds_says_nothing() -> None:
    assert expect(True, en="a", pt="b") is None  # type: ignore[func-returns-value]


def test_a_failed_expectation_has_its_sentence_in_both_languages() -> None:
    assert failure().message() == {"en": "expected 4; saw 5", "pt-BR": "era esperado 4; visto 5"}


def test_a_hidden_check_names_the_requirement_and_never_its_values() -> None:
    assert failure(saw={"total": 5}).message(hidden=True) == {
        "en": "expected 4; saw …",
        "pt-BR": "era esperado 4; visto …",
    }


def test_the_page_that_helps_is_named_in_each_language() -> None:
    assert failure(read="lesson 01, 'Five doors'").message() == {
        "en": "expected 4; saw 5 (read lesson 01, 'Five doors')",
        "pt-BR": "era esperado 4; visto 5 (veja lição 01, 'Five doors')",
    }
    assert (
        failure(read={"en": "lesson 01", "pt-BR": "lição 01, 'Cinco portas'"})
        .message()["pt-BR"]
        .endswith("(veja lição 01, 'Cinco portas')")
    )


def test_braces_that_are_no_placeholder_stay_as_written() -> None:
    assert (
        failure(en='expected {"total": 4} or {other}; saw {saw}').message()["en"]
        == 'expected {"total": 4} or {other}; saw 5'
    )


def test_long_values_are_cut() -> None:
    assert len(failure(saw=list(range(1000))).message()["en"]) < 250


@pytest.mark.parametrize(
    ("exercise", "points", "title"),
    [("01.2", 1, TITLE), ("01.1", 0, TITLE), ("01.1", 1, {"en": "only English"})],
)
def test_a_check_needs_an_announced_exercise_points_and_both_languages(
    exercise: str, points: int, title: dict[str, str]
) -> None:
    lab = Lab("01", title=TITLE)
    lab.exercise("01.1", title=TITLE)
    with pytest.raises(BuildFailed):
        lab.check(exercise, points=points, title=title)(lambda account: None)


def test_two_checks_of_an_exercise_cannot_share_a_name() -> None:
    lab = Lab("01", title=TITLE)
    lab.exercise("01.1", title=TITLE)

    def look(account: Account) -> None: ...

    lab.check("01.1", points=1, title=TITLE)(look)
    with pytest.raises(BuildFailed, match="name of its own"):
        lab.check("01.1", points=1, title=TITLE)(look)


@pytest.mark.parametrize("number", ["02.1", "01.1"])
def test_an_exercise_belongs_to_its_lab_and_has_a_number_of_its_own(number: str) -> None:
    lab = Lab("01", title=TITLE)
    lab.exercise("01.1", title=TITLE)
    with pytest.raises(BuildFailed):
        lab.exercise(number, title=TITLE)


def write(root: Path, name: str, source: str) -> Path:
    path = root / "course" / "labs" / name / "checks.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


GOOD = """
from helpers.classroom.checks import Lab, expect
T = {"en": "a", "pt-BR": "b"}
lab = Lab("01", title=T)
lab.exercise("01.1", title=T)
@lab.check("01.1", points=3, title=T)
def look(account):
    expect(True, en="a", pt="b")
"""


def test_labs_are_found_and_read_again_when_their_file_changes(tmp_path: Path) -> None:
    path = write(tmp_path, "01-first", GOOD)
    labs = Labs(tmp_path)
    assert (labs.numbers(), labs.lab("01").max_points) == (["01"], 3)
    path.write_text(GOOD.replace("points=3", "points=40"), encoding="utf-8")
    assert labs.lab("01").max_points == 40


def test_a_lab_that_cannot_be_loaded_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "01-first", GOOD)
    write(tmp_path, "02-broken", "import nothing_of_this_name")
    labs = Labs(tmp_path)
    assert labs.lab("01").number == "01"
    with pytest.raises(BuildFailed, match="02-broken cannot be loaded"):
        labs.lab("02")


@pytest.mark.parametrize(
    "source", ["x = 1", 'from helpers.classroom.checks import Lab\nlab = Lab("01", {"en": "a", "pt-BR": "b"})']
)
def test_a_file_without_a_lab_or_without_a_check_is_refused(tmp_path: Path, source: str) -> None:
    write(tmp_path, "01-first", source)
    with pytest.raises(BuildFailed):
        Labs(tmp_path).lab("01")


def test_an_unknown_lab_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    write(tmp_path, "01-first", GOOD)
    with pytest.raises(CourseError, match="there is no lab 09; this course has 01"):
        Labs(tmp_path).lab("09")


def test_records_are_lines_that_only_their_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "verdicts"
    records.append(folder, "111122223333", {"points": 1})
    records.append(folder, "111122223333", {"points": 2, "title": "ação"})
    path = folder / "111122223333.jsonl"
    assert path.read_text(encoding="utf-8") == '{"points": 1}\n{"points": 2, "title": "ação"}\n'
    assert [stat.S_IMODE(place.stat().st_mode) & 0o077 for place in (folder, path)] == [0, 0]
