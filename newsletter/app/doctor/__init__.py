"""What would go wrong, before it does: every part that sending rests on is looked at; nothing is mailed or changed."""

from newsletter.app.doctor.examination import examine
from newsletter.app.doctor.finding import Finding, Health

__all__ = ["Finding", "Health", "examine"]
