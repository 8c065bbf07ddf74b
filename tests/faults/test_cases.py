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
WITHOUT_REDIS = [
    name
    for name, number in CASES.items()
    if number in (set(CASES.values()) - OF_REDIS if SWEEP > 1 else DIFFERENT)
]


@pytest.mark.parametrize(
    ("options", "name"),
    [("redis", name) for name in CASES] + [("postgres", name) for name in WITHOUT_REDIS],
)
def test_case(request, rendering, options, name):
    servers = request.getfixturevalue("servers" if options == "redis" else "postgres_alone")
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
