"""Texts that exist once in each of the course's languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from helpers.languages import Language

Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Text(BaseModel):
    """One text in both languages; neither may be blank."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: Written
    pt_br: Written = Field(alias="pt-BR")

    def in_language(self, language: Language) -> str:
        """The text in ``language``."""
        return self.en if language == "en" else self.pt_br
