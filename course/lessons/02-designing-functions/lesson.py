# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "02"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Designing functions: small, stateless, idempotent, light"
#     pt-BR: "Projetando funções: pequenas, sem estado, idempotentes, leves"
#   days: [11, 22]
#   claims: ["11-6", "22-10", "22-15", "22-26"]
#   needs: ["01"]
# ---

# %% [markdown] id="opening" lang="en"
# # Designing functions: small, stateless, idempotent, light
#
# *Lesson 02 · 45 minutes · you need: lesson 01*
#
# Day 22 gives four pieces of advice on Lambda functions. **What breaks when we ignore each of them, and is each quite true?** At the end you will be able to
#
# - cut a monolith where it hurts;
# - say what may live in a global variable, and what must never;
# - write a handler that may run twice, because one day it will;
# - read what a cold start costs from the function's own `REPORT` line.

# %% [markdown] id="opening" lang="pt-BR" of="9fa4c7"
# # Projetando funções: pequenas, sem estado, idempotentes, leves
#
# *Lição 02 · 45 minutos · você precisa da lição 01*
#
# O Dia 22 dá quatro conselhos sobre funções Lambda. **O que quebra quando ignoramos cada um, e cada um é mesmo toda a verdade?** No final você vai saber
#
# - cortar um monólito onde ele dói;
# - dizer o que pode morar numa variável global, e o que não pode nunca;
# - escrever um handler que pode rodar duas vezes, porque um dia ele vai;
# - ler quanto custa um cold start na própria linha `REPORT` da função.

# %% id="connect" tags=["nbval-ignore-output"]
import base64, itertools, json, re
from datetime import timedelta
import boto3
from helpers import clock, connect, deploy, quiz
connect("02")

# %% id="clients"
cloudwatch, dynamodb, lambda_client, logs = (
    boto3.client(name) for name in ("cloudwatch", "dynamodb", "lambda", "logs")
)

# %% [markdown] id="small" lang="en"
# ## 1. Small: four functions, or one?
#
# **The post says:** divide the application into small functions that each do one thing. For Loja it lists four; we build them today.
#
# ```mermaid
# flowchart LR
#     subgraph one [one function]
#         shop[shop: login + orders + invoices + products]
#     end
#     subgraph four [four functions]
#         login
#         place[place-order]
#         send[send-invoice]
#         find[product-lookup]
#     end
#     place --> orders[(orders)]
#     place --> stock[(stock)]
#     find --> products[(products)]
# ```
#
# | function | needs | busy | if it fails |
# |---|---|---|---|
# | `login` | a secret | mornings | nobody enters |
# | `place-order` | two tables | campaign days | money is lost |
# | `send-invoice` | a template, a sender | after orders | a customer waits an hour |
# | `product-lookup` | one table, read only | always | the shop looks empty |
#
# Four rows, four different lives, so we write four files that know nothing of each other.

# %% [markdown] id="small" lang="pt-BR" of="482378"
# ## 1. Pequenas: quatro funções, ou uma?
#
# **O post diz:** divida a aplicação em funções pequenas, cada uma fazendo uma coisa. Para a Loja, ele lista quatro; hoje construímos as quatro.
#
# ```mermaid
# flowchart LR
#     subgraph one [uma função]
#         shop[shop: login + pedidos + faturas + produtos]
#     end
#     subgraph four [quatro funções]
#         login
#         place[place-order]
#         send[send-invoice]
#         find[product-lookup]
#     end
#     place --> orders[(orders)]
#     place --> stock[(stock)]
#     find --> products[(products)]
# ```
#
# | função | precisa de | pico | se falhar |
# |---|---|---|---|
# | `login` | um segredo | de manhã | ninguém entra |
# | `place-order` | duas tabelas | dia de campanha | perde-se dinheiro |
# | `send-invoice` | um template, um remetente | depois dos pedidos | um cliente espera uma hora |
# | `product-lookup` | uma tabela, só leitura | sempre | a loja parece vazia |
#
# Quatro linhas, quatro vidas diferentes: escrevemos quatro arquivos que não se conhecem.

# %% id="write-login" tags=["nbval-ignore-output"]
# %%writefile work/login.py
import hmac
import os


def lambda_handler(event, context):
    key = os.environ["LOGIN_SECRET"].encode()
    return {"token": hmac.new(key, event["customer"].encode(), "sha256").hexdigest()[:16]}

# %% id="write-lookup" tags=["nbval-ignore-output"]
# %%writefile work/product_lookup.py
import boto3

dynamodb = boto3.client("dynamodb")


def lambda_handler(event, context):
    found = dynamodb.get_item(TableName="products", Key={"id": {"S": event["id"]}})
    return {"name": found["Item"]["name"]["S"]}

# %% id="write-invoice" tags=["nbval-ignore-output"]
# %%writefile work/send_invoice.py
import os
from email.message import EmailMessage

from jinja2 import Template

sender = os.environ["MAIL_SENDER"]
page = Template("Thank you, {{ customer }}. Your order: {{ order_id }}.")


def lambda_handler(event, context):
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, event["email"]
    mail.set_content(page.render(event))
    return {"mail": mail.as_string()}

# %% [markdown] id="order-bug" lang="en"
# The next one remembers the customer "so that we need not look him up again". It has a bug; keep an eye on it.

# %% [markdown] id="order-bug" lang="pt-BR" of="1a8c23"
# A próxima guarda o cliente "para não ter que buscar de novo". Ela tem um bug; fique de olho.

# %% id="write-order" tags=["nbval-ignore-output"]
# %%writefile work/place_order.py
customer = None
orders = 0


def lambda_handler(event, context):
    global customer, orders
    customer = customer or event["customer"]
    orders += 1
    return {"order": event["order_id"], "charged": customer, "orders": orders}

# %% [markdown] id="monolith" lang="en"
# And the monolith, as most of them look: a router that imports everything.

# %% [markdown] id="monolith" lang="pt-BR" of="b34ea4"
# E o monólito, com a cara que quase todos têm: um roteador que importa tudo.

# %% id="write-shop" tags=["nbval-ignore-output"]
# %%writefile work/shop.py
import login
import place_order
import product_lookup
import send_invoice

jobs = {"login": login, "order": place_order, "invoice": send_invoice, "lookup": product_lookup}

def lambda_handler(event, context):
    return jobs[event["action"]].lambda_handler(event, context)

# %% [markdown] id="forgotten" lang="en"
# We deploy `shop` with all four files, and somebody forgets `MAIL_SENDER`, which only invoices use.

# %% [markdown] id="forgotten" lang="pt-BR" of="266dbb"
# Fazemos o deploy da `shop` com os quatro arquivos, e alguém esquece o `MAIL_SENDER`, que só as faturas usam.

# %% id="deploy-shop"
parts = [f"work/{name}.py" for name in ("login", "place_order", "product_lookup", "send_invoice")]
deploy("work/shop.py", "shop", files=parts, packages=["jinja2"], environment={"LOGIN_SECRET": "s3cret"})

# %% id="products"
dynamodb.create_table(TableName="products", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
dynamodb.get_waiter("table_exists").wait(TableName="products")
dynamodb.put_item(TableName="products", Item={"id": {"S": "caneca"}, "name": {"S": "Caneca de café"}})
print(dynamodb.scan(TableName="products")["Count"], "product")

# %% id="call"
def call(name, event):
    answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.load(answer["Payload"])

# %% [markdown] id="small-bet" lang="en"
# `deploy` made a role and a function with plain boto3 calls. **Your prediction first:** a visitor opens the page of the mug, the `caneca`. Does it care about a mail sender?

# %% [markdown] id="small-bet" lang="pt-BR" of="f32223"
# O `deploy` criou uma role e uma função com chamadas boto3 comuns. **Antes de rodar, aposte:** alguém abre a página da `caneca`. O que ela tem a ver com um remetente de e-mail?

# %% id="shop-lookup"
answer = call("shop", {"action": "lookup", "id": "caneca"})
print(answer["errorType"], answer["errorMessage"])

# %% [markdown] id="small-split" lang="en"
# The shop looks empty because of a mail setting. What lives in one function loads together, so it falls together. Splitting needs no rewrite
# here: the same files, deployed one by one.

# %% [markdown] id="small-split" lang="pt-BR" of="31d732"
# A loja parece vazia por causa de uma configuração de e-mail. O que mora na mesma função carrega junto, então cai junto. Aqui, dividir nem exige
# reescrever: os mesmos arquivos, um deploy para cada.

# %% id="deploy-four"
deploy("work/login.py", "login", environment={"LOGIN_SECRET": "s3cret"}, show=False)
deploy("work/product_lookup.py", "product-lookup", show=False)
deploy("work/place_order.py", "place-order", show=False)
deploy("work/send_invoice.py", "send-invoice", packages=["jinja2"], timeout=30, show=False)
print(call("product-lookup", {"id": "caneca"}), call("send-invoice", {})["errorType"])

# %% [markdown] id="small-holds" lang="en"
# The page is back, and only `send-invoice`, still without its sender, fails. Each function now has its own timeout, memory, role, log group and alarms,
# and scales by itself.
#
# **What holds.** Small means *one reason to fail, one reason to scale*, not few lines. Cut further and you pay in calls between
# functions and in code that always changes in pairs ([best practices](https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html), checked 2026-11).

# %% [markdown] id="small-holds" lang="pt-BR" of="6be48e"
# A página voltou, e só a `send-invoice`, ainda sem remetente, falha. Cada função agora tem timeout, memória, role, grupo de logs e alarmes próprios,
# e escala sozinha.
#
# **O que vale.** Pequena quer dizer *um motivo para falhar, um motivo para escalar*, e não poucas linhas. Passando daí, você paga em chamadas entre
# funções e em código que só muda aos pares ([best practices](https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html), conferido em 2026-11).

# %% [markdown] id="stateless" lang="en"
# ## 2. Stateless? The wrong customer is charged
#
# **The post says:** functions keep no state between invocations.
#
# **Your prediction first:** Ana, Bruno and Carla order once each. Whom does `place-order` charge?

# %% [markdown] id="stateless" lang="pt-BR" of="b393d2"
# ## 2. Sem estado? O cliente errado paga
#
# **O post diz:** funções não mantêm estado entre as invocações.
#
# **Antes de rodar, aposte:** Ana, Bruno e Carla fazem um pedido cada. De quem a `place-order` cobra?

# %% id="leak"
for number, customer in enumerate(("ana", "bruno", "carla"), start=1):
    answer = call("place-order", {"order_id": f"o-{number}", "customer": customer})
    print(customer, "ordered,", answer["charged"], "is charged, order number", answer["orders"])

# %% [markdown] id="leak-read" lang="en"
# Ana pays three times. The counter tells why: 1, 2, 3 in one warm *execution environment* that kept its globals. A fresh one should
# forget, and changing the configuration forces one:

# %% [markdown] id="leak-read" lang="pt-BR" of="a78f2a"
# A Ana paga três vezes. O contador entrega: 1, 2, 3 no mesmo *execution environment* quente, que guardou as globais. Um novo deve
# esquecer, e mudar a configuração força um:

# %% id="fresh"
counter = itertools.count()

def fresh(client, name):
    config = client.get_function_configuration(FunctionName=name)
    variables = config.get("Environment", {}).get("Variables", {}) | {"FRESH": str(next(counter))}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=name)

# %% id="leak-again"
fresh(lambda_client, "place-order")
for customer in ("bruno", "ana"):
    answer = call("place-order", {"order_id": "o-4", "customer": customer})
    print(customer, "ordered,", answer["charged"], "is charged, order number", answer["orders"])

# %% [markdown] id="stateless-holds" lang="en"
# Now Bruno is the unlucky one. **What holds:** you may not *count on* memory, and yet memory is there. Globals survive in a warm environment, and so does
# `/tmp`, which even outlives a timeout ([lifecycle](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), checked 2026-11).
#
# So a global holds what is the same for everybody: clients, templates, settings. What belongs to one request travels in arguments; what must last goes
# to a table or a bucket.
#
# **On AWS** calls spread over many environments: this bug charges a wrong customer *sometimes*, on busy days, and never while you test.

# %% [markdown] id="stateless-holds" lang="pt-BR" of="ff4f2b"
# Agora o azarado é o Bruno. **O que vale:** você não pode *contar com* a memória, e mesmo assim ela está lá. As globais sobrevivem num ambiente quente, e o
# `/tmp` também, que resiste até a um timeout ([ciclo de vida](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), conferido em 2026-11).
#
# Então uma global guarda o que é igual para todos: clients, templates, configuração. O que é de uma requisição viaja nos argumentos; o que precisa durar vai
# para uma tabela ou um bucket.
#
# **Na AWS** as chamadas se espalham por muitos ambientes: esse bug cobra o cliente errado *às vezes*, em dia de pico, e nunca enquanto você testa.

# %% [markdown] id="retries" lang="en"
# ## 3. Idempotent: one order, counted three times
#
# **The post says** that snippets 2 and 4 publish a custom metric. Here they are, character for character, each in two halves. Do you see what is missing?

# %% [markdown] id="retries" lang="pt-BR" of="8ddf41"
# ## 3. Idempotentes: um pedido, contado três vezes
#
# **O post diz** que os trechos 2 e 4 publicam uma métrica personalizada. Aqui estão, caractere por caractere, cada um em duas metades. Você vê o que falta?

# %% id="snippet2-top" tags=["nbval-ignore-output"]
# %%writefile work/snippet2.py
import boto3

# Cria cliente do CloudWatch
cloudwatch = boto3.client('cloudwatch')

def lambda_handler(event, context):
    # Envia métrica personalizada para o CloudWatch

# %% id="snippet2-rest" tags=["nbval-ignore-output"]
# %%writefile -a work/snippet2.py
    cloudwatch.put_metric_data(
        Namespace='MetricasPersonalizadas',
        MetricData=[
            {
                'MetricName': 'MetricaPersonalizada',
                'Value': 1,
                'Unit': 'Count'
            }
        ]
    )
    return {
        'statusCode': 200,
        'body': json.dumps('Métrica enviada para o CloudWatch')
    }

# %% id="snippet4-top" tags=["nbval-ignore-output"]
# %%writefile work/snippet4.py
import boto3

# Cria cliente do CloudWatch
cloudwatch = boto3.client('cloudwatch')

def lambda_handler(event, context):
    # Envia métrica personalizada para o CloudWatch
    cloudwatch.put_metric_data(
        Namespace='MetricasAPIGateway',
        MetricData=[
            {
                'MetricName': 'ContagemSolicitacoes',
                'Value': 1,

# %% id="snippet4-rest" tags=["nbval-ignore-output"]
# %%writefile -a work/snippet4.py
                'Unit': 'Count',
                'Dimensions': [
                    {
                        'Name': 'NomeAPI',
                        'Value': 'APIExemplo'
                    }
                ]
            }
        ]
    )
    return {
        'statusCode': 200,
        'body': json.dumps('Métrica enviada para o CloudWatch')
    }

# %% [markdown] id="retries-setup" lang="en"
# `json` is used and never imported, and the metric goes out before that. We deploy both and write two small tools: one adds up a metric, the other asks
# again and again until something is true, for at most 20 seconds.

# %% [markdown] id="retries-setup" lang="pt-BR" of="bd878b"
# `json` é usado e nunca importado, e a métrica sai antes disso. Fazemos o deploy dos dois e escrevemos duas ferramentas pequenas: uma soma uma métrica, a outra
# pergunta de novo até que algo seja verdade, por no máximo 20 segundos.

# %% id="deploy-snippets"
for name in ("snippet2", "snippet4"):
    deploy(f"work/{name}.py", name, show=False)

# %% id="total"
def total(namespace, metric, **dimensions):
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName=metric, Statistics=["Sum"], Period=60,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=clock.now() - timedelta(hours=1), EndTime=clock.now() + timedelta(minutes=1))
    return int(sum(point["Sum"] for point in points["Datapoints"]))

# %% id="until"
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

@retry(retry=retry_if_result(lambda seen: not seen), wait=wait_fixed(0.1), stop=stop_after_delay(20))
def until(condition):
    return condition()

# %% [markdown] id="retries-bet" lang="en"
# One event each, sent asynchronously, the way S3 and SNS send theirs.
# **Your prediction:** how often has one order been counted after three minutes?

# %% [markdown] id="retries-bet" lang="pt-BR" of="ab174f"
# Um evento para cada, enviado de forma assíncrona, como fazem o S3 e o SNS.
# **Sua aposta:** quantas vezes um pedido terá sido contado depois de três minutos?

# %% id="send-events"
for name in ("snippet2", "snippet4"):
    answer = lambda_client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    print(name, answer["StatusCode"])

# %% id="errors"
def errors():
    return min(total("AWS/Lambda", "Errors", FunctionName=name) for name in ("snippet2", "snippet4"))

# %% id="three-attempts"
for attempt, minutes in ((1, 0), (2, 1), (3, 2)):
    clock.advance(minutes=minutes)
    until(lambda: errors() == attempt)
    count2 = total("MetricasPersonalizadas", "MetricaPersonalizada")
    count4 = total("MetricasAPIGateway", "ContagemSolicitacoes", NomeAPI="APIExemplo")
    print("attempt", attempt, "- snippet 2 counted", count2, "- snippet 4 counted", count4)

# %% id="name-error"
found = logs.filter_log_events(logGroupName="/aws/lambda/snippet2", filterPattern="NameError")["events"]
print(len(found), "x", found[0]["message"].splitlines()[0])

# %% [markdown] id="retries-holds" lang="en"
# Twice `202`, which only says *queued*. Then one order, counted three times, by code that never once succeeded: the metric went out, `NameError` came, and Lambda ran the whole
# handler again.
#
# **What holds.** A failed asynchronous call is tried two more times, after one minute and then after two
# ([error handling](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), checked 2026-11). The same page warns that an event
# may arrive twice *without* any error.
#
# **Day 11 says** that reliable processing means retrying inside the function. It is the other way round: the *invoker* retries, with a queue and a patience
# that your code lacks. Your handler owes it two things: to **raise** when it failed (lesson 01: an error hidden in `statusCode` is a success), and
# to be **idempotent**: twice does what once does.
#
# **On AWS** nobody moves the clock, so the three minutes are real. And the roles need `cloudwatch:PutMetricData` (lesson 03); the local cloud does not ask yet.

# %% [markdown] id="retries-holds" lang="pt-BR" of="275a41"
# Duas vezes `202`, que só quer dizer *na fila*. Depois, um pedido contado três vezes, por um código que não deu certo nenhuma vez: a métrica saiu, veio o `NameError`, e o Lambda
# rodou o handler inteiro de novo.
#
# **O que vale.** Uma chamada assíncrona que falha é tentada mais duas vezes, depois de um minuto e depois de mais dois
# ([tratamento de erros](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), conferido em 2026-11). A mesma página avisa que um
# evento pode chegar duas vezes *sem* erro nenhum.
#
# **O Dia 11 diz** que processar com segurança é fazer retry dentro da função. É o contrário: quem tenta de novo é *quem invoca*, com uma fila e uma paciência
# que o seu código não tem. O seu handler deve duas coisas: **lançar a exceção** quando falhou (lição 01: um erro escondido em `statusCode` é um sucesso) e
# ser **idempotente**: duas vezes faz o mesmo que uma.
#
# **Na AWS** ninguém adianta o relógio, então os três minutos são reais. E as roles precisam de `cloudwatch:PutMetricData` (lição 03); a nuvem local ainda não pergunta.

# %% [markdown] id="repair" lang="en"
# ### The repair
#
# Three changes: import `json`; build the answer *before* the effect, so that what can fail fails while nothing has happened; and claim the order
# with a **conditional put**, which only one caller can win.

# %% [markdown] id="repair" lang="pt-BR" of="a0dd2a"
# ### O conserto
#
# Três mudanças: importar `json`; montar a resposta *antes* do efeito, para que o que pode falhar falhe enquanto nada aconteceu; e reservar o pedido com
# um **put condicional**, que só um chamador consegue vencer.

# %% id="write-count" tags=["nbval-ignore-output"]
# %%writefile work/count_order.py
import json
import boto3

cloudwatch, dynamodb = boto3.client("cloudwatch"), boto3.client("dynamodb")


def lambda_handler(event, context):
    answer = {"statusCode": 200, "body": json.dumps("Métrica enviada para o CloudWatch")}
    try:
        dynamodb.put_item(TableName="counted", Item={"order_id": {"S": event["order_id"]}},
                          ConditionExpression="attribute_not_exists(order_id)")
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return answer
    cloudwatch.put_metric_data(Namespace="Loja", MetricData=[{"MetricName": "Orders", "Value": 1}])
    return answer

# %% [markdown] id="repair-run" lang="en"
# It needs a table; the next function needs two more. Then order `o-1` arrives three times, and `o-2` once.

# %% [markdown] id="repair-run" lang="pt-BR" of="1cb6a3"
# Ela precisa de uma tabela; a próxima função, de mais duas. Depois o pedido `o-1` chega três vezes, e o `o-2` uma.

# %% id="tables"
for table, key in (("counted", "order_id"), ("orders", "order_id"), ("stock", "sku")):
    dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])
    dynamodb.get_waiter("table_exists").wait(TableName=table)

# %% id="count-once"
deploy("work/count_order.py", "count-order", show=False)
for order in ("o-1", "o-1", "o-1", "o-2"):
    print(order, call("count-order", {"order_id": order})["statusCode"], "Sum", total("Loja", "Orders"))

# %% [markdown] id="two-writes" lang="en"
# Four times `200`, two orders counted. A duplicate gets the first answer again: the caller only wants to hear that it is done.
#
# One hole is left. If the function dies *between* the put and the metric, the retry finds the order claimed, and its count is lost. For a metric we accept that; for
# orders and stock we do not. When both effects live in DynamoDB, one **transaction** closes the hole. `place-order` again, without its bug:

# %% [markdown] id="two-writes" lang="pt-BR" of="49874c"
# Quatro vezes `200`, dois pedidos contados. A duplicata recebe a primeira resposta de novo: quem chamou só quer ouvir que está feito.
#
# Sobra um buraco. Se a função morre *entre* o put e a métrica, o retry encontra o pedido reservado, e a contagem se perde. Para uma métrica, aceitamos; para
# pedidos e estoque, não. Quando os dois efeitos moram no DynamoDB, uma **transação** fecha o buraco. A `place-order` de novo, sem o bug:

# %% id="write-place-order" tags=["nbval-ignore-output"]
# %%writefile work/place_order.py
import boto3

dynamodb = boto3.client("dynamodb")


def lambda_handler(event, context):
    order = {"order_id": {"S": event["order_id"]}, "customer": {"S": event["customer"]}}
    put = {"TableName": "orders", "Item": order, "ConditionExpression": "attribute_not_exists(order_id)"}
    take = {"TableName": "stock", "Key": {"sku": {"S": event["sku"]}},
            "UpdateExpression": "ADD quantity :less", "ConditionExpression": "quantity > :none",
            "ExpressionAttributeValues": {":less": {"N": "-1"}, ":none": {"N": "0"}}}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"Update": take}])
    return {"order_id": event["order_id"], "status": "accepted"}

# %% id="stock"
deploy("work/place_order.py", "place-order", show=False)

def stock(quantity=None):
    if quantity is not None:
        dynamodb.put_item(TableName="stock", Item={"sku": {"S": "caneca"}, "quantity": {"N": str(quantity)}})
    return int(dynamodb.get_item(TableName="stock", Key={"sku": {"S": "caneca"}})["Item"]["quantity"]["N"])

# %% [markdown] id="transaction-bet" lang="en"
# Two mugs in stock. Order `o-7` comes twice, `o-8` takes the other mug, `o-9` finds the shelf empty; we restock one, and `o-9` is retried.
# **Your prediction:** which calls fail, and on which of the two writes?

# %% [markdown] id="transaction-bet" lang="pt-BR" of="b095e4"
# Duas canecas no estoque. O pedido `o-7` chega duas vezes, o `o-8` leva a outra caneca, o `o-9` encontra a prateleira vazia; repomos uma, e o `o-9` é
# tentado de novo. **Sua aposta:** quais chamadas falham, e em qual das duas escritas?

# %% id="transaction-run"
stock(2)
for order in ("o-7", "o-7", "o-8", "o-9", "restock", "o-9"):
    if order == "restock":
        stock(1)
        continue
    answer = call("place-order", {"order_id": order, "customer": "ana", "sku": "caneca"})
    print(order, answer.get("status") or answer["errorMessage"].rpartition(" reasons ")[2], "- stock", stock())

# %% [markdown] id="transaction-read" lang="en"
# The brackets give one reason for each write. The duplicate failed on the first, since the order exists; the empty shelf on the second. Neither left
# anything behind, so the retry of `o-9` could succeed. Still missing: a duplicate deserves the first answer, not an error. That is your job in lab 02.
#
# **What holds.** The writes of a [transaction](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html) all happen or
# none does (checked 2026-11). It ends where DynamoDB ends: no e-mail, no card charge.
#
# **On AWS** two transactions that meet on one item may be cancelled with `TransactionConflict`: raise, and the retry settles it.

# %% [markdown] id="transaction-read" lang="pt-BR" of="e6bc13"
# Os colchetes trazem um motivo para cada escrita. A duplicata falhou na primeira, porque o pedido existe; a prateleira vazia, na segunda. Nenhuma deixou
# nada para trás, por isso o retry do `o-9` deu certo. Ainda falta: uma duplicata merece a primeira resposta, não um erro. Isso é com você, no lab 02.
#
# **O que vale.** As escritas de uma [transação](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html) acontecem todas ou
# nenhuma (conferido em 2026-11). Ela acaba onde o DynamoDB acaba: sem e-mail, sem cobrança no cartão.
#
# **Na AWS** duas transações que se encontram num item podem ser canceladas com `TransactionConflict`: lance o erro, e o retry resolve.

# %% [markdown] id="at-work" lang="en"
# At work, much of this is a decorator: [Powertools idempotency](https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/), which AWS publishes as a layer. It claims the key, keeps the answer, gives it to every duplicate, and forgets it after an hour:

# %% [markdown] id="at-work" lang="pt-BR" of="3618c6"
# No trabalho, boa parte disso é um decorator: a [idempotência do Powertools](https://docs.aws.amazon.com/powertools/python/latest/utilities/idempotency/), que a AWS publica como layer. Ela reserva a chave, guarda a resposta, entrega essa resposta a toda duplicata, e a esquece depois de uma hora:

# %% id="write-at-work" tags=["nbval-ignore-output"]
# %%writefile work/charge.py
import uuid

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

claimed = DynamoDBPersistenceLayer(table_name="claimed")

@idempotent(persistence_store=claimed, config=IdempotencyConfig(event_key_jmespath="order_id"))
def lambda_handler(event, context):
    return {"order_id": event["order_id"], "charge": uuid.uuid4().hex}

# %% id="at-work-run"
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
dynamodb.create_table(TableName="claimed", BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
deploy("work/charge.py", "charge", layers=[POWERTOOLS], memory=512, timeout=10, show=False)
charges = [call("charge", {"order_id": order})["charge"] for order in ("o-1", "o-1", "o-1", "o-2")]
print(len(charges), "calls,", len(set(charges)), "charges; the duplicates got the first answer:", len(set(charges[:3])) == 1)

# %% [markdown] id="at-work-read" lang="en"
# Two charges for four calls. What it cannot do for you: choose the key, and make a charge and its record one step.

# %% [markdown] id="at-work-read" lang="pt-BR" of="020c93"
# Duas cobranças para quatro chamadas. O que ela não faz por você: escolher a chave, e transformar a cobrança e o registro dela num passo só.

# %% [markdown] id="light" lang="en"
# ## 4. Light: what a cold start costs
#
# **The post says:** optimise dependencies, think of the cold start. Which dependency, and how much? Python can tell. This is what
# `import boto3` loads, slowest first:

# %% [markdown] id="light" lang="pt-BR" of="dcf994"
# ## 4. Leves: quanto custa um cold start
#
# **O post diz:** otimize as dependências, pense no cold start. Qual dependência, e quanto? O Python sabe dizer. Isto é o que o
# `import boto3` carrega, do mais lento para o mais rápido:

# %% id="importtime" tags=["nbval-ignore-output"]
import subprocess, sys

run = subprocess.run([sys.executable, "-X", "importtime", "-c", "import boto3"], capture_output=True, text=True)
rows = [line.removeprefix("import time:").split("|") for line in run.stderr.splitlines()[1:]]
for own, whole, name in sorted(rows, key=lambda row: -int(row[1]))[:6]:
    print(f"{int(whole) / 1000:6.0f} ms  {name.strip()}")

# %% [markdown] id="light-lazy" lang="en"
# Each line includes what it imports in turn, so read downwards for the culprit. Code that does not need a module yet can import it later, as this
# router does:

# %% [markdown] id="light-lazy" lang="pt-BR" of="f146d2"
# Cada linha inclui o que ela mesma importa, então desça a lista para achar o culpado. Código que ainda não precisa de um módulo pode importá-lo depois, como
# faz este roteador:

# %% id="write-lazy" tags=["nbval-ignore-output"]
# %%writefile work/shop_lazy.py
from importlib import import_module

jobs = {"login": "login", "order": "place_order", "invoice": "send_invoice", "lookup": "product_lookup"}


def lambda_handler(event, context):
    return import_module(jobs[event["action"]]).lambda_handler(event, context)

# %% id="deploy-lazy"
settings = {"LOGIN_SECRET": "s3cret", "MAIL_SENDER": "loja@example.com"}
for name in ("shop", "shop-lazy"):
    deploy(f"work/{name.replace('-', '_')}.py", name, files=parts, packages=["jinja2"], environment=settings, show=False)
for name in ("shop", "shop-lazy", "product-lookup", "login"):
    print(f"{name:15}{lambda_client.get_function_configuration(FunctionName=name)['CodeSize'] // 1024:5} KB")

# %% [markdown] id="light-bet" lang="en"
# The zips differ a hundredfold; what do the `REPORT` lines say? Three of these functions answer the same question, which mug is this; `login` needs no boto3. We take five
# fresh environments of each, in turns. **Your prediction:** rank them by `Init Duration`, then by Init plus the first call.

# %% [markdown] id="light-bet" lang="pt-BR" of="b7c28d"
# Os zips diferem cem vezes; o que dizem as linhas `REPORT`? Três dessas funções respondem à mesma pergunta, que caneca é esta; a `login` não precisa do boto3. Pegamos cinco
# ambientes novos de cada, alternando. **Sua aposta:** ordene por `Init Duration`, depois por Init mais a primeira chamada.

# %% id="cold"
def cold(client, name, event):
    fresh(client, name)
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    found = re.findall(r"(Init|Billed)? ?Duration: ([\d.]+) ms", tail)
    return {kind or "Call": float(value) for kind, value in found}

# %% id="cold-samples"
look = {"action": "lookup", "id": "caneca"}
events = {"shop": look, "shop-lazy": look, "product-lookup": look, "login": {"customer": "ana"}}
rounds = [{name: cold(lambda_client, name, event) for name, event in events.items()} for _ in range(5)]
middle = {name: sorted((one[name] for one in rounds), key=lambda run: run["Billed"])[2] for name in events}

# %% id="cold-table" tags=["nbval-ignore-output"]
for name, run in middle.items():
    print(f"{name:15} Init {run['Init']:4.0f}   first call {run['Call']:4.0f}   billed {run['Billed']:4.0f} ms")

# %% id="cold-figure" tags=["nbval-ignore-output"]
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 2.4))
init = [run["Init"] for run in middle.values()]
axes.barh(list(middle), init, label="Init Duration")
axes.barh(list(middle), [run["Call"] for run in middle.values()], left=init, label="first call")
axes.set(xlabel="ms, the middle one of five cold starts")
axes.invert_yaxis()
axes.legend()
plt.show()

# %% [markdown] id="light-read" lang="en"
# `shop` pays for everybody's imports, `product-lookup` for its own; the gap is smaller than one hopes, because most of both is boto3. `login`, without it, shows the floor.
# `shop-lazy` has hardly any Init, but look at its first call: the cost moved there. Importing late wins only where most calls never need the import. Now add Init and first
# call: that is `billed`.
#
# **What holds.** INIT is billed for every function since 2025-08-01
# ([AWS blog](https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase)). The levers: import less, import late what is rare, ship less; and more
# memory, since CPU comes with it, one whole vCPU at 1,769 MB ([quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), checked 2026-11).
#
# **On AWS** it takes longer: 128 MB is a thin slice of a vCPU, and your zip is fetched first. The local cloud runs at your machine's speed whatever the memory. Trust
# the *ratios* here, never the milliseconds.

# %% [markdown] id="light-read" lang="pt-BR" of="9fd750"
# A `shop` paga os imports de todo mundo, a `product-lookup` só os seus; a diferença é menor do que se espera, porque a maior parte das duas é o boto3. A `login`, sem ele, mostra
# o piso. A `shop-lazy` quase não tem Init, mas olhe a primeira chamada: o custo foi para lá. Importar depois só compensa quando a maioria das chamadas nunca precisa do import.
# Agora some Init e primeira chamada: é o `billed`.
#
# **O que vale.** O INIT é cobrado em toda função desde 2025-08-01
# ([blog da AWS](https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase)). As alavancas: importar menos, importar tarde o que é raro, enviar menos
# código; e mais memória, porque a CPU vem junto, uma vCPU inteira com 1.769 MB ([cotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), conferido em 2026-11).
#
# **Na AWS** demora mais: 128 MB é uma fatia fina de vCPU, e antes é preciso baixar o seu zip. A nuvem local roda na velocidade da sua máquina, seja qual for a memória. Confie
# nas *proporções* daqui, nunca nos milissegundos.

# %% [markdown] id="closing" lang="en"
# ## What we saw
#
# - **Small**: split by what must fail, scale and be configured alone.
# - **Stateless**: a warm environment remembers; keep there what is everybody's, never what is one customer's.
# - **Idempotent**: the invoker retries, so raise, and make twice equal once: a conditional put for one write, a transaction for several.
# - **Light**: each cold start pays for the top of the module, in time and in money.

# %% [markdown] id="closing" lang="pt-BR" of="11a601"
# ## O que vimos
#
# - **Pequenas**: divida pelo que precisa falhar, escalar e ser configurado sozinho.
# - **Sem estado**: um ambiente quente lembra; guarde nele o que é de todos, nunca o que é de um cliente.
# - **Idempotentes**: quem invoca tenta de novo, então lance a exceção e faça duas vezes valer uma: put condicional para uma escrita, transação para várias.
# - **Leves**: cada cold start paga pelo topo do módulo, em tempo e em dinheiro.

# %% id="quiz"
quiz("02")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** Q1 of day 22, sudden spikes: every environment that a spike adds is a cold start, so this is half of the
# answer (the other half is lesson 11). And two that the post leaves out: *a customer was charged twice, where do you look?* and *we caught every exception, why
# are orders missing?*
#
# **Read next.** Lab 02, then lesson 03.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`). They show what the local cloud cannot: memory that brings CPU. `course-product-lookup` may read no
# table and its call fails; its INIT is what we are after. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="234e86"
# **Perguntas de entrevista que isto prepara.** A Q1 do Dia 22, picos repentinos: cada ambiente que um pico acrescenta é um cold start, então esta é metade da
# resposta (a outra metade é a lição 11). E duas que o post não faz: *um cliente foi cobrado duas vezes, onde você olha?* e *capturamos todas as exceções, por que
# faltam pedidos?*
#
# **O que ler agora.** O lab 02, depois a lição 03.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`). Elas mostram o que a nuvem local não consegue: memória que traz CPU. A `course-product-lookup` não pode
# ler tabela nenhuma e a chamada falha; o que interessa é o INIT. A última célula apaga tudo.

# %% id="real-deploy"
# %%real_aws --cost "under US$ 0.01"
deploy("work/login.py", "course-login", environment={"LOGIN_SECRET": "s3cret"})
deploy("work/product_lookup.py", "course-product-lookup")

# %% id="real-cold" tags=["nbval-ignore-output"]
# %%real_aws --cost "under US$ 0.01"
real = boto3.client("lambda")
for memory in (128, 1769):
    for name in ("course-login", "course-product-lookup"):
        real.update_function_configuration(FunctionName=name, MemorySize=memory)
        real.get_waiter("function_updated_v2").wait(FunctionName=name)
        print(memory, "MB", name, cold(real, name, {"customer": "ana", "id": "caneca"}))

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
