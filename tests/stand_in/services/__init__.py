"""The services, one file each."""

from tests.stand_in.services.brevo import BrevoApi
from tests.stand_in.services.mailgun import MailgunApi
from tests.stand_in.services.postmark import PostmarkApi
from tests.stand_in.services.resend import ResendApi
from tests.stand_in.services.sendgrid import SendGridApi

#: By the name in the settings.
SERVICES = {
    "brevo": BrevoApi,
    "mailgun": MailgunApi,
    "postmark": PostmarkApi,
    "resend": ResendApi,
    "sendgrid": SendGridApi,
}
