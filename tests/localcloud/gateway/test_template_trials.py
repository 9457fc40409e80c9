"""``POST /_localcloud/gateway/render`` and ``render_template``: a template is tried on the real server, without an API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from helpers.cloud.templates import TemplateFailed, render_template
from helpers.errors import CloudUnavailable, CourseError
from tests.conftest import HTTP, CloudProcess

EVENT = {
    "body": {"id": 42, "items": ["tea"]},
    "headers": {"X-Shop": "north"},
    "queryStringParameters": {"color": "red"},
    "pathParameters": {"id": "7"},
    "stageVariables": {"table": "orders"},
    "context": {"stage": "dev", "authorizer": {"claims": {"sub": "s-1"}}},
}


@pytest.fixture
def connected(cloud: CloudProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)


def tried(cloud: CloudProcess, body: Any) -> httpx.Response:
    return HTTP.post(f"{cloud.endpoint_url}/_localcloud/gateway/render", json=body)


def test_the_route_answers_text_and_overrides(cloud: CloudProcess) -> None:
    source = (
        "#set($context.responseOverride.status = 201)$input.json('$.id') $input.params('X-Shop') $input.params('id')"
    )
    assert tried(cloud, {"template": source, "event": EVENT}).json() == {
        "text": "42 north 7",
        "overrides": {
            "requestOverride": {"header": {}, "querystring": {}, "path": {}},
            "responseOverride": {"header": {}, "status": 201},
        },
        "error": None,
    }


def test_the_route_answers_where_a_template_fails(cloud: CloudProcess) -> None:
    answer = tried(cloud, {"template": "{\n  #if($x)\n}", "event": {}})
    assert answer.status_code == 200
    assert answer.json() == {
        "text": None,
        "overrides": None,
        "error": {"line": 2, "column": 3, "message": "#if has no #end"},
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "JSON body"),
        ({"template": 1}, "JSON body"),
        ({"template": "", "event": []}, "JSON object"),
        ({"template": "", "event": {"header": {}}}, "has no header"),
        ({"template": "", "event": {"headers": "a"}}, "headers"),
        ({"template": "", "event": {"context": "a"}}, "context"),
        ({"template": "", "event": {"stageVariables": []}}, "stageVariables"),
    ],
)
def test_the_route_refuses_a_question_that_is_none(cloud: CloudProcess, asked: Any, words: str) -> None:
    answer = tried(cloud, asked)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_the_server_outlives_templates_that_want_everything(cloud: CloudProcess) -> None:
    loops = "#foreach($a in [1..1000])" * 3 + "x" + "#end" * 3
    said = tried(cloud, {"template": loops, "event": {}}).json()["error"]["message"]
    assert "steps" in said or "longer than 5 s" in said  # whichever comes first on this computer
    assert tried(cloud, {"template": "$input.getClass()$util.class.forName('x')", "event": {}}).json()["text"] == ""
    assert tried(cloud, {"template": "ok"}).json()["text"] == "ok"


@pytest.mark.usefixtures("connected")
def test_a_notebook_prints_what_a_template_renders() -> None:
    source = (
        '{"color": "$input.params(\'color\')", "sub": "$context.authorizer.claims.sub", "to": "$stageVariables.table"}'
    )
    rendered = render_template(source, EVENT)
    assert repr(rendered) == str(rendered) == '{"color": "red", "sub": "s-1", "to": "orders"}'
    assert rendered.json() == {"color": "red", "sub": "s-1", "to": "orders"}


@pytest.mark.usefixtures("connected")
def test_a_body_may_be_given_as_text() -> None:
    assert str(render_template("$input.body|$input.path('$.a')", {"body": '{"a":1}'})) == '{"a":1}|1'
    assert str(render_template("$input.body")) == "{}"


@pytest.mark.usefixtures("connected")
def test_a_failure_shows_the_line_with_a_caret() -> None:
    with pytest.raises(TemplateFailed) as failed:
        render_template("{\n\t#set($a 1)\n}")
    assert str(failed.value).splitlines() == [
        "line 2, column 10: #set wants = here, not 1)",
        "\t#set($a 1)",
        "\t        ^",
    ]
    assert (failed.value.line, failed.value.column) == (2, 10)


@pytest.mark.usefixtures("connected")
def test_a_broken_body_has_no_place_in_the_template() -> None:
    with pytest.raises(TemplateFailed, match="Could not process payload") as failed:
        render_template("$input.json('$')", {"body": "{a"})
    assert failed.value.line is None


@pytest.mark.usefixtures("connected")
def test_text_that_is_no_json_says_so() -> None:
    with pytest.raises(CourseError, match="no JSON"):
        render_template('{"a": }').json()


def test_before_connect_a_sentence_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(CloudUnavailable, match="connect"):
        render_template("x")
