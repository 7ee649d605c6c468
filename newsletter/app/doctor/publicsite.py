"""The public site, as readers' links reach it."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator

from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.project import Project
from newsletter.settings.addresses import is_loopback

#: For each step; a page that takes longer is no page for readers.
_TIMEOUT_S = 5.0
_HELP = "Run `newsletter serve` behind a proxy that takes https, and let its address lead there."


def look_at_public_site(project: Project) -> Iterator[Finding]:
    """Ask the public site how it is; that it is https, or on this machine, the settings have seen to."""
    url = project.public_url
    if is_loopback(url) and not project.is_rehearsal:
        yield _finding(
            Health.WARNING,
            f"{url} is this machine: readers' links lead nowhere.",
            "Set public_url in [newsletter] to where readers reach it.",
        )
    # What answers by way of a proxy of this machine's says nothing of readers.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/healthz", timeout=_TIMEOUT_S) as answer:
            yield _judged(url, answer.read(1_000))
    except urllib.error.HTTPError as error:
        with error:
            yield _finding(Health.WARNING, f"{url} answers {error.code} at /healthz.", _help_for(error.code))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        yield _finding(
            Health.WARNING, f"{url} does not answer: {_reason(error)}. Links in mails lead there.", _HELP
        )


def _judged(url: str, body: bytes) -> Finding:
    try:
        is_ours = json.loads(body) == {"status": "ok"}
    except ValueError:
        is_ours = False
    if is_ours:
        return _finding(Health.OK, f"{url} answers, and is well.")
    return _finding(
        Health.WARNING, f"Something else than `newsletter serve` answers at {url}/healthz.", _HELP
    )


def _help_for(status: int) -> str:
    if status == http.client.SERVICE_UNAVAILABLE:
        return "Its database does not answer, the scheduler is silent, or a job takes too long."
    return _HELP


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"nothing came within {_TIMEOUT_S:.0f} seconds"
    return str(getattr(reason, "strerror", None) or reason or type(reason).__name__).rstrip(".")


def _finding(level: Health, message: str, help_: str = "") -> Finding:
    return Finding(level=level, subject="public site", message=message, help=help_)
