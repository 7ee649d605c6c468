"""How soon a saved file is seen: from saving it to the new mail in a real browser, the preview in a process of its own.

    python -m benchmarks.preview [FILES]

The sample project, and again with FILES (3,000) older items beside it. To reach: 300 ms or less.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.content import write_posts
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.chromium import ARGUMENTS, CHROMIUM

SAVES = 20
TARGET_MS = 300
#: Resolves with the time at which the mail that is shown says the word.
SEEN = """word => { window.seen = new Promise(done => {
  const look = () => {
    const shown = document.querySelector('#stage iframe:not(.coming)').contentDocument;
    if (shown?.body?.textContent.includes(word)) done(Date.now()); else setTimeout(look, 2);
  };
  look();
}); return 0; }"""


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for older in (0, files):
            with tempfile.TemporaryDirectory() as directory:
                report(
                    f"the sample and {older:,} files", measured(browser, Path(directory) / "project", older)
                )
        browser.close()


def measured(browser: Browser, project: Path, older: int) -> list[float]:
    """Return how long each of several saves took, in ms."""
    today = datetime.now(UTC).date()
    lay_out(project, source=built_in_templates() / "project", today=today, keys=(new_key(), new_key()))
    if older:
        write_posts(project / "content" / "news" / "older", older)
    command = [sys.executable, "-m", "newsletter", "preview", "--no-open"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(process.stdout.readline().strip(), timeout=120_000)
        page.wait_for_function("() => !document.body.textContent.includes('still being looked at')")
        (item,) = (project / "content" / "news").glob("*-interview-transcription-pilot.md")
        found = [saved(page, item, f"word{number}") for number in range(SAVES)]
        page.context.close()
        process.send_signal(signal.SIGTERM)
    return found


def saved(page: Page, item: Path, word: str) -> float:
    """Save *item* with *word* in its title; return how long it took until the mail said it, in ms."""
    text = item.read_text(encoding="utf-8").replace("title: ", f"title: {word} ", 1)
    page.evaluate(SEEN, word)
    began = time.time()
    item.write_text(text, encoding="utf-8")
    seen: float = page.evaluate("window.seen")
    # An editor thinks between two saves: the findings of all variants are there by then.
    page.wait_for_timeout(2000)
    return seen - 1000 * began


def report(what: str, found: list[float]) -> None:
    """Print a line."""
    worst = statistics.quantiles(found, n=10)[-1]
    print(
        f"{what:28} median {statistics.median(found):5.0f} ms  9 of 10 below {worst:5.0f} ms  (at most {TARGET_MS})"
    )


main()
