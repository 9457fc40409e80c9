"""The text of a small course with one lab, and ways to answer it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LAB = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "91"
#   kind: lab
#   minutes: 10
#   title: {en: "A shop", pt-BR: "Uma loja"}
# ---

# %% [markdown] id="title" lang="en"
# # A shop

# %% [markdown] id="title" lang="pt-BR" of="000000"
# # Uma loja

# %% id="connect"
import boto3
from helpers import check, connect
connect("lab-91")
sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")

# %% [markdown] id="task-91-1" lang="en"
# ## A queue

# %% id="answer-91-1" exercise="91.1"
# BEGIN SOLUTION
orders_url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})["QueueUrl"]
# END SOLUTION

# %% id="check-91-1"
check("91.1")

# %% [markdown] id="task-91-2" lang="en"
# ## A queue without duplicates

# %% id="answer-91-2" exercise="91.2"
# BEGIN SOLUTION
fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
sqs.create_queue(QueueName="ledger.fifo", Attributes=fifo)
# END SOLUTION

# %% id="check-91-2"
check("91.2")

# %% [markdown] id="task-91-3" lang="en"
# ## A table

# %% id="answer-91-3" exercise="91.3"
# BEGIN SOLUTION
key = {"AttributeName": "id", "KeyType": "HASH"}
attribute = {"AttributeName": "id", "AttributeType": "S"}
dynamodb.create_table(TableName="totals", KeySchema=[key], AttributeDefinitions=[attribute], BillingMode="PAY_PER_REQUEST")
dynamodb.put_item(TableName="totals", Item={"id": {"S": "a-1"}, "total": {"N": "42"}})
# END SOLUTION

# %% id="check-91-3"
check("91.3")
"""

CHECKS = """\
from helpers.classroom.checks import Account, Lab, expect

lab = Lab("91", title={"en": "A shop", "pt-BR": "Uma loja"})
lab.exercise("91.1", title={"en": "A queue", "pt-BR": "Uma fila"})
lab.exercise("91.2", title={"en": "A queue without duplicates", "pt-BR": "Uma fila sem duplicatas"})
lab.exercise("91.3", title={"en": "A table", "pt-BR": "Uma tabela"})


@lab.check("91.1", points=1, title={"en": "The queue is there", "pt-BR": "A fila existe"})
def queue_is_there(account: Account) -> None:
    url = account.client("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    expect(url.endswith("/orders"), en="saw {url}", pt="visto {url}", url=url)


@lab.check("91.1", points=1, title={"en": "Its visibility timeout is 45 seconds", "pt-BR": "O visibility timeout tem 45 segundos"})
def timeout(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    saw = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]["VisibilityTimeout"]
    expect(
        saw == "45",
        en="expected a visibility timeout of 45 seconds; saw {saw}",
        pt="era esperado um visibility timeout de 45 segundos; visto {saw}",
        saw=saw,
        read="lesson 05, 'Seen twice'",
    )


@lab.check("91.2", points=1, title={"en": "The queue is FIFO", "pt-BR": "A fila \\u00e9 FIFO"})
def is_fifo(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName="ledger.fifo")["QueueUrl"]
    saw = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"].get("FifoQueue")
    expect(saw == "true", en="expected FIFO", pt="era esperada FIFO")


@lab.check("91.2", points=2, hidden=True, title={"en": "A repeated order arrives once", "pt-BR": "Um pedido repetido chega uma vez"})
def arrives_once(account: Account) -> None:
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName="ledger.fifo")["QueueUrl"]
    order = f"order-{account.random.randrange(10**9)}"
    for _ in range(2):
        sqs.send_message(QueueUrl=url, MessageBody=order, MessageGroupId="judge")
    saw = [message["Body"] for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]
    expect(saw.count(order) == 1, en="expected a repeated order to arrive once; saw {saw}", pt="um pedido repetido devia chegar uma vez; visto {saw}", saw=saw)


@lab.check("91.3", points=1, title={"en": "The table is there", "pt-BR": "A tabela existe"})
def table(account: Account) -> None:
    saw = account.client("dynamodb").describe_table(TableName="totals")["Table"]["KeySchema"]
    expect(saw == [{"AttributeName": "id", "KeyType": "HASH"}], en="expected the key id; saw {saw}", pt="era esperada a chave id; visto {saw}", saw=saw)


@lab.check("91.3", points=1, title={"en": "It holds the total", "pt-BR": "Ela guarda o total"})
def item(account: Account) -> None:
    saw = account.client("dynamodb").get_item(TableName="totals", Key={"id": {"S": "a-1"}}).get("Item", {})
    expect(saw.get("total") == {"N": "42"}, en="expected a total of 42; saw {saw}", pt="era esperado um total de 42; visto {saw}", saw=saw)
"""

HINTS = """\
"91.1":
  en: [Look at SQS., Use create_queue., Give it Attributes.]
  pt-BR: [Olhe o SQS., Use create_queue., Passe Attributes.]
"91.2":
  en: [Look at FIFO queues., Use ContentBasedDeduplication., Give it both attributes.]
  pt-BR: [Olhe as filas FIFO., Use ContentBasedDeduplication., Passe os dois atributos.]
"91.3":
  en: [Look at DynamoDB., Use create_table., Then put_item.]
  pt-BR: [Olhe o DynamoDB., Use create_table., Depois put_item.]
"""

ANSWERS = {
    "91.1": 'orders_url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "45"})["QueueUrl"]',
    "91.2": 'sqs.create_queue(QueueName="ledger.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})',
    "91.3": """\
dynamodb.create_table(
    TableName="totals",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
dynamodb.put_item(TableName="totals", Item={"id": {"S": "a-1"}, "total": {"N": "42"}})""",
}
FULL = 7

Notebook = dict[str, Any]


def write_course(root: Path) -> Path:
    """Write the sources of lab 91 below ``root``: a queue (2 points), a queue without duplicates (3), a table (2)."""
    folder = root / "course" / "labs" / "91-shop"
    folder.mkdir(parents=True)
    (folder / "lab.py").write_text(LAB, encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    (folder / "hints.yaml").write_text(HINTS, encoding="utf-8")
    return root


def cell_of(notebook: Notebook, identity: str) -> dict[str, Any]:
    """The cell with this id."""
    return next(cell for cell in notebook["cells"] if cell["id"] == identity)


def code_cell(source: str, identity: str = "mine", **metadata: Any) -> dict[str, Any]:
    """A cell as a learner adds it."""
    return {
        "cell_type": "code",
        "id": identity,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def answered(notebook: Notebook, **own: str) -> Notebook:
    """``notebook`` with right answers, but ``own`` ones where given: ``answered(shipped, q3="…")``."""
    for exercise, source in ANSWERS.items():
        number = exercise.partition(".")[2]
        cell_of(notebook, f"answer-91-{number}")["source"] = own.get(f"q{number}", source)
    return notebook
