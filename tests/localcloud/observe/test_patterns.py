"""Filter patterns of CloudWatch Logs, with the examples of AWS's guide over data of our own."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.logs.patterns import InvalidPattern, compile_pattern

EVENTS = [
    "[ERROR 400] ORDER WITHOUT ITEMS",
    "[ERROR 401] UNAUTHORIZED BUYER",
    "[ERROR 419] MISSING ADDRESS",
    "[ERROR 420] INVALID ADDRESS",
    "[INFO 200] AUTHORIZED BUYER",
]
ACCESS = '10.1.2.3 Prod ana [10/Oct/2026:13:25:15 -0300] "GET /cart.html HTTP/1.1" 404 1534'
TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
}
COMPOUND = {
    "user": {"id": 1, "email": "ana@loja.example"},
    "users": [{"id": 2, "email": "rui@loja.example"}, {"id": 3, "email": "eva@loja.example"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}
NUMBERS = {"bandwidth": 80, "latency": 49.5, "errorCode": 400, "number": [0.001, 1000], "text": "400"}


def matches(pattern: str, message: object) -> bool:
    return compile_pattern(pattern).match(message if isinstance(message, str) else json.dumps(message)) is not None


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("ERROR", [0, 1, 2, 3]),
        ("ERROR ADDRESS", [2, 3]),
        ("?ERROR ?BUYER", [0, 1, 2, 3, 4]),
        ("?ORDER ?MISSING", [0, 2]),
        ('"INVALID ADDRESS"', [3]),
        ("ERROR -ADDRESS", [0, 1]),
        ('ERROR -"INVALID ADDRESS"', [0, 1, 2]),
        ("-ERROR", [4]),
        ("%AUTHORIZED%", [1, 4]),
        ("%4[01][0-9]%", [0, 1, 2]),
        (r"%^\[INFO\s%", [4]),
        ('" "', [0, 1, 2, 3, 4]),
        ("", [0, 1, 2, 3, 4]),
        ("error", []),
    ],
)
def test_terms_find_what_awss_guide_says(pattern: str, wanted: list[int]) -> None:
    assert [number for number, event in enumerate(EVENTS) if matches(pattern, event)] == wanted


def test_optional_terms_are_ignored_beside_others() -> None:
    assert matches("?NOWHERE ERROR", EVENTS[0])
    assert not matches("?ERROR BUYER", EVENTS[0])


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{ $.eventType = UpdateTrail }",
        "{ $.eventType = *Trail }",
        '{ $.eventType = "Update*" }',
        "{ $.eventType = *dateTr* }",
        "{ $.eventType =%Trail% }",
        r"{ $.sourceIPAddress = %^111\.111% }",
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.arrayKey[0] = "value" }',
        '{ $.arrayKey[*] = "another value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].name = b }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        "{$.eventType=UpdateTrail&&$.ThisFlag IS TRUE}",
        "{ $['eventType'] = UpdateTrail }",
    ],
)
def test_json_patterns_of_awss_guide_match_its_event(pattern: str) -> None:
    assert matches(pattern, TRAIL)


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.eventType = Trail }",
        "{ $.eventType = Up*Trail }",
        "{ $.sourceIPAddress = 123.123.* }",
        "{ $.arrayKey = value }",
        "{ $.arrayKey != value }",
        "{ $.objectList[2].id = 2 }",
        "{ $.objectList[1] != 2 }",
        "{ $.eventType IS NULL }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.SomeObject = * }",
        "{ $.SomeOtherObject != 1 }",
        "{ $.SomeOtherObject IS NULL }",
        "{ $.ThisFlag IS FALSE }",
    ],
)
def test_json_patterns_that_do_not_hold_find_nothing(pattern: str) -> None:
    assert not matches(pattern, TRAIL)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "rui@loja.example") }', True),
        ('{ $.user.email = "ana@loja.example" || $.coordinates[0][1] = no && $.actions[2] = no }', True),
        ('{ ($.user.email = "ana@loja.example" || $.coordinates[0][1] = no) && $.actions[2] = no }', False),
        ('{ ($.user.id = 2 && $.users[0].email = "no") || $.actions[2] = "GET" }', False),
        ("{ $.coordinates[1][2] = 6 }", True),
        ("{ (($.user.id=2)||($.user.id=1)) }", True),
    ],
)
def test_and_binds_before_or_and_parentheses_before_both(pattern: str, wanted: bool) -> None:
    assert matches(pattern, COMPOUND) is wanted


@pytest.mark.parametrize(
    "pattern",
    [
        "{ $.bandwidth > 75 }",
        "{ $.latency < 50 }",
        "{ $.bandwidth >= 80 }",
        "{ $.latency <= 49.5 }",
        "{ $.errorCode = 400}",
        "{ $.errorCode = 4* }",
        '{ $.errorCode = "400" }',
        "{ $.errorCode != 500 }",
        "{ $.number[0] = 1e-3 }",
        "{ $.number[1] = 1e+3 }",
        "{ $.number[0] != 1e+3 }",
        "{ $.bandwidth > +10 }",
        "{ $.bandwidth > -10 }",
        "{ $.text >= 400 }",
        "{ $.latency = * }",
    ],
)
def test_numbers_compare_as_numbers(pattern: str) -> None:
    assert matches(pattern, NUMBERS)


def test_a_json_pattern_finds_nothing_in_what_is_no_object() -> None:
    for message in ("plain text", "[1]", "{ broken", '{"n": NaN}', "", "{" * 100_000):
        assert not matches("{ $.n NOT EXISTS }", message)


def test_a_json_event_gives_the_selected_values() -> None:
    match = compile_pattern("{ $.user.id = 1 && $.coordinates[1][2] = * && $.gone NOT EXISTS }").match(
        json.dumps(COMPOUND)
    )
    assert match and match.extracted() == {"$.user.id": "1", "$.coordinates[1][2]": "6"}
    assert match.value("$.users[1].email") == "eva@loja.example"
    assert match.value("$.users") is None and match.value("$.gone") is None and match.value("nonsense") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, server, username, timestamp, request =*.html*, status_code = 4*, bytes]",
        "[..., request =*.html*, status_code = 4*, bytes]",
        "[ip, server, ..., bytes > 1000]",
        "[ip, server, ...]",
        "[..., status_code = 404 || status_code = 410, bytes]",
        "[..., status_code = 4* && status_code != 403, bytes > 1000 && bytes < 5000]",
        r"[ip = %^10\.%, ...]",
        "[]",
        "[...]",
        "[ip, , , , , , ]",
    ],
)
def test_space_delimited_patterns_of_awss_guide_match_its_event(pattern: str) -> None:
    assert matches(pattern, ACCESS)


@pytest.mark.parametrize(
    "pattern",
    [
        "[..., status_code = 2*, bytes]",
        "[..., bytes > 2000]",
        "[ip, server, username, timestamp, request, status_code, bytes, agent]",
        "[a, b, c, d, e, f, g, ..., h]",
    ],
)
def test_space_delimited_patterns_that_do_not_hold_find_nothing(pattern: str) -> None:
    assert not matches(pattern, ACCESS)


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("[w1=ERROR, w2]", [True, False, False]),
        ("[w1=ERROR || w1=%WARN%, w2]", [True, True, False]),
        ("[w1!=ERROR && w1!=WARNING, w2]", [False, False, True]),
    ],
)
def test_words_are_matched_in_their_order(pattern: str, wanted: list[bool]) -> None:
    assert [matches(pattern, line) for line in ("ERROR no stock", "WARNING late", "INFO all well")] == wanted


def test_a_space_delimited_event_gives_its_fields_by_name_or_position() -> None:
    match = compile_pattern("[..., request=*.html*, status_code=4*,]").match(ACCESS)
    assert match and match.extracted() == {
        "$1": "10.1.2.3",
        "$2": "Prod",
        "$3": "ana",
        "$4": "10/Oct/2026:13:25:15 -0300",
        "$request": "GET /cart.html HTTP/1.1",
        "$status_code": "404",
        "$7": "1534",
    }
    assert (match.value("$status_code"), match.value("$6"), match.value("$8")) == ("404", "404", None)


def test_the_last_field_takes_the_rest_of_the_line() -> None:
    match = compile_pattern('[timestamp=*Z, request_id="*-*", event]').match(
        '2026-01-02T03:04:05Z 1-2 {"a": 1, "b": [2]}'
    )
    assert match and match.value("$event") == '{"a": 1, "b": [2]}'


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{ $.a = 1 ", "it ends too early"),
        ("[a, b ", "it ends too early"),
        ("{ }", "} is not expected here"),
        ("{ $.a = }", "} is not expected here"),
        ("[a b]", "b is not expected here"),
        (
            "{ $.a = São }",
            "ão is not expected here (text with other characters than letters, digits and underscores needs double quotation marks)",
        ),
    ],
)
def test_the_reason_is_about_what_stands_there(pattern: str, words: str) -> None:
    with pytest.raises(InvalidPattern) as wrong:
        compile_pattern(pattern)
    assert wrong.value.reason == words


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("status:500", 7),
        ('"no end', 1),
        ("ERROR %4..%", 7),
        ("%something!%", 11),
        ("%a b%", 3),
        ("%(a)%", 2),
        ("%não%", 3),
        (r"%\q%", 2),
        ("%a**%", 2),
        ("%%", 1),
        ("{ $.a = 'x' }", 9),
        ("{ $.a == 1 }", 8),
        ("{ $.a EXISTS }", 7),
        ("{ $.a IS NOT NULL }", 10),
        ("{ $.a = 1 & $.b = 2 }", 11),
        ('{ $.a > "1" }', 9),
        ("{ $.a < x }", 9),
        ("{ $.a = 1", 10),
        ("{ status = 1 }", 3),
        ("{ $.a.*.b[*] = 1 }", 3),
        ("{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 || $.d[*]=1 }", 39),
        ("{ $.a = 1 } x", 13),
        ("[a, b", 6),
        ("[a, a b]", 7),
        ("[..., a, ...]", 10),
        ("[ip, status_code = 4* && bytes > 1000]", 26),
        ("[status=>4]", 9),
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused_with_the_place(pattern: str, position: int) -> None:
    with pytest.raises(InvalidPattern) as refused:
        compile_pattern(pattern)
    assert str(refused.value.message).startswith(f"Invalid filter pattern at character {position}: ")


@pytest.mark.parametrize(
    "pattern",
    ["{ $.a = %a% || $.a = %b% || $.a = %c% }", "[a=%a%, b=%b%, c=%c%]", "[a, b, A]", "x" * 1025],
)
def test_a_pattern_over_a_limit_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidPattern):
        compile_pattern(pattern)


@given(st.text(st.sampled_from('{}[]()$.=!<>&|"%?-*, \\abAB01_'), max_size=40), st.text(max_size=40))
def test_any_text_is_a_pattern_or_is_refused(pattern: str, message: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except InvalidPattern:
        return
    match = compiled.match(message)
    assert match is None or isinstance(match.extracted(), dict)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_a_quoted_phrase_is_found_wherever_it_stands(before: str, phrase: str, after: str) -> None:
    quoted = '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert matches(quoted, before + phrase + after)


@given(
    st.recursive(
        st.integers(-1000, 1000) | st.text(max_size=8),
        lambda inner: st.dictionaries(st.text("abcxyz_-09", min_size=1, max_size=5), inner, min_size=1, max_size=3),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict))
)
def test_every_value_of_a_json_event_is_found_by_its_selector(document: dict[str, object]) -> None:
    def leaves(value: object, selector: str) -> list[tuple[str, object]]:
        if isinstance(value, dict):
            return [leaf for key, inner in value.items() for leaf in leaves(inner, f"{selector}.{key}")]
        return [(selector, value)]

    for selector, value in leaves(document, "$"):
        written = value if isinstance(value, int) else json.dumps(str(value).replace("*", "x"), ensure_ascii=False)
        if isinstance(value, str) and ("\\" in str(written) or "*" in value):
            continue
        assert matches(f"{{ {selector} = {written} }}", document)
        assert not matches(f"{{ {selector} != {written} }}", document)


def test_hostile_patterns_and_events_take_bounded_time() -> None:
    began = time.monotonic()
    assert not matches("%" + "a*" * 200 + "b%", "a" * 20_000)
    assert matches("[..., last]", "[ " * 200_000)
    assert matches("[..., last]", '" ' * 200_001)
    assert time.monotonic() - began < 60
