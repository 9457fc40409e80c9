r"""The grammar of Logs Insights QL, for lark's LALR parser with its contextual lexer.

Keywords count only where the grammar wants them, so fields may be called ``limit`` or ``by``; they end where a name ends. ``/`` begins a regular
expression only after ``like``, ``=~`` and in ``parse``; elsewhere it divides.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
query: command ("|" command)*

?command: fields | display | filter | parse | stats | sort | limit | dedup | unnest

fields: FIELDS item ("," item)*
display: DISPLAY item ("," item)*
filter: (FILTER | WHERE) expression
parse: PARSE [FIELD] (STRING names | REGEX [names])
names: AS alias ("," alias)*
stats: STATS item ("," item)* [groups]
groups: BY item ("," item)*
sort: SORT [BY] key ("," key)*
key: expression [ASC | DESC]
limit: (LIMIT | HEAD) NUMBER
dedup: DEDUP FIELD ("," FIELD)*
unnest: UNNEST FIELD INTO alias

item: expression [AS alias]
alias: FIELD

?expression: conjunction | expression OR conjunction -> binary
?conjunction: negation | conjunction AND negation -> binary
?negation: comparison | NOT negation -> negate
?comparison: sum
    | sum COMPARE sum -> binary
    | sum [NOT] LIKE (STRING | REGEX) -> like
    | sum [NOT] MATCH (STRING | REGEX) -> like
    | sum [NOT] IN "[" [choice ("," choice)*] "]" -> within
?choice: sum
?sum: product | sum (PLUS | MINUS) product -> binary
?product: signed | product (STAR | SLASH | PERCENT) signed -> binary
?signed: power | MINUS signed -> minus
?power: atom | atom CARET signed -> binary
?atom: FIELD -> field
    | NUMBER -> number
    | PERIOD -> period
    | STRING -> string
    | FIELD "(" STAR ")" -> count_all
    | FIELD "(" [expression ("," expression)*] ")" -> call
    | "(" expression ")" -> group

FIELDS.2: /fields(?!\w)/i
DISPLAY.2: /display(?!\w)/i
FILTER.2: /filter(?!\w)/i
WHERE.2: /where(?!\w)/i
PARSE.2: /parse(?!\w)/i
STATS.2: /stats(?!\w)/i
SORT.2: /sort(?!\w)/i
LIMIT.2: /limit(?!\w)/i
HEAD.2: /head(?!\w)/i
DEDUP.2: /dedup(?!\w)/i
UNNEST.2: /unnest(?!\w)/i
BY.2: /by(?!\w)/i
AS.2: /as(?!\w)/i
ASC.2: /asc(?!\w)/i
DESC.2: /desc(?!\w)/i
INTO.2: /into(?!\w)/i
AND.2: /and(?!\w)/i
OR.2: /or(?!\w)/i
NOT.2: /not(?!\w)/i
LIKE.2: /like(?!\w)/i
IN.2: /in(?!\w)/i
MATCH.3: "=~"
COMPARE: "<=" | ">=" | "!=" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
STAR: "*"
SLASH: "/"
PERCENT: "%"
CARET: "^"
PERIOD.3: /\d+\s*(?:milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|months?|mons?|mo|m|hours?|hrs?|h|days?|d|weeks?|w|quarters?|qtrs?|q|years?|yrs?|y)(?!\w)/i
NUMBER: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
REGEX: /\/(?:[^\/\\\n]|\\.)+\/i?(?!\w)/
FIELD: /(?:@{0,2}[^\W\d]\w*|`[^`\n]+`)(?:\.(?:@?\w+|`[^`\n]+`)|\[\d+\])*/

%ignore /\s+/
%ignore /#[^\n]*/
"""


@functools.cache
def parser() -> Lark:
    """The parser; made once, when the first query comes."""
    from lark import Lark

    return Lark(GRAMMAR, start="query", parser="lalr", propagate_positions=True, maybe_placeholders=True)
