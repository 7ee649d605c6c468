"""When mail is what is broken: a command of the owner's, and a URL."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from newsletter.app.programs import run_program
from newsletter.app.telling.hooks import call
from newsletter.settings.model import Alerts

#: A command that takes longer hangs.
_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is told."""

    subject: str
    text: str
    #: The name of the incident, "" for words that are about none.
    incident: str = ""
    is_over: bool = False


def ways(alerts: Alerts) -> int:
    """Return how many ways there are besides mail."""
    return bool(alerts.command) + bool(alerts.url)


def raise_alarm(alerts: Alerts, alarm: Alarm, root: Path) -> list[str]:
    """Tell it by the command and the URL that are set; return why each of them failed, empty when none did.

    The command runs in *root*, with the text on its standard input and the subject as its last argument.
    """
    return list(_failures(alerts, alarm, root))


def _failures(alerts: Alerts, alarm: Alarm, root: Path) -> Iterator[str]:
    if alerts.command and (failure := _run((*alerts.command, alarm.subject), alarm.text, root)):
        yield f"[alerts] command: {failure}"
    if alerts.url and (failure := call(alerts.url, _body(alarm))):
        yield f"[alerts] url: {failure}"


def _body(alarm: Alarm) -> bytes:
    values = {
        "subject": alarm.subject,
        "text": alarm.text,
        "incident": alarm.incident,
        "is_over": alarm.is_over,
    }
    return json.dumps(values, ensure_ascii=False).encode()


def _run(command: tuple[str, ...], text: str, root: Path) -> str:
    """Run *command*; return why it failed, "" when it did not. Its arguments may be secret."""
    # Also a scheduler that is stopped tells what it has begun to tell.
    failure = run_program(command, root, limit_s=_LIMIT_S, stop=Event(), given=text.encode())
    return f"`{command[0]}` {failure}" if failure else ""
