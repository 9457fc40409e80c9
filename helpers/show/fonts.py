"""matplotlib looks at all fonts of a computer once, and says so on standard error; better before a lesson than in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping


def build_font_cache(environment: Mapping[str, str] | None = None) -> None:
    """Let matplotlib make its font cache, if there is none, for processes with this ``environment`` (by default this one's).

    It takes some seconds the first time and half a second afterwards. What goes wrong shows when a lesson draws.
    """
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"],
        env=dict(os.environ if environment is None else environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
