# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "11"
#   kind: lesson
#   minutes: 45
#   title:
#     en: "Scaling: concurrency, cold starts, DynamoDB capacity"
#     pt-BR: "Escala: concorrência, cold starts, capacidade do DynamoDB"
#   days: [8, 22]
#   claims: ["22-7", "22-8", "22-9", "22-21", "22-26"]
#   needs: ["02", "10"]
# ---

# %% [markdown] id="opening" lang="en"
# # Scaling: concurrency, cold starts, DynamoDB capacity
#
# *Lesson 11 · 45 minutes · you need: lessons 02 and 10*
#
# Loja's campaign brings 100,000 requests a second. "It is serverless, it scales", says marketing. **What scales by itself, how fast, and where does it stop?** At the end you will be able to
#
# - turn a rate and a duration into a concurrency, in your head;
# - choose between *reserved* and *provisioned* concurrency, and say what each does not do;
# - find the first limit that a spike meets: gateway, account, scaling rate, table;
# - tell what you measured from what you simulated.

# %% [markdown] id="opening" lang="pt-BR" of="cbb6d3"
# # Escala: concorrência, cold starts, capacidade do DynamoDB
#
# *Lição 11 · 45 minutos · você precisa das lições 02 e 10*
#
# A campanha da Loja traz 100.000 requisições por segundo. "É serverless, escala", diz o marketing. **O que escala sozinho, com que velocidade, e onde para?** No final você vai saber
#
# - transformar uma taxa e uma duração em concorrência, de cabeça;
# - escolher entre concorrência *reservada* e *provisionada*, e dizer o que cada uma não faz;
# - achar o primeiro limite em que um pico esbarra: gateway, conta, velocidade de escala, tabela;
# - separar o que você mediu do que você simulou.

# %% id="connect" tags=["nbval-ignore-output"]
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
from botocore.config import Config

from helpers import beside, clock, connect, deploy, interview, invoke_url, load, quiz, scaling

connect("11")

# %% id="clients"
cloudwatch, dynamodb, http, lambda_client, logs = (
    boto3.client(name) for name in ("cloudwatch", "dynamodb", "apigatewayv2", "lambda", "logs"))

# %% [markdown] id="claim" lang="en"
# ## 1. Auto scaling, in five seconds of sleep
#
# **The post says** (day 22): Lambda scales automatically, and snippet 1 is its *auto scaling of Lambda functions*. Here it is; only its five seconds come with the event, and without them it is a quarter of one, so that we need not wait.

# %% [markdown] id="claim" lang="pt-BR" of="62d928"
# ## 1. Auto scaling, em cinco segundos de sono
#
# **O post diz** (Dia 22): o Lambda escala automaticamente, e o trecho 1 é o *auto scaling de funções Lambda* dele. Aqui está; só que os cinco segundos vêm no evento, e sem eles é um quarto de segundo, para a gente não esperar.

# %% id="write-shop" tags=["nbval-ignore-output"]
# %%writefile work/shop.py
import json
import time

def lambda_handler(event, context):
    time.sleep(event.get("seconds", 0.25))  # Simula carga de trabalho
    return {
        'statusCode': 200,
        'body': json.dumps('Olá do Lambda!')
    }

# %% [markdown] id="crowd-bet" lang="en"
# A handler that sleeps. Scaling is nowhere in it; the sleep is all you would pay for. **Your prediction:** twenty requests come in the same moment, and nothing is configured. How many are at work at once?

# %% [markdown] id="crowd-bet" lang="pt-BR" of="091710"
# Um handler que dorme. Não há escala em lugar nenhum; o sono é tudo o que você pagaria. **Sua aposta:** vinte requisições chegam no mesmo instante, e nada está configurado. Quantas ficam em execução ao mesmo tempo?

# %% id="crowd"
deploy("work/shop.py", "shop", timeout=30, show=False)

def crowd(count, name, **which):
    def call(_):
        return lambda_client.invoke(FunctionName=name, **which)["Payload"].read().decode()
    with ThreadPoolExecutor(count) as people:
        return list(people.map(call, range(count)))

def figure_of(metric, statistic, **dimensions):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda", MetricName=metric, Statistics=[statistic], Period=86_400,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=clock.now() - timedelta(hours=12), EndTime=clock.now() + timedelta(minutes=1))["Datapoints"]
    return sum(point[statistic] for point in points)

# %% id="concurrency"
print(len(crowd(20, "shop", Payload='{"seconds": 5}')), "answers")
print(figure_of("ConcurrentExecutions", "Maximum", FunctionName="shop"), "at once")

# %% [markdown] id="little-intro" lang="en"
# One environment for each request at work: that *is* the scaling, and no code asked for it. How many a campaign needs is arithmetic, older than computers: **concurrency = rate × duration** (Little's law).

# %% [markdown] id="little-intro" lang="pt-BR" of="8b9d5c"
# Um ambiente para cada requisição em execução: isso *é* a escala, e nenhum código a pediu. De quantos uma campanha precisa é aritmética, mais velha que o computador: **concorrência = taxa × duração** (lei de Little).

# %% id="little"
from helpers.simulate.theory import little

for rate, seconds in ((100, 5), (200, 5), (1_000, 0.1), (100_000, 0.06)):
    print(f"{rate:>7,}/s × {seconds:<4} s = {little(rate, seconds):>5,.0f} at once")

# %% [markdown] id="little-read" lang="en"
# As printed, with its five seconds, the snippet needs 500 at a hundred a second, and at two hundred **the whole account**: a Region starts with 1,000, for all functions together. Making the handler faster is the cheapest scaling there is.
#
# **What holds** ([concurrency](https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html), checked 2026-11). Functions scale independently *until they meet*:
#
# | limit | default |
# |---|--:|
# | concurrency, account and Region (new accounts: less) | 1,000 |
# | requests a second | 10 × concurrency |
# | new environments, each function | 1,000 in 10 s |
#
# ## 2. A ceiling of five
#
# **The post says:** adjust reserved concurrency *for optimal performance at peaks*. We put an API in front of the shop and reserve five.

# %% [markdown] id="little-read" lang="pt-BR" of="076bd8"
# Como está impresso, com os cinco segundos, o trecho precisa de 500 a cem por segundo, e a duzentas, **da conta inteira**: uma Região começa com 1.000, para todas as funções juntas. Deixar o handler mais rápido é a escala mais barata que existe.
#
# **O que vale** ([concorrência](https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html), conferido em 2026-11). As funções escalam de forma independente *até se encontrarem*:
#
# | limite | padrão |
# |---|--:|
# | concorrência, conta e Região (contas novas: menos) | 1.000 |
# | requisições por segundo | 10 × concorrência |
# | ambientes novos, cada função | 1.000 em 10 s |
#
# ## 2. Um teto de cinco
#
# **O post diz:** ajuste a concorrência reservada *para desempenho ideal nos picos*. Colocamos uma API na frente da loja e reservamos cinco.

# %% id="api"
def api_for(name, arn):
    lambda_client.add_permission(FunctionName=arn, StatementId="api", Action="lambda:InvokeFunction",
                                 Principal="apigateway.amazonaws.com")
    return http.create_api(Name=name, ProtocolType="HTTP", Target=arn)["ApiId"]

shop = lambda_client.get_function(FunctionName="shop")["Configuration"]["FunctionArn"]
api = api_for("loja", shop)
clock.advance(hours=1)  # what was warm is gone
reserved = lambda_client.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=5)

# %% [markdown] id="ceiling-bet" lang="en"
# Thirty customers a second for four seconds, who do not wait for each other. **Bet:** 30 × 0.25 is 7.5. What happens to the two and a half, and with which status?

# %% [markdown] id="ceiling-bet" lang="pt-BR" of="b0739d"
# Trinta clientes por segundo, durante quatro segundos, que não esperam uns pelos outros. **Aposte:** 30 × 0,25 dá 7,5. O que acontece com os dois e meio, e com que status?

# %% id="ceiling"
from helpers.simulate.traffic import constant, spike

peak, began = constant(30, 4), clock.now()
at_peak = load(invoke_url(api), peak).result()
print("statuses", list(at_peak.statuses), "· a fifth or more refused:", at_peak.statuses[503] > len(at_peak.samples) / 5)
print("throttled as Lambda counts it:", figure_of("Throttles", "Sum", FunctionName="shop") == at_peak.statuses[503])
print("errors:", figure_of("Errors", "Sum", FunctionName="shop"))

# %% [markdown] id="ceiling-read" lang="en"
# Refused at once. Lambda says 429, the HTTP API makes a 503 of it, and `Errors` stays at zero: an alarm on errors sleeps through this night. The reservation of five is a floor *and a ceiling*.
#
# Now the same moments (same seed) in a simulator that gets only durations, measured from the `REPORT` lines, and the limit. If the two agree here, we may ask it what no laptop can run.

# %% [markdown] id="ceiling-read" lang="pt-BR" of="c3d83d"
# Recusadas na hora. O Lambda diz 429, a HTTP API transforma em 503, e `Errors` fica em zero: um alarme de erros dorme a noite toda. A reserva de cinco é um piso *e um teto*.
#
# Agora os mesmos instantes (mesma seed) num simulador que só recebe as durações, medidas nas linhas `REPORT`, e o limite. Se os dois concordarem aqui, podemos perguntar a ele o que nenhum notebook aguenta rodar.

# %% id="model"
from helpers.simulate.durations import Fixed, LogNormal, Measured
from helpers.simulate.engine import simulate
from helpers.simulate.models import ApiLimit, Function, System, Table, TargetTracking

def reported(name, figure):  # since `began`, in seconds
    lines = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="REPORT",
                                   startTime=int(began.timestamp() * 1000))["events"]
    found = (re.search(rf"\t{figure}: ([\d.]+) ms", line["message"]) for line in lines)
    return tuple(float(one[1]) / 1000 for one in found if one)

def model(name, **limits):
    inits = reported(name, "Init Duration")
    return Function(Measured(reported(name, "Duration")), Fixed(sum(inits) / len(inits)), **limits)

# %% id="peak-plot" tags=["nbval-ignore-output"]
same = simulate(System(model("shop", reserved=5)), peak, interval=0.5)
campaign = simulate(System(Function(LogNormal(0.25, 0.4), reserved=350)), constant(2_000, 20))
picture = beside(at_peak, same, campaign)

# %% [markdown] id="peak-read" lang="en"
# Left your run, in the middle its simulation, with the error above both; right 2,000 a second against 350 reserved, simulated: a third is turned away every second, and who gets in is as fast as ever. Concurrency limits refuse; they never slow anything down. So which figure helps?

# %% [markdown] id="peak-read" lang="pt-BR" of="1652ed"
# À esquerda a sua execução, no meio a simulação dela, com o erro acima das duas; à direita 2.000 por segundo contra 350 reservadas, simulado: um terço é recusado a cada segundo, e quem entra é tão rápido quanto sempre. Limite de concorrência recusa; nunca deixa nada lento. Então qual número ajuda?

# %% id="choices"
for reserved in (350, 510, 600):
    totals = simulate(System(Function(LogNormal(0.25, 0.4), Fixed(0.4), reserved=reserved)), constant(2_000, 20)).totals
    print(f"simulated: reserved {reserved}, refused {totals['throttled'] / totals['requests']:.1%}")

# %% [markdown] id="choices-read" lang="en"
# The mean need is a little over 500; only room above it takes the chance bunches and the cold starts. But what one function reserves, all others lose. **Bet:** may we reserve 950 of the 1,000?

# %% [markdown] id="choices-read" lang="pt-BR" of="8f2d48"
# A necessidade média é pouco mais de 500; só uma folga acima dela absorve os amontoados do acaso e os cold starts. Mas o que uma função reserva, todas as outras perdem. **Aposte:** podemos reservar 950 das 1.000?

# %% id="unreserved"
try:
    lambda_client.put_function_concurrency(FunctionName="shop", ReservedConcurrentExecutions=950)
except lambda_client.exceptions.InvalidParameterValueException as refusal:
    print(refusal.response["Error"]["Message"])
print("left for all others:", lambda_client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"])

# %% [markdown] id="reserved-holds" lang="en"
# **What holds** ([reserved concurrency](https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html), checked 2026-11): free, floor and ceiling, for all versions of the function; 100 must stay unreserved; 0 switches it off. It warms nothing.

# %% [markdown] id="reserved-holds" lang="pt-BR" of="376e1c"
# **O que vale** ([concorrência reservada](https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html), conferido em 2026-11): de graça, piso e teto, para todas as versões da função; 100 têm de ficar sem reserva; 0 a desliga. Não esquenta nada.

# %% id="q02"
interview("q02")

# %% [markdown] id="warm-intro" lang="en"
# ## 3. Warm before they come
#
# **The post says:** optimise code, shrink packages, use provisioned concurrency. The product page imports too much, four tenths of a second of it.

# %% [markdown] id="warm-intro" lang="pt-BR" of="7bdd56"
# ## 3. Quente antes que cheguem
#
# **O post diz:** otimize o código, encolha os pacotes, use concorrência provisionada. A página de produto importa demais: quatro décimos de segundo.

# %% id="write-page" tags=["nbval-ignore-output"]
# %%writefile work/page.py
import os
import time

time.sleep(0.4)  # what heavy imports take

def lambda_handler(event, context):
    time.sleep(event.get("seconds", 0.25))
    return {"statusCode": 200, "body": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}

# %% id="page"
deploy("work/page.py", "page", timeout=30, show=False)
version = lambda_client.publish_version(FunctionName="page")["Version"]
live = lambda_client.create_alias(FunctionName="page", Name="live", FunctionVersion=version)["AliasArn"]
page_api = api_for("page", live)

# %% [markdown] id="spike-bet" lang="en"
# Two visitors a second, then the television says "Loja": twelve a second, for two seconds. **Bet:** 12 × 0.25 is 3 at once. How many environments start?

# %% [markdown] id="spike-bet" lang="pt-BR" of="4d944f"
# Dois visitantes por segundo, e aí a televisão diz "Loja": doze por segundo, durante dois segundos. **Aposte:** 12 × 0,25 dá 3 ao mesmo tempo. Quantos ambientes começam?

# %% id="spike"
television, began = spike(2, 12, at=1, lasting=2, seconds=4), clock.now()
on_air = load(invoke_url(page_api), television).result()
cold = len(reported("page", "Init Duration"))
print("all served:", list(on_air.statuses) == [200], "· more than 3 cold starts:", cold > 3)
print("slowest over 650 ms:", on_air.percentile(100) > 650)

# %% id="spike-plot" tags=["nbval-ignore-output"]
same = simulate(System(model("page")), television, interval=0.5)
air_time = spike(10_000, 100_000, at=1, lasting=4, seconds=6)
quick = {"duration": LogNormal(0.05, 0.2), "init": Fixed(0.4)}
campaign = simulate(System(Function(**quick)), air_time)
picture = beside(on_air, same, campaign, cold=cold)

# %% [markdown] id="spike-read" lang="en"
# More than three: while an environment starts it serves nobody, so the next visitor needs one, too. During a spike the duration in Little's law *includes INIT*. And INIT is [on the bill](https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase) of every function since August 2025:

# %% [markdown] id="spike-read" lang="pt-BR" of="84a04a"
# Mais de três: enquanto um ambiente inicia, ele não atende ninguém, e o próximo visitante precisa de outro. Num pico, a duração na lei de Little *inclui o INIT*. E o INIT vem [na conta](https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase) de toda função desde agosto de 2025:

# %% id="billed"
lines = logs.filter_log_events(logGroupName="/aws/lambda/page", filterPattern='"Init Duration"')["events"]
ms = {name: float(re.search(rf"\t{name}: ([\d.]+) ms", lines[0]["message"])[1]) for name in ("Duration", "Billed Duration", "Init Duration")}
print("billed for Duration + Init Duration:", abs(ms["Billed Duration"] - ms["Duration"] - ms["Init Duration"]) < 2)

# %% [markdown] id="provisioned-intro" lang="en"
# So first a lighter package (lesson 02 halved one) and more memory, which buys CPU. What remains can be started ahead: **provisioned concurrency**, on a version or an alias. Five for `live`; then eight visitors in the same moment, each for 5 seconds. **Bet:** who waits?

# %% [markdown] id="provisioned-intro" lang="pt-BR" of="36f087"
# Então, primeiro, um pacote mais leve (a lição 02 cortou um pela metade) e mais memória, que compra CPU. O que sobra pode começar antes: **concorrência provisionada**, numa versão ou num alias. Cinco para o `live`; depois, oito visitantes no mesmo instante, cada um por 5 segundos. **Aposte:** quem espera?

# %% id="provisioned"
clock.advance(hours=1)
alias = {"FunctionName": "page", "Qualifier": "live"}
asked = lambda_client.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=5)
clock.advance(minutes=3)
print(lambda_client.get_provisioned_concurrency_config(**alias)["Status"])

# %% id="spillover"
answers = crowd(8, "page", Qualifier="live", Payload='{"seconds": 5}')
print(sorted(Counter(re.search(r"provisioned-concurrency|on-demand", one)[0] for one in answers).items()))
print("spilled over:", figure_of("ProvisionedConcurrencySpilloverInvocations", "Sum", FunctionName="page", Resource="page:live"))

# %% [markdown] id="spillover-read" lang="en"
# Five found a warm environment, three *spilled over* into ordinary ones, cold. Provisioned is no ceiling: reserved is. `$LATEST` can have none, and you pay for it, asleep or not ([provisioned concurrency](https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html), checked 2026-11).
#
# **On AWS** it takes a minute or two until it is `READY`, so it is switched on before the advertisement, by schedule. For a hundred thousand a second:

# %% [markdown] id="spillover-read" lang="pt-BR" of="b6bd7e"
# Cinco acharam um ambiente quente; três *transbordaram* para ambientes comuns, frios. A provisionada não é teto: a reservada é. `$LATEST` não pode ter nenhuma, e você paga por ela, dormindo ou não ([concorrência provisionada](https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html), conferido em 2026-11).
#
# **Na AWS** leva um ou dois minutos até ficar `READY`; por isso ela é ligada antes do anúncio, por agendamento. Para cem mil por segundo:

# %% id="campaign"
warm = Function(**quick, account=20_000, provisioned=7_000)
plans = {"as delivered": campaign, "account 20,000": simulate(System(Function(**quick, account=20_000)), air_time),
         "and 7,000 provisioned": simulate(System(warm), air_time)}
for name, result in plans.items():
    print(f"simulated: {name}: refused {result.totals['throttled'] / result.totals['requests']:.0%}")

# %% [markdown] id="campaign-read" lang="en"
# A higher quota alone helps too late: 1,000 environments at once, then 100 more each second, and the spot is over. Only what was there *before* meets a wall of traffic.

# %% [markdown] id="campaign-read" lang="pt-BR" of="663db2"
# Só uma cota maior ajuda tarde demais: 1.000 ambientes de uma vez, depois mais 100 a cada segundo, e o comercial já acabou. Só o que estava lá *antes* enfrenta uma muralha de tráfego.

# %% id="q01"
interview("q01")

# %% [markdown] id="door" lang="en"
# ## 4. The door in front
#
# Back to the shop with its five. A 503 looks like an outage. A stage with a throttle says it better. **Bet:** 12 a second, burst 2. Who refuses now?

# %% [markdown] id="door" lang="pt-BR" of="f296ca"
# ## 4. A porta da frente
#
# De volta à loja com as suas cinco. Um 503 parece queda. Um stage com throttle fala melhor. **Aposte:** 12 por segundo, burst 2. Quem recusa agora?

# %% id="stage"
throttle = {"ThrottlingRateLimit": 12, "ThrottlingBurstLimit": 2}
clock.advance(hours=1)
began = clock.now()
stage = http.create_stage(ApiId=api, StageName="campaign", AutoDeploy=True, DefaultRouteSettings=throttle)
at_door = load(invoke_url(api, "campaign"), peak).result()
print("429 more often than 503:", at_door.statuses[429] > at_door.statuses.get(503, 0))

# %% id="door-plot" tags=["nbval-ignore-output"]
same = simulate(System(model("shop", reserved=5), api=ApiLimit(12, 2)), peak, interval=0.5)
whole = System(warm, api=ApiLimit(10_000, 5_000))
campaign = simulate(whole, air_time)
picture = beside(at_door, same, campaign)

# %% id="door-campaign"
small = simulate(whole, spike(1, 10, at=1, lasting=4, seconds=6))
for rate, result in (("10", small), ("100,000", campaign)):
    print(f"simulated: {rate}/s, refused {result.totals['throttled'] / result.totals['requests']:.0%}")

# %% [markdown] id="door-read" lang="en"
# At ten a second nothing matters. At a hundred thousand the warm 7,000 stand idle behind the gateway's own default of 10,000 a second, which lesson 10 showed. Every layer has a limit; the smallest one is your capacity. Ask for quotas weeks ahead, and test.

# %% [markdown] id="door-read" lang="pt-BR" of="f12a44"
# A dez por segundo nada importa. A cem mil, as 7.000 quentes ficam à toa atrás do padrão do próprio gateway, 10.000 por segundo, que a lição 10 mostrou. Toda camada tem um limite; o menor deles é a sua capacidade. Peça as cotas com semanas de antecedência, e teste.

# %% id="q05"
interview("q05")

# %% [markdown] id="table-intro" lang="en"
# ## 5. The table behind
#
# **The post says:** provision DynamoDB capacity and let auto scaling follow. Five write units a second, and an importer without patience (no retries). **Bet:** how many orders get in right away, and how many after a quiet minute?

# %% [markdown] id="table-intro" lang="pt-BR" of="c42be5"
# ## 5. A tabela atrás
#
# **O post diz:** provisione a capacidade do DynamoDB e deixe o auto scaling acompanhar. Cinco unidades de escrita por segundo, e um importador sem paciência (sem retries). **Aposte:** quantos pedidos entram de cara, e quantos depois de um minuto quieto?

# %% id="table"
dynamodb.create_table(TableName="orders", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
impatient = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))

def write(most):
    for number in range(most):
        try:
            impatient.put_item(TableName="orders", Item={"id": {"S": f"o-{number}"}})
        except impatient.exceptions.ProvisionedThroughputExceededException:
            return number
    return most

# %% id="burst"
print("right away, fewer than 40:", write(600) < 40)
clock.advance(minutes=1)
print("after a quiet minute, 300 or more:", 300 <= write(600) < 600)

# %% [markdown] id="burst-read" lang="en"
# Sixty seconds of unused capacity were saved up, five minutes at most, and AWS promises none of it. That is **burst**: it hides the shortage from your test, and is gone when the campaign is. Does auto scaling come in time? A spike to 200 writes a second, for three minutes:

# %% [markdown] id="burst-read" lang="pt-BR" of="52e802"
# Sessenta segundos de capacidade não usada ficaram guardados, cinco minutos no máximo, e a AWS não promete nada disso. Isso é o **burst**: ele esconde a falta no seu teste, e acaba quando a campanha começa. O auto scaling chega a tempo? Um pico de 200 escritas por segundo, durante três minutos:

# %% id="auto-scaling"
table = Table(capacity=20, scaling=TargetTracking(least=20, most=400))
sale = spike(10, 200, at=60, lasting=180, seconds=420)
result = simulate(System(Function(Fixed(0.05)), table=table), sale, interval=5)
print(f"simulated: {result.totals['failed_at_table'] / result.totals['requests']:.0%} of the orders failed")
print("capacity, minute by minute:", [round(one) for one in result.frame["capacity"][::12]])

# %% id="auto-scaling-plot"
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(8, 2.6))
axes.plot(result.frame["second"], result.frame["requests"] / 5, color="#999999", label="orders a second")
axes.plot(result.frame["second"], result.frame["served"] / 5, color="#2e73b8", label="written a second")
axes.step(result.frame["second"], result.frame["capacity"], color="#e08214", label="capacity")
axes.set(title="simulated", xlabel="second")
axes.legend(frameon=False)
plt.show()

# %% [markdown] id="auto-scaling-read" lang="en"
# Twenty-nine, with half a minute of the sale left. Auto scaling wants two bad minutes and half a minute to work; and it sees only what was *consumed*, which at a full table is 100 %: 20 / 0.7 is 29. The other answer is one word:

# %% [markdown] id="auto-scaling-read" lang="pt-BR" of="89b642"
# Vinte e nove, com meio minuto de promoção pela frente. O auto scaling quer dois minutos ruins e meio minuto para trabalhar; e só vê o que foi *consumido*, que numa tabela cheia é 100 %: 20 / 0,7 dá 29. A outra resposta é uma palavra:

# %% id="on-demand"
changed = dynamodb.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
clock.advance(minutes=5)
print("all 600 written:", write(600) == 600)

# %% [markdown] id="on-demand-read" lang="en"
# **What holds** ([on-demand](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html), checked 2026-11): on-demand is the default and what AWS recommends; provisioned is for steady load. It throttles, too: a fresh table takes 4,000 writes a second, later twice its last peak, and *one key* 1,000.
#
# ## 6. Turn the knobs
#
# An account of 1,000, a peak of ten seconds. Find settings with no throttle and a p99 below 700 ms. What does halving the memory do?

# %% [markdown] id="on-demand-read" lang="pt-BR" of="39f2df"
# **O que vale** ([on-demand](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html), conferido em 2026-11): on-demand é o padrão e o que a AWS recomenda; a provisionada é para carga estável. Ele também recusa: uma tabela nova aceita 4.000 escritas por segundo, depois o dobro do último pico, e *uma única chave*, 1.000.
#
# ## 6. Gire os botões
#
# Uma conta de 1.000, um pico de dez segundos. Ache configurações sem throttle e com p99 abaixo de 700 ms. O que acontece com metade da memória?

# %% id="knobs"
scaling(rate=4_000, duration=200, memory=1769)

# %% [markdown] id="saw" lang="en"
# ## What we saw
#
# - Concurrency = rate × duration, and during a spike the duration includes INIT.
# - **Reserved** guarantees and caps, free. **Provisioned** warms, costs, and caps nothing.
# - Throttles are no `Errors`; behind an API they look like 5XX.
# - New environments come at 1,000 in 10 s; auto scaling of tables after minutes. Spikes are met by what is already there.
# - Simulated figures count as far as they agree with a measured run.

# %% [markdown] id="saw" lang="pt-BR" of="47ecc9"
# ## O que vimos
#
# - Concorrência = taxa × duração, e num pico a duração inclui o INIT.
# - A **reservada** garante e limita, de graça. A **provisionada** esquenta, custa, e não limita nada.
# - Throttles não são `Errors`; atrás de uma API, parecem 5XX.
# - Ambientes novos vêm a 1.000 em 10 s; o auto scaling de tabelas, depois de minutos. Quem enfrenta um pico é o que já está lá.
# - Números simulados valem na medida em que concordam com uma execução medida.

# %% id="quiz"
quiz("11")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** 1, *sudden spikes*; 2, *concurrency at peak hours*; 5, *a campaign before the API*. In all three say the arithmetic first, then the limits from the door to the table.
#
# **Read next.** Lab 11, before the campaign. Then lesson 12, where throttles get an alarm of their own.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): reserve two, send ten, read the refusals. A new account may have too little unreserved concurrency for it. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="d5a6a5"
# **Perguntas de entrevista que isto prepara.** A 1, *picos repentinos*; a 2, *concorrência nas horas de pico*; a 5, *uma campanha diante da API*. Nas três, diga primeiro a aritmética, depois os limites, da porta até a tabela.
#
# **O que ler agora.** O lab 11, antes da campanha. Depois a lição 12, em que os throttles ganham um alarme só deles.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): reserve duas, mande dez, leia as recusas. Uma conta nova pode ter concorrência sem reserva de menos para isso. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_lambda = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
deploy("work/shop.py", "course-shop", timeout=10)
real_lambda.put_function_concurrency(FunctionName="course-shop", ReservedConcurrentExecutions=2)

# %% id="real-crowd"
# %%real_aws --cost "under US$ 0.01"
def real_call(_):
    try:
        return real_lambda.invoke(FunctionName="course-shop")["StatusCode"]
    except real_lambda.exceptions.TooManyRequestsException as refusal:
        return refusal.response["Reason"]

with ThreadPoolExecutor(10) as people:
    print(Counter(people.map(real_call, range(10))))

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
