"""Tokens that only Loja can write: who it is and until when, signed with a secret that login and authorizer share."""

import base64
import hashlib
import hmac
import json
import os
import time

MINUTES = 15


def _signature(payload):
    return hmac.new(os.environ["SECRET"].encode(), payload.encode(), hashlib.sha256).hexdigest()


def write(customer):
    claims = {"sub": customer, "exp": int(time.time()) + MINUTES * 60}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"{payload}.{_signature(payload)}"


def read(token):
    """The customer whose token this is; nothing when it is forged or too old."""
    payload, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _signature(payload)):
        return None
    claims = json.loads(base64.urlsafe_b64decode(payload))
    return claims["sub"] if claims["exp"] > time.time() else None
