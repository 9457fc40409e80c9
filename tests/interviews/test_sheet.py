"""The sheet to print: everything unfolded, nothing to fetch, and every question in it."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpers.interviews.questions import all_questions
from helpers.interviews.sheet import sheet


class Page(HTMLParser):
    """The addresses that a page fetches, its opened tags, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "srcset", "data") or (tag == "link" and name == "href")]  # fmt: skip

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["en", "pt-BR"])
def test_the_sheet_shows_every_question_whole_and_fetches_nothing(lang: str) -> None:
    questions = all_questions(lang)
    source = sheet(questions)
    page = Page(source)
    assert f'<html lang="{lang}">' in source
    assert page.tags.count("article") == len(questions)
    assert page.tags.count("img") == len(questions)
    assert all(address.startswith("data:image/svg+xml;base64,") for address in page.fetched)
    assert not {"script", "link", "details"} & set(page.tags)
    assert not re.search(r"@import|url\(", source)
    for question in questions:
        for sentence in (*question.three_minutes, *question.rubric, *question.traps):
            assert sentence.replace("`", "") in page.text


def test_the_command_writes_the_sheet(tmp_path: Path) -> None:
    wanted = tmp_path / "sheet.html"
    command = [sys.executable, "-m", "helpers.cli", "interview", "sheet", "--lang", "pt-BR", "-o"]
    subprocess.run([*command, str(wanted)], check=True, capture_output=True)
    assert wanted.read_text(encoding="utf-8") == sheet(all_questions("pt-BR"))
    refused = subprocess.run([*command, str(tmp_path / "nowhere" / "sheet.html")], capture_output=True, text=True)
    assert refused.returncode == 1
    assert "choose another place with -o" in refused.stderr
