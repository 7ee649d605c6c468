"""Every benchmark, one after the other: `python -m benchmarks`, or those named."""

import subprocess
import sys

ALL = (
    "startup",
    "content",
    "rendering",
    "sending",
    "delivery",
    "crashes",
    "webhooks",
    "importing",
    "pages",
    "site",
    "sign_up",
    "wave",
    "enumeration",
    "fuzz",
    "calendar",
    "lifetime",
    "preview",
)


def main() -> None:
    """Run the benchmarks that are named, or all."""
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


main()
