"""The e-mail services, one file each; `open_provider` is where a name of the settings becomes one."""

import difflib
from pathlib import Path

from newsletter.delivery.providers.base import Provider
from newsletter.errors import Level, Problem, SettingsError
from newsletter.settings.model import Provider as ProviderSettings

NAMES = ("outbox", "console", "smtp")


def open_provider(settings: ProviderSettings, var: Path) -> Provider:
    """Return the provider that *settings* name.

    Raises SettingsError for a name that is none of ours.
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
    nearest = difflib.get_close_matches(settings.name, NAMES, n=1)
    problem = Problem(
        level=Level.ERROR,
        rule="settings",
        path="newsletter.toml",
        message=f"provider.name: there is no provider `{settings.name}`.",
        help=f"Did you mean `{nearest[0]}`?" if nearest else f"Known: {', '.join(NAMES)}.",
    )
    raise SettingsError([problem])
