"""The metrics of a graph: rows of namespace, name and dimensions, which may lean on the row above, and how each is drawn.

``"."`` stands for what is at the same place in the row above, ``"..."`` for all of that row but its end.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.localcloud.observe.dashboards.findings import ONE_OF, Findings

_FORM = 'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element'
_KIND = 'Invalid metric field type, only "String" type is allowed'
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_RENDERER: dict[str, type | tuple[type, ...]] = {
    "expression": str,
    "label": str,
    "id": str,
    "stat": str,
    "color": str,
    "yAxis": str,
    "region": str,
    "accountId": str,
    "period": int,
    "visible": bool,
}


def check_rows(found: Findings, path: str, rows: Sequence[Any]) -> None:
    """Note what is wrong with the rows of a graph."""
    above: list[str] | None = None
    for number, row in enumerate(rows):
        place = f"{path}/{number}"
        if not isinstance(row, list):
            found.wrong(place, "Should be array")
            found.wrong(place, _FORM)
            continue
        if not row:
            found.wrong(place, "Should NOT have less than 1 items")
            continue
        *names, last = row
        renderer = last if isinstance(last, dict) else None
        names = names if renderer is not None else row
        for position, name in enumerate(names):
            if not isinstance(name, str):
                found.wrong(f"{place}/{position}", _KIND)
        if renderer is not None and not _check_renderer(found, place, len(names), renderer):
            continue
        if renderer is not None and "expression" in renderer:
            if names:
                found.wrong(place, "Should NOT have more than 1 items")
            continue
        if all(isinstance(name, str) for name in names):
            above = _check_names(found, place, names, above)


def _check_names(found: Findings, place: str, names: list[str], above: list[str] | None) -> list[str] | None:
    full = written_out(names, above)
    if full is None:
        found.wrong(place, 'There is no metric above that "." or "..." could stand for')
        return above
    if len(full) < 2:
        found.wrong(place, "Should NOT have less than 2 items")
    elif len(full) % 2:
        found.wrong(place, f"Should NOT have more than {len(full) - 1} items")
    return full


def written_out(names: Sequence[str], above: Sequence[str] | None) -> list[str] | None:
    """A row with what its shorthands stand for; ``None`` where there is nothing that they could stand for."""
    row = list(names)
    if "..." in row:
        place = row.index("...")
        missing = len(above or ()) - (len(row) - 1)
        if above is None or missing < 0:
            return None
        row[place : place + 1] = above[place : place + missing]
    for position, name in enumerate(row):
        if name == ".":
            if above is None or position >= len(above):
                return None
            row[position] = above[position]
    return row


def _check_renderer(found: Findings, place: str, position: int, renderer: Mapping[str, Any]) -> bool:
    """Whether the object at the end of a row says how to draw it, rather than anything else."""
    if any(name not in _RENDERER for name in renderer):
        found.wrong(place, f"Should NOT have more than {position} items")
        found.wrong(f"{place}/{position}", _KIND)
        return False
    for name, value in renderer.items():
        wanted = _RENDERER[name]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            words = {str: "string", int: "integer", bool: "boolean"}
            found.wrong(f"{place}/{position}/{name}", f"Should be {words[wanted]}")  # type: ignore[index]
    if not _COLOR.fullmatch(str(renderer.get("color", "#000000"))):
        found.wrong(f"{place}/{position}/color", 'Should match pattern "^#[0-9a-fA-F]{6}$"')
    if renderer.get("yAxis", "left") not in ("left", "right"):
        found.wrong(f"{place}/{position}/yAxis", ONE_OF)
    if not _ID.fullmatch(str(renderer.get("id", "m1"))):
        found.wrong(f"{place}/{position}/id", 'Should match pattern "^[a-z][a-zA-Z0-9_]*$"')
    return True
