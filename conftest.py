"""``pytest --nbval`` runs notebooks on a local cloud of its own, so that it never touches the accounts of an open JupyterLab
nor the learner's records."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack

import pytest

from helpers.cloud.owned import owned_cloud, without_aws_settings
from helpers.show.fonts import build_font_cache

_open = pytest.StashKey[ExitStack]()


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.getoption("nbval", False) or session.config.getoption("nbval_lax", False):
        build_font_cache()
        stack = session.config.stash[_open] = ExitStack()
        records = stack.enter_context(tempfile.TemporaryDirectory(prefix="course-records-"))
        os.environ["COURSE_DATA"] = records
        os.environ["COURSE_CLOUD"] = stack.enter_context(owned_cloud(environment=without_aws_settings())).endpoint_url


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash.get(_open, ExitStack()).close()
