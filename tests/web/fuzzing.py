"""Strangers who send anything that the site's description allows, and anything that it does not; and providers who report nonsense."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.generation import GenerationMode

from newsletter.app.description import describe
from newsletter.app.project import Project
from newsletter.app.site import make_site
from newsletter.app.surface import JSON_PATH, server_options
from tests.web.reports import Report, receivers, reports
from tests.web.serving import serving

WEBHOOKS = "/webhooks/{provider}"
#: No failure of ours; and a status, a kind of content and a body that the description knows.
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass(frozen=True)
class Stranger:
    """Asks a site what its description says, and more."""

    url: str
    described: Any
    session: requests.Session = field(default_factory=requests.Session)
    #: How often each route gave each status.
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)

    def operation(self, path: str) -> Any:
        return self.described[path]["POST"]

    def call(self, case: Any) -> None:
        """Send one request, and hold the answer against the description."""
        response = case.call(base_url=self.url, session=self.session, timeout=30)
        self.check(case, response)

    def report(self, report: Report) -> None:
        """Send what a provider could report, and hold the answer against the description."""
        case = self.operation(WEBHOOKS).Case(path_parameters={"provider": report.provider})
        response = self.session.post(
            f"{self.url}/webhooks/{report.provider}",
            data=report.posted.body,
            headers=dict(report.posted.headers),
            timeout=30,
        )
        self.check(case, response)

    def check(self, case: Any, response: requests.Response) -> None:
        self.seen[case.path, response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    def wishes(self, path: str, cases: int) -> None:
        """Send *cases* requests to *path*: half as they should be, half not."""
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            each(self.operation(path).as_strategy(generation_mode=mode), cases // 2, self.call)

    def all(self, cases: int) -> None:
        """Send *cases* requests: to sign up, to webhooks as nobody, and to webhooks as providers."""
        self.wishes(JSON_PATH, cases * 2 // 5)
        self.wishes(WEBHOOKS, cases // 5)
        each(reports(), cases * 2 // 5, self.report)


@contextmanager
def stranger(project: Project) -> Iterator[Stranger]:
    """Serve *project*, and yield who asks."""
    with serving(**server_options(project)) as served:
        served.app = make_site(project, receivers=receivers())
        described = schemathesis.openapi.from_dict(describe(project))
        yield Stranger(f"http://127.0.0.1:{served.port}", described)


def each(strategy: SearchStrategy[Any], cases: int, do: Callable[[Any], None]) -> None:
    """Do something with each of *cases* values."""

    @settings(
        max_examples=cases,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(strategy)
    def one(value: Any) -> None:
        do(value)

    one()
