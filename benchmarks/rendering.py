"""How long an issue of twelve items takes to render, cold and warm, and what each step costs.

    python -m benchmarks.rendering [--rounds N] [--npm FOLDER]

With --npm, a folder in which `npm install mjml` was run, the same MJML goes through npm's mjml as well, warm and in one process
of Node.js, and the ratio is told.

Seconds of processor time, so that a busy machine disturbs less. To reach: 0.5 s in a new process, with pictures made
and templates compiled before, and 15 ms a variant afterwards.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from newsletter.rendering.pipeline.environment import MARK
from newsletter.rendering.pipeline.mjml import harden

_COLD = """
import time
from pathlib import Path
from newsletter.rendering.issue import render_issue
from tests.rendering.sample import sample_issue, sample_look, variant_of
issue = sample_issue()
root = Path({root!r})
look = sample_look(root, compiled_templates=root / "var" / "cache" / "templates")
rendered = render_issue(issue, [variant_of(issue, "en")], look)
print(time.process_time())
"""

#: Seconds of processor time that npm's mjml takes for a file: the median, and its version.
_NPM = """
const {readFileSync} = require('fs')
const loaded = require('mjml')
const mjml2html = loaded.default || loaded
const [file, rounds] = process.argv.slice(1)
const source = readFileSync(file, 'utf8')
async function main() {
  const times = []
  for (let round = 0; round < 2 * rounds; round++) {
    const begin = process.cpuUsage()
    const {html} = await mjml2html(source, {fonts: {}})
    const used = process.cpuUsage(begin)
    if (!html.includes('</html>')) throw new Error('no HTML')
    times.push((used.user + used.system) / 1e6)
  }
  const warm = times.slice(rounds).sort((a, b) => a - b)
  console.log(warm[Math.floor(warm.length / 2)], require('mjml/package.json').version)
}
main()
"""


def main() -> None:
    """Print one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--npm", type=Path, metavar="FOLDER", help="where `npm install mjml` was run")
    options = parser.parse_args()
    rounds: int = options.rounds
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        draw(root)
        pictures = once(lambda: warm(root, 1))
        print(f"pictures made, first issue    {pictures * 1000:8.1f} ms")
        first = cold_start(root)
        print(f"first process of a project    {first * 1000:8.1f} ms")
        cold = statistics.median(cold_start(root) for _ in range(5))
        print(
            f"cold process, 1 variant       {cold * 1000:8.1f} ms   to reach 500   {500 / cold / 1000:5.2f} ×"
        )
        one = median(lambda: warm(root, 1), rounds)
        print(f"warm, 1 variant               {one * 1000:8.1f} ms   to reach  15   {15 / one / 1000:5.2f} ×")
        three = median(lambda: warm(root, 3), rounds)
        print(
            f"warm, 3 variants              {three * 1000:8.1f} ms   a variant {three / 3 / one:5.2f} × of one alone"
        )
        spent = {}
        for name, seconds in steps(root, rounds):
            spent[name] = seconds
            print(f"  {name:28}{seconds * 1000:8.2f} ms   {seconds / one:5.0%} of one")
        whole = sum(spent[name] for name in ("template", "lint", "MJML", "premailer", "verify"))
        print(against_npm(root, options.npm, rounds, mjml=spent["MJML"], whole=whole))


def against_npm(root: Path, folder: Path | None, rounds: int, *, mjml: float, whole: float) -> str:
    """Return how long npm's mjml takes for the same letter, held against *mjml* and *whole*, seconds of ours."""
    node = shutil.which("node")
    if folder is None:
        return "npm mjml: not measured; --npm FOLDER says where `npm install mjml` was run"
    if node is None:
        return "npm mjml: not measured; there is no `node` on this machine"
    if not (folder / "node_modules" / "mjml").is_dir():
        return f"npm mjml: not measured; there is no node_modules/mjml in {folder}"
    file = root / "letter.mjml"
    file.write_text(harden(MARK.sub("", source_of_sample(root))), encoding="ascii")
    command = [node, "-e", _NPM, str(file.resolve()), str(rounds)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout.split()
    seconds = float(answer[0])
    return (
        f"npm mjml {answer[1]:20}{seconds * 1000:8.1f} ms   {seconds / mjml:5.1f} × of MJML here, "
        f"{seconds / whole:.1f} × of template to finished HTML"
    )


def source_of_sample(root: Path) -> str:
    """Return the sample's MJML, in the first language, with marks."""
    from newsletter.rendering.issue import render_issue
    from tests.rendering.sample import sample_issue, sample_look, variant_of

    issue = sample_issue()
    rendered = render_issue(issue, [variant_of(issue, "en")], sample_look(root))
    return rendered.variants["en"].source


def draw(root: Path) -> None:
    """Draw the pictures of the sample."""
    from tests.rendering.sample import draw_pictures

    draw_pictures(root)


def warm(root: Path, variants: int) -> None:
    """Render the sample in the first *variants* languages."""
    from newsletter.rendering.issue import render_issue
    from tests.rendering.sample import LANGUAGES, sample_issue, sample_look, variant_of

    issue = sample_issue()
    render_issue(issue, [variant_of(issue, lang) for lang in LANGUAGES[:variants]], sample_look(root))


def cold_start(root: Path) -> float:
    """Return the seconds that a new process needs for the issue, its start included."""
    command = [sys.executable, "-c", _COLD.format(root=str(root))]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def steps(root: Path, rounds: int) -> Iterator[tuple[str, float]]:
    """Yield each step of rendering one variant and its seconds."""
    from newsletter.rendering.composing import compose
    from newsletter.rendering.issue import template_values
    from newsletter.rendering.material import gather
    from newsletter.rendering.pipeline.environment import load_templates
    from newsletter.rendering.pipeline.inlining import inline
    from newsletter.rendering.pipeline.linting import lint
    from newsletter.rendering.pipeline.mail import ISSUE_TEMPLATE, STYLE_SHEET, render_text, render_web
    from newsletter.rendering.pipeline.mjml import to_html
    from newsletter.rendering.pipeline.verifying import verify_inlined
    from tests.rendering.sample import sample_issue, sample_look, variant_of

    issue, look, templates = sample_issue(), sample_look(root), load_templates()
    variant = variant_of(issue, "en")
    material = gather(issue, [variant], look)
    manuscript = compose(issue, variant, material, look, templates.folders)
    values = template_values(manuscript, look, templates)
    source = templates.render(ISSUE_TEMPLATE, values)
    outline = lint(source, templates.place)
    html = to_html(source, templates.place)
    css = templates.render(STYLE_SHEET, values)
    finished = inline(html, css, place="")
    yield "gather: bodies, pictures", median(lambda: gather(issue, [variant], look), rounds)
    yield "compose", median(lambda: compose(issue, variant, material, look, templates.folders), rounds)
    yield "template", median(lambda: templates.render(ISSUE_TEMPLATE, values), rounds)
    yield "lint", median(lambda: lint(source, templates.place), rounds)
    yield "MJML", median(lambda: to_html(source, templates.place), rounds)
    yield "premailer", median(lambda: inline(html, css, place=""), rounds)
    yield "verify", median(lambda: verify_inlined(html, finished, outline), rounds)
    yield "plain text", median(lambda: render_text(templates, values), rounds)
    yield "web page", median(lambda: render_web(templates, values), rounds)


def median(work: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of *work*."""
    return statistics.median(once(work) for _ in range(rounds))


def once(work: Callable[[], object]) -> float:
    """Return the seconds of *work*."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    main()
