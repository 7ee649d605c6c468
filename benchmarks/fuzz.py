"""Whatever strangers and providers send to the JSON route and the webhooks: no failure of ours, and no answer but the described ones.

    python -m benchmarks.fuzz [--cases N]

Schemathesis makes two fifths of the requests for the JSON route and one for webhooks, from `newsletter openapi`: half as
they should be, half not. The rest are events of providers under right signatures, with anything in any place of them.
The site is a real server on SQLite, with the limit of each network off. To reach: no status of 500 or above in 10,000.
"""

import argparse
import logging
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from newsletter.app import open_project
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.web.fuzzing import stranger


def main() -> None:
    """Print how often each route gave each status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    cases = parser.parse_args().cases
    # Each refused report is a warning.
    logging.getLogger("newsletter").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "project"
        today = datetime.now(UTC).date()
        lay_out(root, source=built_in_templates() / "project", today=today, keys=(new_key(), new_key()))
        with (root / "newsletter.toml").open("a", encoding="utf-8") as settings:
            settings.write("\n[limits]\nper_ip_hour = 0\n")
        began = time.perf_counter()
        with stranger(open_project(root)) as asking:
            asking.all(cases)
        taken = time.perf_counter() - began
    for (path, status), count in sorted(asking.seen.items()):
        print(f"{path:24}{status:5}{count:8,}")
    failures = sum(count for (_, status), count in asking.seen.items() if status >= 500)
    print(f"{asking.seen.total():,} cases in {taken:.0f} s, {failures} server errors (to reach: 0)")


if __name__ == "__main__":
    main()
