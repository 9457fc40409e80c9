"""From the text of a statement to its parts, with its conditions in the words of DynamoDB's expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from helpers.localcloud.partiql.errors import BadStatement, malformed, not_here
from helpers.localcloud.partiql.grammar import parser

Kind = Literal["select", "insert", "update", "delete"]
_CONDITIONS = {"begins_with": 2, "contains": 2, "attribute_type": 2}
_CHANGES = {"list_append": 2, "set_add": 2, "set_delete": 2}
_EXISTS = re.compile(r"\s*EXISTS\b", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    """One of the conditions that all have to hold.

    text: as a condition expression. attribute, operator: of a comparison between an attribute and a value, else nothing. value: what it is compared with, where that is one
    value. listed: the attributes that the term compares with several values, by IN or OR.
    """

    text: str
    attribute: str | None = None
    operator: str | None = None
    value: Any = None
    listed: frozenset[str] = frozenset()


@dataclass
class Statement:
    """A statement. columns: nothing for all attributes. item: of an INSERT. changes: the parts of an UpdateExpression by its clause; changed: the attributes in
    them. returning: as ``ReturnValues``. names, values: what the placeholders of the expressions stand for.
    """

    kind: Kind
    table: str
    index: str | None = None
    columns: list[list[str]] | None = None
    where: list[Term] = field(default_factory=list)
    ordering: list[tuple[str, bool]] = field(default_factory=list)
    item: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    returning: str | None = None
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def read(text: Any, parameters: Sequence[Any] | None) -> Statement:
    """The statement in a text.

    parameters: what stands for each ``?``, in DynamoDB's JSON.
    Raises: ``BadStatement``.
    """
    from lark.exceptions import UnexpectedInput

    if not isinstance(text, str) or not text.strip():
        raise malformed("it is empty")
    if _EXISTS.match(text):
        raise not_here("EXISTS", "ConditionCheck of TransactWriteItems")
    try:
        tree = parser().parse(text)
    except UnexpectedInput as error:
        near = text[max(0, (error.pos_in_stream or 0)) :][:20] or "the end"
        raise malformed(f"Unexpected text near {near!r}") from None
    except RecursionError:
        raise malformed("it is nested too deeply") from None
    reader = _Reader(parameters or [])
    statement = reader.statement(tree.children[0])
    if reader.left:
        raise BadStatement("Number of parameters in request and statement don't match.")
    return statement


class _Reader:
    """Walks a tree in the order of the text, so that each ``?`` meets its parameter."""

    def __init__(self, parameters: Sequence[Any]) -> None:
        self.left = list(parameters)
        self._made = Statement("select", "")

    def statement(self, tree: Any) -> Statement:
        made = self._made
        made.kind = tree.data
        for part in tree.children:
            getattr(self, f"_{part.data}")(part)
        return made

    def _columns(self, tree: Any) -> None:
        if str(tree.children[0]) == "*":
            return
        self._made.columns = [self._steps(one) for one in tree.children]
        if any(isinstance(step, int) for steps in self._made.columns for step in steps):
            raise not_here("elements of lists among the selected attributes", "SELECT of the whole list")

    def _source(self, tree: Any) -> None:
        names = [_name(one) for one in tree.children]
        self._made.table = names[0]
        self._made.index = names[1] if len(names) > 1 else None
        if self._made.index is not None and self._made.kind != "select":
            raise BadStatement("Only SELECT statements may name an index")

    def _map(self, tree: Any) -> None:
        self._made.item = self._value(tree)["M"]

    def _where(self, tree: Any) -> None:
        either = tree.children[0]
        if len(either.children) == 1:
            self._made.where = self._all_of(either.children[0])
        else:
            self._made.where = [self._either(either)]

    def _ordering(self, tree: Any) -> None:
        for order in tree.children:
            path, *direction = order.children
            self._made.ordering.append(
                (".".join(map(str, self._steps(path))), [*map(str.lower, direction)] == ["desc"])
            )

    def _returning(self, tree: Any) -> None:
        which, age, _ = (str(one).upper() for one in tree.children)
        self._made.returning = f"{'ALL' if which == 'ALL' else 'UPDATED'}_{age}"

    def _set(self, tree: Any) -> None:
        for assignment in tree.children:
            path, right = assignment.children
            target = self._path(path)
            self._made.changed.add(str(self._steps(path)[0]))
            if right.data == "call" and _called(right) in ("set_add", "set_delete"):
                clause = "ADD" if _called(right) == "set_add" else "DELETE"
                first, second = self._arguments(right, _CHANGES)
                if first != target:
                    raise malformed(f"{_called(right)} changes the attribute that it is given")
                self._change(clause, f"{target} {second}")
            else:
                self._change("SET", f"{target} = {self._sum(right)}")

    def _remove(self, tree: Any) -> None:
        for path in tree.children:
            self._made.changed.add(str(self._steps(path)[0]))
            self._change("REMOVE", self._path(path))

    def _change(self, clause: str, text: str) -> None:
        self._made.changes.setdefault(clause, []).append(text)

    def _sum(self, tree: Any) -> str:
        if tree.data == "arithmetic":
            left, sign, right = tree.children
            return f"{self._operand(left)} {sign} {self._operand(right)}"
        if tree.data == "call":
            return f"list_append({', '.join(self._arguments(tree, _CHANGES))})"
        return self._operand(tree)

    def _either(self, tree: Any) -> Term:
        every = [self._all_of(one) for one in tree.children]
        text = " OR ".join(" AND ".join(term.text for term in terms) for terms in every)
        names = {term.attribute for terms in every for term in terms if term.attribute and term.operator == "="}
        listed = {name for terms in every for term in terms for name in term.listed}
        return Term(f"({text})", listed=frozenset(names | listed if len(every) > 1 else listed))

    def _all_of(self, tree: Any) -> list[Term]:
        found: list[Term] = []
        for test in tree.children:
            # Brackets around conditions that all have to hold change nothing.
            if test.data == "grouped" and len(test.children[0].children) == 1:
                found += self._all_of(test.children[0].children[0])
            else:
                found.append(self._test(test))
        return found

    def _test(self, tree: Any) -> Term:
        if tree.data == "grouped":
            return self._either(tree.children[0])
        if tree.data == "denied":
            return Term(f"NOT ({self._test(tree.children[0]).text})")
        if tree.data in ("missing", "present"):
            asked = "attribute_not_exists" if tree.data == "missing" else "attribute_exists"
            return Term(f"{asked}({self._path(tree.children[0])})")
        if tree.data == "call":
            text = f"{_called(tree)}({', '.join(self._arguments(tree, _CONDITIONS))})"
            return Term(text, _attribute(tree.children[1]), _called(tree))
        if tree.data == "comparison":
            return self._comparison(tree)
        operands = [self._operand(one) for one in tree.children]
        if tree.data == "between":
            return Term("{} BETWEEN {} AND {}".format(*operands), _attribute(tree.children[0]), "BETWEEN")
        name = _attribute(tree.children[0])
        return Term(f"{operands[0]} IN ({', '.join(operands[1:])})", listed=frozenset([name] if name else []))

    def _comparison(self, tree: Any) -> Term:
        left, operator, right = tree.children
        operator = "<>" if operator == "!=" else str(operator)
        texts = self._operand(left), self._operand(right)
        text = f"{texts[0]} {operator} {texts[1]}"
        if right.data != "constant":
            return Term(text)
        return Term(text, _attribute(left), operator, self._made.values[texts[1]])

    def _operand(self, tree: Any) -> str:
        if tree.data == "path":
            return self._path(tree)
        if tree.data == "call":
            if _called(tree) != "size":
                raise malformed(f"{_called(tree)} cannot stand here")
            return f"size({', '.join(self._arguments(tree, {'size': 1}))})"
        return self._place(self._value(tree.children[0]))

    def _arguments(self, tree: Any, known: dict[str, int]) -> list[str]:
        name, *arguments = tree.children
        if known.get(_called(tree)) != len(arguments):
            raise malformed(f"{name} is no function with {len(arguments)} arguments here")
        return [self._operand(one) for one in arguments]

    def _place(self, value: Any) -> str:
        place = f":v{len(self._made.values)}"
        self._made.values[place] = value
        return place

    def _steps(self, tree: Any) -> list[Any]:
        return [int(one.children[0]) if one.data == "element" else _name(one) for one in tree.children]

    def _path(self, tree: Any) -> str:
        text = ""
        for step in self._steps(tree):
            text += f"[{step}]" if isinstance(step, int) else f".{self._alias(step)}"
        return text.removeprefix(".")

    def _alias(self, name: str) -> str:
        for alias, known in self._made.names.items():
            if known == name:
                return alias
        alias = f"#n{len(self._made.names)}"
        self._made.names[alias] = name
        return alias

    def _value(self, tree: Any) -> Any:
        """A literal in DynamoDB's JSON."""
        children = tree.children
        match tree.data:
            case "parameter":
                if not self.left:
                    raise BadStatement("Number of parameters in request and statement don't match.")
                return self.left.pop(0)
            case "text":
                return {"S": _text(children[0])}
            case "number" | "negative":
                return {"N": ("-" if tree.data == "negative" else "") + str(children[0])}
            case "true" | "false":
                return {"BOOL": tree.data == "true"}
            case "null":
                return {"NULL": True}
            case "list":
                return {"L": [self._value(one) for one in children]}
            case "set_of":
                return _set([self._value(one) for one in children])
        return {"M": {_text(pair.children[0]): self._value(pair.children[1]) for pair in children}}


def _set(values: list[Any]) -> Any:
    kinds = {next(iter(value)) for value in values}
    if len(kinds) != 1 or kinds - {"S", "N", "B"}:
        raise malformed("a set holds values of one type: texts, numbers or binary values")
    kind = kinds.pop()
    return {f"{kind}S": [value[kind] for value in values]}


def _text(token: Any) -> str:
    mark = token[0]
    return str(token[1:-1]).replace(mark * 2, mark)


def _name(tree: Any) -> str:
    return _text(tree.children[0]) if tree.data == "quoted" else str(tree.children[0])


def _called(tree: Any) -> str:
    return str(tree.children[0]).lower()


def _attribute(tree: Any) -> str | None:
    """The name of an attribute of the item itself."""
    return _name(tree.children[0]) if tree.data == "path" and len(tree.children) == 1 else None
