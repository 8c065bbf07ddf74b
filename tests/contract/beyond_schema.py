"""Hooks of schemathesis: what the document's schemas cannot say."""

import re
import uuid

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key stands for one body: each request has its own, if it has one that fits."""
    key = case.headers.get("idempotency-key")
    if isinstance(key, str) and re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        case.headers["idempotency-key"] = str(uuid.uuid4())


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Refused with good reason: what is too large, a cursor that no page gave, NUL in a text."""
    if not isinstance(failure, RejectedPositiveData | AcceptedNegativeData):
        return True
    if response.status_code != 422:
        return response.status_code != 413
    return not any(
        fault.get("parameter") == "cursor" or fault["detail"].startswith("NUL")
        for fault in response.json().get("errors", [])
    )
