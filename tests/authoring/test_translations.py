"""The hash that a translation carries, and what both languages must share."""

from __future__ import annotations

import pytest

from helpers.authoring.translations import digest, disagreements
from tests.authoring.fixture_course import LESSON_SCRIPT, FixtureCourse


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        ("It costs 1,234.50 dollars.", "Custa 1.234,50 dólares."),
        ("See [the page](#what-we-saw).", "Veja [a página](#o-que-vimos)."),
        ("See [lab 01](../../labs/en/01-a.ipynb#task).", "Veja [o lab 01](../../labs/pt-BR/01-a.ipynb#tarefa)."),
        (
            "[Docs](https://docs.aws.amazon.com/lambda/latest/dg/welcome.html)",
            "[Documentação](https://docs.aws.amazon.com/pt_br/lambda/latest/dg/welcome.html)",
        ),
        ("On 2026-11-23, S3 and EC2.", "Em 23/11/2026, o EC2 e o S3."),
        ("`a` and `b`, twice `a`", "`b` e `a`"),
        ("```mermaid\nA --> Customer\n```", "```mermaid\nA --> Cliente\n```"),
        (
            "<details><summary>Look: 3</summary>\n\nx\n</details>",
            "<details><summary>Veja: 3</summary>\n\ny\n</details>",
        ),
    ],
)
def test_each_language_keeps_its_own_conventions(english: str, portuguese: str) -> None:
    assert disagreements(english, portuguese) == []


@pytest.mark.parametrize(
    ("english", "portuguese", "problem"),
    [
        ("After 15 minutes.", "Depois de 5 minutos.", "numbers differ: only in en 15; only in pt-BR 5"),
        ("Use `get_item`.", "Use o DynamoDB.", "code spans differ: only in en `get_item`"),
        (
            "<https://aws.amazon.com>",
            "https://example.org.",
            "links differ: only in en https://aws.amazon.com; only in pt-BR https://example.org",
        ),
        ("Hello {name}", "Olá {nome}", "placeholders differ: only in en {name}; only in pt-BR {nome}"),
        ('```json\n{"a": 1}\n```', '```json\n{"a": 2}\n```', "code blocks differ"),
    ],
)
def test_what_differs_is_named_with_both_sides(english: str, portuguese: str, problem: str) -> None:
    (found,) = disagreements(english, portuguese)
    assert found.startswith(problem)


def test_the_hash_ignores_blank_lines_around_a_text_and_nothing_else() -> None:
    assert digest("\n# A title\ntext\n\n") == digest("# A title\ntext")
    assert digest("# A title\ntext") != digest("# A title\ntext.")


def test_stamping_touches_only_the_hash_of_translations_that_changed(course: FixtureCourse) -> None:
    course.edit(LESSON_SCRIPT, "# A lesson of 20", "# The lesson of 20")
    before = course.read(LESSON_SCRIPT).splitlines()
    result = course.build("--stamp", "lesson-01")
    after = course.read(LESSON_SCRIPT).splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1].startswith('# %% [markdown] id="opening" lang="pt-BR" of="')
    assert result.stdout == f"{LESSON_SCRIPT}: stamped opening\n"
    assert course.findings() == []


def test_stamping_gives_a_hash_to_a_translation_that_never_had_one(course: FixtureCourse) -> None:
    marks = [line for line in course.read(LESSON_SCRIPT).splitlines() if 'lang="pt-BR"' in line]
    course.edit(LESSON_SCRIPT, marks[0], marks[0].partition(" of=")[0])
    assert "does not say which English text it translates" in course.findings()[0]
    course.build("--stamp")
    assert marks[0] in course.read(LESSON_SCRIPT)


def test_stamping_what_is_up_to_date_changes_nothing(course: FixtureCourse) -> None:
    before = course.read(LESSON_SCRIPT)
    assert course.build("--stamp").stdout == "every translation carries the hash of its English text\n"
    assert course.read(LESSON_SCRIPT) == before
