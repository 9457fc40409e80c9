"""Loja's API, called with what schemathesis makes of the document that the API itself exports: whatever comes, an answer of the API goes back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers.cloud.urls import address_of
from helpers.desk.shop import CUSTOMER, PARTNER_KEY, open_shop
from tests.conftest import HTTP, CloudProcess

CHECKS = "not_a_server_error,status_code_conformance,negative_data_rejection,ignored_auth"


@pytest.fixture
def shop(cloud: CloudProcess, account: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Loja in the account of this test, without limits: its address, its API and a token."""
    cloud.connect(account, monkeypatch)
    url = open_shop().url
    gateway = boto3.client("apigateway")
    [plan] = gateway.get_usage_plans()["items"]
    removed = [{"op": "remove", "path": path} for path in ("/throttle", "/quota")]
    gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=removed)
    email, password = CUSTOMER
    token = HTTP.post(f"{url}/login", json={"email": email, "password": password}).json()["token"]
    return {"url": url, "api": url.rsplit("/", 2)[1], "token": token}


def test_whatever_is_sent_the_api_answers_as_its_document_says(shop: dict[str, str], tmp_path: Path) -> None:
    exported = boto3.client("apigateway").get_export(restApiId=shop["api"], stageName="prod", exportType="oas30")
    document = json.loads(exported["body"].read())
    # What API Gateway itself may answer stands in no method of the document.
    own = {str(status): {"description": "by API Gateway"} for status in (400, 401, 403, 404, 413, 415, 429, 431)}
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"] = {**own, **operation["responses"]}
    path = tmp_path / "loja.json"
    path.write_text(json.dumps(document))
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", str(path), "--url", shop["url"], "--checks", CHECKS),
        *("--phases", "coverage,fuzzing", "--max-examples", "25", "--seed", "22", "--request-timeout", "60"),
        *("--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off"),
        *("-H", f"x-api-key: {PARTNER_KEY}", "-H", f"Authorization: Bearer {shop['token']}"),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=1200, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]


@pytest.mark.parametrize("path", ["/products/%00", "/products/../../../etc/passwd", "/products/%2e%2e%2f", "/products/" + "a" * 4000, "/products/é", "/products/${jndi:x}"])  # fmt: skip
def test_an_odd_path_is_answered_and_leads_nowhere_else(shop: dict[str, str], path: str) -> None:
    answer = HTTP.get(f"{shop['url']}{path}")
    assert answer.status_code in (400, 403, 404)
    assert "root:" not in answer.text


def test_one_account_s_api_is_closed_to_another_account_s_key(
    shop: dict[str, str], cloud: CloudProcess, client: Callable[[str], Any]
) -> None:
    stranger = cloud.client("apigateway", "297777777777")
    key = stranger.create_api_key(name="stranger", value="stranger-key-0123456789", enabled=True)["value"]
    headers = {"x-api-key": key, "Authorization": f"Bearer {shop['token']}"}
    assert HTTP.get(f"{address_of(shop['api'], 'prod', endpoint_url=cloud.endpoint_url, region='')}/orders/A-1", headers=headers).status_code == 403  # fmt: skip
