# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "15"
#   kind: lab
#   minutes: 60
#   title:
#     en: "Half of it"
#     pt-BR: "A metade"
#   days: [11, 19, 22]
#   claims: ["11-9", "11-10", "22-25"]
#   needs: ["15"]
# ---

# %% [markdown] id="opening" lang="en"
# # Half of it
#
# *Lab 15 · 60 minutes · you need: lesson 15*
#
# Finance calls. "The shop works. It costs twice what it should." A day of Loja with 100,000 orders is more than $2.20 at list prices; finance wants $1.10, and nothing may break. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It buys, lets an idle day pass, and reads your meter. Prices are those of the course, without the free tier.

# %% [markdown] id="opening" lang="pt-BR" of="96066c"
# # A metade
#
# *Lab 15 · 60 minutos · você precisa da lição 15*
#
# O financeiro liga. "A loja funciona. Custa o dobro do que devia." Um dia da Loja com 100.000 pedidos dá mais de US$ 2,20 a preços de lista; o financeiro quer US$ 1,10, e nada pode quebrar. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele compra, deixa passar um dia parado, e lê o seu medidor. Os preços são os do curso, sem o nível gratuito.

# %% id="connect" tags=["nbval-ignore-output"]
import json

import boto3

from helpers import bill, check, clock, connect, deploy

cloud = connect("lab-15")

# %% [markdown] id="given" lang="en"
# Given is the shop as it was delivered. All of it works; read it with a red pencil.
#
# ```mermaid
# flowchart LR
#     client((customers)) --> api["API loja"] --> orders --> table[(orders)]
#     orders --> queue[[to-pack]] --> packing --> packed[(packed)]
#     office((office)) --> bank
#     office --> sign
# ```

# %% [markdown] id="given" lang="pt-BR" of="51d6a5"
# Já vem pronta a loja como foi entregue. Tudo funciona; leia com a caneta vermelha na mão.
#
# ```mermaid
# flowchart LR
#     client((clientes)) --> api["API loja"] --> orders --> table[(orders)]
#     orders --> queue[[to-pack]] --> packing --> packed[(packed)]
#     office((escritório)) --> bank
#     office --> sign
# ```

# %% id="clients"
ce, dynamodb, gateway, lambda_client, logs, sqs = (
    boto3.client(name) for name in ("ce", "dynamodb", "apigateway", "lambda", "logs", "sqs"))

# %% id="write-orders" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json, os, boto3

table, sqs = boto3.resource("dynamodb").Table("orders"), boto3.client("sqs")

def lambda_handler(event, context):
    print("DEBUG event", json.dumps(event, indent=2))
    print("DEBUG environment", json.dumps(dict(os.environ), indent=2))
    order = json.loads(event["body"])
    table.put_item(Item=order)
    print("DEBUG written", json.dumps(order), "for", json.dumps(event, indent=2))
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=order["id"])
    print("DEBUG sent", json.dumps(event, indent=2))
    return {"statusCode": 202, "body": json.dumps({"accepted": order["id"]})}

# %% id="write-packing" tags=["nbval-ignore-output"]
# %%writefile work/packing.py
import boto3

packed = boto3.resource("dynamodb").Table("packed")

def lambda_handler(event, context):
    for record in event["Records"]:
        packed.put_item(Item={"id": record["body"]})

# %% id="write-office" tags=["nbval-ignore-output"]
# %%writefile work/office.py
import hashlib
import time

def bank(event, context):
    time.sleep(0.1)  # the bank answers when it answers
    return {"paid": event["invoice"]}

def sign(event, context):
    return {"signature": hashlib.pbkdf2_hmac("sha256", event["invoice"].encode(), b"loja", 100_000).hex()}

# %% id="build"
id_key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
table = dynamodb.create_table(TableName="orders", **id_key, BillingMode="PROVISIONED",
    ProvisionedThroughput={"ReadCapacityUnits": 40, "WriteCapacityUnits": 40})["TableDescription"]["TableArn"]
packed = dynamodb.create_table(TableName="packed", BillingMode="PAY_PER_REQUEST", **id_key)["TableDescription"]["TableArn"]
queue = sqs.create_queue(QueueName="to-pack", Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
settings = {"environment": {"QUEUE": queue}, "memory": 256, "timeout": 10, "show": False}
orders = deploy("work/orders.py", "orders", **settings)
packing = deploy("work/packing.py", "packing", timeout=60, show=False)
for name in ("bank", "sign"):
    deploy("work/office.py", name, handler=f"office.{name}", memory=1769, timeout=30, show=False)
mapping = lambda_client.create_event_source_mapping(FunctionName="packing", EventSourceArn=queue_arn, BatchSize=1)["UUID"]

# %% id="campaign"
group = logs.create_log_group(logGroupName="/aws/lambda/orders")
campaign = lambda_client.publish_version(FunctionName="orders", Description="last summer's campaign")["Version"]
asked = lambda_client.put_provisioned_concurrency_config(FunctionName="orders", Qualifier=campaign, ProvisionedConcurrentExecutions=4)

# %% id="api"
uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{orders}/invocations"
proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
paths = {"/orders": {"post": {"x-amazon-apigateway-integration": proxy}}}
document = {"openapi": "3.0.1", "info": {"title": "loja", "version": "1"}, "paths": paths}
api = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
gateway.create_deployment(restApiId=api, stageName="prod")
allowed = lambda_client.add_permission(FunctionName="orders", StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")

# %% [markdown] id="task-15-1" lang="en"
# ## 15.1 Whose is it? (warm-up, 10 minutes)
#
# *Ticket 1: "We see one bill. We have two teams."*
#
# From now on Cost Explorer tells the teams apart by the tag `team`:
#
# | `team` | what |
# |---|---|
# | `checkout` | API `loja`, function `orders`, table `orders` |
# | `warehouse` | queue `to-pack`, function `packing`, table `packed` |

# %% [markdown] id="task-15-1" lang="pt-BR" of="572687"
# ## 15.1 De quem é? (aquecimento, 10 minutos)
#
# *Chamado 1: "A gente vê uma fatura. A gente tem dois times."*
#
# Daqui em diante o Cost Explorer separa os times pela tag `team`:
#
# | `team` | o quê |
# |---|---|
# | `checkout` | API `loja`, função `orders`, tabela `orders` |
# | `warehouse` | fila `to-pack`, função `packing`, tabela `packed` |

# %% id="answer-15-1" exercise="15.1"
# BEGIN SOLUTION
for name, team in ((orders, "checkout"), (packing, "warehouse")):
    lambda_client.tag_resource(Resource=name, Tags={"team": team})
for arn, team in ((table, "checkout"), (packed, "warehouse")):
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": team}])
sqs.tag_queue(QueueUrl=queue, Tags={"team": "warehouse"})
gateway.tag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{api}", tags={"team": "checkout"})
done = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=[{"TagKey": "team", "Status": "Active"}])
# END SOLUTION

# %% id="check-15-1"
check("15.1")

# %% [markdown] id="why-15-1" lang="en" tags=["solution-only"]
# **Why this works.** A tag on a resource says nothing to the bill until its key is activated, and then only about what comes after. (On AWS both steps take up to a day.)

# %% [markdown] id="why-15-1" lang="pt-BR" tags=["solution-only"] of="25adc2"
# **Por que funciona.** Uma tag num recurso não diz nada à fatura até a chave ser ativada, e depois disso só sobre o que vem em seguida. (Na AWS, os dois passos levam até um dia.)

# %% [markdown] id="task-15-2" lang="en"
# ## 15.2 The price of a quiet day (10 minutes)
#
# *Ticket 2: "On Sunday nobody bought anything. It cost more than a dollar."*
#
# - A day without a single order costs at most $0.11, a tenth of what it does now.
# - A rush of 1,200 write units within a few seconds still gets into the table `orders`, after a quiet hour as well.

# %% [markdown] id="task-15-2" lang="pt-BR" of="b729e2"
# ## 15.2 O preço de um dia parado (10 minutos)
#
# *Chamado 2: "No domingo ninguém comprou nada. Custou mais de um dólar."*
#
# - Um dia sem um único pedido custa no máximo US$ 0,11, um décimo do que custa hoje.
# - Um pico de 1.200 unidades de escrita em poucos segundos continua entrando na tabela `orders`, mesmo depois de uma hora parada.

# %% id="answer-15-2" exercise="15.2"
# BEGIN SOLUTION
ended = lambda_client.delete_provisioned_concurrency_config(FunctionName="orders", Qualifier=campaign)
changed = dynamodb.update_table(TableName="orders", BillingMode="PAY_PER_REQUEST")
ready = clock.advance(minutes=1)
# END SOLUTION

# %% id="check-15-2"
check("15.2")

# %% [markdown] id="why-15-2" lang="en" tags=["solution-only"]
# **Why this works.** What stands there is paid by the hour: four warm environments of a version that nobody calls, and 80 units of capacity for a table that needs one. On demand an idle table costs nothing, and takes the rush.

# %% [markdown] id="why-15-2" lang="pt-BR" tags=["solution-only"] of="cc4732"
# **Por que funciona.** O que fica parado é pago por hora: quatro ambientes quentes de uma versão que ninguém chama, e 80 unidades de capacidade para uma tabela que precisa de uma. On-demand, uma tabela parada não custa nada, e aguenta o pico.

# %% [markdown] id="task-15-3" lang="en"
# ## 15.3 Too big (10 minutes)
#
# *Ticket 3: "The office has two functions with 1,769 MB. One of them needs it."*
#
# - A warm call of the oversized one uses at most 0.05 GB-seconds, and answers as before. Leave the code alone: the bank takes its time.
# - The other keeps at least 1,024 MB: on AWS it would get slower, and no cheaper.

# %% [markdown] id="task-15-3" lang="pt-BR" of="ee0a03"
# ## 15.3 Grande demais (10 minutos)
#
# *Chamado 3: "O escritório tem duas funções com 1.769 MB. Uma delas precisa."*
#
# - Uma chamada quente da superdimensionada usa no máximo 0,05 GB-segundo, e responde como antes. Não mexa no código: o banco leva o tempo que leva.
# - A outra mantém pelo menos 1.024 MB: na AWS ela ficaria mais lenta, e não mais barata.

# %% id="answer-15-3" exercise="15.3"
# BEGIN SOLUTION
changed = lambda_client.update_function_configuration(FunctionName="bank", MemorySize=128)
# END SOLUTION

# %% id="check-15-3"
check("15.3")

# %% [markdown] id="why-15-3" lang="en" tags=["solution-only"]
# **Why this works.** `bank` waits a tenth of a second whatever it has; an eighth of a GB waits as well as one and three quarters. `sign` computes: memory is its CPU.

# %% [markdown] id="why-15-3" lang="pt-BR" tags=["solution-only"] of="559343"
# **Por que funciona.** A `bank` espera um décimo de segundo com qualquer memória; um oitavo de GB espera tão bem quanto um e três quartos. A `sign` processa: a memória é a CPU dela.

# %% [markdown] id="task-15-4" lang="en"
# ## 15.4 Too much talk (15 minutes)
#
# *Ticket 4: "Our logs cost more than our functions. Nobody reads them, and they are kept for ever."*
#
# - `orders` writes one line an order, `{"order": id}`, and nothing else of what it got; with Lambda's own lines that is at most 800 bytes a warm call.
# - It accepts orders as before.
# - Its log group keeps 14 days.

# %% [markdown] id="task-15-4" lang="pt-BR" of="369565"
# ## 15.4 Conversa demais (15 minutos)
#
# *Chamado 4: "Nossos logs custam mais que as nossas funções. Ninguém lê, e eles ficam guardados para sempre."*
#
# - A `orders` escreve uma linha por pedido, `{"order": id}`, e mais nada do que recebeu; com as linhas do próprio Lambda isso dá no máximo 800 bytes por chamada quente.
# - Ela aceita pedidos como antes.
# - O grupo de logs dela guarda 14 dias.

# %% id="answer-15-4" exercise="15.4" tags=["nbval-ignore-output"]
# %%writefile work/orders.py
import json, os, boto3

table, sqs = boto3.resource("dynamodb").Table("orders"), boto3.client("sqs")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("15.4: accept the order, and say one line about it")
    order = json.loads(event["body"])
    table.put_item(Item=order)
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=order["id"])
    print(json.dumps({"order": order["id"]}))
    return {"statusCode": 202, "body": json.dumps({"accepted": order["id"]})}
    # END SOLUTION

# %% id="answer-15-4-retention" exercise="15.4"
# BEGIN SOLUTION
deploy("work/orders.py", "orders", **settings)
kept = logs.put_retention_policy(logGroupName="/aws/lambda/orders", retentionInDays=14)
# END SOLUTION

# %% id="check-15-4"
check("15.4")

# %% [markdown] id="why-15-4" lang="en" tags=["solution-only"]
# **Why this works.** Every byte of a `print` is ingested for $0.50 a GB, and then stored. The id is what one searches for; the rest stands in the table. (And the environment held credentials.)

# %% [markdown] id="why-15-4" lang="pt-BR" tags=["solution-only"] of="fba6a0"
# **Por que funciona.** Cada byte de um `print` é ingerido a US$ 0,50 por GB, e depois armazenado. O id é o que se procura; o resto está na tabela. (E o ambiente tinha credenciais.)

# %% [markdown] id="task-15-5" lang="en"
# ## 15.5 Half of it (15 minutes)
#
# *Ticket 5: "Packing is called once for each order. It may wait half a minute. And then I want to see my half."*
#
# - A rush of 20 orders is packed in at most five calls of `packing`.
# - Every order is in `packed` within a minute of the clock.
# - A day with 100,000 orders costs at most $1.10.

# %% [markdown] id="task-15-5" lang="pt-BR" of="cb9431"
# ## 15.5 A metade (15 minutos)
#
# *Chamado 5: "A embalagem é chamada uma vez por pedido. Ela pode esperar meio minuto. E depois quero ver a minha metade."*
#
# - Um pico de 20 pedidos é embalado em no máximo cinco chamadas da `packing`.
# - Todo pedido está em `packed` dentro de um minuto do relógio.
# - Um dia com 100.000 pedidos custa no máximo US$ 1,10.

# %% id="answer-15-5" exercise="15.5"
# BEGIN SOLUTION
changed = lambda_client.update_event_source_mapping(UUID=mapping, BatchSize=10, MaximumBatchingWindowInSeconds=30)
ready = clock.advance(minutes=2)
# END SOLUTION

# %% id="check-15-5"
check("15.5")

# %% [markdown] id="why-15-5" lang="en" tags=["solution-only"]
# **Why this works.** A batch of ten is one receive, one delete, one call, where there were thirty. The window lets a batch fill. The bill is now mostly the door: API Gateway. `bill()` shows what is left to argue about.

# %% [markdown] id="why-15-5" lang="pt-BR" tags=["solution-only"] of="1c34e3"
# **Por que funciona.** Um lote de dez é um receive, um delete, uma chamada, onde havia trinta. A janela deixa o lote encher. Agora a fatura é principalmente a porta: o API Gateway. O `bill()` mostra o que ainda sobra para discutir.
