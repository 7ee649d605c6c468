"""Rules on events: what is announced too late, and reported too late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.checks.origin import of_field, quoted
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.content.items import EventReport, When
from newsletter.errors import Level
from newsletter.issues.calendar.periods import midnight
from newsletter.issues.phases import ends_at, moment, starts_at

#: A report that comes later is history.
_LATE = timedelta(days=90)


def _past_event(proof: Proof) -> Iterator[Finding]:
    zone = proof.circumstances.zone
    for event in _events(proof, is_report=False):
        if starts_at(event, zone) <= proof.sent_at:
            is_over = ends_at(event, zone) <= proof.sent_at
            yield Finding(
                level=Level.WARNING,
                message=f"{quoted(event)} is announced, but {'will be over' if is_over else 'will have begun'} when readers get it.",
                origin=of_field(event, "start"),
                help="Exclude it, or turn it into a report: write what happened and set `date` to a day after it.",
            )


def _registration_closed(proof: Proof) -> Iterator[Finding]:
    zone = proof.circumstances.zone
    for event in _events(proof, is_report=False):
        if event.register_by and _closes_at(event.register_by, zone) <= proof.sent_at:
            yield Finding(
                level=Level.WARNING,
                message=f"Registration for {quoted(event)} closes before readers get the mail.",
                origin=of_field(event, "register_by"),
                help="Move `register_by`, or remove it and `register`.",
            )


def _late_report(proof: Proof) -> Iterator[Finding]:
    for event in _events(proof, is_report=True):
        ended = ends_at(event, proof.circumstances.zone)
        if proof.sent_at - ended > _LATE:
            yield Finding(
                level=Level.INFO,
                message=f"{quoted(event)} reports on an event that was over {(proof.sent_at - ended).days} days earlier.",
                origin=of_field(event, "start", "date"),
                help="Check `start` and `date`; the year perhaps.",
            )


def _events(proof: Proof, *, is_report: bool) -> Iterator[EventReport]:
    """Yield the files of events with a start that the issue announces, or reports on."""
    for story in proof.issue.stories:
        if story.is_counted is is_report:
            for item in story.versions.values():
                if isinstance(item, EventReport) and item.start is not None:
                    yield item


def _closes_at(register_by: When, zone: ZoneInfo) -> datetime:
    """Return when nobody can register any more; a day is meant inclusively."""
    if isinstance(register_by, datetime):
        return moment(register_by, zone)
    return midnight(register_by + timedelta(days=1), zone)


RULES = (
    Rule(name="past-event", levels=(Level.WARNING,), find=_past_event),
    Rule(name="registration-closed", levels=(Level.WARNING,), find=_registration_closed),
    Rule(name="late-report", levels=(Level.INFO,), find=_late_report),
)
