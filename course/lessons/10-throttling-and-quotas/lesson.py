# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "10"
#   kind: lesson
#   minutes: 40
#   title:
#     en: "Throttling, quotas, usage plans"
#     pt-BR: "Throttling, quotas, usage plans"
#   days: [21, 22]
#   claims: ["22-2", "22-6"]
#   needs: ["08", "09"]
# ---

# %% [markdown] id="opening" lang="en"
# # Throttling, quotas, usage plans
#
# *Lesson 10 · 40 minutes · you need: lessons 08 and 09*
#
# Next week Loja is on television. Marketing asks for an API that "scales by itself", and two partners ask for guarantees. **What can you set on an API, and what does a caller see when it is too much?**
# At the end you will be able to
#
# - say what API Gateway scales for you, and what it only limits;
# - read a token bucket: rate, burst, and what a pause buys back;
# - give each partner a share with usage plans and quotas, and know why they are no wall;
# - see throttling in metrics, and tell it from a broken back end.

# %% [markdown] id="opening" lang="pt-BR" of="dbc547"
# # Throttling, quotas, usage plans
#
# *Lição 10 · 40 minutos · você precisa das lições 08 e 09*
#
# Semana que vem a Loja aparece na televisão. O marketing pede uma API que "escale sozinha", e dois parceiros pedem garantias. **O que dá para configurar numa API, e o que quem chama vê quando passa do ponto?**
# No final você vai saber
#
# - dizer o que o API Gateway escala por você, e o que ele só limita;
# - ler um token bucket: rate, burst, e o que uma pausa devolve;
# - dar a cada parceiro a sua parte com usage plans e quotas, e por que eles não são um muro;
# - ver o throttling nas métricas, e distinguir isso de um back end quebrado.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from collections import Counter
from datetime import timedelta

import boto3
import httpx

from helpers import api_map, clock, connect, invoke_url, quiz

connect("10")

# %% [markdown] id="api-intro" lang="en"
# The shop window will do: a `MOCK` behind `GET /products/{sku}`, which answers by itself. The partners' way in, `GET /stock/{sku}`, asks for an API key.

# %% [markdown] id="api-intro" lang="pt-BR" of="1c449d"
# A vitrine basta: um `MOCK` atrás de `GET /products/{sku}`, que responde sozinho. A entrada dos parceiros, `GET /stock/{sku}`, pede uma chave de API.

# %% id="document"
mock = {
    "type": "mock",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
    "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": '{"sku": "$input.params(\'sku\')"}'}}}}
get = {"responses": {"200": {"description": "a product"}}, "x-amazon-apigateway-integration": mock}
key = {"type": "apiKey", "name": "x-api-key", "in": "header"}
document = {
    "openapi": "3.0.1",
    "info": {"title": "loja", "version": "1"},
    "components": {"securitySchemes": {"partner": key}},
    "paths": {"/products/{sku}": {"get": get}, "/stock/{sku}": {"get": {**get, "security": [{"partner": []}]}}}}

# %% id="api"
gateway = boto3.client("apigateway")
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
prod = {"restApiId": api, "stageName": "prod"}
deployment = gateway.create_deployment(**prod)

# %% [markdown] id="tools-intro" lang="en"
# And a small crowd: some requests as fast as they go, counted by what came back.

# %% [markdown] id="tools-intro" lang="pt-BR" of="75d010"
# E uma pequena multidão: algumas requisições, tão rápido quanto der, contadas pelo que voltou.

# %% id="tools"
web = httpx.Client(base_url=invoke_url(api, "prod"), trust_env=False)

def crowd(count, path="/products/caneca", key=None):
    headers = {"x-api-key": key} if key else {}
    answers = [web.get(path, headers=headers) for _ in range(count)]
    return Counter(f"{one.status_code} {one.json().get('message', '')}".strip() for one in answers)

# %% [markdown] id="claim" lang="en"
# ## 1. An API that scales by itself
#
# **The post says** (day 22): API Gateway scales automatically, and you can *configure the scaling settings* by the number of requests or the error rate.
#
# **Your prediction:** which settings of that kind does a stage have? Let it show us all that can be set for its methods:

# %% [markdown] id="claim" lang="pt-BR" of="b0dfc3"
# ## 1. Uma API que escala sozinha
#
# **O post diz** (Dia 22): o API Gateway escala automaticamente, e você pode *configurar as definições de escalabilidade* pelo número de requisições ou pela taxa de erros.
#
# **Sua aposta:** quais configurações desse tipo um stage tem? Vamos pedir que ele mostre tudo o que dá para definir nos seus métodos:

# %% id="settings"
def limit(rate, burst, method="*/*"):
    named = {"rateLimit": rate, "burstLimit": burst}
    changes = [{"op": "replace", "path": f"/{method}/throttling/{name}", "value": str(value)} for name, value in named.items()]
    return gateway.update_stage(**prod, patchOperations=changes)["methodSettings"]

print(*sorted(limit(0.01, 3)["*/*"]), sep="\n")

# %% [markdown] id="settings-read" lang="en"
# Caching, logs, metrics, and two words about load: `throttlingRateLimit` and `throttlingBurstLimit`. Nothing here *adds* capacity. API Gateway's own scaling is AWS's business; yours are the **limits**, and I have just set one: 0.01 requests a
# second, burst 3. That is one in 100 seconds, so slow that no pause of your computer counts. **Bet:** ten people open the page in the same moment. How many see it?

# %% [markdown] id="settings-read" lang="pt-BR" of="4226ba"
# Cache, logs, métricas, e duas palavras sobre carga: `throttlingRateLimit` e `throttlingBurstLimit`. Nada aqui *acrescenta* capacidade. Escalar o API Gateway é problema da AWS; seus são os **limites**, e acabei de definir um: 0,01 requisição por
# segundo, burst 3. Isso é uma a cada 100 segundos, tão devagar que nenhuma pausa do seu computador conta. **Aposte:** dez pessoas abrem a página no mesmo instante. Quantas a veem?

# %% id="burst"
print(crowd(10))
clock.advance(seconds=200)
print(crowd(10), "200 seconds later")

# %% [markdown] id="burst-read" lang="en"
# Three, then two. This is a **token bucket**: it holds `burst` tokens, each request takes one, and `rate` tokens a second drip in. The burst is no extra second of rate; it is what a pause can save up. The others get
# 429 `Too Many Requests` at once: nobody waits, and no function is called.
#
# Five visitors every 100 seconds, eight times; then silence, thirty times as long; then five again, eight times:

# %% [markdown] id="burst-read" lang="pt-BR" of="ddba8a"
# Três, depois duas. Isto é um **token bucket**: ele guarda `burst` fichas, cada requisição leva uma, e `rate` fichas por segundo pingam de volta. O burst não é um segundo extra de rate; é o que uma pausa consegue juntar. As outras recebem
# 429 `Too Many Requests` na hora: ninguém espera, e nenhuma função é chamada.
#
# Cinco visitantes a cada 100 segundos, oito vezes; depois silêncio, trinta vezes esse tempo; depois cinco de novo, oito vezes:

# %% id="wave"
visitors = [5] * 8 + [0] * 30 + [5] * 8
served = []
for count in visitors:
    clock.advance(seconds=100)
    served.append(crowd(count)["200"] if count else 0)
print("asked", sum(visitors), "served", sum(served[:8]), "+", sum(served[-8:]))

# %% [markdown] id="wave-plot-intro" lang="en"
# Who came, and who got in:

# %% [markdown] id="wave-plot-intro" lang="pt-BR" of="95f6fc"
# Quem veio, e quem entrou:

# %% id="wave-plot"
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(8, 2.6))
axes.bar(range(len(visitors)), visitors, color="#dddddd", label="asked")
axes.bar(range(len(visitors)), served, color="#2e73b8", label="served")
axes.set(xlabel="hundreds of seconds", ylabel="requests")
axes.legend(frameon=False)
plt.show()

# %% [markdown] id="wave-read" lang="en"
# One each time, and three the first time after the pause. No longer silence would buy more: the bucket is full at `burst`.
#
# **What holds** ([throttling](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html), checked 2026-11). There is no scaling setting. There are limits, looked at from the narrowest to the widest:
#
# ```mermaid
# flowchart LR
#     caller((caller)) --> plan["usage plan:<br>this key, this method"] --> method["stage:<br>this method, or all"] --> account["account and Region:<br>10,000/s, burst 5,000"] --> api((API))
# ```
#
# The last one is shared by *all* REST, HTTP and WebSocket APIs of the account in that Region (in some newer Regions it is 2,500 and 1,250). So Loja's campaign can starve Foto's API, until each stage has a limit of its own.
#
# **On AWS** these are targets on a best-effort basis, kept by many machines: of ten requests four may come through. The local cloud counts exactly.
#
# ## 2. A noisy partner
#
# Two partners read the stock. One of them wrote a loop without a pause. **Bet:** the stage lets one request in 100 seconds through, burst 20. What does the quiet partner get, right after the noisy one?

# %% [markdown] id="wave-read" lang="pt-BR" of="c390a3"
# Uma de cada vez, e três na primeira vez depois da pausa. Nenhum silêncio mais longo compraria mais: o balde está cheio em `burst`.
#
# **O que vale** ([throttling](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html), conferido em 2026-11). Não existe configuração de escala. Existem limites, olhados do mais estreito para o mais largo:
#
# ```mermaid
# flowchart LR
#     caller((quem chama)) --> plan["usage plan:<br>esta chave, este método"] --> method["stage:<br>este método, ou todos"] --> account["conta e Região:<br>10.000/s, burst 5.000"] --> api((API))
# ```
#
# O último é dividido por *todas* as APIs REST, HTTP e WebSocket da conta naquela Região (em algumas Regiões mais novas são 2.500 e 1.250). Ou seja: a campanha da Loja pode deixar a API da Foto à míngua, até que cada stage tenha o seu próprio limite.
#
# **Na AWS** são metas no melhor esforço, mantidas por muitas máquinas: de dez requisições, podem passar quatro. A nuvem local conta exatamente.
#
# ## 2. Um parceiro barulhento
#
# Dois parceiros consultam o estoque. Um deles escreveu um laço sem pausa. **Aposte:** o stage deixa passar uma requisição a cada 100 segundos, burst 20. O que o parceiro quieto recebe, logo depois do barulhento?

# %% id="partners"
changed = limit(0.01, 20)
keys = {name: f"{name}-partner-key-0123456789" for name in ("noisy", "quiet")}
key_ids = {name: gateway.create_api_key(name=name, value=value, enabled=True)["id"] for name, value in keys.items()}

def plan_for(name, **limits):
    plan = gateway.create_usage_plan(name=name, apiStages=[{"apiId": api, "stage": "prod"}], **limits)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key_ids[name], keyType="API_KEY")
    return plan

plans = {name: plan_for(name) for name in keys}

# %% id="noise"
served_to_noisy = crowd(30, "/stock/caneca", keys["noisy"])["200"]
print("noisy: 20 or more served:", served_to_noisy >= 20)
print("quiet:", crowd(3, "/stock/caneca", keys["quiet"]))

# %% [markdown] id="noise-read" lang="en"
# The noisy one emptied the bucket, and the quiet one pays. A key tells partners apart; only a **usage plan** with a throttle gives each one a bucket of its own:

# %% [markdown] id="noise-read" lang="pt-BR" of="cb932d"
# O barulhento esvaziou o balde, e quem paga é o quieto. A chave distingue os parceiros; só um **usage plan** com throttle dá a cada um o seu próprio balde:

# %% id="plan-throttle"
for name, value in (("rateLimit", 0.02), ("burstLimit", 5)):
    change = {"op": "replace", "path": f"/throttle/{name}", "value": str(value)}
    gateway.update_usage_plan(usagePlanId=plans["noisy"], patchOperations=[change])

clock.advance(hours=1)
print("noisy", crowd(30, "/stock/caneca", keys["noisy"]))
print("quiet", crowd(3, "/stock/caneca", keys["quiet"]))

# %% [markdown] id="plan-read" lang="en"
# Five for the loop, and the quiet partner notices nothing: the plan is looked at *before* the stage, so what it turns away costs the stage no token. Here is the API with all that limits it:

# %% [markdown] id="plan-read" lang="pt-BR" of="6fc5e0"
# Cinco para o laço, e o parceiro quieto nem percebe: o plano é olhado *antes* do stage, então o que ele recusa não custa ficha nenhuma ao stage. Aqui está a API com tudo o que a limita:

# %% id="map"
api_map(api, "prod")

# %% [markdown] id="quota-bet" lang="en"
# ## 3. Six a day
#
# The quiet partner is on trial: six requests a day. **Bet:** it has made some already. Which words does the seventh request of the day get, and when does the eighth work?

# %% [markdown] id="quota-bet" lang="pt-BR" of="285e89"
# ## 3. Seis por dia
#
# O parceiro quieto está em período de teste: seis requisições por dia. **Aposte:** ele já fez algumas. Com que palavras a sétima requisição do dia é respondida, e quando a oitava funciona?

# %% id="quota"
quota = [{"op": "add", "path": f"/quota/{name}", "value": value} for name, value in (("limit", "6"), ("period", "DAY"))]
changed = gateway.update_usage_plan(usagePlanId=plans["quiet"], patchOperations=quota)

def next_morning():
    nine = (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    clock.advance(seconds=(nine - clock.now()).total_seconds())

next_morning()
print(crowd(8, "/stock/caneca", keys["quiet"]))

# %% id="quota-next-day"
day = clock.now().date().isoformat()
used = gateway.get_usage(usagePlanId=plans["quiet"], startDate=day, endDate=day)["items"]
print("used, left:", used[key_ids["quiet"]])
next_morning()
print(crowd(1, "/stock/caneca", keys["quiet"]), "the day after")

# %% [markdown] id="quota-read" lang="en"
# Both refusals are 429, but not the same: `Too Many Requests` passes with the next token, `Limit Exceeded` at midnight UTC. A client that repeats the second one in a loop only heats the room. Give the two gateway responses,
# `THROTTLED` and `QUOTA_EXCEEDED`, words of your own, and a `Retry-After`:

# %% [markdown] id="quota-read" lang="pt-BR" of="55c3b7"
# As duas recusas são 429, mas não a mesma: `Too Many Requests` passa com a próxima ficha, `Limit Exceeded` só à meia-noite UTC. Um cliente que repete a segunda num laço só esquenta a sala. Dê às duas gateway responses,
# `THROTTLED` e `QUOTA_EXCEEDED`, palavras suas, e um `Retry-After`:

# %% id="retry-after"
gateway.put_gateway_response(
    restApiId=api, responseType="THROTTLED", statusCode="429",
    responseParameters={"gatewayresponse.header.Retry-After": "'50'"},
    responseTemplates={"application/json": '{"message": "slow down", "stage": "$context.stage"}'})
deployment = gateway.create_deployment(**prod)
answer = [web.get("/stock/caneca", headers={"x-api-key": keys["noisy"]}) for _ in range(12)][-1]
print(answer.status_code, answer.headers["retry-after"], answer.json())

# %% [markdown] id="plan-holds" lang="en"
# **What holds** ([usage plans](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html), checked 2026-11).
#
# - Plans, keys and quotas exist for REST APIs only; an HTTP API throttles by stage and route.
# - Quotas count by `DAY`, `WEEK` or `MONTH`. Throttles and quotas of a plan are best effort: AWS says not to rely on them to control cost or to block access.
# - A key is no password (lesson 09): who copies it, spends its quota.
#
# ## 4. Watching it
#
# **The post says** (day 22): monitor the *concurrent connections* of the API. **Bet:** which metrics does the API report?

# %% [markdown] id="plan-holds" lang="pt-BR" of="499ae7"
# **O que vale** ([usage plans](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html), conferido em 2026-11).
#
# - Planos, chaves e quotas só existem em APIs REST; uma HTTP API limita por stage e rota.
# - As quotas contam por `DAY`, `WEEK` ou `MONTH`. Throttles e quotas de um plano são melhor esforço: a AWS diz para não depender deles para controlar custo ou bloquear acesso.
# - Chave não é senha (lição 09): quem copia, gasta a quota.
#
# ## 4. De olho nela
#
# **O post diz** (Dia 22): monitore as *conexões concorrentes* da API. **Aposte:** quais métricas a API informa?

# %% id="metrics"
cloudwatch = boto3.client("cloudwatch")
named = cloudwatch.list_metrics(Namespace="AWS/ApiGateway")["Metrics"]
print(*sorted({one["MetricName"] for one in named}), sep="\n")

# %% [markdown] id="metrics-read" lang="en"
# Requests, errors, and a time; with a function behind the API there is a second time, `IntegrationLatency`. No connections: how many are at work shows in Lambda, as `ConcurrentExecutions`. What did our visitors make of it?

# %% [markdown] id="metrics-read" lang="pt-BR" of="918b98"
# Requisições, erros e um tempo; com uma função atrás da API há um segundo, o `IntegrationLatency`. Nenhuma conexão: quantas estão em execução aparece no Lambda, como `ConcurrentExecutions`. E o que os nossos visitantes deixaram registrado?

# %% id="figures"
def figure_of(metric, statistic):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/ApiGateway", MetricName=metric, Statistics=[statistic], Period=86_400 * 7,
        Dimensions=[{"Name": "ApiName", "Value": "loja"}, {"Name": "Stage", "Value": "prod"}],
        StartTime=clock.now() - timedelta(days=6), EndTime=clock.now() + timedelta(minutes=1))["Datapoints"]
    return points[0][statistic]

print("Count, Sum:", figure_of("Count", "Sum"), "· 5XXError, Sum:", figure_of("5XXError", "Sum"))
print(f"4XXError, Sum: over 100: {figure_of('4XXError', 'Sum') > 100} · Average: {figure_of('4XXError', 'Average'):.1f}")

# %% [markdown] id="figures-read" lang="en"
# `Sum` of `4XXError` is a number of requests, `Average` a *rate*. Every throttled request is in it, and `5XXError` stays at zero: the limit held, nothing broke. A throttled request never reaches the function, so no
# metric of *Lambda* knows it.
#
# *Who* was turned away, no metric says. The stage's **access log** does: a line for each request, of the variables that you choose.

# %% [markdown] id="figures-read" lang="pt-BR" of="4b8005"
# `Sum` de `4XXError` é um número de requisições; `Average`, uma *taxa*. Toda requisição recusada pelo throttling está ali, e o `5XXError` fica em zero: o limite segurou, nada quebrou. Uma requisição recusada nem chega à função, então nenhuma
# métrica do *Lambda* sabe dela.
#
# *Quem* foi recusado, nenhuma métrica diz. O **access log** do stage diz: uma linha para cada requisição, com as variáveis que você escolher.

# %% id="access-log"
logs = boto3.client("logs")
logs.create_log_group(logGroupName="loja-access")
group = logs.describe_log_groups(logGroupNamePrefix="loja-access")["logGroups"][0]["arn"].removesuffix(":*")
line = {"id": "$context.requestId", "key": "$context.identity.apiKeyId", "status": "$context.status", "why": "$context.error.responseType"}
changes = [{"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
           for name, value in (("destinationArn", group), ("format", json.dumps(line)))]
stage = gateway.update_stage(**prod, patchOperations=changes)

# %% id="access-log-read"
clock.advance(minutes=5)
for name in keys:
    seen = crowd(8, "/stock/caneca", keys[name])
names = {key_id: name for name, key_id in key_ids.items()}
lines = [json.loads(event["message"]) for event in logs.filter_log_events(logGroupName="loja-access")["events"]]
print(*sorted(Counter((names[one["key"]], one["status"], one["why"]) for one in lines).items()), sep="\n")

# %% [markdown] id="log-read" lang="en"
# The loop again: three refused as `THROTTLED`. The trial: six a day, one was spent this morning, so three were refused as `QUOTA_EXCEEDED`.
#
# When an API is slow at peak hours (question 6), three figures tell where: `Latency` minus `IntegrationLatency` is the gateway's own share; a high `IntegrationLatency` is the back end; many 429 are a limit that you set, or one that you have never looked at.
#
# **What holds.** `Count`, `4XXError`, `5XXError`, `Latency`, `IntegrationLatency`, and two of the cache
# ([REST metrics](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html), checked 2026-11). By method only with detailed metrics, which cost.
#
# ## What we saw
#
# - API Gateway has no scaling to configure. It has **limits**: plan, stage, account, in this order.
# - A bucket fills at `rate` and holds `burst`. What does not fit is refused at once, with 429.
# - A **usage plan** gives each key a bucket and a quota of its own; best effort, no wall.
# - Throttles show in `4XXError`. There is no metric of connections.

# %% [markdown] id="log-read" lang="pt-BR" of="40a5cd"
# O laço de novo: três recusadas como `THROTTLED`. O período de teste: seis por dia, uma já gasta hoje cedo, então três recusadas como `QUOTA_EXCEEDED`.
#
# Quando uma API fica lenta nos horários de pico (pergunta 6), três números dizem onde: `Latency` menos `IntegrationLatency` é a parte do próprio gateway; `IntegrationLatency` alta é o back end; muitos 429 são um limite que você definiu, ou um que você nunca olhou.
#
# **O que vale.** `Count`, `4XXError`, `5XXError`, `Latency`, `IntegrationLatency`, e duas do cache
# ([métricas REST](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html), conferido em 2026-11). Por método, só com as métricas detalhadas, que custam.
#
# ## O que vimos
#
# - O API Gateway não tem escala para configurar. Tem **limites**: plano, stage, conta, nesta ordem.
# - Um balde enche à velocidade de `rate` e comporta `burst`. O que não cabe é recusado na hora, com 429.
# - Um **usage plan** dá a cada chave um balde e uma quota próprios; melhor esforço, não um muro.
# - O throttling aparece em `4XXError`. Métrica de conexões não existe.

# %% id="quiz"
quiz("10")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** Question 5, *a campaign is coming: how do you make sure that API Gateway scales?* Say first what is not yours to scale; then the limits, from the account's quota inwards; then what stands behind them. And question 6,
# *slow at peak hours: where do you look?*
#
# **Read next.** Lab 10, limits that hold. Then lesson 11, where the function behind has limits of its own.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the burst of section 1 against a throttled API. Count what comes through, and compare. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="936b2b"
# **Perguntas de entrevista que isto prepara.** A pergunta 5, *vem aí uma campanha: como você garante que o API Gateway escale?* Diga primeiro o que não cabe a você escalar; depois os limites, da cota da conta para dentro; depois o que está atrás deles. E a pergunta 6,
# *lenta nos horários de pico: onde você olha?*
#
# **O que ler agora.** O lab 10, limites que aguentam. Depois a lição 11, em que a função lá atrás tem os seus próprios limites.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): o burst da seção 1 contra uma API com throttling. Conte o que passa, e compare. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_gateway = boto3.client("apigateway")
real_api = real_gateway.create_rest_api(name="course-throttling")["id"]
real_gateway.put_rest_api(restApiId=real_api, mode="merge", body=json.dumps(document).encode())
real_prod = {"restApiId": real_api, "stageName": "prod"}
real_gateway.create_deployment(**real_prod)
changes = [{"op": "replace", "path": f"/*/*/throttling/{name}", "value": value} for name, value in (("rateLimit", "1"), ("burstLimit", "3"))]
real_gateway.update_stage(**real_prod, patchOperations=changes)

# %% id="real-burst"
# %%real_aws --cost "under US$ 0.01"
address = invoke_url(real_api, "prod") + "/products/caneca"
print(Counter(httpx.get(address, trust_env=False).status_code for _ in range(20)))

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
