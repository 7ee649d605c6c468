"""The rule on tags that were meant to be topics: the item would go to everybody, or miss its readers."""

from collections.abc import Iterator, Mapping

from newsletter.checks.origin import of_field, quoted
from newsletter.checks.proof import Proof
from newsletter.checks.rule import Finding, Rule
from newsletter.content.items import Item
from newsletter.content.topics import fold
from newsletter.errors import Level
from newsletter.nearest import nearest
from newsletter.rendering.words.typography import cut

#: One letter of a short word, two of a long one.
_ALIKE = 0.85


def _unknown_topic(proof: Proof) -> Iterator[Finding]:
    topics = proof.circumstances.topics
    names = {
        fold(name): topic.key
        for topic in topics
        for name in (topic.key, *topic.labels.values(), *topic.aliases)
    }
    for item in proof.items if topics else ():
        misspelt = list(_misspelt(item, names))
        yield from misspelt
        if item.tags and not item.topics and not misspelt:
            tags = ", ".join(cut(tag, 40) for tag in item.tags)
            yield Finding(
                level=Level.INFO,
                message=f"{quoted(item)} goes to everybody: its tags ({tags}) name no topic that readers can choose.",
                help=f"Topics: {', '.join(topic.key for topic in topics)}. More belong in [topics] of newsletter.toml.",
                origin=of_field(item, "topics"),
            )


def _misspelt(item: Item, names: Mapping[str, str]) -> Iterator[Finding]:
    for tag in item.tags:
        if name := nearest(fold(tag), names, likeness=_ALIKE):
            yield Finding(
                level=Level.WARNING,
                message=f"`{cut(tag, 40)}` is no topic that readers can choose.",
                help=f"Did you mean `{names[name]}`? If not, add it to [topics] in newsletter.toml.",
                origin=of_field(item, "topics"),
            )


RULES = (Rule(name="unknown-topic", levels=(Level.WARNING, Level.INFO), find=_unknown_topic),)
