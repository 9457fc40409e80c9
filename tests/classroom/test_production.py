"""Loja in production, in each of its six conditions: what the traces show, and what the judge says before and after the repair."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers.classroom.account import Account
from helpers.classroom.checks import Failed
from helpers.classroom.discovery import Labs
from helpers.classroom.production import KINDS, Case, Shop, production
from helpers.classroom.production.case import SERVICES
from helpers.classroom.production.sources import source_of
from helpers.cloud.deploy import deploy
from helpers.errors import CourseError
from helpers.paths import COURSE_ROOT
from tests.conftest import CloudProcess, cloud_process

BADGES = {"retries": "ana", "throttled": "bia", "n+1": "caio", "scan": "edu", "waits": "fabi", "heavy start": "joao"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[CloudProcess]:
    """A server of its own, because these tests move its clock."""
    with cloud_process() as running:
        yield running


@pytest.fixture
def connected(cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    """This process with boto3 pointed at an account of its own, and that account as a judge sees it."""
    cloud.connect(account, monkeypatch)
    monkeypatch.chdir(tmp_path)
    return Account(account, endpoint_url=cloud.endpoint_url, seed=b"test", call_seconds=30)


def segments(trace: str) -> list[dict[str, Any]]:
    found = re.search("1-[0-9a-f]{8}-[0-9a-f]{24}", trace)
    assert found, trace
    [whole] = boto3.client("xray").batch_get_traces(TraceIds=[found[0]])["Traces"]
    return [json.loads(one["Document"]) for one in whole["Segments"]]


def repair(shop: Shop, case: Case) -> None:
    """Bring the culprit up as its healthy author would have written it."""
    if case.kind == "throttled":
        boto3.client("lambda").delete_function_concurrency(FunctionName=case.culprit)
        return
    path = shop.source(case.culprit)
    code = source_of(dataclasses.replace(case, kind="none"), case.role)
    if case.kind == "heavy start":
        code = path.read_text(encoding="utf-8").replace("duties = load_duties()", "duties = None")
        code = code.replace('duties[event["country"]]', 'load_duties()[event["country"]]')
    path.write_text(code, encoding="utf-8")
    deploy(path, case.culprit, **shop.settings)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bottleneck_shows_in_the_traces_until_it_is_repaired(kind: str, connected: Account) -> None:
    case = Case.of(BADGES[kind])
    assert case.kind == kind
    shop = production(BADGES[kind])
    checks = {one.name: one.function for one in Labs(COURSE_ROOT).lab("14").exercises["14.3"].checks}
    if kind == "heavy start":
        connected.clock.advance(minutes=30)
    told = segments(shop.order(99).headers["x-amzn-trace-id"])
    assert case.symptoms(told) > 0
    elsewhere = [dataclasses.replace(case, role=role) for role in SERVICES if role != case.role]
    if kind != "heavy start":  # how long a start takes is this computer's business, too
        assert sum(one.symptoms(told) for one in elsewhere) == 0
    for check in checks.values():
        with pytest.raises(Failed):
            check(connected)
    repair(shop, case)
    for check in checks.values():
        check(connected)


@pytest.mark.parametrize(("kind", "instead"), [("scan", "n+1"), ("n+1", "scan"), ("heavy start", "at every call")])
def test_a_bottleneck_that_only_changed_its_shape_is_not_gone(kind: str, instead: str, connected: Account) -> None:
    case = Case.of(BADGES[kind])
    shop = production(BADGES[kind])
    path = shop.source(case.culprit)
    code = source_of(dataclasses.replace(case, kind=instead), case.role)
    if kind == "heavy start":
        code = path.read_text(encoding="utf-8").replace("duties = load_duties()", "duties = None")
        code = code.replace("    duty = ", "    duties = load_duties()\n    duty = ")
    path.write_text(code, encoding="utf-8")
    deploy(path, case.culprit, **shop.settings)
    checks = {one.name: one.function for one in Labs(COURSE_ROOT).lab("14").exercises["14.3"].checks}
    with pytest.raises(Failed):
        checks["gone"](connected)


def test_badges_spread_over_kinds_and_functions() -> None:
    cases = [Case.of(f"badge {number}") for number in range(600)]
    kinds = Counter(case.kind for case in cases)
    assert set(kinds) == set(KINDS) and min(kinds.values()) > 60
    assert {case.role for case in cases if case.kind != "waits"} == set(SERVICES)
    assert Case.of(" Ana ") == Case.of("ana") != Case.of("bia")


def test_a_shop_needs_a_badge_and_an_empty_account(connected: Account) -> None:
    with pytest.raises(CourseError, match="badge"):
        production("  ")
    with pytest.raises(CourseError, match="badge"):
        production(...)  # type: ignore[arg-type]
    boto3.client("apigateway").create_rest_api(name="loja-production")
    with pytest.raises(CourseError, match="from its first cell"):
        production("ana")


def test_only_a_function_of_the_shop_has_a_source_and_an_edited_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    case = Case.of("ana")
    shop = Shop("http://127.0.0.1", {}, case)
    path = shop.source(case.culprit)
    path.write_text("# mine", encoding="utf-8")
    assert shop.source(case.culprit).read_text(encoding="utf-8") == "# mine"
    with pytest.raises(CourseError, match=case.culprit):
        shop.source("nothing")
