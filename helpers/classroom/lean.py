"""Keeps a grader's process light."""

import sys


def stay_lean() -> None:
    """Keep jsonschema from importing a module of jupyterlab's that builds 35 grammars; call it before ``nbformat`` is imported.

    Notebooks need none of those grammars, and building them takes half of a short run.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
