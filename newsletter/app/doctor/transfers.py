"""Whether readers' addresses leave the European Economic Area with the mails (GDPR, Articles 44 to 49)."""

from collections.abc import Iterator

from newsletter.app.doctor.finding import Finding, Health
from newsletter.settings.model import Provider

#: Whose interface has no address within, whatever region they send from.
_ALWAYS_OUTSIDE = frozenset({"postmark", "resend"})
#: Amazon's of Europe that are not of the Area: London, Zurich.
_OUTSIDE_OF_EUROPES = frozenset({"eu-west-2", "eu-central-2"})


def look_at_transfer(settings: Provider, section: str) -> Iterator[Finding]:
    """Warn of a service that is reached outside; of an address of one's own nothing is known."""
    if not settings.base_url and is_outside_eea(settings.name, settings.region):
        yield Finding(
            level=Health.WARNING,
            subject=section,
            message=f"Readers' addresses leave the European Economic Area: {settings.name} is reached outside it.",
            help=(
                f"Set another region in [{section}], where the service has one;"
                " else note the basis of the transfer in the record of `newsletter privacy`."
            ),
        )


def is_outside_eea(provider: str, region: str) -> bool:
    """Whether *provider* in *region*, "" for its default, is known to be reached outside."""
    match provider:
        case "mailgun":
            return region == "us"
        case "sendgrid":
            return region != "eu"
        case "ses":
            return not region.startswith("eu-") or region in _OUTSIDE_OF_EUROPES
        case _:
            return provider in _ALWAYS_OUTSIDE
