"""The recorder: while a real-AWS cell runs, every call of every boto3 session it makes passes here before it is sent.

A create call of a known kind gets the course's tags and a line in the ledger; a call that only reads passes; a change is let through
when it names something that the ledger holds. Everything else is refused, because clean-up could not undo it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import handlers
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from helpers.cloud import kinds
from helpers.cloud.kinds.base import Clients, Kind, Tags
from helpers.cloud.ledger import Entry, Facts, Ledger
from helpers.cloud.targets import Target
from helpers.errors import CourseError, TargetRefused

COURSE_TAG = ("course", "serverless-day22")
_UNSURE = re.compile(r"Exist|Conflict|InUse|AlreadyOwned")


class Recorder:
    """Watches the calls to one target.

    Sessions keep their hooks for life, so the same recorder serves all cells of a kernel that work on one target, and refuses calls
    made between them.
    """

    def __init__(self, target: Target, ledger: Ledger | None = None) -> None:
        self.target = target
        self.ledger = ledger or Ledger()
        self._tags: Tags | None = None
        self._keys: set[str] = set()
        self._clients: dict[tuple[str, str], Any] = {}

    @contextmanager
    def recording(self, target: Target, *, lesson: str, notebook: str) -> Iterator[None]:
        """Record what sessions made within this block do; ``lesson`` and ``notebook`` become tags."""
        hooks = [
            ("before-parameter-build", self._before_parameters),
            ("before-call", self._before_call),
            ("before-sign", self._before_sign),
            ("after-call", self._after_call),
        ]
        self.target = target
        self._clients = {}
        self._tags = dict([COURSE_TAG], lesson=lesson, notebook=notebook)
        handlers.BUILTIN_HANDLERS.extend(hooks)
        try:
            yield
        finally:
            self._tags = None
            for hook in hooks:
                handlers.BUILTIN_HANDLERS.remove(hook)

    def clients(self, region: str) -> Clients:
        """The course's own clients in a Region, which are not recorded; to be used within a cell, where the way is open."""

        def client(service: str) -> Any:
            if (service, region) not in self._clients:
                self._clients[service, region] = self.target.client(service, region)
            return self._clients[service, region]

        return client

    def _before_parameters(
        self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        if self._tags is None:
            raise TargetRefused(
                "this client belongs to a %%real_aws cell that has ended: use it in such a cell, or make a new client here"
            )
        service, operation = model.service_model.service_name, model.name
        if kinds.only_reads(service, operation) or _incomplete(params, model):
            return
        kind = kinds.ALL.get((service, operation))
        if kind is None:
            self._check_change(service, operation, params, context["client_region"])
            return
        aws = self.clients(context["client_region"])
        asked = kind.asked(params)
        if kind.adopts:
            self._check_name(kind, aws, asked)
        known = {name for entry in self._entries() for name in entry.names}
        context["course"] = (kind, kind.narrow(aws, asked, known))
        _tag(params, model, kind, self._tags)

    def _check_name(self, kind: Kind, aws: Clients, asked: Facts) -> None:
        """Refuse a name that is taken, where AWS would quietly hand over or overwrite what has it."""
        name = next(iter(asked.values()))
        try:
            there = kind.look(aws, asked)
        except ClientError as error:
            raise TargetRefused(
                f"{kind.operation} was not sent: {error}, so nobody can tell whether the name {name} is taken; choose another name in the cell"
            ) from None
        if any(not carries_course_tag(tags) for _, tags in there):
            raise TargetRefused(
                f"{kind.operation} was not sent: the account already has a {kind.label} named {name} that this course did not make; choose another name in the cell"
            )

    def _check_change(self, service: str, operation: str, params: dict[str, Any], region: str) -> None:
        if kinds.makes_something_apart(service, operation):
            raise TargetRefused(
                f"{service} {operation} was not sent: the course cannot tag and delete what it creates; do it in the AWS console, outside of these cells"
            )
        owners = kinds.owners(service, params)
        if not owners:
            raise TargetRefused(
                f"{service} {operation} was not sent: it names nothing that these cells created, so `cleanup()` could not undo it"
            )
        for owner in owners:
            if not self._is_ours(service, kinds.names_in(owner), region):
                raise TargetRefused(
                    f"{service} {operation} was not sent: {owner} was not created by a %%real_aws cell, and these cells change only what they created"
                )

    def _is_ours(self, service: str, names: set[str], region: str) -> bool:
        for entry in self.ledger.open_entries(self.target.account, self.target.endpoint_url):
            if not (_family(entry.service, service) and names & entry.names):
                continue
            kind = kinds.ALL[entry.service, entry.operation]
            if entry.event == "made" or any(
                carries_course_tag(tags) for _, tags in kind.look(self.clients(region), entry.asked)
            ):
                return True
        return False

    def _before_call(self, context: dict[str, Any], **_: Any) -> None:
        if "course" not in context or self._tags is None:
            return
        kind, asked = context["course"]
        context["course_entry"] = self.ledger.ask(
            account=self.target.account,
            endpoint_url=self.target.endpoint_url,
            region=context["client_region"],
            service=kind.service,
            operation=kind.operation,
            asked=asked,
            lesson=self._tags["lesson"],
            notebook=self._tags["notebook"],
        )

    def _before_sign(self, request_signer: Any, **_: Any) -> None:
        """Refuse keys of another account than the one that was confirmed: a cell may make sessions of any profile."""
        used = getattr(request_signer._credentials, "access_key", None)  # botocore offers the signer's key nowhere else
        own = self.target.session.get_credentials()
        if used and used not in self._keys and (own is None or used != own.access_key):
            raise TargetRefused(
                f"a client with other keys than those of account {self.target.account} was not used: leave profile and keys out of the cell"
            )

    def _after_call(
        self, http_response: Any, parsed: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any
    ) -> None:
        ok = http_response.status_code < 300
        if ok and model.service_model.service_name == "sts":
            self._remember_keys(parsed)
        if "course_entry" not in context:
            return
        kind, asked = context["course"]
        try:
            if ok:
                self.ledger.note(context["course_entry"], "made", kind.made(asked, parsed))
                self._make_sure_of_tags(kind, asked, context["client_region"])
            elif http_response.status_code < 500 and not _UNSURE.search(parsed.get("Error", {}).get("Code", "")):
                self.ledger.note(context["course_entry"], "refused")
        except CourseError as error:
            print(f"{error} (the {kind.label} was created; cleanup() will find it by its tags)")

    def _remember_keys(self, answer: dict[str, Any]) -> None:
        """Keys that the confirmed caller was given for a role of the same account may be used, too."""
        role = answer.get("AssumedRoleUser", {}).get("Arn", "")
        if "Credentials" in answer and (not role or f":{self.target.account}:" in role):
            self._keys.add(answer["Credentials"]["AccessKeyId"])

    def _make_sure_of_tags(self, kind: Kind, asked: dict[str, str], region: str) -> None:
        """S3 took tags at creation only lately, and other servers drop them; clean-up deletes nothing that does not carry them."""
        if kind.label != "bucket" or self._tags is None:
            return
        aws = self.clients(region)
        if not carries_course_tag(kind.tags(aws, asked)):
            aws("s3").put_bucket_tagging(
                Bucket=asked["Bucket"], Tagging={"TagSet": _listed(self._tags, "Key", "Value")}
            )

    def _entries(self) -> list[Entry]:
        return self.ledger.entries(self.target.account, self.target.endpoint_url)


def carries_course_tag(tags: Tags | None) -> bool:
    """Whether the course made this; a kind that cannot carry tags was recognised by its content."""
    return tags is None or COURSE_TAG in tags.items()


def _family(service: str, other: str) -> bool:
    return service == other or {service, other} == {"lambda", "logs"}


def _incomplete(params: dict[str, Any], model: OperationModel) -> bool:
    """Botocore itself refuses such a call a moment later, with the names of what is missing."""
    return model.input_shape is not None and any(name not in params for name in model.input_shape.required_members)


def _tag(params: dict[str, Any], model: OperationModel, kind: Kind, tags: Tags) -> None:
    if kind.tag_field is None:
        return
    shape, place = model.input_shape, params
    for member in kind.tag_field[:-1]:
        shape = shape.members[member]
        place[member] = dict(place.get(member) or {})
        place = place[member]
    last = kind.tag_field[-1]
    shape = shape.members[last]
    if shape.type_name == "map":
        place[last] = {**(place.get(last) or {}), **tags}
        return
    key, value = ("Key", "Value") if "Key" in shape.member.members else ("key", "value")
    place[last] = [*(tag for tag in place.get(last) or [] if tag.get(key) not in tags), *_listed(tags, key, value)]


def _listed(tags: Tags, key: str, value: str) -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]
