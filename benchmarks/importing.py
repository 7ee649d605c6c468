"""How quickly a list is imported, in how much memory, and how long its transactions keep others waiting.

    python -m benchmarks.importing [--rows N]

To reach, on SQLite: 40,000 rows/s; 150 MB, and no more for ten times the rows; no write transaction over 100 ms. The
list is made up, with languages and topics; it is imported without evidence and with it, a second time, and as a dry run.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.delivery import alone, squares, watch_transactions
from newsletter.content.topics import Topic, TopicMatcher
from newsletter.database import open_database
from newsletter.storage import schema
from subscribers.importing.rules import ImportRules
from subscribers.importing.run import READ_ROWS, import_file, preview_file
from subscribers.keys import new_key
from subscribers.offers import Offer
from subscribers.storage import ImportStorage
from subscribers.suppression import SuppressionKeys

LANGUAGES = ("en", "fr", "de", "")
TOPICS = ("green", "finance;green", "", "")


class Work(NamedTuple):
    """An import, for a process of its own."""

    database: Path
    source: Path
    evidence: str = ""
    is_preview: bool = False


class Spent(NamedTuple):
    """What an import took."""

    rows: int
    seconds: float
    processor_s: float
    memory: int
    longest_s: float


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    wall, processor = squares()
    print(
        f"machine: {wall * 1000:.0f} ms for a million squares, {processor * 1000:.0f} of them at work "
        "(80 on the one that the targets are for, left alone)"
    )
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        many, few = (
            write_list(folder / "many.csv", rows),
            write_list(folder / "few.csv", max(rows // 10, READ_ROWS)),
        )
        pending, active = folder / "pending.db", folder / "active.db"
        small = report("a part of it", lambda: alone(run, Work(folder / "few.db", few)))
        large = report("without evidence", lambda: alone(run, Work(pending, many)))
        print(f"  {large.memory / small.memory:.2f} × the memory (to reach: 1.1 ×)")
        report("again, nothing new", lambda: alone(run, Work(pending, many)))
        report("with evidence", lambda: alone(run, Work(active, many, evidence="Forms of 2026")))
        report("dry run", lambda: alone(run, Work(folder / "none.db", many, is_preview=True)))


def report(name: str, work: Callable[[], Spent]) -> Spent:
    """Do *work* and print what it took."""
    spent = work()
    print(
        f"{name:20} {spent.rows:>9,} rows in {spent.seconds:5.1f} s: {spent.rows / spent.seconds:>7,.0f} rows/s "
        f"(to reach: 40,000), {spent.rows / spent.processor_s:>7,.0f} a processor second, "
        f"{spent.memory / 1e6:.0f} MB, longest write transaction {spent.longest_s * 1000:.0f} ms"
    )
    return spent


def write_list(path: Path, rows: int) -> Path:
    """Write a list of *rows* readers in no order."""
    with path.open("w") as file:
        file.write("email,lang,topics\n")
        for row in range(rows):
            number = row * 7_919 % rows
            name = "reader" if row % 4 else "Reader"
            file.write(
                f"{name}.{number}@agency-{number % 977}.example.eu,{LANGUAGES[row % 4]},{TOPICS[row % 4]}\n"
            )
    return path


def run(work: Work) -> Spent:
    """Import *work*'s list; the process that does it does nothing else."""
    import resource

    engine = open_database(f"sqlite:///{work.database}")
    schema.prepare(engine)
    longest = watch_transactions(engine)
    storage = ImportStorage(engine, SuppressionKeys.from_secrets([new_key()]))
    topics = tuple(Topic(key=key, labels={"en": key}) for key in ("green", "finance"))
    rules = ImportRules(
        offer=Offer(digests={"monthly": "Monthly"}, languages=("en", "fr", "de")),
        match_topics=TopicMatcher(topics).match,
        is_confirmed=bool(work.evidence),
        evidence=work.evidence,
    )
    start, before = time.perf_counter(), time.process_time()
    do = (
        partial(preview_file, remembered={})
        if work.is_preview
        else partial(import_file, at=datetime.now(UTC))
    )
    found = do(work.source, rules=rules, storage=storage, on_findings=lambda findings: None)
    seconds, processor_s = time.perf_counter() - start, time.process_time() - before
    rows = found.added + found.updated + found.unchanged + sum(found.refused.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Spent(rows, seconds, processor_s, memory, max(longest, default=0))


if __name__ == "__main__":
    main()
