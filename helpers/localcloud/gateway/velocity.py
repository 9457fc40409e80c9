"""The Velocity Template Language as API Gateway speaks it: templates are read once into functions, then rendered many times.

Velocity 1.7 with API Gateway's own turns, recorded on AWS: an undefined reference prints nothing and counts as true; macros can be written but not
called; ``#foreach`` ends after 1,000 rounds. What a template can reach is what ``velocity_values`` allows.
Source: https://velocity.apache.org/engine/1.7/user-guide.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NoReturn

from helpers.localcloud.gateway.velocity_values import (
    LONGEST,
    UNDEFINED,
    ArrayList,
    Refusal,
    assign,
    bounded,
    call,
    equal,
    is_number,
    item,
    member,
    printed,
    text,
    true,
)

LONGEST_TEMPLATE = 300 * 1024
MOST_ROUNDS = 1_000
MOST_STEPS = 200_000
DEEPEST = 60


class TemplateError(Exception):
    """A template cannot be read or rendered. line, column: where, from 1. sentence: what is wrong."""

    def __init__(self, sentence: str, source: str, at: int) -> None:
        self.sentence = sentence
        self.line = source.count("\n", 0, at) + 1
        self.column = at - source.rfind("\n", 0, at)
        super().__init__(f"line {self.line}, column {self.column}: {sentence}")


class _Stop(Exception):
    """``#stop`` was reached."""


class _Break(Exception):
    """``#break`` was reached."""


class _Run:
    """One rendering: its variables and what it has cost so far."""

    __slots__ = ("variables", "steps", "length")

    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.steps = 0
        self.length = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Refusal(f"the template went through more than {MOST_STEPS:,} rounds of its loops")


Node = Callable[[_Run, list[str]], None]
Expression = Callable[[_Run], Any]


class Template:
    """A template that was read without an error.

    Raises: ``TemplateError`` when it cannot be read.
    """

    def __init__(self, source: str) -> None:
        if len(source.encode()) > LONGEST_TEMPLATE:
            raise TemplateError("a template has at most 300 KB", source, 0)
        self._body = _Reader(source).whole()

    def render(self, variables: dict[str, Any]) -> str:
        """The text that comes of ``variables`` (by name, without ``$``); ``#set`` changes the dictionary.

        Raises: ``TemplateError`` when a step cannot be done.
        """
        out: list[str] = []
        try:
            self._body(_Run(variables), out)
        except _Stop:
            pass
        except _Break:
            pass
        return "".join(out)


@functools.lru_cache(maxsize=512)
def template(source: str) -> Template:
    """The template of a source text, read once.

    Raises: ``TemplateError`` when it cannot be read.
    """
    return Template(source)


class _Define:
    """A block that ``#define`` named: it is rendered where its name stands."""

    def __init__(self, body: Node) -> None:
        self.body = body


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_REFERENCE = re.compile(r"\$!?\{?[A-Za-z_]")
_DIRECTIVE = re.compile(r"#(?:\{([a-z]+)\}|([a-z]+)(?![A-Za-z0-9_]))")
_CALL = re.compile(r"#[A-Za-z][A-Za-z0-9_]*[ \t]*\(")
_SPECIAL = re.compile(r"[$#\\]")
_SPACE = re.compile(r"\s*")
_LINE_END = re.compile(r"[ \t]*\r?\n")
_NUMBER = re.compile(r"-?(?:\d*\.\d+|\d+(?!\.\d))(?:[eE][+-]?\d+)?")
_ENDS = ("else", "elseif", "end")
_DIRECTIVES = (*_ENDS, "if", "set", "foreach", "define", "macro", "stop", "break")
_WORDS = {"and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_OPERATOR = re.compile(r"\s*(\|\||&&|==|!=|>=|<=|>|<|[-+*/%]|(?:and|or|eq|ne|gt|ge|lt|le)\b)")
_STRENGTH = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
}


class _Reader:
    """Reads a template from left to right and makes functions of it."""

    def __init__(self, source: str, shift: int = 0, whole: str | None = None, depth: int = 0) -> None:
        self._source = source
        self._shift = shift
        self._whole = source if whole is None else whole
        self._at = 0
        self._depth = depth

    def whole(self) -> Node:
        body, end = self._block()
        if end:
            self._refuse(f"#{end} stands here without its beginning")
        return body

    # Errors

    def _refuse(self, sentence: str, at: int | None = None) -> NoReturn:
        raise TemplateError(sentence, self._whole, self._shift + (self._at if at is None else at))

    def _placed(self, expression: Expression, at: int) -> Expression:
        """The expression, with its place in the error when it cannot be worked out."""
        whole, where = self._whole, self._shift + at

        def placed(run: _Run) -> Any:
            try:
                return expression(run)
            except Refusal as refusal:
                raise TemplateError(str(refusal), whole, where) from None

        return placed

    # Text and directives

    def _block(self) -> tuple[Node, str]:
        """Nodes up to the directive that ends them; that directive's name, or nothing at the end of the text."""
        self._deeper()
        nodes: list[Node] = []
        words: list[str] = []
        source = self._source

        def finish() -> None:
            if words:
                nodes.append(_literal("".join(words)))
                words.clear()

        while True:
            found = _SPECIAL.search(source, self._at)
            if not found:
                words.append(source[self._at :])
                self._at = len(source)
                finish()
                self._depth -= 1
                return _sequence(nodes), ""
            words.append(source[self._at : found.start()])
            self._at = found.start()
            if source[self._at] == "\\":
                words.append(self._escaped())
            elif source[self._at] == "$":
                if _REFERENCE.match(source, self._at):
                    finish()
                    nodes.append(self._printed_reference())
                else:
                    words.append("$")
                    self._at += 1
            elif literal := self._comment_or_literal():
                words.append(literal[0])
            else:
                directive = _DIRECTIVE.match(source, self._at)
                name = (directive[1] or directive[2]) if directive else ""
                if directive and name in _ENDS:
                    finish()
                    self._at = directive.end()
                    self._depth -= 1
                    return _sequence(nodes), name
                if directive and name in _DIRECTIVES:
                    finish()
                    began = self._at
                    self._at = directive.end()
                    node = getattr(self, f"_{name}")(began)
                    if node:
                        nodes.append(node)
                else:
                    words.append(self._uncalled())

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"the template is nested more than {DEEPEST} levels deep")

    def _escaped(self) -> str:
        """Backslashes: before a reference or a directive each pair is one, and a single one takes its meaning away."""
        source, began = self._source, self._at
        while self._at < len(source) and source[self._at] == "\\":
            self._at += 1
        count = self._at - began
        directive = _DIRECTIVE.match(source, self._at)
        meant = _REFERENCE.match(source, self._at) or (directive and (directive[1] or directive[2]) in _DIRECTIVES)
        if not meant:
            return "\\" * count
        half = "\\" * (count // 2)
        if count % 2 == 0:
            return half
        self._at += 1
        return half + source[self._at - 1]

    def _comment_or_literal(self) -> tuple[str] | None:
        """The text that stays of ``##``, ``#* *#`` or ``#[[ ]]#`` if one stands here."""
        source, at = self._source, self._at
        if source.startswith("##", at):
            end = source.find("\n", at)
            self._at = len(source) if end < 0 else end + 1
            return ("",)
        for begin, end_mark in (("#*", "*#"), ("#[[", "]]#")):
            if source.startswith(begin, at):
                end = source.find(end_mark, at + len(begin))
                if end < 0:
                    self._refuse(f"{begin} has no {end_mark}")
                self._at = end + len(end_mark)
                return ("" if begin == "#*" else source[at + len(begin) : end],)
        return None

    def _uncalled(self) -> str:
        """A ``#`` that is no directive: the call of a macro is printed as it stands, arguments included."""
        source, began = self._source, self._at
        called = _CALL.match(source, began)
        self._at += 1
        if not called:
            return "#"
        depth = 0
        for at in range(called.end() - 1, len(source)):
            depth += {"(": 1, ")": -1}.get(source[at], 0)
            if depth == 0:
                self._at = at + 1
                return source[began : at + 1]
        return "#"

    def _line_end(self) -> None:
        if found := _LINE_END.match(self._source, self._at):
            self._at = found.end()

    def _body(self, what: str, began: int) -> Node:
        body, end = self._block()
        if end != "end":
            self._refuse(
                f"{what} has no #end" if not end else f"#{end} stands inside {what}", began if not end else None
            )
        self._line_end()
        return body

    def _if(self, began: int) -> Node:
        branches: list[tuple[Expression, Node]] = []
        otherwise: Node | None = None
        end = "elseif"
        while end == "elseif":
            condition = self._in_parentheses()
            self._line_end()
            body, end = self._block()
            branches.append((condition, body))
        if end == "else":
            otherwise, end = self._block()
        if end != "end":
            self._refuse("#if has no #end" if not end else f"#{end} stands after #else", began if not end else None)
        self._line_end()

        def node(run: _Run, out: list[str]) -> None:
            for condition, body in branches:
                if true(condition(run)):
                    body(run, out)
                    return
            if otherwise:
                otherwise(run, out)

        return node

    def _set(self, began: int) -> Node:
        self._expect("(", "#set")
        self._skip()
        if self._source[self._at : self._at + 1] != "$":
            self._refuse("#set sets a reference, as in #set($name = …)")
        target = self._target()
        self._expect("=", "#set")
        value = self._placed(self._expression(), self._at)
        self._expect(")", "#set")
        self._line_end()

        def node(run: _Run, out: list[str]) -> None:
            target(run, value(run))

        return node

    def _foreach(self, began: int) -> Node:
        self._expect("(", "#foreach")
        self._skip()
        if not re.match(r"\$[A-Za-z_]", self._source[self._at : self._at + 2]):
            self._refuse("#foreach names a variable, as in #foreach($one in $all)")
        self._at += 1
        name = self._name()
        if not (found := re.compile(r"\s+in\b").match(self._source, self._at)):
            self._refuse("#foreach wants `in` after its variable, as in #foreach($one in $all)")
        self._at = found.end()
        values = self._placed(self._operand(), self._at)
        self._expect(")", "#foreach")
        self._line_end()
        body = self._body("#foreach", began)
        kept = (name, "foreach", "velocityCount", "velocityHasNext")

        def node(run: _Run, out: list[str]) -> None:
            rounds = _rounds(values(run))
            before = {one: run.variables[one] for one in kept if one in run.variables}
            try:
                for index, value in enumerate(rounds):
                    run.step()
                    count, last = index + 1, index + 1 == len(rounds)
                    run.variables[name] = value
                    run.variables["velocityCount"] = count
                    run.variables["velocityHasNext"] = not last
                    run.variables["foreach"] = {
                        "count": count,
                        "index": index,
                        "hasNext": not last,
                        "first": index == 0,
                        "last": last,
                    }
                    body(run, out)
                    if count == MOST_ROUNDS:
                        break
            except _Break:
                pass
            finally:
                for one in kept:
                    run.variables.pop(one, None)
                run.variables.update(before)

        whole, where = self._whole, self._shift + began

        def placed(run: _Run, out: list[str]) -> None:
            try:
                node(run, out)
            except Refusal as refusal:
                raise TemplateError(str(refusal), whole, where) from None

        return placed

    def _define(self, began: int) -> Node:
        self._expect("(", "#define")
        self._skip()
        if self._source[self._at : self._at + 1] != "$":
            self._refuse("#define names a variable, as in #define($name)")
        self._at += 1
        name = self._name()
        self._expect(")", "#define")
        self._line_end()
        definition = _Define(self._body("#define", began))

        def node(run: _Run, out: list[str]) -> None:
            run.variables[name] = definition

        return node

    def _macro(self, began: int) -> None:
        end = self._source.find(")", self._at)
        if end < 0:
            self._refuse("#macro has no )", began)
        self._at = end + 1
        self._line_end()
        self._body("#macro", began)

    def _stop(self, began: int) -> Node:
        def node(run: _Run, out: list[str]) -> None:
            raise _Stop

        return node

    def _break(self, began: int) -> Node:
        def node(run: _Run, out: list[str]) -> None:
            raise _Break

        return node

    # References

    def _printed_reference(self) -> Node:
        began = self._at
        value = self._placed(self._reference(), began)

        def node(run: _Run, out: list[str]) -> None:
            found = value(run)
            if isinstance(found, _Define):
                run.step()
                found.body(run, out)
                return
            words = printed(found)
            run.length += len(words)
            if run.length > LONGEST:
                raise Refusal("the text grew past 10 MB, the largest payload of API Gateway")
            out.append(words)

        whole, where = self._whole, self._shift + began

        def placed(run: _Run, out: list[str]) -> None:
            try:
                node(run, out)
            except RecursionError:
                raise TemplateError("a #define stands inside itself", whole, where) from None
            except Refusal as refusal:
                raise TemplateError(str(refusal), whole, where) from None

        return placed

    def _reference(self) -> Expression:
        name, steps = self._path()

        def value(run: _Run) -> Any:
            found = run.variables.get(name, UNDEFINED)
            for step in steps:
                found = step(run, found)
            return found

        return value

    def _path(self) -> tuple[str, list[Callable[[_Run, Any], Any]]]:
        steps = [step for _, step in self._accessors()[1]]
        return self._root, steps

    def _accessors(self) -> tuple[str, list[tuple[Expression | None, Callable[[_Run, Any], Any]]]]:
        """The name of a reference and what follows it: for each accessor its key (nothing for a call) and how to follow it."""
        began = self._at
        self._at += 1
        if self._source[self._at : self._at + 1] == "!":
            self._at += 1
        braced = self._source[self._at : self._at + 1] == "{"
        if braced:
            self._at += 1
        root = self._name()
        accessors: list[tuple[Expression | None, Callable[[_Run, Any], Any]]] = []
        while True:
            here = self._source[self._at : self._at + 1]
            if here == "." and _NAME.match(self._source, self._at + 1):
                self._at += 1
                name = self._name()
                if self._source[self._at : self._at + 1] == "(":
                    self._at += 1
                    accessors.append((None, _calling(name, self._list(")", f".{name}("))))
                else:
                    accessors.append((lambda run, name=name: name, _reading(name)))  # type: ignore[misc]
            elif here == "[":
                self._at += 1
                self._skip()
                index = self._operand()
                self._expect("]", "an index")
                accessors.append((index, _indexing(index)))
            else:
                break
        if braced:
            if self._source[self._at : self._at + 1] != "}":
                self._refuse("${ has no }", began)
            self._at += 1
        self._root = root
        return root, accessors

    def _target(self) -> Callable[[_Run, Any], None]:
        """Where ``#set`` puts a value."""
        began = self._at
        root, accessors = self._accessors()
        if not accessors:

            def put(run: _Run, value: Any) -> None:
                run.variables[root] = value

            return put
        key, _ = accessors[-1]
        if key is None:
            self._refuse("#set cannot set what a method returns", began)
        steps = [step for _, step in accessors[:-1]]
        last = key

        def put_inside(run: _Run, value: Any) -> None:
            found = run.variables.get(root, UNDEFINED)
            for step in steps:
                found = step(run, found)
            assign(found, last(run), value)

        return put_inside

    # Expressions

    def _skip(self) -> None:
        found = _SPACE.match(self._source, self._at)
        self._at = found.end() if found else self._at

    def _expect(self, mark: str, what: str) -> None:
        self._skip()
        if not self._source.startswith(mark, self._at):
            self._refuse(f"{what} wants {mark} here{self._seen()}")
        self._at += len(mark)

    def _seen(self) -> str:
        rest = self._source[self._at : self._at + 12].split("\n")[0]
        return f", not {rest}" if rest else ", and the template ends"

    def _name(self) -> str:
        found = _NAME.match(self._source, self._at)
        if not found:
            self._refuse(f"a name is wanted here{self._seen()}")
        self._at = found.end()
        return found[0]

    def _in_parentheses(self) -> Expression:
        self._expect("(", "a condition")
        began = self._at
        expression = self._expression()
        self._expect(")", "a condition")
        return self._placed(expression, began)

    def _expression(self, weakest: int = 1) -> Expression:
        self._deeper()
        left = self._unary()
        while found := _OPERATOR.match(self._source, self._at):
            operator = _WORDS.get(found[1], found[1])
            strength = _STRENGTH[operator]
            if strength < weakest:
                break
            self._at = found.end()
            left = _operation(operator, left, self._expression(strength + 1))
        self._depth -= 1
        return left

    def _unary(self) -> Expression:
        self._skip()
        if found := re.compile(r"!(?!=)|not\b").match(self._source, self._at):
            self._at = found.end()
            self._deeper()
            operand = self._unary()
            self._depth -= 1
            return lambda run: not true(operand(run))
        return self._operand()

    def _operand(self) -> Expression:
        """What can stand on its own: also the only thing that a call, a list or an index takes."""
        self._skip()
        source, at = self._source, self._at
        here = source[at : at + 1]
        if here == "$":
            if not _REFERENCE.match(source, at):
                self._refuse("a reference is wanted here, as in $name")
            reference = self._reference()
            return lambda run: _resolved(run, reference(run))
        if found := _NUMBER.match(source, at):
            self._at = found.end()
            number: float = int(found[0]) if re.fullmatch(r"-?\d+", found[0]) else float(found[0])
            return lambda run: number
        if here == '"':
            return self._string('"')
        if here == "'":
            return self._string("'")
        if here == "[":
            self._at += 1
            return self._array()
        if here == "{":
            self._at += 1
            return self._map()
        if here == "(":
            self._at += 1
            inner = self._expression()
            self._expect(")", "an expression")
            return inner
        if word := re.compile(r"(true|false|null)\b").match(source, at):
            self._at = word.end()
            value = {"true": True, "false": False, "null": None}[word[0]]
            return lambda run: value
        self._refuse(f"a value is wanted here{self._seen()}")

    def _string(self, quote: str) -> Expression:
        """A string; in double quotes, references and directives in it are rendered."""
        began = self._at + 1
        at = began
        while True:
            at = self._source.find(quote, at)
            if at < 0:
                self._refuse("a string has no end")
            if not self._source.startswith(quote * 2, at):
                break
            at += 2
        content = self._source[began:at].replace(quote * 2, quote)
        self._at = at + 1
        if quote == "'" or not _SPECIAL.search(content):
            return lambda run: content
        body = _Reader(content, self._shift + began, self._whole, self._depth).whole()

        def value(run: _Run) -> str:
            out: list[str] = []
            length = run.length
            body(run, out)
            run.length = length
            return bounded("".join(out))

        return value

    def _array(self) -> Expression:
        if found := re.compile(r"\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*\]").match(self._source, self._at):
            self._at = found.end()
            first, last = int(found[1]), int(found[2])
            if abs(last - first) >= MOST_STEPS:
                self._refuse(f"a range has at most {MOST_STEPS:,} numbers")
            step = 1 if last >= first else -1
            return lambda run: ArrayList(range(first, last + step, step))
        values = self._list("]", "[")
        return lambda run: ArrayList(value(run) for value in values)

    def _map(self) -> Expression:
        pairs: list[tuple[Expression, Expression]] = []
        self._skip()
        while not self._source.startswith("}", self._at):
            key = self._operand()
            self._expect(":", "a map")
            pairs.append((key, self._operand()))
            self._skip()
            if not self._source.startswith(",", self._at):
                break
            self._at += 1
            self._skip()
        self._expect("}", "a map")
        return lambda run: {text(key(run)): value(run) for key, value in pairs}

    def _list(self, end: str, what: str) -> list[Expression]:
        self._deeper()
        values: list[Expression] = []
        self._skip()
        while not self._source.startswith(end, self._at):
            values.append(self._operand())
            self._skip()
            if not self._source.startswith(",", self._at):
                break
            self._at += 1
        if _OPERATOR.match(self._source, self._at):
            self._refuse(f"Velocity works nothing out inside {what}: #set a variable first{self._seen()}")
        self._expect(end, what)
        self._depth -= 1
        return values


def _literal(words: str) -> Node:
    return lambda run, out: out.append(words)


def _sequence(nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0]

    def node(run: _Run, out: list[str]) -> None:
        for one in nodes:
            one(run, out)

    return node


def _resolved(run: _Run, value: Any) -> Any:
    """A value, or the text of the block that a ``#define`` named."""
    if not isinstance(value, _Define):
        return value
    run.step()
    out: list[str] = []
    value.body(run, out)
    return bounded("".join(out))


def _rounds(values: Any) -> list[Any]:
    if isinstance(values, dict):
        return list(values.values())
    return list(values) if isinstance(values, list) else []


def _reading(name: str) -> Callable[[_Run, Any], Any]:
    return lambda run, value: member(value, name)


def _indexing(index: Expression) -> Callable[[_Run, Any], Any]:
    return lambda run, value: item(value, index(run))


def _calling(name: str, arguments: list[Expression]) -> Callable[[_Run, Any], Any]:
    return lambda run, value: call(value, name, [argument(run) for argument in arguments])


def _operation(operator: str, left: Expression, right: Expression) -> Expression:
    if operator == "&&":
        return lambda run: true(left(run)) and true(right(run))
    if operator == "||":
        return lambda run: true(left(run)) or true(right(run))
    if operator == "==":
        return lambda run: equal(left(run), right(run))
    if operator == "!=":
        return lambda run: not equal(left(run), right(run))
    work = _ARITHMETIC[operator]
    return lambda run: work(left(run), right(run))


def _compared(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], Any]:
    return lambda left, right: compare(left, right) if is_number(left) and is_number(right) else False


def _worked_out(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def result(left: Any, right: Any) -> Any:
        if not is_number(left) or not is_number(right):
            return None
        try:
            return work(left, right)
        except (ZeroDivisionError, OverflowError):
            return None

    return result


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return bounded(text(left) + text(right))
    return left + right if is_number(left) and is_number(right) else None


def _product(left: Any, right: Any) -> Any:
    if max(abs(left), abs(right)) > 2**64:
        raise Refusal("a number grew past what Java can hold")
    return left * right


def _quotient(left: Any, right: Any) -> Any:
    whole = isinstance(left, int) and isinstance(right, int)
    return (abs(left) // abs(right)) * (1 if (left < 0) == (right < 0) else -1) if whole else left / right


def _remainder(left: Any, right: Any) -> Any:
    return left - right * int(left / right)


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "<": _compared(lambda left, right: left < right),
    "<=": _compared(lambda left, right: left <= right),
    ">": _compared(lambda left, right: left > right),
    ">=": _compared(lambda left, right: left >= right),
    "+": _sum,
    "-": _worked_out(lambda left, right: left - right),
    "*": _worked_out(_product),
    "/": _worked_out(_quotient),
    "%": _worked_out(_remainder),
}


def rendered(source: str, variables: dict[str, Any]) -> str:
    """Read (once) and render a template.

    Raises: ``TemplateError``.
    """
    return template(source).render(variables)


__all__ = ("LONGEST_TEMPLATE", "MOST_ROUNDS", "Template", "TemplateError", "rendered", "template")
