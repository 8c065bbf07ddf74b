"""What the advisor returns: frozen data that something else renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from archgen.advisor.numbers import shown
from archgen.advisor.renders import nearest
from archgen.requirements import Requirements


@dataclass(frozen=True)
class Rejected:
    """An option not picked. `impossible`: it cannot work with the choices before it."""

    option: str
    why: str
    impossible: bool = False


@dataclass(frozen=True)
class Flip:
    """The nearest value of an input, on one side of the given one, at which the pick changes."""

    input: str
    at: Any
    becomes: str
    sign: Literal["≥", "≤", "="]

    @property
    def when(self) -> str:
        return f"{self.input} {self.sign} {shown(self.at)}"


@dataclass(frozen=True)
class Choice:
    """A decision. `advised` is what the advisor would have picked, if it was overridden;
    flips are those of the advice."""

    topic: str
    picked: str
    because: str
    rejected: tuple[Rejected, ...]
    flips: tuple[Flip, ...] = ()
    advised: str | None = None

    @property
    def instead(self) -> str | None:
        """What this version renders when it does not render the pick."""
        rendered = nearest(self.topic, self.picked)
        return None if rendered == self.picked else rendered

    def settled(self, chosen: str | None, flips: tuple[Flip, ...]) -> Choice:
        """With its flips, and the user's option (if any) in place of the advised one."""
        if chosen in (None, self.picked):
            return replace(self, flips=flips)
        cost = next(other.why for other in self.rejected if other.option == chosen)
        kept = tuple(other for other in self.rejected if other.option != chosen)
        return replace(
            self,
            picked=chosen,
            because=f"you chose it; what it costs: {cost}",
            rejected=(Rejected(self.picked, f"it was the advice: {self.because}"), *kept),
            flips=flips,
            advised=self.picked,
        )


@dataclass(frozen=True)
class Size:
    """A number of the rendered repository, with how it came about.

    `lasts`: by which factor the load may grow until this saturates; None if load does not fill it.
    """

    topic: str
    name: str
    value: int
    unit: str
    arithmetic: str
    source: str = ""
    lasts: float | None = None


@dataclass(frozen=True)
class Finding:
    """What the answers contradict, miss, or ask of the reader; belongs to a topic."""

    topic: str
    severity: Literal["problem", "note"]
    message: str
    remedy: str


@dataclass(frozen=True)
class Architecture:
    """The advisor's answer. Sizes are those of the rendered options, not of the advised ones."""

    requirements: Requirements
    overrides: Mapping[str, str]
    choices: tuple[Choice, ...]
    sizes: tuple[Size, ...]
    findings: tuple[Finding, ...]

    @property
    def picked(self) -> dict[str, str]:
        """Topic to option."""
        return {choice.topic: choice.picked for choice in self.choices}

    @property
    def rendered(self) -> dict[str, str]:
        """Topic to the option that this version renders: the pick, or the nearest to it."""
        return {choice.topic: choice.instead or choice.picked for choice in self.choices}

    def unrenderable(self) -> list[tuple[str, str, str]]:
        """(topic, picked, nearest that renders) of each pick not yet in this version."""
        return [(c.topic, c.picked, c.instead) for c in self.choices if c.instead]

    def sizing(self) -> dict[str, int]:
        """Size name to number."""
        return {size.name: size.value for size in self.sizes}

    def saturation(self) -> list[Size]:
        """Sizes that load fills, the first to saturate first."""
        return sorted((s for s in self.sizes if s.lasts), key=lambda size: size.lasts or 0)

    def decisions(self) -> list[dict[str, Any]]:
        """The choices with their sizes and findings, as plain YAML and JSON values."""
        return [self._decision(choice) for choice in self.choices]

    def _decision(self, choice: Choice) -> dict[str, Any]:
        of_topic = [size for size in self.sizes if size.topic == choice.topic]
        findings = [item for item in self.findings if item.topic == choice.topic]
        return {
            "topic": choice.topic,
            "picked": choice.picked,
            "advised": choice.advised,
            "instead": choice.instead,
            "because": choice.because,
            "rejected": [{"option": r.option, "why": r.why} for r in choice.rejected],
            "flips": [
                {"input": f.input, "at": f.at, "becomes": f.becomes, "when": f.when}
                for f in choice.flips
            ],
            "sizes": [_size(size) for size in of_topic],
            "findings": [
                {"severity": f.severity, "message": f.message, "remedy": f.remedy} for f in findings
            ],
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain YAML and JSON values."""
        return {
            "requirements": self.requirements.answers(),
            "overrides": dict(self.overrides),
            "decisions": self.decisions(),
            "rendered": self.rendered,
            "sizing": self.sizing(),
        }


def _size(size: Size) -> dict[str, Any]:
    return {
        "name": size.name,
        "value": size.value,
        "unit": size.unit,
        "arithmetic": size.arithmetic,
        "source": size.source,
        "lasts": size.lasts,
    }
