"""Where a resource may stand in the tree of its API.

Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.apigateway import models
from moto.apigateway.exceptions import BadRequestException, ConflictException

_PATH_PART = re.compile(r"[a-zA-Z0-9._\-:]+|\{[a-zA-Z0-9._\-:]+\+?\}")


def check_place(api: models.RestAPI, parent: models.Resource, part: Any, *, itself: str | None = None) -> str:
    """A path part that may stand below ``parent``. itself: the resource that gets it, if it exists already.

    Raises: ``BadRequestException`` for a part that AWS does not take, ``ConflictException`` for one that is taken.
    """
    if not isinstance(part, str) or not _PATH_PART.fullmatch(part):
        raise BadRequestException(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end."
        )
    if parent.path_part.endswith("+}"):
        raise BadRequestException(
            f"Cannot create a child of a resource with a greedy path variable: {parent.path_part}"
        )
    for other in list(api.resources.values()):
        if other.parent_id != parent.id or other.id == itself:
            continue
        if other.path_part == part:
            raise ConflictException(f"Another resource with the same parent already has this name: {part}")
        if other.path_part.startswith("{") and part.startswith("{"):
            raise BadRequestException(
                f"A sibling ({other.path_part}) of this resource already has a variable path part -- only one is allowed"
            )
    return part


def by_path(api: models.RestAPI, path: str) -> models.Resource:
    """The resource at a path, made with all that leads to it if it is not there. Raises: as ``check_place``."""
    here = api.resources[api.root_resource_id]
    for part in [one for one in path.split("/") if one]:
        below = [one for one in api.resources.values() if one.parent_id == here.id and one.path_part == part]
        here = below[0] if below else api.add_child(check_place(api, here, part), here.id)
    return here
