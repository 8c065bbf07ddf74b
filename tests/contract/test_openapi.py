"""What the service answers is what its document says, whatever schemathesis makes of that document.

ARCHGEN_SEED=S replays a failure or tries another, ARCHGEN_SWEEP=N tries N times as many examples.
"""

import os
import subprocess
import sys

from tests.contract import beyond_schema

SEED = os.environ.get("ARCHGEN_SEED", "1")
LINE = 500  # a body that it shows may have a megabyte
EXAMPLES = 20 * int(os.environ.get("ARCHGEN_SWEEP", "1"))
SETTINGS = """
auth.openapi.key.bearer = "{key}"
checks.use_after_free.enabled = false  # a cancelled job stays readable
"""


def test_every_refusal_is_documented_as_a_problem(service):
    document = service.client(None).get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            refusals = {status for status in operation["responses"] if status >= "400"}
            keyed = {"401", "403"} if operation.get("security") else set()
            assert refusals >= {"500", "503", *keyed}, f"{method} {path}"
            for status in refusals:
                assert [*operation["responses"][status]["content"]] == ["application/problem+json"]


def test_it_answers_as_its_document_says(service, ai, tmp_path):
    key = service.key("schemathesis")
    client = service.client(key)
    for n in range(3):
        ai.reply(f"To die {n}", [400])
        client.wait_for(client.submit(f"To die {n}")["id"], "dead")
    (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(key=key))
    run = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.base_url}/openapi.json"),
        *("--seed", SEED, "--max-examples", str(EXAMPLES), "--generation-database", "none"),
        *("--continue-on-failure", "--no-color"),
    ]
    env = os.environ | {"SCHEMATHESIS_HOOKS": beyond_schema.__file__, "COLUMNS": "120"}
    done = subprocess.run(run, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    report = "\n".join(line[:LINE] for line in (done.stdout + done.stderr).splitlines())
    print(report)
    assert done.returncode == 0, f"ARCHGEN_SEED={SEED}\n{report}"
