"""The e-mail services: what they can do and promise, and whether they know us."""

from collections.abc import Iterator
from datetime import timedelta

from newsletter.app.doctor.amounts import in_bytes, in_time
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.doctor.transfers import look_at_transfer
from newsletter.app.letters import sender, transactional_sender
from newsletter.app.project import Project
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.base import Capabilities, Provider
from newsletter.errors import DeliveryError, OutcomeUnknownError
from newsletter.settings.addresses import is_loopback
from newsletter.settings.model import Provider as Settings


def look_at_provider(project: Project) -> Iterator[Finding]:
    """Look at the service that issues leave by."""
    author = sender(project).address.addr_spec
    yield from _look(project, project.settings.provider, "provider", author)
    if project.is_rehearsal:
        yield Finding(
            level=Health.INFO, subject="provider", message="A rehearsal: no mail leaves this machine."
        )


def look_at_transactional(project: Project) -> Iterator[Finding]:
    """Look at the service that confirmations leave by, where it is another one."""
    if project.settings.transactional is not None:
        author = transactional_sender(project).address.addr_spec
        yield from _look(project, project.settings.transactional, "transactional", author)


def _look(project: Project, settings: Settings, section: str, author: str) -> Iterator[Finding]:
    provider = open_provider(settings, project.settings.var, section=section)
    yield Finding(
        level=Health.OK,
        subject=section,
        message=f"{_name(settings)}: {_abilities(provider.capabilities, settings)}.",
    )
    yield _asked(provider, section, author)
    if settings.name == "smtp" and settings.security == "none" and not is_loopback(f"smtp://{settings.host}"):
        yield Finding(
            level=Health.WARNING,
            subject=section,
            message="Mails, and the password, travel unencrypted to the mail server.",
            help=f'Set security = "starttls" in [{section}].',
        )
    yield from look_at_transfer(settings, section)
    for shortcoming in provider.capabilities.shortcomings:
        yield Finding(level=Health.INFO, subject=section, message=shortcoming)


def _name(settings: Settings) -> str:
    """Return the name of the service, and where it is: mail is to leave by no other place than a person thinks."""
    places = (
        settings.domain,
        settings.region and f"region {settings.region}",
        settings.stream,
        settings.base_url,
    )
    where = ", ".join(filter(None, places))
    return f"{settings.name} ({where})" if where else settings.name


def _abilities(capabilities: Capabilities, settings: Settings) -> str:
    readers = 1 if capabilities.is_one_by_one else capabilities.max_batch
    parts = ["1 reader a request" if readers == 1 else f"{readers:,} readers a request"]
    if capabilities.max_bytes:
        parts.append(f"at most {in_bytes(capabilities.max_bytes)}")
    limits = (
        (settings.max_per_second or capabilities.max_per_second, "a second"),
        (settings.max_per_hour, "an hour"),
        (settings.max_per_day, "a day"),
    )
    parts += [f"{most:,} mails {span}" for most, span in limits if most]
    window = timedelta(seconds=capabilities.key_window_s)
    parts.append(f"knows keys for {in_time(window)}" if window else "no keys")
    parts.append("reports events" if capabilities.reports_events else "no events")
    return ", ".join(parts)


def _asked(provider: Provider, section: str, author: str) -> Finding:
    """Make the harmless call, for mail from *author*; an answer that proves nothing is a warning."""
    try:
        return Finding(level=Health.OK, subject=section, message=provider.check(author))
    except OutcomeUnknownError as error:
        words = str(error).rstrip(".")
        return Finding(
            level=Health.WARNING,
            subject=section,
            message=f"{words}.",
            help="That proves nothing. Send yourself a test: newsletter test",
        )
    except DeliveryError as error:
        return Finding(level=Health.ERROR, subject=section, message=str(error))
