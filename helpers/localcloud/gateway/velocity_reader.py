"""Reads the text, comments and directives of a template and makes nodes of them.

Source: https://velocity.apache.org/engine/1.7/user-guide.html
"""

from __future__ import annotations

import re

from helpers.localcloud.gateway.velocity_expressions import REFERENCE, SPECIAL, ExpressionReader
from helpers.localcloud.gateway.velocity_nodes import (
    Break,
    Define,
    Expression,
    Node,
    Run,
    Stop,
    literal,
    looping,
    placed,
    printing,
    sequence,
)
from helpers.localcloud.gateway.velocity_values import true

_DIRECTIVE = re.compile(r"#(?:\{([a-z]+)\}|([a-z]+)(?![A-Za-z0-9_]))")
_CALL = re.compile(r"#[A-Za-z][A-Za-z0-9_]*[ \t]*\(")
_LINE_END = re.compile(r"[ \t]*\r?\n")
_ENDS = ("else", "elseif", "end")
_DIRECTIVES = (*_ENDS, "if", "set", "foreach", "define", "macro", "stop", "break")


class Reader(ExpressionReader):
    """Reads a whole template.

    Raises: ``TemplateError`` where it cannot be read.
    """

    def whole(self) -> Node:
        body, end = self._block()
        if end:
            self._refuse(f"#{end} stands here without its beginning", self._source.rfind("#", 0, self._at))
        return body

    def _interpolated(self, content: str, began: int) -> Node:
        return Reader(content, self._shift + began, self._whole, self._depth).whole()

    def _block(self) -> tuple[Node, str]:
        """Nodes up to the directive that ends them; that directive's name, or nothing at the end of the text."""
        self._deeper()
        nodes: list[Node] = []
        words: list[str] = []
        source = self._source

        def finish() -> None:
            if words:
                nodes.append(literal("".join(words)))
                words.clear()

        while True:
            found = SPECIAL.search(source, self._at)
            if not found:
                words.append(source[self._at :])
                self._at = len(source)
                finish()
                self._depth -= 1
                return sequence(nodes), ""
            words.append(source[self._at : found.start()])
            self._at = found.start()
            if source[self._at] == "\\":
                words.append(self._escaped())
            elif source[self._at] == "$":
                if REFERENCE.match(source, self._at):
                    finish()
                    nodes.append(self._printed_reference())
                else:
                    words.append("$")
                    self._at += 1
            elif kept := self._comment_or_literal():
                words.append(kept[0])
            else:
                directive = _DIRECTIVE.match(source, self._at)
                name = (directive[1] or directive[2]) if directive else ""
                if directive and name in _ENDS:
                    finish()
                    self._at = directive.end()
                    self._depth -= 1
                    return sequence(nodes), name
                if directive and name in _DIRECTIVES:
                    finish()
                    began = self._at
                    self._at = directive.end()
                    node = getattr(self, f"_{name}")(began)
                    if node:
                        nodes.append(node)
                else:
                    words.append(self._uncalled())

    def _escaped(self) -> str:
        """Backslashes: before a reference or a directive each pair is one, and a single one takes its meaning away."""
        source, began = self._source, self._at
        while self._at < len(source) and source[self._at] == "\\":
            self._at += 1
        count = self._at - began
        directive = _DIRECTIVE.match(source, self._at)
        meant = REFERENCE.match(source, self._at) or (directive and (directive[1] or directive[2]) in _DIRECTIVES)
        if not meant:
            return "\\" * count
        half = "\\" * (count // 2)
        if count % 2 == 0:
            return half
        self._at += 1
        return half + source[self._at - 1]

    def _comment_or_literal(self) -> tuple[str] | None:
        """The text that stays of ``##``, ``#* *#`` or ``#[[ ]]#`` if one stands here."""
        source, at = self._source, self._at
        if source.startswith("##", at):
            end = source.find("\n", at)
            self._at = len(source) if end < 0 else end + 1
            return ("",)
        for begin, end_mark in (("#*", "*#"), ("#[[", "]]#")):
            if source.startswith(begin, at):
                end = source.find(end_mark, at + len(begin))
                if end < 0:
                    self._refuse(f"{begin} has no {end_mark}")
                self._at = end + len(end_mark)
                return ("" if begin == "#*" else source[at + len(begin) : end],)
        return None

    def _uncalled(self) -> str:
        """A ``#`` that is no directive: the call of a macro is printed as it stands, arguments included."""
        source, began = self._source, self._at
        called = _CALL.match(source, began)
        self._at += 1
        if not called:
            return "#"
        depth = 0
        for at in range(called.end() - 1, len(source)):
            depth += {"(": 1, ")": -1}.get(source[at], 0)
            if depth == 0:
                self._at = at + 1
                return source[began : at + 1]
        return "#"

    def _line_end(self) -> None:
        if found := _LINE_END.match(self._source, self._at):
            self._at = found.end()

    def _body(self, what: str, began: int) -> Node:
        body, end = self._block()
        if end != "end":
            self._refuse(
                f"{what} has no #end" if not end else f"#{end} stands inside {what}", began if not end else None
            )
        self._line_end()
        return body

    def _if(self, began: int) -> Node:
        branches: list[tuple[Expression, Node]] = []
        otherwise: Node | None = None
        end = "elseif"
        while end == "elseif":
            condition = self._in_parentheses()
            self._line_end()
            body, end = self._block()
            branches.append((condition, body))
        if end == "else":
            otherwise, end = self._block()
        if end != "end":
            self._refuse("#if has no #end" if not end else f"#{end} stands after #else", began if not end else None)
        self._line_end()

        def node(run: Run, out: list[str]) -> None:
            for condition, body in branches:
                if true(condition(run)):
                    body(run, out)
                    return
            if otherwise:
                otherwise(run, out)

        return node

    def _set(self, began: int) -> Node:
        self._expect("(", "#set")
        self._skip()
        if self._source[self._at : self._at + 1] != "$":
            self._refuse("#set sets a reference, as in #set($name = …)")
        target = self._target()
        self._expect("=", "#set")
        value = self._placed(self._expression(), self._at)
        self._expect(")", "#set")
        self._line_end()

        def node(run: Run, out: list[str]) -> None:
            target(run, value(run))

        return node

    def _foreach(self, began: int) -> Node:
        self._expect("(", "#foreach")
        self._skip()
        if not re.match(r"\$[A-Za-z_]", self._source[self._at : self._at + 2]):
            self._refuse("#foreach names a variable, as in #foreach($one in $all)")
        self._at += 1
        name = self._name()
        if not (found := re.compile(r"\s+in\b").match(self._source, self._at)):
            self._refuse("#foreach wants `in` after its variable, as in #foreach($one in $all)")
        self._at = found.end()
        values = self._placed(self._operand(), self._at)
        self._expect(")", "#foreach")
        self._line_end()
        body = self._body("#foreach", began)
        return placed(looping(name, values, body), self._whole, self._shift + began)

    def _define(self, began: int) -> Node:
        self._expect("(", "#define")
        self._skip()
        if self._source[self._at : self._at + 1] != "$":
            self._refuse("#define names a variable, as in #define($name)")
        self._at += 1
        name = self._name()
        self._expect(")", "#define")
        self._line_end()
        definition = Define(self._body("#define", began))

        def node(run: Run, out: list[str]) -> None:
            run.variables[name] = definition

        return node

    def _macro(self, began: int) -> None:
        end = self._source.find(")", self._at)
        if end < 0:
            self._refuse("#macro has no )", began)
        self._at = end + 1
        self._line_end()
        self._body("#macro", began)

    def _stop(self, began: int) -> Node:
        def node(run: Run, out: list[str]) -> None:
            raise Stop

        return node

    def _break(self, began: int) -> Node:
        def node(run: Run, out: list[str]) -> None:
            raise Break

        return node

    def _printed_reference(self) -> Node:
        began = self._at
        return placed(printing(self._reference()), self._whole, self._shift + began)
