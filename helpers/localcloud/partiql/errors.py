"""What is wrong with a statement, in AWS's words."""

from __future__ import annotations


class BadStatement(Exception):
    """A statement that DynamoDB would refuse, or that is not available here; as text, the message of a ValidationException."""


def malformed(what: str) -> BadStatement:
    """A statement that cannot be read."""
    return BadStatement(f"Statement wasn't well formed, can't be processed: {what}")


def not_here(what: str, instead: str) -> BadStatement:
    """A part of PartiQL that the local cloud does not have. instead: what to use."""
    return BadStatement(f"The local cloud's PartiQL has no {what}: use {instead}")
