"""What a subscriber gets: the envelope of a notification, the event of a function, and their signature.

The signature is real. Its certificate, and the links to confirm and to unsubscribe, are on this server instead of amazonaws.com, so that they work.
https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from json.encoder import encode_basestring
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from helpers.localcloud.timestamps import to_the_millisecond

Attributes = Mapping[str, Mapping[str, Any]]


@dataclass
class Publication:
    """One message that a topic has accepted.

    texts: by protocol, with ``default``. attributes: in the form of SNS (``Type``, ``Value``). at: virtual time. signature_version: ``1`` or ``2``.
    """

    id: str
    topic_arn: str
    texts: Mapping[str, str]
    at: dt.datetime
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    group: str | None = None
    deduplication_id: str | None = None
    sequence_number: str | None = None
    signature_version: str = "1"

    @cached_property
    def timestamp(self) -> str:
        """When it was published, as the envelope says it."""
        return to_the_millisecond(self.at)

    def text(self, protocol: str) -> str:
        """The message for one protocol."""
        return self.texts.get(protocol, self.texts["default"])

    @cached_property
    def _signatures(self) -> dict[str, str]:
        return {}

    def signature(self, protocol: str) -> str:
        """Base64 of the signature of the message for one protocol; made once for each text."""
        text = self.text(protocol)
        if text not in self._signatures:
            signed = {"Message": text, "MessageId": self.id, "Subject": self.subject, "Timestamp": self.timestamp}
            signed |= {"TopicArn": self.topic_arn, "Type": "Notification"}
            self._signatures[text] = sign(
                {name: value for name, value in signed.items() if value}, self.signature_version
            )
        return self._signatures[text]

    def envelope(self, protocol: str, subscription_arn: str, endpoint_url: str) -> str:
        """The JSON text that a queue or an HTTP endpoint gets."""
        members: dict[str, Any] = {"Type": "Notification", "MessageId": self.id}
        if self.sequence_number:
            members["SequenceNumber"] = self.sequence_number
        members["TopicArn"] = self.topic_arn
        if self.subject:
            members["Subject"] = self.subject
        members |= {
            "Message": self.text(protocol),
            "Timestamp": self.timestamp,
            "SignatureVersion": self.signature_version,
            "Signature": self.signature(protocol),
            "SigningCertURL": certificate_url(endpoint_url),
            "UnsubscribeURL": link(endpoint_url, "Unsubscribe", SubscriptionArn=subscription_arn),
        }
        if self.attributes:
            members["MessageAttributes"] = {name: dict(value) for name, value in self.attributes.items()}
        return _indented(members)

    def event(self, subscription_arn: str, endpoint_url: str) -> str:
        """The JSON text of the event that a function gets."""
        message = {
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": self.topic_arn,
            "Subject": self.subject,
            "Message": self.text("lambda"),
            "Timestamp": self.timestamp,
            "SignatureVersion": self.signature_version,
            "Signature": self.signature("lambda"),
            "SigningCertUrl": certificate_url(endpoint_url),
            "UnsubscribeUrl": link(endpoint_url, "Unsubscribe", SubscriptionArn=subscription_arn),
            "MessageAttributes": {name: dict(value) for name, value in self.attributes.items()},
        }
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription_arn,
            "Sns": message,
        }
        return json.dumps({"Records": [record]}, ensure_ascii=False)


def _indented(members: Mapping[str, Any]) -> str:
    """JSON with a member a line. ``json`` leaves its fast encoder when it indents, so only what is nested is left to that."""
    lines = [
        f'  "{name}": {encode_basestring(value) if isinstance(value, str) else _nested(value)}'
        for name, value in members.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}"


def _nested(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")


def confirmation(topic_arn: str, token: str, message_id: str, at: dt.datetime, endpoint_url: str) -> dict[str, str]:
    """What an HTTP endpoint or a mailbox gets before it gets anything else."""
    members = {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": token,
        "TopicArn": topic_arn,
        "Message": (
            f"You have chosen to subscribe to the topic {topic_arn}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        ),
        "SubscribeURL": link(endpoint_url, "ConfirmSubscription", TopicArn=topic_arn, Token=token),
        "Timestamp": to_the_millisecond(at),
    }
    signed = {name: members[name] for name in sorted(members)}
    return members | {
        "SignatureVersion": "1",
        "Signature": sign(signed, "1"),
        "SigningCertURL": certificate_url(endpoint_url),
    }


@lru_cache(maxsize=1024)
def link(endpoint_url: str, action: str, **parameters: str) -> str:
    """A link that does ``action`` when it is opened."""
    return f"{endpoint_url}/_localcloud/sns?{urlencode({'Action': action, **parameters})}"


def certificate_url(endpoint_url: str) -> str:
    """Where the certificate of the signatures is."""
    return f"{endpoint_url}/_localcloud/sns/SimpleNotificationService.pem"


def sign(members: Mapping[str, str], version: str) -> str:
    """Base64 of the signature over ``members``, in their order."""
    text = "".join(f"{name}\n{value}\n" for name, value in members.items())
    digest: hashes.HashAlgorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
    return base64.b64encode(_key().sign(text.encode(), padding.PKCS1v15(), digest)).decode()


@cache
def certificate() -> bytes:
    """The certificate of the signatures, as PEM."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=3650))
        .sign(_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@cache
def _key() -> rsa.RSAPrivateKey:
    # AWS's key has 2048 bits. Nobody has to be kept from forging these signatures, and every message waits for one: half the bits take a third of the time.
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)
