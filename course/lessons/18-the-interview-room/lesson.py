# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "18"
#   kind: lesson
#   minutes: 60
#   title:
#     en: "The interview room"
#     pt-BR: "A sala de entrevista"
#   days: [5, 10, 11, 20, 22, 23, 24]
#   claims: ["5-1", "11-6", "22-2", "22-10", "22-19", "22-21", "22-28", "23-1", "24-3", "24-4"]
#   needs: ["05", "09", "11", "12", "15"]
# ---

# %% [markdown] id="opening" lang="en"
# # The interview room
#
# *Lesson 18 · 60 minutes · you need: lessons 05, 09, 11, 12 and 15*
#
# Day 22 ends with ten questions and no answers. **What are they listening for, and how do you answer so that they believe you?** At the end you will be able to
#
# - answer in 30 seconds, in 3 minutes and at a whiteboard;
# - open each of 26 questions with its first sentence;
# - back an answer with a figure from a run of your own;
# - hear an error of the post in a question.

# %% [markdown] id="opening" lang="pt-BR" of="a9816c"
# # A sala de entrevista
#
# *Lição 18 · 60 minutos · você precisa das lições 05, 09, 11, 12 e 15*
#
# O Dia 22 termina com dez perguntas e nenhuma resposta. **O que eles querem ouvir, e como responder de um jeito que convença?** No final você vai saber
#
# - responder em 30 segundos, em 3 minutos e no quadro branco;
# - abrir cada uma das 26 perguntas com a primeira frase;
# - sustentar uma resposta com um número que você mesmo mediu;
# - perceber um erro do post dentro de uma pergunta.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from collections import Counter
from datetime import timedelta

import boto3

from helpers import clock, connect, deploy, quiz, room

connect("18")

# %% [markdown] id="listening" lang="en"
# ## 1. What they listen for
#
# Nobody grades a list of services. Five things make the difference:
#
# 1. **A question first.** How much traffic, who waits, what may be lost?
# 2. **Arithmetic.** Rate × duration, price × quantity.
# 3. **Failure.** What happens twice, late, or never.
# 4. **A choice with its price.** "A queue, and so a customer who waits."
# 5. **Proof.** "We ran it." And "I do not know, I would measure" is an answer.
#
# An answer is a **ladder**: 30 seconds, 3 minutes, the whiteboard, the follow-ups. Say each rung aloud before you open it. Whoever only reads answers learns to read.
#
# ## 2. The ten questions of the post
#
# | | about | open with | proof |
# |---|---|---|---|
# | q01 | a sudden spike | "What is there *before* it comes?" | 11 `campaign` |
# | q02 | peak hours | "Rate × duration; reserved refuses, provisioned warms." | 11 `ceiling` |
# | q03 | own metrics | "AWS counts requests; I count orders." | 12 `emf` |
# | q04 | an alarm on errors | "A rate, with patience, and a rule for silence." | 12 `traffic` |
# | q05 | a campaign | "It has no scaling, it has limits." | 11 `door-campaign` |
# | q06 | a slow API | "`Latency` minus `IntegrationLatency`." | 10 `figures` |
# | q07 | requests over time | "The number is there already." | 12 `count` |
# | q08 | an endpoint that fails | "`Average` of `5XXError` is a rate." | 12 `endpoints` |
# | q09 | setting up X-Ray | "Two switches, then subsegments." | 14 `sampling` |
# | q10 | an unknown bottleneck | "Slow traces against normal ones." | 14 `slow` |
#
# ## 3. Sixteen that the post forgot
#
# | | about | open with | proof |
# |---|---|---|---|
# | a01 | losing nothing | "A batch fails as a whole." | 05 `batch` |
# | a02 | FIFO for everything | "Order of what, for whom?" | 05 `lock` |
# | a03 | topic, bus or stream | "Who has to read it again?" | 18 `one-shard` |
# | a04 | charged twice | "At least once; so the consumer." | 02 `transaction-run` |
# | a05 | a table and a queue | "Two writes have a gap." | 06 `stream-run` |
# | a06 | uploads that vanish | "Keys are encoded, and loops are paid." | 04 `loop` |
# | a07 | one function or forty | "What must fail alone?" | 02 `deploy-four` |
# | a08 | an incident at night | "First back, then why." | 18 `canary-calls` |
# | a09 | one role for all | "The role is the damage." | 18 `may-read` |
# | a10 | who may call | "A key is a name tag." | 09 `key-calls` |
# | a11 | contract and versions | "The stage is a pointer." | 08 `model-calls` |
# | a12 | keys of a table | "What is asked of it?" | 18 `hot-key` |
# | a13 | the bill doubled | "Which line, since which day?" | 18 `doubled` |
# | a14 | a canary | "An alias, and a judge." | 18 `canary-calls` |
# | a15 | partners and 429 | "Whose bucket is it?" | 18 `backoff` |
# | a16 | two hours without a bank | "Who waits, for how long?" | 18 `two-hours` |
#
# `interview("a16")` opens any of them. What no other lesson has run, runs here.

# %% [markdown] id="listening" lang="pt-BR" of="180a3f"
# ## 1. O que eles querem ouvir
#
# Ninguém dá nota para uma lista de serviços. Cinco coisas fazem a diferença:
#
# 1. **Primeiro uma pergunta.** Quanto tráfego, quem espera, o que pode se perder?
# 2. **Conta.** Taxa × duração, preço × quantidade.
# 3. **Falha.** O que acontece duas vezes, tarde, ou nunca.
# 4. **Uma escolha com o preço dela.** "Uma fila, e portanto um cliente que espera."
# 5. **Prova.** "A gente rodou." E "não sei, eu mediria" é uma resposta.
#
# Uma resposta é uma **escada**: 30 segundos, 3 minutos, o quadro branco, as perguntas seguintes. Diga cada degrau em voz alta antes de abrir. Quem só lê respostas aprende a ler.
#
# ## 2. As dez perguntas do post
#
# | | sobre | comece com | prova |
# |---|---|---|---|
# | q01 | um pico de repente | "O que já existe *antes* de ele chegar?" | 11 `campaign` |
# | q02 | horário de pico | "Taxa × duração; reserved recusa, provisioned aquece." | 11 `ceiling` |
# | q03 | métricas próprias | "A AWS conta requisições; eu conto pedidos." | 12 `emf` |
# | q04 | um alarme de erros | "Uma taxa, com paciência, e uma regra para o silêncio." | 12 `traffic` |
# | q05 | uma campanha | "Ele não tem escala para configurar, tem limites." | 11 `door-campaign` |
# | q06 | uma API lenta | "`Latency` menos `IntegrationLatency`." | 10 `figures` |
# | q07 | requisições ao longo do tempo | "Esse número já existe." | 12 `count` |
# | q08 | um endpoint que falha | "`Average` de `5XXError` é uma taxa." | 12 `endpoints` |
# | q09 | configurar o X-Ray | "Ligar nos dois lugares, depois subsegmentos." | 14 `sampling` |
# | q10 | um gargalo desconhecido | "Traces lentos contra traces normais." | 14 `slow` |
#
# ## 3. Dezesseis que o post esqueceu
#
# | | sobre | comece com | prova |
# |---|---|---|---|
# | a01 | não perder nada | "Um lote falha inteiro." | 05 `batch` |
# | a02 | FIFO para tudo | "Ordem de quê, para quem?" | 05 `lock` |
# | a03 | tópico, bus ou stream | "Quem precisa ler de novo?" | 18 `one-shard` |
# | a04 | cobrança dupla | "Pelo menos uma vez; então quem resolve é o consumidor." | 02 `transaction-run` |
# | a05 | uma tabela e uma fila | "Entre duas escritas há um vão." | 06 `stream-run` |
# | a06 | uploads que somem | "As chaves vêm codificadas, e loop se paga." | 04 `loop` |
# | a07 | uma função ou quarenta | "O que precisa falhar sozinho?" | 02 `deploy-four` |
# | a08 | um incidente de madrugada | "Primeiro voltar, depois entender." | 18 `canary-calls` |
# | a09 | uma role para todas | "O estrago é do tamanho da role." | 18 `may-read` |
# | a10 | quem pode chamar | "Chave é crachá." | 09 `key-calls` |
# | a11 | contrato e versões | "O stage é um ponteiro." | 08 `model-calls` |
# | a12 | chaves de uma tabela | "Que perguntas ela responde?" | 18 `hot-key` |
# | a13 | a fatura dobrou | "Que linha, desde que dia?" | 18 `doubled` |
# | a14 | um canary | "Um alias, e um juiz." | 18 `canary-calls` |
# | a15 | parceiros e 429 | "De quem é o balde?" | 18 `backoff` |
# | a16 | duas horas sem banco | "Quem espera, e por quanto tempo?" | 18 `two-hours` |
#
# `interview("a16")` abre qualquer uma delas. O que nenhuma outra lição rodou, roda aqui.

# %% id="clients"
ce = boto3.client("ce", region_name="us-east-1")
cloudwatch, dynamodb, iam, kinesis, lambda_client, logs, sqs = (
    boto3.client(name) for name in ("cloudwatch", "dynamodb", "iam", "kinesis", "lambda", "logs", "sqs"))

# %% [markdown] id="role-bet" lang="en"
# ## 4. The role that was attached (a09)
#
# **The post says** (day 5): write a policy for one bucket, make a role, attach the policy. Its code attaches another one. **Your prediction:** what may the function read now?

# %% [markdown] id="role-bet" lang="pt-BR" of="df3eb5"
# ## 4. A role que foi anexada (a09)
#
# **O post diz** (Dia 5): escreva uma policy para um bucket, crie uma role, anexe a policy. O código dele anexa outra. **Sua aposta:** o que a função pode ler agora?

# %% id="role"
def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

own = document(Action=["s3:GetObject"], Resource=["arn:aws:s3:::invoices/*"])
written = iam.create_policy(PolicyName="read-invoices", PolicyDocument=own)["Policy"]["Arn"]
trust = document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
made = iam.create_role(RoleName="receipts", AssumeRolePolicyDocument=trust)

# %% id="attach"
iam.attach_role_policy(RoleName="receipts", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
[attached] = [one["PolicyArn"] for one in iam.list_attached_role_policies(RoleName="receipts")["AttachedPolicies"]]

# %% id="may"
from fnmatch import fnmatchcase

def may(arn, **asked):
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    [statement] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
    named = {part: [found] if isinstance(found := statement[part], str) else found for part in asked}
    return all(any(fnmatchcase(asked[part], one) for one in named[part]) for part in asked)

# %% id="may-read"
for action, key in (("GetObject", "invoices/1.pdf"), ("GetObject", "payroll/2026.csv"), ("PutObject", "invoices/1.pdf")):
    asked = {"Action": f"s3:{action}", "Resource": f"arn:aws:s3:::{key}"}
    print(f"{action} {key:17} written: {may(written, **asked)!s:6} attached: {may(attached, **asked)}")

# %% [markdown] id="role-read" lang="en"
# The narrow policy hangs on nothing, and a breach of this function reads the payroll. So one role a function, and look at what is *attached*
# ([least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html), checked 2026-11).
#
# The local cloud enforces no IAM policy; `may` is our reading of these two. **On AWS** ask the policy simulator.
#
# ## 5. One key for all (a12, a03)
#
# **The post says:** provision the capacity that you expect. Two tables *on demand*, 25 sales of 150 write units each: in one the day is the partition key, in the other the customer. **Bet:** how many sales get in?

# %% [markdown] id="role-read" lang="pt-BR" of="13a833"
# A policy estreita não está anexada a nada, e quem invade essa função lê a folha de pagamento. Então, uma role por função, e olhe o que está *anexado*
# ([menor privilégio](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html), conferido em 2026-11).
#
# A nuvem local não aplica policies do IAM; `may` é a nossa leitura dessas duas. **Na AWS**, pergunte ao policy simulator.
#
# ## 5. Uma chave para tudo (a12, a03)
#
# **O post diz:** provisione a capacidade que você espera. Duas tabelas *on-demand*, 25 vendas de 150 unidades de escrita cada: numa a partition key é o dia, na outra é o cliente. **Aposte:** quantas vendas entram?

# %% id="tables"
keys = [("pk", "HASH"), ("sk", "RANGE")]
for table in ("by-day", "by-customer"):
    dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys])

# %% id="hot-key"
def sell(table, key):
    items = [{"pk": {"S": key(n)}, "sk": {"S": f"sale-{n}"}, "seats": {"S": "x" * 150_000}} for n in range(25)]
    answer = dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})
    return len(answer["UnprocessedItems"].get(table, []))

print("by customer, left over:", sell("by-customer", lambda n: f"customer-{n}"))
print("by day, more than 10 left over:", sell("by-day", lambda n: "2026-11-27") > 10)

# %% [markdown] id="hot-read" lang="en"
# One partition takes 1,000 write units a second in either mode, and a new key lives in one
# ([partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html), checked 2026-11). And nothing was raised: a batch only *returns* what it left over.
#
# A stream has the same trap. **Day 23** sends every record with the same partition key. Four shards, twenty records; **bet:**

# %% [markdown] id="hot-read" lang="pt-BR" of="96ffed"
# Uma partição aceita 1.000 unidades de escrita por segundo em qualquer modo, e uma chave nova mora numa só
# ([partition keys](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html), conferido em 2026-11). E nada levantou exceção: um batch só *devolve* o que sobrou.
#
# Um stream tem a mesma armadilha. **O Dia 23** envia todos os registros com a mesma partition key. Quatro shards, vinte registros; **aposte:**

# %% id="one-shard"
kinesis.create_stream(StreamName="orders", ShardCount=4)
kinesis.get_waiter("stream_exists").wait(StreamName="orders")
for name, key in (("constant", lambda n: "chave"), ("order number", lambda n: f"order-{n}")):
    shards = Counter(kinesis.put_record(StreamName="orders", Data=b"-", PartitionKey=key(n))["ShardId"] for n in range(20))
    print(f"{name:13}", sorted(shards.values()))

# %% [markdown] id="bill-bet" lang="en"
# ## 6. The bill doubled (a13)
#
# Receipts are sent asynchronously, twenty a day. Release 2 makes a metric call (as the post's snippet 2 does), prints the event, and stumbles over a missing field. No customer complains. **Bet:** which lines of the bill grow, and how much?

# %% [markdown] id="bill-bet" lang="pt-BR" of="27780f"
# ## 6. A fatura dobrou (a13)
#
# Comprovantes são enviados de forma assíncrona, vinte por dia. O release 2 faz uma chamada de métrica (como o trecho 2 do post), imprime o evento e tropeça num campo que falta. Nenhum cliente reclama. **Aposte:** que linhas da fatura crescem, e quanto?

# %% id="write-receipt" tags=["nbval-ignore-output"]
# %%writefile work/receipt.py
import json, os, boto3

cloudwatch = boto3.client("cloudwatch")

def lambda_handler(event, context):
    if os.environ["RELEASE"] == "2":
        cloudwatch.put_metric_data(Namespace="Loja", MetricData=[{"MetricName": "Receipts", "Value": 1}])
        print("debug", json.dumps(event))
        raise KeyError("email")

# %% id="used"
def used(day):
    asked = {"TimePeriod": {"Start": f"{day}", "End": f"{day + timedelta(days=1)}"}, "Granularity": "DAILY", "Metrics": ["UsageQuantity"]}
    groups = ce.get_cost_and_usage(**asked, GroupBy=[{"Type": "DIMENSION", "Key": "USAGE_TYPE"}])["ResultsByTime"][0]["Groups"]
    return {one["Keys"][0]: float(one["Metrics"]["UsageQuantity"]["Amount"]) for one in groups}

# %% id="day"
def day(release):
    deploy("work/receipt.py", "receipt", timeout=30, environment={"RELEASE": release}, show=False)
    for number in range(20):
        lambda_client.invoke(FunctionName="receipt", InvocationType="Event", Payload=json.dumps({"order": number, "note": "-" * 500}))
    today = clock.now().date()
    clock.advance(days=1)
    return used(today)

# %% id="doubled"
clock.advance(hours=24 - clock.now().hour + 9)
before, after = day("1"), day("2")
for name, kind in (("calls of the function", "Request"), ("calls of CloudWatch", "CW:Requests")):
    print(f"{name:21} {before.get(kind, 0):.0f} -> {after[kind]:.0f}")
print("log bytes more than tripled:", after["USE1-DataProcessing-Bytes"] > 3 * before["USE1-DataProcessing-Bytes"])

# %% [markdown] id="bill-read" lang="en"
# Twenty orders on both days. Each failure runs three times, each run calls CloudWatch and prints. So name the line and the day first, then the quantity *per order*, then the deployment of that day.
#
# ## 7. A canary that takes itself back (a14, a08)
#
# **Day 24 says** that the rollback is built in. It has to be built. Version 2 of the price function is broken, and gets a tenth of the traffic. The alarm looks at *its* errors alone, and calls a function.

# %% [markdown] id="bill-read" lang="pt-BR" of="08e193"
# Vinte pedidos nos dois dias. Cada falha roda três vezes, cada execução chama o CloudWatch e imprime. Então diga primeiro a linha e o dia, depois a quantidade *por pedido*, depois o deploy daquele dia.
#
# ## 7. Um canary que volta sozinho (a14, a08)
#
# **O Dia 24 diz** que o rollback já vem embutido. Ele precisa ser montado. A versão 2 da função de preços está quebrada, e recebe um décimo do tráfego. O alarme olha só os erros *dela*, e chama uma função.

# %% id="write-price" tags=["nbval-ignore-output"]
# %%writefile work/price.py
import os

def lambda_handler(event, context):
    if os.environ["RELEASE"] == "2":
        raise ValueError("no price")
    return 3990

# %% id="write-undo" tags=["nbval-ignore-output"]
# %%writefile work/undo.py
import boto3

def lambda_handler(event, context):
    boto3.client("lambda").update_alias(FunctionName="price", Name="live", RoutingConfig={"AdditionalVersionWeights": {}})

# %% id="release"
live = {"FunctionName": "price", "Name": "live"}
for release in "12":
    deploy("work/price.py", "price", environment={"RELEASE": release}, show=False)
    version = lambda_client.publish_version(FunctionName="price")["Version"]
alias = lambda_client.create_alias(**live, FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {version: 0.1}})

# %% id="may-undo"
undo = deploy("work/undo.py", "undo", timeout=30, show=False)
allowed = lambda_client.add_permission(FunctionName="undo", StatementId="alarm", Action="lambda:InvokeFunction",
                                       Principal="lambda.alarms.cloudwatch.amazonaws.com")

# %% id="canary-alarm"
newcomer = {"FunctionName": "price", "Resource": "price:live", "ExecutedVersion": "2"}
made = cloudwatch.put_metric_alarm(
    AlarmName="canary", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=3,
    Dimensions=[{"Name": name, "Value": value} for name, value in newcomer.items()],
    ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching", AlarmActions=[undo])

# %% id="minute"
def minute():
    seen = Counter(lambda_client.invoke(FunctionName="price", Qualifier="live")["ExecutedVersion"] for _ in range(200))
    clock.advance(seconds=61 - clock.now().second)
    return seen

# %% [markdown] id="canary-bet" lang="en"
# **Bet:** two minutes with two hundred calls each. How many customers meet version 2?

# %% [markdown] id="canary-bet" lang="pt-BR" of="869fbf"
# **Aposte:** dois minutos com duzentas chamadas cada. Quantos clientes encontram a versão 2?

# %% id="canary-calls"
clock.advance(seconds=61 - clock.now().second)
print("a tenth, as chance allows:", 5 <= minute()["2"] <= 40)
print("weights now:", lambda_client.get_alias(**live)["RoutingConfig"]["AdditionalVersionWeights"])
print("the next minute:", dict(minute()))

# %% [markdown] id="canary-read" lang="en"
# A tenth of one minute. Each call draws anew, so a customer may meet both versions. **What holds** ([weighted aliases](https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html), checked 2026-11): two published versions, same role, same dead-letter setting. At work CodeDeploy shifts and takes back, once it
# has an alarm. **On AWS** metrics are a minute or more late.
#
# ## 8. Two hundred who try again (a15)
#
# A limit of ten a second, two hundred clients at eight sharp, **simulated**. **Bet:** which way costs the API least, and which the clients?

# %% [markdown] id="canary-read" lang="pt-BR" of="058d31"
# Um décimo de um minuto. Cada chamada sorteia de novo, então um cliente pode encontrar as duas versões. **O que vale** ([aliases com pesos](https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html), conferido em 2026-11): duas versões publicadas, mesma role, mesma configuração de dead-letter. No trabalho quem desloca o tráfego e volta atrás é o CodeDeploy, desde que
# tenha um alarme. **Na AWS** as métricas atrasam um minuto ou mais.
#
# ## 8. Duzentos que tentam de novo (a15)
#
# Um limite de dez por segundo, duzentos clientes às oito em ponto, **simulado**. **Aposte:** qual jeito sai mais barato para a API, e qual para os clientes?

# %% id="retries"
from random import Random

from helpers.simulate.buckets import TokenBucket

def until_served(wait):
    chance, bucket, calls, due = Random(8), TokenBucket(10, 10), 0, [(0.0, 0)] * 200
    while due:
        due.sort()
        moment, attempt = due.pop(0)
        calls += 1
        if not bucket.take(moment):
            due.append((moment + wait(attempt, chance), attempt + 1))
    return calls, moment

# %% id="backoff"
ways = {"a tenth of a second": lambda attempt, chance: 0.1,
        "doubling": lambda attempt, chance: min(20, 0.5 * 2**attempt),
        "doubling, full jitter": lambda attempt, chance: chance.uniform(0, min(20, 2**attempt))}
for name, wait in ways.items():
    calls, last = until_served(wait)
    print(f"simulated: {name:21} {calls:6,} calls, the last one served after {last:3.0f} s")

# %% [markdown] id="backoff-read" lang="en"
# Who doubles in step comes back in step. Jitter spreads them: a twentieth of the calls, and nobody waits for minutes ([limiting retries](https://docs.aws.amazon.com/wellarchitected/latest/framework/rel05-bp03.html), checked 2026-11).
#
# ## 9. Two hours without a bank (a16)
#
# **The post says:** messages that fail go to a dead-letter queue, and the rest is not affected. Ten orders by three ways: events to the function, a queue with five receives at one minute, and the same queue with its mapping *paused*. **Bet** on each after two hours.

# %% [markdown] id="backoff-read" lang="pt-BR" of="102685"
# Quem dobra junto volta junto. O jitter espalha: um vigésimo das chamadas, e ninguém espera minutos ([limitar retries](https://docs.aws.amazon.com/wellarchitected/latest/framework/rel05-bp03.html), conferido em 2026-11).
#
# ## 9. Duas horas sem banco (a16)
#
# **O post diz:** mensagens que falham vão para uma dead-letter queue, e o resto não é afetado. Dez pedidos por três caminhos: eventos para a função, uma fila com cinco receives de um minuto, e a mesma fila com o mapping *pausado*. **Aposte** no que acontece com cada um depois de duas horas.

# %% id="write-charge" tags=["nbval-ignore-output"]
# %%writefile work/charge.py
import os

def lambda_handler(event, context):
    if os.environ["BANK"] == "away":
        raise ConnectionError("the bank does not answer")
    print("charged", len(event.get("Records", [event])))

# %% id="queue"
def queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60", **attributes})["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

# %% id="bank"
def bank(state):
    for name in ("event", "queue", "paused"):
        deploy("work/charge.py", name, timeout=10, environment={"BANK": state}, show=False)

bank("away")
for name in ("event", "queue", "paused"):
    logs.create_log_group(logGroupName=f"/aws/lambda/{name}")

# %% id="ways"
aside = {name: queue(f"{name}-aside", MessageRetentionPeriod="1209600") for name in ("event", "queue", "paused")}
set_aside = lambda_client.put_function_event_invoke_config(FunctionName="event", DestinationConfig={"OnFailure": {"Destination": aside["event"][1]}})

# %% id="mappings"
inbox, mappings = {}, {}
for name in ("queue", "paused"):
    redrive = json.dumps({"deadLetterTargetArn": aside[name][1], "maxReceiveCount": 5})
    inbox[name], arn = queue(f"{name}-orders", RedrivePolicy=redrive)
    mappings[name] = lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, BatchSize=1, Enabled=name == "queue")["UUID"]

# %% id="look"
def look():
    for name, (url, _) in aside.items():
        lines = [one["message"] for one in logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]
        calls, charged = (sum(line.startswith(word) for line in lines) for word in ("START", "charged"))
        waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        print(f"{name:6} calls {calls:2}, charged {charged:2}, set aside", waiting["Attributes"]["ApproximateNumberOfMessages"])

# %% id="two-hours"
clock.advance(seconds=10)
for number in range(10):
    lambda_client.invoke(FunctionName="event", InvocationType="Event", Payload=json.dumps({"order": number}))
    for url in inbox.values():
        sqs.send_message(QueueUrl=url, MessageBody=f"order-{number}")
clock.advance(hours=2)
look()

# %% id="bank-back"
bank("back")
resumed = lambda_client.update_event_source_mapping(UUID=mappings["paused"], Enabled=True)
clock.advance(minutes=5)
look()

# %% [markdown] id="bank-read" lang="en"
# The events gave up after three minutes, the queue after five: patience is receives × visibility, and a dead bank was called eighty times. Only the paused queue neither hammered nor lost its place. **What holds** ([asynchronous errors](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), checked 2026-11): the six hours are for throttles and
# system errors. Pause by the mapping, not by reserved concurrency of 0.
#
# ## 10. The post's own errors, as traps
#
# An interviewer may quote one with a straight face. Three stand in the tables (q05, a10, a11); four more, and what holds:
#
# - SQS delivers exactly once and in order: at least once, best effort (05).
# - Templates validate, behind a proxy: there no template runs (08).
# - `in_segment` in Lambda: discarded (14).
# - Provisioned concurrency saves money: above 60 % use (15).
#
# ## 11. Your turn
#
# The room asks the question that is due, and brings back sooner what you found hard. Its mock interview has a clock.

# %% [markdown] id="bank-read" lang="pt-BR" of="0582e1"
# Os eventos desistiram depois de três minutos, a fila depois de cinco: paciência é receives × visibilidade, e um banco morto foi chamado oitenta vezes. Só a fila pausada não martelou nem perdeu o lugar. **O que vale** ([erros assíncronos](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), conferido em 2026-11): as seis horas são para throttles e
# erros de sistema. Pause pelo mapping, não com reserved concurrency em 0.
#
# ## 10. Os erros do próprio post, como armadilhas
#
# Um entrevistador pode citar um deles sem piscar. Três estão nas tabelas (q05, a10, a11); mais quatro, e o que vale:
#
# - O SQS entrega exatamente uma vez e em ordem: pelo menos uma, no melhor esforço (05).
# - Templates validam, atrás de um proxy: ali nenhum template roda (08).
# - `in_segment` no Lambda: descartado (14).
# - Provisioned concurrency economiza: acima de 60 % de uso (15).
#
# ## 11. Sua vez
#
# A sala faz a pergunta da vez, e traz de volta mais cedo o que você achou difícil. A entrevista simulada tem relógio.

# %% id="room" tags=["nbval-ignore-output"]
room()

# %% [markdown] id="closing" lang="en"
# ## What we saw
#
# - An answer is a question, a sum, a failure, a choice, and a proof.
# - A key has a ceiling; a retry has a price; patience has a formula.
# - A rollback is an alarm and a pointer.

# %% [markdown] id="closing" lang="pt-BR" of="7e2823"
# ## O que vimos
#
# - Uma resposta é uma pergunta, uma conta, uma falha, uma escolha e uma prova.
# - Uma chave tem teto; um retry tem preço; paciência tem fórmula.
# - Um rollback é um alarme e um ponteiro.

# %% id="quiz"
quiz("18")

# %% [markdown] id="next" lang="en"
# **Read next.** The lesson behind your weakest question. Then ask somebody else the ten, aloud: whoever has to listen for the rubric learns it.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): two versions behind one alias, and how a hundred calls really fall. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="cdf8e6"
# **O que ler agora.** A lição por trás da sua pergunta mais fraca. Depois faça as dez perguntas a outra pessoa, em voz alta: quem ouve com os critérios na mão aprende os critérios.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): duas versões atrás de um alias, e como cem chamadas se dividem de verdade. A última apaga tudo.

# %% id="real-alias"
# %%real_aws --cost "under US$ 0.01"
real_lambda = boto3.client("lambda")
for release in ("1", "3"):
    deploy("work/price.py", "course-price", environment={"RELEASE": release}, show=False)
    real_lambda.get_waiter("function_updated_v2").wait(FunctionName="course-price")
    real_lambda.publish_version(FunctionName="course-price")
real_alias = real_lambda.create_alias(
    FunctionName="course-price", Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})

# %% id="real-calls" tags=["nbval-ignore-output"]
# %%real_aws --cost "under US$ 0.01"
print(Counter(real_lambda.invoke(FunctionName="course-price", Qualifier="live")["ExecutedVersion"] for _ in range(100)))

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
