# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "14"
#   kind: lab
#   minutes: 60
#   title:
#     en: "From traces alone"
#     pt-BR: "Só pelos traces"
#   days: [22]
#   claims: ["22-12", "22-13", "22-14"]
#   needs: ["14", "lab-07"]
# ---

# %% [markdown] id="opening" lang="en"
# # From traces alone
#
# *Lab 14 · 60 minutes · you need: lesson 14*
#
# Loja's checkout is slow, and nobody knows where. Which bottleneck it has depends on your name: your neighbour's is another one. Five tickets are yours.
#
# Write each answer in its cell, run the cells below it, then ask the judge with `check`. It sends orders of its own, and reads their traces.

# %% [markdown] id="opening" lang="pt-BR" of="275bca"
# # Só pelos traces
#
# *Lab 14 · 60 minutos · você precisa da lição 14*
#
# O checkout da Loja está lento, e ninguém sabe onde. Qual gargalo ele tem depende do seu nome: o do seu vizinho é outro. Cinco chamados são seus.
#
# Escreva cada resposta na sua célula, rode as células de baixo e depois chame o juiz com `check`. Ele manda pedidos dele, e lê os traces deles.

# %% id="connect" tags=["nbval-ignore-output"]
import json
import re
from datetime import timedelta

import boto3
import httpx

from helpers import check, clock, connect, deploy, invoke_url, service_map, trace_waterfall
from helpers.classroom.production import production

cloud = connect("lab-14")

# %% [markdown] id="given" lang="en"
# Given: clients, what a traced function needs, and an API `window` with `GET /welcome`, whose function is missing.

# %% [markdown] id="given" lang="pt-BR" of="b8a605"
# Já vem pronto: os clients, o que uma função rastreada precisa, e uma API `window` com `GET /welcome`, cuja função está faltando.

# %% id="clients"
gateway, lambda_client, xray = boto3.client("apigateway"), boto3.client("lambda"), boto3.client("xray")
POWERTOOLS = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"
traced = {"layers": [POWERTOOLS], "tracing": True, "timeout": 30, "memory": 512, "show": False}

# %% id="window"
function = f"arn:aws:lambda:us-east-1:{cloud.account}:function:welcome"
uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}
document = {"openapi": "3.0.1", "info": {"title": "window", "version": "1"},
            "paths": {"/welcome": {"get": {"x-amazon-apigateway-integration": proxy}}}}
window = gateway.import_rest_api(body=json.dumps(document).encode())["id"]
deployment = gateway.create_deployment(restApiId=window, stageName="prod")

# %% [markdown] id="task-14-1" lang="en"
# ## 14.1 The welcome that left no trace (warm-up, 10 minutes)
#
# *Ticket 1: "We copied the tracing code from the blog. The page works. X-Ray knows nothing of it."*
#
# The blog's handler was
#
# ```python
# def lambda_handler(event, context):
#     with xray_recorder.in_segment('processamento'):
#         time.sleep(0.05)
#         return {'statusCode': 200, 'body': json.dumps('welcome')}
# ```
#
# - Write it to `work/welcome.py` so that the part `processamento` stands in the trace, and deploy it as the function `welcome`.
# - The API `window` may call it, and the trace of a request begins at its stage `prod`.

# %% [markdown] id="task-14-1" lang="pt-BR" of="e602ab"
# ## 14.1 As boas-vindas que não deixaram rastro (aquecimento, 10 minutos)
#
# *Chamado 1: "Copiamos o código de rastreamento do blog. A página funciona. O X-Ray não sabe de nada."*
#
# O handler do blog era
#
# ```python
# def lambda_handler(event, context):
#     with xray_recorder.in_segment('processamento'):
#         time.sleep(0.05)
#         return {'statusCode': 200, 'body': json.dumps('welcome')}
# ```
#
# - Escreva-o em `work/welcome.py` de modo que a parte `processamento` apareça no trace, e faça o deploy como a função `welcome`.
# - A API `window` pode chamá-la, e o trace de uma requisição começa no stage `prod` dela.

# %% id="answer-14-1" exercise="14.1" tags=["nbval-ignore-output"]
# %%writefile work/welcome.py
import json
import time

from aws_xray_sdk.core import patch_all, xray_recorder

patch_all()

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("14.1: put processamento into the trace")
    with xray_recorder.in_subsegment("processamento"):
        time.sleep(0.05)
        return {"statusCode": 200, "body": json.dumps("welcome")}
    # END SOLUTION

# %% id="answer-14-1-switches" exercise="14.1"
# BEGIN SOLUTION
welcome = deploy("work/welcome.py", "welcome", **traced)
lambda_client.add_permission(FunctionName=welcome, StatementId="window", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com")
tracing = {"op": "replace", "path": "/tracingEnabled", "value": "true"}
stage = gateway.update_stage(restApiId=window, stageName="prod", patchOperations=[tracing])
# END SOLUTION

# %% id="check-14-1"
check("14.1")

# %% [markdown] id="why-14-1" lang="en" tags=["solution-only"]
# **Why this works.** Three things must be on at once: the stage's tracing, the function's active tracing (with a role that may write), and a *subsegment*, because in Lambda the segment is not ours.

# %% [markdown] id="why-14-1" lang="pt-BR" tags=["solution-only"] of="201b58"
# **Por que funciona.** Três coisas precisam estar ligadas ao mesmo tempo: o tracing do stage, o active tracing da função (com uma role que possa gravar), e um *subsegmento*, porque no Lambda o segmento não é nosso.

# %% [markdown] id="task-14-2" lang="en"
# ## 14.2 Where is it? (15 minutes)
#
# *Ticket 2: "Checkout takes far too long. Six functions, three teams, and each says it is another one's."*
#
# `production(badge)` builds this shop and lets five customers order. The badge is a word of your own, such as your name; keep it.
#
# ```mermaid
# flowchart LR
#     client((customers)) --> api["API loja-production"] --> entry["takes the order"]
#     entry --> services["three services, which look up<br>stock, price, risk"] --> table[(catalogue)]
#     entry --> mail["writes letters"]
#     entry --> queue[[to-pack]] --> pack["packs"]
# ```
#
# Exactly one of these is wrong in exactly one function:
#
# | kind | what its author did |
# |---|---|
# | `scan` | reads the whole table to find some items |
# | `n+1` | asks for each item by itself |
# | `retries` | tries again, with growing pauses, what cannot succeed |
# | `heavy start` | does at every cold start what few orders need |
# | `throttled` | may not run at all, so that its caller keeps trying |
# | `waits` | waits for answers that nobody needs |
#
# Do not read code. Write an item into the table `findings`: `id` = `bottleneck`, `function` (its name; for `throttled` the one that may not run), `kind`, and `trace`: the id of a trace that shows it.

# %% [markdown] id="task-14-2" lang="pt-BR" of="cf9fb8"
# ## 14.2 Onde está? (15 minutos)
#
# *Chamado 2: "O checkout demora demais. Seis funções, três times, e cada um diz que é o do outro."*
#
# `production(badge)` constrói essa loja e deixa cinco clientes pedirem. O badge é uma palavra sua, por exemplo o seu nome; guarde-a.
#
# ```mermaid
# flowchart LR
#     client((clientes)) --> api["API loja-production"] --> entry["recebe o pedido"]
#     entry --> services["três serviços, que consultam<br>estoque, preço, risco"] --> table[(catalogue)]
#     entry --> mail["escreve cartas"]
#     entry --> queue[[to-pack]] --> pack["embala"]
# ```
#
# Exatamente um destes está errado, em exatamente uma função:
#
# | kind | o que o autor fez |
# |---|---|
# | `scan` | lê a tabela inteira para achar alguns itens |
# | `n+1` | pede cada item separadamente |
# | `retries` | tenta de novo, com pausas crescentes, o que não tem como dar certo |
# | `heavy start` | faz em todo cold start o que poucos pedidos precisam |
# | `throttled` | não pode rodar, e por isso quem a chama fica tentando |
# | `waits` | espera respostas de que ninguém precisa |
#
# Não leia código. Grave um item na tabela `findings`: `id` = `bottleneck`, `function` (o nome dela; em `throttled`, a que não pode rodar), `kind`, e `trace`: o id de um trace que mostre isso.

# %% id="findings"
key = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
findings = boto3.resource("dynamodb").create_table(TableName="findings", BillingMode="PAY_PER_REQUEST", **key)

# %% id="answer-14-2-badge" exercise="14.2"
# BEGIN SOLUTION
# STUB badge = ...
# STUB raise NotImplementedError("14.2: a badge of your own, such as your name")
badge = "ana"
# END SOLUTION
shop = production(badge)
print(shop.functions)

# %% [markdown] id="tools-14-2" lang="en"
# The traces of these orders, slowest first; `trace_waterfall(id)` draws one, `service_map()` all.

# %% [markdown] id="tools-14-2" lang="pt-BR" of="06cefb"
# Os traces desses pedidos, do mais lento ao mais rápido; `trace_waterfall(id)` desenha um, `service_map()` todos.

# %% id="answer-14-2-look" exercise="14.2" tags=["nbval-ignore-output"]
# BEGIN SOLUTION
times = {"StartTime": clock.now() - timedelta(minutes=10), "EndTime": clock.now() + timedelta(minutes=1)}
pages = xray.get_paginator("get_trace_summaries").paginate(**times, FilterExpression='service("loja-production/prod")')
found = [one for page in pages for one in page["TraceSummaries"]]
slowest = sorted(found, key=lambda one: -one["ResponseTime"])
trace_waterfall(slowest[1]["Id"])
# END SOLUTION

# %% id="answer-14-2" exercise="14.2"
# BEGIN SOLUTION
finding = {"function": "warehouse", "kind": "retries", "trace": slowest[1]["Id"]}
written = findings.put_item(Item={"id": "bottleneck", **finding})
# END SOLUTION

# %% id="check-14-2"
check("14.2")

# %% [markdown] id="why-14-2" lang="en" tags=["solution-only"]
# **How to read it.** The slowest trace is the first one, cold everywhere; take a warm one, unless *every* slow trace is cold: then compare the `Init` of the functions. Go down where own time is large.
#
# | kind | its shape in a trace |
# |---|---|
# | `scan` | page after page of `Scan` below one function |
# | `n+1` | as many `GetItem` as the order has lines |
# | `retries` | the same failing call again and again, and between them growing gaps, which are own time of the function |
# | `heavy start` | an `Init` a second longer than its neighbours', only when cold |
# | `throttled` | some `Invoke` with 429, and no function segment below |
# | `waits` | three long `Invoke` of the same function in a row, where others are a few milliseconds |
#
# Here, for the badge `ana`: below `warehouse` five `GetItem` on a table `warehouse-seasons` fail, with gaps that double. The function that takes the order is slower still, and innocent.

# %% [markdown] id="why-14-2" lang="pt-BR" tags=["solution-only"] of="bb6424"
# **Como ler.** O trace mais lento é o primeiro, frio em toda parte; pegue um quente, a não ser que *todo* trace lento seja frio: aí compare o `Init` das funções. Desça por onde o tempo próprio é grande.
#
# | kind | a forma dele num trace |
# |---|---|
# | `scan` | página após página de `Scan` abaixo de uma função |
# | `n+1` | tantos `GetItem` quantas linhas o pedido tem |
# | `retries` | a mesma chamada que falha, de novo e de novo, com pausas crescentes entre elas, que são tempo próprio da função |
# | `heavy start` | um `Init` um segundo mais longo que o dos vizinhos, só a frio |
# | `throttled` | alguns `Invoke` com 429, e nenhum segmento de função abaixo |
# | `waits` | três `Invoke` longos da mesma função em fila, onde outros levam alguns milissegundos |
#
# Aqui, para o badge `ana`: abaixo da `warehouse`, cinco `GetItem` numa tabela `warehouse-seasons` falham, com pausas que dobram. A função que recebe o pedido é mais lenta ainda, e inocente.

# %% [markdown] id="task-14-3" lang="en"
# ## 14.3 Repair it (15 minutes)
#
# *Ticket 3: "Good. Then mend it. The answers must stay as they are."*
#
# Now you may read, one function: `shop.source(name)` writes its code to `work/<name>.py` and gives the path. `deploy(path, name, **shop.settings)` brings it up again. (One of the six is not in any code.)
#
# - No order shows the bottleneck any more, also not after a cold start.
# - Every order is answered as before, also those for other countries; letters still go to everybody in `notify`.

# %% [markdown] id="task-14-3" lang="pt-BR" of="6838ef"
# ## 14.3 Conserte (15 minutos)
#
# *Chamado 3: "Ótimo. Então arrume. As respostas têm que continuar como estão."*
#
# Agora você pode ler, uma função: `shop.source(name)` grava o código dela em `work/<name>.py` e devolve o caminho. `deploy(path, name, **shop.settings)` a coloca no ar de novo. (Um dos seis não está em código nenhum.)
#
# - Nenhum pedido mostra mais o gargalo, nem depois de um cold start.
# - Todo pedido é respondido como antes, também os de outros países; as cartas continuam indo para todos de `notify`.

# %% id="answer-14-3" exercise="14.3"
# BEGIN SOLUTION
path = shop.source("warehouse")
path.write_text(path.read_text().replace("time.sleep(0.021 * 2**attempt)", "break"))
deploy(path, "warehouse", **shop.settings)
# END SOLUTION

# %% id="check-14-3"
check("14.3")

# %% [markdown] id="why-14-3" lang="en" tags=["solution-only"]
# **Why this works.** A table that does not exist will not exist in 300 ms either: `ResourceNotFoundException` is an answer, not bad luck. Only throttling and 5xx deserve another try. The other five: `scan` and `n+1` become one `batch_get_item`; `heavy start` loads its duties when the first foreign order comes; `throttled` needs `delete_function_concurrency`; `waits` needs `InvocationType="Event"`.

# %% [markdown] id="why-14-3" lang="pt-BR" tags=["solution-only"] of="b88ff1"
# **Por que funciona.** Uma tabela que não existe também não vai existir daqui a 300 ms: `ResourceNotFoundException` é uma resposta, não azar. Só throttling e 5xx merecem outra tentativa. Os outros cinco: `scan` e `n+1` viram um `batch_get_item`; `heavy start` carrega as taxas quando chega o primeiro pedido estrangeiro; `throttled` precisa de `delete_function_concurrency`; `waits` precisa de `InvocationType="Event"`.

# %% [markdown] id="task-14-4" lang="en"
# ## 14.4 One order, on both sides of the queue (10 minutes)
#
# *Ticket 4: "Support gives us an order's id. We want its trace, and what packing did with it."*
#
# - The function that takes orders annotates its trace: `order` = the id of the order.
# - A function `follow` gets `{"order": ..., "start": ..., "end": ...}` (the span of time to search, in seconds since 1970) and answers `{"trace": id, "linked": [ids]}`: the order's trace, and the traces behind the queue that are linked with it. (**On AWS** its role must be allowed to read traces: `AWSXRayReadOnlyAccess`.)

# %% [markdown] id="task-14-4" lang="pt-BR" of="aa6667"
# ## 14.4 Um pedido, dos dois lados da fila (10 minutos)
#
# *Chamado 4: "O suporte nos dá o id de um pedido. Queremos o trace dele, e o que a embalagem fez com ele."*
#
# - A função que recebe pedidos anota no trace: `order` = o id do pedido.
# - Uma função `follow` recebe `{"order": ..., "start": ..., "end": ...}` (o intervalo de tempo da busca, em segundos desde 1970) e responde `{"trace": id, "linked": [ids]}`: o trace do pedido, e os traces atrás da fila que estão ligados a ele. (**Na AWS** a role dela precisa poder ler traces: `AWSXRayReadOnlyAccess`.)

# %% id="answer-14-4-annotate" exercise="14.4"
# BEGIN SOLUTION
path = shop.source("checkout")
line = '    order = json.loads(event["body"])\n'
noted = '    with xray_recorder.in_subsegment("accept") as part:\n        part.put_annotation("order", order["id"])\n'
code = path.read_text().replace(line, line + noted).replace("import patch_all", "import patch_all, xray_recorder")
path.write_text(code)
deploy(path, "checkout", **shop.settings)
# END SOLUTION

# %% id="answer-14-4" exercise="14.4" tags=["nbval-ignore-output"]
# %%writefile work/follow.py
import re
import boto3

xray = boto3.client("xray")

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("14.4: find the order's trace, then those linked with it")
    expression = f'annotation.order = "{event["order"]}"'
    times = {"StartTime": event["start"], "EndTime": event["end"]}
    [found] = xray.get_trace_summaries(**times, FilterExpression=expression)["TraceSummaries"]
    [trace] = xray.batch_get_traces(TraceIds=[found["Id"]])["Traces"]
    text = " ".join(segment["Document"] for segment in trace["Segments"])
    named = set(re.findall("1-[0-9a-f]{8}-[0-9a-f]{24}", text))
    return {"trace": found["Id"], "linked": sorted(named - {found["Id"]})}
    # END SOLUTION

# %% id="deploy-14-4"
deploy("work/follow.py", "follow", timeout=20, memory=512, show=False)

# %% id="check-14-4"
check("14.4")

# %% [markdown] id="why-14-4" lang="en" tags=["solution-only"]
# **Why this works.** The annotation makes the order findable, provided it was sampled; here a rule takes every order. The link to the consumer's trace stands on the subsegment that sent the message, as `links`; reading every `links` in the documents is tidier than our regular expression, and no more correct. **On AWS** the role of `follow` needs `xray:GetTraceSummaries` and `xray:BatchGetTraces`.

# %% [markdown] id="why-14-4" lang="pt-BR" tags=["solution-only"] of="bbf712"
# **Por que funciona.** A annotation torna o pedido pesquisável, desde que ele tenha sido amostrado; aqui uma regra pega todos os pedidos. O link para o trace do consumidor está no subsegmento que enviou a mensagem, como `links`; ler cada `links` dos documentos é mais arrumado que a nossa expressão regular, e não mais correto. **Na AWS** a role da `follow` precisa de `xray:GetTraceSummaries` e `xray:BatchGetTraces`.

# %% [markdown] id="task-14-5" lang="en"
# ## 14.5 A detective that does not sleep (10 minutes)
#
# *Ticket 5: "You found it once. Next time it is three in the morning. Let a function do it."*
#
# The function `detective` gets what `batch_get_traces` returns, `{"Traces": [...]}` with one trace, and answers `{"id": ..., "name": ..., "own": ...}`: the segment or subsegment with the largest own time, in seconds.
#
# - Own time is the part of a piece's duration in which none of its children ran.
# - Children are its `subsegments`, and the segments whose `parent_id` is its `id`. They may overlap, and outlast it.
# - Segments that are `inferred` do not count; the call that they were inferred from does.
#
# `pieces` is given: every piece of the trace, each with the id of the piece above it.

# %% [markdown] id="task-14-5" lang="pt-BR" of="e4e153"
# ## 14.5 Um detetive que não dorme (10 minutos)
#
# *Chamado 5: "Você achou uma vez. Da próxima, vão ser três da manhã. Deixe uma função fazer isso."*
#
# A função `detective` recebe o que o `batch_get_traces` devolve, `{"Traces": [...]}` com um trace, e responde `{"id": ..., "name": ..., "own": ...}`: o segmento ou subsegmento com o maior tempo próprio, em segundos.
#
# - Tempo próprio é a parte da duração em que nenhum dos filhos rodava.
# - Filhos são os `subsegments`, e os segmentos cujo `parent_id` é o `id` dele. Eles podem se sobrepor, e durar mais do que ele.
# - Segmentos `inferred` não contam; a chamada de que foram inferidos conta.
#
# `pieces` já vem pronta: cada parte do trace, com o id da parte acima dela.

# %% id="pieces"
# %%writefile work/pieces.py
import json

def walk(piece, above):
    yield piece, above
    for part in piece.get("subsegments", []):
        yield from walk(part, piece["id"])

def pieces(traces):
    for segment in traces[0]["Segments"]:
        document = json.loads(segment["Document"])
        yield from walk(document, document.get("parent_id"))

# %% id="answer-14-5" exercise="14.5" tags=["nbval-ignore-output"]
# %%writefile work/detective.py
from pieces import pieces

def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB raise NotImplementedError("14.5: the piece with the largest own time")
    pairs = [pair for pair in pieces(event["Traces"]) if not pair[0].get("inferred")]
    owns = []
    for piece, _ in pairs:
        own, reached, end = 0, piece["start_time"], piece["end_time"]
        children = [child for child, above in pairs if above == piece["id"]]
        for child in sorted(children, key=lambda one: one["start_time"]):
            own += max(0, min(child["start_time"], end) - reached)
            reached = max(reached, child["end_time"])
        owns.append((own + max(0, end - reached), piece["id"], piece["name"]))
    own, identity, name = max(owns)
    return {"id": identity, "name": name, "own": round(own, 3)}
    # END SOLUTION

# %% id="deploy-14-5"
deploy("work/detective.py", "detective", files=["work/pieces.py"], timeout=10, show=False)

# %% [markdown] id="try-intro" lang="en"
# Tried on a slow order of your own shop:

# %% [markdown] id="try-intro" lang="pt-BR" of="a6d8e3"
# Testado num pedido lento da sua própria loja:

# %% id="try-14-5" tags=["nbval-ignore-output"]
traces = xray.batch_get_traces(TraceIds=[findings.get_item(Key={"id": "bottleneck"})["Item"]["trace"]])["Traces"]
answer = lambda_client.invoke(FunctionName="detective", Payload=json.dumps({"Traces": traces}, default=str))
print(json.load(answer["Payload"]))

# %% id="check-14-5"
check("14.5")

# %% [markdown] id="why-14-5" lang="en" tags=["solution-only"]
# **Why this works.** Sorted by start, the children are swept from left to right; `reached` is how far time is already explained. So two children at once are not counted twice, and what a child does after its parent has ended takes nothing from the parent. And even a perfect detective names a *place*: for an `n+1` it finds nothing special, because each of the calls is short.

# %% [markdown] id="why-14-5" lang="pt-BR" tags=["solution-only"] of="d144eb"
# **Por que funciona.** Ordenados pelo início, os filhos são varridos da esquerda para a direita; `reached` é até onde o tempo já está explicado. Assim, dois filhos ao mesmo tempo não contam duas vezes, e o que um filho faz depois que o pai terminou não tira nada do pai. E mesmo um detetive perfeito aponta um *lugar*: num `n+1` ele não acha nada de especial, porque cada chamada é curta.
