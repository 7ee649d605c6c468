"""Whether Amazon SES sends from an address: by its domain, by itself, or by a domain above.

SES API v2, "GetEmailIdentity": https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html
"""

from urllib.parse import quote

from newsletter.delivery.providers.http import HttpSession
from newsletter.delivery.providers.reading import fields
from newsletter.delivery.providers.sending_domains import about_domains, above, domain_of
from newsletter.errors import AccountError, OutcomeUnknownError


def require_identity(http: HttpSession, sender: str, region: str) -> None:
    """Raise AccountError when the domain of *sender* is known and not verified, and nothing else speaks for the address.

    A domain that is not known proves nothing: OutcomeUnknownError, as when SES does not say.
    """
    author = domain_of(sender)
    is_verified = _is_verified(http, author)
    if is_verified is None:
        raise OutcomeUnknownError(f"Amazon SES knows the key, and tells nothing of {author} in {region}.")
    if not (is_verified or any(_is_verified(http, other) for other in (sender, *above(author)))):
        raise AccountError(f"Amazon SES has not verified {author} in {region}. Look at its DNS there.")


def _is_verified(http: HttpSession, identity: str) -> bool | None:
    """Whether SES sends from an address or a domain; None: it does not know it, or cannot tell now."""
    found = fields(about_domains(http, f"/v2/email/identities/{quote(identity, safe='')}", "Amazon SES"))
    said = found.get("VerifiedForSendingStatus")
    if said is False and found.get("VerificationStatus") == "TEMPORARY_FAILURE":
        return None
    return said if isinstance(said, bool) else None
