# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "13"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Logs: structured, aggregated, retained, queried"
#     pt-BR: "Logs: estruturados, agregados, retidos, consultados"
#   days: [13, 22]
#   claims: ["22-24", "13-5"]
#   needs: ["02", "10"]
# ---

# %% [markdown] id="opening" lang="en"
# # Logs: structured, aggregated, retained, queried
#
# *Lesson 13 · 45 minutes · you need: lessons 02 and 10*
#
# At noon Loja was slow, and some payments were refused. Whose? And slow where? Metrics say *how many*; the rest is in the logs, if somebody put it there. **What should a function write, and how do you get an answer out of it?**
# At the end you will be able to
#
# - keep tokens and cards out of a log, and put fields into it;
# - ask many functions one question, and follow a slow request from end to end;
# - turn lines into a metric, or send them on, and know what comes too late;
# - decide how long a log lives.

# %% [markdown] id="opening" lang="pt-BR" of="1d7fe3"
# # Logs: estruturados, agregados, retidos, consultados
#
# *Lição 13 · 45 minutos · você precisa das lições 02 e 10*
#
# Ao meio-dia a Loja ficou lenta, e alguns pagamentos foram recusados. De quem? E lenta onde? As métricas dizem *quantos*; o resto está nos logs, se alguém pôs lá. **O que uma função deve escrever, e como se tira uma resposta disso?**
# No final você vai saber
#
# - manter tokens e cartões fora de um log, e pôr campos dentro dele;
# - fazer uma pergunta a muitas funções de uma vez, e seguir uma requisição lenta de ponta a ponta;
# - transformar linhas em métrica, ou mandá-las adiante, e reconhecer o que chega tarde demais;
# - decidir quanto tempo um log vive.

# %% id="connect" tags=["nbval-ignore-output"]
import base64
import json
from datetime import timedelta
from statistics import median

import boto3
import httpx

from helpers import clock, connect, deploy, insights, interview, invoke_url, log_histogram, quiz

connect("13")

# %% [markdown] id="claim" lang="en"
# ## 1. The whole event
#
# **The post says** (day 22, snippet 6, under the title *log aggregation*): set the level to `INFO`, and log the event. As printed:

# %% [markdown] id="claim" lang="pt-BR" of="ed5b48"
# ## 1. O evento inteiro
#
# **O post diz** (Dia 22, trecho 6, sob o título *agregação de logs*): ajuste o nível para `INFO` e registre o evento. Como está lá:

# %% id="write-snippet" tags=["nbval-ignore-output"]
# %%writefile work/snippet.py
import json
import logging

# Configura logging
logger = logging.getLogger()
logger.setLevel(logging.INFO)

def lambda_handler(event, context):
    logger.info('Processando evento: %s', json.dumps(event))
    return {
        'statusCode': 200,
        'body': json.dumps('Olá do Lambda com logging!')
    }

# %% [markdown] id="snippet-bet" lang="en"
# Now an order, as API Gateway would hand it over. **Your prediction:** which of the three secrets in it can everybody see who may read the log?

# %% [markdown] id="snippet-bet" lang="pt-BR" of="55e71f"
# Agora um pedido, como o API Gateway o entregaria. **Sua aposta:** quais dos três segredos dele qualquer pessoa com acesso ao log consegue ver?

# %% id="snippet-run"
lambda_client, logs = boto3.client("lambda"), boto3.client("logs")
body = {"order": "p-1", "card": "4111111111111111", "email": "ana@example.com"}
event = {"headers": {"Authorization": "Bearer ana-session"}, "body": json.dumps(body)}

deploy("work/snippet.py", "snippet", show=False)
answer = lambda_client.invoke(FunctionName="snippet", Payload=json.dumps(event))

# %% id="snippet-log"
def log_of(function):
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [one["message"].strip() for one in events]

[line] = [one for one in log_of("snippet") if "Processando" in one]
print(line[line.index("Processando"):])

# %% [markdown] id="snippet-read" lang="en"
# All three. With the token anybody here can be Ana until her session ends; the card number makes this log group a place where card data are stored, with all that auditors ask of one. And nothing was aggregated: it is one line, in the group of one function.
#
# A list of names to *remove* forgets the next one. Turn it round: name what may go in. An **allow-list**.

# %% [markdown] id="snippet-read" lang="pt-BR" of="ceb3cf"
# Todos os três. Com o token, qualquer um aqui pode ser a Ana até a sessão dela acabar; o número do cartão faz deste log group um lugar que guarda dados de cartão, com tudo o que uma auditoria cobra disso. E nada foi agregado: é uma linha, no grupo de uma função.
#
# Uma lista de nomes a *remover* esquece o próximo. Vire ao contrário: diga o que pode entrar. Uma **allow-list**.

# %% [markdown] id="payment-intro" lang="en"
# ## 2. Fields
#
# Loja's payment function. Four names may go into its log. (The bank behind partner Bola is slow.)

# %% [markdown] id="payment-intro" lang="pt-BR" of="92f3e3"
# ## 2. Campos
#
# A função de pagamento da Loja. Quatro nomes podem entrar no log. (O banco por trás do parceiro Bola é lento.)

# %% id="write-payment" tags=["nbval-ignore-output"]
# %%writefile work/payment.py
import logging
import time

logger = logging.getLogger()
LOGGED = ("order", "partner", "total", "correlation")

def lambda_handler(event, context):
    told = {name: event[name] for name in LOGGED if name in event}
    began = time.perf_counter()
    time.sleep(0.4 if event["partner"] == "bola" else 0)
    told["bank_ms"] = round(1000 * (time.perf_counter() - began))
    paid = event["total"] <= 500
    logger.log(logging.INFO if paid else logging.ERROR, "payment %s", "accepted" if paid else "refused", extra=told)
    return {"paid": paid}

# %% [markdown] id="text-bet" lang="en"
# No `setLevel` here. **Bet:** one payment is accepted, one refused. What does the log hold of each, beside Lambda's own lines?

# %% [markdown] id="text-bet" lang="pt-BR" of="579e0c"
# Aqui não há `setLevel`. **Aposte:** um pagamento é aceito, outro é recusado. O que o log guarda de cada um, fora as linhas do próprio Lambda?

# %% id="text"
deploy("work/payment.py", "payment", show=False)

def pay(order, partner, total):
    event = {"order": order, "partner": partner, "total": total, "card": "4111111111111111"}
    lambda_client.invoke(FunctionName="payment", Payload=json.dumps(event))

pay("p-1", "craque", 39)
pay("p-2", "craque", 900)
[parts] = [one.split("\t") for one in log_of("payment") if "payment" in one]
print(parts[0], "·", parts[-1])

# %% [markdown] id="text-read" lang="en"
# Of the accepted one, nothing: with the text format, Python's root logger stays at `WARNING`. Of the refused one, a level and two words: the text format drops `extra`. *Something* was refused.
#
# Now the JSON format. It is a setting of the function; the code stays as it is.

# %% [markdown] id="text-read" lang="pt-BR" of="19f6cc"
# Do aceito, nada: no formato texto, o root logger do Python fica em `WARNING`. Do recusado, um nível e duas palavras: o formato texto joga fora o `extra`. *Alguma coisa* foi recusada.
#
# Agora o formato JSON. É uma configuração da função; o código fica como está.

# %% id="json"
lambda_client.update_function_configuration(FunctionName="payment", LoggingConfig={"LogFormat": "JSON"})
lambda_client.get_waiter("function_updated").wait(FunctionName="payment")

pay("p-3", "craque", 39)
records = [json.loads(line) for line in log_of("payment") if line.startswith("{")]
print(*[one.get("type") or one["level"] for one in records])
[told] = [one for one in records if "order" in one]
print({name: told[name] for name in ("level", "message", "order", "partner", "total")})

# %% [markdown] id="json-read" lang="en"
# The `INFO` line is there with its fields, and Lambda's own lines are JSON as well. The card is not: nobody named it.
#
# **What holds** ([log formats](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html), checked 2026-11). The default is text, where Python shows `WARNING` and above.
# JSON without a level means `INFO`, for your lines and for the system's. Only what goes through `logging` becomes a record; `print` stays a bare line.
#
# At work I would take Logger of Powertools, from AWS's public layer:

# %% [markdown] id="json-read" lang="pt-BR" of="2add9e"
# A linha `INFO` está lá com os seus campos, e as linhas do próprio Lambda também são JSON. O cartão não está: ninguém o citou.
#
# **O que vale** ([formatos de log](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html), conferido em 2026-11). O padrão é texto, em que o Python mostra `WARNING` para cima.
# JSON sem nível quer dizer `INFO`, para as suas linhas e para as do sistema. Só vira registro o que passa por `logging`; um `print` continua uma linha solta.
#
# No trabalho eu usaria o Logger do Powertools, da layer pública da AWS:

# %% id="write-notify" tags=["nbval-ignore-output"]
# %%writefile work/notify.py
from aws_lambda_powertools import Logger

logger = Logger(service="loja")

@logger.inject_lambda_context(correlation_id_path="correlation", clear_state=True)
def lambda_handler(event, context):
    logger.append_keys(order=event["order"])
    logger.info("mail sent")

# %% id="notify"
LAYER = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
deploy("work/notify.py", "notify", layers=[LAYER], timeout=30, memory=512, show=False)
lambda_client.invoke(FunctionName="notify", Payload=json.dumps({"order": "p-3", "correlation": "r-3"}))
[told] = [json.loads(line) for line in log_of("notify") if line.startswith("{")]
print({name: told[name] for name in ("level", "message", "service", "cold_start", "correlation_id", "order")})

# %% [markdown] id="powertools-read" lang="en"
# The same idea, with the cold start and the correlation id done for you. But beware of its `log_event=True`: that is snippet 6 again.
#
# ## 3. One question to all of them
#
# Loja's order intake calls the payment, and hands on the id that API Gateway gave to the request. That id is the thread:
#
# ```mermaid
# flowchart LR
#     partner((partner)) --> api["API Gateway<br>access log"] -- requestId --> orders["orders<br>its log"] -- correlation --> payment["payment<br>its log"]
# ```

# %% [markdown] id="powertools-read" lang="pt-BR" of="3c0ebf"
# A mesma ideia, com o cold start e o correlation id já prontos. Mas cuidado com o `log_event=True` dele: é o trecho 6 de novo.
#
# ## 3. Uma pergunta para todas
#
# A entrada de pedidos da Loja chama o pagamento, e passa adiante o id que o API Gateway deu à requisição. Esse id é o fio da meada:
#
# ```mermaid
# flowchart LR
#     partner((parceiro)) --> api["API Gateway<br>access log"] -- requestId --> orders["orders<br>seu log"] -- correlation --> payment["payment<br>seu log"]
# ```

# %% id="write-orders" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
import logging

import boto3

logger = logging.getLogger()
payment = boto3.client("lambda")

def lambda_handler(event, context):
    order = json.loads(event["body"]) | {"correlation": event["requestContext"]["requestId"]}
    logger.info("order received", extra={name: order[name] for name in ("order", "partner", "correlation")})
    answer = payment.invoke(FunctionName="payment", Payload=json.dumps(order))
    paid = json.loads(answer["Payload"].read())["paid"]
    return {"statusCode": 200 if paid else 402, "body": json.dumps({"paid": paid})}

# %% id="orders"
arn = deploy("work/orders.py", "orders", timeout=20, memory=512, show=False)
lambda_client.update_function_configuration(FunctionName="orders", LoggingConfig={"LogFormat": "JSON"})
call = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn.replace("orders", "payment")}
boto3.client("iam").put_role_policy(RoleName="orders-role", PolicyName="pay",
                                    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": call}))
allowed = lambda_client.add_permission(FunctionName="orders", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")

# %% id="api"
gateway, region = boto3.client("apigateway"), lambda_client.meta.region_name
uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
proxy = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": {"/orders": {"post": proxy}}}
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
deployment = gateway.create_deployment(restApiId=api, stageName="prod")

# %% [markdown] id="access-intro" lang="en"
# The stage's access log gets that id under the same name, and two times. (**On AWS** the account first gives API Gateway a role that may write logs.)

# %% [markdown] id="access-intro" lang="pt-BR" of="48c61b"
# O access log do stage recebe esse id com o mesmo nome, e dois tempos. (**Na AWS**, antes a conta dá ao API Gateway uma role que pode escrever logs.)

# %% id="access"
logs.create_log_group(logGroupName="loja-access")
group = logs.describe_log_groups(logGroupNamePrefix="loja-access")["logGroups"][0]["arn"].removesuffix(":*")
line = {"correlation": "$context.requestId", "status": "$context.status",
        "latency": "$context.responseLatency", "integration": "$context.integrationLatency"}
changes = [{"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
           for name, value in (("destinationArn", group), ("format", json.dumps(line)))]
stage = gateway.update_stage(restApiId=api, stageName="prod", patchOperations=changes)

# %% [markdown] id="traffic-intro" lang="en"
# Six minutes of noon. Craque orders three times a minute, Bola twice; some orders cost more than the bank allows.

# %% [markdown] id="traffic-intro" lang="pt-BR" of="25e9b3"
# Seis minutos do meio-dia. O Craque pede três vezes por minuto, o Bola duas; alguns pedidos custam mais do que o banco deixa.

# %% id="traffic"
def next_minute():
    clock.advance(seconds=60 - clock.now().second)
    return clock.now().replace(second=0, microsecond=0)

start = next_minute()
for minute in range(6):
    for place, partner in enumerate(["craque", "bola", "craque", "bola", "craque"]):
        order = {"order": f"n-{minute}-{place}", "partner": partner, "total": 900 if place == minute or place == 3 else 40 + place}
        httpx.post(invoke_url(api, "prod") + "/orders", json=order, timeout=60, trust_env=False)
    end = next_minute()

# %% [markdown] id="histogram-intro" lang="en"
# Both logs over those minutes, stacked by level:

# %% [markdown] id="histogram-intro" lang="pt-BR" of="4b408e"
# Os dois logs nesses minutos, empilhados por nível:

# %% id="histogram" tags=["nbval-ignore-output"]
groups = ["/aws/lambda/orders", "/aws/lambda/payment"]
log_histogram(groups, start=start, end=end)

# %% [markdown] id="histogram-read" lang="en"
# Errors in every minute, so no single bad moment. Whose they are, no bar says. (The first minute is taller: boto3 logs at `INFO`, too.) We ask **Logs Insights**: a query, some groups, a time. But first, a **bet:** what does it say to a typing mistake in a function, and to one in a field?

# %% [markdown] id="histogram-read" lang="pt-BR" of="63144d"
# Erros em todos os minutos, então não foi um momento ruim isolado. De quem são, nenhuma barra diz. (O primeiro minuto é mais alto: o boto3 também registra em `INFO`.) Perguntamos ao **Logs Insights**: uma consulta, alguns grupos, um intervalo. Mas antes, **aposte:** o que ele diz de um erro de digitação numa função, e de um num campo?

# %% id="typo"
def ask(query):
    return logs.start_query(logGroupNames=groups, startTime=int(start.timestamp()), endTime=int(end.timestamp()), queryString=query)

try:
    ask('filter level = "ERROR" | stats cuont(order) by partner')
except logs.exceptions.MalformedQueryException as error:
    print(error.response["Error"]["Message"])

# %% id="misspelled"
noon = {"groups": groups, "start": start, "end": end}
print(insights('filter levle = "ERROR" | stats count(*) as errors', **noon))

# %% [markdown] id="typo-read" lang="en"
# A wrong *function* is refused, with its place. A wrong *field* is not: no event has a `levle`, so the answer is a confident zero. Before you believe a zero, look for a line that must be there.
#
# (`insights` calls `start_query`, then `get_query_results` until there are rows.) So: whose orders were refused, and what were they worth?

# %% [markdown] id="typo-read" lang="pt-BR" of="ce87fb"
# Uma *função* errada é recusada, com o lugar. Um *campo* errado não: nenhum evento tem um `levle`, então a resposta é um zero cheio de certeza. Antes de acreditar num zero, procure uma linha que tem que estar lá.
#
# (O `insights` chama `start_query`, e depois `get_query_results` até haver linhas.) Então: de quem eram os pedidos recusados, e quanto valiam?

# %% id="by-partner"
insights('filter level = "ERROR" | stats count(*) as refused, sum(total) as lost by partner | sort refused desc', **noon)

# %% [markdown] id="report-intro" lang="en"
# Seven of ten are Bola's. I did not say *which* function to look at: both groups were read. Lambda's own records are in there as well. They are JSON, as ours are, so Insights finds their fields by itself. (In the text format the last one is a `REPORT` line: `@type`, `@duration`, `@maxMemoryUsed`.)

# %% [markdown] id="report-intro" lang="pt-BR" of="b9f916"
# Sete de dez são do Bola. Eu nem disse *em qual* função olhar: os dois grupos foram lidos. Os registros do próprio Lambda também estão lá. São JSON, como os nossos, então o Insights acha os campos sozinho. (No formato texto, o último é uma linha `REPORT`: `@type`, `@duration`, `@maxMemoryUsed`.)

# %% id="report"
rows = insights('filter type = "platform.report" | parse @log "*:/aws/lambda/*" as account, function '
                '| stats count(*) as calls, count(record.metrics.initDurationMs) as cold, pct(record.metrics.durationMs, 90) as p90 by function '
                '| sort function', **noon)
for row in rows:
    print(row["function"], row["calls"], "calls,", row["cold"], "cold, p90 over 350 ms:", float(row["p90"]) > 350)
print("records scanned:", rows.statistics["recordsScanned"])

# %% [markdown] id="report-read" lang="en"
# Thirty calls each, and both look slow: one waits for the other, and is billed while it waits.
#
# **What holds** ([query syntax](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html), checked 2026-11). Without `limit` you get up to 10,000 rows. You pay for what is *scanned*, not for what is found: US$ 0.005 a GB. So few groups, a short time.
# *Aggregation* is this: fields that mean the same everywhere, and one question across the groups. Snippet 6 has neither.
#
# **On AWS** a line can be queried some seconds later, here at once; and the local cloud lacks some commands (`pattern`, `diff`) and says so.
#
# ## 4. Where the time went
#
# Question 6 of the post: the API is *slow at peak hours*; where is the bottleneck? The access log knows each request from outside, the functions know it from inside, and `correlation` joins them. **Bet:** of a slow request, whose part is the largest: the gateway's, the order function's, or the bank's?

# %% [markdown] id="report-read" lang="pt-BR" of="cb0185"
# Trinta chamadas cada, e as duas parecem lentas: uma espera pela outra, e é cobrada enquanto espera.
#
# **O que vale** ([sintaxe das consultas](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html), conferido em 2026-11). Sem `limit`, vêm até 10.000 linhas. Você paga pelo que é *lido*, não pelo que é achado: US$ 0,005 por GB. Então, poucos grupos e pouco tempo.
# *Agregação* é isto: campos que querem dizer o mesmo em todo lugar, e uma só pergunta a todos os grupos. O trecho 6 não tem nem uma coisa nem outra.
#
# **Na AWS** uma linha só pode ser consultada alguns segundos depois, aqui na hora; e a nuvem local não tem alguns comandos (`pattern`, `diff`), e avisa.
#
# ## 4. Para onde foi o tempo
#
# A pergunta 6 do post: a API está *lenta nos horários de pico*; onde está o gargalo? O access log conhece cada requisição por fora, as funções a conhecem por dentro, e `correlation` junta os dois. **Aposte:** numa requisição lenta, de quem é a maior parte: do gateway, da função de pedidos ou do banco?

# %% id="join"
everywhere = {**noon, "groups": [*groups, "loja-access"]}
joined = insights("stats max(latency) as whole, max(integration) as behind, max(bank_ms) as bank, latest(partner) as who by correlation "
                  "| filter ispresent(who) | sort whole desc", **everywhere)
print(len(joined), "requests,", sum(1 for row in joined if row["who"] == "bola"), "of bola")

# %% id="shares"
def middle(who, name):
    return median(float(row[name]) for row in joined if row["who"] == who)

print("bola over 350 ms:", middle("bola", "whole") > 350, "· craque:", middle("craque", "whole") > 350)
print("bola, behind the gateway over 75 %:", middle("bola", "behind") / middle("bola", "whole") > 0.75)
print("bola, at the bank over 50 %:", middle("bola", "bank") / middle("bola", "whole") > 0.5)

# %% [markdown] id="shares-read" lang="en"
# Only Bola is slow. `Latency` minus `IntegrationLatency`, the gateway's own share, is small; most of what lies behind is one bank. More concurrency would only wait more. A timeout on the bank would help, or a queue before it.
#
# And when Bola's support asks about order `n-2-3`? From the order to its id, from the id to the whole story:

# %% [markdown] id="shares-read" lang="pt-BR" of="d2be8b"
# Só o Bola está lento. `Latency` menos `IntegrationLatency`, a parte do próprio gateway, é pequena; quase todo o resto é um banco só. Mais concorrência só esperaria mais. Um timeout no banco ajudaria, ou uma fila antes dele.
#
# E quando o suporte do Bola perguntar pelo pedido `n-2-3`? Do pedido ao id, do id à história inteira:

# %% id="story"
[found] = insights('filter order = "n-2-3" | stats latest(correlation) as id', **noon)
insights(f'filter correlation = "{found["id"]}" | parse @log "*:*" as account, source '
         '| sort @timestamp asc | display source, message, total, if(bank_ms > 350, "yes", "") as slow, status', **everywhere)

# %% [markdown] id="story-read" lang="en"
# Three logs, one request: received, refused after a slow bank, answered with 402.

# %% [markdown] id="story-read" lang="pt-BR" of="2e4d90"
# Três logs, uma requisição: recebida, recusada depois de um banco lento, respondida com 402.

# %% id="question"
interview("q06")

# %% [markdown] id="metric-bet" lang="en"
# ## 5. Too late for a filter
#
# **Day 13** makes metrics of logs by a *metric filter*. We count refused payments. **Bet:** noon had ten of them. What does the metric say of noon, and of the two orders that come after?

# %% [markdown] id="metric-bet" lang="pt-BR" of="e81268"
# ## 5. Tarde demais para um filtro
#
# **O Dia 13** faz métricas de logs com um *metric filter*. Vamos contar pagamentos recusados. **Aposte:** o meio-dia teve dez. O que a métrica diz do meio-dia, e dos dois pedidos que vêm depois?

# %% id="filter"
count = {"metricNamespace": "Loja", "metricName": "PaymentsRefused", "metricValue": "1"}
logs.put_metric_filter(logGroupName="/aws/lambda/payment", filterName="refused", metricTransformations=[count],
                       filterPattern='{ $.level = "ERROR" && $.total = * }')

def refused_so_far():
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="Loja", MetricName="PaymentsRefused", Statistics=["Sum"], Period=60, StartTime=start, EndTime=clock.now() + timedelta(minutes=1))["Datapoints"]
    return [point["Sum"] for point in points]

# %% id="filter-counts"
print("noon:", refused_so_far())
pay("p-4", "bola", 900)
pay("p-5", "bola", 45)
print("since:", refused_so_far())

# %% [markdown] id="subscribe-intro" lang="en"
# Nothing of noon; one since, the refused one. **What holds** ([metric filters](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html), checked 2026-11): a filter sees only events that arrive after it. For the past there is a query. Put the filter in place on the day the function goes live. (Your own code can write metrics without one: lesson 12.)
#
# Someone should be *called*, too. A **subscription filter** hands matching lines to a function. **Bet:** can that function read them right away?

# %% [markdown] id="subscribe-intro" lang="pt-BR" of="264aea"
# Do meio-dia, nada; desde então um, o recusado. **O que vale** ([metric filters](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html), conferido em 2026-11): um filtro só vê eventos que chegam depois dele. Para o passado existe a consulta. Crie o filtro no dia em que a função for para o ar. (O seu próprio código pode gravar métricas sem filtro: lição 12.)
#
# Alguém também precisa ser *chamado*. Um **subscription filter** entrega a uma função as linhas que casam com ele. **Aposte:** essa função consegue lê-las direto?

# %% id="write-oncall" tags=["nbval-ignore-output"]
# %%writefile work/oncall.py
import base64
import gzip
import json

def lambda_handler(event, context):
    envelope = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    for one in envelope["logEvents"]:
        print("CALL", envelope["logGroup"], json.loads(one["message"])["order"])

# %% id="subscribe"
oncall = deploy("work/oncall.py", "oncall", show=False)
lambda_client.add_permission(FunctionName="oncall", StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com")
logs.put_subscription_filter(logGroupName="/aws/lambda/payment", filterName="oncall", destinationArn=oncall,
                             filterPattern='{ $.level = "ERROR" }')
pay("p-6", "craque", 901)
clock.advance(seconds=1)
print([line for line in log_of("oncall") if line.startswith("CALL")])

# %% [markdown] id="subscribe-read" lang="en"
# It has to unpack first: base64, then gzip, then an envelope that names the group. Two such filters a group ([subscriptions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html), checked 2026-11). And never subscribe a function to its own log: each line would call it, and each call write a line.
#
# ## 6. For how long?
#
# **The post says:** set retention policies, to control storage cost. **Bet:** how long do our groups live as they are?

# %% [markdown] id="subscribe-read" lang="pt-BR" of="256b8a"
# Antes ela tem que desembrulhar: base64, depois gzip, depois um envelope que diz o grupo. Dois filtros desses por grupo ([subscriptions](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html), conferido em 2026-11). E nunca inscreva uma função no próprio log: cada linha a chamaria, e cada chamada escreveria uma linha.
#
# ## 6. Por quanto tempo?
#
# **O post diz:** configure políticas de retenção, para controlar o custo de armazenamento. **Aposte:** quanto tempo os nossos grupos vivem do jeito que estão?

# %% id="retention"
def lives():
    return {group["logGroupName"]: group.get("retentionInDays", "for ever") for group in logs.describe_log_groups()["logGroups"]}

print(*lives().items(), sep="\n")

# %% [markdown] id="retention-read" lang="en"
# For ever, each of them, snippet 6's card number too. A week for payments, then eight days go by:

# %% [markdown] id="retention-read" lang="pt-BR" of="29f67b"
# Para sempre, todos eles, e o número de cartão do trecho 6 também. Uma semana para os pagamentos, e aí passam oito dias:

# %% id="retention-set"
logs.put_retention_policy(logGroupName="/aws/lambda/payment", retentionInDays=7)
print(len(log_of("payment")) > 0, len(log_of("orders")) > 0)
clock.advance(days=8)
print(len(log_of("payment")) > 0, len(log_of("orders")) > 0)

# %% [markdown] id="saw" lang="en"
# The payments are gone, the orders stay. **What holds** ([retention](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html), checked 2026-11): never expire is the default, and the post's advice is good. **On AWS** expired events may take up to 72 hours to vanish.
# About cost (list prices, checked 2026-11): US$ 0.50 to take in a GB, 0.03 a month to keep one, and what is kept is compressed: AWS's calculator counts 15 % of the size. A year of keeping is some five cents. Writing less saves more.
#
# ## What we saw
#
# - A logged event is a copy of its secrets. Name what may go in.
# - Text drops `INFO` and `extra`; **JSON** is a setting of the function.
# - Aggregation is shared fields, one correlation id, and a question over all groups. A misspelled field answers zero.
# - Filters work from now on; queries look back.
# - Logs live for ever, unless you say otherwise.

# %% [markdown] id="saw" lang="pt-BR" of="5f7b68"
# Os pagamentos sumiram, os pedidos ficaram. **O que vale** ([retenção](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html), conferido em 2026-11): nunca expirar é o padrão, e o conselho do post é bom. **Na AWS** eventos vencidos podem levar até 72 horas para sumir.
# Sobre custo (preços de tabela, conferidos em 2026-11): US$ 0,50 para receber um GB, 0,03 por mês para guardar um, e o que se guarda é comprimido: a calculadora da AWS conta com 15 % do tamanho. Um ano guardado dá uns cinco centavos. Escrever menos economiza mais.
#
# ## O que vimos
#
# - Um evento registrado é uma cópia dos seus segredos. Diga o que pode entrar.
# - O texto joga fora `INFO` e `extra`; **JSON** é uma configuração da função.
# - Agregar é ter campos em comum, um correlation id, e uma pergunta a todos os grupos. Um campo com erro de digitação responde zero.
# - Filtros valem daqui para a frente; consultas olham para trás.
# - Logs vivem para sempre, a não ser que você diga o contrário.

# %% id="quiz"
quiz("13")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** Question 6, above. For question 3, *how do you monitor?*, lesson 12 has the metrics; you add what a metric cannot say: which one, and whose.
#
# **Read next.** Lab 13, what on-call reads. Then lesson 14, where the thread through a request is drawn for you.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the payment of section 2, first with text logs, then with JSON. Look for the accepted payment. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="110416"
# **Perguntas de entrevista que isto prepara.** A pergunta 6, acima. Para a pergunta 3, *como você monitora?*, a lição 12 tem as métricas; você acrescenta o que uma métrica não sabe dizer: qual, e de quem.
#
# **O que ler agora.** O lab 13, o que o plantão lê. Depois a lição 14, em que o fio de uma requisição já vem desenhado.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): o pagamento da seção 2, primeiro com logs em texto, depois em JSON. Procure o pagamento aceito. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
deploy("work/payment.py", "course-payment", show=False)
real_lambda = boto3.client("lambda")
sample = json.dumps({"order": "real-1", "partner": "craque", "total": 39, "card": "4111111111111111"})

def real_tail():
    answer = real_lambda.invoke(FunctionName="course-payment", Payload=sample, LogType="Tail")
    return base64.b64decode(answer["LogResult"]).decode()

print(real_tail())

# %% id="real-json"
# %%real_aws --cost "under US$ 0.01"
real_lambda.update_function_configuration(FunctionName="course-payment", LoggingConfig={"LogFormat": "JSON"})
real_lambda.get_waiter("function_updated").wait(FunctionName="course-payment")
print(real_tail())

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
