"""What integrations must not do: reach other computers, wait for ever, take answers that are no HTTP, call functions of others uninvited."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator

import pytest

from helpers.localcloud.gateway.failures import GatewayFailure
from helpers.localcloud.gateway.integrations import endpoints
from helpers.localcloud.gateway.integrations.requests_to import Outgoing
from tests.conftest import CloudProcess
from tests.localcloud.conftest import Functions
from tests.localcloud.gateway.integrations.conftest import Behind, Endpoint, said
from tests.localcloud.gateway.integrations.test_mapped import ECHO, FINE, SERVER, TRUST
from tests.localcloud.gateway.integrations.test_proxies import ANSWER, BROKEN, exchange

WHO = "def handler(event, context):\n    return {'statusCode': 200, 'body': context.invoked_function_arn}\n"


@pytest.fixture
def role(behind: Behind) -> str:
    made = behind.functions.client("iam").create_role(RoleName="api-role", AssumeRolePolicyDocument=TRUST)
    return str(made["Role"]["Arn"])


def test_a_function_of_another_account_answers_once_its_policy_names_the_api(
    behind: Behind, cloud: CloudProcess, account: str
) -> None:
    other = str(int(account) + 500_000)
    theirs = Functions(lambda service: cloud.client(service, other))
    arn = theirs.create("shared", WHO)["FunctionArn"]
    behind.put("AWS_PROXY", uri=behind.uri(arn))
    assert said(behind.post({})) == SERVER
    theirs.aws.add_permission(
        FunctionName="shared",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{behind.id}/*/POST/orders",
    )
    assert behind.post({}).text == arn


def test_a_function_of_another_region_answers(behind: Behind, cloud: CloudProcess, account: str) -> None:
    there = Functions.__new__(Functions)
    there.aws, there.role = cloud.client("lambda", account, "eu-west-1"), behind.functions.role
    arn = there.create("far", WHO)["FunctionArn"]
    behind.put("AWS_PROXY", uri=behind.uri(arn).replace("us-east-1:lambda:path", "eu-west-1:lambda:path"))
    assert behind.post({}).text == arn


@pytest.mark.parametrize("kind", ["AWS", "AWS_PROXY"])
def test_a_function_is_called_with_post_only(behind: Behind, kind: str) -> None:
    behind.put(kind, "GET", "/", uri=behind.function("who", WHO), integrationHttpMethod="GET", answers=FINE)
    assert said(behind.get("/")) == SERVER


def test_a_function_is_called_with_a_role_that_exists(behind: Behind, role: str) -> None:
    uri = behind.function("who", WHO)
    behind.put("AWS_PROXY", uri=uri, credentials=role)
    behind.put("AWS_PROXY", path="/missing", uri=uri, credentials=role.replace("api-role", "nobody"))
    assert behind.post({}).status_code == 200
    assert said(behind.post({}, "/missing")) == SERVER


def test_a_client_context_goes_along(behind: Behind) -> None:
    source = "def handler(event, context):\n    return context.client_context.custom\n"
    encoded = base64.b64encode(json.dumps({"custom": {"shop": "loja"}}).encode()).decode()
    behind.put(
        "AWS",
        uri=behind.function("context", source),
        requestParameters={"integration.request.header.X-Amz-Client-Context": f"'{encoded}'"},
        answers=FINE,
    )
    assert said(behind.post({})) == (200, {"shop": "loja"})


@pytest.mark.parametrize(
    "headers",
    [{"x loja": "1"}, {"x:loja": "1"}, {"": "1"}, {"x-loja": "a\r\nb: c"}],
)
def test_headers_that_are_no_http_are_malformed(behind: Behind, headers: dict[str, str]) -> None:
    behind.put("AWS_PROXY", uri=behind.function("answer", ANSWER))
    assert said(behind.post({"answer": {"statusCode": 200, "headers": headers}})) == BROKEN


@pytest.mark.parametrize(
    ("asked", "status"),
    [('{"note": "statusCode: 404", "statusCode": 200}', 200), ('{"a": {"statusCode": 404}, "statusCode": 200}', 200)],
)
def test_a_mock_reads_its_own_status_only(behind: Behind, asked: str, status: int) -> None:
    behind.put(
        "MOCK", requestTemplates={"application/json": asked}, answers={"200": {}, "404": {"selectionPattern": "404"}}
    )
    assert behind.post({}).status_code == status


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """A listener that is not on this computer's own names, and what it got."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.2", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    got.append(connection.recv(1024))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.2:{server.getsockname()[1]}", got
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "form",
    [
        "http://{}/",
        "http://{}\\@localhost/",
        "http://localhost@{}/",
        "http://{}#@localhost/",
        "http://{}?@localhost/",
        "http://[",
        "http://",
        "ftp://localhost/",
        "file:///etc/hostname",
    ],
)
def test_no_way_of_writing_an_address_leads_elsewhere(elsewhere: tuple[str, list[bytes]], form: str) -> None:
    address, got = elsewhere
    with pytest.raises(GatewayFailure) as failure:
        endpoints.fetch(exchange(), "GET", form.format(address), Outgoing(b"", {}, {}, {}), 5)
    assert failure.value.name == "INTEGRATION_FAILURE"
    assert got == []


def _drip(chunks: Iterator[bytes]) -> str:
    """A server that answers one request with ``chunks``; its URL."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, server.accept()[0] as connection:
            connection.recv(4096)
            try:
                for chunk in chunks:
                    connection.sendall(chunk)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_an_answer_that_only_drips_is_given_up(behind: Behind) -> None:
    ended, drops = threading.Event(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal drops
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        for _ in range(999):
            drops += 1
            yield b"x"
            ended.wait(0.1)

    behind.put("HTTP_PROXY", uri=_drip(chunks()), timeoutInMillis=400)
    assert said(behind.post({})) == (504, {"message": "Endpoint request timed out"})
    assert drops < 999, "it was not heard to the end"
    ended.set()


def test_an_answer_without_end_is_given_up(behind: Behind) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        while True:
            yield b"x" * 65536

    behind.put("HTTP_PROXY", uri=_drip(chunks()))
    assert behind.post({}).status_code == 504


def test_an_endpoint_is_told_which_api_calls_and_no_header_twice(behind: Behind, endpoint: Endpoint) -> None:
    behind.put("HTTP_PROXY", uri=endpoint.url)
    behind.post({}, headers={"user-agent": "curl/8"})
    headers = [(name.lower(), value) for name, value in endpoint.seen[0][2].items()]
    assert [value for name, value in headers if name == "user-agent"] == ["curl/8"]
    assert ("x-amzn-apigateway-api-id", behind.id) in headers


def test_a_bucket_is_written_and_read(behind: Behind, role: str) -> None:
    s3 = behind.functions.client("s3")
    s3.create_bucket(Bucket=f"loja-{behind.account}")
    names = {f"method.request.path.{name}": True for name in ("bucket", "key")}
    mapping = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in ("bucket", "key")}
    for verb in ("PUT", "GET"):
        behind.put(
            "AWS", verb, "/files/{bucket}/{key}", uri="arn:aws:apigateway:us-east-1:s3:path/{bucket}/{key}",
            integrationHttpMethod=verb, credentials=role, method={"requestParameters": names},
            requestParameters=mapping, answers={"200": {}, "404": {"selectionPattern": "4\\d\\d"}},
        )  # fmt: skip
    base = f"/dev/files/loja-{behind.account}"
    assert (
        behind.http.put(f"{base}/a.txt", content=b"caneca", headers={"content-type": "text/plain"}).status_code == 200
    )
    assert behind.http.get(f"{base}/a.txt").content == b"caneca"
    assert behind.http.get(f"{base}/none").status_code == 404
    for bucket in ("_localcloud", "%2e%2e", "moto-api", "_execute-api"):
        answer = behind.raw(f"/dev/files/{bucket}/health")
        assert answer[0] >= 400, bucket
        assert "version" not in str(answer[1])


def test_the_log_tells_the_way_in_order(behind: Behind) -> None:
    behind.put(
        "AWS", uri=behind.function("echo", ECHO), answers=FINE, requestTemplates={"application/json": '{"a": 1}'}
    )
    tried = behind.client.test_invoke_method(
        restApiId=behind.id, resourceId=behind.resource("/orders"), httpMethod="POST", body="{}"
    )
    order = (
        "Endpoint request URI: https://lambda.us-east-1", "Endpoint request headers: {", 'Endpoint request body after transformations: {"a": 1}',
        "Sending request to https://lambda", "Received response. Status: 200, Integration latency: ", "Endpoint response headers: {",
        'Endpoint response body before transformations: {"a": 1}', "Method response body after transformations: ", "Method completed with status: 200",
    )  # fmt: skip
    places = [tried["log"].find(line) for line in order]
    assert -1 not in places, tried["log"]
    assert places == sorted(places), tried["log"]
