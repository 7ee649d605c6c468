"""The services, one file each."""

from collections.abc import Callable, Mapping

from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi
from tests.stand_in.services.ses import SesApi
from tests.stand_in.values import ReportingService, Service

#: Those that post to webhooks, by the name in the settings.
REPORTING: Mapping[str, Callable[[], ReportingService]] = {
    "brevo": BrevoApi,
    "mailgun": MailgunApi,
    "postmark": PostmarkApi,
    "resend": ResendApi,
    "sendgrid": SendGridApi,
}
#: All of them.
SERVICES: Mapping[str, Callable[[], Service]] = {**REPORTING, "ses": SesApi}
