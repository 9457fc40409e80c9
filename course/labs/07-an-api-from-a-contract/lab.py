# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "07"
#   kind: lab
#   minutes: 60
#   title:
#     en: "An API from a contract"
#     pt-BR: "Uma API a partir de um contrato"
#   days: [11, 22]
#   claims: ["11-11", "22-3"]
#   needs: ["07", "lab-02"]
# ---

# %% [markdown] id="opening" lang="en"
# # An API from a contract
#
# *Lab 07 · 60 minutes · you need: lesson 07*
#
# Loja opens its doors to the web. The front-end team has the contract already, and builds against it; you build what stands behind. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It calls your API over HTTP with products, orders and paths of its own.

# %% [markdown] id="opening" lang="pt-BR" of="c34196"
# # Uma API a partir de um contrato
#
# *Lab 07 · 60 minutos · você precisa da lição 07*
#
# A Loja abre as portas para a web. O time de front-end já tem o contrato, e constrói em cima dele; você constrói o que fica atrás. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele chama a sua API por HTTP, com produtos, pedidos e caminhos dele.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import api_map, check, clock, connect, deploy

connect("lab-07", resource_policies=True)

# %% [markdown] id="given" lang="en"
# Given: an empty API `loja` that takes `application/octet-stream` as binary, two tables, and the function `products`, whose envelopes are right.

# %% [markdown] id="given" lang="pt-BR" of="bf0643"
# Já vêm prontas: uma API `loja` vazia que trata `application/octet-stream` como binário, duas tabelas, e a função `products`, que responde com o envelope certo.

# %% id="given-api"
gateway, lambda_client, dynamodb = (boto3.client(name) for name in ("apigateway", "lambda", "dynamodb"))
account = boto3.client("sts").get_caller_identity()["Account"]
shop = gateway.create_rest_api(name="loja", binaryMediaTypes=["application/octet-stream"])["id"]

for table, key in (("products", "sku"), ("orders", "order")):
    dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])

put = dynamodb.put_item(TableName="products", Item={"sku": {"S": "caneca"}, "cents": {"N": "3990"}})

# %% id="given-products" tags=["nbval-ignore-output"]
# %%writefile work/products.py
import boto3, json
table = boto3.resource("dynamodb").Table("products")

def lambda_handler(event, context):
    sku = (event["pathParameters"] or {}).get("sku")
    if sku is None:
        return {"statusCode": 200, "body": json.dumps(table.scan()["Items"], default=int)}
    found = table.get_item(Key={"sku": sku}).get("Item")
    return {"statusCode": 200 if found else 404, "body": json.dumps(found or {"message": f"no product {sku}"}, default=int)}

# %% [markdown] id="given-revoke" lang="en"
# And a broom: `revoke` takes all permissions off a function, so that you may run a cell twice.

# %% [markdown] id="given-revoke" lang="pt-BR" of="5c15fc"
# E uma vassoura: `revoke` tira todas as permissões de uma função, para você poder rodar uma célula duas vezes.

# %% id="revoke"
def revoke(function):
    try:
        policy = json.loads(lambda_client.get_policy(FunctionName=function)["Policy"])
    except lambda_client.exceptions.ResourceNotFoundException:
        return
    for statement in policy["Statement"]:
        lambda_client.remove_permission(FunctionName=function, StatementId=statement["Sid"])

deploy("work/products.py", "products", show=False)

# %% [markdown] id="task-07-1" lang="en"
# ## 07.1 The shop window (warm-up, 15 minutes)
#
# *Ticket 1: "The contract says `GET /products` and `GET /products/{sku}`. We get 403 for both."*
#
# Write three tools, which you will use in every ticket, and publish the two routes, both answered by `products`:
#
# | tool | what it does |
# |---|---|
# | `proxy(function)` | returns the operation of an OpenAPI document that hands a request to this function |
# | `allow(function)` | lets the API `loja` call this function, and no other API |
# | `publish(paths, description)` | merges `paths` into `loja` and deploys it to `prod`, with this description |

# %% [markdown] id="task-07-1" lang="pt-BR" of="592340"
# ## 07.1 A vitrine (aquecimento, 15 minutos)
#
# *Chamado 1: "O contrato diz `GET /products` e `GET /products/{sku}`. Recebemos 403 nos dois."*
#
# Escreva três ferramentas, que você vai usar em todos os chamados, e publique as duas rotas, ambas respondidas por `products`:
#
# | ferramenta | o que faz |
# |---|---|
# | `proxy(function)` | devolve a operação de um documento OpenAPI que entrega a requisição a esta função |
# | `allow(function)` | deixa a API `loja` chamar esta função, e nenhuma outra API |
# | `publish(paths, description)` | junta `paths` à `loja` e faz o deploy em `prod`, com esta descrição |

# %% id="answer-07-1" exercise="07.1"
def proxy(function):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("07.1: an operation with a proxy integration")
    arn = lambda_client.get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
    # END SOLUTION

def allow(function):
    revoke(function)
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("07.1: let this API call the function")
    lambda_client.add_permission(
        FunctionName=function, StatementId="loja", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{shop}/*")
    # END SOLUTION

# %% id="answer-07-1-publish" exercise="07.1"
def publish(paths, description):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("07.1: merge the paths, then deploy")
    document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": paths}
    gateway.put_rest_api(restApiId=shop, mode="merge", body=json.dumps(document).encode())
    gateway.create_deployment(restApiId=shop, stageName="prod", description=description)
    # END SOLUTION

# BEGIN SOLUTION
# STUB ...
allow("products")
publish({"/products": {"get": proxy("products")}, "/products/{sku}": {"get": proxy("products")}}, "products")
# END SOLUTION

# %% id="check-07-1"
check("07.1")

# %% [markdown] id="why-07-1" lang="en" tags=["solution-only"]
# **Why this works.** `httpMethod` is the back end's, and Lambda's Invoke is a `POST`. The permission names the API in `SourceArn`: without it *any* API of *any* account could call the function.

# %% [markdown] id="why-07-1" lang="pt-BR" tags=["solution-only"] of="0837fc"
# **Por que funciona.** `httpMethod` é o do backend, e o Invoke do Lambda é um `POST`. A permissão cita a API em `SourceArn`: sem isso, *qualquer* API de *qualquer* conta poderia chamar a função.

# %% [markdown] id="task-07-2" lang="en"
# ## 07.2 An answer in its envelope (15 minutes)
#
# *Ticket 2: "Every order ends with `Internal server error`, and the function's log is clean."*
#
# Write `orders` for `GET /orders` and `POST /orders`. This file keeps the orders:

# %% [markdown] id="task-07-2" lang="pt-BR" of="01c8b5"
# ## 07.2 Uma resposta no seu envelope (15 minutos)
#
# *Chamado 2: "Todo pedido termina em `Internal server error`, e o log da função está limpo."*
#
# Escreva a `orders` para `GET /orders` e `POST /orders`. Este arquivo guarda os pedidos:

# %% id="given-store" tags=["nbval-ignore-output"]
# %%writefile work/store.py
import uuid
import boto3
table = boto3.resource("dynamodb").Table("orders")

def save(order):
    number = f"A-{uuid.uuid4().hex[:8]}"
    table.put_item(Item={"order": number, "sku": order["sku"]})
    return number

def find(number):
    return table.get_item(Key={"order": number}).get("Item")

# %% [markdown] id="todo-07-2" lang="en"
# | request | answer |
# |---|---|
# | `POST /orders`, an object with a text `sku` | 201, `Location: /orders/<number>`, two cookies `last=<number>` and `cart=`, body `{"order": "<number>"}` |
# | `POST /orders`, any other body | 400, `{"message": ...}` |
# | `GET /orders?order=A-1&order=A-2` | 200, a list of those that exist, as `find` returns them, in the order asked |
#
# The scanners in the warehouse send the same JSON as `application/octet-stream`.

# %% [markdown] id="todo-07-2" lang="pt-BR" of="73735c"
# | requisição | resposta |
# |---|---|
# | `POST /orders`, um objeto com um `sku` em texto | 201, `Location: /orders/<number>`, dois cookies `last=<number>` e `cart=`, corpo `{"order": "<number>"}` |
# | `POST /orders`, qualquer outro corpo | 400, `{"message": ...}` |
# | `GET /orders?order=A-1&order=A-2` | 200, a lista dos que existem, como `find` devolve, na ordem pedida |
#
# Os leitores do depósito mandam o mesmo JSON como `application/octet-stream`.

# %% id="answer-07-2-body" exercise="07.2" tags=["nbval-ignore-output"]
# %%writefile work/envelope.py
import base64, json

def order_of(event):
    """The order in the body of a request; raises ValueError for anything else."""
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("07.2: read the body")
    body = event["body"] or ""
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    if not isinstance(order, dict) or not isinstance(order.get("sku"), str):
        raise ValueError("an order is an object with a sku")
    return order
    # END SOLUTION

# %% id="answer-07-2" exercise="07.2" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
from envelope import order_of
from store import find, save

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("07.2: answer GET and POST")
    if event["httpMethod"] == "GET":
        numbers = (event["multiValueQueryStringParameters"] or {}).get("order", [])
        return {"statusCode": 200, "body": json.dumps([found for found in map(find, numbers) if found])}
    try:
        number = save(order_of(event))
    except ValueError as error:
        return {"statusCode": 400, "body": json.dumps({"message": str(error)})}
    headers = {"Location": [f"/orders/{number}"], "Set-Cookie": [f"last={number}", "cart="]}
    return {"statusCode": 201, "multiValueHeaders": headers, "body": json.dumps({"order": number})}
    # END SOLUTION

# %% id="answer-07-2-publish" exercise="07.2"
deploy("work/orders.py", "orders", files=["work/envelope.py", "work/store.py"], show=False)
# BEGIN SOLUTION
allow("orders")
publish({"/orders": {"get": proxy("orders"), "post": proxy("orders")}}, "orders")
# END SOLUTION

# %% id="check-07-2"
check("07.2")

# %% [markdown] id="why-07-2" lang="en" tags=["solution-only"]
# **Why this works.** Every `body` is text, every list of headers stands in `multiValueHeaders`, and a body of a binary type comes as base64. Bad JSON, bad UTF-8 and bad base64 are all a `ValueError`: the customer's mistake, so 400 and not 502.

# %% [markdown] id="why-07-2" lang="pt-BR" tags=["solution-only"] of="b35567"
# **Por que funciona.** Todo `body` é texto, toda lista de headers fica em `multiValueHeaders`, e um corpo de tipo binário vem em base64. JSON ruim, UTF-8 ruim e base64 ruim são todos `ValueError`: erro do cliente, portanto 400, e não 502.

# %% [markdown] id="task-07-3" lang="en"
# ## 07.3 The old shop lives on (10 minutes)
#
# *Ticket 3: "Ten years of bookmarks point into `/legacy`. Not one may break. Only the catalogue has moved."*
#
# | request | answered by |
# |---|---|
# | any method of `/legacy/...`, however deep | `legacy` |
# | any method of `/legacy` itself | `legacy` |
# | `GET /legacy/catalog` | `products` |

# %% [markdown] id="task-07-3" lang="pt-BR" of="b93c2e"
# ## 07.3 A loja antiga continua viva (10 minutos)
#
# *Chamado 3: "Dez anos de favoritos apontam para `/legacy`. Nenhum pode quebrar. Só o catálogo mudou de lugar."*
#
# | requisição | quem responde |
# |---|---|
# | qualquer método de `/legacy/...`, em qualquer profundidade | `legacy` |
# | qualquer método de `/legacy` sozinho | `legacy` |
# | `GET /legacy/catalog` | `products` |

# %% id="given-legacy" tags=["nbval-ignore-output"]
# %%writefile work/legacy.py
import json

def lambda_handler(event, context):
    rest = (event["pathParameters"] or {}).get("proxy", "")
    return {"statusCode": 200, "body": json.dumps({"shop": "old", "method": event["httpMethod"], "rest": rest})}

# %% id="answer-07-3" exercise="07.3"
deploy("work/legacy.py", "legacy", show=False)
# BEGIN SOLUTION
allow("legacy")
anything = {"x-amazon-apigateway-any-method": proxy("legacy")}
publish({"/legacy": anything, "/legacy/{proxy+}": anything, "/legacy/catalog": {"get": proxy("products")}}, "legacy")
# END SOLUTION

# %% id="check-07-3"
check("07.3")

# %% [markdown] id="why-07-3" lang="en" tags=["solution-only"]
# **Why this works.** `{proxy+}` wants at least one part, so `/legacy` needs a method of its own. A path that is written out wins over the catch-all.

# %% [markdown] id="why-07-3" lang="pt-BR" tags=["solution-only"] of="68e20d"
# **Por que funciona.** `{proxy+}` quer pelo menos uma parte, então `/legacy` precisa de um método próprio. Um caminho escrito por extenso ganha da rota que pega tudo.

# %% [markdown] id="task-07-4" lang="en"
# ## 07.4 A browser at the door (10 minutes)
#
# *Ticket 4: "curl can order, the web page cannot. The console says: blocked by CORS policy."*
#
# The page comes from `https://loja.example`. Before a `POST` with JSON its browser asks `OPTIONS /orders`, and wants three headers back:
#
# | header | value |
# |---|---|
# | `Access-Control-Allow-Origin` | `https://loja.example` |
# | `Access-Control-Allow-Methods` | `GET,POST` |
# | `Access-Control-Allow-Headers` | `Content-Type` |
#
# Let a `MOCK` answer that. And each answer of `orders`, good or bad, needs `Access-Control-Allow-Origin`: wrap the handler. Publish under the description `browser`.

# %% [markdown] id="task-07-4" lang="pt-BR" of="d98671"
# ## 07.4 Um navegador na porta (10 minutos)
#
# *Chamado 4: "O curl consegue pedir, a página não. O console diz: blocked by CORS policy."*
#
# A página vem de `https://loja.example`. Antes de um `POST` com JSON, o navegador pergunta `OPTIONS /orders`, e quer três headers de volta:
#
# | header | valor |
# |---|---|
# | `Access-Control-Allow-Origin` | `https://loja.example` |
# | `Access-Control-Allow-Methods` | `GET,POST` |
# | `Access-Control-Allow-Headers` | `Content-Type` |
#
# Deixe um `MOCK` responder. E cada resposta da `orders`, boa ou ruim, precisa de `Access-Control-Allow-Origin`: envolva o handler. Publique com a descrição `browser`.

# %% id="answer-07-4-handler" exercise="07.4" tags=["nbval-ignore-output"]
# %%writefile work/browser.py
import orders

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB answer = orders.lambda_handler(event, context)
    # STUB raise NotImplementedError("07.4: add the header")
    answer = orders.lambda_handler(event, context)
    return {**answer, "headers": {"Access-Control-Allow-Origin": "https://loja.example"}}
    # END SOLUTION

# %% id="answer-07-4" exercise="07.4"
# BEGIN SOLUTION
deploy("work/browser.py", "orders", files=["work/orders.py", "work/envelope.py", "work/store.py"], show=False)
values = {"Origin": "'https://loja.example'", "Methods": "'GET,POST'", "Headers": "'Content-Type'"}
declared = {f"Access-Control-Allow-{name}": {"schema": {"type": "string"}} for name in values}
mapped = {f"method.response.header.Access-Control-Allow-{name}": value for name, value in values.items()}
mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseParameters": mapped}}}
preflight = {"responses": {"200": {"description": "preflight", "headers": declared}}, "x-amazon-apigateway-integration": mock}
publish({"/orders": {"options": preflight}}, "browser")
# END SOLUTION

# %% id="check-07-4"
check("07.4")

# %% [markdown] id="why-07-4" lang="en" tags=["solution-only"]
# **Why this works.** The preflight costs no function call. And behind a proxy nobody but the function can add a header, so one wrapper adds it to all answers; a page that may not read a 400 cannot show why.

# %% [markdown] id="why-07-4" lang="pt-BR" tags=["solution-only"] of="850716"
# **Por que funciona.** O preflight não custa chamada de função. E atrás de um proxy só a função pode acrescentar um header, então um único wrapper o põe em todas as respostas; uma página que não pode ler um 400 não consegue mostrar o motivo.

# %% [markdown] id="task-07-5" lang="en"
# ## 07.5 Friday, 17:40 (10 minutes)
#
# *Ticket 5: "Somebody has deployed on a Friday. Every product page is empty."*

# %% [markdown] id="task-07-5" lang="pt-BR" of="8badcc"
# ## 07.5 Sexta-feira, 17:40 (10 minutos)
#
# *Chamado 5: "Alguém fez deploy numa sexta. Todas as páginas de produto estão vazias."*

# %% id="given-07-5"
empty = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": {"statusCode": "200"}}}
page = {"responses": {"200": {"description": "a page"}}, "x-amazon-apigateway-integration": empty}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "2"}, "paths": {"/products/{sku}": {"get": page}}}
gateway.put_rest_api(restApiId=shop, mode="merge", body=json.dumps(document).encode())
bad = gateway.create_deployment(restApiId=shop, stageName="prod", description="friday")
now = clock.advance(hours=1)  # until somebody calls

# %% [markdown] id="todo-07-5" lang="en"
# - `prod` goes back to the last good deployment, the one from ticket 4. No new deployment: nobody knows what else is half done in the API.
# - The developers keep Friday's deployment on a stage `beta`, to find out what went wrong.

# %% [markdown] id="todo-07-5" lang="pt-BR" of="950444"
# - `prod` volta ao último deployment bom, o do chamado 4. Nenhum deployment novo: ninguém sabe o que mais está pela metade na API.
# - Os desenvolvedores ficam com o deployment de sexta num stage `beta`, para descobrir o que deu errado.

# %% id="answer-07-5" exercise="07.5"
# BEGIN SOLUTION
found = {one.get("description"): one["id"] for one in gateway.get_deployments(restApiId=shop)["items"]}
back = {"op": "replace", "path": "/deploymentId", "value": found["browser"]}
gateway.update_stage(restApiId=shop, stageName="prod", patchOperations=[back])
beta = gateway.create_stage(restApiId=shop, stageName="beta", deploymentId=found["friday"])
# END SOLUTION

# %% id="check-07-5"
check("07.5")

# %% [markdown] id="map-intro" lang="en"
# What you have built, as it stands on `prod`:

# %% [markdown] id="map-intro" lang="pt-BR" of="3c28dd"
# O que você construiu, como está em `prod`:

# %% id="map" tags=["nbval-ignore-output"]
api_map(shop, stage="prod")

# %% [markdown] id="why-07-5" lang="en" tags=["solution-only"]
# **Why this works.** A stage is a pointer, so the way back is one call. The API itself still holds Friday's change: mend it before anybody deploys again.

# %% [markdown] id="why-07-5" lang="pt-BR" tags=["solution-only"] of="28acf7"
# **Por que funciona.** Um stage é um ponteiro, então o caminho de volta é uma chamada. A API em si ainda tem a mudança de sexta: conserte antes que alguém faça outro deploy.
