"""What a check of a dashboard's body finds, in the words of CloudWatch's validator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST = 100
ONE_OF = "Should be equal to one of the allowed values"


@dataclass
class Findings:
    """Errors and warnings: each a place in the body (``/widgets/0/x``) and a message. Of too many of them the later ones are left out."""

    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def wrong(self, path: str, message: str) -> None:
        """Note an error."""
        if len(self.errors) < MOST:
            self.errors.append((path, message))

    def required(self, path: str, holder: Mapping[str, Any], name: str) -> bool:
        """Whether a member is there."""
        if name not in holder:
            self.wrong(path, f"Should have required property '{name}'")
        return name in holder

    def typed(self, path: str, value: Any, wanted: type, name: str) -> bool:
        """Whether a value is of a type."""
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not fits:
            self.wrong(path, f"Should be {name}")
        return fits

    def member(self, path: str, holder: Mapping[str, Any], name: str, wanted: type, kind: str) -> bool:
        """Whether a member is there and of a type; it may be left out."""
        return name in holder and self.typed(f"{path}/{name}", holder[name], wanted, kind)

    def one_of(self, path: str, holder: Mapping[str, Any], name: str, allowed: Sequence[str]) -> None:
        """Note a member that is there and not allowed."""
        if name in holder and holder[name] not in allowed:
            self.wrong(f"{path}/{name}", ONE_OF)

    def unexpected(self, path: str, holder: Mapping[str, Any], known: Collection[str]) -> None:
        """Warn of members that mean nothing."""
        for name in holder:
            if name not in known and len(self.warnings) < MOST:
                self.warnings.append((path, f'The "{name}" property is not expected, will be ignored'))
