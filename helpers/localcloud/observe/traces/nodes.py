"""The tree of a filter expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword alone: true when it is set, or the value of a Boolean one."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A keyword and a value. operator: ``= != < <= > >= CONTAINS BEGINSWITH ENDSWITH``."""

    name: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class JsonCause:
    """``rootcause.json = #[…]``: any of these patterns of a root cause. negative: for ``!=``."""

    name: str
    patterns: tuple[Mapping[str, Any], ...]
    negative: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The other is not true."""

    inner: Node


@dataclass(frozen=True, slots=True)
class And:
    """All are true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One is true."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A service by name, type and account; what is ``None`` may be anything."""

    name: str | None = None
    type: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """``service(target) {inner}``."""

    target: Target
    inner: Node | None


@dataclass(frozen=True, slots=True)
class EdgeFilter:
    """``edge(source, destination) {inner}``."""

    source: Target
    destination: Target
    inner: Node | None


@dataclass(frozen=True, slots=True)
class CauseFilter:
    """``rootcause.KIND.LIST {inner}``. kind: fault, error or responsetime. listed: service, entity or exception."""

    kind: str
    listed: str
    inner: Node | None


Node = Keyword | Compare | JsonCause | Not | And | Or | ServiceFilter | EdgeFilter | CauseFilter
