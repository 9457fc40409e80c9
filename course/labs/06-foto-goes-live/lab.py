# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "06"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Foto goes live"
#     pt-BR: "A Foto no ar"
#   days: [12, 22]
#   claims: ["12-5", "22-17", "22-18"]
#   needs: ["06", "lab-05"]
# ---

# %% [markdown] id="opening" lang="en"
# # Foto goes live
#
# *Lab 06 · 60 minutes · you need: lesson 06 and lab 05*
#
# Foto opens tomorrow. Its topic exists, its functions are half written, and the user who uploads one picture must hear of it once. You build the
# platform of day 22 and add what its drawing forgot.
#
# The judge uploads pictures of its own, sends them twice, takes the topic away for a while, and kills execution environments.

# %% [markdown] id="opening" lang="pt-BR" of="c38709"
# # A Foto no ar
#
# *Lab 06 · 60 minutos · você precisa da lição 06 e do lab 05*
#
# A Foto abre amanhã. O tópico existe, as funções estão pela metade, e quem sobe uma foto deve ser avisado uma vez. Você constrói a plataforma do
# Dia 22 e acrescenta o que o desenho esqueceu.
#
# O juiz sobe fotos dele, manda duas vezes, some com o tópico por um tempo e mata execution environments.

# %% id="connect" tags=["nbval-ignore-output"]
import json
import boto3
from helpers import check, clock, connect, deploy

connect("lab-06", resource_policies=True)

# %% id="tools"
dynamodb, lambda_client, s3, sns, sqs = (boto3.client(name) for name in ("dynamodb", "lambda", "s3", "sns", "sqs"))

def new_queue(name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

upload_topic = sns.create_topic(Name="ImageUploadTopic")["TopicArn"]

# %% [markdown] id="task-06-1" lang="en"
# ## 06.1 A copy of everything (warm-up, 10 minutes)
#
# Foto wants to keep a copy of each upload message, exactly as it was published.
#
# | create | with |
# |---|---|
# | queue `upload-audit` | a policy that lets in `ImageUploadTopic`, and no other topic |
# | queue `upload-audit-lost` | the same |
# | subscription of `upload-audit` | raw delivery; what cannot be delivered goes to `upload-audit-lost` |
#
# Write `open_to` first; you will need it in every task.

# %% [markdown] id="task-06-1" lang="pt-BR" of="c0aa83"
# ## 06.1 Uma cópia de tudo (aquecimento, 10 minutos)
#
# A Foto quer guardar uma cópia de cada mensagem de upload, exatamente como foi publicada.
#
# | crie | com |
# |---|---|
# | fila `upload-audit` | uma política que deixa entrar o `ImageUploadTopic`, e nenhum outro tópico |
# | fila `upload-audit-lost` | o mesmo |
# | inscrição da `upload-audit` | entrega raw; o que não puder ser entregue vai para `upload-audit-lost` |
#
# Escreva primeiro a `open_to`; você vai precisar dela em toda tarefa.

# %% id="answer-06-1-open" exercise="06.1"
def open_to(topic, url, arn):
    """Let this topic, and only this one, send to the queue."""
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("06.1: put a policy on the queue")
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    # END SOLUTION

# %% id="answer-06-1" exercise="06.1"
# BEGIN SOLUTION
audit, audit_arn = new_queue("upload-audit")
lost, lost_arn = new_queue("upload-audit-lost")
open_to(upload_topic, audit, audit_arn)
open_to(upload_topic, lost, lost_arn)
subscription = sns.subscribe(TopicArn=upload_topic, Protocol="sqs", Endpoint=audit_arn, Attributes={
    "RawMessageDelivery": "true", "RedrivePolicy": json.dumps({"deadLetterTargetArn": lost_arn})})
# END SOLUTION

# %% id="check-06-1"
check("06.1")

# %% [markdown] id="why-06-1" lang="en" tags=["solution-only"]
# **Why this works.** The condition on `aws:SourceArn` makes the difference between *SNS may write here* and *this topic may write here*: without it, a topic in
# anybody's account could. The dead-letter queue belongs to the subscription, and SNS needs its permission there, too.

# %% [markdown] id="why-06-1" lang="pt-BR" of="c65791" tags=["solution-only"]
# **Por que funciona.** A condição em `aws:SourceArn` é a diferença entre *o SNS pode escrever aqui* e *este tópico pode escrever aqui*: sem ela, um tópico da conta de
# qualquer pessoa poderia. A dead-letter queue é da inscrição, e o SNS precisa de permissão nela também.

# %% [markdown] id="task-06-2" lang="en"
# ## 06.2 Who wants what (10 minutes)
#
# A message looks like this: the body says what was uploaded, the attributes say by whom.
#
# ```python
# sns.publish(TopicArn=upload_topic,
#     Message='{"key": "praia.jpg", "kind": "photo", "bytes": 5200000}',
#     MessageAttributes={"plan": {"DataType": "String", "StringValue": "pro"},
#                        "country": {"DataType": "String", "StringValue": "BR"}})
# ```
#
# Three more queues listen, each with a filter and raw delivery:
#
# | queue | wants |
# |---|---|
# | `paying` | uploads whose attribute `plan` is `pro` or `team` |
# | `big-photos` | of kind `photo` with 5,000,000 bytes or more |
# | `abroad` | uploads whose attribute `country` is there and is not `BR` |

# %% [markdown] id="task-06-2" lang="pt-BR" of="78657d"
# ## 06.2 Quem quer o quê (10 minutos)
#
# Uma mensagem é assim: o corpo diz o que subiu, os atributos dizem de quem.
#
# ```python
# sns.publish(TopicArn=upload_topic,
#     Message='{"key": "praia.jpg", "kind": "photo", "bytes": 5200000}',
#     MessageAttributes={"plan": {"DataType": "String", "StringValue": "pro"},
#                        "country": {"DataType": "String", "StringValue": "BR"}})
# ```
#
# Mais três filas escutam, cada uma com um filtro e entrega raw:
#
# | fila | quer |
# |---|---|
# | `paying` | uploads com o atributo `plan` igual a `pro` ou `team` |
# | `big-photos` | do tipo `photo` com 5.000.000 de bytes ou mais |
# | `abroad` | uploads em que o atributo `country` existe e não é `BR` |

# %% id="answer-06-2" exercise="06.2"
# BEGIN SOLUTION
filters = {
    "paying": ("MessageAttributes", {"plan": ["pro", "team"]}),
    "big-photos": ("MessageBody", {"kind": ["photo"], "bytes": [{"numeric": [">=", 5_000_000]}]}),
    "abroad": ("MessageAttributes", {"country": [{"anything-but": ["BR"]}]}),
}
for name, (scope, policy) in filters.items():
    url, arn = new_queue(name)
    open_to(upload_topic, url, arn)
    sns.subscribe(TopicArn=upload_topic, Protocol="sqs", Endpoint=arn, Attributes={
        "FilterPolicyScope": scope, "FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"})
# END SOLUTION

# %% id="check-06-2"
check("06.2")

# %% [markdown] id="why-06-2" lang="en" tags=["solution-only"]
# **Why this works.** A subscription has one scope: size and kind are in the body, so `big-photos` filters there. Keys are joined by AND, the values of one key by OR. `anything-but` needs
# the attribute to be there, which is what the task asks.

# %% [markdown] id="why-06-2" lang="pt-BR" of="8af7a5" tags=["solution-only"]
# **Por que funciona.** Uma inscrição tem um escopo só: tamanho e tipo estão no corpo, então `big-photos` filtra lá. Chaves se juntam por AND, os valores de uma chave por OR. O `anything-but` exige
# que o atributo exista, que é o que a tarefa pede.

# %% [markdown] id="task-06-3" lang="en"
# ## 06.3 Three pairs of hands (15 minutes)
#
# Two buckets, two tables and `foto.py` are given: `fetch` reads a picture, `store` writes one.

# %% [markdown] id="task-06-3" lang="pt-BR" of="557b52"
# ## 06.3 Três pares de mãos (15 minutos)
#
# Dois buckets, duas tabelas e o `foto.py` estão prontos: `fetch` lê uma foto, `store` grava uma.

# %% id="given-stores"
account = boto3.client("sts").get_caller_identity()["Account"]
BUCKETS = {"UPLOADS": f"foto-uploads-{account}", "RESULTS": f"foto-results-{account}"}
for bucket in BUCKETS.values():
    s3.create_bucket(Bucket=bucket)

for table in ("details", "pictures"):
    dynamodb.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}])
    dynamodb.get_waiter("table_exists").wait(TableName=table)

# %% id="given-foto" tags=["nbval-ignore-output"]
# %%writefile work/foto.py
import io, json, os
import boto3
from PIL import Image

s3 = boto3.client("s3")

def keys(event):
    return [json.loads(record["body"])["key"] for record in event["Records"]]

def fetch(key):
    return Image.open(s3.get_object(Bucket=os.environ["UPLOADS"], Key=key)["Body"])

def store(part, key, picture):
    picture.save(file := io.BytesIO(), "JPEG")
    s3.put_object(Bucket=os.environ["RESULTS"], Key=f"{part}/{key}", Body=file.getvalue())

# %% [markdown] id="todo-06-3" lang="en"
# Write three functions, each behind a queue of its own name, subscribed to `ImageUploadTopic` with raw delivery:
#
# | function and queue | for each `key` of an upload message |
# |---|---|
# | `thumbnail` | stores a picture of at most 160 × 160 pixels, in its proportions |
# | `filter` | stores the picture in shades of grey, in its size |
# | `metadata` | puts a row into `details`: `key`, `width`, `height`, and `camera`, the EXIF tag 272 |
#
# An upload that is no picture must not hold up the others for ever: each queue gives up after 3 receives, and `foto-dead` keeps what it gave up. Timeout 20 s, 512 MB,
# visibility timeout 120 s, `packages=["pillow"]`.

# %% [markdown] id="todo-06-3" lang="pt-BR" of="350db1"
# Escreva três funções, cada uma atrás de uma fila com o seu nome, inscrita no `ImageUploadTopic` com entrega raw:
#
# | função e fila | para cada `key` de uma mensagem de upload |
# |---|---|
# | `thumbnail` | grava uma foto de no máximo 160 × 160 pixels, nas suas proporções |
# | `filter` | grava a foto em tons de cinza, no seu tamanho |
# | `metadata` | põe uma linha em `details`: `key`, `width`, `height` e `camera`, a tag EXIF 272 |
#
# Um upload que não é foto não pode segurar os outros para sempre: cada fila desiste depois de 3 recebimentos, e a `foto-dead` guarda aquilo de que ela desistiu. Timeout de 20 s, 512 MB,
# visibility timeout de 120 s, `packages=["pillow"]`.

# %% id="answer-06-3-thumbnail" exercise="06.3" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
import foto, join


def lambda_handler(event, context):
    for key in foto.keys(event):
        picture = foto.fetch(key)
        # BEGIN SOLUTION
        # STUB raise NotImplementedError("06.3: store a small copy")
        picture.thumbnail((160, 160))
        foto.store("thumbnail", key, picture)
        # END SOLUTION
        join.done("thumbnail", key)

# %% id="answer-06-3-filter" exercise="06.3" tags=["nbval-ignore-output"]
# %%writefile work/filter.py
from PIL import ImageOps
import foto, join


def lambda_handler(event, context):
    for key in foto.keys(event):
        picture = foto.fetch(key)
        # BEGIN SOLUTION
        # STUB raise NotImplementedError("06.3: store it in shades of grey")
        foto.store("filter", key, ImageOps.grayscale(picture))
        # END SOLUTION
        join.done("filter", key)

# %% id="answer-06-3-metadata" exercise="06.3" tags=["nbval-ignore-output"]
# %%writefile work/metadata.py
import boto3
import foto, join

details = boto3.resource("dynamodb").Table("details")


def lambda_handler(event, context):
    for key in foto.keys(event):
        picture = foto.fetch(key)
        # BEGIN SOLUTION
        # STUB raise NotImplementedError("06.3: put a row into details")
        width, height = picture.size
        details.put_item(Item={"key": key, "width": width, "height": height, "camera": picture.getexif().get(272)})
        # END SOLUTION
        join.done("metadata", key)

# %% [markdown] id="todo-06-3-wire" lang="en"
# `join.done` is the subject of the next task; until then it does nothing. `deploy_parts` deploys all three with their files. Now create the queues, subscribe them
# and map each to its function.

# %% [markdown] id="todo-06-3-wire" lang="pt-BR" of="fe1da8"
# A `join.done` é o assunto da próxima tarefa; até lá, ela não faz nada. A `deploy_parts` publica as três com os seus arquivos. Agora crie as filas, inscreva cada uma
# e faça o mapping para a sua função.

# %% id="given-join" tags=["nbval-ignore-output"]
# %%writefile work/join.py
def done(part, key):
    pass

# %% id="given-deploy"
PARTS = ("thumbnail", "filter", "metadata")

def deploy_parts():
    for part in PARTS:
        deploy(f"work/{part}.py", part, files=["work/foto.py", "work/join.py"], packages=["pillow"],
               timeout=20, memory=512, environment=BUCKETS, show=False)

# %% id="answer-06-3" exercise="06.3"
# BEGIN SOLUTION
deploy_parts()
dead, dead_arn = new_queue("foto-dead")
redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
for part in PARTS:
    url, arn = new_queue(part, VisibilityTimeout="120", RedrivePolicy=redrive)
    open_to(upload_topic, url, arn)
    sns.subscribe(TopicArn=upload_topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    lambda_client.create_event_source_mapping(EventSourceArn=arn, FunctionName=part, BatchSize=1)
# END SOLUTION

# %% id="check-06-3"
check("06.3")

# %% [markdown] id="why-06-3" lang="en" tags=["solution-only"]
# **Why this works.** With `BatchSize=1` a picture that fails takes no other with it; for larger batches you would report the failed messages one by one, as in lab 05. `thumbnail` and
# `store` are idempotent by themselves: a picture that comes twice writes the same object twice.

# %% [markdown] id="why-06-3" lang="pt-BR" of="6f43c8" tags=["solution-only"]
# **Por que funciona.** Com `BatchSize=1`, uma foto que falha não leva nenhuma outra junto; com lotes maiores, você informaria as mensagens que falharam uma a uma, como no lab 05. `thumbnail` e
# `store` já são idempotentes: uma foto que chega duas vezes grava o mesmo objeto duas vezes.

# %% [markdown] id="task-06-4" lang="en"
# ## 06.4 Told once (15 minutes)
#
# Create the FIFO topic `ImageProcessedTopic.fifo`. When all three parts of a picture are done, and not before, one message with its key as the text goes out there:
# one, even when the upload message arrives several times, now or in a quarter of an hour.
#
# The table `pictures` is yours to use. Write `join.py`, and whatever else you need; what runs beside the three functions gets a name of your own.

# %% [markdown] id="task-06-4" lang="pt-BR" of="e7201a"
# ## 06.4 Avisado uma vez (15 minutos)
#
# Crie o tópico FIFO `ImageProcessedTopic.fifo`. Quando as três partes de uma foto estiverem prontas, e não antes, sai por ele uma mensagem com a chave como texto:
# uma só, mesmo que a mensagem de upload chegue várias vezes, agora ou daqui a quinze minutos.
#
# A tabela `pictures` é sua. Escreva o `join.py` e o que mais precisar; o que rodar ao lado das três funções tem o nome que você quiser.

# %% id="answer-06-4-join" exercise="06.4" tags=["nbval-ignore-output"]
# %%writefile work/join.py
import boto3

pictures = boto3.resource("dynamodb").Table("pictures")


def done(part, key):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("06.4: remember that this part of the picture is done")
    pictures.update_item(Key={"key": key}, UpdateExpression="ADD parts :part",
                         ExpressionAttributeValues={":part": {part}})
    # END SOLUTION

# %% id="answer-06-4-announce" exercise="06.4" tags=["nbval-ignore-output"]
# %%writefile work/announce.py
import os
import boto3

sns = boto3.client("sns")


def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("06.4: announce each picture that is complete")
    for record in event["Records"]:
        row = record["dynamodb"].get("NewImage", {})
        if len(row.get("parts", {"SS": []})["SS"]) == 3:
            key = row["key"]["S"]
            sns.publish(TopicArn=os.environ["READY"], Message=key, MessageGroupId=key, MessageDeduplicationId=key)
    # END SOLUTION

# %% id="answer-06-4" exercise="06.4"
# BEGIN SOLUTION
ready_topic = sns.create_topic(Name="ImageProcessedTopic.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
dynamodb.update_table(TableName="pictures", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
stream = dynamodb.describe_table(TableName="pictures")["Table"]["LatestStreamArn"]
deploy_parts()
deploy("work/announce.py", "announce", environment={"READY": ready_topic}, timeout=20, show=False)
mapping = lambda_client.create_event_source_mapping(
    EventSourceArn=stream, FunctionName="announce", StartingPosition="LATEST")
clock.advance(seconds=5)
print(lambda_client.get_event_source_mapping(UUID=mapping["UUID"])["State"])
# END SOLUTION

# %% id="check-06-4"
check("06.4")

# %% [markdown] id="why-06-4" lang="en" tags=["solution-only"]
# **Why this works.** Each part adds itself to a set, which is idempotent and atomic. The change of the row travels by the table's stream to `announce`. An upload that comes again adds what is
# there already: the row does not change, so the stream has nothing to tell, in a minute or in an hour.

# %% [markdown] id="why-06-4" lang="pt-BR" of="71f2f4" tags=["solution-only"]
# **Por que funciona.** Cada parte se acrescenta a um conjunto, o que é idempotente e atômico. A mudança da linha viaja pelo stream da tabela até a `announce`. Um upload que chega de novo acrescenta
# o que já está lá: a linha não muda, então o stream não tem nada a contar, em um minuto ou em uma hora.

# %% [markdown] id="task-06-5" lang="en"
# ## 06.5 Pull the plug (10 minutes)
#
# The same contract, on a bad day: execution environments are killed while they work, again and again, and for two minutes the topic
# `ImageProcessedTopic.fifo` is gone. Every picture gets its three results, and is announced once, when the topic is back.
#
# Does your answer to 06.4 hold already? Ask the judge. If it does not, look for two writes with a death between them, and repair it here.

# %% [markdown] id="task-06-5" lang="pt-BR" of="14a641"
# ## 06.5 Puxe a tomada (10 minutos)
#
# O mesmo contrato, num dia ruim: execution environments são mortos enquanto trabalham, vez após vez, e por dois minutos o tópico
# `ImageProcessedTopic.fifo` some. Toda foto ganha os seus três resultados e é anunciada uma vez, quando o tópico volta.
#
# A sua resposta de 06.4 já aguenta? Pergunte ao juiz. Se não aguenta, procure duas escritas com uma morte no meio, e conserte aqui.

# %% id="answer-06-5" exercise="06.5"
# BEGIN SOLUTION
# Nothing to repair: the row is the only write, and the stream insists until it is announced.
for mapping in lambda_client.list_event_source_mappings(FunctionName="announce")["EventSourceMappings"]:
    print(mapping["State"], mapping["StartingPosition"], mapping["MaximumRetryAttempts"])
# END SOLUTION

# %% id="check-06-5"
check("06.5")

# %% [markdown] id="why-06-5" lang="en" tags=["solution-only"]
# **Why this works.** Nobody claims anything before it has happened. Killed in a part: the message comes back after its visibility timeout. Killed in `announce`, or no topic: the stream's batch
# comes again, without a limit (`MaximumRetryAttempts` -1). Announced and then killed: the deduplication id swallows the repetition.

# %% [markdown] id="why-06-5" lang="pt-BR" of="fa5fcf" tags=["solution-only"]
# **Por que funciona.** Ninguém reserva nada antes que tenha acontecido. Morte numa parte: a mensagem volta depois do visibility timeout. Morte na `announce`, ou tópico ausente: o lote do stream
# volta, sem limite (`MaximumRetryAttempts` -1). Anunciada e depois morta: o id de deduplicação engole a repetição.

# %% [markdown] id="closing" lang="en"
# ## What you did
#
# The platform of day 22 stands, with a door on each queue, a filter where one belongs, and the fan-in that the drawing left out. It survived a judge with `kill -9`.
# Lesson 07 gives Loja a front door: API Gateway.

# %% [markdown] id="closing" lang="pt-BR" of="aedec7"
# ## O que você fez
#
# A plataforma do Dia 22 está de pé, com uma porta em cada fila, um filtro onde cabe um, e o fan-in que o desenho deixou de fora. Ela sobreviveu a um juiz com `kill -9`.
# A lição 07 dá à Loja uma porta de entrada: o API Gateway.
