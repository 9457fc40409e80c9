"""The walk through Loja's API that both READMEs print works as printed, with nothing but curl."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.cloud.owned import owned_process, without_aws_settings
from tests.conftest import REPOSITORY

WALK = re.compile(r"```sh\n(curl \$LOJA.*?)```", re.DOTALL)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a shell into which the line that ``course shop`` prints was pasted."""
    home = {"HOME": str(tmp_path), "COURSE_DATA": str(tmp_path / "data"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {**without_aws_settings(), **home}
    command = [sys.executable, "-m", "helpers.cli", "shop"]
    with owned_process(command, environment) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("export LOJA=http://127.0.0.1:"), line
        exports = dict(part.split("=", 1) for part in line.split()[1:])
        yield {**environment, **exports, "PATH": os.environ["PATH"]}
        process.terminate()


@pytest.mark.parametrize("readme", ["README.md", "README.pt-BR.md"])
def test_the_walk_of_the_readme_answers_what_it_says(readme: str, shop: dict[str, str]) -> None:
    [walk] = WALK.findall((REPOSITORY / readme).read_text(encoding="utf-8"))
    script, wanted = ["say() { curl -s -o /dev/null -w '%{http_code}\\n' \"$@\"; }"], []
    for line in walk.splitlines():
        code, _, comment = line.partition(" # ")
        if code.startswith("curl "):
            script.append("say" + code.removeprefix("curl"))
            wanted.append(comment.strip()[:3])
        else:
            script.append(code)
    ended = subprocess.run(
        ["bash", "-euc", "\n".join(script)], env=shop, capture_output=True, text=True, timeout=480, cwd=shop["HOME"]
    )
    *answers, burst = ended.stdout.splitlines()
    assert answers == wanted, ended.stdout + ended.stderr
    statuses = burst.split()
    assert len(statuses) == 30
    assert statuses[0] == "200"
    assert {"200", "429"} == set(statuses)


def test_an_invoice_waits_in_the_outbox(shop: dict[str, str]) -> None:
    order = """
    TOKEN=$(curl -s $LOJA/login --json '{"email": "ana@example.com", "password": "correct horse"}' | cut -d'"' -f4)
    curl -s $LOJA/orders -H "Authorization: Bearer $TOKEN" -H "x-api-key: $KEY" --json '{"order": "A-1", "sku": "caneca", "quantity": 2}'
    for n in $(seq 100); do "$PYTHON" -m helpers.cli cloud outbox --account 123456789012 | grep "Order A-1" && break; done
    """
    ended = subprocess.run(
        ["bash", "-uc", order],
        env={**shop, "PYTHON": sys.executable, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=480,
        cwd=REPOSITORY,
    )
    assert '"total": {"cents": 7980, "currency": "BRL"}' in ended.stdout, ended.stdout + ended.stderr
    assert ended.stdout.rstrip().endswith("Order A-1")
