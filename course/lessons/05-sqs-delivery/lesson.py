# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "05"
#   kind: lesson
#   minutes: 40
#   title:
#     en: "SQS: delivery, visibility, order"
#     pt-BR: "SQS: entrega, visibilidade, ordem"
#   days: [12, 22]
#   claims: ["12-1", "12-2", "22-1", "22-19", "22-20"]
#   needs: ["04"]
# ---

# %% [markdown] id="opening" lang="en"
# # SQS: delivery, visibility, order
#
# *Lesson 05 · 40 minutes · you need: lesson 04*
#
# Loja puts its orders into a queue, so that a slow e-mail server keeps no customer waiting. **Does each order come out once, and in its turn?**
# At the end you will be able to
#
# - say what a standard queue promises, what a FIFO queue adds, and what neither does;
# - connect a queue to a function, and know who deletes a message, and when;
# - keep one bad message from taking nine good ones along;
# - find a message that failed for good, and bring it back.

# %% [markdown] id="opening" lang="pt-BR" of="13f57b"
# # SQS: entrega, visibilidade, ordem
#
# *Lição 05 · 40 minutos · você precisa da lição 04*
#
# A Loja põe os pedidos numa fila, para que um servidor de e-mail lento não deixe nenhum cliente esperando. **Cada pedido sai uma vez só, e na sua vez?**
# No final você vai saber
#
# - dizer o que uma fila padrão promete, o que uma fila FIFO acrescenta, e o que nenhuma das duas faz;
# - ligar uma fila a uma função, e saber quem apaga uma mensagem, e quando;
# - impedir que uma mensagem ruim leve nove boas junto;
# - achar uma mensagem que falhou de vez, e trazê-la de volta.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from collections import Counter

import boto3

from helpers import clock, connect, deploy, quiz, timeline

connect("05")

# %% [markdown] id="tools-intro" lang="en"
# Two small tools: a queue with its ARN, and a look into it.

# %% [markdown] id="tools-intro" lang="pt-BR" of="949446"
# Duas ferramentas pequenas: uma fila com o seu ARN, e uma olhada dentro dela.

# %% id="tools"
sqs, lambda_client, logs = (boto3.client(name) for name in ("sqs", "lambda", "logs"))

def new_queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

def receive(url, most=10):
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"])
    return answer.get("Messages", [])

# %% [markdown] id="claim" lang="en"
# ## 1. Exactly once, in order?
#
# **The post says** (day 22): SQS delivers each message *exactly once*, and *in the order of sending*. Then a consumer that crashes could never see an order a second time.
#
# **Your prediction first.** We send five orders, receive them, and "crash" before deleting any. How many does the next consumer get?

# %% [markdown] id="claim" lang="pt-BR" of="d5638a"
# ## 1. Exatamente uma vez, e em ordem?
#
# **O post diz** (Dia 22): o SQS entrega cada mensagem *exatamente uma vez*, e *na ordem de envio*. Então um consumidor que cai nunca poderia ver o mesmo pedido de novo.
#
# **Antes de rodar, aposte.** Enviamos cinco pedidos, recebemos todos e "caímos" antes de apagar qualquer um. Quantos o próximo consumidor recebe?

# %% id="send"
orders, orders_arn = new_queue("orders", VisibilityTimeout="30")
for number in range(5):
    sqs.send_message(QueueUrl=orders, MessageBody=f"order-{number}")

# %% id="crash"
first = receive(orders)      # ... and here the consumer dies: nothing is deleted
at_once = receive(orders)
clock.advance(seconds=31)
second = receive(orders)
print(len(first), "then", len(at_once), "then", len(second))
print("received", {message["Attributes"]["ApproximateReceiveCount"] for message in second}, "times")

# %% [markdown] id="crash-read" lang="en"
# Five, none, and the same five again. Receiving removes nothing: it *hides* a message for its visibility timeout, here 30 seconds. Only `delete_message` removes it. So the promise is *at
# least* once. And the order? This consumer fails at `order-1`, and only there:

# %% [markdown] id="crash-read" lang="pt-BR" of="a80494"
# Cinco, nenhum, e os mesmos cinco de novo. Receber não remove nada: *esconde* a mensagem durante o visibility timeout, aqui 30 segundos. Só o `delete_message` remove. A promessa, então, é *pelo
# menos* uma vez. E a ordem? Este consumidor falha em `order-1`, e só ali:

# %% id="order"
def work_through(url, fails=()):
    for message in receive(url):
        if message["Body"] not in fails:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]

clock.advance(seconds=31)
done = [*work_through(orders, fails=["order-1"])]
clock.advance(seconds=31)
print(*done, *work_through(orders))

# %% [markdown] id="standard-holds" lang="en"
# `order-1` came last: whoever fails goes to the back, and blocks nobody. That is a virtue.
#
# **What holds.** A standard queue delivers at least once, in best-effort order
# ([standard queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html), checked 2026-11).
#
# **On AWS** a message may come twice, or out of turn, though nobody failed; and a receive may return fewer messages than there are. The local queue does neither by itself, so an untouched queue proves nothing here.
#
# ## 2. Then FIFO?
#
# **The post says** (day 12): FIFO processes *exactly once, without duplicates*. Three orders, one of them sent twice by a nervous client:

# %% [markdown] id="standard-holds" lang="pt-BR" of="5e4bdc"
# A `order-1` veio por último: quem falha vai para o fim, e não bloqueia ninguém. Isso é uma virtude.
#
# **O que vale.** Uma fila padrão entrega pelo menos uma vez, com ordem no melhor esforço
# ([filas padrão](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html), conferido em 2026-11).
#
# **Na AWS** uma mensagem pode vir duas vezes, ou fora da vez, sem que ninguém tenha falhado; e um receive pode trazer menos mensagens do que existem. A fila local não faz isso sozinha, então uma fila intocada aqui não prova nada.
#
# ## 2. Então FIFO?
#
# **O post diz** (Dia 12): a FIFO processa *exatamente uma vez, sem duplicatas*. Três pedidos, um deles enviado duas vezes por um cliente nervoso:

# %% id="fifo"
fifo, fifo_arn = new_queue("orders.fifo", FifoQueue="true", VisibilityTimeout="30")

def order(customer, number):
    name = f"{customer}-{number}"
    sqs.send_message(QueueUrl=fifo, MessageBody=name, MessageGroupId=customer, MessageDeduplicationId=name)

for customer, number in (("ana", 1), ("ana", 2), ("bia", 1), ("ana", 1)):
    order(customer, number)

# %% [markdown] id="lock-bet" lang="en"
# Two workers, one message each. **Bet:** the first one works on `ana-1`; what does the second one get? And a third?

# %% [markdown] id="lock-bet" lang="pt-BR" of="907c09"
# Dois workers, uma mensagem para cada. **Aposte:** o primeiro trabalha na `ana-1`; o que o segundo recebe? E um terceiro?

# %% id="lock"
for worker in ("first", "second", "third"):
    print(worker, [message["Body"] for message in receive(fifo, most=1)])

# %% [markdown] id="lock-read" lang="en"
# The second worker gets `bia-1`; the third one nothing, though `ana-2` waits. The order holds *within a message group*, and it holds by locking: a group with a message in flight is closed. Now both workers are too slow:

# %% [markdown] id="lock-read" lang="pt-BR" of="def393"
# O segundo worker recebe `bia-1`; o terceiro, nada, embora `ana-2` esteja esperando. A ordem vale *dentro de um message group*, e vale por meio de uma trava: um grupo com mensagem em processamento fica fechado. Agora os dois workers são lentos demais:

# %% id="slow"
clock.advance(seconds=31)
for message in receive(fifo):
    print(message["Body"], "received", message["Attributes"]["ApproximateReceiveCount"])
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])

# %% [markdown] id="slow-read" lang="en"
# Three messages, not four: the nervous second send was dropped. But `ana-1` and `bia-1` were handed out twice. How long does the queue remember what it has seen?

# %% [markdown] id="slow-read" lang="pt-BR" of="f19f3c"
# Três mensagens, e não quatro: o segundo envio nervoso foi descartado. Mas `ana-1` e `bia-1` foram entregues duas vezes. E por quanto tempo a fila lembra o que já viu?

# %% id="remember"
order("ana", 1)
print("half a minute later:", [*work_through(fifo)])
clock.advance(minutes=5)
order("ana", 1)
print("five minutes later: ", [*work_through(fifo)])

# %% [markdown] id="fifo-holds" lang="en"
# **What holds.** FIFO drops repeated *sends* with the same deduplication id for 5 minutes, also after the message was deleted
# ([deduplication](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html), checked 2026-11), and keeps the order of a group. A consumer that dies or dawdles gets its message again.
# So with either kind the *consumer* must be idempotent, as in lesson 02: a claim in a table, under the order's own number.
#
# Order has a price: 300 calls a second for each API action, unless you ask for high throughput
# ([FIFO quotas](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-fifo-throttling-issues.html)), and a group waits behind its slowest message. Choose small groups: the customer, not the shop.
#
# ## 3. A function empties the queue
#
# ```mermaid
# flowchart LR
#     client((client)) --> orders[[orders]]
#     orders -- "batch, by the event source mapping" --> confirm((confirm))
#     orders -. "after 3 receives" .-> dead[[orders-dead]]
# ```
#
# Lambda polls, hands the function a *batch*, and deletes the batch when the function returns. This one writes to each customer:

# %% [markdown] id="fifo-holds" lang="pt-BR" of="f91038"
# **O que vale.** A FIFO descarta *envios* repetidos com o mesmo deduplication id por 5 minutos, mesmo depois de a mensagem ser apagada
# ([deduplicação](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html), conferido em 2026-11), e mantém a ordem de um grupo. Um consumidor que cai ou demora recebe a mensagem de novo.
# Então, com qualquer uma das duas, quem precisa ser idempotente é o *consumidor*, como na lição 02: uma reserva numa tabela, com o número do próprio pedido.
#
# Ordem tem preço: 300 chamadas por segundo para cada ação da API, a não ser que você peça high throughput
# ([cotas da FIFO](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-fifo-throttling-issues.html)), e um grupo espera pela sua mensagem mais lenta. Escolha grupos pequenos: o cliente, não a loja.
#
# ## 3. Uma função esvazia a fila
#
# ```mermaid
# flowchart LR
#     client((cliente)) --> orders[[orders]]
#     orders -- "lote, pelo event source mapping" --> confirm((confirm))
#     orders -. "depois de 3 recebimentos" .-> dead[[orders-dead]]
# ```
#
# O Lambda faz o polling, entrega um *lote* à função e apaga o lote quando a função retorna. Esta escreve para cada cliente:

# %% id="confirm-file" tags=["nbval-ignore-output"]
# %%writefile work/confirm.py
def lambda_handler(event, context):
    for record in event["Records"]:
        order, price = record["body"].split()
        print("mail", order, float(price))

# %% [markdown] id="mapping-bet" lang="en"
# The queue hides a message for 30 seconds; the function may run for 40. **Bet:** does Lambda agree?

# %% [markdown] id="mapping-bet" lang="pt-BR" of="594a55"
# A fila esconde uma mensagem por 30 segundos; a função pode rodar por 40. **Aposte:** o Lambda aceita?

# %% id="mapping-refused"
deploy("work/confirm.py", "confirm", timeout=40, show=False)
trigger = {"EventSourceArn": orders_arn, "FunctionName": "confirm", "BatchSize": 10, "MaximumBatchingWindowInSeconds": 5}
try:
    lambda_client.create_event_source_mapping(**trigger)
except lambda_client.exceptions.InvalidParameterValueException as error:
    print(error.response["Error"]["Message"])

# %% [markdown] id="mapping-read" lang="en"
# No: the messages would come back while the function still works on them. AWS recommends a visibility timeout of at least 6 times the function's
# ([configuring a queue](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html), checked 2026-11). And a place for what fails for good, the *dead-letter queue*:

# %% [markdown] id="mapping-read" lang="pt-BR" of="f303d6"
# Não: as mensagens voltariam enquanto a função ainda trabalha nelas. A AWS recomenda um visibility timeout de pelo menos 6 vezes o timeout da função
# ([como configurar uma fila](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html), conferido em 2026-11). E um lugar para o que falha de vez, a *dead-letter queue*:

# %% id="mapping"
dead, dead_arn = new_queue("orders-dead")
redrive = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}
sqs.set_queue_attributes(QueueUrl=orders, Attributes={"RedrivePolicy": json.dumps(redrive)})
deploy("work/confirm.py", "confirm", timeout=5, show=False)
mapping = lambda_client.create_event_source_mapping(**trigger)
clock.advance(seconds=5)
print(lambda_client.get_event_source_mapping(UUID=mapping["UUID"])["State"])

# %% [markdown] id="batch-bet" lang="en"
# **The post says** (day 22): a component that fails does not affect the rest. Ten orders; somebody typed the price of number 7 with a comma, as people in Brazil do.
#
# **Your prediction:** how many mails go out, and what lies in `orders-dead` three minutes later?

# %% [markdown] id="batch-bet" lang="pt-BR" of="b6f313"
# **O post diz** (Dia 22): um componente que falha não afeta o resto. Dez pedidos; no preço do número 7 alguém digitou uma vírgula, como se faz no Brasil.
#
# **Sua aposta:** quantos e-mails saem, e o que tem na `orders-dead` três minutos depois?

# %% id="batch-tools"
def send_ten():
    prices = {7: "39,90"}
    entries = [{"Id": str(n), "MessageBody": f"order-{n} {prices.get(n, '39.90')}"} for n in range(10)]
    return sqs.send_message_batch(QueueUrl=orders, Entries=entries)["Successful"]

def mails():
    events = logs.filter_log_events(logGroupName="/aws/lambda/confirm")["events"]
    return Counter(event["message"].split()[1] for event in events if event["message"].startswith("mail"))

# %% id="batch"
sent = send_ten()
clock.advance(minutes=3)
print(*sorted(mails().items()), sep="\n")
print(len([*work_through(dead)]), "orders in orders-dead")

# %% [markdown] id="batch-read" lang="en"
# Seven customers got three mails each, two got none, and all ten orders lie in the dead-letter queue. A batch succeeds or fails as a whole: one comma sent everything back three times, and each time the function began
# at the front.
#
# **On AWS** the ten may arrive in several smaller batches, and the figures come out a little different. The rule is the same.
#
# ## 4. Say which ones failed
#
# The function reports the messages that failed, and the mapping is told to read the report:

# %% [markdown] id="batch-read" lang="pt-BR" of="229cf1"
# Sete clientes receberam três e-mails cada um, dois não receberam nenhum, e os dez pedidos estão na dead-letter queue. Um lote dá certo ou falha inteiro: uma vírgula mandou tudo de volta três vezes, e a cada vez a função recomeçou
# pelo começo.
#
# **Na AWS** os dez podem chegar em vários lotes menores, e os números saem um pouco diferentes. A regra é a mesma.
#
# ## 4. Diga quais falharam
#
# A função informa as mensagens que falharam, e o mapping é avisado para ler esse informe:

# %% id="report-file" tags=["nbval-ignore-output"]
# %%writefile work/confirm.py
def lambda_handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            order, price = record["body"].split()
            print("mail", order, float(price))
        except ValueError as error:
            print("failed:", error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

# %% id="report"
before = mails()
deploy("work/confirm.py", "confirm", timeout=5, show=False)
reporting = lambda_client.update_event_source_mapping(
    UUID=mapping["UUID"], FunctionResponseTypes=["ReportBatchItemFailures"])
clock.advance(seconds=5)
sent = send_ten()
clock.advance(minutes=3)
print("mails for each order:", set((mails() - before).values()), "for", len(mails() - before), "orders")
print("in orders-dead:", [message["Body"] for message in receive(dead)])

# %% [markdown] id="life-intro" lang="en"
# Nine mails, one letter in the dead-letter queue. Its life:

# %% [markdown] id="life-intro" lang="pt-BR" of="e9f0db"
# Nove e-mails, uma carta na dead-letter queue. A vida dela:

# %% id="life" tags=["nbval-ignore-output"]
timeline(sent[7]["MessageId"])

# %% [markdown] id="report-holds" lang="en"
# **What holds** ([partial batch responses](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html), checked 2026-11):
#
# - the default is *all or nothing*; an exception fails the whole batch even where reports are read;
# - on a FIFO queue stop at the first failure and report it *and all that follow*, or you break the order;
# - there is no retry count for a queue: `maxReceiveCount` decides, and AWS advises at least 5, because throttling counts, too;
# - `DeadLetterConfig` of the *function* is for asynchronous calls. Here the queue's own `RedrivePolicy` counts.
#
# Now mend the comma, and bring the letter back. On AWS this is a button, *DLQ redrive*; in code it is `StartMessageMoveTask`:

# %% [markdown] id="report-holds" lang="pt-BR" of="a712e7"
# **O que vale** ([respostas parciais de lote](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html), conferido em 2026-11):
#
# - o padrão é *tudo ou nada*; uma exceção derruba o lote inteiro mesmo onde o informe é lido;
# - numa fila FIFO, pare na primeira falha e informe ela *e todas as seguintes*, ou você quebra a ordem;
# - fila não tem número de retries: quem decide é o `maxReceiveCount`, e a AWS recomenda pelo menos 5, porque throttling também conta;
# - o `DeadLetterConfig` da *função* é para chamadas assíncronas. Aqui vale o `RedrivePolicy` da própria fila.
#
# Agora conserte a vírgula, e traga a carta de volta. Na AWS isso é um botão, *DLQ redrive*; em código é `StartMessageMoveTask`:

# %% id="redrive"
from pathlib import Path

handler = Path("work/confirm.py")
mended = handler.write_text(handler.read_text().replace("float(price)", "float(price.replace(',', '.'))"))
deploy("work/confirm.py", "confirm", timeout=5, show=False)
clock.advance(seconds=31)
task = sqs.start_message_move_task(SourceArn=dead_arn)
clock.advance(seconds=10)
print(sqs.list_message_move_tasks(SourceArn=dead_arn)["Results"][0]["Status"])
print("order-7 got", mails()["order-7"], "mail;", len(receive(dead)), "left in orders-dead")

# %% [markdown] id="at-work" lang="en"
# At work you would not write that loop yourself. [Powertools for AWS Lambda](https://docs.aws.amazon.com/powertools/python/latest/utilities/batch/) has it, for FIFO queues too, and AWS publishes it as a layer. You write what happens to *one* record; what raises is reported:

# %% [markdown] id="at-work" lang="pt-BR" of="9dfef8"
# No trabalho você não escreveria esse laço. O [Powertools for AWS Lambda](https://docs.aws.amazon.com/powertools/python/latest/utilities/batch/) já o tem, para filas FIFO também, e a AWS o publica como layer. Você escreve o que acontece com *um* registro; o que lançar exceção é informado:

# %% id="at-work-file"
# %%writefile work/confirm_at_work.py
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

processor = BatchProcessor(event_type=EventType.SQS)

def confirm(record):
    order, price = record.body.split()
    print("mail", order, float(price))

def lambda_handler(event, context):
    return process_partial_response(event, record_handler=confirm, processor=processor, context=context)

# %% id="at-work-run"
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
before = mails()
deploy("work/confirm_at_work.py", "confirm", layers=[POWERTOOLS], memory=512, timeout=5, show=False)
sent = send_ten()
clock.advance(minutes=3)
print("mails for each order:", set((mails() - before).values()), "for", len(mails() - before), "orders")
print("in orders-dead:", [message["Body"] for message in receive(dead)])

# %% [markdown] id="forget-bet" lang="en"
# ## 5. What a queue forgets
#
# **The post says** (day 12): with SQS no message is lost. An order fails on its third day, and moves to a dead-letter queue. **Bet:** is it there two days later?

# %% [markdown] id="forget-bet" lang="pt-BR" of="1e5308"
# ## 5. O que uma fila esquece
#
# **O post diz** (Dia 12): com o SQS nenhuma mensagem se perde. Um pedido falha no terceiro dia e vai para uma dead-letter queue. **Aposte:** ele ainda está lá dois dias depois?

# %% id="forget"
morgue, morgue_arn = new_queue("slow-dead")
redrive = json.dumps({"deadLetterTargetArn": morgue_arn, "maxReceiveCount": 1})
slow, _ = new_queue("slow", RedrivePolicy=redrive, VisibilityTimeout="30")
sqs.send_message(QueueUrl=slow, MessageBody="order-99")
clock.advance(days=3)
print(len(receive(slow)), "received,", end=" ")
clock.advance(seconds=31)
print(len(receive(slow)), "the second time")

# %% id="forgotten"
def waiting(url):
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return counted["Attributes"]["ApproximateNumberOfMessages"]

print("in slow-dead:", waiting(morgue))
clock.advance(days=2)
print("in slow-dead, two days later:", waiting(morgue))

# %% [markdown] id="forget-read" lang="en"
# Gone, without a trace. A queue keeps messages for 4 days unless you say otherwise, 14 at most
# ([`MessageRetentionPeriod`](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html), checked 2026-11); and on standard queues the clock of a message does not start anew in the dead-letter queue
# ([dead-letter queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html)). Give a dead-letter queue 14 days, and an alarm at the first letter.
#
# ## What we saw
#
# - Receiving hides, deleting removes: **at least once**, with standard and FIFO alike.
# - FIFO orders **within a group**, and drops repeated sends for 5 minutes. It cannot make your consumer idempotent.
# - A batch fails **as a whole**, unless the function reports what failed and the mapping reads it.
# - A dead-letter queue is a waiting room with a deadline.

# %% [markdown] id="forget-read" lang="pt-BR" of="589a82"
# Sumiu, sem deixar rastro. Uma fila guarda mensagens por 4 dias se você não disser outra coisa, 14 no máximo
# ([`MessageRetentionPeriod`](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html), conferido em 2026-11); e, nas filas padrão, o relógio de uma mensagem não recomeça na dead-letter queue
# ([dead-letter queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html)). Dê 14 dias à dead-letter queue, e um alarme na primeira carta.
#
# ## O que vimos
#
# - Receber esconde, apagar remove: **pelo menos uma vez**, tanto na padrão quanto na FIFO.
# - A FIFO ordena **dentro de um grupo** e descarta envios repetidos por 5 minutos. Tornar o seu consumidor idempotente ela não consegue.
# - Um lote falha **inteiro**, a não ser que a função informe o que falhou e o mapping leia.
# - Uma dead-letter queue é uma sala de espera com prazo.

# %% id="quiz"
quiz("05")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** *Orders are charged twice, and the logs show no error: which three causes do you check in a queue and its consumer?* And: *we went FIFO to be safe, and now one
# customer's order stops everything; why?*
#
# **Read next.** Lab 05, a consumer that loses nothing. Then lesson 06, where one message has many readers.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the crash of section 1 with a visibility timeout of one second. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="abbfe3"
# **Perguntas de entrevista que isto prepara.** *Pedidos são cobrados duas vezes, e os logs não mostram erro: quais três causas você confere numa fila e no seu consumidor?* E: *fomos para FIFO por segurança, e agora o pedido de um
# cliente para tudo; por quê?*
#
# **O que ler agora.** O lab 05, um consumidor que não perde nada. Depois a lição 06, em que uma mensagem tem muitos leitores.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): a queda da seção 1 com um visibility timeout de um segundo. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_sqs = boto3.client("sqs")
real_url = real_sqs.create_queue(QueueName="course-orders", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
real_sqs.send_message(QueueUrl=real_url, MessageBody="order-1")

# %% id="real-crash"
# %%real_aws --cost "under US$ 0.01"
for consumer in ("first", "second"):
    answer = real_sqs.receive_message(QueueUrl=real_url, WaitTimeSeconds=10, MessageSystemAttributeNames=["All"])
    for message in answer.get("Messages", []):
        print(consumer, message["Body"], message["Attributes"]["ApproximateReceiveCount"])

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
