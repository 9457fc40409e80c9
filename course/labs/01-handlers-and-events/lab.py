# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "01"
#   kind: lab
#   minutes: 60
#   title:
#     en: "One handler, five event shapes"
#     pt-BR: "Um handler, cinco formatos de evento"
#   days: [11, 22, 26]
#   claims: ["11-2", "11-4", "11-5", "22-9", "26-1"]
#   needs: ["01"]
# ---

# %% [markdown] id="opening" lang="en"
# # One handler, five event shapes
#
# *Lab 01 · 60 minutes · you need: lesson 01*
#
# You are on call at Loja. Five small jobs wait, one for each thing that an event can hide. Write each answer into its cell, run the cells
# below it, and ask the judge with `check`. The judge looks at your account from outside: it calls your functions with events of its own, some of
# which it does not show, and reads your tables. Each check gives points on its own, so a half-right answer counts half.
#
# The first cell empties the account of this lab and builds four tables, all with the key `id`.

# %% [markdown] id="opening" lang="pt-BR" of="437088"
# # Um handler, cinco formatos de evento
#
# *Lab 01 · 60 minutos · você precisa da lição 01*
#
# Você está de plantão na Loja. Cinco tarefas pequenas esperam, uma para cada coisa que um evento pode esconder. Escreva cada resposta na célula dela, rode as células
# de baixo e pergunte ao juiz com `check`. O juiz olha a sua conta de fora: chama as suas funções com eventos dele, alguns
# que ele não mostra, e lê as suas tabelas. Cada verificação vale pontos sozinha, então uma resposta meio certa vale metade.
#
# A primeira célula esvazia a conta deste lab e cria quatro tabelas, todas com a chave `id`.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, connect, deploy

connect("lab-01")
id_key = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
for name in ("products", "stock", "photos", "orders"):
    boto3.client("dynamodb").create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **id_key)

# %% id="call"
def call(name, event):
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    payload = json.load(answer["Payload"])
    return f"{payload['errorType']}: {payload['errorMessage']}" if "FunctionError" in answer else payload


def rows(name):
    return boto3.resource("dynamodb").Table(name).scan()["Items"]

# %% [markdown] id="task-1" lang="en"
# ## 01.1 A greeting that answers
#
# *Warm-up · 10 minutes · 4 points.* Day 22's first snippet greets nobody, after five seconds. Repair the idea: the function `greeting` stands behind a
# REST API (payload format 1.0) and greets by name.
#
# | request | answer |
# |---|---|
# | `GET /greeting?name=Ana` | status 200, body `{"message": "Olá, Ana!"}` |
# | `GET /greeting`, no query string at all | status 200, body `{"message": "Olá, cliente!"}` |
#
# It answers within one second. The body is JSON *text*, as for every HTTP door.

# %% [markdown] id="task-1" lang="pt-BR" of="2ffad1"
# ## 01.1 Uma saudação que responde
#
# *Aquecimento · 10 minutos · 4 pontos.* O primeiro trecho do Dia 22 não cumprimenta ninguém, depois de cinco segundos. Conserte a ideia: a função `greeting` fica atrás de uma
# API REST (payload format 1.0) e cumprimenta pelo nome.
#
# | requisição | resposta |
# |---|---|
# | `GET /greeting?name=Ana` | status 200, body `{"message": "Olá, Ana!"}` |
# | `GET /greeting`, sem query string nenhuma | status 200, body `{"message": "Olá, cliente!"}` |
#
# Ela responde em até um segundo. O body é *texto* JSON, como em toda porta HTTP.

# %% id="answer-01-1" exercise="01.1"
# %%writefile work/greeting.py
import json


def lambda_handler(event, context):
    # BEGIN SOLUTION
    query = event["queryStringParameters"] or {}  # a REST API sends None, not {}, when there is no query string
    message = f"Olá, {query.get('name', 'cliente')}!"
    return {"statusCode": 200, "body": json.dumps({"message": message}, ensure_ascii=False)}
    # END SOLUTION

# %% [markdown] id="try-1" lang="en"
# Deploy it and try it. `call` answers with an error's name when your handler raised.

# %% [markdown] id="try-1" lang="pt-BR" of="b0046d"
# Faça o deploy e experimente. O `call` responde com o nome do erro quando o seu handler lança uma exceção.

# %% id="deploy-01-1"
def rest(method, path, query=None, body=None):
    context = {"stage": "prod", "httpMethod": method, "path": f"/prod{path}"}
    return {
        "resource": path, "path": path, "httpMethod": method, "headers": {}, "pathParameters": None,
        "queryStringParameters": query, "requestContext": context, "body": body, "isBase64Encoded": False,
    }


deploy("work/greeting.py", "greeting", show=False)
print(call("greeting", rest("GET", "/greeting", query={"name": "Ana"})))

# %% id="check-01-1"
check("01.1")

# %% [markdown] id="solution-1" lang="en" tags=["solution-only"]
# **Why this works.** The time went with the sleep. The trap was `queryStringParameters`: format 1.0 always has the key, with `None` when the request
# has no query string, so `.get("name")` on it would raise.

# %% [markdown] id="solution-1" lang="pt-BR" of="8f0b5f" tags=["solution-only"]
# **Por que funciona.** O tempo foi embora junto com o sleep. A armadilha era `queryStringParameters`: o formato 1.0 sempre traz a chave, com `None` quando a requisição
# não tem query string, e `.get("name")` em cima disso lançaria uma exceção.

# %% [markdown] id="task-2" lang="en"
# ## 01.2 A quote through two doors
#
# *12 minutes · 7 points.* The website uses the REST API (format 1.0), the new app an HTTP API (format 2.0). Both post a cart to the same function, `price-quote`,
# and want its total. A colleague wrote the arithmetic, in `prices.py`; the doors are yours.
#
# | request, in either format | answer: status, body |
# |---|---|
# | `POST` with body `{"items": [{"id": "caneca", "quantity": 2}]}` | 200, `{"total_cents": 7980}` |
# | `POST` without a body | 400, `{"error": "empty cart"}` |
# | any other method | 405, `{"error": "method not allowed"}` |
#
# The app's bodies sometimes come as base64.

# %% [markdown] id="task-2" lang="pt-BR" of="e86e9b"
# ## 01.2 Um orçamento por duas portas
#
# *12 minutos · 7 pontos.* O site usa a API REST (formato 1.0), o app novo usa uma HTTP API (formato 2.0). Os dois mandam um carrinho por POST para a mesma função, `price-quote`,
# e querem o total. Um colega escreveu as contas, em `prices.py`; as portas são suas.
#
# | requisição, em qualquer formato | resposta: status, body |
# |---|---|
# | `POST` com body `{"items": [{"id": "caneca", "quantity": 2}]}` | 200, `{"total_cents": 7980}` |
# | `POST` sem body | 400, `{"error": "empty cart"}` |
# | qualquer outro método | 405, `{"error": "method not allowed"}` |
#
# Às vezes os bodies do app chegam em base64.

# %% id="prices"
# %%writefile work/prices.py
import boto3

products = boto3.resource("dynamodb").Table("products")


def total_cents(cart):
    prices = {item["id"]: products.get_item(Key={"id": item["id"]})["Item"]["cents"] for item in cart["items"]}
    return int(sum(prices[item["id"]] * item["quantity"] for item in cart["items"]))

# %% id="answer-01-2" exercise="01.2"
# %%writefile work/price_quote.py
import base64
import json

from prices import total_cents


def lambda_handler(event, context):
    # BEGIN SOLUTION
    method = event["requestContext"]["http"]["method"] if event.get("version") == "2.0" else event["httpMethod"]
    text = event.get("body")  # None in format 1.0, absent in 2.0
    if method != "POST":
        return {"statusCode": 405, "body": json.dumps({"error": "method not allowed"})}
    if not text:
        return {"statusCode": 400, "body": json.dumps({"error": "empty cart"})}
    cart = json.loads(base64.b64decode(text) if event.get("isBase64Encoded") else text)
    return {"statusCode": 200, "body": json.dumps({"total_cents": total_cents(cart)})}
    # END SOLUTION

# %% id="deploy-01-2"
boto3.resource("dynamodb").Table("products").put_item(Item={"id": "caneca", "name": "Caneca de café", "cents": 3990})
cart = json.dumps({"items": [{"id": "caneca", "quantity": 2}]})
http_event = {
    "version": "2.0", "routeKey": "POST /quote", "rawPath": "/quote", "rawQueryString": "", "headers": {}, "body": cart,
    "requestContext": {"stage": "$default", "http": {"method": "POST", "path": "/quote"}}, "isBase64Encoded": False,
}

deploy("work/price_quote.py", "price-quote", files=("work/prices.py",), show=False)
for event in (rest("POST", "/quote", body=cart), http_event):
    print(call("price-quote", event))

# %% id="check-01-2"
check("01.2")

# %% [markdown] id="solution-2" lang="en" tags=["solution-only"]
# **Why this works.** `version` is the one key that tells the formats apart, because only 2.0 of the two always has it with this value. Everything that may
# be missing is read with `get`, so that `None` (1.0) and absence (2.0) end in the same branch.

# %% [markdown] id="solution-2" lang="pt-BR" of="4845dc" tags=["solution-only"]
# **Por que funciona.** `version` é a chave que separa os formatos, porque dos dois só o 2.0 sempre a traz com esse valor. Tudo o que pode
# faltar é lido com `get`, e assim `None` (1.0) e ausência (2.0) caem no mesmo caminho.

# %% [markdown] id="task-3" lang="en"
# ## 01.3 Stock that does not lose a box
#
# *13 minutes · 7 points.* The warehouse reports stock movements to a queue; the shops on the coast announce theirs through an SNS topic. One function,
# `stock-update`, takes both. A movement is JSON: `{"id": "caneca", "change": -2}`. Add `change` to `quantity` of the item `id` in the table `stock`; an
# item that is not there yet starts from zero.
#
# - Every record of an event counts, not only the first.
# - A record that is no movement (no JSON, or without `id` or `change`) must not vanish: whoever delivers it has to learn that it failed.

# %% [markdown] id="task-3" lang="pt-BR" of="e2e7c7"
# ## 01.3 Um estoque que não perde caixa
#
# *13 minutos · 7 pontos.* O depósito informa os movimentos de estoque numa fila; as lojas do litoral anunciam os delas num tópico SNS. Uma função só,
# `stock-update`, recebe os dois. Um movimento é JSON: `{"id": "caneca", "change": -2}`. Some `change` a `quantity` do item `id` na tabela `stock`; um
# item que ainda não existe começa do zero.
#
# - Todo record de um evento conta, não só o primeiro.
# - Um record que não é movimento (não é JSON, ou vem sem `id` ou `change`) não pode sumir: quem entrega precisa saber que falhou.

# %% id="answer-01-3" exercise="01.3"
# %%writefile work/stock_update.py
import json

import boto3

stock = boto3.resource("dynamodb").Table("stock")


def lambda_handler(event, context):
    # BEGIN SOLUTION
    for record in event["Records"]:
        movement = json.loads(record["Sns"]["Message"] if "Sns" in record else record["body"])
        key, change = {"id": movement["id"]}, {":change": movement["change"]}
        stock.update_item(Key=key, UpdateExpression="ADD quantity :change", ExpressionAttributeValues=change)
    # END SOLUTION

# %% id="deploy-01-3"
movement = json.dumps({"id": "caneca", "change": 5})
sqs_event = {"Records": [{"eventSource": "aws:sqs", "messageId": "m-1", "body": movement}]}
sns_event = {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": movement}}]}

deploy("work/stock_update.py", "stock-update", show=False)
print(call("stock-update", sqs_event), call("stock-update", sns_event), rows("stock"))

# %% id="check-01-3"
check("01.3")

# %% [markdown] id="solution-3" lang="en" tags=["solution-only"]
# **Why this works.** `ADD` lets DynamoDB do the sum, so two calls at once cannot overwrite each other, and it creates what is missing. The handler catches
# nothing: a bad record raises, Lambda reports the failure, and the queue delivers again. A `try` around the loop that returns `statusCode: 500` would
# tell the queue that all went well. One thing is still wrong: when the queue delivers again, the good records of that call count twice. Lesson 02
# is about that.

# %% [markdown] id="solution-3" lang="pt-BR" of="e0bfe0" tags=["solution-only"]
# **Por que funciona.** Com `ADD` quem soma é o DynamoDB, então duas chamadas ao mesmo tempo não se atropelam, e o que não existe é criado. O handler não captura
# nada: um record ruim lança a exceção, o Lambda informa a falha, e a fila entrega de novo. Um `try` em volta do laço que devolve `statusCode: 500` diria
# à fila que deu tudo certo. Uma coisa ainda está errada: quando a fila entrega de novo, os records bons daquela chamada contam duas vezes. A lição 02
# trata disso.

# %% [markdown] id="task-4" lang="en"
# ## 01.4 The photo whose name nobody finds
#
# *10 minutes · 6 points.* Customers upload photos to S3, and support looks them up by the name that the customer sees. For every object in an S3 event the
# function `photo-register` writes one item to the table `photos`: `id` is the object's real key, `bucket` its bucket, `bytes` its size.
#
# When somebody connects a bucket for the first time, S3 sends one test event without `Records`: `{"Service": "Amazon S3", "Event": "s3:TestEvent"}`. It is no failure
# and registers nothing.

# %% [markdown] id="task-4" lang="pt-BR" of="a4f0b7"
# ## 01.4 A foto que ninguém acha pelo nome
#
# *10 minutos · 6 pontos.* Clientes enviam fotos para o S3, e o suporte procura pelo nome que o cliente vê. Para cada objeto de um evento do S3, a
# função `photo-register` grava um item na tabela `photos`: `id` é a key real do objeto, `bucket` o bucket dele, `bytes` o tamanho.
#
# Quando alguém conecta um bucket pela primeira vez, o S3 manda um evento de teste sem `Records`: `{"Service": "Amazon S3", "Event": "s3:TestEvent"}`. Não é falha
# e não registra nada.

# %% id="answer-01-4" exercise="01.4"
# %%writefile work/photo_register.py
from urllib.parse import unquote_plus

import boto3

photos = boto3.resource("dynamodb").Table("photos")


def lambda_handler(event, context):
    # BEGIN SOLUTION
    for record in event.get("Records", []):
        uploaded = record["s3"]["object"]
        key = unquote_plus(uploaded["key"])
        photos.put_item(Item={"id": key, "bucket": record["s3"]["bucket"]["name"], "bytes": uploaded["size"]})
    # END SOLUTION

# %% id="deploy-01-4"
uploaded = {"key": "fam%C3%ADlia/minha+foto.jpg", "size": 48213, "eTag": "0" * 32}
where = {"bucket": {"name": "loja-photos"}, "object": uploaded}
s3_event = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": where}]}

deploy("work/photo_register.py", "photo-register", show=False)
print(call("photo-register", s3_event), rows("photos"))

# %% id="check-01-4"
check("01.4")

# %% [markdown] id="solution-4" lang="en" tags=["solution-only"]
# **Why this works.** `unquote_plus` undoes both encodings, `+` for a space and `%C3%AD` for an accent. Plain `unquote` would leave the plus signs, and
# `replace("+", " ")` after it would destroy the real ones, which arrive as `%2B`.

# %% [markdown] id="solution-4" lang="pt-BR" of="441ae6" tags=["solution-only"]
# **Por que funciona.** `unquote_plus` desfaz as duas codificações, `+` para o espaço e `%C3%AD` para o acento. Só `unquote` deixaria os sinais de mais, e um
# `replace("+", " ")` depois dele destruiria os verdadeiros, que chegam como `%2B`.

# %% [markdown] id="task-5" lang="en"
# ## 01.5 One intake for all orders
#
# *15 minutes · 7 points.* Orders reach Loja from everywhere: the website, the app, partners' queue, the event bus, and vending machines. The function `order-intake` takes them all.
# An order is `{"id": "o-1", "total_cents": 3990}`. Write each to the table `orders` with `id`, `total_cents` and its `door`:
#
# | caller | `door` | answer |
# |---|---|---|
# | REST API (1.0), body perhaps base64 | `rest` | status 201, body `{"id": "o-1"}` |
# | HTTP API (2.0), body perhaps base64 | `http` | status 201, body `{"id": "o-1"}` |
# | SQS, one order in each record | `sqs` | nobody reads it |
# | EventBridge, the order in `detail` | `eventbridge` | nobody reads it |
# | IoT rule, the order itself | `iot` | nobody reads it |
#
# An event with no order in it raises, and writes nothing.

# %% [markdown] id="task-5" lang="pt-BR" of="182e45"
# ## 01.5 Uma entrada para todos os pedidos
#
# *15 minutos · 7 pontos.* Pedidos chegam à Loja de todo lado: do site, do app, da fila dos parceiros, do barramento de eventos e de máquinas de venda. A função `order-intake` recebe todos.
# Um pedido é `{"id": "o-1", "total_cents": 3990}`. Grave cada um na tabela `orders` com `id`, `total_cents` e a sua `door`:
#
# | quem chama | `door` | resposta |
# |---|---|---|
# | API REST (1.0), body talvez em base64 | `rest` | status 201, body `{"id": "o-1"}` |
# | HTTP API (2.0), body talvez em base64 | `http` | status 201, body `{"id": "o-1"}` |
# | SQS, um pedido em cada record | `sqs` | ninguém lê |
# | EventBridge, o pedido em `detail` | `eventbridge` | ninguém lê |
# | regra de IoT, o próprio pedido | `iot` | ninguém lê |
#
# Um evento sem pedido lança uma exceção e não grava nada.

# %% [markdown] id="intake-intro" lang="en"
# What is the same for every door is given. It asks your `orders_in` for two values: the door, and a list of the orders that came through it.

# %% [markdown] id="intake-intro" lang="pt-BR" of="df0034"
# O que é igual para todas as portas já vem pronto. Ele pede dois valores à sua `orders_in`: a porta e uma lista dos pedidos que vieram por ela.

# %% id="intake"
# %%writefile work/order_intake.py
import json

import boto3
from order_shapes import orders_in

table = boto3.resource("dynamodb").Table("orders")


def lambda_handler(event, context):
    door, orders = orders_in(event)
    for order in orders:
        table.put_item(Item={"id": order["id"], "total_cents": order["total_cents"], "door": door})
    if door in ("rest", "http"):
        return {"statusCode": 201, "body": json.dumps({"id": orders[0]["id"]})}

# %% id="answer-01-5" exercise="01.5"
# %%writefile work/order_shapes.py
import base64
import json


def orders_in(event):
    # BEGIN SOLUTION
    if "requestContext" in event:
        text = base64.b64decode(event["body"]) if event.get("isBase64Encoded") else event["body"]
        return "http" if event.get("version") == "2.0" else "rest", [json.loads(text)]
    if "Records" in event:
        return "sqs", [json.loads(record["body"]) for record in event["Records"]]
    return ("eventbridge", [event["detail"]]) if "detail" in event else ("iot", [event])
    # END SOLUTION

# %% id="deploy-01-5"
order = {"id": "o-1", "total_cents": 3990}
bus_event = {
    "version": "0", "id": "e-1", "source": "loja.partners", "detail-type": "OrderPlaced", "resources": [],
    "detail": order,
}

deploy("work/order_intake.py", "order-intake", files=("work/order_shapes.py",), show=False)
for event in (rest("POST", "/orders", body=json.dumps(order)), bus_event, order, {"hello": "world"}):
    print(call("order-intake", event))

# %% id="check-01-5"
check("01.5")

# %% [markdown] id="solution-5" lang="en" tags=["solution-only"]
# **Why this works.** The order of the questions matters. An EventBridge event has an `id` and a `version` of its own, so a handler that first asks "is there an `id`?"
# stores the envelope and loses the order. What matches no door is tried as an IoT message, and the handler raises `KeyError` when there is no order in it: a loud
# failure, which the invoker will retry, instead of a quiet loss.

# %% [markdown] id="solution-5" lang="pt-BR" of="2ae264" tags=["solution-only"]
# **Por que funciona.** A ordem das perguntas importa. Um evento do EventBridge tem um `id` e uma `version` próprios, então um handler que pergunta primeiro "tem `id`?"
# grava o envelope e perde o pedido. O que não casa com nenhuma porta é tratado como mensagem de IoT, e o handler lança `KeyError` quando não há pedido: uma falha
# barulhenta, que quem invoca vai repetir, em vez de uma perda silenciosa.

# %% [markdown] id="closing" lang="en"
# ## What you built
#
# Five functions that survive what their callers really send: a missing query string, two HTTP formats, batches, encoded keys, bare messages. On real AWS each of their roles
# would also need permission to use its tables; that is lab 03. Next: [lesson 02, Designing functions](../../notebooks/en/02-designing-functions.ipynb).

# %% [markdown] id="closing" lang="pt-BR" of="ea514e"
# ## O que você construiu
#
# Cinco funções que aguentam o que quem chama manda de verdade: query string que falta, dois formatos HTTP, lotes, keys codificadas, mensagens sem embrulho. Na AWS de verdade a role de cada uma
# também precisaria de permissão para usar as suas tabelas; isso é o lab 03. A seguir: [lição 02, Projetando funções](../../notebooks/pt-BR/02-designing-functions.ipynb).
