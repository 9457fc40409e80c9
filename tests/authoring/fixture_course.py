"""A small course in both languages that needs no local cloud: one lesson with a file, a figure and an error, and its lab."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from helpers.authoring.commands import build

LESSON = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "01"
#   kind: lesson
#   minutes: 20
#   title: {en: "Handlers", pt-BR: "Funções handler"}
#   days: [11, 22]
#   claims: ["11-2"]
# ---

# %% [markdown] id="opening" lang="en"
# # Handlers
# A lesson of 20 minutes. Lambda calls `lambda_handler`.
#
# ```mermaid
# graph LR
#   Customer --> Function
# ```

# %% [markdown] id="opening" lang="pt-BR" of=""
# # Funções handler
# Uma lição de 20 minutos. O Lambda chama `lambda_handler`.
#
# ```mermaid
# graph LR
#   Cliente --> Função
# ```

# %% id="work"
import sys
from pathlib import Path

Path("work").mkdir(exist_ok=True)
sys.path.insert(0, "work")

# %% id="write-handler"
# %%writefile work/handler.py
def lambda_handler(event, context):
    return {"doubled": 2 * event["number"]}

# %% id="call" tags=["seen"]
from handler import lambda_handler

print(lambda_handler({"number": 21}, None))

# %% id="figure"
import matplotlib.pyplot as plt

plt.figure(figsize=(2, 1))
plt.plot([1, 2, 4])
plt.show()

# %% [markdown] id="reading" lang="en"
# ## What we saw
# The cost of 1,000 calls is 0.5 of [the price](https://aws.amazon.com/lambda/pricing/).

# %% [markdown] id="reading" lang="pt-BR" of=""
# ## O que vimos
# O custo de 1.000 chamadas é 0,5 [do preço](https://aws.amazon.com/lambda/pricing/).

# %% id="failing" tags=["raises-exception"]
lambda_handler({}, None)

# %% id="varying" tags=["nbval-ignore-output"]
import time

time.perf_counter_ns()

# %% id="quiz"
quiz = "{} has one question".format
quiz("01")
"""

QUIZ = """\
- id: q1
  question: {en: "Who calls `lambda_handler`?", pt-BR: "Quem chama `lambda_handler`?"}
  choices:
    - text: {en: The runtime, pt-BR: O runtime}
      correct: true
      why: {en: It is the runtime's client loop., pt-BR: É o laço do runtime.}
    - text: {en: The customer, pt-BR: O cliente}
      why: {en: The customer calls an API., pt-BR: O cliente chama uma API.}
"""

LAB = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# course:
#   number: "01"
#   kind: lab
#   minutes: 25
#   title: {en: "One handler", pt-BR: "Um handler"}
#   needs: ["01"]
# ---

# %% [markdown] id="opening" lang="en"
# # One handler

# %% [markdown] id="opening" lang="pt-BR" of=""
# # Um handler

# %% id="connect"
import sys
from pathlib import Path

Path("work").mkdir(exist_ok=True)
sys.path.insert(0, "work")

# %% id="judge"
def check(exercise):
    import lookup

    print(exercise, "passed" if lookup.lambda_handler({"sku": "mug"}, None) == total else "failed")

# %% [markdown] id="task-01-1" lang="en"
# ## 01.1 · Look a product up
# Return what `lookup` needs.

# %% [markdown] id="task-01-1" lang="pt-BR" of=""
# ## 01.1 · Encontre um produto
# Devolva o que `lookup` precisa.

# %% id="answer-01-1-file" exercise="01.1"
# %%writefile work/lookup.py
def lambda_handler(event, context):
    # BEGIN SOLUTION
    # STUB sku = event["sku"]
    # STUB raise NotImplementedError("look the product up")
    sku = event["sku"]
    return len(sku) * 14
    # END SOLUTION

# %% id="answer-01-1-total" exercise="01.1"
# BEGIN SOLUTION
total = 42
# END SOLUTION

# %% [markdown] id="why" lang="en" tags=["solution-only"]
# Three letters, 14 each.

# %% [markdown] id="why" lang="pt-BR" tags=["solution-only"] of=""
# Três letras, 14 cada uma.

# %% id="check-01-1"
check("01.1")
"""

CHECKS = """\
from helpers.classroom.checks import Lab

lab = Lab("01", title={"en": "One handler", "pt-BR": "Um handler"})
lab.exercise("01.1", title={"en": "Look a product up", "pt-BR": "Encontre um produto"})
"""

HINTS = """\
"01.1":
  en: [Look at the event., Use `len`., Multiply by 14.]
  pt-BR: [Veja o evento., Use `len`., Multiplique por 14.]
"""

LESSON_SCRIPT = "course/lessons/01-handlers/lesson.py"
LAB_SCRIPT = "course/labs/01-handlers/lab.py"
FILES = {
    LESSON_SCRIPT: LESSON,
    "course/lessons/01-handlers/quiz.yaml": QUIZ,
    LAB_SCRIPT: LAB,
    "course/labs/01-handlers/checks.py": CHECKS,
    "course/labs/01-handlers/hints.yaml": HINTS,
}


@dataclass
class FixtureCourse:
    """A course below ``root``, and the ``course build`` command on it."""

    root: Path

    @classmethod
    def written(cls, root: Path) -> FixtureCourse:
        """A fresh copy of the fixture, its translations stamped, nothing built."""
        course = cls(root)
        for path, text in FILES.items():
            course.write(path, text)
        assert course.build("--stamp").exit_code == 0
        return course

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        self.write(path, text.replace(old, new, 1))

    def build(self, *arguments: str) -> Result:
        return CliRunner().invoke(build, [*arguments, "--root", str(self.root)], catch_exceptions=False)

    def findings(self, *arguments: str) -> list[str]:
        """The lines of ``course build --check``, but those of notebooks that were never built."""
        result = self.build("--check", *arguments)
        lines = [line for line in result.stdout.splitlines() if "never built" not in line]
        assert result.exit_code == 1 or lines == ["sources and notebooks are in order"]
        return lines if result.exit_code else []

    def notebook(self, path: str) -> dict[str, list[dict[str, object]]]:
        found = json.loads(self.read(path))
        assert isinstance(found, dict)
        return found

    def cell(self, path: str, cell_id: str) -> dict[str, object]:
        return next(cell for cell in self.notebook(path)["cells"] if cell["id"] == cell_id)

    def generated(self) -> dict[str, bytes]:
        """Every generated notebook with its bytes."""
        return {str(path.relative_to(self.root)): path.read_bytes() for path in sorted(self.root.rglob("*.ipynb"))}

    def nbval(self, *folders: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", *folders]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, timeout=900, check=False)


def text_of(cell: dict[str, object]) -> str:
    """A cell's source in one string."""
    source = cell["source"]
    assert isinstance(source, list)
    return "".join(map(str, source))


def ran(result: Result) -> list[str]:
    """The notebooks that a build executed."""
    return re.findall(r"^running (.*)$", result.stdout, re.MULTILINE)
