"""Which domain an address is of, which others speak for it, and what a service knows of one."""

import re
from collections.abc import Iterator
from typing import Any

from newsletter.delivery.providers.http import HttpSession
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError

_NOT_THERE = re.compile(r"\(404:")


def domain_of(address: str) -> str:
    """Return the domain of *address*, in small letters."""
    return address.rpartition("@")[2].lower()


def is_within(domain: str, other: str) -> bool:
    """Whether *domain* is *other* or lies below it."""
    return domain == other.lower() or domain.endswith(f".{other.lower()}")


def above(domain: str) -> Iterator[str]:
    """Yield the domains that *domain* lies below, without the top one."""
    while (domain := domain.partition(".")[2]).count("."):
        yield domain


def about_domains(http: HttpSession, path: str, service: str) -> Any:
    """Ask *service* what it knows of domains; None: nothing is there.

    Raises OutcomeUnknownError when it does not tell: who is refused here may send all the same, as with a key for nothing
    else. Raises TemporaryError as `HttpSession.get`.
    """
    try:
        answer = http.get(path).json()
    except (AccountError, RefusedError) as error:
        if _NOT_THERE.search(str(error)):
            return None
        raise OutcomeUnknownError(
            f"{service} knows the key, which may not look at domains: {error}"
        ) from error
    finally:
        http.close()
    return {} if answer is None else answer
