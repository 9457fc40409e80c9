"""The mock interview in a notebook: the question, a clock, a place to write, and afterwards the rubric with a box for each point."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Any

from helpers.interviews import parts
from helpers.interviews.drafts import broken_off
from helpers.interviews.mock import Mock, Stage, begin
from helpers.interviews.words import minutes
from helpers.languages import numeral

if TYPE_CHECKING:
    from helpers.interviews.room import Desk


class MockView:
    """One mock interview after another on a desk of the room."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._room = desk, desk.room
        self._mock: Mock | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._written: Any = None

    def show(self) -> None:
        """Show the interview that is being held, else offer to go on with one that was broken off and to begin another."""
        if self._mock:
            self._present()
            return
        words, room = self._room.words, self._room
        setup = words["setup"].format(questions=room.questions, minutes=numeral(f"{room.minutes:g}", room.lang))
        about = parts.shown(f"<p>{html.escape(setup)}</p>")
        buttons = [parts.button(words["begin"], self._begin)]
        left, ended = self._desk.record(
            lambda progress: broken_off(progress, room.topics.keys(), room.clock(), room.lang)
        ) or (None, [])
        if left:
            date = f"{left.started.astimezone():%Y-%m-%d %H:%M}"
            buttons.insert(0, parts.button(words["resume"].format(date=date), lambda: self._go_on(left)))
        self._desk.show(about, parts.row(*buttons))
        self._desk.say(" ".join(ended))

    def _begin(self) -> None:
        if self._mock:
            return
        room, desk = self._room, self._desk
        seed = room.seed
        if seed is None:
            seed = len(desk.record(lambda progress: progress.mocks()) or ()) + 1
        self._take(
            begin(room.topics, room.clock(), seed=seed, lang=room.lang, questions=room.questions, minutes=room.minutes)
        )
        self._present()

    def _go_on(self, left: Mock) -> None:
        if self._mock:
            return
        self._take(left.resumed(self._room.clock()))
        self._present()

    def _take(self, mock: Mock) -> None:
        """Go on with this state, and keep it, so that a closed browser or a dead kernel costs nothing."""
        self._mock = mock
        now = self._room.clock()
        self._desk.record(lambda progress: progress.keep_draft(mock.draft(now), started=mock.started))

    def _present(self) -> None:
        assert self._mock
        self._asking(self._mock) if self._mock.stage is Stage.ANSWERING else self._scoring(self._mock)

    def _asking(self, mock: Mock) -> None:
        from ipywidgets import HTML, Layout, Textarea  # type: ignore[import-untyped]

        words = self._room.words
        question = self._room.question(mock.question)
        timer = HTML(self._time(mock))
        label = f"{words['answer']}: {question.question}"
        answer = Textarea(
            mock.text, placeholder=words["placeholder"], rows=10, tooltip=label, layout=Layout(width="auto")
        )

        def wrote(change: Any) -> None:
            # The browser holds letters back while the kernel is busy: the last ones may come after the button was pressed.
            held = self._mock
            if not held or held.started != mock.started or held.place != mock.place:
                return
            if held.stage is Stage.ANSWERING:
                self._take(held.wrote(change["new"], self._room.clock()))
            else:
                self._take(held.completed(change["new"]))
                self._written.value = self._wrote(self._mock)

        def done() -> None:
            if self._mock and self._stands_at(mock):
                self._take(self._mock.answer(answer.value, self._room.clock()))
                self._present()

        answer.observe(wrote, "value")
        title = parts.asked(self._count(mock), question)
        self._desk.say("")
        self._desk.show(title, timer, answer, parts.button(words["done"], done), focus=answer)
        self._tick(timer, mock.place)

    def _scoring(self, mock: Mock) -> None:
        words = self._room.words
        question = self._room.question(mock.question)
        boxes = parts.tick_boxes(question.rubric)
        last = mock.place + 1 == len(mock.questions)

        def scored() -> None:
            if not self._mock or not self._stands_at(mock):
                return
            after = self._mock.score([box.value for box in boxes], self._room.clock())
            if after.stage is Stage.FINISHED:
                self._finish(after)
            else:
                self._take(after)
                self._present()

        self._written = parts.shown(self._wrote(mock))
        took = words["took" if mock.spent <= mock.limit else "took_over"].format(time=minutes(mock.spent))
        self._desk.say(took)
        self._desk.show(
            parts.asked(self._count(mock), question),
            self._written,
            parts.shown(f"<p><strong>{html.escape(words['score'])}</strong></p>"),
            *boxes,
            parts.button(words["finish" if last else "next"], scored),
            parts.answers_of(question, opened=(), without=("rubric",)),
            focus=boxes[0],
        )

    def _stands_at(self, mock: Mock) -> bool:
        """Whether the interview is still where ``mock`` shows it: of two quick presses on one button, the second comes too late."""
        held = self._mock
        return held is not None and (held.started, held.place, held.stage) == (mock.started, mock.place, mock.stage)

    def _finish(self, mock: Mock) -> None:
        self._mock = None
        result = mock.result()
        self._desk.record(lambda progress: progress.record_mock(result))
        self._desk.enter("report")
        self._desk.focus("report")
        self._desk.say(self._room.words["result"].format(points=result.reached, all=result.possible))

    def _wrote(self, mock: Mock | None) -> str:
        text = (mock.text if mock else "") or self._room.words["nothing"]
        return f"<p>{self._room.words['yours']}</p><div class='course-room-written'>{html.escape(text)}</div>"

    def _count(self, mock: Mock) -> str:
        return self._room.words["count"].format(place=mock.place + 1, all=len(mock.questions))

    def _time(self, mock: Mock) -> str:
        left = mock.left(self._room.clock())
        said = self._room.words["left" if left >= 0 else "over"].format(time=minutes(left))
        return f'<div role="timer">{said}</div>'

    def _tick(self, timer: Any, place: int) -> None:
        """Let the clock be seen to run, once a second, while this question waits; the kernel is free meanwhile."""
        if self._ticking:
            self._ticking.cancel()

        async def ticking() -> None:
            told = False
            while self._mock and self._mock.stage is Stage.ANSWERING and self._mock.place == place:
                timer.value = self._time(self._mock)
                if not told and self._mock.left(self._room.clock()) < 0:
                    told = True
                    self._desk.say(self._room.words["up"])
                await asyncio.sleep(1)

        try:
            self._ticking = asyncio.get_running_loop().create_task(ticking())
        except RuntimeError:
            self._ticking = None  # outside of a notebook nobody sees the clock
