"""The alarms of one account and Region, and which metric or other alarm each of them depends on."""

from __future__ import annotations

import threading

from helpers.localcloud.observe.alarms.history import History
from helpers.localcloud.observe.alarms.metric_alarms import criteria_of
from helpers.localcloud.observe.alarms.readings import keys_of
from helpers.localcloud.observe.alarms.rules import Rule, read_rule
from helpers.localcloud.observe.alarms.states import Alarm, Criteria, StateValue, Transition
from helpers.localcloud.observe.metrics.store import MetricKey

MOST_ALARMS = 5_000


class Book:
    """Alarms by name. Whoever changes them holds ``lock``; nothing that leaves this room is called under it."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self.lock = threading.RLock()
        self.alarms: dict[str, Alarm] = {}
        self.history = History()
        self.watchers: dict[MetricKey, tuple[str, ...]] = {}
        self._criteria: dict[str, Criteria] = {}
        self._rules: dict[str, Rule] = {}
        self._parents: dict[str, list[str]] = {}
        self._suppresses: dict[str, list[str]] = {}

    def keep(self, alarm: Alarm) -> None:
        """Add an alarm, or replace the one of its name."""
        with self.lock:
            self._unlink(alarm.name)
            self.alarms[alarm.name] = alarm
            if alarm.kind == "CompositeAlarm":
                rule = self._rules[alarm.name] = read_rule(alarm.config["AlarmRule"])
                for child in dict.fromkeys(map(self.name_of, rule.children)):
                    self._parents.setdefault(child, []).append(alarm.name)
                if suppressor := alarm.config.get("ActionsSuppressor"):
                    self._suppresses.setdefault(self.name_of(suppressor), []).append(alarm.name)
                return
            self._criteria[alarm.name] = criteria_of(alarm.config)
            for key in {key for key, _ in keys_of(alarm.config)}:
                self.watchers[key] = (*self.watchers.get(key, ()), alarm.name)

    def remove(self, name: str) -> Alarm | None:
        """Take an alarm out."""
        with self.lock:
            self._unlink(name)
            return self.alarms.pop(name, None)

    def criteria(self, name: str) -> Criteria:
        """The criteria of a metric alarm."""
        return self._criteria[name]

    def rule(self, name: str) -> Rule:
        """The rule of a composite alarm."""
        return self._rules[name]

    def find(self, named: str) -> Alarm | None:
        """An alarm by its name, or by an ARN of this account and Region."""
        return self.alarms.get(self.name_of(named))

    def name_of(self, named: str) -> str:
        """The name of an alarm that is given by name or by ARN."""
        prefix = f":cloudwatch:{self.region}:{self.account}:alarm:"
        return named.split(prefix, 1)[1] if named.startswith("arn:") and prefix in named else named

    def children(self, name: str) -> list[Alarm]:
        """The alarms in the rule of a composite alarm."""
        found = [self.find(child) for child in self._rules[name].children]
        return [alarm for alarm in found if alarm is not None]

    def parents(self, name: str) -> list[Alarm]:
        """The composite alarms with an alarm in their rules."""
        with self.lock:
            return [self.alarms[parent] for parent in self._parents.get(name, ())]

    def suppressed_by(self, name: str) -> list[Alarm]:
        """The composite alarms whose actions an alarm suppresses."""
        with self.lock:
            return [self.alarms[composite] for composite in self._suppresses.get(name, ())]

    def change(
        self, alarm: Alarm, value: StateValue, reason: str, reason_data: str | None, now: float
    ) -> Transition | None:
        """Give an alarm a state and note it; the transition if the value is another one."""
        with self.lock:
            before = alarm.state
            alarm.state = before.after(value, reason, reason_data, now)
            if before.value == value:
                return None
            transition = Transition(before, alarm.state, now)
            self.history.moved(alarm, transition)
            return transition

    def switch_actions(self, names: list[str], enabled: bool, now: float) -> None:
        """Enable or disable the actions of alarms; names without an alarm are passed over."""
        with self.lock:
            for alarm in filter(None, map(self.alarms.get, names)):
                if alarm.actions_enabled != enabled:
                    alarm.config = {**alarm.config, "ActionsEnabled": enabled}
                    alarm.configured = now
                    self.history.configured("Update", alarm, now)

    def _unlink(self, name: str) -> None:
        old = self.alarms.get(name)
        if old is None:
            return
        if old.kind == "CompositeAlarm":
            for child in dict.fromkeys(map(self.name_of, self._rules.pop(name).children)):
                _take_out(self._parents, child, name)
            if suppressor := old.config.get("ActionsSuppressor"):
                _take_out(self._suppresses, self.name_of(suppressor), name)
            return
        del self._criteria[name]
        for key in {key for key, _ in keys_of(old.config)}:
            left = tuple(watcher for watcher in self.watchers[key] if watcher != name)
            if left:
                self.watchers[key] = left
            else:
                del self.watchers[key]


def _take_out(index: dict[str, list[str]], key: str, name: str) -> None:
    index[key].remove(name)
    if not index[key]:
        del index[key]
