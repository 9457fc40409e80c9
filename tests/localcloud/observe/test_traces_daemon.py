"""The daemon's port: what SDKs send over UDP, and what they ask over HTTP."""

from __future__ import annotations

import itertools
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_xray_sdk.core import AWSXRayRecorder
from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter
from aws_xray_sdk.core.sampling.connector import ServiceConnector

from helpers.localcloud import observe
from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.context import CloudContext
from helpers.localcloud.observe.traces import daemon
from helpers.localcloud.observe.traces.assembly import Trace, assemble
from helpers.localcloud.observe.traces.rules import RULES
from helpers.localcloud.observe.traces.store import gathered
from helpers.localcloud.schedule import Schedule
from helpers.localcloud.work import Work

HEADER = b'{"format": "json", "version": 1}\n'
REGION = "us-east-1"
_ACCOUNTS = itertools.count(300_000_000_001)
_IDS = itertools.count(1)


@pytest.fixture
def context() -> Iterator[CloudContext]:
    clock = VirtualClock()
    made = CloudContext("", clock, Schedule(clock), Work(), Path(), "")
    observe.install(made)
    yield made
    for listener in made.on_close:
        listener()
    made.schedule.close()


@pytest.fixture
def account(context: CloudContext) -> str:
    return str(next(_ACCOUNTS))


def segment(**more: Any) -> dict[str, Any]:
    number = next(_IDS)
    now = time.time()
    given = {"name": "shop", "id": f"{number:016x}", "trace_id": f"1-00000000-{number:024x}"}
    return {**given, "start_time": now - 0.1, "end_time": now, **more}


def send(address: str, *datagrams: bytes) -> None:
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, (host, int(port)))


def found(account: str) -> list[Trace]:
    return [assemble(one) for one in gathered(account, REGION).all(time.time())]


def eventually(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline


def test_what_was_sent_before_the_clock_moved_keeps_its_time(account: str, context: CloudContext) -> None:
    for _ in range(20):
        document, offset = segment(), context.clock.offset.total_seconds()
        send(daemon.address_for(account, REGION), HEADER + json.dumps(document).encode())
        context.clock.advance(60)
        begins = {one.segments[0]["id"]: one.segments[0]["start_time"] for one in found(account)}
        assert begins[document["id"]] == pytest.approx(document["start_time"] + offset, abs=1)


def test_what_is_sent_is_there_for_who_looks_next(account: str) -> None:
    document = segment()
    send(daemon.address_for(account, REGION), HEADER + json.dumps(document).encode())
    assert [one.segments for one in found(account)] == [(document,)]


def test_accounts_and_regions_have_ports_of_their_own(account: str) -> None:
    first, second = daemon.address_for(account, REGION), daemon.address_for(account, "sa-east-1")
    assert first != second and daemon.address_for(account, REGION) == first
    send(second, HEADER + json.dumps(segment()).encode())
    assert found(account) == [] and gathered(account, "sa-east-1").size()[0] == 1


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"hello",
        HEADER,
        HEADER + b"{",
        HEADER + b"7",
        HEADER + b'{"id": "x"}',
        b'{"format": "xml", "version": 1}\n{}',
        b'{"format": "json", "version": 2}\n{}',
        b"[" * 60_000,
        HEADER + b"[" * 60_000,
        b"\xff\xfe\x00" + HEADER,
        HEADER + b'{"name": "\\ud800"}',
    ],
)
def test_what_is_malformed_is_dropped_and_counted_and_the_next_is_taken(account: str, datagram: bytes) -> None:
    address = daemon.address_for(account, REGION)
    document = segment()
    send(address, datagram, HEADER + json.dumps(document).encode())
    assert [one.id for one in found(account)] == [document["trace_id"]]
    assert daemon.malformed(account, REGION) == 1


def test_the_real_sdk_sends_here(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = AWSXRayRecorder()
    emitter = UDPEmitter(daemon.address_for(account, REGION))
    recorder.configure(service="checkout", sampling=False, emitter=emitter, context_missing="LOG_ERROR")
    with recorder.in_segment("checkout") as traced:
        traced.put_annotation("order", "a7")
        with recorder.in_subsegment("## charge"):
            pass
    (trace,) = found(account)
    assert trace.segments[0]["name"] == "checkout" and trace.segments[0]["annotations"] == {"order": "a7"}
    assert trace.segments[0]["subsegments"][0]["name"] == "## charge"


def test_the_real_sdk_asks_for_rules_and_targets_over_http_on_the_same_port(account: str) -> None:
    host, port = daemon.address_for(account, REGION).split(":")
    RULES.of(account, REGION).create(
        {
            "RuleName": "all",
            "Priority": 1,
            "FixedRate": 1.0,
            "ReservoirSize": 0,
            "Version": 1,
            **dict.fromkeys(("ResourceARN", "ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath"), "*"),
        },
        {},
        time.time(),
    )
    connector = ServiceConnector()
    connector.setup_xray_client(ip=host, port=port, client=None)
    rules = connector.fetch_sampling_rules()
    assert [rule.name for rule in rules] == ["all", "Default"]
    targets, _ = connector.fetch_sampling_target(rules)
    assert targets["all"]["rate"] == 1.0


def test_the_port_hands_on_nothing_else(account: str) -> None:
    request = urllib.request.Request(f"http://{daemon.address_for(account, REGION)}/TraceSummaries", data=b"{}")
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(request)
    assert wrong.value.code == 403
    wrong.value.close()


def test_what_functions_measure_by_the_computers_clock_is_moved_to_the_clouds(
    account: str, context: CloudContext
) -> None:
    context.clock.advance(40 * 86_400)
    document = segment(subsegments=[{"id": "1" * 16, "name": "s", "start_time": time.time(), "end_time": time.time()}])
    send(daemon.address_for(account, REGION), HEADER + json.dumps(document).encode())
    (received,) = gathered(account, REGION).all(context.clock.timestamp())
    trace = assemble(received)
    offset = context.clock.offset.total_seconds()
    assert trace.start == pytest.approx(document["start_time"] + offset)
    assert trace.segments[0]["subsegments"][0]["start_time"] == pytest.approx(
        document["subsegments"][0]["start_time"] + offset
    )


def test_a_flood_is_taken_in_bounds_and_ends(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "MOST_DOCUMENTS_A_SECOND", 50)
    address = daemon.address_for(account, REGION)
    other = daemon.address_for(str(next(_ACCOUNTS)), REGION)
    began = time.monotonic()
    send(address, *[HEADER + json.dumps(segment()).encode() for _ in range(3_000)])
    taken = gathered(account, REGION).size()[0]
    assert taken <= 50 * (time.monotonic() - began + 2)
    assert daemon.address_for(account, REGION) == address != other, "the server goes on"

    def one_more() -> bool:
        send(address, HEADER + json.dumps(segment()).encode())
        return gathered(account, REGION).size()[0] > taken

    eventually(one_more)


def test_a_reset_closes_the_ports_of_its_account_only(account: str, context: CloudContext) -> None:
    other = str(next(_ACCOUNTS))
    address, kept = daemon.address_for(account, REGION), daemon.address_for(other, REGION)
    for listener in context.on_reset:
        listener(account)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.split(":")[1]))) != 0
    assert daemon.address_for(other, REGION) == kept
    send(daemon.address_for(account, REGION), HEADER + json.dumps(segment()).encode())
    assert len(found(account)) == 1


def test_there_are_never_more_than_so_many_ports(context: CloudContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "MOST_PORTS", 3)
    accounts = [str(next(_ACCOUNTS)) for _ in range(6)]
    addresses = [daemon.address_for(one, REGION) for one in accounts]
    assert daemon.address_for(accounts[-1], REGION) == addresses[-1]
    assert daemon.address_for(accounts[0], REGION) != addresses[0]
