"""``beside(measured, simulated, campaign)``: what a load measured, the same load simulated, and the same question at the size of a campaign.

The picture says which of its columns are simulated, and how far the simulation of the measured load is from the measurement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.cloud.load import LoadResult
from helpers.cloud.session import language
from helpers.languages import numeral
from helpers.simulate.results import Ending, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "en": {"measured": "your run, local cloud", "simulated": "simulated: the same traffic", "campaign": "simulated: campaign",
           "served": "served", "refused": "refused", "a_second": "requests a second", "second": "second", "p99": "p99, ms",
           "error": "refused: {measured} measured, {simulated} simulated of {asked} ({apart:.0%} apart)",
           "cold": "cold starts: {measured} measured, {simulated} simulated"},
    "pt-BR": {"measured": "a sua execução, nuvem local", "simulated": "simulado: o mesmo tráfego", "campaign": "simulado: campanha",
              "served": "atendidas", "refused": "recusadas", "a_second": "requisições por segundo", "second": "segundo", "p99": "p99, ms",
              "error": "recusadas: {measured} medidas, {simulated} simuladas, de {asked} (diferença de {apart:.0%})",
              "cold": "cold starts: {measured} medidos, {simulated} simulados"},
}  # fmt: skip
_BLUE, _RED, _ORANGE = "#2e73b8", "#b2182b", "#e08214"
_STEP = 0.5  # seconds of one bar of a measured load


def refused(measured: LoadResult) -> int:
    """How many requests were turned away or failed: every status from 400 on."""
    return sum(count for status, count in measured.statuses.items() if status >= 400)


def apart(measured: LoadResult, simulated: Result) -> float:
    """How far a simulation is from the load that it simulates: the difference of refused requests, as a share of all (0 to 1)."""
    asked = max(1, len(measured.samples))
    return abs(refused(measured) - int(simulated.totals["throttled"])) / asked


def beside(
    measured: LoadResult, simulated: Result, campaign: Result, *, cold: int | None = None, lang: str | None = None
) -> Figure:
    """Requests served and refused a second, and the p99 of what was served, in three columns.

    measured: of ``load``. simulated: the same traffic and seed, simulated. campaign: another simulation.
    cold: cold starts that were measured; printed beside those that were simulated.
    """
    import matplotlib.pyplot as plt

    lang = lang or language()
    words = _WORDS.get(lang, _WORDS["en"])
    columns = [
        (words["measured"], *_measured(measured)),
        (words["simulated"], *_simulated(simulated)),
        (words["campaign"], *_simulated(campaign)),
    ]
    figure, axes = plt.subplots(2, 3, figsize=(10, 4.2), sharex="col")
    for place, (title, seconds, step, served, turned_away, slow) in enumerate(columns):
        upper, lower = axes[0][place], axes[1][place]
        upper.bar(seconds, served, width=step, align="edge", color=_BLUE, label=words["served"])
        upper.bar(seconds, turned_away, width=step, align="edge", bottom=served, color=_RED, label=words["refused"])
        upper.set_title(title, fontsize="medium")
        lower.plot(seconds + step / 2, slow, color=_ORANGE, marker=".")
        lower.set(xlabel=words["second"], ylim=(0, 1.15 * np.nanmax(slow, initial=1.0)))
        upper.yaxis.set_major_formatter(lambda value, _: numeral(f"{value:,.0f}", lang))
    axes[0][0].set_ylabel(words["a_second"])
    axes[1][0].set_ylabel(words["p99"])
    axes[0][2].legend(frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
    figure.suptitle(_verdict(measured, simulated, cold, words), fontsize="medium")
    figure.tight_layout()
    return figure


def _verdict(measured: LoadResult, simulated: Result, cold: int | None, words: dict[str, str]) -> str:
    said = words["error"].format(
        measured=refused(measured),
        simulated=int(simulated.totals["throttled"]),
        asked=len(measured.samples),
        apart=apart(measured, simulated),
    )
    if cold is None:
        return said
    return f"{said} · {words['cold'].format(measured=cold, simulated=int(simulated.totals['cold_starts']))}"


def _measured(result: LoadResult) -> tuple[Any, ...]:
    due = np.array([one.due for one in result.samples])
    taken = np.array([one.seconds * 1000 for one in result.samples])
    good = np.array([200 <= one.status < 400 for one in result.samples], dtype=bool)
    count = max(1, int(np.ceil((due.max() if len(due) else 0) / _STEP)))
    place = np.minimum((due / _STEP).astype(int), count - 1)
    served = np.bincount(place[good], minlength=count) / _STEP
    turned_away = np.bincount(place[~good], minlength=count) / _STEP
    slow = [np.percentile(of, 99) if len(of := taken[good & (place == one)]) else np.nan for one in range(count)]
    return np.arange(count) * _STEP, _STEP, served, turned_away, np.array(slow)


def _simulated(result: Result) -> tuple[Any, ...]:
    frame, step = result.frame, result.recorder.interval
    seconds, served = frame["second"].to_numpy(), frame["served"].to_numpy() / step
    endings = result.recorder.endings
    kinds = (Ending.API, Ending.CONCURRENCY, Ending.RATE, Ending.SCALING, Ending.TABLE)
    turned_away = endings[:, list(kinds)].sum(axis=1) / step
    return seconds, step, served, turned_away, frame["p99_ms"].to_numpy()
