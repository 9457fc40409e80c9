# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "11"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Before the campaign"
#     pt-BR: "Antes da campanha"
#   days: [8, 22]
#   claims: ["22-7", "22-8", "22-9"]
#   needs: ["11"]
# ---

# %% [markdown] id="opening" lang="en"
# # Before the campaign
#
# *Lab 11 · 60 minutes · you need: lesson 11*
#
# Loja goes on television on Friday. You are given measured figures, and choose the capacity of each part.
#
# Write each answer in its cell, run it, then ask the judge with `check`. It sends traffic, holds invocations open, and looks at who was served.

# %% [markdown] id="opening" lang="pt-BR" of="8ed478"
# # Antes da campanha
#
# *Lab 11 · 60 minutos · você precisa da lição 11*
#
# Na sexta a Loja aparece na televisão. Você recebe números medidos e escolhe a capacidade de cada parte.
#
# Escreva cada resposta na sua célula, rode-a e depois chame o juiz com `check`. Ele manda tráfego, segura invocações abertas e olha quem foi atendido.

# %% id="connect" tags=["nbval-ignore-output"]
import boto3

from helpers import check, clock, connect, deploy

connect("lab-11")

# %% [markdown] id="given" lang="en"
# This is given: `checkout` takes orders, `report` works until someone lets it go (the judge does that, through the table `doors`), and `page`, which the judge holds open in the same way, says how its environment was started.

# %% [markdown] id="given" lang="pt-BR" of="fef50f"
# Isto já vem pronto: `checkout` recebe pedidos, `report` trabalha até alguém liberá-la (o juiz faz isso, pela tabela `doors`), e `page`, que o juiz segura do mesmo jeito, diz como o ambiente dela foi iniciado.

# %% id="doors"
dynamodb, lambda_client = boto3.client("dynamodb"), boto3.client("lambda")
made = dynamodb.create_table(
    TableName="doors", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])

# %% id="write-checkout" tags=["nbval-ignore-output"]
# %%writefile work/checkout.py
def lambda_handler(event, context):
    return {"accepted": event["id"]}

# %% id="write-report" tags=["nbval-ignore-output"]
# %%writefile work/report.py
import time

import boto3

dynamodb = boto3.client("dynamodb")

def lambda_handler(event, context):
    dynamodb.put_item(TableName="doors", Item={"id": {"S": event["id"]}})
    while "Item" not in dynamodb.get_item(TableName="doors", Key={"id": {"S": event["door"]}}, ConsistentRead=True):
        time.sleep(0.05)

# %% id="write-page" tags=["nbval-ignore-output"]
# %%writefile work/page.py
import os
import time

import boto3

dynamodb = boto3.client("dynamodb")

def lambda_handler(event, context):
    dynamodb.put_item(TableName="doors", Item={"id": {"S": event["id"]}})
    while "Item" not in dynamodb.get_item(TableName="doors", Key={"id": {"S": event["door"]}}, ConsistentRead=True):
        time.sleep(0.05)
    return {"started": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}

# %% id="deploy-given"
for name in ("checkout", "report", "page"):
    deploy(f"work/{name}.py", name, timeout=30, show=False)

# %% [markdown] id="task-11-1" lang="en"
# ## 11.1 How many at once? (warm-up, 10 minutes)
#
# *Measured in the rehearsal:*
#
# | `checkout` | |
# |---|--:|
# | orders a second at the peak | 180 |
# | mean duration | 350 ms |
# | longest duration | 2.9 s |
#
# Reserve for `checkout` what the peak needs, and a quarter more for chance. Round up to whole units.

# %% [markdown] id="task-11-1" lang="pt-BR" of="79db2e"
# ## 11.1 Quantas ao mesmo tempo? (aquecimento, 10 minutos)
#
# *Medido no ensaio:*
#
# | `checkout` | |
# |---|--:|
# | pedidos por segundo no pico | 180 |
# | duração média | 350 ms |
# | maior duração | 2,9 s |
#
# Reserve para a `checkout` o que o pico exige, e mais um quarto para o acaso. Arredonde para cima.

# %% id="answer-11-1" exercise="11.1"
# BEGIN SOLUTION
kept = lambda_client.put_function_concurrency(FunctionName="checkout", ReservedConcurrentExecutions=79)
# END SOLUTION

# %% id="check-11-1"
check("11.1")

# %% [markdown] id="why-11-1" lang="en" tags=["solution-only"]
# **Why this works.** Little's law takes the mean: 180 × 0.35 = 63 at once. A quarter more is 78.75, so 79. The longest duration is a good story and a bad factor: it would take half the account.

# %% [markdown] id="why-11-1" lang="pt-BR" tags=["solution-only"] of="32059d"
# **Por que funciona.** A lei de Little usa a média: 180 × 0,35 = 63 ao mesmo tempo. Um quarto a mais dá 78,75, então 79. A maior duração é uma boa história e um mau fator: levaria metade da conta.

# %% [markdown] id="task-11-2" lang="en"
# ## 11.2 The report at noon (10 minutes)
#
# *"Somebody in finance started the report a few hundred times. Nobody could pay."*
#
# - At most four reports run at once; the fifth is refused.
# - While they run, `checkout` is served, even when nothing else of the account is free.
# - At least 900 of the account's 1,000 stay unreserved.

# %% [markdown] id="task-11-2" lang="pt-BR" of="981496"
# ## 11.2 O relatório do meio-dia (10 minutos)
#
# *"Alguém do financeiro disparou o relatório umas centenas de vezes. Ninguém conseguia pagar."*
#
# - No máximo quatro relatórios rodam ao mesmo tempo; o quinto é recusado.
# - Enquanto rodam, a `checkout` é atendida, mesmo quando nada mais da conta está livre.
# - Pelo menos 900 das 1.000 da conta ficam sem reserva.

# %% id="answer-11-2" exercise="11.2"
# BEGIN SOLUTION
kept = lambda_client.put_function_concurrency(FunctionName="report", ReservedConcurrentExecutions=4)
# END SOLUTION

# %% id="check-11-2"
check("11.2")

# %% [markdown] id="why-11-2" lang="en" tags=["solution-only"]
# **Why this works.** A reservation is a ceiling and a floor. The report needs the ceiling, the checkout has its floor from 11.1, and 79 + 4 leaves 917 for all others.

# %% [markdown] id="why-11-2" lang="pt-BR" tags=["solution-only"] of="f9b0d7"
# **Por que funciona.** Uma reserva é um teto e um piso. O relatório precisa do teto, a checkout já tem o piso do 11.1, e 79 + 4 deixam 917 para todas as outras.

# %% [markdown] id="task-11-3" lang="en"
# ## 11.3 Warm before the advertisement (10 minutes)
#
# *"The first visitors saw a spinner."* The page gets 8 requests a second of 250 ms, and half as much again for chance.
#
# - An alias `live` of `page` points to a published version.
# - Through `live`, so many visitors at once find an environment that was started ahead; no more than needed, for they cost money asleep.

# %% [markdown] id="task-11-3" lang="pt-BR" of="25caca"
# ## 11.3 Quente antes do anúncio (10 minutos)
#
# *"Os primeiros visitantes viram um spinner."* A página recebe 8 requisições por segundo, de 250 ms cada, e mais metade disso para o acaso.
#
# - Um alias `live` da `page` aponta para uma versão publicada.
# - Pelo `live`, esse número de visitantes simultâneos encontra um ambiente iniciado de antemão; não mais do que o necessário, porque custam dinheiro até dormindo.

# %% id="answer-11-3" exercise="11.3"
# BEGIN SOLUTION
version = lambda_client.publish_version(FunctionName="page")["Version"]
made = lambda_client.create_alias(FunctionName="page", Name="live", FunctionVersion=version)
asked = lambda_client.put_provisioned_concurrency_config(
    FunctionName="page", Qualifier="live", ProvisionedConcurrentExecutions=3)
# END SOLUTION
ready = clock.advance(minutes=3)

# %% id="check-11-3"
check("11.3")

# %% [markdown] id="why-11-3" lang="en" tags=["solution-only"]
# **Why this works.** 8 × 0.25 = 2, and a half more is 3. Reserved concurrency warms nothing; provisioned concurrency does, on an alias or a version, never on `$LATEST`.

# %% [markdown] id="why-11-3" lang="pt-BR" tags=["solution-only"] of="b67ebe"
# **Por que funciona.** 8 × 0,25 = 2, e metade a mais dá 3. Concorrência reservada não esquenta nada; a provisionada esquenta, num alias ou numa versão, nunca em `$LATEST`.

# %% [markdown] id="task-11-4" lang="en"
# ## 11.4 A table that follows the day (15 minutes)
#
# *"At night we pay for a hundred units and use one."* The orders come as a slow tide: one write unit a second at night, thirty at the top, and it takes hours to get there.
#
# - A table `orders` with the string key `id`, in provisioned mode, begins with 10 write and 5 read units.
# - Its write units follow a target of 70 %, never below 10, never above 100.
# - No write of such a day is throttled, and at night it is back at 10.

# %% [markdown] id="task-11-4" lang="pt-BR" of="efe87e"
# ## 11.4 Uma tabela que acompanha o dia (15 minutos)
#
# *"À noite a gente paga por cem unidades e usa uma."* Os pedidos vêm como uma maré lenta: uma unidade de escrita por segundo à noite, trinta no auge, e leva horas para chegar lá.
#
# - Uma tabela `orders` com a chave string `id`, em modo provisionado, começa com 10 unidades de escrita e 5 de leitura.
# - As unidades de escrita seguem um alvo de 70 %, nunca abaixo de 10, nunca acima de 100.
# - Nenhuma escrita de um dia assim leva throttling, e à noite ela volta para 10.

# %% id="answer-11-4" exercise="11.4"
# BEGIN SOLUTION
made = dynamodb.create_table(
    TableName="orders", BillingMode="PROVISIONED", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 10})
scaling = boto3.client("application-autoscaling")
writes = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": "dynamodb:table:WriteCapacityUnits"}
made = scaling.register_scalable_target(**writes, MinCapacity=10, MaxCapacity=100)
metric = {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}
made = scaling.put_scaling_policy(
    **writes, PolicyName="tide", PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={"TargetValue": 70, "PredefinedMetricSpecification": metric})
# END SOLUTION

# %% id="check-11-4"
check("11.4")

# %% [markdown] id="why-11-4" lang="en" tags=["solution-only"]
# **Why this works.** A tide is slower than the alarms of target tracking, and saved-up burst carries the minutes between. The spike of lesson 11 was not; for that, take on-demand.

# %% [markdown] id="why-11-4" lang="pt-BR" tags=["solution-only"] of="1c81d1"
# **Por que funciona.** Uma maré é mais lenta do que os alarmes do target tracking, e o burst guardado cobre os minutos no meio. O pico da lição 11 não era; para ele, use on-demand.

# %% [markdown] id="given-11-5" lang="en"
# The last ticket comes with a queue `parcels`, a dead-letter queue behind it, and the function `carrier`, which registers a parcel at a slow partner.

# %% [markdown] id="given-11-5" lang="pt-BR" of="06cc93"
# O último chamado vem com uma fila `parcels`, uma dead-letter queue atrás dela, e a função `carrier`, que registra um pacote num parceiro lento.

# %% id="write-carrier" tags=["nbval-ignore-output"]
# %%writefile work/carrier.py
import json
import time

import boto3

dynamodb = boto3.client("dynamodb")

def lambda_handler(event, context):
    for parcel in (json.loads(record["body"]) for record in event["Records"]):
        dynamodb.put_item(TableName="doors", Item={"id": {"S": parcel["id"]}})
        while "Item" not in dynamodb.get_item(TableName="doors", Key={"id": {"S": parcel["door"]}}, ConsistentRead=True):
            time.sleep(0.05)

# %% id="deploy-carrier"
import json

sqs = boto3.client("sqs")
dead = sqs.create_queue(QueueName="parcels-dead")["QueueUrl"]
dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
parcels = sqs.create_queue(QueueName="parcels", Attributes={
    "VisibilityTimeout": "180", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "2"})})["QueueUrl"]
parcels_arn = sqs.get_queue_attributes(QueueUrl=parcels, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
carrier = deploy("work/carrier.py", "carrier", timeout=30, show=False)

# %% [markdown] id="task-11-5" lang="en"
# ## 11.5 The slow partner (15 minutes)
#
# *"The carrier takes three at a time. We reserved three for the function, and parcels ended in the dead-letter queue, refused twice, never tried."*
#
# - `parcels` feeds `carrier`, one message for each invocation.
# - Three are at work at once when there is enough to do, never more.
# - The others wait in the queue: no invocation is throttled, and every parcel gets through.

# %% [markdown] id="task-11-5" lang="pt-BR" of="63077a"
# ## 11.5 O parceiro lento (15 minutos)
#
# *"A transportadora aceita três por vez. Reservamos três para a função, e pacotes acabaram na dead-letter queue, recusados duas vezes, nunca tentados."*
#
# - `parcels` alimenta a `carrier`, uma mensagem por invocação.
# - Três trabalham ao mesmo tempo quando há o que fazer, nunca mais.
# - Os outros esperam na fila: nenhuma invocação leva throttling, e todo pacote chega.

# %% id="answer-11-5" exercise="11.5"
# BEGIN SOLUTION
mapping = lambda_client.create_event_source_mapping(
    FunctionName="carrier", EventSourceArn=parcels_arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 3})
# END SOLUTION

# %% id="check-11-5"
check("11.5")

# %% [markdown] id="why-11-5" lang="en" tags=["solution-only"]
# **Why this works.** `MaximumConcurrency` holds the pollers back, so what waits is still in the queue and was never received. Reserved concurrency turns messages away after they were received; each refusal counts towards the dead-letter queue.

# %% [markdown] id="why-11-5" lang="pt-BR" tags=["solution-only"] of="3802ac"
# **Por que funciona.** `MaximumConcurrency` segura os pollers, então o que espera continua na fila e nunca foi recebido. A concorrência reservada recusa mensagens depois de recebidas; cada recusa conta para a dead-letter queue.
