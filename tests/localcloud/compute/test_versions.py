"""Versions and aliases: what a qualifier runs."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Functions, zipped


def answering(text: str) -> bytes:
    return zipped(
        {
            "app.py": f"def handler(event, context): return [{text!r}, context.function_version, context.invoked_function_arn]"
        }
    )


@pytest.fixture
def shop(functions: Functions) -> Functions:
    """A function with versions 1 ("old") and 2 ("new"), and "next" as its unpublished code."""
    functions.create("shop", "", Code={"ZipFile": answering("old")}, Publish=True)
    functions.aws.update_function_code(FunctionName="shop", ZipFile=answering("new"), Publish=True)
    functions.aws.update_function_code(FunctionName="shop", ZipFile=answering("next"))
    return functions


def test_a_qualifier_runs_its_version_and_says_so(shop: Functions, account: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:{account}:function:shop"
    for qualifier, text, suffix in (("1", "old", ":1"), ("2", "new", ":2"), ("$LATEST", "next", ":$LATEST")):
        answer = shop.invoke("shop", Qualifier=qualifier)
        assert (answer["Payload"], answer["ExecutedVersion"]) == ([text, qualifier, arn + suffix], qualifier)
    assert shop.invoke("shop")["Payload"] == ["next", "$LATEST", arn]
    assert shop.invoke("shop:1")["Payload"][0] == "old"


def test_an_alias_runs_the_version_it_points_to_and_can_be_moved(shop: Functions, account: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:{account}:function:shop:live"
    shop.aws.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    answer = shop.invoke("shop", Qualifier="live")
    assert (answer["Payload"], answer["ExecutedVersion"]) == (["old", "1", arn], "1")
    shop.aws.update_alias(FunctionName="shop", Name="live", FunctionVersion="2")
    answer = shop.invoke(arn)
    assert (answer["Payload"], answer["ExecutedVersion"]) == (["new", "2", arn], "2")


def test_changes_of_latest_do_not_touch_versions(shop: Functions) -> None:
    shop.aws.update_function_configuration(FunctionName="shop", Environment={"Variables": {"STAGE": "test"}}, Timeout=9)
    assert shop.invoke("shop", Qualifier="1")["Payload"][0] == "old"
    assert "Environment" not in shop.aws.get_function_configuration(FunctionName="shop", Qualifier="1")


def test_a_weighted_alias_splits_the_traffic(shop: Functions) -> None:
    shop.aws.create_alias(
        FunctionName="shop", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
    )
    ran = Counter(shop.invoke("shop", Qualifier="live")["ExecutedVersion"] for _ in range(60))
    assert set(ran) == {"1", "2"} and min(ran.values()) >= 10
    for weight, version in ((0.0, "1"), (1.0, "2")):
        shop.aws.update_alias(
            FunctionName="shop", Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": weight}}
        )
        assert {shop.invoke("shop", Qualifier="live")["ExecutedVersion"] for _ in range(10)} == {version}


def test_an_unknown_qualifier_is_not_found(shop: Functions, account: str) -> None:
    with pytest.raises(shop.aws.exceptions.ResourceNotFoundException) as raised:
        shop.invoke("shop", Qualifier="nightly")
    assert f"arn:aws:lambda:us-east-1:{account}:function:shop:nightly" in str(raised.value)


def test_two_qualifiers_that_disagree_are_refused(shop: Functions) -> None:
    with pytest.raises(
        ClientError, match="The derived qualifier from the function name does not match the specified qualifier"
    ):
        shop.invoke("shop:1", Qualifier="2")


def test_unchanged_code_is_not_published_again_and_numbers_are_not_reused(shop: Functions) -> None:
    assert shop.aws.publish_version(FunctionName="shop")["Version"] == "3"
    assert shop.aws.publish_version(FunctionName="shop")["Version"] == "3"
    shop.aws.delete_function(FunctionName="shop", Qualifier="3")
    shop.aws.update_function_configuration(FunctionName="shop", Description="changed")
    assert shop.aws.publish_version(FunctionName="shop")["Version"] == "4"


def test_a_version_that_an_alias_uses_cannot_be_deleted(shop: Functions) -> None:
    shop.aws.create_alias(
        FunctionName="shop", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    for version in ("1", "2"):
        with pytest.raises(shop.aws.exceptions.ResourceConflictException):
            shop.aws.delete_function(FunctionName="shop", Qualifier=version)
    assert shop.invoke("shop", Qualifier="live")["StatusCode"] == 200


def test_a_weight_for_latest_or_for_an_unknown_version_is_refused(shop: Functions) -> None:
    for main, weights in (("$LATEST", {"1": 0.5}), ("1", {"9": 0.5}), ("1", {"1": 0.5})):
        with pytest.raises(ClientError):
            shop.aws.create_alias(
                FunctionName="shop",
                Name="live",
                FunctionVersion=main,
                RoutingConfig={"AdditionalVersionWeights": weights},
            )


def test_a_function_is_active_at_once_so_that_waiters_return(shop: Functions) -> None:
    for waiter in ("function_active_v2", "function_updated_v2", "function_exists"):
        shop.aws.get_waiter(waiter).wait(FunctionName="shop", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    assert shop.aws.get_waiter("published_version_active").wait(FunctionName="shop", Qualifier="1") is None


def test_every_change_makes_a_new_revision_and_an_old_one_is_refused(shop: Functions) -> None:
    before = shop.aws.get_function_configuration(FunctionName="shop")["RevisionId"]
    after = shop.aws.update_function_configuration(FunctionName="shop", Timeout=5)["RevisionId"]
    assert before != after
    with pytest.raises(shop.aws.exceptions.PreconditionFailedException):
        shop.aws.update_function_configuration(FunctionName="shop", Timeout=6, RevisionId=before)
