"""What SQS answers when it refuses, in its own words.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and the error lists of the single actions.
"""

from __future__ import annotations

from moto.sqs.exceptions import SQSException


class InvalidParameterValue(SQSException):
    """A parameter has a value that is out of range or does not fit the queue."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterValue", message)


class MissingParameter(SQSException):
    """A parameter that the request needs is not there."""

    def __init__(self, name: str) -> None:
        super().__init__("MissingParameter", f"The request must contain the parameter {name}.")


class InvalidAttributeName(SQSException):
    """A queue has no such attribute, or it cannot be set."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidAttributeName", message)


class InvalidAttributeValue(SQSException):
    """An attribute of a queue cannot have this value."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidAttributeValue", message)


class InvalidMessageContents(SQSException):
    """A body contains characters that XML 1.0 does not have."""

    def __init__(self) -> None:
        super().__init__(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        )


class ReceiptHandleIsInvalid(SQSException):
    """A receipt handle that this queue never gave."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            "ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.'
        )


class ReceiptHandleExpired(InvalidParameterValue):
    """A FIFO queue takes a receipt handle only as long as its visibility timeout runs."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        )


class NotInFlight(InvalidParameterValue):
    """A visibility timeout cannot be changed when none is running."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            f"Value {handle} for parameter ReceiptHandle is invalid. "
            "Reason: Message does not exist or is not available for visibility timeout change."
        )


class TooManyInFlight(SQSException):
    """A standard queue has as many messages in flight as it may."""

    def __init__(self) -> None:
        super().__init__("OverLimit", "Too many messages in flight: delete messages before receiving more")


class BatchError(SQSException):
    """A batch that is refused as a whole; ``code`` is the name after ``AWS.SimpleQueueService.``."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"AWS.SimpleQueueService.{name}", message)


class PurgeInProgress(SQSException):
    """A queue is purged at most once in 60 seconds."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "AWS.SimpleQueueService.PurgeQueueInProgress",
            f"Only one PurgeQueue operation on {name} is allowed every 60 seconds.",
        )


class DeletedRecently(SQSException):
    """The name of a deleted queue rests for 60 seconds."""

    def __init__(self) -> None:
        super().__init__(
            "AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        )


class ResourceNotFound(SQSException):
    """A queue or task that a redrive names does not exist."""

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)
