"""Whether what becomes of mails would be heard of: each provider's events need a secret that tells them from a stranger's."""

from collections.abc import Iterator, Mapping

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project
from newsletter.delivery.providers import open_provider
from newsletter.delivery.providers.verifying import has_password
from newsletter.errors import NewsletterError
from newsletter.settings.environment import variable_of
from newsletter.settings.model import NO_SECRET, Webhook

#: One of these keys of [webhooks.NAME] is needed; the first is the one to advise.
_PROOFS: Mapping[str, tuple[str, ...]] = {
    "mailgun": ("signing_key",),
    "sendgrid": ("public_key",),
    "postmark": ("basic_auth", "secret"),
    "resend": ("secret", "signing_key"),
    "ses": ("topic_arn",),
    "brevo": ("basic_auth", "secret"),
}
#: Those of whom the password is the only proof.
_BY_PASSWORD = frozenset(name for name, keys in _PROOFS.items() if "basic_auth" in keys)
#: It signs a time and a token.
_SIGNS_NO_EVENT = "mailgun"
#: Of 128 random bits in base64, without padding.
_STRONG_LENGTH = 22


def look_at_webhooks(project: Project) -> Iterator[Finding]:
    """Look at the secrets of the providers in use, and at every password that is set."""
    known = project.settings.webhooks
    for name in dict.fromkeys(_reporting(project)):
        settings = known.get(name, Webhook())
        yield _settled(name, settings)
        yield from _half_proved(name, settings)
    for name, settings in known.items():
        yield from _weak(name, settings)


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


def _settled(name: str, settings: Webhook) -> Finding:
    keys = _PROOFS[name]
    if any(getattr(settings, key) for key in keys):
        return _finding(Health.OK, f"The events of {name} can be told from a stranger's.")
    key = keys[0]
    is_secret = getattr(Webhook(), key) == NO_SECRET
    where = (
        f"{variable_of(f'webhooks.{name}.{key}')} in the environment or in .env"
        if is_secret
        else f"{key} in [webhooks.{name}]"
    )
    return _finding(
        Health.WARNING,
        f"Bounces and complaints that {name} reports would not be seen.",
        f"Set {where}, and the webhook at {name} (docs/providers.md).",
    )


def _half_proved(name: str, settings: Webhook) -> Iterator[Finding]:
    """Yield a warning where a signature alone lets another event in (row W-25)."""
    if name == _SIGNS_NO_EVENT and settings.signing_key and not has_password(settings):
        yield _finding(
            Health.WARNING,
            f"The signature of {name} does not cover the event: whoever caught one could report something else.",
            f"Set {variable_of(f'webhooks.{name}.basic_auth')}, and the same name and password in the webhook's URL.",
        )


def _weak(name: str, settings: Webhook) -> Iterator[Finding]:
    """Yield a warning for each password that could be guessed; keys that sign are made by the provider."""
    fields = {"basic_auth": settings.basic_auth} | (
        {"secret": settings.secret} if name in _BY_PASSWORD else {}
    )
    for key, secret in fields.items():
        passwords = [part.strip().rpartition(":")[2] for part in secret.reveal().split(",") if part.strip()]
        if any(len(password) < _STRONG_LENGTH for password in passwords):
            yield _finding(
                Health.WARNING,
                f"The password of {name}'s webhook is shorter than {_STRONG_LENGTH} characters.",
                f"Set a random one, as `newsletter key` makes them, in {variable_of(f'webhooks.{name}.{key}')}.",
            )


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="webhooks", message=message, help=help_)
