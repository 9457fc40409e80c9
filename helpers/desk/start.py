"""``course start``: the local cloud and JupyterLab, open on the index, for as long as this command runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from helpers.cloud import discovery
from helpers.desk.children import jupyterlab, local_cloud
from helpers.desk.jupyter_home import index, prepare
from helpers.desk.signals import stopped_by_signals
from helpers.languages import Language
from helpers.paths import APP_NAME, data_folder
from helpers.show.fonts import build_font_cache

_TEXTS: dict[Language, dict[str, str]] = {
    "en": {
        "cloud": "Local cloud",
        "lab": "JupyterLab ",
        "open": "Open the JupyterLab link in a browser. Ctrl-C here ends both.",
        "opened": "JupyterLab opens in your browser; if it does not, open the link. Ctrl-C here ends both.",
        "port": "Port {wanted} is taken, so JupyterLab took {got}.",
        "home": "Your home folder cannot be written, so settings and records are kept in {folder}, which may not last.",
        "gone": "The local cloud has stopped; the first cell of a notebook starts a new one.",
        "bye": "Both have ended. Your notebooks are saved where you left them.",
    },
    "pt-BR": {
        "cloud": "Nuvem local",
        "lab": "JupyterLab ",
        "open": "Abra o link do JupyterLab no navegador. Ctrl-C aqui encerra os dois.",
        "opened": "O JupyterLab abre no seu navegador; se não abrir, use o link. Ctrl-C aqui encerra os dois.",
        "port": "A porta {wanted} está ocupada, então o JupyterLab ficou com a {got}.",
        "home": "Não dá para gravar na sua pasta pessoal; preferências e notas ficam em {folder}, que pode ser apagada.",
        "gone": "A nuvem local parou; a primeira célula de um notebook inicia outra.",
        "bye": "Os dois foram encerrados. Seus notebooks estão onde você os deixou.",
    },
}


def start(language: Language, *, open_browser: bool, port: int) -> None:
    """Run both until Ctrl-C, a termination signal, or the end of JupyterLab (File > Shut Down).

    port: where JupyterLab is tried first; the next free port is taken when it is not free.

    Raises: ``CourseError`` when one of them does not come up; the sentence names its log.
    """
    texts = _TEXTS[language]
    beginning = index(language)
    data = data_folder()
    if fallback := _fallback(data):
        click.echo(texts["home"].format(folder=fallback))
    environment = prepare(data / "jupyter", language)
    open_browser = open_browser and has_display()
    threading.Thread(target=build_font_cache, args=(environment,), name="fonts", daemon=True).start()

    with ExitStack() as running, stopped_by_signals():
        try:
            cloud = running.enter_context(local_cloud(data / "cloud.log"))
            discovery.record(cloud.endpoint_url)
            running.callback(discovery.forget, cloud.endpoint_url)
            environment["COURSE_CLOUD"] = cloud.endpoint_url
            arguments = [
                f"--ServerApp.port={port}",
                f"--ServerApp.open_browser={open_browser}",
                f"--LabApp.default_url=/lab/tree/{beginning.as_posix()}",
            ]
            lab, link = running.enter_context(jupyterlab(arguments, environment, data / "lab.log"))
            click.echo(f"{texts['cloud']}  {cloud.endpoint_url}\n{texts['lab']}  {link}")
            if f":{port}/" not in link:
                click.echo(texts["port"].format(wanted=port, got=link.split(":")[2].split("/")[0]))
            click.echo(texts["opened" if open_browser else "open"])
            _watch(cloud.process, lab, texts["gone"])
        except KeyboardInterrupt:
            click.echo()
    click.echo(texts["bye"])


def has_display() -> bool:
    """Whether a browser window could be shown here."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _watch(cloud: subprocess.Popen[str], lab: subprocess.Popen[str], gone: str) -> None:
    """Wait for JupyterLab's end; say so once when the cloud ends before it."""
    told = False
    while True:
        try:
            lab.wait(1)  # short, because Windows delivers Ctrl-C only between waits
            return
        except subprocess.TimeoutExpired:
            if cloud.poll() is not None and not told:
                click.echo(gone)
                told = True


def _fallback(data: Path) -> Path | None:
    """The data folder, when it is only the temporary one."""
    return data if data.name.startswith(f"{APP_NAME}-data-") else None
