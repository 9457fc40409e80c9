"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()) -> str:
    """A table with a row of heads; a cell's text stands as it is. right: the heads of columns whose cells stand at their right edge."""
    marks = ["--:" if name in right else "---" for name in head]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, marks, *rows))
