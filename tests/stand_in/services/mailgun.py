"""Mailgun: takes a form, and makes a mail of it for each reader."""

import hashlib
import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.stand_in.values import Happening, Mail, Occurrence, Posting, Refusal, Reply, Request, json_reply

Form = Mapping[str, list[str]]

_KINDS: Mapping[Happening, Mapping[str, object]] = {
    Happening.DELIVERED: {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}},
    Happening.DEFERRED: {
        "event": "failed",
        "severity": "temporary",
        "reason": "generic",
        "delivery-status": {"code": 451, "message": "4.7.1 Greylisted", "enhanced-code": "4.7.1"},
    },
    Happening.BOUNCED: {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "delivery-status": {"code": 550, "message": "5.1.1 No such user", "enhanced-code": "5.1.1"},
    },
    Happening.SOFT_BOUNCED: {
        "event": "failed",
        "severity": "permanent",
        "reason": "generic",
        "delivery-status": {"code": 552, "message": "5.2.2 Mailbox full", "enhanced-code": "5.2.2"},
    },
    Happening.COMPLAINED: {"event": "complained"},
    Happening.UNSUBSCRIBED: {"event": "unsubscribed"},
    Happening.OPENED: {"event": "opened"},
}


@dataclass
class MailgunApi:
    """`POST /v3/{domain}/messages`; no keys."""

    log_path: str = "/events"

    #: HTTP webhook signing key.
    signing_key: str = "webhook-signing-key"

    def addresses(self, request: Request) -> Sequence[str]:
        """Return whom it is for."""
        return [part.partition(b"\r\n")[0].decode() for part in request.body.split(b'name="to"\r\n\r\n')[1:]]

    def mails(self, request: Request) -> Sequence[Mail]:
        """Return what each of them gets, placeholders filled."""
        form = form_of(request)
        variables = msgspec.json.decode(form["recipient-variables"][0], type=dict[str, dict[str, str]])

        def mail(address: str) -> Mail:
            own = {name: _filled(values[0], variables[address]) for name, values in form.items()}
            return Mail(
                address=address,
                author=own["from"],
                subject=own["subject"],
                html=own["html"],
                text=own["text"],
                headers={name[2:]: value for name, value in own.items() if name.startswith("h:")},
                metadata={name[2:]: value for name, value in own.items() if name.startswith("v:")},
            )

        return [mail(address) for address in form["to"]]

    def refuses_all(self, _request: Request) -> bool:
        """One address that it cannot read refuses the request."""
        return True

    def answer(self, _addresses: Sequence[str], refused: Mapping[int, Refusal], number: int) -> Reply:
        """One id for all readers."""
        if refused:
            return json_reply(
                400, {"message": "to parameter is not a valid address. please check documentation"}
            )
        return json_reply(200, {"id": f"<{number}@mailgun.example.org>", "message": "Queued. Thank you."})

    def searched(self, request: Request, mails: Mapping[str, Sequence[Mail]]) -> Reply:
        """`GET /v3/{domain}/events`: an `accepted` for each mail to that recipient."""
        address = parse_qs(urlsplit(request.path).query)["recipient"][0]
        items = [
            {"event": "accepted", "recipient": address, "user-variables": mail.metadata}
            for mail in mails.get(address, ())
        ]
        return json_reply(200, {"items": items, "paging": {}})

    def posting(self, occurrences: Sequence[Occurrence], now: datetime) -> Posting:
        """One event; time and a token are signed, the event is not."""
        (occurrence,) = occurrences
        stamp, token = str(int(now.timestamp())), secrets.token_hex(25)
        signature = hmac.new(
            self.signing_key.encode(), f"{stamp}{token}".encode(), hashlib.sha256
        ).hexdigest()
        mail = occurrence.mail
        event = {
            "id": occurrence.id,
            "timestamp": occurrence.at.timestamp(),
            "recipient": mail.address,
            "recipient-domain": mail.address.rpartition("@")[2],
            "message": {
                "headers": {"to": mail.address, "message-id": mail.headers["Message-ID"].strip("<>")}
            },
            "user-variables": mail.metadata,
            **_KINDS[occurrence.kind],
        }
        signed = {"timestamp": stamp, "token": token, "signature": signature}
        body = msgspec.json.encode({"signature": signed, "event-data": event})
        return Posting({"Content-Type": "application/json"}, body)


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """Return *text* with a reader's variables in it; what is not defined stays."""
    return re.sub(r"%recipient\.(\w+)%", lambda found: variables.get(found[1], found[0]), text)


def form_of(request: Request) -> Form:
    """Return the fields of a form (RFC 7578), in their order."""
    kind, _, boundary = request.headers["Content-Type"].partition("; boundary=")
    first, *parts, end = (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode())
    assert (kind, first, end) == ("multipart/form-data", b"", b"--\r\n")
    fields: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = re.fullmatch(rb'\r\nContent-Disposition: form-data; name="([^"]+)"', head)
        assert name, head
        fields[name[1].decode()].append(value.decode())
    return fields
