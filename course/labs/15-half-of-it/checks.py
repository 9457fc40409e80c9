"""What the judge looks at in lab 15: usage by tag, an idle day, GB-seconds by call, bytes of logs by order, and the bill of a day of orders."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from helpers.classroom.apis import Api
from helpers.classroom.bills import list_price, used, used_by_tag
from helpers.classroom.checks import Account, Lab, expect

TAGS = {"en": "lesson 15, '5. Who was it?'", "pt-BR": "lição 15, '5. Quem foi?'"}
STANDING = {"en": "lesson 15, '4. Saving by paying in advance'", "pt-BR": "lição 15, '4. Economizar pagando adiantado'"}
TABLE = {"en": "lesson 11, '5. The table behind'", "pt-BR": "lição 11, '5. A tabela atrás'"}
MEMORY = {
    "en": "lesson 15, '2. Twice the memory, twice the price?'",
    "pt-BR": "lição 15, '2. O dobro da memória, o dobro do preço?'",
}
COMPUTE = {"en": "lesson 15, '1. Only the compute time?'", "pt-BR": "lição 15, '1. Só o tempo de computação?'"}
RETENTION = {"en": "lesson 13, '6. For how long?'", "pt-BR": "lição 13, '6. Por quanto tempo?'"}
BATCHES = {
    "en": "lesson 15, '3. Requests that nobody needs'",
    "pt-BR": "lição 15, '3. Requisições de que ninguém precisa'",
}

ORDERS_A_DAY = 100_000
WANTED_A_DAY = 1.10  # USD: half of what the shop costs as it is delivered, at the prices of the course
IDLE_A_DAY = 0.11
EVENT_OVERHEAD = 26  # bytes that CloudWatch Logs counts for each event

lab = Lab("15", title={"en": "Half of it", "pt-BR": "A metade"})


def buy(account: Account, count: int) -> list[str]:
    """Order through the API; the ids of the orders. Each has to be accepted."""
    api = Api(account, "loja")
    ids = [account.new_name("-order") for _ in range(count)]
    for one in ids:
        answer = api.call("POST", "/orders", {"id": one, "lines": ["caneca"]})
        expect(
            answer.status == 202 and answer.json() == {"accepted": one},
            en="expected POST /orders to answer 202 and {wanted}; it answered {status} {seen}",
            pt="era esperado que POST /orders respondesse 202 e {wanted}; respondeu {status} {seen}",
            read=COMPUTE,
            wanted={"accepted": one},
            status=answer.status,
            seen=answer.text,
        )
    return ids


def found(account: Account, table: str, ids: list[str]) -> int:
    """How many of the ids stand in a table."""
    dynamodb = account.client("dynamodb")
    return sum("Item" in dynamodb.get_item(TableName=table, Key={"id": {"S": one}}) for one in ids)


def packed(account: Account, ids: list[str]) -> None:
    """Wait until all are packed, within a minute of the clock."""
    account.clock.advance(seconds=60)
    account.eventually(lambda: found(account, "packed", ids) == len(ids))
    expect(
        (found(account, "orders", ids), found(account, "packed", ids)) == (len(ids), len(ids)),
        en="expected {count} orders in the tables orders and packed after a minute; saw {orders} and {packed}",
        pt="eram esperados {count} pedidos nas tabelas orders e packed depois de um minuto; havia {orders} e {packed}",
        read=BATCHES,
        count=len(ids),
        orders=found(account, "orders", ids),
        packed=found(account, "packed", ids),
    )


lab.exercise("15.1", title={"en": "Whose is it?", "pt-BR": "De quem é?"})


@lab.check("15.1", points=2, title={"en": "the tag counts on the bill", "pt-BR": "a tag conta na fatura"})
def tag_is_active(account: Account) -> None:
    tags = account.client("ce").list_cost_allocation_tags(TagKeys=["team"])["CostAllocationTags"]
    seen = [one["Status"] for one in tags]
    expect(
        seen == ["Active"],
        en="expected the cost allocation tag team to be Active; saw {seen}",
        pt="era esperado que a tag de alocação de custos team estivesse Active; havia {seen}",
        read=TAGS,
        seen=seen or "-",
    )


def by_team(account: Account) -> dict[tuple[str, str], float]:
    """Usage of some orders by team and usage type. An hour later, because a resource's tags are looked at once an hour."""
    account.clock.advance(hours=1)
    return used_by_tag(account, "team", lambda: packed(account, buy(account, 3)))


def belongs(usage: dict[tuple[str, str], float], team: str, usage_types: dict[str, str]) -> None:
    for usage_type, what in usage_types.items():
        seen = sorted({owner or "-" for owner, one in usage if one == usage_type})
        expect(
            team in seen,
            en="expected Cost Explorer to give usage of {what} ({usage}) to {team} when orders come; it gives it to {seen}",
            pt="era esperado que o Cost Explorer desse o uso de {what} ({usage}) a {team} quando chegam pedidos; ele dá a {seen}",
            read=TAGS,
            what=what,
            usage=usage_type,
            team=team,
            seen=seen or "-",
        )


@lab.check("15.1", points=2, title={"en": "what checkout uses is its own", "pt-BR": "o que o checkout usa é dele"})
def checkout_pays(account: Account) -> None:
    usage = by_team(account)
    belongs(usage, "checkout", {"USE1-ApiGatewayRequest": "loja", "Request": "orders"})
    capacity = sorted({owner or "-" for owner, one in usage if one.startswith("WriteCapacityUnit")})
    requests = {owner: quantity for (owner, one), quantity in usage.items() if one == "WriteRequestUnits"}
    expect(
        "checkout" in capacity or "checkout" in requests,
        en="expected Cost Explorer to give what the table orders uses to checkout; it gives writes to {seen}",
        pt="era esperado que o Cost Explorer desse o que a tabela orders usa a checkout; ele dá as escritas a {seen}",
        read=TAGS,
        seen=sorted({*capacity, *requests}) or "-",
    )


@lab.check("15.1", points=2, title={"en": "and what the warehouse uses", "pt-BR": "e o que o depósito usa"})
def warehouse_pays(account: Account) -> None:
    usage_types = {"Requests-Tier1": "to-pack", "Request": "packing", "WriteRequestUnits": "packed"}
    belongs(by_team(account), "warehouse", usage_types)


lab.exercise("15.2", title={"en": "The price of a quiet day", "pt-BR": "O preço de um dia parado"})


@lab.check("15.2", points=4, title={"en": "a day without orders is cheap", "pt-BR": "um dia sem pedidos é barato"})
def quiet_day(account: Account) -> None:
    quantities = used(account, lambda: account.clock.advance(days=1))
    cost = list_price(quantities, account.region)
    expect(
        cost <= IDLE_A_DAY,
        en="expected a day without orders to cost at most ${wanted}; it cost ${seen}, for {what}",
        pt="era esperado que um dia sem pedidos custasse no máximo US$ {wanted}; custou US$ {seen}, por {what}",
        read=STANDING,
        wanted=IDLE_A_DAY,
        seen=round(cost, 2),
        what=sorted(quantities),
    )


@lab.check("15.2", points=2, title={"en": "the table takes a rush", "pt-BR": "a tabela aguenta um pico"}, hidden=True)
def rush(account: Account) -> None:
    dynamodb, written, refused = account.client("dynamodb"), [], None
    capacity = dynamodb.describe_table(TableName="orders")["Table"].get("ProvisionedThroughput", {})
    units = sum(capacity.get(f"{kind}CapacityUnits", 0) for kind in ("Read", "Write"))
    expect(
        units < 80,
        en="expected the table orders to be paid for less than 80 units of capacity at rest; it is paid for {units}",
        pt="era esperado que se pagasse pela tabela orders menos de 80 unidades de capacidade em repouso; paga-se por {units}",
        read=TABLE,
        units=units,
    )
    account.clock.advance(hours=1)
    for _ in range(4):  # 300 write units each
        key = {"id": {"S": account.new_name("-rush")}}
        try:
            dynamodb.put_item(TableName="orders", Item={**key, "note": {"S": "x" * 306_000}})
        except ClientError as error:
            refused = error.response["Error"]["Code"]
            break
        written.append(key)
    account.clock.advance(minutes=10)  # what the table owes for it is no matter of later checks
    for key in written:
        with suppress(ClientError):
            dynamodb.delete_item(TableName="orders", Key=key)
    account.clock.advance(minutes=10)
    expect(
        refused is None,
        en="expected the table orders to take a rush of 1,200 write units; after {units} it answered {refused}",
        pt="era esperado que a tabela orders aguentasse um pico de 1.200 unidades de escrita; depois de {units} ela respondeu {refused}",
        read=TABLE,
        units=300 * len(written),
        refused=refused,
    )


lab.exercise("15.3", title={"en": "Too big", "pt-BR": "Grande demais"})


def asks_the_bank(account: Account) -> Any:
    invoice = account.new_name("-invoice")
    seen = account.invoke("bank", {"invoice": invoice})
    expect(
        seen.payload == {"paid": invoice} and (seen.duration_ms or 0) >= 90,
        en="expected bank to answer {wanted} when the bank has answered, after a tenth of a second; it answered {payload}, error {error}, after {ms} ms",
        pt="era esperado que a bank respondesse {wanted} quando o banco tivesse respondido, depois de um décimo de segundo; respondeu {payload}, erro {error}, depois de {ms} ms",
        read=MEMORY,
        wanted={"paid": invoice},
        payload=seen.payload,
        error=(seen.error or {}).get("errorType"),
        ms=seen.duration_ms,
    )
    return seen


@lab.check("15.3", points=3, title={"en": "what waits is small", "pt-BR": "o que espera é pequeno"})
def waiting_is_cheap(account: Account) -> None:
    asks_the_bank(account)  # the cold one
    calls: list[float] = []
    while (
        len(calls) < 5 and min(calls, default=1.0) > 0.05
    ):  # memory counts in every call, a pause of this computer does not
        quantities = used(account, lambda: asks_the_bank(account))
        calls.append(sum(quantities.get(f"lambda/gb-seconds{arch}", 0.0) for arch in ("", "-arm64")))
    seen = min(calls)
    expect(
        0 < seen <= 0.05,
        en="expected a warm call of bank to use at most 0.05 GB-seconds; it uses {seen}",
        pt="era esperado que uma chamada quente da bank usasse no máximo 0,05 GB-segundo; ela usa {seen}",
        read=MEMORY,
        seen=round(seen, 4),
    )


@lab.check("15.3", points=2, title={"en": "what computes is not", "pt-BR": "o que processa não é"})
def computing_is_fast(account: Account) -> None:
    answer = account.invoke("sign", {"invoice": "i-1"})
    size = account.client("lambda").get_function_configuration(FunctionName="sign")["MemorySize"]
    bank = account.client("lambda").get_function_configuration(FunctionName="bank")["MemorySize"]
    expect(
        isinstance(answer.payload, dict) and len(answer.payload.get("signature", "")) == 64,
        en="expected sign to answer a signature; it answered {payload}, error {error}",
        pt="era esperado que a sign respondesse uma assinatura; respondeu {payload}, erro {error}",
        read=MEMORY,
        payload=answer.payload,
        error=(answer.error or {}).get("errorType"),
    )
    expect(
        1024 <= size <= 1769 and bank < size,
        en="expected sign to keep 1024 to 1769 MB, and more than bank; sign has {size}, bank {bank}",
        pt="era esperado que a sign mantivesse de 1024 a 1769 MB, e mais que a bank; a sign tem {size}, a bank {bank}",
        read=MEMORY,
        size=size,
        bank=bank,
    )


lab.exercise("15.4", title={"en": "Too much talk", "pt-BR": "Conversa demais"})


def event_of(order: str) -> dict[str, Any]:
    """What the API would send."""
    return {"headers": {"user-agent": "judge", "x-note": "n" * 400}, "body": json.dumps({"id": order})}


@lab.check("15.4", points=3, title={"en": "800 bytes an order", "pt-BR": "800 bytes por pedido"})
def few_bytes(account: Account) -> None:
    buy(account, 1)  # the cold one
    calls = 10

    def order() -> None:
        for _ in range(calls):
            one = account.new_name("-order")
            seen = account.invoke("orders", event_of(one))
            expect(
                isinstance(seen.payload, dict) and seen.payload.get("statusCode") == 202,
                en="expected orders to accept an order with 202; it answered {payload}, error {error}",
                pt="era esperado que a orders aceitasse um pedido com 202; ela respondeu {payload}, erro {error}",
                read=COMPUTE,
                payload=seen.payload,
                error=(seen.error or {}).get("errorType"),
            )

    account.clock.advance(minutes=2)  # packing has had its say
    client = account.client("logs")
    before = account.logs("orders")
    order()
    added = account.logs("orders")[len(before) :]
    lines, size = len(added), sum(len(line.encode()) + EVENT_OVERHEAD for line in added)
    expect(
        lines >= calls and size <= 800 * calls,
        en="expected the log of orders to grow by at most 800 bytes a warm call; it grew by {size}, in {lines} lines",
        pt="era esperado que o log da orders crescesse no máximo 800 bytes por chamada quente; cresceu {size}, em {lines} linhas",
        read=COMPUTE,
        size=size // calls,
        lines=lines / calls,
    )
    groups = client.describe_log_groups(logGroupNamePrefix="/aws/lambda/orders")["logGroups"]
    kept = [one.get("retentionInDays") for one in groups if one["logGroupName"] == "/aws/lambda/orders"]
    expect(
        kept == [14],
        en="expected the log group of orders to keep 14 days; it keeps {seen}",
        pt="era esperado que o grupo de logs da orders guardasse 14 dias; ele guarda {seen}",
        read=RETENTION,
        seen=kept,
    )


@lab.check("15.4", points=2, title={"en": "an order can still be found", "pt-BR": "um pedido ainda se acha"})
def order_is_found(account: Account) -> None:
    order = account.new_name("-order")
    account.invoke("orders", event_of(order))
    lines = account.eventually(lambda: [one for one in account.logs("orders") if order in one])
    try:
        told = [json.loads(one) for one in lines]
    except ValueError:
        told = []
    expect(
        told == [{"order": order}],
        en="expected one line about an order in the log of orders, {wanted}; saw {count} with its id, the first begins {seen}",
        pt="era esperada uma linha sobre um pedido no log da orders, {wanted}; havia {count} com o id dele, a primeira começa {seen}",
        read=COMPUTE,
        wanted={"order": order},
        count=len(lines),
        seen=lines[0][:60] if lines else "-",
    )


lab.exercise("15.5", title={"en": "Half of it", "pt-BR": "A metade"})


@lab.check("15.5", points=3, title={"en": "packing is called by the batch", "pt-BR": "a embalagem é chamada por lote"})
def in_batches(account: Account) -> None:
    count = 20
    account.clock.advance(minutes=12)  # whatever waited for a batch has had it

    def work() -> None:
        packed(account, buy(account, count))

    calls = used(account, work).get("lambda/requests", 0.0) - count
    expect(
        0 < calls <= 5,
        en="expected {count} orders to be packed in at most 5 calls of packing; it took {calls}",
        pt="era esperado que {count} pedidos fossem embalados em no máximo 5 chamadas da packing; foram {calls}",
        read=BATCHES,
        count=count,
        calls=calls,
    )


@lab.check(
    "15.5",
    points=2,
    title={
        "en": "every order is packed within a minute",
        "pt-BR": "todo pedido é embalado dentro de um minuto",
    },
    hidden=True,
)
def in_time(account: Account) -> None:
    count = account.random.randint(3, 7)
    account.clock.advance(minutes=6)
    calls = used(account, lambda: packed(account, buy(account, count))).get("lambda/requests", 0.0) - count
    expect(
        calls < count,
        en="expected {count} orders to be packed together within a minute; packing was called {calls} times",
        pt="era esperado que {count} pedidos fossem embalados juntos dentro de um minuto; a packing foi chamada {calls} vezes",
        read=BATCHES,
        count=count,
        calls=calls,
    )


@lab.check("15.5", points=5, title={"en": "a day costs half", "pt-BR": "um dia custa a metade"})
def half(account: Account) -> None:
    count = 20
    account.clock.advance(minutes=6)
    buy(account, 1)  # the cold ones
    account.clock.advance(minutes=6)
    ids: list[str] = []
    traffic = used(account, lambda: (ids.extend(buy(account, count)), packed(account, ids)))
    standing = used(account, lambda: account.clock.advance(days=1))
    rest = {key: quantity for key, quantity in traffic.items() if key not in standing}
    parts = {key: ORDERS_A_DAY / count * list_price({key: quantity}, account.region) for key, quantity in rest.items()}
    cost = sum(parts.values()) + list_price(standing, account.region)
    dearest = max(parts, key=lambda key: parts[key])
    expect(
        cost <= WANTED_A_DAY,
        en="expected a day with {orders} orders to cost at most ${wanted}; it costs ${seen}: ${idle} for what stands there, and most of the rest for {dearest}",
        pt="era esperado que um dia com {orders} pedidos custasse no máximo US$ {wanted}; ele custa US$ {seen}: US$ {idle} pelo que fica parado, e a maior parte do resto por {dearest}",
        read=COMPUTE,
        orders=ORDERS_A_DAY,
        wanted=WANTED_A_DAY,
        seen=round(cost, 2),
        idle=round(list_price(standing, account.region), 2),
        dearest=dearest,
    )
