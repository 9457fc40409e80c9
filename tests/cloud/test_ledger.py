"""The ledger file itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.cloud import kinds
from helpers.cloud.ledger import Ledger
from helpers.errors import CourseError

FACTS = {
    "account": "1",
    "endpoint_url": None,
    "region": "us-east-1",
    "service": "sqs",
    "operation": "CreateQueue",
    "lesson": "00",
    "notebook": "00",
}


def test_entries_survive_in_the_file_and_only_open_ones_are_left_to_clean(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "ledger")
    made, refused, gone, unknown = (
        first.ask(**FACTS, asked={"QueueName": name}) for name in ("made", "refused", "gone", "unknown")
    )
    first.note(made, "made", {"QueueUrl": "http://x/made"})
    first.note(refused, "refused")
    first.note(gone, "made", {"QueueUrl": "http://x/gone"})
    first.note(gone, "gone")
    again = Ledger(tmp_path / "ledger").open_entries("1", None)
    assert [(entry.id, entry.event) for entry in again] == [(made, "made"), (unknown, "asked")]
    assert again[0].names == {"made", "http://x/made"}
    assert Ledger(tmp_path / "ledger").open_entries("2", None) == []
    assert Ledger(tmp_path / "ledger").open_entries("1", "http://127.0.0.1:1") == []


def test_a_line_cut_short_by_a_crash_hurts_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    one = Ledger(path)
    one.ask(**FACTS, asked={"QueueName": "first"})
    with path.open("a") as file:
        file.write('{"id": "torn", "event": "as')
    Ledger(path).ask(**FACTS, asked={"QueueName": "second"})
    assert [entry.asked["QueueName"] for entry in one.open_entries("1", None)] == ["first", "second"]


def test_a_ledger_that_cannot_be_written_stops_the_call(tmp_path: Path) -> None:
    with pytest.raises(
        CourseError, match=r"cannot be written \(.+\), and nothing may be created on real AWS without it"
    ):
        Ledger(tmp_path).ask(**FACTS, asked={})


@pytest.mark.parametrize("kind", kinds.ALL.values(), ids=lambda kind: kind.operation)
def test_every_kind_names_a_real_call_of_aws_and_tags_it_where_aws_takes_tags(kind: kinds.Kind) -> None:
    import botocore.session

    shape = botocore.session.get_session().get_service_model(kind.service).operation_model(kind.operation).input_shape
    if kind.tag_field is None:
        assert not {name for name in shape.members if name.lower() == "tags"}
        return
    for member in kind.tag_field:
        shape = shape.members[member]
    assert shape.type_name in ("map", "list")


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("orders", "orders"),
        ("orders:live", "orders"),
        ("arn:aws:lambda:us-east-1:111122223333:function:orders:live", "orders"),
        ("arn:aws:sns:us-east-1:111122223333:orders:1f2e", "arn:aws:sns:us-east-1:111122223333:orders"),
        ("arn:aws:dynamodb:us-east-1:111122223333:table/orders", "orders"),
        ("https://sqs.us-east-1.amazonaws.com/111122223333/orders", "orders"),
        ("/aws/lambda/orders", "/aws/lambda/orders"),
        ("arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/orders:*", "/aws/lambda/orders"),
    ],
)
def test_a_resource_is_recognised_by_name_arn_or_url(identifier: str, name: str) -> None:
    assert name in kinds.names_in(identifier)
    assert "orders-2" not in kinds.names_in(identifier)
