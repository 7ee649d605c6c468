"""A rule: a name, and a function that finds what offends it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from newsletter.checks.origin import UNKNOWN, Origin
from newsletter.checks.proof import Proof
from newsletter.errors import Level, Problem

#: Variants that are named before the rest is counted.
_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found; the rule's name makes a `Problem` of it."""

    level: Level
    message: str
    help: str
    origin: Origin = UNKNOWN
    #: Name of the variant in whose mail it was found; "": it concerns the issue whatever the variant.
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that is looked for; `docs/checks.md` says what it means and what to do."""

    name: str
    #: Every level that a finding may have.
    levels: tuple[Level, ...]
    find: Callable[[Proof], Iterable[Finding]]

    def problems(self, proof: Proof) -> Iterator[Problem]:
        """Yield what offends this rule in *proof*; the same cause in several variants is one problem."""
        variants: dict[Finding, list[str]] = {}
        for finding in self.find(proof):
            variants.setdefault(replace(finding, variant=""), []).append(finding.variant)
        for finding, names in variants.items():
            yield Problem(
                level=finding.level,
                rule=self.name,
                # A line says where to look; without one, the variants do.
                message=finding.message + ("" if finding.origin.line else _only_in(names, proof)),
                path=finding.origin.path,
                line=finding.origin.line,
                help=finding.help,
            )


def _only_in(names: Iterable[str], proof: Proof) -> str:
    """Return a sentence that names the variants, "" when all are concerned."""
    concerned = list(dict.fromkeys(filter(None, names)))
    if len(concerned) in {0, len(proof.letters)}:
        return ""
    more = f" and {len(concerned) - _NAMED} more" if len(concerned) > _NAMED else ""
    return f" Only in {', '.join(concerned[:_NAMED])}{more}."
