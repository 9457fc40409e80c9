"""Starts a program under resource limits: ``python -I -S limits.py '{"as": bytes, …}' program argument…``.

A file of its own with nothing but the standard library, because it runs before the program that it limits. POSIX only.
"""

import contextlib
import json
import os
import resource
import sys


def main() -> None:
    """Lower the limits (soft and hard), then become the program."""
    for name, value in json.loads(sys.argv[1]).items():
        number = getattr(resource, f"RLIMIT_{name.upper()}")
        _, hard = resource.getrlimit(number)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # macOS refuses some of them (address space); the others still hold.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(number, (allowed, allowed))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
