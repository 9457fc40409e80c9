"""Pictures of simulations. Each says in its title that it is simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.simulate.queues import QueueResult
from helpers.simulate.results import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _RED, _GREY = "#2e73b8", "#e08214", "#b2182b", "#999999"


def plot(result: Result, title: str = "") -> Figure:
    """Requests and throttles, concurrency, latency and, with a table, its capacity, over time."""
    import matplotlib.pyplot as plt

    frame = result.frame
    interval = result.recorder.interval
    with_table = bool(frame["consumed"].any())
    figure, axes = plt.subplots(3 + with_table, 1, figsize=(8, 1.9 * (3 + with_table)), sharex=True)
    second = frame["second"]
    throttled = frame[[name for name in frame.columns if name.startswith("throttled_by")]].sum(axis=1)
    axes[0].plot(second, frame["requests"] / interval, color=_GREY, label="asked")
    axes[0].plot(second, frame["served"] / interval, color=_BLUE, label="served")
    axes[0].plot(second, throttled / interval, color=_RED, label="throttled")
    axes[0].set_ylabel("requests a second")
    axes[1].plot(second, frame["concurrency"], color=_BLUE, label="environments at work")
    axes[1].bar(second, frame["cold_starts"] / interval, width=interval, color=_ORANGE, label="cold starts a second")
    axes[1].set_ylabel("concurrency")
    axes[2].plot(second, frame["p50_ms"], color=_BLUE, label="p50")
    axes[2].plot(second, frame["p99_ms"], color=_ORANGE, label="p99")
    axes[2].set_yscale("log")
    axes[2].set_ylabel("latency, ms")
    if with_table:
        axes[3].step(second, frame["capacity"], where="post", color=_GREY, label="capacity")
        axes[3].plot(second, frame["consumed"], color=_BLUE, label="consumed")
        axes[3].plot(second, frame["table_throttles"] / interval, color=_RED, label="throttled")
        axes[3].set_ylabel("units a second")
    _finish(figure, title)
    return figure


def plot_queue(result: QueueResult, title: str = "") -> Figure:
    """What was sent and what waits, the age of the oldest message, and batches at work, over time."""
    import matplotlib.pyplot as plt

    frame = result.frame
    interval = result.recorder.interval
    figure, axes = plt.subplots(3, 1, figsize=(8, 5.7), sharex=True)
    axes[0].plot(frame["second"], frame["sent"] / interval, color=_GREY, label="sent a second")
    axes[0].plot(frame["second"], frame["backlog"], color=_RED, label="waiting")
    axes[0].set_ylabel("messages")
    axes[1].plot(frame["second"], frame["oldest_seconds"], color=_ORANGE, label="age of the oldest")
    axes[1].set_ylabel("seconds")
    axes[2].plot(frame["second"], frame["concurrency"], color=_BLUE, label="batches at work")
    axes[2].set_ylabel("concurrency")
    _finish(figure, title)
    return figure


def _finish(figure: Figure, title: str) -> None:
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize="small")
    figure.axes[-1].set_xlabel("second")
    figure.suptitle(f"{title} (simulated)" if title else "simulated")
    figure.align_ylabels()
    figure.tight_layout()
