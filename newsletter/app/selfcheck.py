"""Before an issue's first batch: whether readers' links and pictures work from outside, and whether its From is taken.

The public site is asked as a reader's mail program asks it, with links that mean nobody.
"""

import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from newsletter.app.direct import UNREACHABLE, open_directly, why_unreachable
from newsletter.app.letters import sender, token_keys
from newsletter.app.project import Project
from newsletter.delivery.links import FixedLinks
from newsletter.delivery.providers import open_provider
from newsletter.errors import AccountError, DeliveryError, RefusedError
from newsletter.rendering.values import RenderedIssue

_log = logging.getLogger(__name__)

#: For one answer.
_STEP_S = 5.0
#: For everything.
_ALL_S = 60.0
_AT_ONCE = 8
#: Links and pictures that are named of those that fail alike.
_NAMED = 3
#: As mail programs and gateways post it (RFC 8058).
_ONE_CLICK = b"List-Unsubscribe=One-Click"
_HELP = "newsletter doctor looks at more; `self_check = false` in [provider] sends without looking"


def failures(project: Project, rendered: RenderedIssue) -> list[str]:
    """Return what would not work for readers of *rendered*, a line each; empty when all is well.

    A rehearsal needs no public site, and what only may be wrong is logged.
    """
    provider = project.settings.provider
    if project.is_rehearsal or not provider.self_check:
        return []
    found = [
        *_failures_of_site(project, rendered),
        *(line.rstrip(".") for line in _failures_of_sender(project)),
    ]
    return [*found, _HELP] if found else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One request, and what is said of it when it fails."""

    url: str
    #: Without the token that is in it.
    name: str
    body: bytes | None = None
    #: What its answer has to be, e.g. `image/`.
    kind: str = ""


def _failures_of_site(project: Project, rendered: RenderedIssue) -> list[str]:
    """Ask for all links and pictures, several at once; what fails alike is told once."""
    steps = list(_steps(project, rendered))
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
    asked = {pool.submit(_failure, step): step for step in steps}
    done, late = wait(asked, timeout=_ALL_S)
    pool.shutdown(wait=False, cancel_futures=True)
    said = {asked[future].name: future.result() for future in done}
    said |= {asked[future].name: f"no answer, and {_ALL_S:.0f} seconds were over" for future in late}
    alike: dict[str, list[str]] = {}
    for step in steps:
        alike.setdefault(said[step.name], []).append(step.name)
    return [f"{_listed(names)}: {words}" for words, names in alike.items() if words]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _steps(project: Project, rendered: RenderedIssue) -> Iterator[_Step]:
    links = FixedLinks.for_test(project.public_url, token_keys(project), rendered.issue)
    unsubscribe, preferences = links.unsubscribe_url, links.preferences_url
    yield _Step(url=unsubscribe, name=_without_token(unsubscribe), body=_ONE_CLICK)
    yield _Step(url=preferences, name=_without_token(preferences))
    pictures = {image.name for variant in rendered.variants.values() for image in variant.images}
    for name in sorted(pictures):
        url = f"{project.public_url}/media/{name}"
        yield _Step(url=url, name=url, kind="image/")


def _without_token(url: str) -> str:
    return f"{url.rpartition('/')[0]}/…"


def _failure(step: _Step) -> str:
    """Return why a step failed, "" when it did not."""
    # A proxy of this machine's says nothing of readers, and who follows a redirect posts nothing there.
    try:
        with open_directly(_request(step), _STEP_S) as answer:
            kind = answer.headers.get_content_type()
            if answer.status != http.client.OK:
                return f"{answer.status}, must answer 200 itself"
            return "" if kind.startswith(step.kind) else f"is {kind}, not a picture"
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code}, must answer 200 itself"
    except UNREACHABLE as error:
        return why_unreachable(error, _STEP_S)


def _request(step: _Step) -> urllib.request.Request:
    return urllib.request.Request(step.url, data=step.body)  # noqa: S310 - http or https: the settings see to it


def _failures_of_sender(project: Project) -> Iterator[str]:
    """Ask the service whether it takes mail from our address; that it does not say proves nothing."""
    address = sender(project).address.addr_spec
    try:
        open_provider(project.settings.provider, project.settings.var).check(address)
    except (AccountError, RefusedError) as error:
        yield str(error)
    except DeliveryError as error:
        _log.warning("self-check", extra={"fields": {"unknown": str(error)}})
