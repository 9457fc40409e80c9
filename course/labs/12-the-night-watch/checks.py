"""What the judge looks at in lab 12: throttles that ring, orders that are counted, a rate with patience, silence that rings, and one call for all."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from helpers.classroom.checks import Account, Lab, expect
from helpers.classroom.monitoring import Minutes, alarm, figure, state, told, undisturbed

REFUSED = {"en": "lesson 12, '3. What comes by itself'", "pt-BR": "lição 12, '3. O que vem sozinho'"}
EMF = {
    "en": "lesson 12, '2. A count that only your code knows'",
    "pt-BR": "lição 12, '2. Uma contagem que só o seu código conhece'",
}
RATE = {"en": "lesson 12, '4. An alarm on errors'", "pt-BR": "lição 12, '4. Um alarme sobre erros'"}
SILENCE = {
    "en": "lesson 12, '5. The service died, and the alarm is silent'",
    "pt-BR": "lição 12, '5. O serviço morreu, e o alarme está calado'",
}
ONE_CALL = {
    "en": "lesson 12, '6. Which endpoint, and whom to wake'",
    "pt-BR": "lição 12, '6. Qual endpoint, e quem acordar'",
}

lab = Lab("12", title={"en": "The night watch", "pt-BR": "O plantão da noite"})


def pay(account: Account, calls: int, failing: int = 0) -> None:
    """Call ``payments``; the failures first."""
    for number in range(calls):
        account.invoke("payments", {"card": "broken" if number < failing else account.new_name()})


def refuse(account: Account, function: str, calls: int) -> None:
    """Let calls of a function be throttled, and put everything back."""
    client = account.client("lambda")
    before = client.get_function_concurrency(FunctionName=function).get("ReservedConcurrentExecutions")
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    try:
        for _ in range(calls):
            try:
                account.invoke(function, {"card": account.new_name()})
            except ClientError as error:
                if error.response["Error"]["Code"] != "TooManyRequestsException":
                    raise
    finally:
        if before is None:
            client.delete_function_concurrency(FunctionName=function)
        else:
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=before)


@contextmanager
def neighbour(account: Account) -> Iterator[str]:
    """Another function of the account, which is never let run; gone at the end."""
    client, name, package = account.client("lambda"), account.new_name(), io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("neighbour.py", "def lambda_handler(event, context):\n    return None\n")
    given = client.get_function_configuration(FunctionName="payments")
    client.create_function(
        FunctionName=name,
        Handler="neighbour.lambda_handler",
        Runtime=given["Runtime"],
        Role=given["Role"],
        Code={"ZipFile": package.getvalue()},
    )
    try:
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        yield name
    finally:
        client.delete_function(FunctionName=name)


lab.exercise("12.1", title={"en": "Turned away", "pt-BR": "Barrados na porta"})


def throttling(account: Account) -> dict[str, Any]:
    """Failures, a neighbour's throttles, its own, silence: how ``payments-throttled`` stands after each, and what it has told."""

    def play(minutes: Minutes) -> dict[str, Any]:
        minutes.quiet(6)
        minutes.do(lambda: pay(account, 4, failing=3))
        seen: dict[str, Any] = {"failed": state(account, "payments-throttled")}
        minutes.quiet(6)
        minutes.do(lambda: refuse(account, other, account.random.randint(2, 5)))
        seen["neighbour"] = state(account, "payments-throttled")
        minutes.quiet(6)
        told(account, "oncall", "payments-throttled")
        minutes.do(lambda: refuse(account, "payments", account.random.randint(2, 5)))
        seen["refused"] = state(account, "payments-throttled")
        seen["told"] = told(account, "oncall", "payments-throttled")
        minutes.quiet(6)
        seen["over"] = state(account, "payments-throttled")
        seen["told later"] = told(account, "oncall", "payments-throttled")
        return seen

    alarm(account, "payments-throttled", REFUSED)
    with neighbour(account) as other:
        return undisturbed(account, play)


@lab.check(
    "12.1",
    points=3,
    title={
        "en": "throttled calls ring, failed ones do not",
        "pt-BR": "chamadas com throttling tocam, as que falham não",
    },
)
def throttles_ring(account: Account) -> None:
    seen = throttling(account)
    expect(
        seen["failed"] != "ALARM",
        en="expected payments-throttled to stay quiet when calls fail; it went to {seen}",
        pt="era esperado que payments-throttled ficasse quieto quando chamadas falham; ele foi para {seen}",
        read=REFUSED,
        seen=seen["failed"],
    )
    expect(
        seen["neighbour"] != "ALARM",
        en="expected payments-throttled to stay quiet when calls of another function are throttled; it went to {seen}",
        pt="era esperado que payments-throttled ficasse quieto quando chamadas de outra função levam throttling; ele foi para {seen}",
        read=EMF,
        seen=seen["neighbour"],
    )
    expect(
        seen["refused"] == "ALARM" and seen["told"] == ["ALARM"],
        en="expected ALARM, and one message in the queue oncall, after a minute with throttled calls; saw {seen} and messages {told}",
        pt="era esperado ALARM, e uma mensagem na fila oncall, depois de um minuto com throttling; havia {seen} e mensagens {told}",
        read=REFUSED,
        seen=seen["refused"],
        told=seen["told"] or "-",
    )


@lab.check(
    "12.1",
    points=2,
    title={"en": "without calls it is over", "pt-BR": "sem chamadas, acabou"},
)
def it_is_over(account: Account) -> None:
    seen = throttling(account)
    expect(
        seen["refused"] == "ALARM" and seen["over"] == "OK" and seen["told later"] == ["OK"],
        en="expected ALARM, then OK and a message of it after six minutes without calls; saw {refused}, then {seen} and messages {told}",
        pt="era esperado ALARM, depois OK e uma mensagem disso após seis minutos sem chamadas; havia {refused}, depois {seen} e mensagens {told}",
        read=SILENCE,
        refused=seen["refused"],
        seen=seen["over"],
        told=seen["told later"] or "-",
    )


lab.exercise("12.2", title={"en": "How many orders?", "pt-BR": "Quantos pedidos?"})


def order(account: Account, channel: str) -> dict[str, Any]:
    return {"id": account.new_name("-order"), "channel": channel, "total": account.random.randint(1, 400) / 4}


def accepted(account: Account, orders: list[dict[str, Any]]) -> None:
    for one in orders:
        answer = account.invoke("orders", one)
        expect(
            answer.payload == {"accepted": one["id"]},
            en="expected orders to answer {wanted}; it answered {payload}, error {error}",
            pt="era esperado que a orders respondesse {wanted}; ela respondeu {payload}, erro {error}",
            read=EMF,
            wanted={"accepted": one["id"]},
            payload=answer.payload,
            error=(answer.error or {}).get("errorType"),
        )


def units_of(account: Account, metric: str, channel: str) -> set[str]:
    now = account.clock.now()
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace="Loja",
        MetricName=metric,
        Dimensions=[{"Name": "Channel", "Value": channel}],
        Statistics=["Sum"],
        Period=60,
        StartTime=now - dt.timedelta(minutes=30),
        EndTime=now + dt.timedelta(minutes=5),
    )["Datapoints"]
    return {str(point["Unit"]) for point in points}


@lab.check(
    "12.2",
    points=2,
    title={"en": "orders and revenue by channel", "pt-BR": "pedidos e receita por canal"},
)
def by_channel(account: Account) -> None:
    channels = account.new_name("-web"), account.new_name("-app")
    for channel, count in zip(channels, (3, 2), strict=True):
        orders = [order(account, channel) for _ in range(count)]
        accepted(account, orders)
        wanted = float(count), sum(one["total"] for one in orders)

        def seen(channel: str = channel) -> tuple[float | None, float | None]:
            named = {"Channel": channel}
            return figure(account, "Loja", "Orders", named), figure(account, "Loja", "Revenue", named)

        account.eventually(lambda seen=seen, wanted=wanted: seen() == wanted, seconds=3)
        expect(
            seen() == wanted,
            en="expected Orders and Revenue of a channel with {count} orders to be {wanted}; saw {seen}",
            pt="era esperado que Orders e Revenue de um canal com {count} pedidos fossem {wanted}; havia {seen}",
            read=EMF,
            count=count,
            wanted=wanted,
            seen=seen(),
        )
        units = units_of(account, "Orders", channel), units_of(account, "Revenue", channel)
        expect(
            units == ({"Count"}, {"None"}),
            en="expected the units Count and None; saw {units}",
            pt="eram esperadas as unidades Count e None; havia {units}",
            read=EMF,
            units=[sorted(one) for one in units],
        )


@lab.check(
    "12.2",
    points=2,
    title={"en": "and of the whole shop", "pt-BR": "e da loja inteira"},
)
def in_total(account: Account) -> None:
    def seen() -> tuple[float, float]:
        return figure(account, "Loja", "Orders", {}) or 0.0, figure(account, "Loja", "Revenue", {}) or 0.0

    before = seen()
    orders = [order(account, account.new_name()) for _ in range(4)]
    accepted(account, orders)
    wanted = before[0] + 4, before[1] + sum(one["total"] for one in orders)
    account.eventually(lambda: seen() == wanted, seconds=3)
    expect(
        seen() == wanted,
        en="expected Orders and Revenue without dimensions to go from {before} to {wanted} by four orders of four channels; saw {seen}",
        pt="era esperado que Orders e Revenue sem dimensões fossem de {before} a {wanted} com quatro pedidos de quatro canais; havia {seen}",
        read=EMF,
        before=before,
        wanted=wanted,
        seen=seen(),
    )


@lab.check(
    "12.2",
    points=1,
    title={"en": "what fails is not counted", "pt-BR": "o que falha não é contado"},
)
def failures_do_not_count(account: Account) -> None:
    channel = account.new_name()
    bad = order(account, channel) | {"total": "muito"}
    answer = account.invoke("orders", bad)
    expect(
        answer.error is not None,
        en="expected an order whose total is no number to fail; it answered {payload}",
        pt="era esperado que um pedido cujo total não é número falhasse; ela respondeu {payload}",
        read=EMF,
        payload=answer.payload,
    )
    accepted(account, [order(account, channel)])
    account.eventually(lambda: figure(account, "Loja", "Orders", {"Channel": channel}), seconds=3)
    seen = figure(account, "Loja", "Orders", {"Channel": channel})
    expect(
        seen == 1.0,
        en="expected 1 in Orders of a channel with a good order and a broken one; saw {seen}",
        pt="era esperado 1 em Orders de um canal com um pedido bom e um quebrado; havia {seen}",
        read=EMF,
        seen=seen,
    )


@lab.check(
    "12.2",
    points=2,
    title={"en": "the id is in the line, and no dimension", "pt-BR": "o id está na linha, e não é dimensão"},
)
def id_in_the_line(account: Account) -> None:
    one = order(account, account.new_name())
    accepted(account, [one])

    def lines() -> list[dict[str, Any]]:
        found = [embedded(line) for line in account.logs("orders") if one["id"] in line]
        return [line for line in found if line.get("order") == one["id"] and "_aws" in line]

    seen = account.eventually(lines)
    expect(
        len(seen) == 1,
        en="expected one EMF line in the log with the order's id as order; saw {count}",
        pt="era esperada uma linha EMF no log com o id do pedido em order; havia {count}",
        read=EMF,
        count=len(seen),
    )
    pages = account.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace="Loja")
    sets = {
        tuple(sorted(dimension["Name"] for dimension in metric["Dimensions"]))
        for page in pages
        for metric in page["Metrics"]
        if metric["MetricName"] in ("Orders", "Revenue")
    }
    expect(
        sets <= {(), ("Channel",)},
        en="expected no dimension but Channel; the metrics have {sets}",
        pt="não era esperada nenhuma dimensão além de Channel; as métricas têm {sets}",
        read=EMF,
        sets=sorted(map(list, sets)),
    )


def embedded(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


lab.exercise("12.3", title={"en": "Five per cent, and no less", "pt-BR": "Cinco por cento, e não menos"})


def after(account: Account, minutes: Minutes, name: str, plan: list[tuple[int, int]]) -> list[str]:
    """How the alarm stands after each minute with so many calls, so many of them failing."""
    seen = []
    for calls, failing in plan:
        minutes.do(lambda calls=calls, failing=failing: pay(account, calls, failing))
        seen.append(state(account, name))
    return seen


@lab.check(
    "12.3",
    points=3,
    title={"en": "one in ten rings, and its end is told", "pt-BR": "um em dez toca, e o fim é avisado"},
)
def one_in_ten_rings(account: Account) -> None:
    def play(minutes: Minutes) -> tuple[list[str], list[str], str, list[str]]:
        minutes.quiet(9)
        told(account, "oncall", "payments-failing")
        calls = account.random.randint(22, 28)
        seen = after(account, minutes, "payments-failing", [(calls, 2)] * 3)
        rang = told(account, "oncall", "payments-failing")
        minutes.quiet(60)
        return seen, rang, state(account, "payments-failing"), told(account, "oncall", "payments-failing")

    alarm(account, "payments-failing", RATE)
    seen, rang, over, later = undisturbed(account, play)
    expect(
        seen[-1] == "ALARM" and rang[-1:] == ["ALARM"],
        en="expected ALARM and a message of it after three minutes in which 7 to 9 % failed; saw the states {seen} and messages {told}",
        pt="era esperado ALARM e uma mensagem disso depois de três minutos em que 7 a 9 % falharam; havia os estados {seen} e mensagens {told}",
        read=RATE,
        seen=seen,
        told=rang or "-",
    )
    expect(
        over == "OK" and later == ["OK"],
        en="expected OK and a message of it after an hour without calls; saw {seen} and messages {told}",
        pt="era esperado OK e uma mensagem disso depois de uma hora sem chamadas; havia {seen} e mensagens {told}",
        read=SILENCE,
        seen=over,
        told=later or "-",
    )


@lab.check(
    "12.3",
    points=3,
    title={"en": "the night stays quiet", "pt-BR": "a noite fica quieta"},
)
def the_night_is_quiet(account: Account) -> None:
    def play(minutes: Minutes) -> tuple[list[str], list[str]]:
        minutes.quiet(9)
        few = [19, account.random.randint(1, 4), 19, account.random.randint(1, 4), 19]
        night = after(account, minutes, "payments-failing", [(calls, calls) for calls in few])
        minutes.quiet(9)
        return night, after(account, minutes, "payments-failing", [(24, 6)] * 5)

    alarm(account, "payments-failing", RATE)
    night, day = undisturbed(account, play)
    expect(
        "ALARM" not in night,
        en="expected no alarm in five minutes with 1 to 19 calls each, all of them failing; saw {seen}",
        pt="não era esperado alarme em cinco minutos com 1 a 19 chamadas cada, todas com falha; havia {seen}",
        read=RATE,
        seen=night,
    )
    expect(
        day[-1] == "ALARM",
        en="expected it to ring by day, when 25 % failed for five minutes; saw {seen}",
        pt="era esperado que ele tocasse de dia, quando 25 % falharam por cinco minutos; havia {seen}",
        read=RATE,
        seen=day,
    )


@lab.check(
    "12.3",
    points=2,
    title={"en": "three of five, and five per cent is fine", "pt-BR": "três de cinco, e cinco por cento está bom"},
)
def three_of_five(account: Account) -> None:
    def play(minutes: Minutes) -> tuple[list[str], list[str]]:
        minutes.quiet(9)
        spell = after(account, minutes, "payments-failing", [(20, 4), (20, 4), (20, 1), (20, 1), (20, 1)])
        return spell, after(account, minutes, "payments-failing", [(20, 4), (20, 0), (20, 4), (20, 4)])

    alarm(account, "payments-failing", RATE)
    spell, trouble = undisturbed(account, play)
    expect(
        "ALARM" not in spell,
        en="expected no alarm for two bad minutes and three in which 1 of 20 calls failed; saw {seen}",
        pt="não era esperado alarme por dois minutos ruins e três em que 1 de 20 chamadas falhou; havia {seen}",
        read=RATE,
        seen=spell,
    )
    expect(
        trouble[-1] == "ALARM",
        en="expected an alarm after bad, good, bad, bad, with 20 calls in each: three of five; saw {seen}",
        pt="era esperado um alarme depois de ruim, bom, ruim, ruim, com 20 chamadas em cada um: três de cinco; havia {seen}",
        read=RATE,
        seen=trouble,
    )


lab.exercise("12.4", title={"en": "The Sunday", "pt-BR": "O domingo"})


class Sunday:
    """Two orders, eight minutes of silence, eight more, an order: how ``orders-silent`` stands, and what it has told."""

    def __init__(self, account: Account) -> None:
        self._account = account
        alarm(account, "orders-silent", SILENCE)
        undisturbed(account, self._play)

    def _play(self, minutes: Minutes) -> None:
        for _ in range(2):
            minutes.do(self._order)
        self.selling = self._state()
        self._told()
        minutes.quiet(8)
        self.soon = self._state()
        minutes.quiet(8)
        self.late, self.rang = self._state(), self._told()
        minutes.do(self._order)
        self.over, self.told_over = self._state(), self._told()

    def _order(self) -> None:
        datum = {"MetricName": "Orders", "Value": 1, "Unit": "Count"}
        self._account.client("cloudwatch").put_metric_data(Namespace="Loja", MetricData=[datum])

    def _state(self) -> str:
        return state(self._account, "orders-silent")

    def _told(self) -> list[str]:
        return told(self._account, "oncall", "orders-silent")


@lab.check(
    "12.4",
    points=3,
    title={"en": "silence rings", "pt-BR": "o silêncio toca"},
)
def silence_rings(account: Account) -> None:
    seen = Sunday(account)
    expect(
        seen.selling == "OK" and seen.late == "ALARM" and seen.rang == ["ALARM"],
        en="expected OK while orders come, then ALARM and a message of it within 16 minutes of silence; saw {selling}, then {late} and messages {told}",
        pt="era esperado OK enquanto chegam pedidos, depois ALARM e uma mensagem disso em até 16 minutos de silêncio; havia {selling}, depois {late} e mensagens {told}",
        read=SILENCE,
        selling=seen.selling,
        late=seen.late,
        told=seen.rang or "-",
    )


@lab.check(
    "12.4",
    points=2,
    title={"en": "eight minutes are no Sunday", "pt-BR": "oito minutos não são um domingo"},
)
def eight_minutes_are_fine(account: Account) -> None:
    seen = Sunday(account)
    expect(
        (seen.soon, seen.late) == ("OK", "ALARM"),
        en="expected OK after 8 minutes without orders, ALARM after 16; saw {soon} and {late}",
        pt="era esperado OK depois de 8 minutos sem pedidos, ALARM depois de 16; havia {soon} e {late}",
        read=SILENCE,
        soon=seen.soon,
        late=seen.late,
    )


@lab.check(
    "12.4",
    points=2,
    title={"en": "the next order ends it", "pt-BR": "o próximo pedido encerra"},
)
def an_order_ends_it(account: Account) -> None:
    seen = Sunday(account)
    expect(
        (seen.late, seen.over, seen.told_over) == ("ALARM", "OK", ["OK"]),
        en="expected ALARM, then OK and a message of it with the next order; saw {late}, then {over} and messages {told}",
        pt="era esperado ALARM, depois OK e uma mensagem disso com o próximo pedido; havia {late}, depois {over} e mensagens {told}",
        read=SILENCE,
        late=seen.late,
        over=seen.over,
        told=seen.told_over or "-",
    )


lab.exercise("12.5", title={"en": "One call", "pt-BR": "Um telefonema"})

PARTS = ("payments-failing", "orders-silent", "payments-throttled", "deploying")


def put(account: Account, name: str, value: str) -> None:
    account.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=value, StateReason="the judge tries it")


def calls_after(account: Account, *changes: tuple[str, str]) -> int:
    """Set states of parts, one after the other; how often the pager rang for ``shop-down``."""
    for name, value in changes:
        put(account, name, value)
    return told(account, "pager", "shop-down").count("ALARM")


def calm(account: Account) -> None:
    for name in PARTS:
        alarm(account, name, ONE_CALL)
    for name in PARTS:
        put(account, name, "OK")
    told(account, "pager", "shop-down")
    strangers(account)


class Rung(NamedTuple):
    """The calls of the pager for ``shop-down`` in each step, and who told whom what is not his to hear."""

    calls: list[int]
    strangers: dict[str, int]


def strangers(account: Account) -> dict[str, int]:
    """Messages of ``shop-down`` to ``oncall`` and of its parts to ``pager``: how many, by the alarm's name."""
    heard = {"shop-down": told(account, "oncall", "shop-down")}
    heard |= {name: told(account, "pager", name) for name in PARTS}
    return {name: len(messages) for name, messages in heard.items() if messages}


def one_minute(account: Account, *steps: tuple[tuple[str, str], ...]) -> Rung:
    """What rings in each step, all within one minute, so that no alarm is looked at meanwhile."""

    def play(minutes: Minutes) -> Rung:
        rung = Rung([], {})

        def work() -> None:
            calm(account)
            rung.calls.extend(calls_after(account, *step) for step in steps)
            rung.strangers.update(strangers(account))
            calm(account)

        minutes.do(work)
        return rung

    alarm(account, "shop-down", ONE_CALL)
    return undisturbed(account, play)


@lab.check(
    "12.5",
    points=3,
    title={"en": "two parts, one call", "pt-BR": "duas partes, um telefonema"},
)
def one_call_for_two(account: Account) -> None:
    rung = one_minute(
        account,
        (("payments-failing", "ALARM"), ("orders-silent", "ALARM")),
        (("payments-failing", "OK"), ("orders-silent", "OK"), ("orders-silent", "ALARM")),
        (("orders-silent", "OK"), ("payments-throttled", "ALARM")),
        (("payments-failing", "ALARM"),),
    )
    both, alone, throttled, besides = rung.calls
    expect(
        (both, alone) == (1, 1),
        en="expected the pager to ring once for both parts, and once for orders-silent alone; it rang {both} and {alone} times",
        pt="era esperado que o pager tocasse uma vez pelas duas partes, e uma vez só por orders-silent; tocou {both} e {alone} vezes",
        read=ONE_CALL,
        both=both,
        alone=alone,
    )
    expect(
        throttled == 0,
        en="expected no call for payments-throttled; it rang {count} times",
        pt="não era esperado telefonema por payments-throttled; tocou {count} vezes",
        read=ONE_CALL,
        count=throttled,
    )
    expect(
        besides == 1,
        en="expected a call for payments-failing also while payments-throttled is in ALARM; it rang {count} times",
        pt="era esperado um telefonema por payments-failing também com payments-throttled em ALARM; tocou {count} vezes",
        read=ONE_CALL,
        count=besides,
    )
    expect(
        not rung.strangers,
        en="expected shop-down alone to tell the pager, and to tell nobody else; messages that went elsewhere, by alarm: {strangers}",
        pt="era esperado que só shop-down avisasse o pager, e não avisasse mais ninguém; mensagens que foram a outro lugar, por alarme: {strangers}",
        read=ONE_CALL,
        strangers=rung.strangers,
    )


@lab.check(
    "12.5",
    points=3,
    title={"en": "no call while a deployment runs", "pt-BR": "nenhum telefonema durante um deploy"},
)
def quiet_while_deploying(account: Account) -> None:
    deploying, later = one_minute(
        account,
        (("deploying", "ALARM"), ("payments-failing", "ALARM"), ("payments-failing", "OK"), ("deploying", "OK")),
        (("payments-failing", "ALARM"),),
    ).calls
    expect(
        (deploying, later) == (0, 1),
        en="expected no call for a failure that begins and ends while deploying is in ALARM, and one for the next; it rang {deploying} and {later} times",
        pt="não era esperado telefonema por uma falha que começa e acaba com deploying em ALARM, e era esperado um pela seguinte; tocou {deploying} e {later} vezes",
        read=ONE_CALL,
        deploying=deploying,
        later=later,
    )


def rows(properties: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str], str]]:
    """The metrics of a widget, written out: namespace, name, dimensions, statistic."""
    before: list[str] = []
    for row in properties.get("metrics", []):
        options = row[-1] if isinstance(row[-1], dict) else {}
        names = [one for one in row if not isinstance(one, dict)]
        if names[:1] == ["..."]:
            names = [*before[: len(before) - len(names) + 1], *names[1:]]
        names = [before[place] if one == "." else one for place, one in enumerate(names)]
        before = names
        if len(names) >= 2:
            pairs = dict(zip(names[2::2], names[3::2], strict=False))
            yield names[0], names[1], pairs, str(options.get("stat", properties.get("stat", "Average")))


@lab.check(
    "12.5",
    points=2,
    title={"en": "a dashboard shows where to look", "pt-BR": "um dashboard mostra onde olhar"},
)
def where_to_look(account: Account) -> None:
    names = [one["DashboardName"] for one in account.client("cloudwatch").list_dashboards().get("DashboardEntries", [])]
    expect(
        "loja" in names,
        en="expected a dashboard named loja; the account has {names}",
        pt="era esperado um dashboard chamado loja; a conta tem {names}",
        read=ONE_CALL,
        names=names or "-",
    )
    body = json.loads(account.client("cloudwatch").get_dashboard(DashboardName="loja")["DashboardBody"])
    widgets = [(one.get("type"), one.get("properties", {})) for one in body.get("widgets", [])]
    alarms = {arn.rpartition(":")[2] for kind, own in widgets if kind == "alarm" for arn in own.get("alarms", [])}
    wanted = {"shop-down", "payments-failing", "orders-silent", "payments-throttled"}
    expect(
        wanted <= alarms,
        en="expected the states of {wanted} in an alarm widget; saw {alarms}",
        pt="eram esperados os estados de {wanted} num widget de alarmes; havia {alarms}",
        read=ONE_CALL,
        wanted=sorted(wanted),
        alarms=sorted(alarms) or "-",
    )
    drawn = [row for kind, own in widgets if kind == "metric" for row in rows(own)]
    orders = any(row[:3] == ("Loja", "Orders", {}) and row[3] == "Sum" for row in drawn)
    slow = any(row == ("AWS/Lambda", "Duration", {"FunctionName": "payments"}, "p99") for row in drawn)
    expect(
        orders and slow,
        en="expected Orders of the whole shop as Sum ({orders}), and Duration of payments as p99 ({slow}); saw {drawn}",
        pt="eram esperados Orders da loja inteira como Sum ({orders}), e Duration da payments como p99 ({slow}); havia {drawn}",
        read=ONE_CALL,
        orders=orders,
        slow=slow,
        drawn=drawn or "-",
    )
