"""Whether what came over the wire has the types that the service's model asks for."""

from __future__ import annotations

import datetime as dt
from typing import Any

_SCALARS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (float, int),
    "float": (float, int),
    "integer": (int,),
    "long": (int,),
    "string": (str,),
    "timestamp": (dt.datetime,),
}


def misfit(value: Any, shape: Any, where: str = "") -> str | None:
    """What has another type than the model says, and which it should have; nothing when all fits.

    shape: of botocore's model. where: how the value is called.
    """
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return f"{where or 'The request'} is not of the type structure."
        for name, member in shape.members.items():
            if value.get(name) is not None:
                found = misfit(value[name], member, f"{where}.{name}" if where else name)
                if found:
                    return found
        return None
    if kind == "list":
        if not isinstance(value, list):
            return f"{where} is not of the type list."
        scalars = _SCALARS.get(shape.member.type_name)
        if scalars and all(type(one) in scalars for one in value):
            return None
        found_in = (misfit(one, shape.member, f"{where}.member.{number}") for number, one in enumerate(value, 1))
        return next((found for found in found_in if found), None)
    scalars = _SCALARS.get(kind)
    fits = scalars is None or (isinstance(value, scalars) and (kind == "boolean" or not isinstance(value, bool)))
    return None if fits else f"{where} is not of the type {kind}."
