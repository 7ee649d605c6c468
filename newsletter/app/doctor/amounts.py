"""Amounts in words."""

from datetime import timedelta


def in_bytes(count: int) -> str:
    """Return *count* bytes in the largest unit (powers of 1,000) of which there is at least one."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}".replace(".0 ", " ")
    return f"{count} bytes"


def in_time(span: timedelta) -> str:
    """Return *span* in whole hours, or in minutes where it has less than two hours."""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} hours" if minutes >= 120 else f"{minutes} minutes"
