"""``load(url, traffic)``: a load that runs while the notebook goes on, with a progress bar and a stop button."""

from __future__ import annotations

import asyncio
from typing import Any

from helpers.cloud.load import Load, LoadResult
from helpers.cloud.session import language
from helpers.simulate.traffic import Traffic

_WORDS = {"en": {"stop": "Stop", "done": "done"}, "pt-BR": {"stop": "Parar", "done": "pronto"}}


class LoadPanel:
    """A running load as a notebook shows it; ``result()`` waits for its end."""

    def __init__(self, running: Load, lang: str) -> None:
        self._load = running
        self._words = _WORDS.get(lang, _WORDS["en"])

    def result(self) -> LoadResult:
        """Wait for the end and say what was measured; interrupting the kernel stops the load first."""
        return self._load.result()

    def stop(self) -> None:
        """Send no more."""
        self._load.stop()

    def __repr__(self) -> str:
        return f"load: {self._load.traffic.expected:.0f} requests in {self._load.traffic.seconds:g} s"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({**self.widget()._repr_mimebundle_(), "text/plain": repr(self)}, raw=True)  # type: ignore[no-untyped-call]

    def widget(self) -> Any:
        """A bar and a button; the bar follows as long as the kernel has a running event loop."""
        from ipywidgets import Button, FloatProgress, HBox, Label  # type: ignore[import-untyped]

        bar, text = FloatProgress(max=1.0), Label()
        button = Button(description=self._words["stop"], icon="stop")
        button.on_click(lambda _: self.stop())

        async def follow() -> None:
            while self._load.running:
                bar.value, text.value = self._load.progress, repr(self._load.so_far())
                await asyncio.sleep(0.25)
            bar.value, text.value, button.disabled = 1.0, repr(self._load.so_far()), True

        try:
            self._following = asyncio.get_running_loop().create_task(follow())
        except RuntimeError:
            bar.value = self._load.progress
        return HBox([bar, button, text])


def load(url: str, traffic: Traffic, **settings: Any) -> LoadPanel:
    """Send ``traffic`` to ``url`` as it would come from customers, without waiting for answers.

    settings: ``method``, ``headers``, ``body``, ``timeout``, ``most_open``, ``seed`` of :class:`helpers.cloud.load.Load`.
    Returns at once; ``load(…).result()`` waits, and has latencies, statuses and a frame.
    Raises: ``CourseError`` for more than 200,000 requests.
    """
    return LoadPanel(Load(url, traffic, **settings).start(), language())
