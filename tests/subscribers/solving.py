"""Somebody who solves challenges, as the script of the pages or a program does."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from subscribers.challenges import ALGORITHM


def solve(challenge: Mapping[str, Any], /, **changed: object) -> str:
    """Return the solution of *challenge*; *changed* says what stands in it instead."""
    number = next(
        number
        for number in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]
    )
    said = {
        "algorithm": ALGORITHM,
        "challenge": challenge["challenge"],
        "number": number,
        "salt": challenge["salt"],
        "signature": challenge["signature"],
    }
    return spelled(said | changed)


def spelled(said: object) -> str:
    """Return a solution that says so."""
    return base64.b64encode(json.dumps(said).encode()).decode()


def challenge_in(page: str) -> dict[str, Any]:
    """Return the challenge that a page's form carries."""
    found = re.search(r'data-challenge="([^"]*)"', page)
    assert found is not None
    challenge: dict[str, Any] = json.loads(unescape(found[1]))
    return challenge
