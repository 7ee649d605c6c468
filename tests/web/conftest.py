"""A whole site, and a stranger before it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app import open_project
from newsletter.app.site import make_site
from newsletter.app.surface import server_options
from tests.web.serving import serving
from tests.web.strangers import Stranger

SETTINGS = """
[site]
trusted_proxies = ["127.0.0.1"]
cors_origins = ["https://site.example"]
privacy_url = "https://example.org/privacy"
imprint_url = "https://example.org/imprint"
"""


@pytest.fixture(scope="module")
def stranger(laid_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """Somebody before a site with a whole project behind it."""
    root = Path(shutil.copytree(laid_out, tmp_path_factory.mktemp("surface") / "project"))
    with (root / "newsletter.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    project = open_project(root)
    with serving(**server_options(project)) as served:
        served.app = make_site(project)
        yield Stranger(served.port, project)
    project.engine.dispose()
