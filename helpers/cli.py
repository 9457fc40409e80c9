"""The ``course`` command. Each room brings its own commands; they are imported only when called."""

from __future__ import annotations

import importlib
import sys

import click

from helpers.errors import CourseError

COMMANDS = {
    "start": "helpers.desk.commands:start",
    "cloud": "helpers.desk.cloud:cloud",
    "doctor": "helpers.desk.commands:doctor",
    "tour": "helpers.desk.commands:tour",
    "shop": "helpers.desk.commands:shop",
    "build": "helpers.authoring.commands:build",
    "grade": "helpers.classroom.commands:grade",
    "progress": "helpers.classroom.progress.commands:progress",
    "interview": "helpers.interviews.commands:interview",
    "cleanup": "helpers.cloud.commands:cleanup",
}


class _LazyGroup(click.Group):
    """A group that knows the names of its commands, and imports a command only to run it or to show its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def course() -> None:
    """Serverless on AWS, hands on: lessons and graded labs on a cloud that runs on this computer."""


def main() -> None:
    """Entry point: a ``CourseError`` becomes one sentence on standard error and exit code 1."""
    try:
        course()
    except CourseError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
