"""The issue as it lies before the checker: everything that a rule may look at, worked out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.checks.circumstances import Circumstances
from newsletter.checks.editorfile import EditorFile, editor_files
from newsletter.checks.letter import Letter, read_letter
from newsletter.checks.origin import UNKNOWN, Origin, of_fragment
from newsletter.checks.passages import Passage, passages_of
from newsletter.content.items import Collection, Item
from newsletter.issues.assembly import Plan
from newsletter.issues.values import Issue
from newsletter.rendering.pipeline.tracing import Place, traced
from newsletter.rendering.values import RenderedIssue
from newsletter.rendering.words.headlines import written_for

if TYPE_CHECKING:
    from lxml.etree import _Element


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One issue, as planned and, where that was possible, as rendered."""

    plan: Plan
    collection: Collection
    #: None: there was nothing to render, or it failed.
    rendered: RenderedIssue | None
    circumstances: Circumstances

    @property
    def issue(self) -> Issue:
        """The issue itself."""
        return self.plan.issue

    @property
    def sent_at(self) -> datetime:
        """When readers get it: when it is due, or now if that is over."""
        return max(self.issue.cut_off, self.circumstances.now)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every file that stands in the issue, translations included, in the order of the mail."""
        return tuple(item for story in self.issue.stories for item in story.versions.values())

    @cached_property
    def editor_files(self) -> Mapping[str, EditorFile]:
        """The issue file ("") and those of other languages, by language."""
        return editor_files(self.issue.id, self.collection)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The bodies of the items and the editors' introductions."""
        return passages_of(self.issue, self.collection, self.circumstances, self.editor_files)

    @cached_property
    def letters(self) -> Mapping[str, Letter]:
        """The mail of each variant, by the variant's name."""
        variants = self.rendered.variants if self.rendered else {}
        return {name: read_letter(variant) for name, variant in variants.items()}

    def traced(self, letter: Letter) -> "Sequence[tuple[_Element, Place | None]]":
        """Return the elements of *letter* before its style sheets were inlined, each with its line of a template."""
        name = letter.variant.name
        if name not in self._traces:
            self._traces[name] = tuple(traced(letter.variant.source)) if letter.variant.source else ()
        return self._traces[name]

    @cached_property
    def _traces(self) -> "dict[str, Sequence[tuple[_Element, Place | None]]]":
        return {}

    def origin_of(self, fragment: str) -> Origin:
        """Return where an editor wrote *fragment*; `UNKNOWN`: it comes from the settings or a template."""
        found = (
            *(file.origin_of(fragment) for file in self.editor_files.values()),
            *(of_fragment(item, fragment) for item in self.items),
        )
        return next((origin for origin in found if origin.path), UNKNOWN)

    def source_of(self, fragment: str) -> Origin:
        """Return where an editor or a designer wrote *fragment*; `UNKNOWN`: it comes from the settings, or is made."""
        if (origin := self.origin_of(fragment)).path:
            return origin
        return self.template_of(fragment)

    def template_of(self, fragment: str, *, ignore_case: bool = False) -> Origin:
        """Return the line of the project's own templates that has *fragment*, or `UNKNOWN`."""
        for name, text in self.circumstances.overriding.items():
            at = text.lower().find(fragment.lower()) if ignore_case else text.find(fragment)
            if at >= 0:
                return Origin(path=f"templates/{name}", line=text.count("\n", 0, at) + 1)
        return UNKNOWN

    @property
    def subjects(self) -> Mapping[str, str]:
        """The subject in each language; without a rendering, of those for which an editor wrote one."""
        if self.rendered:
            return {variant.lang: variant.subject for variant in self.rendered.variants.values()}
        return self._written(self.issue.subjects)

    @property
    def preheaders(self) -> Mapping[str, str]:
        """The preheader in each language, of the variant with most items; else as `subjects`."""
        if self.rendered:
            preheaders: dict[str, str] = {}
            for variant in self.rendered.variants.values():
                # Within a language the full list comes first.
                preheaders.setdefault(variant.lang, variant.preheader)
            return preheaders
        return self._written(self.issue.preheaders)

    def _written(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        return {lang: text for lang in self.issue.languages if (text := written_for(texts, lang))}
