"""INIT ahead of any invocation, with what the log says of it.

It may take longer than INIT on demand: 130 seconds, or the function's own time limit if that is more.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
"""

from __future__ import annotations

import time

from helpers.localcloud.clock import VirtualClock
from helpers.localcloud.compute import answers, limits, system_log
from helpers.localcloud.compute.environment import ExecutionEnvironment
from helpers.localcloud.observe.logs import writing


def initialise_ahead(environment: ExecutionEnvironment, clock: VirtualClock) -> bool:
    """Initialise ``environment`` and write it to its log stream; whether it went well.

    Raises: ``OSError`` when the computer cannot start it.
    """
    configuration = environment.configuration
    log = system_log.of(configuration, clock.offset, system_log.PROVISIONED)
    lines = log.init_start()
    began = time.monotonic()
    failed = environment.initialise(max(limits.PROVISIONED_INIT_SECONDS, float(configuration.timeout_seconds)))
    seconds = time.monotonic() - began
    lines += log.application(environment.output.take())
    lines += log.init_failed(seconds, "init", *answers.init_status(failed)) if failed else log.init_done(seconds)
    ahead = clock.offset.total_seconds()
    logged = [(int((line.moment + ahead) * 1000), line.text) for line in lines]
    where = configuration.account, configuration.region, configuration.log_group
    if not environment.interrupted:  # an account that was emptied gets no log of what it had
        writing.write_at(*where, environment.stream, logged, clock.now())
    return failed is None
