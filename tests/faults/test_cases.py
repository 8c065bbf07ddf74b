"""The rendered repository's own fault suite: ``npm run faults``, a case a test.

ARCHGEN_SEED=S replays a run; ARCHGEN_SWEEP=20 runs each case with as many seeds as it is worth;
ARCHGEN_IDLE=1 also judges what moves with whatever else the machine does.
"""

import re
import subprocess

import pytest

from tests.faults.results import IDLE, SEED, SWEEP, kept_in
from tests.support import ROOT, named

CASES = {
    path.stem: int(path.stem.split("-")[0])
    for path in sorted((ROOT / "blueprints/shared/faults/cases").glob("*.ts"))
}
OF_REDIS = {5, 7, 8, 9, 10, 22}
# Without a broker the claim and the lease are what differs; a sweep leaves out none.
DIFFERENT = {1, 2, 27}
OF_RABBITMQ = {29, 30, 31, 32, 33, 34}
EVERYWHERE = set(CASES.values()) - OF_REDIS - OF_RABBITMQ
RUNS = {
    "redis": EVERYWHERE | OF_REDIS,
    "postgres": EVERYWHERE if SWEEP > 1 else DIFFERENT,
    "bus": OF_RABBITMQ,
}
SERVERS = {"redis": "servers", "postgres": "postgres_alone", "bus": "servers_and_bus"}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (options, name)
        for options, numbers in RUNS.items()
        for name, number in CASES.items()
        if number in numbers
    ],
)
def test_case(request, rendering, options, name):
    servers = request.getfixturevalue(SERVERS[options])
    file = kept_in(options)
    out = [] if file is None else ["--out", file]
    seeds = ["--seed", str(SEED), "--seeds", str(SWEEP), *(["--idle"] if IDLE else [])]
    command = ["npm", "run", "faults", "--", "--case", str(CASES[name]), *seeds, *out]
    done = subprocess.run(
        command,
        cwd=rendering(named(options)),
        env=servers.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    told = f"ARCHGEN_SEED={SEED}\n{done.stdout}\n{done.stderr}"
    print(told)
    assert done.returncode == 0, told
    assert re.search(rf"^{CASES[name]} ", done.stdout, re.MULTILINE), told
