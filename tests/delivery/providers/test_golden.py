"""What each provider sends for one letter and two readers, byte for byte, and what it is asked about one, as they are kept in golden/.

`NEWSLETTER_TEST_REWRITE_GOLDEN=1 python -m pytest tests/delivery/providers/test_golden.py` writes the files anew.
"""

import os
import re
from base64 import b64encode
from pathlib import Path

import pytest

from newsletter.delivery.values import Recipient
from tests.delivery.providers.specifications import SEARCHES
from tests.delivery.reached import SECRET, provider_of
from tests.delivery.sample_letter import golden_letter, readers, send_by, transactional_letter
from tests.stand_in.account import running
from tests.stand_in.services import SERVICES
from tests.stand_in.values import Request

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "NEWSLETTER_TEST_REWRITE_GOLDEN"

#: Of the connection, not of the request.
NOT_SHOWN = {"accept-encoding", "connection", "content-length", "host", "user-agent"}
#: What differs from run to run, and the key.
CHANGING = [
    (re.compile(b64encode(f"api:{SECRET}".encode()).decode()), "<api:key in Base64>"),
    (re.compile(SECRET), "<key>"),
    (re.compile(r"(?m)^(Authorization: AWS4-HMAC-SHA256) .*$"), r"\1 <signature>"),
    (re.compile(r"(?m)^(x-amz-date): .*$", re.IGNORECASE), r"\1: <date>"),
]


def shown(request: Request) -> str:
    """Return *request* for people, so that no two bodies look the same.

    A body in JSON has no line breaks, so a line can end at each comma; that of a form has its own, marked where they are CRLF.
    """
    headers = sorted(f"{name}: {value}" for name, value in request.headers.items())
    head = "\n".join(line for line in headers if line.partition(":")[0].lower() not in NOT_SHOWN)
    body = request.body.decode()
    is_form = "\n" in body
    body = body.replace("\r", "␍") if is_form else re.sub(r'(?<=[]}"el0-9]),(?=["{])', ",\n", body)
    text = f"{request.method} {request.path}\n{head}\n\n{body}\n"
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    boundary = re.search(r"boundary=(\w+)", head)
    return text.replace(boundary[1], "<boundary>") if boundary else text


def require_kept(found: str, path: Path) -> None:
    """Hold *found* against what is kept at *path*."""
    if os.environ.get(REWRITE):
        path.write_bytes(found.encode())
    assert found == path.read_bytes().decode(), (
        f"If that is meant, set {REWRITE}=1 and look at the difference."
    )


@pytest.mark.parametrize("name", SERVICES)
def test_a_request_is_byte_for_byte_the_one_that_is_kept(name: str) -> None:
    with running(SERVICES[name]()) as account:
        send_by(provider_of(name, account.url), golden_letter(), readers(2))

    (request,) = account.requests
    require_kept(shown(request), GOLDEN / f"{name}.txt")


@pytest.mark.parametrize("name", SERVICES)
def test_a_request_of_one_transactional_mail_is_the_one_that_is_kept(name: str) -> None:
    with running(SERVICES[name]()) as account:
        send_by(provider_of(name, account.url), transactional_letter(), readers(1))

    (request,) = account.requests
    require_kept(shown(request), GOLDEN / f"{name}-transactional.txt")


@pytest.mark.parametrize("name", SEARCHES)
def test_a_question_about_a_reader_is_the_one_that_is_kept(name: str) -> None:
    reader = Recipient(1, bytes(12), "reader+1@example.org")

    with running(SERVICES[name]()) as account:
        provider_of(name, account.url).look_up(golden_letter(), [reader])

    (asked,) = account.searches
    require_kept(f"GET {asked}\n", GOLDEN / f"{name}-look-up.txt")
