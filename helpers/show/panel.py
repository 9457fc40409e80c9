"""What a cell shows as a widget and, where no kernel runs, as HTML or plain text: one output with all three."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class Panel(ABC):
    """Something that shows itself as the last line of a cell."""

    @abstractmethod
    def widget(self) -> Any:
        """It as one ipywidgets box."""

    @abstractmethod
    def as_html(self) -> str:
        """It as static HTML."""

    @abstractmethod
    def as_text(self) -> str:
        """It as plain text."""

    def bundle(self) -> dict[str, Any]:
        """All forms by MIME type."""
        return {**self.widget()._repr_mimebundle_(), "text/html": self.as_html(), "text/plain": self.as_text()}

    def __repr__(self) -> str:
        return self.as_text()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.bundle(), raw=True)  # type: ignore[no-untyped-call]
