"""The judge, beside a real local cloud: what it says, what it keeps, and what it tells to whom."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from werkzeug.serving import make_server

from helpers.classroom.app import judge_app
from helpers.classroom.judge import Judge, Verdict
from helpers.errors import CourseError
from tests.classroom.shop import write_course
from tests.conftest import CloudProcess

CHECKS = """
import json
import threading
from helpers.classroom.checks import Account, Lab, expect

def both(text):
    return {"en": text, "pt-BR": text}

lab = Lab("92", title=both("Odd checks"))
lab.exercise("92.1", title=both("All kinds"))

def check(hidden=False):
    def add(function):
        return lab.check("92.1", points=1, title=both(function.__name__), hidden=hidden)(function)
    return add

@check()
def passes(account):
    expect(True, en="", pt="")

@check()
def looks_at_nothing(account):
    pass

@check()
def yields(account):
    yield expect(True, en="", pt="")

@check()
def leaves(account):
    raise SystemExit(0)

@check()
def trips(account):
    {}["body"]

@check(hidden=True)
def trips_in_hiding(account):
    {}["body"]

@check()
def misses_a_function(account):
    account.invoke("lookup", {})

@check()
def misses_a_table(account):
    account.client("dynamodb").describe_table(TableName="orders")

@check()
def misses_a_queue(account):
    account.client("sqs").get_queue_url(QueueName="orders")

@check()
def misses_a_bucket(account):
    account.client("s3").head_bucket(Bucket="photos")

@check()
def passes_last(account):
    expect(account.eventually(lambda: True), en="", pt="")

lab.exercise("92.2", title=both("Inputs"))

@lab.check("92.2", points=1, title=both("drawn"))
def draws(account):
    expect(False, en="{drawn}", pt="{drawn}", drawn=account.random.random())

lab.exercise("92.3", title=both("Time"))

@lab.check("92.3", points=1, title=both("comes back"))
def comes_back(account):
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="late", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    seen = lambda: sqs.receive_message(QueueUrl=url).get("Messages", [])
    expect(len(seen()) == 1, en="first", pt="first")
    expect(not seen(), en="hidden", pt="hidden")
    account.clock.advance(minutes=6)
    expect(account.eventually(seen), en="again", pt="again")

lab.exercise("92.4", title=both("No end"))

@lab.check("92.4", points=1, title=both("hangs"))
def hangs(account):
    threading.Event().wait()

@lab.check("92.4", points=1, title=both("goes on"))
def goes_on(account):
    expect(True, en="", pt="")
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("judged"))
    folder = root / "course" / "labs" / "92-odd"
    folder.mkdir()
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    return root


@pytest.fixture
def judge(course: Path, cloud: CloudProcess, tmp_path: Path) -> Judge:
    return Judge(course, cloud.endpoint_url, "a secret", tmp_path / "verdicts")


def messages(verdict: Verdict) -> dict[str, str]:
    return {check.name: check.message for check in verdict.checks if not check.passed}


def test_a_pass_needs_evidence_and_one_failing_check_hides_no_other(judge: Judge, account: str) -> None:
    verdict = judge.check("92.1", account)
    assert [check.name for check in verdict.checks if check.passed] == ["passes", "passes_last"]
    assert (verdict.points, verdict.max, verdict.passed) == (2, 11, False)
    assert all(message and "\n" not in message for message in messages(verdict).values())


def test_each_way_to_fail_has_its_own_sentence(judge: Judge, account: str) -> None:
    said = messages(judge.check("92.1", account))
    assert said["misses_a_function"] == "expected a function named lookup in your account; there is none"
    assert said["misses_a_table"] == "expected a table named orders in your account; there is none"
    assert said["misses_a_queue"] == "expected a queue named orders in your account; there is none"
    assert said["misses_a_bucket"] == "expected a bucket named photos in your account; there is none"
    assert "nothing to look at" in said["looks_at_nothing"]
    assert "KeyError: 'body'" in said["trips"]
    assert "'body'" not in said["trips_in_hiding"]


def test_a_check_that_hangs_is_left_behind_and_hides_no_other(course: Path, cloud: CloudProcess, account: str) -> None:
    verdict = Judge(course, cloud.endpoint_url, "s", None, check_seconds=8).check("92.4", account)
    assert [check.name for check in verdict.checks if check.passed] == ["goes_on"]
    assert "within 8 seconds" in messages(verdict)["hangs"]


def test_sentences_come_in_the_asked_language(judge: Judge, account: str) -> None:
    said = messages(judge.check("92.1", account, "pt-BR"))
    assert said["misses_a_table"] == "era esperada uma tabela com o nome orders na sua conta; não há"
    assert said["misses_a_bucket"] == "era esperado um bucket com o nome photos na sua conta; não há"


def test_hidden_inputs_stay_the_same_for_an_account_and_differ_between_accounts_and_secrets(
    judge: Judge, course: Path, cloud: CloudProcess, account: str
) -> None:
    drawn = [
        messages(asked.check("92.2", number))["draws"]
        for asked, number in [
            (judge, account),
            (judge, account),
            (judge, "999900001111"),
            (Judge(course, cloud.endpoint_url, "another secret", None), account),
        ]
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_a_check_can_move_time(judge: Judge, account: str) -> None:
    assert judge.check("92.3", account).passed


@pytest.mark.parametrize(
    ("exercise", "number"),
    [
        ("92.9", "111122223333"),
        ("98.1", "111122223333"),
        ("", "111122223333"),
        ("92.2", "../../etc/x"),
        ("92.2", "١١١١٢٢٢٢٣٣٣٣"),
    ],
)
def test_an_exercise_or_account_that_is_none_is_refused(judge: Judge, exercise: str, number: str) -> None:
    with pytest.raises(CourseError):
        judge.check(exercise, number)


def test_verdicts_are_kept_and_those_of_another_account_are_not_shown(
    judge: Judge, tmp_path: Path, account: str
) -> None:
    judge.check("92.2", account)
    judge.check("92.2", "999900001111")
    (kept,) = judge.verdicts(account)
    assert (kept["exercise"], kept["points"], kept["account"]) == ("92.2", 0, account)
    assert [
        json.loads(line)
        for line in (tmp_path / "verdicts" / f"{account}.jsonl").read_text(encoding="utf-8").splitlines()
    ] == [kept]


def test_a_record_that_cannot_be_written_is_said_and_costs_no_points(
    course: Path, cloud: CloudProcess, tmp_path: Path, account: str
) -> None:
    (tmp_path / "verdicts").write_text("a file stands where the folder should be")
    verdict = Judge(course, cloud.endpoint_url, "s", tmp_path / "verdicts").check("92.3", account)
    assert verdict.passed
    assert str(tmp_path / "verdicts") in verdict.note


def test_checks_of_one_account_never_run_at_the_same_time(judge: Judge, account: str) -> None:
    verdicts: list[Verdict] = []
    threads = [threading.Thread(target=lambda: verdicts.append(judge.check("92.3", account))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(judge.verdicts(account)) == len(verdicts) == 3


# Over HTTP

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(course: Path, cloud: CloudProcess, tmp_path: Path) -> Iterator[Ask]:
    server = make_server(
        "127.0.0.1", 0, judge_app(course, cloud.endpoint_url, "the judge's own", tmp_path / "verdicts"), threaded=True
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def send(path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.server_port}{path}",
            body,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.load(response)
        except HTTPError as error:
            return error.code, json.load(error)

    yield send
    server.shutdown()


def test_a_check_is_answered_with_the_verdict_on_the_account_of_the_header(
    ask: Ask, account: str, client: Callable[[str], Any]
) -> None:
    client("sqs").create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})
    status, verdict = ask("/check", b'{"exercise": "91.1", "lang": "pt-BR"}', x_localcloud_account=account)
    assert (status, verdict["points"], verdict["max"], verdict["passed"], verdict["title"]) == (
        200,
        2,
        2,
        True,
        "Uma fila",
    )
    assert ask("/check", b'{"exercise": "91.1"}', x_localcloud_account="999900002222")[1]["points"] == 0


def test_the_record_opens_with_the_secret_only(ask: Ask, account: str) -> None:
    ask("/check", b'{"exercise": "91.1"}', x_localcloud_account=account)
    for headers in ({}, {"x_localcloud_secret": ""}, {"x_localcloud_secret": "guess"}):
        status, answer = ask(f"/verdicts?account={account}", **headers)
        assert (status, "verdicts" in answer) == (403, False)
    status, answer = ask(f"/verdicts?account={account}", x_localcloud_secret="the judge's own")
    assert (status, [verdict["exercise"] for verdict in answer["verdicts"]]) == (200, ["91.1"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"91.1"',
        b'{"exercise": 91.1}',
        b'{"exercise": "91.1", "lang": []}',
        b'{"exercise": "77.1"}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_what_is_no_question_is_answered_with_a_sentence(ask: Ask, body: bytes) -> None:
    status, answer = ask("/check", body)
    assert status == 400
    assert answer["message"]


def test_other_routes_and_too_large_questions_are_refused(ask: Ask) -> None:
    assert ask("/verdicts", b"{}")[0] == 405
    assert ask("/other")[0] == 404
    assert ask("/check", b" " * 100_000)[0] == 413


def test_a_course_without_labs_refuses_every_check(cloud: CloudProcess, tmp_path: Path, account: str) -> None:
    with pytest.raises(CourseError, match="this course has none"):
        Judge(tmp_path, cloud.endpoint_url, "s", None).check("01.1", account)
