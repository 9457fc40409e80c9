"""What the judge looks at in lab 07: routes over HTTP, permissions, envelopes, a catch-all, a preflight, and where the stages point."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from helpers.classroom.apis import Answer, Api
from helpers.classroom.checks import Account, Lab, expect

FIVE = {"en": "lesson 07, 'An API in five calls'", "pt-BR": "lição 07, 'Uma API em cinco chamadas'"}
CHANGE = {"en": "lesson 07, 'A change that nobody sees'", "pt-BR": "lição 07, 'Uma mudança que ninguém vê'"}
DOCUMENT = {"en": "lesson 07, section 3", "pt-BR": "lição 07, seção 3"}

ORIGIN = "https://loja.example"

lab = Lab("07", title={"en": "An API from a contract", "pt-BR": "Uma API a partir de um contrato"})


def expect_answer(answer: Answer, status: int, request: str, read: dict[str, str]) -> None:
    expect(
        answer.status == status,
        en="expected {status} from {request}; it answered {seen} with {text}",
        pt="era esperado {status} de {request}; a resposta foi {seen} com {text}",
        read=read,
        status=status,
        request=request,
        seen=answer.status,
        text=answer.text[:200],
    )


def expect_body(answer: Answer, wanted: Any, request: str, read: dict[str, str]) -> None:
    expect(
        answer.json() == wanted,
        en="expected {request} to answer {wanted}; it answered {text}",
        pt="era esperado que {request} respondesse {wanted}; a resposta foi {text}",
        read=read,
        request=request,
        wanted=wanted,
        text=answer.text[:200],
    )


def new_product(account: Account) -> dict[str, Any]:
    """A product that only the table knows."""
    product = {"sku": account.new_name(), "cents": account.random.randrange(100, 90_000)}
    item = {"sku": {"S": product["sku"]}, "cents": {"N": str(product["cents"])}}
    account.client("dynamodb").put_item(TableName="products", Item=item)
    return product


lab.exercise("07.1", title={"en": "The shop window", "pt-BR": "A vitrine"})


@lab.check(
    "07.1",
    points=2,
    title={"en": "products are on show, one by one and all", "pt-BR": "os produtos aparecem, um a um e todos"},
)
def shows_products(account: Account) -> None:
    api, product = Api(account, "loja"), new_product(account)
    path = f"/products/{product['sku']}"
    answer = api.call("GET", path)
    expect_answer(answer, 200, "GET /products/{sku}", FIVE)
    expect_body(answer, product, "GET /products/{sku}", FIVE)
    everything = api.call("GET", "/products")
    expect_answer(everything, 200, "GET /products", FIVE)
    expect(
        product in (everything.json() or []),
        en="expected GET /products to list all products; a new one is missing",
        pt="era esperado que GET /products listasse todos os produtos; falta um produto novo",
        read=FIVE,
    )


@lab.check(
    "07.1",
    points=1,
    title={"en": "nothing else is open", "pt-BR": "mais nada está aberto"},
)
def nothing_else(account: Account) -> None:
    api, name = Api(account, "loja"), account.new_name()
    unknown = api.call("GET", f"/products/{name}")
    expect_answer(unknown, 404, "GET /products/{sku}, for a product that is none,", FIVE)
    expect_body(unknown, {"message": f"no product {name}"}, "GET /products/{sku}", FIVE)
    for method, path in (("POST", "/products"), ("DELETE", f"/products/{name}"), ("GET", f"/{name}")):
        expect_answer(api.call(method, path), 403, f"{method} {path}", FIVE)


def statements(account: Account, function: str) -> list[dict[str, Any]]:
    """What the policy of a function allows."""
    try:
        policy = account.client("lambda").get_policy(FunctionName=function)["Policy"]
    except ClientError:
        return []
    return [one for one in json.loads(policy)["Statement"] if one["Effect"] == "Allow"]


@lab.check(
    "07.1",
    points=2,
    title={"en": "only this API may call products", "pt-BR": "só esta API pode chamar products"},
)
def narrow_permission(account: Account) -> None:
    wanted = f"arn:aws:execute-api:{account.region}:{account.id}:{Api(account, 'loja').id}/"
    sources = [
        str(one.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")) for one in statements(account, "products")
    ]
    expect(
        bool(sources) and all(source.startswith(wanted) for source in sources),
        en="expected products to let in {wanted}... and nothing else; its policy lets in {sources}",
        pt="era esperado que products deixasse entrar {wanted}... e mais nada; a policy deixa entrar {sources}",
        read=FIVE,
        wanted=wanted,
        sources=sources,
    )


lab.exercise("07.2", title={"en": "An answer in its envelope", "pt-BR": "Uma resposta no seu envelope"})


def place(account: Account, sku: str, media_type: str = "application/json") -> Answer:
    body = json.dumps({"sku": sku}).encode()
    answer = Api(account, "loja").call("POST", "/orders", body, headers={"Content-Type": media_type})
    expect_answer(answer, 201, f"POST /orders ({media_type})", FIVE)
    return answer


def number_of(answer: Answer) -> str:
    body = answer.json()
    number = body.get("order") if isinstance(body, dict) else None
    expect(
        isinstance(number, str) and bool(number),
        en="expected POST /orders to answer {wanted}; it answered {text}",
        pt="era esperado que POST /orders respondesse {wanted}; a resposta foi {text}",
        read=FIVE,
        wanted='{"order": "<number>"}',
        text=answer.text[:200],
    )
    return str(number)


def expect_stored(account: Account, number: str, sku: str) -> None:
    item = account.client("dynamodb").get_item(TableName="orders", Key={"order": {"S": number}}).get("Item", {})
    expect(
        item.get("sku") == {"S": sku},
        en="expected order {number} in the table, for the product that was sent; it holds {item}",
        pt="era esperado o pedido {number} na tabela, com o produto enviado; ela tem {item}",
        read=FIVE,
        number=number,
        item=item,
    )


@lab.check(
    "07.2",
    points=2,
    title={"en": "an order is placed, and says where it is", "pt-BR": "um pedido entra, e diz onde está"},
)
def places(account: Account) -> None:
    sku = account.new_name(" ção")
    answer = place(account, sku)
    number = number_of(answer)
    expect_stored(account, number, sku)
    expect(
        answer.headers.get("location") == f"/orders/{number}",
        en="expected the header Location: {wanted}; saw {seen}",
        pt="era esperado o header Location: {wanted}; havia {seen}",
        read=FIVE,
        wanted=f"/orders/{number}",
        seen=answer.headers.get("location"),
    )


@lab.check(
    "07.2",
    points=1,
    title={"en": "two cookies in one answer", "pt-BR": "dois cookies numa resposta"},
)
def two_cookies(account: Account) -> None:
    answer = place(account, account.new_name())
    seen = [one.strip() for one in answer.headers.get("set-cookie", "").split(",")]
    wanted = [f"last={number_of(answer)}", "cart="]
    expect(
        sorted(seen) == sorted(wanted),
        en="expected the cookies {wanted}; saw {seen}",
        pt="eram esperados os cookies {wanted}; havia {seen}",
        read=FIVE,
        wanted=wanted,
        seen=seen,
    )


@lab.check(
    "07.2",
    points=2,
    title={
        "en": "a body that is no order is the customer's mistake",
        "pt-BR": "um corpo que não é pedido é erro do cliente",
    },
)
def refuses(account: Account) -> None:
    api = Api(account, "loja")
    for body in (f"{account.new_name()} is no JSON", "[]", "{}", '{"sku": 7}', "null", ""):
        answer = api.call("POST", "/orders", body.encode(), headers={"Content-Type": "application/json"})
        expect_answer(answer, 400, f"POST /orders with the body {body!r}", FIVE)
        told = answer.json()
        expect(
            isinstance(told, dict) and isinstance(told.get("message"), str),
            en="expected a 400 to say why in {wanted}; it said {text}",
            pt="era esperado que um 400 dissesse o motivo em {wanted}; ele disse {text}",
            read=FIVE,
            wanted='{"message": ...}',
            text=answer.text[:200],
        )


@lab.check(
    "07.2",
    points=2,
    title={"en": "the warehouse's scanners can order", "pt-BR": "os leitores do depósito conseguem pedir"},
)
def scanners(account: Account) -> None:
    sku = account.new_name()
    expect_stored(account, number_of(place(account, sku, "application/octet-stream")), sku)


@lab.check(
    "07.2",
    points=2,
    hidden=True,
    title={"en": "several orders are found in one request", "pt-BR": "vários pedidos são achados numa requisição"},
)
def finds_several(account: Account) -> None:
    skus = [account.new_name() for _ in range(3)]
    orders = [{"order": number_of(place(account, sku)), "sku": sku} for sku in skus]
    account.random.shuffle(orders)
    api, missing = Api(account, "loja"), account.new_name()
    asked = "&".join(f"order={number}" for number in (missing, *(one["order"] for one in orders)))
    answer = api.call("GET", f"/orders?{asked}")
    expect_answer(answer, 200, "GET /orders?order=...&order=...", FIVE)
    expect_body(answer, orders, "GET /orders, asked for four orders of which one is missing,", FIVE)
    nothing = api.call("GET", "/orders")
    expect_answer(nothing, 200, "GET /orders without a parameter", FIVE)
    expect_body(nothing, [], "GET /orders without a parameter", FIVE)


lab.exercise("07.3", title={"en": "The old shop lives on", "pt-BR": "A loja antiga continua viva"})


@lab.check(
    "07.3",
    points=2,
    title={"en": "whatever lies below /legacy, by any method", "pt-BR": "tudo abaixo de /legacy, com qualquer método"},
)
def below_legacy(account: Account) -> None:
    api = Api(account, "loja")
    for method in ("GET", "PATCH", "DELETE", "PUT"):
        rest = "/".join(account.new_name() for _ in range(account.random.randrange(1, 5)))
        answer = api.call(method, f"/legacy/{rest}")
        expect_answer(answer, 200, f"{method} /legacy/{rest}", DOCUMENT)
        expect_body(answer, {"shop": "old", "method": method, "rest": rest}, f"{method} /legacy/...", DOCUMENT)


@lab.check(
    "07.3",
    points=2,
    title={"en": "/legacy itself, by any method", "pt-BR": "o próprio /legacy, com qualquer método"},
)
def legacy_itself(account: Account) -> None:
    api = Api(account, "loja")
    for method in ("GET", "POST"):
        answer = api.call(method, "/legacy")
        expect_answer(answer, 200, f"{method} /legacy", DOCUMENT)
        expect_body(answer, {"shop": "old", "method": method, "rest": ""}, f"{method} /legacy", DOCUMENT)


@lab.check(
    "07.3",
    points=2,
    hidden=True,
    title={
        "en": "the catalogue has moved, and the shop window is where it was",
        "pt-BR": "o catálogo mudou, e a vitrine está onde estava",
    },
)
def catalogue(account: Account) -> None:
    api, product = Api(account, "loja"), new_product(account)
    for path in ("/legacy/catalog", "/products"):
        answer = api.call("GET", path)
        expect_answer(answer, 200, f"GET {path}", DOCUMENT)
        listed = answer.json()
        expect(
            isinstance(listed, list) and product in listed,
            en="expected GET {path} to list the products; it answered {text}",
            pt="era esperado que GET {path} listasse os produtos; a resposta foi {text}",
            read=DOCUMENT,
            path=path,
            text=answer.text[:200],
        )


lab.exercise("07.4", title={"en": "A browser at the door", "pt-BR": "Um navegador na porta"})


def words(answer: Answer, header: str) -> set[str]:
    return {word.strip().lower() for word in answer.headers.get(header, "").split(",")} - {""}


@lab.check(
    "07.4",
    points=2,
    title={"en": "the preflight says what the page may do", "pt-BR": "o preflight diz o que a página pode fazer"},
)
def preflight(account: Account) -> None:
    asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = Api(account, "loja").call("OPTIONS", "/orders", headers=asks)
    expect(
        answer.status in (200, 204),
        en="expected OPTIONS /orders to answer 200; it answered {status} with {text}",
        pt="era esperado que OPTIONS /orders respondesse 200; a resposta foi {status} com {text}",
        read=DOCUMENT,
        status=answer.status,
        text=answer.text[:200],
    )
    wanted = {
        "access-control-allow-origin": {ORIGIN},
        "access-control-allow-methods": {"get", "post"},
        "access-control-allow-headers": {"content-type"},
    }
    for header, values in wanted.items():
        expect(
            values <= words(answer, header) and "*" not in words(answer, header),
            en="expected the header {header} to say {values}; it says {seen}",
            pt="era esperado que o header {header} dissesse {values}; ele diz {seen}",
            read=DOCUMENT,
            header=header,
            values=sorted(values),
            seen=answer.headers.get(header),
        )


@lab.check(
    "07.4",
    points=1,
    title={"en": "no function is called for it", "pt-BR": "nenhuma função é chamada para isso"},
)
def preflight_is_a_mock(account: Account) -> None:
    gateway, api_id = account.client("apigateway"), Api(account, "loja").id
    items = gateway.get_resources(restApiId=api_id, embed=["methods"], limit=500)["items"]
    methods = next((one.get("resourceMethods", {}) for one in items if one["path"] == "/orders"), {})
    seen = methods.get("OPTIONS", {}).get("methodIntegration", {}).get("type")
    expect(
        seen == "MOCK",
        en="expected a MOCK behind OPTIONS /orders; there is {seen}",
        pt="era esperado um MOCK atrás de OPTIONS /orders; há {seen}",
        read=DOCUMENT,
        seen=seen,
    )


@lab.check(
    "07.4",
    points=2,
    title={"en": "the page may read every answer of orders", "pt-BR": "a página pode ler toda resposta da orders"},
)
def readable(account: Account) -> None:
    api, sku = Api(account, "loja"), account.new_name()
    placed = place(account, sku)
    answers = {
        "POST /orders": placed,
        "a bad POST /orders": api.call("POST", "/orders", "no JSON", headers={"Content-Type": "application/json"}),
        "GET /orders": api.call("GET", f"/orders?order={number_of(placed)}"),
    }
    for request, answer in answers.items():
        expect(
            answer.headers.get("access-control-allow-origin") == ORIGIN,
            en="expected {request} to answer with {header}: {origin}; it answered {status}, and the header is {seen}",
            pt="era esperado que {request} respondesse com {header}: {origin}; a resposta foi {status}, e o header é {seen}",
            read=DOCUMENT,
            request=request,
            header="Access-Control-Allow-Origin",
            origin=ORIGIN,
            status=answer.status,
            seen=answer.headers.get("access-control-allow-origin"),
        )
    expect_answer(answers["a bad POST /orders"], 400, "a bad POST /orders", FIVE)
    expect(
        "set-cookie" in placed.headers and "location" in placed.headers,
        en="expected POST /orders to keep Location and its cookies; it has only {seen}",
        pt="era esperado que POST /orders mantivesse Location e os cookies; só há {seen}",
        read=FIVE,
        seen=sorted(placed.headers),
    )


lab.exercise("07.5", title={"en": "Friday, 17:40", "pt-BR": "Sexta-feira, 17:40"})


def stage_of(account: Account, name: str) -> dict[str, Any]:
    """A stage and, under ``deployment``, what it points to; empty when there is none."""
    gateway, api_id = account.client("apigateway"), Api(account, "loja").id
    stages = {one["stageName"]: one for one in gateway.get_stages(restApiId=api_id)["item"]}
    if name not in stages:
        return {}
    deployment = gateway.get_deployment(restApiId=api_id, deploymentId=stages[name]["deploymentId"])
    return {**stages[name], "deployment": deployment}


def expect_described(account: Account, stage: str, wanted: str) -> None:
    seen = stage_of(account, stage).get("deployment", {}).get("description")
    expect(
        seen == wanted,
        en="expected the stage {stage} to point to the deployment described {wanted}; it points to {seen}",
        pt="era esperado que o stage {stage} apontasse para o deployment de descrição {wanted}; ele aponta para {seen}",
        read=CHANGE,
        stage=stage,
        wanted=wanted,
        seen=seen or "none",
    )


@lab.check(
    "07.5",
    points=3,
    title={"en": "prod is back where it was", "pt-BR": "prod voltou para onde estava"},
)
def rolled_back(account: Account) -> None:
    api, product = Api(account, "loja"), new_product(account)
    expect_body(api.call("GET", f"/products/{product['sku']}"), product, "GET /products/{sku}", CHANGE)
    expect_described(account, "prod", "browser")
    expect_answer(api.call("OPTIONS", "/orders"), 200, "OPTIONS /orders", CHANGE)


@lab.check(
    "07.5",
    points=1,
    title={"en": "by a pointer, not by a new deployment", "pt-BR": "com um ponteiro, não com um deployment novo"},
)
def no_new_deployment(account: Account) -> None:
    gateway, api_id = account.client("apigateway"), Api(account, "loja").id
    found = gateway.get_deployments(restApiId=api_id, limit=500)["items"]
    friday = [one["createdDate"] for one in found if one.get("description") == "friday"]
    later = [one.get("description") for one in found if friday and one["createdDate"] > max(friday)]
    back = stage_of(account, "prod").get("deployment", {}).get("description") not in (None, "friday")
    expect(
        back and not later,
        en="expected prod on an earlier deployment, and none after Friday's; after it came {later}",
        pt="era esperado prod num deployment anterior, e nenhum depois do de sexta; depois dele vieram {later}",
        read=CHANGE,
        later=later,
    )


@lab.check(
    "07.5",
    points=2,
    title={"en": "beta keeps Friday's deployment", "pt-BR": "beta fica com o deployment de sexta"},
)
def beta_keeps(account: Account) -> None:
    expect_described(account, "beta", "friday")
    answer = Api(account, "loja", stage="beta").call("GET", f"/products/{account.new_name()}")
    expect_answer(answer, 200, "GET /products/{sku} on beta", CHANGE)
