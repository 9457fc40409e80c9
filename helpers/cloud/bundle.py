"""The zip file of a Lambda function: the same bytes for the same files, whenever and wherever it is made.

Defined by https://docs.aws.amazon.com/lambda/latest/dg/python-package.html: handler and dependencies at the top of the archive.
"""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name

from helpers.errors import CourseError

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_SHIPPED = {
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "python-dateutil",
    "six",
    "urllib3",
    "awslambdaric",
    "snapshot-restore-py",
    "simplejson",
}
_LEFT_OUT = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}


def build_zip(handler_file: Path, files: Iterable[Path] = (), packages: Iterable[str] = ()) -> bytes:
    """Zip a handler with its other files and installed packages.

    handler_file: lies at the top of the archive. files: files and folders beside it keep their place relative to it, others lie at the top.
    packages: import or distribution names; their dependencies come along, except what AWS's Python runtime has already.

    The learner's own files are stored as they are, so that the size of a small function is the same everywhere; packages are compressed.

    Raises: ``CourseError`` for a missing file, a package that is not installed, or one that is not installed as files.
    """
    own = dict(_own_files(handler_file, files))
    foreign = dict(_package_files(packages))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        for name, path in sorted({**foreign, **own}.items()):
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.create_system = 3
            info.external_attr = (0o100755 if path.suffix == ".so" else 0o100644) << 16
            info.compress_type = zipfile.ZIP_STORED if name in own else zipfile.ZIP_DEFLATED
            target.writestr(info, path.read_bytes())
    return archive.getvalue()


def has_function(source: bytes, name: str) -> bool:
    """Whether Python source defines ``name`` at module level; looks only, runs nothing.

    Raises: ``SyntaxError`` for what is no Python.
    """
    for node in _module_level(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name:
            return True
        if isinstance(node, ast.Import | ast.ImportFrom) and any(
            (alias.asname or alias.name) in (name, "*") for alias in node.names
        ):
            return True
    return False


def foreign_binaries(packages: Iterable[str], runtime: str) -> list[str]:
    """Distributions that would not load on AWS: compiled for another system than x86-64 Linux, or for another Python than ``runtime``."""
    python = "cp" + runtime.removeprefix("python").replace(".", "")
    wrong = []
    for distribution in _with_dependencies(packages):
        wheel = distribution.read_text("WHEEL") or ""
        tags = [
            tag
            for line in wheel.splitlines()
            if line.startswith("Tag: ")
            for tag in parse_tag(line.removeprefix("Tag: "))
        ]
        fits = [
            tag
            for tag in tags
            if tag.platform == "any"
            or (
                "linux" in tag.platform
                and tag.platform.endswith("x86_64")
                and (tag.interpreter == python or tag.abi in ("abi3", "none"))
            )
        ]
        if tags and not fits:
            wrong.append(f"{distribution.name} ({tags[0]})")
    return sorted(wrong)


def _module_level(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _module_level(child)


def _own_files(handler_file: Path, files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    home = handler_file.resolve().parent
    for path in (handler_file, *files):
        if not path.exists():
            raise CourseError(
                f"there is no file {path.as_posix()} to deploy: run the cell that writes it first, or correct the path"
            )
        whole = path.resolve()
        members = (
            [whole]
            if whole.is_file()
            else sorted(member for member in whole.rglob("*") if member.is_file() and not _is_cache(member))
        )
        top = home if whole.is_relative_to(home) else whole.parent
        for member in members:
            yield member.relative_to(top).as_posix(), member


def _package_files(packages: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for distribution in _with_dependencies(packages):
        members = [
            member
            for member in distribution.files or []
            if ".." not in member.parts and not _is_cache(Path(member)) and member.name not in _LEFT_OUT
        ]
        for member in members:
            yield member.as_posix(), Path(str(distribution.locate_file(member)))


def _with_dependencies(packages: Iterable[str]) -> list[metadata.Distribution]:
    packages = tuple(packages)
    importable: Mapping[str, list[str]] = metadata.packages_distributions() if packages else {}
    waiting = [(importable.get(name, [name])[0], name, True) for name in packages]
    found: dict[str, metadata.Distribution] = {}
    while waiting:
        name, shown, wanted = waiting.pop()
        key = canonicalize_name(name)
        if key in found or (key in _SHIPPED and not wanted):
            continue
        try:
            found[key] = _as_files(metadata.distribution(name))
        except metadata.PackageNotFoundError:
            raise CourseError(
                f"the package {shown} is not installed here: install it with `pip install {shown}`, then deploy again"
            ) from None
        waiting += [(requirement.name, requirement.name, False) for requirement in _requirements(found[key])]
    return [found[key] for key in sorted(found)]


def _as_files(distribution: metadata.Distribution) -> metadata.Distribution:
    linked = '"editable": true' in (distribution.read_text("direct_url.json") or "")
    if linked or not distribution.files:
        raise CourseError(
            f"the package {distribution.name} is only linked into this Python and cannot be bundled: "
            "install it as a wheel, or pass its folder as files="
        )
    return distribution


def _requirements(distribution: metadata.Distribution) -> list[Requirement]:
    requirements = [Requirement(text) for text in distribution.requires or []]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]


def _is_cache(path: Path) -> bool:
    return "__pycache__" in path.parts or path.suffix == ".pyc"
