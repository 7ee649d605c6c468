"""Looks for words in the bytes of a database's file. Runs by itself, as `python searching.py FILE`, with a JSON list of words on standard input.

Never in a process that has the database open: whoever closes a file drops all locks that its process holds on it
(POSIX), SQLite's too. The next process that closes the database would then take itself for the last one and delete
the log that the others go on writing to.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

#: What is read in one piece.
_PIECE = 8 * 1024 * 1024


def holds(path: str, words: Sequence[bytes]) -> bool:
    """Whether the bytes of a file hold one of *words*, in small letters or as they are."""
    longest = max(map(len, words), default=0)
    with Path(path).open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            text = (before + piece).lower()
            if any(word in text for word in words):
                return True
            before = piece[-longest:]
    return False


if __name__ == "__main__":
    print(json.dumps(holds(sys.argv[1], [word.encode() for word in json.load(sys.stdin)])))
