"""Which language a text is in, by its commonest words."""

import re
from collections import Counter
from collections.abc import Iterable

#: The commonest words of each language, as far as no other one of these has them.
_WORDS = {
    "en": "the and of to is was for with that this from are by which their has have were be been",
    "fr": "les des et est une dans pour sur avec qui par ont été aux cette sont leurs ses au plus",
    "de": "der die und das ist mit den von für auf dem des ein eine wurde werden im zur auch sich",
    "es": "los las una con para por del como fue han sus este esta entre sobre más se el y su",
    "it": "il della di che per con sono una nel alla dei delle gli è stato anche dal degli più loro",
    "nl": "het een van en dat met voor zijn op te aan door werd bij naar ook niet deze worden uit",
    "pt": "os das dos uma com para por foi não mais ao pela pelo são entre sobre e do da em",
    "pl": "w na z się do jest oraz przez dla który które nie że od po był została przy ich",
    "sv": "och att det som en av för med på är till den har inte om ett var från de kan",
    "da": "og at det som en af for med på er til den har ikke om et var fra de kan blev",
    "fi": "ja on oli että se ei myös sekä joka ovat kun hän olivat mukaan tai vuoden",
    "cs": "a v na se je z že s do o k byl která které pro jsou ve za při jako",
    "ro": "și în de la cu pe care din pentru este au fost a sunt prin al ale mai",
}
_COMMON = {language: frozenset(words.split()) for language, words in _WORDS.items()}
#: Of all words: fewer say nothing.
_SHARE = 0.08


def language_of(texts: Iterable[str]) -> str:
    """Return the language of *texts*, such as `fr`; "" when they are too short to say."""
    words = re.findall(r"[^\W\d_]+", " ".join(texts).casefold())[:2000]
    if len(words) < 20:
        return ""
    counts = Counter(
        {language: sum(word in common for word in words) for language, common in _COMMON.items()}
    )
    (best, hits), (_, next_hits) = counts.most_common(2)
    return best if hits > len(words) * _SHARE and hits > next_hits else ""
