"""Tags of groups and sampling rules.

Source: https://docs.aws.amazon.com/xray/latest/api/API_TagResource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from helpers.localcloud.observe.traces.errors import InvalidRequest, TooManyTags

MOST_TAGS = 50

_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")


def merged(known: Mapping[str, str], new: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``known`` with ``new`` (``Key`` and ``Value``) put over it.

    Raises: ``InvalidRequest``, ``TooManyTags``.
    """
    tags = dict(known)
    for tag in new:
        key, value = tag["Key"], tag["Value"]
        if key.lower().startswith("aws:"):
            raise InvalidRequest(f"Tag key {key} starts with aws:, which is reserved")
        if not _ALLOWED.fullmatch(key) or not _ALLOWED.fullmatch(value):
            raise InvalidRequest(f"Tag {key} has characters that tags cannot have")
        tags[key] = value
    if len(tags) > MOST_TAGS:
        raise TooManyTags(f"A resource can have at most {MOST_TAGS} tags")
    return tags
