# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "13"
#   kind: lab
#   minutes: 60
#   title:
#     en: "What on-call reads"
#     pt-BR: "O que o plantão lê"
#   days: [13, 22]
#   claims: ["22-24", "13-5"]
#   needs: ["13", "lab-10"]
# ---

# %% [markdown] id="opening" lang="en"
# # What on-call reads
#
# *Lab 13 · 60 minutes · you need: lesson 13*
#
# You are on call for Loja this week, and an auditor is coming on Friday. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It sends orders of its own, writes lines of its own into your log groups, and moves the clock by weeks.

# %% [markdown] id="opening" lang="pt-BR" of="f022a0"
# # O que o plantão lê
#
# *Lab 13 · 60 minutos · você precisa da lição 13*
#
# Esta semana você está de plantão na Loja, e na sexta vem um auditor. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele manda pedidos próprios, escreve linhas próprias nos seus log groups, e avança o relógio em semanas.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, connect, deploy

connect("lab-13")

# %% [markdown] id="given" lang="en"
# These log groups are there already, as Lambda and others left them:

# %% [markdown] id="given" lang="pt-BR" of="32bc14"
# Estes log groups já existem, como o Lambda e outros os deixaram:

# %% id="groups"
logs, lambda_client = boto3.client("logs"), boto3.client("lambda")
jobs = [f"/aws/lambda/loja-job-{number:02d}" for number in range(60)]
for name in [*jobs, "/aws/lambda/loja-payment", "/aws/lambda/foto-thumbnail", "loja-access", "loja-audit"]:
    logs.create_log_group(logGroupName=name)
kept = logs.put_retention_policy(logGroupName="loja-audit", retentionInDays=3653)

# %% [markdown] id="task-13-1" lang="en"
# ## 13.1 Nothing for ever (warm-up, 10 minutes)
#
# *Ticket 1: "Why do we still pay for the logs of a job that ran twice in 2024?"*
#
# | log group | lives for |
# |---|--:|
# | each one whose name begins with `/aws/lambda/loja-` | 14 days |
# | `loja-access` | 90 days |
# | `loja-audit`, and those of Foto | as they are |
#
# There are more groups than one answer of `describe_log_groups` holds.

# %% [markdown] id="task-13-1" lang="pt-BR" of="cf87b7"
# ## 13.1 Nada para sempre (aquecimento, 10 minutos)
#
# *Chamado 1: "Por que ainda pagamos pelos logs de um job que rodou duas vezes em 2024?"*
#
# | log group | vive por |
# |---|--:|
# | todos cujo nome começa com `/aws/lambda/loja-` | 14 dias |
# | `loja-access` | 90 dias |
# | `loja-audit`, e os da Foto | como estão |
#
# Há mais grupos do que cabem numa resposta de `describe_log_groups`.

# %% id="answer-13-1" exercise="13.1"
# BEGIN SOLUTION
pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/lambda/loja-")
for page in pages:
    for group in page["logGroups"]:
        logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=14)
access = logs.put_retention_policy(logGroupName="loja-access", retentionInDays=90)
# END SOLUTION

# %% id="check-13-1"
check("13.1")

# %% [markdown] id="why-13-1" lang="en" tags=["solution-only"]
# **Why this works.** One answer holds 50 groups, and the paginator asks for the next ones. A function that runs for the first time tomorrow makes its group without a retention; so create the group together with the function, before its first line.

# %% [markdown] id="why-13-1" lang="pt-BR" tags=["solution-only"] of="b88d08"
# **Por que funciona.** Uma resposta traz 50 grupos, e o paginator pede os seguintes. Uma função que rodar pela primeira vez amanhã cria o seu grupo sem retenção; por isso crie o grupo junto com a função, antes da primeira linha.

# %% [markdown] id="task-13-2" lang="en"
# ## 13.2 Enough, and not a word more (15 minutes)
#
# *Ticket 2: "The auditor found card numbers in the log of the orders. On-call found nothing at all: no order, no partner."*
#
# The bank is given; its error says too much. `loja-orders` gets an event of API Gateway, whose `body` is JSON with `order`, `partner`, `total`, `card`, `email`, and whatever else a partner sends. It calls `bank.charge(order)` and
#
# | | answers | logs one record | with the message |
# |---|---|---|---|
# | charged | 201 | `INFO` | `order accepted` |
# | `CardRefused` | 402 | `ERROR` | `order refused` |
#
# Each record has the fields `order`, `partner`, `total` and `correlation` (the request's id); a refusal also `why`, the name of the error's class. The log is in the JSON format. Nothing else of the event gets into it, under no name.

# %% [markdown] id="task-13-2" lang="pt-BR" of="e551c9"
# ## 13.2 O bastante, e nem uma palavra a mais (15 minutos)
#
# *Chamado 2: "O auditor achou números de cartão no log dos pedidos. O plantão não achou nada: nem pedido, nem parceiro."*
#
# O banco já vem pronto; o erro dele fala demais. `loja-orders` recebe um evento do API Gateway, cujo `body` é JSON com `order`, `partner`, `total`, `card`, `email`, e o que mais um parceiro mandar. Ela chama `bank.charge(order)` e
#
# | | responde | registra um registro | com a mensagem |
# |---|---|---|---|
# | cobrado | 201 | `INFO` | `order accepted` |
# | `CardRefused` | 402 | `ERROR` | `order refused` |
#
# Cada registro tem os campos `order`, `partner`, `total` e `correlation` (o id da requisição); uma recusa também `why`, o nome da classe do erro. O log está no formato JSON. Nada mais do evento entra nele, com nome nenhum.

# %% id="bank" tags=["nbval-ignore-output"]
# %%writefile work/bank.py
class CardRefused(Exception):
    pass

def charge(order):
    if not order["card"].startswith("4"):
        raise CardRefused(f"card {order['card']} of {order['email']} was refused")

# %% id="answer-13-2" exercise="13.2" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
import logging

import bank

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("13.2: charge the order, log what on-call needs, answer 201 or 402")
    order = json.loads(event["body"])
    told = {name: order[name] for name in ("order", "partner", "total")} | {"correlation": event["requestContext"]["requestId"]}
    try:
        bank.charge(order)
    except bank.CardRefused as refusal:
        logging.error("order refused", extra=told | {"why": type(refusal).__name__})
        return {"statusCode": 402}
    logging.info("order accepted", extra=told)
    return {"statusCode": 201}
    # END SOLUTION

# %% id="deploy-13-2"
orders = deploy("work/orders.py", "loja-orders", files=["work/bank.py"], show=False)

# %% [markdown] id="config-13-2" lang="en"
# And its configuration:

# %% [markdown] id="config-13-2" lang="pt-BR" of="27a539"
# E a configuração dela:

# %% id="answer-13-2-config" exercise="13.2"
# BEGIN SOLUTION
configuration = lambda_client.update_function_configuration(FunctionName="loja-orders", LoggingConfig={"LogFormat": "JSON"})
lambda_client.get_waiter("function_updated").wait(FunctionName="loja-orders")
# END SOLUTION

# %% id="check-13-2"
check("13.2")

# %% [markdown] id="why-13-2" lang="en" tags=["solution-only"]
# **Why this works.** The handler names what goes in, so a field that a partner invents tomorrow stays out. And it catches the bank's error: an error that leaves the handler is logged by Lambda with its whole message, card and all.

# %% [markdown] id="why-13-2" lang="pt-BR" tags=["solution-only"] of="a52c13"
# **Por que funciona.** O handler diz o que entra, então um campo que um parceiro inventar amanhã fica de fora. E ele captura o erro do banco: um erro que sai do handler é registrado pelo Lambda com a mensagem inteira, cartão e tudo.

# %% [markdown] id="lines" lang="en"
# ## The payment's lines
#
# The next tickets are about the group `/aws/lambda/loja-payment`. Its function logs JSON such as
#
# ```json
# {"level": "ERROR", "message": "payment done", "partner": "craque", "took_ms": 412,
#  "payment": {"order": "p-7", "status": "refused", "bank": "norte", "total": 39.9, "test": false}}
# ```
#
# and other lines without a `payment`.

# %% [markdown] id="lines" lang="pt-BR" of="571275"
# ## As linhas do pagamento
#
# Os próximos chamados são sobre o grupo `/aws/lambda/loja-payment`. A função dele registra JSON como
#
# ```json
# {"level": "ERROR", "message": "payment done", "partner": "craque", "took_ms": 412,
#  "payment": {"order": "p-7", "status": "refused", "bank": "norte", "total": 39.9, "test": false}}
# ```
#
# e outras linhas, sem `payment`.

# %% [markdown] id="task-13-3" lang="en"
# ## 13.3 Money, by bank (10 minutes)
#
# *Ticket 3: "How much do refusals cost us, and at which bank? Not the ones of our own testers."*
#
# A metric filter `refused-totals` on that group writes the metric `RefusedTotal` in the namespace `Loja`: the `total` of each payment whose `status` is `refused` and which is no `test`, with the dimension `Bank`.
#
# In a [filter pattern](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html) a boolean is asked for with `IS TRUE` or `IS FALSE`, and a field that becomes a dimension has to occur in it: `$.place = *`.

# %% [markdown] id="task-13-3" lang="pt-BR" of="99d956"
# ## 13.3 Dinheiro, por banco (10 minutos)
#
# *Chamado 3: "Quanto as recusas nos custam, e em qual banco? Sem contar as dos nossos próprios testadores."*
#
# Um metric filter `refused-totals` nesse grupo grava a métrica `RefusedTotal` no namespace `Loja`: o `total` de cada pagamento cujo `status` é `refused` e que não é `test`, com a dimensão `Bank`.
#
# Num [filter pattern](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html), um booleano se pergunta com `IS TRUE` ou `IS FALSE`, e um campo que vira dimensão precisa aparecer nele: `$.place = *`.

# %% id="answer-13-3" exercise="13.3"
# BEGIN SOLUTION
total = {"metricNamespace": "Loja", "metricName": "RefusedTotal", "metricValue": "$.payment.total", "dimensions": {"Bank": "$.payment.bank"}}
pattern = '{ $.payment.status = "refused" && $.payment.test IS FALSE && $.payment.bank = * }'
filtered = logs.put_metric_filter(logGroupName="/aws/lambda/loja-payment", filterName="refused-totals", filterPattern=pattern, metricTransformations=[total])
# END SOLUTION

# %% id="check-13-3"
check("13.3")

# %% [markdown] id="why-13-3" lang="en" tags=["solution-only"]
# **Why this works.** The value is taken from the line, so `Sum` is money and `SampleCount` the number of refusals. Each bank is a metric of its own, and billed as one: fine for five banks, ruinous for order numbers. Yesterday's refusals are not in it; a query finds those.

# %% [markdown] id="why-13-3" lang="pt-BR" tags=["solution-only"] of="ed72a8"
# **Por que funciona.** O valor vem da linha, então `Sum` é dinheiro e `SampleCount` o número de recusas. Cada banco é uma métrica própria, e cobrada como tal: tudo bem com cinco bancos, ruinoso com números de pedido. As recusas de ontem não estão lá; essas uma consulta encontra.

# %% [markdown] id="task-13-4" lang="en"
# ## 13.4 The query for three in the morning (10 minutes)
#
# *Ticket 4: "At three in the morning nobody writes queries. Save one that says which partners wait longest."*
#
# Save a Logs Insights query with `put_query_definition`, under the name `loja/slow-partners`, for the groups `/aws/lambda/loja-orders` and `/aws/lambda/loja-payment`. Of the lines that have a `took_ms`, it gives for each `partner`
#
# | column | meaning |
# |---|---|
# | `calls` | how many lines |
# | `p95` | the 95th percentile of `took_ms` |
# | `slowest` | the largest `took_ms` |
#
# The largest `p95` comes first, and there are three rows at most.

# %% [markdown] id="task-13-4" lang="pt-BR" of="8b2cb7"
# ## 13.4 A consulta das três da manhã (10 minutos)
#
# *Chamado 4: "Às três da manhã ninguém escreve consultas. Salve uma que diga quais parceiros esperam mais."*
#
# Salve uma consulta do Logs Insights com `put_query_definition`, com o nome `loja/slow-partners`, para os grupos `/aws/lambda/loja-orders` e `/aws/lambda/loja-payment`. Das linhas que têm um `took_ms`, ela dá para cada `partner`
#
# | coluna | significado |
# |---|---|
# | `calls` | quantas linhas |
# | `p95` | o percentil 95 de `took_ms` |
# | `slowest` | o maior `took_ms` |
#
# O maior `p95` vem primeiro, e há no máximo três linhas.

# %% id="answer-13-4" exercise="13.4"
# BEGIN SOLUTION
query = """filter ispresent(took_ms)
| stats count(*) as calls, pct(took_ms, 95) as p95, max(took_ms) as slowest by partner
| sort p95 desc
| limit 3"""
groups = ["/aws/lambda/loja-orders", "/aws/lambda/loja-payment"]
saved = logs.put_query_definition(name="loja/slow-partners", queryString=query, logGroupNames=groups)
# END SOLUTION

# %% id="check-13-4"
check("13.4")

# %% [markdown] id="why-13-4" lang="en" tags=["solution-only"]
# **Why this works.** `stats` makes a group even of lines without a partner; the filter keeps those out that say nothing about time. The percentile is not moved by one bad call, and `slowest` shows that call beside it.

# %% [markdown] id="why-13-4" lang="pt-BR" tags=["solution-only"] of="9fe3a3"
# **Por que funciona.** `stats` faz um grupo até das linhas sem parceiro; o filtro deixa de fora as que nada dizem sobre tempo. O percentil não se abala com uma chamada ruim, e `slowest` mostra essa chamada ao lado.

# %% [markdown] id="task-13-5" lang="en"
# ## 13.5 The line that wakes somebody (15 minutes)
#
# *Ticket 5: "We read about refused payments in the morning. The pager reads a queue; give it the lines while they are warm."*
#
# A subscription filter `oncall` on `/aws/lambda/loja-payment` hands the lines of level `ERROR` that have a `payment` to the function `loja-oncall`. For each of them it sends a message `{"group": ..., "order": ..., "bank": ...}` to the queue `oncall`; its URL is in `QUEUE_URL`.
#
# - CloudWatch Logs may call the function, for this group only (`SourceArn`, which ends in `:*`).
# - Now and then it sends an envelope whose `messageType` is `CONTROL_MESSAGE`, to try the way. That is no error, and no message.

# %% [markdown] id="task-13-5" lang="pt-BR" of="8732fd"
# ## 13.5 A linha que acorda alguém (15 minutos)
#
# *Chamado 5: "Ficamos sabendo dos pagamentos recusados só de manhã. O pager lê uma fila; dê a ele as linhas ainda quentes."*
#
# Um subscription filter `oncall` em `/aws/lambda/loja-payment` entrega as linhas de nível `ERROR` que têm um `payment` à função `loja-oncall`. Para cada uma delas ela manda uma mensagem `{"group": ..., "order": ..., "bank": ...}` para a fila `oncall`; a URL está em `QUEUE_URL`.
#
# - O CloudWatch Logs pode chamar a função, só para este grupo (`SourceArn`, que termina em `:*`).
# - De vez em quando ele manda um envelope cujo `messageType` é `CONTROL_MESSAGE`, para testar o caminho. Isso não é um erro, nem uma mensagem.

# %% id="answer-13-5" exercise="13.5" tags=["nbval-ignore-output"]
# %%writefile work/oncall.py
import base64
import gzip
import json
import os
import boto3

sqs = boto3.client("sqs")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("13.5: unpack the envelope, send a message for each line")
    envelope = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    lines = envelope["logEvents"] if envelope["messageType"] == "DATA_MESSAGE" else []
    for line in lines:
        payment = json.loads(line["message"])["payment"]
        told = {"group": envelope["logGroup"], "order": payment["order"], "bank": payment["bank"]}
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(told))
    # END SOLUTION

# %% id="deploy-13-5"
url = boto3.client("sqs").create_queue(QueueName="oncall")["QueueUrl"]
oncall = deploy("work/oncall.py", "loja-oncall", environment={"QUEUE_URL": url}, timeout=20, show=False)
send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": oncall.replace(":lambda:", ":sqs:").replace("function:loja-", "")}
policy = json.dumps({"Version": "2012-10-17", "Statement": send})
role = boto3.client("iam").put_role_policy(RoleName="loja-oncall-role", PolicyName="pager", PolicyDocument=policy)

# %% [markdown] id="wire-13-5" lang="en"
# And the way to it:

# %% [markdown] id="wire-13-5" lang="pt-BR" of="f27694"
# E o caminho até ela:

# %% id="answer-13-5-wire" exercise="13.5"
# BEGIN SOLUTION
found = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/loja-payment")["logGroups"]
allowed = lambda_client.add_permission(FunctionName="loja-oncall", StatementId="logs", Action="lambda:InvokeFunction",
                                       Principal="logs.amazonaws.com", SourceArn=found[0]["arn"])
subscribed = logs.put_subscription_filter(logGroupName="/aws/lambda/loja-payment", filterName="oncall",
                                          filterPattern='{ $.level = "ERROR" && $.payment.order = * }', destinationArn=oncall)
# END SOLUTION

# %% id="check-13-5"
check("13.5")

# %% [markdown] id="why-13-5" lang="en" tags=["solution-only"]
# **Why this works.** One envelope holds many lines, and each has to reach the pager. An `ERROR` without a payment would break the loop, and the lines behind it would be lost; the pattern keeps it out. The function's own group has no subscription, so it cannot wake itself.

# %% [markdown] id="why-13-5" lang="pt-BR" tags=["solution-only"] of="d137ab"
# **Por que funciona.** Um envelope traz muitas linhas, e cada uma tem que chegar ao pager. Um `ERROR` sem pagamento quebraria o laço, e as linhas depois dele se perderiam; o pattern o deixa de fora. O grupo da própria função não tem subscription, então ela não consegue acordar a si mesma.
