"""The Velocity Template Language as API Gateway speaks it: templates are read once into functions, then rendered many times.

Velocity 1.7 with API Gateway's own turns, recorded on AWS: an undefined reference prints nothing and counts as true; macros can be written but not
called; ``#foreach`` ends after 1,000 rounds. What a template can reach is what ``velocity_values`` allows.
Source: https://velocity.apache.org/engine/1.7/user-guide.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

from __future__ import annotations

import functools
from typing import Any

from helpers.localcloud.gateway.velocity_nodes import Break, Run, Stop, TemplateError
from helpers.localcloud.gateway.velocity_reader import Reader

LONGEST_TEMPLATE = 300 * 1024


class Template:
    """A template that was read without an error.

    Raises: ``TemplateError`` when it cannot be read.
    """

    def __init__(self, source: str) -> None:
        if len(source.encode("utf-8", "surrogatepass")) > LONGEST_TEMPLATE:
            raise TemplateError("a template has at most 300 KB", source, 0)
        self._body = Reader(source).whole()

    def render(self, variables: dict[str, Any]) -> str:
        """The text that comes of ``variables`` (by name, without ``$``); ``#set`` changes the dictionary.

        Raises: ``TemplateError`` when a step cannot be done.
        """
        out: list[str] = []
        try:
            self._body(Run(variables), out)
        except Stop:
            pass
        except Break:
            pass
        return "".join(out)


@functools.lru_cache(maxsize=512)
def template(source: str) -> Template:
    """The template of a source text, read once.

    Raises: ``TemplateError`` when it cannot be read.
    """
    return Template(source)


def rendered(source: str, variables: dict[str, Any]) -> str:
    """Read (once) and render a template.

    Raises: ``TemplateError``.
    """
    return template(source).render(variables)


__all__ = ("LONGEST_TEMPLATE", "Template", "TemplateError", "rendered", "template")
