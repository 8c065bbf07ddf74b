"""`archgen advise` and `archgen schema`: inputs, formats, exit codes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archgen.cli import main

Capture = pytest.CaptureFixture[str]


def advised(capsys: Capture, *argv: str) -> dict[str, Any]:
    assert main(["advise", "--json", *argv]) == 0
    return json.loads(capsys.readouterr().out)


def test_later_inputs_win(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("peak_rps: 5\nengineers: 2\n")

    given = advised(
        capsys, "--preset", "document-ai", "--answers", str(file), "--set", "engineers=9"
    )

    requirements = given["requirements"]
    assert requirements["typical_operation_s"] == 35
    assert requirements["peak_rps"] == 5
    assert requirements["engineers"] == 9


@pytest.mark.parametrize(
    ("text", "value"), [('{"peak_rps": 1e3}', 1000), ("peak_rps: 70", 70), ("", 50)]
)
def test_answers_come_from_stdin(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, text: str, value: float
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    assert advised(capsys, "--answers", "-")["requirements"]["peak_rps"] == value


@pytest.mark.parametrize(
    ("setting", "value"),
    [("knows=[kafka, redis]", ["kafka", "redis"]), ("history=yes", True), ("peak_rps=1e3", 1000)],
)
def test_a_setting_is_yaml(capsys: Capture, setting: str, value: object) -> None:
    answer = advised(capsys, "--set", setting)["requirements"][setting.partition("=")[0]]

    assert answer == value


def test_problems_of_all_sources_come_at_once(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    file.write_text("engineers: 0\n")

    wrong = ["--set", "peak_rp=5", "--choose", "queue=redis", "--choose", "pool=large"]
    code = main(["advise", "--answers", str(file), *wrong])

    error = capsys.readouterr().err
    assert code == 3
    assert "engineers: got 0, wanted a whole number from 1 to 10000" in error
    assert "peak_rp: no such question; did you mean peak_rps?" in error
    assert "queue: no such topic to choose; there are workers, blueprint," in error
    assert "pool: no option 'large'; there are direct, pgbouncer" in error


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--preset", "web"], "No preset is called 'web'"),
        (["--answers", "absent.yml"], "absent.yml: No such file"),
        (["--set", "peak_rps"], "--set 'peak_rps': write it as --set name=value"),
        (["--set", "knows=[kafka"], "--set knows is neither YAML nor JSON"),
        (["--choose", "=redis"], "--choose '=redis'"),
    ],
)
def test_a_form_that_cannot_be_read_is_a_usage_error(
    capsys: Capture, argv: list[str], message: str
) -> None:
    assert main(["advise", *argv]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"50", b"\xff\xfe", b"a: [" * 20000])
def test_a_file_that_is_no_mapping_is_a_usage_error(
    capsys: Capture, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "answers.yml"
    file.write_bytes(content)

    assert main(["advise", "--answers", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def test_with_json_an_error_is_one_document_too(capsys: Capture) -> None:
    assert main(["advise", "--format", "json", "--set", "engineers=0"]) == 3

    printed = capsys.readouterr()
    assert json.loads(printed.out)["error"]["problems"] == [
        "engineers: got 0, wanted a whole number from 1 to 10000 engineers"
    ]
    assert not printed.err


def test_an_impossible_choice_is_refused_with_its_reason(capsys: Capture) -> None:
    assert main(["advise", "--choose", "event_bus=kafka"]) == 3
    assert "event_bus: kafka cannot work here: is offered with" in capsys.readouterr().err


def test_prices_of_ones_own_come_from_a_file(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "prices.yml"
    file.write_text("usd-per-eur: {usd: 1.1, per: EUR, item: today's rate, date: 2026-11-24}\n")

    given = advised(capsys, "--set", "hosting=self-hosted", "--prices", str(file))

    assert given["prices"]["usd-per-eur"]["date"] == "2026-11-24"
    price = given["cost"]["totals"][1]["price"]
    assert given["cost"]["compared_usd"] == pytest.approx(
        price["usd"] + 1.1 * price["eur"], abs=0.01
    )


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("nat: 5", "prices: nat: input should be"),
        ("nat: {usd: 1, per: hour, item: x}", "prices: nat.date: field required"),
        ("nat: {usd: -1, per: hour, item: x, date: 2026}", "prices: nat.usd: input should be"),
        ("nat: {usd: 1, eur: 1, per: hour, item: x, date: 2026}", "exactly one of usd and eur"),
        ("nat: {usd: 1, per: GB, item: x, date: 2026}", "priced per GB, wanted per hour"),
        ("nats: {usd: 1, per: hour, item: x, date: 2026}", "did you mean nat?"),
        (
            "db: {family: postgres, usd: 1, per: hour, item: x, date: 2026}",
            "needs cores and memory",
        ),
        ("nat: {usd: 1, per: hour, item: x, date: null}", "prices: nat.date: input should be"),
        ("usd-per-eur: {usd: 0, per: EUR, item: x, date: 2026}", "a rate in usd above 0"),
    ],
)
def test_a_price_that_is_none_is_refused(
    capsys: Capture, tmp_path: Path, entry: str, problem: str
) -> None:
    file = tmp_path / "prices.yml"
    file.write_text(entry)

    assert main(["advise", "--prices", str(file)]) == 3
    assert problem in capsys.readouterr().err


def test_stdin_is_read_once(capsys: Capture) -> None:
    assert main(["advise", "--answers", "-", "--prices", "-"]) == 2
    assert "only one of them can read stdin" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["requirements", "prices", "brief"])
def test_each_schema_is_one(capsys: Capture, what: str) -> None:
    assert main(["schema", what]) == 0
    Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_the_schema_is_printed(capsys: Capture) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["properties"]["peak_rps"]["x-unit"] == "requests/s"
