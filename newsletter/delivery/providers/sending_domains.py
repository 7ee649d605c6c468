"""Which domain an address is of, and whether another one speaks for it."""


def domain_of(address: str) -> str:
    """Return the domain of *address*, in small letters."""
    return address.rpartition("@")[2].lower()


def is_within(domain: str, other: str) -> bool:
    """Whether *domain* is *other* or lies below it."""
    return domain == other.lower() or domain.endswith(f".{other.lower()}")
