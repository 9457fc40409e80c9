"""What PutFunctionConcurrency and PutProvisionedConcurrencyConfig refuse, in AWS's words, and how an alias shares out what it is given.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html and
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends

from helpers.localcloud.compute.errors import (
    InvalidParameterValue,
    ResourceConflict,
    ResourceNotFound,
    Validation,
    not_here,
)
from helpers.localcloud.compute.functions import LATEST, Reference
from helpers.localcloud.compute.limits import PROVISIONED_ENVIRONMENTS
from helpers.localcloud.compute.provisioned import Provisioned, Versions
from helpers.localcloud.compute.quotas import QuotaBook, reserved_by_function


def check_reserved(reference: Reference, value: Any, quotas: QuotaBook, provisioned: Provisioned) -> int:
    """The reserved concurrency that a function may have.

    Raises: ``Validation``, ``InvalidParameterValue``.
    """
    wanted = _whole(value, "reservedConcurrentExecutions", 0)
    where = reference.account, reference.region
    own = provisioned.requested(*where).get(reference.name, 0)
    if wanted < own:
        raise InvalidParameterValue(
            f"ReservedConcurrentExecutions {wanted} should not be lower than function's total provisioned concurrency [{own}]."
        )
    _check_unreserved(reference, wanted, quotas, provisioned, "ReservedConcurrentExecutions")
    return wanted


def check_provisioned(reference: Reference, value: Any, quotas: QuotaBook, provisioned: Provisioned) -> int:
    """The provisioned concurrency that a version or alias may have; the reference has its qualifier.

    Raises: ``Validation``, ``InvalidParameterValue``, ``ResourceConflict``, ``ResourceNotFound``.
    """
    wanted = _whole(value, "provisionedConcurrentExecutions", 1)
    versions_behind(reference, wanted)
    _check_overlap(reference, provisioned)
    where = reference.account, reference.region
    allocations = provisioned.of(*where, reference.name)
    others = sum(one.requested for qualifier, one in allocations.items() if qualifier != reference.qualifier)
    reserved = reserved_by_function(*where).get(reference.name)
    if reserved is not None and others + wanted > reserved:
        raise InvalidParameterValue(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    if reserved is None:
        _check_unreserved(reference, others + wanted, quotas, provisioned, "ConcurrentExecutions")
    before = allocations[reference.qualifier].requested if reference.qualifier in allocations else 0
    if provisioned.total() - before + wanted > PROVISIONED_ENVIRONMENTS:
        raise not_here(
            f"more than {PROVISIONED_ENVIRONMENTS} units of provisioned concurrency at a time, each of them a process",
            "ask for fewer, or delete others",
        )
    return wanted


def versions_behind(reference: Reference, units: int) -> Versions:
    """The published versions that a qualifier stands for, and how many of ``units`` each of them gets: those of a weighted alias by weight.

    Raises: ``InvalidParameterValue`` for ``$LATEST``, ``ResourceNotFound``.
    """
    backend = lambda_backends[reference.account][reference.region]
    group = backend._lambdas._functions.get(reference.name)
    if group is None or group["latest"] is None:
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    qualifier = reference.qualifier or LATEST
    if qualifier != LATEST and not qualifier.isdigit():
        shares = _of_alias(backend, group["latest"], reference, units)
    else:
        shares = {qualifier: units}
    if LATEST in shares:
        raise InvalidParameterValue(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    published: dict[str, LambdaFunction] = {str(one.version): one for one in group["versions"]}
    if not published.keys() >= shares.keys():
        raise ResourceNotFound(f"Function not found: {reference.arn}")
    return {version: (published[version], share) for version, share in shares.items()}


def _of_alias(backend: LambdaBackend, latest: LambdaFunction, reference: Reference, units: int) -> dict[str, int]:
    alias = backend._lambdas._aliases[latest.function_arn].get(str(reference.qualifier))
    if alias is None:
        raise ResourceNotFound(f"Cannot find alias arn: {reference.arn}")
    routing: Any = alias.routing_config or {}
    weights: Mapping[str, float] = routing.get("AdditionalVersionWeights") or {}
    shares = {version: round(units * float(weight)) for version, weight in weights.items()}
    return {alias.function_version: units - sum(shares.values()), **shares}


def _check_overlap(reference: Reference, provisioned: Provisioned) -> None:
    """Refuse a version and an alias of it at the same time."""
    own = versions_behind(reference, 1).keys()
    for qualifier in provisioned.of(reference.account, reference.region, reference.name):
        if qualifier == reference.qualifier:
            continue
        is_version = qualifier.isdigit()
        if is_version and not str(reference.qualifier).isdigit() and qualifier in own:
            raise ResourceConflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
        other = Reference(reference.account, reference.region, reference.name, qualifier)
        if not is_version and str(reference.qualifier) in versions_behind(other, 1):
            raise ResourceConflict("Version is pointed by a Provisioned Concurrency alias")


def _check_unreserved(
    reference: Reference, wanted: int, quotas: QuotaBook, provisioned: Provisioned, what: str
) -> None:
    """Refuse what would leave too little of the account's concurrency to the functions that have none of their own."""
    where = reference.account, reference.region
    mine = quotas.of(*where)
    reserved = reserved_by_function(*where)
    others = sum(units for name, units in reserved.items() if name != reference.name) + sum(
        units
        for name, units in provisioned.requested(*where).items()
        if name != reference.name and name not in reserved
    )
    if mine.concurrency - others - wanted < mine.unreserved_at_least and wanted:
        raise InvalidParameterValue(
            f"Specified {what} for function decreases account's UnreservedConcurrentExecution below its minimum value of [{mine.unreserved_at_least}]."
        )


def _whole(value: Any, field: str, lowest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Validation(value, field, "Member must not be null" if value is None else "Member must be an integer")
    if value < lowest:
        raise Validation(value, field, f"Member must have value greater than or equal to {lowest}")
    return value
