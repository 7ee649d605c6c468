"""`newsletter subscribers add`, `set`, `move`, `unsubscribe`, `suppress`, `unsuppress`: one reader is changed."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from newsletter.cli.talk import say
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from subscribers.audit import Errand
    from subscribers.storage.administration import Change

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

#: Ends a pause at once.
_NO_PAUSE = "off"


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
    change = administration.add(
        open_project(context.obj),
        address,
        _errand(channel, note),
        lang=lang,
        digests=_several(digests),
        topics=_several(topics),
        evidence=evidence,
    )
    _tell(change)
    if change.after.reader.state == "pending":
        say("They are asked by mail. Until they confirm, nothing else is sent to them.")


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

    project = open_project(context.obj)
    ends_pause = paused_until == _NO_PAUSE
    until = None
    if paused_until is not None and not ends_pause:
        until = administration.moment(project, paused_until, "--paused-until")
    wanted = administration.wanted(
        project,
        lang=lang,
        digests=_several(digests),
        topics=_several(topics),
        paused_until=until,
        ends_pause=ends_pause,
    )
    key = administration.known_address(address).key
    _tell(administration.storage(project).change(key, wanted, _errand(channel, note)))


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

    change = administration.move(open_project(context.obj), old, new, _errand(channel, note))
    _tell(change)
    if change.after.reader.state == "pending":
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

    key = administration.known_address(address).key
    storage = administration.storage(open_project(context.obj))
    _tell(storage.unsubscribe(key, digest, _errand(channel, note)))


def suppress(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of a reader, or of anybody.")],
    reason: Annotated[Reason, typer.Option("--reason", help="Why.")],
    channel: Channel = "",
    note: Note = "",
) -> None:
    """Never mail an address again, whoever's it is."""
    from newsletter.app import administration, open_project
    from subscribers.suppression import Suppression

    project = open_project(context.obj)
    change = administration.suppress(project, address, Suppression(reason), _errand(channel, note))
    if change.after.subscriber is None:
        typer.echo("This address was erased: it is never mailed anyway.")
        return
    _tell(change)


def unsuppress(context: typer.Context, address: Address, channel: Channel = "", note: Note = "") -> None:
    """Let an address be mailed again; the note says why."""
    from newsletter.app import administration, open_project

    change = administration.unsuppress(open_project(context.obj), address, _errand(channel, note))
    if change.after.subscriber is None:
        typer.echo("The hash of this address is gone: it may sign up again.")
        return
    _tell(change)
    if change.after.subscriber.state == "unsubscribed":
        say(
            "They are unsubscribed all the same: they come back by signing up, or with evidence by: newsletter"
            " subscribers add"
        )
    say("Your e-mail service may keep a list of its own: take the address off that, too.")


def _several(text: str) -> list[str]:
    return [part.strip() for part in re.split("[,;]", text) if part.strip()]


def _errand(channel: str, note: str) -> "Errand":
    from newsletter.app.administration import errand

    return errand(datetime.now(UTC), channel, note)


def _tell(change: "Change") -> None:
    """Say where the reader stands now."""
    from newsletter.app.roll import card
    from newsletter.cli.readers_looking import in_a_line

    reader = change.after.reader
    is_same = change.before.subscriber == reader
    typer.echo(in_a_line(card(reader, reveals=False)) + (" (as before)" if is_same else ""))
