# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "07"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "API Gateway: resources, methods, proxy integration, deployments"
#     pt-BR: "API Gateway: recursos, métodos, integração proxy, deployments"
#   days: [11, 22]
#   claims: ["11-11", "22-3", "22-27"]
#   needs: ["01", "02"]
# ---

# %% [markdown] id="opening" lang="en"
# # API Gateway: resources, methods, proxy integration, deployments
#
# *Lesson 07 · 45 minutes · you need: lessons 01 and 02*
#
# Loja's functions work, but no customer can call them. **What stands between a URL and a handler, and which part of it is live?**
# At the end you will be able to
#
# - build a REST API call by call, and from one document;
# - read 500, 502, 403 and 404, and know who said them;
# - tell a deployment from a stage, and roll back in one call;
# - choose between a REST API and an HTTP API, and say the price.

# %% [markdown] id="opening" lang="pt-BR" of="df51f2"
# # API Gateway: recursos, métodos, integração proxy, deployments
#
# *Lição 07 · 45 minutos · você precisa das lições 01 e 02*
#
# As funções da Loja funcionam, mas nenhum cliente consegue chamá-las. **O que existe entre uma URL e um handler, e que parte disso está no ar?**
# No final você vai saber
#
# - construir uma API REST chamada por chamada, e a partir de um documento;
# - ler 500, 502, 403 e 404, e saber quem respondeu;
# - separar deployment de stage, e fazer rollback com uma chamada;
# - escolher entre API REST e HTTP API, e dizer o preço.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3
import httpx

from helpers import api_map, connect, deploy, invoke_url, quiz

connect("07", resource_policies=True)

# %% [markdown] id="file-intro" lang="en"
# `resource_policies=True` makes functions ask, as on AWS, whether a service may call them. The handler is written like those of lesson 02: it returns what it found.

# %% [markdown] id="file-intro" lang="pt-BR" of="b5fdc6"
# `resource_policies=True` faz as funções perguntarem, como na AWS, se um serviço pode chamá-las. O handler é escrito como os da lição 02: devolve o que achou.

# %% id="file-plain" tags=["nbval-ignore-output"]
# %%writefile work/products.py
PRICES = {"caneca": 3990, "camiseta": 7990}

def lambda_handler(event, context):
    sku = event["pathParameters"]["sku"]
    return {"sku": sku, "cents": PRICES[sku]}

# %% [markdown] id="five" lang="en"
# ## 1. An API in five calls
#
# ```mermaid
# flowchart LR
#     client((customer)) --> stage[stage prod]
#     stage -- "points to" --> deployment[deployment]
#     subgraph snapshot [a frozen copy of the API]
#         deployment --> resource["resource /products/{sku}"] --> method[method GET] --> integration[integration AWS_PROXY]
#     end
#     integration -- "lambda:InvokeFunction" --> function((products))
# ```
#
# An API is a tree of *resources*, one for each part of a path. A resource has *methods*, and each method an *integration*: what to call.

# %% [markdown] id="five" lang="pt-BR" of="0b2c44"
# ## 1. Uma API em cinco chamadas
#
# ```mermaid
# flowchart LR
#     client((cliente)) --> stage[stage prod]
#     stage -- "aponta para" --> deployment[deployment]
#     subgraph snapshot [uma cópia congelada da API]
#         deployment --> resource["recurso /products/{sku}"] --> method[método GET] --> integration[integração AWS_PROXY]
#     end
#     integration -- "lambda:InvokeFunction" --> function((products))
# ```
#
# Uma API é uma árvore de *recursos*, um para cada parte do caminho. Um recurso tem *métodos*, e cada método uma *integração*: o que chamar.

# %% id="resources"
gateway, lambda_client = boto3.client("apigateway"), boto3.client("lambda")

api = gateway.create_rest_api(name="loja")
shop = api["id"]
products = gateway.create_resource(restApiId=shop, parentId=api["rootResourceId"], pathPart="products")
sku = gateway.create_resource(restApiId=shop, parentId=products["id"], pathPart="{sku}")
get_product = {"restApiId": shop, "resourceId": sku["id"], "httpMethod": "GET"}
opened = gateway.put_method(**get_product, authorizationType="NONE")

# %% [markdown] id="integration-intro" lang="en"
# `AWS_PROXY` hands the whole request over as an event, and takes the whole response back. Its address is Lambda's own Invoke call, so the back-end method is `POST`, whatever the customer uses.

# %% [markdown] id="integration-intro" lang="pt-BR" of="95b5b2"
# `AWS_PROXY` entrega a requisição inteira como evento, e recebe a resposta inteira de volta. O endereço é o próprio Invoke do Lambda, então o método do backend é `POST`, seja qual for o do cliente.

# %% id="integration"
def uri_of(function_arn):
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"

def integrate(function_arn):
    gateway.put_integration(**get_product, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri_of(function_arn))

integrate(deploy("work/products.py", "products", show=False))
first = gateway.create_deployment(restApiId=shop, stageName="prod")["id"]

# %% [markdown] id="first-bet" lang="en"
# Resources, method, integration, deployment: all there. **Your prediction:** what does the customer get?

# %% [markdown] id="first-bet" lang="pt-BR" of="36438f"
# Recursos, método, integração, deployment: está tudo aí. **Sua aposta:** o que o cliente recebe?

# %% id="first-call"
def call(path, method="GET", stage="prod", api=shop):
    answer = httpx.request(method, invoke_url(api, stage) + path, trust_env=False)
    print(answer.status_code, answer.text)

call("/products/caneca")

# %% [markdown] id="first-read" lang="en"
# A 500 that tells the customer nothing, on purpose. `test_invoke_method` runs a method without a stage, and shows its execution log:

# %% [markdown] id="first-read" lang="pt-BR" of="ba6977"
# Um 500 que não conta nada ao cliente, de propósito. `test_invoke_method` roda um método sem stage, e mostra o log de execução:

# %% id="why"
def why():
    log = gateway.test_invoke_method(**get_product, pathWithQueryString="/products/caneca")["log"]
    print(*(line.split(": ")[2] for line in log.splitlines() if "Execution failed" in line))

why()

# %% [markdown] id="allow-intro" lang="en"
# The function lets nobody in. The console grants this permission behind your back; code must say it, for this API only:

# %% [markdown] id="allow-intro" lang="pt-BR" of="c9a439"
# A função não deixa ninguém entrar. O console concede essa permissão sem você ver; o código precisa dizê-la, só para esta API:

# %% id="allow"
account = boto3.client("sts").get_caller_identity()["Account"]

def allow(function, api):
    lambda_client.add_permission(
        FunctionName=function, StatementId=f"api-{api}", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:{account}:{api}/*")

allow("products", shop)

# %% [markdown] id="plain-bet" lang="en"
# **Bet again:** the function may be called, and returns `{"sku": "caneca", "cents": 3990}`. What does the customer see?

# %% [markdown] id="plain-bet" lang="pt-BR" of="37d120"
# **Aposte de novo:** a função pode ser chamada, e devolve `{"sku": "caneca", "cents": 3990}`. O que o cliente vê?

# %% id="plain"
call("/products/caneca")
why()

# %% [markdown] id="plain-read" lang="en"
# 502: the back end answered, but not in the *envelope* that a proxy integration wants: `statusCode`, `headers` or `multiValueHeaders` (lists), `body` as **text**, `isBase64Encoded`. Any other key breaks it
# ([output format](https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html), checked 2026-11).

# %% [markdown] id="plain-read" lang="pt-BR" of="6dd30b"
# 502: o backend respondeu, mas não no *envelope* que a integração proxy quer: `statusCode`, `headers` ou `multiValueHeaders` (listas), `body` como **texto**, `isBase64Encoded`. Qualquer outra chave quebra
# ([formato da saída](https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html), conferido em 2026-11).

# %% id="file-envelope" tags=["nbval-ignore-output"]
# %%writefile work/products.py
import json, os

PRICES = {"caneca": 3990, "camiseta": 7990}

def lambda_handler(event, context):
    print("event", json.dumps(event))
    if event["httpMethod"] != "GET":
        return {"statusCode": 405}
    sku, percent = event["pathParameters"]["sku"], 100 - int(os.environ.get("DISCOUNT", 0))
    if sku not in PRICES:
        return {"statusCode": 404, "body": json.dumps({"message": f"no product {sku}"})}
    return {"statusCode": 200, "body": json.dumps({"sku": sku, "cents": PRICES[sku] * percent // 100})}

# %% id="envelope"
deploy("work/products.py", "products", show=False)
call("/products/caneca?color=blue&color=red")

# %% [markdown] id="event-intro" lang="en"
# It works. The function printed what it was given:

# %% [markdown] id="event-intro" lang="pt-BR" of="e7fcea"
# Funciona. A função imprimiu o que recebeu:

# %% id="event"
found = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/products", filterPattern="event")["events"]
event = json.loads(found[-1]["message"].removeprefix("event "))
for name in ("resource", "path", "pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "body"):
    print(name, event[name])

# %% [markdown] id="unknown-bet" lang="en"
# A name that comes twice is whole only in the `multiValue…` twin; the plain one keeps the last value. With a binary media type the `body` is base64.
#
# **Bet** on three mistakes: an unknown product, an unknown path, an unknown method. Three times 404?

# %% [markdown] id="unknown-bet" lang="pt-BR" of="62a8df"
# Um nome que vem duas vezes só está inteiro no gêmeo `multiValue…`; o simples guarda o último valor. Com um binary media type, o `body` vem em base64.
#
# **Aposte** em três erros: um produto desconhecido, um caminho desconhecido, um método desconhecido. Três vezes 404?

# %% id="unknown"
call("/products/xicara")
call("/product/caneca")
call("/products/caneca", "DELETE")

# %% [markdown] id="unknown-holds" lang="en"
# Only the first 404 is the function's own. What has no method is refused by the gateway with 403 `Missing Authentication Token`, which has nothing to do with tokens
# ([gateway responses](https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html), checked 2026-11). So before you debug a login, look at the path; and did you deploy?
#
# ## 2. A change that nobody sees
#
# **The post says** (day 11): a *stage* is a snapshot of the API. It is Black Friday: we point the method at a second function, at half price. **Bet:** what does the mug cost now?

# %% [markdown] id="unknown-holds" lang="pt-BR" of="ac4a62"
# Só o primeiro 404 é da própria função. O que não tem método é recusado pelo gateway com 403 `Missing Authentication Token`, que não tem nada a ver com tokens
# ([respostas do gateway](https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html), conferido em 2026-11). Antes de depurar um login, então, olhe o caminho; e você fez o deploy?
#
# ## 2. Uma mudança que ninguém vê
#
# **O post diz** (Dia 11): um *stage* é um snapshot da API. É Black Friday: apontamos o método para uma segunda função, pela metade do preço. **Aposte:** quanto custa a caneca agora?

# %% id="sale"
integrate(deploy("work/products.py", "products-sale", environment={"DISCOUNT": "50"}, show=False))
allow("products-sale", shop)
call("/products/caneca")
second = gateway.create_deployment(restApiId=shop, stageName="prod", description="half price")["id"]
call("/products/caneca")

# %% [markdown] id="sale-read" lang="en"
# Nothing changed until the deployment. **On AWS** a new one may take some seconds to arrive everywhere. Now take the sale back, but keep it for the testers:

# %% [markdown] id="sale-read" lang="pt-BR" of="e5caa0"
# Nada mudou até o deployment. **Na AWS**, um novo pode levar alguns segundos para chegar a todo lugar. Agora desfaça a promoção, mas deixe-a para os testadores:

# %% id="rollback"
back = {"op": "replace", "path": "/deploymentId", "value": first}
gateway.update_stage(restApiId=shop, stageName="prod", patchOperations=[back])
gateway.create_stage(restApiId=shop, stageName="beta", deploymentId=second)
call("/products/caneca")
call("/products/caneca", stage="beta")

# %% [markdown] id="freeze-bet" lang="en"
# The **deployment** is the snapshot; a stage is a named pointer to one, with settings of its own. A rollback moves the pointer. **Bet:** is the *function* in the snapshot too?

# %% [markdown] id="freeze-bet" lang="pt-BR" of="f92ceb"
# O snapshot é o **deployment**; um stage é um ponteiro com nome para um deles, com configurações próprias. Um rollback move o ponteiro. **Aposte:** a *função* também está no snapshot?

# %% id="freeze"
deploy("work/products.py", "products", environment={"DISCOUNT": "10"}, show=False)
call("/products/caneca")

# %% [markdown] id="freeze-holds" lang="en"
# No. New code is live at once, on every stage that names the function.
#
# **What holds.** A deployment freezes resources, methods and integrations, and an integration names a function by ARN
# ([deployments](https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html), checked 2026-11). To freeze code too, publish a version and put an alias into the ARN; `${stageVariables.alias}` there lets each stage choose its own.
#
# What is live on `prod`, drawn from the deployment:

# %% [markdown] id="freeze-holds" lang="pt-BR" of="7feb9b"
# Não. O código novo entra no ar na hora, em todo stage que usa a função.
#
# **O que vale.** Um deployment congela recursos, métodos e integrações, e uma integração cita a função pelo ARN
# ([deployments](https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html), conferido em 2026-11). Para congelar também o código, publique uma versão e ponha um alias no ARN; com `${stageVariables.alias}` ali, cada stage escolhe o seu.
#
# O que está no ar em `prod`, desenhado a partir do deployment:

# %% id="map"
api_map(shop, stage="prod")

# %% [markdown] id="snippet-intro" lang="en"
# ## 3. "Auto Scaling do API Gateway"
#
# That is the heading of snippet 3 of day 22. Here it is, character for character, in two cells:

# %% [markdown] id="snippet-intro" lang="pt-BR" of="86e83b"
# ## 3. "Auto Scaling do API Gateway"
#
# Esse é o título do trecho 3 do Dia 22. Aqui está ele, caractere por caractere, em duas células:

# %% id="snippet-head" tags=["nbval-ignore-output"]
# %%writefile work/snippet3.yaml
# Exemplo de template do API Gateway (Swagger/OpenAPI)
swagger: '2.0'
info:
  title: 'API de Exemplo'
  version: '1.0'
basePath: '/prod'
schemes:
  - 'https'

# %% id="snippet-paths" tags=["nbval-ignore-output"]
# %%writefile -a work/snippet3.yaml
paths:
  /hello:
    get:
      responses:
        '200':
          description: 'Sucesso'
      x-amazon-apigateway-integration:
        uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:hello/invocations'
        httpMethod: 'POST'
        type: 'aws_proxy'
        connectionType: 'INTERNET'
        contentHandling: 'CONVERT_TO_TEXT'

# %% [markdown] id="snippet-bet" lang="en"
# **Bet:** which of these comes out of the import: a route, a stage, a throttle, a permission?

# %% [markdown] id="snippet-bet" lang="pt-BR" of="fa12af"
# **Aposte:** o que sai da importação: uma rota, um stage, um throttle, uma permissão?

# %% id="snippet-import"
snippet = open("work/snippet3.yaml", "rb").read()
sample = gateway.import_rest_api(body=snippet)["id"]
routes = gateway.get_resources(restApiId=sample, embed=["methods"])["items"]
print("routes", [(one["path"], *one["resourceMethods"]) for one in routes if "resourceMethods" in one])
print("deployments", gateway.get_deployments(restApiId=sample)["items"], "stages", gateway.get_stages(restApiId=sample)["item"])
call("/hello", api=sample)

# %% id="snippet-deploy"
gateway.create_deployment(restApiId=sample, stageName="prod")
print("throttles", gateway.get_stage(restApiId=sample, stageName="prod")["methodSettings"])
call("/hello", api=sample)

# %% [markdown] id="snippet-holds" lang="en"
# A route, and nothing else. No deployment, so 403. Deployed by hand: no throttle, and 500, since nobody let it call `hello`, a function of account 123456789012. `basePath` made no stage.
#
# **What holds.** The snippet *defines* an API; about load it says not a word, and there is no auto scaling to configure: you set limits (lesson 10). Swagger 2.0 is old, not wrong: REST APIs import 2.0 and 3.0
# ([import](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html), checked 2026-11).
#
# A document is still the better way to write an API down. This one, built in Python, says two things of use to Loja: a catch-all for the old shop, and an answer to browsers.

# %% [markdown] id="snippet-holds" lang="pt-BR" of="bf2e87"
# Uma rota, e mais nada. Sem deployment, então 403. Com deploy à mão: nenhum throttle, e 500, já que ninguém a deixou chamar a `hello`, uma função da conta 123456789012. O `basePath` não criou stage.
#
# **O que vale.** O trecho *define* uma API; sobre carga não diz uma palavra, e não existe auto scaling para configurar: você define limites (lição 10). O Swagger 2.0 é velho, não errado: APIs REST importam 2.0 e 3.0
# ([importação](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html), conferido em 2026-11).
#
# Um documento continua sendo o melhor jeito de escrever uma API. Este, montado em Python, diz duas coisas úteis para a Loja: uma rota que pega tudo para a loja antiga, e uma resposta aos navegadores.

# %% id="legacy-file" tags=["nbval-ignore-output"]
# %%writefile work/legacy.py
def lambda_handler(event, context):
    return {"statusCode": 200, "body": f"old shop: {event['httpMethod']} {event['pathParameters']['proxy']}"}

# %% id="document"
proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri_of(deploy("work/legacy.py", "legacy", show=False))}
headers = {"Access-Control-Allow-Origin": "'https://loja.example'", "Access-Control-Allow-Methods": "'GET'"}
declared = {name: {"schema": {"type": "string"}} for name in headers}
mapped = {f"method.response.header.{name}": value for name, value in headers.items()}
mock = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseParameters": mapped}}}
preflight = {"responses": {"200": {"description": "preflight", "headers": declared}}, "x-amazon-apigateway-integration": mock}
paths = {"/legacy/{proxy+}": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": proxy}},
         "/products/{sku}": {"options": preflight}}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "2"}, "paths": paths}

# %% [markdown] id="merge-intro" lang="en"
# `mode="merge"` adds to an API; `overwrite` also removes what the document does not name. Either way it waits for a deployment.

# %% [markdown] id="merge-intro" lang="pt-BR" of="2e51a8"
# `mode="merge"` acrescenta à API; `overwrite` também remove o que o documento não cita. Nos dois casos, falta um deployment.

# %% id="merge"
gateway.put_rest_api(restApiId=shop, mode="merge", body=json.dumps(document).encode())
allow("legacy", shop)
gateway.create_deployment(restApiId=shop, stageName="prod")
call("/legacy/cart/42", "PATCH")
call("/legacy")
asked = httpx.options(invoke_url(shop, "prod") + "/products/caneca", trust_env=False)
print(asked.status_code, asked.headers["access-control-allow-origin"])

# %% [markdown] id="merge-read" lang="en"
# `ANY` takes every method, `{proxy+}` all that follows, but at least one part: bare `/legacy` is a resource without a method. A path that is written out wins over both. A `MOCK` answers by itself, without a back end: just right for a browser's *preflight*. Its static values stand in single quotes, and each header is declared in `responses`. The **real** answer
# needs `Access-Control-Allow-Origin` as well, and behind a proxy only the function can put it there
# ([CORS](https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html), checked 2026-11).
#
# ## 4. An HTTP API beside it
#
# **The post** knows REST APIs only. An HTTP API is younger and cheaper, and made in one call. **Bet:** the same function, the same path; the same answer?

# %% [markdown] id="merge-read" lang="pt-BR" of="56023c"
# `ANY` pega todos os métodos, `{proxy+}` tudo o que vem depois, mas pelo menos uma parte: `/legacy` sozinho é um recurso sem método. Um caminho escrito por extenso ganha dos dois. Um `MOCK` responde sozinho, sem backend: ideal para o *preflight* do navegador. Os valores fixos ficam entre aspas simples, e cada header é declarado em `responses`. A resposta **de verdade**
# também precisa de `Access-Control-Allow-Origin`, e atrás de um proxy só a função pode colocá-lo
# ([CORS](https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html), conferido em 2026-11).
#
# ## 4. Uma HTTP API ao lado
#
# **O post** só conhece APIs REST. Uma HTTP API é mais nova e mais barata, e nasce com uma chamada. **Aposte:** a mesma função, o mesmo caminho; a mesma resposta?

# %% id="http"
http = boto3.client("apigatewayv2")
target = lambda_client.get_function(FunctionName="products")["Configuration"]["FunctionArn"]
light = http.create_api(Name="loja-http", ProtocolType="HTTP", RouteKey="GET /products/{sku}", Target=target)["ApiId"]
allow("products", light)
call("/products/caneca", stage=None, api=light)
errors = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/products", filterPattern="ERROR")["events"]
print(errors[-1]["message"].splitlines()[0])

# %% [markdown] id="http-read" lang="en"
# `KeyError: 'httpMethod'`, lesson 01's old friend: an HTTP API sends *payload 2.0*. Teach the handler both, or ask for the old format:

# %% [markdown] id="http-read" lang="pt-BR" of="31ad62"
# `KeyError: 'httpMethod'`, o velho conhecido da lição 01: uma HTTP API manda o *payload 2.0*. Ensine os dois ao handler, ou peça o formato antigo:

# %% id="http-repair"
integration = http.get_integrations(ApiId=light)["Items"][0]["IntegrationId"]
http.update_integration(ApiId=light, IntegrationId=integration, PayloadFormatVersion="1.0")
call("/products/caneca", stage=None, api=light)
call("/product/caneca", stage=None, api=light)
try:
    http.import_api(Body=snippet.decode())
except http.exceptions.BadRequestException as error:
    print(error.response["Error"]["Code"])

# %% [markdown] id="http-holds" lang="en"
# No deployment was needed: the stage `$default` deploys itself. An unknown path is an honest 404. And Swagger 2.0 is refused, it takes OpenAPI 3.0 only.
#
# **What holds** ([comparison](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html), [prices](https://aws.amazon.com/api-gateway/pricing/), us-east-1, checked 2026-11):
#
# | | REST API | HTTP API |
# |---|---|---|
# | a million calls | US$ 3.50 | US$ 1.00 |
# | API keys, usage plans, limits for each client | yes | no |
# | validation, body mapping, cache | yes | no |
# | WAF, resource policy, private endpoint | yes | no |
# | JWT authorizer | since November 2026 | yes |
# | payload | 1.0 | 2.0 or 1.0 |
#
# ## What we saw
#
# - API Gateway needs **permission** to call (else 500) and an **envelope** back (else 502). 403 `Missing Authentication Token` is a wrong path.
# - A **deployment** is a snapshot, a **stage** points to it; the function's code is in neither.
# - Snippet 3 is a definition. It scales nothing.
# - The HTTP API costs less because it does less.

# %% [markdown] id="http-holds" lang="pt-BR" of="55de81"
# Nem foi preciso um deployment: o stage `$default` faz o deploy sozinho. Um caminho desconhecido é um 404 honesto. E o Swagger 2.0 é recusado: ela só aceita OpenAPI 3.0.
#
# **O que vale** ([comparação](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html), [preços](https://aws.amazon.com/api-gateway/pricing/), us-east-1, conferido em 2026-11):
#
# | | API REST | HTTP API |
# |---|---|---|
# | um milhão de chamadas | US$ 3,50 | US$ 1,00 |
# | chaves de API, usage plans, limites por cliente | sim | não |
# | validação, mapeamento do corpo, cache | sim | não |
# | WAF, resource policy, endpoint privado | sim | não |
# | autorizador JWT | desde novembro de 2026 | sim |
# | payload | 1.0 | 2.0 ou 1.0 |
#
# ## O que vimos
#
# - O API Gateway precisa de **permissão** para chamar (senão 500) e de um **envelope** de volta (senão 502). 403 `Missing Authentication Token` é caminho errado.
# - Um **deployment** é um snapshot, um **stage** aponta para ele; o código da função não está em nenhum dos dois.
# - O trecho 3 é uma definição. Não escala nada.
# - A HTTP API custa menos porque faz menos.

# %% id="quiz"
quiz("07")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** Question 5 of day 22 asks how to *configure* API Gateway so that it scales; you can now say what there is to configure, and lesson 10 adds the limits. And: *customers see 502, the function's log shows no error; what do you look at first?*
#
# **Read next.** Lab 07, an API from a contract. Then lesson 08, where the gateway checks and reshapes what passes.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): an API with a `MOCK` behind it, before and after its second deployment. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="ae5fdf"
# **Perguntas de entrevista que isto prepara.** A questão 5 do Dia 22 pergunta como *configurar* o API Gateway para que ele escale; agora você sabe dizer o que existe para configurar, e a lição 10 acrescenta os limites. E: *os clientes veem 502, o log da função não mostra erro; o que você olha primeiro?*
#
# **O que ler agora.** O lab 07, uma API a partir de um contrato. Depois a lição 08, em que o gateway confere e remodela o que passa.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): uma API com um `MOCK` atrás, antes e depois do segundo deployment. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_gateway = boto3.client("apigateway")
real_api = real_gateway.create_rest_api(name="course-loja")["id"]
only = {"openapi": "3.0.1", "info": {"title": "course-loja", "version": "1"}, "paths": {"/hello": {"options": preflight}}}
real_gateway.put_rest_api(restApiId=real_api, mode="merge", body=json.dumps(only).encode())
real_gateway.create_deployment(restApiId=real_api, stageName="prod")

# %% id="real-change"
# %%real_aws --cost "under US$ 0.01"
only["paths"]["/bye"] = {"options": preflight}
real_gateway.put_rest_api(restApiId=real_api, mode="merge", body=json.dumps(only).encode())
for path in ("/hello", "/bye"):
    print(path, httpx.options(invoke_url(real_api, "prod") + path, trust_env=False).status_code)

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
