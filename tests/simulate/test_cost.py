"""Calculated bills against bills by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpers.errors import CourseError
from helpers.prices.book import PriceMissing, price_book
from helpers.simulate import cost
from helpers.simulate.durations import Fixed
from helpers.simulate.engine import simulate
from helpers.simulate.models import Function, System, Table
from helpers.simulate.traffic import constant


def test_a_bill_by_hand() -> None:
    # 10 M requests a month of 200 ms at 1,024 MB behind an HTTP API, each with one write unit, and 20 GB of logs, in us-east-1:
    quantities = cost.together(
        cost.function(10_000_000, 200, 1024),
        {"apigateway/http-requests": 10_000_000, "dynamodb/write-request-units": 10_000_000, "logs/ingested-gb": 20},
    )
    bill = cost.estimate(quantities)
    costs = bill.frame.set_index("key")["cost"].to_dict()
    assert costs == pytest.approx(
        {
            "lambda/requests": 1.80,  # (10 M - 1 M free) x $0.20 / M
            "lambda/gb-seconds": 26.66672,  # (2 M - 0.4 M free) x $0.0000166667
            "apigateway/http-requests": 10.00,  # 10 M x $1.00 / M
            "dynamodb/write-request-units": 6.25,  # 10 M x $0.625 / M
            "logs/ingested-gb": 7.50,  # (20 - 5 free) x $0.50
        }
    )
    assert bill.total == pytest.approx(52.21672)
    # 2.00 + 33.3334 + 10 + 6.25 + 10.00
    assert bill.total_without_free_tier == pytest.approx(61.5834)
    assert "$52.22" in repr(bill)
    assert "$61.58 without the free tier" in repr(bill)


def test_old_accounts_had_more_for_nothing_in_their_first_year() -> None:
    quantities = {"apigateway/rest-requests": 1_500_000}
    assert cost.estimate(quantities).total == pytest.approx(5.25)
    assert cost.estimate(quantities, first_year=True).total == pytest.approx(1.75)


def test_arm_and_x86_share_their_free_gigabyte_seconds() -> None:
    bill = cost.estimate({"lambda/gb-seconds": 300_000, "lambda/gb-seconds-arm64": 300_000})
    assert bill.total == pytest.approx(200_000 * 0.0000133334)


def test_a_simulation_is_billed_for_its_time_at_work() -> None:
    result = simulate(System(Function(Fixed(0.25))), constant(50, 100))
    served = result.totals["served"]
    quantities = cost.of_simulation(result, 512, api="http", for_each={"sqs/standard-requests": 3}, times=30)
    assert quantities == pytest.approx(
        {
            "lambda/requests": 30 * served,
            "lambda/gb-seconds": 30 * served * 0.25 * 0.5,
            "apigateway/http-requests": 30 * served,
            "sqs/standard-requests": 30 * served * 3,
        }
    )


def test_init_is_on_the_bill_of_a_simulation() -> None:
    result = simulate(System(Function(Fixed(0.25), Fixed(1.0))), constant(50, 100))
    totals = result.totals
    seconds = totals["served"] * 0.25 + totals["cold_starts"]
    assert cost.of_simulation(result, 1024)["lambda/gb-seconds"] == pytest.approx(seconds)


@given(some.floats(0, 1e9), some.floats(0, 1e9))
def test_more_never_costs_less_and_tiers_do_not_depend_on_the_steps(first: float, second: float) -> None:
    book = price_book()
    whole = book.cost("lambda/gb-seconds", "us-east-1", first + second)
    parts = book.cost("lambda/gb-seconds", "us-east-1", first)
    parts += book.cost("lambda/gb-seconds", "us-east-1", second, already=first)
    assert parts == pytest.approx(whole)
    assert whole >= book.cost("lambda/gb-seconds", "us-east-1", first)


def test_every_line_of_the_book_says_where_it_is_from() -> None:
    book = price_book()
    for key, line in book.lines.items():
        assert line.source.startswith("https://"), key
        assert line.confidence in ("verified", "second-hand", "unverified"), key
        assert line.free is None or line.free in book.allowances, key
    assert len({(line.service, line.usage_type) for line in book.lines.values()}) == len(book.lines)


def test_the_book_finds_its_lines_by_the_names_of_cost_explorer() -> None:
    book = price_book()
    for line in book.lines.values():
        for region in line.tiers:
            assert book.named(line.service, line.usage_type_in(region)) == (line, region)
    assert book.named("AWS Lambda", "Requests-Tier1") is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: cost.estimate({"lambda/invocations": 1}), "nothing called 'lambda/invocations'"),
        (lambda: cost.estimate({"lambda/requests": -1}), "impossible"),
        (lambda: cost.estimate({"lambda/requests": float("nan")}), "impossible"),
        (lambda: cost.function(1, 1, 100), "128 to 10240"),
        (lambda: cost.function(1, 1, 128, architecture="mips"), "x86_64 and arm64"),  # type: ignore[arg-type]
    ],
)
def test_wrong_input_is_refused_in_a_sentence(wrong: object, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("quantities", "region"),
    [
        ({"lambda/requests": 2e6}, "sa-east-1"),
        ({"sns/deliveries-sms": 1}, "us-east-1"),
        ({"apigateway/rest-requests": 4e8}, "us-east-1"),
    ],
)
def test_a_price_that_is_not_known_is_an_error(quantities: dict[str, float], region: str) -> None:
    with pytest.raises(PriceMissing, match="Look"):
        cost.estimate(quantities, region=region)


def test_provisioned_environments_are_paid_for_standing_there_and_at_a_lower_rate_for_work() -> None:
    result = simulate(System(Function(Fixed(0.25), Fixed(1.0), provisioned=5)), constant(30, 100))
    totals = result.totals
    provisioned = float(result.frame["provisioned"].sum())
    spilled = totals["served"] - provisioned
    assert provisioned > 0 < spilled
    quantities = cost.of_simulation(result, 512, times=30)
    assert quantities == pytest.approx(
        {
            "lambda/requests": 30 * totals["served"],
            "lambda/gb-seconds": 30 * (spilled * 0.25 + totals["cold_starts"]) * 0.5,
            "lambda/provisioned-gb-seconds": 30 * 5 * 100 * 0.5,
            "lambda/provisioned-duration-gb-seconds": 30 * provisioned * 0.25 * 0.5,
        }
    )
    all_month = cost.of_simulation(result, 512, times=30, kept_seconds=30 * 86_400)
    assert all_month["lambda/provisioned-gb-seconds"] == pytest.approx(5 * 30 * 86_400 * 0.5)


def test_an_idle_provisioned_environment_costs_and_a_busy_one_saves() -> None:
    def costs(rate: float, provisioned: int) -> float:
        result = simulate(System(Function(Fixed(0.2), provisioned=provisioned)), constant(rate, 600))
        return cost.estimate(cost.of_simulation(result, 1024, times=4_320)).total_without_free_tier

    assert costs(1, 10) > 2 * costs(1, 0)  # at work 2 % of the time
    assert costs(100, 10) < costs(100, 0)  # at work nearly all the time


def test_work_that_waits_in_vain_for_its_table_is_paid_where_it_was_done() -> None:
    function = Function(Fixed(0.1), provisioned=500)
    result = simulate(System(function, table=Table(capacity=1, retries=1)), constant(20, 20))
    assert result.totals["failed_at_table"] > 0
    quantities = cost.of_simulation(result, 1024)
    assert quantities["lambda/gb-seconds"] == pytest.approx(0)
    assert quantities["lambda/provisioned-duration-gb-seconds"] > result.totals["served"] * 0.1


def test_provisioned_concurrency_on_arm_has_no_price_here() -> None:
    result = simulate(System(Function(Fixed(0.1), provisioned=5)), constant(10, 10))
    with pytest.raises(CourseError, match="provisioned concurrency on arm64"):
        cost.of_simulation(result, 512, architecture="arm64")
