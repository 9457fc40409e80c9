"""What a subscriber gets, as text."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.events.topic_envelopes import Publication

ARN = "arn:aws:sns:us-east-1:111122223333:orders"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    text=TEXT,
    subject=st.none() | TEXT,
    attributes=st.dictionaries(TEXT, st.fixed_dictionaries({"Type": st.just("String"), "Value": TEXT}), max_size=3),
)
def test_an_envelope_is_the_json_that_an_indenting_encoder_writes(
    text: str, subject: str | None, attributes: dict[str, dict[str, str]]
) -> None:
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 678_000, dt.UTC)
    publication = Publication("id-1", ARN, {"default": text}, at, subject, attributes)
    written = publication.envelope("sqs", f"{ARN}:s-1", "http://127.0.0.1:1")
    members = json.loads(written)
    assert written == json.dumps(members, ensure_ascii=False, indent=2)
    assert (members["Message"], members.get("Subject")) == (text, subject or None)
    assert members.get("MessageAttributes", {}) == attributes
    assert members["Timestamp"] == "2026-01-02T03:04:05.678Z"
