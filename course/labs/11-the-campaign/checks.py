"""What the judge looks at in lab 11: a reservation from rate and duration, a report with a ceiling, a page that is warm, a table that follows the day, a queue that waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from helpers.classroom.checks import Account, Lab, expect
from helpers.classroom.monitoring import Minutes, figure, undisturbed
from helpers.cloud.control import call

LITTLE = {
    "en": "lesson 11, '1. Auto scaling, in five seconds of sleep'",
    "pt-BR": "lição 11, '1. Auto scaling, em cinco segundos de sono'",
}
RESERVED = {"en": "lesson 11, '2. A ceiling of five'", "pt-BR": "lição 11, '2. Um teto de cinco'"}
WARM = {"en": "lesson 11, '3. Warm before they come'", "pt-BR": "lição 11, '3. Quente antes que cheguem'"}
TABLE = {"en": "lesson 11, '5. The table behind'", "pt-BR": "lição 11, '5. A tabela atrás'"}

CHECKOUTS, REPORTS, PAGES, PARCELS = 79, 4, 3, 3
PATIENCE = 25.0
"""Seconds in which a check gets to see what comes at once on most computers; only what never comes takes them all."""

lab = Lab("11", title={"en": "Before the campaign", "pt-BR": "Antes da campanha"})


def reserved(account: Account, name: str) -> int | None:
    """What the function has reserved, if it has."""
    found = account.client("lambda").get_function_concurrency(FunctionName=name)
    return found.get("ReservedConcurrentExecutions")


def served(account: Account, name: str, event: object) -> bool:
    """Whether a call got in; one that is throttled did not."""
    try:
        answer = account.invoke(name, event)
    except ClientError as error:
        if error.response["Error"]["Code"] == "TooManyRequestsException":
            return False
        raise
    return answer.error is None


lab.exercise("11.1", title={"en": "How many at once?", "pt-BR": "Quantas ao mesmo tempo?"})


@lab.check(
    "11.1",
    points=4,
    title={"en": "the peak fits, and a quarter more", "pt-BR": "o pico cabe, e mais um quarto"},
)
def the_peak_fits(account: Account) -> None:
    units = reserved(account, "checkout")
    expect(
        units is not None,
        en="expected checkout to have reserved concurrency; it shares what is left of the account",
        pt="era esperado que a checkout tivesse concorrência reservada; ela divide o que sobra da conta",
        read=RESERVED,
    )
    expect(
        units == CHECKOUTS,
        en="expected as many units as rate × mean duration, a quarter more, rounded up; checkout has {units}",
        pt="eram esperadas tantas unidades quanto taxa × duração média, mais um quarto, arredondado para cima; a checkout tem {units}",
        read=LITTLE,
        units=units,
    )


lab.exercise("11.2", title={"en": "The report at noon", "pt-BR": "O relatório do meio-dia"})


def entered(account: Account, names: list[str]) -> list[str]:
    """Those that have begun, as the table of doors says."""
    table = account.client("dynamodb")
    return [name for name in names if "Item" in table.get_item(TableName="doors", Key={"id": {"S": name}})]


def open_door(account: Account, door: str) -> None:
    account.client("dynamodb").put_item(TableName="doors", Item={"id": {"S": door}})


@contextmanager
def reports_at_work(account: Account, count: int) -> Iterator[int]:
    """Hold so many reports open; how many of them got in."""
    door = account.new_name("-door")
    names = [account.new_name("-report") for _ in range(count)]

    with ThreadPoolExecutor(count) as finance:
        calls = [finance.submit(served, account, "report", {"id": name, "door": door}) for name in names]
        try:
            account.eventually(
                lambda: len(entered(account, names)) + sum(one.done() for one in calls) >= count, seconds=PATIENCE
            )
            yield len(entered(account, names))
        finally:
            open_door(account, door)


@contextmanager
def concurrency_of_account(account: Account, units: int) -> Iterator[None]:
    """Let the account have so much concurrency, and no more."""

    def change(value: int | None) -> None:
        headers = {"x-localcloud-account": account.id}
        call(str(account.endpoint_url), "POST", "/_localcloud/quotas", {"concurrency": value}, headers=headers)

    change(units)
    try:
        yield
    finally:
        change(None)


@lab.check(
    "11.2",
    points=3,
    title={"en": "four reports, and not a fifth", "pt-BR": "quatro relatórios, e não um quinto"},
)
def four_reports(account: Account) -> None:
    with reports_at_work(account, REPORTS + 1) as working:
        pass
    expect(
        working == REPORTS,
        en="expected four of five reports to run at once, and one to be refused; {working} ran",
        pt="era esperado que quatro de cinco relatórios rodassem ao mesmo tempo, e um fosse recusado; rodaram {working}",
        read=RESERVED,
        working=working,
    )


@lab.check(
    "11.2",
    points=3,
    title={"en": "the report cannot starve the checkout", "pt-BR": "o relatório não mata a checkout de fome"},
)
def checkout_is_served(account: Account) -> None:
    kept = (reserved(account, "checkout") or 0) + REPORTS
    with concurrency_of_account(account, kept), reports_at_work(account, REPORTS) as working:
        paid = served(account, "checkout", {"id": account.new_name()})
    expect(
        working == REPORTS and paid,
        en="expected four reports to run and checkout to be served meanwhile; {working} reports ran, and checkout served: {paid}",
        pt="era esperado que quatro relatórios rodassem e a checkout fosse atendida enquanto isso; rodaram {working} relatórios, e a checkout atendida: {paid}",
        read=RESERVED,
        working=working,
        paid=paid,
    )


@lab.check(
    "11.2",
    points=2,
    title={"en": "900 are left for all others", "pt-BR": "sobram 900 para todas as outras"},
)
def enough_is_left(account: Account) -> None:
    expect(
        reserved(account, "checkout") and reserved(account, "report"),
        en="expected checkout and report to have reserved concurrency",
        pt="era esperado que checkout e report tivessem concorrência reservada",
        read=RESERVED,
    )
    left = account.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    expect(
        left >= 900,
        en="expected 900 units or more to stay unreserved; {left} are left",
        pt="era esperado que 900 unidades ou mais ficassem sem reserva; sobram {left}",
        read=RESERVED,
        left=left,
    )


lab.exercise("11.3", title={"en": "Warm before the advertisement", "pt-BR": "Quente antes do anúncio"})


@lab.check(
    "11.3",
    points=4,
    title={"en": "the first wave finds warm environments", "pt-BR": "a primeira onda encontra ambientes quentes"},
)
def first_wave_is_warm(account: Account) -> None:
    door = account.new_name("-door")
    names = [account.new_name("-page") for _ in range(PAGES)]
    with ThreadPoolExecutor(PAGES) as visitors:
        calls = [visitors.submit(account.invoke, "page", {"id": one, "door": door}, qualifier="live") for one in names]
        try:
            account.eventually(
                lambda: len(entered(account, names)) + sum(one.done() for one in calls) >= PAGES, seconds=PATIENCE
            )
        finally:
            open_door(account, door)
    seen = [(one.result().payload or {}).get("started") for one in calls]
    expect(
        seen == ["provisioned-concurrency"] * PAGES,
        en="expected page:live to answer from environments that were started ahead; it says {seen}",
        pt="era esperado que page:live respondesse de ambientes iniciados de antemão; ela diz {seen}",
        read=WARM,
        seen=seen,
    )


@lab.check(
    "11.3",
    points=3,
    title={"en": "as many as needed, and no more", "pt-BR": "tantos quanto preciso, e não mais"},
)
def as_many_as_needed(account: Account) -> None:
    def pages() -> list[dict[str, Any]]:
        answer = account.client("lambda").list_provisioned_concurrency_configs(FunctionName="page")
        return list(answer["ProvisionedConcurrencyConfigs"])

    account.eventually(lambda: all(one["Status"] != "IN_PROGRESS" for one in pages()), seconds=PATIENCE)
    ready = sum(one["AvailableProvisionedConcurrentExecutions"] for one in pages())
    expect(
        ready == PAGES,
        en="expected as many warm environments as rate × duration, and a half more; {ready} are ready",
        pt="eram esperados tantos ambientes quentes quanto taxa × duração, e mais metade; {ready} estão prontos",
        read=LITTLE,
        ready=ready,
    )


lab.exercise("11.4", title={"en": "A table that follows the day", "pt-BR": "Uma tabela que acompanha o dia"})

FLOOR, CEILING, TARGET = 10, 100, 70.0
TIDE = ((8, 5), (11, 5), (15, 5), (21, 5), (30, 15))
"""Units a second, and for how many minutes; the top outlasts what burst can save up."""
NIGHT = 35
ITEM_UNITS = 390


def write(account: Account, units: int) -> int:
    """Write so many units, in a few large items of keys of their own; how many writes were throttled.

    A key always gets an item of the same size: replacing a larger one would cost as much as that.
    """
    throttled = 0
    while units > 0:
        size = min(units, ITEM_UNITS)
        item = {"id": {"S": f"judge-{units}-{size}"}, "filling": {"B": bytes(size * 1024 - 100)}}
        try:
            account.client("dynamodb").put_item(TableName="orders", Item=item)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ProvisionedThroughputExceededException":
                raise
            throttled += 1
        units -= size
    return throttled


def table(account: Account) -> dict[str, Any]:
    """The table, which has provisioned capacity."""
    found = account.client("dynamodb").describe_table(TableName="orders")["Table"]
    expect(
        found["ProvisionedThroughput"]["WriteCapacityUnits"],
        en="expected the table orders in provisioned mode; it is on-demand",
        pt="era esperada a tabela orders em modo provisionado; ela está em on-demand",
        read=TABLE,
    )
    return dict(found)


def units_now(account: Account) -> int:
    return int(table(account)["ProvisionedThroughput"]["WriteCapacityUnits"])


class Day:
    """A night, a tide that rises, another night: the writes throttled, and the units at the top and at the end."""

    def __init__(self, account: Account) -> None:
        self._account = account
        table(account)
        undisturbed(account, self._play)

    def _play(self, minutes: Minutes) -> None:
        minutes.quiet(24 * 60)
        self.throttled = 0
        self._pass(minutes, 1, NIGHT)
        for rate, count in TIDE:
            self._pass(minutes, rate, count)
        self.top = units_now(self._account)
        self._pass(minutes, 1, NIGHT)
        self.night = units_now(self._account)

    def _pass(self, minutes: Minutes, rate: int, count: int) -> None:
        def work() -> None:
            self.throttled += write(self._account, rate * 60)

        for _ in range(count):
            minutes.do(work)


@lab.check(
    "11.4",
    points=3,
    title={"en": "no write of the day is throttled", "pt-BR": "nenhuma escrita do dia leva throttling"},
)
def no_write_is_throttled(account: Account) -> None:
    seen = Day(account)
    expect(
        seen.throttled == 0,
        en="expected every write of a day to get in; {count} were throttled, with {top} units at the top",
        pt="era esperado que toda escrita de um dia entrasse; {count} levaram throttling, com {top} unidades no auge",
        read=TABLE,
        count=seen.throttled,
        top=seen.top,
    )


@lab.check(
    "11.4",
    points=3,
    title={"en": "at night nothing stands idle", "pt-BR": "à noite nada fica à toa"},
)
def nothing_stands_idle(account: Account) -> None:
    seen = Day(account)
    expect(
        seen.night == FLOOR and FLOOR < seen.top <= CEILING,
        en="expected 10 units at night and more, up to 100, at the top of the day; saw {night} at night and {top} at the top",
        pt="eram esperadas 10 unidades à noite e mais, até 100, no auge do dia; havia {night} à noite e {top} no auge",
        read=TABLE,
        night=seen.night,
        top=seen.top,
    )


@lab.check(
    "11.4",
    points=2,
    title={"en": "the write units follow a target of 70 %", "pt-BR": "as unidades de escrita seguem um alvo de 70 %"},
)
def target_is_seventy(account: Account) -> None:
    which = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:WriteCapacityUnits",
    }
    policies = account.client("application-autoscaling").describe_scaling_policies(**which)["ScalingPolicies"]
    seen = [one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] for one in policies]
    expect(
        seen == [TARGET],
        en="expected one scaling policy for the write units of orders, with a target of 70; its targets are {seen}",
        pt="era esperada uma política de scaling para as unidades de escrita da orders, com alvo 70; os alvos são {seen}",
        read=TABLE,
        seen=seen,
    )


lab.exercise("11.5", title={"en": "The slow partner", "pt-BR": "O parceiro lento"})


class Delivery:
    """Nine parcels: how many were at work at once, how many got through, how many calls were throttled."""

    def __init__(self, account: Account) -> None:
        mappings = account.client("lambda").list_event_source_mappings(FunctionName="carrier")["EventSourceMappings"]
        expect(
            mappings,
            en="expected parcels to feed carrier; it has no event source mapping",
            pt="era esperado que parcels alimentasse a carrier; ela não tem event source mapping",
            read=RESERVED,
        )
        door = account.new_name("-door")
        names = [account.new_name("-parcel") for _ in range(3 * PARCELS)]
        before = throttles(account)
        for name in names:
            account.client("sqs").send_message(
                QueueUrl=account.queue_url("parcels"), MessageBody=json.dumps({"id": name, "door": door})
            )

        def too_many() -> bool:
            return len(entered(account, names)) > PARCELS or throttles(account) > before

        most = [one.get("ScalingConfig", {}).get("MaximumConcurrency", len(names)) for one in mappings]
        try:
            account.eventually(lambda: len(entered(account, names)) >= PARCELS, seconds=PATIENCE)
            # What no mapping holds back comes, be it late, and gets in or is throttled.
            account.eventually(too_many, seconds=3 if sum(most) <= PARCELS else PATIENCE)
            self.at_once = len(entered(account, names))
        finally:
            open_door(account, door)
        account.eventually(lambda: len(entered(account, names)) == len(names), seconds=PATIENCE)
        self.through, self.sent = len(entered(account, names)), len(names)
        self.throttled = throttles(account) - before


def throttles(account: Account) -> float:
    return figure(account, "AWS/Lambda", "Throttles", {"FunctionName": "carrier"}) or 0


@lab.check(
    "11.5",
    points=4,
    title={"en": "three at once, never more", "pt-BR": "três por vez, nunca mais"},
)
def three_at_once(account: Account) -> None:
    seen = Delivery(account)
    expect(
        seen.at_once == PARCELS,
        en="expected three of {sent} parcels to be at work at once; saw {count}",
        pt="era esperado que três de {sent} pacotes estivessem em trabalho ao mesmo tempo; havia {count}",
        read=RESERVED,
        sent=seen.sent,
        count=seen.at_once,
    )


@lab.check(
    "11.5",
    points=4,
    title={"en": "nothing is refused, nothing lost", "pt-BR": "nada é recusado, nada se perde"},
)
def nothing_is_lost(account: Account) -> None:
    seen = Delivery(account)
    expect(
        (seen.through, seen.throttled) == (seen.sent, 0),
        en="expected all {sent} parcels to get through and no call to be throttled; {through} got through, {throttled} calls were throttled",
        pt="era esperado que todos os {sent} pacotes chegassem e nenhuma chamada levasse throttling; chegaram {through}, {throttled} chamadas levaram throttling",
        read=RESERVED,
        sent=seen.sent,
        through=seen.through,
        throttled=seen.throttled,
    )
