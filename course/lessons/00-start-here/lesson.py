# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "00"
#   kind: lesson
#   minutes: 25
#   title:
#     en: "Start here: what a mock can prove"
#     pt-BR: "Comece aqui: o que um mock consegue provar"
#   days: [2, 12, 17, 22]
#   claims: ["22-1"]
#   needs: []
# ---

# %% [markdown] id="opening" lang="en"
# # Start here: what a mock can prove
#
# *Lesson 00 · 25 minutes · you need: Python, and nothing from AWS*
#
# Day 22 of the series *AWS em 30 dias*, by Edilson Freitas, says that SQS delivers messages exactly once and in the order
# in which they were sent. In a few minutes a mock will agree with half of that sentence. The whole sentence is wrong.
#
# **So what is a mock worth?** That is the question of this lesson. At the end you will be able to
#
# - connect a notebook to the local cloud, and say what in it is local and what is AWS;
# - send, receive and delete messages with plain boto3;
# - tell a run that proves something from a run that only agrees with you;
# - move the clock, empty your account, and check that your set-up works.
#
# Every lesson has the same rhythm: the post says something, **you bet**, we run it, we read what came out. Write your bet down
# before you press Shift+Enter. A lost bet is the best minute of the lesson.

# %% [markdown] id="opening" lang="pt-BR" of="6033f9"
# # Comece aqui: o que um mock consegue provar
#
# *Lição 00 · 25 minutos · você precisa de Python, e de nada da AWS*
#
# O Dia 22 da série *AWS em 30 dias*, de Edilson Freitas, diz que o SQS entrega as mensagens exatamente uma vez e na ordem
# em que foram enviadas. Daqui a pouco um mock vai concordar com metade dessa frase. A frase inteira está errada.
#
# **Então quanto vale um mock?** Essa é a pergunta desta lição. No final você vai saber
#
# - conectar um notebook à nuvem local, e dizer o que nela é local e o que é AWS;
# - enviar, receber e apagar mensagens com boto3 puro;
# - separar a execução que prova alguma coisa da que só concorda com você;
# - mexer no relógio, esvaziar a sua conta e conferir se a sua instalação funciona.
#
# Toda lição tem o mesmo ritmo: o post afirma algo, **você aposta**, a gente roda e lê o que saiu. Anote a aposta antes de
# apertar Shift+Enter. Aposta perdida é o melhor minuto da lição.

# %% [markdown] id="connect-intro" lang="en"
# ## One line connects you
#
# This cell finds the local cloud, or starts it, and gives this notebook an empty account of its own.

# %% [markdown] id="connect-intro" lang="pt-BR" of="d10580"
# ## Uma linha conecta você
#
# Esta célula encontra a nuvem local, ou liga uma, e dá a este notebook uma conta vazia só dele.

# %% id="connect" tags=["nbval-ignore-output"]
import boto3

from helpers import clock, connect, deploy, quiz

connect("00")

# %% [markdown] id="where" lang="en"
# Read the line: a cloud, an account number of twelve digits, a Region. The cloud is one process on your machine:
#
# ```mermaid
# flowchart LR
#     notebook["this notebook<br/>plain boto3"] -->|http://127.0.0.1| cloud["local cloud<br/>one process"]
#     cloud --> state[("queues, tables, roles<br/>of your account")]
#     cloud --> functions["Lambda functions<br/>real Python processes"]
#     notebook -. "only cells marked %%real_aws" .-> aws["AWS"]
# ```
#
# The boto3 here is the boto3 you use at work. Only the address differs, and the client can tell us which one it has:

# %% [markdown] id="where" lang="pt-BR" of="8a9f5f"
# Leia a linha: uma nuvem, um número de conta com doze dígitos, uma Região. A nuvem é um processo na sua máquina:
#
# ```mermaid
# flowchart LR
#     notebook["este notebook<br/>boto3 puro"] -->|http://127.0.0.1| cloud["nuvem local<br/>um processo"]
#     cloud --> state[("filas, tabelas, roles<br/>da sua conta")]
#     cloud --> functions["funções Lambda<br/>processos Python de verdade"]
#     notebook -. "só células com %%real_aws" .-> aws["AWS"]
# ```
#
# O boto3 daqui é o mesmo que você usa no trabalho. Só muda o endereço, e o client sabe dizer qual é o dele:

# %% id="address"
sqs = boto3.client("sqs")
print(sqs.meta.endpoint_url.rsplit(":", 1)[0], sqs.meta.region_name)

# %% [markdown] id="guard-intro" lang="en"
# Your own machine. And if some code in this notebook tried AWS's real address? **Bet:** does it get an error from AWS about
# credentials, or does something stop it earlier?

# %% [markdown] id="guard-intro" lang="pt-BR" of="f7fc72"
# A sua própria máquina. E se algum código deste notebook tentasse o endereço real da AWS? **Aposte:** vem um erro da AWS sobre
# credenciais, ou alguma coisa barra antes?

# %% id="guard"
import urllib.request

try:
    urllib.request.urlopen("https://sqs.us-east-1.amazonaws.com")
except OSError as refusal:
    print(refusal)

# %% [markdown] id="queue-intro" lang="en"
# Stopped before it left the machine. Outside the marked cells nothing can reach your company's account or cost money.
#
# ## A first queue
#
# Loja, the shop that we build in this course, sends ten orders to a queue.

# %% [markdown] id="queue-intro" lang="pt-BR" of="83d48a"
# Barrado antes de sair da máquina. Fora das células marcadas, nada alcança a conta da sua empresa nem custa dinheiro.
#
# ## A primeira fila
#
# A Loja, o e-commerce que vamos construir neste curso, manda dez pedidos para uma fila.

# %% id="send"
queue_url = sqs.create_queue(QueueName="orders")["QueueUrl"]
for number in range(10):
    sqs.send_message(QueueUrl=queue_url, MessageBody=f"order-{number}")

# %% [markdown] id="order-bet" lang="en"
# **The post says** that they come back in the order in which they were sent. **Your bet:** what does one receive of up to ten
# messages print?

# %% [markdown] id="order-bet" lang="pt-BR" of="e41a2f"
# **O post diz** que eles voltam na ordem em que foram enviados. **A sua aposta:** o que um receive de até dez mensagens
# imprime?

# %% id="receive"
answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
print([message["Body"] for message in answer["Messages"]])

# %% [markdown] id="twenty-intro" lang="en"
# From 0 to 9, as promised. Once may be luck, so we do it twenty times, each time with a fresh queue.

# %% [markdown] id="twenty-intro" lang="pt-BR" of="103b7f"
# De 0 a 9, como prometido. Uma vez pode ser sorte, então fazemos vinte vezes, cada uma com uma fila nova.

# %% id="twenty"
def send_and_receive(name):
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    for position in range(10):
        sqs.send_message(QueueUrl=url, MessageBody=str(position))
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [int(message["Body"]) for message in answer["Messages"]]


rounds = [send_and_receive(f"round-{number}") for number in range(20)]
print(sum(received == sorted(received) for received in rounds), "of", len(rounds), "in order")

# %% [markdown] id="order-holds" lang="en"
# Twenty of twenty. Is the post right? **No.** It speaks of SQS without saying which kind of queue, and ours is a *standard*
# queue, the default.
#
# **What holds:** a standard queue delivers *at least once*, and keeps the order only as well as it can: messages may arrive
# out of order, and more than once ([Amazon SQS standard queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html),
# checked 2026-11).
#
# Why did twenty runs agree with a wrong sentence? Our queue is a list in the memory of one process, and a list read from
# its start comes out in order. The experiment *could not fail*, and a run that cannot fail proves nothing.
#
# **On AWS** a queue lives on many machines in several availability zones. You may well see twenty of twenty there too, until the
# day you do not. What the contract allows is easier to see than to read:

# %% [markdown] id="order-holds" lang="pt-BR" of="00b71a"
# Vinte de vinte. O post está certo? **Não.** Ele fala do SQS sem dizer qual tipo de fila, e a nossa é uma fila *standard*, o
# padrão.
#
# **O que vale:** uma fila standard entrega *pelo menos uma vez* e mantém a ordem só na medida do possível: as mensagens podem
# chegar fora de ordem, e mais de uma vez ([Amazon SQS standard queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html),
# conferido em 2026-11).
#
# Por que vinte execuções concordaram com uma frase errada? A nossa fila é uma lista na memória de um processo, e lista
# lida do começo sai em ordem. O experimento *não tinha como falhar*, e o que não tem como falhar não prova nada.
#
# **Na AWS** uma fila mora em muitas máquinas, em várias zonas de disponibilidade. Pode ser que lá você também veja vinte de
# vinte, até o dia em que não vê. O que o contrato permite é mais fácil de ver do que de ler:

# %% id="figure"
import matplotlib.pyplot as plt

allowed = [0, 2, 1, 3, 4, 7, 5, 6, 5, 9, 8]
figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharex=True, sharey=True)
titles = ("20 rounds that we ran", "drawn: the contract allows this too")
for axis, deliveries, title in zip(axes, (rounds, [allowed]), titles):
    for received in deliveries:
        axis.plot(received, "o-")
    axis.set(title=title, xlabel="received as number", ylabel="sent as number")
plt.show()

# %% [markdown] id="redelivery-bet" lang="en"
# On the left twenty identical lines, one on top of the other. On the right a delivery that nobody measured: messages change
# places, and number 5 comes twice. Code that handles only the left picture will meet the right one in production.
#
# ## The other half: exactly once
#
# We received ten orders and never deleted them, as if our process had crashed. A received message is hidden for the queue's
# *visibility timeout*, 30 seconds by default. Nobody waits here: in the local cloud time is a parameter, so we move the
# clock. **Your bet:** 31 seconds later, is the queue empty?

# %% [markdown] id="redelivery-bet" lang="pt-BR" of="c0eb40"
# À esquerda, vinte linhas iguais, uma em cima da outra. À direita, uma entrega que ninguém mediu: mensagens trocam de
# lugar, e a número 5 chega duas vezes. Código que só aguenta o gráfico da esquerda vai encontrar o da direita em produção.
#
# ## A outra metade: exatamente uma vez
#
# Recebemos dez pedidos e não apagamos nenhum, como se o nosso processo tivesse caído. Uma mensagem recebida fica escondida
# durante o *visibility timeout* da fila, 30 segundos por padrão. Aqui ninguém espera: na nuvem local o tempo é um parâmetro,
# então adiantamos o relógio. **A sua aposta:** 31 segundos depois, a fila está vazia?

# %% id="redelivery"
ask = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["ApproximateReceiveCount"]}

clock.advance(seconds=31)
again = sqs.receive_message(**ask)["Messages"]
counts = {message["Attributes"]["ApproximateReceiveCount"] for message in again}
print(len(again), "messages, receive count", counts)

# %% [markdown] id="delete-intro" lang="en"
# The same ten, each received for the second time. Exactly once? Twice. This run *could* have come out otherwise, and AWS documents
# what we saw: a message that is not deleted in time becomes visible again ([visibility timeout](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html),
# checked 2026-11). The two together refute the post. What ends a message's life is not the receive, it is the delete:

# %% [markdown] id="delete-intro" lang="pt-BR" of="34edd4"
# Os mesmos dez, cada um recebido pela segunda vez. Exatamente uma vez? Duas. Esta execução *podia* ter dado outro resultado, e a AWS documenta
# o que vimos: mensagem que não é apagada a tempo volta a ficar visível ([visibility timeout](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html),
# conferido em 2026-11). As duas coisas juntas derrubam o post. O que encerra a vida de uma mensagem não é o receive, é o delete:

# %% id="delete"
for message in again:
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

clock.advance(seconds=31)
print(sqs.receive_message(**ask).get("Messages", "nothing left"))

# %% [markdown] id="permutations-intro" lang="en"
# Nothing left. **On AWS** even a deleted message can come back, rarely, when one of the servers that held a copy was away while you deleted
# ([at-least-once delivery](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html),
# checked 2026-11). The local queue never does that, so no run here can show it.
#
# ## An experiment that can fail
#
# If the mock never reorders, how do we test for disorder? We take the contract at its word: it allows *any* sequence, so we feed our
# code every sequence. Loja tracks an order through three messages, and two functions tell its status. **Bet:** in how many of the six
# possible deliveries does each answer `shipped`?

# %% [markdown] id="permutations-intro" lang="pt-BR" of="965d86"
# Não sobrou nada. **Na AWS** até mensagem apagada pode voltar, raramente, quando um dos servidores que guardavam a cópia estava fora na hora do delete
# ([at-least-once delivery](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html),
# conferido em 2026-11). A fila local nunca faz isso, então nenhuma execução daqui consegue mostrar.
#
# ## Um experimento que tem como falhar
#
# Se o mock nunca embaralha, como testar a desordem? Levando o contrato ao pé da letra: ele permite *qualquer* sequência, então damos ao nosso
# código todas elas. A Loja acompanha um pedido por três mensagens, e duas funções dizem em que status ele está. **Aposte:** em quantas das
# seis entregas possíveis cada uma responde `shipped`?

# %% id="permutations"
from itertools import permutations


def last_message(delivery):
    return delivery[-1]["status"]


def highest_step(delivery):
    return max(delivery, key=lambda message: message["step"])["status"]


history = [{"step": step, "status": status} for step, status in enumerate(("placed", "paid", "shipped"), start=1)]
for delivery in permutations(history):
    print([message["step"] for message in delivery], last_message(delivery), highest_step(delivery))

# %% [markdown] id="evidence" lang="en"
# `last_message` is right in two of six, `highest_step` in all six, and a repeated message would not change its answer. No cloud
# took part, and yet this is the strongest run of the lesson: it could fail, and it tried every sequence of these messages.
#
# ## What a mock can prove
#
# | you ask | a run here is | because |
# |---|---|---|
# | Is my call right? Which error code comes back? | evidence | boto3 checks the parameters, and the local cloud's tests compare it with behaviour recorded on AWS |
# | Does my code survive a crash, a retry, a late message? | evidence | you make it happen, and the run can fail |
# | Does it *always* work? In any order, without duplicates? | no evidence | the mock is tidier than AWS; use the contract, as above |
# | Is it fast enough, does it scale, what will it cost? | no evidence | the durations are your laptop's; money and crowds are AWS's |
# | May this role really do that? | no evidence | the local cloud does not ask a role's policies yet; lesson 03 is about them |
#
# Believe a mock that says *no* once AWS's page says it too. Never believe one that says *always*. A line **On AWS** marks each
# place where the two differ.
#
# ## Your account, your clock, your reset
#
# Twenty-one queues are in this account now. `connect` empties it, and only it: other notebooks have other accounts. So *Run → Restart
# Kernel and Run All Cells…* always starts clean.

# %% [markdown] id="evidence" lang="pt-BR" of="1571f4"
# `last_message` acerta em duas de seis, `highest_step` nas seis, e uma mensagem repetida não mudaria a sua resposta. Nenhuma nuvem
# participou, e mesmo assim esta é a execução mais forte da lição: podia falhar, e tentou todas as sequências dessas mensagens.
#
# ## O que um mock consegue provar
#
# | você pergunta | rodar aqui é | porque |
# |---|---|---|
# | A minha chamada está certa? Que código de erro volta? | evidência | o boto3 confere os parâmetros, e os testes da nuvem local a comparam com comportamento gravado na AWS |
# | O meu código sobrevive a uma queda, um retry, uma mensagem atrasada? | evidência | você faz acontecer, e a execução pode falhar |
# | Funciona *sempre*? Em qualquer ordem, sem duplicatas? | nenhuma evidência | o mock é mais arrumadinho que a AWS; use o contrato, como acima |
# | É rápido, escala, quanto vai custar? | nenhuma evidência | as durações são do seu laptop; dinheiro e multidão são da AWS |
# | Esta role pode mesmo fazer isso? | nenhuma evidência | a nuvem local ainda não consulta as policies de uma role; a lição 03 trata delas |
#
# Acredite no mock que diz *não* quando a página da AWS também diz. Nunca acredite no que diz *sempre*. Uma linha **Na AWS** marca
# cada lugar em que os dois diferem.
#
# ## A sua conta, o seu relógio, o seu reset
#
# Agora há vinte e uma filas nesta conta. O `connect` esvazia a conta, e só ela: outros notebooks têm outras contas. Por isso
# *Executar → Reiniciar o kernel e executar tudo…* sempre começa do zero.

# %% id="reset" tags=["nbval-ignore-output"]
print(len(sqs.list_queues()["QueueUrls"]), "queues")
connect("00")
print(len(sqs.list_queues().get("QueueUrls", [])), "queues")

# %% [markdown] id="check-intro" lang="en"
# From twenty-one to none. If a notebook ever behaves oddly, this is the first thing to do.
#
# ## Does my set-up work?
#
# One thing is untested: a Lambda function. A function under study stands in a file that a cell writes. `deploy` zips the file, makes the
# boto3 calls that you would make, and prints them.

# %% [markdown] id="check-intro" lang="pt-BR" of="0a2ff6"
# De vinte e uma para nenhuma. Se um dia um notebook ficar estranho, comece por aqui.
#
# ## A minha instalação funciona?
#
# Falta testar uma coisa: uma função Lambda. A função em estudo fica num arquivo que uma célula escreve. O `deploy` gera o zip, faz as
# chamadas boto3 que você faria e imprime cada uma.

# %% id="hello-file" tags=["nbval-ignore-output"]
# %%writefile work/hello.py
def lambda_handler(event, context):
    return {"hello": event["name"]}

# %% id="hello"
deploy("work/hello.py", "hello")
answer = boto3.client("lambda").invoke(FunctionName="hello", Payload='{"name": "Loja"}')
print(answer["StatusCode"], answer["Payload"].read().decode())

# %% [markdown] id="closing" lang="en"
# `200 {"hello": "Loja"}`: account, queue, clock and functions work, and you are ready. If a cell failed instead, run `course doctor` in
# a terminal; it says what is missing and the command that mends it.
#
# ## What we saw
#
# - The local cloud is one process on your machine; boto3 is real, the address is not AWS's, and other addresses are refused.
# - A mock agreed, twenty times out of twenty, with a sentence that is wrong. A run that cannot fail is no evidence.
# - The post fell to a run that could fail *and* AWS's page; our code was proved by trying all that the contract allows.
# - A message lives until it is deleted, or until its retention is over. The clock moves when you say so. `connect` empties the account.

# %% [markdown] id="closing" lang="pt-BR" of="f32528"
# `200 {"hello": "Loja"}`: conta, fila, relógio e funções estão de pé, e já dá para começar. Se alguma célula falhou, rode `course doctor`
# num terminal; ele diz o que falta e o comando que resolve.
#
# ## O que vimos
#
# - A nuvem local é um processo na sua máquina; o boto3 é o de verdade, o endereço não é o da AWS, e outros endereços são recusados.
# - Um mock concordou, vinte vezes em vinte, com uma frase errada. Execução que não tem como falhar não é evidência.
# - O post caiu diante de uma execução que podia falhar *e* da página da AWS; o nosso código foi provado tentando tudo o que o contrato permite.
# - Uma mensagem vive até ser apagada, ou até acabar a retenção dela. O relógio anda quando você manda. O `connect` esvazia a conta.

# %% id="quiz"
quiz("00")

# %% [markdown] id="next" lang="en"
# ## In an interview
#
# The ten questions of day 22 begin in the next lesson. Be ready for the one that comes before them all: *"Your tests pass against a
# mock. What does that tell me about production?"* Answer with the table above and one example from this lesson.
#
# ## Read next
#
# - [Lesson 01: Handlers and the events that call them](01-handlers-and-events.ipynb)
# - AWS: [standard queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html), and
#   [FIFO queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues.html), which lesson 05 takes apart
#
# ## Optional: the same on real AWS
#
# The cells below run only when the notebook was started with `COURSE_TARGET=aws` and you confirm account and Region; otherwise they say that
# they were skipped. They repeat the experiment of the ten orders on a real queue. Before you run them: what will you conclude if they come in
# order, and what if they do not?

# %% [markdown] id="next" lang="pt-BR" of="57f101"
# ## Na entrevista
#
# As dez perguntas do Dia 22 começam na próxima lição. Prepare-se para a que vem antes de todas: *"Seus testes passam contra um mock. O que
# isso me diz sobre a produção?"* Responda com a tabela acima e um exemplo desta lição.
#
# ## Leia a seguir
#
# - [Lição 01: Handlers e os eventos que os chamam](01-handlers-and-events.ipynb)
# - AWS: [standard queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html) e
#   [FIFO queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues.html), que a lição 05 desmonta peça por peça
#
# ## Opcional: o mesmo na AWS de verdade
#
# As células abaixo só rodam se o notebook foi aberto com `COURSE_TARGET=aws` e você confirmar conta e Região; senão, dizem que foram
# puladas. Elas repetem o experimento dos dez pedidos numa fila real. Antes de rodar: o que você vai concluir se eles chegarem em ordem? E se
# não chegarem?

# %% id="real-queue" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
import boto3

sqs = boto3.client("sqs")
queue_url = sqs.create_queue(QueueName="day22-orders")["QueueUrl"]
for number in range(10):
    sqs.send_message(QueueUrl=queue_url, MessageBody=str(number))

received = []
while len(received) < 10:
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
    received += [int(message["Body"]) for message in answer.get("Messages", [])]
print(received)

# %% [markdown] id="real-cleanup-intro" lang="en"
# Whatever you saw, it is one run. The last cell deletes what these cells created, and says so.

# %% [markdown] id="real-cleanup-intro" lang="pt-BR" of="9f1e3e"
# Seja qual for o resultado, é uma execução só. A última célula apaga o que estas células criaram, e diz o que apagou.

# %% id="real-cleanup" tags=["nbval-ignore-output"]
# %%real_aws
from helpers import cleanup

cleanup()
