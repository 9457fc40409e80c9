"""From a statement to the request of the item operation that does what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.partiql.errors import BadStatement, not_here
from helpers.localcloud.partiql.statements import Statement, Term

_PLACE = re.compile(r"[#:][nv]\d+")
_IN_KEYS = ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with")
_ALL_KEYS = "Where clause does not contain a mandatory equality on all key attributes"


@dataclass
class Request:
    """A request. operation: such as ``query``. whole: whether the statement names all of the primary key."""

    operation: str
    body: dict[str, Any]
    whole: bool = True
    columns: list[list[str]] | None = None
    returning: bool = False
    key: dict[str, Any] = field(default_factory=dict)


def request_of(statement: Statement, keys: Sequence[str], table_keys: Sequence[str]) -> Request:
    """The request for a statement.

    keys: the partition key and, if there is one, the sort key of the table or index that it names. table_keys: of the table.
    Raises: ``BadStatement``.
    """
    if statement.kind == "select":
        return _select(statement, keys, table_keys)
    if statement.kind == "insert":
        statement.names = {"#n0": table_keys[0]}
        asked = {"Item": statement.item, "ConditionExpression": "attribute_not_exists(#n0)"}
        return Request("put_item", _finished(statement, asked))
    key, others = _key_of(statement, table_keys)
    if statement.kind == "delete":
        if statement.returning not in (None, "ALL_OLD"):
            raise BadStatement("DELETE returns ALL OLD * and nothing else")
        body: dict[str, Any] = {"Key": key}
        if others:
            # What is not there is no failure: nothing is deleted then.
            alias = _alias(statement, table_keys[0])
            every = " AND ".join(term.text for term in others)
            body["ConditionExpression"] = f"attribute_not_exists({alias}) OR ({every})"
        return Request("delete_item", _returned(statement, body), returning=bool(statement.returning), key=key)
    for name in table_keys:
        if name in statement.changed:
            raise BadStatement(f"Cannot update attribute {name}. This attribute is part of the key")
    conditions = [f"attribute_exists({_alias(statement, table_keys[0])})", *(term.text for term in others)]
    changes = " ".join(f"{clause} {', '.join(parts)}" for clause, parts in statement.changes.items())
    body = {"Key": key, "UpdateExpression": changes, "ConditionExpression": " AND ".join(conditions)}
    return Request("update_item", _returned(statement, body), returning=bool(statement.returning), key=key)


def _select(statement: Statement, keys: Sequence[str], table_keys: Sequence[str]) -> Request:
    terms = list(statement.where)
    hashed = _take(terms, keys[0], ("=",))
    if hashed is None:
        if any(keys[0] in term.listed for term in terms):
            raise not_here("SELECT over several partition keys (IN, OR)", "one statement for each key")
        if statement.ordering:
            raise BadStatement("Must have WHERE clause in the statement when using ORDER BY clause.")
        body = _optional("FilterExpression", " AND ".join(term.text for term in terms))
        return Request("scan", _finished(statement, body), whole=False, columns=statement.columns)
    ranged = _take(terms, keys[1], _IN_KEYS) if len(keys) > 1 else None
    if any(term.attribute in keys or term.listed & set(keys) for term in terms):
        raise not_here("second condition of a key", "BETWEEN, or one condition of each key")
    body = {"KeyConditionExpression": " AND ".join(term.text for term in (hashed, ranged) if term)}
    body |= _optional("FilterExpression", " AND ".join(term.text for term in terms))
    for name, descending in statement.ordering:
        if name not in keys:
            raise BadStatement(f"Variable reference {name} in ORDER BY clause must be part of the primary key")
        if name == keys[-1] and len(keys) > 1:
            body["ScanIndexForward"] = not descending
    whole = list(keys) == list(table_keys) and (len(keys) == 1 or (ranged is not None and ranged.operator == "="))
    key = {term.attribute: term.value for term in (hashed, ranged) if term and term.attribute} if whole else {}
    return Request("query", _finished(statement, body), whole=whole, columns=statement.columns, key=key)


def _take(terms: list[Term], name: str, operators: Sequence[str]) -> Term | None:
    for term in terms:
        if term.attribute == name and term.operator in operators:
            terms.remove(term)
            return term
    return None


def _key_of(statement: Statement, table_keys: Sequence[str]) -> tuple[dict[str, Any], list[Term]]:
    others = list(statement.where)
    key = {}
    for name in table_keys:
        term = _take(others, name, ("=",))
        if term is None or term.value is None:
            raise BadStatement(_ALL_KEYS)
        key[name] = term.value
    return key, others


def _alias(statement: Statement, attribute: str) -> str:
    return next(alias for alias, name in statement.names.items() if name == attribute)


def _returned(statement: Statement, body: dict[str, Any]) -> dict[str, Any]:
    return _finished(statement, {**body, **_optional("ReturnValues", statement.returning)})


def _finished(statement: Statement, body: dict[str, Any]) -> dict[str, Any]:
    """The body, with the table and those placeholders that its expressions use."""
    used = {place for text in body.values() if isinstance(text, str) for place in _PLACE.findall(text)}
    names = {alias: name for alias, name in statement.names.items() if alias in used}
    values = {place: value for place, value in statement.values.items() if place in used}
    return {
        "TableName": statement.table,
        **_optional("IndexName", statement.index),
        **body,
        **_optional("ExpressionAttributeNames", names),
        **_optional("ExpressionAttributeValues", values),
    }


def _optional(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}
