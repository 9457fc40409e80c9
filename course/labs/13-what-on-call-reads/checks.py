"""What the judge looks at in lab 13: how long groups live, what a record holds and never holds, money by bank, a saved query, a line that reaches a pager."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from helpers.classroom.checks import Account, Lab, expect

FIELDS = {"en": "lesson 13, '2. Fields'", "pt-BR": "lição 13, '2. Campos'"}
QUERIES = {"en": "lesson 13, '3. One question to all of them'", "pt-BR": "lição 13, '3. Uma pergunta para todas'"}
FILTERS = {"en": "lesson 13, '5. Too late for a filter'", "pt-BR": "lição 13, '5. Tarde demais para um filtro'"}
RETENTION = {"en": "lesson 13, '6. For how long?'", "pt-BR": "lição 13, '6. Por quanto tempo?'"}
PAYMENT = "/aws/lambda/loja-payment"

lab = Lab("13", title={"en": "What on-call reads", "pt-BR": "O que o plantão lê"})


def now(account: Account) -> int:
    """The cloud's time in milliseconds, as a log group that is made and deleted tells it."""
    logs, name = account.client("logs"), account.new_name()
    logs.create_log_group(logGroupName=name)
    created = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["creationTime"]
    logs.delete_log_group(logGroupName=name)
    return int(created)


def write(account: Account, group: str, lines: Sequence[object]) -> None:
    """Put lines into a group, in a stream of the judge's own and in one call; what is no text is written as JSON."""
    logs, stream, moment = account.client("logs"), account.new_name(), now(account)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": moment, "message": text} for text in texts],
    )


lab.exercise("13.1", title={"en": "Nothing for ever", "pt-BR": "Nada para sempre"})


def retentions(account: Account) -> dict[str, int | None]:
    """How many days each log group lives."""
    pages = account.client("logs").get_paginator("describe_log_groups").paginate()
    return {group["logGroupName"]: group.get("retentionInDays") for page in pages for group in page["logGroups"]}


@lab.check(
    "13.1",
    points=2,
    title={"en": "the functions' logs live for 14 days", "pt-BR": "os logs das funções vivem 14 dias"},
)
def two_weeks(account: Account) -> None:
    named = {
        name: days
        for name, days in retentions(account).items()
        if name.startswith("/aws/lambda/loja-job-") or name == PAYMENT
    }
    wrong = sorted(name for name, days in named.items() if days != 14)
    expect(
        len(named) >= 61 and not wrong,
        en="expected all {count} groups of Loja's functions to live for 14 days; {wrong} do not, such as {example}",
        pt="era esperado que os {count} grupos das funções da Loja vivessem 14 dias; {wrong} não vivem, como {example}",
        read=RETENTION,
        count=len(named),
        wrong=len(wrong),
        example=wrong[0] if wrong else None,
    )


@lab.check(
    "13.1",
    points=2,
    title={
        "en": "the access log has 90 days, the rest is untouched",
        "pt-BR": "o access log tem 90 dias, o resto ficou como estava",
    },
)
def the_others(account: Account) -> None:
    days = retentions(account)
    seen = {name: days.get(name) for name in ("loja-access", "loja-audit", "/aws/lambda/foto-thumbnail")}
    wanted = {"loja-access": 90, "loja-audit": 3653, "/aws/lambda/foto-thumbnail": None}
    expect(
        seen == wanted,
        en="expected {wanted} (None: for ever); saw {seen}",
        pt="era esperado {wanted} (None: para sempre); havia {seen}",
        read=RETENTION,
        wanted=wanted,
        seen=seen,
    )


@lab.check(
    "13.1",
    points=2,
    title={
        "en": "after 15 days one line is gone, the other is not",
        "pt-BR": "depois de 15 dias, uma linha sumiu e a outra não",
    },
)
def expires(account: Account) -> None:
    logs, word = account.client("logs"), account.new_name()
    for group in (PAYMENT, "loja-access"):
        write(account, group, [word])
    account.clock.advance(days=15)
    left = [
        group
        for group in (PAYMENT, "loja-access")
        if logs.filter_log_events(logGroupName=group, filterPattern=f'"{word}"')["events"]
    ]
    expect(
        left == ["loja-access"],
        en="expected a line to be gone from the payment's log after 15 days, and to be in loja-access still; it is in {left}",
        pt="era esperado que uma linha sumisse do log de pagamentos depois de 15 dias, e continuasse em loja-access; ela está em {left}",
        read=RETENTION,
        left=left or "neither",
    )


lab.exercise("13.2", title={"en": "Enough, and not a word more", "pt-BR": "O bastante, e nem uma palavra a mais"})


class Order(NamedTuple):
    """An order that the judge sends, and what nobody may find in a log."""

    body: dict[str, Any]
    correlation: str
    secrets: dict[str, str]

    @property
    def event(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.secrets['token']}", "x-forwarded-for": self.secrets["address"]}
        return {
            "httpMethod": "POST",
            "headers": headers,
            "requestContext": {"requestId": self.correlation},
            "body": json.dumps(self.body),
        }

    def told(self) -> dict[str, Any]:
        """The fields that a record of this order has."""
        return {name: self.body[name] for name in ("order", "partner", "total")} | {"correlation": self.correlation}


def order(account: Account, first: str) -> Order:
    """An order with a card whose number begins with ``first``, and a field that nobody has heard of."""
    secrets = {
        "card": first + "".join(account.random.choice("0123456789") for _ in range(15)),
        "email": account.new_name("@example.com"),
        "token": account.new_name("-token"),
        "address": f"10.{account.random.randrange(256)}.{account.random.randrange(256)}.77",
        "new": account.new_name("-new"),
        "street": account.new_name("-street"),
    }
    body = {
        "order": account.new_name("-order"),
        "partner": account.new_name("-partner"),
        "total": account.random.randrange(1_000, 90_000) / 100,
        "card": secrets["card"],
        "email": secrets["email"],
        account.new_name(): secrets["new"],
        "shipping": {"street": secrets["street"]},
    }
    return Order(body, account.new_name("-request"), secrets)


def handled(account: Account, sent: Order, status: int) -> list[dict[str, Any]]:
    """Send an order; the records of the log that are about it."""
    answer = account.invoke("loja-orders", sent.event)
    expect(
        answer.error is None and isinstance(answer.payload, dict) and answer.payload.get("statusCode") == status,
        en="expected loja-orders to answer with statusCode {status}; it answered {payload}, error {error}",
        pt="era esperado que loja-orders respondesse com statusCode {status}; ela respondeu {payload}, erro {error}",
        read=FIELDS,
        status=status,
        payload=answer.payload,
        error=(answer.error or {}).get("errorType"),
    )
    return [one for one in records(account.logs("loja-orders")) if one.get("correlation") == sent.correlation]


def records(lines: Sequence[str]) -> list[dict[str, Any]]:
    """The lines that are JSON objects."""
    found = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            found.append(record)
    return found


def one_record(account: Account, sent: Order, status: int, wanted: dict[str, Any]) -> None:
    """The order was answered with ``status`` and left exactly one record, with the fields ``wanted``."""
    seen = handled(account, sent, status)
    shown = [{name: record.get(name) for name in wanted} for record in seen]
    expect(
        shown == [wanted],
        en="expected one JSON record about the order, with {wanted}; the log has {shown}",
        pt="era esperado um registro JSON sobre o pedido, com {wanted}; o log tem {shown}",
        read=FIELDS,
        wanted=wanted,
        shown=shown or "none",
    )


@lab.check(
    "13.2",
    points=3,
    title={"en": "an accepted order leaves one record", "pt-BR": "um pedido aceito deixa um registro"},
)
def accepted(account: Account) -> None:
    sent = order(account, "4")
    one_record(account, sent, 201, {"level": "INFO", "message": "order accepted"} | sent.told())


@lab.check(
    "13.2",
    points=2,
    title={"en": "a refused one says why, and is an answer", "pt-BR": "um recusado diz por quê, e é uma resposta"},
)
def refused(account: Account) -> None:
    sent = order(account, "5")
    wanted = {"level": "ERROR", "message": "order refused", "why": "CardRefused"} | sent.told()
    one_record(account, sent, 402, wanted)


@lab.check(
    "13.2",
    points=3,
    hidden=True,
    title={"en": "nothing else of the event is in the log", "pt-BR": "nada mais do evento está no log"},
)
def no_secrets(account: Account) -> None:
    sent = [(order(account, "4"), 201), (order(account, "5"), 402)]
    found = [len(handled(account, one, status)) for one, status in sent]
    expect(
        all(found),
        en="expected a JSON record about each order; saw {found}",
        pt="era esperado um registro JSON sobre cada pedido; havia {found}",
        read=FIELDS,
        found=found,
    )
    log = "\n".join(account.logs("loja-orders"))
    leaked = sorted({name for one, _ in sent for name, secret in one.secrets.items() if secret in log})
    expect(
        not leaked,
        en="expected none of the event's other values in the log; found {leaked}",
        pt="era esperado nenhum dos outros valores do evento no log; havia {leaked}",
        read={"en": "lesson 13, '1. The whole event'", "pt-BR": "lição 13, '1. O evento inteiro'"},
        leaked=leaked,
    )


lab.exercise("13.3", title={"en": "Money, by bank", "pt-BR": "Dinheiro, por banco"})


def payment(
    bank: str, total: float, status: str = "refused", test: bool = False, order: str = "judge-order"
) -> dict[str, Any]:
    """A line of the payment's log."""
    return {
        "level": "ERROR" if status == "refused" else "INFO",
        "message": "payment done",
        "partner": "craque",
        "took_ms": 12,
        "payment": {"order": order, "status": status, "bank": bank, "total": total, "test": test},
    }


def refused_total(account: Account, bank: str) -> float | None:
    """The metric's sum for a bank; ``None`` when it has no data."""
    moment = dt.datetime.fromtimestamp(now(account) / 1000, dt.UTC)
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace="Loja",
        MetricName="RefusedTotal",
        Dimensions=[{"Name": "Bank", "Value": bank}],
        StartTime=moment - dt.timedelta(hours=2),
        EndTime=moment + dt.timedelta(hours=2),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return round(sum(point["Sum"] for point in points), 2) if points else None


@lab.check(
    "13.3",
    points=3,
    title={"en": "the refused totals of a bank add up", "pt-BR": "os totais recusados de um banco se somam"},
)
def adds_up(account: Account) -> None:
    banks = [account.new_name("-bank") for _ in range(2)]
    totals = [account.random.randrange(100, 90_000) / 100 for _ in range(3)]
    write(account, PAYMENT, [payment(banks[0], totals[0]), payment(banks[1], totals[1]), payment(banks[0], totals[2])])
    wanted = [round(totals[0] + totals[2], 2), totals[1]]
    seen = account.eventually(
        lambda: values if None not in (values := [refused_total(account, bank) for bank in banks]) else [], 5
    )
    expect(
        seen == wanted,
        en="expected the Sum of RefusedTotal in Loja to be {wanted} for two banks (dimension Bank); saw {seen}",
        pt="era esperado que o Sum de RefusedTotal em Loja fosse {wanted} para dois bancos (dimensão Bank); havia {seen}",
        read=FILTERS,
        wanted=wanted,
        seen=seen or "no data",
    )


@lab.check(
    "13.3",
    points=2,
    title={"en": "only real refusals count", "pt-BR": "só contam recusas de verdade"},
)
def only_real(account: Account) -> None:
    bank = account.new_name("-bank")
    lines: list[object] = [
        payment(bank, 10, status="accepted"),
        payment(bank, 100, test=True),
        payment(bank, 1_000),
        payment(bank, 10_000, status="refunded"),
        {"level": "ERROR", "message": f"refused {bank}"},
        "[ERROR] Runtime exited: refused",
    ]
    write(account, PAYMENT, lines)
    seen = account.eventually(lambda: refused_total(account, bank), 5)
    expect(
        seen == 1_000,
        en="expected one refusal of 1,000 to count, and no accepted, refunded or test payment; the Sum is {seen}",
        pt="era esperado que contasse uma recusa de 1.000, e nenhum pagamento aceito, estornado ou de teste; o Sum é {seen}",
        read=FILTERS,
        seen=seen,
    )
    named = account.client("logs").describe_metric_filters(logGroupName=PAYMENT)["metricFilters"]
    expect(
        [one["filterName"] for one in named] == ["refused-totals"],
        en="expected one metric filter on the group, refused-totals; saw {names}",
        pt="era esperado um metric filter no grupo, refused-totals; havia {names}",
        read=FILTERS,
        names=[one["filterName"] for one in named],
    )


lab.exercise("13.4", title={"en": "The query for three in the morning", "pt-BR": "A consulta das três da manhã"})


def saved(account: Account) -> dict[str, Any]:
    """The saved query."""
    answer = account.client("logs").describe_query_definitions(queryDefinitionNamePrefix="loja/slow-partners")
    found = [one for one in answer["queryDefinitions"] if one["name"] == "loja/slow-partners"]
    expect(
        len(found) == 1,
        en="expected one saved query loja/slow-partners; the account has {count}",
        pt="era esperada uma consulta salva loja/slow-partners; a conta tem {count}",
        read=QUERIES,
        count=len(found),
    )
    return dict(found[0])


def rows(account: Account, query: str, *groups: Sequence[object]) -> list[dict[str, str]]:
    """What a query gives over log groups of the judge's own, each with these lines."""
    logs, names = account.client("logs"), [f"/aws/lambda/{account.new_name()}" for _ in groups]
    for name, lines in zip(names, groups, strict=True):
        logs.create_log_group(logGroupName=name)
        write(account, name, lines)
    try:
        moment = now(account) // 1000
        asked = logs.start_query(logGroupNames=names, startTime=moment - 600, endTime=moment + 60, queryString=query)

        def ended() -> dict[str, Any] | None:
            answer = logs.get_query_results(queryId=asked["queryId"])
            return answer if answer["status"] not in ("Scheduled", "Running") else None

        answer = account.eventually(ended, 15) or {"results": []}
    finally:
        for name in names:
            logs.delete_log_group(logGroupName=name)
    return [{one["field"]: one.get("value", "") for one in row if one["field"] != "@ptr"} for row in answer["results"]]


def waits(partner: str, usual: int, count: int, slowest: int) -> list[object]:
    """Lines of a partner that waits ``usual`` ms each time and ``slowest`` once in ``count``."""
    times = [usual] * (count - 1) + [slowest]
    return [{"level": "INFO", "partner": partner, "took_ms": time} for time in times]


@lab.check(
    "13.4",
    points=3,
    title={"en": "each partner with its calls, p95 and slowest", "pt-BR": "cada parceiro com calls, p95 e slowest"},
)
def by_partner(account: Account) -> None:
    partners = [account.new_name("-partner") for _ in range(2)]
    counts = [account.random.randrange(41, 60) for _ in partners]
    first = waits(partners[0], 300, counts[0], 301) + waits(partners[1], 200, 20, 201)
    second = waits(partners[1], 200, counts[1] - 20, 9_000)
    silent: list[object] = [{"level": "INFO", "partner": one, "message": "order received"} for one in partners]
    query = saved(account)["queryString"]
    seen = rows(account, query, [*first, *silent, "START RequestId: 1 Version: 2"], [*second, *silent])
    wanted = [
        {"partner": partners[0], "calls": counts[0], "p95": 300, "slowest": 301},
        {"partner": partners[1], "calls": counts[1], "p95": 200, "slowest": 9_000},
    ]
    shown = [
        {name: value if name == "partner" else float(value) for name, value in row.items()}
        for row in seen
        if numbers(row)
    ]
    expect(
        len(shown) == len(seen) and sorted(shown, key=str) == sorted(wanted, key=str),
        en="expected, over logs of the judge's own, the rows {wanted} and no other; the query gave {seen}",
        pt="eram esperadas, sobre logs do próprio juiz, as linhas {wanted} e nenhuma outra; a consulta deu {seen}",
        read=QUERIES,
        wanted=wanted,
        seen=seen or "no rows",
    )


def numbers(row: dict[str, str]) -> bool:
    """Whether all columns but the partner are numbers."""
    try:
        return all(name == "partner" or float(value) is not None for name, value in row.items())
    except ValueError:
        return False


@lab.check(
    "13.4",
    points=2,
    title={"en": "the three who wait longest, the longest first", "pt-BR": "os três que mais esperam, o pior primeiro"},
)
def worst_first(account: Account) -> None:
    times = account.random.sample(range(100, 1_000), 5)
    partners = {account.new_name("-partner"): time for time in times}
    lines = [line for partner, time in partners.items() for line in waits(partner, time, 41, 5_000 - time)]
    seen = [row.get("partner") for row in rows(account, saved(account)["queryString"], lines)]
    wanted = sorted(partners, key=lambda name: -partners[name])[:3]
    expect(
        seen == wanted,
        en="expected three of five partners, in the order {wanted}; the query gave {seen}",
        pt="eram esperados três de cinco parceiros, na ordem {wanted}; a consulta deu {seen}",
        read=QUERIES,
        wanted=wanted,
        seen=seen or "no rows",
    )


@lab.check(
    "13.4",
    points=1,
    title={"en": "it is saved with its log groups", "pt-BR": "ela está salva com os seus log groups"},
)
def for_both_groups(account: Account) -> None:
    seen = sorted(saved(account).get("logGroupNames", []))
    expect(
        seen == ["/aws/lambda/loja-orders", PAYMENT],
        en="expected the query to be saved for the groups of loja-orders and loja-payment; saw {seen}",
        pt="era esperado que a consulta estivesse salva para os grupos de loja-orders e loja-payment; havia {seen}",
        read=QUERIES,
        seen=seen or "no group",
    )


lab.exercise("13.5", title={"en": "The line that wakes somebody", "pt-BR": "A linha que acorda alguém"})


def paged(account: Account, word: str) -> list[dict[str, Any]]:
    """The messages that hold ``word``, when all that is on its way has come."""
    account.clock.advance(seconds=2)
    found = account.take(account.queue_url("oncall"), holding=word)
    return sorted(records(found), key=lambda body: str(body.get("order")))


@lab.check(
    "13.5",
    points=3,
    title={"en": "each payment at level ERROR is one message", "pt-BR": "cada pagamento no nível ERROR é uma mensagem"},
)
def each_line(account: Account) -> None:
    word = account.new_name()
    banks = [account.new_name("-bank") for _ in range(3)]
    lines: list[object] = [payment(bank, 20, order=f"{word}-{place}") for place, bank in enumerate(banks[:2])]
    lines.append(payment(banks[2], 20, status="lost", order=f"{word}-2") | {"level": "ERROR"})
    lines.insert(1, payment(banks[0], 20, status="accepted", order=f"{word}-fine"))
    lines.insert(2, {"level": "ERROR", "message": f"no payment at all {word}"})
    write(account, PAYMENT, lines)
    wanted = [{"group": PAYMENT, "order": f"{word}-{place}", "bank": bank} for place, bank in enumerate(banks)]
    seen = paged(account, word)
    expect(
        seen == wanted,
        en="expected a message in the queue oncall for each of three payments at level ERROR, and no other: {wanted}; saw {seen}",
        pt="era esperada uma mensagem na fila oncall para cada um de três pagamentos no nível ERROR, e nenhuma outra: {wanted}; havia {seen}",
        read=FILTERS,
        wanted=wanted,
        seen=seen or "none",
    )


def envelope(kind: str, lines: Sequence[object]) -> dict[str, Any]:
    """What CloudWatch Logs hands to a function."""
    data = {
        "messageType": kind,
        "owner": "CloudwatchLogs" if kind == "CONTROL_MESSAGE" else "123456789012",
        "logGroup": "" if kind == "CONTROL_MESSAGE" else "/aws/lambda/judge",
        "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [
            {"id": str(place), "timestamp": 0, "message": line if isinstance(line, str) else json.dumps(line)}
            for place, line in enumerate(lines)
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


@lab.check(
    "13.5",
    points=2,
    hidden=True,
    title={
        "en": "a control message is no alarm, and no error",
        "pt-BR": "uma mensagem de controle não é alarme, nem erro",
    },
)
def control(account: Account) -> None:
    word = account.new_name()
    trial = "CWL CONTROL MESSAGE: Checking health of destination Lambda."
    first = account.invoke("loja-oncall", envelope("CONTROL_MESSAGE", [trial]))
    second = account.invoke("loja-oncall", envelope("DATA_MESSAGE", [payment("bank", 20, order=word)]))
    seen = [(one.get("group"), one.get("order")) for one in paged(account, word)]
    expect(
        first.error is None and second.error is None and seen == [("/aws/lambda/judge", word)],
        en="expected no error for a control message, and one message for a payment that follows; errors {errors}, messages {seen}",
        pt="era esperado nenhum erro com uma mensagem de controle, e uma mensagem para o pagamento seguinte; erros {errors}, mensagens {seen}",
        read=FILTERS,
        errors=[(one.error or {}).get("errorType") for one in (first, second)],
        seen=seen or "none",
    )


@lab.check(
    "13.5",
    points=2,
    title={"en": "only this group's log may call it", "pt-BR": "só o log deste grupo pode chamá-la"},
)
def permitted(account: Account) -> None:
    found = account.client("logs").describe_subscription_filters(logGroupName=PAYMENT)["subscriptionFilters"]
    expect(
        [(one["filterName"], one["destinationArn"].split(":")[-1]) for one in found] == [("oncall", "loja-oncall")],
        en="expected one subscription filter oncall, to loja-oncall; saw {found}",
        pt="era esperado um subscription filter oncall, para loja-oncall; havia {found}",
        read=FILTERS,
        found=[one["filterName"] for one in found] or "none",
    )
    policy = json.loads(account.client("lambda").get_policy(FunctionName="loja-oncall")["Policy"])
    seen = [
        (dict(one["Principal"]).get("Service"), one.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", ""))
        for one in policy["Statement"]
        if isinstance(one.get("Principal"), dict)
    ]
    expect(
        len(seen) == 1
        and seen[0][0] == "logs.amazonaws.com"
        and seen[0][1].endswith(f":{account.id}:log-group:{PAYMENT}:*"),
        en="expected one statement that lets logs.amazonaws.com call the function, for the payment's group; saw {seen}",
        pt="era esperada uma declaração que deixa logs.amazonaws.com chamar a função, para o grupo dos pagamentos; havia {seen}",
        read=FILTERS,
        seen=seen,
    )
