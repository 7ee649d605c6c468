"""How long `newsletter import` takes for many pages, as a whole process, and how much memory.

    python -m benchmarks.pages [PAGES]

To reach: 1,000 pages, half of them saved HTML of 80 KB, within 60 s and 200 MB; none twice when it is run again.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.startup import seconds

SENTENCE = "The members compared what they had found, and agreed on what comes next for the number {number}. "
TEXT = """\
Meeting number {number} of the network in Tallinn

Published on {day} March 2026

The members met in Tallinn, Estonia, on {day} and {next_day} February 2026 for the meeting number {number}.

{paragraphs}

#Meetings #Number{number}

Related news
Another page
Subscribe to our newsletter
"""
HTML = """\
<!DOCTYPE html><html lang="en"><head><title>Meeting {number} of the network | Network</title>
<meta property="article:published_time" content="2026-03-{day:02}T08:00:00+01:00">
<link rel="canonical" href="https://network.example.org/news/{number}/"><style>{filling}</style></head><body>
<nav class="menu"><ul>{menu}</ul></nav><main><article><h1>Meeting {number} of the network</h1>
<p>The members met in Tallinn, Estonia, on {day} and {next_day} February 2026 for the meeting number {number}.</p>
{paragraphs}<h2>Results</h2><ul><li>First result</li><li>Second result</li></ul></article></main>
<aside class="related"><h2>Related news</h2>{menu}</aside><footer>© Network</footer></body></html>
"""


def main() -> None:
    """Print the figures."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    command = [sys.executable, "-m", "newsletter"]
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory) / "project"
        subprocess.run([*command, "init", str(project), "--empty"], check=True, capture_output=True)
        names = write_pages(Path(directory) / "pages", pages)
        work = [*command, "-C", str(project), "import", *names]
        taken = seconds(work)
        print(
            f"{pages:,} pages: {taken:.1f} s, {taken / pages * 1000:.0f} ms each (to reach: 60 s for 1,000)"
        )
        print(f"the same again, all known: {seconds(work):.1f} s")
        found = len(list((project / "content").rglob("*.md")))
        print(
            f"content files: {found:,} (to reach: {pages:,}), memory: {memory() / 1e6:.0f} MB (to reach: 200)"
        )


def write_pages(folder: Path, pages: int) -> list[str]:
    """Write *pages* pages, every other one HTML, and return their names."""
    folder.mkdir()
    menu = "".join(f'<li><a href="/page/{number}">Page number {number}</a></li>' for number in range(40))
    names = []
    for number in range(pages):
        is_html = number % 2
        text = [SENTENCE.format(number=number) * 4 for _ in range(10)]
        page = (HTML if is_html else TEXT).format(
            number=number,
            day=number % 20 + 1,
            next_day=number % 20 + 2,
            paragraphs="".join(f"<p>{each}</p>" for each in text) if is_html else "\n\n".join(text),
            menu=menu,
            filling=".a{color:red}" * 5_000,
        )
        path = folder / f"page-{number}.{'html' if is_html else 'txt'}"
        path.write_text(page, encoding="utf-8")
        names.append(str(path))
    return names


def memory() -> int:
    """Return the most that a process started here has held, in bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


if __name__ == "__main__":
    main()
