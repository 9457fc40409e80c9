"""moto.ses and moto.sesv2: letters end in the outbox, and an unverified sender is refused in SES's words.

The account is taken as being out of the sandbox: senders must be verified, recipients need not be.
https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
"""

from __future__ import annotations

import email
import json
from email.policy import default
from email.utils import parseaddr
from typing import Any

from moto.ses.exceptions import MessageRejectedError
from moto.ses.models import RawMessage, SESBackend
from moto.ses.responses import EmailResponse
from moto.sesv2.responses import SESV2Response

from helpers.localcloud import events
from helpers.localcloud.patches import patch

_WHY = "moto keeps letters where nobody can read them"


@patch("moto.ses.models:SESBackend._is_verified_address", why="moto refuses with a text of its own")
def _is_verified_address(original: Any, self: SESBackend, source: str) -> bool:
    if not original(self, source):
        self.rejected_messages_count += 1
        raise MessageRejectedError(
            "Email address is not verified. The following identities failed the check in region "
            f"{self.region_name.upper()}: {parseaddr(source)[1]}"
        )
    return True


@patch("moto.ses.responses:EmailResponse.send_email", why=_WHY)
def _send_email(original: Any, self: EmailResponse) -> Any:
    answer = original(self)
    _put(
        self.current_account,
        self._get_param("Source"),
        self._get_param("Destination", {}),
        self._get_param("Message.Subject.Data"),
        self._get_param("Message.Body.Text.Data") or "",
        self._get_param("Message.Body.Html.Data") or "",
    )
    return answer


@patch("moto.sesv2.responses:SESV2Response.send_email", why=_WHY)
def _send_email_v2(original: Any, self: SESV2Response) -> Any:
    answer = original(self)
    given = json.loads(self.body)
    if simple := given["Content"].get("Simple"):
        text, html = (simple["Body"].get(part, {}).get("Data", "") for part in ("Text", "Html"))
        sender, subject = given["FromEmailAddress"], simple["Subject"]["Data"]
        _put(self.current_account, sender, given.get("Destination", {}), subject, text, html)
    return answer


@patch("moto.ses.models:SESBackend.send_raw_email", why=_WHY)
def _send_raw_email(original: Any, self: SESBackend, source: str, destinations: list[str], raw_data: str) -> RawMessage:
    sent: RawMessage = original(self, source, destinations, raw_data)
    _put_raw(self.account_id, sent.source, {"ToAddresses": sent.destinations}, raw_data)
    return sent


@patch("moto.ses.models:SESBackend.send_templated_email", why=_WHY)
def _send_templated_email(
    original: Any, self: SESBackend, source: str, template: str, template_data: str, destinations: dict[str, list[str]]
) -> Any:
    sent = original(self, source, template, template_data, destinations)
    _put_raw(self.account_id, source, destinations, self.render_template({"name": template, "data": template_data}))
    return sent


@patch("moto.ses.models:SESBackend.send_bulk_templated_email", why=_WHY)
def _send_bulk_templated_email(
    original: Any, self: SESBackend, source: str, template: str, template_data: str, destinations: list[dict[str, Any]]
) -> Any:
    sent = original(self, source, template, template_data, destinations)
    for one in destinations:
        data = {**json.loads(template_data or "{}"), **json.loads(one.get("ReplacementTemplateData") or "{}")}
        raw = self.render_template({"name": template, "data": json.dumps(data)})
        _put_raw(self.account_id, source, one["Destination"], raw)
    return sent


def _put_raw(account: str, sender: str, destinations: dict[str, list[str]], raw: str) -> None:
    letter = email.message_from_string(raw, policy=default)
    text, html = (letter.get_body((part,)) for part in ("plain", "html"))
    _put(
        account,
        sender,
        destinations,
        str(letter["Subject"] or ""),
        text.get_content() if text else "",
        html.get_content() if html else "",
    )


def _put(account: str, sender: str, destinations: dict[str, list[str]], subject: str, text: str, html: str) -> None:
    for addresses in destinations.values():
        for address in addresses:
            events.plane().outbox.put(account, "email", address, text, sender=sender, subject=subject, html=html)
