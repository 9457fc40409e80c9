"""Run a notebook in a kernel of its own, where it lies, and turn what goes wrong into a sentence that names the cell."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from helpers.authoring import outputs
from helpers.authoring.findings import Finding, Unbuildable
from helpers.authoring.notebook_files import NotebookNode
from helpers.authoring.notebooks import Place
from helpers.cloud.owned import owned_cloud
from helpers.errors import BuildFailed, CourseError
from helpers.show.fonts import build_font_cache

CELL_SECONDS = 180

_SHOWN_LINES = 8
_CONNECTS = re.compile(r"\bconnect\(")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_RAISES = {"raises-exception", "nbval-raises-exception"}


def execute(client: Callable[[], NotebookClient], environment: Mapping[str, str]) -> None:
    """Run a notebook from its first cell to its last.

    A kernel that dies before the first cell is started once more: two programs that look for free ports at the same moment may be given the same one.

    client: makes a client of the notebook, for each start a new one.

    Raises: what ``nbclient`` raises.
    """
    try:
        client().execute(env=dict(environment))
    except DeadKernelError:
        raise
    except RuntimeError:
        client().execute(env=dict(environment))


class Executor:
    """Runs notebooks, one after the other, against one local cloud that it starts when the first notebook connects.

    Use it as a context manager; at its end the cloud ends too. The judge's records go to a temporary folder, not to the author's own.

    root: the course's root; a notebook runs in the folder that it is stored in.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._endpoint = ""
        self._fonts_known = False
        self._open = ExitStack()

    def __enter__(self) -> Executor:
        self._folder = Path(
            self._open.enter_context(tempfile.TemporaryDirectory(prefix="course-build-", ignore_cleanup_errors=True))
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._open.close()

    def run(self, notebook: NotebookNode, place: Place) -> None:
        """Execute every code cell of ``notebook`` and normalise its outputs.

        Raises: ``Unbuildable`` that names the unit, the cell and the error when a cell fails that is not tagged ``raises-exception``,
        when one so tagged does not fail, or when an output cannot be stored.
        """
        folder = self._root / place.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        running: list[NotebookNode] = []

        def remember(cell: NotebookNode, cell_index: int) -> None:
            running.append(cell)

        def client() -> NotebookClient:
            return NotebookClient(
                notebook,
                kernel_name="python3",
                timeout=CELL_SECONDS,
                resources={"metadata": {"path": str(folder)}},
                record_timing=False,
                store_widget_state=False,
                coalesce_streams=True,
                extra_arguments=["--log-level=CRITICAL"],
                on_cell_start=remember,
            )

        metadata = notebook.metadata.copy()  # the kernel adds its own version to it
        try:
            execute(client, self._environment(place))
        except CellTimeoutError:
            raise self._failure(place, running[-1], f"it did not end within {CELL_SECONDS} seconds") from None
        except CellExecutionError as error:
            sentence = _ANSI.sub("", f"{error.ename}: {error.evalue}")
            raise self._failure(place, running[-1], sentence) from None
        except (DeadKernelError, RuntimeError) as error:
            if not running:
                raise BuildFailed(f"no kernel starts for {place.path} ({error}): run `course doctor`") from None
            raise self._failure(place, running[-1], f"its kernel died ({error})") from None
        notebook.metadata = metadata
        outputs.normalise(notebook)
        self._refuse_unstorable(notebook, place)

    def _refuse_unstorable(self, notebook: NotebookNode, place: Place) -> None:
        found: list[Finding] = []
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            if _RAISES & set(cell.metadata.get("tags", ())) and not any(
                output.output_type == "error" for output in cell.outputs
            ):
                found.append(
                    _finding(
                        place,
                        cell,
                        "it is tagged raises-exception and raises nothing",
                        "remove the tag, or mend the cell",
                    )
                )
            found += [
                _finding(place, cell, problem, repair) for problem, repair in outputs.complaints(cell, self._root)
            ]
        if found:
            raise Unbuildable(found)

    def _failure(self, place: Place, cell: NotebookNode, problem: str) -> Unbuildable:
        printed = "".join(output.text for output in cell.outputs if output.output_type == "stream").strip()
        if printed:
            problem += f" (it printed: {' | '.join(printed.splitlines()[-_SHOWN_LINES:])})"
        return Unbuildable(
            [_finding(place, cell, problem, f"mend the cell, then run `course build {place.unit.name}`")]
        )

    def _environment(self, place: Place) -> dict[str, str]:
        """What a kernel may see: nothing of the author's AWS, course or plotting settings, so that every author builds the same."""
        clean = _without(os.environ, "AWS_", "COURSE_", "MPL", "MATPLOTLIB", "PYTHONSTARTUP")
        empty = tempfile.mkdtemp(prefix="learner-", dir=self._folder)  # a learner of whom nothing is recorded
        clean.update(COURSE_LANG=place.language, COURSE_DATA=empty, IPYTHONDIR=str(self._folder / "ipython"))
        matplotlib = find_spec("matplotlib")
        if matplotlib and matplotlib.origin:
            clean["MATPLOTLIBRC"] = str(Path(matplotlib.origin).parent / "mpl-data" / "matplotlibrc")
        if not self._fonts_known:
            build_font_cache(clean)
            self._fonts_known = True
        if any(_CONNECTS.search(cell.source) for cell in place.unit.cells if cell.type == "code"):
            clean["COURSE_CLOUD"] = self._cloud()
        return clean

    def _cloud(self) -> str:
        """The endpoint of the build's own local cloud, which lives as long as its standard input is open."""
        if not self._endpoint:
            environment = _without(os.environ, "AWS_") | {"COURSE_DATA": str(self._folder / "data")}
            try:
                cloud = self._open.enter_context(owned_cloud(environment=environment, stderr=subprocess.DEVNULL))
            except CourseError as error:
                raise BuildFailed(
                    f"the build's local cloud did not start ({error}): run `course cloud` to see why"
                ) from None
            self._endpoint = cloud.endpoint_url
        return self._endpoint


def _without(environment: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}


def _finding(place: Place, cell: NotebookNode, problem: str, repair: str) -> Finding:
    source = next((source for source in place.unit.cells if source.id == cell.id), None)
    return place.unit.finding(f"executed for {place.path.parent}: {problem}", repair, source)
