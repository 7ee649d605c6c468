"""`newsletter subscribers show`, `list`, `export`, `audit`: readers are looked at, and every look is recorded."""

import dataclasses
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from newsletter.cli.content import Json
from newsletter.cli.talk import print_json, print_rows, readers, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from newsletter.app.cards import Card
    from newsletter.app.roll import Dossier, Record

Reveal = Annotated[bool, typer.Option("--reveal", help="With whole addresses, not masked.")]
#: What a reader counts as: the words of `stats`.
State = Literal["pending", "active", "paused", "unsubscribed", "suppressed"]
OfState = Annotated[State | None, typer.Option("--state", help="Only those who count as this in `stats`.")]
OfDigest = Annotated[str | None, typer.Option("--digest", help="Only those who get this digest.")]
OfTopic = Annotated[str | None, typer.Option("--topic", help="Only those who get this topic.")]
OfDomain = Annotated[str | None, typer.Option("--domain", help="Only addresses with this domain.")]

#: Beyond that an export is what one wants: it needs no memory.
Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="So many at most.")]

_STANDARD_OUTPUT = "-"


def show(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A reader's address.")],
    reveal: Reveal = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="What shows their consent, for a data protection officer.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is known of an address.

    That includes what became of the last twelve issues.
    """
    from newsletter.app import consents, open_project, roll
    from newsletter.app.administration import errand

    project, now = open_project(context.obj), datetime.now(UTC)
    if evidence:
        found = consents.evidence_of(project, address, errand(now))
        if as_json:
            print_json(found.value)
        else:
            typer.echo("\n".join(found.lines or ["No consent of this address is kept."]))
        return
    dossier = roll.show(project, address, errand(now), reveals=reveal)
    if as_json:
        print_json(_dossier_value(dossier))
    else:
        _print_dossier(dossier, project.settings.newsletter.timezone)


def list_(
    context: typer.Context,
    state: OfState = None,
    digest: OfDigest = None,
    topic: OfTopic = None,
    domain: OfDomain = None,
    limit: Limit = 100,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """List readers, the newest first."""
    from newsletter.app import open_project, roll
    from newsletter.app.administration import errand

    project = open_project(context.obj)
    selected = roll.selection(project, state=state, digest=digest, topic=topic, domain=domain)
    cards, total = roll.list_readers(
        project, selected, errand(datetime.now(UTC)), limit=limit, reveals=reveal
    )
    if as_json:
        print_json([dataclasses.asdict(card) for card in cards])
        return
    zone = project.settings.newsletter.timezone
    print_rows(
        [
            [
                card.email,
                _state(card),
                card.lang,
                f"{card.created_at.astimezone(zone):%Y-%m-%d}",
                ", ".join(_wishes(card)) or "-",
            ]
            for card in cards
        ]
    )
    if len(cards) < total:
        say(f"The newest {len(cards):,} of {readers(total)}; more with --limit.")
    else:
        say(readers(total))


def export(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="A new file; -: standard output.")] = "-",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, not CSV.")] = False,
    state: OfState = None,
    digest: OfDigest = None,
    topic: OfTopic = None,
    domain: OfDomain = None,
) -> None:
    """Write readers to a file: CSV, or JSON lines."""
    from newsletter.app import open_project, roll
    from newsletter.app.administration import errand

    project = open_project(context.obj)
    selected = roll.selection(project, state=state, digest=digest, topic=topic, domain=domain)
    target = sys.stdout.buffer if file == _STANDARD_OUTPUT else Path(file)
    count = roll.export(project, selected, target, errand(datetime.now(UTC)), as_json=as_json)
    where = "" if file == _STANDARD_OUTPUT else f" to {file}, which only this account can read"
    say(f"{readers(count)} exported{where}. This is personal data: delete it when it has served its purpose.")


def audit(
    context: typer.Context,
    since: Annotated[str | None, typer.Option("--since", help="A date, such as 2026-11-01.")] = None,
    reader: Annotated[str | None, typer.Option("--reader", metavar="ADDRESS", help="About this one.")] = None,
    action: Annotated[str, typer.Option("--action", help="Only this: show, export, set …")] = "",
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """Print who did what with readers' data, the newest last."""
    from newsletter.app import open_project, roll
    from newsletter.app.administration import moment

    project = open_project(context.obj)
    start = moment(project, since, "--since") if since else None
    records = roll.audit(project, since=start, action=action, reader=reader, limit=limit)
    if as_json:
        print_json([dataclasses.asdict(record) for record in records])
        return
    for record in records:
        typer.echo("\n".join(_record_lines(record, project.settings.newsletter.timezone)))
    if not records:
        say("Nothing is recorded.")


def in_a_line(card: "Card") -> str:
    """Return where a reader stands, in one line."""
    return "; ".join([f"{card.email}: {_state(card)}", ", ".join(_wishes(card)) or "no digest", card.lang])


def _print_dossier(dossier: "Dossier", zone: "ZoneInfo") -> None:
    card, hashed = dossier.card, dossier.hashed
    if hashed is not None:
        since = _time(hashed.at, zone)
        typer.echo(f"Only a keyed hash is kept ({hashed.reason}, since {since}): it is never mailed.")
    if card is None:
        return
    typer.echo(card.email)
    if card.mixed_script_domain:
        typer.echo(
            f"Mixes alphabets: it may not be what it looks like. Its domain: {card.mixed_script_domain}"
        )
    print_rows([[f"  {name}", value] for name, value in _facts(card, zone)])
    typer.echo("Last issues" if dossier.issues else "No issue was sent yet that could have been for them.")
    width = max((len(each.issue) for each in dossier.issues), default=0)
    for each in dossier.issues:
        typer.echo(f"  {each.issue:{width}}  {each.started_at.astimezone(zone):%Y-%m-%d}  {each.outcome}")
        if each.words:
            typer.echo("\n".join(_wrapped(each.words, "    ")))


def _facts(card: "Card", zone: "ZoneInfo") -> Iterator[tuple[str, str]]:
    yield "state", card.state
    if card.suppressed and card.suppressed_at:
        yield "suppressed", f"{card.suppressed}, since {_time(card.suppressed_at, zone)}"
    if card.state == "paused":
        yield "paused until", _time(card.paused_until, zone) if card.paused_until else "further notice"
    yield "language", card.lang
    for each in card.subscriptions:
        end = "" if each.ended_at is None else f", left {_time(each.ended_at, zone)}"
        yield f"{each.digest}", f"{_topics(each.topics)}, since {_time(each.created_at, zone)}{end}"
    for name, moment in (
        ("added", card.created_at),
        ("confirmed", card.confirmed_at),
        ("unsubscribed", card.unsubscribed_at),
    ):
        if moment is not None:
            yield name, _time(moment, zone)
    yield "in `audit`", card.reader


def _state(card: "Card") -> str:
    return f"suppressed ({card.suppressed})" if card.suppressed else card.state


def _wishes(card: "Card") -> Iterator[str]:
    for each in card.subscriptions:
        if each.ended_at is None:
            yield each.digest if each.topics is None else f"{each.digest} ({', '.join(each.topics)})"


def _topics(topics: tuple[str, ...] | None) -> str:
    return "all topics" if topics is None else ", ".join(topics)


def _time(moment: datetime, zone: "ZoneInfo") -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _record_lines(record: "Record", zone: "ZoneInfo") -> Iterable[str]:
    whom = f"reader {record.reader}" if record.reader else readers(record.people)
    yield f"{_time(record.at, zone)}  {record.actor}  {record.action}  {whom}"
    said = [f"by {record.channel}"] if record.channel else []
    said += [record.note] if record.note else []
    said += [
        f"{name}: {_short(value)}" for name, value in record.details.items() if value not in (None, {}, [])
    ]
    if said:
        yield from _wrapped("; ".join(said), "  ")


def _short(value: object) -> str:
    match value:
        case Mapping():
            return ", ".join(
                str(key) if each is None else f"{key} ({_short(each)})" for key, each in value.items()
            )
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _wrapped(text: str, indent: str) -> list[str]:
    width = shutil.get_terminal_size().columns
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def _dossier_value(dossier: "Dossier") -> dict[str, Any]:
    value: dict[str, Any] = {} if dossier.card is None else dataclasses.asdict(dossier.card)
    hashed = None if dossier.hashed is None else dataclasses.asdict(dossier.hashed)
    return {**value, "hashed": hashed, "issues": [dataclasses.asdict(each) for each in dossier.issues]}
