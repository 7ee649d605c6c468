"""kill -9 at every step of freezing, claiming, sending, recording and settling: nobody twice, nobody lost without a word."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crashes.killing import Senders, killing, senders
from tests.crashes.scene import CONNECTIONS, KEYED, SERVICES, Scene, choose, prepare
from tests.crashes.sender import BATCH

READERS = 23
#: More commits than any run makes.
PLENTY = 100


@pytest.fixture(scope="module")
def found_senders() -> Iterator[Senders]:
    with senders() as found:
        yield found


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("crashes") / "project"
    return folder, prepare(folder, READERS)


@pytest.fixture(params=list(SERVICES))
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, prepared: tuple[Path, str], found_senders: Senders
) -> Iterator[Scene]:
    service = str(request.param)
    folder, issue = prepared
    project = Path(shutil.copytree(folder, tmp_path / service))
    with killing(SERVICES[service], found_senders) as killer:
        choose(project, service, killer.account.url)
        yield Scene(project, issue, killer, found_senders)


def verify(scene: Scene, kills: int = 1) -> None:
    """Nobody twice; each reader has the mail, or is in doubt; with keys nobody is."""
    found = scene.outcome()
    assert (found.twice, found.lost, found.state) == (0, 0, "sent")
    assert found.accepted + found.in_doubt == READERS
    assert found.in_doubt <= (0 if scene.project.name in KEYED else kills * CONNECTIONS * BATCH)


@pytest.mark.parametrize("has_committed", [False, True], ids=["before", "after"])
def test_a_kill_at_any_commit_mails_nobody_twice_and_loses_nobody(
    scene: Scene, *, has_committed: bool
) -> None:
    before = shutil.copytree(scene.project / "var", scene.project / "before")

    for commit in range(1, PLENTY):
        shutil.rmtree(scene.project / "var")
        shutil.copytree(before, scene.project / "var")
        scene.killer.forget()
        lived = scene.send(dies_at_commit=commit, has_committed=has_committed)
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


def test_a_second_and_a_third_kill_are_no_worse_than_the_first(scene: Scene) -> None:
    for number in (2, 2, 1):
        scene.killer.kill_next(number)
        assert not scene.send()

    assert scene.send()

    verify(scene, kills=3)
