"""The sample project through the whole pipeline: fresh, and as editors spoil it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.building import render
from newsletter.app.desk import Desk
from newsletter.checks.checking import check_issue
from newsletter.checks.circumstances import Circumstances
from newsletter.errors import Level, Problem
from newsletter.layout.project import lay_out
from subscribers.keys import new_key

SOURCE = Path(__file__).parent.parent.parent / "templates" / "project"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMERAS = "content/news/2026-11-11-joint-tender-body-worn-cameras.md"
COURSE = "content/news/2026-11-17-vehicle-data-course.md"
DIRECTORY = "content/news/2026-11-13-contact-points-directory.md"
DRONES = "content/news/2026-11-10-drone-test-range/index.md"
RADIO = "content/news/2026-11-04-broadband-radio-test-plan.md"
ISSUE = "content/issues/monthly-2026-12.md"
SETTINGS = "newsletter.toml"

#: File, what stands there, what takes its place.
MISTAKES = [
    (DRONES, "image_alt:", "image_credit:"),
    (COURSE, "topics: [evidence]", "topics: [evidense]"),
    (COURSE, "title: Reading", "title: Hello {{ first_name }} *|LNAME|*, reading"),
    (CAMERAS, "The contract covers", "TODO [Here](/a/) the [contract](contract.md) ![](map.png) covers"),
    (RADIO, "date: 2026-11-04", "date: 04/03/2026"),
    (DIRECTORY, "link: /news/contact-points/", "link: http://localhost:1313/training/"),
    (
        DIRECTORY,
        "title: Three new contact points, and a directory that stays right",
        "title: Green fleet forum",
    ),
    (SETTINGS, 'postal_address = "Street 1, 1000 Brussels"', 'postal_address = ""'),
]
FOUND = [
    ("missing-alt", DRONES, 5),
    ("unknown-topic", COURSE, 5),
    ("shortcode", COURSE, 2),
    ("unresolved-placeholder", COURSE, 2),
    ("filler-text", CAMERAS, 9),
    ("vague-link", CAMERAS, 9),
    ("broken-internal-link", CAMERAS, 9),
    ("image-in-text", CAMERAS, 9),
    ("ambiguous-date", RADIO, 3),
    ("unreachable-link", DIRECTORY, 5),
    ("duplicate-item", "content/events/2027-01-19-green-fleet-forum.md", 2),
    ("preheader-length", ISSUE, 2),
    ("long-subject", ISSUE, 3),
    ("vague-link", ISSUE, 5),
    ("missing-address", SETTINGS, None),
]


def laid_out(folder: Path) -> Path:
    lay_out(folder, source=SOURCE, today=NOW.date(), keys=(new_key(), new_key()))
    return folder


def problems_of(folder: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the next issue of the project in *folder*."""
    project = open_project(folder)
    desk = Desk(project, NOW)
    plan = desk.plan()
    settings = project.settings
    return check_issue(
        plan,
        desk.collection,
        render(desk, plan),
        Circumstances(
            now=NOW,
            zone=settings.newsletter.timezone,
            site_url=settings.newsletter.site_url,
            public_url=project.public_url,
            postal_address=settings.newsletter.postal_address,
            topics=tuple(settings.topics.values()),
            links=settings.content.links,
            content_folder=settings.content.folder,
            bytes_of=bytes_in(folder),
        ),
    )


def bytes_in(folder: Path) -> Callable[[str], int | None]:
    return lambda path: (folder / path).stat().st_size if (folder / path).is_file() else None


def test_a_fresh_project_has_one_warning_and_it_says_that_this_is_a_sample(tmp_path: Path) -> None:
    problems = problems_of(laid_out(tmp_path / "network"))

    serious = [problem for problem in problems if problem.level is not Level.INFO]
    assert [(problem.level, problem.rule) for problem in serious] == [(Level.WARNING, "sample-content")]


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Problem, ...]:
    """What is found in a project with `MISTAKES` and a careless issue file."""
    folder = laid_out(tmp_path_factory.mktemp("spoilt") / "network")
    for path, old, new in MISTAKES:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text, path
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    (folder / ISSUE).write_text(
        f"---\npreheader: Short\nsubject: {'Maps ' * 20}\n---\nSee [more](/about/).\n"
    )
    return problems_of(folder)


@pytest.mark.parametrize(("rule", "path", "line"), FOUND)
def test_what_an_editor_got_wrong_is_found_on_its_line(
    spoilt: tuple[Problem, ...], rule: str, path: str, line: int | None
) -> None:
    assert (rule, path, line) in [(problem.rule, problem.path, problem.line) for problem in spoilt]


def test_every_problem_says_what_to_do(spoilt: tuple[Problem, ...]) -> None:
    assert [problem for problem in spoilt if problem.level is not Level.INFO and not problem.help] == []
