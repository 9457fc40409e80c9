"""What event patterns match and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.events.patterns import InvalidPattern, compile_pattern
from helpers.localcloud.events.wildcards import parse


def matches(pattern: Any, event: dict[str, Any]) -> bool:
    return compile_pattern(pattern).matches(event)


def reason(pattern: Any) -> str:
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert str(refused.value) == f"Event pattern is not valid. Reason: {refused.value.reason}"
    return refused.value.reason


def test_recorded_patterns_give_the_verdicts_and_the_words_of_aws(request: pytest.FixtureRequest) -> None:
    folder: Path | None = request.config.getoption("--oracles")
    if folder is None:
        pytest.skip("recorded behaviour of AWS is not at hand: give its folder with --oracles")
    wrong = []
    for case in json.loads((folder / "eventbridge_patterns.json").read_text("utf-8")):
        try:
            seen: tuple[Any, str | None] = matches(case["pattern"], case["event"]), None
        except InvalidPattern as refusal:
            seen = "exception", str(refusal)
        if seen != (case["expected"], case.get("aws_error", {}).get("Message")):
            wrong.append((case["name"], seen))
    assert wrong == []


FITS: list[tuple[str, Any, dict[str, Any], bool]] = [
    ("numbers by value", {"n": [300]}, {"n": 300.0}, True),
    ("numbers in another notation", '{"n": [3.0e2]}', {"n": 300}, True),
    ("a number is no text", {"n": [300]}, {"n": "300"}, False),
    ("a text is no number", {"n": ["300"]}, {"n": 300}, False),
    ("true is not one", {"n": [1]}, {"n": True}, False),
    ("one is not true", {"n": [True]}, {"n": 1}, False),
    ("null is there", {"n": [{"exists": True}]}, {"n": None}, True),
    ("null equals null", {"n": [None]}, {"n": None}, True),
    ("an empty list is not there", {"n": [{"exists": True}]}, {"n": []}, False),
    ("an empty object is not there", {"n": [{"exists": False}]}, {"n": {}}, True),
    ("null is not in an empty list", {"n": [None]}, {"n": []}, False),
    ("a number too big to compare, as written", {"n": [123456789012]}, {"n": 123456789012}, True),
    ("a number too big for a range", {"n": [{"numeric": [">", 0]}]}, {"n": 123456789012}, False),
    ("six decimals", {"n": [0.1234561]}, {"n": 0.1234569}, True),
    ("a range without its ends", {"n": [{"numeric": [">", 0, "<", 5]}]}, {"n": 5}, False),
    ("a range with its ends", {"n": [{"numeric": [">=", 0, "<=", 5]}]}, {"n": 5}, True),
    ("equals", {"n": [{"numeric": ["=", 3.018e2]}]}, {"n": 301.8}, True),
    ("true is in no range", {"n": [{"numeric": [">=", 0]}]}, {"n": True}, False),
    ("an empty prefix is any text", {"s": [{"prefix": ""}]}, {"s": "x"}, True),
    ("an empty prefix is no number", {"s": [{"prefix": ""}]}, {"s": 1}, False),
    ("case counts", {"s": ["abc"]}, {"s": "ABC"}, False),
    ("case of fields counts", {"S": ["abc"]}, {"s": "abc"}, False),
    ("suffix in any case", {"s": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"s": "a.png"}, True),
    ("equals in any case on a number", {"s": [{"equals-ignore-case": "1"}]}, {"s": 1}, False),
    ("exactly", {"s": [{"exactly": "a"}]}, {"s": "a"}, True),
    ("anything but numbers, on text", {"n": [{"anything-but": [1, 2]}]}, {"n": "1"}, True),
    ("anything but numbers, by value", {"n": [{"anything-but": 1}]}, {"n": 1.0}, False),
    ("anything but text, on true", {"n": [{"anything-but": "true"}]}, {"n": True}, True),
    ("anything but, another one in a list", {"n": [{"anything-but": "a"}]}, {"n": ["a", "b"]}, True),
    ("anything but any case", {"s": [{"anything-but": {"equals-ignore-case": "A"}}]}, {"s": "a"}, False),
    ("a wildcard is anything", {"s": [{"wildcard": "*"}]}, {"s": ""}, True),
    ("a wildcard in the middle", {"s": [{"wildcard": "a*c"}]}, {"s": "ac"}, True),
    ("ends that overlap", {"s": [{"wildcard": "aba*aba"}]}, {"s": "aba"}, False),
    ("several wildcards", {"s": [{"wildcard": "*b*d*"}]}, {"s": "abcde"}, True),
    ("pieces in their order", {"s": [{"wildcard": "*d*b*"}]}, {"s": "abcde"}, False),
    ("a real asterisk", {"s": [{"wildcard": "a\\*c"}]}, {"s": "a*c"}, True),
    ("a real asterisk only", {"s": [{"wildcard": "a\\*c"}]}, {"s": "abc"}, False),
    ("an address in a network", {"ip": [{"cidr": "10.0.0.0/8"}]}, {"ip": "10.200.1.1"}, True),
    ("an address beside a network", {"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": "10.0.1.0"}, False),
    ("a network named by one of its hosts", {"ip": [{"cidr": "10.0.0.77/24"}]}, {"ip": "10.0.0.1"}, True),
    ("no address", {"ip": [{"cidr": "10.0.0.0/8"}]}, {"ip": "ten"}, False),
    ("an address of the other version", {"ip": [{"cidr": "::/0"}]}, {"ip": "10.0.0.1"}, False),
    ("one address in two notations", {"ip": ["2001:db8::1"]}, {"ip": "2001:0db8:0:0:0:0:0:1"}, True),
    ("dots in the pattern", {"a.b": {"c": [1]}}, {"a": {"b": {"c": 1}}}, True),
    ("dots in the event", {"a": {"b": {"c": [1]}}}, {"a": {"b.c": 1}}, True),
    ("fields that a pattern does not name", {"a": [1]}, {"a": 1, "b": 2}, True),
    ("all fields", {"a": [1], "b": [2]}, {"a": 1, "b": 3}, False),
    ("a field that is an object", {"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
    ("a missing object", {"a": {"b": [{"exists": False}]}}, {}, True),
    ("one object of a list", {"o": {"a": [1], "b": [2]}}, {"o": [{"a": 1, "b": 2}, {"a": 3}]}, True),
    ("two objects of a list", {"o": {"a": [1], "b": [2]}}, {"o": [{"a": 1, "b": 9}, {"a": 9, "b": 2}]}, False),
    ("objects of two lists", {"o": {"a": [1]}, "p": {"b": [2]}}, {"o": [{"a": 0}, {"a": 1}], "p": [{"b": 2}]}, True),
    ("lists in lists", {"n": [3]}, {"n": [[1, 2], [3]]}, True),
    (
        "a list inside an object of a list",
        {"o": {"t": ["x"], "a": [1]}},
        {"o": [{"a": 1, "t": ["y"]}, {"a": 2, "t": ["x"]}]},
        False,
    ),
    ("or", {"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"a": 1, "c": 3}, True),
    ("or, without the rest", {"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"c": 3}, False),
    ("or in or", {"$or": [{"a": [1]}, {"b": [2], "$or": [{"c": [3]}, {"d": [4]}]}]}, {"b": 2, "d": 4}, True),
    ("or inside an object", {"o": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"o": {"b": 2}}, True),
    ("the later of two", '{"a": [1], "a": [2]}', {"a": 1}, False),
    ("the later of two, with or", {"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}, {"a": 2}, True),
    ("a field of the name $or", {"$or": ["x"]}, {"$or": "x"}, True),
    ("a field of the name $or that is an object", {"$or": {"a": [1]}}, {"$or": {"a": 1}}, True),
]


@pytest.mark.parametrize(("pattern", "event", "expected"), [row[1:] for row in FITS], ids=[row[0] for row in FITS])
def test_a_pattern_matches_as_on_aws(pattern: Any, event: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, event) is expected


REFUSED: list[tuple[Any, str]] = [
    ("[]", "Filter is not an object"),
    ("null", "Filter is not an object"),
    ("{", "Invalid JSON"),
    ("", "Invalid JSON"),
    ('{"a": [NaN]}', "Invalid JSON"),
    ("{}", "Empty objects are not allowed"),
    ({"a": {}}, "Empty objects are not allowed"),
    ({"a": None}, '"a" must be an object or an array'),
    ({"a": {"b": True}}, '"b" must be an object or an array'),
    ({"a": [[]]}, "Match value must be String, number, true, false, or null"),
    ({"a": [{}]}, "Match expression name not found"),
    ({"a": [{"EXISTS": True}]}, "Unrecognized match type EXISTS"),
    ({"a": [{"b": ["c"]}]}, "Unrecognized match type b"),
    ({"a": [{"prefix": "b", "suffix": "c"}]}, "Only one key allowed in match expression"),
    ({"a": [{"exists": "true"}]}, "exists match pattern must be either true or false."),
    ({"a": [{"prefix": None}]}, "prefix match pattern must be a string"),
    ({"a": [{"prefix": {}}]}, "Prefix expression name not found"),
    ({"a": [{"suffix": {"wildcard": "b"}}]}, "Unsupported suffix pattern: wildcard"),
    ({"a": [{"prefix": {"equals-ignore-case": 1}}]}, "equals-ignore-case match pattern must be a string"),
    ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]"),
    ({"a": [{"numeric": [1]}]}, "Invalid member in numeric match: 1"),
    ({"a": [{"numeric": ["!=", 1]}]}, "Unrecognized numeric range operator: !="),
    ({"a": [{"numeric": ["="]}]}, "Value of equals must be numeric"),
    ({"a": [{"numeric": [">=", "1"]}]}, "Value of >= must be numeric"),
    ({"a": [{"numeric": ["<", 1, ">", 0]}]}, "Too many elements in numeric expression"),
    ({"a": [{"numeric": [">", 1, 2]}]}, "Bad value in numeric range: 2"),
    ({"a": [{"numeric": [">", 1, ">", 2]}]}, "Bad numeric range operator: >"),
    ({"a": [{"numeric": [">", 1, "<", 2, 3]}]}, "Too many terms in numeric range expression"),
    ({"a": [{"numeric": [">", 2, "<", 2]}]}, "Bottom must be less than top"),
    ({"a": [{"numeric": ["<", 6e9]}]}, "Value must be between -5.0E9 and 5.0E9, inclusive"),
    ({"a": [{"numeric": ["=", 1], "b": 1}]}, "Too many elements in numeric expression"),
    (
        {"a": [{"anything-but": []}]},
        "Inside anything but list, either all values are number or string, mixed type is not supported",
    ),
    (
        {"a": [{"anything-but": [1, "b"]}]},
        "Inside anything but list, either all values are number or string, mixed type is not supported",
    ),
    ({"a": [{"anything-but": None}]}, "Value of anything-but must be an array or single string/number value."),
    ({"a": [{"anything-but": {}}]}, "Anything-But expression name not found"),
    ({"a": [{"anything-but": {"numeric": [">", 1]}}]}, "Unsupported anything-but pattern: numeric"),
    (
        {"a": [{"anything-but": {"prefix": {"equals-ignore-case": "b"}}}]},
        "Value of anything-but must be an array or single string/number value.",
    ),
    ({"a": [{"anything-but": 6e9}]}, "Value must be between -5.0E9 and 5.0E9, inclusive"),
    ({"a": [{"wildcard": "a**b"}]}, "Consecutive wildcard characters at pos 2"),
    ({"a": [{"wildcard": "é\\b"}]}, "Invalid escape character at pos 3"),
    ({"a": [{"wildcard": "b\\"}]}, "Invalid escape character at pos 2"),
    ({"a": [{"cidr": 1}]}, "prefix match pattern must be a string"),
    ({"a": [{"cidr": "10.0.0.0/"}]}, "Malformed CIDR, one '/' required"),
    ({"a": [{"cidr": "10.0.0.0/x"}]}, "Malformed CIDR, mask bits must be an integer"),
    ({"a": [{"cidr": "10.0.0.0/-1"}]}, "Malformed CIDR, mask bits must not be negative"),
    ({"a": [{"cidr": "10.0.0.0/32"}]}, "IPv4 mask bits must be < 32"),
    ({"a": [{"cidr": "::1/128"}]}, "IPv6 mask bits must be < 128"),
    ({"a": [{"cidr": "300.0.0.0/8"}]}, "Invalid IP address: 300.0.0.0"),
    ({"$or": []}, "Empty arrays are not allowed"),
    ({"$or": [{"a": [1]}]}, "Unrecognized match type a"),
    ({"$or": [{"prefix": ["a"]}, {"b": [1]}]}, "prefix match pattern must be a string"),
    ({"$or": [{"a": [n]} for n in range(1001)]}, "Event pattern contains over 1000 rule combinations"),
]


@pytest.mark.parametrize(("pattern", "why"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_a_pattern_that_aws_refuses_is_refused_in_its_words(pattern: Any, why: str) -> None:
    assert reason(pattern) == why


@pytest.mark.parametrize(
    ("wildcards", "accepted"),
    [
        (["/Users/*/dir/dir/dir/dir/dir/doc.txt"], True),
        (["*:*:*:*:*:event-bus/*"], False),
        (["*.bif", "*.tiff", "*.tif", "*.svs"], True),
        (["*/datasync/*.bif", "*/datasync/*.tif"], True),
        (["*/datasync/*.bif", "*/datasync/*.tiff", "*/datasync/*.tif", "*/datasync/*.svs"], False),
    ],
)
def test_wildcards_that_keep_too_many_beginnings_open_are_refused(wildcards: list[str], accepted: bool) -> None:
    pattern = {"key": [{"wildcard": wildcard} for wildcard in wildcards]}
    if accepted:
        compile_pattern(pattern)
    else:
        assert reason(pattern).startswith("Rule is too complex")


def test_many_lists_of_which_none_fits_are_soon_done_with() -> None:
    event = {f"list{number}": [{"a": 1, "b": index} for index in range(200)] for number in range(10)}
    pattern = {name: {"a": [1], "b": [{"numeric": ["<", 200]}]} for name in event}
    assert matches(pattern, event)
    assert not matches({**pattern, "list9": {"a": [1], "b": [200]}}, event)
    assert not matches({**pattern, "list9": {"a": [2], "b": [1]}}, event)


texts = st.text(st.characters(codec="utf-8", exclude_characters="."), max_size=6)
values = st.one_of(texts, st.integers(-(10**9), 10**9), st.booleans(), st.none())
events = st.recursive(
    st.dictionaries(texts, values, min_size=1, max_size=3),
    lambda inner: st.dictionaries(texts, st.one_of(values, inner), min_size=1, max_size=3),
    max_leaves=6,
)


def exactly(event: dict[str, Any]) -> dict[str, Any]:
    return {key: exactly(value) if isinstance(value, dict) else [value] for key, value in event.items()}


@given(events.filter(lambda event: "$or" not in json.dumps(event)))
def test_an_event_matches_the_pattern_of_its_own_values(event: dict[str, Any]) -> None:
    assert matches(exactly(event), event)
    assert matches(exactly(event), {**event, "one more": 1})


@given(texts.filter(bool), texts, texts)
def test_anything_but_is_the_complement_where_the_field_is_there(key: str, refused: str, value: str) -> None:
    field = key.replace("$", "_")
    assert matches({field: [{"anything-but": refused}]}, {field: value}) is not matches(
        {field: [refused]}, {field: value}
    )
    assert not matches({field: [{"anything-but": refused}]}, {})


@given(st.lists(st.sampled_from(["a", "b", "*", "ab"]), max_size=6).map("".join), st.text("ab", max_size=8))
def test_a_wildcard_fits_what_can_be_cut_along_its_asterisks(pattern: str, text: str) -> None:
    def fits(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return any(fits(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
        return text[:1] == pattern[0] and fits(pattern[1:], text[1:])

    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    assert parse(pattern).matches(text) is fits(pattern, text)
