"""A plugin for the ``aws`` command line, loaded through the ``aws_config`` file beside it.

AWS CLI 1.46 ignores ``AWS_ENDPOINT_URL`` for the services that once had another name in their certificates, SQS among them, and would
call AWS. With the plugin ``aws`` goes where boto3 goes, and nowhere else. It also has ``aws logs tail``, which came with version 2 only.
"""

from __future__ import annotations

import os
from typing import Any

from helpers import offline


def awscli_initialize(cli: Any) -> None:
    """The entry point that the AWS CLI calls when it loads a plugin."""
    offline.install()
    cli.register_first("before-building-argument-table-parser", _use_our_endpoint)
    cli.register("building-command-table.logs", _add_tail)


def _use_our_endpoint(parsed_globals: Any, **_: Any) -> None:
    if parsed_globals.endpoint_url is None:
        parsed_globals.endpoint_url = os.environ.get("AWS_ENDPOINT_URL")


def _add_tail(command_table: dict[str, Any], session: Any, **_: Any) -> None:
    from helpers.cloud.aws_tail import Tail  # only ``aws logs …`` needs it

    command_table["tail"] = Tail(session)
