# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "04"
#   kind: lesson
#   minutes: 30
#   title:
#     en: "S3 as an event source, and loops"
#     pt-BR: "O S3 como fonte de eventos, e os loops"
#   days: [4, 11, 17, 22]
#   claims: ["4-1", "11-2", "11-3", "17-4", "22-16"]
#   needs: ["02"]
# ---

# %% [markdown] id="opening" lang="en"
# # S3 as an event source, and loops
#
# *Lesson 04 · 30 minutes · you need: lesson 02*
#
# People upload photographs to Foto, the image platform of day 22, and every upload shall become a thumbnail. In days 4, 11 and 17 that is one sentence: S3 calls
# a function. **What stands between an upload and its thumbnail, and what if the thumbnail is an upload too?** At the end you will be able to
#
# - connect a bucket to a function, with the permission that it needs;
# - find an object whose name the event has changed;
# - keep the uploads that fail for good;
# - recognise a loop, and build so that there is none.

# %% [markdown] id="opening" lang="pt-BR" of="fbc374"
# # O S3 como fonte de eventos, e os loops
#
# *Lição 04 · 30 minutos · você precisa da lição 02*
#
# As pessoas enviam fotos para a Foto, a plataforma de imagens do Dia 22, e cada envio deve virar uma miniatura. Nos dias 4, 11 e 17 isso é uma frase: o S3 chama
# uma função. **O que existe entre um envio e a sua miniatura, e o que acontece se a miniatura também for um envio?** No final você vai saber
#
# - ligar um bucket a uma função, com a permissão que isso exige;
# - achar um objeto cujo nome o evento mudou;
# - guardar os envios que falham de vez;
# - reconhecer um loop, e construir de um jeito que ele não exista.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import clock, connect, deploy, pictures, quiz

connect("04", resource_policies=True)

# %% [markdown] id="buckets-intro" lang="en"
# `resource_policies=True` closes the doors between services, as on AWS; you will meet one soon. Two buckets, and four uploads whose names come from people:

# %% [markdown] id="buckets-intro" lang="pt-BR" of="4478ce"
# `resource_policies=True` fecha as portas entre os serviços, como na AWS; você já vai dar de cara com uma. Dois buckets, e quatro envios com os nomes que as pessoas deram:

# %% id="buckets"
s3, sqs, lambda_client = (boto3.client(name) for name in ("s3", "sqs", "lambda"))
account = boto3.client("sts").get_caller_identity()["Account"]
uploads, thumbnails = f"foto-uploads-{account}", f"foto-thumbnails-{account}"
for bucket in (uploads, thumbnails):
    s3.create_bucket(Bucket=bucket)

# %% id="album"
album = pictures.album()
print(*album, sep="\n")
pictures.side_by_side(*album.values(), height=130)

# %% [markdown] id="door" lang="en"
# One was taken with the phone on its side; lab 04 sets it upright.
#
# ## 1. The bucket must be let in
#
# This handler reads bucket and key as day 11 does:

# %% [markdown] id="door" lang="pt-BR" of="bfc656"
# Uma foi tirada com o celular deitado; o lab 04 a põe em pé.
#
# ## 1. Alguém precisa abrir para o bucket
#
# Este handler lê bucket e key como o Dia 11:

# %% id="thumbnail-file" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
import io, os
import boto3
from PIL import Image

s3 = boto3.client("s3")

def lambda_handler(event, context):
    record = event["Records"][0]
    bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
    print(record["eventName"], key)
    picture = Image.open(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
    picture.thumbnail((240, 240))
    picture.save(file := io.BytesIO(), "JPEG")
    s3.put_object(Bucket=os.environ["TARGET"], Key=f"small/{key}", Body=file.getvalue())

# %% [markdown] id="door-bet" lang="en"
# Pillow goes into the zip, which grows to about 7 MB. Then we tell the bucket whom to call. **Your bet:** what does S3 check before it agrees?

# %% [markdown] id="door-bet" lang="pt-BR" of="78df1d"
# O Pillow vai dentro do zip, que cresce para uns 7 MB. Depois dizemos ao bucket quem chamar. **A sua aposta:** o que o S3 confere antes de aceitar?

# %% id="door-closed"
thumbnail = {"packages": ["pillow"], "environment": {"TARGET": thumbnails}, "show": False}
rule = {"LambdaFunctionArn": deploy("work/thumbnail.py", "thumbnail", **thumbnail), "Events": ["s3:ObjectCreated:*"]}
try:
    s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
except s3.exceptions.ClientError as error:
    print(error.response["Error"]["Code"], "-", error.response["Error"]["Message"])

# %% [markdown] id="door-read" lang="en"
# S3 refuses a rule that it could not carry out. The role says what the function may do; who may *call* it stands in the function's own *resource policy*:

# %% [markdown] id="door-read" lang="pt-BR" of="5055d6"
# O S3 recusa uma regra que não conseguiria cumprir. A role diz o que a função pode fazer; quem pode *chamá-la* está na *resource policy* da própria função:

# %% id="door-open"
permission = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
lambda_client.add_permission(FunctionName="thumbnail", StatementId="uploads", **permission,
                             SourceArn=f"arn:aws:s3:::{uploads}", SourceAccount=account)
s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
print("S3 may call thumbnail")

# %% [markdown] id="keys-bet" lang="en"
# `SourceAccount` is there because a bucket's ARN names no account, and a deleted bucket's name is free for anybody
# ([granting permissions](https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html), checked 2026-11).
#
# **On AWS** a rule may need five minutes to take effect, and the role needs `s3:GetObject` and `s3:PutObject`.
#
# ## 2. Four uploads, how many thumbnails?
#
# **The post says** (day 11): take the key from the event. **Bet** before you run. Moving the clock lets everything happen that is due:

# %% [markdown] id="keys-bet" lang="pt-BR" of="8299ef"
# O `SourceAccount` está ali porque o ARN de um bucket não traz conta nenhuma, e o nome de um bucket apagado fica livre para qualquer um
# ([concessão de permissões](https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html), conferido em 2026-11).
#
# **Na AWS** uma regra pode levar cinco minutos para valer, e a role precisa de `s3:GetObject` e `s3:PutObject`.
#
# ## 2. Quatro envios, quantas miniaturas?
#
# **O post diz** (Dia 11): pegue a key do evento. **Aposte** antes de rodar. Mexer no relógio deixa acontecer tudo o que já devia ter acontecido:

# %% id="keys"
def names(bucket):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

for name, jpeg in album.items():
    s3.put_object(Bucket=uploads, Key=name, Body=jpeg)
clock.advance(seconds=1)
print(names(thumbnails))

# %% [markdown] id="log-intro" lang="en"
# One of four. The function's log knows why:

# %% [markdown] id="log-intro" lang="pt-BR" of="4a40e1"
# Uma de quatro. O log da função sabe o motivo:

# %% id="log"
def said(*starts):
    events = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/thumbnail")["events"]
    return sorted(event["message"].splitlines()[0] for event in events if event["message"].startswith(starts))

print(*said("ObjectCreated", "[ERROR]"), sep="\n")

# %% [markdown] id="log-read" lang="en"
# In the event every key is URL-encoded: a space becomes `+`, a plus sign `%2B`, `ú` becomes `%C3%BA`
# ([event structure](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), checked 2026-11). Such objects do not exist,
# and only the name without surprises went through. The repair is `unquote_plus`, once:

# %% [markdown] id="log-read" lang="pt-BR" of="5f6514"
# No evento toda key vem URL-encoded: o espaço vira `+`, o sinal de mais vira `%2B`, `ú` vira `%C3%BA`
# ([estrutura do evento](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), conferido em 2026-11). Objetos com esses nomes não existem,
# e só o nome sem surpresas passou. O conserto é `unquote_plus`, uma vez só:

# %% id="repaired-file" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
import io, os
from urllib.parse import unquote_plus
import boto3
from PIL import Image

s3 = boto3.client("s3")

def lambda_handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        print(record["eventName"], key)
        picture = Image.open(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
        picture.thumbnail((240, 240))
        picture.save(file := io.BytesIO(), "JPEG")
        s3.put_object(Bucket=os.environ["TARGET"], Key=f"small/{key}", Body=file.getvalue())

# %% [markdown] id="retry-bet" lang="en"
# ## 3. Too late for the other three?
#
# Nobody uploads them again. **Bet:** how many thumbnails are there one minute after this deployment?

# %% [markdown] id="retry-bet" lang="pt-BR" of="2950a1"
# ## 3. Tarde demais para as outras três?
#
# Ninguém envia de novo. **Aposte:** quantas miniaturas existem um minuto depois deste deploy?

# %% id="retry"
deploy("work/thumbnail.py", "thumbnail", **thumbnail)
clock.advance(minutes=1)
print(*names(thumbnails), sep="\n")

# %% id="look"
key = "small/praia de Itaúna.jpg"
pictures.side_by_side(album["praia de Itaúna.jpg"], s3.get_object(Bucket=thumbnails, Key=key)["Body"].read())

# %% [markdown] id="retry-read" lang="en"
# All four. S3 hands an event over and leaves; Lambda keeps it, and repeats what failed after one minute and again after two
# ([asynchronous errors](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), checked 2026-11). The repair came in time for the second try. On Monday morning,
# Friday's uploads would have been gone.
#
# So give failures a place to stay. Half a photograph arrives, which no retry will mend:

# %% [markdown] id="retry-read" lang="pt-BR" of="dfb6df"
# As quatro. O S3 entrega o evento e vai embora; o Lambda guarda o evento e repete o que falhou depois de um minuto, e de novo depois de dois
# ([erros assíncronos](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), conferido em 2026-11). O conserto chegou a tempo da segunda tentativa. Na segunda-feira de manhã,
# os envios de sexta já teriam sumido.
#
# Então dê às falhas um lugar para ficar. Chega meia foto, que retry nenhum conserta:

# %% id="destination"
failed = sqs.create_queue(QueueName="failed-uploads")["QueueUrl"]
failed_arn = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
lambda_client.put_function_event_invoke_config(FunctionName="thumbnail", DestinationConfig={"OnFailure": {"Destination": failed_arn}})
broken = s3.put_object(Bucket=uploads, Key="selfie.jpg", Body=album["serra.jpg"][:9000])

# %% id="failed"
clock.advance(minutes=3, seconds=1)

def failures():
    for message in sqs.receive_message(QueueUrl=failed, MaxNumberOfMessages=10).get("Messages", []):
        sqs.delete_message(QueueUrl=failed, ReceiptHandle=message["ReceiptHandle"])
        yield json.loads(message["Body"])

for record in failures():
    print(record["requestContext"]["condition"], record["requestContext"]["approximateInvokeCount"])
    print(record["responsePayload"]["errorType"], record["requestPayload"]["Records"][0]["s3"]["object"]["key"])

# %% [markdown] id="failed-read" lang="en"
# Three attempts, then the *on-failure destination* received the event **and** the error. A function's DLQ would have kept the event alone. **On AWS** the role also needs
# `sqs:SendMessage`.
#
# ## 4. What never calls
#
# **The posts say** that a *modified* object calls the function (day 11), and that a lifecycle rule can invoke one (day 4). **Bet** on both:

# %% [markdown] id="failed-read" lang="pt-BR" of="abef0a"
# Três tentativas, e aí o *on-failure destination* recebeu o evento **e** o erro. Uma DLQ da função teria guardado só o evento. **Na AWS** a role precisa também de
# `sqs:SendMessage`.
#
# ## 4. O que nunca chama
#
# **Os posts dizem** que um objeto *modificado* chama a função (Dia 11), e que uma regra de lifecycle pode invocar uma (Dia 4). **Aposte** nos dois:

# %% id="modified"
changed = {**rule, "Events": ["s3:ObjectModified:*"]}
try:
    s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [changed]})
except s3.exceptions.ClientError as error:
    print(error.response["Error"]["Message"])
s3.put_object(Bucket=uploads, Key="serra.jpg", Body=album["serra.jpg"])
clock.advance(seconds=1)
print(*(line for line in said("Object") if "serra" in line), sep="\n")

# %% id="lifecycle"
old = {"ID": "old", "Status": "Enabled", "Filter": {}, "InvokeFunction": {"FunctionArn": rule["LambdaFunctionArn"]}}
try:
    s3.put_bucket_lifecycle_configuration(Bucket=uploads, LifecycleConfiguration={"Rules": [old]})
except Exception as error:
    print(error)

# %% [markdown] id="never-read" lang="en"
# S3 modifies nothing. It replaces, and that is `ObjectCreated` again. And boto3, whose texts are AWS's own, lists all that a lifecycle rule can do: move, expire, abort.
# Ask for the *notification* `s3:LifecycleExpiration:*` instead ([event types](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html), checked
# 2026-11).
#
# A rule may also name a queue. S3 then tries the door with a message of its own:

# %% [markdown] id="never-read" lang="pt-BR" of="5900d2"
# O S3 não modifica nada. Ele substitui, e isso é `ObjectCreated` de novo. E o boto3, cujos textos são da própria AWS, lista tudo o que uma regra de lifecycle faz: mover, expirar, abortar.
# Peça em vez disso a *notificação* `s3:LifecycleExpiration:*` ([tipos de evento](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html), conferido em
# 2026-11).
#
# Uma regra também pode apontar para uma fila. Aí o S3 testa a porta com uma mensagem dele:

# %% id="queue-policy"
statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": failed_arn,
             "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{uploads}"}}}
policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
answer = sqs.set_queue_attributes(QueueUrl=failed, Attributes={"Policy": policy})
print(answer["ResponseMetadata"]["HTTPStatusCode"])

# %% id="test-event"
removals = {"QueueArn": failed_arn, "Events": ["s3:ObjectRemoved:*"]}
s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={
    "LambdaFunctionConfigurations": [rule], "QueueConfigurations": [removals]})
for message in failures():
    print(message["Event"], "Records" in message)

# %% [markdown] id="loop-intro" lang="en"
# `s3:TestEvent`, without `Records`. A function behind that queue or a topic meets it first, and `event["Records"]` raises `KeyError`.
#
# ## 5. The loop
#
# **The post says** (day 17): resize, and write back to S3. Somebody tidies up: one bucket is enough.
#
# ```mermaid
# flowchart LR
#     person((upload)) --> uploads[(foto-uploads)]
#     uploads -- ObjectCreated --> thumbnail((thumbnail))
#     thumbnail -- "small/…" --> uploads
# ```
#
# **Bet:** one upload. How often does the function run?

# %% [markdown] id="loop-intro" lang="pt-BR" of="c10eed"
# `s3:TestEvent`, sem `Records`. Uma função atrás dessa fila ou de um tópico recebe isso primeiro, e `event["Records"]` lança `KeyError`.
#
# ## 5. O loop
#
# **O post diz** (Dia 17): redimensione e grave de volta no S3. Alguém resolve arrumar a casa: um bucket basta.
#
# ```mermaid
# flowchart LR
#     person((envio)) --> uploads[(foto-uploads)]
#     uploads -- ObjectCreated --> thumbnail((thumbnail))
#     thumbnail -- "small/…" --> uploads
# ```
#
# **Aposte:** um envio. Quantas vezes a função roda?

# %% id="total"
def total(metric):
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda", MetricName=metric, Dimensions=[{"Name": "FunctionName", "Value": "thumbnail"}],
        StartTime=start, EndTime=clock.now() + timedelta(minutes=1), Period=60, Statistics=["Sum"])["Datapoints"]
    return int(sum(point["Sum"] for point in points))

# %% id="loop"
from datetime import timedelta

deploy("work/thumbnail.py", "thumbnail", **thumbnail | {"environment": {"TARGET": uploads}})
start = clock.advance(minutes=2)
s3.put_object(Bucket=uploads, Key="loop.jpg", Body=album["serra.jpg"])
clock.advance(minutes=4)
print(total("Invocations"), "invocations,", total("RecursiveInvocationsDropped"), "dropped")
print(max(names(uploads), key=len))

# %% [markdown] id="loop-read" lang="en"
# Sixteen. The SDK in the function passes a trace header on; Lambda counts with it how often the same chain has called the same function, and stops about there. The stopped event is not lost:

# %% [markdown] id="loop-read" lang="pt-BR" of="b47485"
# Dezesseis. O SDK dentro da função passa adiante um header de trace; com ele o Lambda conta quantas vezes a mesma cadeia chamou a mesma função, e para por volta daí. O evento interrompido não se perde:

# %% id="loop-failed"
for record in failures():
    print(record["requestContext"]["condition"], record["requestPayload"]["Records"][0]["s3"]["object"]["key"].count("small/"))

# %% [markdown] id="loop-repair" lang="en"
# **What holds** ([recursive loops](https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html), checked 2026-11): the guard is on by default and watches Lambda, SQS, SNS and, since
# 2024-10, S3. It is an airbag: sixteen calls for *every* upload are paid, and a loop through DynamoDB is not seen at all.
#
# The repair is structure. Two buckets cannot loop. If it must be one, only a prefix may ring:

# %% [markdown] id="loop-repair" lang="pt-BR" of="15c30c"
# **O que vale** ([loops recursivos](https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html), conferido em 2026-11): a proteção vem ligada e vigia Lambda, SQS, SNS e, desde
# 2024-10, o S3. É um airbag: as dezesseis chamadas de *cada* envio são pagas, e um loop que passa pelo DynamoDB ela nem vê.
#
# O conserto é estrutura. Dois buckets não fazem loop. Se tiver que ser um só, apenas um prefixo pode tocar a campainha:

# %% id="filter"
rule["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "incoming/"}, {"Name": "suffix", "Value": ".jpg"}]}}
s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
start = clock.advance(minutes=2)
s3.put_object(Bucket=uploads, Key="incoming/serra.jpg", Body=album["serra.jpg"])
clock.advance(minutes=4)
print(total("Invocations"), "invocation,", total("RecursiveInvocationsDropped"), "dropped")

# %% [markdown] id="closing" lang="en"
# One. The filter compares the key as it is stored, without encoding, and is one careless edit away from the loop; two buckets are not.
#
# **On AWS** S3 delivers at least once and promises no order ([notifications](https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html), checked 2026-11): the same thumbnail twice
# must do no harm. The local cloud delivers once and in order, so it proves nothing here.
#
# And if two teams want the same upload? Rules must not overlap. Let S3 send to EventBridge, where any number of rules may match, or fan out through SNS (lesson 06).
#
# ## What we saw
#
# - A bucket calls only where a resource policy lets it in.
# - Keys arrive URL-encoded; decode once.
# - A failed event is tried three times, then it needs a destination.
# - Created, removed, expired; never modified.
# - An output that is an input makes a loop. The guard stops it late; a second bucket prevents it.

# %% [markdown] id="closing" lang="pt-BR" of="6ce8a2"
# Uma. O filtro compara a key como ela está guardada, sem encoding, e fica a uma edição descuidada do loop; dois buckets, não.
#
# **Na AWS** o S3 entrega pelo menos uma vez e não promete ordem ([notificações](https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html), conferido em 2026-11): a mesma miniatura duas vezes
# não pode causar dano. A nuvem local entrega uma vez e em ordem, então aqui ela não prova nada.
#
# E se duas equipes querem o mesmo envio? Regras não podem se sobrepor. Mande o S3 enviar ao EventBridge, onde qualquer número de regras pode casar, ou distribua pelo SNS (lição 06).
#
# ## O que vimos
#
# - Um bucket só chama onde uma resource policy abre a porta.
# - As keys chegam URL-encoded; decodifique uma vez.
# - Um evento que falha tem três tentativas, e depois precisa de um destination.
# - Criado, removido, expirado; modificado, nunca.
# - Uma saída que é também entrada faz um loop. A proteção para tarde; um segundo bucket previne.

# %% id="quiz"
quiz("04")

# %% [markdown] id="next" lang="en"
# ## In an interview
#
# Day 22 does not ask it; interviewers do: *our Lambda bill is fifty times last month's, and nobody deployed. Where do you look?* And: *some uploads have no thumbnail; how do you find which, and why?*
#
# ## Read next
#
# - Practise: [lab 04, thumbnails without a loop](../../labs/en/04-thumbnails-without-a-loop.ipynb)
# - AWS: [a tutorial that makes thumbnails](https://docs.aws.amazon.com/lambda/latest/dg/with-s3-tutorial.html), with two buckets
#
# ## Optional: a key with an accent on real AWS
#
# These cells run only with `COURSE_TARGET=aws` and your confirmation. They upload one object and show its name as S3 sends it. This function only prints:

# %% [markdown] id="next" lang="pt-BR" of="d8af0e"
# ## Na entrevista
#
# O Dia 22 não pergunta; quem entrevista, sim: *a nossa conta de Lambda veio cinquenta vezes maior que a do mês passado, e ninguém fez deploy. Onde você olha?* E: *alguns envios não têm miniatura; como descobrir quais, e por quê?*
#
# ## Leia a seguir
#
# - Pratique: [lab 04, miniaturas sem loop](../../labs/pt-BR/04-thumbnails-without-a-loop.ipynb)
# - AWS: [um tutorial que faz miniaturas](https://docs.aws.amazon.com/lambda/latest/dg/with-s3-tutorial.html), com dois buckets
#
# ## Opcional: uma key com acento na AWS de verdade
#
# Estas células só rodam com `COURSE_TARGET=aws` e a sua confirmação. Elas enviam um objeto e mostram o nome dele como o S3 o manda. Esta função só imprime:

# %% id="real-file" tags=["nbval-ignore-output"]
# %%writefile work/print_key.py
def lambda_handler(event, context):
    print("key", event["Records"][0]["s3"]["object"]["key"])

# %% id="real-bucket" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
real_s3, real_lambda = boto3.client("s3"), boto3.client("lambda")
real_account, region = boto3.client("sts").get_caller_identity()["Account"], real_s3.meta.region_name
real_bucket = f"day22-uploads-{real_account}-{region}"
place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
real_s3.create_bucket(Bucket=real_bucket, **place)
real_arn = deploy("work/print_key.py", "day22-print-key")

# %% id="real-rule" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
real_lambda.add_permission(FunctionName="day22-print-key", StatementId="uploads", **permission,
                           SourceArn=f"arn:aws:s3:::{real_bucket}", SourceAccount=real_account)
real_rule = {"LambdaFunctionArn": str(real_arn), "Events": ["s3:ObjectCreated:*"]}
real_s3.put_bucket_notification_configuration(Bucket=real_bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [real_rule]})
real_s3.put_object(Bucket=real_bucket, Key="praia de Itaúna.jpg", Body=b"-")

# %% id="real-look" tags=["nbval-ignore-output"]
# %%real_aws --cost "less than US$ 0.01"
import time

real_logs, found, deadline = boto3.client("logs"), [], time.monotonic() + 90
while not found and time.monotonic() < deadline:
    try:
        found = real_logs.filter_log_events(logGroupName="/aws/lambda/day22-print-key", filterPattern="key")["events"]
    except real_logs.exceptions.ResourceNotFoundException:
        pass
print(found[0]["message"] if found else "nothing yet: a rule may need five minutes; upload again")

# %% [markdown] id="real-cleanup-intro" lang="en"
# The last cell deletes what these cells created, and says so.

# %% [markdown] id="real-cleanup-intro" lang="pt-BR" of="ee2861"
# A última célula apaga o que estas células criaram, e diz o que apagou.

# %% id="real-cleanup" tags=["nbval-ignore-output"]
# %%real_aws
from helpers import cleanup

cleanup()
