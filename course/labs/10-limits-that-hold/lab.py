# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "10"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Limits that hold"
#     pt-BR: "Limites que aguentam"
#   days: [21, 22]
#   claims: ["22-2", "22-6"]
#   needs: ["10", "lab-07"]
# ---

# %% [markdown] id="opening" lang="en"
# # Limits that hold
#
# *Lab 10 · 60 minutes · you need: lesson 10*
#
# Loja is on television on Sunday. Two partners read its stock all day, one of them without mercy. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It calls your API with the keys that it finds, in real bursts, and moves the clock.

# %% [markdown] id="opening" lang="pt-BR" of="03a949"
# # Limites que aguentam
#
# *Lab 10 · 60 minutos · você precisa da lição 10*
#
# Domingo a Loja aparece na televisão. Dois parceiros consultam o estoque o dia inteiro, um deles sem dó. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele chama a sua API com as chaves que encontrar, em bursts de verdade, e mexe no relógio.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, connect, deploy, invoke_url

connect("lab-10")

# %% [markdown] id="given" lang="en"
# This API is given: `GET /products/{sku}` for everybody, `GET /stock/{sku}` and `POST /orders` for partners with a key.

# %% [markdown] id="given" lang="pt-BR" of="6eef8f"
# Esta API já vem pronta: `GET /products/{sku}` para todo mundo, `GET /stock/{sku}` e `POST /orders` para parceiros com chave.

# %% id="document"
answer = {"statusCode": "200", "responseTemplates": {"application/json": '{"path": "$context.path"}'}}
mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": answer}}
everybody = {"responses": {"200": {"description": "fine"}}, "x-amazon-apigateway-integration": mock}
partners = {**everybody, "security": [{"partner": []}]}
paths = {"/products/{sku}": {"get": everybody}, "/stock/{sku}": {"get": partners}, "/orders": {"post": partners}}
key = {"type": "apiKey", "name": "x-api-key", "in": "header"}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"},
            "components": {"securitySchemes": {"partner": key}}, "paths": paths}

# %% id="api"
gateway, logs = boto3.client("apigateway"), boto3.client("logs")
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
prod = {"restApiId": api, "stageName": "prod"}
deployment = gateway.create_deployment(**prod)

def replace(path, value):
    return {"op": "replace", "path": path, "value": str(value)}

# %% [markdown] id="task-10-1" lang="en"
# ## 10.1 Sunday evening (warm-up, 10 minutes)
#
# *Ticket 1: "Last time one page reload too many took the order form down with it."*
#
# Set limits on the stage `prod`:
#
# | what | requests a second | burst |
# |---|--:|--:|
# | every method | 50 | 20 |
# | `POST /orders` | 5 | 3 |

# %% [markdown] id="task-10-1" lang="pt-BR" of="81ea32"
# ## 10.1 Domingo à noite (aquecimento, 10 minutos)
#
# *Chamado 1: "Da última vez, um F5 a mais derrubou junto o formulário de pedidos."*
#
# Defina limites no stage `prod`:
#
# | o quê | requisições por segundo | burst |
# |---|--:|--:|
# | todos os métodos | 50 | 20 |
# | `POST /orders` | 5 | 3 |

# %% id="answer-10-1" exercise="10.1"
# BEGIN SOLUTION
limits = {"*/*": (50, 20), "~1orders/POST": (5, 3)}
changes = [replace(f"/{method}/throttling/{name}", value) for method, pair in limits.items()
           for name, value in zip(("rateLimit", "burstLimit"), pair)]
stage = gateway.update_stage(**prod, patchOperations=changes)
# END SOLUTION

# %% id="check-10-1"
check("10.1")

# %% [markdown] id="why-10-1" lang="en" tags=["solution-only"]
# **Why this works.** `*/*` speaks for every method, and a method of its own overrides it. In a path of a method setting each `/` of the resource is written `~1`.

# %% [markdown] id="why-10-1" lang="pt-BR" tags=["solution-only"] of="b2136f"
# **Por que funciona.** `*/*` fala por todos os métodos, e um método com nome próprio passa por cima. No caminho de uma configuração de método, cada `/` do recurso se escreve `~1`.

# %% [markdown] id="task-10-2" lang="en"
# ## 10.2 Two partners, two buckets (15 minutes)
#
# *Ticket 2: "Since partner Bola polls us in a loop, partner Craque gets 429 all day. Craque pays us."*
#
# | usage plan | requests a second | burst | API key in it |
# |---|--:|--:|---|
# | `bronze` | 2 | 5 | `bola` |
# | `gold` | 20 | 15 | `craque` |
#
# Both plans are for the stage `prod`. The values of the keys are up to you (20 characters or more). Nobody without a key gets to the stock.

# %% [markdown] id="task-10-2" lang="pt-BR" of="52a509"
# ## 10.2 Dois parceiros, dois baldes (15 minutos)
#
# *Chamado 2: "Desde que o parceiro Bola nos consulta num laço, o parceiro Craque leva 429 o dia inteiro. E o Craque nos paga."*
#
# | usage plan | requisições por segundo | burst | chave de API dentro dele |
# |---|--:|--:|---|
# | `bronze` | 2 | 5 | `bola` |
# | `gold` | 20 | 15 | `craque` |
#
# Os dois planos valem para o stage `prod`. Os valores das chaves são com você (20 caracteres ou mais). Ninguém sem chave chega ao estoque.

# %% id="answer-10-2" exercise="10.2"
# BEGIN SOLUTION
def partner(plan, key, **limits):
    plan_id = gateway.create_usage_plan(name=plan, apiStages=[{"apiId": api, "stage": "prod"}], **limits)["id"]
    key_id = gateway.create_api_key(name=key, value=f"{key}-0123456789-0123456789", enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan_id, keyId=key_id, keyType="API_KEY")
    return plan_id

bronze = partner("bronze", "bola", throttle={"rateLimit": 2, "burstLimit": 5})
gold = partner("gold", "craque", throttle={"rateLimit": 20, "burstLimit": 15})
# END SOLUTION

# %% id="check-10-2"
check("10.2")

# %% [markdown] id="why-10-2" lang="en" tags=["solution-only"]
# **Why this works.** The bucket of a plan belongs to each key, and it is asked before the stage's bucket: what Bola is refused takes nothing from Craque. A key without a plan for this stage opens nothing.

# %% [markdown] id="why-10-2" lang="pt-BR" tags=["solution-only"] of="f94c43"
# **Por que funciona.** O balde de um plano é de cada chave, e é consultado antes do balde do stage: o que se recusa ao Bola não tira nada do Craque. Uma chave sem plano para este stage não abre nada.

# %% [markdown] id="task-10-3" lang="en"
# ## 10.3 A trial that ends (10 minutes)
#
# *Ticket 3: "A third partner tries us out. Ten calls a day. And when the day is used up, our answer says 'Limit Exceeded', and their programmers retry all night."*
#
# - A usage plan `trial`: 10 requests a day, no other limit; in it the key `novo`.
# - Who is too fast gets 429 with the header `Retry-After: 1`.
# - Who has used up the day gets 429 with the body `{"message": "daily quota used up"}`, and no `Retry-After`.
# - All other answers stay as they are.

# %% [markdown] id="task-10-3" lang="pt-BR" of="0670ce"
# ## 10.3 Um teste que acaba (10 minutos)
#
# *Chamado 3: "Um terceiro parceiro está nos testando. Dez chamadas por dia. E quando o dia acaba, a nossa resposta diz 'Limit Exceeded', e os programadores deles ficam tentando a noite inteira."*
#
# - Um usage plan `trial`: 10 requisições por dia, nenhum outro limite; dentro dele, a chave `novo`.
# - Quem vai rápido demais recebe 429 com o header `Retry-After: 1`.
# - Quem gastou o dia recebe 429 com o corpo `{"message": "daily quota used up"}`, e nenhum `Retry-After`.
# - Todas as outras respostas ficam como estão.

# %% id="answer-10-3" exercise="10.3"
# BEGIN SOLUTION
trial = partner("trial", "novo", quota={"limit": 10, "period": "DAY"})
gateway.put_gateway_response(restApiId=api, responseType="THROTTLED",
    responseParameters={"gatewayresponse.header.Retry-After": "'1'"})
gateway.put_gateway_response(restApiId=api, responseType="QUOTA_EXCEEDED",
    responseTemplates={"application/json": '{"message": "daily quota used up"}'})
deployment = gateway.create_deployment(**prod)
# END SOLUTION

# %% id="check-10-3"
check("10.3")

# %% [markdown] id="why-10-3" lang="en" tags=["solution-only"]
# **Why this works.** Both refusals are 429, but they are two gateway responses. `DEFAULT_4XX` would have changed all the others, too. And a gateway response is part of the API: without a new deployment nobody sees it.

# %% [markdown] id="why-10-3" lang="pt-BR" tags=["solution-only"] of="414314"
# **Por que funciona.** As duas recusas são 429, mas são duas gateway responses. `DEFAULT_4XX` teria mudado todas as outras também. E uma gateway response faz parte da API: sem um novo deployment, ninguém a vê.

# %% [markdown] id="task-10-4" lang="en"
# ## 10.4 An importer that gives way (15 minutes)
#
# *Ticket 4: "Our own importer is no better than Bola. When it is throttled it drops the product, and when the quota is gone it goes on shouting."*
#
# The function `importer` gets `{"url": ..., "key": ..., "skus": [...]}`, asks `url + "/stock/" + sku` for each product, and answers `{"found": [...], "left": [...]}`:
#
# - too fast: it waits as the answer says, and asks again; no product is lost;
# - quota used up: it stops at once, and puts this product and the rest into `left`;
# - it asks no more than it must: one request more for each time that it was told to wait.

# %% [markdown] id="task-10-4" lang="pt-BR" of="9f6546"
# ## 10.4 Um importador que dá passagem (15 minutos)
#
# *Chamado 4: "O nosso próprio importador não é melhor que o Bola. Quando leva throttling, larga o produto; quando a quota acaba, continua gritando."*
#
# A função `importer` recebe `{"url": ..., "key": ..., "skus": [...]}`, pede `url + "/stock/" + sku` para cada produto e responde `{"found": [...], "left": [...]}`:
#
# - rápido demais: ela espera o que a resposta mandar, e pede de novo; nenhum produto se perde;
# - quota esgotada: ela para na hora, e põe este produto e o resto em `left`;
# - ela não pede mais do que precisa: uma requisição a mais para cada vez que a mandaram esperar.

# %% id="answer-10-4" exercise="10.4" tags=["nbval-ignore-output"]
# %%writefile work/importer.py
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("10.4: ask for every product, wait when told to, stop when the quota is gone")
    found, left = [], list(event["skus"])
    while left:
        try:
            urlopen(Request(f"{event['url']}/stock/{left[0]}", headers={"x-api-key": event["key"]})).read()
            found.append(left.pop(0))
        except HTTPError as refusal:
            if refusal.code != 429 or "Retry-After" not in refusal.headers:
                break
            time.sleep(float(refusal.headers["Retry-After"]))
    return {"found": found, "left": left}
    # END SOLUTION

# %% id="deploy-10-4"
importer = deploy("work/importer.py", "importer", timeout=20, show=False)

# %% id="check-10-4"
check("10.4")

# %% [markdown] id="why-10-4" lang="en" tags=["solution-only"]
# **Why this works.** A refusal is an answer, and it says what to do: `Retry-After` means *later*, its absence means *no*. With many importers at once, add some chance to the pause, or they all come back in the same moment.

# %% [markdown] id="why-10-4" lang="pt-BR" tags=["solution-only"] of="d3aa1f"
# **Por que funciona.** Uma recusa é uma resposta, e diz o que fazer: `Retry-After` quer dizer *depois*; a falta dele quer dizer *não*. Com muitos importadores ao mesmo tempo, acrescente um pouco de acaso à pausa, ou todos voltam no mesmo instante.

# %% [markdown] id="task-10-5" lang="en"
# ## 10.5 Who was it? (10 minutes)
#
# *Ticket 5: "4XXError went up at noon. Who was turned away, and why? And Craque may look all day, but should not order faster than we can pack."*
#
# - In the plan `gold`, `POST /orders` has a limit of its own: 1 request a second, burst 1.
# - The stage writes an access log to the log group `loja-access`, one JSON object a line: `request` (the request's id), `key` (the id of the API key), `path`, `status`, and `why` (the type of the gateway response).

# %% [markdown] id="task-10-5" lang="pt-BR" of="d10fec"
# ## 10.5 Quem foi? (10 minutos)
#
# *Chamado 5: "O 4XXError subiu ao meio-dia. Quem foi recusado, e por quê? E o Craque pode olhar o dia todo, mas não deve pedir mais rápido do que a gente embala."*
#
# - No plano `gold`, `POST /orders` tem um limite só seu: 1 requisição por segundo, burst 1.
# - O stage grava um access log no log group `loja-access`, um objeto JSON por linha: `request` (o id da requisição), `key` (o id da chave de API), `path`, `status`, e `why` (o tipo da gateway response).

# %% id="answer-10-5" exercise="10.5"
# BEGIN SOLUTION
own = f"/apiStages/{api}:prod/throttle/~1orders/POST"
gateway.update_usage_plan(usagePlanId=gold, patchOperations=[replace(f"{own}/rateLimit", 1), replace(f"{own}/burstLimit", 1)])
logs.create_log_group(logGroupName="loja-access")
group = logs.describe_log_groups(logGroupNamePrefix="loja-access")["logGroups"][0]["arn"].removesuffix(":*")
line = {"request": "$context.requestId", "key": "$context.identity.apiKeyId", "path": "$context.path",
        "status": "$context.status", "why": "$context.error.responseType"}
stage = gateway.update_stage(**prod, patchOperations=[
    replace("/accessLogSettings/destinationArn", group), replace("/accessLogSettings/format", json.dumps(line))])
# END SOLUTION

# %% id="check-10-5"
check("10.5")

# %% [markdown] id="why-10-5" lang="en" tags=["solution-only"]
# **Why this works.** A method's limit inside a plan counts for each key on its own, before all other limits. And the log names the key by its *id*: the value is a secret that has no place in a log.

# %% [markdown] id="why-10-5" lang="pt-BR" tags=["solution-only"] of="bea6e5"
# **Por que funciona.** O limite de um método dentro de um plano conta para cada chave separadamente, antes de todos os outros. E o log nomeia a chave pelo *id*: o valor é um segredo que não tem lugar num log.
