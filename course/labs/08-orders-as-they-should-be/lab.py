# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "08"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Orders as they should be"
#     pt-BR: "Pedidos como deveriam ser"
#   days: [22]
#   claims: ["22-4"]
#   needs: ["08"]
# ---

# %% [markdown] id="opening" lang="en"
# # Orders as they should be
#
# *Lab 08 · 60 minutes · you need: lesson 08*
#
# Loja's functions get everything that the internet sends, and customers see everything that the functions say. Five tickets are yours, and no function may be changed: all the work is in the API.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It sends orders of its own over HTTP, good ones, bad ones and odd ones, and looks at what the functions received.

# %% [markdown] id="opening" lang="pt-BR" of="d04c36"
# # Pedidos como deveriam ser
#
# *Lab 08 · 60 minutos · você precisa da lição 08*
#
# As funções da Loja recebem tudo o que a internet manda, e os clientes veem tudo o que as funções dizem. Cinco chamados são seus, e nenhuma função pode mudar: todo o trabalho fica na API.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele envia pedidos dele por HTTP, bons, ruins e esquisitos, e olha o que as funções receberam.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, connect, deploy, workbench

connect("lab-08")

# %% [markdown] id="given" lang="en"
# Two functions are given. `intake` writes down each event that it gets, `lookup` finds an order:

# %% [markdown] id="given" lang="pt-BR" of="100aaf"
# Duas funções já vêm prontas. A `intake` anota cada evento que recebe, a `lookup` encontra um pedido:

# %% id="given-intake" tags=["nbval-ignore-output"]
# %%writefile work/intake.py
import json
import boto3

received = boto3.resource("dynamodb").Table("received")


def lambda_handler(event, context):
    received.put_item(Item={"id": context.aws_request_id, "event": json.dumps(event)})
    return {"status": "placed"}

# %% id="given-lookup" tags=["nbval-ignore-output"]
# %%writefile work/lookup.py
import json
import boto3

orders = boto3.resource("dynamodb").Table("orders")


def lambda_handler(event, context):
    item = orders.get_item(Key={"order": event["order"]}).get("Item")
    if item is None:
        raise Exception(f"NotFound: no order {event['order']}")
    if "locked" in item:
        raise Exception(f"Conflict: {item['locked']}")
    if not item["record"].startswith("{"):
        raise Exception(f"cannot read the record of {item['order']}:\n{item['record']}")
    return json.loads(item["record"])

# %% [markdown] id="api-intro" lang="en"
# And the API, as a document that you will change: `place` and `find` are its two methods, `take` and `show` their integrations. `publish()` makes it real.

# %% [markdown] id="api-intro" lang="pt-BR" of="180cc3"
# E a API, como um documento que você vai mudar: `place` e `find` são os seus dois métodos, `take` e `show` as integrações deles. `publish()` torna tudo real.

# %% id="functions"
gateway, lambda_client, dynamodb = (boto3.client(name) for name in ("apigateway", "lambda", "dynamodb"))
for name, key in (("received", "id"), ("orders", "order")):
    table = dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])

def function(name):
    arn = deploy(f"work/{name}.py", name, show=False)
    lambda_client.add_permission(FunctionName=name, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
    return f"arn:aws:apigateway:{lambda_client.meta.region_name}:lambda:path/2015-03-31/functions/{arn}/invocations"

# %% id="document"
take = {"type": "aws", "httpMethod": "POST", "uri": function("intake"), "responses": {"default": {"statusCode": "200"}}}
show = {"type": "aws", "httpMethod": "POST", "uri": function("lookup"), "responses": {"default": {"statusCode": "200"}},
        "requestTemplates": {"application/json": """{"order": "$util.escapeJavaScript($input.params('order'))"}"""}}
place = {"responses": {"200": {"description": "taken"}}, "x-amazon-apigateway-integration": take}
find = {"responses": {"200": {"description": "found"}}, "x-amazon-apigateway-integration": show}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"},
            "paths": {"/orders": {"post": place}, "/orders/{order}": {"get": find}}}

# %% id="publish"
api = gateway.create_rest_api(name="loja")["id"]

def publish():
    gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(document).encode())
    gateway.create_deployment(restApiId=api, stageName="prod")

publish()

# %% [markdown] id="task-08-1" lang="en"
# ## 08.1 Orders that are orders (warm-up, 10 minutes)
#
# *Ticket 1: "Half of the errors in our logs are requests that never were orders. We pay for each of them."*
#
# A JSON body that is not like this is refused with 400, and no function runs:
#
# | field | required | what it is |
# |---|---|---|
# | `order` | yes | 1 to 40 letters, digits and hyphens |
# | `items` | yes | an array (it may be empty) of objects with `sku`, a text that is not empty, and `quantity`, an integer from 1 to 99; both required. A text `note` may be there |
# | `coupon` | no | a text |
#
# No other fields, neither in the order nor in an item. Give the method `place` a model, and the document a validator.

# %% [markdown] id="task-08-1" lang="pt-BR" of="583293"
# ## 08.1 Pedidos que são pedidos (aquecimento, 10 minutos)
#
# *Chamado 1: "Metade dos erros nos nossos logs são requisições que nunca foram pedidos. Pagamos por cada uma."*
#
# Um corpo JSON que não for assim é recusado com 400, e nenhuma função roda:
#
# | campo | obrigatório | o que é |
# |---|---|---|
# | `order` | sim | de 1 a 40 letras, dígitos e hifens |
# | `items` | sim | um array (pode ser vazio) de objetos com `sku`, um texto não vazio, e `quantity`, um inteiro de 1 a 99; os dois obrigatórios. Pode haver um texto `note` |
# | `coupon` | não | um texto |
#
# Nenhum outro campo, nem no pedido nem num item. Dê um modelo ao método `place`, e um validador ao documento.

# %% id="answer-08-1" exercise="08.1"
# BEGIN SOLUTION
text = {"type": "string", "minLength": 1}
item = {"type": "object", "required": ["sku", "quantity"], "additionalProperties": False,
        "properties": {"sku": text, "quantity": {"type": "integer", "minimum": 1, "maximum": 99}, "note": {"type": "string"}}}
order = {"type": "object", "required": ["order", "items"], "additionalProperties": False,
         "properties": {"order": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,40}$"}, "items": {"type": "array", "items": item},
                        "coupon": {"type": "string"}}}
place["requestBody"] = {"required": True, "content": {"application/json": {"schema": order}}}
document["x-amazon-apigateway-request-validators"] = {"all": {"validateRequestBody": True, "validateRequestParameters": True}}
document["x-amazon-apigateway-request-validator"] = "all"
publish()
# END SOLUTION

# %% id="check-08-1"
check("08.1")

# %% [markdown] id="why-08-1" lang="en" tags=["solution-only"]
# **Why this works.** `additionalProperties: False` holds for one object only, so the items need their own. The pattern has both anchors: without them it would be enough to contain a letter.

# %% [markdown] id="why-08-1" lang="pt-BR" tags=["solution-only"] of="1f035b"
# **Por que funciona.** `additionalProperties: False` vale para um objeto só, então os itens precisam do seu. O padrão tem as duas âncoras: sem elas, bastaria conter uma letra.

# %% [markdown] id="task-08-2" lang="en"
# ## 08.2 Exactly this event (15 minutes)
#
# *Ticket 2: "The function should get what it works with, and nothing else. And it must not fall over the name of a customer."*
#
# Write the request template of `take`. From the order `{"order": "o-1", "items": [{"sku": "caneca", "quantity": 2}]}` the function gets exactly
#
# ```json
# {"id": "o-1", "lines": [{"product": "caneca", "count": 2, "note": ""}], "coupon": "none",
#  "customer": {"name": "guest", "request": "5c0f…"}}
# ```
#
# - `note` and `coupon` are the customer's where there are some; any text arrives as it was written, with quotes, apostrophes and line breaks.
# - `name` is the header `X-Customer`, `guest` without one; only the header counts, whatever the query string says.
# - `request` is the id that the API gave the request.
#
# Try it on the bench first: `workbench(template, {"body": ...})`.

# %% [markdown] id="task-08-2" lang="pt-BR" of="cc86ea"
# ## 08.2 Exatamente este evento (15 minutos)
#
# *Chamado 2: "A função deveria receber aquilo com que trabalha, e mais nada. E não pode tropeçar no nome de um cliente."*
#
# Escreva o template de requisição de `take`. Do pedido `{"order": "o-1", "items": [{"sku": "caneca", "quantity": 2}]}` a função recebe exatamente
#
# ```json
# {"id": "o-1", "lines": [{"product": "caneca", "count": 2, "note": ""}], "coupon": "none",
#  "customer": {"name": "guest", "request": "5c0f…"}}
# ```
#
# - `note` e `coupon` são os do cliente quando existem; qualquer texto chega como foi escrito, com aspas, apóstrofos e quebras de linha.
# - `name` é o header `X-Customer`, ou `guest` sem ele; só o header conta, não importa o que a query string diga.
# - `request` é o id que a API deu à requisição.
#
# Experimente antes na bancada: `workbench(template, {"body": ...})`.

# %% id="answer-08-2" exercise="08.2"
# BEGIN SOLUTION
template = r"""
#set($coupon = $input.path('$.coupon'))
#set($name = $input.params().header.get('X-Customer'))
{"id": $input.json('$.order'),
 "lines": [#foreach($item in $input.path('$.items'))
   {"product": $input.json("$.items[$foreach.index].sku"), "count": $item.quantity, "note": $input.json("$.items[$foreach.index].note")}#if($foreach.hasNext),#end
 #end],
 "coupon": #if($coupon && $coupon != "")$input.json('$.coupon')#else"none"#end,
 "customer": {"name": "#if($name && $name != "")$util.escapeJavaScript($name).replaceAll("\\'", "'")#{else}guest#end", "request": "$context.requestId"}}
"""
take["requestTemplates"] = {"application/json": template}
publish()
# END SOLUTION

# %% id="check-08-2"
check("08.2")

# %% [markdown] id="why-08-2" lang="en" tags=["solution-only"]
# **Why this works.** `$input.json` writes JSON by itself, `""` for a note that is not there. A header is no JSON, so it needs `escapeJavaScript` and the apostrophe's repair. `$input.params('X-Customer')` would let anybody put another name into the address.

# %% [markdown] id="why-08-2" lang="pt-BR" tags=["solution-only"] of="680f84"
# **Por que funciona.** `$input.json` escreve JSON sozinho, `""` para uma observação que não existe. Um header não é JSON, então precisa de `escapeJavaScript` e do conserto do apóstrofo. `$input.params('X-Customer')` deixaria qualquer um pôr outro nome no endereço.

# %% [markdown] id="task-08-3" lang="en"
# ## 08.3 What the customer may see (15 minutes)
#
# *Ticket 3: "Our margin and our supplier are in every answer. A competitor has thanked us."*
#
# `lookup` returns records such as
#
# ```json
# {"id": "o-1", "status": "placed", "cents": 7980, "supplier": "…", "note": "…", "lines": [{"name": "Caneca", "count": 2, "margin": 0.4}]}
# ```
#
# Write the response template of `show`. The answer is 200 with exactly
#
# ```json
# {"order": "o-1", "items": [{"name": "Caneca", "quantity": 2}], "total": {"cents": 7980, "currency": "BRL"}, "note": "…"}
# ```
#
# - `note` is there only when the record has one. `lines` may be empty, names may hold anything.
# - When the `status` is `cancelled`, the answer is 410 with exactly `{"message": "cancelled"}`.

# %% [markdown] id="task-08-3" lang="pt-BR" of="93ec03"
# ## 08.3 O que o cliente pode ver (15 minutos)
#
# *Chamado 3: "A nossa margem e o nosso fornecedor estão em cada resposta. Um concorrente já agradeceu."*
#
# A `lookup` devolve registros como
#
# ```json
# {"id": "o-1", "status": "placed", "cents": 7980, "supplier": "…", "note": "…", "lines": [{"name": "Caneca", "count": 2, "margin": 0.4}]}
# ```
#
# Escreva o template de resposta de `show`. A resposta é 200 com exatamente
#
# ```json
# {"order": "o-1", "items": [{"name": "Caneca", "quantity": 2}], "total": {"cents": 7980, "currency": "BRL"}, "note": "…"}
# ```
#
# - `note` só aparece quando o registro tem uma. `lines` pode ser vazio, nomes podem conter qualquer coisa.
# - Quando o `status` é `cancelled`, a resposta é 410 com exatamente `{"message": "cancelled"}`.

# %% id="answer-08-3" exercise="08.3"
# BEGIN SOLUTION
template = """
#set($note = $input.path('$.note'))
#if($input.path('$.status') == "cancelled")
#set($context.responseOverride.status = 410)
{"message": "cancelled"}
#else
{"order": $input.json('$.id'),
 "items": [#foreach($line in $input.path('$.lines'))
   {"name": $input.json("$.lines[$foreach.index].name"), "quantity": $line.count}#if($foreach.hasNext),#end
 #end],
 "total": {"cents": $input.json('$.cents'), "currency": "BRL"}#if($note && $note != ""), "note": $input.json('$.note')#end}
#end
"""
show["responses"]["default"] = {"statusCode": "200", "responseTemplates": {"application/json": template}}
publish()
# END SOLUTION

# %% id="check-08-3"
check("08.3")

# %% [markdown] id="why-08-3" lang="en" tags=["solution-only"]
# **Why this works.** The template names what goes out; a field that somebody adds to the record tomorrow stays inside. An empty list needs no case of its own: `#foreach` has no round, and the brackets stay.

# %% [markdown] id="why-08-3" lang="pt-BR" tags=["solution-only"] of="35afe9"
# **Por que funciona.** O template diz o que sai; um campo que alguém acrescentar ao registro amanhã fica em casa. Uma lista vazia não precisa de caso próprio: o `#foreach` não dá volta nenhuma, e os colchetes ficam.

# %% [markdown] id="task-08-4" lang="en"
# ## 08.4 Errors with a status, and without our secrets (10 minutes)
#
# *Ticket 4: "The app shows 'order found' for orders that do not exist. And our stack traces are on a forum."*
#
# Map the errors of `lookup`:
#
# | its message | status | body |
# |---|--:|---|
# | `NotFound: ` and a text | 404 | `{"message": "…"}` with the text |
# | `Conflict: ` and a text | 409 | `{"message": "…"}` with the text |
# | anything else | 500 | `{"message": "we are looking into it"}` |
#
# A text may have several lines. What begins otherwise is *anything else*, even if it speaks of `NotFound: `.

# %% [markdown] id="task-08-4" lang="pt-BR" of="b5c20b"
# ## 08.4 Erros com status, e sem os nossos segredos (10 minutos)
#
# *Chamado 4: "O app mostra 'pedido encontrado' para pedidos que não existem. E os nossos stack traces estão num fórum."*
#
# Mapeie os erros da `lookup`:
#
# | mensagem dela | status | corpo |
# |---|--:|---|
# | `NotFound: ` e um texto | 404 | `{"message": "…"}` com o texto |
# | `Conflict: ` e um texto | 409 | `{"message": "…"}` com o texto |
# | qualquer outra coisa | 500 | `{"message": "we are looking into it"}` |
#
# Um texto pode ter várias linhas. O que começa de outro jeito é *qualquer outra coisa*, mesmo que fale em `NotFound: `.

# %% id="answer-08-4" exercise="08.4"
# BEGIN SOLUTION
text = """{"message": "$util.escapeJavaScript($input.path('$.errorMessage').replaceAll("^[A-Za-z]+: ", "")).replaceAll("\\\\'", "'")"}"""
for pattern, status, template in ((r"NotFound: (\n|.)*", "404", text), (r"Conflict: (\n|.)*", "409", text),
                                  (r"(?!NotFound: |Conflict: )(\n|.)+", "500", '{"message": "we are looking into it"}')):
    show["responses"][pattern] = {"statusCode": status, "responseTemplates": {"application/json": template}}
    find["responses"][status] = {"description": "an error"}
publish()
# END SOLUTION

# %% id="check-08-4"
check("08.4")

# %% [markdown] id="why-08-4" lang="en" tags=["solution-only"]
# **Why this works.** A pattern must fit the *whole* message, and the dot stops at a line break: hence `(\n|.)`. `.*NotFound.*` would call a crash that only quotes the word a 404. The third pattern leaves the first two alone, so their order does not matter.

# %% [markdown] id="why-08-4" lang="pt-BR" tags=["solution-only"] of="4ab128"
# **Por que funciona.** Um padrão precisa casar com a mensagem *inteira*, e o ponto para na quebra de linha: daí `(\n|.)`. `.*NotFound.*` chamaria de 404 uma falha que só cita a palavra. O terceiro padrão deixa os dois primeiros em paz, então a ordem deles não importa.

# %% [markdown] id="task-08-5" lang="en"
# ## 08.5 No way around (10 minutes)
#
# *Ticket 5: "Somebody orders with text/plain, and nothing is checked. And a partner wants to know what is wrong with an order, not only that it is."*
#
# On `POST /orders`:
#
# - whatever is not `application/json` (a `charset` may follow, or no type be given at all) is refused with 415, and no function runs;
# - a 400 for a body says `Invalid request body` and what is wrong with it, in the validator's words. If you call it JSON, it must be JSON, whatever those words contain.

# %% [markdown] id="task-08-5" lang="pt-BR" of="8c991e"
# ## 08.5 Sem atalho (10 minutos)
#
# *Chamado 5: "Tem gente pedindo com text/plain, e nada é conferido. E um parceiro quer saber o que está errado num pedido, não só que está."*
#
# Em `POST /orders`:
#
# - o que não for `application/json` (um `charset` pode vir depois, ou nenhum tipo ser dado) é recusado com 415, e nenhuma função roda;
# - um 400 por causa do corpo diz `Invalid request body` e o que há de errado com ele, nas palavras do validador. Se você chamar de JSON, tem que ser JSON, não importa o que essas palavras contenham.

# %% id="answer-08-5" exercise="08.5"
# BEGIN SOLUTION
take["passthroughBehavior"] = "never"
words = {"text/plain": "$context.error.message: $context.error.validationErrorString"}
document["x-amazon-apigateway-gateway-responses"] = {"BAD_REQUEST_BODY": {"responseTemplates": words}}
publish()
# END SOLUTION

# %% id="check-08-5"
check("08.5")

# %% [markdown] id="why-08-5" lang="en" tags=["solution-only"]
# **Why this works.** `NEVER` refuses every type without a template, before anything is passed on. The validator's words hold quotation marks, and a gateway response only puts them in; as plain text they do no harm.

# %% [markdown] id="why-08-5" lang="pt-BR" tags=["solution-only"] of="673df6"
# **Por que funciona.** `NEVER` recusa todo tipo sem template, antes de passar qualquer coisa adiante. As palavras do validador contêm aspas, e uma gateway response só as encaixa; como texto puro elas não fazem mal.
