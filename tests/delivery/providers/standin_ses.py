"""A server that answers SendBulkEmail as Amazon documents it, and keeps the mails that readers would see."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.stand_in.serving import serving
from tests.stand_in.values import Reply, Request

KEY_ID, KEY = "AKIDEXAMPLE", "a secret/key+of the account"
REGION = "eu-central-1"

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<credential>[^,]+), ?SignedHeaders=(?P<names>[^,]+), ?Signature=(?P<signature>\w+)"
)
#: Handlebars: an escaped placeholder, one that is not escaped for HTML, a placeholder.
_TAG = re.compile(r"\\(\{\{.*?\}\})|\{\{\{.*?\}\}\}|\{\{(.*?)\}\}")


@dataclass(frozen=True)
class Mail:
    """What one reader gets."""

    headers: Mapping[str, str]
    tags: Mapping[str, str]
    subject: str
    html: str
    text: str


@dataclass
class Account:
    """What the server has seen, and what it is told to do."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    #: The mails accepted, by address.
    mails: dict[str, Mail] = field(default_factory=dict)
    #: Said in place of the next answers; None: the connection ends without one.
    scripted: list[Reply | None] = field(default_factory=list)
    #: The results of entries by address, where they are not SUCCESS.
    results: dict[str, str] = field(default_factory=dict)

    def say(self, status: int, body: object, **headers: str) -> None:
        """Answer the next request with *body*."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.scripted.append(Reply(status, json.dumps(body).encode(), said))

    def answer(self, request: dict[str, Any]) -> bytes:
        """Accept a request entry by entry."""
        results = [self._accept(request, entry) for entry in request["BulkEmailEntries"]]
        return json.dumps({"BulkEmailEntryResults": results}).encode()

    def _accept(self, request: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
        (email,) = entry["Destination"]["ToAddresses"]
        status = self.results.get(email, "SUCCESS")
        if status != "SUCCESS":
            return {"Status": status, "Error": f"{email} was not taken", "MessageId": None}
        template = request["DefaultContent"]["Template"]
        replacement = entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"]
        values = json.loads(template["TemplateData"]) | json.loads(replacement)
        headers = [*template["Headers"], *entry["ReplacementHeaders"]]
        assert len(headers) <= 15
        content = template["TemplateContent"]
        self.mails[email] = Mail(
            headers={header["Name"]: header["Value"] for header in headers},
            tags={tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]},
            subject=filled(content["Subject"], values),
            html=filled(content["Html"], values),
            text=filled(content["Text"], values),
        )
        return {"Status": "SUCCESS", "MessageId": f"id-of-{email}"}


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return *template* as Handlebars fills it; a value that is missing is an error."""

    def value(found: re.Match[str]) -> str:
        return found[1] or values[found[2]]

    return _TAG.sub(value, template)


@contextmanager
def ses_account() -> Iterator[Account]:
    """Run the server on a free port of this machine."""
    account = Account()

    def answer(request: Request) -> Reply | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not is_signed(request.path, headers, request.body):
            return Reply(403, b'{"message":"The request signature we calculated does not match"}')
        account.paths.append(request.path)
        account.requests.append(request.json)
        return account.scripted.pop(0) if account.scripted else Reply(200, account.answer(request.json))

    with serving(answer) as account.url:
        yield account


def is_signed(path: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a request has a signature of its host, its body and its region, as Amazon checks it (version 4)."""
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if found is None:
        return False
    at, names = headers["x-amz-date"], found["names"].split(";")
    scope = f"{at[:8]}/{REGION}/ses/aws4_request"
    if found["credential"] != f"{KEY_ID}/{scope}" or "host" not in names:
        return False
    canonical = "\n".join(
        ["POST", path, "", *(f"{name}:{headers[name]}" for name in names), "", found["names"], _hash(body)]
    )
    to_sign = "\n".join(["AWS4-HMAC-SHA256", at, scope, _hash(canonical.encode())])
    key = f"AWS4{KEY}".encode()
    for part in [*scope.split("/"), to_sign]:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(key.hex(), found["signature"])


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
