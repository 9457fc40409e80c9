"""``course start`` as a learner meets it: a real process, a real JupyterLab, a real local cloud."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.conftest import HTTP, REPOSITORY
from tests.desk.opened import Desk, opened

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("home"), "--lang", "pt-BR") as running:
        yield running


def test_the_link_opens_the_index_in_the_language_that_was_asked_for(desk: Desk) -> None:
    index = urlsplit(desk.link).path.removeprefix("/lab/tree/")
    assert index == "notebooks/pt-BR/index.ipynb"
    assert desk.get(f"api/contents/{index}")["type"] == "notebook"


def test_jupyterlab_speaks_the_learners_language(desk: Desk) -> None:
    chosen = desk.get("lab/api/settings/@jupyterlab/translation-extension:plugin")["settings"]
    assert chosen == {"locale": "pt_BR"}
    words = json.dumps(desk.get("lab/api/translations/pt_BR")["data"], ensure_ascii=False)
    assert "Executar todas as células" in words


def test_jupyterlab_asks_no_other_machine_for_news_or_updates(desk: Desk) -> None:
    schema = desk.get("lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]
    defaults = {name: about.get("default") for name, about in schema["properties"].items()}
    assert defaults["fetchNews"] == "false"
    assert defaults["checkForUpdates"] is False


def test_the_local_cloud_answers_at_the_printed_address(desk: Desk) -> None:
    assert HTTP.get(f"{desk.endpoint}/_localcloud/health").json()["status"] == "running"


def test_the_learners_own_jupyter_settings_stay_untouched(desk: Desk) -> None:
    assert sorted(path.name for path in desk.home.iterdir()) == [".cache", ".local"]


def test_a_taken_port_is_left_alone_and_the_next_free_one_is_used(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with opened(tmp_path, "--lang", "en", "--port", str(port)) as desk:
            assert urlsplit(desk.link).port != port
            assert f"Port {port} is taken" in desk.first_words


@posix_only
@pytest.mark.parametrize("request_to_stop", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_request_to_stop_ends_jupyterlab_the_kernels_and_the_cloud(tmp_path: Path, request_to_stop: str) -> None:
    with opened(tmp_path, "--lang", "en") as desk:
        desk.start_kernel()
        family = desk.family()
        assert len(family) >= 3
        desk.process.send_signal(getattr(signal, request_to_stop))
        assert desk.process.wait(240) == 0
        assert psutil.wait_procs(family, timeout=30)[1] == []


@posix_only
def test_a_killed_start_leaves_no_process_behind(tmp_path: Path) -> None:
    with opened(tmp_path, "--lang", "en") as desk:
        desk.start_kernel()
        family = desk.family()
        desk.process.send_signal(signal.SIGKILL)
        assert len(family) >= 3
        assert psutil.wait_procs(family, timeout=30)[1] == []


def test_a_cloud_that_is_killed_is_reported_while_jupyterlab_stays(tmp_path: Path) -> None:
    with opened(tmp_path, "--lang", "en") as desk:
        psutil.Process(int(HTTP.get(f"{desk.endpoint}/_localcloud/health").json()["pid"])).kill()
        assert desk.process.stdout
        assert "The local cloud has stopped" in desk.process.stdout.readline()
        assert desk.get("api/status")["connections"] == 0


@posix_only
def test_without_a_home_folder_it_works_in_the_temporary_folder_and_says_so(tmp_path: Path) -> None:
    with opened(Path(os.devnull), "--lang", "en", TMPDIR=str(tmp_path)) as desk:
        assert "Your home folder cannot be written" in desk.first_words
        assert str(tmp_path) in desk.first_words
        assert desk.get("api/status")["kernels"] == 0


@posix_only
def test_a_disk_that_takes_no_byte_more_ends_in_one_sentence(tmp_path: Path) -> None:
    full_disk = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); from helpers.cli import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", full_disk, "start", "--no-browser"],
        cwd=REPOSITORY,
        env=os.environ | {"HOME": str(tmp_path), "COURSE_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "cannot be written" in ended.stderr
    assert "COURSE_DATA" in ended.stderr
