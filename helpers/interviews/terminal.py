"""The interview room in a terminal: what is asked, read and shown there; standard input may be a keyboard or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text as RichText

from helpers.classroom.texts import Text, in_language
from helpers.show import whiteboard
from helpers.show.interview import Section

_WORDS: dict[str, Text] = {
    "say": {
        "en": "Say your answer aloud, or write it; an empty line ends it.",
        "pt-BR": "Diga a resposta em voz alta, ou escreva; uma linha vazia encerra.",
    },
    "write": {
        "en": "Write your answer; an empty line ends it. Time: {minutes} min.",
        "pt-BR": "Escreva a sua resposta; uma linha vazia encerra. Tempo: {minutes} min.",
    },
    "so-far": {"en": "What you have so far:", "pt-BR": "O que você já tem:"},
    "rate": {
        "en": "Enter unfolds more. How was yours? 1 again, 2 hard, 3 good, 4 easy: ",
        "pt-BR": "Enter mostra mais. Como foi a sua? 1 de novo, 2 difícil, 3 boa, 4 fácil: ",
    },
    "rate-all": {
        "en": "That is all of it. How was yours? 1 again, 2 hard, 3 good, 4 easy: ",
        "pt-BR": "É tudo. Como foi a sua? 1 de novo, 2 difícil, 3 boa, 4 fácil: ",
    },
    "due": {"en": "It comes again on {when}.", "pt-BR": "Ela volta em {when}."},
    "nothing-due": {
        "en": "Nothing is due now. The next question comes on {when}.",
        "pt-BR": "Nada para agora. A próxima pergunta vem em {when}.",
    },
    "no-more": {"en": "Questions practised: {count}.", "pt-BR": "Perguntas praticadas: {count}."},
    "stopped-practice": {
        "en": "Stopped. What you rated is kept; `course interview practice` goes on with what is due.",
        "pt-BR": "Parou por aqui. O que você avaliou está guardado; `course interview practice` continua com o que falta.",
    },
    "stopped-mock": {
        "en": "Stopped, and the clock stands. Everything you wrote is kept; `course interview mock` goes on from here.",
        "pt-BR": "Parou por aqui, e o relógio também. Tudo o que você escreveu está guardado; `course interview mock` continua daqui.",
    },
    "stopped-unrecorded": {
        "en": "Stopped. Nothing of it could be recorded.",
        "pt-BR": "Parou por aqui. Nada disto pôde ser registrado.",
    },
    "resumed": {
        "en": "Going on with the mock interview of {when}, question {number} of {count}; --new begins another.",
        "pt-BR": "Continuando a entrevista simulada de {when}, pergunta {number} de {count}; --new começa outra.",
    },
    "begun": {
        "en": "A mock interview; questions: {count}, seed: {seed}.",
        "pt-BR": "Uma entrevista simulada; perguntas: {count}, seed: {seed}.",
    },
    "in-time": {"en": "{seconds} s, in time.", "pt-BR": "{seconds} s, dentro do tempo."},
    "over-time": {"en": "{seconds} s, over time.", "pt-BR": "{seconds} s, além do tempo."},
    "score": {
        "en": "Now be the interviewer: did your answer say this? (y/n)",
        "pt-BR": "Agora o entrevistador é você: a sua resposta disse isto? (s/n)",
    },
    "yes": {"en": "y", "pt-BR": "s"},
    "total": {
        "en": "{reached} of {points} points; over time: {late} of {count} answers.",
        "pt-BR": "{reached} de {points} pontos; além do tempo: {late} de {count} respostas.",
    },
    "question": {"en": "question", "pt-BR": "pergunta"},
    "reviews": {"en": "reviews", "pt-BR": "revisões"},
    "comes": {"en": "comes again", "pt-BR": "volta em"},
    "never": {"en": "never practised", "pt-BR": "ainda não praticada"},
}


class Terminal:
    """Asks and shows in one language.

    Reading raises ``EOFError`` at the end of the input and ``KeyboardInterrupt`` at Ctrl-C; both mean that the learner leaves.
    """

    def __init__(self, lang: str, console: Console | None = None) -> None:
        self.lang = lang
        self.console = console or Console()

    def words(self, name: str, **values: object) -> str:
        """One of the room's sentences."""
        return in_language(_WORDS[name], self.lang).format_map(values)

    def say(self, name: str, style: str = "", **values: object) -> None:
        """Print one of the room's sentences."""
        self.console.print(RichText(self.words(name, **values), style))

    def ask(self, title: str, question: str) -> None:
        """Show a question in a frame."""
        self.console.print(Panel(Markdown(question), title=RichText(title), title_align="left"))

    def section(self, section: Section) -> None:
        """Show one part of a question's answer; a diagram as the sentences that it draws."""
        drawn = [f"    {line}" for line in whiteboard.as_lines(section.diagram)] if section.diagram else []
        lines = [f"- {one}" for one in section.paragraphs] if section.is_list else section.paragraphs
        body = "\n\n".join(["\n".join(drawn), ("\n" if section.is_list else "\n\n").join(lines)])
        self.console.print(Group(RichText(section.title, "bold"), Markdown(body), ""))

    def so_far(self, text: str) -> None:
        """Show what is written already, if anything is."""
        if text:
            self.say("so-far", "dim")
            self.console.print(text, markup=False, highlight=False)

    def answer(self, so_far: str = "", heard: Callable[[str], None] | None = None) -> str:
        """Read lines until an empty one. so_far: text that is there already. heard: is given all of it after each line."""
        text = so_far
        while line := self._read("> "):
            text = f"{text}\n{line}" if text else line
            if heard:
                heard(text)
        return text

    def rating(self, sections: Iterable[Section]) -> int:
        """Unfold section after section until the learner rates the answer, 1 to 4."""
        waiting = list(sections)
        while True:
            if waiting:
                self.section(waiting.pop(0))
            if (given := self._read(self.words("rate" if waiting else "rate-all"))) in ("1", "2", "3", "4"):
                return int(given)

    def points(self, rubric: Sequence[str]) -> tuple[bool, ...]:
        """Ask for each point of a rubric whether the answer made it."""
        self.say("score", "bold")
        return tuple(self._yes(f"{point} ") for point in rubric)

    def _yes(self, prompt: str) -> bool:
        yes = self.words("yes")
        while (given := self._read(prompt).lower()) not in (yes, "n"):
            pass
        return given == yes

    def _read(self, prompt: str) -> str:
        line = input(prompt)
        if not sys.stdin.isatty():
            print(line)  # a pipe has no keyboard that echoes it
        return line.strip()


def day(moment: datetime) -> str:
    """A moment in the learner's own time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
