"""A Jupyter home of the course's own: its language and settings never touch the learner's other notebooks.

Everything that Jupyter, IPython and matplotlib would write under the learner's home goes to the course's data folder.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from helpers.errors import CourseError
from helpers.languages import Language
from helpers.paths import COURSE_ROOT

_LOCALES = {"en": "en", "pt-BR": "pt_BR"}
_TRANSLATION = "@jupyterlab/translation-extension/plugin.jupyterlab-settings"

# What differs from JupyterLab's own defaults; the learner's menus still change it.
_DEFAULTS = {
    # Both would ask the internet at every start.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def index(language: Language) -> Path:
    """The notebook in which a learner begins, relative to the course's folder.

    Raises: ``CourseError`` when the course's notebooks are not there.
    """
    return _only_notebook(COURSE_ROOT / "notebooks" / language, "index")


def first_lesson(language: Language) -> Path:
    """Lesson 00 in that language, relative to the course's folder.

    Raises: ``CourseError`` when the course's notebooks are not there.
    """
    return _only_notebook(COURSE_ROOT / "notebooks" / language, "00")


def solution_of(lab: str, language: Language) -> Path:
    """The solved notebook of a lab such as ``"01"``, relative to the course's folder.

    Raises: ``CourseError`` when the course's notebooks are not there.
    """
    return _only_notebook(COURSE_ROOT / "solutions" / language, lab)


def _only_notebook(folder: Path, name: str) -> Path:
    found = sorted([*folder.glob(f"{name}-*.ipynb"), *folder.glob(f"{name}.ipynb")])
    if not found:
        raise CourseError(
            f"{folder.relative_to(COURSE_ROOT)} holds no notebook {name}: run `course build`, or fetch the course again"
        )
    return found[0].relative_to(COURSE_ROOT)


def prepare(home: Path, language: Language) -> dict[str, str]:
    """Write the course's settings into ``home`` and return the environment in which JupyterLab uses them.

    Raises: ``CourseError`` when ``home`` cannot be written.
    """
    config = home / "config"
    try:
        _merge(config / "labconfig" / "default_setting_overrides.json", _DEFAULTS)
        _merge(config / "lab" / "user-settings" / _TRANSLATION, {"locale": _LOCALES[language]})
        folders = {
            "JUPYTER_CONFIG_DIR": config,
            "JUPYTER_DATA_DIR": home / "data",
            "JUPYTER_RUNTIME_DIR": home / "runtime",
            "IPYTHONDIR": home / "ipython",
            "MPLCONFIGDIR": home / "matplotlib",
        }
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"the settings of JupyterLab cannot be written to {home} ({error.strerror}): make room there, or set COURSE_DATA to a folder of yours"
        ) from None
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    # So that `!aws`, `!course` and the terminals of JupyterLab find this environment's commands.
    own["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", os.defpath)])
    return own | {name: str(folder) for name, folder in folders.items()}


def _merge(path: Path, settings: dict[str, Any]) -> None:
    """Set these keys and keep what the learner chose beside them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        present = cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        present = {}
    path.write_text(json.dumps(present | settings, indent=2) + "\n", encoding="utf-8")
