# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "06"
#   kind: lesson
#   minutes: 40
#   title:
#     en: "SNS: fan-out, filters, and the missing fan-in"
#     pt-BR: "SNS: fan-out, filtros e o fan-in que falta"
#   days: [12, 22]
#   claims: ["12-5", "12-8", "22-17", "22-18"]
#   needs: ["04", "05"]
# ---

# %% [markdown] id="opening" lang="en"
# # SNS: fan-out, filters, and the missing fan-in
#
# *Lesson 06 · 40 minutes · you need: lessons 04 and 05*
#
# Day 22 draws an image platform: one topic wakes three functions, and "once processing is complete" another function tells the user.
# **Who notices that it is complete?** The drawing has no such part. At the end you will be able to
#
# - let a topic into a queue, and say why it was refused;
# - choose between the envelope and raw delivery, and filter by attributes or by body;
# - build the fan-out of the post with real pictures;
# - close it with a fan-in that announces each picture once, also when functions die.

# %% [markdown] id="opening" lang="pt-BR" of="e5a3a4"
# # SNS: fan-out, filtros e o fan-in que falta
#
# *Lição 06 · 40 minutos · você precisa das lições 04 e 05*
#
# O Dia 22 desenha uma plataforma de imagens: um tópico acorda três funções e, "assim que o processamento estiver concluído", outra função avisa o usuário.
# **Quem percebe que está concluído?** O desenho não tem essa peça. No final você vai saber
#
# - deixar um tópico entrar numa fila, e dizer por que ele foi recusado;
# - escolher entre o envelope e a entrega raw, e filtrar por atributos ou pelo corpo;
# - construir o fan-out do post com fotos de verdade;
# - fechá-lo com um fan-in que anuncia cada foto uma vez, mesmo quando funções morrem.

# %% id="connect" tags=["nbval-ignore-output"]
import json
from datetime import timedelta
import boto3
from botocore.exceptions import ClientError
from helpers import clock, connect, deploy, flow, quiz, timeline
connect("06", resource_policies=True)

# %% id="clients"
cloudwatch, dynamodb, lambda_client, s3, sns, sqs = (
    boto3.client(name) for name in ("cloudwatch", "dynamodb", "lambda", "s3", "sns", "sqs")
)

# %% [markdown] id="tools" lang="en"
# Two small tools: a queue with its ARN, and what lies in it.

# %% [markdown] id="tools" lang="pt-BR" of="a13806"
# Duas ferramentas pequenas: uma fila com o seu ARN, e o que está dentro dela.

# %% id="queues"
def new_queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

def bodies(url):
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in found]

# %% [markdown] id="door" lang="en"
# ## 1. The topic knocks, and nobody opens
#
# **The post says:** subscribe queues and functions to the topic, and messages reach them. It never speaks of permissions.
#
# **Your prediction first:** we subscribe a new queue and publish once. What lies in the queue?

# %% [markdown] id="door" lang="pt-BR" of="fc243f"
# ## 1. O tópico bate, e ninguém abre
#
# **O post diz:** inscreva filas e funções no tópico, e as mensagens chegam. De permissões ele não fala.
#
# **Antes de rodar, aposte:** inscrevemos uma fila nova e publicamos uma vez. O que tem na fila?

# %% id="knock"
upload_topic = sns.create_topic(Name="ImageUploadTopic")["TopicArn"]
inbox, inbox_arn = new_queue("inbox")
subscription = sns.subscribe(TopicArn=upload_topic, Protocol="sqs", Endpoint=inbox_arn)["SubscriptionArn"]
answer = sns.publish(TopicArn=upload_topic, Message=json.dumps({"key": "praia.jpg"}))
print(answer["ResponseMetadata"]["HTTPStatusCode"], "- in the inbox:", len(bodies(inbox)))

# %% [markdown] id="door-read" lang="en"
# `200`, and nothing. The publisher is not told, because delivery is none of its business. The topic's own metrics know:

# %% [markdown] id="door-read" lang="pt-BR" of="d75f20"
# `200`, e nada. Quem publica não fica sabendo, porque a entrega não é assunto dele. As métricas do próprio tópico sabem:

# %% id="total"
def total(metric):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/SNS", MetricName=metric, Statistics=["Sum"], Period=60,
        Dimensions=[{"Name": "TopicName", "Value": "ImageUploadTopic"}],
        StartTime=clock.now() - timedelta(hours=1), EndTime=clock.now() + timedelta(minutes=1))
    return int(sum(point["Sum"] for point in points["Datapoints"]))

for metric in ("NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"):
    print(metric, total(metric))

# %% [markdown] id="door-key" lang="en"
# A queue opens to a *service* by its own policy. The condition matters: without it, any topic of any account could write here.

# %% [markdown] id="door-key" lang="pt-BR" of="b2ae69"
# Uma fila se abre para um *serviço* com uma política própria. A condição importa: sem ela, qualquer tópico de qualquer conta poderia escrever aqui.

# %% id="open"
def open_to(topic, url, arn):
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})

open_to(upload_topic, inbox, inbox_arn)

# %% id="envelope"
sns.publish(TopicArn=upload_topic, Message=json.dumps({"key": "praia.jpg"}))
[body] = bodies(inbox)
print(sorted(json.loads(body)))
print(json.loads(json.loads(body)["Message"])["key"])

# %% [markdown] id="envelope-read" lang="en"
# It came in an *envelope*: who sent it, when, a signature, and your text as a string inside, hence two `json.loads`. Your consumer wants
# only the text? Ask for raw delivery:

# %% [markdown] id="envelope-read" lang="pt-BR" of="e2a151"
# Chegou num *envelope*: quem mandou, quando, uma assinatura, e o seu texto como string lá dentro, por isso dois `json.loads`. O seu consumidor
# só quer o texto? Peça a entrega raw:

# %% id="raw"
sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true")
sns.publish(TopicArn=upload_topic, Message=json.dumps({"key": "praia.jpg"}))
print(bodies(inbox))

# %% [markdown] id="door-holds" lang="en"
# **What holds.** Queue, topic and function each carry a resource policy, and a service needs to be in it
# ([SNS to SQS](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html), checked 2026-11). The message that was refused is lost: such an error is
# not retried. Only a dead-letter queue **on the subscription** would have kept it
# ([SNS DLQs](https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html)).
#
# **On AWS** the console writes this policy for you, which is why it is so often forgotten in code. The local cloud asks for it only after `resource_policies=True`.

# %% [markdown] id="door-holds" lang="pt-BR" of="4ab31d"
# **O que vale.** Fila, tópico e função têm cada um a sua política de recurso, e o serviço precisa estar nela
# ([SNS para SQS](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html), conferido em 2026-11). A mensagem recusada se perdeu: um erro desses não
# tem retry. Só uma dead-letter queue **na inscrição** a teria guardado
# ([DLQs do SNS](https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html)).
#
# **Na AWS** o console escreve essa política por você, e é por isso que tanta gente a esquece no código. A nuvem local só a exige depois de `resource_policies=True`.

# %% [markdown] id="size" lang="en"
# ## 2. Send the key, not the picture
#
# Day 12 gives no size limit. Since 2025-08 a queue takes 1 MiB. **Your prediction:** do 300,000 bytes pass the topic, too?

# %% [markdown] id="size" lang="pt-BR" of="917e96"
# ## 2. Mande a chave, não a foto
#
# O Dia 12 não dá limite de tamanho. Desde 2025-08, uma fila aceita 1 MiB. **Sua aposta:** 300.000 bytes passam também pelo tópico?

# %% id="too-big"
picture = "x" * 300_000
print("queue:", sqs.send_message(QueueUrl=inbox, MessageBody=picture)["ResponseMetadata"]["HTTPStatusCode"])
try:
    sns.publish(TopicArn=upload_topic, Message=picture)
except ClientError as error:
    print("topic:", error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown] id="size-read" lang="en"
# **What holds.** A topic takes 256 KiB unless it opts in to 1 MiB
# ([`MaximumMessageSize`](https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html), new on 2026-09-17). A photo fits neither, and should not: put it in a bucket, and send its key.

# %% [markdown] id="size-read" lang="pt-BR" of="9bf384"
# **O que vale.** Um tópico aceita 256 KiB, a não ser que opte por 1 MiB
# ([`MaximumMessageSize`](https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html), novidade de 2026-09-17). Uma foto não cabe em nenhum dos dois, nem deveria: guarde-a num bucket e mande a chave.

# %% [markdown] id="filters" lang="en"
# ## 3. Filters: the envelope or the letter
#
# **Day 12 says** that subscribers filter by message *attributes*. There is a second scope, the *body*. One queue for each:

# %% [markdown] id="filters" lang="pt-BR" of="ab25e4"
# ## 3. Filtros: o envelope ou a carta
#
# **O Dia 12 diz** que assinantes filtram por *atributos* da mensagem. Existe um segundo escopo, o *corpo*. Uma fila para cada:

# %% id="filter-queues"
orders_topic = sns.create_topic(Name="orders")["TopicArn"]
policies = {"vip": ("MessageAttributes", {"customer": ["vip"]}), "large": ("MessageBody", {"total": [{"numeric": [">=", 1000]}]})}
queues = {}
for name, (scope, policy) in policies.items():
    queues[name], arn = new_queue(name)
    open_to(orders_topic, queues[name], arn)
    sns.subscribe(TopicArn=orders_topic, Protocol="sqs", Endpoint=arn, Attributes={
        "FilterPolicyScope": scope, "FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})

# %% [markdown] id="filters-bet" lang="en"
# Three orders. The third says `vip` in its body only. **Your prediction:** who gets what?

# %% [markdown] id="filters-bet" lang="pt-BR" of="730c9e"
# Três pedidos. O terceiro diz `vip` só no corpo. **Sua aposta:** quem recebe o quê?

# %% id="filter-run"
def order(body, **attributes):
    named = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sns.publish(TopicArn=orders_topic, Message=json.dumps(body), MessageAttributes=named)

order({"id": 1, "total": 50}, customer="vip")
order({"id": 2, "total": 2500}, customer="new")
order({"id": 3, "total": 80, "customer": "vip"})
print({name: bodies(url) for name, url in queues.items()})

# %% [markdown] id="filters-read" lang="en"
# Order 3 reached nobody: the attribute filter does not open the letter. And nobody missed it, which is the danger: what no filter wants is gone, counted only in
# `NumberOfNotificationsFilteredOut`.
#
# **What holds.** Keys are joined by AND, values in a list by OR; a new policy may take 15 minutes to reach everywhere
# ([filter policies](https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html), checked 2026-11). So **on AWS** wait before you test; here it holds at once.

# %% [markdown] id="filters-read" lang="pt-BR" of="28dbf7"
# O pedido 3 não chegou a ninguém: o filtro de atributos não abre a carta. E ninguém deu falta, o que é o perigo: o que nenhum filtro quer some, contado apenas em
# `NumberOfNotificationsFilteredOut`.
#
# **O que vale.** Chaves se juntam por AND, valores de uma lista por OR; uma política nova pode levar 15 minutos para valer em toda parte
# ([políticas de filtro](https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html), conferido em 2026-11). **Na AWS**, portanto, espere antes de testar; aqui vale na hora.

# %% [markdown] id="platform" lang="en"
# ## 4. The image platform
#
# Now the scenario of day 22, with a queue before each function: lesson 05 showed what a queue gives to a consumer that fails.
#
# ```mermaid
# flowchart LR
#     user((upload)) --> up[/ImageUploadTopic/]
#     up --> q1[[thumbnail]] --> thumbnail
#     up --> q2[[filter]] --> filter
#     up --> q3[[metadata]] --> metadata
#     thumbnail -.-> done[/ImageProcessedTopic/]
#     filter -.-> done
#     metadata -.-> done
#     done --> mail[[ready]]
# ```
#
# Two files are shared: `foto.py` fetches a picture and stores a result, `join.py` says that a part is done. The first `join.py` does what most of us
# would write.

# %% [markdown] id="platform" lang="pt-BR" of="299862"
# ## 4. A plataforma de imagens
#
# Agora o cenário do Dia 22, com uma fila antes de cada função: a lição 05 mostrou o que uma fila dá a um consumidor que falha.
#
# ```mermaid
# flowchart LR
#     user((upload)) --> up[/ImageUploadTopic/]
#     up --> q1[[thumbnail]] --> thumbnail
#     up --> q2[[filter]] --> filter
#     up --> q3[[metadata]] --> metadata
#     thumbnail -.-> done[/ImageProcessedTopic/]
#     filter -.-> done
#     metadata -.-> done
#     done --> mail[[ready]]
# ```
#
# Dois arquivos são comuns: `foto.py` busca uma foto e guarda um resultado, `join.py` diz que uma parte está pronta. O primeiro `join.py` faz o que quase todos
# nós escreveríamos.

# %% id="write-foto" tags=["nbval-ignore-output"]
# %%writefile work/foto.py
import io, json, os
import boto3
from PIL import Image

s3 = boto3.client("s3")

def pictures(event):
    for record in event["Records"]:
        key = json.loads(record["body"])["key"]
        yield key, Image.open(s3.get_object(Bucket=os.environ["UPLOADS"], Key=key)["Body"])

def store(part, key, picture):
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG")
    s3.put_object(Bucket=os.environ["RESULTS"], Key=f"{part}/{key}", Body=file.getvalue())

# %% id="write-thumbnail" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
import foto, join

def lambda_handler(event, context):
    for key, picture in foto.pictures(event):
        picture.thumbnail((160, 160))
        foto.store("thumbnail", key, picture)
        join.done("thumbnail", key)

# %% id="write-filter" tags=["nbval-ignore-output"]
# %%writefile work/filter.py
from PIL import ImageOps
import foto, join

def lambda_handler(event, context):
    for key, picture in foto.pictures(event):
        foto.store("filter", key, ImageOps.grayscale(picture))
        join.done("filter", key)

# %% id="write-metadata" tags=["nbval-ignore-output"]
# %%writefile work/metadata.py
import boto3
import foto, join

details = boto3.resource("dynamodb").Table("details")

def lambda_handler(event, context):
    for key, picture in foto.pictures(event):
        width, height = picture.size
        details.put_item(Item={"key": key, "width": width, "height": height, "camera": picture.getexif().get(272)})
        join.done("metadata", key)

# %% id="write-join-1" tags=["nbval-ignore-output"]
# %%writefile work/join.py
import os
import boto3

sns = boto3.client("sns")

def done(part, key):
    sns.publish(TopicArn=os.environ["READY"], Message=key)

# %% [markdown] id="build" lang="en"
# The rest is plumbing: two buckets, a table, three queues, three functions, and a queue `ready` in place of the user's mailbox.

# %% [markdown] id="build" lang="pt-BR" of="1ccc74"
# O resto é encanamento: dois buckets, uma tabela, três filas, três funções, e uma fila `ready` no lugar da caixa de e-mail do usuário.

# %% id="stores"
account = boto3.client("sts").get_caller_identity()["Account"]
BUCKETS = {"UPLOADS": f"foto-uploads-{account}", "RESULTS": f"foto-results-{account}"}
for bucket in BUCKETS.values():
    s3.create_bucket(Bucket=bucket)

for table in ("details", "pictures"):
    dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}])
    dynamodb.get_waiter("table_exists").wait(TableName=table)

# %% id="subscribe"
def subscribe(topic, name, **attributes):
    url, arn = new_queue(name, **attributes)
    open_to(topic, url, arn)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return url, arn

# %% id="ready"
sns.unsubscribe(SubscriptionArn=subscription)
ready_topic = sns.create_topic(Name="ImageProcessedTopic")["TopicArn"]
ready, _ = subscribe(ready_topic, "ready")

# %% id="deploy"
PARTS = ("thumbnail", "filter", "metadata")

def deploy_parts(topic):
    for part in PARTS:
        deploy(f"work/{part}.py", part, files=["work/foto.py", "work/join.py"], packages=["pillow"], timeout=20,
               memory=512, environment={**BUCKETS, "READY": topic}, show=False)

deploy_parts(ready_topic)

# %% id="map"
for part in PARTS:
    _, arn = subscribe(upload_topic, part, VisibilityTimeout="120")
    lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=part, BatchSize=1)

# %% [markdown] id="build-bet" lang="en"
# **Your prediction:** Ana uploads one picture. How many times is she told that it is ready?

# %% [markdown] id="build-bet" lang="pt-BR" of="cbd18b"
# **Sua aposta:** a Ana sobe uma foto. Quantas vezes ela é avisada de que está pronta?

# %% id="upload"
from helpers.show.pictures import paint, photograph

sent = {}

def upload(key, times=1):
    s3.put_object(Bucket=BUCKETS["UPLOADS"], Key=key, Body=photograph(paint("beach", (800, 600), seed=key)))
    for _ in range(times):
        sent[key] = sns.publish(TopicArn=upload_topic, Message=json.dumps({"key": key}))["MessageId"]
    clock.advance(seconds=1)

# %% id="first-upload"
upload("praia.jpg")
print(bodies(ready))

# %% id="flow" tags=["nbval-ignore-output"]
flow()

# %% [markdown] id="naive-read" lang="en"
# Three times, the first while two results were still missing, and in the picture three wires from `ImageUploadTopic` that never meet again. `clock.advance` returned after all that was due had happened, so this is final, not early.
#
# **What holds.** Fan-out needs no meeting point; *fan-in* does, and neither SNS nor SQS has one. Somebody must remember which parts are done, in a place that all
# three functions share. Three ways follow: one that almost works, one that works, and one that you can buy.

# %% [markdown] id="naive-read" lang="pt-BR" of="b0fc08"
# Três vezes, a primeira quando dois resultados ainda faltavam, e na figura três fios que saem do `ImageUploadTopic` e nunca mais se encontram. O `clock.advance` só voltou depois que tudo o que era devido aconteceu: isso é o final, não uma foto antes da hora.
#
# **O que vale.** Fan-out não precisa de ponto de encontro; *fan-in* precisa, e nem o SNS nem o SQS têm um. Alguém precisa lembrar quais partes estão prontas, num lugar
# que as três funções compartilham. Seguem três caminhos: um que quase funciona, um que funciona e um que se compra.

# %% [markdown] id="counter" lang="en"
# ## 5. First way: count the parts, claim the announcement
#
# A row for each picture holds the *set* of its parts: a set, because a part that arrives twice must count once. Whoever sees three claims the
# announcement with a conditional write, which only one caller can win (lesson 02).

# %% [markdown] id="counter" lang="pt-BR" of="a1bef2"
# ## 5. Primeiro caminho: contar as partes, reservar o anúncio
#
# Uma linha por foto guarda o *conjunto* das suas partes: um conjunto, porque uma parte que chega duas vezes deve contar uma. Quem vê três reserva
# o anúncio com uma escrita condicional, que só um chamador consegue vencer (lição 02).

# %% id="write-join-2" tags=["nbval-ignore-output"]
# %%writefile work/join.py
import os
import boto3

sns, pictures = boto3.client("sns"), boto3.resource("dynamodb").Table("pictures")

def done(part, key):
    row = pictures.update_item(Key={"key": key}, UpdateExpression="ADD parts :part",
        ExpressionAttributeValues={":part": {part}}, ReturnValues="ALL_NEW")["Attributes"]
    if len(row["parts"]) == 3 and "announced" not in row:
        pictures.update_item(Key={"key": key}, UpdateExpression="SET announced = :yes",
            ConditionExpression="attribute_not_exists(announced)", ExpressionAttributeValues={":yes": True})
        if os.environ.get("DIES") == key:
            os._exit(1)  # the environment dies here, between the claim and the announcement
        sns.publish(TopicArn=os.environ["READY"], Message=key)

# %% [markdown] id="counter-bet" lang="en"
# SQS delivers at least once, so we let every upload arrive twice. **Your prediction:** how many announcements for two pictures?

# %% [markdown] id="counter-bet" lang="pt-BR" of="5cfa80"
# O SQS entrega pelo menos uma vez, então fazemos cada upload chegar duas vezes. **Sua aposta:** quantos anúncios para duas fotos?

# %% id="counter-run"
deploy_parts(ready_topic)
upload("mirante.jpg", times=2)
upload("feira.jpg", times=2)
clock.advance(minutes=5)
print(sorted(bodies(ready)))

# %% [markdown] id="counter-read" lang="en"
# Once each. (Two functions may see three parts at the same moment; the loser's conditional write fails, its message comes back later, and by then the row says `announced`.)
#
# Now let the winner die at the worst moment, after the claim. **Your prediction?**

# %% [markdown] id="counter-read" lang="pt-BR" of="126f02"
# Uma vez cada. (Duas funções podem ver três partes no mesmo instante; a escrita condicional da perdedora falha, a mensagem dela volta mais tarde, e aí a linha já diz `announced`.)
#
# Agora deixe a vencedora morrer no pior momento, depois da reserva. **Sua aposta?**

# %% id="dies"
for part in PARTS:
    lambda_client.update_function_configuration(
        FunctionName=part, Environment={"Variables": {**BUCKETS, "READY": ready_topic, "DIES": "serra.jpg"}})
    lambda_client.get_waiter("function_updated_v2").wait(FunctionName=part)

# %% id="dies-run"
upload("serra.jpg")
clock.advance(minutes=10)
row = dynamodb.get_item(TableName="pictures", Key={"key": {"S": "serra.jpg"}})["Item"]
print(sorted(row["parts"]["SS"]), "announced:", row["announced"]["BOOL"], "- told:", bodies(ready))

# %% id="life" tags=["nbval-ignore-output"]
timeline(sent["serra.jpg"])

# %% [markdown] id="counter-hole" lang="en"
# All three parts are there, the row says *announced*, and Ana never hears of it. The timeline shows it: one queue had to receive the message again, that retry came, and believed the row. Announce first and claim afterwards, and she
# hears twice. **Two systems, two writes, and no order of the two is safe.** That is the *dual write*, and every fan-in meets it.

# %% [markdown] id="counter-hole" lang="pt-BR" of="f3e7a4"
# As três partes estão lá, a linha diz *announced*, e a Ana nunca fica sabendo. A linha do tempo mostra: uma fila precisou receber a mensagem de novo, esse retry veio, e acreditou na linha. Anunciar antes e reservar depois faz com que ela
# ouça duas vezes. **Dois sistemas, duas escritas, e nenhuma ordem entre elas é segura.** É a *dual write*, e todo fan-in esbarra nela.

# %% [markdown] id="stream" lang="en"
# ## 6. Second way: let the table tell
#
# Write once, to the table, and let its **stream** carry the news: a change of the row *is* the event, and a stream mapping tries again until its function
# succeeds. It may therefore announce twice, so the announcement carries the picture's key as `MessageDeduplicationId` to a **FIFO topic**, which drops a
# repetition within 5 minutes.
#
# ```mermaid
# flowchart LR
#     thumbnail --> row[(pictures)]
#     filter --> row
#     metadata --> row
#     row -- stream --> announce --> done[/ImageProcessedTopic.fifo/] --> mail[[told]]
# ```

# %% [markdown] id="stream" lang="pt-BR" of="6d509a"
# ## 6. Segundo caminho: a tabela conta
#
# Escreva uma vez só, na tabela, e deixe o **stream** dela levar a notícia: a mudança da linha *é* o evento, e um mapping de stream insiste até a sua função
# dar certo. Por isso ele pode anunciar duas vezes; então o anúncio leva a chave da foto como `MessageDeduplicationId` para um **tópico FIFO**, que descarta
# uma repetição dentro de 5 minutos.
#
# ```mermaid
# flowchart LR
#     thumbnail --> row[(pictures)]
#     filter --> row
#     metadata --> row
#     row -- stream --> announce --> done[/ImageProcessedTopic.fifo/] --> mail[[told]]
# ```

# %% id="write-join-3" tags=["nbval-ignore-output"]
# %%writefile work/join.py
import boto3

pictures = boto3.resource("dynamodb").Table("pictures")

def done(part, key):
    pictures.update_item(Key={"key": key}, UpdateExpression="ADD parts :part",
                         ExpressionAttributeValues={":part": {part}})

# %% id="write-announce" tags=["nbval-ignore-output"]
# %%writefile work/announce.py
import os
import boto3

sns = boto3.client("sns")
deaths = 0 if os.path.exists("/tmp/died") else int(os.environ["DEATHS"])

def lambda_handler(event, context):
    for record in event["Records"]:
        row = record["dynamodb"]["NewImage"]
        if len(row["parts"]["SS"]) == 3:
            key = row["key"]["S"]
            sns.publish(TopicArn=os.environ["READY"], Message=key, MessageGroupId=key, MessageDeduplicationId=key)
            if deaths:
                open("/tmp/died", "w").close()
                os._exit(1)  # the environment dies here, after the announcement

# %% id="stream-on"
dynamodb.update_table(TableName="pictures",
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
stream = dynamodb.describe_table(TableName="pictures")["Table"]["LatestStreamArn"]
fifo_topic = sns.create_topic(Name="ImageProcessedTopic.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
told, _ = subscribe(fifo_topic, "told.fifo", FifoQueue="true")

# %% id="stream-deploy"
deploy_parts(ready_topic)
deploy("work/announce.py", "announce", environment={"READY": fifo_topic, "DEATHS": "1"}, show=False)
mapping = lambda_client.create_event_source_mapping(
    EventSourceArn=stream, FunctionName="announce", StartingPosition="LATEST")
print(mapping["State"], mapping["MaximumRetryAttempts"])

# %% [markdown] id="stream-bet" lang="en"
# `announce` dies once, this time right after publishing, so it must run again for the same change. **Your prediction:** how often is Ana told?

# %% [markdown] id="stream-bet" lang="pt-BR" of="95a9d8"
# A `announce` morre uma vez, agora logo depois de publicar, então precisa rodar de novo para a mesma mudança. **Sua aposta:** quantas vezes a Ana é avisada?

# %% id="stream-run"
clock.advance(seconds=5)
upload("cachoeira.jpg", times=2)
clock.advance(minutes=2)
print(bodies(told))
errors = cloudwatch.get_metric_statistics(
    Namespace="AWS/Lambda", MetricName="Errors", Statistics=["Sum"], Period=3600,
    Dimensions=[{"Name": "FunctionName", "Value": "announce"}],
    StartTime=clock.now() - timedelta(hours=1), EndTime=clock.now() + timedelta(minutes=1))["Datapoints"]
print(int(sum(point["Sum"] for point in errors)), "failed run of announce")

# %% [markdown] id="stream-read" lang="en"
# Once, though the function died and the upload came twice. The order of things does the work: the state is written first and once; the news follows from it, at least
# once; the last metre removes repetitions.
#
# **What holds.** A stream mapping retries a failed batch until it succeeds or the record is 24 hours old
# ([streams](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html), checked 2026-11); a FIFO topic remembers a deduplication id for 5 minutes
# ([deduplication](https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html)). After that, or if the *consumer* crashes, a repetition is possible again: end to end, the
# receiver has to be idempotent, too. A FIFO topic delivers to queues only; to reach mail or phones, put a queue and a function behind it.
#
# **The way that you buy** is Step Functions: a `Parallel` state waits for its branches, so the join is part of the diagram. You pay for each state transition. The local cloud does not run it.

# %% [markdown] id="stream-read" lang="pt-BR" of="3c0e43"
# Uma vez, embora a função tenha morrido e o upload tenha chegado duas vezes. É a ordem das coisas que resolve: o estado é escrito primeiro e uma vez só; a notícia vem dele, pelo
# menos uma vez; o último metro tira as repetições.
#
# **O que vale.** Um mapping de stream repete um lote que falhou até dar certo ou até o registro ter 24 horas
# ([streams](https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html), conferido em 2026-11); um tópico FIFO lembra um id de deduplicação por 5 minutos
# ([deduplicação](https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html)). Depois disso, ou se o *consumidor* cair, uma repetição volta a ser possível: de ponta a ponta, quem
# recebe também precisa ser idempotente. Um tópico FIFO entrega só para filas; para chegar a e-mails ou celulares, ponha uma fila e uma função atrás dele.
#
# **O caminho que se compra** é o Step Functions: um estado `Parallel` espera os seus ramos, então o encontro faz parte do diagrama. Você paga por transição de estado. A nuvem local não o executa.

# %% [markdown] id="closing" lang="en"
# ## What we saw
#
# - A topic enters a queue only with a **key**, the queue's policy; without one the message is lost, and only a metric tells.
# - **Envelope or raw**, **attributes or body**: choose both on the subscription. What every filter refuses is gone.
# - Send **keys, not pictures**.
# - SNS has no **fan-in**. Parts in a set, state before news, and a deduplication id for the last metre.

# %% [markdown] id="closing" lang="pt-BR" of="475bf1"
# ## O que vimos
#
# - Um tópico só entra numa fila com uma **chave**, a política da fila; sem ela a mensagem se perde, e só uma métrica conta.
# - **Envelope ou raw**, **atributos ou corpo**: as duas escolhas são da inscrição. O que todo filtro recusa some.
# - Mande **chaves, não fotos**.
# - O SNS não tem **fan-in**. Partes num conjunto, estado antes da notícia, e um id de deduplicação para o último metro.

# %% id="quiz"
quiz("06")

# %% [markdown] id="next" lang="en"
# **Interview questions this prepares.** The post has none on this scenario, and yet it is asked everywhere: *three workers process parts of one order; how do you know that the
# last one is done, exactly once?* And: *we published, nobody received, no error anywhere; where do you look?*
#
# **Read next.** Lab 06, where you build this platform for a judge who kills functions. Then lesson 07.
#
# ## Optional: on real AWS
#
# These cells run only with `COURSE_TARGET=aws` (or `endpoint`): the locked door of section 1, on AWS. The last cell removes everything.

# %% [markdown] id="next" lang="pt-BR" of="ebd041"
# **Perguntas de entrevista que isto prepara.** O post não tem nenhuma sobre este cenário, e mesmo assim perguntam em toda parte: *três workers processam partes de um pedido; como você sabe que
# o último terminou, exatamente uma vez?* E: *publicamos, ninguém recebeu, nenhum erro em lugar nenhum; onde você olha?*
#
# **O que ler agora.** O lab 06, onde você constrói esta plataforma para um juiz que mata funções. Depois a lição 07.
#
# ## Opcional: na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` (ou `endpoint`): a porta trancada da seção 1, na AWS. A última célula apaga tudo.

# %% id="real-setup"
# %%real_aws --cost "under US$ 0.01"
real_sns, real_sqs = boto3.client("sns"), boto3.client("sqs")
real_topic = real_sns.create_topic(Name="course-uploads")["TopicArn"]
real_url = real_sqs.create_queue(QueueName="course-inbox")["QueueUrl"]
real_arn = real_sqs.get_queue_attributes(QueueUrl=real_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
real_sns.subscribe(TopicArn=real_topic, Protocol="sqs", Endpoint=real_arn)

# %% id="real-knock"
# %%real_aws --cost "under US$ 0.01"
real_sns.publish(TopicArn=real_topic, Message="is anybody there?")
found = real_sqs.receive_message(QueueUrl=real_url, WaitTimeSeconds=10).get("Messages", [])
print(len(found), "messages behind the locked door")

# %% id="real-cleanup"
# %%real_aws
from helpers import cleanup
cleanup()
