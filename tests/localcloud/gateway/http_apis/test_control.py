"""The V2 API through boto3: what it takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.gateway.http_apis.conftest import Apis

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:qualquer"
POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc123"


@pytest.fixture
def refused() -> Callable[..., tuple[str, str]]:
    def call(operation: Callable[..., Any], **members: Any) -> tuple[str, str]:
        with pytest.raises(ClientError) as caught:
            operation(**members)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return call


Refused = Callable[..., tuple[str, str]]


def test_an_api_answers_what_aws_answers(apis: Apis, cloud: Any) -> None:
    made = apis.aws.create_api(Name="loja", ProtocolType="HTTP", Tags={"equipe": "a"}, CorsConfiguration={"AllowOrigins": ["*"]})  # fmt: skip
    got = apis.aws.get_api(ApiId=made["ApiId"])
    assert got["ApiEndpoint"] == f"{cloud.endpoint_url}/_execute-api/{made['ApiId']}"
    assert got["RouteSelectionExpression"] == "$request.method $request.path"
    assert got["DisableExecuteApiEndpoint"] is False
    assert got["CorsConfiguration"] == {"AllowOrigins": ["*"]}
    assert [one["ApiId"] for one in apis.aws.get_apis()["Items"]] == [made["ApiId"]]
    apis.aws.update_api(ApiId=made["ApiId"], Name="nova", Description="d")
    assert apis.aws.get_api(ApiId=made["ApiId"])["Name"] == "nova"
    apis.aws.delete_cors_configuration(ApiId=made["ApiId"])
    assert "CorsConfiguration" not in apis.aws.get_api(ApiId=made["ApiId"])
    apis.aws.delete_api(ApiId=made["ApiId"])
    assert apis.aws.get_apis()["Items"] == []


def test_pages_of_parts_go_on_where_the_last_ended(apis: Apis) -> None:
    for _ in range(3):
        apis.create()
    first = apis.aws.get_apis(MaxResults="2")
    second = apis.aws.get_apis(MaxResults="2", NextToken=first["NextToken"])
    assert (len(first["Items"]), len(second["Items"])) == (2, 1)


def test_websocket_apis_and_what_only_they_have_are_refused(apis: Apis, refused: Refused) -> None:
    code, message = refused(apis.aws.create_api, Name="x", ProtocolType="WEBSOCKET")
    assert code == "BadRequestException"
    assert "WebSocket" in message
    api = apis.create()
    assert "WebSocket" in refused(apis.aws.create_model, ApiId=api, Name="m", Schema="{}")[1]
    assert refused(apis.aws.create_route, ApiId=api, RouteKey="GET /x", ApiKeyRequired=True)[0] == "BadRequestException"
    assert "VPC links" in refused(apis.aws.create_vpc_link, Name="v", SubnetIds=["s"])[1]
    assert "custom domain" in refused(apis.aws.get_domain_names)[1]


@pytest.mark.parametrize("key", ["/x", "GET x", "get /x", "GET/x", "FETCH /x", "$disconnect"])
def test_a_route_key_of_another_form_is_refused(apis: Apis, refused: Refused, key: str) -> None:
    assert refused(apis.aws.create_route, ApiId=apis.create(), RouteKey=key) == (
        "BadRequestException",
        'The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"',
    )


@pytest.mark.parametrize("key", ["GET /a/{proxy+}/b", "GET /{id}/{id}", "GET /a{id}"])
def test_a_route_path_that_cannot_be_matched_is_refused(apis: Apis, refused: Refused, key: str) -> None:
    assert refused(apis.aws.create_route, ApiId=apis.create(), RouteKey=key)[0] == "BadRequestException"


def test_a_route_key_stands_once_and_its_target_exists(apis: Apis, refused: Refused) -> None:
    api = apis.create()
    target = apis.integrate(api, FUNCTION)
    route = apis.route(api, "GET /x", target)
    assert refused(apis.aws.create_route, ApiId=api, RouteKey="GET /x") == (
        "ConflictException",
        "Route with key GET /x already exists for this API",
    )
    assert refused(apis.aws.create_route, ApiId=api, RouteKey="GET /y", Target="integrations/nada")[0] == "BadRequestException"  # fmt: skip
    assert refused(apis.aws.delete_integration, ApiId=api, IntegrationId=target.split("/")[1])[0] == "ConflictException"
    apis.aws.update_route(ApiId=api, RouteId=route, RouteKey="GET /z")
    assert apis.aws.get_route(ApiId=api, RouteId=route)["RouteKey"] == "GET /z"
    apis.aws.delete_route(ApiId=api, RouteId=route)
    assert refused(apis.aws.get_route, ApiId=api, RouteId=route)[0] == "NotFoundException"


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"IntegrationType": "MOCK"}, "AWS_PROXY"),
        ({"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": "arn:nada"}, "function ARN"),
        ({"IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION}, "PayloadFormatVersion"),
        ({"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": FUNCTION, "TimeoutInMillis": 30_001}, "Timeout"),
        ({"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": FUNCTION, "RequestTemplates": {"a/b": "x"}}, "RequestTemplates"),
        ({"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": FUNCTION, "RequestParameters": {"header.x": "y"}}, "header.x"),
        ({"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", "IntegrationUri": FUNCTION, "RequestParameters": {"overwrite:header.authorization": "y"}}, "restricted"),
        ({"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "IntegrationUri": "https://example.com"}, "this computer"),
        ({"IntegrationType": "HTTP_PROXY", "IntegrationMethod": "GET", "IntegrationUri": "http://localhost", "ConnectionType": "VPC_LINK"}, "VPC"),
        ({"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "Kinesis-PutRecord", "CredentialsArn": "arn:x"}, "Kinesis-PutRecord"),
        ({"IntegrationType": "AWS_PROXY", "IntegrationSubtype": "SQS-SendMessage", "CredentialsArn": "arn:x", "RequestParameters": {"QueueUrl": "x"}}, "MessageBody"),
    ],
)  # fmt: skip
def test_an_integration_that_http_apis_do_not_have_is_refused(
    apis: Apis, refused: Refused, settings: dict[str, Any], word: str
) -> None:
    code, message = refused(apis.aws.create_integration, ApiId=apis.create(), **settings)  # fmt: skip
    assert code == "BadRequestException"
    assert word in message


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"AuthorizerType": "JWT", "JwtConfiguration": {"Issuer": "https://example.com", "Audience": ["a"]}}, "https://example.com"),
        ({"AuthorizerType": "JWT", "JwtConfiguration": {"Issuer": POOL}}, "audience"),
        ({"AuthorizerType": "REQUEST", "AuthorizerUri": FUNCTION}, "AuthorizerPayloadFormatVersion"),
        ({"AuthorizerType": "REQUEST", "AuthorizerUri": FUNCTION, "AuthorizerPayloadFormatVersion": "1.0", "EnableSimpleResponses": True}, "2.0 only"),
        ({"AuthorizerType": "REQUEST", "AuthorizerUri": FUNCTION, "AuthorizerPayloadFormatVersion": "2.0", "IdentitySource": ["header.x"]}, "header.x"),
    ],
)  # fmt: skip
def test_an_authorizer_that_cannot_work_is_refused(
    apis: Apis, refused: Refused, settings: dict[str, Any], word: str
) -> None:
    members = {"IdentitySource": ["$request.header.Authorization"], **settings}
    code, message = refused(apis.aws.create_authorizer, ApiId=apis.create(), Name="a", **members)
    assert code == "BadRequestException"
    assert word in message


def test_iam_authorization_is_refused_by_name(apis: Apis, refused: Refused) -> None:
    message = refused(apis.aws.create_route, ApiId=apis.create(), RouteKey="GET /x", AuthorizationType="AWS_IAM")[1]
    assert "AWS_IAM" in message


def test_stages_are_kept_changed_and_refused(apis: Apis, refused: Refused) -> None:
    api = apis.create()
    apis.route(api, "GET /x", apis.integrate(api, FUNCTION))
    assert refused(apis.aws.create_stage, ApiId=api, StageName="$default")[0] == "ConflictException"
    assert refused(apis.aws.create_stage, ApiId=api, StageName="a b")[0] == "BadRequestException"
    assert refused(apis.aws.create_stage, ApiId=api, StageName="s", DefaultRouteSettings={"LoggingLevel": "INFO"}) == (
        "BadRequestException",
        "Execution logs are not supported on protocol type HTTP",
    )
    assert refused(apis.aws.update_stage, ApiId=api, StageName="$default", RouteSettings={"GET /y": {}}) == (
        "NotFoundException",
        "Unable to find Route by key GET /y within the provided RouteSettings",
    )
    apis.aws.update_stage(
        ApiId=api,
        StageName="$default",
        StageVariables={"a": "1"},
        RouteSettings={"GET /x": {"ThrottlingRateLimit": 1.5, "ThrottlingBurstLimit": 2}},
        AccessLogSettings={
            "DestinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:g",
            "Format": "$context.requestId",
        },
    )
    stage = apis.aws.get_stage(ApiId=api, StageName="$default")
    assert stage["StageVariables"] == {"a": "1"}
    assert stage["RouteSettings"]["GET /x"] == {"ThrottlingRateLimit": 1.5, "ThrottlingBurstLimit": 2}
    apis.aws.delete_route_settings(ApiId=api, StageName="$default", RouteKey="GET /x")
    apis.aws.delete_access_log_settings(ApiId=api, StageName="$default")
    apis.aws.reset_authorizers_cache(ApiId=api, StageName="$default")
    stage = apis.aws.get_stage(ApiId=api, StageName="$default")
    assert stage["RouteSettings"] == {}
    assert "AccessLogSettings" not in stage
    apis.aws.delete_stage(ApiId=api, StageName="$default")
    assert apis.aws.get_stages(ApiId=api)["Items"] == []


def test_a_deployment_needs_a_route_and_is_kept_while_a_stage_serves_it(apis: Apis, refused: Refused) -> None:
    api = apis.create()
    apis.aws.create_stage(ApiId=api, StageName="fixo")
    assert refused(apis.aws.create_deployment, ApiId=api) == (
        "BadRequestException",
        "At least one route is required before deploying the Api.",
    )
    apis.route(api, "GET /x", apis.integrate(api, FUNCTION))
    made = apis.aws.create_deployment(ApiId=api, StageName="fixo", Description="primeiro")["DeploymentId"]
    assert apis.aws.get_stage(ApiId=api, StageName="fixo")["DeploymentId"] == made
    assert apis.aws.get_deployment(ApiId=api, DeploymentId=made)["DeploymentStatus"] == "DEPLOYED"
    assert refused(apis.aws.delete_deployment, ApiId=api, DeploymentId=made)[0] == "BadRequestException"
    automatic = apis.aws.get_stage(ApiId=api, StageName="$default")
    assert automatic["LastDeploymentStatusMessage"] == (
        f"Successfully deployed stage with deployment ID '{automatic['DeploymentId']}'"
    )
    assert refused(apis.aws.create_deployment, ApiId=api, StageName="$default")[0] == "BadRequestException"


def test_apis_and_stages_have_tags(apis: Apis) -> None:
    api = apis.create()
    for arn in (f"arn:aws:apigateway:us-east-1::/apis/{api}", f"arn:aws:apigateway:us-east-1::/apis/{api}/stages/$default"):  # fmt: skip
        apis.aws.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
        apis.aws.untag_resource(ResourceArn=arn, TagKeys=["a"])
        assert apis.aws.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_what_quick_create_made_is_managed(apis: Apis, refused: Refused) -> None:
    api = apis.create(Target=FUNCTION, RouteKey="GET /x")
    route = apis.aws.get_routes(ApiId=api)["Items"][0]
    assert route["ApiGatewayManaged"] is True
    assert refused(apis.aws.update_stage, ApiId=api, StageName="$default", AutoDeploy=False)[0] == "BadRequestException"
    assert refused(apis.aws.update_route, ApiId=api, RouteId=route["RouteId"], RouteKey="GET /y")[0] == "BadRequestException"  # fmt: skip
    integration = apis.aws.get_integrations(ApiId=api)["Items"][0]["IntegrationId"]
    apis.aws.update_integration(ApiId=api, IntegrationId=integration, PayloadFormatVersion="1.0")
    assert apis.aws.get_integration(ApiId=api, IntegrationId=integration)["PayloadFormatVersion"] == "1.0"
    apis.aws.update_api(ApiId=api, Target=FUNCTION + "-2", RouteKey="GET /y")
    assert apis.aws.get_integrations(ApiId=api)["Items"][0]["IntegrationUri"].endswith("-2")
    assert apis.aws.get_routes(ApiId=api)["Items"][0]["RouteKey"] == "GET /y"


def test_an_api_belongs_to_its_account(apis: Apis, cloud: Any) -> None:
    api = apis.create()
    other = cloud.client("apigatewayv2", "999988887777")
    with pytest.raises(ClientError, match="NotFoundException"):
        other.get_api(ApiId=api)
