"""What the judge looks at in lab 06: doors, filters, pictures, and a fan-in that holds while environments are killed."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError
from PIL import Image

from helpers.classroom.checks import Account, Lab, expect
from helpers.show.pictures import Scene, paint, photograph

DOOR = {
    "en": "lesson 06, '1. The topic knocks, and nobody opens'",
    "pt-BR": "lição 06, '1. O tópico bate, e ninguém abre'",
}
FILTERS = {
    "en": "lesson 06, '3. Filters: the envelope or the letter'",
    "pt-BR": "lição 06, '3. Filtros: o envelope ou a carta'",
}
PLATFORM = {"en": "lesson 06, '4. The image platform'", "pt-BR": "lição 06, '4. A plataforma de imagens'"}
COUNTER = {"en": "lesson 06, '5. First way'", "pt-BR": "lição 06, '5. Primeiro caminho'"}
STREAM = {"en": "lesson 06, '6. Second way'", "pt-BR": "lição 06, '6. Segundo caminho'"}

PARTS = ("thumbnail", "filter", "metadata")
TINY = photograph(Image.new("RGB", (8, 8)))
SCENES: tuple[Scene, ...] = ("beach", "mountains", "promenade", "city")

lab = Lab("06", title={"en": "Foto goes live", "pt-BR": "A Foto no ar"})


def topic_arn(account: Account, name: str) -> str:
    return f"arn:aws:sns:{account.region}:{account.id}:{name}"


def queue_arn(account: Account, url: str) -> str:
    answer = account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def picture(account: Account, size: tuple[int, int] | None = None, camera: str = "Foto One") -> bytes:
    """A photograph drawn at random."""
    wide, high = size or (account.random.randrange(200, 520, 20), account.random.randrange(200, 520, 20))
    scene = paint(account.random.choice(SCENES), (wide, high), seed=account.random.random())
    return photograph(scene, camera=("Foto", camera))


def stored(account: Account, key: str, content: bytes) -> None:
    """Put an object into the bucket of uploads, where there is one: what a message speaks of exists."""
    with suppress(ClientError):
        account.client("s3").put_object(Bucket=f"foto-uploads-{account.id}", Key=key, Body=content)


def upload(account: Account, key: str, content: bytes | None = None, times: int = 1, **attributes: str) -> str:
    """Put a picture into the bucket and tell the topic; returns the message text."""
    stored(account, key, picture(account) if content is None else content)
    text = json.dumps({"key": key})
    for _ in range(times):
        tell(account, text, **attributes)
    return text


def tell(account: Account, text: str, **attributes: str) -> None:
    named = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    account.client("sns").publish(
        TopicArn=topic_arn(account, "ImageUploadTopic"), Message=text, MessageAttributes=named
    )


lab.exercise("06.1", title={"en": "A copy of everything", "pt-BR": "Uma cópia de tudo"})


@lab.check(
    "06.1",
    points=2,
    title={
        "en": "the audit queue gets each message as it was published",
        "pt-BR": "a fila de auditoria recebe cada mensagem como foi publicada",
    },
)
def raw_copy(account: Account) -> None:
    url = account.queue_url("upload-audit")
    text = upload(account, account.new_name(".jpg"), note="audit")
    seen: list[str] = []
    account.eventually(lambda: seen.extend(account.take(url)) or text in seen, seconds=3)
    expect(
        text in seen,
        en="expected {text} in upload-audit, as it was published; saw {seen}",
        pt="era esperado {text} na upload-audit, como foi publicado; havia {seen}",
        read=DOOR,
        text=text,
        seen=[body[:60] for body in seen] or "nothing",
    )


@contextmanager
def foreign_topic(account: Account, *queues: str) -> Iterator[str]:
    """A topic of the judge's own that the queues are subscribed to, raw; it is gone at the end."""
    sns = account.client("sns")
    topic = sns.create_topic(Name=account.new_name())["TopicArn"]
    for queue in queues:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"})
    try:
        yield topic
    finally:
        sns.delete_topic(TopicArn=topic)


@lab.check(
    "06.1",
    points=2,
    hidden=True,
    title={"en": "another topic stays outside", "pt-BR": "outro tópico fica do lado de fora"},
)
def closed_to_others(account: Account) -> None:
    raw_copy(account)
    urls = [account.queue_url(name) for name in ("upload-audit", "upload-audit-lost")]
    text = account.new_name(".jpg")
    with foreign_topic(account, *(queue_arn(account, url) for url in urls)) as topic:
        account.client("sns").publish(TopicArn=topic, Message=text)
        account.clock.advance(seconds=1)
        seen = [body for url in urls for body in account.take(url)]
    expect(
        text not in seen,
        en="expected the queues to refuse a topic other than ImageUploadTopic; one of them took its message: name the topic in the policy's condition",
        pt="era esperado que as filas recusassem um tópico que não é o ImageUploadTopic; uma delas aceitou a mensagem: ponha o tópico na condição da política",
        read=DOOR,
    )


@lab.check(
    "06.1",
    points=2,
    title={"en": "what the audit queue refuses is kept", "pt-BR": "o que a fila de auditoria recusa fica guardado"},
)
def kept_when_refused(account: Account) -> None:
    sqs = account.client("sqs")
    audit, lost = account.queue_url("upload-audit"), account.queue_url("upload-audit-lost")
    own = sqs.get_queue_attributes(QueueUrl=audit, AttributeNames=["Policy"]).get("Attributes", {}).get("Policy", "")
    sqs.set_queue_attributes(QueueUrl=audit, Attributes={"Policy": ""})
    try:
        text = upload(account, account.new_name(".jpg"), note="lost")
        account.clock.advance(seconds=1)
    finally:
        sqs.set_queue_attributes(QueueUrl=audit, Attributes={"Policy": own})
    seen = account.take(lost)
    expect(
        text in seen,
        en="expected the message that upload-audit refused in upload-audit-lost; it had {count} messages: the dead-letter queue belongs to the subscription, and needs a policy, too",
        pt="era esperada na upload-audit-lost a mensagem que a upload-audit recusou; ela tinha {count} mensagens: a dead-letter queue é da inscrição, e também precisa de uma política",
        read=DOOR,
        count=len(seen),
    )


lab.exercise("06.2", title={"en": "Who wants what", "pt-BR": "Quem quer o quê"})

BIG = 5_000_000
WANTED = {
    "paying": lambda body, attributes: attributes.get("plan") in ("pro", "team"),
    "big-photos": lambda body, attributes: body["kind"] == "photo" and body["bytes"] >= BIG,
    "abroad": lambda body, attributes: attributes.get("country", "BR") != "BR",
}


def filtered(account: Account, name: str, letters: list[tuple[dict[str, Any], dict[str, str]]]) -> None:
    """Publish ``letters`` and expect in the queue ``name`` those that it wants, and no other."""
    url, texts = account.queue_url(name), {}
    for body, attributes in letters:
        stored(account, body["key"], TINY)
        tell(account, json.dumps(body), **attributes)
        texts[body["key"]] = (body, attributes)
    wanted = {key for key, (body, attributes) in texts.items() if WANTED[name](body, attributes)}
    seen: set[str] = set()

    def look() -> bool:
        seen.update(key for text in account.take(url) if (key := _key(text)) in texts)
        return seen >= wanted

    account.clock.advance(seconds=1)
    account.eventually(look, seconds=3)
    missing, surplus = (sorted(map(str, keys)) for keys in (wanted - seen, seen - wanted))
    shown = [{**texts[key][0], **texts[key][1]} for key in [*missing, *surplus]][:2]
    expect(
        not missing,
        en="expected {name} to get {letters}; it did not",
        pt="era esperado que {name} recebesse {letters}; não recebeu",
        read=FILTERS,
        name=name,
        letters=shown,
    )
    expect(
        not surplus,
        en="expected {name} not to get {letters}; it did",
        pt="era esperado que {name} não recebesse {letters}; recebeu",
        read=FILTERS,
        name=name,
        letters=shown,
    )


def _key(text: str) -> str | None:
    try:
        return json.loads(text).get("key")
    except (ValueError, AttributeError):
        return None


def letter(account: Account, kind: str, size: int, **attributes: str) -> tuple[dict[str, Any], dict[str, str]]:
    return {"key": account.new_name(".jpg"), "kind": kind, "bytes": size}, attributes


def letters(account: Account) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """One message of each sort, the numbers drawn at random."""
    small, large = account.random.randrange(1_000, BIG - 1_000), account.random.randrange(BIG + 1_000, 9 * BIG)
    return [
        letter(account, "photo", small, plan="pro", country="BR"),
        letter(account, "photo", large, plan="free", country="PT"),
        letter(account, "video", large, plan="team", country="AR"),
        letter(account, "video", small, plan="free", country="BR"),
        letter(account, "photo", large, plan="free", country="BR"),
    ]


def _filter_checks() -> None:
    texts = {
        "paying": ("paying gets the uploads of who pays", "paying recebe os uploads de quem paga"),
        "big-photos": ("big-photos gets the big photos", "big-photos recebe as fotos grandes"),
        "abroad": ("abroad gets the uploads from abroad", "abroad recebe os uploads do exterior"),
    }
    for name, (en, pt) in texts.items():

        def check(account: Account, name: str = name) -> None:
            filtered(account, name, letters(account))

        check.__name__ = f"filters_{name.replace('-', '_')}"
        lab.check("06.2", points=1, title={"en": en, "pt-BR": pt})(check)


_filter_checks()


@lab.check(
    "06.2",
    points=2,
    hidden=True,
    title={
        "en": "the edges: exactly the limit, and no attribute at all",
        "pt-BR": "as bordas: exatamente o limite, e nenhum atributo",
    },
)
def filter_edges(account: Account) -> None:
    filtered(
        account, "big-photos", [*letters(account), letter(account, "photo", BIG), letter(account, "photo", BIG - 1)]
    )
    filtered(
        account, "abroad", [*letters(account), letter(account, "photo", 10), letter(account, "photo", 10, plan="pro")]
    )
    filtered(
        account,
        "paying",
        [*letters(account), letter(account, "photo", 10), letter(account, "photo", 10, plan="professional")],
    )


lab.exercise("06.3", title={"en": "Three pairs of hands", "pt-BR": "Três pares de mãos"})


def result(account: Account, part: str, key: str) -> Image.Image | None:
    """What a function stored for a picture, if anything."""
    s3 = account.client("s3")
    with suppress(s3.exceptions.NoSuchKey):
        return Image.open(
            io.BytesIO(s3.get_object(Bucket=f"foto-results-{account.id}", Key=f"{part}/{key}")["Body"].read())
        )
    return None


def details(account: Account, key: str) -> dict[str, Any] | None:
    item = account.client("dynamodb").get_item(TableName="details", Key={"key": {"S": key}}, ConsistentRead=True)
    return item.get("Item")


def processed(account: Account, key: str, content: bytes) -> None:
    """Upload one picture and let everything happen that it causes."""
    upload(account, key, content)
    account.clock.advance(seconds=2)


@lab.check(
    "06.3",
    points=2,
    title={
        "en": "thumbnails fit into 160 × 160 and keep their proportions",
        "pt-BR": "as miniaturas cabem em 160 × 160 e mantêm as proporções",
    },
)
def thumbnails(account: Account) -> None:
    wide, high = account.random.choice(((480, 240), (240, 480), (400, 300)))
    key = account.new_name(".jpg")
    processed(account, key, picture(account, (wide, high)))
    small = account.eventually(lambda: result(account, "thumbnail", key), seconds=5)
    wanted = (160 * wide // max(wide, high), 160 * high // max(wide, high))
    expect(
        small is not None and all(abs(one - other) <= 1 for one, other in zip(small.size, wanted, strict=True)),
        en="expected foto-results/thumbnail/{key} with {wanted} pixels; saw {seen}",
        pt="era esperado foto-results/thumbnail/{key} com {wanted} pixels; havia {seen}",
        read=PLATFORM,
        key=key,
        wanted=wanted,
        seen=small.size if small else "no object",
    )


@lab.check(
    "06.3",
    points=2,
    title={
        "en": "the filter makes grey pictures of the same size",
        "pt-BR": "o filtro faz fotos em cinza do mesmo tamanho",
    },
)
def grey(account: Account) -> None:
    key, size = account.new_name(".jpg"), (account.random.randrange(200, 400), account.random.randrange(200, 400))
    processed(account, key, picture(account, size))
    seen = account.eventually(lambda: result(account, "filter", key), seconds=5)
    bands = [band.tobytes() for band in seen.split()] if seen else []
    expect(
        seen is not None and seen.size == size and all(band == bands[0] for band in bands) and len(set(bands[0])) > 8,
        en="expected foto-results/filter/{key} in shades of grey with {size} pixels; saw {seen}",
        pt="era esperado foto-results/filter/{key} em tons de cinza com {size} pixels; havia {seen}",
        read=PLATFORM,
        key=key,
        size=size,
        seen=f"{seen.mode}, {seen.size}" if seen else "no object",
    )


@lab.check(
    "06.3",
    points=2,
    title={"en": "details knows size and camera", "pt-BR": "details sabe o tamanho e a câmera"},
)
def knows_details(account: Account) -> None:
    key, size = account.new_name(".jpg"), (account.random.randrange(200, 400), account.random.randrange(200, 400))
    camera = f"Foto {account.random.randrange(2, 99)}"
    processed(account, key, picture(account, size, camera))
    seen = account.eventually(lambda: details(account, key), seconds=5) or {}
    wanted = {"width": {"N": str(size[0])}, "height": {"N": str(size[1])}, "camera": {"S": camera}}
    expect(
        {name: seen.get(name) for name in wanted} == wanted,
        en="expected a row of details with {wanted}; saw {seen}",
        pt="era esperada uma linha de details com {wanted}; havia {seen}",
        read=PLATFORM,
        wanted=wanted,
        seen=seen or "no row",
    )


@lab.check(
    "06.3",
    points=2,
    hidden=True,
    title={
        "en": "an upload that is no picture ends in foto-dead, and holds up nobody",
        "pt-BR": "um upload que não é foto termina na foto-dead, e não segura ninguém",
    },
)
def no_picture(account: Account) -> None:
    bad, good = account.new_name(".txt"), account.new_name(".jpg")
    upload(account, bad, b"this is no picture")
    processed(account, good, picture(account))
    expect(
        result(account, "thumbnail", good) is not None,
        en="expected the picture after a broken upload to get its thumbnail; it has none",
        pt="era esperado que a foto depois de um upload quebrado ganhasse a sua miniatura; não ganhou",
        read=PLATFORM,
    )
    account.clock.advance(minutes=10)
    dead = Counter(_key(text) for text in account.take(account.queue_url("foto-dead")))
    expect(
        dead[bad] == len(PARTS) and dead[good] == 0,
        en="expected the broken upload in foto-dead once for each of the three queues, after 3 receives of each; it is there {count} times",
        pt="era esperado o upload quebrado na foto-dead uma vez para cada uma das três filas, depois de 3 recebimentos em cada; está lá {count} vezes",
        read={"en": "lesson 05 on dead-letter queues", "pt-BR": "lição 05, sobre dead-letter queues"},
        count=dead[bad],
    )


lab.exercise("06.4", title={"en": "Told once", "pt-BR": "Avisado uma vez"})

READY = "ImageProcessedTopic.fifo"


class Listener:
    """A queue of the judge's own at the topic of finished pictures."""

    def __init__(self, account: Account) -> None:
        self._account, self._sqs, self._sns = account, account.client("sqs"), account.client("sns")
        self._topic = topic_arn(account, READY)
        self._url = self._sqs.create_queue(QueueName=account.new_name())["QueueUrl"]
        self._arn = queue_arn(account, self._url)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": self._arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self._topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        self.told: Counter[str] = Counter()
        self.subscribe()

    def subscribe(self) -> None:
        subscription = self._sns.subscribe(
            TopicArn=self._topic, Protocol="sqs", Endpoint=self._arn, Attributes={"RawMessageDelivery": "true"}
        )
        self._subscription = subscription["SubscriptionArn"]

    def listen(self) -> Counter[str]:
        """How often each key was announced until now."""
        self.told.update(self._account.take(self._url))
        return self.told

    def close(self) -> None:
        with suppress(ClientError):
            self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self._url)


@contextmanager
def listening(account: Account) -> Iterator[Listener]:
    listener = Listener(account)
    try:
        yield listener
    finally:
        listener.close()


@lab.check(
    "06.4",
    points=2,
    title={"en": "a finished picture is announced by its key", "pt-BR": "uma foto pronta é anunciada pela chave"},
)
def announced(account: Account) -> None:
    key = account.new_name(".jpg")
    with listening(account) as listener:
        processed(account, key, picture(account))
        account.eventually(lambda: listener.listen()[key], seconds=5)
        expect(
            listener.told[key] == 1,
            en="expected one message {key} from ImageProcessedTopic.fifo; saw {seen}",
            pt="era esperada uma mensagem {key} do ImageProcessedTopic.fifo; havia {seen}",
            read=STREAM,
            key=key,
            seen=dict(listener.told) or "none",
        )


@lab.check(
    "06.4",
    points=2,
    title={
        "en": "an upload that comes three times is announced once",
        "pt-BR": "um upload que chega três vezes é anunciado uma vez",
    },
)
def once_for_many(account: Account) -> None:
    keys = [account.new_name(".jpg") for _ in range(2)]
    with listening(account) as listener:
        for key in keys:
            upload(account, key, times=3)
        account.clock.advance(minutes=3)
        seen = listener.listen()
        expect(
            [seen[key] for key in keys] == [1, 1],
            en="expected one announcement for each of two pictures that were sent three times; saw {seen}",
            pt="era esperado um anúncio para cada uma de duas fotos enviadas três vezes; havia {seen}",
            read=COUNTER,
            seen=[seen[key] for key in keys],
        )


@lab.check(
    "06.4",
    points=2,
    hidden=True,
    title={
        "en": "and stays announced once when it comes again a quarter of an hour later",
        "pt-BR": "e continua anunciado uma vez quando chega de novo quinze minutos depois",
    },
)
def once_for_late(account: Account) -> None:
    key = account.new_name(".jpg")
    with listening(account) as listener:
        processed(account, key, picture(account))
        account.clock.advance(minutes=15)
        first = listener.listen()[key]
        tell(account, json.dumps({"key": key}))
        account.clock.advance(minutes=3)
        expect(
            (first, listener.listen()[key]) == (1, 1),
            en="expected one announcement, also when the upload message comes again after 15 minutes; a deduplication id is remembered for 5",
            pt="era esperado um anúncio só, mesmo quando a mensagem de upload chega de novo depois de 15 minutos; um id de deduplicação é lembrado por 5",
            read=STREAM,
        )


@lab.check(
    "06.4",
    points=2,
    hidden=True,
    title={"en": "nothing is announced while a part is missing", "pt-BR": "nada é anunciado enquanto falta uma parte"},
)
def not_too_early(account: Account) -> None:
    functions, key = account.client("lambda"), account.new_name(".jpg")
    part = account.random.choice(PARTS)
    with listening(account) as listener:
        functions.put_function_concurrency(FunctionName=part, ReservedConcurrentExecutions=0)
        try:
            processed(account, key, picture(account))
            early = listener.listen()[key]
        finally:
            functions.delete_function_concurrency(FunctionName=part)
        account.clock.advance(minutes=3)
        expect(
            (early, listener.listen()[key]) == (0, 1),
            en="expected no announcement while one of the functions is stopped, and one after it runs again; saw {early} and {seen}",
            pt="não era esperado anúncio enquanto uma das funções está parada, e um depois que ela volta; havia {early} e {seen}",
            read=COUNTER,
            early=early,
            seen=listener.told[key],
        )


lab.exercise("06.5", title={"en": "Pull the plug", "pt-BR": "Puxe a tomada"})


@lab.check(
    "06.5",
    points=3,
    title={
        "en": "every picture survives environments that are killed",
        "pt-BR": "toda foto sobrevive a ambientes que são mortos",
    },
)
def survives_kills(account: Account) -> None:
    keys = [account.new_name(".jpg") for _ in range(4)]
    with listening(account) as listener:
        for key in keys:
            upload(account, key)
            account.kill_environments()
        killed = 0
        for _ in range(6):
            killed += account.kill_environments()
            account.clock.advance(seconds=121)
        account.clock.advance(minutes=5)
        seen = listener.listen()
        results = [
            sum(
                bool(found)
                for found in (result(account, "thumbnail", key), result(account, "filter", key), details(account, key))
            )
            for key in keys
        ]
        expect(
            results == [3] * len(keys),
            en="expected 3 results for each of {count} pictures although environments were killed; saw {results}",
            pt="eram esperados 3 resultados para cada uma de {count} fotos apesar dos ambientes mortos; havia {results}",
            read=PLATFORM,
            count=len(keys),
            results=results,
        )
        expect(
            [seen[key] for key in keys] == [1] * len(keys),
            en="expected each picture to be announced once although environments were killed; saw {seen}",
            pt="era esperado um anúncio por foto apesar dos ambientes mortos; havia {seen}",
            read=STREAM,
            seen=[seen[key] for key in keys],
        )


@lab.check(
    "06.5",
    points=3,
    hidden=True,
    title={
        "en": "a picture that finishes while the topic is away is announced when it is back",
        "pt-BR": "uma foto que fica pronta enquanto o tópico sumiu é anunciada quando ele volta",
    },
)
def survives_a_missing_topic(account: Account) -> None:
    sns, topic, key = account.client("sns"), topic_arn(account, READY), account.new_name(".jpg")
    kept = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    subscribed = [
        (one, sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"])
        for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    ]
    with listening(account) as listener:
        sns.delete_topic(TopicArn=topic)
        try:
            processed(account, key, picture(account))
            account.clock.advance(minutes=2)
        finally:
            names = ("FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope", "Policy")
            sns.create_topic(Name=READY, Attributes={name: kept[name] for name in names if name in kept})
            for one, attributes in subscribed:
                wanted = ("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")
                sns.subscribe(
                    TopicArn=topic,
                    Protocol=one["Protocol"],
                    Endpoint=one["Endpoint"],
                    Attributes={name: attributes[name] for name in wanted if name in attributes},
                )
        listener.subscribe()
        account.clock.advance(minutes=15)
        expect(
            listener.listen()[key] == 1,
            en="expected one announcement after the topic came back; saw {seen}: was something claimed before it had happened?",
            pt="era esperado um anúncio depois que o tópico voltou; havia {seen}: alguma coisa foi reservada antes de acontecer?",
            read=STREAM,
            seen=listener.told[key],
        )
