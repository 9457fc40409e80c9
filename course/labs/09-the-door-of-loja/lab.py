# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "09"
#   kind: lab
#   minutes: 60
#   title:
#     en: "The door of Loja"
#     pt-BR: "A porta da Loja"
#   days: [21, 22]
#   claims: ["22-5"]
#   needs: ["09", "lab-07"]
# ---

# %% [markdown] id="opening" lang="en"
# # The door of Loja
#
# *Lab 09 · 60 minutes · you need: lesson 09*
#
# Loja's API went live with every door open: stock, orders, even the report for the staff. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It comes to your doors with good, forged, old and stolen tokens of its own, in any order, and moves the clock.

# %% [markdown] id="opening" lang="pt-BR" of="ffc3de"
# # A porta da Loja
#
# *Lab 09 · 60 minutos · você precisa da lição 09*
#
# A API da Loja foi ao ar com todas as portas abertas: estoque, pedidos, até o relatório da equipe. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele bate às suas portas com tokens dele, bons, forjados, velhos e roubados, em qualquer ordem, e mexe no relógio.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from contextlib import suppress

import boto3

from helpers import check, connect, deploy

connect("lab-09")

# %% [markdown] id="given" lang="en"
# ## What is there
#
# A table of orders, a table of revoked tokens, and the function `orders` with its little shelf:

# %% [markdown] id="given" lang="pt-BR" of="4b3eea"
# ## O que já existe
#
# Uma tabela de pedidos, uma tabela de tokens revogados, e a função `orders` com a sua pequena estante:

# %% id="tools"
gateway, lambda_client, dynamodb = (boto3.client(name) for name in ("apigateway", "lambda", "dynamodb"))

for table, key in (("orders", "order"), ("revoked", "token")):
    dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])

# %% id="given-shelf" tags=["nbval-ignore-output"]
# %%writefile work/shelf.py
import json
import boto3

table = boto3.resource("dynamodb").Table("orders")

def save(**order):
    table.put_item(Item=order)
    return order

def load(number):
    return table.get_item(Key={"order": number}).get("Item")

def answer(status, body):
    return {"statusCode": status, "body": json.dumps(body)}

# %% id="given-orders" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
from shelf import answer, load, save

def lambda_handler(event, context):
    if event["httpMethod"] == "POST":
        asked = json.loads(event["body"])
        order = save(order=context.aws_request_id, customer=asked["customer"], sku=asked["sku"])
        return answer(201, order)
    order = load(event["pathParameters"]["order"])
    if order is None:
        return answer(404, {"message": "no such order"})
    return answer(200, order)

# %% [markdown] id="given-api" lang="en"
# And two APIs, `loja` and `warehouse`. `publish()` imports their documents anew, from the dictionaries `loja`, `warehouse` and `schemes`, and deploys them. No method has a `security` yet.

# %% [markdown] id="given-api" lang="pt-BR" of="898c89"
# E duas APIs, `loja` e `warehouse`. `publish()` importa de novo os seus documentos, a partir dos dicionários `loja`, `warehouse` e `schemes`, e faz o deploy. Nenhum método tem `security` ainda.

# %% id="methods"
def mock(template):
    answer = {"statusCode": "200", "responseTemplates": {"application/json": template}}
    integration = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
                   "responses": {"default": answer}}
    return {"responses": {"200": {"description": "fine"}}, "x-amazon-apigateway-integration": integration}

def uri_of(function):
    with suppress(lambda_client.exceptions.ResourceConflictException):  # API Gateway may call it already
        lambda_client.add_permission(FunctionName=function, StatementId="api", Action="lambda:InvokeFunction",
                                     Principal="apigateway.amazonaws.com")
    return f"arn:aws:apigateway:{lambda_client.meta.region_name}:lambda:path/2015-03-31/functions/{function}/invocations"

# %% id="paths"
orders = deploy("work/orders.py", "orders", files=["work/shelf.py"], timeout=10, show=False)
integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri_of(orders)}

def proxy():
    return {"responses": {"200": {"description": "an order"}}, "x-amazon-apigateway-integration": integration}

loja = {"/stock": {"get": mock('{"caneca": 12}')}, "/admin/report": {"get": mock('{"sold": 3990}')},
        "/orders": {"post": proxy()}, "/orders/{order}": {"get": proxy(), "delete": mock('{"gone": true}')}}
warehouse = {"/prices": {"get": mock('{"caneca": 1870}')}}
schemes = {"partner": {"type": "apiKey", "name": "x-api-key", "in": "header"}}

# %% id="publish"
ids = {name: gateway.create_rest_api(name=name)["id"] for name in ("loja", "warehouse")}

def publish():
    for title, paths in (("loja", loja), ("warehouse", warehouse)):
        used = {name for path in paths.values() for method in path.values() for one in method.get("security", []) for name in one}
        document = {"openapi": "3.0.1", "info": {"title": title, "version": "1"}, "paths": paths,
                    "components": {"securitySchemes": {name: schemes[name] for name in used}}}
        gateway.put_rest_api(restApiId=ids[title], mode="overwrite", body=json.dumps(document).encode())
        gateway.create_deployment(restApiId=ids[title], stageName="prod")

publish()

# %% [markdown] id="task-09-1" lang="en"
# ## 09.1 Not the warehouse (warm-up, 10 minutes)
#
# *Ticket 1: "Partner Bola gets a key for our stock. And please: last time a partner's key showed what we pay for a mug."*
#
# | usage plan | opens | API key in it |
# |---|---|---|
# | `partners` | `loja`, stage `prod` | `bola` |
# | `internal` | `warehouse`, stage `prod` | `robot` |
#
# `GET /stock` and `GET /prices` ask for the scheme `partner`. The values of the keys are up to you (20 characters or more).

# %% [markdown] id="task-09-1" lang="pt-BR" of="6380b8"
# ## 09.1 O depósito, não (aquecimento, 10 minutos)
#
# *Chamado 1: "O parceiro Bola ganha uma chave para o nosso estoque. E por favor: da última vez a chave de um parceiro mostrou quanto a gente paga por uma caneca."*
#
# | usage plan | abre | chave de API dentro dele |
# |---|---|---|
# | `partners` | `loja`, stage `prod` | `bola` |
# | `internal` | `warehouse`, stage `prod` | `robot` |
#
# `GET /stock` e `GET /prices` exigem o esquema `partner`. Os valores das chaves são com você (20 caracteres ou mais).

# %% id="answer-09-1" exercise="09.1"
# BEGIN SOLUTION
def admit(plan, key, api):
    plan_id = gateway.create_usage_plan(name=plan, apiStages=[{"apiId": ids[api], "stage": "prod"}])["id"]
    key_id = gateway.create_api_key(name=key, value=f"{key}-0123456789-0123456789", enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan_id, keyId=key_id, keyType="API_KEY")

for method in (loja["/stock"]["get"], warehouse["/prices"]["get"]):
    method["security"] = [{"partner": []}]
publish()
admit("partners", "bola", "loja")
admit("internal", "robot", "warehouse")
# END SOLUTION

# %% id="check-09-1"
check("09.1")

# %% [markdown] id="why-09-1" lang="en" tags=["solution-only"]
# **Why this works.** A key opens every stage of its plan, so two circles of callers need two plans. And it still proves nothing about who calls: for the orders we need more.

# %% [markdown] id="why-09-1" lang="pt-BR" tags=["solution-only"] of="b6d2ad"
# **Por que funciona.** Uma chave abre todos os stages do seu plano, então dois círculos de gente precisam de dois planos. E ela continua não provando nada sobre quem chama: para os pedidos precisamos de mais.

# %% [markdown] id="task-09-2" lang="en"
# ## 09.2 Somebody at the door (15 minutes)
#
# *Ticket 2: "The login now hands out tokens. Nobody reads them."*
#
# A token is `customer.expiry.signature`, and the customer is an e-mail address. The login writes it with the first of these files, whose `is_revoked` knows the tokens that were called back. The second says what a caller may do; it is the next ticket's.

# %% [markdown] id="task-09-2" lang="pt-BR" of="963998"
# ## 09.2 Alguém na porta (15 minutos)
#
# *Chamado 2: "O login agora entrega tokens. E ninguém lê."*
#
# Um token é `customer.expiry.signature`, e o cliente é um endereço de e-mail. O login o escreve com o primeiro destes arquivos, e `is_revoked` conhece os tokens que foram cancelados. O segundo diz o que alguém pode fazer; ele é do próximo chamado.

# %% id="given-tokens" tags=["nbval-ignore-output"]
# %%writefile work/tokens.py
import hashlib
import hmac
import boto3

table = boto3.resource("dynamodb").Table("revoked")

def signature(customer, expiry, secret):
    return hmac.new(secret.encode(), f"{customer}.{expiry}".encode(), hashlib.sha256).hexdigest()

def write(customer, expiry, secret):  # expiry: seconds since 1970
    return f"{customer}.{expiry}.{signature(customer, expiry, secret)}"

def is_revoked(token):
    return "Item" in table.get_item(Key={"token": token})

# %% id="given-policy" tags=["nbval-ignore-output"]
# %%writefile work/policy.py
def statements(method_arn, staff):
    return [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": method_arn}]

# %% [markdown] id="todo-09-2" lang="en"
# Write the authorizer `door`, in two files:
#
# - `customer_of(token)` answers the customer, or `None` for a token that is malformed, forged, expired or revoked, whatever is written in it. The secret is in the environment variable `SECRET`.
# - The handler gets `Bearer ` and the token. Without a customer it says *Unauthorized*, so that the caller sees 401 and never 500. Else it answers with the statements of `policy.py`, and with the context `customer` and
#   `staff`: `"true"` for the addresses in the environment variable `STAFF` (separated by commas), `"false"` for all others.

# %% [markdown] id="todo-09-2" lang="pt-BR" of="90ba05"
# Escreva o autorizador `door`, em dois arquivos:
#
# - `customer_of(token)` responde o cliente, ou `None` para um token malformado, forjado, expirado ou revogado, seja lá o que estiver escrito nele. O segredo está na variável de ambiente `SECRET`.
# - O handler recebe `Bearer ` e o token. Sem cliente, ele diz *Unauthorized*, para que quem chama veja 401 e nunca 500. Senão, responde com os statements de `policy.py` e com o contexto `customer` e
#   `staff`: `"true"` para os endereços da variável de ambiente `STAFF` (separados por vírgulas), `"false"` para todos os outros.

# %% id="answer-09-2" exercise="09.2" tags=["nbval-ignore-output"]
# %%writefile work/reader.py
import hmac
import os
import time
from tokens import is_revoked, signature

def customer_of(token):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("09.2: whose token is this? None when it is malformed, forged, expired or revoked")
    try:
        customer, expiry, given = token.rsplit(".", 2)
        wanted = signature(customer, expiry, os.environ["SECRET"])
        good = hmac.compare_digest(given.encode(), wanted.encode()) and int(expiry) > time.time()
    except ValueError:
        return None
    return customer if good and not is_revoked(token) else None
    # END SOLUTION

# %% id="answer-09-2-door" exercise="09.2" tags=["nbval-ignore-output"]
# %%writefile work/door.py
import os
from policy import statements
from reader import customer_of

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("09.2: answer principalId, policyDocument and context, or raise Unauthorized")
    customer = customer_of(event["authorizationToken"].removeprefix("Bearer "))
    if customer is None:
        raise Exception("Unauthorized")
    staff = customer in os.environ["STAFF"].split(",")
    return {"principalId": customer,
            "policyDocument": {"Version": "2012-10-17", "Statement": statements(event["methodArn"], staff)},
            "context": {"customer": customer, "staff": "true" if staff else "false"}}
    # END SOLUTION

# %% [markdown] id="open-09-2" lang="en"
# This puts the function at the door of the orders and of the report. For now nothing is remembered: the TTL is 0.

# %% [markdown] id="open-09-2" lang="pt-BR" of="5b2a27"
# Isto põe a função na porta dos pedidos e do relatório. Por enquanto nada é lembrado: o TTL é 0.

# %% id="deploy-09-2"
def deploy_door():
    settings = {"SECRET": "a-secret-of-loja-0123456789", "STAFF": "davi@loja.example,rosa@loja.example"}
    files = ["work/tokens.py", "work/policy.py", "work/reader.py"]
    return deploy("work/door.py", "door", files=files, environment=settings, timeout=10, show=False)

authorizer = {"type": "token", "authorizerUri": uri_of(deploy_door()), "authorizerResultTtlInSeconds": 0}
schemes["door"] = {"type": "apiKey", "name": "Authorization", "in": "header",
                   "x-amazon-apigateway-authtype": "custom", "x-amazon-apigateway-authorizer": authorizer}
for path in ("/orders", "/orders/{order}", "/admin/report"):
    for method in loja[path].values():
        method["security"] = [{"door": []}]
publish()

# %% id="check-09-2"
check("09.2")

# %% [markdown] id="why-09-2" lang="en" tags=["solution-only"]
# **Why this works.** The e-mail address has dots of its own, so the token is cut from the right. `compare_digest` compares in constant time, and bytes, because it refuses other text than ASCII. The signature is checked before anything else is believed,
# and each way to be wrong ends in the same `Unauthorized`.

# %% [markdown] id="why-09-2" lang="pt-BR" tags=["solution-only"] of="018e26"
# **Por que funciona.** O endereço de e-mail tem os seus próprios pontos, então o token é cortado pela direita. `compare_digest` compara em tempo constante, e compara bytes, porque recusa texto que não seja ASCII. A assinatura é conferida antes de se acreditar em qualquer coisa,
# e todo jeito de estar errado acaba no mesmo `Unauthorized`.

# %% [markdown] id="task-09-3" lang="en"
# ## 09.3 Asked once a minute (15 minutes)
#
# *Ticket 3: "The door runs for every single request, and costs more than the shop. When we switched its cache on, customers who had just ordered could not see their order. And I, a customer, can read the report."*
#
# - Customers may `GET` and `POST` at `/orders` and below. Everything at `/admin/` is denied them explicitly, and all the rest is not allowed. Staff may do everything.
# - This holds in any order of calls, while the answer of the door is kept for **60 seconds**: a revoked token must end within a minute, and within that minute the door is not asked again.
#
# Rewrite `policy.py`, change `authorizer`, deploy the door and publish.

# %% [markdown] id="task-09-3" lang="pt-BR" of="d6a72e"
# ## 09.3 Uma pergunta por minuto (15 minutos)
#
# *Chamado 3: "A porta roda a cada requisição, e custa mais que a loja. Quando ligamos o cache dela, quem tinha acabado de pedir não conseguia ver o próprio pedido. E eu, um cliente, consigo ler o relatório."*
#
# - Clientes podem `GET` e `POST` em `/orders` e abaixo. Tudo em `/admin/` é negado a eles explicitamente, e o resto todo não é permitido. A equipe pode tudo.
# - Isso vale em qualquer ordem de chamadas, enquanto a resposta da porta fica guardada por **60 segundos**: um token revogado precisa acabar dentro de um minuto, e nesse minuto a porta não é consultada de novo.
#
# Reescreva `policy.py`, mude `authorizer`, faça o deploy da porta e publique.

# %% id="answer-09-3" exercise="09.3" tags=["nbval-ignore-output"]
# %%writefile work/policy.py
def statement(effect, *resources):
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": list(resources)}

def statements(method_arn, staff):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("09.3: all that this caller may do, whichever method was called first")
    api, stage = method_arn.split("/")[:2]
    if staff:
        return [statement("Allow", f"{api}/{stage}/*")]
    orders = [f"{api}/{stage}/{method}/orders{rest}" for method in ("GET", "POST") for rest in ("", "/*")]
    return [statement("Allow", *orders), statement("Deny", f"{api}/{stage}/*/admin/*")]
    # END SOLUTION

# %% id="answer-09-3-cache" exercise="09.3"
# BEGIN SOLUTION
authorizer["authorizerResultTtlInSeconds"] = 60
deploy_door()
publish()
# END SOLUTION

# %% id="check-09-3"
check("09.3")

# %% [markdown] id="why-09-3" lang="en" tags=["solution-only"]
# **Why this works.** The policy does not depend on the method that happened to come first, so it can be kept. What is not allowed is refused anyway; the `Deny` says it aloud, and holds against any later `Allow`. And a TTL is a promise: how long a mistake, or a thief, lives on.

# %% [markdown] id="why-09-3" lang="pt-BR" tags=["solution-only"] of="86b608"
# **Por que funciona.** A policy não depende do método que por acaso veio primeiro, então pode ficar guardada. O que não é permitido já é recusado; o `Deny` diz isso em voz alta, e vale contra qualquer `Allow` futuro. E um TTL é uma promessa: por quanto tempo um erro, ou um ladrão, continua vivo.

# %% [markdown] id="task-09-4" lang="en"
# ## 09.4 Mugs for Ana, paid by Bruno (10 minutes)
#
# *Ticket 4: "Somebody ordered twelve mugs in my name. And he has read my orders."*
#
# Rewrite `orders`; `shelf.py` stays. Who the customer is, only the authorizer says.
#
# - `POST /orders` with `{"sku": ...}` saves the order and answers 201 with `order`, `customer` and `sku`. What body, headers or query say about the customer does not count.
# - `GET /orders/{order}` shows customers their own orders, and the staff all of them. Somebody else's order looks like one that does not exist: 404.

# %% [markdown] id="task-09-4" lang="pt-BR" of="617220"
# ## 09.4 Canecas para a Ana, na conta do Bruno (10 minutos)
#
# *Chamado 4: "Alguém pediu doze canecas em meu nome. E leu os meus pedidos."*
#
# Reescreva `orders`; `shelf.py` fica. Quem é o cliente, só o autorizador diz.
#
# - `POST /orders` com `{"sku": ...}` salva o pedido e responde 201 com `order`, `customer` e `sku`. O que body, headers ou query dizem sobre o cliente não conta.
# - `GET /orders/{order}` mostra ao cliente os pedidos dele, e à equipe todos. O pedido de outra pessoa parece um que não existe: 404.

# %% id="answer-09-4" exercise="09.4" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
from shelf import answer, load, save

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("09.4: who calls? ask the authorizer's context, and nobody else")
    caller = event["requestContext"]["authorizer"]
    if event["httpMethod"] == "POST":
        sku = json.loads(event["body"])["sku"]
        return answer(201, save(order=context.aws_request_id, customer=caller["customer"], sku=sku))
    order = load(event["pathParameters"]["order"])
    if order is None or (order["customer"] != caller["customer"] and caller["staff"] != "true"):
        return answer(404, {"message": "no such order"})
    return answer(200, order)
    # END SOLUTION

# %% id="deploy-09-4"
orders = deploy("work/orders.py", "orders", files=["work/shelf.py"], timeout=10, show=False)

# %% id="check-09-4"
check("09.4")

# %% [markdown] id="why-09-4" lang="en" tags=["solution-only"]
# **Why this works.** In a proxy event all comes from the caller but `requestContext`; that part API Gateway writes. Its values are strings, and `"false"` is as true as any other string: compare with `"true"`. And 403 would have told a curious customer that the order exists.

# %% [markdown] id="why-09-4" lang="pt-BR" tags=["solution-only"] of="3083f8"
# **Por que funciona.** Num evento de proxy tudo vem de quem chama, menos o `requestContext`; essa parte quem escreve é o API Gateway. Os valores são strings, e `"false"` é tão verdadeiro quanto qualquer outra: compare com `"true"`. E um 403 teria contado a um curioso que o pedido existe.

# %% [markdown] id="task-09-5" lang="en"
# ## 09.5 No tokens of our own (10 minutes)
#
# *Ticket 5: "The auditors ask who wrote our login. Nobody wants to say. Let Cognito do it."*
#
# - A user pool `loja`, with an app client `shop` that has no secret and lets customers log in with `USER_PASSWORD_AUTH`. Nothing else differs from the defaults.
# - In the API `loja` a method `GET /me` that needs an ID token of this pool, and answers `{"email": ...}` with the caller's address. `mock` is enough; no function is called.

# %% [markdown] id="task-09-5" lang="pt-BR" of="8e50ee"
# ## 09.5 Chega de tokens nossos (10 minutos)
#
# *Chamado 5: "A auditoria perguntou quem escreveu o nosso login. Ninguém quer dizer. Deixe o Cognito fazer."*
#
# - Um user pool `loja`, com um app client `shop` sem secret, que deixa os clientes entrarem com `USER_PASSWORD_AUTH`. Todo o resto fica no padrão.
# - Na API `loja`, um método `GET /me` que exige um ID token deste pool e responde `{"email": ...}` com o endereço de quem chama. `mock` basta; nenhuma função é chamada.

# %% id="answer-09-5" exercise="09.5"
# BEGIN SOLUTION
cognito = boto3.client("cognito-idp")
pool = cognito.create_user_pool(PoolName="loja")["UserPool"]
client = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="shop", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
schemes["pool"] = {
    "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
    "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool["Arn"]]}}
loja["/me"] = {"get": {**mock('{"email": "$context.authorizer.claims.email"}'), "security": [{"pool": []}]}}
publish()
# END SOLUTION

# %% id="check-09-5"
check("09.5")

# %% [markdown] id="why-09-5" lang="en" tags=["solution-only"]
# **Why this works.** The authorizer knows the pool's public keys: it sees a changed payload, a missing signature, a foreign issuer and an old date without any code of yours. Without scopes it wants the ID token, which says who somebody is.

# %% [markdown] id="why-09-5" lang="pt-BR" tags=["solution-only"] of="c3fc4b"
# **Por que funciona.** O autorizador conhece as chaves públicas do pool: ele vê um payload trocado, uma assinatura que falta, um emissor estranho e uma data velha sem nenhum código seu. Sem scopes, ele quer o ID token, que diz quem a pessoa é.
