"""What can be chosen: `newsletter.toml` as frozen values. Secrets are wrapped so that nothing prints them.

A field's name is its key in the file; a trailing underscore is dropped (`from_` is `from`). Its annotation is all that
is checked of it alone; what must hold between settings stands in `rules.py`.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta

from newsletter.content.topics import Topic
from newsletter.issues.digests import Digest
from newsletter.settings.addresses import (
    DatabaseUrl,
    Hook,
    LinkPattern,
    Origin,
    ProxyNetwork,
    PublicSite,
    Service,
    WebAddress,
    Website,
)
from newsletter.settings.forms import (
    Colour,
    ContentFolder,
    DomainPattern,
    Form,
    Kind,
    Language,
    Line,
    Mailbox,
    Sender,
    one_of,
)

UTC = ZoneInfo("UTC")

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Percent = Annotated[float, Meta(ge=0, le=100)]


class Secret:
    """A text that never shows in a repr, a log or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself, for the one place that needs it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(empty)"


NO_SECRET = Secret()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """Who writes, to whom it looks as if, and in which languages."""

    name: Line
    from_: Sender
    site_url: Website
    public_url: PublicSite
    transactional_from: Sender = ""
    reply_to: Mailbox = ""
    postal_address: str = ""
    #: The first is the default.
    languages: tuple[Language, ...] = ("en",)
    timezone: ZoneInfo = UTC
    editors: tuple[Mailbox, ...] = ()
    #: Empty: the editors.
    operators: tuple[Mailbox, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Where the items are and how their pages on the website are called."""

    folder: ContentFolder = "content"
    #: Items dated earlier count as already sent.
    since: date | None = None
    #: A command run before an issue is made.
    update: tuple[str, ...] = ()
    #: By kind, with placeholders {year} {month} {day} {slug} {kind}.
    links: Mapping[Kind, LinkPattern] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", posixpath.normpath(self.folder))


#: The e-mail services of this version; `delivery/providers/` has a file for each.
PROVIDERS = ("outbox", "console", "smtp", "mailgun", "sendgrid", "postmark", "resend", "ses", "brevo")

#: Of these, those that keep mail on this machine.
REHEARSALS = frozenset({"outbox", "console"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The e-mail service; `outbox` and `console` are rehearsals."""

    name: Annotated[str, Form("smtp", one_of("provider", PROVIDERS))] = "outbox"
    #: Overrides scheme, host, port and prefix; the provider's documented path is appended.
    base_url: Service = ""
    #: The sending domain at Mailgun.
    domain: str = ""
    #: Where the service keeps and sends mail from, in its own words; empty: its default.
    region: str = ""
    #: Postmark's message stream; the configuration set of Amazon SES.
    stream: str = ""
    host: str = ""
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    connections: Annotated[int, Meta(ge=1, le=64)] = 4
    #: Messages; 0: no limit but the one, if any, that the provider documents for a second.
    max_per_second: Count = 0
    max_per_hour: Count = 0
    max_per_day: Count = 0
    self_check: bool = True
    api_key: Secret = NO_SECRET
    password: Secret = NO_SECRET
    access_key_id: Secret = NO_SECRET
    secret_access_key: Secret = NO_SECRET

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing leaves this machine."""
        return self.name in REHEARSALS


#: The services that report what became of mails, each with a table [webhooks.NAME].
RECEIVERS = ("mailgun", "sendgrid", "postmark", "resend", "ses", "brevo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """How one provider's events are told from a stranger's."""

    signing_key: Secret = NO_SECRET
    basic_auth: Secret = NO_SECRET
    secret: Secret = NO_SECRET
    public_key: str = ""
    topic_arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where readers and the ledger are kept."""

    #: Not shown: it may hold a password.
    url: DatabaseUrl = field(default="sqlite:///var/newsletter.db", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The public site."""

    trusted_proxies: tuple[ProxyNetwork, ...] = ()
    embed_sites: tuple[Origin, ...] = ()
    cors_origins: tuple[Origin, ...] = ()
    allowed_domains: tuple[DomainPattern, ...] = ()
    archive: Literal["public", "unlisted", "off"] = "public"
    #: One text, or one per language.
    consent_text: str | Mapping[Language, str] = ""
    controller: str = ""
    privacy_url: WebAddress = ""
    #: Of the notice at `privacy_url`, as its authors name it; kept with each consent.
    privacy_version: str = ""
    imprint_url: WebAddress = ""
    challenge: Literal["none", "altcha"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of sign-ups; 0 is no limit."""

    per_address_day: Count = 3
    per_ip_hour: Count = 60
    per_domain_hour: Count = 300
    global_hour: Count = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When an issue stops by itself, and how fast a new sender may grow."""

    stop_bounce_percent: Percent = 5.0
    stop_complaint_percent: Percent = 0.1
    stop_refused_batches: Count = 10
    #: The most on each of the first days.
    warm_up: tuple[Positive, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """For when mail is what is broken."""

    command: tuple[str, ...] = ()
    #: Not shown: they may hold a password.
    url: Hook = field(default="", repr=False)
    heartbeat_url: Hook = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The tokens of the mail's and the pages' look."""

    #: Relative to the content folder, or to the project folder.
    logo: str = ""
    logo_dark: str = ""
    accent: Colour = "#0b5cad"
    #: A stack for headlines; empty: the stack of the text.
    text_fonts: str = ""
    headline_fonts: str = ""
    radius: Annotated[int, Meta(ge=0, le=24)] = 4


#: Tables that appear once, by name; besides these there are [digests.KEY], [topics] and [webhooks.PROVIDER].
SECTIONS: Mapping[str, type[Any]] = {
    "newsletter": Newsletter,
    "content": Content,
    "provider": Provider,
    "transactional": Provider,
    "database": Database,
    "site": Site,
    "limits": Limits,
    "delivery": Delivery,
    "alerts": Alerts,
    "theme": Theme,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that was chosen, read once."""

    #: The folder that holds newsletter.toml; every relative path starts here.
    root: Path
    newsletter: Newsletter
    content: Content = Content()
    digests: Mapping[str, Digest]
    topics: Mapping[str, Topic] = field(default_factory=dict)
    provider: Provider = Provider()
    #: None: confirmations go through `provider` too.
    transactional: Provider | None = None
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    database: Database = Database()
    site: Site = Site()
    limits: Limits = Limits()
    delivery: Delivery = Delivery()
    alerts: Alerts = Alerts()
    theme: Theme = Theme()
    #: For links and tokens; newest first.
    secret_keys: tuple[Secret, ...] = ()
    #: For hashes of erased addresses; append-only.
    suppression_keys: tuple[Secret, ...] = ()

    @property
    def content_root(self) -> Path:
        """The content folder."""
        return self.root / self.content.folder

    @property
    def var(self) -> Path:
        """The folder of everything the program writes for itself."""
        return self.root / "var"
