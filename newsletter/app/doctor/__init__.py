"""What would go wrong, before it does: every part that sending rests on is looked at; nothing is mailed or changed."""

from newsletter.app.doctor.examination import examine
from newsletter.app.doctor.finding import Finding, Health
from newsletter.app.doctor.webhooks import look_at_webhooks

__all__ = ["Finding", "Health", "examine", "look_at_webhooks"]
