"""moto.cloudformation: a template with a type of resource that moto cannot make is refused by the type's name."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import NULL_MODELS, resource_class_from_type

from helpers.localcloud.patches import patch

_WHY = "moto passes over what it cannot make, and calls the stack complete"


@patch("moto.cloudformation.models:ChangeSet._parse_template", why=_WHY)
@patch("moto.cloudformation.models:Stack._parse_template", why=_WHY)
def _parse_template(original: Any, self: Any) -> None:
    original(self)
    resources = self.template_dict.get("Resources") if isinstance(self.template_dict, dict) else None
    for resource in (resources or {}).values():
        kind = str(resource.get("Type"))
        if kind not in NULL_MODELS and resource_class_from_type(kind) is None:
            raise ValidationError(message=f"The local cloud makes no {kind} in a stack.")
