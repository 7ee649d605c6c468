"""kill -9 at every step of freezing, claiming, sending, recording and settling: nobody twice, nobody lost without a word."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.crashes.killing import Senders, every, senders
from tests.crashes.project import CONNECTIONS, Project, lay_project_out
from tests.crashes.scene import KEYED, SERVICES, Heir, Outcome, Scene, scene_of
from tests.crashes.sender import BATCH
from tests.server import Server

READERS = 23
#: More commits than any run makes.
PLENTY = 100

#: Sets a scene of its own each time.
Stage = Callable[[], AbstractContextManager[Scene]]


@pytest.fixture(scope="module")
def found_senders() -> Iterator[Senders]:
    with senders() as found:
        yield found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("crashes") / "project"
    if request.param == "sqlite":
        yield lay_project_out(folder, None, READERS)
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.copied() as own:
        yield lay_project_out(folder, own, READERS)


@pytest.fixture
def heir(project: Project) -> Heir:
    """The harder one of those there are."""
    return Heir.OTHER_MACHINE if project.server else Heir.SAME_MACHINE


@pytest.fixture(scope="module", params=list(SERVICES))
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def begun(
    project: Project, service: str, found_senders: Senders, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """The project after the first commit, which stores the issue: rendering it takes longer than all that follows."""
    folder = tmp_path_factory.mktemp("begun") / "project"
    with scene_of(project, folder, service, found_senders) as scene:
        assert not scene.send(dies_at_commit=1, has_committed=True)
        yield scene.project


@pytest.fixture
def stage(begun: Project, service: str, tmp_path: Path, found_senders: Senders) -> Stage:
    def scene() -> AbstractContextManager[Scene]:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        return scene_of(begun, folder, service, found_senders)

    return scene


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    with stage() as found:
        yield found


def verify(scene: Scene, kills: int = 1) -> None:
    """Nobody twice; each reader has the mail, or is in doubt; with keys nobody is."""
    found = scene.outcome()
    assert (found.twice, found.lost, found.state) == (0, 0, "sent")
    assert found.accepted + found.in_doubt == READERS
    assert found.in_doubt <= (0 if scene.service in KEYED else kills * CONNECTIONS * BATCH)


def test_a_kill_before_the_issue_is_stored_is_as_if_nothing_had_been(
    project: Project, service: str, heir: Heir, tmp_path: Path, found_senders: Senders
) -> None:
    with scene_of(project, tmp_path / "project", service, found_senders) as scene:
        assert not scene.send(dies_at_commit=1)
        scene.leave_to(heir)

        assert scene.send()

        verify(scene, kills=0)


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
def test_a_kill_at_any_commit_mails_nobody_twice_and_loses_nobody(
    project: Project, stage: Stage, heir: Heir, *, has_committed: bool
) -> None:
    # Before the odd ones and after the even ones: little happens between two.
    for commit in range(1 + has_committed, PLENTY, every(2)):
        with stage() as scene:
            lived = scene.send(dies_at_commit=commit, has_committed=has_committed)
            scene.leave_to(heir)

            assert scene.send()

            verify(scene)
        if lived:
            break

    assert 8 < commit < PLENTY


@pytest.mark.parametrize("number", [1, 2, 3, 5])
@pytest.mark.parametrize("accepts", [False, True], ids=["unheard", "accepted"])
def test_a_kill_while_a_request_is_under_way_mails_nobody_twice_and_loses_nobody(
    scene: Scene, number: int, *, accepts: bool
) -> None:
    scene.killer.kill_next(number, accepts=accepts)

    lived = scene.send()
    assert scene.send()

    assert not lived
    verify(scene)


def test_a_second_and_a_third_kill_are_no_worse_than_the_first(scene: Scene, heir: Heir) -> None:
    for number in (2, 2, 1):
        scene.killer.kill_next(number)
        assert not scene.send()
        scene.leave_to(heir)

    assert scene.send()

    verify(scene, kills=3)


@pytest.mark.parametrize("project", ["postgresql"], indirect=True)
def test_another_machine_leaves_alone_what_a_killed_sender_held_until_its_lease_has_run_out(
    scene: Scene,
) -> None:
    scene.project.set("provider__connections", "1")
    scene.killer.kill_next(1)
    assert not scene.send()
    scene.leave_machine()
    seen: list[Outcome] = []

    def run_out() -> None:
        seen.append(scene.outcome())
        scene.let_leases_run_out()

    # The last of what the dead one did not hold.
    scene.killer.interrupt(math.ceil(READERS / BATCH) - 1, run_out)

    assert scene.send()

    (before,) = seen
    assert (before.in_doubt, before.state) == (0, "sending")
    verify(scene)
