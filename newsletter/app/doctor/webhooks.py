"""Whether what becomes of mails would be heard of: each provider's events need what tells them from a stranger's."""

from collections.abc import Iterator, Mapping

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.faults import Fault, faults
from newsletter.delivery.providers.verifying import has_password
from newsletter.errors import NewsletterError
from newsletter.settings.environment import variable_of
from newsletter.settings.model import Secret, Webhook

#: One of these keys of [webhooks.NAME] is needed; the first is the one to advise.
_PROOFS: Mapping[str, tuple[str, ...]] = {
    "mailgun": ("signing_key",),
    "sendgrid": ("public_key",),
    "postmark": ("basic_auth", "secret"),
    "resend": ("secret", "signing_key"),
    "ses": ("topic_arn",),
    "brevo": ("basic_auth", "secret"),
}
#: It signs a time and a token.
_SIGNS_NO_EVENT = "mailgun"


def look_at_webhooks(project: Project) -> Iterator[Finding]:
    """Look at the secrets of the providers in use, and at whatever else is set."""
    faulty = {name for name, fault in _faults(project) if fault.is_useless}
    for name in dict.fromkeys(_reporting(project)):
        settings = project.settings.webhooks.get(name, Webhook())
        if not any(getattr(settings, key) for key in _PROOFS[name]):
            yield _unseen(name)
        elif name not in faulty:
            yield _finding(Health.OK, f"The events of {name} can be told from a stranger's.")
            yield from _half_proved(name, settings)
    for name, fault in _faults(project):
        level = Health.ERROR if fault.is_useless else Health.WARNING
        yield _finding(level, f"{_place(name, fault.key)} {fault.message}.", fault.help)


def _faults(project: Project) -> Iterator[tuple[str, Fault]]:
    for name, settings in project.settings.webhooks.items():
        for fault in faults(name, settings):
            yield name, fault


def _reporting(project: Project) -> Iterator[str]:
    """Yield the names of the providers in use that report events; one that cannot be opened is told elsewhere."""
    settings = project.settings
    for section, chosen in (("provider", settings.provider), ("transactional", settings.transactional)):
        if chosen is None:
            continue
        try:
            provider = open_provider(chosen, settings.var, section=section)
        except NewsletterError:
            continue
        if provider.capabilities.reports_events:
            yield provider.name


def _unseen(name: str) -> Finding:
    key = _PROOFS[name][0]
    where = " in the environment or in .env" if _is_secret(key) else ""
    return _finding(
        Health.WARNING,
        f"Bounces and complaints that {name} reports would not be seen.",
        f"Set {_place(name, key)}{where}, and the webhook at {name} (docs/providers.md).",
    )


def _half_proved(name: str, settings: Webhook) -> Iterator[Finding]:
    """Yield a warning where a signature alone lets another event in (row W-25)."""
    if name == _SIGNS_NO_EVENT and not has_password(settings):
        yield _finding(
            Health.WARNING,
            f"The signature of {name} does not cover the event: whoever caught one could report something else.",
            f"Set {variable_of(f'webhooks.{name}.basic_auth')}, and the same name and password in the webhook's URL.",
        )


def _place(name: str, key: str) -> str:
    """Return where a setting is written: a secret's variable, or its key in the file."""
    return variable_of(f"webhooks.{name}.{key}") if _is_secret(key) else f"{key} in [webhooks.{name}]"


def _is_secret(key: str) -> bool:
    return isinstance(getattr(Webhook(), key), Secret)


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="webhooks", message=message, help=help_)
