"""What the judge looks at in lab 05: queues, partial batches, one charge for each order, order within a group, letters brought back."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.classroom.checks import Account, Lab, expect

DEADLINE = {"en": "lesson 05, '5. What a queue forgets'", "pt-BR": "lição 05, '5. O que uma fila esquece'"}
FIFO = {"en": "lesson 05, '2. Then FIFO?'", "pt-BR": "lição 05, '2. Então FIFO?'"}
MAPPING = {"en": "lesson 05, '3. A function empties the queue'", "pt-BR": "lição 05, '3. Uma função esvazia a fila'"}
PARTIAL = {"en": "lesson 05, '4. Say which ones failed'", "pt-BR": "lição 05, '4. Diga quais falharam'"}
ONCE = {"en": "lesson 02, 'The repair'", "pt-BR": "lição 02, 'O conserto'"}

DAY = 24 * 3600
STATUSES = ("placed", "paid", "shipped", "delivered")

lab = Lab("05", title={"en": "A consumer that loses nothing", "pt-BR": "Um consumidor que não perde nada"})


def attributes(account: Account, name: str) -> dict[str, str]:
    url = account.queue_url(name)
    return dict(account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def send(account: Account, name: str, *bodies: str) -> None:
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    account.client("sqs").send_message_batch(QueueUrl=account.queue_url(name), Entries=entries)


def order(account: Account, **more: Any) -> dict[str, Any]:
    """A new order of a new customer."""
    total = account.random.randrange(100, 90_000)
    return {"order": account.new_name(), "customer": account.new_name("-customer"), "total": total, **more}


def charged(account: Account, customer: str) -> int:
    """What a customer was charged, in cents."""
    item = account.client("dynamodb").get_item(
        TableName="customers", Key={"customer": {"S": customer}}, ConsistentRead=True
    )
    return int(item.get("Item", {}).get("charged", {"N": "0"})["N"])


def history(account: Account, name: str) -> list[str]:
    """The news of an order as the table knows them."""
    item = account.client("dynamodb").get_item(TableName="tracking", Key={"order": {"S": name}}, ConsistentRead=True)
    return [one["S"] for one in item.get("Item", {}).get("history", {"L": []})["L"]]


def event_of(*bodies: str) -> dict[str, Any]:
    """What a mapping would hand a function, by its own hand; the ids say the place in the batch."""
    return {
        "Records": [
            {"messageId": f"judge-{place}", "body": body, "eventSource": "aws:sqs", "attributes": {}}
            for place, body in enumerate(bodies)
        ]
    }


def reported(account: Account, function: str, *bodies: str) -> list[int]:
    """The places in a batch that a function reports as failed, when it is called with that batch."""
    result = account.invoke(function, event_of(*bodies))
    expect(
        result.error is None,
        en="expected {function} to report what failed; it raised {error}, which fails the whole batch",
        pt="era esperado que a {function} informasse o que falhou; ela lançou {error}, e isso derruba o lote inteiro",
        read=PARTIAL,
        function=function,
        error=(result.error or {}).get("errorType"),
    )
    try:
        return sorted(int(one["itemIdentifier"].removeprefix("judge-")) for one in result.payload["batchItemFailures"])
    except (KeyError, TypeError, ValueError, AttributeError):
        expect(
            False,
            en="expected {function} to answer {wanted}; it answered {payload}",
            pt="era esperado que a {function} respondesse {wanted}; ela respondeu {payload}",
            read=PARTIAL,
            function=function,
            wanted='{"batchItemFailures": [{"itemIdentifier": ...}]}',
            payload=result.payload,
        )
        raise


def rounds(account: Account, name: str, count: int) -> None:
    """Let messages that fail come back ``count`` times."""
    hidden = int(attributes(account, name)["VisibilityTimeout"])
    for _ in range(count):
        account.clock.advance(seconds=hidden + 20)


lab.exercise("05.1", title={"en": "A waiting room with a deadline", "pt-BR": "Uma sala de espera com prazo"})


@lab.check(
    "05.1",
    points=2,
    title={"en": "orders hides a message for 60 seconds", "pt-BR": "orders esconde uma mensagem por 60 segundos"},
)
def hides(account: Account) -> None:
    seen = attributes(account, "orders")["VisibilityTimeout"]
    expect(
        seen == "60",
        en="expected a visibility timeout of 6 times 10 seconds; it is {seen}",
        pt="era esperado um visibility timeout de 6 vezes 10 segundos; está em {seen}",
        read=MAPPING,
        seen=seen,
    )


@lab.check(
    "05.1",
    points=2,
    title={
        "en": "five receives, then orders-dead for 14 days",
        "pt-BR": "cinco recebimentos, depois orders-dead por 14 dias",
    },
)
def dead_letters(account: Account) -> None:
    policy = json.loads(attributes(account, "orders").get("RedrivePolicy", "{}"))
    dead = attributes(account, "orders-dead")
    expect(
        policy.get("deadLetterTargetArn") == dead["QueueArn"] and int(policy.get("maxReceiveCount", 0)) == 5,
        en="expected a RedrivePolicy of orders that names orders-dead and 5 receives; saw {policy}",
        pt="era esperado um RedrivePolicy em orders com orders-dead e 5 recebimentos; havia {policy}",
        read=MAPPING,
        policy=policy or "none",
    )
    expect(
        int(dead["MessageRetentionPeriod"]) == 14 * DAY,
        en="expected orders-dead to keep letters for 14 days; it keeps them for {days}",
        pt="era esperado que a orders-dead guardasse cartas por 14 dias; ela guarda por {days}",
        read=DEADLINE,
        days=int(dead["MessageRetentionPeriod"]) / DAY,
    )


lab.exercise("05.2", title={"en": "One bad order among ten", "pt-BR": "Um pedido ruim entre dez"})


def broken(account: Account) -> list[str]:
    """Three messages that are no orders, each in its own way."""
    whole = order(account)
    without = {name: value for name, value in whole.items() if name != "total"}
    return [
        account.new_name(" is no JSON"),
        json.dumps(without),
        json.dumps({**order(account), "total": account.new_name()}),
    ]


@lab.check(
    "05.2",
    points=3,
    title={
        "en": "good orders are charged once, bad ones end alone",
        "pt-BR": "pedidos bons são cobrados uma vez, os ruins acabam sozinhos",
    },
)
def separates(account: Account) -> None:
    good, bad = [order(account) for _ in range(7)], broken(account)
    bodies = [*map(json.dumps, good), *bad]
    account.random.shuffle(bodies)
    send(account, "orders", *bodies)
    rounds(account, "orders", 6)
    seen = [charged(account, one["customer"]) for one in good]
    wanted = [one["total"] for one in good]
    expect(
        seen == wanted,
        en="expected the seven good orders of a batch of ten to be charged {wanted}; the customers were charged {seen}",
        pt="era esperado que os sete pedidos bons de um lote de dez fossem cobrados {wanted}; dos clientes foi cobrado {seen}",
        read=PARTIAL,
        wanted=wanted,
        seen=seen,
    )
    letters = account.take(account.queue_url("orders-dead"), holding="judge-")
    expect(
        sorted(letters) == sorted(bad),
        en="expected the three broken orders in orders-dead, and nothing else; saw {count} letters: {letters}",
        pt="eram esperados os três pedidos quebrados na orders-dead, e mais nada; havia {count} cartas: {letters}",
        read=PARTIAL,
        count=len(letters),
        letters=letters[:3],
    )


@lab.check(
    "05.2",
    points=2,
    title={"en": "bill reports exactly what failed", "pt-BR": "bill informa exatamente o que falhou"},
)
def reports(account: Account) -> None:
    bad = broken(account)
    batch = [json.dumps(order(account)), bad[0], json.dumps(order(account)), bad[1], bad[2]]
    seen = [reported(account, "bill", *batch), reported(account, "bill", json.dumps(order(account)))]
    expect(
        seen == [[1, 3, 4], []],
        en="expected a report of messages {wanted} of five, and of none where all is well; saw {seen}",
        pt="era esperado um informe das mensagens {wanted} de cinco, e de nenhuma onde está tudo bem; havia {seen}",
        read=PARTIAL,
        wanted=[1, 3, 4],
        seen=seen,
    )


lab.exercise("05.3", title={"en": "Charged once", "pt-BR": "Cobrado uma vez"})


def expect_charged(account: Account, orders: list[dict[str, Any]], en: str, pt: str) -> None:
    seen, wanted = [charged(account, one["customer"]) for one in orders], [one["total"] for one in orders]
    expect(
        seen == wanted,
        en=f"expected customers to be charged {{wanted}} {en}; they were charged {{seen}}",
        pt=f"era esperado que os clientes fossem cobrados {{wanted}} {pt}; foram cobrados {{seen}}",
        read=ONCE,
        wanted=wanted,
        seen=seen,
    )


@lab.check(
    "05.3",
    points=2,
    title={
        "en": "an order that comes three times is charged once",
        "pt-BR": "um pedido que chega três vezes é cobrado uma vez",
    },
)
def once(account: Account) -> None:
    orders = [order(account) for _ in range(3)]
    send(account, "orders", *(json.dumps(one) for one in orders * 3))
    rounds(account, "orders", 2)
    expect_charged(account, orders, "when each order is sent three times", "quando cada pedido é enviado três vezes")
    again = order(account, customer=orders[0]["customer"])
    send(account, "orders", json.dumps(again))
    rounds(account, "orders", 2)
    both = {**orders[0], "total": orders[0]["total"] + again["total"]}
    expect_charged(
        account, [both], "after a second order of the same customer", "depois de um segundo pedido do mesmo cliente"
    )


@lab.check(
    "05.3",
    points=2,
    hidden=True,
    title={
        "en": "also when it is worked on eight times at once",
        "pt-BR": "também quando é processado oito vezes ao mesmo tempo",
    },
)
def once_at_once(account: Account) -> None:
    one = order(account)
    event, functions = json.dumps(event_of(json.dumps(one))).encode(), account.client("lambda")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: functions.invoke(FunctionName="bill", Payload=event), range(8)))
    send(account, "orders", json.dumps(one))
    rounds(account, "orders", 1)
    expect_charged(
        account,
        [one],
        "when eight workers get the order at the same moment",
        "quando oito workers recebem o pedido no mesmo instante",
    )


@lab.check(
    "05.3",
    points=3,
    title={"en": "functions that are killed lose no order", "pt-BR": "funções que são mortas não perdem pedido"},
)
def survives_kills(account: Account) -> None:
    orders = [order(account) for _ in range(12)]
    for one in orders:
        send(account, "orders", json.dumps(one))
        account.kill_environments("bill")
    for _ in range(2):
        account.kill_environments("bill")
        rounds(account, "orders", 1)
    rounds(account, "orders", 2)
    expect_charged(account, orders, "although environments were killed", "apesar dos ambientes mortos")


@lab.check(
    "05.3",
    points=2,
    hidden=True,
    title={
        "en": "what could not be charged today is charged tomorrow",
        "pt-BR": "o que hoje não pôde ser cobrado é cobrado amanhã",
    },
)
def not_marked_too_early(account: Account) -> None:
    good, bad = order(account), order(account, total="none")
    send(account, "orders", json.dumps(bad), json.dumps(good))
    rounds(account, "orders", 6)
    account.take(account.queue_url("orders-dead"), holding="judge-")
    mended = {**bad, "total": account.random.randrange(100, 9_000)}
    send(account, "orders", json.dumps(mended))
    rounds(account, "orders", 2)
    expect_charged(
        account,
        [good, mended],
        "after an order was mended and sent again under its number",
        "depois que um pedido foi consertado e enviado de novo com o seu número",
    )


lab.exercise("05.4", title={"en": "Shipped before it was paid", "pt-BR": "Enviado antes de pago"})


def announce(account: Account, name: str, status: str) -> None:
    result = account.invoke("announce", {"order": name, "status": status})
    expect(
        result.error is None,
        en="expected announce to send news; it failed with {error}",
        pt="era esperado que a announce enviasse a notícia; ela falhou com {error}",
        read=FIFO,
        error=(result.error or {}).get("errorMessage"),
    )


def expect_histories(account: Account, wanted: dict[str, list[str]], en: str, pt: str) -> None:
    seen = {name: history(account, name) for name in wanted}
    expect(
        seen == wanted,
        en=f"expected {{wanted}} {en}; the table has {{seen}}",
        pt=f"era esperado {{wanted}} {pt}; a tabela tem {{seen}}",
        read=FIFO,
        wanted=list(wanted.values()),
        seen=list(seen.values()),
    )


@lab.check(
    "05.4",
    points=2,
    title={"en": "each history keeps its order", "pt-BR": "cada histórico mantém a sua ordem"},
)
def in_order(account: Account) -> None:
    names = [account.new_name() for _ in range(3)]
    for status in STATUSES:
        for name in account.random.sample(names, k=3):
            announce(account, name, status)
    account.clock.advance(seconds=30)
    expect_histories(
        account, {name: list(STATUSES) for name in names}, "for each of three orders", "para cada um de três pedidos"
    )


@lab.check(
    "05.4",
    points=2,
    title={"en": "the same news is sent once", "pt-BR": "a mesma notícia é enviada uma vez"},
)
def news_once(account: Account) -> None:
    first, second = account.new_name(), account.new_name()
    for name in (first, first, second):
        announce(account, name, "placed")
    account.clock.advance(minutes=2)
    announce(account, first, "placed")
    announce(account, first, "paid")
    account.clock.advance(seconds=30)
    expect_histories(
        account,
        {first: ["placed", "paid"], second: ["placed"]},
        "when news comes again within 5 minutes",
        "quando uma notícia vem de novo dentro de 5 minutos",
    )


@lab.check(
    "05.4",
    points=3,
    title={"en": "strange news holds up its own order only", "pt-BR": "uma notícia estranha segura só o seu pedido"},
)
def holds_its_own(account: Account) -> None:
    strange, other = account.new_name(), account.new_name()
    odd = account.new_name()
    for status in ("placed", odd, "paid"):
        announce(account, strange, status)
        announce(account, other, status if status != odd else "paid")
    announce(account, other, "shipped")
    account.clock.advance(seconds=30)
    early = {strange: ["placed"], other: ["placed", "paid", "shipped"]}
    expect_histories(
        account, early, "while strange news is being retried", "enquanto a notícia estranha é tentada de novo"
    )
    rounds(account, "status.fifo", 4)
    expect_histories(
        account,
        {strange: ["placed", "paid"]},
        "once the strange news is a dead letter",
        "quando a notícia estranha já é uma carta morta",
    )
    letters = account.take(account.queue_url("status-dead.fifo"), holding=odd)
    expect(
        len(letters) == 1,
        en="expected the strange news in status-dead.fifo; it is there {count} times",
        pt="era esperada a notícia estranha na status-dead.fifo; ela está lá {count} vezes",
        read=PARTIAL,
        count=len(letters),
    )


@lab.check(
    "05.4",
    points=2,
    hidden=True,
    title={"en": "a batch ends at its first failure", "pt-BR": "um lote termina na sua primeira falha"},
)
def stops(account: Account) -> None:
    name = account.new_name()
    news = [
        json.dumps({"order": name, "status": status}) for status in ("placed", account.new_name(), "paid", "shipped")
    ]
    seen = reported(account, "track", *news)
    expect(
        seen == [1, 2, 3],
        en="expected a report of the message that failed and of all that follow; of four, with the second one broken, it was {seen}",
        pt="era esperado um informe da mensagem que falhou e de todas as seguintes; de quatro, com a segunda quebrada, foi {seen}",
        read=PARTIAL,
        seen=seen,
    )
    expect_histories(
        account,
        {name: ["placed"]},
        "after a batch whose second message is broken",
        "depois de um lote cuja segunda mensagem está quebrada",
    )


lab.exercise("05.5", title={"en": "Letters from Brazil", "pt-BR": "Cartas do Brasil"})


@lab.check(
    "05.5",
    points=2,
    title={"en": "the three dead letters are charged", "pt-BR": "as três cartas mortas estão cobradas"},
)
def letters_are_back(account: Account) -> None:
    wanted, seen = 3990 + 490 + 123450, charged(account, "ana-maria")
    expect(
        seen == wanted,
        en="expected ana-maria to be charged {wanted} cents for three orders that were dead letters; it is {seen}",
        pt="era esperado que ana-maria fosse cobrada em {wanted} centavos por três pedidos que eram cartas mortas; está em {seen}",
        read=PARTIAL,
        wanted=wanted,
        seen=seen,
    )


@lab.check(
    "05.5",
    points=2,
    hidden=True,
    title={
        "en": "totals with a comma, and totals that are none",
        "pt-BR": "totais com vírgula, e totais que não são totais",
    },
)
def totals(account: Account) -> None:
    reais, cents = account.random.randrange(1_000, 9_000), account.random.randrange(10, 99)
    written = {
        f"{reais // 1000}.{reais % 1000:03},{cents}": 100 * reais + cents,
        f"{reais},{cents}": 100 * reais + cents,
        f"{reais % 90},0{cents % 10}": 100 * (reais % 90) + cents % 10,
    }
    good = [order(account, total=text) for text in written]
    bad = [json.dumps(order(account, total=text)) for text in ("free", "", "39,9", "-5,00")]
    seen = reported(account, "bill", *(json.dumps(one) for one in good), *bad)
    got = [charged(account, one["customer"]) for one in good]
    expect(
        got == list(written.values()),
        en="expected {written} to be charged as {wanted} cents; it was {got}",
        pt="era esperado que {written} fosse cobrado como {wanted} centavos; foi {got}",
        read=PARTIAL,
        written=list(written),
        wanted=list(written.values()),
        got=got,
    )
    expect(
        seen == [3, 4, 5, 6],
        en="expected totals such as {bad} to be refused; not all were",
        pt="era esperado que totais como {bad} fossem recusados; nem todos foram",
        read=PARTIAL,
        bad=["free", "", "39,9", "-5,00"],
    )
