"""Lay the index out: a table of all units, their prerequisites as a picture, the paths, and the learner's progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from helpers.authoring.index import SOURCE, IndexFile, LearningPath, needs_of
from helpers.authoring.interview import shown_in
from helpers.authoring.notebooks import FOLDERS, link, shipped, unit_name
from helpers.authoring.source import IGNORE_OUTPUT, Header, SourceCell, Unit
from helpers.authoring.tables import table
from helpers.languages import LANGUAGES, Language

_PROGRESS = "from helpers import progress\n\nprogress()"

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "lesson": "Lesson",
        "lab": "Lab",
        "needs": "After",
        "questions": "Questions",
        "sum": "All together",
        "stage": "When",
        "units": "What",
        "time": "Time",
        "lessons": "{} lesson|{} lessons",
        "labs": "{} lab|{} labs",
        "after": "after {}",
        "skipped": "Not in it, though something in it builds on them: {units}.",
    },
    "pt-BR": {
        "lesson": "Lição",
        "lab": "Lab",
        "needs": "Depois de",
        "questions": "Perguntas",
        "sum": "Tudo junto",
        "stage": "Quando",
        "units": "O quê",
        "time": "Tempo",
        "lessons": "{} lição|{} lições",
        "labs": "{} lab|{} labs",
        "after": "depois do {}",
        "skipped": "Fica de fora, embora algo aqui se apoie nisso: {units}.",
    },
}


def index_unit(file: IndexFile, units: Sequence[Unit]) -> Unit:
    """The index as a unit, its cells made from the headers of ``units``; the source must be without findings."""
    index, texts = file.index, file.index.texts

    def paths(language: Language) -> str:
        return "\n\n".join(_path(path, units, language) for path in index.paths)

    cells = [
        *_both("opening", lambda language: f"# {index.title.in_language(language)}", texts.opening.in_language),
        *_both("where", texts.progress.in_language),
        SourceCell("code", "progress", _PROGRESS, tags=(IGNORE_OUTPUT,)),
        *_both("units", texts.units.in_language, lambda language: _table(units, language)),
        *_both("picture", texts.picture.in_language, lambda language: _picture(units, language)),
        *_both("paths", texts.paths.in_language, paths),
    ]
    minutes = sum(unit.header.minutes for unit in units)
    header = Header(number="00", kind="index", minutes=minutes, title=index.title)
    return Unit(header, file.folder, SOURCE, tuple(cells))


def hours(minutes: int) -> str:
    """Minutes as people say them, in either language, with spaces that do not break: ``5 h 40 min``."""
    whole, rest = divmod(minutes, 60)
    parts = [f"{whole} h"] if whole else []
    return " ".join([*parts, f"{rest} min"] if rest else parts).replace(" ", "\N{NO-BREAK SPACE}")


def _both(cell_id: str, *parts: Callable[[Language], str]) -> Iterator[SourceCell]:
    """The two languages of one text, its parts below each other."""
    for language in LANGUAGES:
        source = "\n\n".join(part(language).strip() for part in parts)
        yield SourceCell("markdown", cell_id, source, language=language)


def _table(units: Sequence[Unit], language: Language) -> str:
    words = _WORDS[language]
    numbers = sorted({unit.header.number for unit in units})
    by_name = {unit.name: unit for unit in units}
    head = ["", words["lesson"], words["needs"], words["questions"], words["lab"]]
    rows = []
    for number in numbers:
        lesson, lab = by_name.get(f"lesson-{number}"), by_name.get(f"lab-{number}")
        rows.append(
            [
                number,
                f"{_linked(lesson, language)} · {_time([lesson])}" if lesson else "",
                ", ".join(_short(need) for need in needs_of(lesson)) if lesson else "",
                ", ".join(_questions(lesson)) if lesson else "",
                f"{_linked(lab, language)} · {_time([lab])}{_after(lab, language)}" if lab else "",
            ]
        )
    sums = [hours(sum(unit.header.minutes for unit in units if unit.header.kind == kind)) for kind in ("lesson", "lab")]
    rows.append(["", f"**{words['sum']}: {sums[0]}**", "", "", f"**{sums[1]}**"])
    return table(head, rows)


def _questions(unit: Unit) -> list[str]:
    """The questions of the interview that a lesson shows."""
    return sorted(dict.fromkeys(id for cell in unit.cells if cell.type == "code" for id in shown_in(cell.source)))


def _after(lab: Unit, language: Language) -> str:
    """What a lab needs beside the lesson of its own number."""
    needs = [_short(need) for need in needs_of(lab) if need != f"lesson-{lab.header.number}"]
    return f" ({_WORDS[language]['after'].format(', '.join(needs))})" if needs else ""


def _picture(units: Sequence[Unit], language: Language) -> str:
    """A Mermaid diagram of the lessons; a lesson with a lab says so, and labs have no arrows of their own."""
    labs = {unit.header.number for unit in units if unit.header.kind == "lab"}
    lessons = {unit.name: unit for unit in units if unit.header.kind == "lesson"}
    arrows = _arrows(lessons.values())
    lines = ["```mermaid", '%%{init: {"flowchart": {"nodeSpacing": 24, "rankSpacing": 28}}}%%', "flowchart TD"]
    for name, unit in lessons.items():
        number = unit.header.number
        title = unit.header.title.in_language(language).partition(":")[0].replace('"', "#quot;")
        lab = f"<br/>+ lab {number}" if number in labs else ""
        lines.append(f'    {name}["{number} {title}{lab}"]')
    place = {name: number for number, name in enumerate(_side_by_side(arrows))}
    pairs = [(need, name) for name, needs in arrows.items() for need in needs]
    lines += [f"    {need} --> {name}" for need, name in sorted(pairs, key=lambda pair: [place[one] for one in pair])]
    return "\n".join([*lines, "```"])


def _arrows(lessons: Iterable[Unit]) -> dict[str, list[str]]:
    """Lesson → the lessons that it needs and that no other one of them needs already; teaching order puts needs first."""
    arrows: dict[str, list[str]] = {}
    before: dict[str, set[str]] = {}
    for unit in lessons:
        needs = [need for need in needs_of(unit) if need in before]
        implied = {earlier for need in needs for earlier in before[need]}
        arrows[unit.name] = [need for need in needs if need not in implied]
        before[unit.name] = {*needs, *implied}
    return arrows


def _side_by_side(arrows: dict[str, list[str]]) -> list[str]:
    """The lessons, those in which arrows meet right after the later start: told of arrows in this order, Mermaid draws none across a box."""
    order: list[str] = []
    for name, needs in arrows.items():
        order.insert(max(map(order.index, needs)) + 1 if len(needs) > 1 else len(order), name)
    return order


def _path(path: LearningPath, units: Sequence[Unit], language: Language) -> str:
    words = _WORDS[language]
    by_name = {unit.name: unit for unit in units}
    chosen = [by_name[name] for name in path.units()] or list(units)
    labs = sum(unit.header.kind == "lab" for unit in chosen)
    counted = [_counted(words["lessons"], len(chosen) - labs), _counted(words["labs"], labs)]
    total = f"**{', '.join([*counted, _time(chosen)])}.**"
    parts = [f"### {path.title.in_language(language)}", f"{path.text.in_language(language)} {total}"]
    if path.stages:
        lines = [[words["stage"], words["units"], words["questions"], words["time"]]]
        for stage in path.stages:
            taken = [by_name[name] for name in stage.units]
            links = [_linked(unit, language, numbered=True) for unit in taken]
            lines.append(
                [stage.title.in_language(language), "<br>".join(links), ", ".join(stage.questions), _time(taken)]
            )
        asks = any(stage.questions for stage in path.stages)
        head, *rows = [line if asks else [*line[:2], line[3]] for line in lines]
        parts.append(table(head, rows, right={words["time"]}))
        names = {unit.name for unit in chosen}
        skipped = sorted({need for unit in chosen for need in needs_of(unit)} - names, key=lambda name: name[-2:])
        if skipped:
            links = [_linked(by_name[name], language, numbered=True) for name in skipped]
            parts.append(words["skipped"].format(units=", ".join(links)))
    return "\n\n".join(parts)


def _counted(words: str, count: int) -> str:
    one, many = words.split("|")
    return (one if count == 1 else many).format(count)


def _time(units: Iterable[Unit]) -> str:
    return hours(sum(unit.header.minutes for unit in units))


def _short(need: str) -> str:
    return need.removeprefix("lesson-").replace("-", " ")


def _linked(unit: Unit, language: Language, *, numbered: bool = False) -> str:
    """A link to the unit's notebook from the folder of the index."""
    text = unit_name(unit, language) if numbered else unit.header.title.in_language(language)
    return f"[{text}]({link(PurePosixPath(FOLDERS['index'], language), shipped(unit, language))})"
