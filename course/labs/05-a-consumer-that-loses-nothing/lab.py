# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "05"
#   kind: lab
#   minutes: 60
#   title:
#     en: "A consumer that loses nothing"
#     pt-BR: "Um consumidor que não perde nada"
#   days: [12, 22]
#   claims: ["12-1", "12-2", "22-1", "22-19", "22-20"]
#   needs: ["05", "lab-02"]
# ---

# %% [markdown] id="opening" lang="en"
# # A consumer that loses nothing
#
# *Lab 05 · 60 minutes · you need: lesson 05*
#
# Black Friday is three weeks away, and Loja's billing drops orders, charges customers twice and mixes up deliveries. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It sends orders of its own, good and broken ones, sends some of them twice, moves the clock, and
# kills your functions while they work.

# %% [markdown] id="opening" lang="pt-BR" of="ecbef1"
# # Um consumidor que não perde nada
#
# *Lab 05 · 60 minutos · você precisa da lição 05*
#
# Faltam três semanas para a Black Friday, e a cobrança da Loja perde pedidos, cobra clientes duas vezes e embaralha entregas. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele envia pedidos dele, bons e quebrados, envia alguns duas vezes, mexe no relógio e
# mata as suas funções enquanto elas trabalham.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import check, clock, connect, deploy

connect("lab-05")

# %% id="tools"
sqs, lambda_client, dynamodb = (boto3.client(name) for name in ("sqs", "lambda", "dynamodb"))

def arn_of(url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

def new_table(name, key):
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}])

for name, key in (("customers", "customer"), ("bills", "order"), ("tracking", "order")):
    new_table(name, key)

# %% [markdown] id="task-05-1" lang="en"
# ## 05.1 A waiting room with a deadline (warm-up, 10 minutes)
#
# *Ticket 1: "Orders that fail are tried until they expire, and then they are gone. We find out from the customer."*
#
# Create two standard queues. The function that will read `orders` has a timeout of 10 seconds.
#
# | queue | what it needs |
# |---|---|
# | `orders-dead` | keeps a letter for 14 days |
# | `orders` | hides a message for 6 times the function's timeout; after 5 receives the message goes to `orders-dead` |

# %% [markdown] id="task-05-1" lang="pt-BR" of="289c6f"
# ## 05.1 Uma sala de espera com prazo (aquecimento, 10 minutos)
#
# *Chamado 1: "Pedidos que falham são tentados até expirar, e aí somem. Quem nos conta é o cliente."*
#
# Crie duas filas padrão. A função que vai ler `orders` tem timeout de 10 segundos.
#
# | fila | do que ela precisa |
# |---|---|
# | `orders-dead` | guarda uma carta por 14 dias |
# | `orders` | esconde a mensagem por 6 vezes o timeout da função; depois de 5 recebimentos a mensagem vai para `orders-dead` |

# %% id="answer-05-1" exercise="05.1"
# BEGIN SOLUTION
dead = sqs.create_queue(QueueName="orders-dead", Attributes={"MessageRetentionPeriod": str(14 * 24 * 3600)})["QueueUrl"]
redrive = json.dumps({"deadLetterTargetArn": arn_of(dead), "maxReceiveCount": 5})
orders = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60", "RedrivePolicy": redrive})["QueueUrl"]
# END SOLUTION

# %% id="check-05-1"
check("05.1")

# %% [markdown] id="why-05-1" lang="en" tags=["solution-only"]
# **Why this works.** 14 days, because on a standard queue a letter brings its age along. Five receives, because throttling counts as a receive, too, and two bad minutes should not bury a good order.

# %% [markdown] id="why-05-1" lang="pt-BR" of="4b119b" tags=["solution-only"]
# **Por que funciona.** 14 dias, porque numa fila padrão a carta traz a sua idade junto. Cinco recebimentos, porque throttling também conta como recebimento, e dois minutos ruins não deveriam enterrar um pedido bom.

# %% [markdown] id="task-05-2" lang="en"
# ## 05.2 One bad order among ten (15 minutes)
#
# *Ticket 2: "One order without a total came in, and nine other customers were charged five times."*
#
# An order is JSON: `order`, `customer`, and `total` in cents. These two files do the work; leave them as they are for now:

# %% [markdown] id="task-05-2" lang="pt-BR" of="d30282"
# ## 05.2 Um pedido ruim entre dez (15 minutos)
#
# *Chamado 2: "Entrou um pedido sem total, e outros nove clientes foram cobrados cinco vezes."*
#
# Um pedido é JSON: `order`, `customer` e `total` em centavos. Estes dois arquivos fazem o trabalho; por enquanto deixe-os como estão:

# %% id="given-cents" tags=["nbval-ignore-output"]
# %%writefile work/cents.py
def cents(total):
    return int(total)

# %% id="given-charge" tags=["nbval-ignore-output"]
# %%writefile work/charge.py
import boto3
from cents import cents

customers = boto3.resource("dynamodb").Table("customers")

def charge(order):
    customers.update_item(Key={"customer": order["customer"]}, UpdateExpression="ADD charged :total",
                          ExpressionAttributeValues={":total": cents(order["total"])})

# %% [markdown] id="todo-05-2" lang="en"
# Write `bill`, and connect it to `orders` with an event source mapping that hands it up to 10 messages:
#
# - each good order is charged with `charge`, whatever else is in its batch;
# - an order that cannot be read or charged is tried again, and in the end lies in `orders-dead`, alone.

# %% [markdown] id="todo-05-2" lang="pt-BR" of="a2be0e"
# Escreva a `bill`, e ligue-a à `orders` com um event source mapping que entrega até 10 mensagens:
#
# - cada pedido bom é cobrado com `charge`, não importa o que mais esteja no lote;
# - um pedido que não dá para ler ou cobrar é tentado de novo, e no fim está na `orders-dead`, sozinho.

# %% id="answer-05-2" exercise="05.2" tags=["nbval-ignore-output"]
# %%writefile work/bill.py
import json
from charge import charge

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("05.2: charge what can be charged, report the rest")
    failures = []
    for record in event["Records"]:
        try:
            charge(json.loads(record["body"]))
        except Exception as error:
            print("failed:", record["messageId"], repr(error))
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
    # END SOLUTION

# %% id="answer-05-2-mapping" exercise="05.2"
def deploy_bill():
    deploy("work/bill.py", "bill", files=["work/charge.py", "work/cents.py"], timeout=10, show=False)

deploy_bill()
# BEGIN SOLUTION
mapping = lambda_client.create_event_source_mapping(
    EventSourceArn=arn_of(orders), FunctionName="bill", BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
# END SOLUTION
now = clock.advance(seconds=5)

# %% id="check-05-2"
check("05.2")

# %% [markdown] id="why-05-2" lang="en" tags=["solution-only"]
# **Why this works.** The handler catches everything, *one record at a time*, and says which ones failed; a handler that raises fails them all. And the mapping must ask for the report: without
# `FunctionResponseTypes` the broken orders would be deleted with the good ones.

# %% [markdown] id="why-05-2" lang="pt-BR" of="90a60e" tags=["solution-only"]
# **Por que funciona.** O handler captura tudo, *um record por vez*, e diz quais falharam; um handler que lança exceção derruba todos. E o mapping precisa pedir o informe: sem
# `FunctionResponseTypes` os pedidos quebrados seriam apagados junto com os bons.

# %% [markdown] id="task-05-3" lang="en"
# ## 05.3 Charged once (15 minutes)
#
# *Ticket 3: "Ana paid twice. The log shows one order, one error, one retry."*
#
# Write `charge` anew. The table `bills` has the key `order`:
#
# - each `order` is charged once, though it is sent twice, delivered twice, or worked on twice at the same moment;
# - a function that dies at any line loses no order, and charges none again.

# %% [markdown] id="task-05-3" lang="pt-BR" of="f4979c"
# ## 05.3 Cobrado uma vez (15 minutos)
#
# *Chamado 3: "A Ana pagou duas vezes. O log mostra um pedido, um erro, um retry."*
#
# Escreva a `charge` de novo. A tabela `bills` tem a chave `order`:
#
# - cada `order` é cobrado uma vez, mesmo que seja enviado duas vezes, entregue duas vezes ou processado duas vezes no mesmo instante;
# - uma função que morre em qualquer linha não perde pedido, e não cobra nenhum de novo.

# %% id="answer-05-3" exercise="05.3" tags=["nbval-ignore-output"]
# %%writefile work/charge.py
import boto3
from cents import cents
dynamodb = boto3.client("dynamodb")

def charge(order):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("05.3: bill and charge in one step, once")
    total = {"N": str(cents(order["total"]))}
    bill = {"TableName": "bills", "Item": {"order": {"S": order["order"]}, "cents": total},
            "ConditionExpression": "attribute_not_exists(cents)"}
    account = {"TableName": "customers", "Key": {"customer": {"S": order["customer"]}}, "UpdateExpression": "ADD charged :total",
               "ExpressionAttributeValues": {":total": total}}
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": bill}, {"Update": account}])
    except dynamodb.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
    # END SOLUTION

# %% id="deploy-05-3"
deploy_bill()

# %% id="check-05-3"
check("05.3")

# %% [markdown] id="why-05-3" lang="en" tags=["solution-only"]
# **Why this works.** Bill and charge are written in one transaction, so there is no line between them to die at. A refusal by the bill's condition means *done before*, which is success; any other refusal, such as a
# conflict with a transaction that runs now, is raised, and the message comes again.

# %% [markdown] id="why-05-3" lang="pt-BR" of="4889fb" tags=["solution-only"]
# **Por que funciona.** A conta e a cobrança são gravadas numa única transação, então não existe linha entre elas onde morrer. Uma recusa pela condição da conta quer dizer *já foi feito*, e isso é sucesso; qualquer outra recusa, como um
# conflito com uma transação em andamento, é lançada, e a mensagem vem de novo.

# %% [markdown] id="task-05-4" lang="en"
# ## 05.4 Shipped before it was paid (15 minutes)
#
# *Ticket 4: "The tracking page says: delivered, placed, shipped. And while one strange order is being retried, nobody's page moves at all."*
#
# Build the road from `announce` to the table `tracking`:
#
# | name | what it does |
# |---|---|
# | `status.fifo` | a FIFO queue; 60 seconds of visibility; after 3 receives to `status-dead.fifo` |
# | `announce` | a function; gets `{"order": ..., "status": ...}` and sends it to the queue; the same news of the same order within 5 minutes is sent once |
# | `track` | a function; reads the queue in batches of 10; calls `note` for each message |
#
# The history of an order stays in the order of its news. News that cannot be noted holds up its own order, and no other one. A batch ends at its first failure.

# %% [markdown] id="task-05-4" lang="pt-BR" of="0630f2"
# ## 05.4 Enviado antes de pago (15 minutos)
#
# *Chamado 4: "A página de rastreio diz: entregue, recebido, enviado. E enquanto um pedido estranho é tentado de novo, a página de ninguém anda."*
#
# Construa o caminho da `announce` até a tabela `tracking`:
#
# | nome | o que faz |
# |---|---|
# | `status.fifo` | uma fila FIFO; 60 segundos de visibilidade; depois de 3 recebimentos para a `status-dead.fifo` |
# | `announce` | uma função; recebe `{"order": ..., "status": ...}` e envia para a fila; a mesma notícia do mesmo pedido dentro de 5 minutos é enviada uma vez |
# | `track` | uma função; lê a fila em lotes de 10; chama `note` para cada mensagem |
#
# O histórico de um pedido fica na ordem das suas notícias. Uma notícia que não pode ser anotada segura o seu próprio pedido, e nenhum outro. Um lote termina na sua primeira falha.

# %% id="given-note" tags=["nbval-ignore-output"]
# %%writefile work/note.py
import boto3

tracking = boto3.resource("dynamodb").Table("tracking")
STATUSES = ("placed", "paid", "shipped", "delivered")

def note(order, status):
    """Append a status to the history of an order; raises ValueError for one that it does not know."""
    if status not in STATUSES:
        raise ValueError(f"no such status: {status}")
    tracking.update_item(Key={"order": order}, UpdateExpression="SET history = list_append(if_not_exists(history, :none), :new)",
                         ExpressionAttributeValues={":none": [], ":new": [status]})

# %% id="answer-05-4-announce" exercise="05.4" tags=["nbval-ignore-output"]
# %%writefile work/announce.py
import json, os
import boto3

sqs = boto3.client("sqs")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("05.4: send the news, in the order's own group")
    sqs.send_message(QueueUrl=os.environ["STATUS"], MessageBody=json.dumps(event), MessageGroupId=event["order"],
                     MessageDeduplicationId=f"{event['order']}:{event['status']}")
    # END SOLUTION

# %% id="answer-05-4-track" exercise="05.4" tags=["nbval-ignore-output"]
# %%writefile work/track.py
import json
from note import note

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("05.4: note one after the other, stop at the first failure")
    records = event["Records"]
    for position, record in enumerate(records):
        try:
            note(**json.loads(record["body"]))
        except Exception as error:
            print("stopped:", record["messageId"], repr(error))
            return {"batchItemFailures": [{"itemIdentifier": later["messageId"]} for later in records[position:]]}
    return {"batchItemFailures": []}
    # END SOLUTION

# %% id="answer-05-4" exercise="05.4"
# BEGIN SOLUTION
status_dead = sqs.create_queue(QueueName="status-dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
redrive = json.dumps({"deadLetterTargetArn": arn_of(status_dead), "maxReceiveCount": 3})
status = sqs.create_queue(QueueName="status.fifo", Attributes={
    "FifoQueue": "true", "VisibilityTimeout": "60", "RedrivePolicy": redrive})["QueueUrl"]
deploy("work/announce.py", "announce", environment={"STATUS": status}, show=False)
deploy("work/track.py", "track", files=["work/note.py"], timeout=10, show=False)
tracker = lambda_client.create_event_source_mapping(
    EventSourceArn=arn_of(status), FunctionName="track", BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
# END SOLUTION
now = clock.advance(seconds=5)

# %% id="check-05-4"
check("05.4")

# %% [markdown] id="why-05-4" lang="en" tags=["solution-only"]
# **Why this works.** The group is the order, so one order's trouble is its own. The deduplication id names order *and* status; content-based deduplication would do as well here, since the body says the same. And `track` hands back the
# failed message with *all* that follow: if it only named the failed one, later news of the same order would be deleted as done, though they came too early.

# %% [markdown] id="why-05-4" lang="pt-BR" of="064f24" tags=["solution-only"]
# **Por que funciona.** O grupo é o pedido, então o problema de um pedido fica com ele. O deduplication id diz o pedido *e* o status; a deduplicação por conteúdo também serviria aqui, já que o corpo diz o mesmo. E a `track` devolve a
# mensagem que falhou junto com *todas* as seguintes: se informasse só a que falhou, notícias posteriores do mesmo pedido seriam apagadas como prontas, embora tivessem chegado cedo demais.

# %% [markdown] id="task-05-5" lang="en"
# ## 05.5 Letters from Brazil (5 minutes)
#
# *Ticket 5: "Since the new checkout is live, totals come as people write them: `"39,90"`. The first three orders are dead letters already."*

# %% [markdown] id="task-05-5" lang="pt-BR" of="225814"
# ## 05.5 Cartas do Brasil (5 minutos)
#
# *Chamado 5: "Desde que o checkout novo entrou no ar, os totais vêm como as pessoas escrevem: `"39,90"`. Os três primeiros pedidos já são cartas mortas."*

# %% id="given-05-5"
for number, total in enumerate(("39,90", "4,90", "1.234,50"), start=1):
    body = json.dumps({"order": f"comma-{number}", "customer": "ana-maria", "total": total})
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"], MessageBody=body)
now = clock.advance(minutes=10)

# %% [markdown] id="todo-05-5" lang="en"
# Teach `cents` such totals: `"39,90"` is 3990 cents, `"1.234,50"` is 123450, and a number is in cents as before; what is neither is a `ValueError`. Then bring the dead letters back to `orders`, so that all three are charged.

# %% [markdown] id="todo-05-5" lang="pt-BR" of="010e10"
# Ensine à `cents` esses totais: `"39,90"` são 3990 centavos, `"1.234,50"` são 123450, e um número continua em centavos; o que não é nem um nem outro é um `ValueError`. Depois traga as cartas mortas de volta para a `orders`, para que as três sejam cobradas.

# %% id="answer-05-5" exercise="05.5" tags=["nbval-ignore-output"]
# %%writefile work/cents.py
import re

def cents(total):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("05.5: cents of a number, or of a text with a comma")
    if isinstance(total, int):
        return total
    if isinstance(total, str) and re.fullmatch(r"\d{1,3}(\.?\d{3})*,\d\d", total):
        return int(re.sub(r"\D", "", total))
    raise ValueError(f"no total: {total!r}")
    # END SOLUTION

# %% id="answer-05-5-redrive" exercise="05.5"
# BEGIN SOLUTION
deploy_bill()
task = sqs.start_message_move_task(SourceArn=arn_of(dead))
# END SOLUTION
now = clock.advance(minutes=1)

# %% id="check-05-5"
check("05.5")

# %% [markdown] id="why-05-5" lang="en" tags=["solution-only"]
# **Why this works.** First the repair, then the redrive; the other way round the letters would be back in five receives. And thanks to 05.3 a redrive can do no harm: an order among them that had been charged is charged no second time.

# %% [markdown] id="why-05-5" lang="pt-BR" of="647cce" tags=["solution-only"]
# **Por que funciona.** Primeiro o conserto, depois o redrive; na ordem inversa as cartas voltariam em cinco recebimentos. E graças ao 05.3 um redrive não faz mal: um pedido entre elas que já tivesse sido cobrado não é cobrado de novo.
