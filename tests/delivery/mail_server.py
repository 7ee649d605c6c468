"""A real SMTP server on loopback that keeps account of what it accepted, and can misbehave."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Ledger:
    """What the server was given, and how it is to answer."""

    #: Address → how many messages it accepted for it.
    accepted: Counter[str] = field(default_factory=Counter)
    messages: dict[str, bytes] = field(default_factory=dict)
    #: Address → answer to RCPT, instead of 250.
    at_recipient: dict[str, str] = field(default_factory=dict)
    #: Address → answer to the message, instead of 250; used once.
    at_message: dict[str, str] = field(default_factory=dict)
    #: Addresses for which the connection is cut after the message, accepted or not.
    cut_before_answer: set[str] = field(default_factory=set)
    #: How long each message takes.
    delay_s: float = 0.0
    #: Whether it wants a login; it refuses every one.
    wants_login: bool = False
    #: Whether it says that it takes commands in a row (RFC 2920), which it does in any case.
    is_pipelining: bool = False

    async def handle_EHLO(
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Answer to the greeting with what it can do."""
        session.host_name = hostname
        return [*responses[:-1], *(["250-PIPELINING"] if self.is_pipelining else []), responses[-1]]

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Answer to a recipient."""
        if answer := self.at_recipient.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Answer to a message."""
        (address,) = envelope.rcpt_tos
        await asyncio.sleep(self.delay_s)
        if answer := self.at_message.pop(address, None):
            return answer
        self.accepted[address] += 1
        self.messages[address] = envelope.original_content
        if address in self.cut_before_answer:
            server.transport.close()
        return "250 OK"


def _refuse_login(*_of_whom: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


@contextmanager
def silent_server() -> Iterator[int]:
    """Listen on a free port of this machine, and never say a word; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@contextmanager
def scripted_server(*answers: str) -> Iterator[int]:
    """Say each of *answers* after one more line, the first at once, then hang up; a message ends with its dot.

    It says that it takes commands in a row. Yield the port.
    """

    def converse() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 hello\r\n")
            stream.flush()
            is_message = False
            for answer in ("250-hello\r\n250 PIPELINING", *answers):
                line = stream.readline()
                while is_message and line not in {b".\r\n", b""}:
                    line = stream.readline()
                is_message = answer.startswith("354")
                stream.write(f"{answer}\r\n".encode())
                stream.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=converse)
        server.start()
        yield int(listener.getsockname()[1])
        server.join()


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(ledger: Ledger) -> Iterator[int]:
    """Run the server on a free port of this machine; yield the port."""
    # The controller tries its own port once it runs, so it must know it beforehand.
    login: dict[str, Any] = {"auth_required": True, "auth_require_tls": False, "authenticator": _refuse_login}
    controller = Controller(
        ledger,
        hostname="127.0.0.1",
        port=free_port(),
        enable_SMTPUTF8=False,
        **(login if ledger.wants_login else {}),
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
