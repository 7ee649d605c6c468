"""Rules on the templates of a project: what an overriding file was meant to change, and does not."""

from collections.abc import Iterator

from newsletter.checks.origin import SETTINGS, Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.errors import Level


def _missing_texts(proof: Proof) -> Iterator[Finding]:
    for lang in proof.issue.languages:
        if not proof.circumstances.has_texts(lang):
            yield Finding(
                level=Level.WARNING,
                message=f"The fixed texts of a mail, such as “Unsubscribe”, are not there in `{lang}`: "
                "these readers get them in English.",
                help=f"Translate them in templates/locale/{lang}.po, or take `{lang}` out of `languages`.",
                origin=Origin(path=SETTINGS),
            )


def _templates_folder(proof: Proof) -> Iterator[Finding]:
    if proof.circumstances.templates_are_a_file:
        yield Finding(
            level=Level.WARNING,
            message="This is a file; templates that override the built-in ones stand in a folder of that name.",
            help="Make it a folder, or remove it.",
            origin=Origin(path="templates"),
        )


def _idle_template(proof: Proof) -> Iterator[Finding]:
    for name, meant in proof.circumstances.idle_templates.items():
        yield Finding(
            level=Level.WARNING,
            message="Nothing uses this file: no built-in template has its name, and no template of yours includes it.",
            help=(f"Did you mean `{meant}`? " if meant else "") + "Rename it, include it, or remove it.",
            origin=Origin(path=f"templates/{name}"),
        )


RULES = (
    Rule(name="missing-texts", levels=(Level.WARNING,), find=_missing_texts),
    Rule(name="templates-folder", levels=(Level.WARNING,), find=_templates_folder),
    Rule(name="idle-template", levels=(Level.WARNING,), find=_idle_template),
)
