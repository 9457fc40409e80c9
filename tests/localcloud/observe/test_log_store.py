"""The store of log events: order, ranges, columns, bounds."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.accounts import empty_account
from helpers.localcloud.observe.logs import chunks, store
from helpers.localcloud.observe.logs.chunks import LogEvent
from helpers.localcloud.observe.logs.reading import walk
from helpers.localcloud.observe.logs.store import LogStore, store_of

ALL = 0, 1 << 61
_ACCOUNTS = itertools.count(700_000_000_000)


@pytest.fixture
def events() -> Iterator[LogStore]:
    account = str(next(_ACCOUNTS))
    yield store_of(account, "us-east-1")
    empty_account(account)


def texts(found: list[LogEvent]) -> list[str]:
    return [event.message for event in found]


def test_events_are_given_by_timestamp_and_those_of_one_moment_in_the_order_of_arrival(events: LogStore) -> None:
    events.append("g", "s", [(5, "b"), (5, "c"), (9, "d")], 10)
    events.append("g", "s", [(1, "a")], 11)
    events.append("g", "t", [(7, "other")], 12)
    assert texts(events.events("g", *ALL)) == ["a", "b", "c", "other", "d"]
    assert texts(events.events("g", 5, 9, ["s"])) == ["b", "c", "d"]
    first = events.events("g", 1, 1)[0]
    assert (first.timestamp, first.ingested, first.stream, len(first.id)) == (1, 11, "s", 56)
    assert events.events("nothing", *ALL) == []


def test_full_pieces_are_packed_and_read_as_they_were(events: LogStore) -> None:
    lines = [f"ligação {number} 😀" for number in range(5000)]
    events.append("g", "s", list(enumerate(lines)), 10_000)
    found = events.events("g", *ALL)
    assert texts(found) == lines and [event.timestamp for event in found] == list(range(5000))
    assert texts(events.events("g", 1500, 1502)) == lines[1500:1503]


def test_half_a_character_is_replaced_so_that_every_message_can_be_encoded(events: LogStore) -> None:
    events.append("g", "s", [(1, "a\ud83db")], 1)
    assert texts(events.events("g", *ALL)) == ["a?b"]


def test_columns_hold_the_same_events(events: LogStore) -> None:
    events.append("g", "s", [(number, f"m{number}") for number in range(3000)], 5)
    events.append("g", "t", [(7, "x")], 6)
    columns = events.columns("g", 100, 2999)
    assert len(columns) == 2900
    by_id = dict(zip(columns.ids(), columns.messages, strict=True))
    assert by_id == {event.id: event.message for event in events.events("g", 100, 2999)}
    assert set(columns.streams) == {"s"} and set(columns.ingested) == {5}


def test_listeners_hear_what_came_and_a_broken_one_breaks_nothing(events: LogStore) -> None:
    heard: list[Any] = []
    events.listeners += [lambda *_: 1 / 0, lambda group, stream, new: heard.append((group, stream, texts(new)))]  # type: ignore[list-item]
    events.append("g", "s", [(1, "a"), (2, "b")], 3)
    assert heard == [("g", "s", ["a", "b"])]


def test_the_oldest_events_of_an_account_go_first_and_it_says_so_once(
    events: LogStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "MOST_EVENTS", 10_000)
    for number in range(30):
        events.append("g", f"s{number % 3}", [(number * 1000 + at, f"{number}/{at}") for at in range(1000)], number)
    kept = events.events("g", *ALL)
    assert 8_000 < len(kept) <= 10_001
    assert kept[-1].message == "29/999" and "0/0" not in texts(kept)
    notices = [event.message for event in kept if event.message.startswith("[local cloud]")]
    assert len(notices) <= 1
    assert [record.levelname for record in caplog.records if "oldest log events were dropped" in record.message] == [
        "WARNING"
    ]


def test_the_bound_in_bytes_counts_all_regions_and_many_small_streams(
    events: LogStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_BYTES", 100 * chunks.PIECE_BYTES)
    other = store_of(events.account, "sa-east-1")
    other.append("g", "first", [(1, "first")], 1)
    for number in range(1000):
        events.append("g", f"s{number}", [(number, "x")], number)
    assert other.events("g", *ALL) == []
    assert len(events.events("g", *ALL)) <= 101
    assert events.events("g", *ALL)[-1].stream == "s999"


def test_what_was_deleted_is_not_counted_any_more(events: LogStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_EVENTS", 5_000)
    for number in range(20):
        events.append("g", "s", [(at, "x") for at in range(2000)], number)
        events.forget("g")
    events.append("g", "s", [(1, "kept")], 1)
    assert texts(events.events("g", *ALL)) == ["kept"]


def test_many_threads_write_and_read_at_once(events: LogStore) -> None:
    def work(name: str) -> None:
        for number in range(200):
            events.append("g", name, [(number, f"{name}/{number}/{at}") for at in range(10)], number)
            events.events("g", number, number)

    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({event.id for event in events.events("g", *ALL)}) == 8 * 200 * 10


@given(
    batches=st.lists(
        st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 40), min_size=1, max_size=8)), max_size=30
    ),
    size=st.integers(1, 7),
    backwards=st.booleans(),
    window=st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
def test_walking_in_pages_gives_each_event_once_and_in_order(
    batches: list[tuple[str, list[int]]], size: int, backwards: bool, window: tuple[int, int]
) -> None:
    account, (start, end) = str(next(_ACCOUNTS)), window
    events = store_of(account, "us-east-1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chunks, "MOST_EVENTS", 3)
        for number, (stream, times) in enumerate(batches):
            events.append("g", stream, [(time, f"{number}.{at}") for at, time in enumerate(times)], number)
    expected = [event for event in events.events("g", *ALL) if start <= event.timestamp <= end]
    walked: list[LogEvent] = []
    while page := list(
        itertools.islice(walk(events, "g", start, end, None, int(walked[-1].id) if walked else None, backwards), size)
    ):
        walked += page
    assert walked == (expected[::-1] if backwards else expected)
    empty_account(account)
