"""Whiteboards: the Mermaid that is read, what is refused, and where things stand in the drawing."""

from __future__ import annotations

import base64
import html
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from helpers.errors import CourseError
from helpers.interviews.questions import question_ids, read_question
from helpers.show.flowchart import Box, lay_out
from helpers.show.mermaid import Flowchart, Link, Message, Node, Sequence, parse
from helpers.show.whiteboard import as_image, as_lines, as_svg


def chart(*lines: str) -> Flowchart:
    read = parse("\n".join(["flowchart LR", *lines]))
    assert isinstance(read, Flowchart)
    return read


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("[a b]", "box"),
        ("(a b)", "round"),
        ("([a b])", "round"),
        ("((a b))", "circle"),
        ("[(a b)]", "table"),
        ("[[a b]]", "queue"),
        ("{a b}", "choice"),
        ('["a b"]', "box"),
    ],
)
def test_shapes_are_read(written: str, shape: str) -> None:
    assert chart(f"n{written}").nodes == {"n": Node("n", ("a b",), shape)}


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("-->", Link("a", "b")),
        ("---", Link("a", "b", arrows="")),
        ("-.->", Link("a", "b", line="dotted")),
        ("-.-", Link("a", "b", line="dotted", arrows="")),
        ("==>", Link("a", "b", line="thick")),
        ("<-->", Link("a", "b", arrows="<>")),
        ("-->|no|", Link("a", "b", ("no",))),
        ('-- "no, 5 > 4" -->', Link("a", "b", ("no, 5 > 4",))),
        ("-. later .->", Link("a", "b", ("later",), "dotted")),
    ],
)
def test_arrows_are_read(written: str, link: Link) -> None:
    assert chart(f"a {written} b").links == [link]


def test_lines_and_signs_of_a_label_are_read() -> None:
    assert chart('a["IF(x >= 2) [sum]<br/>5 &gt; 4"]').nodes["a"].lines == ("IF(x >= 2) [sum]", "5 > 4")


def test_chains_and_many_at_once_are_read() -> None:
    read = chart("a & b --> c --> d")
    assert [(link.source, link.target) for link in read.links] == [("a", "c"), ("b", "c"), ("c", "d")]


def test_a_group_has_its_members_and_takes_arrows() -> None:
    read = chart("subgraph parts [no actions]", "a --> b", "end", "parts --> c")
    assert read.groups == {"parts": (("no actions",), ["a", "b"])}
    assert list(read.nodes) == ["a", "b", "c"]
    assert as_lines("flowchart LR\na[an alias of the<br>version before] --> b") == [
        "an alias of the version before → b"
    ]
    assert as_lines("flowchart LR\nsubgraph parts [no actions]\na\nend\nparts --> c") == ["no actions → c"]


def test_a_sequence_is_read() -> None:
    read = parse("sequenceDiagram\nparticipant c as client\nc->>g: order\ng-->>c: 504\ng-xc: lost\nNote over c,g: 29 s")
    assert isinstance(read, Sequence)
    assert read.people == {"c": ("client",), "g": ("g",)}
    assert [one.kind for one in read.messages] == ["call", "answer", "lost", "note"]
    assert read.messages[1] == Message("g", "c", ("504",), "answer")


@pytest.mark.parametrize(
    ("diagram", "said"),
    [
        ("pie", "begins 'pie'"),
        ("", "this one is empty"),
        ("flowchart LR\nclassDef x fill:red", "cannot draw 'x fill:red'"),
        ("flowchart LR\na[open --> b", "misses ']'"),
        ("flowchart LR\na --o b", "cannot draw"),
        ("flowchart LR\nsubgraph a\nb", "has no `end`"),
        ("flowchart LR\nsubgraph a\nsubgraph b", "a group in a group"),
        ("flowchart LR\nsubgraph a\nb\nend\nsubgraph b\nc\nend", "a group in a group"),
        ("flowchart LR\nsubgraph a\nb\nend\nsubgraph a\nc\nend", "is there twice"),
        ("flowchart LR\na --> a", "to itself"),
        ("sequenceDiagram\nloop each", "cannot draw 'loop each'"),
        ("sequenceDiagram", "needs a message"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(diagram: str, said: str) -> None:
    with pytest.raises(CourseError, match=re.escape(said)):
        parse(diagram)


def test_arrows_lead_forward_and_a_loop_leads_back() -> None:
    layout = lay_out(chart("a --> b --> c --> b", "c --> d"), down=False)
    a, b, c, d = layout.boxes
    assert a.x < b.x < c.x < d.x
    down = lay_out(chart("a --> b"), down=True).boxes
    assert down[0].y < down[1].y


def overlap(one: Box, other: Box) -> bool:
    return abs(one.x - other.x) < (one.wide + other.wide) / 2 and abs(one.y - other.y) < (one.high + other.high) / 2


@pytest.mark.parametrize("lang", ["en", "pt-BR"])
@pytest.mark.parametrize("id", question_ids())
def test_every_whiteboard_of_the_course_is_drawn_in_its_frame_and_no_box_on_another(id: str, lang: str) -> None:
    diagram = read_question(id, lang).whiteboard.diagram
    image = ElementTree.fromstring(as_svg(diagram))
    words = " ".join(" ".join(image.itertext()).split())
    read = parse(diagram)
    if isinstance(read, Sequence):
        assert all(" ".join(one.lines) in words for one in read.messages)
        return
    assert all(" ".join(node.lines) in words for node in read.nodes.values())
    for down in (False, True):
        layout = lay_out(read, down)
        assert not [pair for pair in combinations(layout.boxes, 2) if overlap(*pair)]
        assert all(box.x - box.wide / 2 >= 0 and box.x + box.wide / 2 <= layout.wide for box in layout.boxes)
        assert all(box.y - box.high / 2 >= 0 and box.y + box.high / 2 <= layout.high for box in layout.boxes)


def test_a_chart_that_is_too_wide_is_turned() -> None:
    diagram = "flowchart LR\n" + " --> ".join("abcdefgh")
    wide, narrow = (ElementTree.fromstring(as_svg(diagram, widest)) for widest in (2000, 400))
    assert float(wide.attrib["width"]) > float(wide.attrib["height"])
    assert float(narrow.attrib["width"]) < float(narrow.attrib["height"])


def test_a_chart_that_is_too_high_is_turned() -> None:
    diagram = "flowchart TD\n" + " --> ".join("abcdefgh")
    high, low = (ElementTree.fromstring(as_svg(diagram, 2000, highest)) for highest in (2000, 200))
    assert float(high.attrib["height"]) > 200 > float(low.attrib["height"])


def test_an_image_carries_itself_and_says_what_it_shows() -> None:
    shown = as_image("flowchart LR\na[5 < 6] --> b", 'the "alt"')
    assert html.escape('the "alt"') in shown
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1]).decode()  # type: ignore[index]
    assert "5 &lt; 6" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
