"""What ``course grade`` shows: a grade as a person reads it."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text as RichText

from helpers.classroom.grading import Grade
from helpers.classroom.texts import Text, in_language

_WORDS: dict[str, Text] = {
    "total": {"en": "{points} of {max} points", "pt-BR": "{points} de {max} pontos"},
    "check": {"en": "check", "pt-BR": "verificação"},
    "points": {"en": "points", "pt-BR": "pontos"},
    "found": {"en": "what the judge found", "pt-BR": "o que o juiz encontrou"},
    "hint": {"en": "Hint", "pt-BR": "Dica"},
    "hidden": {"en": "hidden inputs", "pt-BR": "entradas ocultas"},
    "not-judged": {"en": "not judged: the run ended before", "pt-BR": "não avaliado: a execução terminou antes"},
    "unanswered": {
        "en": "the answer cell is as the lab was shipped",
        "pt-BR": "a célula de resposta está como veio no lab",
    },
    "walls-bubblewrap": {
        "en": "graded in a sandbox (bubblewrap): own processes, read-only files, no network",
        "pt-BR": "avaliado em uma sandbox (bubblewrap): processos próprios, arquivos só de leitura, sem rede",
    },
    "walls-limits": {
        "en": "graded WITHOUT a sandbox, with resource limits only: {reason}",
        "pt-BR": "avaliado SEM sandbox, só com limites de recursos: {reason}",
    },
    "walls-none": {
        "en": "graded WITHOUT a sandbox and without resource limits: {reason}",
        "pt-BR": "avaliado SEM sandbox e sem limites de recursos: {reason}",
    },
}

_PROBLEMS: dict[str, Text] = {
    "died": {
        "en": "this cell ended the kernel (exit, crash or out of memory)",
        "pt-BR": "esta célula encerrou o kernel (exit, falha ou falta de memória)",
    },
    "too-much-output": {
        "en": "this cell printed more than 2 MB and was stopped",
        "pt-BR": "esta célula imprimiu mais de 2 MB e foi parada",
    },
    "too-long": {"en": "this cell took too long and was stopped", "pt-BR": "esta célula demorou demais e foi parada"},
    "run-too-long": {
        "en": "the whole notebook took too long; this cell was not finished",
        "pt-BR": "o notebook inteiro demorou demais; esta célula não terminou",
    },
    "unfinished": {
        "en": "this cell stops where the answer belongs",
        "pt-BR": "esta célula para onde a resposta deveria estar",
    },
    "raised": {"en": "this cell stopped with {detail}", "pt-BR": "esta célula parou com {detail}"},
    "failed": {"en": "this cell could not be run: {detail}", "pt-BR": "esta célula não pôde ser executada: {detail}"},
}

_WARNINGS: dict[str, Text] = {
    "missing": {
        "en": "answer cell {cell} is not in the notebook",
        "pt-BR": "a célula de resposta {cell} não está no notebook",
    },
    "too-long": {
        "en": "answer cell {cell} is longer than 64 KB and was not run",
        "pt-BR": "a célula de resposta {cell} tem mais de 64 KB e não foi executada",
    },
    "duplicate": {
        "en": "{cell} is there more than once; the original was graded",
        "pt-BR": "{cell} aparece mais de uma vez; a original foi avaliada",
    },
    "edited": {
        "en": "cell {cell} belongs to the course and was changed; the course's own was used",
        "pt-BR": "a célula {cell} é do curso e foi alterada; valeu a do curso",
    },
    "extra-dropped": {
        "en": "one of your own cells is too long, or there are too many; it was not run",
        "pt-BR": "uma das suas células é longa demais, ou há células demais; ela não foi executada",
    },
    "not-finished": {
        "en": "the run was ended before its last cell",
        "pt-BR": "a execução foi encerrada antes da última célula",
    },
}
_OWN_CELL: Text = {"en": "cell {cell} ({whose}): ", "pt-BR": "célula {cell} ({whose}): "}
_WHOSE: dict[str, Text] = {
    "extra": {"en": "your own", "pt-BR": "sua"},
    "given": {"en": "the course's", "pt-BR": "do curso"},
}


def render(grade: Grade, console: Console) -> None:
    """Print ``grade`` for a person."""
    say = _Words(grade.lang)
    if grade.status != "graded":
        console.print(RichText(f"{grade.file}: {grade.message}", style="bold red"))
        return
    console.print(RichText(f"Lab {grade.lab} · {grade.title}", style="bold"))
    for exercise in grade.exercises:
        console.print(_exercise(exercise, say))
    for warning in grade.warnings:
        console.print(RichText(f"! {say.warning(warning)}", style="yellow"))
    console.print(RichText(say("walls-" + grade.walls["level"], reason=grade.walls["reason"]), style="dim"))
    console.print(
        RichText(
            say("total", points=grade.points, max=grade.max),
            style="bold green" if grade.points == grade.max else "bold",
        )
    )


class _Words:
    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __call__(self, name: str, **values: object) -> str:
        return in_language(_WORDS[name], self._lang).format_map(values)

    def problem(self, code: str, detail: str) -> str:
        return in_language(_PROBLEMS[code], self._lang).format_map({"detail": detail})

    def warning(self, warning: dict[str, str]) -> str:
        if warning["code"] in _WARNINGS:
            return in_language(_WARNINGS[warning["code"]], self._lang).format_map(warning)
        role, _, code = warning["code"].partition("-")
        place = in_language(_OWN_CELL, self._lang).format_map(
            {"cell": warning["cell"], "whose": in_language(_WHOSE[role], self._lang)}
        )
        return place + self.problem(code, warning.get("detail", ""))


def _exercise(exercise: dict[str, Any], say: _Words) -> RenderableType:
    whole = exercise["points"] == exercise["max"]
    table = Table(
        title=f"{exercise['number']} {escape(exercise['title'])} · {exercise['points']}/{exercise['max']}",
        title_justify="left",
        title_style="green" if whole else "red",
        expand=True,
    )
    table.add_column("", width=1)
    table.add_column(say("check"), ratio=2)
    table.add_column(say("points"), justify="right", no_wrap=True)
    table.add_column(say("found"), ratio=3)
    for check in exercise["checks"]:
        mark = RichText("✓", "green") if check["passed"] else RichText("✗", "red")
        title = check["title"] + (f" ({say('hidden')})" if check["hidden"] else "")
        table.add_row(mark, RichText(title), f"{check['points']}/{check['max']}", RichText(check["message"]))
    notes = [] if exercise["judged"] else [say("not-judged")]
    if not exercise["answered"]:
        notes.append(say("unanswered"))
    elif exercise["cell"]:
        notes.append(say.problem(**exercise["cell"]))
    parts: list[RenderableType] = [table, *(RichText(note, style="yellow") for note in notes)]
    if exercise["hint"]:
        parts.append(RichText(f"{say('hint')}: {exercise['hint']}", style="cyan"))
    return Group(*parts, "")
