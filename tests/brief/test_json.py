from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archgen.advisor.architecture import Architecture
from archgen.brief import schema, to_json
from tests.brief.sample import SAMPLE

Document = dict[str, Any]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def test_it_is_one_document_that_the_schema_allows(
    architecture: Architecture, validator: Draft202012Validator
) -> None:
    document = json.loads(to_json(architecture))

    assert document == architecture.to_dict()
    assert list(validator.iter_errors(document)) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("cost"),
        lambda document: document.update(more=1),
        lambda document: document["cost"]["totals"][0].update(month="one"),
        lambda document: document["cost"]["items"][0]["price"].pop("usd"),
        lambda document: document["diagram"]["nodes"][0].update(lane="beside"),
        lambda document: document["choices"][0].update(picked=None),
        lambda document: document["requirements"].update(peak_rps="many"),
    ],
)
def test_the_schema_refuses_a_broken_document(
    damage: Callable[[Document], object], validator: Draft202012Validator
) -> None:
    document = json.loads(to_json(SAMPLE))
    damage(document)

    assert len(list(validator.iter_errors(document))) == 1
