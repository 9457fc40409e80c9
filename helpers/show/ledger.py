"""``ledger()``: the messages of an account to choose from, and each one's way."""

from __future__ import annotations

import html
from typing import Any

from helpers.cloud.events import Steps, events, journey, short
from helpers.cloud.session import language

MOST_MESSAGES = 100
_WORDS = {
    "en": {"message": "Message", "again": "Look again", "empty": "nothing has happened in this account yet"},
    "pt-BR": {"message": "Mensagem", "again": "Olhar de novo", "empty": "ainda não aconteceu nada nesta conta"},
}


class LedgerView:
    """The ledger of the connected account, ready to be shown: a choice of messages, and the same as text."""

    def __init__(self, lang: str = "en") -> None:
        self._words = _WORDS.get(lang, _WORDS["en"])
        self.look()

    def look(self) -> None:
        """Read the ledger again."""
        self._steps = events()
        known = {step.message for step in self._steps}
        firsts = {step.message: step for step in reversed(self._steps)}
        begun = [step for step in firsts.values() if step.parent not in known]
        self._begun = sorted(begun, key=lambda step: step.number)[-MOST_MESSAGES:]

    def messages(self) -> dict[str, str]:
        """The messages that came from no other, the newest last: what to call each of them, and its id."""
        return {
            f"{step.at:%H:%M:%S} {short(step.resource)} {step.message[:8]} ({step.number})": step.message
            for step in self._begun
        }

    def way(self, message_id: str) -> Steps:
        """What happened to one of the messages, and to all that came of it."""
        return journey(message_id, self._steps)

    def __repr__(self) -> str:
        ways = [f"{name}\n{self.way(message)!r}" for name, message in self.messages().items()]
        return "\n\n".join(ways) or self._words["empty"]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.bundle(), raw=True)  # type: ignore[no-untyped-call]

    def bundle(self) -> dict[str, Any]:
        """The ledger in all its forms, by MIME type."""
        return {**self.widget()._repr_mimebundle_(), "text/plain": repr(self)}

    def widget(self) -> Any:
        """An ipywidgets box: a message to choose, its way, and a button that looks again."""
        from ipywidgets import HTML, Button, Dropdown, HBox, VBox  # type: ignore[import-untyped]

        choice = Dropdown(description=self._words["message"], layout={"width": "34em"})
        button, way = Button(description=self._words["again"], icon="refresh"), HTML()

        def show(_: Any = None) -> None:
            said = repr(self.way(choice.value)) if choice.value else self._words["empty"]
            way.value = f"<pre>{html.escape(said)}</pre>"

        def fill(_: Any = None) -> None:
            self.look()
            chosen, options = choice.value, self.messages()
            choice.options = list(options.items())
            choice.value = chosen if chosen in options.values() else next(reversed(options.values()), None)
            show()

        choice.observe(show, "value")
        button.on_click(fill)
        fill()
        return VBox([HBox([choice, button]), way])


def ledger() -> LedgerView:
    """Each message of this notebook's account and its way: published, delivered, received, deleted or dead-lettered.

    Raises: ``CloudUnavailable`` before ``connect()``.
    """
    return LedgerView(language())
