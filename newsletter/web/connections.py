"""A client's connection: its time, its share and what it may throw at us have an end, whoever holds it.

uvicorn waits for a request's head, and for who does not read, without an end. The rest it does itself.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from subscribers.web.clients import Network, is_among, networks_of, read_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one client, and all together, may hold."""

    #: Proxies: they speak for many, and have bounds of their own.
    trusted: Sequence[Network] = ()
    #: Connections of one address (IPv6: of one /64).
    per_client: int = 100
    #: Below the 1,024 files that a process may usually open.
    in_all: int = 800
    #: From the connection, or the answer before, to the end of the next request's head.
    head_s: float = 10
    #: For which a client may read nothing of what it asked for.
    stall_s: float = 60
    #: Also h11's bound for what it holds of a head that has no end yet.
    head_bytes: int = 16 * 1024
    #: Thrown away of a body after its answer, so that a client who still writes gets to read that.
    rest_bytes: int = 64 * 1024


class BoundedConnection(H11Protocol):
    """One connection to uvicorn, under *bounds*."""

    def __init__(self, bounds: Bounds, **options: Any) -> None:
        super().__init__(**options)
        self._bounds = bounds
        #: Who holds it; "" for a proxy of ours.
        self.holder = ""
        self._rest = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Count it, and give it its time."""
        super().connection_made(transport)
        address = read_address(self.client[0] if self.client else "")
        if address is None or not is_among(address, self._bounds.trusted):
            self.holder = networks_of(address)[0]
        if self._is_too_many():
            transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nothing fire afterwards."""
        self._end_deadline()
        self._end_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless it is the rest of a body that was answered already, and too much of it."""
        self._rest = self._rest + len(data) if self.conn.our_state is h11.DONE else 0
        if self._rest > self._bounds.rest_bytes:
            self.transport.abort()
            return
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Wait for a client that does not read, but not for ever."""
        super().pause_writing()
        self._begin_stall()

    def resume_writing(self) -> None:
        """Go on: the client reads."""
        self._end_stall()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or has a head without an end, in as few words as possible."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            held, _ = self.conn.trailing_data
            status = HTTPStatus.BAD_REQUEST
            if len(held) > self._bounds.head_bytes:
                status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            headers = [("Connection", "close"), ("Content-Length", "0")]
            for event in (h11.Response(status_code=status, headers=headers), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _is_too_many(self) -> bool:
        if len(self.connections) > self._bounds.in_all:
            return True
        if not self.holder:
            return False
        holders = [each.holder for each in self.connections if isinstance(each, BoundedConnection)]
        return holders.count(self.holder) > self._bounds.per_client

    def _watch(self) -> None:
        """Set the deadline while it is the client's turn: to begin a request, to end one that was answered, to go."""
        is_clients_turn = self.conn.their_state is h11.IDLE or self.conn.our_state is h11.DONE
        if not is_clients_turn and not self.transport.is_closing():
            self._end_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._bounds.head_s, self._give_up)

    def _give_up(self) -> None:
        # What was answered may still be on its way.
        self.transport.close()
        self._begin_stall()

    def _begin_stall(self) -> None:
        if self._stall is None:
            self._stall = self.loop.call_later(self._bounds.stall_s, self.transport.abort)

    def _end_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
