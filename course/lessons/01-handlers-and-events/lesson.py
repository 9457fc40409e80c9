# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "01"
#   kind: lesson
#   minutes: 40
#   title:
#     en: "Handlers and the events that call them"
#     pt-BR: "Handlers e os eventos que os chamam"
#   days: [11, 22, 26]
#   claims: ["11-2", "11-4", "11-5", "22-9", "26-1"]
#   needs: ["00"]
# ---

# %% [markdown] id="opening" lang="en"
# # Handlers and the events that call them
#
# *Lesson 01 · 40 minutes · you need: lesson 00, and to read Python*
#
# A Lambda function is one Python function, the *handler*, with two arguments. Days 11, 22 and 26 show a dozen, and several break on their
# first real event. **What exactly does AWS put into `event`, and what does it do with what you return?** At the end you will be able to
#
# - deploy a handler, call it, and read the REPORT line of its log aloud;
# - tell a cold call from a warm one, and say what `context` is good for;
# - recognise eight kinds of event and find your data in each;
# - say who reads your return value, and why `statusCode: 500` can lose a refund.
#
# On the way we build Loja's product lookup.

# %% [markdown] id="opening" lang="pt-BR" of="a3ea88"
# # Handlers e os eventos que os chamam
#
# *Lição 01 · 40 minutos · você precisa da lição 00 e de saber ler Python*
#
# Uma função Lambda é uma função Python, o *handler*, com dois argumentos. Os dias 11, 22 e 26 mostram uma dúzia, e vários quebram no
# primeiro evento de verdade. **O que exatamente a AWS põe em `event`, e o que ela faz com o que você devolve?** No final você vai saber
#
# - fazer o deploy de um handler, chamá-lo e ler em voz alta a linha REPORT do log;
# - separar chamada fria de chamada quente, e dizer para que serve o `context`;
# - reconhecer oito tipos de evento e achar os seus dados em cada um;
# - dizer quem lê o valor que você devolve, e por que `statusCode: 500` pode sumir com um reembolso.
#
# No caminho sai a consulta de produtos da Loja.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import clock, connect, deploy, quiz

connect("01")

# %% [markdown] id="snippet-intro" lang="en"
# ## A handler that "scales"
#
# Here is snippet 1 of day 22, character for character. Its heading is *Auto Scaling de Funções Lambda*.

# %% [markdown] id="snippet-intro" lang="pt-BR" of="70a893"
# ## Um handler que "escala"
#
# Este é o trecho 1 do Dia 22, caractere por caractere. O título dele é *Auto Scaling de Funções Lambda*.

# %% id="snippet-file" tags=["nbval-ignore-output"]
# %%writefile work/snippet1.py
# Exemplo de código de função Lambda
import json
import time

def lambda_handler(event, context):
    time.sleep(5)  # Simula carga de trabalho
    return {
        'statusCode': 200,
        'body': json.dumps('Olá do Lambda!')
    }

# %% [markdown] id="snippet-bet" lang="en"
# We deploy it with AWS's defaults: 128 MB of memory, a timeout of 3 seconds. **Your bet:** what does the first call answer?

# %% [markdown] id="snippet-bet" lang="pt-BR" of="b50997"
# Fazemos o deploy com os padrões da AWS: 128 MB de memória, timeout de 3 segundos. **A sua aposta:** o que a primeira chamada responde?

# %% id="snippet-run"
lambda_client = boto3.client("lambda")
deploy("work/snippet1.py", "snippet1")
answer = lambda_client.invoke(FunctionName="snippet1")
error = json.load(answer["Payload"])
print(answer["StatusCode"], answer["FunctionError"], error["errorType"])

# %% [markdown] id="snippet-read" lang="en"
# It never says hello. It sleeps five seconds, and Lambda stops it after three
# ([CreateFunction, Timeout](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html), checked 2026-11). And look: `200` says that Lambda
# accepted the call, `FunctionError` that the function failed. Who checks only the status believes that all is well.
#
# With six seconds it answers. `LogType="Tail"` brings the end of the log along, and its last line is the receipt:

# %% [markdown] id="snippet-read" lang="pt-BR" of="19162f"
# Ele nunca diz olá. Dorme cinco segundos, e o Lambda o interrompe depois de três
# ([CreateFunction, Timeout](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html), conferido em 2026-11). E repare: `200` diz que o Lambda
# aceitou a chamada, `FunctionError` diz que a função falhou. Quem só olha o status acha que está tudo bem.
#
# Com seis segundos ele responde. `LogType="Tail"` traz junto o fim do log, e a última linha é o recibo:

# %% id="report" tags=["nbval-ignore-output"]
import base64

deploy("work/snippet1.py", "snippet1", timeout=6, show=False)
answer = lambda_client.invoke(FunctionName="snippet1", LogType="Tail")
report = base64.b64decode(answer["LogResult"]).decode().splitlines()[-1]
print(*report.strip().split("\t"), sep="\n")

# %% [markdown] id="report-read" lang="en"
# Aloud: this call ran for about five seconds (*Duration*); starting the environment took some more (*Init Duration*); you pay for both, rounded up to
# a millisecond (*Billed Duration*), at the memory you asked for (*Memory Size*), not at what you used
# ([lifecycle](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), checked 2026-11; INIT is billed since August 2025).
#
# And the scaling? Lambda scales *every* function without a line of code. Your code decides only how far it has to: environments in use are requests per
# second times duration ([concurrency](https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html), checked 2026-11).
# **Bet** on the two bills before you look.

# %% [markdown] id="report-read" lang="pt-BR" of="1809f1"
# Em voz alta: esta chamada rodou uns cinco segundos (*Duration*); subir o ambiente levou mais um pouco (*Init Duration*); você paga os dois, arredondados
# para cima até o milissegundo (*Billed Duration*), pela memória que pediu (*Memory Size*), não pela que usou
# ([ciclo de vida](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), conferido em 2026-11; o INIT é cobrado desde agosto de 2025).
#
# E a escala? O Lambda escala *qualquer* função sem uma linha de código. O seu código só decide até onde ele precisa ir: os ambientes em uso são
# requisições por segundo vezes duração ([concorrência](https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html), conferido em 2026-11).
# **Aposte** nas duas contas antes de olhar.

# %% id="price"
per_gb_second = 0.0000166667  # US$, x86, us-east-1, 2026-11
for seconds in (5, 0.05):
    environments = 100 * seconds
    price = seconds * 128 / 1024 * per_gb_second * 1_000_000
    print(f"{seconds} s: {environments:.0f} environments at 100 requests/s, US$ {price:.2f} a million calls")

# %% [markdown] id="repair" lang="en"
# A hundred times the environments, a hundred times the bill, for waiting. The repair of snippet 1 is to delete the sleep:

# %% [markdown] id="repair" lang="pt-BR" of="875be9"
# Cem vezes mais ambientes, conta cem vezes maior, só para esperar. O conserto do trecho 1 é apagar o sleep:

# %% id="repair-file" tags=["nbval-ignore-output"]
# %%writefile work/snippet1.py
import json


def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps("Olá do Lambda!", ensure_ascii=False)}

# %% id="repair-run"
def call(name, event=None):
    answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
    return json.load(answer["Payload"])


deploy("work/snippet1.py", "snippet1", show=False)
print(call("snippet1"))

# %% [markdown] id="warm-intro" lang="en"
# It answers, with the default timeout. `call` is our short way to invoke.
#
# ## Cold, warm, and `context`
#
# An *execution environment* is started for the first call and kept for the next. This handler counts in a global variable. **Bet:** which four
# numbers do four calls return, when an hour passes before the last?

# %% [markdown] id="warm-intro" lang="pt-BR" of="4515f2"
# Responde, e com o timeout padrão. `call` é o nosso atalho para o invoke.
#
# ## Frio, quente, e o `context`
#
# Um *execution environment* sobe na primeira chamada e fica guardado para as próximas. Este handler conta numa variável global. **Aposte:** que
# quatro números saem de quatro chamadas, se uma hora passa antes da última?

# %% id="warm-file" tags=["nbval-ignore-output"]
# %%writefile work/who_am_i.py
calls = 0


def lambda_handler(event, context):
    global calls
    calls += 1
    return {"calls": calls, "function": context.function_name, "memory": context.memory_limit_in_mb}

# %% id="warm"
deploy("work/who_am_i.py", "who-am-i", show=False)
print(call("who-am-i"), call("who-am-i"), call("who-am-i"), sep="\n")
clock.advance(hours=1)
print(call("who-am-i"))

# %% [markdown] id="warm-read" lang="en"
# One, two, three: the environment stayed *warm* and kept its globals. After an idle hour it was gone, the next call was *cold*, and counting began again. Keep
# clients in globals, never a customer's data. `context` tells the handler who it is; `get_remaining_time_in_millis()` says how long it may still run.
#
# **On AWS** nobody promises how long an idle environment lives; the hour is ours. What does a cold start look like?

# %% [markdown] id="warm-read" lang="pt-BR" of="51f4be"
# Um, dois, três: o ambiente continuou *quente* e guardou as globais. Depois de uma hora parado, sumiu; a chamada seguinte foi *fria*, e a contagem recomeçou. Guarde clients
# em globais, nunca dados de um cliente. O `context` diz ao handler quem ele é; `get_remaining_time_in_millis()` diz quanto tempo ainda resta.
#
# **Na AWS** ninguém promete quanto vive um ambiente parado; a hora é nossa. E que cara tem um cold start?

# %% id="cold-measure"
import re


def milliseconds(name):
    answer = lambda_client.invoke(FunctionName=name, LogType="Tail")
    report = base64.b64decode(answer["LogResult"]).decode().splitlines()[-1]
    init = re.search(r"Init Duration: ([\d.]+)", report)
    return float(re.search(r"Duration: ([\d.]+)", report)[1]), float(init[1]) if init else 0


clock.advance(hours=1)
durations, inits = zip(*(milliseconds("who-am-i") for _ in range(6)))

# %% id="cold-figure" tags=["nbval-ignore-output"]
import matplotlib.pyplot as plt

plt.figure(figsize=(7, 2.8))
plt.bar(range(1, 7), durations, label="Duration")
plt.bar(range(1, 7), inits, bottom=durations, label="Init Duration")
plt.gca().set(xlabel="call", ylabel="ms on this machine")
plt.legend()
plt.show()

# %% [markdown] id="doors-intro" lang="en"
# One tall bar, then almost nothing. The milliseconds are your machine's; the shape is AWS's too.
#
# ## Who is calling?
#
# Callers come through three kinds of door, and the kind decides what becomes of your answer and of your errors:
#
# ```mermaid
# flowchart LR
#     api["API Gateway<br/>function URL"] -- "waits for the answer" --> handler((handler))
#     push["SNS · S3<br/>EventBridge · IoT"] -- "drops the event and leaves" --> queue[["Lambda's own queue<br/>2 retries"]] --> handler
#     pull["SQS queue<br/>DynamoDB stream"] -- "Lambda polls, in batches" --> handler
# ```
#
# The sources themselves come in later lessons. Today we stand at the door and hand over the event that each would bring: AWS's keys, trimmed to what
# matters.
#
# ## Two HTTP doors
#
# Loja's product lookup needs a table, and a role that may read it:

# %% [markdown] id="doors-intro" lang="pt-BR" of="0cbee7"
# Uma barra alta, depois quase nada. Os milissegundos são da sua máquina; o formato é o da AWS também.
#
# ## Quem está chamando?
#
# Quem chama entra por três tipos de porta, e o tipo decide o que acontece com a sua resposta e com os seus erros:
#
# ```mermaid
# flowchart LR
#     api["API Gateway<br/>function URL"] -- "espera a resposta" --> handler((handler))
#     push["SNS · S3<br/>EventBridge · IoT"] -- "larga o evento e vai embora" --> queue[["fila do próprio Lambda<br/>2 retries"]] --> handler
#     pull["fila SQS<br/>stream do DynamoDB"] -- "o Lambda busca, em lotes" --> handler
# ```
#
# As fontes em si vêm em outras lições. Hoje ficamos na porta e entregamos o evento que cada uma traria: as chaves da AWS, cortadas até o que
# interessa.
#
# ## Duas portas HTTP
#
# A consulta de produtos da Loja precisa de uma tabela, e de uma role que possa ler essa tabela:

# %% id="table"
products = boto3.resource("dynamodb").create_table(
    TableName="products", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
products.wait_until_exists()
answer = products.put_item(Item={"id": "caneca", "name": "Caneca de café", "cents": 3990})

# %% id="lookup-file" tags=["nbval-ignore-output"]
# %%writefile work/product_lookup.py
import json

import boto3

table = boto3.resource("dynamodb").Table("products")


def lambda_handler(event, context):
    if event["httpMethod"] != "GET":
        return {"statusCode": 405}
    product = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    body = json.dumps(product, default=int, ensure_ascii=False)
    return {"statusCode": 200 if product else 404, "body": body}

# %% [markdown] id="allow-intro" lang="en"
# `event["httpMethod"]` is how day 11 reads its API event. The role gets one permission. **On AWS** the lookup fails with `AccessDeniedException` without it;
# the local cloud does not ask yet (lesson 03).

# %% [markdown] id="allow-intro" lang="pt-BR" of="54a0b8"
# `event["httpMethod"]` é como o Dia 11 lê o evento da API. A role ganha uma permissão. **Na AWS**, sem ela, a consulta falha com `AccessDeniedException`;
# a nuvem local ainda não pergunta (lição 03).

# %% id="allow"
def allow(function, action, resource):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").put_role_policy(RoleName=f"{function}-role", PolicyName="data", PolicyDocument=document)

deploy("work/product_lookup.py", "product-lookup")
allow("product-lookup", "dynamodb:GetItem", products.table_arn)

# %% [markdown] id="v1-intro" lang="en"
# First the event of a REST API, *payload format 1.0*. What a request does not have is there, and `None`:

# %% [markdown] id="v1-intro" lang="pt-BR" of="d1cfcf"
# Primeiro o evento de uma API REST, o *payload format 1.0*. O que a requisição não tem está lá, com `None`:

# %% id="v1"
rest_event = {
    "resource": "/products/{id}", "path": "/products/caneca", "httpMethod": "GET",
    "headers": {"Accept": "application/json"}, "pathParameters": {"id": "caneca"}, "queryStringParameters": None,
    "requestContext": {"stage": "prod", "httpMethod": "GET"}, "body": None, "isBase64Encoded": False,
}
print(call("product-lookup", rest_event))

# %% [markdown] id="v2-bet" lang="en"
# Found. Later the team moves to an HTTP API, because it costs less. Same handler, *payload format 2.0*, which function URLs send too. **Bet:** what changes?

# %% [markdown] id="v2-bet" lang="pt-BR" of="de510a"
# Achou. Depois a equipe migra para uma HTTP API, porque custa menos. Mesmo handler, *payload format 2.0*, que as function URLs também mandam. **Aposte:** o que muda?

# %% id="v2"
http_event = {
    "version": "2.0", "routeKey": "GET /products/{id}", "rawPath": "/products/caneca", "rawQueryString": "",
    "headers": {"accept": "application/json"}, "pathParameters": {"id": "caneca"},
    "requestContext": {"stage": "$default", "http": {"method": "GET", "path": "/products/caneca"}}, "isBase64Encoded": False,
}
error = call("product-lookup", http_event)
print(error["errorType"], error["errorMessage"])

# %% [markdown] id="v2-read" lang="en"
# `KeyError 'httpMethod'`, and the client sees a server error. **What holds:** in 2.0 the method is in `requestContext.http`, header names are lower-case, and what a request does not have is
# *absent* ([payload formats](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html), checked 2026-11).
# So we ask the event for its version:

# %% [markdown] id="v2-read" lang="pt-BR" of="859955"
# `KeyError 'httpMethod'`, e o cliente vê um erro de servidor. **O que vale:** no 2.0 o método fica em `requestContext.http`, os nomes dos headers vêm em minúsculas, e o que a requisição não tem
# *não está lá* ([formatos de payload](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html), conferido em 2026-11).
# Então perguntamos a versão ao evento:

# %% id="lookup-repaired" tags=["nbval-ignore-output"]
# %%writefile work/product_lookup.py
import json

import boto3

table = boto3.resource("dynamodb").Table("products")


def lambda_handler(event, context):
    method = event["requestContext"]["http"]["method"] if event.get("version") == "2.0" else event["httpMethod"]
    if method != "GET":
        return {"statusCode": 405}
    product = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    body = json.dumps(product, default=int, ensure_ascii=False)
    return {"statusCode": 200 if product else 404, "body": body}

# %% id="both"
deploy("work/product_lookup.py", "product-lookup", show=False)
for event in (rest_event, http_event):
    print(call("product-lookup", event))

# %% [markdown] id="body-intro" lang="en"
# Both doors. `body`, which day 11 uses raw, has surprises of its own: it is text, never an object; `None` or missing when there is none; base64 when
# `isBase64Encoded` says so. Three lines are enough:

# %% [markdown] id="body-intro" lang="pt-BR" of="088dd4"
# As duas portas. O `body`, que o Dia 11 usa cru, tem surpresas próprias: é texto, nunca objeto; vem `None`, ou nem vem, quando não há corpo; e é base64 quando
# `isBase64Encoded` avisa. Três linhas resolvem:

# %% id="body"
def body_of(event):
    body = event.get("body") or "{}"
    return json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)

print(body_of({"body": None}), body_of({"body": "eyJ0b3RhbCI6IDMwfQ==", "isBase64Encoded": True}))

# %% [markdown] id="records-intro" lang="en"
# ## Doors with `Records`, and bare ones
#
# Four of the sources wrap their data in a list called `Records`; the others send the thing itself. This handler only says who it thinks is calling:

# %% [markdown] id="records-intro" lang="pt-BR" of="968658"
# ## Portas com `Records`, e portas sem embrulho
#
# Quatro das fontes embrulham os dados numa lista chamada `Records`; as outras mandam a coisa em si. Este handler só diz quem ele acha que está chamando:

# %% id="doors-file" tags=["nbval-ignore-output"]
# %%writefile work/doors.py
def lambda_handler(event, context):
    if "Records" in event:
        first = event["Records"][0]
        return first.get("eventSource") or first["EventSource"]
    if "requestContext" in event:
        return "http api" if event.get("version") == "2.0" else "rest api"
    return event.get("source", "nobody says")

# %% id="doors"
order = json.dumps({"order": "A-7"})
sqs_event = {"Records": [{"eventSource": "aws:sqs", "messageId": "m-1", "body": order}]}
sns_event = {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": order}}]}
change = {"Keys": {"order": {"S": "A-7"}}, "NewImage": {"order": {"S": "A-7"}, "cents": {"N": "3990"}}}
stream_event = {"Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": change}]}
bus_event = {"source": "loja.orders", "detail-type": "OrderPlaced", "detail": {"order": "A-7"}}

# %% [markdown] id="doors-bet" lang="en"
# The same order through six doors, and a message of a thermometer. **Bet:** what does the handler say to each?

# %% [markdown] id="doors-bet" lang="pt-BR" of="bd5b49"
# O mesmo pedido por seis portas, e uma mensagem de um termômetro. **Aposte:** o que o handler diz para cada uma?

# %% id="doors-run"
deploy("work/doors.py", "doors", show=False)
for event in (rest_event, http_event, sqs_event, sns_event, stream_event, bus_event, {"temperature": 31}):
    print(call("doors", event))

# %% [markdown] id="doors-table" lang="en"
# Seven events, seven shapes, and SNS alone writes `EventSource` with a capital *E*. The last is an IoT message: it says nothing about itself.
#
# | door | your data | is |
# |---|---|---|
# | REST API (1.0), HTTP API (2.0) | `event["body"]` | text, perhaps base64, perhaps missing |
# | [SQS](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html) | `record["body"]` of *each* record | text |
# | [SNS](https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html) | `record["Sns"]["Message"]` | text |
# | [S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html) | `record["s3"]["bucket"]["name"]`, `record["s3"]["object"]["key"]` | a reference; the key is URL-encoded |
# | [DynamoDB stream](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html) | `record["dynamodb"]["NewImage"]` | typed: `{"S": "A-7"}` |
# | [EventBridge](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html) | `event["detail"]` | already an object |
# | [IoT rule](https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html) | `event` | already the message |
#
# Day 11's handlers for S3 and SNS read `Records[0]` and stop. Behind a queue, which hands over up to ten messages in one call by default, that loses nine orders.
#
# ### A key with an accent
#
# **The post says** (day 11): take the key from the event. We open the object, too. A customer uploads `minha foto ção.jpg`. **Bet:** does the handler find it?

# %% [markdown] id="doors-table" lang="pt-BR" of="1be1a7"
# Sete eventos, sete formatos, e só o SNS escreve `EventSource` com *E* maiúsculo. O último é uma mensagem de IoT: não diz nada sobre si mesma.
#
# | porta | os seus dados | são |
# |---|---|---|
# | API REST (1.0), HTTP API (2.0) | `event["body"]` | texto, talvez base64, talvez ausente |
# | [SQS](https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html) | `record["body"]` de *cada* record | texto |
# | [SNS](https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html) | `record["Sns"]["Message"]` | texto |
# | [S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html) | `record["s3"]["bucket"]["name"]`, `record["s3"]["object"]["key"]` | uma referência; a key vem URL-encoded |
# | [stream do DynamoDB](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html) | `record["dynamodb"]["NewImage"]` | tipados: `{"S": "A-7"}` |
# | [EventBridge](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html) | `event["detail"]` | já é um objeto |
# | [regra de IoT](https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html) | `event` | já é a mensagem |
#
# Os handlers do Dia 11 para S3 e SNS leem `Records[0]` e param. Atrás de uma fila, que entrega por padrão até dez mensagens numa chamada, isso perde nove pedidos.
#
# ### Uma key com acento
#
# **O post diz** (Dia 11): pegue a key do evento. Nós também abrimos o objeto. Um cliente envia `minha foto ção.jpg`. **Aposte:** o handler acha o arquivo?

# %% id="photo-file" tags=["nbval-ignore-output"]
# %%writefile work/photo.py
import boto3

s3 = boto3.client("s3")


def lambda_handler(event, context):
    photo = event["Records"][0]["s3"]
    return s3.get_object(Bucket=photo["bucket"]["name"], Key=photo["object"]["key"])["ContentLength"]

# %% id="photo-bucket"
bucket = "loja-photos-" + boto3.client("sts").get_caller_identity()["Account"]
boto3.client("s3").create_bucket(Bucket=bucket)
boto3.client("s3").put_object(Bucket=bucket, Key="minha foto ção.jpg", Body=b"not a photo")

deploy("work/photo.py", "photo", show=False)
allow("photo", "s3:GetObject", f"arn:aws:s3:::{bucket}/*")

# %% [markdown] id="photo-event-intro" lang="en"
# The bucket holds the object under its real name. This is the event that S3 sends for it:

# %% [markdown] id="photo-event-intro" lang="pt-BR" of="b76924"
# O bucket guarda o objeto com o nome verdadeiro. Este é o evento que o S3 manda por ele:

# %% id="photo"
uploaded = {"bucket": {"name": bucket}, "object": {"key": "minha+foto+%C3%A7%C3%A3o.jpg", "size": 11}}
s3_event = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": uploaded}]}
print(call("photo", s3_event)["errorType"])

# %% [markdown] id="photo-read" lang="en"
# `NoSuchKey`. In the event the space has become `+` and `ção` has become `%C3%A7%C3%A3o`; there is no object of that name
# ([event structure](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), checked 2026-11). In English-speaking
# teams this bug sleeps for years. **On AWS** the error would be `AccessDenied`, because a role without `s3:ListBucket` may not even learn that a key is missing.
# One word repairs it:

# %% [markdown] id="photo-read" lang="pt-BR" of="e639eb"
# `NoSuchKey`. No evento o espaço virou `+` e `ção` virou `%C3%A7%C3%A3o`; não existe objeto com esse nome
# ([estrutura do evento](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), conferido em 2026-11). Em equipes
# que só usam inglês esse bug dorme por anos; aqui acorda no primeiro dia. **Na AWS** o erro seria `AccessDenied`, porque uma role sem `s3:ListBucket` não pode nem saber que a key não existe.
# Uma palavra conserta:

# %% id="photo-repaired"
# %%writefile work/photo.py
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def lambda_handler(event, context):
    photo = event["Records"][0]["s3"]
    return s3.get_object(Bucket=photo["bucket"]["name"], Key=unquote_plus(photo["object"]["key"]))["ContentLength"]

# %% id="photo-again"
deploy("work/photo.py", "photo", show=False)
print(call("photo", s3_event), "bytes")

# %% [markdown] id="iot-intro" lang="en"
# ### A message without `body`
#
# **The post says** (day 26): an IoT rule calls this function, which reads `event['body']`. A freezer of Loja's warehouse reports 31 °C. **Bet:** alert or not?

# %% [markdown] id="iot-intro" lang="pt-BR" of="0a60b8"
# ### Uma mensagem sem `body`
#
# **O post diz** (Dia 26): uma regra de IoT chama esta função, que lê `event['body']`. Um freezer do estoque da Loja informa 31 °C. **Aposte:** alerta ou não?

# %% id="iot-file" tags=["nbval-ignore-output"]
# %%writefile work/freezer.py
import json


def lambda_handler(event, context):
    data = json.loads(event["body"])
    return "ALERT" if data["temperature"] > 30 else "ok"

# %% id="iot"
deploy("work/freezer.py", "freezer", show=False)
error = call("freezer", {"device": "freezer-2", "temperature": 31})
print(error["errorType"], error["errorMessage"])

# %% [markdown] id="status-intro" lang="en"
# Neither: `KeyError 'body'`, and the ice cream melts. A rule hands over the message itself
# ([IoT](https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html), checked 2026-11); `event["temperature"]` is all it takes.
#
# ## Who reads what you return?
#
# All five event handlers of day 11 return `statusCode`, whoever calls. Here are two that process a refund, called asynchronously as SNS would. The payment provider is
# down: one says so in HTTP's words, the other raises. **Bet:** how many times does each run, and how many errors does CloudWatch count?

# %% [markdown] id="status-intro" lang="pt-BR" of="3ff77d"
# Nem um nem outro: `KeyError 'body'`, e o sorvete derrete. A regra entrega a própria mensagem
# ([IoT](https://docs.aws.amazon.com/lambda/latest/dg/services-iot.html), conferido em 2026-11); basta `event["temperature"]`.
#
# ## Quem lê o que você devolve?
#
# Os cinco handlers de eventos do Dia 11 devolvem `statusCode`, seja quem for que chama. Aqui estão dois que processam um reembolso, chamados de forma assíncrona, como o SNS faria. O provedor de
# pagamento está fora do ar: um avisa nas palavras do HTTP, o outro lança uma exceção. **Aposte:** quantas vezes cada um roda, e quantos erros o CloudWatch conta?

# %% id="refund-file" tags=["nbval-ignore-output"]
# %%writefile work/refund.py
import os


def lambda_handler(event, context):
    if os.environ["STYLE"] == "raise":
        raise ConnectionError("payment provider is down")
    return {"statusCode": 500, "body": "payment provider is down"}

# %% id="refund"
for style in ("return", "raise"):
    deploy("work/refund.py", f"refund-{style}", environment={"STYLE": style}, show=False)
    answer = lambda_client.invoke(FunctionName=f"refund-{style}", InvocationType="Event", Payload="{}")
    print(style, answer["StatusCode"])

# %% [markdown] id="metric-intro" lang="en"
# `202`: accepted, nothing more. To see what happened next we ask CloudWatch for the sum of a metric, and move the clock to the two retries, one minute and
# then two minutes later. `wait_for` polls, with a deadline:

# %% [markdown] id="metric-intro" lang="pt-BR" of="0c8e89"
# `202`: aceito, e mais nada. Para ver o que aconteceu depois, pedimos ao CloudWatch a soma de uma métrica, e adiantamos o relógio até os dois retries, um minuto e
# depois mais dois. O `wait_for` fica consultando, com prazo:

# %% id="metric"
import time
from datetime import timedelta

cloudwatch = boto3.client("cloudwatch")


def total(metric, function):
    span = {"StartTime": clock.now() - timedelta(hours=1), "EndTime": clock.now() + timedelta(minutes=1), "Period": 60}
    dimensions = [{"Name": "FunctionName", "Value": function}]
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda", MetricName=metric, Dimensions=dimensions, Statistics=["Sum"], **span
    )["Datapoints"]
    return int(sum(point["Sum"] for point in points))

# %% id="retries"
def wait_for(count, function):
    deadline = time.monotonic() + 20
    while total("Invocations", function) < count and time.monotonic() < deadline:
        pass


for attempt, minutes_to_next in ((1, 1), (2, 2), (3, 0)):
    wait_for(attempt, "refund-raise")
    clock.advance(minutes=minutes_to_next)
for function in ("refund-return", "refund-raise"):
    print(function, total("Invocations", function), "invocations", total("Errors", function), "errors")

# %% [markdown] id="closing" lang="en"
# The polite one ran once with zero errors: no retry, no alarm, an empty DLQ, a refund that nobody will see again. The one that raised got three tries and counted three errors.
#
# **What holds:** only the HTTP doors read `statusCode`. An asynchronous call throws the return value away and retries *exceptions* twice
# ([error handling](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)); the metric `Errors` counts exceptions and timeouts
# ([metrics](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html); both checked 2026-11). **On AWS** the metrics appear a minute or more later.
#
# ## What we saw
#
# - Snippet 1 scales nothing: with AWS's defaults it times out; with more time you pay for five seconds of sleep.
# - The first call in an environment is cold; globals live on until the environment goes.
# - Many shapes: two HTTP formats, `Records` (all, not the first), bare objects. S3 keys are URL-encoded.
# - For HTTP, answer with a `statusCode`. For everybody else, raise.

# %% [markdown] id="closing" lang="pt-BR" of="e72980"
# O educado rodou uma vez, com zero erros: nenhum retry, nenhum alarme, DLQ vazia, um reembolso que ninguém vai ver nunca mais. O que lançou a exceção teve três tentativas e contou três erros.
#
# **O que vale:** só as portas HTTP leem `statusCode`. Uma chamada assíncrona joga fora o valor devolvido e repete *exceções* duas vezes
# ([tratamento de erros](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)); a métrica `Errors` conta exceções e timeouts
# ([métricas](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html); os dois conferidos em 2026-11). **Na AWS** as métricas aparecem um minuto ou mais depois.
#
# ## O que vimos
#
# - O trecho 1 não escala nada: com os padrões da AWS estoura o timeout; com mais tempo, você paga cinco segundos de sleep.
# - A primeira chamada num ambiente é fria; as globais vivem até o ambiente ir embora.
# - Muitos formatos: dois de HTTP, `Records` (todos, não só o primeiro), objetos sem embrulho. Keys do S3 vêm URL-encoded.
# - Para HTTP, responda com `statusCode`. Para os outros, lance a exceção.

# %% id="quiz"
quiz("01")

# %% [markdown] id="next" lang="en"
# ## In an interview
#
# **Question 1 of day 22:** *how would you make sure that our Lambda functions handle sudden spikes?* You have the first third of the answer: spikes are served by more environments;
# their number is rate times duration; each new one starts cold. So cut the duration first. Limits and warm pools are lesson 11's.
#
# ## Read next
#
# - Practise: [lab 01, one handler, five event shapes](../../labs/en/01-handlers-and-events.ipynb)
# - [Lesson 02: Designing functions](02-designing-functions.ipynb)
# - AWS: [the Lambda execution environment](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)
#
# ## Optional: cold and warm on real AWS
#
# The cells below run only with `COURSE_TARGET=aws` and your confirmation. They deploy the counting handler and print three receipts, to compare with the figure above.

# %% [markdown] id="next" lang="pt-BR" of="119d82"
# ## Na entrevista
#
# **Pergunta 1 do Dia 22:** *como garantiria que as funções Lambda pudessem lidar com picos repentinos de tráfego?* Você já tem o primeiro terço da resposta: picos são atendidos com mais ambientes;
# o número deles é taxa vezes duração; cada ambiente novo começa frio. Então corte primeiro a duração. Limites e ambientes pré-aquecidos ficam para a lição 11.
#
# ## Leia a seguir
#
# - Pratique: [lab 01, um handler, cinco formatos de evento](../../labs/pt-BR/01-handlers-and-events.ipynb)
# - [Lição 02: Projetando funções](02-designing-functions.ipynb)
# - AWS: [o ambiente de execução do Lambda](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)
#
# ## Opcional: frio e quente na AWS de verdade
#
# As células abaixo só rodam com `COURSE_TARGET=aws` e a sua confirmação. Elas fazem o deploy do handler que conta e imprimem três recibos, para comparar com a figura lá de cima.

# %% id="real-deploy" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
from helpers import deploy

deploy("work/who_am_i.py", "day22-who-am-i")

# %% id="real-call" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
for _ in range(3):
    answer = boto3.client("lambda").invoke(FunctionName="day22-who-am-i", LogType="Tail")
    report = base64.b64decode(answer["LogResult"]).decode().splitlines()[-1]
    print(json.load(answer["Payload"])["calls"], *report.strip().split("\t")[1:])

# %% [markdown] id="real-cleanup-intro" lang="en"
# The last cell deletes what these cells created, and says so.

# %% [markdown] id="real-cleanup-intro" lang="pt-BR" of="ee2861"
# A última célula apaga o que estas células criaram, e diz o que apagou.

# %% id="real-cleanup" tags=["nbval-ignore-output"]
# %%real_aws
from helpers import cleanup

cleanup()
