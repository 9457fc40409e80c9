"""What the judge looks at in lab 01: five functions, called with events of its own, and the tables that they write."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote_plus

from helpers.classroom.checks import Account, Invocation, Lab, expect

lab = Lab("01", title={"en": "One handler, five event shapes", "pt-BR": "Um handler, cinco formatos de evento"})

SNIPPET = {"en": "lesson 01, 'A handler that \"scales\"'", "pt-BR": "lição 01, 'Um handler que \"escala\"'"}
HTTP = {"en": "lesson 01, 'Two HTTP doors'", "pt-BR": "lição 01, 'Duas portas HTTP'"}
RECORDS = {
    "en": "lesson 01, 'Doors with Records, and bare ones'",
    "pt-BR": "lição 01, 'Portas com Records, e portas sem embrulho'",
}
KEYS = {"en": "lesson 01, 'A key with an accent'", "pt-BR": "lição 01, 'Uma key com acento'"}
RETURN = {"en": "lesson 01, 'Who reads what you return?'", "pt-BR": "lição 01, 'Quem lê o que você devolve?'"}


def rest_event(
    method: str, path: str, *, query: dict[str, str] | None = None, body: str | None = None, encoded: bool = False
) -> dict[str, Any]:
    return {
        "resource": path, "path": path, "httpMethod": method,
        "headers": {"Accept": "*/*", "Host": "api.loja.example"}, "multiValueHeaders": {"Accept": ["*/*"], "Host": ["api.loja.example"]},
        "queryStringParameters": query, "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": None, "stageVariables": None,
        "requestContext": {"stage": "prod", "resourcePath": path, "path": f"/prod{path}", "httpMethod": method, "protocol": "HTTP/1.1"},
        "body": base64.b64encode(body.encode()).decode() if body and encoded else body, "isBase64Encoded": encoded,
    }  # fmt: skip


def http_event(method: str, path: str, *, body: str | None = None, encoded: bool = False) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "2.0", "routeKey": f"{method} {path}", "rawPath": path, "rawQueryString": "",
        "headers": {"accept": "*/*", "host": "app.loja.example"},
        "requestContext": {"stage": "$default", "routeKey": f"{method} {path}", "http": {"method": method, "path": path, "protocol": "HTTP/1.1"}},
        "isBase64Encoded": encoded,
    }  # fmt: skip
    if body is not None:
        event["body"] = base64.b64encode(body.encode()).decode() if encoded else body
    return event


def sqs_event(*bodies: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1795442400000"}
    return {
        "Records": [
            {"messageId": f"m-{number}", "receiptHandle": f"r-{number}", "body": body, "attributes": attributes, "messageAttributes": {},
             "eventSource": "aws:sqs", "awsRegion": "us-east-1"}
            for number, body in enumerate(bodies)
        ]
    }  # fmt: skip


def sns_event(message: str) -> dict[str, Any]:
    notification = {
        "Type": "Notification",
        "MessageId": "n-1",
        "Subject": None,
        "Message": message,
        "MessageAttributes": {},
    }
    return {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}]}


def s3_event(bucket: str, objects: dict[str, int]) -> dict[str, Any]:
    return {
        "Records": [
            {"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventName": "ObjectCreated:Put",
             "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                    "object": {"key": quote_plus(key, safe="/"), "size": size, "sequencer": "0055AED6DCD90281E5"}}}
            for key, size in objects.items()
        ]
    }  # fmt: skip


def bus_event(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "OrderPlaced", "source": "loja.partners",
        "account": "111122223333", "time": "2026-11-23T12:00:00Z", "region": "us-east-1", "resources": [], "detail": detail,
    }  # fmt: skip


def ran(account: Account, name: str, event: object, read: dict[str, str] = RECORDS) -> Invocation:
    """Call a function that must not fail."""
    result = account.invoke(name, event)
    expect(
        result.error is None,
        en=f"expected {name} to handle this event; it failed with {{kind}}: {{message}}",
        pt=f"esperava que {name} tratasse este evento; ela falhou com {{kind}}: {{message}}",
        kind=(result.error or {}).get("errorType"), message=(result.error or {}).get("errorMessage"), read=read,
    )  # fmt: skip
    return result


def answered(
    account: Account, name: str, event: object, status: int, body: dict[str, Any], read: dict[str, str]
) -> Invocation:
    """Call a function as an HTTP door would, and compare status and body."""
    result = ran(account, name, event, read)
    payload = result.payload if isinstance(result.payload, dict) else {}
    expect(
        payload.get("statusCode") == status,
        en=f"expected statusCode {{wanted}} from {name}; saw {{saw}}", pt=f"esperava statusCode {{wanted}} de {name}; veio {{saw}}",
        wanted=status, saw=payload.get("statusCode", result.payload), read=read,
    )  # fmt: skip
    text = payload.get("body")
    expect(
        isinstance(text, str),
        en="expected body to be JSON text, as HTTP doors need it; saw {saw}", pt="esperava o body como texto JSON, como as portas HTTP precisam; veio {saw}",
        saw=text, read=read,
    )  # fmt: skip
    try:
        seen = json.loads(text)
    except ValueError:
        seen = text
    expect(
        seen == body,
        en="expected the body {wanted}; saw {saw}",
        pt="esperava o body {wanted}; veio {saw}",
        wanted=body,
        saw=seen,
        read=read,
    )
    return result


def row(account: Account, table: str, key: str) -> dict[str, Any] | None:
    """The item with this id, its numbers as numbers; ``None`` when there is none."""
    item = account.client("dynamodb").get_item(TableName=table, Key={"id": {"S": key}}, ConsistentRead=True).get("Item")
    return {name: int(value["N"]) if "N" in value else value.get("S") for name, value in item.items()} if item else None


def number(account: Account, prefix: str) -> str:
    return f"{prefix}-{account.random.randrange(10**9):09d}"


def forget(account: Account, table: str, key: str) -> str:
    """Delete what an earlier look of the judge, whose draws are the same, left under this id."""
    account.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": key}})
    return key


lab.exercise("01.1", title={"en": "A greeting that answers", "pt-BR": "Uma saudação que responde"})


def greets(account: Account, query: dict[str, str] | None, name: str) -> Invocation:
    return answered(
        account, "greeting", rest_event("GET", "/greeting", query=query), 200, {"message": f"Olá, {name}!"}, HTTP
    )


@lab.check("01.1", points=1, title={"en": "Ana is greeted by name", "pt-BR": "Ana é cumprimentada pelo nome"})
def greets_ana(account: Account) -> None:
    greets(account, {"name": "Ana"}, "Ana")


@lab.check(
    "01.1", points=1, title={"en": "the answer comes within one second", "pt-BR": "a resposta vem em até um segundo"}
)
def is_quick(account: Account) -> None:
    seen: list[float] = []
    while len(seen) < 3 and min(seen, default=1000) >= 1000:  # who sleeps is never quick; a busy computer is, some time
        seen.append(greets(account, {"name": "Ana"}, "Ana").duration_ms or 1000)
    expect(
        min(seen) < 1000,
        en="expected an answer within 1000 ms; the REPORT line says {saw} ms", pt="esperava resposta em até 1000 ms; a linha REPORT diz {saw} ms",
        saw=min(seen), read=SNIPPET,
    )  # fmt: skip


@lab.check(
    "01.1",
    points=1,
    hidden=True,
    title={
        "en": "any customer is greeted by name, accents too",
        "pt-BR": "qualquer cliente é cumprimentado pelo nome, com acento e tudo",
    },
)
def greets_anybody(account: Account) -> None:
    name = account.random.choice(["João", "Conceição", "Íris", "Antônia", "Zoé"]) + f" {account.random.randrange(1000)}"
    greets(account, {"name": name, "utm_source": "email"}, name)


@lab.check(
    "01.1",
    points=1,
    title={
        "en": "a request without a query string greets the customer",
        "pt-BR": "uma requisição sem query string cumprimenta o cliente",
    },
)
def greets_a_stranger(account: Account) -> None:
    greets(account, None, "cliente")


lab.exercise("01.2", title={"en": "A quote through two doors", "pt-BR": "Um orçamento por duas portas"})


def cart_of_new_products(account: Account) -> tuple[str, int]:
    """Put products of the judge's own into the table; the cart's text, and its total."""
    items, total = [], 0
    for _ in range(account.random.randint(2, 4)):
        key, cents, quantity = number(account, "judge"), account.random.randint(100, 9999), account.random.randint(1, 5)
        account.client("dynamodb").put_item(
            TableName="products", Item={"id": {"S": key}, "name": {"S": "Brinde"}, "cents": {"N": str(cents)}}
        )
        items.append({"id": key, "quantity": quantity})
        total += cents * quantity
    return json.dumps({"items": items}), total


@lab.check("01.2", points=1, title={"en": "the REST API gets a quote", "pt-BR": "a API REST recebe um orçamento"})
def quotes_the_website(account: Account) -> None:
    cart, total = cart_of_new_products(account)
    answered(account, "price-quote", rest_event("POST", "/quote", body=cart), 200, {"total_cents": total}, HTTP)


@lab.check("01.2", points=2, title={"en": "the HTTP API gets a quote", "pt-BR": "a HTTP API recebe um orçamento"})
def quotes_the_app(account: Account) -> None:
    cart, total = cart_of_new_products(account)
    answered(account, "price-quote", http_event("POST", "/quote", body=cart), 200, {"total_cents": total}, HTTP)


@lab.check(
    "01.2",
    points=2,
    hidden=True,
    title={"en": "a body in base64 is read too", "pt-BR": "um body em base64 também é lido"},
)
def quotes_base64(account: Account) -> None:
    cart, total = cart_of_new_products(account)
    answered(
        account, "price-quote", http_event("POST", "/quote", body=cart, encoded=True), 200, {"total_cents": total}, HTTP
    )


@lab.check(
    "01.2",
    points=1,
    title={
        "en": "a POST without a body is the client's mistake, at both doors",
        "pt-BR": "um POST sem body é erro de quem chama, nas duas portas",
    },
)
def refuses_an_empty_cart(account: Account) -> None:
    for event in (rest_event("POST", "/quote"), http_event("POST", "/quote")):
        answered(account, "price-quote", event, 400, {"error": "empty cart"}, HTTP)


@lab.check(
    "01.2",
    points=1,
    hidden=True,
    title={"en": "other methods are refused at both doors", "pt-BR": "outros métodos são recusados nas duas portas"},
)
def refuses_other_methods(account: Account) -> None:
    method = account.random.choice(["GET", "PUT", "DELETE", "PATCH"])
    for event in (rest_event(method, "/quote"), http_event(method, "/quote")):
        answered(account, "price-quote", event, 405, {"error": "method not allowed"}, HTTP)


lab.exercise("01.3", title={"en": "Stock that does not lose a box", "pt-BR": "Um estoque que não perde caixa"})


def stock_is(account: Account, key: str, wanted: int) -> None:
    item = row(account, "stock", key)
    expect(
        item is not None and item.get("quantity") == wanted,
        en="expected quantity {wanted} of {key} in the table stock; saw {saw}", pt="esperava quantity {wanted} de {key} na tabela stock; vi {saw}",
        wanted=wanted, key=key, saw=item and item.get("quantity"), read=RECORDS,
    )  # fmt: skip


def movement(key: str, change: int) -> str:
    return json.dumps({"id": key, "change": change})


@lab.check(
    "01.3",
    points=1,
    title={"en": "a message of the queue changes the stock", "pt-BR": "uma mensagem da fila altera o estoque"},
)
def counts_one_message(account: Account) -> None:
    key = forget(account, "stock", number(account, "box"))
    ran(account, "stock-update", sqs_event(movement(key, 12)))
    stock_is(account, key, 12)
    ran(account, "stock-update", sqs_event(movement(key, -2)))
    stock_is(account, key, 10)


@lab.check(
    "01.3",
    points=2,
    hidden=True,
    title={"en": "every message of a batch counts", "pt-BR": "toda mensagem de um lote conta"},
)
def counts_a_batch(account: Account) -> None:
    keys = [forget(account, "stock", number(account, "box")) for _ in range(3)]
    changes = [(account.random.choice(keys), account.random.randint(1, 50)) for _ in range(7)] + [
        (key, 1) for key in keys
    ]
    ran(account, "stock-update", sqs_event(*(movement(key, change) for key, change in changes)))
    for key in keys:
        stock_is(account, key, sum(change for changed, change in changes if changed == key))


@lab.check(
    "01.3",
    points=2,
    title={
        "en": "a notification of the topic changes the stock",
        "pt-BR": "uma notificação do tópico altera o estoque",
    },
)
def counts_a_notification(account: Account) -> None:
    key = forget(account, "stock", number(account, "box"))
    ran(account, "stock-update", sns_event(movement(key, 8)))
    stock_is(account, key, 8)


@lab.check(
    "01.3",
    points=2,
    hidden=True,
    title={
        "en": "a record that is no movement fails visibly",
        "pt-BR": "um record que não é movimento falha de forma visível",
    },
)
def fails_visibly(account: Account) -> None:
    key = forget(account, "stock", number(account, "box"))
    ran(account, "stock-update", sqs_event(movement(key, 3)))
    stock_is(account, key, 3)
    for bad in (sqs_event("not json"), sqs_event(json.dumps({"id": key})), sns_event(json.dumps({"change": 4}))):
        result = account.invoke("stock-update", bad)
        expect(
            result.error is not None,
            en="expected the call to fail for a record that is no movement, so that it is delivered again; it counted as a success and answered {saw}",
            pt="esperava que a chamada falhasse com um record que não é movimento, para ele ser entregue de novo; ela contou como sucesso e respondeu {saw}",
            saw=result.payload, read=RETURN,
        )  # fmt: skip
    stock_is(account, key, 3)


lab.exercise("01.4", title={"en": "The photo whose name nobody finds", "pt-BR": "A foto que ninguém acha pelo nome"})


def registered(account: Account, bucket: str, objects: dict[str, int]) -> None:
    for key in objects:
        forget(account, "photos", key)
    ran(account, "photo-register", s3_event(bucket, objects))
    for key, size in objects.items():
        item = row(account, "photos", key)
        expect(
            item is not None, read=KEYS, key=key,
            en="expected an item with the id {key} in the table photos; there is none", pt="esperava um item com o id {key} na tabela photos; não há nenhum",
        )  # fmt: skip
        expect(
            item == {"id": key, "bucket": bucket, "bytes": size},
            en="expected bucket {bucket} and bytes {size} for this photo; saw {saw}", pt="esperava bucket {bucket} e bytes {size} para esta foto; vi {saw}",
            bucket=bucket, size=size, saw=item, read=RECORDS,
        )  # fmt: skip


@lab.check(
    "01.4",
    points=1,
    title={"en": "a photo with a plain name is registered", "pt-BR": "uma foto de nome simples é registrada"},
)
def registers_a_plain_name(account: Account) -> None:
    registered(account, "loja-photos", {f"{number(account, 'photo')}.jpg": 1024})


@lab.check(
    "01.4",
    points=3,
    hidden=True,
    title={
        "en": "names with spaces, accents and signs stay what the customer wrote",
        "pt-BR": "nomes com espaços, acentos e sinais ficam como o cliente escreveu",
    },
)
def registers_real_names(account: Account) -> None:
    tag = number(account, "n")
    registered(account, "loja-photos", {f"férias/{tag} pão de açúcar.jpg": account.random.randint(1, 10**6)})
    registered(account, "loja-photos", {f"{tag} 1+1=2 & 100%.png": account.random.randint(1, 10**6)})


@lab.check(
    "01.4",
    points=1,
    hidden=True,
    title={"en": "every object of an event is registered", "pt-BR": "todo objeto de um evento é registrado"},
)
def registers_all(account: Account) -> None:
    objects = {f"{number(account, 'many')}.jpg": account.random.randint(1, 10**6) for _ in range(3)}
    registered(account, number(account, "bucket"), objects)


@lab.check(
    "01.4", points=1, title={"en": "S3's test event is no failure", "pt-BR": "o evento de teste do S3 não é falha"}
)
def ignores_the_test_event(account: Account) -> None:
    registered(account, "loja-photos", {f"{number(account, 'photo')}.jpg": 2048})
    ran(
        account,
        "photo-register",
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-23T12:00:00.000Z", "Bucket": "loja-photos"},
    )


lab.exercise("01.5", title={"en": "One intake for all orders", "pt-BR": "Uma entrada para todos os pedidos"})


def new_order(account: Account) -> dict[str, Any]:
    return {"id": forget(account, "orders", number(account, "o")), "total_cents": account.random.randint(100, 99999)}


def stored(account: Account, order: dict[str, Any], door: str) -> None:
    item, wanted = row(account, "orders", order["id"]), {**order, "door": door}
    expect(
        item == wanted,
        en="expected {wanted} in the table orders; saw {saw}", pt="esperava {wanted} na tabela orders; vi {saw}",
        wanted=wanted, saw=item, read=RECORDS,
    )  # fmt: skip


def accepts_from_http(account: Account, door: str, *, encoded: bool = False) -> None:
    order = new_order(account)
    make = rest_event if door == "rest" else http_event
    answered(
        account,
        "order-intake",
        make("POST", "/orders", body=json.dumps(order), encoded=encoded),
        201,
        {"id": order["id"]},
        HTTP,
    )
    stored(account, order, door)


@lab.check(
    "01.5", points=1, title={"en": "both HTTP doors bring orders", "pt-BR": "as duas portas HTTP trazem pedidos"}
)
def accepts_http(account: Account) -> None:
    accepts_from_http(account, "rest")
    accepts_from_http(account, "http")


@lab.check(
    "01.5",
    points=1,
    hidden=True,
    title={"en": "their bodies may be base64", "pt-BR": "os bodies delas podem vir em base64"},
)
def accepts_base64(account: Account) -> None:
    accepts_from_http(account, "rest", encoded=True)
    accepts_from_http(account, "http", encoded=True)


@lab.check(
    "01.5",
    points=1,
    title={"en": "the queue brings several orders at once", "pt-BR": "a fila traz vários pedidos de uma vez"},
)
def accepts_a_batch(account: Account) -> None:
    orders = [new_order(account) for _ in range(4)]
    ran(account, "order-intake", sqs_event(*map(json.dumps, orders)))
    for order in orders:
        stored(account, order, "sqs")


@lab.check(
    "01.5",
    points=1,
    title={"en": "EventBridge brings the order in detail", "pt-BR": "o EventBridge traz o pedido em detail"},
)
def accepts_from_the_bus(account: Account) -> None:
    order = new_order(account)
    ran(account, "order-intake", bus_event(order))
    stored(account, order, "eventbridge")


@lab.check(
    "01.5",
    points=1,
    title={"en": "a vending machine sends the bare order", "pt-BR": "uma máquina de venda manda o pedido puro"},
)
def accepts_from_a_machine(account: Account) -> None:
    order = new_order(account)
    ran(account, "order-intake", order)
    stored(account, order, "iot")


@lab.check(
    "01.5",
    points=2,
    hidden=True,
    title={
        "en": "an event without an order fails and writes nothing",
        "pt-BR": "um evento sem pedido falha e não grava nada",
    },
)
def refuses_what_is_no_order(account: Account) -> None:
    order = new_order(account)
    ran(account, "order-intake", order)
    stored(account, order, "iot")
    before = account.client("dynamodb").scan(TableName="orders", Select="COUNT")["Count"]
    for event in ({"temperature": account.random.randint(1, 40)}, bus_event({"note": number(account, "no-order")}), {}):
        result = account.invoke("order-intake", event)
        expect(
            result.error is not None,
            en="expected a failure for an event without an order, so that its sender learns of it; it counted as a success and answered {saw}",
            pt="esperava uma falha para um evento sem pedido, para quem mandou ficar sabendo; ele contou como sucesso e respondeu {saw}",
            saw=result.payload, read=RETURN,
        )  # fmt: skip
    after = account.client("dynamodb").scan(TableName="orders", Select="COUNT")["Count"]
    expect(
        after == before,
        en="expected {before} orders in the table as before; saw {after}",
        pt="esperava {before} pedidos na tabela, como antes; vi {after}",
        before=before,
        after=after,
        read=RETURN,
    )
