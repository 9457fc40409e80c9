# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "08"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Mapping templates and validation"
#     pt-BR: "Mapping templates e validação"
#   days: [22]
#   claims: ["22-4"]
#   needs: ["07"]
# ---

# %% [markdown] id="opening" lang="en"
# # Mapping templates and validation
#
# *Lesson 08 · 45 minutes · you need: lesson 07*
#
# Loja's order function should get an order, and nothing else: no headers, no broken numbers, no surprises. **How much of that can the API do before a line of your code runs, and in which part of it?**
# At the end you will be able to
#
# - say when a mapping template runs, and when it is dead text;
# - write one that survives quotes, missing fields and lists;
# - refuse bad requests with a validator and a model, and close the way around them;
# - turn a function's errors into statuses, and read the execution log of a template that fails.

# %% [markdown] id="opening" lang="pt-BR" of="7fe751"
# # Mapping templates e validação
#
# *Lição 08 · 45 minutos · você precisa da lição 07*
#
# A função de pedidos da Loja deveria receber um pedido, e mais nada: sem headers, sem números quebrados, sem surpresas. **Quanto disso a API consegue fazer antes de rodar uma linha do seu código, e em que parte dela?**
# No final você vai saber
#
# - dizer quando um mapping template roda, e quando é texto morto;
# - escrever um que sobrevive a aspas, campos ausentes e listas;
# - recusar requisições ruins com um validador e um modelo, e fechar o atalho em volta deles;
# - transformar os erros de uma função em status, e ler o log de execução de um template que falha.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3
import httpx

from helpers import connect, deploy, invoke_url, quiz, render_template, workbench

connect("08")

# %% [markdown] id="tools-intro" lang="en"
# One function is enough for now: it answers with the event that it got.

# %% [markdown] id="tools-intro" lang="pt-BR" of="ddd634"
# Por enquanto basta uma função: ela responde com o evento que recebeu.

# %% id="write-mirror" tags=["nbval-ignore-output"]
# %%writefile work/mirror.py
import json


def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}

# %% id="functions"
gateway, lambda_client = boto3.client("apigateway"), boto3.client("lambda")

def function(name):
    arn = deploy(f"work/{name}.py", name, show=False)
    lambda_client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    return f"arn:aws:apigateway:{lambda_client.meta.region_name}:lambda:path/2015-03-31/functions/{arn}/invocations"

mirror = function("mirror")
api = gateway.create_rest_api(name="loja")["id"]

# %% [markdown] id="publish-intro" lang="en"
# `publish` writes the API anew from an OpenAPI document and deploys it; `post` makes a route of an integration; `send` posts an order.

# %% [markdown] id="publish-intro" lang="pt-BR" of="cb7632"
# `publish` reescreve a API a partir de um documento OpenAPI e faz o deploy; `post` faz uma rota de uma integração; `send` envia um pedido.

# %% id="publish"
def publish(paths, **more):
    document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": paths, **more}
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document).encode())
    gateway.create_deployment(restApiId=api, stageName="prod")

def post(uri, *statuses, parameters=(), body=None, **integration):
    fields = {"requestBody": {"content": {"application/json": {"schema": body}}}} if body else {}
    return {"post": {"responses": {status: {"description": "an answer"} for status in ("200", *statuses)}, "parameters": list(parameters), **fields,
                     "x-amazon-apigateway-integration": {"type": "aws", "httpMethod": "POST", "uri": uri, **integration}}}

def send(path, body, kind="application/json", **headers):
    content = body if isinstance(body, str) else json.dumps(body)
    return httpx.post(invoke_url(api, "prod") + path, content=content, headers={"Content-Type": kind, **headers}, trust_env=False)

# %% [markdown] id="claim" lang="en"
# ## 1. Does this template run?
#
# **The post says** (day 22): mapping templates transform, *validate* and enrich requests. Its example API uses `aws_proxy`.
#
# **Your prediction:** two routes with the same template, one `aws_proxy`, one `aws`. What does the function get from each, and what does the client get back?

# %% [markdown] id="claim" lang="pt-BR" of="da7e96"
# ## 1. Este template roda?
#
# **O post diz** (Dia 22): mapping templates transformam, *validam* e enriquecem requisições. A API de exemplo dele usa `aws_proxy`.
#
# **Sua aposta:** duas rotas com o mesmo template, uma `aws_proxy`, outra `aws`. O que a função recebe de cada uma, e o que volta para o cliente?

# %% id="two-routes"
template = {"application/json": """{"sku": $input.json('$.sku'), "by": "the template"}"""}
as_it_comes = {"default": {"statusCode": "200"}}
publish({"/proxy": post(mirror, type="aws_proxy", requestTemplates=template),
         "/mapped": post(mirror, type="aws", requestTemplates=template, responses=as_it_comes)})

# %% id="two-events"
order = {"sku": "caneca", "card": "4111"}
proxied = send("/proxy", order).json()
print("proxy: ", len(proxied), "fields, body", proxied["body"])
print("mapped:", send("/mapped", order).json())

# %% [markdown] id="two-read" lang="en"
# Behind `aws_proxy` the template is dead text: the function got the whole request, twelve fields, the card number too. Behind `aws` it got exactly what the template wrote. And the way back changed as well: `statusCode` is now just a field of an answer that
# nobody interprets.
#
# **What holds.** The proxy types pass everything through; templates belong to `AWS`, `HTTP` and `MOCK` (which answers by itself) of REST APIs
# ([mapping templates](https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html), checked 2026-11). HTTP APIs have neither body templates nor validation
# ([comparison](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html)).
#
# ```mermaid
# flowchart LR
#     client((client)) --> v[validator<br>and model] --> t[request<br>template] --> f[function]
#     f --> p[selection<br>pattern] --> r[response<br>template] --> client
#     v -- 400 --> client
#     t -- 415 --> client
# ```
#
# ## 2. A template, step by step
#
# On this bench you can change the template and the event. The names: `$input` is the request, `$context` what the API knows about it, `$util` the tools.

# %% [markdown] id="two-read" lang="pt-BR" of="d1fd1c"
# Atrás de `aws_proxy` o template é texto morto: a função recebeu a requisição inteira, doze campos, com o número do cartão. Atrás de `aws` ela recebeu exatamente o que o template escreveu. E o caminho de volta também mudou: `statusCode` agora é só um campo de uma resposta que
# ninguém interpreta.
#
# **O que vale.** Os tipos proxy deixam passar tudo; templates são de `AWS`, `HTTP` e `MOCK` (que responde sozinho) em APIs REST
# ([mapping templates](https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html), conferido em 2026-11). HTTP APIs não têm nem templates de corpo nem validação
# ([comparação](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html)).
#
# ```mermaid
# flowchart LR
#     client((cliente)) --> v[validador<br>e modelo] --> t[template da<br>requisição] --> f[função]
#     f --> p[selection<br>pattern] --> r[template da<br>resposta] --> client
#     v -- 400 --> client
#     t -- 415 --> client
# ```
#
# ## 2. Um template, passo a passo
#
# Nesta bancada você pode mudar o template e o evento. Os nomes: `$input` é a requisição, `$context` o que a API sabe sobre ela, `$util` as ferramentas.

# %% id="bench"
event = {"body": {"sku": "caneca", "note": "Sant'Ana, \"rua 2\"", "address": {"city": "Recife"}, "items": [{"sku": "caneca"}, {"sku": "boné"}]},
         "pathParameters": {"store": "path"}, "queryStringParameters": {"store": "query", "quantity": "2"}, "headers": {"store": "header"},
         "context": {"authorizer": {"customer": "ana"}}}
workbench("""{
  "sku": $input.json('$.sku'),
  "customer": "$context.authorizer.customer"
}""", event)

# %% [markdown] id="lines-bet" lang="en"
# **Bet** on each line before you run it. The event has no `coupon`.

# %% [markdown] id="lines-bet" lang="pt-BR" of="b60445"
# **Aposte** em cada linha antes de rodar. O evento não tem `coupon`.

# %% id="lines"
for line in ("$input.json('$.address') or $input.path('$.address')",
             "$input.json('$.sku') or $input.path('$.sku')",
             "$input.params('store') or $input.params().header.get('store')",
             "#set($more = $input.params('quantity') + 1)$more",
             "#if($input.path('$.coupon'))a coupon#{else}no coupon#end",
             "#set($c = $input.path('$.coupon'))#if($c && $c != \"\")a coupon#{else}no coupon#end"):
    print(render_template(line, event))

# %% [markdown] id="lines-read" lang="en"
# - `json` gives JSON text, quotes and all; `path` gives a value to walk through, whose text is no JSON.
# - `params` looks in the path, then the query string, then the headers; `params().header` in one place only. And parameters are text: `2 + 1` is `21`.
# - A missing field is *true* for `#if`: on API Gateway it is an empty text. Ask twice: `$c && $c != ""`.
#
# Now a customer's note, in the way most examples on the web write it, and with the repair that AWS's page gives:

# %% [markdown] id="lines-read" lang="pt-BR" of="065bd0"
# - `json` dá texto JSON, com aspas e tudo; `path` dá um valor para percorrer, cujo texto não é JSON.
# - `params` olha no caminho, depois na query string, depois nos headers; `params().header`, num lugar só. E parâmetros são texto: `2 + 1` é `21`.
# - Um campo ausente é *verdadeiro* para o `#if`: no API Gateway ele é um texto vazio. Pergunte duas vezes: `$c && $c != ""`.
#
# Agora a observação de um cliente, do jeito que a maioria dos exemplos da web escreve, e com o conserto que a página da AWS dá:

# %% id="apostrophe"
note = "$util.escapeJavaScript($input.path('$.note'))"
for line in (note, note + """.replaceAll("\\\\'", "'")"""):
    text = f'"{render_template(line, event)}"'
    try:
        print(text, "->", json.loads(text))
    except ValueError as problem:
        print(text, "-> no JSON:", str(problem).split(":")[0])

# %% [markdown] id="apostrophe-read" lang="en"
# `escapeJavaScript` writes `\'`, which is fine in JavaScript and forbidden in JSON. It shows with the first customer called D'Ávila. Where a field goes through as it is, `$input.json('$.note')` is shorter and always right. In a list, `#foreach` needs the comma by hand:

# %% [markdown] id="apostrophe-read" lang="pt-BR" of="0ef0aa"
# `escapeJavaScript` escreve `\'`, que em JavaScript está certo e em JSON é proibido. Aparece com o primeiro cliente chamado D'Ávila. Quando um campo passa como está, `$input.json('$.note')` é mais curto e sempre certo. Numa lista, o `#foreach` precisa da vírgula escrita à mão:

# %% id="foreach"
lines = """[#foreach($item in $input.path('$.items'))
  {"line": $foreach.count, "sku": "$util.escapeJavaScript($item.sku).replaceAll("\\\\'", "'")"}#if($foreach.hasNext),#end

#end]"""
print(render_template(lines, event).json())

# %% [markdown] id="foreach-read" lang="en"
# **What holds** ([variables](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html), checked 2026-11). Every `$context.authorizer` value is text, too: `"false"` is true. A template has at most 300 KB, a `#foreach` 1,000 rounds.
#
# ## 3. Validation is another part
#
# A template can only write; it cannot refuse. For that a method has a **request validator**: required parameters, and a **model** of the body, which is JSON Schema *draft 4*.

# %% [markdown] id="foreach-read" lang="pt-BR" of="55d970"
# **O que vale** ([variáveis](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html), conferido em 2026-11). Todo valor de `$context.authorizer` também é texto: `"false"` é verdadeiro. Um template tem no máximo 300 KB, um `#foreach`, 1.000 voltas.
#
# ## 3. Validação é outra parte
#
# Um template só escreve; recusar ele não consegue. Para isso o método tem um **validador de requisição**: parâmetros obrigatórios, e um **modelo** do corpo, que é JSON Schema *draft 4*.

# %% id="model"
ORDER = {"type": "object", "required": ["order", "sku", "quantity"], "additionalProperties": False,
         "properties": {"order": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"}, "sku": {"type": "string", "minLength": 1},
                        "quantity": {"type": "integer", "minimum": 1, "maximum": 99}}}
STORE = {"name": "store", "in": "query", "required": True, "schema": {"type": "integer"}}
strict = {"x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": True, "validateRequestParameters": True}},
          "x-amazon-apigateway-request-validator": "all"}
template = {"application/json": """{"order": $input.json('$.order'), "quantity": $input.json('$.quantity'), "store": "$input.params('store')"}"""}
intake = post(mirror, parameters=[STORE], body=ORDER, requestTemplates=template, responses=as_it_comes)
publish({"/orders": intake}, **strict)

# %% [markdown] id="model-bet" lang="en"
# **Bet:** five requests. The store must be an integer, says the document. The last two carry the same bad body, the second time as `text/plain`.

# %% [markdown] id="model-bet" lang="pt-BR" of="18cc80"
# **Aposte:** cinco requisições. A loja tem que ser um inteiro, diz o documento. As duas últimas levam o mesmo corpo ruim, na segunda vez como `text/plain`.

# %% id="model-calls"
good = {"order": "o-1", "sku": "caneca", "quantity": 2}
bad = good | {"quantity": "two"}
calls = [("?store=3", good), ("", good), ("?store=abc", good), ("?store=3", bad), ("?store=3", bad, "text/plain")]
for query, *rest in calls:
    answer = send("/orders" + query, *rest)
    print(answer.status_code, answer.json().get("message") or answer.json()["body"])

# %% [markdown] id="model-read" lang="en"
# Parameters are only *there and not blank*: `abc` passed as an integer. And `text/plain` walked around both parts: **without a model for a content type the body is not validated, without a template it is passed through as it is.** Two words close that way, and a
# gateway response says what was wrong:

# %% [markdown] id="model-read" lang="pt-BR" of="30e872"
# Parâmetros só precisam *existir e não estar em branco*: `abc` passou por inteiro. E `text/plain` deu a volta nas duas partes: **sem modelo para um content type o corpo não é validado, sem template ele passa como está.** Duas palavras fecham esse caminho, e uma
# gateway response diz o que estava errado:

# %% id="strict"
intake["post"]["x-amazon-apigateway-integration"]["passthroughBehavior"] = "never"
because = {"responseTemplates": {"text/plain": "$context.error.message: $context.error.validationErrorString"}}
publish({"/orders": intake}, **strict, **{"x-amazon-apigateway-gateway-responses": {"BAD_REQUEST_BODY": because}})
for kind in ("text/plain", "application/json"):
    answer = send("/orders?store=3", bad, kind)
    print(answer.status_code, answer.text)

# %% [markdown] id="strict-read" lang="en"
# Now 415, and a 400 that a caller can repair alone. It is plain text because the sentence has quotes of its own, and a gateway response only puts values in: it is no VTL and escapes nothing.
#
# **What holds** ([validation](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html),
# [passthrough](https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html), checked 2026-11). `WHEN_NO_MATCH`, the default, passes what has no template; `WHEN_NO_TEMPLATES` only if there is no template at all; `NEVER` nothing. No
# `Content-Type` counts as `application/json`. A model under `$default` checks every type.
#
# ## 4. The way back
#
# This function takes orders, and raises when it cannot:

# %% [markdown] id="strict-read" lang="pt-BR" of="b240ac"
# Agora 415, e um 400 que quem chama conserta sozinho. É texto puro porque a frase tem aspas próprias, e uma gateway response só encaixa valores: não é VTL e não escapa nada.
#
# **O que vale** ([validação](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html),
# [passthrough](https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html), conferido em 2026-11). `WHEN_NO_MATCH`, o padrão, deixa passar o que não tem template; `WHEN_NO_TEMPLATES` só se não houver template nenhum; `NEVER`, nada. Sem
# `Content-Type`, conta como `application/json`. Um modelo sob `$default` confere todos os tipos.
#
# ## 4. O caminho de volta
#
# Esta função recebe pedidos, e lança um erro quando não consegue:

# %% id="write-orders" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
PRICES = {"caneca": 3990, "boné": 4990}


def lambda_handler(event, context):
    if event["sku"] not in PRICES:
        raise Exception(f"NotFound: no product {event['sku']}")
    if event["quantity"] > 50:
        raise Exception("Conflict: only 50 left")
    return {"order": event["order"], "cents": PRICES[event["sku"]] * event["quantity"], "margin": 0.4}

# %% [markdown] id="back-bet" lang="en"
# **Bet:** an order for a product that nobody has. Which status does the client get?

# %% [markdown] id="back-bet" lang="pt-BR" of="526e15"
# **Aposte:** um pedido de um produto que ninguém tem. Que status o cliente recebe?

# %% id="back"
orders = function("orders")
publish({"/orders": post(orders, body=ORDER, passthroughBehavior="never", requestTemplates={"application/json": "$input.json('$')"},
                         responses=as_it_comes)}, **strict)
answer = send("/orders", good | {"sku": "unicorn"})
print(answer.status_code, sorted(answer.json()))

# %% [markdown] id="back-read" lang="en"
# **200**, with the error in the body, the stack trace beside it. For `aws` a function that fails has still answered, and no metric calls it a `5XXError`. The status comes from *integration responses*: a regular expression over the whole `errorMessage` chooses one, `default` takes the rest.

# %% [markdown] id="back-read" lang="pt-BR" of="5b31c9"
# **200**, com o erro no corpo e o stack trace ao lado. Para `aws`, uma função que falha ainda assim respondeu, e nenhuma métrica chama isso de `5XXError`. O status vem das *integration responses*: uma expressão regular sobre o `errorMessage` inteiro escolhe uma, `default` fica com o resto.

# %% id="patterns"
def answering(status, template):
    return {"statusCode": status, "responseTemplates": {"application/json": template}}

said = """{"message": "$util.escapeJavaScript($input.path('$.errorMessage').replaceAll("^[A-Za-z]+: ", "")).replaceAll("\\\\'", "'")"}"""
placed = """#set($context.responseOverride.header.Location = "/orders/$input.path('$.order')")
{"order": $input.json('$.order'), "total": {"cents": $input.json('$.cents'), "currency": "BRL"}}"""
answers = {"default": answering("201", placed), "NotFound: .*": answering("404", said), "Conflict: .*": answering("409", said),
           r"(?!NotFound|Conflict)(\n|.)+": answering("500", '{"message": "we are looking into it"}')}

# %% id="statuses"
taking = post(orders, "201", "404", "409", "500", body=ORDER, passthroughBehavior="never",
              requestTemplates={"application/json": "$input.json('$')"}, responses=answers)
publish({"/orders": taking}, **strict)
for change in ({}, {"sku": "unicorn"}, {"quantity": 99}):
    answer = send("/orders", good | change)
    print(answer.status_code, answer.headers.get("location", "-"), answer.text.strip())

# %% [markdown] id="statuses-read" lang="en"
# The margin stays inside, money is an object, and the override set a header (`responseOverride.status` would set the status). The last pattern is for errors that nobody foresaw: without it they are 201. It leaves the first two out (`(?!…)`), because AWS names no order between patterns that both fit.
#
# **What holds** ([Lambda errors](https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html), checked 2026-11). Why not `.+`? The dot stops at a line break, and a message with two lines would fall to the default
# ([`selectionPattern`](https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html)).
#
# ## 5. A template that fails
#
# Somebody drops a quote, and clients get 400, or 500, and few words. `test_invoke_method` runs a method, deployed or not, and hands out the **execution log**:

# %% [markdown] id="statuses-read" lang="pt-BR" of="ccfefc"
# A margem fica em casa, dinheiro é um objeto, e o override pôs um header (`responseOverride.status` poria o status). O último padrão é para erros que ninguém previu: sem ele, são 201. Ele deixa os dois primeiros de fora (`(?!…)`), porque a AWS não diz a ordem entre padrões que casam ao mesmo tempo.
#
# **O que vale** ([erros do Lambda](https://docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html), conferido em 2026-11). Por que não `.+`? O ponto para na quebra de linha, e uma mensagem de duas linhas cairia no default
# ([`selectionPattern`](https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html)).
#
# ## 5. Um template que falha
#
# Alguém derruba uma aspa, e os clientes recebem 400, ou 500, e poucas palavras. `test_invoke_method` roda um método, com ou sem deploy, e entrega o **log de execução**:

# %% id="trial"
resource = {one["path"]: one["id"] for one in gateway.get_resources(restApiId=api)["items"]}["/orders"]

def trial(template):
    change = {"op": "replace", "path": "/requestTemplates/application~1json", "value": template}
    gateway.update_integration(restApiId=api, resourceId=resource, httpMethod="POST", patchOperations=[change])
    answer = gateway.test_invoke_method(restApiId=api, resourceId=resource, httpMethod="POST", body=json.dumps(good))
    print(answer["status"])
    for line in answer["log"].splitlines():
        if "transformations" in line or "failed" in line:
            print("  ", line.split(" : ", 1)[-1])

# %% id="trials"
trial("""{"order": $input.path('$.order'), "sku": "caneca", "quantity": 1}""")
trial("""{"order": #if($input.path('$.order')) "o-1" }""")

# %% [markdown] id="trials-read" lang="en"
# The first log shows the request body *after transformations*: no quotes around the order. The second template was never rendered. Bodies before and after, the chosen endpoint, the function's answer: all of it is in this log, and on a stage in CloudWatch Logs, when its logging level is `INFO`.
#
# When an API gets slow at peak hours (question 6), ask this, too: how many of the calls should never have reached the function? A 400 of the validator costs no invocation.
#
# **On AWS** the wording of validation and template errors may differ a little, and REST log lines are cut at 1,024 bytes.
#
# ## What we saw
#
# - Templates run behind `AWS`, `HTTP` and `MOCK`. **Never behind a proxy integration.**
# - `$input.json` for what goes through, `path` to walk; mind the apostrophe, the missing field, the text that looks like a number.
# - **Validation is the validator's**: a model per content type, and `NEVER` for the others.
# - Without patterns an error is a **200**. Catch the ones you know, and all others.

# %% [markdown] id="trials-read" lang="pt-BR" of="481163"
# O primeiro log mostra o corpo *depois das transformações*: o pedido está sem aspas. O segundo template nem chegou a ser renderizado. Corpos antes e depois, o endpoint escolhido, a resposta da função: tudo está nesse log, e, para um stage, no CloudWatch Logs, quando o nível de log dele é `INFO`.
#
# Quando uma API fica lenta nos horários de pico (pergunta 6), pergunte também isto: quantas chamadas nem deveriam ter chegado à função? Um 400 do validador não custa invocação.
#
# **Na AWS** o texto dos erros de validação e de template pode variar um pouco, e as linhas de log REST são cortadas em 1.024 bytes.
#
# ## O que vimos
#
# - Templates rodam atrás de `AWS`, `HTTP` e `MOCK`. **Nunca atrás de uma integração proxy.**
# - `$input.json` para o que passa direto, `path` para percorrer; cuidado com o apóstrofo, o campo ausente, o texto com cara de número.
# - **Validar é com o validador**: um modelo por content type, e `NEVER` para os outros.
# - Sem padrões, um erro é um **200**. Pegue os que você conhece, e todos os outros.

# %% id="quiz"
quiz("08")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** *An endpoint is slow at peak hours, and half of its calls are malformed: what can API Gateway do before your code runs?* And: *our function fails every tenth time, and the `5XXError` of the API is flat at zero. How?*
#
# **Read next.** Lab 08, orders as they should be. Then lesson 09, who may call.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): a `MOCK` that shows what the template of section 2 makes of an apostrophe, with no function at all. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="b42958"
# **Perguntas de entrevista que isto prepara.** *Um endpoint fica lento nos horários de pico, e metade das chamadas vem malformada: o que o API Gateway pode fazer antes de o seu código rodar?* E: *a nossa função falha uma em cada dez vezes, e o `5XXError` da API está parado em zero. Como?*
#
# **O que ler agora.** O lab 08, pedidos como deveriam ser. Depois a lição 09, quem pode chamar.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): um `MOCK` que mostra o que o template da seção 2 faz com um apóstrofo, sem função nenhuma. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_gateway = boto3.client("apigateway")
real_api = real_gateway.create_rest_api(name="course-templates")["id"]
answer = {"statusCode": "200", "responseTemplates": {"application/json": "\"$util.escapeJavaScript($input.params('note'))\""}}
mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}, "responses": {"default": answer}}
get = {"responses": {"200": {"description": "fine"}}, "x-amazon-apigateway-integration": mock}
document = {"openapi": "3.0.1", "info": {"title": "course-templates", "version": "1"}, "paths": {"/note": {"get": get}}}
real_gateway.put_rest_api(restApiId=real_api, mode="merge", body=json.dumps(document).encode())
deployment = real_gateway.create_deployment(restApiId=real_api, stageName="prod")

# %% id="real-calls"
# %%real_aws --cost "under US$ 0.01"
print(httpx.get(invoke_url(real_api, "prod") + "/note", params={"note": "D'Ávila"}, trust_env=False).text)

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
