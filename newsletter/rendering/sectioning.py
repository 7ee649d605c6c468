"""Which story of a letter stands in which section."""

from newsletter.content.items import Kind
from newsletter.issues.values import Issue, Story, Variant
from newsletter.rendering.manuscript import SectionName


def section_of(story: Story, lead: Story | None) -> SectionName:
    """Return where *story* stands in a letter led by *lead*."""
    if story is lead:
        return SectionName.LEAD
    if not story.is_counted:
        return SectionName.UPCOMING
    return SectionName.REPORTS if story.item.kind is Kind.EVENT else SectionName.NEWS


def lead_of(issue: Issue, variant: Variant) -> Story | None:
    """Return the story that *variant* sets large: the first of the issue's leads that it has."""
    stories = {story.key: story for story in variant.stories}
    return next((stories[key] for key in issue.leads if key in stories), None)
