"""Hooks of schemathesis: what the document's schemas cannot say."""

import re
import uuid

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

BEYOND = {"cursor", "from", "to", "Last-Event-ID", "#/webhook", "#/webhook/url"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key stands for one body: each request has its own, if it has one that fits."""
    key = case.headers.get("idempotency-key")
    if isinstance(key, str) and re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        case.headers["idempotency-key"] = str(uuid.uuid4())


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Refused with good reason: what is too large, a cursor that no page gave, NUL in a text, days
    that are no range, an event that the job does not have, a webhook that nobody could verify."""
    if not isinstance(failure, RejectedPositiveData | AcceptedNegativeData):
        return True
    if response.status_code != 422:
        return response.status_code != 413
    return not any(map(_beyond, response.json().get("errors", [])))


def _beyond(fault):
    place = fault.get("parameter") or fault.get("header") or fault.get("pointer")
    return fault["detail"].startswith("NUL") or place in BEYOND
