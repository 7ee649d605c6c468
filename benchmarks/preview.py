"""How soon a saved file is seen: from before it is written to when a real browser has painted the new mail.

    python -m benchmarks.preview [FILES]

The preview runs in a process of its own, on the sample project, and again with FILES (3,000) older items beside it. An item,
the issue file, a template and the theme are saved, a while after each other, as an editor does. To reach: 300 ms or less.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.content import write_posts
from newsletter.layout.project import lay_out
from newsletter.rendering.pipeline.environment import built_in_templates
from subscribers.keys import new_key
from tests.chromium import ARGUMENTS, CHROMIUM

SAVES = 10
TARGET_MS = 300
#: An editor thinks before each save: the findings of all variants are there by then.
THOUGHT_MS = 2000
#: Resolves with the time at which another mail was painted; what it says is looked at afterwards, for that takes time itself.
SEEN = """() => {
  const frame = () => document.querySelector('#stage iframe:not(.coming)');
  const before = frame().dataset.stamp;
  window.seen = new Promise(done => {
    const look = () => {
      if (frame().dataset.stamp === before) return void setTimeout(look, 2);
      requestAnimationFrame(() => setTimeout(() => done(Date.now())));
    };
    look();
  });
}"""
SAYS = "word => document.querySelector('#stage iframe').contentDocument.documentElement.outerHTML.toLowerCase().includes(word)"
MASTHEAD = "<mj-section><mj-column><mj-text>{word}</mj-text></mj-column></mj-section>"


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for older in (0, files):
            with tempfile.TemporaryDirectory() as directory:
                project = Path(directory) / "project"
                with shown(browser, project, older) as page:
                    print(f"The sample and {older:,} files")
                    for what, save in savers(project, page).items():
                        report(what, [seen_after(page, save, number) for number in range(SAVES)])
        browser.close()


@contextmanager
def shown(browser: Browser, project: Path, older: int) -> Iterator[Page]:
    """Lay out *project* with *older* items beside the sample's, and open its preview."""
    today = datetime.now(UTC).date()
    lay_out(project, source=built_in_templates() / "project", today=today, keys=(new_key(), new_key()))
    if older:
        write_posts(project / "content" / "news" / "older", older)
    (project / "templates" / "email").mkdir(parents=True)
    command = [sys.executable, "-m", "newsletter", "preview", "--no-open"]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(process.stdout.readline().strip(), timeout=120_000)
        page.wait_for_function("() => !document.body.textContent.includes('still being looked at')")
        page.wait_for_timeout(THOUGHT_MS)
        yield page
        page.context.close()
        process.send_signal(signal.SIGTERM)


def savers(project: Path, page: Page) -> dict[str, Callable[[int], str]]:
    """Return, by what is saved, what saves it and returns words that the mail has from then on."""
    (item,) = (project / "content" / "news").glob("*-interview-transcription-pilot.md")
    issue = page.locator("#issues a[aria-current] .name").inner_text()
    settings, issue_file = project / "newsletter.toml", project / "content" / "issues" / f"{issue}.md"
    title, theme = item.read_text(encoding="utf-8"), settings.read_text(encoding="utf-8")
    issue_file.parent.mkdir(exist_ok=True)

    def written(path: Path, text: str, word: str) -> str:
        path.write_text(text, encoding="utf-8")
        return word

    return {
        "an item": lambda n: written(item, title.replace("title: ", f"title: item{n} ", 1), f"item{n} "),
        "the issue file": lambda n: written(issue_file, f"Hello{n} from us.\n", f"hello{n} "),
        "a template": lambda n: written(
            project / "templates" / "email" / "masthead.mjml", MASTHEAD.format(word=f"word{n}."), f"word{n}."
        ),
        "the theme": lambda n: written(
            settings, re.sub('accent = ".*?"', f'accent = "#7a1f{n:02x}"', theme), f"#7a1f{n:02x}"
        ),
    }


def seen_after(page: Page, save: Callable[[int], str], number: int) -> float:
    """Save, and return how long it took until the mail was painted, in ms."""
    page.evaluate(SEEN)
    began = time.time()
    word = save(number)
    seen: float = page.evaluate("window.seen")
    assert page.evaluate(SAYS, word), word
    page.wait_for_timeout(THOUGHT_MS)
    return seen - 1000 * began


def report(what: str, found: list[float]) -> None:
    """Print a line."""
    worst = statistics.quantiles(found, n=10)[-1]
    print(
        f"  {what:16} median {statistics.median(found):5.0f} ms  9 of 10 below {worst:5.0f} ms  (at most {TARGET_MS})"
    )


main()
