"""moto.core.serialize: how the members of an answer are found in what an operation returned."""

from __future__ import annotations

from typing import Any

from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.core.utils import MISSING, get_value

from helpers.localcloud.patches import patch

# As many entries as there are members in the answers that were ever given.
_names: dict[tuple[Any, ...], tuple[str, ...]] = {}


@patch(
    "moto.core.serialize:AttributePicker.__call__",
    why="moto works out anew, for every member of every answer, under which names it may stand: most of the time that an answer takes",
)
def _call(original: Any, self: AttributePicker, context: AttributePickerContext) -> Any:
    held, shape, service = context.obj, context.shape, context.service_model
    if type(held) is not dict or service is None:
        return original(self, context)
    parent = getattr(shape, "parent", None)
    member = (type(self), service.service_name, parent and parent.name, shape.name, context.key)
    names = _names.get(member)
    if names is None:
        names = _names[member] = tuple(self.get_possible_keys(context))
    value: Any = None
    for name in names:
        found = held[name] if name in held else get_value(held, name, MISSING) if "." in name else MISSING
        if found is not MISSING:
            value = found
            break
    path = f"{context.key_path}.{context.key}" if self.response_transformers else ""
    transform = next((one for end, one in self.response_transformers.items() if path.endswith(end)), None)
    return transform(value) if transform else value
