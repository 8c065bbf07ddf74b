from __future__ import annotations

import yaml

from archgen import copier_defaults
from archgen.advisor import advise
from archgen.requirements import parse
from tests.support import ROOT

DECISION = ROOT / "blueprints" / "questions" / "decision.yml"


def test_the_template_has_the_advice_for_default_requirements():
    assert DECISION.read_text() == copier_defaults.text()


def test_every_size_that_archgen_computes_has_a_default():
    defaults = yaml.safe_load(DECISION.read_text())["size_defaults"]["default"]
    assert defaults.keys() == advise(parse({})).sizing().keys()
