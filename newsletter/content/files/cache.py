"""Items as they were read last time, so that unchanged files need not be understood again.

An entry counts only for the same path, the same bytes, the same rules and the same program: it cannot be stale.
One file holds all of it; a damaged or foreign one is as good as none. It is written whole and put in place at once,
so that processes that run side by side never see half of one.
"""

import contextlib
import os
import sys
from collections.abc import Mapping
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import msgspec

from newsletter import __version__
from newsletter.content.files.storeditems import StoredFile
from newsletter.content.rules import ContentRules
from newsletter.files import write_whole

#: Libraries that decide what a file means.
_LIBRARIES = ("markdown_it", "msgspec", "yaml")
_DIGEST_BYTES = 32

#: By path relative to the project folder.
StoredFiles = Mapping[str, StoredFile]

# Made here, where one thread is at it: what two make of a type at once, when it is first used, crashes msgspec.
_DECODER = msgspec.msgpack.Decoder(dict[str, StoredFile])


def read_cache(path: Path, rules: ContentRules) -> StoredFiles:
    """Return what was stored under *rules* by this very program; nothing when that cannot be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    digest, stored = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if digest != _digest(stored, rules):
        return {}
    try:
        return _DECODER.decode(stored)
    except msgspec.MsgspecError:
        return {}


def write_cache(path: Path, rules: ContentRules, files: StoredFiles) -> None:
    """Put *files* in the place of what was stored; where that is not possible, nothing happens: it is only a cache."""
    stored = msgspec.msgpack.encode(files)
    with contextlib.suppress(OSError):
        write_whole(path, _digest(stored, rules) + stored, is_durable=False)


def _digest(stored: bytes, rules: ContentRules) -> bytes:
    """Return a digest of *stored* that another program or other rules would not have."""
    digest = blake2b(digest_size=_DIGEST_BYTES)
    digest.update(_fingerprint(rules).encode())
    digest.update(stored)
    return digest.digest()


def _fingerprint(rules: ContentRules) -> str:
    """Return what besides a file's path and bytes decides what it gives.

    The code itself is part of it: nobody has to remember to count up a version.
    """
    code = blake2b()
    for module in sorted(Path(__file__).parents[1].rglob("*.py")):
        code.update(module.read_bytes())
    libraries = [
        (os.stat(spec.origin).st_mtime_ns, os.stat(spec.origin).st_size)  # noqa: PTH116 - a spec has text
        for name in _LIBRARIES
        if (spec := find_spec(name)) and spec.origin
    ]
    rules_in_order = (
        rules.folder,
        rules.languages,
        rules.timezone.key,
        rules.topics,
        sorted(rules.links.items()),
        rules.site_url,
    )
    return repr((__version__, sys.version, code.hexdigest(), libraries, rules_in_order))
