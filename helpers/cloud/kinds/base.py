"""What the ledger must know of a kind of resource to let a cell create it: how to tag, find, recognise and delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.cloud.ledger import Facts

Client = Any
Clients = Callable[[str], Client]
Params = dict[str, Any]
Tags = dict[str, str]

_ABSENT = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")


@dataclass(frozen=True)
class Kind:
    """One create call of AWS.

    rank: place in the order of deletion, smallest first.
    tag_field: where the create call takes tags, as a path in its parameters; ``None`` for what AWS cannot tag but ``find`` can recognise.
    adopts: the call quietly takes over a resource of that name that is already there, so the ledger must look first.
    asked: from the parameters, what is needed to search for the resource.
    made: from what was asked and AWS's answer, what identifies the resource.
    find: candidates for what was asked, when nobody knows how the call ended; absence may show as an empty list or as AWS's error.
    tags: a resource's tags; ``None`` when it cannot carry any.
    by_hand: the ``aws`` command that deletes it.
    narrow: drop from what was asked anything that was there before and is not ours (third argument: all names in the ledger).
    leaves: what a deleted resource leaves behind must be deleted even if the resource itself is gone.
    """

    service: str
    operation: str
    label: str
    rank: int
    asked: Callable[[Params], Facts]
    made: Callable[[Facts, Params], Facts]
    find: Callable[[Clients, Facts], Iterable[Facts]]
    tags: Callable[[Clients, Facts], Tags | None]
    delete: Callable[[Clients, Facts], object]
    by_hand: str
    tag_field: tuple[str, ...] | None = ("Tags",)
    adopts: bool = False
    narrow: Callable[[Clients, Facts, set[str]], Facts] = lambda aws, asked, known: asked
    leaves: bool = False

    def look(self, aws: Clients, asked: Facts) -> list[tuple[Facts, Tags | None]]:
        """What stands there now for what was asked: identity and tags of each."""
        there = []
        for key in if_present(lambda: list(self.find(aws, asked))) or []:
            tags = self.tags_if_there(aws, key)
            if tags:
                there.append((key, tags[0]))
        return there

    def tags_if_there(self, aws: Clients, key: Facts) -> tuple[Tags | None] | None:
        """The resource's tags, in a tuple of one; ``None`` when there is no such resource."""
        found: tuple[Tags | None] | None = if_present(lambda: (self.tags(aws, key),))
        return found


def same(asked: Facts, answer: Params) -> Facts:
    """For kinds that are identified by the name they were asked for."""
    return asked


def itself(clients: Clients, asked: Facts) -> list[Facts]:
    """For kinds that are found by the name they were asked for; their ``tags`` notice absence."""
    return [asked]


def named(*names: str) -> Callable[[Params], Facts]:
    """Take these parameters of the create call, where given."""
    return lambda params: {name: str(params[name]) for name in names if params.get(name)}


def answered(**paths: str) -> Callable[[Facts, Params], Facts]:
    """Take these values of AWS's answer (dots go inside) beside what was asked."""

    def made(asked: Facts, answer: Params) -> Facts:
        facts = dict(asked)
        for name, path in paths.items():
            value: Any = answer
            for part in path.split("."):
                value = value[part]
            facts[name] = str(value)
        return facts

    return made


def pairs(tags: Iterable[dict[str, str]]) -> Tags:
    """The tags of an answer that lists them as key and value, in either spelling."""
    return {tag.get("Key", tag.get("key", "")): tag.get("Value", tag.get("value", "")) for tag in tags}


def pages(client: Client, method: str, member: str, **params: Any) -> Iterable[Any]:
    """All items of a list call."""
    for page in client.get_paginator(method).paginate(**params):
        yield from page.get(member, [])


def is_absent(error: ClientError) -> bool:
    """Whether AWS's error says that there is no such resource."""
    code = error.response.get("Error", {}).get("Code", "")
    return any(word in code for word in _ABSENT) or code == "404"


def if_present(action: Callable[[], Any]) -> Any:
    """The result of ``action``, or ``None`` when AWS says that there is no such resource."""
    try:
        return action()
    except ClientError as error:
        if is_absent(error):
            return None
        raise
