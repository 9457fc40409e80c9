"""Whatever is written in a query: it is answered or refused with words, it reaches nothing but log events, and texts mean themselves."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localcloud.observe.insights.columns import gather
from helpers.localcloud.observe.insights.errors import MalformedQuery
from helpers.localcloud.observe.insights.execution import Execution, Interrupted, TooMuch, check, connect
from helpers.localcloud.observe.insights.reading import read
from helpers.localcloud.observe.insights.records import fields_of
from helpers.localcloud.observe.insights.translate import translate
from helpers.localcloud.observe.logs.store import LogStore, store_of

NOW = 1_790_000_000_000
_groups = (f"/aws/lambda/g{number}" for number in itertools.count())
_store: list[LogStore] = []
EVENTS = (
    '{"a": 1, "b": {"c": "x", "d": [1, 2]}, "e": true, "f": "12"}',
    '{"a": "text", "b": 5, "f": null}',
    "START RequestId: 4b7d1c9e-0b1f-4b6e-9a53-2f1c6d1f7a10 Version: 1\n",
    "REPORT RequestId: 4b7d1c9e-0b1f-4b6e-9a53-2f1c6d1f7a10\tDuration: 1.5 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t\n",
    "user=bob {not json} 'quoted' \"twice\"",
    "",
)


def store() -> LogStore:
    if not _store:
        _store.append(store_of("311111111111", "us-east-1"))
        _store[0].append("/aws/lambda/shop", "web", [(NOW + n, one) for n, one in enumerate(EVENTS)], NOW)
    return _store[0]


def run(query: str, group: str = "/aws/lambda/shop") -> list[tuple[Any, ...]]:
    plan = translate(read(query), rows=None, now=NOW / 1000)
    check(plan)
    return Execution(plan, gather(store(), [group], 0, NOW * 2)).run().rows


def holding(*messages: str) -> str:
    group = next(_groups)
    store().append(group, "web", [(NOW + n, one) for n, one in enumerate(messages)], NOW)
    return group


def refusal(step: Callable[[str], Any], query: str) -> MalformedQuery | None:
    try:
        step(query)
    except MalformedQuery as error:
        return error
    return None


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


texts = st.text(
    st.one_of(st.sampled_from("'\"\\;-*/%_$(){}[]|#`\n "), st.characters(exclude_characters="\0", codec="utf-8")),
    max_size=12,
)
names = texts.map(lambda text: "".join(one for one in text if one not in "`\n")).filter(lambda text: text.strip() != "")


@settings(max_examples=60)
@given(texts, texts)
def test_a_text_means_itself_and_nothing_else(text: str, other: str) -> None:
    group = holding(text, other + "!")
    found = [row[0] for row in run(f"fields @message | filter @message = {quoted(text)} | sort @timestamp asc", group)]
    assert text in found and all(one == text or _number(one) == _number(text) is not None for one in found)
    assert [row[0] for row in run(f"fields concat({quoted(text)}, '') as t | limit 1", group)] == [text]
    contained = run(f"fields @message | filter @message like {quoted(text)}", group)
    assert len(contained) == sum(text in one for one in (text, other + "!"))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@settings(max_examples=60)
@given(names, names)
def test_a_name_in_backticks_is_only_a_name(field: str, alias: str) -> None:
    field, alias = f"no {field}", f"no {alias}"
    if field == alias:
        return
    plan = translate(read(f"fields `{field}` as `{alias}` | sort `{alias}` | dedup `{alias}`"), rows=None, now=0)
    assert [column.name for column in plan.columns] == [alias]
    assert len(run(f"fields `{field}` as `{alias}` | sort `{alias}` | dedup `{alias}`")) == len(EVENTS)
    assert len(run(f"stats count(`{field}`) as `{alias}` by `{field}` | sort `{alias}`")) == 1


@settings(max_examples=60)
@given(texts, names)
def test_a_glob_takes_what_stands_between_its_texts(text: str, middle: str) -> None:
    before, after = "<" + text.replace("*", "") + "<", ">" + text.replace("*", "") + ">"
    wanted = middle.replace("<", "").replace(">", "")
    group = holding(before + wanted + after)
    assert run(f"parse {quoted(f'{before}*{after}')} as found | display found", group)[0][0] == wanted


def choice(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


FIELDS = (
    "a b b.c b.d b.d.0 b.d[1] e f none @message @timestamp @logStream @log @type @duration @memorySize @ingestionTime"
)
fields = choice(FIELDS)
values = st.one_of(fields, fields, choice("""1 0 2.5 1e3 1e300 "x" '12' "" true x y"""))
scalars = st.recursive(
    values,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, choice("+ - * / % ^ = != < >="), inner),
        st.builds("({} {} {} and {} < 5)".format, inner, choice("= != >"), inner, inner),
        st.builds(
            "({}{})".format,
            inner,
            st.sampled_from([" like /x/", " =~ 'b'", " not like /(?i)T[0-9]?/", " in [1, 'x', a]"]),
        ),
        st.builds("(not {} = 1)".format, inner),
        st.builds("(-{})".format, inner),
        st.builds(
            "{}({})".format,
            choice("abs ceil log sqrt strlen trim toupper ispresent isblank isempty fromMillis toMillis"),
            inner,
        ),
        st.builds("{}({})".format, choice("jsonParse jsonStringify isValidIp isValidIpV4 nothing abs"), inner),
        st.builds(
            "{}({}, {})".format, choice("greatest least concat coalesce strcontains trim isIpInSubnet"), inner, inner
        ),
        st.builds("substr({}, {}, {})".format, inner, inner, inner),
        st.builds("replace({}, {}, {})".format, inner, inner, inner),
        st.builds("if({} > 1, {}, {})".format, inner, inner, inner),
        st.builds("case({} = 1, {}, {} like 'x', {})".format, inner, inner, inner, inner),
        st.builds("{}({}, {})".format, choice("datefloor dateceil"), inner, choice("5m 2mo 1w 3q 1y 7d")),
        st.sampled_from(["bin(5m)", "bin(1 month)", "now()"]),
    ),
    max_leaves=4,
)
aggregates = st.one_of(
    st.builds("{}({})".format, choice("count sum avg min max stddev median"), scalars),
    st.builds("{}({})".format, choice("earliest latest sortsFirst sortsLast count_distinct"), scalars),
    st.builds("pct({}, {})".format, scalars, choice("0 50 99.9 100")),
    st.builds("max({}) - count(*)".format, scalars),
    st.just("count(*)"),
)
listed = st.lists(scalars, min_size=1, max_size=2).map(", ".join)
grouped = st.one_of(st.just(""), listed.map(" by {}".format))
commands = st.one_of(
    listed.map("fields {}".format),
    st.builds("fields {} as {}".format, scalars, choice("x y z")),
    st.builds("filter {} {} {}".format, scalars, choice("= != < >="), scalars),
    st.builds("sort {}{}".format, scalars, st.sampled_from(["", " asc", " desc"])),
    choice("limit_3 limit_1 unnest_b.d_into_x unnest_x_into_y").map(lambda one: one.replace("_", " ")),
    st.sampled_from(
        ["fields jsonParse(@message) as x", 'parse "user=* *" as x, y', r"parse @message /(?<z>\w+)=(?<y>[^ ]*)/"]
    ),
)
endings = st.one_of(
    st.just(""),
    st.builds(" | stats {}, {} as n{}".format, aggregates, aggregates, grouped),
    st.builds(
        " | stats {} as n by {} as m | sort n desc, m | stats max(n), min(m) as low | filter low > 1".format,
        aggregates,
        scalars,
    ),
    st.builds(" | dedup {}, @timestamp | limit 2".format, fields),
    listed.map(" | display {}".format),
)
queries = st.builds("{}{}".format, st.lists(commands, min_size=1, max_size=3).map(" | ".join), endings)


@settings(max_examples=250)
@given(queries)
def test_every_query_is_answered_or_refused_with_words(query: str) -> None:
    error = refusal(run, query)
    assert error is None or (error.message and 0 <= error.at.start <= error.at.end <= len(query))


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "fields ",
                    "filter ",
                    "stats ",
                    "by ",
                    "parse ",
                    "as ",
                    "like ",
                    "|",
                    "(",
                    ")",
                    "[",
                    "/x/",
                    '"',
                    "'",
                    "`",
                    ",",
                    "a",
                    "@b",
                    "1",
                    "5m",
                    "count(*)",
                    "=",
                    "#",
                    "\n",
                ]
            ),
            texts,
        ),
        max_size=12,
    ).map("".join)
)
def test_any_text_is_read_or_refused_with_a_place(query: str) -> None:
    error = refusal(read, query)
    assert error is None or (error.message and 0 <= error.at.start <= error.at.end <= len(query))


def execution(query: str, group: str = "/aws/lambda/shop") -> Execution:
    return Execution(translate(read(query), rows=None, now=0), gather(store(), [group], 0, NOW * 2))


HEAVY = "fields jsonParse(concat('[', replace(@message, 'x', '1,'), '1]')) as j | unnest j into a | unnest j into b | unnest j into c | stats count_distinct(concat(a, b, c))"


def test_a_heavy_query_ends_when_it_is_stopped() -> None:
    running = execution(HEAVY, holding("x" * 4_000))
    threading.Timer(0.3, running.stop).start()
    with pytest.raises(Interrupted):
        running.run()
    assert not running.timed_out


def test_a_query_ends_at_its_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.localcloud.observe.insights.execution.SECONDS", 0.3)
    running = execution(HEAVY, holding("x" * 4_000))
    with pytest.raises(Interrupted):
        running.run()
    assert running.timed_out


def test_an_answer_that_is_too_large_to_keep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.localcloud.observe.insights.execution.MOST_RESULT_BYTES", 1_000)
    with pytest.raises(TooMuch, match="more than 1000 bytes"):
        execution("fields @message", holding("x" * 2_000)).run()


def test_texts_cannot_be_made_to_grow_without_end() -> None:
    doubled = " | ".join(
        f"fields concat({before}, {before}) as {after}"
        for before, after in itertools.pairwise(["@message", *(f"t{n}" for n in range(24))])
    )
    [[length, *_]] = run(f"{doubled} | display strlen(t12), strlen(t23)", holding("x" * 100))
    assert length is None or length <= 262_144


def test_a_query_reaches_no_file_and_no_setting() -> None:
    connection = connect()
    for statement in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO 'x.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "ATTACH 'x.db'",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)


keys = st.text(st.sampled_from("ab.é/~@0 -'\""), min_size=1, max_size=4)
documents = st.dictionaries(
    keys,
    st.recursive(
        st.one_of(st.integers(-(10**9), 10**9), st.booleans(), st.none(), texts),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
        max_leaves=6,
    ),
    max_size=4,
)


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(member, (*path, str(key)))
    elif value is not None:
        yield path


@settings(max_examples=80)
@given(documents, st.sampled_from(["{}", "[INFO]\tpaid {} in full\n"]))
def test_a_query_and_a_record_know_the_same_fields(document: dict[str, Any], line: str) -> None:
    message = line.replace("{}", json.dumps(document))
    group = holding(message)
    [event] = store().events(group, 0, NOW * 2)
    record = fields_of("311111111111", group, event)
    for path in paths(document):
        name = ".".join(path)
        if name.startswith("@") or len([one for one in paths(document) if ".".join(one) == name]) > 1:
            continue
        written = ".".join(f"`{segment}`" for segment in path)
        assert run(f"display {written}", group)[0][0] == record[name]
