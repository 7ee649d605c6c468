"""The e-mail services, one file each; here a name of the settings becomes a provider, or the receiver of its events."""

from importlib import import_module
from pathlib import Path

from newsletter.delivery.events import Receiver
from newsletter.delivery.providers.base import Capabilities, Provider
from newsletter.errors import NewsletterError
from newsletter.settings.model import PROVIDERS, RECEIVERS, Secret, Webhook
from newsletter.settings.model import Provider as ProviderSettings


def open_provider(settings: ProviderSettings, var: Path, *, section: str = "provider") -> Provider:
    """Return the provider that *settings* name; they are those of *section*.

    Raises NewsletterError when a secret of it is not set. Editors build and check without it.
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
        case "ses":
            from newsletter.delivery.providers.ses import Ses

            return Ses(
                region=settings.region,
                base_url=settings.base_url,
                access_key_id=_required(settings.access_key_id, "access_key_id", "ses", section),
                secret_access_key=_required(settings.secret_access_key, "secret_access_key", "ses", section),
                configuration_set=settings.stream,
            )
    return _open_service(settings, section)


def _open_service(settings: ProviderSettings, section: str) -> Provider:
    name, base_url = settings.name, settings.base_url
    key = _required(settings.api_key, "api_key", name, section)
    match name:
        case "mailgun":
            from newsletter.delivery.providers.mailgun import Mailgun

            return Mailgun(domain=settings.domain, api_key=key, region=settings.region, base_url=base_url)
        case "sendgrid":
            from newsletter.delivery.providers.sendgrid import SendGrid

            return SendGrid(api_key=key, region=settings.region, base_url=base_url)
        case "postmark":
            from newsletter.delivery.providers.postmark import Postmark

            # A stream of [provider] is one for many, and one of [transactional] is not.
            is_for_one = section == "transactional"
            return Postmark(
                api_key=key,
                stream="" if is_for_one else settings.stream,
                transactional_stream=settings.stream if is_for_one else "",
                base_url=base_url,
            )
        case "resend":
            from newsletter.delivery.providers.resend import Resend

            return Resend(api_key=key, base_url=base_url)
        case "brevo":
            from newsletter.delivery.providers.brevo import Brevo

            return Brevo(api_key=key, base_url=base_url)
    raise NewsletterError(f"There is no provider `{name}`. Known: {', '.join(PROVIDERS)}.")


def capabilities_of(name: str) -> Capabilities:
    """Return what the provider *name* can do and promise, which takes no key to know.

    Raises NewsletterError for a name that is none of ours.
    """
    if name not in PROVIDERS:
        raise NewsletterError(f"There is no provider `{name}`. Known: {', '.join(PROVIDERS)}.")
    found: Capabilities = import_module(f"{__name__}.{name}").CAPABILITIES
    return found


def open_receiver(name: str, settings: Webhook) -> Receiver:
    """Return what tells the events of the provider *name* from a stranger's, and reads them.

    Raises NewsletterError for a name that reports none.
    """
    match name:
        case "mailgun":
            from newsletter.delivery.providers.mailgun_events import MailgunReceiver

            return MailgunReceiver(settings=settings)
        case "sendgrid":
            from newsletter.delivery.providers.sendgrid_events import SendGridReceiver

            return SendGridReceiver(settings=settings)
        case "postmark":
            from newsletter.delivery.providers.postmark import PostmarkReceiver

            return PostmarkReceiver(settings=settings)
        case "resend":
            from newsletter.delivery.providers.resend import ResendReceiver

            return ResendReceiver(settings=settings)
        case "ses":
            from newsletter.delivery.providers.ses_events import SesReceiver

            return SesReceiver(settings=settings)
        case "brevo":
            from newsletter.delivery.providers.brevo import BrevoReceiver

            return BrevoReceiver(settings=settings)
    raise NewsletterError(f"There are no events from `{name}`. Known: {', '.join(RECEIVERS)}.")


def _required(secret: Secret, key: str, name: str, section: str) -> Secret:
    if not secret:
        variable = f"NEWSLETTER_{section.upper()}__{key.upper()}"
        raise NewsletterError(
            f"[{section}] {name}: its secret is missing. Set {variable} in the environment or in .env (or {variable}_FILE)."
        )
    return secret
