# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "12"
#   kind: lab
#   minutes: 60
#   title:
#     en: "The night watch"
#     pt-BR: "O plantão da noite"
#   days: [13, 22]
#   claims: ["13-2", "13-3", "22-11", "22-22", "22-23"]
#   needs: ["12"]
# ---

# %% [markdown] id="opening" lang="en"
# # The night watch
#
# *Lab 12 · 60 minutes · you need: lesson 12*
#
# You take over the on-call of Loja. The old one left a note: "Phone rings all night, for nothing. On Sunday the shop was down, and it did not ring." Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It calls your functions, well and badly, lets quiet hours pass, and reads what reaches the phone.

# %% [markdown] id="opening" lang="pt-BR" of="fd22a7"
# # O plantão da noite
#
# *Lab 12 · 60 minutos · você precisa da lição 12*
#
# Você assume o plantão da Loja. Quem saiu deixou um bilhete: "O telefone toca a noite toda, por nada. No domingo a loja caiu, e ele não tocou." Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele chama as suas funções, bem e mal, deixa passar horas calmas, e lê o que chega ao telefone.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, connect, deploy

connect("lab-12")

# %% [markdown] id="given" lang="en"
# This is given: two topics, `oncall` and `pager`, each with a queue of the same name behind it; the function `payments`, which fails on a broken card; and an alarm `deploying`, which the pipeline sets to `ALARM` while it works.

# %% [markdown] id="given" lang="pt-BR" of="08c77d"
# Isto já vem pronto: dois tópicos, `oncall` e `pager`, cada um com uma fila de mesmo nome atrás; a função `payments`, que falha com um cartão quebrado; e um alarme `deploying`, que o pipeline põe em `ALARM` enquanto trabalha.

# %% id="topics"
cloudwatch, sns, sqs = (boto3.client(name) for name in ("cloudwatch", "sns", "sqs"))

def topic_with_queue(name):
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
             "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return topic

oncall, pager = topic_with_queue("oncall"), topic_with_queue("pager")

# %% id="payments" tags=["nbval-ignore-output"]
# %%writefile work/payments.py
def lambda_handler(event, context):
    if event["card"] == "broken":
        raise RuntimeError("the bank said no")
    return {"paid": event["card"]}

# %% id="deploy-payments"
payments = deploy("work/payments.py", "payments", timeout=10, show=False)
of_payments = [{"Name": "FunctionName", "Value": "payments"}]
made = cloudwatch.put_metric_alarm(
    AlarmName="deploying", Namespace="Loja", MetricName="Deployments", Statistic="Sum", Period=60, EvaluationPeriods=1,
    Threshold=0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore")
made = cloudwatch.set_alarm_state(AlarmName="deploying", StateValue="OK", StateReason="nothing is being deployed")

# %% [markdown] id="task-12-1" lang="en"
# ## 12.1 Turned away (warm-up, 10 minutes)
#
# *Ticket 1: "Customers could not pay for ten minutes. The error alarm was green, and it was right: not one call had failed."*
#
# | what | |
# |---|---|
# | alarm | `payments-throttled` |
# | rings when | any call of `payments` is throttled within a minute |
# | tells | the topic `oncall`, when it begins and when it is over |
#
# A minute without calls is a good minute: the alarm goes back to `OK`.

# %% [markdown] id="task-12-1" lang="pt-BR" of="a28803"
# ## 12.1 Barrados na porta (aquecimento, 10 minutos)
#
# *Chamado 1: "Por dez minutos os clientes não conseguiram pagar. O alarme de erros estava verde, e com razão: nenhuma chamada tinha falhado."*
#
# | o quê | |
# |---|---|
# | alarme | `payments-throttled` |
# | toca quando | qualquer chamada da `payments` leva throttling dentro de um minuto |
# | avisa | o tópico `oncall`, quando começa e quando acaba |
#
# Um minuto sem chamadas é um minuto bom: o alarme volta para `OK`.

# %% id="answer-12-1" exercise="12.1"
# BEGIN SOLUTION
made = cloudwatch.put_metric_alarm(
    AlarmName="payments-throttled", Namespace="AWS/Lambda", MetricName="Throttles", Dimensions=of_payments,
    Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
    TreatMissingData="notBreaching", AlarmActions=[oncall], OKActions=[oncall])
# END SOLUTION

# %% id="check-12-1"
check("12.1")

# %% [markdown] id="why-12-1" lang="en" tags=["solution-only"]
# **Why this works.** A throttled call is counted in `Throttles` and nowhere else: it is no invocation and no error. Where nobody calls there is no datapoint at all, and `notBreaching` says that this is fine.

# %% [markdown] id="why-12-1" lang="pt-BR" tags=["solution-only"] of="017cce"
# **Por que funciona.** Uma chamada com throttling é contada em `Throttles` e em nenhum outro lugar: não é invocação nem erro. Onde ninguém chama não há datapoint nenhum, e `notBreaching` diz que tudo bem.

# %% [markdown] id="task-12-2" lang="en"
# ## 12.2 How many orders? (15 minutes)
#
# *Ticket 2: "Nobody can say how many orders we take, by channel and in all. The last attempt called CloudWatch in every request, and cost more than the orders."*
#
# The function `orders` gets `{"id": "o-1", "channel": "web", "total": 39.9}` and answers `{"accepted": "o-1"}`. It counts by EMF, in one line for each order:
#
# | namespace | metric | unit | value |
# |---|---|---|---|
# | `Loja` | `Orders` | `Count` | 1 |
# | `Loja` | `Revenue` | `None` | `total` |
#
# - Each of them by the dimension `Channel`, and once more without any, for the whole shop. No other dimensions.
# - The line also holds the order's id as `order`, so that one can search for it.
# - An order whose `total` is no number fails, and is not counted.

# %% [markdown] id="task-12-2" lang="pt-BR" of="354f2e"
# ## 12.2 Quantos pedidos? (15 minutos)
#
# *Chamado 2: "Ninguém sabe dizer quantos pedidos entram, por canal e no total. A última tentativa chamava o CloudWatch em cada requisição, e custava mais do que os pedidos."*
#
# A função `orders` recebe `{"id": "o-1", "channel": "web", "total": 39.9}` e responde `{"accepted": "o-1"}`. Ela conta por EMF, em uma linha por pedido:
#
# | namespace | métrica | unidade | valor |
# |---|---|---|---|
# | `Loja` | `Orders` | `Count` | 1 |
# | `Loja` | `Revenue` | `None` | `total` |
#
# - Cada uma pela dimensão `Channel`, e mais uma vez sem nenhuma, para a loja inteira. Nenhuma outra dimensão.
# - A linha também traz o id do pedido como `order`, para dar para procurar por ele.
# - Um pedido cujo `total` não é um número falha, e não é contado.

# %% id="answer-12-2" exercise="12.2" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json
import time

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("12.2: print one line in the embedded metric format, then accept the order")
    revenue = event["total"] + 0.0
    metrics = [{"Name": "Orders", "Unit": "Count"}, {"Name": "Revenue", "Unit": "None"}]
    told = {"Namespace": "Loja", "Dimensions": [["Channel"], []], "Metrics": metrics}
    line = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [told]}, "order": event["id"]}
    print(json.dumps({**line, "Channel": event["channel"], "Orders": 1, "Revenue": revenue}))
    return {"accepted": event["id"]}
    # END SOLUTION

# %% id="deploy-12-2"
orders = deploy("work/orders.py", "orders", timeout=10, show=False)

# %% id="check-12-2"
check("12.2")

# %% [markdown] id="why-12-2" lang="en" tags=["solution-only"]
# **Why this works.** Two sets of dimensions make two metrics of each name: one a channel, one for all. The id is a member of the line and no dimension, so it makes no metric. What can fail comes before the line, so a failed order is not in the count.

# %% [markdown] id="why-12-2" lang="pt-BR" tags=["solution-only"] of="175063"
# **Por que funciona.** Dois conjuntos de dimensões fazem duas métricas de cada nome: uma por canal, uma para tudo. O id é um membro da linha e não uma dimensão, então não cria métrica. O que pode falhar vem antes da linha, então um pedido que falhou não entra na contagem.

# %% [markdown] id="task-12-3" lang="en"
# ## 12.3 Five per cent, and no less (15 minutes)
#
# *Ticket 3: "At three in the morning one card is refused, and I am called. At noon one in ten fails, and nobody is."*
#
# | what | |
# |---|---|
# | alarm | `payments-failing` |
# | a bad minute | more than 5 % of the calls of `payments` failed, and there were at least 20 of them |
# | rings when | three of the last five minutes were bad |
# | tells | the topic `oncall`, when it begins and when it is over |
#
# A minute with fewer calls is a good one, and so is a minute without any.

# %% [markdown] id="task-12-3" lang="pt-BR" of="22c687"
# ## 12.3 Cinco por cento, e não menos (15 minutos)
#
# *Chamado 3: "Às três da manhã um cartão é recusado, e me chamam. Ao meio-dia um em dez falha, e não chamam ninguém."*
#
# | o quê | |
# |---|---|
# | alarme | `payments-failing` |
# | um minuto ruim | mais de 5 % das chamadas da `payments` falharam, e foram pelo menos 20 |
# | toca quando | três dos últimos cinco minutos foram ruins |
# | avisa | o tópico `oncall`, quando começa e quando acaba |
#
# Um minuto com menos chamadas é bom, e um minuto sem nenhuma também.

# %% id="answer-12-3" exercise="12.3"
# BEGIN SOLUTION
def every_minute(id, metric):
    stat = {"Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": of_payments}, "Period": 60, "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, "ReturnData": False}

share = {"Id": "share", "Expression": "IF(calls >= 20, 100 * errors / calls, 0)", "Label": "failed payments in %"}
made = cloudwatch.put_metric_alarm(
    AlarmName="payments-failing", Metrics=[share, every_minute("errors", "Errors"), every_minute("calls", "Invocations")],
    Threshold=5, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=5, DatapointsToAlarm=3,
    TreatMissingData="notBreaching", AlarmActions=[oncall], OKActions=[oncall])
# END SOLUTION

# %% id="check-12-3"
check("12.3")

# %% [markdown] id="why-12-3" lang="en" tags=["solution-only"]
# **Why this works.** The expression makes a rate of two sums, and `IF` gives it a floor. `DatapointsToAlarm` 3 of `EvaluationPeriods` 5 forgives two bad minutes. Only the expression is returned; the two metrics are its ingredients.

# %% [markdown] id="why-12-3" lang="pt-BR" tags=["solution-only"] of="125115"
# **Por que funciona.** A expressão faz uma taxa de duas somas, e `IF` lhe dá um piso. `DatapointsToAlarm` 3 de `EvaluationPeriods` 5 perdoa dois minutos ruins. Só a expressão é retornada; as duas métricas são ingredientes.

# %% [markdown] id="task-12-4" lang="en"
# ## 12.4 The Sunday (10 minutes)
#
# *Ticket 4: "No order from Saturday night to Monday. All alarms green."*
#
# | what | |
# |---|---|
# | alarm | `orders-silent` |
# | watches | the metric `Orders` of 12.2, of the whole shop, in periods of 60 seconds |
# | rings when | no order was accepted for ten minutes; CloudWatch's patience with late data comes on top |
# | tells | the topic `oncall`, when it begins and when it is over |
#
# It goes back to `OK` with the next order.

# %% [markdown] id="task-12-4" lang="pt-BR" of="eff80d"
# ## 12.4 O domingo (10 minutos)
#
# *Chamado 4: "Nenhum pedido de sábado à noite até segunda. Todos os alarmes verdes."*
#
# | o quê | |
# |---|---|
# | alarme | `orders-silent` |
# | olha | a métrica `Orders` do 12.2, da loja inteira, em períodos de 60 segundos |
# | toca quando | nenhum pedido foi aceito por dez minutos; a paciência do CloudWatch com dados atrasados vem por cima |
# | avisa | o tópico `oncall`, quando começa e quando acaba |
#
# Ele volta para `OK` com o próximo pedido.

# %% id="answer-12-4" exercise="12.4"
# BEGIN SOLUTION
made = cloudwatch.put_metric_alarm(
    AlarmName="orders-silent", Namespace="Loja", MetricName="Orders", Statistic="Sum", Period=60, EvaluationPeriods=10,
    Threshold=1, ComparisonOperator="LessThanThreshold", TreatMissingData="breaching",
    AlarmActions=[oncall], OKActions=[oncall])
# END SOLUTION

# %% id="check-12-4"
check("12.4")

# %% [markdown] id="why-12-4" lang="en" tags=["solution-only"]
# **Why this works.** A dead shop sends no zeros, it sends nothing: only `breaching` takes that for trouble. Without dimensions it watches the whole shop, whatever channels there are next year.

# %% [markdown] id="why-12-4" lang="pt-BR" tags=["solution-only"] of="8e14ae"
# **Por que funciona.** Uma loja morta não manda zeros, não manda nada: só `breaching` entende isso como problema. Sem dimensões, ele olha a loja inteira, quaisquer que sejam os canais no ano que vem.

# %% [markdown] id="task-12-5" lang="en"
# ## 12.5 One call (10 minutes)
#
# *Ticket 5: "When the bank is down, three alarms ring one after the other. And at every deployment, too. Call the pager once, and then show me where to look."*
#
# - A composite alarm `shop-down` tells the topic `pager`, and nobody else, when `payments-failing` or `orders-silent` fires; not for `payments-throttled`, and not while `deploying` is in `ALARM`. Say it all in the rule: a call must not wait.
# - A dashboard `loja` shows the states of `shop-down`, `payments-failing`, `orders-silent` and `payments-throttled` (an alarm widget), the `Orders` of the whole shop, and the p99 of the `Duration` of `payments` (metric widgets).

# %% [markdown] id="task-12-5" lang="pt-BR" of="682d24"
# ## 12.5 Um telefonema (10 minutos)
#
# *Chamado 5: "Quando o banco cai, três alarmes tocam um atrás do outro. E em todo deploy também. Chame o pager uma vez, e depois me mostre onde olhar."*
#
# - Um composite alarm `shop-down` avisa o tópico `pager`, e mais ninguém, quando `payments-failing` ou `orders-silent` dispara; não por `payments-throttled`, e não enquanto `deploying` está em `ALARM`. Diga tudo na regra: um telefonema não pode esperar.
# - Um dashboard `loja` mostra os estados de `shop-down`, `payments-failing`, `orders-silent` e `payments-throttled` (um widget de alarmes), o `Orders` da loja inteira, e o p99 da `Duration` da `payments` (widgets de métrica).

# %% id="answer-12-5" exercise="12.5"
# BEGIN SOLUTION
rule = "(ALARM(payments-failing) OR ALARM(orders-silent)) AND NOT ALARM(deploying)"
made = cloudwatch.put_composite_alarm(AlarmName="shop-down", AlarmRule=rule, AlarmActions=[pager])

base = payments.replace(":lambda:", ":cloudwatch:").partition(":function:")[0]
arns = [f"{base}:alarm:{name}" for name in ("shop-down", "payments-failing", "orders-silent", "payments-throttled")]
sold = {"title": "Orders", "metrics": [["Loja", "Orders"]], "stat": "Sum", "period": 60, "region": "us-east-1"}
slow = {"title": "Payments, p99", "metrics": [["AWS/Lambda", "Duration", "FunctionName", "payments"]], "stat": "p99",
        "period": 60, "region": "us-east-1"}
widgets = [{"type": "alarm", "width": 24, "height": 3, "properties": {"title": "Now", "alarms": arns}},
           *({"type": "metric", "width": 12, "height": 6, "properties": one} for one in (sold, slow))]
put = cloudwatch.put_dashboard(DashboardName="loja", DashboardBody=json.dumps({"widgets": widgets}))
# END SOLUTION

# %% id="check-12-5"
check("12.5")

# %% [markdown] id="why-12-5" lang="en" tags=["solution-only"]
# **Why this works.** Actions come with a change of the composite's own state, so a second part that fires adds no call. `AND NOT` keeps a deployment from being trouble, and if the trouble stays it rings afterwards. An actions suppressor does something like it, with waiting times of its own.

# %% [markdown] id="why-12-5" lang="pt-BR" tags=["solution-only"] of="77d20b"
# **Por que funciona.** As ações vêm com a mudança de estado do próprio composite, então uma segunda parte que dispara não acrescenta um telefonema. `AND NOT` impede que um deploy vire problema, e se o problema continuar, toca depois. Um supressor de ações faz algo parecido, com tempos de espera próprios.
