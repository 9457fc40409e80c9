"""What CreateFunction and UpdateFunction… refuse, with AWS's codes and words; and what the local cloud does not have."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, zipped

ECHO = "def handler(event, context): return event"


def refused(functions: Functions, **settings: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        functions.create("shop", ECHO, **settings)
    with pytest.raises(functions.aws.exceptions.ResourceNotFoundException):
        functions.aws.get_function(FunctionName="shop")
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


def damaged() -> bytes:
    content = bytearray(zipped({"app.py": "x = 1\n" * 1000}))
    content[60] ^= 0xFF
    return bytes(content)


def escaping() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../outside.py", "")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"this is no zip", zipped({"app.py": ECHO})[:-30], damaged(), escaping()],
    ids=["text", "cut", "damaged", "escaping"],
)
def test_a_broken_zip_is_refused(functions: Functions, content: bytes) -> None:
    sentence = "Could not unzip uploaded file. Please check your file, then try to upload again."
    assert refused(functions, Code={"ZipFile": content}) == ("InvalidParameterValueException", sentence)


def test_a_broken_zip_does_not_replace_good_code(functions: Functions) -> None:
    functions.create("shop", ECHO)
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        functions.aws.update_function_code(FunctionName="shop", ZipFile=b"this is no zip")
    assert functions.invoke("shop", 7)["Payload"] == 7


def test_an_empty_zip_is_refused(functions: Functions) -> None:
    assert refused(functions, Code={"ZipFile": zipped({})}) == (
        "InvalidParameterValueException",
        "Uploaded file must be a non-empty zip",
    )


def test_a_missing_handler_or_runtime_is_refused(functions: Functions) -> None:
    sentence = "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    for missing in ("Handler", "Runtime"):
        given = {
            "FunctionName": "shop",
            "Handler": "app.handler",
            "Runtime": "python3.13",
            "Role": functions.role,
            "Code": {"ZipFile": zipped({"app.py": ECHO})},
        }
        del given[missing]
        with pytest.raises(functions.aws.exceptions.InvalidParameterValueException, match=sentence):
            functions.aws.create_function(**given)


def test_what_is_no_role_arn_is_refused(functions: Functions) -> None:
    code, message = refused(functions, Role="loja-role")
    assert code == "ValidationException"
    assert message.startswith(
        "1 validation error detected: Value 'loja-role' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: "
    )


def test_a_role_that_lambda_cannot_assume_is_refused(functions: Functions, account: str) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    other = functions.client("iam").create_role(RoleName="servers", AssumeRolePolicyDocument=json.dumps(trust))["Role"][
        "Arn"
    ]
    for role in (other, f"arn:aws:iam::{account}:role/nobody"):
        assert refused(functions, Role=role) == (
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        )


def test_a_role_of_another_account_is_refused(functions: Functions) -> None:
    assert refused(functions, Role="arn:aws:iam::999999999999:role/loja-role") == (
        "AccessDeniedException",
        "Cross-account pass role is not allowed.",
    )


@pytest.mark.parametrize("runtime", ["nodejs22.x", "java21", "provided.al2023", "python2.7", "python"])
def test_other_runtimes_are_refused_by_name(functions: Functions, runtime: str) -> None:
    code, message = refused(functions, Runtime=runtime)
    assert code == "InvalidParameterValueException"
    assert f"the runtime {runtime}:" in message and "python3.13" in message


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("VpcConfig", {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, "VPC"),
        ("SnapStart", {"ApplyOn": "PublishedVersions"}, "SnapStart"),
        (
            "FileSystemConfigs",
            [
                {
                    "Arn": "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
                    "LocalMountPath": "/mnt/a",
                }
            ],
            "EFS",
        ),
        ("KMSKeyArn", "arn:aws:kms:us-east-1:123456789012:key/1", "KMSKeyArn"),
        ("PackageType", "Image", "container images"),
    ],
)
def test_what_is_not_there_is_refused_by_name_and_never_ignored(
    functions: Functions, setting: str, value: Any, named: str
) -> None:
    code, message = refused(functions, **{setting: value})
    assert code == "InvalidParameterValueException"
    assert message.startswith("The local cloud does not do ") and named in message
    functions.create("shop", ECHO)
    if setting != "PackageType":
        with pytest.raises(ClientError, match="The local cloud does not do "):
            functions.aws.update_function_configuration(FunctionName="shop", **{setting: value})


def test_empty_settings_of_such_features_are_accepted(functions: Functions) -> None:
    functions.create(
        "shop",
        ECHO,
        VpcConfig={"SubnetIds": [], "SecurityGroupIds": []},
        SnapStart={"ApplyOn": "None"},
        TracingConfig={"Mode": "PassThrough"},
    )
    assert functions.invoke("shop", 1)["Payload"] == 1


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [("Timeout", 901, "less than or equal to 900"), ("MemorySize", 10241, "less than or equal to 10240")],
)
def test_numbers_out_of_range_are_refused(functions: Functions, setting: str, value: int, rule: str) -> None:
    code, message = refused(functions, **{setting: value})
    assert code == "ValidationException" and rule in message and f"'{value}'" in message


def test_reserved_variables_and_more_than_4_kb_are_refused(functions: Functions) -> None:
    code, message = refused(functions, Environment={"Variables": {"AWS_REGION": "us-east-1"}})
    assert (code, message.rsplit(": ")[-1]) == ("InvalidParameterValueException", "AWS_REGION")
    code, message = refused(functions, Environment={"Variables": {"LONG": "x" * 5000}})
    assert code == "InvalidParameterValueException" and "exceeded the 4KB limit" in message


def test_unknown_and_too_many_layers_are_refused(functions: Functions, account: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:{account}:layer:nothing:1"
    assert refused(functions, Layers=[arn]) == (
        "InvalidParameterValueException",
        f"Layer version {arn} does not exist.",
    )
    assert (
        refused(functions, Layers=[f"{arn[:-1]}{number}" for number in range(1, 7)])[1]
        == "Cannot reference more than 5 layers."
    )


def test_code_in_s3_must_exist_and_runs(functions: Functions) -> None:
    s3 = functions.client("s3")
    s3.create_bucket(Bucket="code-of-loja")
    for key, place in (
        ("NoSuchBucket", {"S3Bucket": "nowhere", "S3Key": "a.zip"}),
        ("NoSuchKey", {"S3Bucket": "code-of-loja", "S3Key": "a.zip"}),
    ):
        assert f"S3 Error Code: {key}." in refused(functions, Code=place)[1]
    s3.put_object(Bucket="code-of-loja", Key="a.zip", Body=zipped({"app.py": ECHO}))
    functions.create("shop", "", Code={"S3Bucket": "code-of-loja", "S3Key": "a.zip"})
    assert functions.invoke("shop", 5)["Payload"] == 5


def test_a_name_is_given_once(functions: Functions) -> None:
    functions.create("shop", ECHO)
    with pytest.raises(functions.aws.exceptions.ResourceConflictException, match="Function already exist: shop"):
        functions.create("shop", ECHO)


def test_a_function_of_another_account_needs_its_policy(functions: Functions, cloud: Any, account: str) -> None:
    arn = functions.create("shop", ECHO)["FunctionArn"]
    partner = cloud.client("lambda", "444455556666")
    with pytest.raises(ClientError) as raised:
        partner.invoke(FunctionName=arn)
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    functions.aws.add_permission(
        FunctionName="shop", StatementId="partner", Action="lambda:InvokeFunction", Principal="444455556666"
    )
    assert partner.invoke(FunctionName=arn, Payload=b"3")["Payload"].read() == b"3"
