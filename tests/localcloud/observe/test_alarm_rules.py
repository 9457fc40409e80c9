"""Rules of composite alarms, without a server."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.observe.alarms.rules import BadRule, read_rule

STATES = {"a": "ALARM", "b": "OK", "c d": "INSUFFICIENT_DATA", "e(f)": "ALARM", "OR": "ALARM"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("ALARM(a)", True),
        ("OK(a)", False),
        ("ALARM(a) AND OK(b)", True),
        ("ALARM(b) OR NOT ALARM(b)", True),
        ("NOT (ALARM(a) AND OK(b))", False),
        ("ALARM(b) AND ALARM(b) OR ALARM(a)", True),
        ("ALARM(a) OR ALARM(b) AND ALARM(b)", True),
        ('INSUFFICIENT_DATA("c d")', True),
        ('ALARM("e(f)")', True),
        ("ALARM(OR)", True),
        ("TRUE", True),
        ("false OR TRUE", True),
        ("((ALARM(a)))", True),
        ("ALARM(nobody)", False),
        ("AT_LEAST(2, ALARM, (a, b, OR))", True),
        ('AT_LEAST(2, ALARM, (a, b, "c d"))', False),
        ('AT_LEAST(50%, NOT OK, (b, "c d", "e(f)"))', True),
        ("at_least(100%, ok, (a, b))", False),
        ("ALARM(b) OR NOT AT_LEAST(1, OK, (a))", True),
        ("ALARM(AT_LEAST)", False),
    ],
)
def test_rules_hold_or_not(text: str, holds: bool) -> None:
    assert read_rule(text).holds(STATES.get) is holds


def test_children_are_named_once_in_their_order() -> None:
    assert read_rule('ALARM(b) OR OK("a") OR OK(b)').children == ("b", "a")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("()", "Error in AlarmRule [Unsupported token ')' at char 1]"),
        ("ALARM(a) ALARM(b)", "Unsupported token 'ALARM' at char 9"),
        ("ALARM(a) AND", "Unexpected end of the rule"),
        (" ALARM(a)", "leading or trailing whitespace"),
        ("BROKEN(a)", "Unsupported token"),
        ("", "or be null"),
        ("AT_LEAST(3, ALARM, (a, b))", "from 1 to that of its alarms"),
        ("AT_LEAST(0%, ALARM, (a, b))", "or 1% to 100%"),
        ("AT_LEAST(1, BROKEN, (a))", "Unsupported token 'BROKEN' at char 12"),
    ],
)
def test_what_is_no_rule_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadRule, match=re.escape(words)):
        read_rule(text)


def test_a_rule_names_at_most_a_hundred_alarms() -> None:
    assert len(read_rule(" OR ".join(f"ALARM(a{n})" for n in range(100))).children) == 100
    with pytest.raises(BadRule, match="100"):
        read_rule(" OR ".join(f"ALARM(a{n})" for n in range(101)))


def test_the_deepest_rule_is_read() -> None:
    assert read_rule("(" * 499 + "TRUE" + ")" * 499).holds(STATES.get)
    assert read_rule("NOT " * 2_000 + "TRUE").holds(STATES.get)


def test_a_pair_of_parentheses_is_an_element_of_which_a_rule_has_500() -> None:
    with pytest.raises(BadRule, match="AlarmRule cannot have more than 500 elements"):
        read_rule("(" * 500 + "TRUE" + ")" * 500)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadRule):
        read_rule(text)
