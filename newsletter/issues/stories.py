"""Files into stories: translations of one item belong together, and the first language decides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.content.items import Item
from newsletter.issues.values import LeftOut, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """The files of one key: the story they make, and those that have no part in it."""

    story: Story
    left_out: tuple[LeftOut, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The files of the story."""
        return tuple(self.story.versions.values())


def group(items: Iterable[Item], languages: Sequence[str]) -> Iterator[Grouped]:
    """Yield the stories of *items*, in the order of their first files.

    The versions of a story are in the order of *languages*; where none of these exists, its first file stands for
    all of them, in its own language.
    """
    by_key: dict[str, list[Item]] = {}
    for item in items:
        by_key.setdefault(item.key, []).append(item)
    for key, files in by_key.items():
        yield _grouped(key, files, languages)


def _grouped(key: str, files: Sequence[Item], languages: Sequence[str]) -> Grouped:
    if len(files) == 1:
        return Grouped(story=Story(key=key, versions={files[0].lang: files[0]}))
    by_language: dict[str, Item] = {}
    left_out = []
    for item in files:
        if item.lang not in by_language:
            by_language[item.lang] = item
            continue
        left_out.append(
            LeftOut(
                key=key,
                path=item.path,
                reason=f"has the same key and language as {by_language[item.lang].path}",
                help="Give one of the two another `id`, or remove it.",
            )
        )
    versions = {lang: by_language[lang] for lang in languages if lang in by_language}
    if not versions:
        versions = {files[0].lang: files[0]}
    left_out += [
        LeftOut(key=key, path=item.path, reason=f"this issue is not made in `{lang}`")
        for lang, item in by_language.items()
        if lang not in versions
    ]
    return Grouped(story=Story(key=key, versions=versions), left_out=tuple(left_out))
