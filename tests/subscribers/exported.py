"""Lists as other systems export them, made up."""

from collections.abc import Iterable

LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at"
GHOST = "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers"

_MAILCHIMP = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF"
)
_MAILCHIMP_END = "LEID,EUID,NOTES,TAGS"
#: How the file's name begins → the columns that only such a file has.
_MAILCHIMP_OWN = {
    "subscribed": ("LAST_CHANGED",),
    "nonsubscribed": ("LAST_CHANGED",),
    "unsubscribed": ("UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON"),
    "cleaned": ("CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"),
}


def listmonk(*people: tuple[str, str]) -> str:
    """Return an export of *people*: address, status."""
    rows = [
        f'6f1b{number:04}-0000-4000-8000-000000000000,{email},A Reader,"{{""city"": ""Brussels""}}",{status},'
        "2019-03-04 05:06:07.123456 +0000 +0000,2024-01-01 00:00:00 +0000 UTC"
        for number, (email, status) in enumerate(people)
    ]
    return "\n".join([LISTMONK, *rows, ""])


def mailchimp(part: str, emails: Iterable[str], *, tags: str = "") -> str:
    """Return the file of an export whose name begins with *part*."""
    own = _MAILCHIMP_OWN[part]
    header = ",".join((_MAILCHIMP, *own, _MAILCHIMP_END))
    rows = [
        ",".join(
            (
                f"{email},A,Reader,2,2019-03-04 05:06:07,192.0.2.7,2019-03-04 06:00:00,192.0.2.8,1",
                "2024-01-01 00:00:00",
                *("" for _ in own[1:]),
                f"1,{number},,{tags}",
            )
        )
        for number, email in enumerate(emails)
    ]
    return "\n".join([header, *rows, ""])


def mailchimp_name(part: str) -> str:
    """Return how Mailchimp calls that file."""
    return f"{part}_email_audience_export_0a1b2c3d4e.csv"
