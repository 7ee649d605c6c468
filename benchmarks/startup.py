"""How long the command line takes to answer, as whole processes, beside an interpreter that does nothing.

    python -m benchmarks.startup

To reach: `newsletter --help` within 0.25 s; `newsletter items` on 3,000 files within 2 s for the first time and within
0.5 s when nothing changed.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.content import write_posts

RUNS = 7


def main() -> None:
    """Print the figures."""
    command = [sys.executable, "-m", "newsletter"]
    bare = best([sys.executable, "-c", "pass"])
    print(f"{'interpreter':28} {bare:6.3f} s")
    report("newsletter --help", best([*command, "--help"]), bare, 0.25)
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory) / "project"
        subprocess.run([*command, "init", str(project), "--empty"], check=True, capture_output=True)
        write_posts(project / "content" / "news", 3_000)
        items = [*command, "-C", str(project), "items"]
        cold = []
        for _ in range(3):
            shutil.rmtree(project / "var", ignore_errors=True)
            cold.append(seconds(items))
        report("newsletter items, cold", min(cold), bare, 2.0)
        report("newsletter items, unchanged", best(items), bare, 0.5)


def best(command: list[str]) -> float:
    """Return the seconds of the quickest of several runs: the others measure what else the machine did."""
    return min(seconds(command) for _ in range(RUNS))


def seconds(command: list[str]) -> float:
    """Return the seconds that *command* takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def report(name: str, taken: float, bare: float, target: float) -> None:
    """Print one figure beside its target."""
    print(f"{name:28} {taken:6.3f} s  {taken / bare:5.1f} × the interpreter  (to reach: {target} s)")


if __name__ == "__main__":
    main()
