"""The issue file as the checker needs it: on which line an editor wrote what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.content.frontmatter import FrontMatter, read_front_matter
from newsletter.content.items import Collection, SourceFile
from newsletter.issues.issuefile import files_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was written."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorFile:
    """An issue file in one language."""

    path: str
    front: FrontMatter
    text: str

    @classmethod
    def read(cls, file: SourceFile) -> "EditorFile":
        """Return *file*, read; one that cannot be read has no fields."""
        return cls(
            path=file.path,
            front=read_front_matter(file.data),
            text=re.sub(r"\r\n?", "\n", file.data.decode(errors="replace")),
        )

    def place_of(self, fragment: str) -> Place | None:
        """Return the first line that has *fragment*, or None."""
        at = self.text.find(fragment)
        return None if at < 0 else Place(path=self.path, line=self.text.count("\n", 0, at) + 1)


def editor_files(issue: str, collection: Collection) -> Mapping[str, EditorFile]:
    """Return the files of *issue* by language, the issue file itself under ""."""
    files: dict[str, EditorFile] = {}
    for language, file in files_of(issue, collection):
        files.setdefault(language, EditorFile.read(file))
    return files


def field_place(name: str, lang: str, files: Mapping[str, EditorFile]) -> Place | None:
    """Return where the field *name* is written for *lang*: in the file of the language, else in the issue file."""
    for language in (lang, ""):
        file = files.get(language)
        if file and name in file.front.fields:
            return Place(path=file.path, line=file.front.lines.get(name))
    return None
