"""``%%real_aws`` in a real kernel: skipped, sent to another server, or to AWS (a recording server stands for it), and cleaned up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.outside import Border, Notebook, border, notebook
from tests.conftest import REPOSITORY, CloudProcess, cloud_process
from tests.localcloud.conftest import eventually

LOCAL, OUTSIDE = "111111111111", "222222222222"

CREATE_ONE_OF_EACH = """%%real_aws --cost "about US$0.01"
import boto3, io, json, zipfile
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("app.py", "def lambda_handler(event, context): return event")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
iam = boto3.client("iam")
role = iam.create_role(RoleName="work", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
policy = iam.create_policy(PolicyName="queues", PolicyDocument=json.dumps(allow), Tags=[{"Key": "team", "Value": "loja"}])["Policy"]["Arn"]
iam.attach_role_policy(RoleName="work", PolicyArn=policy)
iam.put_role_policy(RoleName="work", PolicyName="inline", PolicyDocument=json.dumps(allow))
queue = boto3.client("sqs").create_queue(QueueName="orders", tags={"team": "loja"})["QueueUrl"]
topic = boto3.client("sns").create_topic(Name="uploads")["TopicArn"]
boto3.resource("dynamodb").create_table(TableName="stock", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "sku", "AttributeType": "S"}])
s3 = boto3.client("s3")
s3.create_bucket(Bucket="day22-uploads")
s3.put_object(Bucket="day22-uploads", Key="cat.jpg", Body=b"meow")
boto3.client("logs").create_log_group(logGroupName="/loja/audit")
events = boto3.client("events")
events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": topic}])
boto3.client("cloudwatch").put_metric_alarm(AlarmName="errors", MetricName="Errors", Namespace="AWS/Lambda", Statistic="Sum",
    Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold")
boto3.client("stepfunctions").create_state_machine(name="checkout", roleArn=role,
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}))
lambda_ = boto3.client("lambda")
layer = lambda_.publish_layer_version(LayerName="tools", Content={"ZipFile": buffer.getvalue()})["LayerVersionArn"]
lambda_.create_function(FunctionName="intake", Role=role, Runtime="python3.13", Handler="app.lambda_handler",
    Code={"ZipFile": buffer.getvalue()}, Layers=[layer])
source = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
lambda_.create_event_source_mapping(FunctionName="intake", EventSourceArn=source)
boto3.client("logs").create_log_group(logGroupName="/loja/second")
"""

TAGGED = {
    "CreateRole", "CreatePolicy", "CreateQueue", "CreateTopic", "CreateTable", "PUT /day22-uploads", "CreateLogGroup", "PutRule", "PutMetricAlarm",
    "CreateStateMachine", "POST /2015-03-31/functions", "POST /2015-03-31/event-source-mappings",
}  # fmt: skip


def remaining(client: Callable[[str], Any]) -> dict[str, int]:
    """How many resources of each kind an account holds."""
    return {
        "functions": len(client("lambda").list_functions()["Functions"]),
        "mappings": len(client("lambda").list_event_source_mappings()["EventSourceMappings"]),
        "layers": len(client("lambda").list_layers()["Layers"]),
        "roles": len(client("iam").list_roles()["Roles"]),
        "policies": len(client("iam").list_policies(Scope="Local")["Policies"]),
        "queues": len(client("sqs").list_queues().get("QueueUrls", [])),
        "topics": len(client("sns").list_topics()["Topics"]),
        "tables": len(client("dynamodb").list_tables()["TableNames"]),
        "buckets": len(client("s3").list_buckets()["Buckets"]),
        "log groups": len(client("logs").describe_log_groups()["logGroups"]),
        "rules": len(client("events").list_rules()["Rules"]),
        "alarms": len(client("cloudwatch").describe_alarms()["MetricAlarms"]),
        "machines": len(client("stepfunctions").list_state_machines()["stateMachines"]),
    }


@pytest.fixture(scope="module")
def other() -> Iterator[CloudProcess]:
    """The second server: what stands outside of the course's own cloud."""
    with cloud_process() as running:
        yield running


@pytest.fixture
def outside(other: CloudProcess, account: str) -> Callable[[str], Any]:
    return lambda service: other.client(service, account)


@pytest.fixture
def watched(other: CloudProcess) -> Iterator[Border]:
    with border(other.endpoint_url) as standing:
        yield standing


@pytest.fixture
def start(cloud: CloudProcess, account: str, tmp_path: Path) -> Iterator[Callable[..., Notebook]]:
    """Start a kernel, connected to the local cloud as a lesson is, that had ``environment`` before."""
    opened = []

    def begin(**environment: str) -> Notebook:
        manager = notebook(
            tmp_path, COURSE_CLOUD=cloud.endpoint_url, COURSE_ACCOUNT=LOCAL[:-6] + account[-6:], **environment
        )
        kernel = manager.__enter__()
        opened.append(manager)
        kernel.succeed("from helpers import connect, deploy, cleanup\nconnect('lab-02', fresh=False)\nimport os, boto3")
        return kernel

    yield begin
    for manager in opened:
        manager.__exit__(None, None, None)


@pytest.fixture
def endpoint(start: Callable[..., Notebook], other: CloudProcess, account: str) -> Notebook:
    return start(
        COURSE_TARGET="endpoint",
        COURSE_ENDPOINT_URL=other.endpoint_url,
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="test",
    )


@pytest.fixture
def aws(start: Callable[..., Notebook], watched: Border, account: str) -> Notebook:
    """A kernel whose learner has AWS keys and asks for AWS; his own AWS_ENDPOINT_URL leads to the recording server."""
    return start(
        COURSE_TARGET="aws",
        COURSE_AWS_CONFIRM=account,
        AWS_ENDPOINT_URL=watched.endpoint_url,
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
    )


def test_without_a_target_the_cell_is_skipped_with_one_sentence_and_nothing_runs(
    start: Callable[..., Notebook],
) -> None:
    kernel = start()
    ran = kernel.succeed("%%real_aws --cost 'about US$0.01'\nraise SystemExit('it ran')")
    assert (
        ran.text
        == "Skipped: this cell is for real AWS. To run it, start the course with COURSE_TARGET=aws (or COURSE_TARGET=endpoint).\n"
    )
    assert (
        "Pulada: esta célula"
        in kernel.succeed("%env COURSE_LANG=pt-BR\n").text + kernel.succeed("%%real_aws\n1/0").text
    )
    assert (
        "COURSE_TARGET=moon is no target"
        in kernel.run("%env COURSE_TARGET=moon\n").error + kernel.run("%%real_aws\n1").error
    )


def test_the_same_cell_runs_on_another_server_and_everything_points_home_again_afterwards(
    endpoint: Notebook, outside: Callable[[str], Any], client: Callable[[str], Any]
) -> None:
    before = endpoint.succeed(
        "local = boto3.client('sqs')\ndict(sorted((k, v) for k, v in os.environ.items() if 'AWS' in k))"
    ).value
    ran = endpoint.succeed(
        '%%real_aws --cost "about US$0.01"\nlocal = boto3.client("sqs")\nlocal.create_queue(QueueName="there")\n6 * 7'
    )
    assert ran.value == "42"
    assert "endpoint http://127.0.0.1:" in ran.text
    assert "about US$0.01" in ran.text
    assert [url.rpartition("/")[2] for url in outside("sqs").list_queues()["QueueUrls"]] == ["there"]
    assert (
        endpoint.succeed(
            "local.create_queue(QueueName='here')\nlen(local.list_queues()['QueueUrls']), boto3.client('sqs').list_queues()['QueueUrls'][0][-4:]"
        ).value
        == "(1, 'here')"
    )
    assert endpoint.succeed("dict(sorted((k, v) for k, v in os.environ.items() if 'AWS' in k))").value == before
    assert endpoint.succeed("%%real_aws\nlen(local.list_queues()['QueueUrls'])").value == "1"


def test_everything_is_restored_when_the_cell_fails(endpoint: Notebook) -> None:
    before = endpoint.succeed(
        "session = boto3.DEFAULT_SESSION\nsorted((k, v) for k, v in os.environ.items() if 'AWS' in k)"
    ).value
    assert "ZeroDivisionError" in endpoint.run("%%real_aws\nos.environ['AWS_PROFILE'] = 'work'\n1 / 0").error
    assert endpoint.succeed("sorted((k, v) for k, v in os.environ.items() if 'AWS' in k)").value == before
    state = "from botocore import handlers\nfrom helpers import offline\nimport socket\n"
    check = "boto3.DEFAULT_SESSION is session, offline._permits, socket.getaddrinfo.__module__, [h for _, h, *_ in handlers.BUILTIN_HANDLERS if 'helpers' in (h.__module__ or '')]"
    assert endpoint.succeed(state + check).value == "(True, [], 'socket', [])"


def test_a_client_of_one_side_says_so_on_the_other(endpoint: Notebook) -> None:
    endpoint.succeed("sqs = boto3.client('sqs')\ndef count():\n    return len(sqs.list_queues())")
    assert "`sqs` belongs to the local cloud" in endpoint.run("%%real_aws\ncount()").error
    endpoint.succeed("%%real_aws\nkept = {'sqs': boto3.client('sqs')}")
    assert "belongs to a %%real_aws cell that has ended" in endpoint.run("kept['sqs'].list_queues()").error


def test_only_the_target_is_let_through_the_guard(start: Callable[..., Notebook]) -> None:
    """Asks the guard by raising the events that a look-up and a connection raise, so that no packet has to leave."""
    kernel = start()
    kernel.succeed("""
import socket, sys
from helpers.cloud import targets

def passes(host, event="socket.getaddrinfo"):
    try:
        sys.audit(event, *((host, 443, 0, 0, 0) if event.endswith("getaddrinfo") else (None, (host, 443))))
    except ConnectionRefusedError:
        return False
    return True

def way(**environment):
    return targets.way_to(environment, "sa-east-1", boto3.Session(region_name="sa-east-1"))
""")
    there = "'sqs.sa-east-1.amazonaws.com', 'sqs.sa-east-1.api.aws', 'abc.lambda-url.sa-east-1.on.aws'"
    elsewhere = "'example.com', 'amazonaws.com.example.com', 'myamazonaws.com', '1.1.1.1', '169.254.169.254'"
    inside = (
        f"with way(AWS_EC2_METADATA_DISABLED='true'):\n    print(*map(passes, [{there}]), *map(passes, [{elsewhere}]))"
    )
    assert kernel.succeed(inside).text == "True True True False False False False False\n"
    assert kernel.succeed(f"print(*map(passes, [{there}]))").text == "False False False\n"
    # A host name whose address is known without asking anyone: the decimal spelling of 192.0.2.1.
    remembered = """
with way(AWS_ENDPOINT_URL="http://3221225985:4566"):
    before = passes("192.0.2.1", "socket.connect")
    socket.getaddrinfo("3221225985", 4566)
    print(before, passes("192.0.2.1", "socket.connect"), passes("192.0.2.2", "socket.connect"), passes("sqs.sa-east-1.amazonaws.com"))
print(passes("192.0.2.1", "socket.connect"))
"""
    assert kernel.succeed(remembered).text == "False True False False\nFalse\n"


def test_on_aws_every_created_resource_is_tagged_in_its_own_shape_and_cleanup_leaves_nothing(
    aws: Notebook, watched: Border, outside: Callable[[str], Any], tmp_path: Path
) -> None:
    nothing = remaining(outside)
    aws.succeed(CREATE_ONE_OF_EACH)
    sent = set(watched.operations())
    assert sent >= TAGGED
    for operation in TAGGED:
        for request in watched.sent(operation):
            assert all(word in request.body for word in ("serverless-day22", "lesson", "02", "notebook", "lab-02")), (
                operation,
                request.body,
            )
    assert {tag["Key"]: tag["Value"] for tag in outside("iam").list_role_tags(RoleName="work")["Tags"]} == {
        "course": "serverless-day22",
        "lesson": "02",
        "notebook": "lab-02",
    }
    policy = outside("iam").list_policies(Scope="Local")["Policies"][0]["Arn"]
    assert {"Key": "team", "Value": "loja"} in outside("iam").list_policy_tags(PolicyArn=policy)["Tags"]

    ran = aws.succeed("%%real_aws\ncleanup()")

    eventually(lambda: remaining(outside) == nothing)  # a mapping is `Deleting` for a moment
    assert "14 deleted, nothing left of this course in account" in ran.text, ran.text
    assert (
        ran.text.index("event source mapping")
        < ran.text.index("function intake")
        < ran.text.index("role work")
        < ran.text.index("policy queues")
    )
    assert "0 deleted, nothing left" in aws.succeed("%%real_aws\ncleanup()").text


def test_the_parts_of_api_gateway_are_tagged_and_deleted_by_their_ids(aws: Notebook, watched: Border) -> None:
    """API Gateway answers as recorded in its API reference, because the local cloud does not have it yet."""
    tags = {"course": "serverless-day22"}
    watched.answers += [
        ("POST /restapis", 201, {"id": "rest1", "name": "shop"}),
        ("POST /restapis/rest1/resources/r1", 201, {"id": "r2"}),
        ("POST /apikeys", 201, {"id": "key1", "name": "partner"}),
        ("POST /usageplans", 201, {"id": "plan1", "name": "gold"}),
        ("POST /v2/apis", 201, {"apiId": "http1", "name": "shop"}),
    ]
    aws.succeed("""%%real_aws
gateway = boto3.client("apigateway")
gateway.create_rest_api(name="shop")
gateway.create_resource(restApiId="rest1", parentId="r1", pathPart="orders")
gateway.create_api_key(name="partner", tags={"team": "loja"})
gateway.create_usage_plan(name="gold", apiStages=[{"apiId": "rest1", "stage": "prod"}])
boto3.client("apigatewayv2").create_api(Name="shop", ProtocolType="HTTP")
""")
    for operation in ("POST /restapis", "POST /apikeys", "POST /usageplans", "POST /v2/apis"):
        (request,) = watched.sent(operation)
        body = json.loads(request.body)
        assert {"course": "serverless-day22", "lesson": "02", "notebook": "lab-02"}.items() <= body["tags"].items()
    assert (
        "others was not created by"
        in aws.run("%%real_aws\nboto3.client('apigateway').create_deployment(restApiId='others')").error
    )
    watched.answers += [
        ("GET /usageplans/plan1", 200, {"id": "plan1", "tags": tags}),
        ("GET /usageplans/plan1", 200, {"id": "plan1", "apiStages": [{"apiId": "rest1", "stage": "prod"}]}),
        ("PATCH /usageplans/plan1", 200, {"id": "plan1"}),
        ("DELETE /usageplans/plan1", 202, {}),
        ("GET /apikeys/key1", 200, {"id": "key1", "tags": tags}),
        ("DELETE /apikeys/key1", 202, {}),
        ("GET /restapis/rest1", 200, {"id": "rest1", "tags": tags}),
        ("DELETE /restapis/rest1", 202, {}),
        ("GET /v2/apis/http1", 200, {"apiId": "http1", "tags": tags}),
        ("DELETE /v2/apis/http1", 204, {}),
    ]
    assert "4 deleted" in aws.succeed("%%real_aws\ncleanup()").text
    assert watched.answers == []


def test_the_ledger_is_on_disk_before_the_call_is_sent_so_a_crash_loses_nothing(
    aws: Notebook, watched: Border, outside: Callable[[str], Any], tmp_path: Path
) -> None:
    ledger = tmp_path / "data" / "real-aws-ledger.jsonl"
    on_arrival: dict[str, list[str]] = {}
    watched.arrived = lambda call: on_arrival.setdefault(call, []).append(ledger.read_text() if ledger.exists() else "")
    aws.succeed("%%real_aws\nboto3.client('sqs').create_queue(QueueName='early')")
    (before,) = on_arrival["CreateQueue"]
    assert '"asked"' in before
    assert '"made"' not in before
    assert "early" in before
    aws.succeed("""%%real_aws
import io, zipfile
with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
    archive.writestr("python/tools.py", "")
boto3.client("lambda").publish_layer_version(LayerName="tools", Content={"ZipFile": buffer.getvalue()})
""")
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["asked", "made"] * 2
    # As a crash between call and answer leaves it: what was made is missing, and the last line is torn.
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines if line["event"] == "asked") + '{"id": "to')

    assert "2 deleted" in aws.succeed("%%real_aws\ncleanup()").text
    assert "QueueUrls" not in outside("sqs").list_queues()
    assert outside("lambda").list_layers()["Layers"] == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            "boto3.client('iam').create_user(UserName='eve')",
            "iam CreateUser was not sent: the course cannot tag and delete",
        ),
        (
            "boto3.client('dynamodb').create_backup(TableName='stock', BackupName='b')",
            "dynamodb CreateBackup was not sent",
        ),
        (
            "boto3.client('sns').publish(PhoneNumber='+5511999999999', Message='hi')",
            "sns Publish was not sent: it names nothing that these cells created",
        ),
        ("boto3.client('apigateway').update_account()", "apigateway UpdateAccount was not sent"),
        ("boto3.client('sqs').send_message(QueueUrl=theirs, MessageBody='x')", "was not created by a %%real_aws cell"),
        (
            "boto3.client('sqs').create_queue(QueueName='production')",
            "already has a queue named production that this course did not make",
        ),
        (
            "boto3.client('events').put_rule(Name='production', ScheduleExpression='rate(1 day)')",
            "already has a rule named production",
        ),
        ("boto3.client('s3').create_bucket(Bucket='production')", "already has a bucket named production"),
        (
            "boto3.client('sqs', aws_access_key_id='999999999999', aws_secret_access_key='x').list_queues()",
            "a client with other keys",
        ),
        ("get_ipython().system('aws sqs create-queue --queue-name x')", "plain boto3 only"),
    ],
)
def test_what_could_not_be_cleaned_up_is_refused_before_it_is_sent(
    shared: tuple[Notebook, Border], call: str, words: str
) -> None:
    kernel, seen = shared
    before = [
        request for request in seen.requests if not request.operation.startswith(("Get", "List", "Describe", "GET"))
    ]
    error = kernel.run(f"%%real_aws\n{call}").error
    assert error.startswith("TargetRefused: ")
    assert words in error
    assert [
        request for request in seen.requests if not request.operation.startswith(("Get", "List", "Describe", "GET"))
    ] == before


@pytest.fixture(scope="module")
def shared(
    cloud: CloudProcess, other: CloudProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Notebook, Border]]:
    """One kernel on AWS whose account already holds things that are not the course's."""
    queue = other.client("sqs", OUTSIDE).create_queue(QueueName="production")["QueueUrl"]
    other.client("events", OUTSIDE).put_rule(Name="production", ScheduleExpression="rate(5 minutes)")
    other.client("s3", OUTSIDE).create_bucket(Bucket="production")
    with (
        border(other.endpoint_url) as seen,
        notebook(
            tmp_path_factory.mktemp("shared"),
            COURSE_CLOUD=cloud.endpoint_url,
            COURSE_ACCOUNT=LOCAL,
            COURSE_TARGET="aws",
            COURSE_AWS_CONFIRM=OUTSIDE,
            AWS_ENDPOINT_URL=seen.endpoint_url,
            AWS_ACCESS_KEY_ID=OUTSIDE,
            AWS_SECRET_ACCESS_KEY="test",
            AWS_DEFAULT_REGION="us-east-1",
        ) as kernel,
    ):
        kernel.succeed("from helpers import connect\nconnect('00', fresh=False)\nimport boto3")
        kernel.succeed(f"theirs = {queue!r}")
        yield kernel, seen


def test_cleanup_leaves_alone_what_no_longer_carries_the_tag_and_says_how_to_finish(
    aws: Notebook, outside: Callable[[str], Any]
) -> None:
    aws.succeed(
        "%%real_aws\nboto3.client('sqs').create_queue(QueueName='orders')\nboto3.client('sns').create_topic(Name='news')"
    )
    url = outside("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    outside("sqs").untag_queue(QueueUrl=url, TagKeys=["course"])

    ran = aws.run("%%real_aws\ncleanup()")

    assert "deleted: topic news" in ran.text
    assert "NOT deleted: queue orders (us-east-1): it does not carry the tag" in ran.text
    assert "by hand: aws sqs delete-queue --queue-url http" in ran.text
    assert "1 of 2 resources could not be deleted" in ran.error
    outside("sqs").tag_queue(QueueUrl=url, Tags={"course": "serverless-day22"})
    assert "1 deleted, nothing left" in aws.succeed("%%real_aws\ncleanup()").text


def test_the_terminal_lists_and_cleans_what_cells_created(
    endpoint: Notebook, other: CloudProcess, outside: Callable[[str], Any], account: str, tmp_path: Path
) -> None:
    endpoint.succeed(
        "%%real_aws\nboto3.client('sqs').create_queue(QueueName='orders')\nboto3.client('sns', 'sa-east-1').create_topic(Name='news')"
    )
    place = {
        "COURSE_ENDPOINT_URL": other.endpoint_url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "t",
        "COURSE_DATA": str(tmp_path / "data"),
    }

    def course(*arguments: str) -> tuple[int, str]:
        run = subprocess.run(
            [sys.executable, "-m", "helpers.cli", "cleanup", *arguments],
            env={**os.environ, **place},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout + run.stderr

    assert course() == (
        1,
        "say where to clean up: `course cleanup --target aws`, or --target endpoint with COURSE_ENDPOINT_URL set\n",
    )
    assert course("--target", "endpoint", "--dry-run") == (0, "topic news (sa-east-1)\nqueue orders (us-east-1)\n")
    code, text = course("--target", "endpoint")
    assert code == 0, text
    assert "2 deleted, nothing left" in text
    assert "QueueUrls" not in outside("sqs").list_queues()
    assert "nothing in the ledger for endpoint" in course("--target", "endpoint", "--dry-run")[1]


def test_cleanup_outside_of_a_real_aws_cell_says_where_it_belongs(endpoint: Notebook) -> None:
    assert endpoint.run("cleanup()").error.startswith("TargetRefused: cleanup() deletes what real-AWS cells created")


def test_aws_asks_for_the_account_once_and_refuses_a_wrong_answer(
    start: Callable[..., Notebook], watched: Border, account: str
) -> None:
    kernel = start(
        COURSE_TARGET="aws",
        AWS_ENDPOINT_URL=watched.endpoint_url,
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="t",
        AWS_REGION="sa-east-1",
    )
    cell = '%%real_aws --cost "about US$0.01"\nprint("ran in", boto3.client("sqs").meta.region_name)'
    unattended = kernel.run(cell)
    assert "nobody is here to confirm" in unattended.error
    wrong = kernel.run(cell, answer="yes")
    assert "that is not the account shown above" in wrong.error
    assert "ran" not in wrong.text
    right = kernel.succeed(cell, answer=account)
    assert f"account {account} · sa-east-1 · about US$0.01" in right.text
    assert f"arn:aws:iam::{account}:root" in right.text
    assert "ran in sa-east-1" in right.text
    assert "ran in sa-east-1" in kernel.succeed(cell).text


def test_aws_needs_a_region_and_working_credentials(
    start: Callable[..., Notebook], watched: Border, account: str
) -> None:
    kernel = start(
        COURSE_TARGET="aws",
        AWS_ENDPOINT_URL=watched.endpoint_url,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )
    assert "no Region is set" in kernel.run("%%real_aws\n1").error
    kernel = start(
        COURSE_TARGET="aws",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )
    assert "did not say who you are (Unable to locate credentials)" in kernel.run("%%real_aws\n1").error
    kernel = start(COURSE_TARGET="endpoint", COURSE_ENDPOINT_URL="127.0.0.1:4566")
    assert "set COURSE_ENDPOINT_URL, such as http://127.0.0.1:4566" in kernel.run("%%real_aws\n1").error


def test_deploy_works_in_a_real_aws_cell_and_waits_until_lambda_can_assume_the_role(
    aws: Notebook, watched: Border, outside: Callable[[str], Any], tmp_path: Path
) -> None:
    nothing = remaining(outside)
    (tmp_path / "lookup.py").write_text("def lambda_handler(event, context):\n    return event\n")
    refusal = {
        "__type": "InvalidParameterValueException",
        "message": "The role defined for the function cannot be assumed by Lambda.",
    }
    watched.answers.append(("POST /2015-03-31/functions", 400, refusal))
    aws.succeed("%%real_aws\ndeploy('lookup.py', 'lookup')")
    assert [request.status for request in watched.sent("POST /2015-03-31/functions")] == [400, 201]
    assert outside("lambda").get_function(FunctionName="lookup")["Tags"]["course"] == "serverless-day22"
    aws.succeed("%%real_aws\ndeploy('lookup.py', 'lookup', timeout=9)")
    assert outside("lambda").get_function_configuration(FunctionName="lookup")["Timeout"] == 9
    aws.succeed("%%real_aws\ncleanup()")
    assert remaining(outside) == nothing


def test_the_log_group_that_lambda_made_goes_with_the_function_and_an_older_one_stays(
    aws: Notebook, outside: Callable[[str], Any], tmp_path: Path
) -> None:
    (tmp_path / "lookup.py").write_text("def lambda_handler(event, context):\n    return event\n")
    outside("logs").create_log_group(logGroupName="/aws/lambda/old")
    for name in ("lookup", "old"):
        aws.succeed(
            f"%%real_aws\ndeploy('lookup.py', '{name}', timeout=30)\nboto3.client('lambda').invoke(FunctionName='{name}')"
        )
    groups = {group["logGroupName"] for group in outside("logs").describe_log_groups()["logGroups"]}
    assert groups == {"/aws/lambda/lookup", "/aws/lambda/old"}
    outside("lambda").delete_function(FunctionName="lookup")
    aws.succeed("%%real_aws\ncleanup()")
    assert [group["logGroupName"] for group in outside("logs").describe_log_groups()["logGroups"]] == [
        "/aws/lambda/old"
    ]
    assert outside("iam").list_roles()["Roles"] == []


def test_deploy_does_not_overwrite_a_function_that_the_course_did_not_make(
    aws: Notebook, outside: Callable[[str], Any], tmp_path: Path
) -> None:
    from helpers.cloud.bundle import build_zip

    (tmp_path / "lookup.py").write_text("def lambda_handler(event, context):\n    return event\n")
    role = outside("iam").create_role(RoleName="lookup-role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = build_zip(tmp_path / "lookup.py")
    outside("lambda").create_function(
        FunctionName="lookup", Role=role, Runtime="python3.13", Handler="a.b", Code={"ZipFile": code}, Timeout=7
    )
    assert "was not created by a %%real_aws cell" in aws.run("%%real_aws\ndeploy('lookup.py', 'lookup')").error
    assert (
        "was not created by a %%real_aws cell"
        in aws.run("%%real_aws\ndeploy('lookup.py', 'lookup', role='lookup-role')").error
    )
    conflict = "client = boto3.client('lambda')\ntry:\n    client.create_function(FunctionName='lookup', Role='arn:aws:iam::1:role/x', Runtime='python3.13', Handler='a.b', Code={'ZipFile': b'PK'})\nexcept client.exceptions.ClientError:\n    pass\n"
    assert (
        "was not created by"
        in aws.run("%%real_aws\n" + conflict + "client.delete_function(FunctionName='lookup')").error
    )
    aws.succeed("%%real_aws\ncleanup()")
    assert outside("lambda").get_function_configuration(FunctionName="lookup")["Timeout"] == 7
