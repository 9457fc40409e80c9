"""The grammar of the statements."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

_GRAMMAR = r"""
start: (select | insert | update | delete) ";"?

select: _SELECT columns _FROM source [where] [ordering]
insert: _INSERT _INTO source _VALUE map
update: _UPDATE source change+ where [returning]
delete: _DELETE _FROM source where [returning]

columns: STAR | path ("," path)*
source: name ["." name]
where: _WHERE either
ordering: _ORDER _BY order ("," order)*
order: path [DIRECTION]
returning: _RETURNING WHICH AGE STAR

?change: _SET assignment ("," assignment)* -> set
       | _REMOVE path ("," path)*          -> remove
assignment: path "=" sum
?sum: operand | operand SIGN operand -> arithmetic

either: both (_OR both)*
both: test (_AND test)*
?test: _NOT test                                -> denied
     | "(" either ")"                           -> grouped
     | operand COMPARE operand                  -> comparison
     | operand EQUALS operand                   -> comparison
     | operand _BETWEEN operand _AND operand    -> between
     | operand _IN "[" operand ("," operand)* "]"  -> within
     | operand _IN "(" operand ("," operand)* ")"  -> within
     | path _IS _MISSING                        -> missing
     | path _IS _NOT _MISSING                   -> present
     | call
?operand: call | path | literal -> constant
call: NAME "(" operand ("," operand)* ")"

path: name step*
?step: "." name | "[" DIGITS "]" -> element
name: NAME -> bare | QUOTED -> quoted

?literal: TEXT -> text
        | DIGITS -> number
        | NUMBER -> number
        | "-" (DIGITS | NUMBER) -> negative
        | "?" -> parameter
        | _TRUE -> true
        | _FALSE -> false
        | _NULL -> null
        | "[" [literal ("," literal)*] "]" -> list
        | "<<" literal ("," literal)* _CLOSE -> set_of
        | map
map: "{" [pair ("," pair)*] "}"
pair: (TEXT | QUOTED) ":" literal

_CLOSE.2: ">>"
EQUALS: "="
COMPARE: "<>" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
STAR: "*"
DIRECTION.2: /(asc|desc)\b/i
WHICH.2: /(all|modified)\b/i
AGE.2: /(old|new)\b/i
TEXT: /'(?:[^']|'')*'/
QUOTED: /"(?:[^"]|"")*"/
DIGITS.2: /\d+(?![\d.eE])/
NUMBER: /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/
NAME: /[A-Za-z_][\w\-]*/
"""
_WORDS = "SELECT FROM WHERE INSERT INTO VALUE UPDATE DELETE SET REMOVE RETURNING ORDER BY AND OR NOT IN IS BETWEEN MISSING TRUE FALSE NULL"


@functools.cache
def parser() -> Lark:
    """The parser, which is made when the first statement comes."""
    from lark import Lark

    words = "\n".join(rf"_{word}.3: /{word.lower()}\b/i" for word in _WORDS.split())
    return Lark(f"{_GRAMMAR}\n{words}\n%ignore /\\s+/\n", parser="lalr", maybe_placeholders=False)
