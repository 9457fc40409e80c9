"""Rules of composite alarms: ``ALARM(a) AND NOT (OK(b) OR INSUFFICIENT_DATA("c d"))``, ``AT_LEAST(2, ALARM, (a, b, c))``.

A rule is kept as a list of steps for a stack, so that the deepest nesting costs no recursion.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MOST_CHILDREN = 100
MOST_ELEMENTS = 500
Step = tuple[str, str, str]  # operation, state, alarm; or "at least", how many, of how many


class BadRule(ValueError):
    """An expression that is no rule; the words are AWS's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A composite alarm's rule. children: the alarms that it names, as it names them, in the order of their first mention."""

    text: str
    steps: tuple[Step, ...]
    children: tuple[str, ...]

    def holds(self, state_of: Callable[[str], str | None]) -> bool:
        """Whether the rule is true; ``state_of`` tells the state of an alarm by the name or ARN in the rule."""
        stack: list[bool] = []
        for operation, state, alarm in self.steps:
            if operation == "check":
                stack.append(state_of(alarm) == state)
            elif operation in ("true", "false"):
                stack.append(operation == "true")
            elif operation == "not":
                stack.append(not stack.pop())
            elif operation == "at least":
                checked = [stack.pop() for _ in range(int(alarm))]
                stack.append(sum(checked) >= int(state))
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(left and right if operation == "and" else left or right)
        return stack[0]


def read_rule(text: str) -> Rule:
    """Read an ``AlarmRule``.

    Raises: ``BadRule``.
    """
    if text != text.strip() or not text:
        raise BadRule("AlarmRule must not contain leading or trailing whitespace or be null")
    from lark.exceptions import UnexpectedInput

    from helpers.localcloud.observe.alarms.rule_grammar import parser

    try:
        steps: list[Step] = parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as wrong:
        place = wrong.pos_in_stream if wrong.pos_in_stream is not None and wrong.pos_in_stream >= 0 else len(text)
        token = getattr(wrong, "token", None)
        if token is not None and token.type == "$END":
            raise BadRule("Error in AlarmRule [Unexpected end of the rule]") from None
        seen = str(token) if token is not None else text[place : place + 1]
        raise BadRule(f"Error in AlarmRule [Unsupported token '{seen}' at char {place}]") from None
    children = tuple(dict.fromkeys(alarm for operation, _, alarm in steps if operation == "check"))
    if len(children) > MOST_CHILDREN:
        raise BadRule(f"AlarmRule cannot reference more than {MOST_CHILDREN} alarms")
    if any(operation == "at least" and not 1 <= int(wanted) <= int(among) for operation, wanted, among in steps):
        raise BadRule("Error in AlarmRule [AT_LEAST takes a number from 1 to that of its alarms, or 1% to 100%]")
    if sum(operation in ("check", "true", "false", "group") for operation, _, _ in steps) > MOST_ELEMENTS:
        raise BadRule(f"AlarmRule cannot have more than {MOST_ELEMENTS} elements")
    return Rule(text, tuple(step for step in steps if step[0] != "group"), children)
