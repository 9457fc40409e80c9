"""Formulas that a simulation has to agree with where they hold."""

from __future__ import annotations


def little(rate: float, seconds: float) -> float:
    """Little's law: how many are at work on average when ``rate`` a second come and each stays ``seconds``."""
    return rate * seconds


def erlang_b(offered: float, servers: int) -> float:
    """The share of requests that find all of ``servers`` busy and are turned away (0 to 1).

    offered: rate times mean duration. Holds for Poisson arrivals and any distribution of the duration, without retries.
    Source: https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked
