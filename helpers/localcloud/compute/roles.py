"""The function's role: temporary credentials that every environment of it gets.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from __future__ import annotations

import threading

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from helpers.localcloud.compute.functions import Configuration

_SESSION_SECONDS = 43_200


class RoleSessions:
    """One session of each function's role, so that ``sts.get_caller_identity`` says ``assumed-role/<role>/<function>``."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str, str], dict[str, str]] = {}
        self._lock = threading.Lock()

    def credentials(self, configuration: Configuration) -> dict[str, str]:
        """The AWS_* variables of the function's role."""
        key = (configuration.account, configuration.role, configuration.name)
        with self._lock:
            if key not in self._sessions:
                backend = sts_backends[configuration.account][get_partition(configuration.region)]
                role = backend.assume_role(
                    region_name=configuration.region,
                    role_session_name=configuration.name,
                    role_arn=configuration.role,
                    policy="",
                    duration=_SESSION_SECONDS,
                    external_id="",
                )
                self._sessions[key] = {
                    "AWS_ACCESS_KEY_ID": role.access_key_id,
                    "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
                    "AWS_SESSION_TOKEN": role.session_token,
                }
            return self._sessions[key]

    def forget(self, account: str) -> None:
        """Drop the sessions of an account that was emptied."""
        with self._lock:
            for key in [key for key in self._sessions if key[0] == account]:
                del self._sessions[key]
