r"""Where the fields of a log event come from: the event itself, Lambda's lines, JSON.

Only what a query names is taken out of the messages. A JSON document is read once for all of its fields.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from helpers.localcloud.observe.insights.values import Value, literal

SYSTEM = {
    "@timestamp": Value("ts", "time"),
    "@ingestionTime": Value("ingested", "time"),
    "@message": Value("message", "text"),
    "@logStream": Value("stream", "text"),
    "@log": Value("log", "text"),
}
"""The columns that every event has."""

_ID = "[0-9a-f]{8}-[0-9a-f-]{27}"
LINE_FIELDS = {
    "@type": "^(START|END|REPORT) RequestId: ",
    "@requestId": rf"^(?:(?:START |END |REPORT )?RequestId: |(?:\[[A-Z]+\]\t)?\d{{4}}-[0-9T:.-]+Z[\t ])({_ID})",
    "@duration": r"^REPORT .*?\tDuration: ([0-9.]+) ms",
    "@billedDuration": r"^REPORT .*?\tBilled Duration: ([0-9.]+) ms",
    "@memorySize": r"^REPORT .*?\tMemory Size: ([0-9]+) MB",
    "@maxMemoryUsed": r"^REPORT .*?\tMax Memory Used: ([0-9]+) MB",
    "@initDuration": r"^REPORT .*?\tInit Duration: ([0-9.]+) ms",
    "@xrayTraceId": r"XRAY TraceId: (\S+)",
    "@xraySegmentId": r"XRAY TraceId: \S+\s+SegmentId: (\S+)",
}
"""What Lambda's own lines hold, as group 1 of a regular expression that RE2 and Python read alike."""

JSON_FIELDS = {
    "@type": "/type",
    "@requestId": "/record/requestId",
    "@duration": "/record/metrics/durationMs",
    "@billedDuration": "/record/metrics/billedDurationMs",
    "@memorySize": "/record/metrics/memorySizeMB",
    "@maxMemoryUsed": "/record/metrics/maxMemoryUsedMB",
    "@initDuration": "/record/metrics/initDurationMs",
    "@xrayTraceId": "/record/tracing/value",
    "@xraySegmentId": "/record/tracing/spanId",
}
"""The same in a function's JSON system logs, as JSON pointers."""

TYPES = {"platform.start": "START", "platform.report": "REPORT"}
MEMORY = frozenset({"@memorySize", "@maxMemoryUsed"})
DURATIONS = frozenset({"@duration", "@billedDuration", "@initDuration"})
MOST_PARTS = 10
"""How many parts of a quoted name with dots may be objects."""

MEGABYTE = 1_000_000
"""What AWS multiplies the MB of a REPORT line with."""

_BALANCED = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_WHOLE = r"(?s)\{.*\}"


def pointer(path: tuple[str, ...]) -> str:
    """A path as a JSON pointer."""
    return "".join("/" + segment.replace("~", "~0").replace("/", "~1") for segment in path)


def _spellings(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Where a field may stand, the likeliest first: dots in its name lead into objects or belong to a key.

    A name in backticks may hold the dots of a path, as in ```kubernetes.labels.app.kubernetes.io/name```: its first parts are objects
    and what is left is one key.
    """
    if len(path) > 1:
        return [path, (".".join(path),)]
    parts = path[0].split(".")[:MOST_PARTS]
    rest = path[0].split(".")[MOST_PARTS:]
    return [path, *((*parts[:cut], ".".join([*parts[cut:], *rest])) for cut in range(len(parts) - 1, 0, -1))]


@dataclass
class Discovery:
    """The fields that one query takes out of messages. pointers: into the JSON document, in the order of the list that is extracted."""

    pointers: list[str] = field(default_factory=list)

    def value(self, path: tuple[str, ...]) -> Value:
        """A field by its path; null in events that do not have it."""
        name = ".".join(path)
        if name in SYSTEM:
            return SYSTEM[name]
        if name in LINE_FIELDS:
            return self._of_lambda(name)
        if path[0].startswith("@@"):
            path = (path[0][1:], *path[1:])
        elif path[0].startswith("@"):
            return Value("CAST(NULL AS VARCHAR)", "text")
        found = [self._leaf(pointer(one)) for one in _spellings(path)]
        return Value(found[0] if len(found) == 1 else f"coalesce({', '.join(found)})", "text")

    def columns(self) -> str:
        """SQL of the column ``fragment``, the event's JSON, and ``found``, what is taken out of it; nothing when no field needs them."""
        if not self.pointers:
            return ""
        wanted = ", ".join(literal(one) for one in self.pointers)
        return f"json_extract_string(fragment, [{wanted}]) AS found"

    @staticmethod
    def fragment() -> str:
        """SQL of an event's JSON document: the whole message; in Lambda's logs also the first one within it."""
        whole, balanced = (f"regexp_extract(message, {literal(one)})" for one in (_WHOLE, _BALANCED))
        return (
            "CASE WHEN json_valid(message) THEN message WHEN of_lambda AND contains(message, '{') THEN "
            f"CASE WHEN json_valid({whole}) THEN {whole} WHEN json_valid({balanced}) THEN {balanced} END END AS fragment"
        )

    def _at(self, path: str) -> str:
        if path not in self.pointers:
            self.pointers.append(path)
        return f"found[{self.pointers.index(path) + 1}]"

    def _leaf(self, path: str) -> str:
        """What is at a pointer, unless it is an object or a list: those are no fields, what is in them is."""
        found = self._at(path)
        nested = f"{found}[1] IN ('{{', '[') AND json_type(fragment, {literal(path)}) IN ('OBJECT', 'ARRAY')"
        return f"CASE WHEN {nested} THEN NULL ELSE {found} END"

    def _of_lambda(self, name: str) -> Value:
        line = f"nullif(regexp_extract(message, {literal(LINE_FIELDS[name])}, 1), '')"
        record = self._at(JSON_FIELDS[name])
        if name == "@type":
            named = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in TYPES.items())
            record = f"CASE {record} {named} END"
        sql = f"CASE WHEN of_lambda THEN coalesce({line}, {record}) END"
        if name in MEMORY:
            return Value(f"(TRY_CAST({sql} AS DOUBLE) * {MEGABYTE})", "bytes")
        return Value(f"TRY_CAST({sql} AS DOUBLE)", "number") if name in DURATIONS else Value(sql, "text")
