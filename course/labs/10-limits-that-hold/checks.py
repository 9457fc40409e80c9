"""What the judge looks at in lab 10: bursts that are cut where they should be, partners apart, quotas by day, a patient importer, a log of refusals."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from helpers.classroom.apis import Answer, Api, Call, api_key, usage_plan
from helpers.classroom.checks import Account, Lab, expect

BUCKETS = {"en": "lesson 10, '1. An API that scales by itself'", "pt-BR": "lição 10, '1. Uma API que escala sozinha'"}
PARTNERS = {"en": "lesson 10, '2. A noisy partner'", "pt-BR": "lição 10, '2. Um parceiro barulhento'"}
QUOTA = {"en": "lesson 10, '3. Six a day'", "pt-BR": "lição 10, '3. Seis por dia'"}
WATCHING = {"en": "lesson 10, '4. Watching it'", "pt-BR": "lição 10, '4. De olho nela'"}

T = TypeVar("T")

TRIES = 3
"""How often a check looks again when the computer was so slow that the buckets filled meanwhile."""

lab = Lab("10", title={"en": "Limits that hold", "pt-BR": "Limites que aguentam"})


class Burst(NamedTuple):
    """Answers to many requests at once. seconds: from the first to the last."""

    answers: list[Answer]
    seconds: float

    @property
    def served(self) -> int:
        return sum(one.status == 200 for one in self.answers)

    @property
    def refused(self) -> list[Answer]:
        return [one for one in self.answers if one.status == 429]

    def most(self, rate: float, burst: int) -> int:
        """How many a bucket may let in meanwhile, with one to spare."""
        return int(burst + rate * self.seconds + 1)


def sku(account: Account) -> str:
    return account.new_name("-sku")


def burst(account: Account, calls: Sequence[Call]) -> Burst:
    """Send the calls at once, after a pause that fills every bucket."""
    account.clock.advance(minutes=1)
    began = time.monotonic()
    answers = Api(account, "loja").burst(calls)
    return Burst(answers, time.monotonic() - began)


def looks(account: Account, count: int) -> list[Call]:
    return [Call("GET", f"/products/{sku(account)}") for _ in range(count)]


def stock(account: Account, key: str, count: int) -> list[Call]:
    return [Call("GET", f"/stock/{sku(account)}", headers={"x-api-key": key}) for _ in range(count)]


def orders(key: str, count: int) -> list[Call]:
    return [Call("POST", "/orders", {"sku": "caneca"}, {"x-api-key": key}) for _ in range(count)]


def key_of(account: Account, name: str) -> dict[str, Any]:
    return api_key(account, name, PARTNERS)


def again(look: Callable[[], T], tells: Callable[[T], object]) -> T:
    """What ``look`` sees, as soon as that ``tells`` something; at last what the last of ``TRIES`` saw."""
    for _ in range(TRIES):
        seen = look()
        if tells(seen):
            break
    return seen


@contextmanager
def stage_stands_still(account: Account) -> Iterator[None]:
    """Let the stage's limit for all methods have no rate meanwhile, so that what is taken stays taken, however slow the computer."""
    gateway, place = account.client("apigateway"), {"restApiId": Api(account, "loja").id, "stageName": "prod"}
    settings = gateway.get_stage(**place).get("methodSettings", {})
    rate = settings.get("*/*", {}).get("throttlingRateLimit")

    def change(value: float) -> None:
        step = {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": str(value)}
        gateway.update_stage(**place, patchOperations=[step])

    if rate is None:
        yield
        return
    change(0.001)
    try:
        yield
    finally:
        change(rate)


def cut(account: Account, calls: Sequence[Call], rate: float, size: int, what: str) -> None:
    """A burst is cut where rate and burst say, and nothing else goes wrong."""
    # Of a burst that is too slow, a bucket would let all in.
    seen = again(lambda: burst(account, calls), lambda seen: seen.most(rate, size) < len(calls))
    statuses = dict(Counter(one.status for one in seen.answers))
    expect(
        set(statuses) <= {200, 429},
        en="expected a burst of {what} to be answered with 200 and 429 only; saw {statuses}",
        pt="era esperado que um burst de {what} fosse respondido só com 200 e 429; havia {statuses}",
        read=BUCKETS,
        what=what,
        statuses=statuses,
    )
    expect(
        size <= seen.served <= seen.most(rate, size),
        en="expected {size} of a burst of {what} to be served, and a few more as the bucket fills ({rate} a second); saw {served} of {count}",
        pt="era esperado que {size} de um burst de {what} fossem atendidas, e mais algumas conforme o balde enche ({rate} por segundo); havia {served} de {count}",
        read=BUCKETS,
        size=size,
        what=what,
        rate=rate,
        served=seen.served,
        count=len(seen.answers),
    )


lab.exercise("10.1", title={"en": "Sunday evening", "pt-BR": "Domingo à noite"})


@lab.check(
    "10.1",
    points=2,
    title={"en": "a rush on the products is cut at 20", "pt-BR": "uma correria nos produtos é cortada em 20"},
)
def products_are_limited(account: Account) -> None:
    cut(account, looks(account, 80), 50, 20, "GET /products/{sku}")


@lab.check(
    "10.1",
    points=2,
    title={
        "en": "POST /orders has a smaller bucket of its own",
        "pt-BR": "POST /orders tem um balde menor, só dele",
    },
)
def orders_are_limited(account: Account) -> None:
    api = Api(account, "loja")
    settings = account.client("apigateway").get_stage(restApiId=api.id, stageName="prod").get("methodSettings", {})
    own = [value for name, value in settings.items() if name.replace("~1", "/").strip("/") == "orders/POST"]
    seen = [(one.get("throttlingRateLimit"), one.get("throttlingBurstLimit")) for one in own]
    expect(
        seen == [(5, 3)],
        en="expected POST /orders to have 5 requests a second and burst 3; the stage says {seen}",
        pt="era esperado que POST /orders tivesse 5 requisições por segundo e burst 3; o stage diz {seen}",
        read=BUCKETS,
        seen=seen or "nothing",
    )
    everything = settings.get("*/*", {})
    seen_all = everything.get("throttlingRateLimit"), everything.get("throttlingBurstLimit")
    expect(
        seen_all == (50, 20),
        en="expected every method to have 50 requests a second and burst 20; the stage says {seen}",
        pt="era esperado que todos os métodos tivessem 50 requisições por segundo e burst 20; o stage diz {seen}",
        read=BUCKETS,
        seen=seen_all,
    )


lab.exercise("10.2", title={"en": "Two partners, two buckets", "pt-BR": "Dois parceiros, dois baldes"})


@lab.check(
    "10.2",
    points=2,
    title={"en": "each partner has its own share", "pt-BR": "cada parceiro tem a sua parte"},
)
def shares(account: Account) -> None:
    bola, craque = (key_of(account, name)["value"] for name in ("bola", "craque"))
    cut(account, stock(account, bola, 20), 2, 5, "partner bola")
    cut(account, stock(account, craque, 40), 20, 15, "partner craque")


@lab.check(
    "10.2",
    points=3,
    title={"en": "Craque does not feel Bola's loop", "pt-BR": "o Craque não sente o laço do Bola"},
)
def apart(account: Account) -> None:
    bola, craque = (key_of(account, name)["value"] for name in ("bola", "craque"))
    calls = [*stock(account, bola, 40), *stock(account, craque, 8)]
    with stage_stands_still(account):
        served = again(
            lambda: sum(one.status == 200 for one in burst(account, calls).answers[40:]), lambda served: served == 8
        )
    expect(
        served == 8,
        en="expected all 8 requests of craque to be served right after 40 of bola; {served} were",
        pt="era esperado que as 8 requisições do craque fossem atendidas logo depois de 40 do bola; foram {served}",
        read=PARTNERS,
        served=served,
    )


@lab.check(
    "10.2",
    points=2,
    title={"en": "without a key of a plan, no stock", "pt-BR": "sem chave de um plano, nada de estoque"},
)
def closed(account: Account) -> None:
    gateway = account.client("apigateway")
    for name, throttle in (("bronze", (2, 5)), ("gold", (20, 15))):
        seen = usage_plan(account, name, PARTNERS).get("throttle", {})
        expect(
            (seen.get("rateLimit"), seen.get("burstLimit")) == throttle,
            en="expected plan {name} with rate and burst {throttle}; saw {seen}",
            pt="era esperado o plano {name} com rate e burst {throttle}; havia {seen}",
            read=PARTNERS,
            name=name,
            throttle=throttle,
            seen=seen,
        )
    stranger = gateway.create_api_key(name=account.new_name(), value=account.new_name("-0123456789"), enabled=True)
    try:
        [none, loose] = Api(account, "loja").burst(
            [Call("GET", "/stock/caneca"), stock(account, stranger["value"], 1)[0]]
        )
        good = Api(account, "loja").call(
            "GET", "/stock/caneca", headers={"x-api-key": key_of(account, "craque")["value"]}
        )
    finally:
        gateway.delete_api_key(apiKey=stranger["id"])
    seen = none.status, loose.status, good.status
    expect(
        seen == (403, 403, 200),
        en="expected 403 without a key, 403 with a key of no plan, 200 with craque's; saw {seen}",
        pt="era esperado 403 sem chave, 403 com uma chave sem plano, 200 com a do craque; havia {seen}",
        read=PARTNERS,
        seen=seen,
    )


lab.exercise("10.3", title={"en": "A trial that ends", "pt-BR": "Um teste que acaba"})


def next_day(account: Account) -> None:
    """Go to the first minute of tomorrow: what follows is all on one day."""
    now = account.clock.now()
    tomorrow = (now + dt.timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
    account.clock.advance(seconds=(tomorrow - now).total_seconds())


def day_of(account: Account, key: str, count: int) -> list[Answer]:
    """Requests of one key on a day that has not seen it yet, one after the other."""
    next_day(account)
    api = Api(account, "loja")
    return [api.call("GET", f"/stock/{sku(account)}", headers={"x-api-key": key}) for _ in range(count)]


@lab.check(
    "10.3",
    points=3,
    title={"en": "ten a day, and ten more tomorrow", "pt-BR": "dez por dia, e mais dez amanhã"},
)
def ten_a_day(account: Account) -> None:
    plan = usage_plan(account, "trial", PARTNERS)
    expect(
        not plan.get("throttle"),
        en="expected the plan trial to have a quota and no throttle; it has {throttle}",
        pt="era esperado que o plano trial tivesse quota e nenhum throttle; ele tem {throttle}",
        read=QUOTA,
        throttle=plan.get("throttle"),
    )
    key = key_of(account, "novo")["value"]
    for _ in range(3):  # three, as a week or a month may end after the first or the second
        seen = [one.status for one in day_of(account, key, 12)]
        expect(
            seen == [200] * 10 + [429] * 2,
            en="expected ten of twelve requests of a day to be served, then 429; saw {seen}",
            pt="era esperado que dez de doze requisições de um dia fossem atendidas, e depois 429; havia {seen}",
            read=QUOTA,
            seen=seen,
        )


@lab.check(
    "10.3",
    points=3,
    title={"en": "each refusal says what to do", "pt-BR": "cada recusa diz o que fazer"},
)
def says(account: Account) -> None:
    over = day_of(account, key_of(account, "novo")["value"], 11)[-1]
    expect(
        over.status == 429 and over.json() == {"message": "daily quota used up"} and "retry-after" not in over.headers,
        en="expected 429, the body {wanted} and no Retry-After when the day is used up; saw {status}, {body}, Retry-After {after}",
        pt="era esperado 429, o corpo {wanted} e nenhum Retry-After quando o dia acabou; havia {status}, {body}, Retry-After {after}",
        read=QUOTA,
        wanted='{"message": "daily quota used up"}',
        status=over.status,
        body=over.text,
        after=over.headers.get("retry-after"),
    )
    bola = key_of(account, "bola")["value"]
    fast = again(lambda: burst(account, stock(account, bola, 20)).refused, bool)
    seen = {one.headers.get("retry-after") for one in fast}
    expect(
        seen == {"1"},
        en="expected every refusal of who is too fast to carry Retry-After: 1; saw {seen}",
        pt="era esperado que toda recusa a quem vai rápido demais levasse Retry-After: 1; havia {seen}",
        read=QUOTA,
        seen=sorted(map(str, seen)) or "no refusal",
    )
    other = Api(account, "loja").call("GET", "/stock/caneca")
    expect(
        other.status == 403 and "retry-after" not in other.headers and other.json() == {"message": "Forbidden"},
        en="expected other refusals to stay as they are; without a key came {status}, {body}, Retry-After {after}",
        pt="era esperado que as outras recusas ficassem como estão; sem chave veio {status}, {body}, Retry-After {after}",
        read=QUOTA,
        status=other.status,
        body=other.text,
        after=other.headers.get("retry-after"),
    )


lab.exercise("10.4", title={"en": "An importer that gives way", "pt-BR": "Um importador que dá passagem"})


def requests_so_far(account: Account) -> int:
    """How many requests the stage has counted in the last year of virtual time."""
    now = account.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "count",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/ApiGateway",
                        "MetricName": "Count",
                        "Dimensions": [{"Name": "ApiName", "Value": "loja"}, {"Name": "Stage", "Value": "prod"}],
                    },
                    "Period": 86_400,
                    "Stat": "Sum",
                },
            }
        ],
        StartTime=time.time() - 86_400,
        EndTime=time.time() + 400 * 86_400,
    )
    return int(sum(now["MetricDataResults"][0]["Values"]))


def imported(account: Account, key: str, skus: list[str]) -> tuple[dict[str, Any], float, int]:
    """What the importer answers, in how many seconds, and how many requests it made."""
    before = requests_so_far(account)
    began = time.monotonic()
    result = account.invoke("importer", {"url": Api(account, "loja").address, "key": key, "skus": skus})
    seconds = time.monotonic() - began
    expect(
        result.error is None and isinstance(result.payload, dict),
        en="expected importer to answer found and left; it answered {payload}, error {error}",
        pt="era esperado que a importer respondesse found e left; ela respondeu {payload}, erro {error}",
        read=QUOTA,
        payload=result.payload,
        error=(result.error or {}).get("errorType"),
    )
    made = account.eventually(lambda: requests_so_far(account) - before)
    return result.payload, seconds, made


@lab.check(
    "10.4",
    points=3,
    title={"en": "it waits, and loses no product", "pt-BR": "ela espera, e não perde nenhum produto"},
)
def patient(account: Account) -> None:
    account.clock.advance(minutes=1)
    skus = [sku(account) for _ in range(8)]
    answer, _, made = imported(account, key_of(account, "bola")["value"], skus)
    expect(
        answer.get("found") == skus and answer.get("left") == [],
        en="expected all 8 products in found, in their order, with a key of burst 5; saw found {found}, left {left}",
        pt="eram esperados os 8 produtos em found, na ordem, com uma chave de burst 5; havia found {found}, left {left}",
        read=PARTNERS,
        found=answer.get("found"),
        left=answer.get("left"),
    )
    expect(
        made <= 8 + 4,
        en="expected one request more for each time it was told to wait; it made {made} for 8 products",
        pt="era esperada uma requisição a mais para cada vez que a mandaram esperar; ela fez {made} para 8 produtos",
        read=PARTNERS,
        made=made,
    )


@lab.check(
    "10.4",
    points=3,
    title={"en": "it stops when the quota is gone", "pt-BR": "ela para quando a quota acaba"},
)
def stops(account: Account) -> None:
    skus = [sku(account) for _ in range(13)]
    for _ in range(2):  # who waits for nothing is slow each time
        next_day(account)
        answer, seconds, made = imported(account, key_of(account, "novo")["value"], skus)
        if seconds < 8:
            break
    expect(
        answer.get("found") == skus[:10] and answer.get("left") == skus[10:],
        en="expected ten products in found and three in left, with a quota of ten; saw found {found}, left {left}",
        pt="eram esperados dez produtos em found e três em left, com uma quota de dez; havia found {found}, left {left}",
        read=QUOTA,
        found=answer.get("found"),
        left=answer.get("left"),
    )
    expect(
        made == 11 and seconds < 8,
        en="expected it to stop at the first refusal, after 11 requests; it made {made}, in {seconds} s",
        pt="era esperado que ela parasse na primeira recusa, depois de 11 requisições; ela fez {made}, em {seconds} s",
        read=QUOTA,
        made=made,
        seconds=round(seconds, 1),
    )


lab.exercise("10.5", title={"en": "Who was it?", "pt-BR": "Quem foi?"})


@lab.check(
    "10.5",
    points=3,
    title={"en": "Craque looks freely, and orders slowly", "pt-BR": "o Craque olha à vontade, e pede devagar"},
)
def orders_slowly(account: Account) -> None:
    key = key_of(account, "craque")["value"]
    cut(account, orders(key, 10), 1, 1, "POST /orders, craque")
    seen = burst(account, [*orders(key, 10), *stock(account, key, 8)]).answers[10:]
    served = sum(one.status == 200 for one in seen)
    expect(
        served == 8,
        en="expected craque to look at the stock 8 times right after 10 orders; {served} were served",
        pt="era esperado que o craque olhasse o estoque 8 vezes logo depois de 10 pedidos; {served} foram atendidas",
        read=PARTNERS,
        served=served,
    )


@lab.check(
    "10.5",
    points=3,
    title={"en": "the log names who was turned away, and why", "pt-BR": "o log diz quem foi recusado, e por quê"},
)
def log_names(account: Account) -> None:
    bola = key_of(account, "bola")

    def hurried() -> tuple[str, int]:
        """A product that was asked for ten times, and how often that was refused."""
        name = account.new_name()
        calls = [Call("GET", f"/stock/{name}", headers={"x-api-key": bola["value"]}) for _ in range(9)]
        return name, len(burst(account, [*calls, Call("GET", f"/stock/{name}")]).refused)

    name, refused = again(hurried, lambda seen: seen[1])
    expect(
        refused > 0,
        en="expected some of nine quick requests of bola to be refused; none was",
        pt="era esperado que algumas de nove requisições rápidas do bola fossem recusadas; nenhuma foi",
        read=PARTNERS,
    )

    def lines() -> list[dict[str, Any]]:
        found = [one for one in logged(account) if str(one.get("path", "")).endswith(name)]
        return found if len(found) >= 10 else []

    seen = account.eventually(lines)
    told = Counter((one.get("key"), str(one.get("status")), one.get("why")) for one in seen)
    wanted = Counter(
        {
            (bola["id"], "200", "-"): 9 - refused,
            (bola["id"], "429", "THROTTLED"): refused,
            ("-", "403", "INVALID_API_KEY"): 1,
        }
    )
    expect(
        told == wanted and len({one.get("request") for one in seen}) == 10,
        en="expected a line for each of ten requests, with key, status and why: {wanted}; the log has {told}",
        pt="era esperada uma linha para cada uma de dez requisições, com key, status e why: {wanted}; o log tem {told}",
        read=WATCHING,
        wanted=sorted(map(str, wanted.items())),
        told=sorted(map(str, told.items())) or "nothing",
    )
    expect(
        not any(bola["value"] in json.dumps(one) for one in seen),
        en="expected the log to name the key by its id; it holds the key itself",
        pt="era esperado que o log nomeasse a chave pelo id; ele contém a própria chave",
        read=WATCHING,
    )


def logged(account: Account) -> list[dict[str, Any]]:
    """The lines of the access log that are JSON objects."""
    pages = account.client("logs").get_paginator("filter_log_events").paginate(logGroupName="loja-access")
    lines = []
    for page in pages:
        for event in page["events"]:
            try:
                line = json.loads(event["message"])
            except ValueError:
                continue
            if isinstance(line, dict):
                lines.append(line)
    return lines
