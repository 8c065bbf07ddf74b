"""The three cases that archgen began with, as a rendered service meets them, in figures.

    python benchmarks/demonstrations.py [document] [analytics] [image] [--seconds 60]

document: 50 POST /v1/jobs a second, while jobs of 45 s keep all slots of preset document-ai busy.
analytics: a read of about 8 s over the raw jobs of preset analytics, made faster step by step.
image: preset image-generation under 5 times what its slots can do.

Each is rendered and runs with the processes, slots and pools of its brief: the service on one core;
Postgres, Valkey, the fake AI API and the load on the other. Load is an open loop: requests leave at
a constant rate, and a latency runs from the moment at which its request was to leave. Ends with 1
when a promise is broken, after it has printed which.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from demos import analytics, document, image
from demos.site import tell
from lab import lab

NAMES = ("document", "analytics", "image")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=60, help="of the load of documents")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(NAMES)):
        parser.error(f"{unknown[0]}: there are {', '.join(NAMES)}")
    demonstrations = {
        "document": partial(document.demonstrate, seconds=options.seconds),
        "analytics": analytics.demonstrate,
        "image": image.demonstrate,
    }
    warn_if_busy()
    broken = []
    with lab("postgres", "redis") as here:
        for name in options.names or NAMES:
            promises = demonstrations[name](here)
            broken += [f"{name}: {what}" for what, kept in promises.items() if not kept]
    for what in broken:
        print(f"BROKEN {what}")
    return 1 if broken else 0


def warn_if_busy() -> None:
    load = os.getloadavg()[0]
    if load > 0.5:
        tell(f"this machine is busy (load {load:.1f}): latencies will not be the service's alone")


if __name__ == "__main__":
    sys.exit(main())
