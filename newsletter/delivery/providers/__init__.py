"""The e-mail services, one file each; `open_provider` is where a name of the settings becomes one."""

from pathlib import Path

from newsletter.delivery.providers.base import Provider
from newsletter.errors import NewsletterError
from newsletter.settings.model import PROVIDERS
from newsletter.settings.model import Provider as ProviderSettings


def open_provider(settings: ProviderSettings, var: Path) -> Provider:
    """Return the provider that *settings* name.

    Raises NewsletterError for a name that is none of ours; reading the settings has refused it before.
    """
    match settings.name:
        case "outbox":
            from newsletter.delivery.providers.outbox import Outbox

            return Outbox(var / "outbox")
        case "console":
            from newsletter.delivery.providers.console import Console

            return Console()
        case "smtp":
            from newsletter.delivery.providers.smtp import Smtp

            return Smtp(
                host=settings.host,
                port=settings.port,
                security=settings.security,
                username=settings.username,
                password=settings.password,
            )
    raise NewsletterError(f"There is no provider `{settings.name}`. Known: {', '.join(PROVIDERS)}.")
