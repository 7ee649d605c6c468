"""Whether the time of an answer tells if an address is known, and what is known of it.

    python -m benchmarks.enumeration [--rounds N]

`newsletter serve` in a process of its own, on SQLite, with the limits of sign-ups off. In every round each of the nine
states that an address can be in asks once at each entrance, in an order drawn anew, by an address of its own. To reach: medians within
5 ms of each other, and for each two states the chance that an answer to one takes longer than one to the other (the area
under the ROC curve; 0.5 tells nothing) between 0.45 and 0.55. By chance alone 300 rounds leave those bounds for one
pair in thirty; 2,000 rounds do not.
"""

import argparse
import http.client
import json
import random
import re
import statistics
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, insert

from benchmarks.delivery import squares
from benchmarks.running import running_site
from benchmarks.sign_up import NO_LIMITS
from newsletter.app import open_project
from newsletter.app.readers import suppression_keys
from subscribers.erasedfile import Remembered
from subscribers.storage import erasing
from subscribers.storage.tables import subscribers, subscriptions
from subscribers.suppression import Suppression, SuppressionKeys
from tests.subscribers.test_sign_up_limits import KNOWN

NEW, ERASED = "new", "erased"
STATES = (NEW, *KNOWN, ERASED)
#: Older than a stamp has to be.
READING_S = 3
SINCE = datetime(2026, 9, 1, tzinfo=UTC)
Ask = Callable[[http.client.HTTPConnection, str], None]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2_000)
    rounds = parser.parse_args().rounds
    print(f"machine: {squares()[0] * 1000:.0f} ms for a million squares")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "project"
        with running_site(folder, NO_LIMITS) as site:
            project = open_project(folder)
            for entrance in ("form", "json", "manage"):
                write_readers(project.engine, suppression_keys(project), entrance, rounds)
            connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
            report("form", measure(connection, "form", _posting(connection, "/", "/subscribe"), rounds))
            report("json", measure(connection, "json", _post_json, rounds))
            report(
                "manage", measure(connection, "manage", _posting(connection, "/manage", "/manage"), rounds)
            )


def address(entrance: str, state: str, number: int) -> str:
    """Return an address of which nobody else has asked."""
    return f"{entrance}-{state}-{number}@example.org"


def write_readers(engine: Engine, keys: SuppressionKeys, entrance: str, rounds: int) -> None:
    """Write as many addresses as there are rounds of every state that leaves something in the database."""
    with engine.begin() as connection:
        for state, values in KNOWN.items():
            for number in range(rounds):
                email = address(entrance, state, number)
                row = {
                    "ref": random.randbytes(12),
                    "email": email,
                    "email_key": email,
                    "as_entered": email,
                    "lang": "en",
                    "state": "active",
                    "created_at": SINCE,
                }
                key = connection.execute(insert(subscribers), row | values).inserted_primary_key
                assert key
                choice = {"subscriber_id": key[0], "digest": "monthly", "created_at": row["created_at"]}
                connection.execute(insert(subscriptions), choice)
        erasing.remember(connection, [_erased(keys, entrance, number) for number in range(rounds)])


def _erased(keys: SuppressionKeys, entrance: str, number: int) -> Remembered:
    found = keys.hashes(address(entrance, ERASED, number))[0]
    return Remembered(hash=found, key_id=keys.newest_id, reason=Suppression.ERASED, at=SINCE)


def measure(
    connection: http.client.HTTPConnection, entrance: str, ask: Ask, rounds: int
) -> dict[str, list[float]]:
    """Return what each answer took, in ms, by state."""
    found: dict[str, list[float]] = {state: [] for state in STATES}
    for number in range(rounds):
        for state in random.sample(STATES, len(STATES)):
            email = address(entrance, state, number)
            began = time.perf_counter()
            ask(connection, email)
            found[state].append((time.perf_counter() - began) * 1000)
    return found


def _posting(connection: http.client.HTTPConnection, page: str, path: str) -> Ask:
    """Return how the form on *page* is sent."""
    connection.request("GET", page)
    html = connection.getresponse().read().decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)) | {"consent": "1"}
    time.sleep(READING_S)

    def post(connection: http.client.HTTPConnection, email: str) -> None:
        body = urlencode(fields | {"email": email})
        connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, answer.status
        assert b"stamp" not in text, "the form came back"

    return post


def _post_json(connection: http.client.HTTPConnection, email: str) -> None:
    body = json.dumps({"email": email, "consent": True})
    connection.request("POST", "/api/subscriptions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 202, answer.status


def report(entrance: str, found: dict[str, list[float]]) -> None:
    """Print what an entrance tells."""
    medians = {state: statistics.median(times) for state, times in found.items()}
    curves = [area(found[one], found[other]) for one, other in combinations(STATES, 2)]
    print(
        f"{entrance:8} {len(found[NEW]):,} rounds, {len(STATES)} states: medians {min(medians.values()):.2f} … "
        f"{max(medians.values()):.2f} ms, {max(medians.values()) - min(medians.values()):.2f} apart (to reach: 5); "
        f"areas of {len(curves)} pairs {min(curves):.3f} … {max(curves):.3f} (to reach: 0.45 … 0.55)"
    )


def area(some: Sequence[float], others: Sequence[float]) -> float:
    """Return the chance that one of *others* is larger than one of *some*; equal ones count half."""
    ordered = sorted(some)
    below = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in others)
    return below / (2 * len(some) * len(others))


if __name__ == "__main__":
    main()
