"""The whole stage: an issue, its content and its mail held against every rule."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from newsletter.checks.circumstances import Circumstances
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Rule
from newsletter.checks.rules import (
    bodies,
    clients,
    doubles,
    events,
    inbox,
    issue,
    items,
    leftovers,
    mail,
    pictures,
    reading,
    templates,
    topics,
)
from newsletter.content.items import Collection
from newsletter.errors import Level, Problem
from newsletter.issues.assembly import Plan
from newsletter.rendering.values import RenderedIssue

#: In the order in which an editor works.
RULES: tuple[Rule, ...] = (
    *items.RULES,
    *doubles.RULES,
    *topics.RULES,
    *pictures.RULES,
    *bodies.RULES,
    *events.RULES,
    *issue.RULES,
    *inbox.RULES,
    *mail.RULES,
    *reading.RULES,
    *clients.RULES,
    *templates.RULES,
    *leftovers.RULES,
)

#: What is wrong in a body that the mail only links to: worth knowing, no reason to warn.
_MET_ON_THE_WEBSITE = frozenset({"broken-internal-link", "missing-alt"})


def check_issue(
    plan: Plan, collection: Collection, rendered: RenderedIssue | None, circumstances: Circumstances
) -> tuple[Problem, ...]:
    """Return everything that is wrong with an issue: errors first, then by file and line, each once.

    What the stages before found (*collection*, *plan*, the bodies that are printed) is among it. Without *rendered*
    the rules on the mail are silent. Never raises for anything that an editor can write.
    """
    proof = Proof(plan=plan, collection=collection, rendered=rendered, circumstances=circumstances)
    return in_order([*_found_before(proof), *(problem for rule in RULES for problem in rule.problems(proof))])


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return *problems* with errors first, then by file and line, each once."""
    levels = list(Level)
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda problem: (levels.index(problem.level), problem.path or "", problem.line or 0),
        )
    )


def _found_before(proof: Proof) -> Iterator[Problem]:
    yield from proof.collection.problems
    yield from proof.plan.problems
    for passage in proof.passages:
        for problem in passage.body.problems:
            if passage.is_printed:
                yield problem
            elif problem.rule in _MET_ON_THE_WEBSITE:
                yield replace(problem, level=Level.INFO)
