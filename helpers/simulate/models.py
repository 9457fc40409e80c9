"""What is simulated: a client, an API's limit, a function with its concurrency, and the table behind it.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html (limits, requests a second),
https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html (scaling rate),
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html (burst),
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html (target tracking).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from numbers import Real

from helpers.errors import CourseError
from helpers.simulate.durations import Duration, Fixed

UNRESERVED_MINIMUM = 100


def _number(value: float, least: float, what: str, *, whole: bool = False) -> None:
    usable = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value) and value >= least
    if not usable or (whole and value % 1):
        raise CourseError(
            f"{what} of {value!r} is impossible: give a {'whole ' if whole else ''}number, {least:g} or more"
        )


@dataclass(frozen=True)
class Function:
    """A Lambda function that is called synchronously.

    duration: of the handler. init: of a cold start. reserved: its reserved concurrency; without it the function shares what the account has unreserved.
    provisioned: environments that are initialised ahead. keep_seconds: how long an idle environment stays (AWS does not say; minutes).
    account: the account's concurrency; in_use_elsewhere: what other functions take of it.
    scaling_rate: new environments in 10 s.
    Raises: ``CourseError`` for limits that AWS would refuse.
    """

    duration: Duration
    init: Duration = field(default_factory=lambda: Fixed(0.0))
    reserved: int | None = None
    provisioned: int = 0
    keep_seconds: float = 600.0
    account: int = 1000
    in_use_elsewhere: int = 0
    scaling_rate: int = 1000

    def __post_init__(self) -> None:
        for given, what in ((self.duration, "a duration"), (self.init, "an INIT")):
            if not hasattr(given, "sample"):
                raise CourseError(
                    f"{what} of {given!r} does not say how it varies: give Fixed({given!r}) if it never does"
                )
        _number(self.account, 1, "an account's concurrency", whole=True)
        _number(self.provisioned, 0, "a provisioned concurrency", whole=True)
        _number(self.in_use_elsewhere, 0, "a concurrency in use elsewhere", whole=True)
        _number(self.keep_seconds, 0, "a time that environments stay")
        _number(self.scaling_rate, 1, "a scaling rate", whole=True)
        if self.in_use_elsewhere > self.account:
            raise CourseError(
                f"a concurrency in use elsewhere of {self.in_use_elsewhere} is more than the account's {self.account}"
            )
        if self.reserved is not None:
            _number(self.reserved, 0, "a reserved concurrency", whole=True)
            if self.account - self.reserved < UNRESERVED_MINIMUM:
                raise CourseError(
                    f"a reserved concurrency of {self.reserved} leaves {self.account - self.reserved} of {self.account} unreserved: AWS keeps at least {UNRESERVED_MINIMUM}"
                )
        if self.provisioned > self.limit:
            raise CourseError(
                f"a provisioned concurrency of {self.provisioned} is more than the {self.limit} that the function may use"
            )

    @property
    def limit(self) -> int:
        """How many requests it may work on at once."""
        return self.reserved if self.reserved is not None else max(0, self.account - self.in_use_elsewhere)


@dataclass(frozen=True)
class ApiLimit:
    """The throttle of an API stage. rate: requests a second. burst: the size of the bucket."""

    rate: float
    burst: float

    def __post_init__(self) -> None:
        _number(self.rate, 0, "a rate limit")
        _number(self.burst, 0, "a burst limit")


@dataclass(frozen=True)
class TargetTracking:
    """Auto scaling of a table by target tracking.

    least, most: units a second. target: the share of the capacity that should be in use (0.2 to 0.9). out_minutes, in_minutes: how many
    minutes in a row have to be above it, or twenty points under it, before it acts. delay: seconds until the new capacity is there (AWS does not say).
    out_cooldown, in_cooldown: seconds to wait after a change.
    """

    least: float
    most: float
    target: float = 0.7
    out_minutes: int = 2
    in_minutes: int = 15
    delay: float = 30.0
    out_cooldown: float = 0.0
    in_cooldown: float = 0.0

    def __post_init__(self) -> None:
        _number(self.least, 1, "a least capacity")
        _number(self.most, self.least, "a highest capacity")
        _number(self.out_minutes, 1, "a number of minutes", whole=True)
        _number(self.in_minutes, 1, "a number of minutes", whole=True)
        _number(self.delay, 0, "a delay")
        _number(self.out_cooldown, 0, "a cooldown")
        _number(self.in_cooldown, 0, "a cooldown")
        if not 0.2 <= self.target <= 0.9:
            raise CourseError(f"a target of {self.target} is impossible: AWS takes 0.2 to 0.9")


@dataclass(frozen=True)
class Table:
    """The provisioned capacity of a DynamoDB table, in the units that each request needs.

    capacity: units a second. units: what one request takes. burst_seconds: how much unused capacity is kept. scaling: auto scaling, if any.
    retries, backoff: how often the SDK asks again inside the function, and its first pause in seconds, which doubles.
    """

    capacity: float
    units: float = 1.0
    burst_seconds: float = 300.0
    scaling: TargetTracking | None = None
    retries: int = 3
    backoff: float = 0.05

    def __post_init__(self) -> None:
        _number(self.capacity, 1, "a capacity")
        _number(self.units, 0.5, "a number of units a request")
        _number(self.burst_seconds, 0, "a burst")
        _number(self.retries, 0, "a number of retries", whole=True)
        _number(self.backoff, 0.001, "a pause")


@dataclass(frozen=True)
class Client:
    """Who calls: how often it asks again after a throttle, and its first pause in seconds, which doubles; half of a pause is random."""

    retries: int = 0
    backoff: float = 0.1

    def __post_init__(self) -> None:
        _number(self.retries, 0, "a number of retries", whole=True)
        _number(self.backoff, 0.001, "a pause")


@dataclass(frozen=True)
class System:
    """A function with what stands before and behind it."""

    function: Function
    api: ApiLimit | None = None
    table: Table | None = None
    client: Client = Client()
