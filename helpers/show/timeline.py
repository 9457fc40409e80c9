"""``timeline(message_id)``: one message's life from the ledger, drawn on the virtual clock."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from helpers.cloud.events import Step, Steps, journey, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GOOD, _BAD, _NEUTRAL = "#1b7f3b", "#c62828", "#2e5f9e"
_MARKS = {
    "published": ("o", _NEUTRAL), "sent": ("o", _NEUTRAL), "received": (">", _NEUTRAL), "returned": ("<", _BAD), "failed": ("X", _BAD),
    "delivered": ("s", _GOOD), "deleted": ("D", _GOOD), "succeeded": ("s", _GOOD), "invoked": (">", _NEUTRAL), "retried": ("<", _BAD),
    "dead-lettered": ("v", _BAD), "dropped": ("v", _BAD), "expired": ("v", _BAD), "purged": ("v", _BAD), "filtered": ("x", _BAD),
    "duplicate": ("x", _NEUTRAL), "moved": ("^", _NEUTRAL),
}  # fmt: skip

# Where a label stands above its mark, in points, the first free one first; and how much of the time shown a letter is wide.
_LABEL_HEIGHTS = (8, 17, -15)
_LETTER_WIDTH = 0.0105


class Timeline:
    """The way of one message, ready to be shown: a picture, and the same as lines of text."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def __repr__(self) -> str:
        return repr(self.steps)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/png": self.as_png(), "text/plain": repr(self)}

    def as_png(self) -> bytes:
        """The picture; equal steps give an equal picture."""
        file = io.BytesIO()
        self.figure().savefig(file, format="png", dpi=110, metadata={"Software": None})
        return file.getvalue()

    def figure(self) -> Figure:
        """The picture as a matplotlib figure: seconds of virtual time to the right, a lane for each resource."""
        from matplotlib.figure import Figure

        lanes = list(dict.fromkeys(where for step in self.steps for where in _lanes(step)))
        figure = Figure(figsize=(9, 1.1 + 0.62 * len(lanes)), layout="constrained", facecolor="white")
        axes = figure.add_subplot()
        begin = self.steps[0].at
        span = max((self.steps[-1].at - begin).total_seconds(), 1.0)
        labels: dict[str, list[tuple[float, list[Step]]]] = {lane: [] for lane in lanes}
        taken: dict[str, float] = {}
        for step in self.steps:
            x, lane = (step.at - begin).total_seconds(), _lane(step)
            mark, colour = _MARKS[step.step]
            if step.step == "received":
                taken[lane] = x
            elif step.step in ("returned", "deleted") and lane in taken:  # in flight, from one to the other
                axes.plot([taken.pop(lane), x], [lanes.index(lane)] * 2, color=_NEUTRAL, alpha=0.25, lw=7)
            if step.to and short(step.to) in lanes and short(step.to) != lane:
                arrow = (x, lanes.index(short(step.to))), (x, lanes.index(lane))
                axes.annotate("", *arrow, arrowprops={"arrowstyle": "->", "color": colour, "lw": 1})
            axes.plot([x], [lanes.index(lane)], mark, color=colour, markersize=7, zorder=3)
            if not labels[lane] or x - labels[lane][-1][0] > 0.12 * span:
                labels[lane].append((x, []))
            labels[lane][-1][1].append(step)
        for number, lane in enumerate(lanes):
            ends_at = dict.fromkeys(_LABEL_HEIGHTS, -span)
            for x, steps in labels[lane]:
                said = ", ".join(
                    dict.fromkeys(step.step + (f" ({step.count})" if step.count else "") for step in steps)
                )
                colour = _BAD if any(_MARKS[step.step][1] == _BAD for step in steps) else _NEUTRAL
                height = next((one for one, end in ends_at.items() if end <= x), min(ends_at, key=ends_at.__getitem__))
                ends_at[height] = x + span * _LETTER_WIDTH * len(said)
                axes.annotate(said, (x, number), (3, height), textcoords="offset points", fontsize=7.5, color=colour)
        axes.set_yticks(range(len(lanes)), lanes)
        axes.set_ylim(len(lanes) - 0.4, -0.6)
        axes.set_xlim(-0.03 * span, span * 1.25)
        axes.set_xlabel("s")
        axes.grid(axis="x", alpha=0.25)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        return figure


def timeline(message_id: str) -> Timeline:
    """One message's life: published, delivered, received, returned, deleted or dead-lettered, on the virtual clock.

    message_id: what ``publish``, ``send_message``, ``put_events`` or an asynchronous ``invoke`` answered.

    Raises: ``CourseError`` when the ledger does not know the message, ``CloudUnavailable`` before ``connect()``.
    """
    return Timeline(journey(message_id))


def _lane(step: Step) -> str:
    """Where a step is drawn: a failure stands with who failed."""
    return short(step.to) if step.step == "failed" and step.to else short(step.resource)


def _lanes(step: Step) -> list[str]:
    return [_lane(step), *([short(step.to)] if step.to and step.to.startswith("arn:") else [])]
