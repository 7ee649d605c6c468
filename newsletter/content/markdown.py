"""Markdown as its writers know it, made fit for mail."""

from newsletter.content.plainparagraph import plain_paragraph

__all__ = ["plain_paragraph"]
