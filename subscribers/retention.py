"""How long what is kept (row P-12). docs/privacy.md tells it to people; a test holds both equal."""

from datetime import timedelta

#: Who never confirmed: the link works 72 hours after it was mailed, and a week later they are gone (row O-33).
UNCONFIRMED = timedelta(days=10)
#: An import's reader whose turn in the slow queue never came.
NEVER_ASKED = timedelta(days=90)
#: Address and wish of what somebody asked for on the site; no link of its mail works that long.
REQUESTS = timedelta(days=10)
#: The rest of it, by which limits are counted over 30 days.
REQUESTS_WITHOUT_ADDRESS = timedelta(days=30)
#: Profile of who left or must not be mailed; afterwards a keyed hash.
PROFILES_OF_THE_GONE = timedelta(days=30)
#: Records of consent, from the last of a person who is no longer a reader: three years, in which claims fall under the statute of limitations.
EVIDENCE = timedelta(days=3 * 365 + 1)
#: What operators and jobs did.
AUDIT = EVIDENCE
#: Requests of networks, counted by keyed hash.
NETWORKS = timedelta(hours=2)
