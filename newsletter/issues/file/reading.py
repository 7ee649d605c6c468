"""Reads the files of one issue into an `IssueFile`; never raises: mistakes are its problems."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from newsletter.content.frontmatter.splitting import read_front_matter
from newsletter.content.items import Collection, SourceFile
from newsletter.errors import IssueError, Level, Problem
from newsletter.issues.calendar.periods import misnamed, parse_issue_id
from newsletter.issues.file.editing import remove_field
from newsletter.issues.file.fields import Fields
from newsletter.issues.file.values import IssueFile, Reference, files_of
from newsletter.issues.newsroom import Newsroom
from newsletter.issues.references import ItemFinder

#: What the file of another language may say.
SIBLING_FIELDS = ("subject", "preheader", "corrections")
FIELDS = (
    *SIBLING_FIELDS,
    "items",
    "lead",
    "include",
    "exclude",
    "digest",
    "topics",
    "languages",
    "send_at",
    "hold",
    "skip",
    "counts",
    "approval",
)


#: The name of a special becomes its id: in addresses of pages, Message-IDs, List headers, names of files.
_SPECIAL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def read_issue_file(name: str, collection: Collection, newsroom: Newsroom) -> IssueFile:
    """Return what the editors decided about the issue *name*; without a file, nothing."""
    issue_file = IssueFile(name=name)
    seen: dict[str, str] = {}
    for language, file in files_of(name, collection):
        if language in seen:
            problem = _problem(
                file.path, f"is a second file for this issue, besides {seen[language]}.", "Remove one."
            )
            issue_file = replace(issue_file, problems=(*issue_file.problems, problem))
        elif not language:
            issue_file = _main(name, file, collection, newsroom)
        else:
            issue_file = _sibling(issue_file, language, file, newsroom)
        seen[language] = file.path
    if seen and "" not in seen and parse_issue_id(name, newsroom.digests) is None:
        path = next(iter(seen.values()))
        problem = _problem(
            path,
            f"there is no {name}.md beside it, which says to which digest it goes.",
            f"Write {name}.md too.",
        )
        issue_file = replace(issue_file, problems=(*issue_file.problems, problem))
    return issue_file


def read_send_at(name: str, collection: Collection) -> datetime | None:
    """Return the `send_at` of the issue *name*, without reading anything else of its file."""
    for language, file in files_of(name, collection):
        if not language:
            return _fields(file).time("send_at")
    return None


def read_digest(name: str, collection: Collection, newsroom: Newsroom) -> str:
    """Return the key of the digest that the issue file *name* names, "" for none, without reading anything else of it."""
    for language, file in files_of(name, collection):
        if not language:
            return _fields(file).choice("digest", tuple(newsroom.digests))
    return ""


def _main(name: str, file: SourceFile, collection: Collection, newsroom: Newsroom) -> IssueFile:
    fields = _fields(file)
    if not fields.front.is_readable:
        return IssueFile(name=name, path=file.path, problems=tuple(fields.problems))
    fields.refuse_unknown(FIELDS)
    wanted = fields.choices("languages", newsroom.languages)
    languages = tuple(language for language in newsroom.languages if language in wanted)
    finder = ItemFinder.of(collection.items, newsroom.content_folder)
    issue_file = IssueFile(
        name=name,
        path=file.path,
        subjects=fields.texts_by_language("subject", newsroom.languages),
        preheaders=fields.texts_by_language("preheader", newsroom.languages),
        introductions=_introduction(fields, (languages or newsroom.languages)[0]),
        corrections=_corrections(fields, (languages or newsroom.languages)[0]),
        items=fields.references("items", finder),
        lead=fields.references("lead", finder) or (),
        include=fields.references("include", finder) or (),
        exclude=fields.references("exclude", finder) or (),
        digest=fields.choice("digest", tuple(newsroom.digests)),
        topics=fields.choices("topics", newsroom.topics),
        languages=languages,
        send_at=fields.time("send_at"),
        send_at_line=fields.front.lines.get("send_at"),
        hold=fields.text("hold"),
        skip=fields.flag("skip", default=False),
        counts=fields.flag("counts", default=True),
        approval=fields.approval(),
    )
    _check_name(fields, issue_file, newsroom)
    _check_lists(fields, issue_file)
    if issue_file.approval:
        try:
            remove_field(file.data, "approval", path=file.path)
        except IssueError:
            fields.complain(
                "approval",
                "an approval only counts in YAML.",
                "Write the front matter in YAML between --- lines.",
            )
    return replace(issue_file, problems=tuple(fields.problems))


def _sibling(issue_file: IssueFile, language: str, file: SourceFile, newsroom: Newsroom) -> IssueFile:
    """Return *issue_file* with what its file in *language* says."""
    fields = _fields(file)
    if language not in newsroom.languages:
        fields.problems.append(
            _problem(
                file.path,
                f"is in `{language}`, which is not a language of the newsletter.",
                f"Languages: {', '.join(newsroom.languages)}.",
            )
        )
    if fields.front.is_readable:
        for field in fields.front.fields:
            if field in FIELDS and field not in SIBLING_FIELDS:
                fields.complain(
                    field, f"`{field}` holds for every language.", f"Write it in {issue_file.name}.md."
                )
        fields.refuse_unknown(FIELDS)
    subject, preheader = fields.text("subject"), fields.text("preheader")
    return replace(
        issue_file,
        siblings=(*issue_file.siblings, file.path),
        subjects={**issue_file.subjects, **({language: subject} if subject else {})},
        preheaders={**issue_file.preheaders, **({language: preheader} if preheader else {})},
        introductions={**issue_file.introductions, **_introduction(fields, language)},
        corrections={**issue_file.corrections, **_corrections(fields, language)},
        problems=(*issue_file.problems, *fields.problems),
    )


def _fields(file: SourceFile) -> Fields:
    front = read_front_matter(file.data)
    return Fields(
        path=file.path,
        front=front,
        source=re.split(r"\r\n|\r|\n", file.data.decode(errors="replace")),
        problems=[replace(problem, path=file.path) for problem in front.problems],
    )


def _corrections(fields: Fields, language: str) -> dict[str, tuple[str, ...]]:
    corrections = fields.lines("corrections")
    return {language: corrections} if corrections else {}


def _introduction(fields: Fields, language: str) -> dict[str, str]:
    text = fields.front.body.strip()
    return {language: text} if text else {}


def _check_name(fields: Fields, issue_file: IssueFile, newsroom: Newsroom) -> None:
    regular = parse_issue_id(issue_file.name, newsroom.digests)
    if regular is None:
        if slip := misnamed(issue_file.name, newsroom.digests):
            fields.problems.append(_problem(issue_file.path or "", slip, "Rename the file."))
        elif not _SPECIAL_NAME.fullmatch(issue_file.name):
            fields.problems.append(
                _problem(
                    issue_file.path or "",
                    f"`{issue_file.name[:80]}` cannot name an issue: it stands in links and headers.",
                    "Rename the file to at most 60 of the letters a-z, digits, - and _, such as summer-2026.md.",
                )
            )
        elif not issue_file.digest and "digest" not in fields.front.fields:
            fields.complain(
                "digest",
                "does not say which digest this special belongs to.",
                f"Add `digest: {next(iter(newsroom.digests), 'monthly')}`, or name the file after an issue, "
                "such as monthly-2026-11.md.",
            )
        return
    if issue_file.digest and issue_file.digest != regular.digest:
        fields.complain(
            "digest",
            f"`digest` is {issue_file.digest}, but the file is named after an issue of {regular.digest}.",
            "Remove `digest`, or rename the file.",
        )
    if not issue_file.counts:
        fields.complain("counts", "only a special can say `counts: false`.", "Remove it.")


def _check_lists(fields: Fields, issue_file: IssueFile) -> None:
    excluded = {reference.key for reference in issue_file.exclude}
    for name, references in _wanted(issue_file):
        for reference in references:
            if reference.key in excluded:
                fields.complain(
                    name,
                    f"`{reference.key}` stands in {name} and in exclude.",
                    "Remove it from one of them.",
                    line=reference.line,
                )


def _wanted(issue_file: IssueFile) -> Iterator[tuple[str, tuple[Reference, ...]]]:
    yield "items", issue_file.items or ()
    yield "lead", issue_file.lead
    yield "include", issue_file.include


def _problem(path: str, message: str, help: str) -> Problem:
    return Problem(level=Level.ERROR, rule="issue-file", message=message, path=path, help=help)
