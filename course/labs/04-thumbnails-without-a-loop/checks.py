"""What the judge looks at in lab 04: names, the bucket's door, upright thumbnails, one bucket without a loop, failures kept."""

from __future__ import annotations

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError
from PIL import Image

from helpers.classroom.checks import Account, Lab, expect
from helpers.show.pictures import photograph

DOOR = {
    "en": "lesson 04, '1. The bucket must be let in'",
    "pt-BR": "lição 04, '1. Alguém precisa abrir para o bucket'",
}
KEYS = {"en": "lesson 04, '2. Four uploads, how many thumbnails?'", "pt-BR": "lição 04, '2. Quatro envios'"}
FAILURES = {"en": "lesson 04, '3. Too late for the other three?'", "pt-BR": "lição 04, '3. Tarde demais'"}
KINDS = {"en": "lesson 04, '4. What never calls'", "pt-BR": "lição 04, '4. O que nunca chama'"}
LOOP = {"en": "lesson 04, '5. The loop'", "pt-BR": "lição 04, '5. O loop'"}
EXIF = {"en": "the text of task 04.3", "pt-BR": "o texto da tarefa 04.3"}
ONCE = {"en": "lesson 02, 'The repair'", "pt-BR": "lição 02, 'O conserto'"}

CORNERS = {(0, 0): (200, 40, 40), (1, 0): (40, 160, 60), (0, 1): (40, 70, 190), (1, 1): (230, 200, 50)}
NAMES = ("praia de Itaúna", "calçadão + mar", "a%2Bb", "São Paulo, 100% acordada", "x=1&y=2")

lab = Lab("04", title={"en": "Thumbnails without a loop", "pt-BR": "Miniaturas sem loop"})


def bucket(account: Account, name: str) -> str:
    return f"foto-{name}-{account.id}"


def odd_key(account: Account, folder: str = "") -> str:
    """A key with signs that a URL encodes, no two alike."""
    return f"{folder}{account.random.choice(NAMES)} {account.new_name('.jpg')}"


def quarters(size: tuple[int, int]) -> Image.Image:
    """A picture of four colours, one in each corner, which shows how it was turned."""
    picture = Image.new("RGB", size)
    for (right, low), colour in CORNERS.items():
        left, top = right * size[0] // 2, low * size[1] // 2
        picture.paste(colour, (left, top, left + size[0] - size[0] // 2, top + size[1] - size[1] // 2))
    return picture


def upload(account: Account, where: str, key: str, content: bytes | None = None) -> None:
    jpeg = photograph(quarters((96, 64))) if content is None else content
    account.client("s3").put_object(Bucket=bucket(account, where), Key=key, Body=jpeg)


def s3_event(account: Account, where: str, *happened: tuple[str, str]) -> dict[str, Any]:
    """What S3 would send for these pairs of event name and key."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": account.region,
                "eventName": name,
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {"name": bucket(account, where), "arn": f"arn:aws:s3:::{bucket(account, where)}"},
                    "object": {"key": quote_plus(key, safe="/")},
                },
            }
            for name, key in happened
        ]
    }


def answer(account: Account, name: str, event: object, read: dict[str, str]) -> Any:
    """The payload of a call that must not fail."""
    result = account.invoke(name, event)
    expect(
        result.error is None,
        en="expected {name} to answer; it failed with {error}",
        pt="era esperada uma resposta de {name}; ela falhou com {error}",
        read=read,
        name=name,
        error=f"{result.error.get('errorType')}: {result.error.get('errorMessage')}" if result.error else "",
    )
    return result.payload


def calls(account: Account, name: str) -> set[str]:
    """The request ids of a function's calls; the retries of one event share theirs."""
    reports = (re.match(r"REPORT RequestId: (\S+)", line) for line in account.logs(name))
    return {report[1] for report in reports if report}


lab.exercise("04.1", title={"en": "A log that knows the names", "pt-BR": "Um log que sabe os nomes"})


@lab.check(
    "04.1",
    points=2,
    title={"en": "new and gone photographs, by their names", "pt-BR": "fotos novas e apagadas, pelo nome"},
)
def names_photographs(account: Account) -> None:
    for event, word in (("ObjectCreated:Put", "new"), ("ObjectRemoved:Delete", "gone"), ("ObjectCreated:Copy", "new")):
        key = odd_key(account)
        payload = answer(account, "photo-log", s3_event(account, "uploads", (event, key)), KEYS)
        expect(
            payload == [f"{word} {key}"],
            en="expected {wanted} for {event}; the answer was {payload}",
            pt="era esperado {wanted} para {event}; a resposta foi {payload}",
            read=KEYS,
            wanted=[f"{word} {key}"],
            event=event,
            payload=payload,
        )


@lab.check(
    "04.1",
    points=1,
    title={"en": "S3's test event gives an empty list", "pt-BR": "o evento de teste do S3 dá uma lista vazia"},
)
def survives_test_event(account: Account) -> None:
    test = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bucket(account, "uploads"), "HostId": "judge"}
    payload = answer(account, "photo-log", test, KINDS)
    expect(
        payload == [],
        en="expected [] for S3's test event, which has no Records; the answer was {payload}",
        pt="era esperado [] para o evento de teste do S3, que não tem Records; a resposta foi {payload}",
        read=KINDS,
        payload=payload,
    )


@lab.check(
    "04.1",
    points=2,
    hidden=True,
    title={"en": "many records, in their order, of every kind", "pt-BR": "muitos records, na ordem, de todo tipo"},
)
def many_records(account: Account) -> None:
    words = {
        "ObjectCreated:CompleteMultipartUpload": "new",
        "ObjectCreated:Post": "new",
        "ObjectRemoved:DeleteMarkerCreated": "gone",
        "ObjectTagging:Put": None,
        "ObjectRestore:Completed": None,
        "LifecycleExpiration:Delete": None,
    }
    happened = [(event, odd_key(account)) for event in account.random.sample(sorted(words), k=len(words))]
    wanted = [f"{words[event]} {key}" for event, key in happened if words[event]]
    payload = answer(account, "photo-log", s3_event(account, "uploads", *happened), KEYS)
    expect(
        payload == wanted,
        en="expected {wanted} for six records of several kinds; the answer was {payload}",
        pt="era esperado {wanted} para seis records de vários tipos; a resposta foi {payload}",
        read=KEYS,
        wanted=wanted,
        payload=payload,
    )


lab.exercise("04.2", title={"en": "A bell for photographs only", "pt-BR": "Uma campainha só para fotos"})


def called_by(account: Account, act: Any) -> int:
    """How many events ``thumbnail`` got because of ``act``."""
    before = calls(account, "thumbnail")
    act()
    account.clock.advance(seconds=1)
    return len(calls(account, "thumbnail") - before)


@lab.check(
    "04.2",
    points=2,
    title={"en": "a new photograph calls thumbnail", "pt-BR": "uma foto nova chama a thumbnail"},
)
def new_photograph_calls(account: Account) -> None:
    key = odd_key(account, "incoming/")
    seen = called_by(account, lambda: upload(account, "uploads", key))
    expect(
        seen == 1,
        en="expected the upload of {key} to call thumbnail once; it was called {seen} times",
        pt="era esperado que o envio de {key} chamasse a thumbnail uma vez; ela foi chamada {seen} vezes",
        read=DOOR,
        key=key,
        seen=seen,
    )


@lab.check(
    "04.2",
    points=2,
    title={"en": "nothing else calls it", "pt-BR": "mais nada a chama"},
)
def nothing_else_calls(account: Account) -> None:
    new_photograph_calls(account)
    name, s3 = account.new_name(), account.client("s3")
    for key in (f"{name}.jpg", f"old/incoming/{name}.jpg", f"incoming/{name}.pdf", f"incoming/{name}.jpg.zip"):
        seen = called_by(account, lambda key=key: upload(account, "uploads", key))
        expect(
            seen == 0,
            en="expected the upload of {key} not to call thumbnail; it did",
            pt="era esperado que o envio de {key} não chamasse a thumbnail; chamou",
            read=LOOP,
            key=key,
        )
    photo = f"incoming/{name}.jpg"
    upload(account, "uploads", photo)
    account.clock.advance(seconds=1)
    seen = called_by(account, lambda: s3.delete_object(Bucket=bucket(account, "uploads"), Key=photo))
    expect(
        seen == 0,
        en="expected the removal of {key} not to call thumbnail; it did",
        pt="era esperado que a remoção de {key} não chamasse a thumbnail; chamou",
        read=KINDS,
        key=photo,
    )


@lab.check(
    "04.2",
    points=1,
    hidden=True,
    title={"en": "copied photographs count, too", "pt-BR": "fotos copiadas também contam"},
)
def copies_call(account: Account) -> None:
    s3, name = account.client("s3"), account.new_name(".jpg")
    upload(account, "uploads", f"old/{name}")
    own = bucket(account, "uploads")
    source = {"Bucket": own, "Key": f"old/{name}"}
    seen = called_by(account, lambda: s3.copy_object(Bucket=own, Key=f"incoming/{name}", CopySource=source))
    expect(
        seen == 1,
        en="expected a photograph that was copied to incoming/ to call thumbnail once; it was called {seen} times",
        pt="era esperado que uma foto copiada para incoming/ chamasse a thumbnail uma vez; ela foi chamada {seen} vezes",
        read=KINDS,
        seen=seen,
    )


@lab.check(
    "04.2",
    points=2,
    hidden=True,
    title={"en": "no other bucket may call it", "pt-BR": "nenhum outro bucket pode chamá-la"},
)
def door_is_narrow(account: Account) -> None:
    new_photograph_calls(account)
    s3, functions, stranger = account.client("s3"), account.client("lambda"), account.new_name()
    arn = functions.get_function_configuration(FunctionName="thumbnail")["FunctionArn"]
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.create_bucket(Bucket=stranger)
    try:
        s3.put_bucket_notification_configuration(
            Bucket=stranger, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
        )
        let_in = True
    except ClientError:
        let_in = False
    finally:
        s3.delete_bucket(Bucket=stranger)
    expect(
        not let_in,
        en="expected thumbnail to let in the bucket uploads and no other; the judge connected a bucket of its own: the permission needs SourceArn",
        pt="era esperado que a thumbnail deixasse entrar só o bucket uploads; o juiz conectou um bucket dele: a permissão precisa de SourceArn",
        read=DOOR,
    )
    policy = json.loads(functions.get_policy(FunctionName="thumbnail")["Policy"])
    open_to_all = [one["Sid"] for one in policy["Statement"] if not names_account(one, account.id)]
    expect(
        not open_to_all,
        en="expected every permission for S3 to name this account; {sids} does not, so whoever gets the name of the bucket one day may call: it needs SourceAccount",
        pt="era esperado que toda permissão para o S3 dissesse o número desta conta; {sids} não diz, e quem um dia ficar com o nome do bucket pode chamar: ela precisa de SourceAccount",
        read=DOOR,
        sids=open_to_all,
    )


def names_account(statement: dict[str, Any], account_id: str) -> bool:
    """Whether a permission is not for S3, or holds for one account alone."""
    if "s3.amazonaws.com" not in json.dumps(statement["Principal"]):
        return True
    conditions = statement.get("Condition", {}).values()
    return any(
        key.lower() == "aws:sourceaccount" and value == account_id
        for condition in conditions
        for key, value in condition.items()
    )


lab.exercise("04.3", title={"en": "A thumbnail that stands upright", "pt-BR": "Uma miniatura em pé"})


def stored(account: Account, where: str, key: str) -> Image.Image | None:
    """The picture under a key, if there is one."""
    s3 = account.client("s3")
    try:
        return Image.open(io.BytesIO(s3.get_object(Bucket=bucket(account, where), Key=key)["Body"].read()))
    except s3.exceptions.NoSuchKey:
        return None


def shrunk(account: Account, *jpegs: bytes) -> list[Image.Image]:
    """The thumbnails of these photographs, which ``thumbnail`` gets in one event."""
    keys = [odd_key(account, "judge/") for _ in jpegs]
    for key, jpeg in zip(keys, jpegs, strict=True):
        upload(account, "uploads", key, jpeg)
    answer(account, "thumbnail", s3_event(account, "uploads", *(("ObjectCreated:Put", key) for key in keys)), KEYS)
    found = [stored(account, "thumbnails", key) for key in keys]
    expect(
        all(found),
        en="expected an object {key} in the bucket {bucket}; there is none",
        pt="era esperado um objeto {key} no bucket {bucket}; não há",
        read=KEYS,
        key=next((key for key, picture in zip(keys, found, strict=True) if picture is None), None),
        bucket=bucket(account, "thumbnails"),
    )
    return [picture for picture in found if picture]


@lab.check(
    "04.3",
    points=2,
    title={
        "en": "at most 320 pixels, in the photograph's proportions",
        "pt-BR": "no máximo 320 pixels, nas proporções da foto",
    },
)
def right_size(account: Account) -> None:
    wide = 2 * account.random.randrange(330, 600)
    cases = {(wide, wide // 2): (320, 160), (wide // 2, wide): (160, 320), (120, 90): (120, 90)}
    for size, wanted in cases.items():
        [picture] = shrunk(account, photograph(quarters(size)))
        expect(
            picture.format == "JPEG"
            and all(abs(one - other) <= 1 for one, other in zip(picture.size, wanted, strict=True)),
            en="expected a JPEG of {wanted} pixels from a photograph of {size}; saw a {format} of {seen}",
            pt="era esperado um JPEG de {wanted} pixels de uma foto de {size}; havia um {format} de {seen}",
            read=EXIF,
            wanted=wanted,
            size=size,
            format=picture.format,
            seen=picture.size,
        )


@lab.check(
    "04.3",
    points=2,
    title={"en": "every photograph stands upright", "pt-BR": "toda foto fica em pé"},
)
def upright(account: Account) -> None:
    size = (2 * account.random.randrange(200, 300), 240)
    for orientation in account.random.sample(range(2, 9), k=4):
        [picture] = shrunk(account, photograph(quarters(size), orientation=orientation))
        rgb = picture.convert("RGB")
        seen = [_nearest(rgb, place) for place in CORNERS]
        expect(
            seen == list(CORNERS) and (picture.width > picture.height),
            en="expected a photograph with orientation {orientation} to stand upright; it does not: turn the pixels as the tag says, before you shrink them",
            pt="era esperado que uma foto com orientação {orientation} ficasse em pé; não ficou: gire os pixels como a tag diz, antes de reduzir",
            read=EXIF,
            orientation=orientation,
        )


def _nearest(picture: Image.Image, place: tuple[int, int]) -> tuple[int, int]:
    """Which of the four colours stands in a corner of the picture."""
    x, y = ((1 + 2 * at) * length // 4 for at, length in zip(place, picture.size, strict=True))
    seen = picture.getpixel((x, y))
    assert isinstance(seen, tuple)
    return min(
        CORNERS, key=lambda corner: sum(abs(one - other) for one, other in zip(CORNERS[corner], seen, strict=True))
    )


@lab.check(
    "04.3",
    points=1,
    title={"en": "it tells nobody where it was taken", "pt-BR": "ela não conta a ninguém onde foi tirada"},
)
def no_exif(account: Account) -> None:
    where = (account.random.uniform(-30, 0), account.random.uniform(-60, -40))
    [picture] = shrunk(account, photograph(quarters((400, 300)), place=where))
    expect(
        not picture.getexif() and "exif" not in picture.info,
        en="expected a thumbnail without EXIF data; it has {count} tags",
        pt="era esperada uma miniatura sem dados EXIF; ela tem {count} tags",
        read=EXIF,
        count=len(picture.getexif()),
    )


@lab.check(
    "04.3",
    points=2,
    hidden=True,
    title={
        "en": "several records in one event, and a file that cannot be read",
        "pt-BR": "vários records num evento, e um arquivo que não dá para ler",
    },
)
def several_and_broken(account: Account) -> None:
    good = photograph(quarters((400, 300)))
    shrunk(account, good, photograph(quarters((300, 400)).convert("L"), orientation=6), good)
    key = odd_key(account, "judge/")
    upload(account, "uploads", key, good[: len(good) // 3])
    result = account.invoke("thumbnail", s3_event(account, "uploads", ("ObjectCreated:Put", key)))
    expect(
        result.error is not None,
        en="expected thumbnail to raise for a file that is cut off in the middle; it answered as if all were well, so Lambda will neither retry nor keep the event",
        pt="era esperado que a thumbnail lançasse uma exceção para um arquivo cortado no meio; ela respondeu como se estivesse tudo bem, então o Lambda não repete nem guarda o evento",
        read=FAILURES,
    )


lab.exercise(
    "04.4", title={"en": "One bucket, no loop, counted once", "pt-BR": "Um bucket, nenhum loop, contada uma vez"}
)


def keys_of(account: Account, where: str) -> set[str]:
    pages = account.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket(account, where))
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def counted(account: Account, album: str) -> int:
    """How many photographs the table counts in an album."""
    table = account.client("dynamodb")
    item = table.get_item(TableName="albums", Key={"album": {"S": album}}, ConsistentRead=True).get("Item", {})
    return int(item.get("photos", {"N": "0"})["N"])


def arrives(account: Account, album: str) -> str:
    """Upload one photograph and expect its preview, and nothing else; returns the key."""
    name, before = odd_key(account), keys_of(account, "web")
    key = f"incoming/{album}/{name}"
    upload(account, "web", key, photograph(quarters((200, 150))))
    account.clock.advance(minutes=5)
    new = keys_of(account, "web") - before - {key}
    expect(
        new == {f"preview/{album}/{name}"},
        en="expected preview/{album}/{name} and nothing else after the upload of {key}; saw {new}",
        pt="era esperado preview/{album}/{name} e mais nada depois do envio de {key}; havia {new}",
        read=LOOP,
        album=album,
        name=name,
        key=key,
        new=sorted(new)[:3] or "nothing",
    )
    return key


def expect_counted(account: Account, album: str, wanted: int, en: str, pt: str, read: dict[str, str] = ONCE) -> None:
    seen = counted(account, album)
    expect(
        seen == wanted,
        en=f"expected photos = {{wanted}} {en}; it is {{seen}}",
        pt=f"era esperado photos = {{wanted}} {pt}; está {{seen}}",
        read=read,
        wanted=wanted,
        seen=seen,
    )


@lab.check(
    "04.4",
    points=2,
    title={"en": "one upload, one run, one preview", "pt-BR": "um envio, uma execução, uma prévia"},
)
def one_preview(account: Account) -> None:
    before, album = calls(account, "gallery"), account.new_name()
    key = arrives(account, album)
    ran = len(calls(account, "gallery") - before)
    expect(
        ran == 1,
        en="expected one upload to run gallery once; it ran {ran} times: a guard inside the function ends a loop after the second call, the rule before it",
        pt="era esperado que um envio rodasse a gallery uma vez; ela rodou {ran} vezes: uma guarda dentro da função encerra o loop depois da segunda chamada, a regra antes dela",
        read=LOOP,
        ran=ran,
    )
    preview = stored(account, "web", key.replace("incoming/", "preview/", 1))
    expect(
        preview is not None and preview.size == (96, 96),
        en="expected a preview of 96 × 96 pixels; saw {seen}",
        pt="era esperada uma prévia de 96 × 96 pixels; havia {seen}",
        read=LOOP,
        seen=preview.size if preview else "none",
    )


@lab.check(
    "04.4",
    points=2,
    title={
        "en": "a photograph counts once, however often its event comes",
        "pt-BR": "uma foto conta uma vez, por mais que o evento venha",
    },
)
def counts_once(account: Account) -> None:
    album = account.new_name()
    first = arrives(account, album)
    expect_counted(account, album, 1, "after one photograph", "depois de uma foto")
    for _ in range(2):
        answer(account, "gallery", s3_event(account, "web", ("ObjectCreated:Put", first)), ONCE)
    expect_counted(account, album, 1, "when its event comes again", "quando o evento dela vem de novo")
    upload(account, "web", first, photograph(quarters((150, 200))))
    account.clock.advance(minutes=5)
    expect_counted(account, album, 1, "when it is uploaded anew", "quando ela é enviada outra vez")
    arrives(account, album)
    expect_counted(account, album, 2, "after a second photograph", "depois de uma segunda foto")


@lab.check(
    "04.4",
    points=2,
    hidden=True,
    title={"en": "also when it comes eight times at once", "pt-BR": "também quando vem oito vezes ao mesmo tempo"},
)
def counts_once_at_once(account: Account) -> None:
    album = account.new_name()
    name = f"incoming/{album}/{account.new_name('.jpg')}"
    functions, own = account.client("lambda"), bucket(account, "web")
    rules = account.client("s3").get_bucket_notification_configuration(Bucket=own)
    rules.pop("ResponseMetadata")
    account.client("s3").put_bucket_notification_configuration(Bucket=own, NotificationConfiguration={})
    try:
        upload(account, "web", name)
    finally:
        account.client("s3").put_bucket_notification_configuration(Bucket=own, NotificationConfiguration=rules)
    event = json.dumps(s3_event(account, "web", ("ObjectCreated:Put", name))).encode()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: functions.invoke(FunctionName="gallery", Payload=event), range(8)))
    expect_counted(
        account,
        album,
        1,
        "when its event comes eight times at the same moment; between a read and a write there is room for others",
        "quando o evento vem oito vezes no mesmo instante; entre uma leitura e uma escrita cabe mais gente",
    )


@lab.check(
    "04.4",
    points=2,
    hidden=True,
    title={"en": "what is not under incoming/ stays as it is", "pt-BR": "o que não está sob incoming/ fica como está"},
)
def leaves_others_alone(account: Account) -> None:
    album = account.new_name()
    first = arrives(account, album)
    others = [
        first.replace("incoming/", "preview/", 1),
        f"{album}/serra.jpg",
        f"old/incoming/{album}/serra.jpg",
    ]
    for key in others:
        upload(account, "web", key)
    account.clock.advance(seconds=1)
    before = keys_of(account, "web")
    for key in others:
        answer(account, "gallery", s3_event(account, "web", ("ObjectCreated:Put", key)), LOOP)
    new = keys_of(account, "web") - before
    expect(
        not new,
        en="expected no preview of what does not lie under incoming/; saw {new}",
        pt="não era esperada prévia do que não está sob incoming/; havia {new}",
        read=LOOP,
        new=sorted(new)[:3],
    )
    expect_counted(
        account, album, 1, "although events of other keys came", "embora viessem eventos de outras keys", LOOP
    )


lab.exercise("04.5", title={"en": "Failures that stay", "pt-BR": "Falhas que ficam"})


def failed(account: Account) -> dict[str, dict[str, Any]]:
    """The records in the queue of failures, by the key of their photograph."""
    found = {}
    for text in account.take(account.queue_url("failed-photos")):
        try:
            record = json.loads(text)
            [one] = record.get("requestPayload", record)["Records"]
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        found[one["s3"]["object"]["key"]] = record
    return found


@lab.check(
    "04.5",
    points=2,
    title={
        "en": "a broken photograph is tried twice and kept with its error",
        "pt-BR": "uma foto quebrada é tentada duas vezes e fica guardada com o erro",
    },
)
def keeps_failures(account: Account) -> None:
    new_photograph_calls(account)
    broken, good = (f"incoming/{account.new_name('.jpg')}" for _ in range(2))
    upload(account, "uploads", broken, b"no photograph at all")
    upload(account, "uploads", good)
    account.clock.advance(minutes=10)
    records = failed(account)
    record = records.get(broken)
    expect(
        record is not None,
        en="expected the event of {key} in failed-photos after its last attempt; it is not there",
        pt="era esperado o evento de {key} na failed-photos depois da última tentativa; não está lá",
        read=FAILURES,
        key=broken,
    )
    assert record is not None
    expect(
        bool(record.get("responsePayload", {}).get("errorType")),
        en="expected the error beside the event; failed-photos got the event alone: a DLQ does not know why, an on-failure destination does",
        pt="era esperado o erro ao lado do evento; a failed-photos recebeu só o evento: uma DLQ não sabe o motivo, um on-failure destination sabe",
        read=FAILURES,
    )
    tried = record["requestContext"]["approximateInvokeCount"]
    expect(
        tried == 2,
        en="expected 2 attempts; there were {tried}",
        pt="eram esperadas 2 tentativas; houve {tried}",
        read=FAILURES,
        tried=tried,
    )
    expect(
        good not in records and stored(account, "thumbnails", good) is not None,
        en="expected a thumbnail of the good photograph, and nothing about it in failed-photos",
        pt="era esperada uma miniatura da foto boa, e nada sobre ela na failed-photos",
        read=FAILURES,
    )


@lab.check(
    "04.5",
    points=1,
    hidden=True,
    title={"en": "nothing older than an hour is tried", "pt-BR": "nada com mais de uma hora é tentado"},
)
def gives_up(account: Account) -> None:
    functions = account.client("lambda")
    try:
        seen = functions.get_function_event_invoke_config(FunctionName="thumbnail").get("MaximumEventAgeInSeconds")
    except functions.exceptions.ResourceNotFoundException:
        seen = None
    expect(
        seen == 3600,
        en="expected thumbnail to give events up after 3600 seconds; it does after {seen}",
        pt="era esperado que a thumbnail desistisse dos eventos depois de 3600 segundos; ela desiste depois de {seen}",
        read=FAILURES,
        seen=seen or "21600, the default",
    )
