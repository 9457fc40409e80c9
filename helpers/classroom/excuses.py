"""What the judge says when a check ended with anything but a pass."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from helpers.classroom.account import Account
from helpers.classroom.checks import Failed
from helpers.classroom.texts import Text, fill, show
from helpers.errors import CourseError

# AWS's words for "there is no such thing", and the parameter that named it.
_MISSING = {
    "ResourceNotFoundException", "NotFoundException", "NoSuchEntity", "NoSuchBucket", "NoSuchKey", "404", "NotFound", "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist", "ResourceNotFound",
}  # fmt: skip
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("FunctionName", "a function", "uma função"),
    ("TableName", "a table", "uma tabela"),
    ("QueueName", "a queue", "uma fila"),
    ("QueueUrl", "a queue", "uma fila"),
    ("Bucket", "a bucket", "um bucket"),
    ("RoleName", "a role", "uma role"),
    ("TopicArn", "a topic", "um tópico"),
    ("logGroupName", "a log group", "um log group"),
)

NOTHING_SEEN: Text = {
    "en": "this check found nothing to look at, so it cannot pass; that is a fault of the course, please report it",
    "pt-BR": "esta verificação não encontrou nada para olhar, então não pode passar; é uma falha do curso, por favor avise",
}


def too_long(seconds: float) -> Text:
    """The sentence for a check that had to be left behind."""
    return fill(
        {
            "en": "expected an answer within {limit} seconds, and none came: look for a loop or a wait without an end in your code",
            "pt-BR": "era esperada uma resposta em até {limit} segundos, e nenhuma veio: procure um laço ou uma espera sem fim no seu código",
        },
        {"limit": f"{seconds:g}"},
    )


def explain(error: BaseException, account: Account, *, hidden: bool) -> Text:
    """The sentence for whatever a check raised; of a hidden check it shows no values."""
    if isinstance(error, Failed):
        return error.message(hidden=hidden)
    if isinstance(error, ReadTimeoutError | ConnectTimeoutError):
        return too_long(account.call_seconds)
    if isinstance(error, EndpointConnectionError | BotoCoreError) and not isinstance(error, ClientError):
        return fill(
            {
                "en": "the cloud did not answer the judge ({kind}): run the notebook again from its first cell",
                "pt-BR": "a nuvem não respondeu ao juiz ({kind}): execute o notebook de novo desde a primeira célula",
            },
            {"kind": type(error).__name__},
        )
    if isinstance(error, ClientError):
        return _refused(error, account)
    if isinstance(error, CourseError):
        return {"en": str(error), "pt-BR": str(error)}
    return fill(
        {
            "en": "what is in your account, or came back from it, has another form than the task asks for ({kind}): compare it with the task",
            "pt-BR": "o que está na sua conta, ou veio dela, tem outra forma que a pedida na tarefa ({kind}): compare com o enunciado",
        },
        {"kind": type(error).__name__ if hidden else f"{type(error).__name__}: {show(str(error))}"},
    )


def _refused(error: ClientError, account: Account) -> Text:
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    asked = account.last_calls.get(error.operation_name, {})
    if code in _MISSING:
        for parameter, english, portuguese in _KINDS:
            if parameter in asked:
                name = str(asked[parameter]).rsplit("/", 1)[-1] if parameter == "QueueUrl" else str(asked[parameter])
                qualifier = asked.get("Qualifier")
                named = f"{name}:{qualifier}" if qualifier else name
                return fill(
                    {
                        "en": f"expected {english} named {{name}} in your account; there is none",
                        "pt-BR": f"era esperada {portuguese} com o nome {{name}} na sua conta; não há"
                        if portuguese.startswith("uma")
                        else f"era esperado {portuguese} com o nome {{name}} na sua conta; não há",
                    },
                    {"name": named},
                )
    return fill(
        {
            "en": "{operation} on your account answered {code}: {message}",
            "pt-BR": "{operation} na sua conta respondeu {code}: {message}",
        },
        {"operation": error.operation_name, "code": code, "message": show(message)},
    )
