"""Mailgun as its documentation describes it: takes a form, and makes a mail of it for each reader."""

import json
import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.delivery.providers.serving import Answer, serving

Form = Mapping[str, list[str]]

QUEUED = b'{"id":"<20261103.1@example.org>","message":"Queued. Thank you."}'


@dataclass
class Mailgun:
    """What came in, and what is answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    #: The connection ends without an answer, once the request was read.
    cuts: bool
    url: str = ""
    paths: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def mails(self) -> dict[str, dict[str, str]]:
        """Return each reader's fields of the one request, filled."""
        (form,) = self.forms
        variables = json.loads(form["recipient-variables"][0])
        shared = {
            name: values[0] for name, values in form.items() if name not in {"to", "recipient-variables"}
        }
        return {
            email: {name: filled(value, variables[email]) for name, value in shared.items()}
            for email in form["to"]
        }


def filled(text: str, variables: Mapping[str, str]) -> str:
    """Return *text* with a reader's variables in it; what is not defined stays."""
    return re.sub(r"%recipient\.(\w+)%", lambda found: variables.get(found[1], found[0]), text)


@contextmanager
def mailgun(
    status: int = 200, body: bytes = QUEUED, headers: Mapping[str, str] | None = None, *, cuts: bool = False
) -> Iterator[Mailgun]:
    """Run the service, which answers as told; yield its account of what came in."""
    service = Mailgun(status, body, headers or {}, cuts)

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        service.paths.append(path)
        service.credentials.append(b64decode(headers["Authorization"].removeprefix("Basic ")).decode())
        service.forms.append(form_of(body, headers["Content-Type"]))
        return None if service.cuts else (service.status, service.body, service.headers)

    with serving(answer) as service.url:
        yield service


def form_of(body: bytes, content_type: str) -> Form:
    """Return the fields of a form (RFC 7578), in their order."""
    kind, _, boundary = content_type.partition("; boundary=")
    first, *parts, end = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    assert (kind, first, end) == ("multipart/form-data", b"", b"--\r\n")
    fields: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.fullmatch(rb'\r\nContent-Disposition: form-data; name="([^"]+)"', head)
        assert name, head
        fields[name[1].decode()].append(value.decode())
    return fields
