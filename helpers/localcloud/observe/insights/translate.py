"""From a query's tree to one SQL statement: a chain of common table expressions, one for each step that changes rows or adds a column.

Columns of ours have names of ours (``c1``, ``c2``, …): what the query calls them stays in ``Plan``.
"""

from __future__ import annotations

from helpers.localcloud.observe.insights import regexes
from helpers.localcloud.observe.insights.errors import MalformedQuery, Span, already_defined, unknown_symbol
from helpers.localcloud.observe.insights.expressions import Expressions, sort_keys
from helpers.localcloud.observe.insights.fields import SYSTEM, Discovery, pointer
from helpers.localcloud.observe.insights.plans import DEFAULT_ROWS, MOST_ROWS, MOST_STATS, POINTER, Column, Plan
from helpers.localcloud.observe.insights.rules import check_order, is_plain
from helpers.localcloud.observe.insights.tree import (
    Command,
    Dedup,
    Field,
    Filter,
    Item,
    Limit,
    Parse,
    Pattern,
    Query,
    Show,
    Sort,
    Stats,
    Unnest,
)
from helpers.localcloud.observe.insights.values import Value, as_text, literal
from helpers.localcloud.observe.insights.values import shown as shown_text


def translate(query: Query, *, rows: int | None, now: float, most_stats: int = MOST_STATS) -> Plan:
    """The plan of a query. rows: the limit that the request gives; one in the query goes before it. now: in seconds since 1970. most_stats: how many ``stats``
    it may have.

    Raises: ``MalformedQuery``.
    """
    try:
        return _Translation(query, now, most_stats).plan(rows)
    except RecursionError:
        raise MalformedQuery("the query is nested too deeply", Span(0, len(query.text))) from None


class _Translation:
    """The state while the commands are gone through one by one."""

    def __init__(self, query: Query, now: float, most_stats: int) -> None:
        self._query = query
        self._now = now
        self._most_stats = most_stats
        self._discovery = Discovery()
        self._steps: list[str] = []
        self._names: dict[str, Value] = {}
        self._shadowing: set[str] = set()
        self._shown: list[tuple[str, Value]] = []
        self._extracted: list[tuple[str, Value]] = []
        self._asked = False
        self._displayed = False
        self._order: list[str] = []
        self._ties = "n DESC"
        self._stats = 0
        self._grouped = ""
        self._limited = False
        self._filtered = False
        self._counted: int | None = None
        self._deduplicated: Dedup | None = None
        self._patterns: dict[str, Span] = {}
        self._columns = 0

    def plan(self, rows: int | None) -> Plan:
        check_order(self._query.commands)
        for command in self._query.commands:
            self._command(command)
        shown = self._shown if self._stats or self._asked else self._default()
        if not self._displayed:
            known = {name for name, _ in shown}
            shown = shown + [one for one in self._extracted if one[0] not in known]
        most = MOST_ROWS if self._limited else rows or (MOST_ROWS if self._stats else DEFAULT_ROWS)
        extra = [f"(SELECT sum(events) FROM {self._grouped})"] if self._stats else ["ts", "n"]
        selected = [shown_text(value) if value.kind == "json" else value.sql for _, value in shown] + extra
        order = f" ORDER BY {', '.join(self._ordered())}" if self._ordered() else ""
        rest = f" FROM {self._last()}{order} LIMIT {most}"
        sql = f"{self._with()} SELECT {', '.join(selected)}{rest}"
        columns = tuple(Column(name, "text" if value.kind == "json" else value.kind) for name, value in shown)
        matched = at_once = ""
        if self._filtered and not self._stats:
            last = len(self._steps) if self._counted is None else self._counted
            count = f"SELECT count(*) FROM s{last}"
            matched = f"{self._with(last)} {count}"
            at_once = f"{self._with(kept=f's{last}')} SELECT {', '.join([*selected, f'({count})'])}{rest}"
        return Plan(sql, columns, self._stats > 0, matched, at_once, self._patterns)

    def _command(self, command: Command) -> None:
        if self._deduplicated and not isinstance(command, Limit):
            raise MalformedQuery("only limit may come after dedup", command.at)
        match command:
            case Show():
                self._show(command)
            case Filter(condition):
                self._filtered = True
                self._step(f"SELECT * FROM {self._last()} WHERE {self._expressions().condition(condition)}")
            case Parse():
                self._parse(command)
            case Stats():
                self._stats_of(command)
            case Sort(keys):
                self._order = [term for key, down in keys for term in sort_keys(self._sort_value(key), down)]
                self._ties = "n DESC" if keys[0][1] else "n ASC"
            case Limit(count):
                self._stop_counting()
                order = f" ORDER BY {', '.join(self._ordered())}" if self._ordered() else ""
                self._limited = True
                self._step(f"SELECT * FROM {self._last()}{order} LIMIT {count}")
            case Dedup():
                self._dedup(command)
            case Unnest():
                self._unnest(command)

    def _show(self, command: Show) -> None:
        shown: list[tuple[str, Value]] = []
        self._asked = True
        for item in command.items:
            if item.name == POINTER:
                continue
            if not command.only and not self._stats and is_plain(item) and item.name in self._names:
                raise already_defined(item.name, item.at)
            written = self._query.text[item.at.start : item.at.end]
            if item.name == written and item.name in self._names:
                shown.append((item.name, self._names[item.name]))
                continue
            value = self._expressions().value(item.expression)
            if not is_plain(item):
                value = self._add(value)
                if item.name not in self._names and any(item.name == name for name, _ in self._shown):
                    self._shadowing.add(item.name)
                self._name(item.name, value, item)
            shown.append((item.name, value))
        if command.only:
            self._shown, self._displayed = shown, True
            return
        known = {name for name, _ in self._shown}
        self._shown = self._shown + [one for one in shown if one[0] not in known]

    def _parse(self, command: Parse) -> None:
        pattern = command.pattern
        if isinstance(pattern, Pattern):
            found = regexes.extracting(pattern.source, command.names, pattern.at)
        else:
            found = regexes.globbing(pattern.value, command.names, pattern.at)
        self._patterns[found.source] = pattern.at
        text = as_text(self._lookup(command.source))
        groups = ", ".join(f"'g{number}'" for number in range(len(found.names) + 1))
        column = self._add(Value(f"regexp_extract({text}, {literal(found.source)}, [{groups}])", "text")).sql
        for number, name in enumerate(found.names, 1):
            value = Value(f"CASE WHEN {column}.g0 <> '' THEN {column}.g{number} END", "text")
            self._name(name, value, command)
            self._extracted.append((name, value))

    def _stats_of(self, command: Stats) -> None:
        if self._stats == self._most_stats:
            where = "" if self._most_stats == MOST_STATS else " on log groups of Infrequent Access"
            raise MalformedQuery(f"a query{where} has at most {self._most_stats} stats commands", command.at)
        self._stop_counting()
        self._check_new([*command.aggregates, *command.groups])
        row = Expressions(self._lookup_for_stats, self._timestamp(), self._now, self._patterns)
        groups = [(item.name, row.value(item.expression)) for item in command.groups]
        aggregates = self._aggregates(command, row)
        made: list[tuple[str, Value]] = []
        selected: list[str] = []
        for name, value in groups + aggregates:
            self._columns += 1
            selected.append(f"{value.sql} AS c{self._columns}")
            made.append((name, Value(f"c{self._columns}", value.kind)))
        counted = "count(*)" if not self._stats else "sum(events)"
        by = f" GROUP BY {', '.join(str(number + 1) for number in range(len(groups)))}" if groups else ""
        self._step(f"SELECT {', '.join(selected)}, {counted} AS events FROM {self._last()}{by}")
        self._stats += 1
        self._grouped = self._grouped or self._last()
        self._names, self._shown, self._extracted, self._displayed = dict(made), made, [], False
        self._shadowing = set()
        self._order = [
            f"{value.sql} {'DESC' if value.kind == 'time' else 'ASC'} NULLS LAST" for _, value in made[: len(groups)]
        ]

    def _check_new(self, items: list[Item]) -> None:
        """``stats`` may use the names of the query, and gives none of them again."""
        for item in items:
            written = self._query.text[item.at.start : item.at.end]
            if item.name in self._names and item.name != written and not is_plain(item):
                raise already_defined(item.name, item.at)

    def _aggregates(self, command: Stats, row: Expressions) -> list[tuple[str, Value]]:
        """The aggregates in their order; each may use the names of those before it."""
        known: dict[str, Value] = {}
        by = {item.name: row.value(item.expression) for item in command.groups}

        def lookup(field: Field) -> Value:
            found = known.get(field.name) or by.get(field.name)
            if found is None:
                raise MalformedQuery(
                    f"{field.name} has to be inside an aggregate function such as max({field.name}), or come after by",
                    field.at,
                )
            return found

        for item in command.aggregates:
            expressions = Expressions(lookup, self._timestamp(), self._now, self._patterns, row)
            value = expressions.value(item.expression)
            if not expressions.aggregated and not self._uses(item, known):
                raise MalformedQuery("stats needs an aggregate function here, such as count(*)", item.at)
            if item.name in known or item.name in by:
                raise MalformedQuery(f"the name {item.name} is there twice in stats", item.at)
            known[item.name] = value
        return list(known.items())

    @staticmethod
    def _uses(item: Item, known: dict[str, Value]) -> bool:
        return not isinstance(item.expression, Field) and bool(known)

    def _dedup(self, command: Dedup) -> None:
        self._stop_counting()
        keys = [as_text(self._lookup(field)) for field in command.fields]
        missing = " OR ".join(f"({key}) IS NULL" for key in keys)
        order = f" ORDER BY {', '.join(self._ordered())}" if self._ordered() else ""
        self._step(
            f"SELECT * FROM {self._last()} QUALIFY row_number() OVER (PARTITION BY {', '.join(keys)}{order}) = 1 OR {missing}"
        )
        self._deduplicated = command

    def _unnest(self, command: Unnest) -> None:
        value = self._lookup(command.source)
        items = f"[{value.sql}]"
        if value.kind == "json":
            listed = f"json_extract({value.sql}, '$[*]')"
            items = f"CASE WHEN json_type({value.sql}) = 'ARRAY' THEN {listed} ELSE [CAST({value.sql} AS JSON)] END"
        self._columns += 1
        self._step(f"SELECT *, unnest({items}) AS c{self._columns} FROM {self._last()}")
        self._name(command.name, Value(f"c{self._columns}", value.kind), command)

    def _sort_value(self, key: object) -> Value:
        """What is sorted by: after ``stats`` also a column by its text, such as ``count(*)``."""
        at = key.at  # type: ignore[attr-defined]
        named = self._names.get(self._query.text[at.start : at.end]) if self._stats else None
        return named or self._expressions().value(key)  # type: ignore[arg-type]

    def _lookup(self, field: Field) -> Value:
        """What a field is at this place: a name of the query, a part of one that is JSON, or a field of the event."""
        if field.name in self._names:
            return self._names[field.name]
        for count in range(len(field.path) - 1, 0, -1):
            outer = self._names.get(".".join(field.path[:count]))
            if outer and outer.kind == "json":
                return Value(f"json_extract({outer.sql}, {literal(pointer(field.path[count:]))})", "json")
        if self._stats:
            raise unknown_symbol(field.name, field.at)
        if field.name == POINTER:
            raise MalformedQuery("@ptr comes with every result; expressions cannot use it", field.at)
        return self._discovery.value(field.path)

    def _lookup_for_stats(self, field: Field) -> Value:
        """A name that stands for two things by then, a field that was shown and an expression, is neither for ``stats``."""
        if field.name in self._shadowing:
            raise unknown_symbol(field.name, field.at)
        return self._lookup(field)

    def _expressions(self) -> Expressions:
        return Expressions(self._lookup, self._timestamp(), self._now, self._patterns)

    def _timestamp(self) -> str | None:
        if not self._stats:
            return "ts"
        named = self._names.get("@timestamp")
        return named.sql if named and named.kind == "time" else None

    def _name(self, name: str, value: Value, where: Item | Parse | Unnest) -> None:
        if name in self._names and self._names[name] is not value:
            raise already_defined(name, where.at)
        if name in SYSTEM or name == POINTER:
            raise MalformedQuery(f"{name} is a field of CloudWatch Logs: choose another name", where.at)
        self._names[name] = value

    def _add(self, value: Value) -> Value:
        """Make a column of an expression, so that it is worked out once however often it is used."""
        self._columns += 1
        self._step(f"SELECT *, {value.sql} AS c{self._columns} FROM {self._last()}")
        return Value(f"c{self._columns}", value.kind, value.constant)

    def _step(self, sql: str) -> None:
        self._steps.append(sql)

    def _last(self) -> str:
        return f"s{len(self._steps)}"

    def _ordered(self) -> list[str]:
        if self._stats:
            return self._order
        return [*self._order, self._ties] if self._order else ["ts DESC", "n DESC"]

    def _default(self) -> list[tuple[str, Value]]:
        return [(name, SYSTEM[name]) for name in ("@timestamp", "@message")]

    def _stop_counting(self) -> None:
        """What comes from here on does not say which events match."""
        if self._counted is None:
            self._counted = len(self._steps)

    def _with(self, last: int | None = None, kept: str = "") -> str:
        """The chain of steps. Step 0 is the events with what is taken out of their messages."""
        base = "SELECT * FROM events"
        if self._discovery.pointers:
            base = f"SELECT *, {self._discovery.columns()} FROM (SELECT *, {self._discovery.fragment()} FROM events) AS read"
        chain = [f"s0 AS ({base})"]
        for number, step in enumerate(self._steps[:last], 1):
            once = "MATERIALIZED " if f"s{number}" in {self._grouped, kept} else ""
            chain.append(f"s{number} AS {once}({step})")
        return "WITH " + ", ".join(chain)
