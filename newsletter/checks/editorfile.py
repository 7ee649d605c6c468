"""The issue file as the checker needs it: on which line an editor wrote what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.checks.origin import UNKNOWN, Origin
from newsletter.content.frontmatter.splitting import FrontMatter, read_front_matter
from newsletter.content.items import Collection, SourceFile
from newsletter.issues.file.values import files_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorFile:
    """An issue file in one language."""

    path: str
    front: FrontMatter
    #: The whole file.
    text: str

    @classmethod
    def read(cls, file: SourceFile) -> "EditorFile":
        """Return *file*, read; one that cannot be read has no fields."""
        return cls(
            path=file.path,
            front=read_front_matter(file.data),
            text=re.sub(r"\r\n?", "\n", file.data.decode(errors="replace")),
        )

    def origin_of(self, fragment: str) -> Origin:
        """Return the first line that has *fragment*, or `UNKNOWN`."""
        at = self.text.find(fragment)
        return UNKNOWN if at < 0 else Origin(path=self.path, line=self.text.count("\n", 0, at) + 1)


def editor_files(issue: str, collection: Collection) -> Mapping[str, EditorFile]:
    """Return the files of *issue* by language, the issue file itself under ""."""
    files: dict[str, EditorFile] = {}
    for language, file in files_of(issue, collection):
        files.setdefault(language, EditorFile.read(file))
    return files


def of_editor_field(name: str, lang: str, files: Mapping[str, EditorFile]) -> Origin:
    """Return where the field *name* is written for *lang*: in the language's file, else in the issue file."""
    for file in (files.get(lang), files.get("")):
        if file and name in file.front.fields:
            return Origin(path=file.path, line=file.front.lines.get(name))
    return UNKNOWN
