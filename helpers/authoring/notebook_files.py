"""Notebook cells and files through nbformat, whose functions carry no types: its untyped doors are all here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def node(value: dict[str, Any]) -> NotebookNode:
    """A notebook node with the items of ``value``."""
    return cast(NotebookNode, nbformat.from_dict(value))  # type: ignore[no-untyped-call]


def markdown_cell(cell_id: str, source: str) -> NotebookNode:
    """A markdown cell."""
    return cast(NotebookNode, new_markdown_cell(source, id=cell_id))  # type: ignore[no-untyped-call]


def code_cell(cell_id: str, source: str, metadata: dict[str, Any]) -> NotebookNode:
    """A code cell that was not executed."""
    return cast(NotebookNode, new_code_cell(source, id=cell_id, metadata=node(metadata)))  # type: ignore[no-untyped-call]


def notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """A notebook of the version that has cell ids (nbformat 4.5)."""
    made = new_notebook(cells=cells, metadata=node(metadata))  # type: ignore[no-untyped-call]
    made.nbformat_minor = 5
    return cast(NotebookNode, made)


def text_of(notebook: NotebookNode) -> str:
    """The text of a notebook's file: the same for the same notebook, everywhere."""
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def read(path: Path) -> NotebookNode | None:
    """The notebook stored in ``path``; ``None`` when there is none, or what lies there is no notebook with cells."""
    try:
        stored = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, AttributeError, nbformat.ValidationError):
        return None
    whole = isinstance(stored, NotebookNode) and all(cell.get("id") for cell in stored.get("cells", ()))
    return stored if whole else None


__all__ = ["NotebookNode", "code_cell", "markdown_cell", "node", "notebook", "read", "text_of"]
