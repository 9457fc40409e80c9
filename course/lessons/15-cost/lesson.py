# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "15"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Cost"
#     pt-BR: "Custo"
#   days: [11, 19, 22]
#   claims: ["11-9", "11-10", "19-1", "22-25"]
#   needs: ["05", "07", "11"]
# ---

# %% [markdown] id="opening" lang="en"
# # Cost
#
# *Lesson 15 · 45 minutes · you need: lessons 05, 07 and 11*
#
# "Serverless is cheap", said somebody, and Loja's finance asks how cheap. **What does a month cost, what are you paying for, and who tells you before the bill does?** At the end you will be able to
#
# - price a month from fifty orders;
# - choose memory by what a function waits for;
# - see requests that nobody needs;
# - say when provisioned concurrency saves money;
# - split a bill by tag, and have a budget write to you.

# %% [markdown] id="opening" lang="pt-BR" of="441f17"
# # Custo
#
# *Lição 15 · 45 minutos · você precisa das lições 05, 07 e 11*
#
# "Serverless é barato", disse alguém, e o financeiro da Loja quer saber quanto. **Quanto custa um mês, pelo que você está pagando, e quem avisa antes da fatura?** No final você vai saber
#
# - calcular o preço de um mês a partir de cinquenta pedidos;
# - escolher a memória pelo que a função espera;
# - enxergar requisições de que ninguém precisa;
# - dizer quando a concorrência provisionada economiza;
# - dividir a fatura por tag, e receber um aviso do orçamento.

# %% id="connect" tags=["nbval-ignore-output"]
import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import boto3
import httpx
import matplotlib.pyplot as plt

from helpers import bill, clock, connect, deploy, invoke_url, outbox, quiz, scaling
from helpers.simulate.cost import estimate, function

cloud = connect("15")

# %% id="clients"
budgets, ce, dynamodb, gateway, http, lambda_client, sqs = (
    boto3.client(name) for name in ("budgets", "ce", "dynamodb", "apigateway", "apigatewayv2", "lambda", "sqs"))

now = clock.now()
first = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=1, second=0)
started = clock.advance(seconds=(first - now).total_seconds())

# %% [markdown] id="claim" lang="en"
# ## 1. Only the compute time?
#
# **The post says** (day 11): with Lambda you pay only for the compute time that you use. Loja takes orders through a REST API into a table, and on to packing through a queue. The first line of the handler is the post's own advice on logs (day 22, snippet 6).

# %% [markdown] id="claim" lang="pt-BR" of="d006ae"
# ## 1. Só o tempo de computação?
#
# **O post diz** (Dia 11): com o Lambda você paga só pelo tempo de computação que usa. A Loja recebe pedidos por uma API REST, grava numa tabela e manda para a embalagem por uma fila. A primeira linha do handler é o conselho do próprio post sobre logs (Dia 22, trecho 6).

# %% id="write-orders"
# %%writefile work/orders.py
import json, os, boto3

table, sqs = boto3.resource("dynamodb").Table("orders"), boto3.client("sqs")

def lambda_handler(event, context):
    print("Event received:", json.dumps(event))
    order = json.loads(event["body"])
    table.put_item(Item=order)
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=order["id"])
    return {"statusCode": 202}

# %% id="write-packing"
# %%writefile work/packing.py
def lambda_handler(event, context):
    print("packs", len(event["Records"]))

# %% id="build"
id_key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
table = dynamodb.create_table(TableName="orders", BillingMode="PAY_PER_REQUEST", **id_key)["TableDescription"]["TableArn"]
queue = sqs.create_queue(QueueName="to-pack")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
orders = deploy("work/orders.py", "orders", environment={"QUEUE": queue}, timeout=10, show=False)
packing = deploy("work/packing.py", "packing", timeout=10, show=False)
mapping = lambda_client.create_event_source_mapping(FunctionName="packing", EventSourceArn=arn)

# %% id="api"
uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{orders}/invocations"
proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
paths = {"/orders": {"post": {"x-amazon-apigateway-integration": proxy}}}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": paths}
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
gateway.create_deployment(restApiId=api, stageName="prod")
lambda_client.add_permission(FunctionName="orders", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
web = httpx.Client(trust_env=False, timeout=30)

# %% [markdown] id="month-bet" lang="en"
# The clock stands on the first of next month, so that no bill is cut in two. We sell fifty mugs. **Your bet:** which service is the dearest, and where does Lambda stand?

# %% [markdown] id="month-bet" lang="pt-BR" of="d6115f"
# O relógio está no dia primeiro do mês que vem, para nenhuma fatura ficar partida ao meio. Vendemos cinquenta canecas. **Sua aposta:** qual serviço é o mais caro, e onde fica o Lambda?

# %% id="fifty"
def sell(count, url):
    return Counter(web.post(url, json={"id": f"o-{n}", "lines": ["caneca"]}).status_code for n in range(count))

sold = sell(50, invoke_url(api, "prod") + "/orders")
packed = clock.advance(minutes=1)
print(sold)

# %% id="bill" tags=["nbval-ignore-output"]
fifty = bill()
fifty

# %% id="billed"
print(f"billed: ${fifty.total:.6f}")
print("free:", sorted(service for service, items in fifty.services().items() if not any(one.cost for one in items)))

# %% [markdown] id="free-tier" lang="en"
# Lambda costs nothing, and so do the queue and the logs: that is the **free tier**, the first units of each month. For Lambda (1,000,000 requests and 400,000 GB-seconds) it never ends. API Gateway's is for the first year of accounts from before 15 July 2025; newer ones get up to $200 of credits instead ([free tier](https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/free-tier.html), checked 2026-11). Whoever plans with a bill of zero plans with a gift.
#
# So to a real month: three million orders like these fifty. It is *calculated*, from your quantities and the course's dated price book.

# %% [markdown] id="free-tier" lang="pt-BR" of="8af523"
# O Lambda não custa nada, e a fila e os logs também não: é o **nível gratuito** (o *free tier*), as primeiras unidades de cada mês. Para o Lambda (1.000.000 de requisições e 400.000 GB-segundos) ele nunca acaba. O do API Gateway vale no primeiro ano de contas anteriores a 15 de julho de 2025; as mais novas recebem até US$ 200 em créditos no lugar ([nível gratuito](https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/free-tier.html), conferido em 2026-11). Quem planeja com fatura zero está contando com um presente.
#
# Então, a um mês de verdade: três milhões de pedidos como estes cinquenta. É *calculado*, com as suas quantidades e a tabela de preços datada do curso.

# %% id="month" tags=["nbval-ignore-output"]
month = estimate({key: quantity / 50 * 3e6 for key, quantity in fifty.quantities().items()})
print(month)
month.frame.sort_values("cost_without_free_tier", ascending=False)[["key", "quantity", "cost", "cost_without_free_tier"]].round(2)

# %% id="shares"
shares = month.frame.set_index("key")["cost_without_free_tier"] / month.total_without_free_tier
print("dearest:", shares.idxmax())
print("compute time less than a fifth:", shares["lambda/gb-seconds"] < 0.2)
print("more than a tenth for the line that prints the event:", shares["logs/ingested-gb"] > 0.1)

# %% [markdown] id="month-read" lang="en"
# Compute time is small change. You pay for the door, for each message three times (send, receive, delete), for every byte that a `print` writes. **What holds** ([Lambda pricing](https://aws.amazon.com/lambda/pricing/), checked 2026-11): requests *and* GB-seconds, INIT included since August 2025, and whatever the function touches. Our meter leaves out storage, data transfer and NAT gateways, which cost by the hour, idle or not; most prices of the book are second-hand, each with its source. And it knows one Region only:

# %% [markdown] id="month-read" lang="pt-BR" of="c852b4"
# Tempo de computação é troco. Você paga pela porta, por cada mensagem três vezes (enviar, receber, apagar), por cada byte que um `print` escreve. **O que vale** ([preços do Lambda](https://aws.amazon.com/lambda/pricing/), conferido em 2026-11): requisições *e* GB-segundos, INIT incluído desde agosto de 2025, e tudo o que a função toca. O nosso medidor deixa de fora armazenamento, transferência de dados e NAT gateways, que custam por hora, ociosos ou não; a maioria dos preços da tabela é de segunda mão, cada um com a sua fonte. E ela só conhece uma Região:

# %% id="sao-paulo"
from helpers.errors import CourseError

try:
    estimate({"lambda/requests": 3e6}, region="sa-east-1")
except CourseError as refusal:
    print(refusal)

# %% [markdown] id="memory" lang="en"
# ## 2. Twice the memory, twice the price?
#
# **The post says** (day 22): light, efficient functions cost less. A GB-second is memory × time, so people choose 128 MB and feel thrifty. On AWS memory brings CPU in proportion, a whole one at 1,769 MB ([memory](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), checked 2026-11). Here every function has a whole core, so we measure what the work *needs*:

# %% [markdown] id="memory" lang="pt-BR" of="07ec84"
# ## 2. O dobro da memória, o dobro do preço?
#
# **O post diz** (Dia 22): funções leves e eficientes custam menos. Um GB-segundo é memória × tempo; por isso muita gente escolhe 128 MB e se sente econômica. Na AWS a memória traz CPU em proporção, uma inteira com 1.769 MB ([memória](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), conferido em 2026-11). Aqui toda função tem um núcleo inteiro; então medimos do que o trabalho *precisa*:

# %% id="write-work"
# %%writefile work/work.py
import hashlib
import time

def lambda_handler(event, context):
    began, computed = time.perf_counter(), time.process_time()
    if event == "sign":
        hashlib.pbkdf2_hmac("sha256", b"invoice", b"loja", 400_000)
    else:
        time.sleep(0.2)  # the bank thinks
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - computed}

# %% id="measure"
deploy("work/work.py", "work", timeout=30, show=False)
for task in ("sign", "ask the bank"):
    took = json.load(lambda_client.invoke(FunctionName="work", Payload=json.dumps(task))["Payload"])
    print(f"{task}: takes over 0.03 s: {took['seconds'] > 0.03}, of a CPU: {took['cpu'] > 0.03}")

# %% [markdown] id="memory-bet" lang="en"
# One computes, the other waits. **Bet:** from 128 to 1,769 MB, what happens to the price of each? Calculated for a million calls of 0.2 s at a whole CPU:

# %% [markdown] id="memory-bet" lang="pt-BR" of="e26a5e"
# Uma processa, a outra espera. **Aposte:** de 128 para 1.769 MB, o que acontece com o preço de cada uma? Calculado para um milhão de chamadas de 0,2 s com uma CPU inteira:

# %% id="memory-table"
def price(memory, cpu=0.0, waiting=0.0):
    seconds = waiting + cpu * 1769 / min(memory, 1769)
    return seconds, estimate(function(1e6, seconds * 1000, memory)).total_without_free_tier

for memory in (128, 512, 1769, 3008):
    (sign, paid), (bank, paid_bank) = price(memory, cpu=0.2), price(memory, waiting=0.2)
    print(f"{memory:>5} MB   sign {sign:4.2f} s ${paid:5.2f}   ask the bank {bank:4.2f} s ${paid_bank:5.2f}")

# %% id="memory-plot"
sizes = range(128, 3009, 64)
figure, axes = plt.subplots(figsize=(7, 2.6))
axes.plot(sizes, [price(size, cpu=0.2)[1] for size in sizes], color="#2e73b8", label="sign (computes)")
axes.plot(sizes, [price(size, waiting=0.2)[1] for size in sizes], color="#e08214", label="ask the bank (waits)")
axes.set(title="calculated, a million calls", xlabel="memory, MB", ylabel="USD", ylim=(0, None))
axes.legend(frameon=False)
plt.show()

# %% [markdown] id="memory-read" lang="en"
# What computes costs the same up to one CPU, and is done fourteen times sooner; beyond it a single thread pays for nothing. What waits gets nothing for the money at all. So measure, then choose: big for computing, small for waiting. (arm64 takes a fifth off either.)
#
# ## 3. Requests that nobody needs
#
# **Bet:** ten messages sent one by one, ten in a batch, ten looks into an empty queue, one look that waits for twenty seconds. How many requests is each?

# %% [markdown] id="memory-read" lang="pt-BR" of="c3d42d"
# O que processa custa o mesmo até uma CPU, e termina catorze vezes mais cedo; acima disso, uma única thread paga à toa. O que espera não ganha nada com o dinheiro a mais. Então meça, depois escolha: grande para processar, pequena para esperar. (arm64 tira um quinto das duas.)
#
# ## 3. Requisições de que ninguém precisa
#
# **Aposte:** dez mensagens enviadas uma a uma, dez em lote, dez olhadas numa fila vazia, uma olhada que espera vinte segundos. Quantas requisições é cada uma?

# %% id="used"
def used(key, work):
    before = bill().quantities().get(key, 0)
    work()
    return round(bill().quantities()[key] - before)

# %% id="polls"
letters = sqs.create_queue(QueueName="letters")["QueueUrl"]
ten = [{"Id": f"{n}", "MessageBody": f"letter {n}"} for n in range(10)]
empty = sqs.create_queue(QueueName="empty")["QueueUrl"]

def patient():
    with ThreadPoolExecutor(1) as person:
        look = person.submit(sqs.receive_message, QueueUrl=empty, WaitTimeSeconds=20)
        while not look.done():
            clock.advance(seconds=1)

# %% id="requests"
requests = "sqs/standard-requests"
print("one by one:", used(requests, lambda: [sqs.send_message(QueueUrl=letters, MessageBody=one["MessageBody"]) for one in ten]))
print("in a batch:", used(requests, lambda: sqs.send_message_batch(QueueUrl=letters, Entries=ten)))
print("ten looks:", used(requests, lambda: [sqs.receive_message(QueueUrl=empty) for _ in range(10)]))
print("a patient one:", used(requests, patient))

# %% id="polling"
for name, every in (("look ten times a second", 0.1), ("wait for 20 s", 20)):
    looks = 30 * 86_400 / every
    print(f"calculated: {name}: {looks:>10,.0f} requests a month, ${estimate({requests: looks}).total:.2f}")

# %% [markdown] id="polling-read" lang="en"
# Empty answers are billed. One impatient consumer is ten dollars a month for nothing; **long polling** is free of charge, and sooner ([long polling](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html), checked 2026-11). And the door, the dearest line? The same function behind an HTTP API:

# %% [markdown] id="polling-read" lang="pt-BR" of="adc6b9"
# Resposta vazia é cobrada. Um consumidor impaciente gasta dez dólares por mês à toa; o **long polling** sai de graça, e recebe antes ([long polling](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html), conferido em 2026-11). E a porta, a linha mais cara? A mesma função atrás de uma HTTP API:

# %% id="http-api"
light = http.create_api(Name="loja-light", ProtocolType="HTTP", Target=orders)["ApiId"]
print("billed HTTP requests:", used("apigateway/http-requests", lambda: sell(10, invoke_url(light))))
for kind in ("rest", "http"):
    print(f"calculated: 3 million through {kind.upper()}: ${estimate({f'apigateway/{kind}-requests': 3e6}).total:.2f}")

# %% [markdown] id="http-read" lang="en"
# Less than a third, where usage plans, validation and WAF (lessons 08 to 10) are not needed.
#
# ## 4. Saving by paying in advance
#
# **The post says** (day 11): cut costs with provisioned concurrency. Two warm environments for `orders`, for a day on which nobody comes. **Bet:** the price of nothing?

# %% [markdown] id="http-read" lang="pt-BR" of="bbc8ff"
# Menos de um terço, onde usage plans, validação e WAF (lições 08 a 10) não são necessários.
#
# ## 4. Economizar pagando adiantado
#
# **O post diz** (Dia 11): reduza custos com concorrência provisionada. Dois ambientes quentes para `orders`, por um dia em que ninguém aparece. **Aposte:** quanto custa não acontecer nada?

# %% id="provisioned"
version = lambda_client.publish_version(FunctionName="orders")["Version"]
live = {"FunctionName": "orders", "Qualifier": version}
asked = lambda_client.put_provisioned_concurrency_config(**live, ProvisionedConcurrentExecutions=2)
clock.advance(days=1)
ended = lambda_client.delete_provisioned_concurrency_config(**live)
[kept] = [one for one in bill().items if one.key == "lambda/provisioned-gb-seconds"]
print(f"${kept.cost:.2f} a day, ${30 * kept.cost:.2f} a month")

# %% [markdown] id="even-bet" lang="en"
# No free tier, no call needed. In return what runs in them has a lower rate, so a *busy* environment can pay off. **Bet:** how busy? Calculated for one of 1 GB in 30 days:

# %% [markdown] id="even-bet" lang="pt-BR" of="ef80d7"
# Sem nível gratuito, e sem precisar de chamada nenhuma. Em troca, o que roda neles tem tarifa menor, e um ambiente *ocupado* pode compensar. **Aposte:** ocupado quanto? Calculado para um de 1 GB em 30 dias:

# %% id="break-even"
gb_seconds = 30 * 86_400
for busy in (0.1, 0.6, 0.9):
    on_demand = estimate({"lambda/gb-seconds": busy * gb_seconds}).total_without_free_tier
    warm = estimate({"lambda/provisioned-gb-seconds": gb_seconds, "lambda/provisioned-duration-gb-seconds": busy * gb_seconds}).total
    print(f"busy {busy:.0%} of the time: on demand ${on_demand:5.2f}, provisioned ${warm:5.2f}")

# %% [markdown] id="even-read" lang="en"
# It breaks even at 60 %, all month, nights included. Below that it buys speed, not savings. For money: less memory or less time, batches, arm64, Savings Plans.
#
# ## 5. Who was it?
#
# **The post says** (day 19): Cost Explorer cannot be asked from the command line. (Day 22: use it to find what drives cost.)

# %% [markdown] id="even-read" lang="pt-BR" of="a65486"
# Empata em 60 %, o mês todo, noites incluídas. Abaixo disso ela compra velocidade, não economia. Para o bolso: menos memória ou menos tempo, lotes, arm64, Savings Plans.
#
# ## 5. Quem foi?
#
# **O post diz** (Dia 19): não dá para consultar o Cost Explorer pela linha de comando. (Dia 22: use-o para achar o que puxa o custo.)

# %% id="period"
start, end = f"{clock.now():%Y-%m-01}", f"{clock.now() + timedelta(days=1):%Y-%m-%d}"

# %% id="cli"
command = (f"ce get-cost-and-usage --time-period Start={start},End={end} --granularity MONTHLY --metrics UnblendedCost"
           " --group-by Type=DIMENSION,Key=SERVICE --query ResultsByTime[0].Groups[].Keys[0] --output text")
aws = [sys.executable, "-m", "awscli"]  # in a terminal: aws
print(*subprocess.run([*aws, *command.split()], capture_output=True, text=True).stdout.strip().split("\t"), sep="\n")

# %% id="dearest"
def by(kind, key):
    groups = ce.get_cost_and_usage(
        TimePeriod={"Start": start, "End": end}, Granularity="MONTHLY", Metrics=["UnblendedCost"],
        GroupBy=[{"Type": kind, "Key": key}])["ResultsByTime"][0]["Groups"]
    return {one["Keys"][0]: float(one["Metrics"]["UnblendedCost"]["Amount"]) for one in groups}

costs = by("DIMENSION", "SERVICE")
print("dearest so far:", max(costs, key=costs.get))

# %% [markdown] id="dearest-read" lang="en"
# It can; and each question costs a cent, `bill()` asked some, so looking is the dearest thing that Loja does this month. (The console is free.) **On AWS** the figures come up to a day late: Cost Explorer explains yesterday, it stops nothing today.
#
# A service is not a culprit; a team is. We tag what belongs to checkout and to packing. **Bet:** what does the report by tag say?

# %% [markdown] id="dearest-read" lang="pt-BR" of="8f278d"
# Dá; e cada pergunta custa um centavo, o `bill()` fez algumas, então olhar é a coisa mais cara que a Loja faz neste mês. (O console é de graça.) **Na AWS** os números chegam com até um dia de atraso: o Cost Explorer explica ontem, não freia nada hoje.
#
# Um serviço não é culpado; um time é. Colocamos tags no que é do checkout e no que é da embalagem. **Aposte:** o que diz o relatório por tag?

# %% id="tag"
lambda_client.tag_resource(Resource=orders, Tags={"team": "checkout"})
lambda_client.tag_resource(Resource=packing, Tags={"team": "packing"})
dynamodb.tag_resource(ResourceArn=table, Tags=[{"Key": "team", "Value": "checkout"}])
gateway.tag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}", tags={"team": "checkout"})
print(list(by("TAG", "team")))

# %% [markdown] id="activate-bet" lang="en"
# One group, `team$`: *no tag*. A tag counts on the bill only when it is **activated** as a cost allocation tag. **Bet:** does that bring yesterday's fifty orders in?

# %% [markdown] id="activate-bet" lang="pt-BR" of="20a502"
# Um grupo, `team$`: *sem tag*. Uma tag só conta na fatura quando é **ativada** como tag de alocação de custos. **Aposte:** isso traz os cinquenta pedidos de ontem?

# %% id="activate"
done = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "team", "Status": "Active"}])
print(done["Errors"], sell(20, invoke_url(api, "prod") + "/orders"))
for team, cost in by("TAG", "team").items():
    if team != "team$" and cost:
        print(f"{team}: {cost / (3.5e-6 + 0.625e-6):.0f} orders' worth of API and table")

# %% [markdown] id="tags-read" lang="en"
# Twenty, not seventy: what was used before stays nameless. **What holds** ([cost allocation tags](https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html), checked 2026-11): a new tag takes up to 24 hours to appear there, and up to 24 more to be active. Up to twelve months can be backfilled, on request, if the resource had the tag then. So tag and activate on the first day.
#
# ## 6. Before it hurts
#
# A budget of a dollar, which writes when 80 % are spent, or will be. **Bet:** which of the two mails comes after two more days?

# %% [markdown] id="tags-read" lang="pt-BR" of="bdf98c"
# Vinte, não setenta: o que foi usado antes fica sem nome. **O que vale** ([tags de alocação de custos](https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html), conferido em 2026-11): uma tag nova leva até 24 horas para aparecer lá, e até mais 24 para ficar ativa. Dá para preencher até doze meses para trás, se você pedir e se o recurso já tinha a tag na época. Então coloque e ative as tags no primeiro dia.
#
# ## 6. Antes de doer
#
# Um orçamento de um dólar, que manda um e-mail quando 80 % foram gastos, ou vão ser. **Aposte:** qual dos dois e-mails chega depois de mais dois dias?

# %% id="budget"
def notice(kind):
    return {"Notification": {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "finance@loja.example"}]}

budget = {"BudgetName": "loja", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
made = budgets.create_budget(AccountId=cloud.account, Budget=budget,
                             NotificationsWithSubscribers=[notice("ACTUAL"), notice("FORECASTED")])
clock.advance(days=2)
print([line for letter in outbox() for line in letter.text.splitlines() if line.startswith("Alert")])

# %% id="stops-nothing"
spent = budgets.describe_budget(AccountId=cloud.account, BudgetName="loja")["Budget"]["CalculatedSpend"]
actual, forecast = (float(spent[name]["Amount"]) for name in ("ActualSpend", "ForecastedSpend"))
print(f"spent: ${actual:.2f}, over 80 cents at the end of the month: {forecast > 0.8}")
print("and the shop:", sell(1, invoke_url(api, "prod") + "/orders"))

# %% id="forecast"
today = clock.now().date()
after = today + timedelta(days=28)
month_on = ce.get_cost_forecast(TimePeriod={"Start": f"{today}", "End": f"{after}"}, Metric="UNBLENDED_COST", Granularity="MONTHLY")
print(f"four weeks: ${float(month_on['Total']['Amount']):.2f} more")

# %% [markdown] id="budget-read" lang="en"
# The forecast wrote, weeks before the fact; ours is the mean of the complete days, AWS's learns from weeks of history. And the shop sells on: a budget **tells**, it stops nothing ([budgets](https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html), checked 2026-11). What stops is a ceiling: reserved concurrency, a throttle, a table's on-demand maximum.
#
# ## 7. Turn the knobs
#
# The knobs of lesson 11, now with their price, simulated. Which provisioned concurrency would you defend before finance?

# %% [markdown] id="budget-read" lang="pt-BR" of="ef779a"
# Quem avisou foi a previsão, semanas antes do fato; a nossa é a média dos dias completos, a da AWS aprende com semanas de histórico. E a loja continua vendendo: um orçamento **avisa**, não freia nada ([orçamentos](https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html), conferido em 2026-11). O que freia é um teto: concorrência reservada, um throttle, o máximo on-demand de uma tabela.
#
# ## 7. Gire os botões
#
# Os botões da lição 11, agora com preço, simulado. Que concorrência provisionada você defenderia diante do financeiro?

# %% id="knobs"
scaling(rate=1_000, duration=200, memory=1769, provisioned=150)

# %% [markdown] id="saw" lang="en"
# ## What we saw
#
# - Compute is one line among many: requests, messages, log bytes, things that stand there.
# - The free tier hides the shape of a bill. Look at both columns.
# - More memory is free speed for what computes, and waste for what waits.
# - Empty receives cost. Batches and long polls do not.
# - Provisioned concurrency saves above 60 % use, and never for an idle night.
# - Tags count from activation on; a budget tells and stops nothing.

# %% [markdown] id="saw" lang="pt-BR" of="5e39fc"
# ## O que vimos
#
# - Computação é uma linha entre muitas: requisições, mensagens, bytes de log, coisas que ficam lá paradas.
# - O nível gratuito esconde a forma da fatura. Olhe as duas colunas.
# - Mais memória é velocidade de graça para o que processa, e desperdício para o que espera.
# - Receber vazio custa. Lotes e long polls, não.
# - A concorrência provisionada economiza acima de 60 % de uso, e nunca numa noite parada.
# - Tags contam da ativação em diante; um orçamento avisa e não freia nada.

# %% id="quiz"
quiz("15")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** The added a13, *the bill has doubled, the traffic has not*. Say it in this order: which service, which usage type, since which day; then what stands idle, what is asked too often, what is too big. `interview("a13")` in lesson 18 has the rest.
#
# **Read next.** Lab 15: a bill to be halved, and nothing may break.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): your own month by service, which costs a cent, and `sign` with 128 and 1,769 MB, on CPUs that really differ. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="f55524"
# **Perguntas de entrevista que isto prepara.** A a13, das acrescentadas: *a fatura dobrou, o tráfego não*. Diga nesta ordem: qual serviço, qual tipo de uso, desde que dia; depois o que está parado, o que se pede vezes demais, o que é grande demais. `interview("a13")`, na lição 18, tem o resto.
#
# **O que ler agora.** O lab 15: uma fatura para cortar pela metade, e nada pode quebrar.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): o seu próprio mês por serviço, que custa um centavo, e `sign` com 128 e 1.769 MB, em CPUs que diferem de verdade. A última célula apaga tudo.

# %% id="real-bill"
# %%real_aws --cost "US$ 0.01"
today = date.today()
month = {"Start": f"{today:%Y-%m-01}", "End": f"{today + timedelta(days=1)}"}
real = boto3.client("ce", region_name="us-east-1").get_cost_and_usage(
    TimePeriod=month, Granularity="MONTHLY", Metrics=["UnblendedCost"],
    GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}])
for one in real["ResultsByTime"][0]["Groups"]:
    print(one["Keys"][0], one["Metrics"]["UnblendedCost"]["Amount"])

# %% id="real-memory"
# %%real_aws --cost "under US$ 0.01"
for memory in (128, 1769):
    deploy("work/work.py", "course-cost", timeout=30, memory=memory, show=False)
    real_took = json.load(boto3.client("lambda").invoke(FunctionName="course-cost", Payload=json.dumps("sign"))["Payload"])
    print(memory, "MB:", round(real_took["seconds"], 2), "s")

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
