"""The brief as one JSON document, and the schema that it follows."""

from __future__ import annotations

import json
from typing import Any

from archgen.advisor.architecture import Architecture
from archgen.requirements import json_schema


def to_json(architecture: Architecture) -> str:
    return json.dumps(architecture.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the document; objects have the listed properties and no others."""
    from pydantic import TypeAdapter

    generated = TypeAdapter(Architecture).json_schema(mode="serialization")
    for part in (generated, *generated["$defs"].values()):
        part["additionalProperties"] = False
    answers = json_schema()
    generated["properties"]["requirements"] = answers
    return {"$schema": answers.pop("$schema"), **generated, "title": "The brief of archgen"}
