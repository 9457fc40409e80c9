"""Powertools for AWS Lambda from AWS's public layer, unmodified, in functions of a test's own account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, eventually

LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"


def deployed(functions: Functions, source: str, name: str = "shop", **settings: Any) -> None:
    """A function with the layer, and time and memory enough for cold starts on a slow computer."""
    functions.create(name, source, **{"Layers": [LAYER], "Timeout": 60, "MemorySize": 512, **settings})


def lines_of(log: str) -> list[dict[str, Any]]:
    """The lines of a log that are JSON objects."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def test_the_logger_writes_json_with_the_cold_start_the_correlation_id_and_appended_keys(functions: Functions) -> None:
    source = """
        from aws_lambda_powertools import Logger
        from aws_lambda_powertools.logging import correlation_paths
        logger = Logger(service="loja")
        @logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
        def handler(event, context):
            logger.append_keys(pedido=event["pedido"])
            logger.info("aceito", extra={"total": 10})
    """
    deployed(functions, source)
    event = {"pedido": "p1", "requestContext": {"requestId": "corr-1"}}
    cold, warm = (functions.invoke("shop", event) for _ in range(2))
    line = lines_of(cold["Log"])[0]
    assert {
        "level": "INFO",
        "message": "aceito",
        "service": "loja",
        "cold_start": True,
        "function_name": "shop",
        "function_request_id": cold["ResponseMetadata"]["RequestId"],
        "correlation_id": "corr-1",
        "pedido": "p1",
        "total": 10,
    }.items() <= line.items()
    assert lines_of(warm["Log"])[0]["cold_start"] is False


def test_metrics_are_one_line_of_the_embedded_metric_format(functions: Functions) -> None:
    source = """
        from aws_lambda_powertools import Metrics
        from aws_lambda_powertools.metrics import MetricUnit
        metrics = Metrics(namespace="Loja", service="pedidos")
        @metrics.log_metrics(capture_cold_start_metric=True)
        def handler(event, context):
            metrics.add_metric(name="PedidoAceito", unit=MetricUnit.Count, value=1)
            metrics.add_dimension(name="canal", value="web")
    """
    deployed(functions, source)
    cold, accepted = sorted(lines_of(functions.invoke("shop")["Log"]), key=lambda line: "PedidoAceito" in line)
    assert (cold["ColdStart"], cold["function_name"], cold["service"]) == ([1.0], "shop", "pedidos")
    assert (accepted["PedidoAceito"], accepted["canal"]) == ([1.0], "web")
    told = accepted["_aws"]["CloudWatchMetrics"][0]
    assert told["Namespace"] == "Loja"
    assert sorted(told["Dimensions"][0]) == ["canal", "service"]
    assert [line for line in lines_of(functions.invoke("shop")["Log"]) if "ColdStart" in line] == []


def test_a_batch_returns_only_the_records_that_failed_to_their_queue(functions: Functions) -> None:
    source = """
        from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
        processor = BatchProcessor(event_type=EventType.SQS)
        def record_handler(record):
            print("record", record.body)
            if record.body == "ruim":
                raise ValueError("ruim")
        def handler(event, context):
            return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
    """
    deployed(functions, source)
    sqs = functions.client("sqs")
    url = sqs.create_queue(QueueName="pedidos", Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for body in ("bom", "ruim", "bom"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    functions.aws.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="shop", BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"]
    )
    eventually(lambda: sum("record" in line for line in functions.log("shop")) == 3)

    def left() -> tuple[str, str]:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return found[names[0]], found[names[1]]

    eventually(lambda: left() == ("0", "1"))


def test_a_repeated_event_is_answered_from_the_table_and_not_handled_again(functions: Functions) -> None:
    source = """
        from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
        store = DynamoDBPersistenceLayer(table_name="idempotencia")
        config = IdempotencyConfig(event_key_jmespath="pedido")
        calls = []
        @idempotent(persistence_store=store, config=config)
        def handler(event, context):
            calls.append(event)
            return {"pedido": event["pedido"], "calls": len(calls)}
    """
    functions.client("dynamodb").create_table(
        TableName="idempotencia",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    deployed(functions, source)
    answers = [functions.invoke("shop", {"pedido": number})["Payload"] for number in (1, 1, 2)]
    assert answers == [{"pedido": 1, "calls": 1}, {"pedido": 1, "calls": 1}, {"pedido": 2, "calls": 2}]
    rows = functions.client("dynamodb").scan(TableName="idempotencia")["Items"]
    assert [row["status"]["S"] for row in rows] == ["COMPLETED", "COMPLETED"]


def test_what_the_layer_brings_comes_from_opt(functions: Functions) -> None:
    source = """
        import aws_lambda_powertools, aws_xray_sdk, pydantic, jmespath, fastjsonschema
        def handler(event, context):
            return [module.__file__ for module in (aws_lambda_powertools, aws_xray_sdk, pydantic, jmespath, fastjsonschema)]
    """
    deployed(functions, source)
    assert all(place.startswith("/opt/python/") for place in functions.invoke("shop")["Payload"])


def test_without_the_layer_a_handler_cannot_import_powertools(functions: Functions) -> None:
    functions.create("shop", "import aws_lambda_powertools\ndef handler(event, context): pass")
    answer = functions.invoke("shop")
    assert answer["Payload"]["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize("version", [1, 20, 999])
def test_any_version_and_both_processors_give_the_installed_release(functions: Functions, version: int) -> None:
    arn = LAYER.replace("x86_64:7", f"arm64:{version}")
    found = functions.aws.get_layer_version_by_arn(Arn=arn)
    assert (found["LayerVersionArn"], found["Version"]) == (arn, version)
    assert found["LayerArn"] == arn.rpartition(":")[0]
    assert "3.37.0" in found["Description"]
    assert functions.aws.get_layer_version(LayerName=found["LayerArn"], VersionNumber=version)["Version"] == version


def test_an_own_layer_is_found_by_its_arn(functions: Functions, account: str) -> None:
    from tests.localcloud.conftest import zipped

    made = functions.aws.publish_layer_version(LayerName="own", Content={"ZipFile": zipped({"python/a.py": "A = 1"})})
    found = functions.aws.get_layer_version_by_arn(Arn=made["LayerVersionArn"])
    assert found["Content"]["CodeSha256"] == made["Content"]["CodeSha256"]
    with pytest.raises(functions.aws.exceptions.ResourceNotFoundException):
        functions.aws.get_layer_version_by_arn(Arn=made["LayerVersionArn"].rpartition(":")[0] + ":2")


def test_the_layer_can_come_with_an_update_and_an_own_layer_goes_over_it(functions: Functions) -> None:
    from tests.localcloud.conftest import zipped

    functions.create(
        "shop", "import jmespath, pydantic\ndef handler(event, context): return jmespath.__file__, str(pydantic)"
    )
    own = functions.aws.publish_layer_version(
        LayerName="own", Content={"ZipFile": zipped({"python/pydantic/__init__.py": "# mine"})}
    )
    functions.aws.update_function_configuration(
        FunctionName="shop", Layers=[LAYER, own["LayerVersionArn"]], Timeout=60, MemorySize=512
    )
    place, pydantic = functions.invoke("shop")["Payload"]
    assert place == "/opt/python/jmespath/__init__.py"
    assert "/opt/python/pydantic/__init__.py" in pydantic
    layers = functions.aws.get_function_configuration(FunctionName="shop")["Layers"]
    assert [layer["Arn"] for layer in layers] == [LAYER, own["LayerVersionArn"]]


@pytest.mark.parametrize(
    ("arn", "code", "words"),
    [
        (
            "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:55",
            "AccessDeniedException",
            "is not authorized to perform: lambda:GetLayerVersion on resource",
        ),
        (
            "arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:16",
            "InvalidParameterValueException",
            "OpenTelemetry layer AWSOpenTelemetryDistroPython",
        ),
        (
            "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2:79",
            "InvalidParameterValueException",
            "AWSLambdaPowertoolsPythonV3",
        ),
        (LAYER.replace("us-east-1", "sa-east-1"), "InvalidParameterValueException", "same region"),
        (LAYER.rpartition(":")[0] + ":0", "InvalidParameterValueException", "AWSLambdaPowertoolsPythonV3"),
    ],
)
def test_other_foreign_layers_are_refused(functions: Functions, arn: str, code: str, words: str) -> None:
    with pytest.raises(ClientError) as refusal:
        functions.create("shop", "def handler(event, context): pass", Layers=[arn])
    assert refusal.value.response["Error"]["Code"] == code
    assert words in refusal.value.response["Error"]["Message"]
