"""The stand-in in a process of its own: `python -m tests.stand_in SERVICE [--counts-only]`.

It prints its address and runs until its standard input ends. Requests below `/stand-in/` are for itself.
"""

import argparse
import sys
from datetime import datetime

import msgspec

from tests.stand_in.account import Account
from tests.stand_in.services import SERVICES
from tests.stand_in.serving import serving
from tests.stand_in.values import Happening, Order, Reply, Request, json_reply

CONTROL = "/stand-in/"


class Telling(msgspec.Struct):
    """Events to emit, in this order."""

    webhook: str
    kinds: list[tuple[Happening, str]]
    at: datetime


def main() -> None:
    """Run until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument(
        "--counts-only", action="store_true", help="keep no request, only how many were accepted"
    )
    chosen = parser.parse_args()
    account = Account(service=SERVICES[chosen.service](), keeps_requests=not chosen.counts_only)

    def answer(request: Request) -> Reply | None:
        if request.path.startswith(CONTROL):
            return control(account, request.path.removeprefix(CONTROL), request.body)
        return account.take(request)

    with serving(answer) as url:
        print(url, flush=True)
        sys.stdin.read()


def control(account: Account, wish: str, body: bytes) -> Reply:
    """Carry out one order."""
    match wish:
        case "accepted":
            return json_reply(200, account.accepted)
        case "orders":
            account.orders.extend(msgspec.json.decode(body, type=list[Order]))
        case "habit":
            account.habit = msgspec.json.decode(body, type=Order)
        case "tell":
            telling = msgspec.json.decode(body, type=Telling)
            occurrences = [
                found
                for kind, address in telling.kinds
                for found in account.happened(kind, [address], telling.at)
            ]
            return json_reply(200, account.tell(telling.webhook, occurrences))
        case _:
            return json_reply(404, f"no such wish: {wish}")
    return Reply(200)


if __name__ == "__main__":
    main()
