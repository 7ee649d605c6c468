"""How long a content folder takes: read for the first time, and again when nothing changed.

    python -m benchmarks.content [FILES]

Beside the absolute figures stands the bare work: walking the folder, reading and hashing every file.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.content.files.folder import collect
from newsletter.content.rules import ContentRules
from newsletter.content.topics import Topic, TopicMatcher

POST = """---
layout: post
title: "Report {number}: what was decided"
date: 20{year:02}-{month:02}-{day:02} 10:30:00 +0100
author: The editors
tags: [finance, reports, number-{number}]
description: >
  What the members decided in their meeting number {number},
  and what follows from it.
image: photo.jpg
image_alt: The meeting room
---

The **members** met for the {number}th time, and [agreed](https://example.org/{number}) on the next steps.

{paragraphs}
"""
PARAGRAPH = "They looked at what had been reached, and at *what* remains to be done in the coming year. " * 6


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        size = write_posts(root / "content" / "news", files)
        rules = ContentRules(
            root=root,
            languages=("en", "fr"),
            timezone=ZoneInfo("Europe/Brussels"),
            topics=TopicMatcher((Topic(key="finance", labels={"en": "Finance"}),)),
            site_url="https://example.org",
        )
        cache = root / "var" / "cache" / "content.msgpack"
        print(f"{files:,} files, {size / files:,.0f} bytes each")
        bare = seconds(lambda: read_bare(root / "content"))
        report("bare: walk, read, hash", bare, bare)
        report("cold", seconds(lambda: collect(rules, cache), repeat=1), bare)
        report("warm, nothing changed", seconds(lambda: collect(rules, cache)), bare)
        print(f"cache: {cache.stat().st_size / 1e6:.1f} MB")


def write_posts(folder: Path, files: int) -> int:
    """Write *files* posts of a usual length, a picture beside them, and return their bytes in all."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "photo.jpg").write_bytes(b"")
    size = 0
    for number in range(files):
        post = POST.format(
            number=number,
            year=number % 25,
            month=number % 12 + 1,
            day=number % 28 + 1,
            paragraphs="\n\n".join([PARAGRAPH] * 8),
        )
        size += (folder / f"2020-01-01-report-{number}.md").write_text(post, encoding="utf-8")
    return size


def read_bare(folder: Path) -> None:
    """Do what no reader of a folder can leave out."""
    for directory, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(directory, name), "rb") as file:  # noqa: PTH118, PTH123 - the quickest way
                blake2b(file.read())


def seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """Return the shortest time of *work*."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def report(what: str, took: float, bare: float) -> None:
    """Print one line."""
    print(f"{what:<24} {took * 1000:8,.0f} ms   {took / bare:5.1f} x bare")


if __name__ == "__main__":
    main()
