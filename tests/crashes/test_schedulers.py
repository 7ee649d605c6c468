"""kill -9 at every commit of a scheduler with an issue that is due, and two of them at once: one issue, nobody twice, nobody lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.crashes.killing import Senders, every, killing, senders
from tests.crashes.project import CONNECTIONS, Project, lay_project_out
from tests.crashes.scene import SERVICES, Heir, Scene, scene_of
from tests.crashes.sender import BATCH
from tests.server import Server

READERS = 11
#: More commits than any run makes.
PLENTY = 100


@pytest.fixture(scope="module")
def schedulers() -> Iterator[Senders]:
    with senders() as found:
        yield found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, schedulers: Senders
) -> Iterator[Project]:
    """A project whose digest was seen a day before its issue is due."""
    folders = tmp_path_factory.mktemp("schedulers")
    if request.param == "sqlite":
        yield seen(lay_project_out(folders / "project", None, READERS), schedulers)
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.copied() as own:
        laid_out = lay_project_out(folders / "project", own, READERS)
        yield seen(laid_out, schedulers)


@pytest.fixture
def due(project: Project) -> datetime:
    return due_at(project)


def due_at(project: Project) -> datetime:
    (listed,) = msgspec.json.decode(project.run("issues", "--json"))
    return datetime.fromisoformat(listed["due_at"]).astimezone(UTC)


def seen(project: Project, schedulers: Senders) -> Project:
    with killing(SERVICES["mailgun"], schedulers) as killer:
        project.choose("mailgun", killer.account.url)
        scene = Scene(project=project, service="mailgun", killer=killer, senders=schedulers)
        assert scene.send(at=due_at(project) - timedelta(days=1))
    return project


def verify(scene: Scene, kills: int) -> None:
    """One issue; nobody twice; each reader has the mail, or is in doubt."""
    found = scene.outcome()
    assert (found.twice, found.lost, found.state) == (0, 0, "sent")
    assert found.accepted + found.in_doubt == READERS
    assert found.in_doubt <= kills * CONNECTIONS * BATCH


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
def test_a_scheduler_killed_at_a_commit_makes_one_issue(
    project: Project, due: datetime, tmp_path: Path, schedulers: Senders, *, has_committed: bool
) -> None:
    heir = Heir.OTHER_MACHINE if project.server else Heir.SAME_MACHINE
    # Before and after are other ones.
    for commit in range(1 + has_committed, PLENTY, every(5)):
        with scene_of(project, tmp_path / str(commit), "mailgun", schedulers) as scene:
            lived = scene.send(at=due, dies_at_commit=commit, has_committed=has_committed)
            scene.leave_to(heir)

            assert scene.send(at=due + timedelta(minutes=10))

            verify(scene, kills=1)
        if lived:
            break

    assert 10 < commit < PLENTY


def test_two_schedulers_at_once_make_one_issue(
    project: Project, due: datetime, tmp_path: Path, schedulers: Senders
) -> None:
    with senders() as others, ThreadPoolExecutor(2) as threads:
        for turn in range(2):
            with scene_of(project, tmp_path / str(turn), "mailgun", schedulers) as scene:
                second = replace(scene, senders=others)

                lived = list(threads.map(lambda each: each.send(at=due), (scene, second)))
                assert scene.send(at=due + timedelta(minutes=10))

                assert lived == [True, True]
                verify(scene, kills=0)
