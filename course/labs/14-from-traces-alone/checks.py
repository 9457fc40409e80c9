"""What the judge looks at in lab 14: traces of its own requests, the truth about the learner's production, and a detective put to the test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.classroom.apis import Answer, Api
from helpers.classroom.checks import Account, Lab, expect
from helpers.classroom.production import Case
from helpers.classroom.production.build import API, PRODUCTS
from helpers.classroom.production.case import SERVICES
from helpers.classroom.production.sources import CATALOGUE, FIELDS
from helpers.show.traces import grow

VANISHES = {"en": "lesson 14, '1. A trace that vanishes'", "pt-BR": "lição 14, '1. Um trace que some'"}
WAY = {"en": "lesson 14, '3. The way of an order'", "pt-BR": "lição 14, '3. O caminho de um pedido'"}
FINDING = {"en": "lesson 14, '5. Finding one order again'", "pt-BR": "lição 14, '5. Reencontrar um pedido'"}
CAUSE = {"en": "lesson 14, '6. Slow is not the cause'", "pt-BR": "lição 14, '6. Lento não é causa'"}
NODES = {"en": "lesson 14, '2. Two nodes, one call'", "pt-BR": "lição 14, '2. Dois nós, uma chamada'"}

lab = Lab("14", title={"en": "From traces alone", "pt-BR": "Só pelos traces"})

Document = dict[str, Any]
_ID = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")


def documents(account: Account, trace_id: str) -> list[Document]:
    """The segments of a trace that X-Ray has by now."""
    found = account.client("xray").batch_get_traces(TraceIds=[trace_id])["Traces"]
    return [json.loads(segment["Document"]) for trace in found for segment in trace["Segments"]]


def trace_of(answer: Answer) -> str:
    found = _ID.search(answer.headers.get("x-amzn-trace-id", ""))
    return found[0] if found else ""


def flat(pieces: list[Document]) -> list[Document]:
    return [inner for one in pieces for inner in (one, *flat(one.get("subsegments", [])))]


# --- 14.1 ---

lab.exercise("14.1", title={"en": "The welcome that left no trace", "pt-BR": "As boas-vindas que não deixaram rastro"})


def welcomed(account: Account) -> list[Document]:
    """The segments of one visit, in a second of its own, so that it is sampled."""
    account.clock.advance(seconds=3)
    answer = Api(account, "window").call("GET", "/welcome")
    expect(
        answer.status == 200 and answer.json() == "welcome",
        en='expected GET /welcome to answer 200 and "welcome"; it answered {status}: {text}',
        pt='era esperado que GET /welcome respondesse 200 e "welcome"; respondeu {status}: {text}',
        read=VANISHES,
        status=answer.status,
        text=answer.text[:200],
    )
    trace_id = trace_of(answer)
    return account.eventually(lambda: documents(account, trace_id) if trace_id else [], seconds=5)


@lab.check(
    "14.1",
    points=2,
    title={"en": "the trace goes from the stage to the function", "pt-BR": "o trace vai do stage até a função"},
)
def from_the_stage(account: Account) -> None:
    seen = [one.get("origin") for one in welcomed(account)]
    wanted = ["AWS::ApiGateway::Stage", "AWS::Lambda", "AWS::Lambda::Function"]
    expect(
        set(wanted) <= set(seen),
        en="expected segments of {wanted} in the trace of one request; it has {seen}",
        pt="eram esperados segmentos de {wanted} no trace de uma requisição; ele tem {seen}",
        read=WAY,
        wanted=wanted,
        seen=seen or "none",
    )


@lab.check(
    "14.1",
    points=3,
    title={"en": "processamento stands below the function", "pt-BR": "processamento está abaixo da função"},
)
def processing(account: Account) -> None:
    own = [one for one in welcomed(account) if one.get("origin") == "AWS::Lambda::Function"]
    below = [part["name"] for part in flat([part for one in own for part in one.get("subsegments", [])])]
    expect(
        "processamento" in below,
        en="expected a subsegment processamento below the segment of the function welcome; below it stands {below}",
        pt="era esperado um subsegmento processamento abaixo do segmento da função welcome; abaixo dele há {below}",
        read=VANISHES,
        below=below or "nothing",
    )


# --- 14.2 ---

lab.exercise("14.2", title={"en": "Where is it?", "pt-BR": "Onde está?"})


def case_of(account: Account) -> Case:
    """What is wrong in this account, from the badge that its production was built with."""
    pages = account.client("apigateway").get_paginator("get_rest_apis").paginate()
    badges = [one.get("description", "") for page in pages for one in page["items"] if one["name"] == API]
    expect(
        len(badges) == 1,
        en="expected one shop in this account, built by production(badge); there are {count}",
        pt="era esperada uma loja nesta conta, construída por production(badge); há {count}",
        read={"en": "the task of 14.2", "pt-BR": "a tarefa 14.2"},
        count=len(badges),
    )
    return Case.of(badges[0])


def finding(account: Account) -> Document:
    key = {"id": {"S": "bottleneck"}}
    item = account.client("dynamodb").get_item(TableName="findings", Key=key).get("Item")
    expect(
        item is not None,
        en="expected an item with the id bottleneck in the table findings; there is none",
        pt="era esperado um item com o id bottleneck na tabela findings; não há nenhum",
        read=CAUSE,
    )
    return {name: value.get("S", "") for name, value in (item or {}).items()}


@lab.check("14.2", points=3, title={"en": "it names the function", "pt-BR": "diz qual função"})
def function_named(account: Account) -> None:
    said = finding(account).get("function", "")
    case = case_of(account)
    expect(
        said in case.names.values(),
        en="expected the name of one of the shop's functions as function; the item says {said}",
        pt="era esperado o nome de uma das funções da loja em function; o item diz {said}",
        read=CAUSE,
        said=said or "nothing",
    )
    expect(
        said == case.culprit,
        en="expected the function in which it is repaired; {said} only waits, or is busy with what it has to do",
        pt="era esperada a função em que se conserta; {said} só espera, ou está ocupada com o que tem que fazer",
        read=CAUSE,
        said=said,
    )


@lab.check("14.2", points=3, title={"en": "it names the kind", "pt-BR": "diz de que tipo"})
def kind_named(account: Account) -> None:
    said = finding(account).get("kind", "")
    expect(
        said == case_of(account).kind,
        en="expected the kind of the table that fits the traces; the item says {said}",
        pt="era esperado o tipo da tabela que combina com os traces; o item diz {said}",
        read=CAUSE,
        said=said or "nothing",
    )


@lab.check("14.2", points=2, title={"en": "and a trace proves it", "pt-BR": "e um trace prova"})
def trace_proves(account: Account) -> None:
    said = finding(account).get("trace", "")
    case = case_of(account)
    seen = documents(account, said) if _ID.fullmatch(said) else []
    expect(
        bool(seen),
        en="expected the id of a trace that X-Ray has, as trace; the item says {said}",
        pt="era esperado em trace o id de um trace que o X-Ray tem; o item diz {said}",
        read=FINDING,
        said=said or "nothing",
    )
    expect(
        case.symptoms(seen) > 0,
        en="expected a trace in which the bottleneck can be seen; in {said} it does not show",
        pt="era esperado um trace em que o gargalo apareça; em {said} ele não aparece",
        read=CAUSE,
        said=said,
    )


# --- 14.3 ---

lab.exercise("14.3", title={"en": "Repair it", "pt-BR": "Conserte"})


class Order:
    """An order of the judge, what came back, and the segments of its trace."""

    def __init__(self, account: Account, case: Case, country: str = "BR") -> None:
        self.id = account.new_name()
        self.skus = account.random.sample(range(PRODUCTS), case.lines)
        self.notify = [f"{account.new_name()}@example.com" for _ in range(2)]
        lines = [{"sku": f"sku-{sku}", "count": 1} for sku in self.skus]
        body = {"id": self.id, "country": country, "lines": lines, "notify": self.notify}
        self.answer = Api(account, API).call("POST", "/orders", body)
        expect(
            self.answer.status == 202,
            en="expected POST /orders to answer 202; it answered {status}: {text}",
            pt="era esperado que POST /orders respondesse 202; respondeu {status}: {text}",
            read=WAY,
            status=self.answer.status,
            text=self.answer.text[:200],
        )
        self.trace = trace_of(self.answer)

        def whole() -> list[Document]:
            seen = documents(account, self.trace) if self.trace else []
            return seen if any(one["name"] == case.names["entry"] and "parent_id" in one for one in seen) else []

        self.segments = account.eventually(whole, seconds=5)
        expect(
            bool(self.segments),
            en="expected every order to be traced from the stage on; X-Ray has no trace of one",
            pt="era esperado que todo pedido fosse rastreado desde o stage; de um deles o X-Ray não tem trace",
            read=WAY,
        )

        def with_the_accused() -> list[Document]:
            self.segments = documents(account, self.trace)
            return calls(self.segments, case.culprit)

        # Each function reports by itself, and the one that is accused may come last.
        account.eventually(with_the_accused, seconds=5)


def run_of(segments: list[Document], function: str) -> list[Document]:
    """The segments of a function's own environment."""
    return [one for one in segments if (one["name"], one.get("origin")) == (function, "AWS::Lambda::Function")]


def calls(segments: list[Document], function: str) -> list[Document]:
    """The subsegments of a function's calls of AWS."""
    own = run_of(segments, function)
    return [part for one in own for part in flat(one.get("subsegments", [])) if part.get("namespace") == "aws"]


def culprit_traced(order: Order, case: Case) -> None:
    """The function that is accused took part, and still says what it does: a shop without tracing shows nothing either."""
    called = calls(order.segments, case.culprit)
    expect(
        bool(called),
        en="expected {name} to run for every order and to trace its calls; the trace of an order shows {count} calls of it",
        pt="era esperado que {name} rodasse a cada pedido e rastreasse as suas chamadas; o trace de um pedido mostra {count} chamadas dela",
        read=WAY,
        name=case.culprit,
        count=len(called),
    )


def repaired(account: Account) -> Case:
    """No order shows the bottleneck, cold or warm."""
    case = case_of(account)
    if case.kind == "heavy start":
        light_start(account, case)
        return case
    for _ in range(2):
        order = Order(account, case)
        count = case.symptoms(order.segments)
        expect(
            count == 0,
            en="expected no sign of the bottleneck in the trace of an order; it shows there {count} times",
            pt="não era esperado sinal do gargalo no trace de um pedido; ele aparece {count} vezes",
            read=CAUSE,
            count=count,
        )
        culprit_traced(order, case)
    return case


def light_start(account: Account, case: Case) -> None:
    """A cold start of the culprit, with the call that it is for, takes as long as its neighbours'.

    What is heavy never takes less than its load; what is light may, when the computer is busy. So one quick start of
    three proves the repair, and slow ones are measured by the quickest of each function.
    """
    neighbours = [case.names[role] for role in SERVICES if role != case.role]
    starts: dict[str, list[float]] = {case.culprit: [], **{name: [] for name in neighbours}}
    for _ in range(3):
        account.clock.advance(minutes=30)  # a killed environment starts again inside of a call, and tells no Init
        order = Order(account, case)
        culprit_traced(order, case)
        for name, seen in starts.items():
            seen += cold_runs(order, name)
        if min(starts[case.culprit], default=case.start) < case.start:
            return
    quickest = {name: min(seen) for name, seen in starts.items() if seen}
    mine = quickest.pop(case.culprit, None)
    more = mine - min(quickest.values()) if mine is not None and quickest else None
    expect(
        more is not None and more < 0.5 * case.start,
        en="expected the first call of {name} in a new environment, cold start and all, to take about as long as its neighbours'; it takes {more} s longer",
        pt="era esperado que a primeira chamada de {name} num ambiente novo, com o cold start, levasse mais ou menos o mesmo que a dos vizinhos; ela leva {more} s a mais",
        read=NODES,
        name=case.culprit,
        more="?" if more is None else round(more, 1),
    )


def cold_runs(order: Order, function: str) -> list[float]:
    """Seconds of each cold start of a function together with the call in it."""
    return [
        float(one["end_time"] - one["start_time"])
        for one in run_of(order.segments, function)
        if any(part["name"] == "Init" for part in one.get("subsegments", []))
    ]


@lab.check(
    "14.3",
    points=4,
    title={"en": "no order shows the bottleneck", "pt-BR": "nenhum pedido mostra o gargalo"},
    hidden=True,
)
def gone(account: Account) -> None:
    repaired(account)


@lab.check(
    "14.3",
    points=3,
    title={"en": "every order is answered as before", "pt-BR": "todo pedido é respondido como antes"},
    hidden=True,
)
def right(account: Account) -> None:
    case = repaired(account)
    duties = {"BR": 0, "AR": 2, "CL": 3, "PT": 5}
    for country in ("BR", account.random.choice(("AR", "CL", "PT"))):
        order = Order(account, case, country)
        duty = duties[country] if case.kind == "heavy start" else 0
        for role in SERVICES:
            name = case.names[role]
            wanted = {
                f"sku-{sku}": value + (duty if role == case.role else 0)
                for sku, value in catalogue(account, order, FIELDS[role]).items()
            }
            seen = (order.answer.json() or {}).get(name)
            expect(
                seen == wanted,
                en="expected the answer to hold under {name} one value for each product of an order of {country}: {wanted}; it holds {seen}",
                pt="era esperado que a resposta tivesse em {name} um valor para cada produto de um pedido de {country}: {wanted}; ela tem {seen}",
                read=CAUSE,
                name=name,
                country=country,
                wanted=wanted,
                seen=seen,
            )
        told = account.eventually(lambda order=order: letters(account, case, order) == set(order.notify), 20)  # type: ignore[misc]
        expect(
            told,
            en="expected a letter to each of {count} addresses of an order; the log of {name} has fewer",
            pt="era esperada uma carta para cada um dos {count} endereços de um pedido; o log de {name} tem menos",
            read=WAY,
            count=len(order.notify),
            name=case.names["mail"],
        )


def letters(account: Account, case: Case, order: Order) -> set[str]:
    lines = [line.split() for line in account.logs(case.names["mail"]) if line.endswith(f"about {order.id}")]
    return {words[2] for words in lines}


def catalogue(account: Account, order: Order, field: str) -> dict[int, int]:
    """What the table says of the products of an order."""
    keys = [{"sku": {"S": f"sku-{sku}"}} for sku in order.skus]
    rows = account.client("dynamodb").batch_get_item(RequestItems={CATALOGUE: {"Keys": keys}})["Responses"][CATALOGUE]
    return {int(row["sku"]["S"].removeprefix("sku-")): int(row[field]["N"]) for row in rows}


# --- 14.4 ---

lab.exercise(
    "14.4", title={"en": "One order, on both sides of the queue", "pt-BR": "Um pedido, dos dois lados da fila"}
)


def span(trace_id: str) -> tuple[int, int]:
    """A few minutes around the moment that a trace id names."""
    began = int(trace_id[2:10], 16)
    return began - 60, began + 120


@lab.check(
    "14.4",
    points=3,
    title={"en": "an order's trace is found by its id", "pt-BR": "o trace de um pedido se acha pelo id"},
)
def annotated(account: Account) -> None:
    def traces_of(order: Order) -> list[str]:
        start, end = span(order.trace)
        pages = account.client("xray").get_paginator("get_trace_summaries")
        expression = f'annotation.order = "{order.id}"'
        return [
            one["Id"]
            for page in pages.paginate(StartTime=start, EndTime=end, FilterExpression=expression)
            for one in page["TraceSummaries"]
        ]

    orders = [Order(account, case_of(account)) for _ in range(2)]
    for order in orders:
        account.eventually(lambda order=order: order.trace in traces_of(order), seconds=5)  # type: ignore[misc]
        seen = traces_of(order)
        expect(
            order.trace in seen and len(seen) <= 2,
            en='expected the filter annotation.order = "…" to find the trace of that order alone; of {id} it finds {count} traces',
            pt='era esperado que o filtro annotation.order = "…" achasse só o trace daquele pedido; de {id} ele acha {count} traces',
            read=FINDING,
            id=order.id,
            count=len(seen),
        )


def followed(account: Account) -> tuple[Document, Order, list[str]]:
    """What ``follow`` answers for an order, that order, and the traces behind the queue."""
    case = case_of(account)
    Order(account, case)
    order = Order(account, case)

    def behind() -> list[str]:
        pieces = flat(documents(account, order.trace))
        return sorted({link["trace_id"] for one in pieces for link in one.get("links", [])} - {order.trace})

    linked = account.eventually(behind, 20)
    expect(
        bool(linked),
        en="expected the trace of an order to be linked with one of {name}, behind the queue; it is linked with none",
        pt="era esperado que o trace de um pedido estivesse ligado a um de {name}, atrás da fila; não está ligado a nenhum",
        read=WAY,
        name=case.names["pack"],
    )
    start, end = span(order.trace)
    result = account.invoke("follow", {"order": order.id, "start": start, "end": end})
    expect(
        result.error is None and isinstance(result.payload, dict),
        en="expected follow to answer trace and linked; it answered {payload}, error {error}",
        pt="era esperado que follow respondesse trace e linked; respondeu {payload}, erro {error}",
        read=FINDING,
        payload=result.payload,
        error=(result.error or {}).get("errorMessage"),
    )
    return result.payload, order, linked


@lab.check("14.4", points=2, title={"en": "follow names the order's trace", "pt-BR": "follow diz o trace do pedido"})
def names_trace(account: Account) -> None:
    answer, order, _ = followed(account)
    expect(
        answer.get("trace") == order.trace,
        en="expected trace to be {wanted}, which the API named to the customer; follow says {seen}",
        pt="era esperado que trace fosse {wanted}, que a API informou ao cliente; follow diz {seen}",
        read=FINDING,
        wanted=order.trace,
        seen=answer.get("trace"),
    )


@lab.check(
    "14.4",
    points=2,
    title={"en": "and what is linked with it behind the queue", "pt-BR": "e o que está ligado a ele atrás da fila"},
)
def names_linked(account: Account) -> None:
    answer, _, linked = followed(account)
    seen = answer.get("linked")
    expect(
        isinstance(seen, list) and sorted(map(str, seen)) == linked,
        en="expected linked to be {wanted}; follow says {seen}",
        pt="era esperado que linked fosse {wanted}; follow diz {seen}",
        read=WAY,
        wanted=linked,
        seen=seen,
    )


# --- 14.5 ---

lab.exercise("14.5", title={"en": "A detective that does not sleep", "pt-BR": "Um detetive que não dorme"})


class Scribe:
    """Writes traces that never happened. Times are in seconds after a beginning that it makes up."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._begin = 1_790_000_000 + account.random.randrange(10_000_000)
        self.trace = f"1-{self._begin:08x}-{account.random.getrandbits(96):024x}"

    def piece(self, start: float, end: float, *subsegments: Document, **more: Any) -> Document:
        identity = f"{self._account.random.getrandbits(64):016x}"
        inner = {"subsegments": list(subsegments)} if subsegments else {}
        times = {"start_time": self._begin + start, "end_time": self._begin + end}
        return {"id": identity, "name": self._account.new_name()[6:], **times, **inner, **more}

    def segment(self, start: float, end: float, *subsegments: Document, **more: Any) -> Document:
        return self.piece(start, end, *subsegments, trace_id=self.trace, **more)

    def unit(self) -> float:
        """Tens of milliseconds, another number each time."""
        return self._account.random.randint(20, 40) / 1000


def deep(scribe: Scribe) -> list[Document]:
    """One segment; the longest parts wait, and the culprit stands at the bottom of neither the first nor the last branch."""
    unit = scribe.unit()
    branches, now = [], unit
    for branch in range(3):
        took = (4 if branch != 1 else 9) * unit
        leaf = scribe.piece(now + 0.5 * unit, now + took - 0.5 * unit)
        branches.append(scribe.piece(now, now + took, scribe.piece(now + 0.2 * unit, now + took - 0.2 * unit, leaf)))
        now += took + 0.3 * unit
    return [scribe.segment(0, now + unit, *branches)]


def overlapping(scribe: Scribe) -> list[Document]:
    """Children that run at once: who adds their times up takes too much from their parent, which is the culprit."""
    unit = scribe.unit()
    children = [scribe.piece(start * unit, (start + 6) * unit) for start in (2, 3, 4)]
    parent = scribe.piece(unit, 20 * unit, *reversed(children))
    return [scribe.segment(0, 21 * unit, parent, scribe.piece(20.1 * unit, 20.8 * unit))]


def across(scribe: Scribe) -> list[Document]:
    """A call that is answered by a segment of its own: the caller waits, the called one works."""
    unit = scribe.unit()
    call = scribe.piece(2 * unit, 14 * unit, namespace="aws")
    front = scribe.segment(0, 17 * unit, call)
    back = scribe.segment(2.5 * unit, 13.5 * unit, scribe.piece(11 * unit, 13 * unit), parent_id=call["id"])
    return [back, front]


def outlasting(scribe: Scribe) -> list[Document]:
    """A child that goes on after its parent: only what they share is the child's."""
    unit = scribe.unit()
    call = scribe.piece(8 * unit, 9 * unit, namespace="aws")
    front = scribe.segment(0, 9.2 * unit, call)
    halves = [scribe.piece(8.2 * unit, 13 * unit), scribe.piece(13 * unit, 17.8 * unit)]
    return [front, scribe.segment(8.2 * unit, 17.8 * unit, *halves, parent_id=front["id"])]


def inferred(scribe: Scribe) -> list[Document]:
    """A table that says nothing of itself: the call is the culprit, not what X-Ray made of it."""
    unit = scribe.unit()
    call = scribe.piece(unit, 11 * unit, namespace="aws", aws={"operation": "Scan"})
    table = scribe.segment(unit, 11 * unit, parent_id=call["id"], inferred=True, origin="AWS::DynamoDB::Table")
    table["id"] = f"f{table['id'][1:]}"
    call["id"] = table["parent_id"] = f"0{call['id'][1:]}"
    return [table, scribe.segment(0, 14 * unit, call)]


def inferred_last(scribe: Scribe) -> list[Document]:
    """The same the other way round: of two pieces with one own time, neither the first nor the last is right by chance."""
    return inferred(scribe)[::-1]


def answers(account: Account, *stories: Callable[[Scribe], list[Document]]) -> None:
    """The detective names the piece with the largest own time in a trace of each story, twice."""
    for story in (*stories, *stories):
        scribe = Scribe(account)
        told = story(scribe)
        pieces = [piece for root in grow([one for one in told if not one.get("inferred")]) for _, piece in root.walk()]
        truth = max(pieces, key=lambda one: one.own() or 0)
        segments = [{"Id": one["id"], "Document": json.dumps(one)} for one in told]
        event = {"Traces": [{"Id": scribe.trace, "LimitExceeded": False, "Segments": segments}]}
        result = account.invoke("detective", event)
        expect(
            result.error is None,
            en="expected detective to answer; it failed, and what it said stands in its log, /aws/lambda/detective ({error})",
            pt="era esperado que detective respondesse; ela falhou, e o que disse está no log dela, /aws/lambda/detective ({error})",
            read=NODES,
            error=(result.error or {}).get("errorMessage"),
        )
        seen = result.payload if isinstance(result.payload, dict) else {}
        expect(
            seen.get("id") == truth.document["id"] and seen.get("name") == truth.name,
            en="expected detective to name {wanted}, which is busy for {own} s by itself; it answered {seen}",
            pt="era esperado que detective apontasse {wanted}, ocupado por {own} s por conta própria; respondeu {seen}",
            read=NODES,
            wanted=truth.name,
            own=round(truth.own() or 0, 3),
            seen=result.payload,
        )
        own = seen.get("own")
        expect(
            isinstance(own, int | float) and abs(own - (truth.own() or 0)) < 0.0025,
            en="expected own to be {wanted} s; detective says {seen}",
            pt="era esperado que own fosse {wanted} s; detective diz {seen}",
            read=NODES,
            wanted=round(truth.own() or 0, 3),
            seen=own,
        )


@lab.check("14.5", points=2, title={"en": "inside one segment", "pt-BR": "dentro de um segmento"}, hidden=True)
def inside_one(account: Account) -> None:
    answers(account, deep)


@lab.check(
    "14.5", points=2, title={"en": "with children that overlap", "pt-BR": "com filhos que se sobrepõem"}, hidden=True
)
def with_overlaps(account: Account) -> None:
    answers(account, overlapping)


@lab.check(
    "14.5",
    points=2,
    title={
        "en": "across segments, also where a child outlasts its parent",
        "pt-BR": "entre segmentos, também quando um filho dura mais que o pai",
    },
    hidden=True,
)
def across_segments(account: Account) -> None:
    answers(account, across, outlasting)


@lab.check(
    "14.5",
    points=2,
    title={"en": "without what X-Ray inferred", "pt-BR": "sem o que o X-Ray inferiu"},
    hidden=True,
)
def without_inferred(account: Account) -> None:
    answers(account, inferred, inferred_last)
