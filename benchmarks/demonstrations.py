"""The cases that archgen began with, run: what a rendered service does under them, in figures.

    python benchmarks/demonstrations.py [document] [analytics] [image] [--seconds N]

document: preset document-ai, 50 POST /v1/jobs a second for N s (60) while all its slots are busy with
jobs of 45 s. analytics: preset analytics, a read of about 8 s over raw jobs, made faster step by step.
image: preset image-generation, a burst at 5 times what its slots can do. Each is rendered and runs
with the processes, slots and pools of its brief: the service on one core, Postgres, Valkey, the fake
AI API and the load on the other. Load is an open loop: requests leave at a constant rate, and a
latency runs from the moment at which its request was to leave. Ends with 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import sys

from demos import document, image
from demos.site import Promises
from lab import lab

DEMONSTRATIONS = {"document": document.demonstrate, "image": image.demonstrate}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DEMONSTRATIONS))
    parser.add_argument("--seconds", type=int, default=60, help="of the document load")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - DEMONSTRATIONS.keys()):
        parser.error(f"{unknown[0]}: there are {', '.join(DEMONSTRATIONS)}")
    promises = Promises()
    with lab("postgres", "redis") as here:
        for name in options.names or DEMONSTRATIONS:
            DEMONSTRATIONS[name](here, options.seconds, promises)
    for broken in promises.broken:
        print(f"BROKEN {broken}")
    return 1 if promises.broken else 0


if __name__ == "__main__":
    sys.exit(main())
