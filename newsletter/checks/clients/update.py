"""Make the data of Can I email anew, from a file that a person downloaded: no network is asked.

    python -m newsletter.checks.clients.update FILE

FILE is the archive that `npm pack caniemail` leaves, or the `caniemail.json` in it. Kept is the latest version of each mail
program that findings name.
"""

import argparse
import json
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from newsletter.checks.clients import names
from newsletter.checks.clients.support import DATA, PROGRAMS, Answer
from newsletter.errors import UsageError

_IN_ARCHIVE = "package/data/caniemail.json"
#: Goes with every copy.
_LICENCE = (
    "Data of Can I email (https://www.caniemail.com), shortened.",
    "Copyright (c) 2019 HTeuMeuLeu (Rémi Parmentier). MIT License; its text stands in the file NOTICE beside this one.",
)


def main(arguments: Sequence[str] | None = None, *, to: Path = DATA) -> int:
    """Write the data, say what changed, and return the exit status: 1 when a new feature is not looked for."""
    parser = argparse.ArgumentParser(prog="python -m newsletter.checks.clients.update", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    file: Path = parser.parse_args(arguments).file
    try:
        data = compact(read(file))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    before = json.loads(to.read_text("utf-8")) if to.exists() else {"features": {}}
    to.write_text(written(data), encoding="utf-8")
    for line in _changes(before["features"], data["features"]):
        print(line)
    print(f"{len(data['features'])} features, as of {data['updated']}: {to.name}")
    strangers = sorted(data["features"].keys() - names.seen() - names.UNSEEN.keys())
    for slug in strangers:
        print(f"{slug} is new: nothing looks for it. Add it to {Path(names.__file__).name}.", file=sys.stderr)
    return 1 if strangers else 0


def read(file: Path) -> Mapping[str, Any]:
    """Return the data in *file*. Raises `UsageError`."""
    try:
        if file.suffix == ".json":
            found = json.loads(file.read_text("utf-8"))
        else:
            with tarfile.open(file) as archive:
                member = archive.extractfile(_IN_ARCHIVE)
                assert member is not None, "a file, not a folder"
                found = json.load(member)
    except (OSError, KeyError, ValueError, tarfile.TarError) as error:
        raise UsageError(
            f"{file}: this is neither caniemail.json nor the package's archive ({error})."
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("data"), list):
        raise UsageError(f"{file}: there is no list of features (`data`) in it.")
    return found


def compact(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what findings need of the data *found*."""
    entries = sorted(found["data"], key=lambda entry: str(entry["slug"]))
    return {
        "licence": list(_LICENCE),
        "updated": str(found.get("last_update_date", ""))[:10],
        "programs": list(PROGRAMS),
        "features": {entry["slug"]: _compact(entry) for entry in entries},
    }


def written(data: Mapping[str, Any]) -> str:
    """Return *data* as JSON with a line for each feature, so that changes can be read."""
    head = {name: value for name, value in data.items() if name != "features"}
    lines = (f"  {_json(slug)}: {_json(entry)}" for slug, entry in data["features"].items())
    return f'{_json(head)[:-1]}, "features": {{\n' + ",\n".join(lines) + "\n}}\n"


def _compact(entry: Mapping[str, Any]) -> dict[str, Any]:
    answers = [_latest(entry["stats"], program) for program in PROGRAMS]
    used = {number for answer in answers for number in answer[1:].split(",") if number}
    notes = {number: text for number, text in (entry.get("notes_by_num") or {}).items() if number in used}
    made = {"title": " ".join(str(entry["title"]).split()), "support": " ".join(answers)}
    return {**made, "notes": notes} if notes else made


def _latest(stats: Mapping[str, Any], program: str) -> str:
    """Return the answer for the latest version of *program*, such as `n` or `a1,2`."""
    family, _, platform = program.partition(".")
    versions = list((stats.get(family) or {}).get(platform, {}).values())
    answer, *notes = str(versions[-1]).split() if versions else [Answer.UNKNOWN]
    return answer + ",".join(note.lstrip("#") for note in notes)


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    for words, slugs in (
        ("came", now.keys() - before.keys()),
        ("went", before.keys() - now.keys()),
        ("changed", {slug for slug in now.keys() & before.keys() if now[slug] != before[slug]}),
    ):
        if slugs:
            yield f"{words}: {', '.join(sorted(slugs))}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
