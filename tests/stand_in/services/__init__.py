"""The services, one file each."""

from collections.abc import Callable, Mapping

from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.services.ses import SesApi
from tests.stand_in.values import Service

#: By the name in the settings.
SERVICES: Mapping[str, Callable[[], Service]] = {
    "brevo": BrevoApi,
    "mailgun": MailgunApi,
    "postmark": PostmarkApi,
    "resend": ResendApi,
    "sendgrid": SendGridApi,
    "ses": SesApi,
}
