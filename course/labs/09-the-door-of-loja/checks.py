"""What the judge looks at in lab 09: keys in their own plans, tokens read with suspicion, policies that can be kept, orders in one's own name, Cognito."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from helpers.classroom.apis import Answer, Api, api_key, usage_plan
from helpers.classroom.checks import Account, Invocation, Lab, expect

KEYS = {"en": "lesson 09, '1. A key is not a person'", "pt-BR": "lição 09, '1. Uma chave não é uma pessoa'"}
DOOR = {"en": "lesson 09, '2. A function at the door'", "pt-BR": "lição 09, '2. Uma função na porta'"}
KEPT = {"en": "lesson 09, '3. Remembered answers'", "pt-BR": "lição 09, '3. Respostas lembradas'"}
POOL = {
    "en": "lesson 09, '4. Let Cognito write the tokens'",
    "pt-BR": "lição 09, '4. Deixe o Cognito escrever os tokens'",
}

HOUR = 3600
DENIED = "explicit deny"
PASSWORD = "Judge-Horse-7-Battery"

lab = Lab("09", title={"en": "The door of Loja", "pt-BR": "A porta da Loja"})


def loja(account: Account) -> Api:
    return Api(account, "loja")


lab.exercise("09.1", title={"en": "Not the warehouse", "pt-BR": "O depósito, não"})


def key_of(account: Account, name: str) -> str:
    """The value of the one API key with this name."""
    return str(api_key(account, name, KEYS)["value"])


@contextmanager
def new_key(account: Account, plan: str | None = None) -> Iterator[str]:
    """A key of the judge's own, in a plan or in none, for a while."""
    gateway = account.client("apigateway")
    made = gateway.create_api_key(name=account.new_name(), value=account.new_name("-0123456789"), enabled=True)
    try:
        if plan:
            gateway.create_usage_plan_key(
                usagePlanId=usage_plan(account, plan, KEYS)["id"], keyId=made["id"], keyType="API_KEY"
            )
        yield made["value"]
    finally:
        gateway.delete_api_key(apiKey=made["id"])


def with_key(account: Account, key: str | None) -> tuple[int, int]:
    """The statuses of the stock and of the warehouse's prices for a key."""
    headers = {"x-api-key": key} if key else {}
    stock = loja(account).call("GET", "/stock", headers=headers)
    prices = Api(account, "warehouse").call("GET", "/prices", headers=headers)
    return stock.status, prices.status


@lab.check(
    "09.1",
    points=2,
    title={
        "en": "bola reads the stock, nobody does without a key",
        "pt-BR": "bola lê o estoque, e sem chave ninguém lê",
    },
)
def stock_has_a_key(account: Account) -> None:
    bola = key_of(account, "bola")
    with new_key(account) as stranger:
        seen = tuple(with_key(account, key)[0] for key in (bola, None, stranger))
    expect(
        seen == (200, 403, 403),
        en="expected the stock to answer 200 to bola, 403 without a key, 403 to a key of no plan; saw {seen}",
        pt="era esperado que o estoque respondesse 200 ao bola, 403 sem chave, 403 a uma chave sem plano; havia {seen}",
        read=KEYS,
        seen=seen,
    )


@lab.check(
    "09.1",
    points=3,
    title={"en": "partners stay out of the warehouse", "pt-BR": "parceiros ficam fora do depósito"},
)
def warehouse_is_apart(account: Account) -> None:
    expect(
        with_key(account, key_of(account, "bola")) == (200, 403),
        en="expected bola to open the stock and not the prices: 200, 403; saw {seen}",
        pt="era esperado que o bola abrisse o estoque e não os preços: 200, 403; havia {seen}",
        read=KEYS,
        seen=with_key(account, key_of(account, "bola")),
    )
    expect(
        with_key(account, key_of(account, "robot")) == (403, 200),
        en="expected robot to open the prices and not the stock: 403, 200; saw {seen}",
        pt="era esperado que o robot abrisse os preços e não o estoque: 403, 200; havia {seen}",
        read=KEYS,
        seen=with_key(account, key_of(account, "robot")),
    )
    for plan, wanted in (("partners", (200, 403)), ("internal", (403, 200))):
        with new_key(account, plan) as newcomer:
            seen = with_key(account, newcomer)
        expect(
            seen == wanted,
            en="expected the next key in plan {plan} to get {wanted} from stock and prices; saw {seen}",
            pt="era esperado que a próxima chave do plano {plan} recebesse {wanted} de estoque e preços; havia {seen}",
            read=KEYS,
            plan=plan,
            wanted=wanted,
            seen=seen,
        )


lab.exercise("09.2", title={"en": "Somebody at the door", "pt-BR": "Alguém na porta"})


def settings(account: Account) -> dict[str, str]:
    """The environment variables of the door."""
    found = account.client("lambda").get_function_configuration(FunctionName="door")
    variables = dict(found.get("Environment", {}).get("Variables", {}))
    expect(
        variables.get("SECRET") and variables.get("STAFF"),
        en="expected door to have the environment variables SECRET and STAFF; it has {names}",
        pt="era esperado que a door tivesse as variáveis de ambiente SECRET e STAFF; ela tem {names}",
        read=DOOR,
        names=sorted(variables) or "none",
    )
    return variables


def signed(customer: str, expiry: object, secret: str) -> str:
    text = f"{customer}.{expiry}"
    return f"{text}.{hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def somebody(account: Account) -> str:
    """The e-mail address of a customer whom nobody has seen."""
    return account.new_name(".silva@mail.example")


def token_of(account: Account, customer: str, seconds: int = HOUR) -> str:
    """A token that the login would write. seconds: how long it is good; the door reads the real clock."""
    return signed(customer, int(time.time()) + seconds, settings(account)["SECRET"])


def ask(account: Account, token: str) -> Invocation:
    """Call the door as API Gateway does."""
    api = loja(account).id
    arn = f"arn:aws:execute-api:{account.region}:{account.id}:{api}/prod/GET/orders/{account.new_name()}"
    return account.invoke("door", {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": arn})


def context_of(account: Account, token: str) -> dict[str, Any]:
    """The context that the door gives a good token."""
    seen = ask(account, token)
    good = seen.error is None and isinstance(seen.payload, dict) and isinstance(seen.payload.get("context"), dict)
    expect(
        good,
        en="expected door to answer a good token with a policy and a context; it answered {payload}, error {error}",
        pt="era esperado que a door respondesse a um token bom com policy e contexto; ela respondeu {payload}, erro {error}",
        read=DOOR,
        payload=seen.payload,
        error=(seen.error or {}).get("errorMessage"),
    )
    return dict(seen.payload["context"])


def turned_away(account: Account, tokens: Mapping[tuple[str, str], str]) -> None:
    """Each of these tokens is Unauthorized at the function, and 401 at the API; a good one is neither. Their names are in both languages."""
    context_of(account, token_of(account, somebody(account)))
    for (kind, tipo), token in tokens.items():
        seen = ask(account, token)
        expect(
            (seen.error or {}).get("errorMessage") == "Unauthorized",
            en=f"expected door to raise Unauthorized for a token that is {kind}; it answered {{payload}}, error {{error}}",
            pt=f"era esperado que a door lançasse Unauthorized para um token {tipo}; ela respondeu {{payload}}, erro {{error}}",
            read=DOOR,
            payload=seen.payload,
            error=f"{seen.error.get('errorType')}: {seen.error.get('errorMessage')}" if seen.error else None,
        )
        if token.isascii() and token:
            status = come(account, "GET", f"/orders/{account.new_name()}", token).status
            expect(
                status == 401,
                en=f"expected GET /orders/… to answer 401 to a token that is {kind}; it answered {{status}}",
                pt=f"era esperado que GET /orders/… respondesse 401 a um token {tipo}; respondeu {{status}}",
                read=DOOR,
                status=status,
            )


def come(
    account: Account, method: str, path: str, token: str | None, body: object = None, **more: Mapping[str, str]
) -> Answer:
    """Call the API with a token, and perhaps with ``headers`` and a ``query`` besides."""
    headers = {**more.get("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
    text = None if body is None else json.dumps(body)
    return loja(account).call(method, path, text, headers, more.get("query"))


@lab.check(
    "09.2",
    points=2,
    title={"en": "a good token says who, and whether staff", "pt-BR": "um token bom diz quem é, e se é da equipe"},
)
def says_who(account: Account) -> None:
    staff = settings(account)["STAFF"].split(",")
    customer = somebody(account)
    # The end of a staff member's address is another address, and inside the text of STAFF.
    for who, wanted in ((customer, "false"), (account.random.choice(staff), "true"), (staff[0][1:], "false")):
        seen = context_of(account, token_of(account, who))
        expect(
            seen.get("customer") == who and str(seen.get("staff")).lower() == wanted,
            en="expected the context customer {who}, staff {wanted}; saw {seen}",
            pt="era esperado o contexto customer {who}, staff {wanted}; havia {seen}",
            read=DOOR,
            who=who,
            wanted=wanted,
            seen=seen,
        )


@lab.check(
    "09.2",
    points=3,
    title={
        "en": "forged and malformed tokens are 401, never 500",
        "pt-BR": "tokens forjados e malformados são 401, nunca 500",
    },
)
def forged(account: Account) -> None:
    who, late = somebody(account), int(time.time()) + HOUR
    secret = settings(account)["SECRET"]
    good = signed(who, late, secret)
    other = "0" if good[-1] != "0" else "1"
    turned_away(
        account,
        {
            ("signed with another secret", "assinado com outro segredo"): signed(who, late, account.new_name()),
            (
                "signed for somebody else",
                "assinado para outra pessoa",
            ): f"{somebody(account)}.{late}.{good.rsplit('.', 1)[1]}",
            (
                "given a later expiry under the old signature",
                "com validade maior e a assinatura antiga",
            ): f"{who}.{late + HOUR}.{good.rsplit('.', 1)[1]}",
            ("one digit off", "com um dígito trocado"): good[:-1] + other,
            ("cut short", "cortado no fim"): good[:-4],
            ("without a signature", "sem assinatura"): f"{who}.{late}.",
            ("one word", "de uma palavra só"): account.new_name().replace(".", ""),
            ("only dots", "só de pontos"): "..",
            ("empty", "vazio"): "",
            ("signed, with an expiry that is no number", "assinado, com uma validade que não é número"): signed(
                who, "tomorrow", secret
            ),
            ("signed in letters that are not ASCII", "com uma assinatura que não é ASCII"): f"{who}.{late}.ção",
        },
    )


@lab.check(
    "09.2",
    points=2,
    title={"en": "so are expired and revoked ones", "pt-BR": "os expirados e os revogados também"},
)
def old(account: Account) -> None:
    revoked = token_of(account, somebody(account))
    context_of(account, revoked)
    account.client("dynamodb").put_item(TableName="revoked", Item={"token": {"S": revoked}})
    turned_away(
        account,
        {
            ("expired a minute ago", "expirado há um minuto"): token_of(account, somebody(account), -60),
            ("expired long ago", "expirado há muito tempo"): token_of(account, somebody(account), -400 * 24 * HOUR),
            ("revoked", "revogado"): revoked,
        },
    )


@lab.check(
    "09.2",
    points=2,
    hidden=True,
    title={"en": "a new secret ends all old tokens", "pt-BR": "um segredo novo acaba com os tokens antigos"},
)
def rotated(account: Account) -> None:
    before, who = settings(account), somebody(account)
    changed = {**before, "SECRET": account.new_name(), "STAFF": f"{before['STAFF']},{who}"}
    late = int(time.time()) + HOUR
    with_variables(account, changed)
    try:
        seen = context_of(account, signed(who, late, changed["SECRET"]))
        stale = ask(account, signed(who, late, before["SECRET"]))
    finally:
        with_variables(account, before)
    expect(
        str(seen.get("staff")).lower() == "true",
        en="expected somebody added to STAFF to be staff; saw {seen}",
        pt="era esperado que alguém acrescentado a STAFF fosse da equipe; havia {seen}",
        read=DOOR,
        seen=seen,
    )
    expect(
        (stale.error or {}).get("errorMessage") == "Unauthorized",
        en="expected a token of the old secret to be refused after SECRET was changed; the answer was {seen}",
        pt="era esperado que um token do segredo antigo fosse recusado depois de trocar SECRET; a resposta foi {seen}",
        read=DOOR,
        seen=stale.payload,
    )


def with_variables(account: Account, variables: dict[str, str]) -> None:
    client = account.client("lambda")
    client.update_function_configuration(FunctionName="door", Environment={"Variables": variables})
    client.get_waiter("function_updated").wait(FunctionName="door", WaiterConfig={"Delay": 1})


lab.exercise("09.3", title={"en": "Asked once a minute", "pt-BR": "Uma pergunta por minuto"})

REPORT = ("GET", "/admin/report")


def doors(account: Account) -> list[tuple[str, str]]:
    """Every method behind the door, in an order that nobody can foresee."""
    order = f"/orders/{account.new_name()}"
    ways = [("POST", "/orders"), ("GET", order), ("DELETE", order), REPORT]
    account.random.shuffle(ways)
    return ways


def round_of(account: Account, token: str, ways: list[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
    body = {"sku": "caneca", "customer": "judge"}
    return {
        (method, path): come(account, method, path, token, body if method == "POST" else None) for method, path in ways
    }


def let_in(answer: Answer) -> bool:
    """Whether the door let somebody in, whatever the function behind it said."""
    return answer.status not in (401, 403, 500)


def in_any_order(account: Account, who: str | None, allowed: tuple[str, ...]) -> None:
    """Rounds that begin at each method once: the door lets in what it should, and nothing else."""
    for first in range(4):
        ways = doors(account)
        ways = ways[first:] + ways[:first]
        caller = who or somebody(account)
        token = token_of(account, caller, HOUR + first)
        for (method, path), answer in round_of(account, token, ways).items():
            way = f"{method} {path}" if path in ("/orders", REPORT[1]) else f"{method} /orders/…"
            wanted = way in allowed
            expect(
                let_in(answer) == wanted,
                en=f"expected {{way}} to be {'open' if wanted else 'closed'} to {'staff' if who else 'customers'}, in any order of calls; in the order {{ways}} came {{status}}, {{body}}",
                pt=f"era esperado que {{way}} estivesse {'aberto' if wanted else 'fechado'} para {'a equipe' if who else 'clientes'}, em qualquer ordem de chamadas; na ordem {{ways}} veio {{status}}, {{body}}",
                read=KEPT,
                way=way,
                ways=[method for method, _ in ways],
                status=answer.status,
                body=answer.text,
            )


@lab.check(
    "09.3",
    points=3,
    title={
        "en": "customers: orders, in any order of calls",
        "pt-BR": "clientes: pedidos, em qualquer ordem de chamadas",
    },
)
def customers(account: Account) -> None:
    in_any_order(account, None, ("POST /orders", "GET /orders/…"))


@lab.check(
    "09.3",
    points=2,
    title={
        "en": "staff: everything; the report is denied to customers",
        "pt-BR": "equipe: tudo; o relatório é negado aos clientes",
    },
)
def staff(account: Account) -> None:
    boss = account.random.choice(settings(account)["STAFF"].split(","))
    in_any_order(account, boss, ("POST /orders", "GET /orders/…", "DELETE /orders/…", "GET /admin/report"))
    seen = come(account, *REPORT, token_of(account, somebody(account)))
    expect(
        seen.status == 403 and DENIED in seen.text,
        en="expected the report to be denied explicitly to a customer: 403, {wanted}; saw {status}, {body}",
        pt="era esperado que o relatório fosse negado explicitamente a um cliente: 403, {wanted}; havia {status}, {body}",
        read=KEPT,
        wanted=DENIED,
        status=seen.status,
        body=seen.text,
    )


def runs(account: Account) -> int:
    """How often the door has run."""
    return sum(line.startswith("START ") for line in account.logs("door"))


@lab.check(
    "09.3",
    points=3,
    title={
        "en": "asked once a minute, however many calls",
        "pt-BR": "uma pergunta por minuto, seja qual for o número de chamadas",
    },
)
def asked_once(account: Account) -> None:
    token, before = token_of(account, somebody(account)), runs(account)
    began = account.clock.now()
    seen = round_of(account, token, doors(account))
    spent = (account.clock.now() - began).total_seconds()  # a slow computer's cold starts, which count on the clock
    account.clock.advance(seconds=max(0.0, 45 - spent))
    seen_later = round_of(account, token, doors(account))
    expect(
        any(map(let_in, seen.values())) and any(map(let_in, seen_later.values())),
        en="expected a good token to be let in; saw the statuses {seen}",
        pt="era esperado que um token bom entrasse; havia os status {seen}",
        read=KEPT,
        seen=[one.status for one in seen.values()],
    )
    account.eventually(lambda: runs(account) > before)
    count = runs(account) - before
    expect(
        count == 1,
        en="expected the door to run once for eight calls within 45 seconds; it ran {count} times",
        pt="era esperado que a door rodasse uma vez para oito chamadas em 45 segundos; ela rodou {count} vezes",
        read=KEPT,
        count=count,
    )


@lab.check(
    "09.3",
    points=2,
    title={"en": "a revoked token ends within a minute", "pt-BR": "um token revogado acaba em um minuto"},
)
def ends(account: Account) -> None:
    token, path = token_of(account, somebody(account)), f"/orders/{account.new_name()}"
    first = come(account, "GET", path, token)
    account.client("dynamodb").put_item(TableName="revoked", Item={"token": {"S": token}})
    soon = come(account, "GET", path, token)
    account.clock.advance(seconds=61)
    after = come(account, "GET", path, token)
    expect(
        let_in(first) and let_in(soon) and after.status == 401,
        en="expected a token to be let in, still just after it was revoked, and 401 61 seconds later; saw {seen}",
        pt="era esperado que um token entrasse, ainda logo após ser revogado, e recebesse 401 61 segundos depois; havia {seen}",
        read=KEPT,
        seen=(first.status, soon.status, after.status),
    )


lab.exercise("09.4", title={"en": "Mugs for Ana, paid by Bruno", "pt-BR": "Canecas para a Ana, na conta do Bruno"})


def owner(account: Account, number: str) -> str | None:
    """Whose order the table says this is."""
    item = account.client("dynamodb").get_item(TableName="orders", Key={"order": {"S": number}}, ConsistentRead=True)
    found = item.get("Item", {}).get("customer", {}).get("S")
    return str(found) if found is not None else None


def place(account: Account, who: str, more: Mapping[str, str] | None = None, **rest: Mapping[str, str]) -> str:
    """Order something as ``who``, and return the order's number once the shop calls it theirs."""
    sku = account.new_name("-sku")
    seen = come(account, "POST", "/orders", token_of(account, who), {"sku": sku, **(more or {})}, **rest)
    body = seen.json() if isinstance(seen.json(), dict) else {}
    number = str(body.get("order"))
    expect(
        seen.status == 201 and body.get("customer") == who and body.get("sku") == sku,
        en="expected POST /orders to answer 201 with customer {who} of the token and the sku; saw {status}, {body}",
        pt="era esperado que POST /orders respondesse 201 com o customer {who} do token e o sku; havia {status}, {body}",
        read=DOOR,
        who=who,
        status=seen.status,
        body=seen.text,
    )
    expect(
        owner(account, number) == who,
        en="expected the table orders to name {who} as the customer of the order; it names {seen}",
        pt="era esperado que a tabela orders tivesse {who} como customer do pedido; ela tem {seen}",
        read=DOOR,
        who=who,
        seen=owner(account, number),
    )
    return number


@lab.check(
    "09.4",
    points=2,
    title={"en": "an order belongs to the bearer of the token", "pt-BR": "um pedido é de quem traz o token"},
)
def belongs(account: Account) -> None:
    place(account, somebody(account))


@lab.check(
    "09.4",
    points=3,
    title={"en": "nobody orders in somebody else's name", "pt-BR": "ninguém pede em nome de outra pessoa"},
)
def in_own_name(account: Account) -> None:
    who, victim = somebody(account), somebody(account)
    names = {"customer": victim, "principalId": victim, "email": victim}
    place(account, who, names)
    place(account, who, headers={"customer": victim, "X-Customer": victim, "x-amzn-customer": victim})
    place(account, who, query=names)


@lab.check(
    "09.4",
    points=3,
    title={"en": "one's own orders; the staff sees all", "pt-BR": "cada um os seus; a equipe vê todos"},
)
def sees_own(account: Account) -> None:
    mine, other = somebody(account), somebody(account)
    boss = settings(account)["STAFF"].split(",")[-1]
    number = place(account, mine)
    path = f"/orders/{number}"
    seen = {who: come(account, "GET", path, token_of(account, who, HOUR + 60)) for who in (mine, other, boss)}
    statuses = tuple(one.status for one in seen.values())
    expect(
        statuses == (200, 404, 200),
        en="expected an order to be 200 for its customer, 404 for another one, 200 for staff; saw {seen}",
        pt="era esperado que um pedido fosse 200 para o seu cliente, 404 para outro, 200 para a equipe; havia {seen}",
        read=DOOR,
        seen=statuses,
    )
    none = come(account, "GET", f"/orders/{account.new_name()}", token_of(account, other, HOUR + 120))
    expect(
        (none.status, none.text) == (404, seen[other].text),
        en="expected somebody else's order to look like one that does not exist; saw {seen} and {none}",
        pt="era esperado que o pedido de outra pessoa parecesse um que não existe; havia {seen} e {none}",
        read=DOOR,
        seen=seen[other].text,
        none=(none.status, none.text),
    )


lab.exercise("09.5", title={"en": "No tokens of our own", "pt-BR": "Chega de tokens nossos"})


def pool_of(account: Account) -> tuple[str, str]:
    """The ids of the user pool loja and of its app client shop."""
    cognito = account.client("cognito-idp")
    pools = [one["Id"] for one in cognito.list_user_pools(MaxResults=60)["UserPools"] if one["Name"] == "loja"]
    clients = [
        one["ClientId"]
        for pool in pools
        for one in cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
        if one["ClientName"] == "shop"
    ]
    expect(
        len(pools) == 1 and len(clients) == 1,
        en="expected one user pool loja with one app client shop; the account has {pools} and {clients}",
        pt="era esperado um user pool loja com um app client shop; a conta tem {pools} e {clients}",
        read=POOL,
        pools=len(pools),
        clients=len(clients),
    )
    return pools[0], clients[0]


def log_in(account: Account, pool: str, client: str, email: str) -> dict[str, str]:
    """Make a customer in a pool, unless there is one, and log in."""
    cognito = account.client("cognito-idp")
    known = {"UserPoolId": pool, "Username": email}
    if not cognito.list_users(UserPoolId=pool, Filter=f'email = "{email}"')["Users"]:
        attributes = [{"Name": "email", "Value": email}]
        cognito.admin_create_user(**known, UserAttributes=attributes, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**known, Password=PASSWORD, Permanent=True)
    answer = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )
    return dict(answer["AuthenticationResult"])


def me(account: Account, token: str | None) -> Answer:
    return loja(account).call("GET", "/me", headers={"Authorization": token} if token else {})


def known(account: Account, email: str) -> dict[str, str]:
    """Log a customer of loja in, and see that GET /me knows them."""
    tokens = log_in(account, *pool_of(account), email)
    seen = me(account, tokens["IdToken"])
    expect(
        seen.status == 200 and seen.json() == {"email": email},
        en="expected GET /me to answer the ID token of {email} with 200 and that address; saw {status}, {body}",
        pt="era esperado que GET /me respondesse ao ID token de {email} com 200 e esse endereço; havia {status}, {body}",
        read=POOL,
        email=email,
        status=seen.status,
        body=seen.text,
    )
    return tokens


def encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def decoded(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def refused(account: Account, tokens: Mapping[tuple[str, str], str | None]) -> None:
    """GET /me answers 401 to each of these tokens. Their names are in both languages."""
    for (kind, tipo), token in tokens.items():
        seen = me(account, token)
        expect(
            seen.status == 401,
            en=f"expected GET /me to answer 401 to {kind}; saw {{status}}, {{body}}",
            pt=f"era esperado que GET /me respondesse 401 a {tipo}; havia {{status}}, {{body}}",
            read=POOL,
            status=seen.status,
            body=seen.text,
        )


@lab.check(
    "09.5",
    points=2,
    title={"en": "GET /me knows customers of the pool", "pt-BR": "GET /me conhece os clientes do pool"},
)
def knows(account: Account) -> None:
    for _ in range(2):
        known(account, somebody(account))


@lab.check(
    "09.5",
    points=3,
    title={
        "en": "forged tokens and those of another pool are 401",
        "pt-BR": "tokens forjados e os de outro pool são 401",
    },
)
def no_forgeries(account: Account) -> None:
    email, victim = somebody(account), somebody(account)
    head, payload, signature = known(account, email)["IdToken"].split(".")
    claims = encoded({**decoded(payload), "email": victim})
    unsigned = encoded({**decoded(head), "alg": "none"})
    cognito = account.client("cognito-idp")
    other = cognito.create_user_pool(PoolName=account.new_name())["UserPool"]["Id"]
    try:
        client = cognito.create_user_pool_client(
            UserPoolId=other, ClientName="shop", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )
        foreign = log_in(account, other, client["UserPoolClient"]["ClientId"], email)["IdToken"]
        refused(
            account,
            {
                ("no token", "nenhum token"): None,
                ("a payload with another email", "um payload com outro e-mail"): f"{head}.{claims}.{signature}",
                ("a token without a signature", "um token sem assinatura"): f"{head}.{payload}.",
                ("alg none", "um alg none"): f"{unsigned}.{claims}.",
                ("a token of another pool", "um token de outro pool"): foreign,
                ("a word", "uma palavra"): account.new_name(),
            },
        )
    finally:
        cognito.delete_user_pool(UserPoolId=other)


@lab.check(
    "09.5",
    points=1,
    title={"en": "an access token is not enough", "pt-BR": "um access token não basta"},
)
def wants_id_token(account: Account) -> None:
    refused(account, {("an access token", "um access token"): known(account, somebody(account))["AccessToken"]})


@lab.check(
    "09.5",
    points=2,
    title={"en": "after an hour one logs in again", "pt-BR": "depois de uma hora é preciso entrar de novo"},
)
def expires(account: Account) -> None:
    email = somebody(account)
    tokens = known(account, email)
    account.clock.advance(minutes=61)
    refused(account, {("a token that is 61 minutes old", "um token de 61 minutos atrás"): tokens["IdToken"]})
    known(account, email)
