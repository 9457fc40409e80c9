# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "12"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Metrics and alarms"
#     pt-BR: "Métricas e alarmes"
#   days: [13, 22]
#   claims: ["13-2", "13-3", "22-10", "22-11", "22-22", "22-23"]
#   needs: ["02", "10"]
# ---

# %% [markdown] id="opening" lang="en"
# # Metrics and alarms
#
# *Lesson 12 · 45 minutes · you need: lessons 02 and 10*
#
# A customer of Loja writes: "Your shop has been down since Sunday." Nobody had noticed; every alarm was green. **What has to be counted, where, and who has to be woken by it?**
# At the end you will be able to
#
# - say which counts AWS keeps for you, and which only your code knows;
# - count a business event without calling CloudWatch, and find the number again;
# - alarm on an error *rate*, and choose what silence means;
# - wake one person once, with the endpoint that is sick.

# %% [markdown] id="opening" lang="pt-BR" of="4cc6a8"
# # Métricas e alarmes
#
# *Lição 12 · 45 minutos · você precisa das lições 02 e 10*
#
# Um cliente da Loja escreve: "O site de vocês está fora do ar desde domingo." Ninguém tinha percebido; todos os alarmes estavam verdes. **O que precisa ser contado, onde, e quem precisa ser acordado por isso?**
# No final você vai saber
#
# - dizer quais contagens a AWS já faz por você, e quais só o seu código conhece;
# - contar um evento de negócio sem chamar o CloudWatch, e encontrar o número depois;
# - criar um alarme sobre a *taxa* de erros, e decidir o que o silêncio quer dizer;
# - acordar uma pessoa só, uma vez só, já com o endpoint doente.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import boto3, httpx
from helpers import clock, connect, dashboard, deploy, interview, invoke_url, metric_graph, quiz

connect("12")

# %% [markdown] id="claim" lang="en"
# ## 1. Twelve requests, all fine
#
# **The post says** (day 22): to monitor a function, put a metric from it; to count an API's requests, do the same with a dimension. These are its snippets 2 and 4, character for character. We let the first answer Loja's orders, the second its products.

# %% [markdown] id="claim" lang="pt-BR" of="0a0433"
# ## 1. Doze requisições, tudo bem
#
# **O post diz** (Dia 22): para monitorar uma função, publique uma métrica a partir dela; para contar as requisições de uma API, faça o mesmo com uma dimensão. Estes são os trechos 2 e 4, caractere por caractere. O primeiro vai atender os pedidos da Loja, o segundo os produtos.

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

# %% [markdown] id="api-intro" lang="en"
# Both stand behind an API. Its products have a limit from lesson 10, here so small that the bucket never refills: 12 requests.

# %% [markdown] id="api-intro" lang="pt-BR" of="4788eb"
# As duas ficam atrás de uma API. Os produtos têm um limite da lição 10, aqui tão pequeno que o balde não volta a encher: 12 requisições.

# %% id="document"
def proxy(name):
    arn = deploy(f"work/{name}.py", {"snippet2": "orders", "snippet4": "products"}[name], timeout=30, show=False)
    lambda_client.add_permission(FunctionName=arn, StatementId="api", Action="lambda:InvokeFunction",
                                 Principal="apigateway.amazonaws.com")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"responses": {}, "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}

cloudwatch, gateway, lambda_client = (boto3.client(name) for name in ("cloudwatch", "apigateway", "lambda"))
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"},
            "paths": {"/products": {"get": proxy("snippet4")}, "/orders": {"post": proxy("snippet2")}}}

# %% id="api"
prod = {"restApiId": gateway.import_rest_api(body=json.dumps(document).encode())["id"], "stageName": "prod"}
deployment = gateway.create_deployment(**prod)
settings = {"~1products/GET/throttling/rateLimit": "0.01", "~1products/GET/throttling/burstLimit": "12",
            "~1products/GET/metrics/enabled": "true", "~1orders/POST/metrics/enabled": "true"}
changes = [{"op": "replace", "path": f"/{path}", "value": value} for path, value in settings.items()]
stage = gateway.update_stage(**prod, patchOperations=changes)
web = httpx.Client(base_url=invoke_url(prod["restApiId"], "prod"), trust_env=False, timeout=60)

# %% [markdown] id="count-bet" lang="en"
# And one function that reads a number back from CloudWatch, always by namespace, name and *all* dimensions.
#
# **Your prediction:** twenty visitors ask for the products. How many does the post's counter count, and how many of them saw a product?

# %% [markdown] id="count-bet" lang="pt-BR" of="1ccbc5"
# E uma função que lê um número de volta do CloudWatch, sempre por namespace, nome e *todas* as dimensões.
#
# **Sua aposta:** vinte visitantes pedem os produtos. Quantos o contador do post conta, e quantos deles viram um produto?

# %% id="figure"
def figure(namespace, metric, stat="Sum", unit=None, **dimensions):
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    asked = {"Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named}, "Period": 604_800, "Stat": stat}
    query = {"Id": "one", "MetricStat": asked | ({"Unit": unit} if unit else {})}
    week = {"StartTime": clock.now() - timedelta(days=6), "EndTime": clock.now() + timedelta(minutes=1)}
    answer = cloudwatch.get_metric_data(MetricDataQueries=[query], **week)
    return next(iter(answer["MetricDataResults"][0]["Values"]), None)

# %% id="count"
print(Counter(web.get("/products").status_code for _ in range(20)))
print("the post's metric", figure("MetricasAPIGateway", "ContagemSolicitacoes", NomeAPI="APIExemplo"))
for metric in ("Count", "4XXError", "5XXError"):
    print("AWS/ApiGateway", metric, figure("AWS/ApiGateway", metric, ApiName="loja", Stage="prod"))
for metric in ("Invocations", "Errors"):
    print("AWS/Lambda", metric, figure("AWS/Lambda", metric, FunctionName="products"))

# %% [markdown] id="count-read" lang="en"
# Twelve requests on the post's dashboard, and all looks well. In truth twenty came. Eight were throttled and never reached the function; twelve were counted *first* and crashed *then*, since `json` is not imported (lesson 02): 502.
# Nobody saw a product. What counts inside the function misses who was turned away at the door: throttled, unauthorized, answered from a cache.
#
# **What holds.** API Gateway counts by itself, free of charge: `Count`, `4XXError`, `5XXError`, `Latency`
# ([REST metrics](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html), checked 2026-11). That is the answer to question 7.

# %% [markdown] id="count-read" lang="pt-BR" of="a4da8f"
# Doze requisições no painel do post, e parece tudo bem. Na verdade vieram vinte. Oito levaram throttling e nem chegaram à função. As outras doze foram contadas *primeiro* e quebraram *depois*, porque `json` não é importado (lição 02): 502.
# Ninguém viu um produto. O que conta dentro da função não vê quem foi barrado na porta: throttling, não autorizado, respondido pelo cache.
#
# **O que vale.** O API Gateway conta sozinho, sem cobrar: `Count`, `4XXError`, `5XXError`, `Latency`
# ([métricas REST](https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html), conferido em 2026-11). Essa é a resposta da pergunta 7.

# %% id="q07"
interview("q07")

# %% [markdown] id="emf-intro" lang="en"
# ## 2. A count that only your code knows
#
# No service of AWS knows how many *orders* Loja takes. For that snippet 2 has the right idea, and the wrong way: each request waits for a call to CloudWatch, which has a price, too. The **embedded metric format** (EMF) prints a line
# instead; CloudWatch Logs takes the metric out of it later. Snippet 4 only gets its missing `import`, so that we can compare.

# %% [markdown] id="emf-intro" lang="pt-BR" of="6f9d40"
# ## 2. Uma contagem que só o seu código conhece
#
# Nenhum serviço da AWS sabe quantos *pedidos* a Loja recebe. Aí o trecho 2 tem a ideia certa, e o jeito errado: cada requisição espera uma chamada ao CloudWatch, que também tem o seu preço. O **embedded metric format** (EMF) imprime uma linha
# no lugar; o CloudWatch Logs tira a métrica dela depois. O trecho 4 só ganha o `import` que faltava, para compararmos.

# %% id="write-orders" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
import time

def lambda_handler(event, context):
    order = json.loads(event["body"])
    metrics = [{"Name": "Orders", "Unit": "Count"}, {"Name": "Total", "Unit": "None"}]
    told = {"Namespace": "Loja", "Dimensions": [["Channel"]], "Metrics": metrics}
    print(json.dumps({
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [told]},
        "Channel": order["channel"], "Orders": 1, "Total": order["total"], "Order": order["id"]}))
    return {"statusCode": 201, "body": json.dumps(order["id"])}

# %% id="emf"
written = Path("work/products.py").write_text("import json\n" + Path("work/snippet4.py").read_text())
arns = [deploy(f"work/{name}.py", name, timeout=30, show=False) for name in ("products", "orders")]
clock.advance(minutes=30)
good = [{"id": "o-1", "channel": channel, "total": 40} for channel in ("web", "web", "web", "app", "app")]
print(Counter(web.get("/products").status_code for _ in range(5)), Counter(web.post("/orders", json=one).status_code for one in good))
slow, quick = (figure("AWS/Lambda", "Duration", "Minimum", FunctionName=name) for name in ("products", "orders"))
print("orders", figure("Loja", "Orders", Channel="web"), "total", figure("Loja", "Total", Channel="web"), "· printing is faster:", slow > quick)

# %% [markdown] id="emf-read" lang="en"
# Even at its best, the function that calls is slower than the one that prints, and here CloudWatch is on the same computer. `Order` is in the line but not among the metrics: you can search for it in the logs (lesson 13), and it costs no metric.
#
# **What holds** ([EMF](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html), checked 2026-11). The timestamp is in milliseconds; values are numbers at the top of the object. EMF is not free: you pay the log line and the
# metric (about US$ 0.30 a month each), not the call. **On AWS** the call also needs `cloudwatch:PutMetricData` in the function's role; a printed line needs nothing.
#
# ### Dimensions
#
# At work nobody types that by hand. AWS's public layer brings **Powertools**:

# %% [markdown] id="emf-read" lang="pt-BR" of="9201b3"
# Mesmo no seu melhor tempo, a função que chama é mais lenta do que a que imprime, e aqui o CloudWatch está no mesmo computador. `Order` está na linha mas não entre as métricas: dá para procurar nos logs (lição 13), e não custa métrica nenhuma.
#
# **O que vale** ([EMF](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html), conferido em 2026-11). O timestamp é em milissegundos; os valores são números no primeiro nível do objeto. EMF não é de graça: você paga a linha de log e a
# métrica (uns US$ 0,30 por mês cada), só não paga a chamada. **Na AWS** a chamada ainda exige `cloudwatch:PutMetricData` na role da função; uma linha impressa não exige nada.
#
# ### Dimensões
#
# No trabalho ninguém digita isso à mão. A layer pública da AWS traz o **Powertools**:

# %% id="write-signups" tags=["nbval-ignore-output"]
# %%writefile work/signups.py
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

metrics = Metrics(namespace="Loja", service="accounts")

@metrics.log_metrics
def lambda_handler(event, context):
    metrics.add_dimension(name="Channel", value=event["channel"])
    metrics.add_metric(name="SignUps", unit=MetricUnit.Count, value=1)

# %% [markdown] id="dimensions-bet" lang="en"
# **Day 13 says** that dimensions categorise and filter metrics. **Bet:** two sign-ups from the web, one from the app. Which of these five questions gets a number?

# %% [markdown] id="dimensions-bet" lang="pt-BR" of="953bd1"
# **O Dia 13 diz** que dimensões categorizam e filtram métricas. **Aposte:** dois cadastros pela web, um pelo app. Qual destas cinco perguntas recebe um número?

# %% id="dimensions"
powertools = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
arn = deploy("work/signups.py", "signups", layers=[powertools], timeout=30, memory=512, show=False)
for channel in ("web", "web", "app"):
    answer = lambda_client.invoke(FunctionName="signups", Payload=json.dumps({"channel": channel}))
web_accounts = {"Channel": "web", "service": "accounts"}
for asked in ({}, {"Channel": "web"}, {"service": "accounts"}, web_accounts, {"unit": "Percent"} | web_accounts):
    print(figure("Loja", "SignUps", **asked), asked)

# %% [markdown] id="dimensions-read" lang="en"
# One. A dimension is no label on a metric, it is part of its *name*: each combination is a metric of its own, with its own price, and none of them is the total. Powertools adds `service` to all you count. A `Unit` that nobody wrote finds nothing either.
# And there is no error: a wrong question looks like a quiet day. Whoever wants the total writes it as well (`"Dimensions": [["Channel"], []]`). An order's id as a dimension is one metric an order, and a bill
# ([concepts](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html), checked 2026-11).
#
# ## 3. What comes by itself
#
# **The post says** (day 22): watch invocations, duration and errors. **Bet:** somebody sets the reserved concurrency of `products` to 0. Five calls. What do the three metrics say?

# %% [markdown] id="dimensions-read" lang="pt-BR" of="d00063"
# Uma. Dimensão não é etiqueta de uma métrica, é parte do *nome* dela: cada combinação é uma métrica própria, com preço próprio, e nenhuma delas é o total. O Powertools acrescenta `service` em tudo o que você conta. Uma `Unit` que ninguém gravou também não acha nada.
# E não há erro: uma pergunta errada parece um dia calmo. Quem quer o total grava também o total (`"Dimensions": [["Channel"], []]`). Usar o id do pedido como dimensão dá uma métrica por pedido, e uma conta
# ([conceitos](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html), conferido em 2026-11).
#
# ## 3. O que vem sozinho
#
# **O post diz** (Dia 22): acompanhe invocações, duração e erros. **Aposte:** alguém põe a concorrência reservada da `products` em 0. Cinco chamadas. O que dizem as três métricas?

# %% id="throttled"
def own():
    return {metric: figure("AWS/Lambda", metric, FunctionName="products") for metric in ("Invocations", "Errors", "Throttles")}

before = own()
lambda_client.put_function_concurrency(FunctionName="products", ReservedConcurrentExecutions=0)
print(Counter(web.get("/products").status_code for _ in range(5)))
lambda_client.delete_function_concurrency(FunctionName="products")
print({metric: value - (before[metric] or 0) for metric, value in own().items()})

# %% [markdown] id="throttled-read" lang="en"
# Every visitor got an error, and `Errors` did not move: a throttled call is neither an invocation nor an error. The post leaves out the metrics that show what is *not* running (question 3):
#
# | you ask | metric | statistic |
# |---|---|---|
# | do calls fail? | `Errors`, `Invocations` | Sum, one divided by the other |
# | are calls refused? | `Throttles` | Sum |
# | how near is the ceiling? | `ConcurrentExecutions`, `ClaimedAccountConcurrency` | Maximum |
# | how slow is it? | `Duration` (without INIT) | p99 |
# | are events lost? | `AsyncEventsDropped`, `DeadLetterErrors` | Sum |
# | is it falling behind? | `IteratorAge` (streams); the queue's `ApproximateAgeOfOldestMessage` | Maximum |
#
# ([Lambda metrics](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html), checked 2026-11.) They come once a minute; *real time* they are not. And why p99? 97 checkouts take 120 ms, three take three seconds:

# %% [markdown] id="throttled-read" lang="pt-BR" of="2f8d9b"
# Todo visitante levou um erro, e `Errors` não se mexeu: uma chamada com throttling não é nem invocação nem erro. O post deixa de fora as métricas que mostram o que *não* está rodando (pergunta 3):
#
# | você pergunta | métrica | estatística |
# |---|---|---|
# | as chamadas falham? | `Errors`, `Invocations` | Sum, uma dividida pela outra |
# | há chamadas recusadas? | `Throttles` | Sum |
# | quão perto está o teto? | `ConcurrentExecutions`, `ClaimedAccountConcurrency` | Maximum |
# | quão lenta está? | `Duration` (sem o INIT) | p99 |
# | há eventos perdidos? | `AsyncEventsDropped`, `DeadLetterErrors` | Sum |
# | está ficando para trás? | `IteratorAge` (streams); na fila, `ApproximateAgeOfOldestMessage` | Maximum |
#
# ([métricas do Lambda](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html), conferido em 2026-11.) Elas chegam uma vez por minuto; *tempo real* não são. E por que p99? 97 checkouts levam 120 ms, três levam três segundos:

# %% id="statistics"
checkout = {"MetricName": "Checkout", "Unit": "Milliseconds", "Values": [120.0, 3000.0], "Counts": [97, 3]}
cloudwatch.put_metric_data(Namespace="Loja", MetricData=[checkout])
print({stat: figure("Loja", "Checkout", stat) for stat in ("Average", "p50", "p99")})

# %% [markdown] id="statistics-read" lang="en"
# The average, 206 ms, is what nobody saw. The median is the usual customer, p99 the one who leaves.

# %% [markdown] id="statistics-read" lang="pt-BR" of="152cee"
# A média, 206 ms, é o que ninguém viu. A mediana é o cliente comum; o p99, o que vai embora.

# %% id="q03"
interview("q03")

# %% [markdown] id="alarm-intro" lang="en"
# ## 4. An alarm on errors
#
# An alarm tells a topic, and behind the topic is a queue that we can read. Two candidates for question 4: one counts errors, the other watches their share, with **metric math**, and wants three of the last five minutes to be bad (*M of N*).

# %% [markdown] id="alarm-intro" lang="pt-BR" of="b7dc56"
# ## 4. Um alarme sobre erros
#
# Um alarme avisa um tópico, e atrás do tópico há uma fila que podemos ler. Dois candidatos para a pergunta 4: um conta erros; o outro olha a proporção deles, com **metric math**, e exige três minutos ruins nos últimos cinco (*M de N*).

# %% id="topic"
sns, sqs = boto3.client("sns"), boto3.client("sqs")
oncall, phone = sns.create_topic(Name="oncall")["TopicArn"], sqs.create_queue(QueueName="phone")["QueueUrl"]
phone_arn = sqs.get_queue_attributes(QueueUrl=phone, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
         "Resource": phone_arn, "Condition": {"ArnEquals": {"aws:SourceArn": oncall}}}
sqs.set_queue_attributes(QueueUrl=phone, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
subscription = sns.subscribe(TopicArn=oncall, Protocol="sqs", Endpoint=phone_arn, Attributes={"RawMessageDelivery": "true"})

# %% id="inbox"
def rings():
    received = sqs.receive_message(QueueUrl=phone, MaxNumberOfMessages=10).get("Messages", [])
    for message in received:
        sqs.delete_message(QueueUrl=phone, ReceiptHandle=message["ReceiptHandle"])
    return [f"{one['AlarmName']} {one['NewStateValue']}" for one in (json.loads(message["Body"]) for message in received)]

def states(prefix):
    return {one["AlarmName"]: one["StateValue"] for one in cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]}

# %% id="alarms"
of_orders = [{"Name": "FunctionName", "Value": "orders"}]
above = {"ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [oncall], "TreatMissingData": "notBreaching"}
made = cloudwatch.put_metric_alarm(AlarmName="errors-count", Namespace="AWS/Lambda", MetricName="Errors", Dimensions=of_orders,
    Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=0, **above)

# %% id="rate-alarm"
def sum_of(id, metric):
    stat = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": of_orders}, "Period": 60, "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": False}

share = {"Id": "share", "Expression": "100 * errors / calls", "Label": "errors in %"}
cloudwatch.put_metric_alarm(AlarmName="errors-rate", Metrics=[share, sum_of("errors", "Errors"), sum_of("calls", "Invocations")],
    EvaluationPeriods=5, DatapointsToAlarm=3, Threshold=5, **above)
print(states("errors"))

# %% [markdown] id="alarm-bet" lang="en"
# A new alarm knows nothing: `INSUFFICIENT_DATA`. Now a night with one order a minute, one of which fails; a morning with 30 a minute and one failure in each; then a bad deployment, three of 30. **Bet:** who rings the phone, when?

# %% [markdown] id="alarm-bet" lang="pt-BR" of="b196e5"
# Um alarme novo não sabe nada: `INSUFFICIENT_DATA`. Agora uma noite com um pedido por minuto, um deles com falha; uma manhã com 30 por minuto e uma falha em cada; depois um deploy ruim, três em 30. **Aposte:** quem toca o telefone, e quando?

# %% id="traffic"
def minute(orders, bad=0):
    for number in range(orders):
        order = good[0] if number >= bad else {"id": "o-2", "channel": "web"}
        web.post("/orders", json=order)
    clock.advance(seconds=61 - clock.now().second)

minute(0)
begin = clock.now().replace(second=0, microsecond=0)
for when, minutes in (("night", [(1, 0), (1, 0), (1, 1), (1, 0), (1, 0)]), ("morning", [(30, 1)] * 3), ("deployment", [(30, 3)] * 4)):
    for orders, bad in minutes:
        minute(orders, bad)
    print(f"{when:10}", rings(), states("errors"))

# %% id="errors-graph" tags=["nbval-ignore-output"]
metric_graph(alarms=["errors-count", "errors-rate"], start=begin, end=clock.now())

# %% [markdown] id="alarm-read" lang="en"
# The counter woke somebody for one order at night. In the morning it rang again, for one order in 30, and stayed at `ALARM`: when the deployment breaks the shop, it has nothing more to say, because only a *change* of state rings. The rate slept through
# both and rang in the third bad minute.
#
# A rate has a weak side of its own: at night one failure of one order is 100 %, the peak in the graph. M of N forgives a single one. Against the rest give it a floor, `IF(calls >= 20, 100 * errors / calls, 0)`
# ([alarm evaluation](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html), checked 2026-11).

# %% [markdown] id="alarm-read" lang="pt-BR" of="8f3028"
# O contador acordou alguém por um pedido de madrugada. De manhã tocou de novo, por um pedido em 30, e ficou em `ALARM`: quando o deploy quebra a loja, ele não tem mais nada a dizer, porque só uma *mudança* de estado toca. A taxa dormiu durante
# os dois e tocou no terceiro minuto ruim.
#
# A taxa também tem o seu ponto fraco: de madrugada, uma falha em um pedido são 100 %, o pico no gráfico. M de N perdoa um caso isolado. Contra o resto, dê a ela um piso, `IF(calls >= 20, 100 * errors / calls, 0)`
# ([avaliação de alarmes](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html), conferido em 2026-11).

# %% id="q04"
interview("q04")

# %% [markdown] id="silence-bet" lang="en"
# ## 5. The service died, and the alarm is silent
#
# **Day 13** asks for an alarm when the throughput falls, and its alarm says nothing of missing data. Here is that alarm four times (fewer than one order a minute, three minutes in a row), each with another `TreatMissingData`. Then no request reaches us for eight minutes. **Bet** on each.

# %% [markdown] id="silence-bet" lang="pt-BR" of="ba91b0"
# ## 5. O serviço morreu, e o alarme está calado
#
# **O Dia 13** pede um alarme para quando o throughput cai, e o alarme dele não diz nada sobre dados ausentes. Aqui está esse alarme quatro vezes (menos de um pedido por minuto, três minutos seguidos), cada um com outro `TreatMissingData`. Depois, nenhuma requisição chega por oito minutos. **Aposte** em cada um.

# %% id="four-rules"
for rule in ("missing", "ignore", "notBreaching", "breaching"):
    cloudwatch.put_metric_alarm(AlarmName=f"quiet-{rule}", Namespace="Loja", MetricName="Orders", Statistic="Sum", Period=60,
        Dimensions=[{"Name": "Channel", "Value": "web"}], ComparisonOperator="LessThanThreshold", Threshold=1,
        EvaluationPeriods=3, TreatMissingData=rule, AlarmActions=[oncall])

# %% id="outage"
begin = clock.now().replace(second=0, microsecond=0)
for when, orders, minutes in (("good", 5, 4), ("dead", 0, 8), ("repaired", 5, 4)):
    for _ in range(minutes):
        minute(orders)
    print(when, states("quiet"), rings())

# %% id="quiet-graph" tags=["nbval-ignore-output"]
metric_graph(alarms=["quiet-missing", "quiet-ignore", "quiet-notBreaching", "quiet-breaching"], start=begin, end=clock.now())

# %% [markdown] id="silence-read" lang="en"
# A dead service does not report zero, it reports *nothing*: no datapoint is below one. `missing`, the default, says that it does not know and rings nobody (unless you give it `InsufficientDataActions`); `ignore` keeps the last good news; `notBreaching` swears that all is well.
# Only `breaching` takes silence for trouble.
#
# So choose by what silence means. Errors that nobody reports are good news: `notBreaching`. A heartbeat that stops is bad news: `breaching`
# ([missing data](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html), checked 2026-11).
#
# The call came after five minutes of silence, not three: as datapoints may be late, an alarm looks back further than its periods before it calls data missing.
#
# **On AWS** they really are late, and a new metric may take up to 15 minutes to be listed. The local cloud has them at once.
#
# ## 6. Which endpoint, and whom to wake
#
# With detailed metrics (`metrics/enabled`; they cost) API Gateway counts by method. `Average` of `5XXError` is a rate, so no math is needed (question 8).

# %% [markdown] id="silence-read" lang="pt-BR" of="76866e"
# Um serviço morto não informa zero, ele não informa *nada*: nenhum datapoint fica abaixo de um. `missing`, o padrão, diz que não sabe e não chama ninguém (a não ser que você lhe dê `InsufficientDataActions`); `ignore` guarda a última notícia boa; `notBreaching` jura que está tudo bem.
# Só `breaching` entende o silêncio como problema.
#
# Então escolha pelo que o silêncio quer dizer. Erros que ninguém informa são boa notícia: `notBreaching`. Um batimento que para é má notícia: `breaching`
# ([dados ausentes](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html), conferido em 2026-11).
#
# O telefonema veio depois de cinco minutos de silêncio, não de três: como datapoints podem atrasar, um alarme olha além dos seus períodos antes de dar os dados por ausentes.
#
# **Na AWS** eles atrasam mesmo, e uma métrica nova pode levar até 15 minutos para aparecer na lista. A nuvem local já os tem na hora.
#
# ## 6. Qual endpoint, e quem acordar
#
# Com métricas detalhadas (`metrics/enabled`; elas custam) o API Gateway conta por método. `Average` de `5XXError` é uma taxa, então nem precisa de conta (pergunta 8).

# %% id="endpoints"
endpoints = [("GET", "/products"), ("POST", "/orders")]
for method, resource in endpoints:
    named = {"ApiName": "loja", "Stage": "prod", "Resource": resource, "Method": method}
    cloudwatch.put_metric_alarm(AlarmName=f"5xx {method} {resource}", Namespace="AWS/ApiGateway", MetricName="5XXError",
        Dimensions=[{"Name": name, "Value": value} for name, value in named.items()], Statistic="Average", Period=60,
        EvaluationPeriods=3, DatapointsToAlarm=2, Threshold=0.05, **{**above, "AlarmActions": []})
    print(method, resource, figure("AWS/ApiGateway", "Count", **named), "requests,", f"{figure('AWS/ApiGateway', '5XXError', 'Average', **named):.0%} failed")

# %% [markdown] id="endpoints-read" lang="en"
# 57 % against 6 %: the rate names the products, although it was more or less the same number of failures. A **composite alarm** joins what belongs together: its parts are silent, it alone rings. The worst case: every order fails.

# %% [markdown] id="endpoints-read" lang="pt-BR" of="36d09e"
# 57 % contra 6 %: a taxa aponta os produtos, embora o número de falhas seja mais ou menos o mesmo. Um **composite alarm** junta o que é do mesmo problema: as partes ficam caladas, só ele toca. O pior caso: todo pedido falha.

# %% id="composite"
rule = 'ALARM("5xx GET /products") OR ALARM("5xx POST /orders") OR ALARM("quiet-breaching")'
cloudwatch.delete_alarms(AlarmNames=["errors-count", "quiet-missing", "quiet-ignore", "quiet-notBreaching"])
cloudwatch.disable_alarm_actions(AlarmNames=["errors-rate", "quiet-breaching"])
cloudwatch.put_composite_alarm(AlarmName="loja is sick", AlarmRule=rule, AlarmActions=[oncall])
for orders, bad in [(10, 0), *[(10, 10)] * 7]:
    minute(orders, bad)
print(states("5xx") | states("quiet"), rings())

# %% [markdown] id="composite-read" lang="en"
# The endpoint's alarm fires, then the quiet one, because a failed order is not counted. Two alarms, one call. Which part is red, the dashboard says:

# %% [markdown] id="composite-read" lang="pt-BR" of="bab7fb"
# O alarme do endpoint dispara, depois o do silêncio, porque pedido com falha não é contado. Dois alarmes, um telefonema. Qual parte está vermelha, quem diz é o painel:

# %% id="dashboard" tags=["nbval-ignore-output"]
def graph(title, x, stat, *metrics):
    properties = {"title": title, "metrics": metrics, "stat": stat, "period": 60, "region": "us-east-1"}
    return {"type": "metric", "x": x, "y": 3, "width": 12, "height": 6, "properties": properties}

by_endpoint = [["AWS/ApiGateway", "5XXError", "ApiName", "loja", "Stage", "prod", "Resource", path, "Method", method] for method, path in endpoints]
arns = [one["AlarmArn"] for kind in cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"]).values() if isinstance(kind, list) for one in kind]
top = {"type": "alarm", "x": 0, "y": 0, "width": 24, "height": 3, "properties": {"title": "Now", "alarms": arns}}
body = {"widgets": [top, graph("Orders, web", 0, "Sum", ["Loja", "Orders", "Channel", "web"]), graph("5XX rate", 12, "Average", *by_endpoint)]}
problems = cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=json.dumps(body))
dashboard("loja", start=begin, end=clock.now())

# %% [markdown] id="dashboard-read" lang="en"
# `POST /orders` is red, and its rate is 1: every order fails. The gap is the outage of section 5. And `GET /products` is green only because nobody asked for a product: no line, and `notBreaching`.

# %% [markdown] id="dashboard-read" lang="pt-BR" of="c46c68"
# `POST /orders` está vermelho, e a taxa dele é 1: todo pedido falha. O intervalo vazio é a queda da seção 5. E `GET /products` só está verde porque ninguém pediu um produto: nenhuma linha, e `notBreaching`.

# %% id="q08"
interview("q08")

# %% [markdown] id="closing" lang="en"
# ## What we saw
#
# - A count inside the function misses who never came in. Requests and errors, AWS counts; **orders** only you can.
# - EMF: print, do not call. Dimensions are part of the name; a wrong question is answered with silence.
# - `Errors` knows nothing of `Throttles`. Averages hide the tail.
# - Alarm on a rate, M of N, with a floor; let a heartbeat's silence be `breaching`.
# - Many alarms, one call.

# %% [markdown] id="closing" lang="pt-BR" of="0e866f"
# ## O que vimos
#
# - Uma contagem dentro da função não vê quem não entrou. Requisições e erros, a AWS conta; **pedidos**, só você.
# - EMF: imprima, não chame. Dimensões fazem parte do nome; pergunta errada recebe silêncio.
# - `Errors` não sabe de `Throttles`. Médias escondem a cauda.
# - Alarme sobre taxa, M de N, com piso; e o silêncio de um batimento é `breaching`.
# - Muitos alarmes, um telefonema.

# %% id="quiz"
quiz("12")

# %% [markdown] id="next" lang="en"
# **Read next.** Lab 12, the night watch. Then lesson 13: the alarm says *that* something is wrong, the logs say *what*.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): an alarm on a metric that never comes, with `breaching`. Run the second cell some minutes later. The last one removes everything.

# %% [markdown] id="next" lang="pt-BR" of="5ce9ca"
# **O que ler agora.** O lab 12, o plantão da noite. Depois a lição 13: o alarme diz *que* algo está errado, os logs dizem *o quê*.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): um alarme sobre uma métrica que nunca chega, com `breaching`. Rode a segunda célula alguns minutos depois. A última apaga tudo.

# %% id="real-alarm"
# %%real_aws --cost "US$ 0.10 a month for an alarm, if you leave it"
real = boto3.client("cloudwatch")
made = real.put_metric_alarm(AlarmName="course-heartbeat", Namespace="Course", MetricName="Heartbeat", Statistic="Sum", Period=60,
    ComparisonOperator="LessThanThreshold", Threshold=1, EvaluationPeriods=3, TreatMissingData="breaching")

# %% id="real-state" tags=["nbval-ignore-output"]
# %%real_aws --cost "US$ 0.00"
for item in real.describe_alarm_history(AlarmName="course-heartbeat", HistoryItemType="StateUpdate")["AlarmHistoryItems"]:
    print(item["Timestamp"].time(), item["HistorySummary"])

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
