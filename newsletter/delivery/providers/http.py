"""A provider's API over HTTP: one request, and what its answer, or its lack, proves about the readers.

Whatever may have come after acceptance is in doubt, also where a provider's page says to try again: 5xx, 408, 425, a
redirect, a connection that broke once it was made. Only a connection that was never made, and 429, are safe to repeat.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from newsletter.delivery.words import without_addresses
from newsletter.errors import AccountError, OutcomeUnknownError, RefusedError, TemporaryError

if TYPE_CHECKING:
    import requests

Read = TypeVar("Read")

CONNECT_S = 15.0
#: A provider may take its time over a thousand readers.
ANSWER_S = 120.0
#: What only asks is answered at once, or something is wrong there.
LOOK_S = 15.0
#: A connection idle for longer may be closed at the other end, which would look like a lost answer.
REUSE_S = 2.0

#: msgspec works out what a type holds when it is first used, and crashes where two threads do so at once.
_READING = Lock()

_TOO_MANY = 429
#: The account, or the address of the API: nothing else of the issue would fare better.
_ACCOUNT = frozenset({401, 402, 403, 404, 405})
#: The server may have done it before it said so.
_MAYBE_DONE = frozenset({408, 425})
#: What `requests` calls failures of which the system has no words.
_WORDS = {
    "ChunkedEncodingError": "the answer broke off",
    "ConnectionError": "the connection was closed, or what came was no HTTP",
    "ContentDecodingError": "the answer is not packed as it says",
    "InvalidHeader": "the answer cannot be read",
    "UnicodeDecodeError": "the answer cannot be read",
    "ValueError": "the answer cannot be read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of 2xx."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON. Raises OutcomeUnknownError: the request was taken, and what was done is not told."""
        import msgspec

        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise OutcomeUnknownError(
                f"the answer ({self.status}) is not JSON: {words_of(self.body)}"
            ) from error

    def read(self, kind: type[Read], what: str) -> Read:
        """Return the body as *kind*, which people call *what*. Raises OutcomeUnknownError as `json`."""
        import msgspec

        parts = self.json()
        try:
            with _READING:
                return msgspec.convert(parts, kind)
        except msgspec.ValidationError as error:
            raise OutcomeUnknownError(f"the answer ({self.status}) is not {what}: {error}") from error


@dataclass(slots=True)
class HttpSession:
    """One connection to a provider's API; used by one thread at a time."""

    #: Scheme, host, port and an optional prefix.
    base_url: str
    #: Not shown: among them is the key.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Signs each request as it leaves, for services that want more than a key.
    sign: "Callable[[requests.PreparedRequest], requests.PreparedRequest] | None" = field(
        default=None, repr=False
    )
    #: The header of an answer that names its error, where that is not in the body.
    error_header: str = ""
    _session: "requests.Session | None" = None
    _used_at: float = 0.0

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        """Send *body* to *path*, which begins with a slash, and return an answer of 2xx.

        Raises TemporaryError when nothing was accepted, AccountError for 401 to 405, RefusedError for another
        4xx, OutcomeUnknownError when the outcome is not known.
        """
        return self._request("POST", path, body, headers or {}, ANSWER_S)

    def get(self, path: str) -> Reply:
        """Ask for *path*. Raises as `post`."""
        return self._request("GET", path, None, {}, LOOK_S)

    def get_once(self, path: str) -> Any:
        """Ask for *path*, end the connection, and return the JSON. Raises as `post` and as `Reply.json`."""
        try:
            return self.get(path).json()
        finally:
            self.close()

    def close(self) -> None:
        """End the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], answer_s: float
    ) -> Reply:
        import requests

        session = self._fresh_session()
        wanted = requests.Request(
            method,
            self.base_url.rstrip("/") + path,
            data=body,
            headers={**self.headers, **headers},
            auth=self.sign,
        )
        request = _prepared(session, wanted)
        try:
            answer = session.send(request, timeout=(CONNECT_S, answer_s), allow_redirects=False)
        # ValueError: even a redirect that is not followed has its address read.
        except (requests.RequestException, ValueError) as error:
            self.close()
            if _was_never_connected(error):
                raise TemporaryError(f"{self._host} cannot be reached: {_reason(error)}.") from error
            raise OutcomeUnknownError(f"{self._host} gave no answer: {_reason(error)}.") from error
        self._used_at = time.monotonic()
        reply = Reply(status=answer.status_code, headers=answer.headers, body=answer.content)
        return _judged(reply, answer.headers.get(self.error_header, ""))

    def _fresh_session(self) -> "requests.Session":
        import requests

        from newsletter.delivery.providers import connecting

        if self._session is not None and time.monotonic() - self._used_at > REUSE_S:
            self.close()
        if self._session is None:
            self._session = requests.Session()
            self._session.mount("https://", connecting.TellingAdapter())
            # No proxy, no .netrc: a key goes where the settings say, and nowhere else.
            self._session.trust_env = False
        return self._session

    @property
    def _host(self) -> str:
        from urllib.parse import urlsplit

        return urlsplit(self.base_url).netloc


def _prepared(session: "requests.Session", wanted: "requests.Request") -> "requests.PreparedRequest":
    """Return *wanted* as it leaves. Raises AccountError when it cannot leave at all: nobody is in doubt for that."""
    import requests

    try:
        request = session.prepare_request(wanted)
        is_fit = all(str(value).isprintable() and str(value).isascii() for value in request.headers.values())
    except (requests.RequestException, ValueError):
        is_fit = False
    if not is_fit:
        # What was raised, and what is unfit, may hold the key.
        raise AccountError(
            "No request can be made with [provider] as it is set: its key or its address holds a line break, a letter "
            "outside ASCII or the like. Copy the key again; check base_url and domain."
        ) from None
    return request


def _judged(reply: Reply, error_name: str) -> Reply:
    if 200 <= reply.status < 300:
        return reply
    words = f"{reply.status}: {' '.join(filter(None, (error_name, words_of(reply.body))))}"
    if reply.status == _TOO_MANY:
        raise TemporaryError(f"too many requests ({words})", retry_after_s=retry_after(reply.headers))
    if reply.status in _ACCOUNT:
        raise AccountError(f"the provider refuses us ({words}). Check [provider] and its key.")
    if 400 <= reply.status < 500 and reply.status not in _MAYBE_DONE:
        raise RefusedError(f"the provider refuses the request ({words}).")
    raise OutcomeUnknownError(f"the provider answered {words}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait: `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date."""
    import re
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    wish = headers.get("Retry-After", "").strip()
    if not wish:
        return None
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", wish):
        return float(wish)
    try:
        return max(0.0, (parsedate_to_datetime(wish) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def words_of(body: bytes) -> str:
    """Return the beginning of a body that a person can read, without addresses."""
    text = " ".join(body[:2_000].decode("utf-8", "replace").split())
    return without_addresses(text)[:300]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what it was made of, outermost first: requests wraps urllib3, which wraps the system."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            waiting += [getattr(found, "reason", None), found.__cause__, found.__context__, *found.args]


def _was_never_connected(error: BaseException) -> bool:
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    return any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in _causes(error))


def _reason(error: BaseException) -> str:
    """Return the innermost words: those of the system, which hold no key and no address."""
    causes = list(_causes(error))
    system = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    if not system and any(isinstance(cause, TimeoutError) for cause in causes):
        return "it took too long"
    return str(system[-1].strerror) if system else _WORDS.get(type(error).__name__, type(error).__name__)
