"""How mock interviews went over time: the points of the rubric by date and by topic, as a picture and as two tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from helpers.classroom.progress import MockResult
from helpers.interviews.words import topic_name, words
from helpers.show.drawing import BLUE, FAINT, GREEN, INK, Picture, canvas, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Report(Picture):
    """All mock interviews of a learner of which an answer was scored, at the times of the learner's own clock.

    topics: those of each question by its id; a question with several counts for each of them.
    """

    def __init__(self, mocks: Sequence[MockResult], topics: Mapping[str, Sequence[str]], lang: str) -> None:
        self.mocks = tuple(mock for mock in mocks if mock.possible)
        self._topics = topics
        self._lang = lang
        self._words = words(lang)

    def by_topic(self) -> dict[str, tuple[int, int]]:
        """Points reached and points possible of each topic that was asked, the weakest first."""
        sums: dict[str, list[bool]] = defaultdict(list)
        for mock in self.mocks:
            for answer in mock.answers:
                for topic in self._topics.get(answer.question, ()):
                    sums[topic] += answer.points
        counted = {topic: (sum(points), len(points)) for topic, points in sums.items() if points}
        return dict(sorted(counted.items(), key=lambda one: (one[1][0] / one[1][1], one[0])))

    def as_text(self) -> str:
        """One line for each interview, then one for each topic."""
        if not self.mocks:
            return self._words["no_mocks"]
        rows = []
        for mock in self.mocks:
            rows.append([f"{mock.finished.astimezone():%Y-%m-%d %H:%M}", str(mock.seed), f"{mock.reached}/{mock.possible}", f"{mock.score:.0%}", str(mock.late)])  # fmt: skip
        topics = [
            [topic_name(topic, self._lang), f"{reached}/{possible}", f"{reached / possible:.0%}"]
            for topic, (reached, possible) in self.by_topic().items()
        ]
        lines = table(self._words["report_columns"].split(","), rows)
        return "\n".join([*lines, "", *table(self._words["topic_columns"].split(","), topics)])

    def figure(self) -> Figure:
        """Left the share of points of each interview, right that of each topic."""
        topics = self.by_topic()
        figure = canvas(8.6, max(2.6, 0.3 * len(topics) + 1.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        places = range(len(self.mocks))
        scores = [100 * mock.score for mock in self.mocks]
        left.plot(places, scores, "o-", color=BLUE)
        for place, score in zip(places, scores, strict=True):
            left.annotate(f"{score:.0f}", (place, score), (0, 6), textcoords="offset points", ha="center", color=INK)
        step = max(1, len(self.mocks) // 6)
        left.set_xticks(list(places)[::step], [f"{mock.finished.astimezone():%m-%d}" for mock in self.mocks][::step])
        left.set(
            title=self._words["by_date"], ylabel=self._words["share"], ylim=(0, 112), xlim=(-0.5, len(scores) - 0.5)
        )
        left.grid(axis="y", color=FAINT)
        shares = [100 * reached / possible for reached, possible in topics.values()]
        bars = right.barh([topic_name(topic, self._lang) for topic in topics], shares, color=GREEN)
        right.bar_label(
            bars, [f"{reached}/{possible}" for reached, possible in topics.values()], padding=3, color=INK, fontsize=8
        )
        right.set(title=self._words["by_topic"], xlabel=self._words["share"], xlim=(0, 112))
        right.invert_yaxis()
        return figure
