"""Variants: one language and one list of items; everybody whose choice leads to the same list shares one."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import combinations

from newsletter.errors import IssueError
from newsletter.issues.values import Choice, Issue, Story, Variant

#: How many ways of merging topics the error for too many variants names.
_SUGGESTIONS = 3


def make_variants(issue: Issue, choices: Iterable[Choice]) -> tuple[Variant, ...]:
    """Return the variants that *choices* need: the languages in the issue's order, each beginning with the full list.

    A choice that leaves nothing to read gets none. A language in which the issue is not made gets the first.
    Raises IssueError when there are more than the digest allows, naming topics that could be merged.
    """
    sharing: dict[tuple[str, tuple[str, ...]], list[Choice]] = {}
    for choice in dict.fromkeys(choices):
        if keys := tuple(story.key for story in _chosen(issue, choice)):
            sharing.setdefault((_language(issue, choice), keys), []).append(choice)
    if len(sharing) > issue.digest.max_variants:
        raise IssueError(_too_many(issue, sharing))
    full = tuple(story.key for story in issue.stories)
    order = sorted(sharing, key=lambda pair: (issue.languages.index(pair[0]), pair[1] != full))
    by_key = {story.key: story for story in issue.stories}
    return tuple(
        Variant(
            name=lang if keys == full else f"{lang}-{_short_hash(keys)}",
            lang=lang,
            stories=tuple(by_key[key] for key in keys),
            choices=tuple(sharing[lang, keys]),
        )
        for lang, keys in order
    )


def default_choices(issue: Issue, topics: Sequence[str]) -> tuple[Choice, ...]:
    """Return what to make where no readers are known: each language in full, and each single topic."""
    return tuple(
        Choice(lang=lang, topics=chosen)
        for lang in issue.languages
        for chosen in (None, *((topic,) for topic in topics))
    )


def _language(issue: Issue, choice: Choice) -> str:
    return choice.lang if choice.lang in issue.languages else issue.languages[0]


def _chosen(issue: Issue, choice: Choice) -> list[Story]:
    return [story for story in issue.stories if _is_wanted(story, choice.topics)]


def _is_wanted(story: Story, topics: Sequence[str] | None) -> bool:
    """Whether readers of *topics* (None: all) get *story*; what has no known topic goes to everybody."""
    own = story.item.topics
    return topics is None or not own or not set(own).isdisjoint(topics)


def _short_hash(keys: Sequence[str]) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:8]


def _too_many(issue: Issue, sharing: Mapping[tuple[str, tuple[str, ...]], Sequence[Choice]]) -> str:
    choices = [choice for group in sharing.values() for choice in group]
    topics = sorted({topic for story in issue.stories for topic in story.item.topics})
    merged = sorted((_count(issue, choices, pair), pair) for pair in combinations(topics, 2))
    ways = "; ".join(f"{one} with {other} ({count})" for count, (one, other) in merged[:_SUGGESTIONS])
    return (
        f"{issue.id} would need {len(sharing)} variants, and {issue.digest.title} allows "
        f"{issue.digest.max_variants} (max_variants in [digests.{issue.digest.key}]). "
        + (f"Fewer are needed when topics are merged in [topics]: {ways}. " if ways else "")
        + "Or raise max_variants: each variant is rendered by itself."
    )


def _count(issue: Issue, choices: Iterable[Choice], merged: Sequence[str]) -> int:
    """Return how many variants *choices* would need if the topics *merged* were one."""
    pair = set(merged)
    masks: dict[str, int] = {}
    everybody = 0
    for number, story in enumerate(issue.stories):
        for topic in story.item.topics:
            masks[topic] = masks.get(topic, 0) | 1 << number
        if not story.item.topics:
            everybody |= 1 << number
    both = 0
    for topic in pair:
        both |= masks[topic]
    lists = set()
    for choice in choices:
        wanted = everybody if choice.topics is not None else (1 << len(issue.stories)) - 1
        for topic in choice.topics or ():
            wanted |= both if topic in pair else masks.get(topic, 0)
        lists.add((_language(issue, choice), wanted))
    return len(lists)
