"""E-mail through SES: what a function sends can be read in the outbox, and an unverified sender is refused."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import HTTP

Client = Callable[[str], Any]
SHOP, ANA, RUI = "loja@example.com", "ana@example.com", "rui@example.com"


@pytest.fixture
def letters(cloud: Any, account: str) -> Callable[[], list[dict[str, Any]]]:
    def read() -> list[dict[str, Any]]:
        answer = HTTP.get(f"{cloud.endpoint_url}/_localcloud/outbox", headers={"x-localcloud-account": account})
        return list(answer.json()["letters"])

    return read


@pytest.fixture
def ses(client: Client) -> Any:
    found = client("ses")
    found.verify_email_identity(EmailAddress=SHOP)
    return found


def shown(letter: dict[str, Any]) -> tuple[str, ...]:
    return tuple(letter[name] for name in ("kind", "sender", "to", "subject", "text", "html"))


def test_a_letter_to_two_people_is_two_letters_with_both_of_its_bodies(ses: Any, letters: Callable[[], Any]) -> None:
    ses.send_email(
        Source=SHOP,
        Destination={"ToAddresses": [ANA], "CcAddresses": [RUI]},
        Message={"Subject": {"Data": "Paid"}, "Body": {"Text": {"Data": "olá"}, "Html": {"Data": "<b>olá</b>"}}},
    )
    assert [shown(one) for one in letters()] == [("email", SHOP, to, "Paid", "olá", "<b>olá</b>") for to in (ANA, RUI)]


def test_the_second_version_of_the_api_sends_too(ses: Any, client: Client, letters: Callable[[], Any]) -> None:
    client("sesv2").send_email(
        FromEmailAddress=SHOP,
        Destination={"ToAddresses": [ANA]},
        Content={"Simple": {"Subject": {"Data": "Paid"}, "Body": {"Html": {"Data": "<b>hi</b>"}}}},
    )
    assert [shown(one) for one in letters()] == [("email", SHOP, ANA, "Paid", "", "<b>hi</b>")]


@pytest.mark.parametrize("version", ["ses", "sesv2"])
def test_a_raw_letter_is_taken_apart(ses: Any, client: Client, letters: Callable[[], Any], version: str) -> None:
    raw = EmailMessage()
    raw["From"], raw["To"], raw["Subject"] = SHOP, ANA, "Nota fiscal"
    raw.set_content("segue a nota")
    if version == "ses":
        ses.send_raw_email(RawMessage={"Data": raw.as_bytes()})
    else:
        client("sesv2").send_email(FromEmailAddress=SHOP, Content={"Raw": {"Data": raw.as_bytes()}})
    assert [shown(one) for one in letters()] == [("email", SHOP, ANA, "Nota fiscal", "segue a nota\n", "")]


def test_a_template_is_filled_in_for_each(ses: Any, letters: Callable[[], Any]) -> None:
    ses.create_template(
        Template={"TemplateName": "paid", "SubjectPart": "Hi {{name}}", "TextPart": "{{sum}} paid", "HtmlPart": "<p>"}
    )
    ses.send_templated_email(
        Source=SHOP, Destination={"ToAddresses": [ANA]}, Template="paid", TemplateData='{"name": "Ana", "sum": "10"}'
    )
    ses.send_bulk_templated_email(
        Source=SHOP,
        Template="paid",
        DefaultTemplateData='{"sum": "20"}',
        Destinations=[{"Destination": {"ToAddresses": [RUI]}, "ReplacementTemplateData": '{"name": "Rui"}'}],
    )
    assert [(one["to"], one["subject"], one["text"]) for one in letters()] == [
        (ANA, "Hi Ana", "10 paid"),
        (RUI, "Hi Rui", "20 paid"),
    ]


def test_who_is_not_verified_sends_nothing(ses: Any, letters: Callable[[], Any]) -> None:
    words = "Email address is not verified. The following identities failed the check in region US-EAST-1: rui@example"
    with pytest.raises(ClientError, match=words) as refused:
        ses.send_email(
            Source=RUI,
            Destination={"ToAddresses": [ANA]},
            Message={"Subject": {"Data": "Paid"}, "Body": {"Text": {"Data": "hi"}}},
        )
    assert refused.value.response["Error"]["Code"] == "MessageRejected"
    assert letters() == []
