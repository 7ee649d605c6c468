"""`newsletter subscribers add`, `set`, `move`, `unsubscribe`, `suppress`, `unsuppress`: one reader is changed."""

import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from newsletter.cli.readers_looking import in_a_line
from newsletter.cli.talk import confirm, say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.app.administration import Changed

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="A reader's address.")]
Channel = Annotated[
    str, typer.Option("--channel", help="Which way they asked: mail, phone, letter …; kept as evidence.")
]
Note = Annotated[str, typer.Option("--note", help="What they asked, what shows it; kept as evidence.")]
Digests = Annotated[str, typer.Option("--digests", help="Keys of digests, commas between.")]
Topics = Annotated[
    str, typer.Option("--topics", help="Keys or labels of topics, commas between; or: all, future ones too.")
]
Language = Annotated[str | None, typer.Option("--lang", help="A language of the newsletter.")]
#: Why an address is not mailed.
Reason = Literal["block", "bounce", "complaint", "unsubscribed"]


def add(
    context: typer.Context,
    address: Address,
    digests: Digests = "",
    topics: Topics = "",
    lang: Language = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="They have agreed; needs --evidence.")
    ] = False,
    evidence: Annotated[str, typer.Option("--evidence", help="How, where and when they agreed.")] = "",
    channel: Channel = "",
    note: Note = "",
) -> None:
    """Add a reader. Without --confirmed they are pending: they are asked by mail first."""
    from newsletter.app import administration, open_project

    if confirmed != bool(evidence.strip()):
        raise UsageError("--confirmed and --evidence go together: say how, where and when they agreed.")
    changed = administration.add(
        open_project(context.obj),
        address,
        administration.errand(datetime.now(UTC), channel, note),
        lang=lang,
        digests=_several(digests),
        topics=_several(topics),
        evidence=evidence,
    )
    _tell(changed)
    if _is(changed, "pending"):
        say("They are asked by mail. Until they confirm, nothing else is sent to them.")


def erase(
    context: typer.Context,
    address: Address,
    channel: Channel = "",
    note: Note = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything about a person; a keyed hash is left, so that they are not written to by mistake."""
    from newsletter.app import open_project
    from newsletter.app.administration import errand, known_address
    from newsletter.app.erasing import erase_address

    project = open_project(context.obj)
    known_address(address)
    # The address is named: a script that erases has nothing to add.
    confirm(f"Erase everything about {address}? This cannot be undone.", yes=yes or not sys.stdin.isatty())
    erased = erase_address(project, address, errand(datetime.now(UTC), channel, note))
    typer.echo("Erased." if erased.was_reader else "Nobody had this address. It will not be written to.")
    if not erased.is_wiped:
        say("Another process kept the database's file from being overwritten: do it again when it has ended.")
    for copy in erased.copies:
        say(f"{copy} still names them, until it is deleted.")


def set_(
    context: typer.Context,
    address: Address,
    lang: Language = None,
    digests: Digests = "",
    topics: Topics = "",
    paused_until: Annotated[
        str | None, typer.Option("--paused-until", help="A date, such as 2027-03-01; or: off.")
    ] = None,
    channel: Channel = "",
    note: Note = "",
) -> None:
    """Change what a reader gets, or a pause.

    Digests are exactly those that are named; topics are of all of them.
    """
    from newsletter.app import administration, open_project

    changed = administration.set_choices(
        open_project(context.obj),
        address,
        administration.errand(datetime.now(UTC), channel, note),
        lang=lang,
        digests=_several(digests),
        topics=_several(topics),
        pause=paused_until,
    )
    _tell(changed)


def move(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The reader's address until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new one.")],
    channel: Channel = "",
    note: Note = "",
) -> None:
    """Give a reader another address.

    What they agreed to goes along; the note says what shows their wish.
    """
    from newsletter.app import administration, open_project

    changed = administration.move(
        open_project(context.obj), old, new, administration.errand(datetime.now(UTC), channel, note)
    )
    _tell(changed)
    if _is(changed, "pending"):
        say("They had not confirmed: they are asked by mail, at the new address.")


def unsubscribe(
    context: typer.Context,
    address: Address,
    digest: Annotated[str | None, typer.Option("--digest", help="Only this one.")] = None,
    channel: Channel = "",
    note: Note = "",
) -> None:
    """End a reader's subscription to one digest, or to everything."""
    from newsletter.app import administration, open_project

    errand = administration.errand(datetime.now(UTC), channel, note)
    _tell(administration.unsubscribe(open_project(context.obj), address, digest, errand))


def suppress(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of a reader, or of anybody.")],
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")] = "block",
    channel: Channel = "",
    note: Note = "",
) -> None:
    """Never mail an address again, whoever's it is."""
    from newsletter.app import administration, open_project

    errand = administration.errand(datetime.now(UTC), channel, note)
    changed = administration.suppress(open_project(context.obj), address, reason, errand)
    if changed.card is None and changed.hashed is not None:
        typer.echo(f"Only a hash of this address is kept ({changed.hashed.reason}): it is never mailed.")
        return
    _tell(changed)


def unsuppress(context: typer.Context, address: Address, channel: Channel = "", note: Note = "") -> None:
    """Let an address be mailed again; the note says why."""
    from newsletter.app import administration, open_project

    changed = administration.unsuppress(
        open_project(context.obj), address, administration.errand(datetime.now(UTC), channel, note)
    )
    if changed.card is None:
        typer.echo("The hash of this address is gone: it may sign up again.")
        return
    _tell(changed)
    if _is(changed, "unsubscribed"):
        say(
            "They are unsubscribed all the same: they come back by signing up, or with evidence by: newsletter"
            " subscribers add"
        )
    say("Your e-mail service may keep a list of its own: take the address off that, too.")


def _several(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", text) if part.strip()]


def _tell(changed: "Changed") -> None:
    """Say where the reader stands now."""
    if changed.card is not None:
        typer.echo(in_a_line(changed.card) + (" (as before)" if changed.is_same else ""))


def _is(changed: "Changed", state: str) -> bool:
    return changed.card is not None and changed.card.state == state
