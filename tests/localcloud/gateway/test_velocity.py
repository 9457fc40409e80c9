"""The template language: what it renders, where it says that something is wrong, and what nobody can make it do."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localcloud.gateway.velocity import Template, TemplateError, rendered

ORDER = {
    "id": 42,
    "note": "it's",
    "items": [{"name": "tea", "n": 2}, {"name": "cup", "n": 1}],
    "none": None,
    "price": 2.5,
}

RENDERS = [
    ("plain", "plain"),
    ("$order.id ${order.id}x $!order.none|", "42 42x |"),
    ("$unknown|$!unknown|${unknown.a.b}|", "|||"),
    ("$5 and $ and # and #1", "$5 and $ and # and #1"),
    ("\\$order.id \\\\$order.id \\#if \\n", "$order.id \\42 #if \\n"),
    ("a## comment\nb#* more\n *#c", "ab" + "c"),
    ("#[[ $order #if ]]#", " $order #if "),
    ("#if($order.id == 42)yes#{else}no#end", "yes"),
    ("#if($order.id > 50)a#elseif($order.id >= 42 && !false)b#{else}c#end", "b"),
    ("#if($order.none)yes#{else}no#end", "no"),
    ('#if("")yes#end#if(0)yes#end', "yesyes"),
    ("#set($n = 7 / 2)$n #set($n = 7 % 4)$n #set($n = 1 + 2 * 3)$n #set($n = (1 + 2) * 3)$n", "3 3 7 9"),
    ("#set($n = -7 / 2)$n #set($n = 1 / 0)[$!n]", "-3 []"),
    ("#foreach($i in $order.items)$foreach.index:$i.name#if($foreach.hasNext), #end#end", "0:tea, 1:cup"),
    ("#foreach($i in [1..3])$velocityCount$i#if($foreach.first)f#end#if($foreach.last)l#end #end", "11f 22 33l "),
    ("#foreach($i in [3..1])$i#if($i == 2)#break#end#end.", "32."),
    ('#foreach($v in {"a": 1, "b": 2})$v#end', "12"),
    ('#set($m = {"a": 1})#foreach($e in $m.entrySet())$e.key=$e.getValue() $e#end', "a=1 a=1"),
    ("a#stop b", "a"),
    ("#define($hello)<$order.id>#end$hello$hello", "<42><42>"),
    ("#macro(shout $x)$x!#end#shout('a')", "#shout('a')"),
    ("#set($s = \"n $order.id #if(true)t#end\")$s #set($s = 'n $order.id')$s", "n 42 t n $order.id"),
    ('#set($l = [1, "two", [3]])$l $l.size() $l[1] $l.get(0)', "[1, two, [3]] 3 two 1"),
    ("$order.items", '[{"name":"tea","n":2},{"name":"cup","n":1}]'),
    ("$order.items[0]", "{name=tea, n=2}"),
    ("#set($order.extra = 1)$order.extra #set($order['k'] = 2)$order.k", "1 2"),
    ("$order.note.replaceAll(\"'\", '\"').length() $order.note.toUpperCase().substring(0, 2)", "4 IT"),
    ('#set($s = "a,b,,")$s.split(",").size() $s.replaceAll("(\\w),", "$1;") $s.contains("b")', "2 a;b;, true"),
    ("$order.containsKey('id') $order.keySet() $order.price", "true [id, note, items, none, price] 2.5"),
    ('#set($z = 0)#set($z = $z.parseInt("12") + 1)$z', "13"),
    ("#if(1 == 1.0 && 'a' != 'b' and not false)ok#end", "ok"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "text"), RENDERS, ids=[one[0][:40] for one in RENDERS])
def test_a_template_renders(source: str, text: str) -> None:
    assert rendered(source, {"order": {**ORDER}}) == text


def test_a_template_is_read_once_and_keeps_nothing_of_a_rendering() -> None:
    template = Template("#if($n)$n#end#set($n = 2)")
    assert [template.render({"n": 1}), template.render({"n": None})] == ["1", ""]


@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("a\n#if($x)\n b", 2, 1, "#if has no #end"),
        ("a\n  #end", 2, 3, "without its beginning"),
        ("#set($a 1)", 1, 9, "wants ="),
        ("#set(a = 1)", 1, 6, "sets a reference"),
        ("\n\n#foreach($a of $b)#end", 3, 12, "`in`"),
        ('$a.b("x', 1, 6, "no end"),
        ('$m.concat("a" + "b")', 1, 15, "#set a variable first"),
        ("x\ny ${a", 2, 3, "no }"),
        ('#set($s = "abc")\n $s.substring(5)', 2, 2, "out of range"),
        ("#[[ a", 1, 1, "no ]]#"),
        ('#set($s = "x$a.b(")', 1, 18, "value is wanted"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(source: str, line: int, column: int, words: str) -> None:
    with pytest.raises(TemplateError) as failed:
        rendered(source, {})
    assert words in failed.value.sentence
    assert (failed.value.line, failed.value.column) == (line, column)


@pytest.mark.parametrize(
    "source",
    [
        "$order.class", "$order.getClass()", "$order.__class__", "$order.__class__.__mro__", "$text.class.forName('os')",
        "$text.format", "$text.__len__()", "$text.format('{0.__class__}')", "$text.encode()", "$list.__init__", "$list.append(1)",
        "$list.sort()", "$order.items.__getattribute__('x')", "$order.pop('id')", "$number.real", "$number.__class__", "$number.to_bytes(2)",
        "$number.bit_length()", "$text['__class__']", "$order['__class__']", "$_run", "$self", "$text.maketrans('a')",
    ],
)  # fmt: skip
def test_nothing_of_python_is_reached(source: str) -> None:
    variables: dict[str, Any] = {"order": {"id": 1}, "text": "text", "list": [1], "number": 7}
    assert rendered(source, variables) == ""
    assert variables["order"] == {"id": 1} and variables["list"] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end",
        "#set($s = 'ab')#foreach($i in [1..1000])#set($s = $s + $s)#end",
        "#set($s = 'ab')#foreach($i in [1..1000])#set($s = \"$s$s\")#end",
        "#set($s = 'ab')#foreach($i in [1..1000])#set($s = $s.replace('', $s))#end",
        "#set($s = 'ab')#foreach($i in [1..1000])#set($s = $s.replaceAll('', $s))#end",
        "#set($l = [1])#foreach($i in [1..1000])#set($z = $l.addAll($l))#end",
        "#set($l = [])#foreach($i in [1..900])#set($l = [$l, $l])#end$l",
        "#set($l = [])#set($k = [])#foreach($i in [1..60])#set($l = [$l, $l])#set($k = [$k, $k])#end#if($l == $k)a#end",
        "#set($m = {})#set($z = $m.put('m', $m))$m",
        "#set($n = 9)#foreach($i in [1..1000])#set($n = $n * $n)#end",
        "#set($n = 9)#foreach($i in [1..1000])#set($n = $n + $n)#end",
        "#define($d)$d$d#end$d",
        "#set($big = [1..1000000000])",
        "#set($n = " + "9" * 5000 + ")",
        "#if(" + "(" * 5000 + "1" + ")" * 5000 + ")#end",
        "#if(true)" * 5000 + "#end" * 5000,
        "#if(" + "!" * 5000 + "true)#end",
        "#set($s = 'a')#set($s = \"" + "#if(true)" * 100 + '")',
        "x" * 400_000,
    ],
)
def test_no_template_takes_all_the_time_or_memory(source: str) -> None:
    began = time.monotonic()
    with pytest.raises(TemplateError):
        rendered(source, {})
    assert time.monotonic() - began < 60


def test_a_pattern_that_never_ends_is_stopped() -> None:
    source = '#set($s = "' + "a" * 40 + '!")$s.matches("(a|aa|a?)+(a|b)+$")'
    began = time.monotonic()
    with suppress(TemplateError):
        assert rendered(source, {}) == "false"
    assert time.monotonic() - began < 60


PIECES = st.sampled_from(
    ["$", "#", "{", "}", "(", ")", "[", "]", '"', "'", "\\", "!", ".", ",", "..", ":", "=", "==", "+", "-", "/", "*", "&&", "||", " ", "\n", "1",
     "2.5", "$a", "$!a", "${a}", "$a.b", "$l", "$l[0]", ".size()", ".get(0)", ".add($l)", ".replaceAll('a','$1')", ".split('')", "#if(", "#if($a)",
     "#else", "#elseif(", "#end", "#set(", "#set($a = ", "#foreach(", "#foreach($i in $l)", "#define($d)", "$d", "#macro(m)", "#stop", "#break",
     "##", "#*", "*#", "#[[", "]]#", "in", "true", "null", "not", "é", "[1..3]", '{"a": $l}', ".substring(9)", ".charAt(-1)", ".put($a, $l)"]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_renders_or_is_refused_with_a_place(source: str) -> None:
    failures: list[TemplateError] = []
    try:
        rendered(source, {"a": "abc", "l": [1, {"b": None}]})
    except TemplateError as failed:
        failures.append(failed)
    assert all(1 <= one.line <= source.count("\n") + 1 and one.column >= 1 and one.sentence for one in failures)


@given(st.text(st.characters(exclude_characters="$#\\")))
def test_text_without_signs_stays_as_it_is(source: str) -> None:
    assert rendered(source, {}) == source


@given(st.text().filter(lambda text: "]]#" not in text and not text.endswith("]")))
def test_text_between_double_brackets_stays_as_it_is(source: str) -> None:
    assert rendered(f"#[[{source}]]#", {}) == source


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9).filter(bool))
def test_whole_numbers_divide_as_in_java(left: int, right: int) -> None:
    quotient, remainder = rendered("#set($q = $l / $r)#set($m = $l % $r)$q $m", {"l": left, "r": right}).split()
    assert int(quotient) * right + int(remainder) == left
    assert abs(int(remainder)) < abs(right) and int(remainder) * left >= 0
