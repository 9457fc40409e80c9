"""A progress file loses nothing: damage, versions, several programs, kill -9, and folders that cannot be written."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpers.classroom.progress import MockAnswer, MockResult, open_progress
from helpers.errors import CourseError
from tests.classroom.progress.children import child, lines_of

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and rights of POSIX")

FORMAT_1 = """
CREATE TABLE quiz_answers (id INTEGER PRIMARY KEY, lesson TEXT NOT NULL, question TEXT NOT NULL,
    correct INTEGER NOT NULL CHECK (correct IN (0, 1)), at TEXT NOT NULL);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, question TEXT NOT NULL, rating INTEGER NOT NULL, at TEXT NOT NULL);
CREATE INDEX reviews_by_question ON reviews (question, id);
CREATE TABLE cards (question TEXT PRIMARY KEY, due TEXT NOT NULL, reviewed TEXT NOT NULL);
CREATE INDEX cards_by_due ON cards (due);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO quiz_answers (lesson, question, correct, at) VALUES ('05', 'q1', 1, '2026-11-02T12:00:00.000000+00:00');
INSERT INTO reviews (question, rating, at) VALUES ('q01', 3, '2026-11-02T12:00:00.000000+00:00');
PRAGMA application_id = 1280264769;
PRAGMA user_version = 1;
"""

RECORD = """
import sys
from pathlib import Path
from helpers.classroom.progress import MockAnswer, MockResult, open_progress
with open_progress(Path(sys.argv[1])) as progress:
    for number in range(int(sys.argv[3])):
        progress.record_quiz(sys.argv[2], f"q{number}", True)
        progress.record_review(f"q{number % 3}", 3)
    print(len(progress.notices))
"""


def sql(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def beside(path: Path, pattern: str) -> list[Path]:
    return sorted(path.parent.glob(pattern))


def first_answer(path: Path) -> None:
    with open_progress(path) as progress:
        progress.record_quiz("01", "q1", True)


@pytest.mark.parametrize("damage", ["junk", "foreign", "holes"])
def test_a_damaged_file_is_kept_aside_byte_for_byte_and_said_so_once(path: Path, damage: str) -> None:
    path.parent.mkdir()
    if damage == "junk":
        path.write_bytes(b"no database at all\n" * 100)
    elif damage == "foreign":
        sql(path, "CREATE TABLE somebody_elses (x); INSERT INTO somebody_elses VALUES (1);")
    else:
        with open_progress(path) as progress:
            for number in range(300):
                progress.keep_draft("x" * 300, started=datetime.fromtimestamp(number, UTC))
        content = bytearray(path.read_bytes())
        content[8192:32768] = os.urandom(24576)
        path.write_bytes(content)
    before = path.read_bytes()

    with open_progress(path) as progress:
        (kept,) = beside(path, "progress-damaged-*.sqlite3")
        (notice,) = progress.notices
        assert str(kept) in notice["en"]
        assert str(kept) in notice["pt-BR"]
        assert kept.read_bytes() == before
        assert progress.quizzes() == []
        progress.record_quiz("01", "q1", True)
    with open_progress(path) as progress:
        assert progress.notices == ()
        assert len(progress.quizzes()) == 1


@pytest.mark.parametrize(("place", "recording"), [(18, False), (47, True)], ids=["write version", "schema format"])
def test_one_wrong_byte_in_the_header_stops_nobody(path: Path, place: int, recording: bool) -> None:
    first_answer(path)
    content = bytearray(path.read_bytes())
    content[place] = 255
    path.write_bytes(content)
    with open_progress(path) as progress:
        assert (progress.recording, len(progress.notices)) == (recording, 1)
        progress.record_review("q01", 3)
        assert len(progress.reviews()) == 1


@pytest.mark.parametrize(
    ("there", "flipped"),
    [
        (b"2026-11-02T12", b"2026-11-02T1\xb2"),
        (b"2026-11-02T12", b"2026-91-02T12"),
        (b"12:00:00.000000+00:00", b"12:00:00.000000+04:00"),
        (b"[true, false]", b"[true,\x00false]"),
        (b"rating INTEGER", b"rcting INTEGER"),
        (b"CHECK (correct", b"CHEC\xcb (correct"),
    ],
    ids=["no UTF-8", "no month", "another zone", "no points", "no such column", "no SQL"],
)
def test_one_wrong_letter_in_a_row_or_in_a_table_s_name_is_damage_too(path: Path, there: bytes, flipped: bytes) -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    with open_progress(path) as progress:
        progress.record_quiz("01", "q1", True, at=noon)
        progress.record_mock(MockResult(1, "en", noon, noon, (MockAnswer("q01", "text", (True, False), 9.0, False),)))
    before = path.read_bytes()
    assert there in before
    path.write_bytes(before.replace(there, flipped))
    with open_progress(path) as progress:
        (kept,) = beside(path, "progress-damaged-*.sqlite3")
        assert [str(kept) in notice["pt-BR"] for notice in progress.notices] == [True]
        assert kept.read_bytes() == before.replace(there, flipped)
        assert (progress.quizzes(), progress.mocks(), progress.reviews()) == ([], [], [])


def test_damage_twice_in_one_second_keeps_both_files(path: Path) -> None:
    path.parent.mkdir()
    for content in (b"first" * 100, b"second" * 100):
        path.write_bytes(content)
        open_progress(path).close()
    kept = {file.read_bytes() for file in beside(path, "progress-damaged-*.sqlite3")}
    assert kept == {b"first" * 100, b"second" * 100}


def test_an_older_file_is_brought_up_to_date_and_a_copy_of_it_is_kept(path: Path) -> None:
    sql(path, FORMAT_1)
    with open_progress(path) as progress:
        (kept,) = beside(path, "progress-format-1-*.sqlite3")
        assert [str(kept) in notice["pt-BR"] for notice in progress.notices] == [True]
        assert [quiz.question for quiz in progress.quizzes()] == ["q1"]
        assert progress.next_question(["q01"], now=datetime(2026, 12, 24, tzinfo=UTC)) == "q01"
        assert progress.mocks() == []
    copy = sqlite3.connect(kept)
    assert copy.execute("PRAGMA user_version").fetchone() == (1,)
    assert copy.execute("SELECT question, rating FROM reviews").fetchall() == [("q01", 3)]
    copy.close()
    with open_progress(path) as progress:
        assert progress.notices == ()


def test_a_newer_file_is_refused_and_left_as_it_is(path: Path) -> None:
    first_answer(path)
    sql(path, "PRAGMA user_version = 99;")
    before = path.read_bytes()
    with pytest.raises(CourseError, match="newer version of the course .* update the course"):
        open_progress(path)
    assert path.read_bytes() == before
    assert beside(path, "progress-*") == []


def test_a_file_that_another_program_holds_is_not_taken_for_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_answer(path)
    monkeypatch.setattr("helpers.classroom.progress.files.WAIT_SECONDS", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match="another program holds"):
        open_progress(path)
    holder.close()
    with open_progress(path) as progress:
        assert len(progress.quizzes()) == 1


def test_two_programs_at_once_lose_no_row(path: Path) -> None:
    writers = [child(RECORD, path, lesson, "60") for lesson in ("01", "02")]
    assert [lines_of(writer) for writer in writers] == [["0"], ["0"]]
    with open_progress(path) as progress:
        assert [quiz.lesson for quiz in progress.quizzes()] == ["01"] * 60 + ["02"] * 60
        assert len(progress.reviews()) == 120
        again = progress.dates()
    sql(path, "DELETE FROM settings;")
    with open_progress(path) as progress:
        assert progress.dates() == again


def test_four_programs_that_find_the_same_damage_set_it_aside_once_and_lose_no_row(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"damaged" * 1000)
    writers = [child(RECORD, path, f"0{number}", "10") for number in range(4)]
    told = [lines_of(writer) for writer in writers]
    assert sorted(told) == [["0"], ["0"], ["0"], ["1"]]
    assert len(beside(path, "progress-damaged-*.sqlite3")) == 1
    with open_progress(path) as progress:
        assert len(progress.quizzes()) == 40


@posix_only
def test_a_program_that_is_killed_between_answers_loses_none_that_it_was_told_are_kept(path: Path) -> None:
    writer = child(
        "import sys, itertools\nfrom pathlib import Path\nfrom helpers.classroom.progress import MockAnswer, MockResult, open_progress\n"
        "progress = open_progress(Path(sys.argv[1]))\n"
        "for number in itertools.count(1):\n"
        "    progress.record_review('q01', 3)\n    print(number, flush=True)\n",
        path,
    )
    assert writer.stdout and writer.stderr
    for _ in range(25):
        writer.stdout.readline()
    writer.kill()
    said = 25 + len(writer.stdout.read().splitlines())
    writer.wait()
    writer.stdout.close()
    writer.stderr.close()
    with open_progress(path) as progress:
        assert progress.notices == ()
        assert len(progress.reviews()) in (said, said + 1)


@posix_only
def test_a_write_that_is_killed_halfway_is_taken_back_whole(path: Path) -> None:
    first_answer(path)
    writer = child(
        "import sqlite3, sys\nconnection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('PRAGMA cache_size = 2')\nconnection.execute('BEGIN IMMEDIATE')\n"
        "connection.execute('UPDATE quiz_answers SET correct = 0')\n"
        "for number in range(3000):\n"
        "    connection.execute('INSERT INTO reviews (question, rating, at) VALUES (?, 3, ?)', (f'q{number}', 'x' * 50))\n"
        "print('halfway', flush=True)\nsys.stdin.read()\nimport time; time.sleep(60)\n",
        path,
    )
    assert writer.stdout and writer.stderr
    assert writer.stdout.readline() == "halfway\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    writer.stderr.close()
    assert path.with_name("progress.sqlite3-journal").stat().st_size > 0
    with open_progress(path) as progress:
        assert progress.notices == ()
        assert progress.reviews() == []
        assert [quiz.latest for quiz in progress.quizzes()] == [True]


def test_where_no_folder_can_be_made_the_course_works_on_and_says_that_nothing_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with open_progress(tmp_path / "taken" / "progress.sqlite3") as progress:
        assert not progress.recording
        assert "nothing is recorded" in progress.notices[0]["en"]
        assert "nada é registrado" in progress.notices[0]["pt-BR"]
        progress.record_review("q01", 1, at=datetime(2026, 11, 2, tzinfo=UTC))
        assert progress.next_question(["q01", "q02"], now=datetime(2026, 11, 3, tzinfo=UTC)) == "q01"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users may look into."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


@posix_only
def test_in_a_folder_that_only_can_be_read_what_is_there_is_shown_and_left(open_folder: Path) -> None:
    path = open_folder / "progress.sqlite3"
    first_answer(path)
    before = path.read_bytes()
    path.chmod(0o444)
    open_folder.chmod(0o555)
    reader = child(
        "import os, sys\nfrom pathlib import Path\nfrom helpers.classroom.progress import MockAnswer, MockResult, open_progress\n"
        # Nothing is closed to root, so for root somebody else looks.
        "if os.geteuid() == 0:\n    os.setgid(65534)\n    os.setuid(65534)\n"
        "with open_progress(Path(sys.argv[1])) as progress:\n"
        "    progress.record_quiz('02', 'q1', True)\n"
        "    print(progress.recording, len(progress.quizzes()), progress.notices[0]['en'])\n",
        path,
    )
    (sentence,) = lines_of(reader)
    assert sentence.startswith("False 2 From here on nothing is recorded")
    assert path.read_bytes() == before


@posix_only
def test_a_disk_that_takes_no_byte_more_is_one_sentence(path: Path) -> None:
    first_answer(path)
    writer = child(
        "import resource, sys\nfrom pathlib import Path\nfrom helpers.classroom.progress import MockAnswer, MockResult, open_progress\n"
        "from helpers.errors import CourseError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try:\n    with open_progress(Path(sys.argv[1])) as progress:\n"
        "        progress.record_quiz('02', 'q1', True)\n"
        "        print(progress.notices[0]['en'] if progress.notices else 'nothing said')\n"
        "except CourseError as error:\n    print(error)\n",
        path,
    )
    (sentence,) = lines_of(writer)
    assert "cannot be written" in sentence
    assert "COURSE_DATA" in sentence
    with open_progress(path) as progress:
        assert len(progress.quizzes()) == 1
