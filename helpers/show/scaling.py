"""``scaling()``: knobs of traffic and of a function, what a simulation makes of them, and what a month of it costs.

In a running notebook it is simulated again on every change. A saved notebook, GitHub or a terminal shows the state in which it was first shown.
All of its figures are simulated.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

from helpers.cloud.session import language
from helpers.errors import CourseError
from helpers.languages import dollars, numeral
from helpers.show.panel import Panel
from helpers.simulate.cost import PROVISIONED, estimate, of_simulation
from helpers.simulate.durations import Fixed, LogNormal
from helpers.simulate.engine import simulate
from helpers.simulate.models import Function, System
from helpers.simulate.results import Result
from helpers.simulate.traffic import spike

_WORDS = {
    "en": {"rate": "requests/s at the peak", "duration": "duration, ms at 1,769 MB", "memory": "memory, MB", "reserved": "reserved (0: none)",
           "provisioned": "provisioned", "needs": "rate × duration", "concurrency": "concurrency, highest", "throttled": "throttled",
           "cold": "cold starts", "p99": "p99", "title": "simulated: 5 s of a tenth, 10 s of peak, 5 s of a tenth", "error": "AWS would refuse",
           "cost": "Lambda's month, such a peak every hour", "kept": "of it for provisioned environments, all month",
           "without": "the same without the free tier"},
    "pt-BR": {"rate": "requisições/s no pico", "duration": "duração, ms com 1.769 MB", "memory": "memória, MB", "reserved": "reservada (0: nenhuma)",
              "provisioned": "provisionada", "needs": "taxa × duração", "concurrency": "concorrência, máxima", "throttled": "com throttling",
              "cold": "cold starts", "p99": "p99", "title": "simulado: 5 s de um décimo, 10 s de pico, 5 s de um décimo", "error": "a AWS recusaria",
              "cost": "o mês do Lambda, um pico desses por hora", "kept": "disso, pelos ambientes provisionados, o mês todo",
              "without": "o mesmo sem o nível gratuito"},
}  # fmt: skip
_FULL_CORE = 1769  # MB that come with one vCPU
_INIT_SECONDS = 0.4
_MOST = 20_000
_DAYS = 30


@dataclass(frozen=True)
class Knobs:
    """rate: requests a second at the peak. duration: median in ms with a whole vCPU. memory: MB. reserved: 0 is none. provisioned: environments."""

    rate: int = 2_000
    duration: int = 200
    memory: int = 1769
    reserved: int = 0
    provisioned: int = 0


class Scaling(Panel):
    """A state of the knobs, and what is simulated from it."""

    def __init__(self, knobs: Knobs, lang: str = "en") -> None:
        self.knobs = knobs
        self._lang = lang
        self._words = _WORDS.get(lang, _WORDS["en"])

    def rows(self) -> list[tuple[str, str]]:
        """Name and figure of each result; one row with AWS's reason when it would refuse the settings.

        Memory buys CPU in proportion: below 1,769 MB the handler and its INIT take longer, above it a single thread gains nothing.
        Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
        """
        knobs, words = self.knobs, self._words
        slower = _FULL_CORE / min(knobs.memory, _FULL_CORE)
        median = knobs.duration / 1000 * slower
        try:
            function = Function(
                LogNormal(median, 3 * median),
                Fixed(_INIT_SECONDS * slower),
                reserved=knobs.reserved or None,
                provisioned=knobs.provisioned,
            )
        except CourseError as problem:
            return [(words["error"], str(problem))]
        traffic = spike(knobs.rate / 10, knobs.rate, at=5, lasting=10, seconds=20)
        result = simulate(System(function), traffic)
        totals = result.totals
        return [
            (words["needs"], self._whole(knobs.rate * function.duration.mean)),
            (words["concurrency"], self._whole(totals["concurrency_max"])),
            (words["throttled"], f"{totals['throttled'] / totals['requests']:.0%}"),
            (words["cold"], self._whole(totals["cold_starts"])),
            (words["p99"], f"{self._whole(totals['p99_ms'])} ms"),
            *self._costs(result),
        ]

    def _costs(self, result: Result) -> list[tuple[str, str]]:
        """What a month of such peaks costs, by the price book: Lambda alone, in us-east-1, provisioned concurrency never switched off."""
        words = self._words
        quantities = of_simulation(
            result, self.knobs.memory, times=_DAYS * 24, kept_seconds=float(_DAYS * 24 * 60 * 60)
        )
        month = estimate(quantities)
        kept = month.frame.loc[month.frame["key"] == PROVISIONED, "cost"].sum()
        return [
            (words["cost"], dollars(f"{month.total:,.2f}", self._lang)),
            (words["kept"], dollars(f"{kept:,.2f}", self._lang)),
            (words["without"], dollars(f"{month.total_without_free_tier:,.2f}", self._lang)),
        ]

    def _whole(self, number: float) -> str:
        return numeral(f"{number:,.0f}", self._lang)

    def given(self) -> list[tuple[str, str]]:
        """Name and value of each knob."""
        return [(self._words[name], self._whole(getattr(self.knobs, name))) for name in Knobs.__annotations__]

    def as_text(self) -> str:
        """Knobs and figures, one a line."""
        lines = [f"{name}: {value}" for name, value in [*self.given(), *self.rows()]]
        return "\n".join([self._words["title"], *lines])

    def result_html(self) -> str:
        """The figures alone."""
        return _table(self._words["title"], self.rows())

    def as_html(self) -> str:
        """Knobs and figures."""
        return _table("", self.given()) + self.result_html()

    def widget(self) -> Any:
        """Sliders that simulate again on every change, when they are let go."""
        from ipywidgets import HTML, IntSlider, Layout, VBox  # type: ignore[import-untyped]

        result = HTML(self.result_html())
        ranges = {
            "rate": (100, _MOST, 100),
            "duration": (10, 1_000, 10),
            "memory": (128, 3_008, 64),
            "reserved": (0, 900, 50),
            "provisioned": (0, 900, 50),
        }

        def slider(name: str) -> Any:
            least, most, step = ranges[name]
            knob = IntSlider(
                getattr(self.knobs, name),
                least,
                most,
                step,
                description=self._words[name],
                continuous_update=False,
                style={"description_width": "220px"},
                layout=Layout(width="98%"),
            )

            def changed(change: Any) -> None:
                self.knobs = replace(self.knobs, **{name: change["new"]})
                result.value = self.result_html()

            knob.observe(changed, "value")
            return knob

        return VBox([*(slider(name) for name in ranges), result])


def scaling(**knobs: int) -> Scaling:
    """Turn the knobs of a peak: ``rate``, ``duration``, ``memory``, ``reserved``, ``provisioned``, as in :class:`Knobs`; the account has 1,000."""
    return Scaling(Knobs(**knobs), language())


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><td style="text-align: left">{html.escape(name)}</td><td style="text-align: right"><b>{html.escape(value)}</b></td></tr>'
        for name, value in rows
    )
    return f"<div>{html.escape(title)}<table>{cells}</table></div>"
