"""Senders killed again and again while an issue goes out: who is lost, who is mailed twice, who is in doubt.

    python -m benchmarks.crashes [--kills N] [--readers N] [--seed N]

A real process sends through a service that stands on this machine, and gets kill -9 before or after some commit, or while
the service has one of its requests in hand, accepted or not. Then another one goes on, and is killed. Once it was killed
often enough, it is left in peace to the end. To reach: lost 0, twice 0; with idempotency keys in doubt 0 too.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.crashes.killing import senders
from tests.crashes.project import lay_project_out
from tests.crashes.scene import KEYED, SERVICES, Outcome, Scene, scene_of
from tests.crashes.sender import BATCH


def main() -> None:
    """Print a row for a service without keys, and one for a service with keys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--readers", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"requests of {BATCH} readers, two connections, seed {chosen.seed}")
    print("| provider | keys | kills | readers | accepted | in doubt | lost | twice |")
    print("|---|---|---|---|---|---|---|---|")
    for service in SERVICES:
        kills, found = crashed(service, chosen.kills, chosen.readers, random.Random(chosen.seed))
        keys = "yes" if service in KEYED else "no"
        print(
            f"| {service} | {keys} | {kills} | {found.readers:,} | {found.accepted:,} | {found.in_doubt:,} "
            f"| {found.lost} | {found.twice} |",
            flush=True,
        )


def crashed(service: str, kills: int, readers: int, chance: random.Random) -> tuple[int, Outcome]:
    """Return how often senders were killed, and what became of the readers."""
    with tempfile.TemporaryDirectory() as temporary, senders() as found:
        project = lay_project_out(Path(temporary) / "project", None, readers)
        with scene_of(project, Path(temporary) / "copy", service, found) as scene:
            done = sum(1 for _ in _kills(scene, kills, chance))
            scene.killer.kill_next(0)
            while not scene.send():
                pass
            return done, scene.outcome()


def _kills(scene: Scene, kills: int, chance: random.Random) -> Iterator[None]:
    """Yield for each kill, until there were enough or a sender came to the end of the issue."""
    for _ in range(kills):
        commit = 0
        if chance.random() < 0.5:
            commit = chance.randint(1, 12)
            scene.killer.kill_next(0)
        else:
            scene.killer.kill_next(chance.randint(1, 8), accepts=chance.random() < 0.5)
        if scene.send(dies_at_commit=commit, has_committed=chance.random() < 0.5):
            return
        yield


if __name__ == "__main__":
    main()
