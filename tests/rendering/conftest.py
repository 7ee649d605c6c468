"""The sample issue, rendered once for all tests that only look at it."""

from pathlib import Path

import pytest

from newsletter.rendering.issue import render_issue
from newsletter.rendering.look import Look
from newsletter.rendering.values import RenderedIssue
from tests.rendering.sample import LANGUAGES, draw_pictures, sample_issue, sample_look, variant_of


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with the pictures of the sample."""
    root = tmp_path_factory.mktemp("project")
    draw_pictures(root)
    return root


@pytest.fixture
def look(project: Path) -> Look:
    """The look of the sample newsletter."""
    return sample_look(project)


@pytest.fixture(scope="session")
def rendered(project: Path) -> RenderedIssue:
    """The sample issue in every language."""
    issue = sample_issue()
    return render_issue(issue, [variant_of(issue, lang) for lang in LANGUAGES], sample_look(project))
