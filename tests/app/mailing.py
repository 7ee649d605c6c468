"""A project whose mails to one person are sent for real, to stand-ins on this machine."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from newsletter.app.project import Project
from newsletter.app.specimens import LINKS
from newsletter.settings import read_settings
from subscribers.mails import Mail
from subscribers.requests import Kind

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
REF = bytes(range(12))
TO = "reader@example.org"

SETTINGS = """\
[newsletter]
name = "Network Newsletter"
from = "Network <news@example.org>"
transactional_from = "Network <hello@example.org>"
reply_to = "editors@example.org"
site_url = "https://example.org"
public_url = "https://news.example.org"
postal_address = "Street 1, Brussels"
languages = ["en", "fr", "de"]

[digests.monthly]
title = "Monthly digest"
period = "month"

[digests.weekly]
title = "Weekly digest"
period = "week"
"""

KEY = "key-of-the-account"
KEYS = {"NEWSLETTER_PROVIDER__API_KEY": KEY}


def project(
    folder: Path, more: str = "", *, base: str = SETTINGS, environ: Mapping[str, str] = KEYS
) -> Project:
    """Return a project in *folder*, with *more* settings."""
    (folder / "newsletter.toml").write_text(f"{base}\n{more}", encoding="utf-8")
    return Project(read_settings(folder, environ))


def at(service: str, url: str, *, section: str = "provider") -> str:
    """Return the settings of a service that is reached at *url*."""
    domain = 'domain = "mg.example.org"\n' if service == "mailgun" else ""
    return f'[{section}]\nname = "{service}"\nbase_url = "{url}"\n{domain}'


def at_mail_server(port: int) -> str:
    """Return the settings of a mail server on this machine."""
    return f'[provider]\nname = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'


def mail(
    kind: Kind = Kind.SIGN_UP, *, ref: bytes = REF, lang: str = "en", digests: tuple[str, ...] = ("monthly",)
) -> Mail:
    """Return a mail of *kind*."""
    links = {name: f"https://news.example.org/{name}/Zk3yId-{ref.hex()}" for name in LINKS[kind]}
    return Mail(kind=kind, to=TO, lang=lang, ref=ref, links=links, digests=digests)


def clock() -> datetime:
    """Stand still."""
    return NOW


def written(found: Project) -> list[EmailMessage]:
    """Return the mails in the outbox."""
    paths = sorted((found.settings.var / "outbox").glob("*/*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.SMTP) for path in paths]
