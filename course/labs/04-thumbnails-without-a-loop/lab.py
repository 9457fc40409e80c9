# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "04"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Thumbnails without a loop"
#     pt-BR: "Miniaturas sem loop"
#   days: [4, 11, 17, 22]
#   claims: ["11-2", "11-3", "17-4", "22-16"]
#   needs: ["04", "lab-02"]
# ---

# %% [markdown] id="opening" lang="en"
# # Thumbnails without a loop
#
# *Lab 04 · 60 minutes · you need: lesson 04*
#
# It is your first week at Foto, and five tickets wait: names that nobody can read, a bell that rings for everything, photographs that lie on their side, a bucket
# that fills itself, and uploads that vanish.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It uploads pictures of its own, under names of its own, moves the clock, and
# opens what your functions made.

# %% [markdown] id="opening" lang="pt-BR" of="21efb3"
# # Miniaturas sem loop
#
# *Lab 04 · 60 minutos · você precisa da lição 04*
#
# É a sua primeira semana na Foto, e cinco chamados esperam: nomes que ninguém consegue ler, uma campainha que toca por tudo, fotos deitadas, um bucket
# que se enche sozinho e envios que somem.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele envia fotos dele, com nomes dele, mexe no relógio e
# abre o que as suas funções fizeram.

# %% id="connect" tags=["nbval-ignore-output"]
import json
import boto3
from helpers import check, clock, connect, deploy, pictures

connect("lab-04", resource_policies=True)

# %% id="tools"
s3, sqs, lambda_client = (boto3.client(name) for name in ("s3", "sqs", "lambda"))
account = boto3.client("sts").get_caller_identity()["Account"]
uploads, thumbnails, web = (f"foto-{name}-{account}" for name in ("uploads", "thumbnails", "web"))
for bucket in (uploads, thumbnails, web):
    s3.create_bucket(Bucket=bucket)

def call(name, event):
    answer = lambda_client.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.load(answer["Payload"])

# %% [markdown] id="task-04-1" lang="en"
# ## 04.1 A log that knows the names (warm-up, 10 minutes)
#
# *Ticket 1: "Support searches for `praia de Itaúna.jpg` and finds nothing. And since the bucket also reports to a queue, the log is broken altogether."*

# %% [markdown] id="task-04-1" lang="pt-BR" of="762223"
# ## 04.1 Um log que sabe os nomes (aquecimento, 10 minutos)
#
# *Chamado 1: "O suporte procura `praia de Itaúna.jpg` e não acha nada. E desde que o bucket também avisa uma fila, o log quebrou de vez."*

# %% id="given-04-1" tags=["nbval-ignore-output"]
# %%writefile work/photo_log.py
def lambda_handler(event, context):
    record = event["Records"][0]
    return [f"new {record['s3']['object']['key']}"]

# %% id="see-04-1"
def s3_event(*happened):
    return {"Records": [{"eventSource": "aws:s3", "eventName": name, "s3": {"bucket": {"name": uploads}, "object": {"key": key}}}
                        for name, key in happened]}

deploy("work/photo_log.py", "photo-log", show=False)
print(call("photo-log", s3_event(("ObjectCreated:Put", "praia+de+Ita%C3%BAna.jpg"), ("ObjectRemoved:Delete", "serra.jpg"))))
print(call("photo-log", {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": uploads})["errorType"])

# %% [markdown] id="todo-04-1" lang="en"
# Repair `photo-log`. It answers with a list, one text for each record, in their order:
#
# - `new NAME` for every kind of `ObjectCreated`, `gone NAME` for every kind of `ObjectRemoved`, nothing for other events;
# - the name is the one in the bucket, whatever signs it has;
# - S3's test event gives an empty list.

# %% [markdown] id="todo-04-1" lang="pt-BR" of="a05f3e"
# Conserte a `photo-log`. Ela responde com uma lista, um texto para cada record, na ordem deles:
#
# - `new NAME` para todo tipo de `ObjectCreated`, `gone NAME` para todo tipo de `ObjectRemoved`, nada para outros eventos;
# - o nome é o que está no bucket, com os sinais que tiver;
# - o evento de teste do S3 dá uma lista vazia.

# %% id="answer-04-1" exercise="04.1" tags=["nbval-ignore-output"]
# %%writefile work/photo_log.py
from urllib.parse import unquote_plus

WORDS = {"ObjectCreated": "new", "ObjectRemoved": "gone"}


def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("04.1: one text for each record")
    lines = []
    for record in event.get("Records", []):
        word = WORDS.get(record["eventName"].partition(":")[0])
        if word:
            lines.append(f"{word} {unquote_plus(record['s3']['object']['key'])}")
    return lines
    # END SOLUTION

# %% id="deploy-04-1"
deploy("work/photo_log.py", "photo-log", show=False)

# %% id="check-04-1"
check("04.1")

# %% [markdown] id="why-04-1" lang="en" tags=["solution-only"]
# **Why this works.** `unquote_plus`, not `unquote`: S3 encodes a space as `+`, as HTML forms do. Once, not twice: a photograph may really be called `a%2Bb.jpg`.
# And `event.get("Records", [])` makes the test event what it is, an event about nothing.

# %% [markdown] id="why-04-1" lang="pt-BR" of="834967" tags=["solution-only"]
# **Por que funciona.** `unquote_plus`, e não `unquote`: o S3 codifica o espaço como `+`, igual aos formulários HTML. Uma vez, e não duas: uma foto pode mesmo se chamar `a%2Bb.jpg`.
# E o `event.get("Records", [])` trata o evento de teste como o que ele é, um evento sobre nada.

# %% [markdown] id="task-04-2" lang="en"
# ## 04.2 A bell for photographs only (10 minutes)
#
# *Ticket 2: "`thumbnail` is ready to be called, but nobody calls it. Please nothing but new photographs: last time it ran for every invoice in the bucket."*
#
# For now the function only says that it was called:

# %% [markdown] id="task-04-2" lang="pt-BR" of="135cae"
# ## 04.2 Uma campainha só para fotos (10 minutos)
#
# *Chamado 2: "A `thumbnail` está pronta para ser chamada, mas ninguém chama. Por favor, só fotos novas: da última vez ela rodou para cada nota fiscal do bucket."*
#
# Por enquanto a função só diz que foi chamada:

# %% id="given-04-2" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
def lambda_handler(event, context):
    print("called for", event["Records"][0]["s3"]["object"]["key"])

# %% id="deploy-04-2"
thumbnail_arn = deploy("work/thumbnail.py", "thumbnail", show=False)

# %% [markdown] id="todo-04-2" lang="en"
# Let the bucket `uploads` call `thumbnail`, whose ARN is in `thumbnail_arn`:
#
# - for every object that comes to be under `incoming/` and ends in `.jpg`, whether it was uploaded or copied;
# - for no other key, and for no other event;
# - and let no other bucket call it, nor a bucket of another account that takes the name one day.

# %% [markdown] id="todo-04-2" lang="pt-BR" of="fabfdd"
# Faça o bucket `uploads` chamar a `thumbnail`, cujo ARN está em `thumbnail_arn`:
#
# - para todo objeto que surgir sob `incoming/` e terminar em `.jpg`, tenha ele sido enviado ou copiado;
# - para nenhuma outra key e nenhum outro evento;
# - e não deixe nenhum outro bucket chamá-la, nem um bucket de outra conta que um dia fique com esse nome.

# %% id="answer-04-2" exercise="04.2"
# BEGIN SOLUTION
allowed = lambda_client.add_permission(
    FunctionName="thumbnail", StatementId="uploads", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
    SourceArn=f"arn:aws:s3:::{uploads}", SourceAccount=account,
)
photographs = [{"Name": "prefix", "Value": "incoming/"}, {"Name": "suffix", "Value": ".jpg"}]
rule = {"LambdaFunctionArn": thumbnail_arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": photographs}}}
ruled = s3.put_bucket_notification_configuration(Bucket=uploads, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]})
# END SOLUTION

# %% id="check-04-2"
check("04.2")

# %% [markdown] id="why-04-2" lang="en" tags=["solution-only"]
# **Why this works.** The permission comes first, because S3 tests it before it keeps the rule. `ObjectCreated:*` has four kinds; with `:Put` alone a copied photograph would stay without a thumbnail. A
# second run of this cell meets `ResourceConflictException`: a `StatementId` is used once, until `remove_permission`.

# %% [markdown] id="why-04-2" lang="pt-BR" of="1493ac" tags=["solution-only"]
# **Por que funciona.** A permissão vem primeiro, porque o S3 a testa antes de guardar a regra. `ObjectCreated:*` tem quatro tipos; só com `:Put` uma foto copiada ficaria sem miniatura. Rodar
# esta célula de novo dá `ResourceConflictException`: um `StatementId` vale uma vez, até o `remove_permission`.

# %% [markdown] id="task-04-3" lang="en"
# ## 04.3 A thumbnail that stands upright (15 minutes)
#
# *Ticket 3: "Half of the thumbnails lie on their side. And one of them told a stranger where our customer lives."*
#
# A phone stores what its sensor saw, and writes beside it, in the EXIF data, how it was held and where. Here is one as the file has it, and its tags:

# %% [markdown] id="task-04-3" lang="pt-BR" of="9e3c5e"
# ## 04.3 Uma miniatura em pé (15 minutos)
#
# *Chamado 3: "Metade das miniaturas está deitada. E uma delas contou a um estranho onde mora a nossa cliente."*
#
# O celular grava o que o sensor viu e anota ao lado, nos dados EXIF, como ele estava sendo segurado e onde. Esta é uma foto como está no arquivo, e as suas tags:

# %% id="see-04-3"
import io
from PIL import ExifTags, Image

promenade = pictures.album()["calçadão + mar.jpg"]
exif = Image.open(io.BytesIO(promenade)).getexif()
print("size", Image.open(io.BytesIO(promenade)).size, "orientation", exif[ExifTags.Base.Orientation])
print("latitude", exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude])
pictures.side_by_side(promenade, height=180)

# %% [markdown] id="todo-04-3" lang="en"
# Write `thumbnail`. For each record it reads the photograph that the event names and writes, to the bucket in the variable `THUMBNAILS` and under the same key:
#
# - a JPEG whose longer side has at most 320 pixels, in the proportions of the photograph; a smaller one is not enlarged;
# - upright, as the photographer saw it;
# - without EXIF data.
#
# A photograph that cannot be read is an error: the function raises.

# %% [markdown] id="todo-04-3" lang="pt-BR" of="bc2278"
# Escreva a `thumbnail`. Para cada record ela lê a foto que o evento indica e grava, no bucket da variável `THUMBNAILS` e com a mesma key:
#
# - um JPEG cujo lado maior tem no máximo 320 pixels, nas proporções da foto; uma foto menor não é ampliada;
# - em pé, como o fotógrafo a viu;
# - sem dados EXIF.
#
# Uma foto que não dá para ler é um erro: a função lança a exceção.

# %% id="answer-04-3" exercise="04.3" tags=["nbval-ignore-output"]
# %%writefile work/thumbnail.py
import io, os
from urllib.parse import unquote_plus
import boto3
from PIL import Image, ImageOps

s3 = boto3.client("s3")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("04.3: make a thumbnail of every record")
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        shrink(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), key)
    # END SOLUTION

# %% [markdown] id="shrink-04-3" lang="en"
# The second half of the file:

# %% [markdown] id="shrink-04-3" lang="pt-BR" of="3aa899"
# A segunda metade do arquivo:

# %% id="answer-04-3-shrink" exercise="04.3" tags=["nbval-ignore-output"]
# %%writefile -a work/thumbnail.py


def shrink(jpeg, key):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("04.3: upright, at most 320 pixels, no EXIF")
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(jpeg)))
    picture.thumbnail((320, 320))
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    bare.save(file := io.BytesIO(), "JPEG")
    s3.put_object(Bucket=os.environ["THUMBNAILS"], Key=key, Body=file.getvalue(), ContentType="image/jpeg")
    # END SOLUTION

# %% id="deploy-04-3"
deploy("work/thumbnail.py", "thumbnail", packages=["pillow"], environment={"THUMBNAILS": thumbnails}, timeout=30, show=False)

# %% id="check-04-3"
check("04.3")

# %% [markdown] id="why-04-3" lang="en" tags=["solution-only"]
# **Why this works.** Turn first, then measure: a thumbnail keeps proportions either way, but the tag is gone once the pixels say the same. Pasting into a new picture leaves behind all that a file may carry
# beside its pixels, not only what we thought of today.

# %% [markdown] id="why-04-3" lang="pt-BR" of="a718d9" tags=["solution-only"]
# **Por que funciona.** Primeiro gire, depois meça: a miniatura mantém as proporções de qualquer jeito, mas a tag some quando os pixels já dizem o mesmo. Colar numa imagem nova deixa para trás tudo o que um arquivo pode levar
# além dos pixels, não só aquilo em que pensamos hoje.

# %% [markdown] id="task-04-4" lang="en"
# ## 04.4 One bucket, no loop, counted once (15 minutes)
#
# *Ticket 4: "The website reads one bucket, so previews lie beside photographs. Ana uploaded one photograph. The bucket holds seventeen objects of hers, and her album says sixteen."* `preview.py` is fine:

# %% [markdown] id="task-04-4" lang="pt-BR" of="84eb98"
# ## 04.4 Um bucket, nenhum loop, contada uma vez (15 minutos)
#
# *Chamado 4: "O site lê um bucket só, então as prévias ficam ao lado das fotos. A Ana enviou uma foto. O bucket tem dezessete objetos dela, e o álbum diz dezesseis."* O `preview.py` está certo:

# %% id="given-preview" tags=["nbval-ignore-output"]
# %%writefile work/preview.py
import io
from PIL import Image, ImageOps

def preview(jpeg):
    """A square of 96 pixels from the middle of a photograph."""
    ImageOps.fit(Image.open(io.BytesIO(jpeg)), (96, 96)).save(file := io.BytesIO(), "JPEG")
    return file.getvalue()

# %% id="given-04-4" tags=["nbval-ignore-output"]
# %%writefile work/gallery.py
from urllib.parse import unquote_plus
import boto3
from preview import preview

s3, albums = boto3.client("s3"), boto3.resource("dynamodb").Table("albums")

def lambda_handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        album = key.split("/")[-2]
        photograph = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=f"preview/{key}", Body=preview(photograph), ContentType="image/jpeg")
        albums.update_item(Key={"album": album}, UpdateExpression="ADD photos :one", ExpressionAttributeValues={":one": 1})

# %% id="given-rule"
albums = boto3.resource("dynamodb").create_table(
    TableName="albums", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "album", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "album", "AttributeType": "S"}])
albums.wait_until_exists()
gallery = {"packages": ["pillow"], "files": ["work/preview.py"], "timeout": 30, "show": False}
web_rule = {"LambdaFunctionArn": deploy("work/gallery.py", "gallery", **gallery), "Events": ["s3:ObjectCreated:*"]}
lambda_client.add_permission(
    FunctionName="gallery", StatementId="web", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
    SourceArn=f"arn:aws:s3:::{web}", SourceAccount=account)
ruled = s3.put_bucket_notification_configuration(Bucket=web, NotificationConfiguration={"LambdaFunctionConfigurations": [web_rule]})

# %% id="see-04-4"
s3.put_object(Bucket=web, Key="incoming/ana/serra.jpg", Body=pictures.album()["serra.jpg"])
clock.advance(minutes=1)
print(s3.list_objects_v2(Bucket=web)["KeyCount"], "objects")
print(albums.get_item(Key={"album": "ana"})["Item"])

# %% [markdown] id="todo-04-4" lang="en"
# Keep the one bucket, and repair function and rule:
#
# - `incoming/ALBUM/NAME.jpg` gives `preview/ALBUM/NAME.jpg`; the function runs once and nothing else appears;
# - should somebody widen the rule one day, the function leaves alone what does not lie under `incoming/`: no preview, no count, no error;
# - in the table `albums` the number `photos` of an `album` counts each photograph once, though its event comes again, later or at the same moment, or it is uploaded anew.

# %% [markdown] id="todo-04-4" lang="pt-BR" of="ea7129"
# Fique com o bucket único, e conserte a função e a regra:
#
# - `incoming/ALBUM/NAME.jpg` gera `preview/ALBUM/NAME.jpg`; a função roda uma vez e mais nada aparece;
# - se um dia alguém alargar a regra, a função deixa em paz o que não está sob `incoming/`: nem prévia, nem contagem, nem erro;
# - na tabela `albums`, o número `photos` de um `album` conta cada foto uma vez, mesmo que o evento venha de novo, depois ou no mesmo instante, ou que a foto seja enviada outra vez.

# %% id="answer-04-4" exercise="04.4" tags=["nbval-ignore-output"]
# %%writefile work/gallery.py
from urllib.parse import unquote_plus
import boto3
from preview import preview

s3, albums = boto3.client("s3"), boto3.resource("dynamodb").Table("albums")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("04.4: previews of what comes in, and of nothing else")
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        if key.startswith("incoming/"):
            photograph = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            target = f"preview/{key.removeprefix('incoming/')}"
            s3.put_object(Bucket=bucket, Key=target, Body=preview(photograph), ContentType="image/jpeg")
            count(key.split("/")[1], key)
    # END SOLUTION

# %% id="answer-04-4-count" exercise="04.4" tags=["nbval-ignore-output"]
# %%writefile -a work/gallery.py


def count(album, key):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("04.4: count this photograph, unless it has been counted")
    try:
        albums.update_item(
            Key={"album": album}, UpdateExpression="ADD photos :one, counted :keys",
            ConditionExpression="NOT contains(counted, :key)",
            ExpressionAttributeValues={":one": 1, ":keys": {key}, ":key": key})
    except albums.meta.client.exceptions.ConditionalCheckFailedException:
        print("counted before:", key)
    # END SOLUTION

# %% [markdown] id="rule-04-4" lang="en"
# And the rule; `web_rule` is the one in force:

# %% [markdown] id="rule-04-4" lang="pt-BR" of="bf6c12"
# E a regra; `web_rule` é a que está valendo:

# %% id="answer-04-4-rule" exercise="04.4"
# BEGIN SOLUTION
deploy("work/gallery.py", "gallery", **gallery)
web_rule["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "incoming/"}]}}
ruled = s3.put_bucket_notification_configuration(Bucket=web, NotificationConfiguration={"LambdaFunctionConfigurations": [web_rule]})
# END SOLUTION

# %% id="check-04-4"
check("04.4")

# %% [markdown] id="why-04-4" lang="en" tags=["solution-only"]
# **Why this works.** The rule keeps the bell silent, the `if` keeps the function harmless: two locks, because each is one edit away from being lost. Number and set of counted keys change in one conditional write, so
# nobody fits in between. An item holds 400 KB; albums larger than that count with a transaction over one item per photograph, as in lab 02.

# %% [markdown] id="why-04-4" lang="pt-BR" of="ef481e" tags=["solution-only"]
# **Por que funciona.** A regra mantém a campainha quieta, o `if` mantém a função inofensiva: duas trancas, porque cada uma está a uma edição de se perder. O número e o conjunto de keys contadas mudam numa única escrita condicional, então
# ninguém se mete no meio. Um item guarda 400 KB; álbuns maiores contam com uma transação sobre um item por foto, como no lab 02.

# %% [markdown] id="task-04-5" lang="en"
# ## 04.5 Failures that stay (10 minutes)
#
# *Ticket 5: "A customer asks for her photograph. It arrived broken, `thumbnail` failed three times, and nobody has known since."*
#
# Make failures of `thumbnail` findable:
#
# - an event that fails is tried once more, not twice, because broken files do not heal; and nothing older than 1 hour is tried;
# - what fails for good arrives, with its error, in a queue named `failed-photos`. What works does not.

# %% [markdown] id="task-04-5" lang="pt-BR" of="1c1fa8"
# ## 04.5 Falhas que ficam (10 minutos)
#
# *Chamado 5: "Uma cliente pergunta pela foto dela. A foto chegou quebrada, a `thumbnail` falhou três vezes, e desde então ninguém sabe."*
#
# Faça com que as falhas da `thumbnail` possam ser encontradas:
#
# - um evento que falha é tentado mais uma vez, e não duas, porque arquivo quebrado não sara; e nada com mais de 1 hora é tentado;
# - o que falha de vez chega, com o erro, a uma fila chamada `failed-photos`. O que funciona, não.

# %% id="answer-04-5" exercise="04.5"
# BEGIN SOLUTION
failed = sqs.create_queue(QueueName="failed-photos")["QueueUrl"]
failed_arn = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
boto3.client("iam").put_role_policy(
    RoleName="thumbnail-role", PolicyName="failures", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [send]}))
kept = lambda_client.put_function_event_invoke_config(
    FunctionName="thumbnail", MaximumRetryAttempts=1, MaximumEventAgeInSeconds=3600,
    DestinationConfig={"OnFailure": {"Destination": failed_arn}})
# END SOLUTION

# %% id="check-04-5"
check("04.5")

# %% [markdown] id="why-04-5" lang="en" tags=["solution-only"]
# **Why this works.** The handler raises and Lambda does the rest: it counts the attempts and hands event and error over. A `try` around everything would have told Lambda that all is well. Lambda sends in the
# name of the function's role, so on AWS the role needs `sqs:SendMessage`, or `put_function_event_invoke_config` is refused.

# %% [markdown] id="why-04-5" lang="pt-BR" of="185d89" tags=["solution-only"]
# **Por que funciona.** O handler lança a exceção e o Lambda faz o resto: conta as tentativas e entrega o evento e o erro. Um `try` em volta de tudo teria dito ao Lambda que está tudo bem. O Lambda envia em
# nome da role da função, então na AWS a role precisa de `sqs:SendMessage`, ou o `put_function_event_invoke_config` é recusado.
