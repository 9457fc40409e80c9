"""What the judge looks at in lab 08: bodies that are refused, the events that functions receive, what customers see of records and of errors."""

from __future__ import annotations

import json
from typing import Any

from helpers.classroom.apis import Answer, Api
from helpers.classroom.checks import Account, Lab, expect

TEMPLATES = {"en": "lesson 08, '2. A template, step by step'", "pt-BR": "lição 08, '2. Um template, passo a passo'"}
VALIDATION = {"en": "lesson 08, '3. Validation is another part'", "pt-BR": "lição 08, '3. Validação é outra parte'"}
BACK = {"en": "lesson 08, '4. The way back'", "pt-BR": "lição 08, '4. O caminho de volta'"}

# What people really type: each of these has broken a template somewhere.
ODD = (
    "D'Ávila",
    'the "blue" one',
    "rua 2\nfundos\tcasa",
    "C:\\new\\table",
    "presente 🎁 até às 6",
    "$input.body #end ${x}",
    '", "id": "o-0',
    "</script>&amp;",
)

lab = Lab("08", title={"en": "Orders as they should be", "pt-BR": "Pedidos como deveriam ser"})


def line(account: Account, **more: Any) -> dict[str, Any]:
    return {"sku": account.new_name("-sku"), "quantity": account.random.randint(1, 99), **more}


def new_order(account: Account, **more: Any) -> dict[str, Any]:
    return {"order": account.new_name(), "items": [line(account), line(account)], **more}


def received(account: Account, tag: str) -> list[Any]:
    """The events of ``intake`` that hold a text."""
    pages = account.client("dynamodb").get_paginator("scan").paginate(TableName="received", ConsistentRead=True)
    events = [item["event"]["S"] for page in pages for item in page["Items"]]
    return [json.loads(event) for event in events if tag in event]


def keep(account: Account, record: dict[str, Any] | str, **more: str) -> str:
    """Put an order's record into the table of ``lookup``; its order."""
    order = str(record["id"]) if isinstance(record, dict) else account.new_name()
    text = record if isinstance(record, str) else json.dumps(record)
    item = {"order": order, "record": text, **more}
    account.client("dynamodb").put_item(TableName="orders", Item={name: {"S": value} for name, value in item.items()})
    return order


lab.exercise("08.1", title={"en": "Orders that are orders", "pt-BR": "Pedidos que são pedidos"})


def refused(account: Account, bad: list[tuple[str, str, Any, str]], good: list[dict[str, Any]]) -> None:
    """Each of the good orders passes validation; each of the bad bodies is 400 and reaches no function. bad: what it is, in both languages, body, tag."""
    api = Api(account, "loja")
    for order in good:
        answer = api.call("POST", "/orders", order)
        expect(
            answer.status < 300 or "Invalid request body" not in answer.text,
            en="expected a good order to be let through; it got {status}, {text}. The order: {order}",
            pt="era esperado que um pedido bom passasse; ele recebeu {status}, {text}. O pedido: {order}",
            read=VALIDATION,
            status=answer.status,
            text=answer.text,
            order=order,
        )
    for what, o_que, body, tag in bad:
        answer = api.call("POST", "/orders", body, headers={"Content-Type": "application/json"})
        events = received(account, tag)
        expect(
            answer.status == 400 and not events,
            en="expected 400, and no call of the function, for {what}; saw {status} and {count} call(s)",
            pt="era esperado 400, e nenhuma chamada da função, para {o_que}; havia {status} e {count} chamada(s)",
            read=VALIDATION,
            what=what,
            o_que=o_que,
            status=answer.status,
            count=len(events),
        )


def spoiled(account: Account, what: str, o_que: str, **change: Any) -> tuple[str, str, Any, str]:
    """A bad body made of a good order: a field of ``None`` is taken out."""
    order = new_order(account)
    tag = order["items"][0]["sku"]
    return what, o_que, {name: value for name, value in {**order, **change}.items() if value is not None}, tag


def spoiled_line(account: Account, what: str, o_que: str, **change: Any) -> tuple[str, str, Any, str]:
    """A bad body whose second item is bad."""
    order = new_order(account)
    tag = order["items"][0]["sku"]
    order["items"][1] = {name: value for name, value in {**order["items"][1], **change}.items() if value is not None}
    return what, o_que, order, tag


@lab.check(
    "08.1",
    points=3,
    title={"en": "a body that is no order is refused", "pt-BR": "um corpo que não é pedido é recusado"},
)
def orders_only(account: Account) -> None:
    tag = account.new_name()
    bad = [
        spoiled(account, "an order without its number", "um pedido sem número", order=None),
        spoiled(account, "an order without items", "um pedido sem itens", items=None, coupon=account.new_name()),
        spoiled(account, "an order number with a slash in it", "um número de pedido com uma barra", order=f"a/{tag}"),
        spoiled(account, "an order number of 41 letters", "um número de pedido de 41 letras", order="a" * 41),
        spoiled(account, "an empty order number", "um número de pedido vazio", order=""),
        spoiled(account, "an order number that is a number", "um número de pedido que é um número", order=7),
        spoiled(account, "items that are an object", "itens que são um objeto", items={"sku": tag, "quantity": 1}),
        spoiled(account, "a coupon that is a number", "um cupom que é um número", coupon=10),
        spoiled(account, "a field that orders do not have", "um campo que pedidos não têm", admin=True),
        ("an array", "um array", [tag], tag),
        ("half of a JSON text", "meio texto JSON", f'{{"order": "{tag}", "items": [', tag),
    ]
    good = [new_order(account), new_order(account, items=[]), new_order(account, coupon="D'Ávila 10%")]
    refused(account, bad, good)


@lab.check(
    "08.1",
    points=3,
    title={"en": "a bad item makes a bad order", "pt-BR": "um item ruim faz um pedido ruim"},
)
def items_too(account: Account) -> None:
    bad = [
        spoiled_line(account, "an item without sku", "um item sem sku", sku=None),
        spoiled_line(account, "an item with an empty sku", "um item com sku vazio", sku=""),
        spoiled_line(account, "an item without quantity", "um item sem quantidade", quantity=None),
        spoiled_line(account, "a quantity of 0", "uma quantidade de 0", quantity=0),
        spoiled_line(account, "a negative quantity", "uma quantidade negativa", quantity=-3),
        spoiled_line(account, "a quantity of 100", "uma quantidade de 100", quantity=100),
        spoiled_line(account, "a huge quantity", "uma quantidade enorme", quantity=10**30),
        spoiled_line(account, "half a mug", "meia caneca", quantity=0.5),
        spoiled_line(account, "a quantity that is a text", "uma quantidade que é um texto", quantity="2"),
        spoiled_line(account, "a note that is a list", "uma observação que é uma lista", note=["x"]),
        spoiled_line(account, "a price in an item", "um preço num item", price=1),
        spoiled(
            account, "an item that is a text", "um item que é um texto", items=["caneca"], coupon=account.new_name()
        ),
    ]
    refused(account, bad, [new_order(account, items=[line(account, note=""), line(account, quantity=99)])])


lab.exercise("08.2", title={"en": "Exactly this event", "pt-BR": "Exatamente este evento"})


def event_of(account: Account, order: dict[str, Any], headers: dict[str, str] | None = None, **query: str) -> None:
    """The function received exactly the event that this order makes."""
    answer = Api(account, "loja").call("POST", "/orders", order, headers=headers, query=query)
    found = received(account, order["order"])
    expect(
        len(found) == 1,
        en="expected the function to be called once for the order {order}; it was called {count} times, and the client got {status}, {text}",
        pt="era esperado que a função fosse chamada uma vez para o pedido {order}; ela foi chamada {count} vezes, e o cliente recebeu {status}, {text}",
        read=TEMPLATES,
        order=order,
        count=len(found),
        status=answer.status,
        text=answer.text,
    )
    wanted = {
        "id": order["order"],
        "lines": [
            {"product": one["sku"], "count": one["quantity"], "note": one.get("note", "")} for one in order["items"]
        ],
        "coupon": order.get("coupon", "none"),
        "customer": {
            "name": (headers or {}).get("X-Customer", "guest"),
            "request": answer.headers.get("x-amzn-requestid"),
        },
    }
    expect(
        found[0] == wanted,
        en="expected the event {wanted}; the function received {found}",
        pt="era esperado o evento {wanted}; a função recebeu {found}",
        read=TEMPLATES,
        wanted=wanted,
        found=found[0],
    )


@lab.check(
    "08.2",
    points=3,
    title={
        "en": "the event has its shape, with any number of lines",
        "pt-BR": "o evento tem a forma certa, com qualquer número de linhas",
    },
)
def shape(account: Account) -> None:
    for count in (1, 3, 0, account.random.randint(10, 20)):
        order = new_order(account, items=[line(account) for _ in range(count)], coupon=account.new_name())
        event_of(account, order, {"X-Customer": "Ana"})


@lab.check(
    "08.2",
    points=3,
    title={"en": "any text arrives as it was written", "pt-BR": "qualquer texto chega como foi escrito"},
)
def texts(account: Account) -> None:
    for text in ODD:
        event_of(account, new_order(account, items=[line(account, note=text), line(account, sku=text)], coupon=text))
    for name in ("Ana D'Avila", 'Bia "B" Lima', "back\\slash"):
        event_of(account, new_order(account), {"X-Customer": name})


@lab.check(
    "08.2",
    points=3,
    title={
        "en": "what is missing has its default, and only the header names the customer",
        "pt-BR": "o que falta tem o seu padrão, e só o header diz quem é o cliente",
    },
)
def defaults(account: Account) -> None:
    event_of(account, new_order(account))
    event_of(account, new_order(account, items=[line(account), line(account, note="vermelha")]))
    event_of(account, new_order(account), None, **{"X-Customer": "Eva"})
    event_of(account, new_order(account), {"X-Customer": "Ana"}, **{"X-Customer": "Eva"})


lab.exercise("08.3", title={"en": "What the customer may see", "pt-BR": "O que o cliente pode ver"})


def new_record(account: Account, *names: str, **more: Any) -> dict[str, Any]:
    lines = [{"name": name, "count": account.random.randint(1, 99), "margin": 0.4} for name in names]
    cents = account.random.randint(100, 999_999)
    return {
        "id": account.new_name(),
        "status": "placed",
        "cents": cents,
        "supplier": account.new_name(),
        "lines": lines,
        **more,
    }


def seen(account: Account, record: dict[str, Any]) -> None:
    """The customer sees of a record what is meant for customers, and no more."""
    answer = Api(account, "loja").call("GET", f"/orders/{keep(account, record)}")
    wanted = {
        "order": record["id"],
        "items": [{"name": one["name"], "quantity": one["count"]} for one in record["lines"]],
        "total": {"cents": record["cents"], "currency": "BRL"},
        **({"note": record["note"]} if "note" in record else {}),
    }
    expect(
        answer.status == 200 and answer.json() == wanted,
        en="expected 200 and {wanted}; saw {status} and {text}",
        pt="era esperado 200 e {wanted}; havia {status} e {text}",
        read=BACK,
        wanted=wanted,
        status=answer.status,
        text=answer.text,
    )


@lab.check(
    "08.3",
    points=3,
    title={"en": "what is meant for customers, and no more", "pt-BR": "o que é para clientes, e nada além"},
)
def public(account: Account) -> None:
    seen(account, new_record(account, "Caneca"))
    seen(account, new_record(account, "Caneca", "Camiseta", "Boné", note="para presente"))
    seen(account, new_record(account, "Caneca", cost=account.random.randint(1, 99), customer={"card": "4111"}))


@lab.check(
    "08.3",
    points=3,
    title={"en": "empty, odd and huge records, too", "pt-BR": "também registros vazios, esquisitos e enormes"},
)
def odd_records(account: Account) -> None:
    seen(account, new_record(account, cents=0))
    seen(account, new_record(account, *ODD, note=account.random.choice(ODD)))
    seen(account, new_record(account, "Caneca", cents=-3990))
    seen(account, new_record(account, "Caneca", cents=10**18))


@lab.check(
    "08.3",
    points=2,
    title={"en": "a cancelled order is gone", "pt-BR": "um pedido cancelado não existe mais"},
)
def cancelled(account: Account) -> None:
    record = new_record(account, "Caneca", status="cancelled", note="cancelled")
    said(Api(account, "loja").call("GET", f"/orders/{keep(account, record)}"), 410, "cancelled")


def said(answer: Answer, status: int, message: str) -> None:
    """An answer has this status, and a body of this message alone."""
    wanted = {"message": message}
    expect(
        answer.status == status and answer.json() == wanted,
        en="expected {wanted_status} and {wanted}; saw {status} and {text}",
        pt="era esperado {wanted_status} e {wanted}; havia {status} e {text}",
        read=BACK,
        wanted_status=status,
        wanted=wanted,
        status=answer.status,
        text=answer.text,
    )


lab.exercise(
    "08.4",
    title={
        "en": "Errors with a status, and without our secrets",
        "pt-BR": "Erros com status, e sem os nossos segredos",
    },
)


@lab.check(
    "08.4",
    points=3,
    title={
        "en": "what is not there is 404, what is locked 409",
        "pt-BR": "o que não existe é 404, o que está travado é 409",
    },
)
def known(account: Account) -> None:
    api = Api(account, "loja")
    missing = account.new_name()
    said(api.call("GET", f"/orders/{missing}"), 404, f"no order {missing}")
    for reason in ("being packed", *ODD):
        said(api.call("GET", f"/orders/{keep(account, '', locked=reason)}"), 409, reason)


@lab.check(
    "08.4",
    points=3,
    title={"en": "anything else is 500, and says nothing", "pt-BR": "qualquer outra coisa é 500, e não diz nada"},
)
def unknown(account: Account) -> None:
    api = Api(account, "loja")
    secret = account.new_name()
    broken = (
        f"password={secret}",
        f"x\nNotFound: {secret}",
        f"Conflict: {secret}\n",
        "[NotFound: no such thing]",
        "{half a record",
    )
    for record in broken:
        answer = api.call("GET", f"/orders/{keep(account, record)}")
        said(answer, 500, "we are looking into it")


lab.exercise("08.5", title={"en": "No way around", "pt-BR": "Sem atalho"})


@lab.check(
    "08.5",
    points=3,
    title={"en": "only JSON is taken", "pt-BR": "só JSON é aceito"},
)
def json_only(account: Account) -> None:
    api = Api(account, "loja")
    for kind in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "text/json",
        "application/octet-stream",
    ):
        order = new_order(account)
        answer = api.call("POST", "/orders", order, headers={"Content-Type": kind})
        calls = len(received(account, order["items"][0]["sku"]))
        expect(
            (answer.status, calls) == (415, 0),
            en="expected 415, and no call of the function, for an order as {kind}; saw {status} and {calls} call(s)",
            pt="era esperado 415, e nenhuma chamada da função, para um pedido como {kind}; havia {status} e {calls} chamada(s)",
            read=VALIDATION,
            kind=kind,
            status=answer.status,
            calls=calls,
        )
    for kind in ("application/json", "application/json; charset=utf-8", ""):
        order = new_order(account)
        headers = {"Content-Type": kind} if kind else {}
        answer = api.call("POST", "/orders", json.dumps(order).encode(), headers=headers)
        calls = len(received(account, order["items"][0]["sku"]))
        expect(
            answer.status < 300 and calls == 1,
            en="expected a good order with the type {kind} to be taken; saw {status}, {text} and {calls} call(s)",
            pt="era esperado que um pedido bom com o tipo {kind} fosse aceito; havia {status}, {text} e {calls} chamada(s)",
            read=VALIDATION,
            kind=kind or "(none)",
            status=answer.status,
            text=answer.text,
            calls=calls,
        )


@lab.check(
    "08.5",
    points=3,
    title={"en": "a 400 says what is wrong", "pt-BR": "um 400 diz o que está errado"},
)
def says(account: Account) -> None:
    api = Api(account, "loja")
    extra = account.new_name("-field")
    cases = [
        (spoiled(account, "", "", items=None)[2], "items"),
        (spoiled_line(account, "", "", sku=None)[2], "sku"),
        (spoiled(account, "", "", **{extra: 1})[2], extra),
        (spoiled_line(account, "", "", quantity=100)[2], "maximum: 99"),
        (spoiled(account, "", "", order=7)[2], "integer"),
    ]
    for body, word in cases:
        answer = api.call("POST", "/orders", body)
        expect(
            answer.status == 400 and "Invalid request body" in answer.text and word in answer.text,
            en="expected a 400 with Invalid request body and the problem, {word}; saw {status} and {text}",
            pt="era esperado um 400 com Invalid request body e o problema, {word}; havia {status} e {text}",
            read=VALIDATION,
            word=word,
            status=answer.status,
            text=answer.text,
        )
        kind = answer.headers.get("content-type", "")
        expect(
            "json" not in kind or answer.json() is not None,
            en="expected a body that is what its type {kind} says; it is no JSON: {text}",
            pt="era esperado um corpo que seja o que o seu tipo {kind} diz; ele não é JSON: {text}",
            read=VALIDATION,
            kind=kind,
            text=answer.text,
        )
