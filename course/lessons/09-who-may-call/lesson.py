# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "09"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Who may call: keys, Lambda authorizers, Cognito"
#     pt-BR: "Quem pode chamar: chaves, autorizadores Lambda, Cognito"
#   days: [21, 22]
#   claims: ["22-5"]
#   needs: ["07", "08"]
# ---

# %% [markdown] id="opening" lang="en"
# # Who may call: keys, Lambda authorizers, Cognito
#
# *Lesson 09 · 45 minutes · you need: lessons 07 and 08*
#
# Loja's customers log in, its partners have keys, its staff sees everything. **How does an API know who is calling, and what may it let them do?**
# At the end you will be able to
#
# - say what an API key proves, and what it does not;
# - write a Lambda authorizer, and read 401, 403 and 500 as its answers;
# - cache its answer without locking out, or letting in, the wrong people;
# - let Cognito issue the tokens, and the API check them without a line of code.

# %% [markdown] id="opening" lang="pt-BR" of="cbc5ce"
# # Quem pode chamar: chaves, autorizadores Lambda, Cognito
#
# *Lição 09 · 45 minutos · você precisa das lições 07 e 08*
#
# Os clientes da Loja fazem login, os parceiros têm chaves, a equipe vê tudo. **Como uma API sabe quem está chamando, e o que ela pode deixar essa pessoa fazer?**
# No final você vai saber
#
# - dizer o que uma chave de API prova, e o que ela não prova;
# - escrever um autorizador Lambda, e ler 401, 403 e 500 como respostas dele;
# - guardar a resposta em cache sem trancar, nem deixar entrar, a pessoa errada;
# - deixar o Cognito emitir os tokens, e a API conferir sem uma linha de código.

# %% id="connect" tags=["nbval-ignore-output"]
import base64
import json

import boto3
import httpx

from helpers import clock, connect, deploy, invoke_url, quiz

connect("09")

# %% [markdown] id="tools-intro" lang="en"
# A small workshop: `route` makes a method whose `MOCK` answers with what the API knows of the caller, and its arguments name what the method asks for. `publish` imports the document and deploys it.

# %% [markdown] id="tools-intro" lang="pt-BR" of="1d153a"
# Uma pequena oficina: `route` faz um método cujo `MOCK` responde com o que a API sabe de quem chama, e os argumentos dizem o que o método exige. `publish` importa o documento e faz o deploy.

# %% id="tools"
gateway, lambda_client = boto3.client("apigateway"), boto3.client("lambda")

def route(*secured, caller="$context.authorizer.customer"):
    answer = {"statusCode": "200", "responseTemplates": {"application/json": json.dumps({"customer": caller})}}
    mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": answer}}
    return {"responses": {"200": {"description": "fine"}}, "security": [{name: [] for name in secured}],
            "x-amazon-apigateway-integration": mock}

# %% id="publish"
KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}

def publish(title, paths, **schemes):
    document = {"openapi": "3.0.1", "info": {"title": title, "version": "1"},
                "components": {"securitySchemes": {"key": KEY, **schemes}}, "paths": paths}
    api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api

# %% [markdown] id="claim" lang="en"
# ## 1. A key is not a person
#
# **The post says** (day 22): protect the API with *API keys*, in one row with Lambda authorizers and Cognito. Here is Loja's API for partners with a key in a usage plan. Later somebody adds a second API for the warehouse, and puts it into the *same* plan, because
# its limits fit.

# %% [markdown] id="claim" lang="pt-BR" of="13b5bc"
# ## 1. Uma chave não é uma pessoa
#
# **O post diz** (Dia 22): proteja a API com *chaves de API*, na mesma lista de autorizadores Lambda e Cognito. Aqui está a API da Loja para parceiros, com uma chave num usage plan. Depois alguém cria uma segunda API, para o depósito, e a coloca no *mesmo* plano, porque
# os limites servem.

# %% id="key-plan"
shop = publish("loja", {"/stock": {"get": route("key")}})
warehouse = publish("warehouse", {"/prices": {"get": route("key")}})
stages = [{"apiId": api, "stage": "prod"} for api in (shop, warehouse)]
plan = gateway.create_usage_plan(name="partners", apiStages=stages)["id"]
partner = gateway.create_api_key(name="partner", value="partner-key-0123456789", enabled=True)
link = gateway.create_usage_plan_key(usagePlanId=plan, keyId=partner["id"], keyType="API_KEY")

# %% [markdown] id="key-bet" lang="en"
# **Your prediction:** four callers. Which status does each of them get?

# %% [markdown] id="key-bet" lang="pt-BR" of="41740c"
# **Sua aposta:** quatro pessoas chamam. Que status cada uma recebe?

# %% id="key-calls"
def status(api, path, **headers):
    return httpx.get(invoke_url(api, "prod") + path, headers=headers, trust_env=False).status_code

key = {"x-api-key": "partner-key-0123456789"}
print("no key, the stock       ", status(shop, "/stock"))
print("the partner, the stock  ", status(shop, "/stock", **key))
print("who found it in a log   ", status(shop, "/stock", **key))
print("the partner, our prices ", status(warehouse, "/prices", **key))

# %% [markdown] id="key-read" lang="en"
# Whoever holds the key is the partner; and the partner reads the warehouse's prices, because a key opens **every API of its plan**. A key tells callers apart for counting and throttling, no more. It has no expiry and no owner, and it travels with each request.
#
# **What holds.** AWS: do not use API keys for authentication or authorization
# ([usage plans](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html), checked 2026-11).
#
# ## 2. A function at the door
#
# A **Lambda authorizer** gets the token before your function gets the request, and answers with an IAM policy.
#
# ```mermaid
# flowchart LR
#     caller((caller)) --> token{a token?}
#     token -->|no| unknown[401]
#     token -->|yes| kept{remembered?}
#     kept -->|no| door[[authorizer]]
#     door -->|Unauthorized| unknown
#     door -->|nonsense| broken[500]
#     door -->|policy| policy{allows it?}
#     kept -->|yes| policy
#     policy -->|no| refused[403]
#     policy -->|yes| method[[method]]
# ```
#
# This one knows two customers by heart; a real one would check a signature, as in lab 09.

# %% [markdown] id="key-read" lang="pt-BR" of="2b0c94"
# Quem tem a chave é o parceiro; e o parceiro lê os preços do depósito, porque uma chave abre **todas as APIs do seu plano**. A chave distingue quem chama para contar e limitar, nada mais. Não tem validade nem dono, e viaja em cada requisição.
#
# **O que vale.** A AWS: não use chaves de API para autenticação nem autorização
# ([usage plans](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html), conferido em 2026-11).
#
# ## 2. Uma função na porta
#
# Um **autorizador Lambda** recebe o token antes que a sua função receba a requisição, e responde com uma policy IAM.
#
# ```mermaid
# flowchart LR
#     caller((quem chama)) --> token{há token?}
#     token -->|não| unknown[401]
#     token -->|sim| kept{guardado?}
#     kept -->|não| door[[autorizador]]
#     door -->|Unauthorized| unknown
#     door -->|bobagem| broken[500]
#     door -->|policy| policy{permite?}
#     kept -->|sim| policy
#     policy -->|não| refused[403]
#     policy -->|sim| method[[método]]
# ```
#
# Este conhece dois clientes de cor; um de verdade conferiria uma assinatura, como no lab 09.

# %% id="door-file" tags=["nbval-ignore-output"]
# %%writefile work/door.py
from scope import resource

CUSTOMERS = {"token-of-ana": "ana", "token-of-bia": "bia"}

def lambda_handler(event, context):
    token = event["authorizationToken"].removeprefix("Bearer ")
    if token == "broken":
        return {"principalId": "nobody"}
    if token not in CUSTOMERS:
        raise Exception("Unauthorized")
    effect = "Deny" if token == "token-of-bia" else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource(event["methodArn"])}
    return {"principalId": CUSTOMERS[token], "context": {"customer": CUSTOMERS[token]},
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}

# %% [markdown] id="scope-intro" lang="en"
# What may the caller do? This part stands in a file of its own, and says: what was asked for.

# %% [markdown] id="scope-intro" lang="pt-BR" of="c22a61"
# O que essa pessoa pode fazer? Essa parte fica num arquivo próprio, e diz: aquilo que foi pedido.

# %% id="scope-file" tags=["nbval-ignore-output"]
# %%writefile work/scope.py
def resource(method_arn):
    return method_arn

# %% [markdown] id="door-intro" lang="en"
# The API gets two routes behind this door, and API Gateway the permission to call it:

# %% [markdown] id="door-intro" lang="pt-BR" of="e89a95"
# A API ganha duas rotas atrás desta porta, e o API Gateway, a permissão de chamá-la:

# %% id="door"
door = deploy("work/door.py", "door", files=["work/scope.py"], show=False)
allowed = lambda_client.add_permission(FunctionName="door", StatementId="api", Action="lambda:InvokeFunction",
                                       Principal="apigateway.amazonaws.com")
uri = f"arn:aws:apigateway:{lambda_client.meta.region_name}:lambda:path/2015-03-31/functions/{door}/invocations"
guard = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "custom",
         "x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": uri, "authorizerResultTtlInSeconds": 300}}
api = publish("loja-customers", {"/orders": {"get": route("door")}, "/invoices": {"get": route("door")}}, door=guard)

# %% [markdown] id="call-intro" lang="en"
# Two helpers: one comes with a token, the other counts how often the function has run, by its log.

# %% [markdown] id="call-intro" lang="pt-BR" of="1509f1"
# Dois helpers: um chega com um token, o outro conta quantas vezes a função rodou, pelo log dela.

# %% id="call"
def call(path, token=None, api=api):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.get(invoke_url(api, "prod") + path, headers=headers, trust_env=False)
    return answer.status_code, answer.text

def runs():
    logs = boto3.client("logs")
    return len(logs.filter_log_events(logGroupName="/aws/lambda/door", filterPattern='"START RequestId"')["events"])

# %% [markdown] id="door-bet" lang="en"
# **Bet:** five callers. One has no token, one has made one up, Bia is blocked, for one the authorizer forgets its policy, Ana is fine. Which statuses, and how many runs of the function?

# %% [markdown] id="door-bet" lang="pt-BR" of="8ba604"
# **Aposte:** cinco pessoas. Uma não tem token, uma inventou um, a Bia está bloqueada, para uma o autorizador esquece a policy, a Ana está em ordem. Que status, e quantas execuções da função?

# %% id="door-calls"
for token in (None, "made-up", "token-of-bia", "broken", "token-of-ana"):
    print(f"{token or 'no token':<14}", *call("/orders", token))
print(runs(), "runs")

# %% [markdown] id="door-read" lang="en"
# 401 says *I do not know you*, 403 *I know you, and no*. Four runs: without a token the function was not even called. An authorizer that answers nonsense is a 500, and your fault, not the caller's. And the route's template saw `ana`: what the authorizer puts into `context` arrives as
# `$context.authorizer.customer`, or in a proxy event as `requestContext.authorizer.customer`. It is always a **string**, so that `"false"` counts as true in an `if`. The caller cannot write it, unlike headers and body.
#
# ## 3. Remembered answers
#
# API Gateway keeps the answer for 300 seconds, under the token as its name. **Bet:** Ana makes five more calls to `/orders`, and then one to `/invoices`. Which statuses, and how many more runs?

# %% [markdown] id="door-read" lang="pt-BR" of="ea0ba5"
# 401 diz *não sei quem você é*; 403, *sei, e não*. Quatro execuções: sem token, a função nem foi chamada. Um autorizador que responde bobagem é um 500, e a culpa é sua, não de quem chama. E o template da rota viu `ana`: o que o autorizador põe em `context` chega como
# `$context.authorizer.customer`, ou num evento de proxy como `requestContext.authorizer.customer`. É sempre uma **string**, de modo que `"false"` conta como verdadeiro num `if`. Quem chama não consegue escrever ali, ao contrário de headers e corpo.
#
# ## 3. Respostas lembradas
#
# O API Gateway guarda a resposta por 300 segundos, e o nome dela é o token. **Aposte:** a Ana faz mais cinco chamadas a `/orders`, e depois uma a `/invoices`. Que status, e quantas execuções a mais?

# %% id="cache"
before = runs()
print({call("/orders", "token-of-ana")[0] for _ in range(5)}, "after", runs() - before, "runs")
print(*call("/invoices", "token-of-ana"), "after", runs() - before, "runs")

# %% [markdown] id="cache-read" lang="en"
# No run at all, and Ana is refused her invoices! The kept policy allows the one `methodArn` that was asked for first: `GET /orders`. Nothing denies her the invoices, as Bia was denied; nothing allows them either. In production this looks random: it depends on who called what first.
#
# Let the policy speak of all that this caller may do. A resource is `{api}/{stage}/{method}/{path}`, and `*` stands for anything:

# %% [markdown] id="cache-read" lang="pt-BR" of="507e69"
# Nenhuma execução, e a Ana fica sem as suas faturas! A policy guardada permite o único `methodArn` que foi pedido primeiro: `GET /orders`. Nada nega as faturas a ela, como à Bia foi negado; mas nada as permite. Em produção isso parece aleatório: depende de quem chamou o quê primeiro.
#
# Deixe a policy falar de tudo o que essa pessoa pode fazer. Um recurso é `{api}/{stage}/{method}/{path}`, e `*` vale por qualquer coisa:

# %% id="scope-repair" tags=["nbval-ignore-output"]
# %%writefile work/scope.py
def resource(method_arn):
    api, stage = method_arn.split("/")[:2]
    return f"{api}/{stage}/*"

# %% [markdown] id="repair-bet" lang="en"
# **Bet:** does the repair reach Ana at once?

# %% [markdown] id="repair-bet" lang="pt-BR" of="813c86"
# **Aposte:** o conserto chega à Ana na hora?

# %% id="cache-repair"
door = deploy("work/door.py", "door", files=["work/scope.py"], show=False)
print("at once:            ", call("/invoices", "token-of-ana")[0])
clock.advance(seconds=301)
print("five minutes later: ", call("/orders", "token-of-ana")[0], call("/invoices", "token-of-ana")[0])

# %% [markdown] id="cache-holds" lang="en"
# It reached Ana when the old answer had grown old. So does bad news: a token that you revoke lives on for up to `authorizerResultTtlInSeconds`.
#
# **What holds** ([Lambda authorizers](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html), checked 2026-11): 300 seconds unless you say otherwise, 3,600 at most, 0 keeps nothing. AWS recommends the type `REQUEST`, which can use
# several headers, query strings and stage variables as the name of an answer; while answers are kept, one of them missing is a 401 without a call.
#
# ## 4. Let Cognito write the tokens
#
# Passwords, resets, second factors: nobody should write those again. A **user pool** keeps the customers and signs a token for each login:

# %% [markdown] id="cache-holds" lang="pt-BR" of="18fa72"
# Chegou à Ana quando a resposta antiga ficou velha. Com as más notícias é igual: um token que você revoga continua vivo por até `authorizerResultTtlInSeconds`.
#
# **O que vale** ([autorizadores Lambda](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html), conferido em 2026-11): 300 segundos se você não disser outra coisa, 3.600 no máximo, 0 não guarda nada. A AWS recomenda o tipo `REQUEST`, que pode usar
# vários headers, query strings e stage variables como nome de uma resposta; enquanto se guardam respostas, a falta de um deles é um 401 sem chamada.
#
# ## 4. Deixe o Cognito escrever os tokens
#
# Senhas, recuperação, segundo fator: ninguém deveria escrever isso de novo. Um **user pool** guarda os clientes e assina um token a cada login:

# %% id="pool"
cognito = boto3.client("cognito-idp")
pool = cognito.create_user_pool(PoolName="loja")["UserPool"]
app = cognito.create_user_pool_client(UserPoolId=pool["Id"], ClientName="shop", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
ana = {"UserPoolId": pool["Id"], "Username": "ana@example.com"}
made = cognito.admin_create_user(**ana, UserAttributes=[{"Name": "email", "Value": "ana@example.com"}], MessageAction="SUPPRESS")
known = cognito.admin_set_user_password(**ana, Password="Correct-Horse-1", Permanent=True)

# %% [markdown] id="login-intro" lang="en"
# Ana logs in. A token has three parts, and anybody can read the middle one:

# %% [markdown] id="login-intro" lang="pt-BR" of="36927f"
# A Ana faz login. Um token tem três partes, e a do meio qualquer um consegue ler:

# %% id="login"
def login():
    answer = cognito.initiate_auth(ClientId=app["UserPoolClient"]["ClientId"], AuthFlow="USER_PASSWORD_AUTH",
                                   AuthParameters={"USERNAME": "ana@example.com", "PASSWORD": "Correct-Horse-1"})
    return answer["AuthenticationResult"]

tokens = login()
head, payload, signature = tokens["IdToken"].split(".")
claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
print(claims["email"], claims["token_use"], claims["exp"] - claims["iat"], "seconds")

# %% [markdown] id="pool-api-intro" lang="en"
# Anybody can write one, too. Here is Ana's token with Bia's address in it; and an API that needs no function to check either, only the pool's ARN:

# %% [markdown] id="pool-api-intro" lang="pt-BR" of="a1ff2e"
# E qualquer um consegue escrever uma. Aqui está o token da Ana com o endereço da Bia; e uma API que não precisa de função para conferir nenhum dos dois, só do ARN do pool:

# %% id="pool-api"
forged = json.dumps({**claims, "email": "bia@example.com"}).encode()
changed = f"{head}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}.{signature}"
guard = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "cognito_user_pools",
         "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [pool["Arn"]]}}
me = route("pool", caller="$context.authorizer.claims.email")
members = publish("loja-members", {"/me": {"get": me}}, pool=guard)

# %% [markdown] id="pool-bet" lang="en"
# **Bet:** Ana's token; the changed one; her *access* token, which the same login gave her; and her first token again, two hours later.

# %% [markdown] id="pool-bet" lang="pt-BR" of="54be71"
# **Aposte:** o token da Ana; o alterado; o *access token* dela, que veio no mesmo login; e o primeiro token dela de novo, duas horas depois.

# %% id="pool-calls"
print("hers         ", *call("/me", tokens["IdToken"], members))
print("changed      ", *call("/me", changed, members))
print("access token ", *call("/me", tokens["AccessToken"], members))
clock.advance(hours=2)
print("too old      ", *call("/me", tokens["IdToken"], members))
print("a new login  ", *call("/me", login()["IdToken"], members))

# %% [markdown] id="pool-read" lang="en"
# 200 for a fresh ID token of hers, 401 for all the rest. The signature belongs to the payload, so Ana cannot become Bia. The *ID token* says who somebody is; the *access token* is for methods that ask for **scopes**, and this one asks for none. And no function of yours ran.
#
# **What holds**
#
# | | proves | costs a call | use it for |
# |---|---|---|---|
# | API key | somebody copied it | no | counting, plans |
# | Lambda authorizer | whatever you check | yes, unless cached | tokens of your own, several sources |
# | Cognito user pool | a login in this pool | no | customers |
# | JWT authorizer | a token of an issuer that you name | no | other identity providers |
# | IAM | an AWS identity | no | your own services |
#
# REST APIs have a JWT authorizer of their own since November 2026
# ([announcement](https://aws.amazon.com/blogs/compute/securing-rest-apis-with-jwt-authorizers-in-amazon-api-gateway/), checked 2026-11); until then only HTTP APIs had one. Cognito's tokens:
# [integrate with Cognito](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html).
#
# **On AWS** a new policy, key or deployment takes seconds to arrive; here it is there at once. IAM authorization is refused by the local cloud, which checks no signatures.
#
# ## What we saw
#
# - An **API key** is a name tag: it opens every API of its plan, for whoever wears it.
# - An **authorizer** answers with a policy: 401 unknown, 403 refused, 500 broken.
# - Its answer is **kept**, so the policy must fit all methods; and what you revoke lives on for the TTL.
# - **Cognito** issues and the API checks: no function, no password of yours.

# %% [markdown] id="pool-read" lang="pt-BR" of="e2c4c3"
# 200 para um ID token fresco dela, 401 para todo o resto. A assinatura pertence ao payload, então a Ana não consegue virar a Bia. O *ID token* diz quem a pessoa é; o *access token* é para métodos que pedem **scopes**, e este não pede nenhum. E nenhuma função sua rodou.
#
# **O que vale**
#
# | | prova | custa uma chamada | use para |
# |---|---|---|---|
# | Chave de API | que alguém a copiou | não | contar, planos |
# | Autorizador Lambda | o que você conferir | sim, fora do cache | tokens seus, várias fontes |
# | Cognito user pool | um login neste pool | não | clientes |
# | Autorizador JWT | um token de um emissor que você nomeia | não | outros provedores de identidade |
# | IAM | uma identidade da AWS | não | os seus próprios serviços |
#
# APIs REST têm um autorizador JWT próprio desde novembro de 2026
# ([anúncio](https://aws.amazon.com/blogs/compute/securing-rest-apis-with-jwt-authorizers-in-amazon-api-gateway/), conferido em 2026-11); até então só as HTTP APIs tinham. Os tokens do Cognito:
# [integração com o Cognito](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html).
#
# **Na AWS** uma policy, chave ou deployment novos levam segundos para chegar; aqui já estão lá. A nuvem local recusa a autorização por IAM, porque não confere assinaturas.
#
# ## O que vimos
#
# - Uma **chave de API** é um crachá: abre todas as APIs do seu plano, para quem estiver usando.
# - Um **autorizador** responde com uma policy: 401 desconhecido, 403 recusado, 500 quebrado.
# - A resposta dele fica **guardada**, então a policy precisa servir para todos os métodos; e o que você revoga continua vivo pelo TTL.
# - O **Cognito** emite e a API confere: nenhuma função, nenhuma senha sua.

# %% id="quiz"
quiz("09")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** *Partners share one API key in a mobile app. What can go wrong, and what do you propose?* And: *after the last deploy some customers get 403, others do not, and after five minutes it is the other way round. Where do you look?*
#
# **Read next.** Lab 09, the door of Loja. Then lesson 10, where keys do what they are good at.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the key of section 1 in front of a `MOCK`. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="52b899"
# **Perguntas de entrevista que isto prepara.** *Parceiros dividem uma chave de API dentro de um app de celular. O que pode dar errado, e o que você propõe?* E: *depois do último deploy alguns clientes recebem 403, outros não, e cinco minutos depois é o contrário. Onde você olha?*
#
# **O que ler agora.** O lab 09, a porta da Loja. Depois a lição 10, em que as chaves fazem aquilo em que são boas.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): a chave da seção 1 na frente de um `MOCK`. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_gateway = boto3.client("apigateway")
real_api = real_gateway.create_rest_api(name="course-keys")["id"]
document = {"openapi": "3.0.1", "info": {"title": "course-keys", "version": "1"},
            "components": {"securitySchemes": {"key": KEY}}, "paths": {"/stock": {"get": route("key")}}}
real_gateway.put_rest_api(restApiId=real_api, mode="merge", body=json.dumps(document).encode())
real_gateway.create_deployment(restApiId=real_api, stageName="prod")
real_plan = real_gateway.create_usage_plan(name="course-plan", apiStages=[{"apiId": real_api, "stage": "prod"}])["id"]
real_key = real_gateway.create_api_key(name="course-key", enabled=True)
real_gateway.create_usage_plan_key(usagePlanId=real_plan, keyId=real_key["id"], keyType="API_KEY")

# %% id="real-calls"
# %%real_aws --cost "under US$ 0.01"
address = invoke_url(real_api, "prod") + "/stock"
print("no key", httpx.get(address, trust_env=False).status_code)
print("a key ", httpx.get(address, headers={"x-api-key": real_key["value"]}, trust_env=False).status_code)

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
