# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "14"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Tracing"
#     pt-BR: "Rastreamento (tracing)"
#   days: [22]
#   claims: ["22-12", "22-13", "22-14"]
#   needs: ["05", "07"]
# ---

# %% [markdown] id="opening" lang="en"
# # Tracing
#
# *Lesson 14 · 45 minutes · you need: lessons 05 and 07*
#
# "Some orders are slow. Not all. Nobody knows where." Metrics say *that*, logs say *what*; a trace says *where*, for one request, across all that it touched. **What does X-Ray see of a request, what does it not, and when may you say "there it is"?**
# At the end you will be able to
#
# - put your own part into Lambda's trace, and say why the post's code does not;
# - read a trace: two nodes for one function, the cold start, own time against duration;
# - follow an order from the API through a table and across a queue;
# - choose what is traced, find one order again, and name a culprit without blaming the one who waits.

# %% [markdown] id="opening" lang="pt-BR" of="e787c2"
# # Rastreamento (tracing)
#
# *Lição 14 · 45 minutos · você precisa das lições 05 e 07*
#
# "Alguns pedidos estão lentos. Nem todos. Ninguém sabe onde." Métricas dizem *que*, logs dizem *o quê*; um trace diz *onde*, para uma requisição, por tudo o que ela tocou. **O que o X-Ray vê de uma requisição, o que não vê, e quando dá para dizer "é ali"?**
# No final você vai saber
#
# - colocar a sua parte no trace do Lambda, e dizer por que o código do post não faz isso;
# - ler um trace: dois nós para uma função, o cold start, tempo próprio e duração;
# - seguir um pedido da API até a tabela e para o outro lado da fila;
# - escolher o que é rastreado, reencontrar um pedido, e apontar o culpado sem acusar quem só espera.

# %% id="connect" tags=["nbval-ignore-output"]
import base64
import json
import re
import subprocess
import sys
import time
from datetime import timedelta

import boto3
import httpx

from helpers import clock, connect, deploy, interview, invoke_url, quiz, service_map, trace_waterfall

connect("14")

# %% [markdown] id="claim" lang="en"
# ## 1. A trace that vanishes
#
# **The post says** (day 22): to trace a function, patch the libraries and open a segment around the work. This is its snippet 5; only its five seconds of sleep have become five hundredths.

# %% [markdown] id="claim" lang="pt-BR" of="d2dae7"
# ## 1. Um trace que some
#
# **O post diz** (Dia 22): para rastrear uma função, aplique o patch nas bibliotecas e abra um segmento em volta do trabalho. Este é o trecho 5 dele; só os cinco segundos de sleep viraram cinco centésimos.

# %% id="write-post"
# %%writefile work/post.py
# Exemplo de função Lambda com rastreamento X-Ray
import json
import time
import aws_xray_sdk
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core import patch_all

patch_all()

def lambda_handler(event, context):
    with xray_recorder.in_segment('processamento'):
        time.sleep(0.05)  # Simula carga de trabalho
        return {
            'statusCode': 200,
            'body': json.dumps('Olá do Lambda com rastreamento X-Ray!')}

# %% [markdown] id="post-intro" lang="en"
# The X-Ray SDK is not part of Lambda's runtime. AWS's public layer of Powertools brings it; `tracing=True` is active tracing, plus the right to write traces for the role. **Your bet:** what does the call answer, and where is `processamento` in the trace?

# %% [markdown] id="post-intro" lang="pt-BR" of="dbb7b3"
# O SDK do X-Ray não faz parte do runtime do Lambda. A layer pública do Powertools, da AWS, o traz; `tracing=True` é o active tracing, mais a permissão de gravar traces para a role. **Sua aposta:** o que a chamada responde, e onde está `processamento` no trace?

# %% id="tools"
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
traced = {"layers": [POWERTOOLS], "tracing": True, "timeout": 30, "memory": 512, "show": False}
lambda_client, xray = boto3.client("lambda"), boto3.client("xray")

def invoke(name):
    answer = lambda_client.invoke(FunctionName=name, LogType="Tail")
    return json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()

# %% id="call-post"
deploy("work/post.py", "post", **traced)
answer, log = invoke("post")
print(answer["statusCode"])

# %% [markdown] id="trace-intro" lang="en"
# 200, no error. The last line of the log names the trace; X-Ray gives us its documents (**on AWS** only after some seconds):

# %% [markdown] id="trace-intro" lang="pt-BR" of="c5a49b"
# 200, nenhum erro. A última linha do log dá o nome do trace; o X-Ray nos entrega os documentos dele (**na AWS**, só depois de alguns segundos):

# %% id="look"
def segments(text):
    trace_id = re.search("1-[0-9a-f]{8}-[0-9a-f]{24}", text)[0]
    [found] = xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
    documents = [json.loads(one["Document"]) for one in found["Segments"]]
    return sorted(documents, key=lambda one: one["start_time"])

for one in segments(log):
    print(one["name"], one["origin"], [part["name"] for part in one.get("subsegments", [])])

# %% id="warning"
print(*[line.split("\t")[-1] for line in log.splitlines() if "[WARNING]" in line], sep="\n")

# %% [markdown] id="post-holds" lang="en"
# No `processamento`, and a warning that nobody reads when the answer is 200. Inside Lambda the **segment** belongs to the service: your code may only add **subsegments**. One word repairs it.

# %% [markdown] id="post-holds" lang="pt-BR" of="0112cd"
# Nada de `processamento`, e um warning que ninguém lê quando a resposta é 200. Dentro do Lambda o **segmento** é do serviço: o seu código só pode acrescentar **subsegmentos**. Uma palavra conserta.

# %% id="repair"
code = open("work/post.py").read().replace("in_segment", "in_subsegment")
open("work/repaired.py", "w").write(code)
deploy("work/repaired.py", "repaired", **traced)
answer, log = invoke("repaired")
print([part["name"] for part in segments(log)[1]["subsegments"]])

# %% [markdown] id="notebook-bet" lang="en"
# Why does the post's line look right? Because outside Lambda it *is*. **Bet:** which of the two works in a plain Python process? (In a process of its own: `patch_all()` would patch this kernel's boto3, too.)

# %% [markdown] id="notebook-bet" lang="pt-BR" of="8ed613"
# Por que a linha do post parece certa? Porque fora do Lambda ela *está* certa. **Aposte:** qual das duas funciona num processo Python comum? (Num processo à parte: `patch_all()` mexeria também no boto3 deste kernel.)

# %% id="outside"
for way in ("in_segment", "in_subsegment"):
    script = f"from aws_xray_sdk.core import xray_recorder\nwith xray_recorder.{way}('x') as part: part.put_annotation('order', 1)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    print(way, "→", (ended.stderr.splitlines() or ["fine"])[-1])

# %% [markdown] id="outside-read" lang="en"
# The exact reverse. "It works in my notebook" is the trap: what passes on your computer is what Lambda discards. **What holds** ([Lambda and X-Ray](https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html), checked 2026-11): subsegments only.
#
# ## 2. Two nodes, one call
#
# Above, `post` stood there twice. **Bet:** did it run twice?

# %% [markdown] id="outside-read" lang="pt-BR" of="5b730f"
# Exatamente o contrário. "Funciona no meu notebook" é a armadilha: o que passa no seu computador é o que o Lambda descarta. **O que vale** ([Lambda e X-Ray](https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html), conferido em 2026-11): só subsegmentos.
#
# ## 2. Dois nós, uma chamada
#
# Lá em cima, `post` aparecia duas vezes. **Aposte:** ela rodou duas vezes?

# %% id="waterfall" tags=["nbval-ignore-output"]
trace_waterfall(log)

# %% [markdown] id="waterfall-read" lang="en"
# Once. `AWS::Lambda` is the *service*, which took the call; `AWS::Lambda::Function` is *your* environment, which did the work. `Init` is the cold start. (The `Invocation` part of older screenshots is gone.)
#
# The two columns on the right are what you read a trace for: how long a part **took**, and how long it was busy **by itself**, while none of its children ran. By hand, for the one of three more calls that your computer disturbed least:

# %% [markdown] id="waterfall-read" lang="pt-BR" of="2eab38"
# Uma vez. `AWS::Lambda` é o *serviço*, que recebeu a chamada; `AWS::Lambda::Function` é o *seu* ambiente, que fez o trabalho. `Init` é o cold start. (A parte `Invocation`, das capturas de tela antigas, não existe mais.)
#
# As duas colunas da direita são a razão de ler um trace: quanto uma parte **levou**, e quanto ela esteve ocupada **por conta própria**, sem nenhum filho rodando. À mão, para aquela de mais três chamadas que o seu computador menos atrapalhou:

# %% id="own-time"
def own_time(piece, children=None):
    own, reached = 0, piece["start_time"]
    for part in sorted(children or piece.get("subsegments", []), key=lambda one: one["start_time"]):
        own += max(0, part["start_time"] - reached)
        reached = max(reached, part["end_time"])
    return own + max(0, piece["end_time"] - reached)

def called_again():
    clock.advance(seconds=2)
    return segments(invoke("repaired")[1])[1]

function = min((called_again() for _ in range(3)), key=own_time)
print([part["name"] for part in function["subsegments"]])
print("own time under half:", own_time(function) < (function["end_time"] - function["start_time"]) / 2)

# %% [markdown] id="way-intro" lang="en"
# No `Init` in the warm call, and the function by itself did little: its time is in `processamento`.
#
# ## 3. The way of an order
#
# **The post says:** trace requests *from API Gateway through the functions to DynamoDB*. Loja's order goes further:
#
# ```mermaid
# flowchart LR
#     client((client)) --> api["API loja"] --> orders --> table[(orders)]
#     orders -. "only with a coupon" .-> coupons
#     orders --> queue[[to-pack]] --> packing
# ```

# %% [markdown] id="way-intro" lang="pt-BR" of="df89d0"
# Nenhum `Init` na chamada quente, e a função sozinha fez pouco: o tempo dela está em `processamento`.
#
# ## 3. O caminho de um pedido
#
# **O post diz:** rastreie requisições *do API Gateway pelas funções até o DynamoDB*. O pedido da Loja vai mais longe:
#
# ```mermaid
# flowchart LR
#     client((cliente)) --> api["API loja"] --> orders --> table[(orders)]
#     orders -. "só com cupom" .-> coupons
#     orders --> queue[[to-pack]] --> packing
# ```

# %% id="write-orders"
# %%writefile work/orders.py
import json, os, boto3
from aws_xray_sdk.core import patch_all, xray_recorder
patch_all()
table, sqs, functions = boto3.resource("dynamodb").Table("orders"), boto3.client("sqs"), boto3.client("lambda")
def lambda_handler(event, context):
    order = json.loads(event["body"])
    with xray_recorder.in_subsegment("accept") as part:
        part.put_annotation("order", order["id"])
        part.put_metadata("note", order.get("note", ""))
        table.put_item(Item=order)
    if "coupon" in order:
        functions.invoke(FunctionName="coupons", Payload=json.dumps(order))
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=order["id"])
    return {"statusCode": 202 if order["lines"] else 400}

# %% id="write-coupons"
# %%writefile work/coupons.py
import time

def lambda_handler(event, context):
    time.sleep(0.6)
    return {"discount": 10}

# %% id="write-packing"
# %%writefile work/packing.py
def lambda_handler(event, context):
    print("packs", len(event["Records"]))

# %% [markdown] id="build-intro" lang="en"
# `patch_all()` makes a subsegment of every boto3 call; what we note on `accept` comes back in section 5. Table, queue and functions, all as in earlier lessons (**on AWS** the roles must also allow the table, the queue and the call of `coupons`):

# %% [markdown] id="build-intro" lang="pt-BR" of="4dc298"
# O `patch_all()` faz de cada chamada do boto3 um subsegmento; o que anotamos em `accept` volta na seção 5. Tabela, fila e funções, como nas lições anteriores (**na AWS** as roles também precisam permitir a tabela, a fila e a chamada de `coupons`):

# %% id="build"
id_key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
boto3.client("dynamodb").create_table(TableName="orders", BillingMode="PAY_PER_REQUEST", **id_key)
queue = boto3.client("sqs").create_queue(QueueName="to-pack", Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
orders = deploy("work/orders.py", "orders", environment={"QUEUE": queue}, **traced)
for name in ("coupons", "packing"):
    deploy(f"work/{name}.py", name, **traced)
arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
mapping = lambda_client.create_event_source_mapping(FunctionName="packing", EventSourceArn=arn)

# %% [markdown] id="stage-intro" lang="en"
# Tracing of a REST API is a switch of its **stage**. ([HTTP APIs have none](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html), checked 2026-11.)

# %% [markdown] id="stage-intro" lang="pt-BR" of="08ea98"
# O tracing de uma API REST é uma chave do **stage**. ([HTTP APIs não têm](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html), conferido em 2026-11.)

# %% id="paths"
uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{orders}/invocations"
proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": {"statusCode": "200"}}}
paths = {"/orders": {"post": {"x-amazon-apigateway-integration": proxy}},
         "/health": {"get": {"responses": {"200": {"description": "fine"}}, "x-amazon-apigateway-integration": mock}}}

# %% id="api"
gateway = boto3.client("apigateway")
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": paths}
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
gateway.create_deployment(restApiId=api, stageName="prod", tracingEnabled=True)
lambda_client.add_permission(FunctionName="orders", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
web = httpx.Client(base_url=invoke_url(api, "prod"), trust_env=False, timeout=30)

# %% id="first-order"
def order(number, **more):
    return web.post("/orders", json={"id": f"o-{number}", "lines": ["caneca"], **more})

first = order(1, coupon="VERAO")
print(first.status_code, "trace in the answer's header:", "x-amzn-trace-id" in first.headers)

# %% [markdown] id="map-bet" lang="en"
# **Bet:** is `packing`, behind the queue, in this trace?

# %% [markdown] id="map-bet" lang="pt-BR" of="b0b929"
# **Aposte:** a `packing`, atrás da fila, está neste trace?

# %% id="first-trace"
told = first.headers["x-amzn-trace-id"]
for one in segments(told):
    print(one["name"], "·", one["origin"], "· inferred" if one.get("inferred") else "")

# %% [markdown] id="first-read" lang="en"
# From the stage to the table and the queue, and there the trace ends. Table and queue send nothing to X-Ray: they are **inferred** from the caller's subsegments. `packing` has a trace of its own:

# %% [markdown] id="first-read" lang="pt-BR" of="1407ea"
# Do stage até a tabela e a fila, e ali o trace acaba. Tabela e fila não mandam nada ao X-Ray: são **inferidas** dos subsegmentos de quem chamou. A `packing` tem um trace só dela:

# %% id="linked"
def find(expression, seconds=20):
    deadline, found = time.monotonic() + seconds, []
    while not found and time.monotonic() < deadline:
        times = {"StartTime": clock.now() - timedelta(minutes=30), "EndTime": clock.now() + timedelta(minutes=1)}
        pages = xray.get_paginator("get_trace_summaries").paginate(**times, FilterExpression=expression)
        found = [one for page in pages for one in page["TraceSummaries"]]
    return found

[packed] = find('service("packing")')
print("same trace:", packed["Id"] in told)
print("linked to it:", [link["trace_id"] in told for link in segments(packed["Id"])[0]["links"]])

# %% id="map" tags=["nbval-ignore-output"]
service_map()

# %% [markdown] id="map-read" lang="en"
# The map joins what the traces keep apart. **What holds** ([X-Ray and SQS](https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html), checked 2026-11): the message carries the header, and the batch that takes it is a *new* trace with **links** to the senders'. Ten messages may have ten senders; one parent would be a lie. How long the order waited, neither trace says; the data behind the map does (`ReceivedEventAgeHistogram`).
#
# ## 4. Which requests are seen
#
# **Bet:** sixty calls of `GET /health`, as fast as they go. How many traces?

# %% [markdown] id="map-read" lang="pt-BR" of="c0a479"
# O mapa junta o que os traces separam. **O que vale** ([X-Ray e SQS](https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html), conferido em 2026-11): a mensagem carrega o header, e o lote que a pega é um trace *novo*, com **links** para os de quem enviou. Dez mensagens podem ter dez remetentes; um único pai seria mentira. Quanto o pedido esperou, nenhum dos dois traces diz; os dados por trás do mapa dizem (`ReceivedEventAgeHistogram`).
#
# ## 4. Quais requisições são vistas
#
# **Aposte:** sessenta chamadas de `GET /health`, tão rápido quanto der. Quantos traces?

# %% id="sampling"
health = 'http.url CONTAINS "health"'
clock.advance(seconds=2)
codes = [web.get("/health").status_code for _ in range(60)]
print(len(codes), "calls; fewer than 30 traces:", 0 < len(find(health)) < 30)

# %% [markdown] id="sampling-read" lang="en"
# The first of each second, and 5 % of the rest ([sampling](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-sampling), checked 2026-11). Enough for "what is usual", not for "what happened to order 4711". The decision is made **once**, at the entrance, and travels in the header, which a client can write, too:

# %% [markdown] id="sampling-read" lang="pt-BR" of="d71f19"
# A primeira de cada segundo, e 5 % das outras ([amostragem](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-sampling), conferido em 2026-11). Basta para "o que é comum", não serve para "o que houve com o pedido 4711". A decisão é tomada **uma vez**, na entrada, e viaja no header, que o cliente também pode escrever:

# %% id="header"
before = len(find(health))
for sampled in (0, 1):
    clock.advance(seconds=2)
    root = f"1-{int(clock.now().timestamp()):08x}-{sampled:024x}"
    web.get("/health", headers={"X-Amzn-Trace-Id": f"Root={root};Sampled={sampled}"})
    print(f"Sampled={sampled}: new traces", len(find(health)) - before)

# %% [markdown] id="rule-intro" lang="en"
# The stage takes the client's word, both times. And a function without active tracing (`PassThrough`, the default) hands the header on and sends nothing, even with `Sampled=1`. What you own is the rule at the entrance. Orders are money: all of them, please.

# %% [markdown] id="rule-intro" lang="pt-BR" of="3c07d5"
# O stage aceita a palavra do cliente, nas duas vezes. E uma função sem active tracing (`PassThrough`, o padrão) repassa o header e não envia nada, mesmo com `Sampled=1`. O que é seu é a regra na entrada. Pedido é dinheiro: todos, por favor.

# %% id="rule"
everything = dict.fromkeys(["ServiceName", "ServiceType", "Host", "ResourceARN"], "*")
rule = {"RuleName": "orders", "Priority": 10, "ReservoirSize": 10, "FixedRate": 1.0,
        "HTTPMethod": "POST", "URLPath": "*/orders", "Version": 1, **everything}
xray.create_sampling_rule(SamplingRule=rule)
clock.advance(minutes=5)
codes = [order(number).status_code for number in range(20, 30)]
print(len(codes), "orders, traces:", len(find('annotation.order BEGINSWITH "o-2"')))

# %% [markdown] id="rule-read" lang="en"
# Ten of ten. (The rule works on the *stage*. For a function that is called directly, Lambda's own rate cannot be changed.) Each recorded trace costs, so keep such rules narrow.
#
# ## 5. Finding one order again
#
# We noted the order's id as an **annotation**, and the customer's note as **metadata**. **Bet:** which of the two can be searched for?

# %% [markdown] id="rule-read" lang="pt-BR" of="c2c012"
# Dez de dez. (A regra vale no *stage*. Para uma função chamada diretamente, a taxa do próprio Lambda não muda.) Cada trace gravado custa, então deixe regras assim bem estreitas.
#
# ## 5. Reencontrar um pedido
#
# Anotamos o id do pedido como **annotation**, e o recado do cliente como **metadata**. **Aposte:** qual dos dois dá para pesquisar?

# %% id="annotation"
print("by order:", len(find('annotation.order = "o-24"')))
try:
    find('metadata.note = "gift"')
except xray.exceptions.InvalidRequestException as refusal:
    print("by note:", refusal.response["Error"]["Code"])

# %% [markdown] id="annotation-read" lang="en"
# Annotations are indexed: up to 50 a trace, simple values. Metadata is kept, shown, and never found ([annotations and metadata](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-annotations), checked 2026-11). Neither is a place for a card number.
#
# Failures are found by kind. One empty order, one that is no order, and three words that are not synonyms:

# %% [markdown] id="annotation-read" lang="pt-BR" of="834bd2"
# Annotations são indexadas: até 50 por trace, valores simples. Metadata é guardada, mostrada, e nunca encontrada ([annotations e metadata](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-annotations), conferido em 2026-11). Nenhuma das duas é lugar para número de cartão.
#
# Falhas se procuram pelo tipo. Um pedido vazio, um que nem é pedido, e três palavras que não são sinônimas:

# %% id="failures"
print("empty:", order(30, lines=[]).status_code, "· no order:", web.post("/orders", content="?").status_code)
for kind in ("error", "fault", "throttle"):
    print(kind, len(find(kind, seconds=1)))

# %% [markdown] id="failures-read" lang="en"
# **Error** is 4xx: the caller's. **Fault** is 5xx: ours. **Throttle** is 429.
#
# ## 6. Slow is not the cause
#
# **The post says** (question 10): X-Ray shows where bottlenecks come from. Nine orders now, three of them with a coupon, and each sent three times: its quickest time counts, because a computer has pauses of its own. Ask for the slowest:

# %% [markdown] id="failures-read" lang="pt-BR" of="cad315"
# **Error** é 4xx: de quem chama. **Fault** é 5xx: nosso. **Throttle** é 429.
#
# ## 6. Lento não é causa
#
# **O post diz** (pergunta 10): o X-Ray mostra de onde vêm os gargalos. Agora nove pedidos, três deles com cupom, cada um enviado três vezes: vale o tempo mais rápido, porque um computador tem as suas próprias pausas. Peça os mais lentos:

# %% id="slow"
for number in [*range(41, 50)] * 3:
    order(number, **({"coupon": "VERAO"} if number % 3 == 0 else {}))
quickest = {}
for one in sorted(find('annotation.order BEGINSWITH "o-4"'), key=lambda one: -one["ResponseTime"]):
    quickest[one["Annotations"]["order"][0]["AnnotationValue"]["StringValue"]] = one
slowest = sorted(quickest, key=lambda name: quickest[name]["ResponseTime"])[-3:]
print(sorted(slowest))

# %% [markdown] id="slow-bet" lang="en"
# **Bet:** which function would you open first, if the dashboard only said that `orders` takes long? Duration and own time of one of the three:

# %% [markdown] id="slow-bet" lang="pt-BR" of="d48048"
# **Aposte:** qual função você abriria primeiro, se o dashboard só dissesse que `orders` demora? Duração e tempo próprio, para um dos três:

# %% id="blame"
for one in segments(quickest[slowest[-1]]["Id"]):
    if one["origin"] == "AWS::Lambda::Function":
        took = one["end_time"] - one["start_time"]
        print(one["name"], "· over 0.6 s:", took > 0.6, "· by itself:", own_time(one) > 0.6)

# %% id="slow-waterfall" tags=["nbval-ignore-output"]
trace_waterfall(quickest[slowest[-1]]["Id"])

# %% [markdown] id="blame-read" lang="en"
# Everybody above is slow, because everybody waits; only `coupons` is busy by itself. But is `coupons` the *cause*? The trace cannot say: below it there is nothing, because nothing in it is instrumented. A wide bar without children means "I do not know", not "guilty". So one more subsegment for each suspect:

# %% [markdown] id="blame-read" lang="pt-BR" of="6437fd"
# Todo mundo acima está lento, porque todo mundo espera; só a `coupons` está ocupada por conta própria. Mas ela é a *causa*? O trace não sabe dizer: abaixo dela não há nada, porque nada nela foi instrumentado. Uma barra larga sem filhos quer dizer "não sei", não "culpada". Então mais um subsegmento para cada suspeito:

# %% [markdown] id="tracer-intro" lang="en"
# ## 7. The road from here
#
# This time with Powertools' **Tracer**, which is what one writes at work: it patches, names handler and methods, notes cold starts, keeps still outside Lambda.

# %% [markdown] id="tracer-intro" lang="pt-BR" of="c87147"
# ## 7. A estrada daqui em diante
#
# Desta vez com o **Tracer** do Powertools, que é o que se escreve no trabalho: ele aplica o patch, dá nome a handler e métodos, anota cold starts, e fica quieto fora do Lambda.

# %% id="write-tracer"
# %%writefile work/coupons.py
import time
from aws_lambda_powertools import Tracer
tracer = Tracer(service="loja")
@tracer.capture_method
def rules(order):
    return {"VERAO": 10}
@tracer.capture_method
def ask_partner(code):
    time.sleep(0.6)
    return True
@tracer.capture_lambda_handler
def lambda_handler(event, context):
    tracer.put_annotation(key="coupon", value=event["coupon"])
    return {"discount": rules(event)[event["coupon"]] if ask_partner(event["coupon"]) else 0}

# %% id="tracer"
deploy("work/coupons.py", "coupons", **traced)
told = order(51, coupon="VERAO").headers["x-amzn-trace-id"]
[coupons] = [one for one in segments(told) if (one["name"], one["origin"]) == ("coupons", "AWS::Lambda::Function")]
[handler] = [part for part in coupons["subsegments"] if part["name"].startswith("##")]
longest = max(handler["subsegments"], key=own_time)
print([part["name"] for part in handler["subsegments"]])
print("longest:", longest["name"])

# %% [markdown] id="sdk" lang="en"
# It was the partner whom `coupons` asks, two steps away from the function that the alarm named. **What holds:** X-Ray shows where time goes, among what is sampled and instrumented. Why, code and logs say.
#
# Tracer still stands on the X-Ray SDK. That SDK and the daemon are **in maintenance** since 25 February 2026; the X-Ray *service* is not. AWS recommends OpenTelemetry ([timeline](https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-daemon-timeline.html), checked 2026-11; no last day any more, though many still quote 2027). The same idea there:

# %% [markdown] id="sdk" lang="pt-BR" of="e3998f"
# Era o parceiro que a `coupons` consulta, a dois passos da função que o alarme citou. **O que vale:** o X-Ray mostra para onde o tempo vai, entre o que foi amostrado e instrumentado. Por quê, quem diz são o código e os logs.
#
# O Tracer ainda se apoia no SDK do X-Ray. Esse SDK e o daemon estão **em manutenção** desde 25 de fevereiro de 2026; o *serviço* X-Ray, não. A AWS recomenda OpenTelemetry ([cronograma](https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-daemon-timeline.html), conferido em 2026-11; já sem um último dia, embora muita gente ainda cite 2027). A mesma ideia por lá:

# %% id="write-otel"
# %%writefile work/receipts.py
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "receipts-otel"}))
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("loja")

def lambda_handler(event, context):
    with tracer.start_as_current_span("receipt", kind=trace.SpanKind.SERVER):
        with tracer.start_as_current_span("render") as span:
            span.set_attribute("order", "o-51")

# %% id="otel"
import os

where = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": os.environ["AWS_ENDPOINT_URL"] + "/v1/traces",
         "OTEL_EXPORTER_OTLP_TRACES_HEADERS": f"x-localcloud-account={os.environ['AWS_ACCESS_KEY_ID']}"}
packages = ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
deploy("work/receipts.py", "receipts", packages=packages, environment=where, timeout=30, memory=512, show=False)
answer, log = invoke("receipts")
[receipt] = find('service("receipts-otel")')
print([(one["name"], [part["name"] for part in one["subsegments"]]) for one in segments(receipt["Id"])])

# %% [markdown] id="otel-read" lang="en"
# A **span** has become a segment, its child a subsegment, over OTLP and HTTP. **On AWS** the endpoint wants a signed request and CloudWatch's Transaction Search ([OTLP endpoints](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html), checked 2026-11); mostly one takes AWS's OpenTelemetry layer (ADOT), which also joins the spans to Lambda's trace. The local cloud does not run that layer.
#
# ## What we saw
#
# - In Lambda, `in_segment` is discarded with a warning and a 200. **Subsegments** only; outside it is the reverse.
# - One call, two nodes. Duration says who waits, **own time** who is busy.
# - A queue ends the trace; the next one is **linked**.
# - The entrance decides what is sampled. Annotations are found, metadata is not.
# - A bar without children is ignorance, not guilt.

# %% [markdown] id="otel-read" lang="pt-BR" of="792aee"
# Um **span** virou segmento, o filho virou subsegmento, por OTLP e HTTP. **Na AWS** o endpoint quer requisição assinada e o Transaction Search do CloudWatch ([endpoints OTLP](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html), conferido em 2026-11); em geral se usa a layer OpenTelemetry da AWS (ADOT), que também junta os spans ao trace do Lambda. A nuvem local não roda essa layer.
#
# ## O que vimos
#
# - No Lambda, `in_segment` é descartado com um warning e um 200. Só **subsegmentos**; fora dele é o contrário.
# - Uma chamada, dois nós. A duração diz quem espera; o **tempo próprio**, quem trabalha.
# - A fila encerra o trace; o próximo é **ligado** a ele.
# - A entrada decide o que é amostrado. Annotation se acha, metadata não.
# - Barra sem filhos é ignorância, não culpa.

# %% id="quiz"
quiz("14")

# %% [markdown] id="interview-intro" lang="en"
# **Interview questions this prepares.** Question 9, *trace requests through functions and API Gateway*, and question 10, *bottlenecks of unknown origin*. Answer aloud before you unfold:

# %% [markdown] id="interview-intro" lang="pt-BR" of="b9e676"
# **Perguntas de entrevista que isto prepara.** A pergunta 9, *rastrear requisições por funções e API Gateway*, e a pergunta 10, *gargalos de origem desconhecida*. Responda em voz alta antes de abrir:

# %% id="interview-9"
interview("q09")

# %% id="interview-10"
interview("q10")

# %% [markdown] id="next" lang="en"
# **Read next.** Lab 14: a production with a bottleneck that only you have. Then lesson 15, what all this costs.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the repaired function, traced by the real X-Ray. The trace arrives after some seconds. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="a56ca2"
# **O que ler agora.** O lab 14: uma produção com um gargalo que só você tem. Depois a lição 15, quanto tudo isso custa.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): a função consertada, rastreada pelo X-Ray de verdade. O trace chega depois de alguns segundos. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
deploy("work/repaired.py", "course-tracing", **traced)
real = boto3.client("lambda").invoke(FunctionName="course-tracing", LogType="Tail")
real_log = base64.b64decode(real["LogResult"]).decode()
print("XRAY TraceId" in real_log)

# %% id="real-trace"
# %%real_aws --cost "under US$ 0.01"
trace_id = re.search("1-[0-9a-f]{8}-[0-9a-f]{24}", real_log)[0]
real_xray, deadline, found = boto3.client("xray"), time.monotonic() + 60, []
while not found and time.monotonic() < deadline:
    found = real_xray.batch_get_traces(TraceIds=[trace_id])["Traces"]
print([json.loads(one["Document"])["name"] for trace in found for one in trace["Segments"]])

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
