"""What a bounce says about the address, read from codes and from words (row B-02).

A reader who is taken for gone gets no newsletter any more; one who is gone and written to again costs one more bounce.
So whatever points to something else than the address keeps a bounce from being hard.
"""

import re

from newsletter.delivery.events import Bounce

_STATUS = re.compile(r"(?<![\d.])[245]\.\d\.\d{1,3}(?!\.?\d)")
#: Of these, RFC 3463 says no more than what they are about.
_VAGUE_STATUS = re.compile(r"5\.[01235]\.0")
#: The receiver's policy, the sender's address, the mail's content or size.
_POLICY_STATUS = re.compile(r"[45]\.7\.\d+|5\.1\.[78]|5\.2\.3|5\.3\.4|5\.6\.\d+")
#: Full, busy, moved, not reached: may be another day, whatever the provider makes of it.
_SOFT_STATUS = re.compile(r"4\.\d+\.\d+|5\.2\.[2-9]|5\.[34]\.\d+")
_HARD_STATUS = re.compile(r"5\.1\.(?:1|2|3|6|10)")

#: How servers word a refusal of the sender, its network, the mail's content or size, where no code tells.
_POLICY_WORDS = re.compile(
    r"\b(?:spam|unsolicited|junk|phish|malware|virus|banned|suspicious|content|attachment ?reject"
    r"|block ?list|black ?list|blocked|dnsbl|rbl\b|(?<!not )listed (?:at|by|in|on)\b"
    r"|dmarc|spf\b|dkim|(?:a|bad|dns|invalid|missing|no) ptr\b|rdns|reverse dns"
    r"|reputation|polic(?:y|ies)\b|(?:protocol|rfc) violation"
    r"|sender|mail ?from\b|from: (?:domain|header)|sending (?:ip|domain|mail)|(?:ehlo|helo)\b|callout|smtp auth"
    r"|relay(?:ing)? (?:access )?(?:denied|not|prohibited|quota)|(?:open|mail) relay"
    r"|access denied|no access\b|forbidden|prohibit|un(?:authenticated|authori[sz]ed)"
    r"|not (?:allowed|authori[sz]ed|permitted)"
    r"|(?:e-?mail|mail|message|connection) (?:was |has been |is )?(?:denied|filtered|refused|rejected)"
    r"|(?:attachment|mail|message) ?(?:is )?too ?(?:big|large|long)|(?:size|length|line) (?:limits? )?exceed|size limit)"
)
#: How they word what may be another day.
_SOFT_WORDS = re.compile(
    r"\b(?:over ?quota|(?:limits?|quota) (?:is |has been )?exceeded|exceed\w* (?:\w+ ){0,3}(?:quota|size|storage|limit)"
    r"|(?:account|box|disk|folder|inbox|mailbox|mailfolder)\b.{0,30}\bfull\b|out of storage|disk (?:space|quota)"
    r"|too many|at a rate\b|rate limit|throttl|frequency|try later|again later|temporar|currently unavailable"
    r"|time(?:d )?out|expired|too long\b|for a long time|retr(?:y|ies|ied)\b|deferred|delayed|gr[ae]y ?list"
    r"|connection (?:lost|refused|reset)|lost connection|(?:able|requests|unable) to connect"
    r"|network|not reachable|unreachable|no route|hop count|routing loop)"
    # Reply codes (RFC 5321, section 4.2.3): not now, and "exceeded storage allocation".
    r"|(?:^|[\s;:])(?:421|45[0-2]|552)(?=[\s-]|$)"
)


def status_in(*texts: object) -> str:
    """Return the first enhanced status code (RFC 3463) in *texts* that says something, else the first; "" without any."""
    found = [code for text in texts if isinstance(text, str) for code in _STATUS.findall(text)]
    return next((code for code in found if not _VAGUE_STATUS.fullmatch(code)), found[0] if found else "")


def bounce_of(*, is_permanent: bool, status: str, words: str) -> Bounce:
    """Return what a bounce says about the address.

    *is_permanent*: the provider itself says that the address is no good. A code of an address settles it then; any
    other code, and where there is none the server's *words*, may speak of something else.
    """
    if _HARD_STATUS.fullmatch(status):
        return Bounce.HARD if is_permanent else Bounce.SOFT
    if _POLICY_STATUS.fullmatch(status):
        return Bounce.POLICY
    if _SOFT_STATUS.fullmatch(status):
        return Bounce.SOFT
    # The patterns are in small letters: with re.IGNORECASE they take several times as long.
    words = words.lower()
    if _POLICY_WORDS.search(words):
        return Bounce.POLICY
    return Bounce.HARD if is_permanent and not _SOFT_WORDS.search(words) else Bounce.SOFT
