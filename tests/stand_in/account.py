"""An account at a service: what came in, what was accepted for whom, and what is to be done next."""

import time
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from tests.stand_in.serving import serving
from tests.stand_in.values import (
    GuardedService,
    Happening,
    KeyedService,
    Mail,
    Occurrence,
    Order,
    Posting,
    Refusal,
    Reply,
    Request,
    SearchedService,
    Service,
)


@dataclass(kw_only=True)
class Account:
    """What the stand-in has seen, and what it is told to do."""

    service: Service
    url: str = ""
    #: Each request, as it came.
    requests: list[Request] = field(default_factory=list)
    #: How many mails were accepted, by address.
    accepted: Counter[str] = field(default_factory=Counter)
    #: Addresses that get no mail.
    refusals: dict[str, Refusal] = field(default_factory=dict)
    #: What is done with the next requests, one each.
    orders: deque[Order] = field(default_factory=deque)
    #: What is done with all others.
    habit: Order = field(default_factory=Order)
    #: Whether the service knows a key again.
    honours_keys: bool = True
    #: What was searched for, as paths.
    searches: list[str] = field(default_factory=list)
    #: In place of what its log knows.
    answer_to_searches: Reply | None = None
    #: Whether its log does not know yet what was accepted.
    is_behind: bool = False
    #: Those that came under the key of a request with another body.
    misfits: list[Request] = field(default_factory=list)
    #: Off: only counts, so that a million readers fit into memory.
    keeps_requests: bool = True
    #: Accepted requests whose mails nobody has looked at, and the places of those refused.
    _unread: deque[tuple[Request, frozenset[int]]] = field(default_factory=deque)
    _mails: dict[str, list[Mail]] = field(default_factory=dict)
    _by_key: dict[str, tuple[Request, Reply | None]] = field(default_factory=dict)
    _number: int = 0
    _occurrences: int = 0
    _lock: Lock = field(default_factory=Lock)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Accept nobody of the next request, and answer it with *body*."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.orders.append(Order(accepts=False, reply=Reply(status, body, named)))

    def take(self, request: Request) -> Reply | None:
        """Do with *request* as ordered; None cuts the connection."""
        begun = time.monotonic()
        if isinstance(self.service, GuardedService) and (reply := self.service.turned_away(request)):
            return reply
        if request.method == "GET" and not self._is_search(request):
            return Reply(404, b"{}")
        if request.method == "GET" and isinstance(self.service, SearchedService):
            self.searches.append(request.path)
            if self.answer_to_searches:
                return self.answer_to_searches
            return self.service.searched(request, {} if self.is_behind else self.mails)
        with self._lock:
            order = self.orders.popleft() if self.orders else self.habit
            if self.keeps_requests:
                self.requests.append(request)
            reply = self._known(request) if order.accepts else order.reply
        addresses = self.service.addresses(request) if order.accepts and reply is None else []
        if order.delay_s:
            time.sleep(max(0.0, begun + order.delay_s - time.monotonic()))
        if order.accepts and reply is None:
            with self._lock:
                reply = self._accept(request, addresses)
        return None if order.cuts else order.reply or reply

    def _is_search(self, request: Request) -> bool:
        path = request.path.partition("?")[0]
        return isinstance(self.service, SearchedService) and path.endswith(self.service.log_path)

    def _known(self, request: Request) -> Reply | None:
        """Return the answer to the repetition of a request; mark its key as running where it is none."""
        key = self._key(request)
        if key in self._by_key and isinstance(self.service, KeyedService):
            first, reply = self._by_key[key]
            if request.body != first.body:
                self.misfits.append(request)
            return self.service.repeated(first, reply, request)
        if key:
            self._by_key[key] = (request, None)
        return None

    def _accept(self, request: Request, addresses: Sequence[str]) -> Reply:
        refused = {
            place: self.refusals[address]
            for place, address in enumerate(addresses)
            if address in self.refusals
        }
        is_refused = bool(refused) and self.service.refuses_all(request)
        if not is_refused:
            self._number += 1
            self.accepted.update(address for place, address in enumerate(addresses) if place not in refused)
            if self.keeps_requests:
                self._unread.append((request, frozenset(refused)))
        reply = self.service.answer(addresses, refused, self._number)
        if key := self._key(request):
            if is_refused:
                # A key counts from the first acceptance.
                self._by_key.pop(key, None)
            else:
                self._by_key[key] = (request, reply)
        return reply

    def _key(self, request: Request) -> str:
        if self.honours_keys and isinstance(self.service, KeyedService):
            return self.service.key(request)
        return ""

    @property
    def mails(self) -> dict[str, list[Mail]]:
        """The mails accepted, by address."""
        while self._unread:
            request, refused = self._unread.popleft()
            for place, mail in enumerate(self.service.mails(request)):
                if place not in refused:
                    self._mails.setdefault(mail.address, []).append(mail)
        return self._mails

    def happened(self, kind: Happening, addresses: Iterable[str], at: datetime) -> list[Occurrence]:
        """Return *kind* of the last mail to each of *addresses*."""
        mails = self.mails
        found = []
        for address in addresses:
            self._occurrences += 1
            occurrence = Occurrence(
                kind=kind, mail=mails[address][-1], at=at, id=f"occurrence-{self._occurrences}"
            )
            found.append(occurrence)
        return found

    def tell(self, webhook: str, occurrences: Iterable[Occurrence]) -> list[int]:
        """Post *occurrences* to *webhook* one by one, in this order; return the statuses of the answers.

        Late, twice and out of order is as they are handed over.
        """
        return [
            post(webhook, self.service.posting([occurrence], datetime.now(UTC))) for occurrence in occurrences
        ]


def post(webhook: str, posting: Posting) -> int:
    """Post to *webhook* and return the status of the answer."""
    request = urllib.request.Request(webhook, posting.body, dict(posting.headers), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@contextmanager
def running(service: Service) -> Iterator[Account]:
    """Run the stand-in in this process, on a free port of this machine."""
    account = Account(service=service)
    with serving(account.take) as account.url:
        yield account
