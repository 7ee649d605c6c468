"""Rules on what an inbox shows before the mail is opened: the subject and the preheader."""

import re
from collections.abc import Iterator, Mapping

from newsletter.checks.editorfile import of_editor_field
from newsletter.checks.origin import SETTINGS, Origin
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.checks.rules.items import is_in_capitals
from newsletter.errors import Level
from newsletter.rendering.words.headlines import LONGEST_PREHEADER, SHORTEST_PREHEADER, written_for

#: Characters of a subject that most inboxes show.
LONGEST_SUBJECT = 60
#: What answers and forwarded mails begin with, in the languages of mail programs.
_REPLY = re.compile(r"\s*(?:re|fwd?|aw|wg|tr|rv|sv|vs|antw|odp|ré)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


def _missing_subject(proof: Proof) -> Iterator[Finding]:
    for lang, subject in proof.subjects.items():
        if not subject.strip():
            yield Finding(
                level=Level.ERROR,
                message=f"The mail has no subject in {lang}.",
                origin=Origin(path=proof.plan.file_path),
                help="Add `subject` to the issue file, or a title to its digest in newsletter.toml.",
            )
    if not proof.issue.subjects and (subject := _first(proof.subjects)):
        yield Finding(
            level=Level.INFO,
            message=f"No subject was written: it will be “{subject}”.",
            origin=Origin(path=proof.plan.file_path),
            help="Add `subject` to the issue file: what is in it, before what it is called.",
        )


def _long_subject(proof: Proof) -> Iterator[Finding]:
    for subject, origin in _subjects(proof):
        if len(subject) > LONGEST_SUBJECT:
            yield Finding(
                level=Level.WARNING,
                message=f"The subject has {len(subject)} characters: many inboxes cut it after {LONGEST_SUBJECT}.",
                origin=origin,
                help=f"Write a `subject` in {proof.plan.file_path}, or shorten the digest's title."
                if origin.path == SETTINGS
                else "Say the most important thing first, and less of the rest.",
            )


def _misleading_subject(proof: Proof) -> Iterator[Finding]:
    for subject, origin in _subjects(proof):
        if _REPLY.match(subject):
            yield Finding(
                level=Level.WARNING,
                message=f"The subject “{subject}” looks like an answer or a forwarded mail: filters take that for a trick.",
                origin=origin,
                help="Take the abbreviation at its beginning away.",
            )


def _subject_in_capitals(proof: Proof) -> Iterator[Finding]:
    for subject, origin in _subjects(proof):
        if is_in_capitals(subject):
            yield Finding(
                level=Level.WARNING,
                message="The subject is in capitals, as in unwanted mail.",
                origin=origin,
                help="Write it in ordinary letters.",
            )


def _missing_preheader(proof: Proof) -> Iterator[Finding]:
    for lang, preheader in proof.preheaders.items():
        if not preheader.strip():
            yield Finding(
                level=Level.WARNING,
                message=f"There is no preheader in {lang}: inboxes show whatever the mail begins with.",
                origin=Origin(path=proof.plan.file_path),
                help="Add `preheader` to the issue file.",
            )
    if not proof.issue.preheaders and (preheader := _first(proof.preheaders)):
        yield Finding(
            level=Level.INFO,
            message=f"No preheader was written: it will be “{preheader}”.",
            origin=Origin(path=proof.plan.file_path),
            help="Add `preheader` to the issue file: one sentence that goes on where the subject stops.",
        )


def _preheader_length(proof: Proof) -> Iterator[Finding]:
    for lang in proof.issue.languages:
        preheader = written_for(proof.issue.preheaders, lang)
        if preheader and not SHORTEST_PREHEADER <= len(preheader) <= LONGEST_PREHEADER:
            is_short = len(preheader) < SHORTEST_PREHEADER
            yield Finding(
                level=Level.WARNING,
                message=f"The preheader has {len(preheader)} characters: "
                + ("inboxes fill the rest with the next words." if is_short else "inboxes cut it."),
                origin=of_editor_field("preheader", lang, proof.editor_files),
                help=f"Write {SHORTEST_PREHEADER} to {LONGEST_PREHEADER} characters.",
            )


def _subjects(proof: Proof) -> Iterator[tuple[str, Origin]]:
    """Yield each subject and where it can be changed."""
    for lang, subject in proof.subjects.items():
        if written_for(proof.issue.subjects, lang):
            yield subject, of_editor_field("subject", lang, proof.editor_files)
        else:
            # Made of the digest's title and the period.
            yield subject, Origin(path=SETTINGS)


def _first(texts: Mapping[str, str]) -> str:
    """Return the first of *texts* that says something, or ""."""
    return next(filter(str.strip, texts.values()), "")


RULES = (
    Rule(name="missing-subject", levels=(Level.ERROR, Level.INFO), find=_missing_subject),
    Rule(name="long-subject", levels=(Level.WARNING,), find=_long_subject),
    Rule(name="misleading-subject", levels=(Level.WARNING,), find=_misleading_subject),
    Rule(name="subject-in-capitals", levels=(Level.WARNING,), find=_subject_in_capitals),
    Rule(name="missing-preheader", levels=(Level.WARNING, Level.INFO), find=_missing_preheader),
    Rule(name="preheader-length", levels=(Level.WARNING,), find=_preheader_length),
)
