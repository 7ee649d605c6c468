"""Whether a page tells of an event or is a piece of news."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_EVENT_PATH = re.compile(
    r"/(?:events?|agenda|calendar|veranstaltung(?:en)?|termine?|kalender|evenements?|événements?|eventos?|eventi|evenementen|meetings?|conventions?|conferences?|workshops?|trainings?|webinars?|wydarzenia)(?:/|\.|-|$)",
    re.IGNORECASE,
)
_NEWS_PATH = re.compile(
    r"/(?:news|press|presse|aktuelles|nachrichten|meldungen|actualites?|noticias|notizie|nieuws|blog|media|pressemitteilungen|communiques?)(?:/|\.|-|$)",
    re.IGNORECASE,
)
#: Words of titles.
_EVENT = re.compile(
    r"\b(?:meetings?|conferences?|workshops?|seminars?|webinars?|summit|forum|symposium|congress|assembly|plenary|hackathon|kick[- ]?off|briefings?(?! (?:note|paper))|trainings?|courses?|masterclass|exercise|info(?:rmation)? day|open day|round ?table|gathering|get-together|"
    r"^opening(?! up)|opening (?:of|ceremony|event)|inauguration|ceremony|festakt|eröffnung|community call|(?-i:[A-Z]\w+ Day)s?|expo|exhibition|debates?|debat|débats?|fair|festival|study visit|site visit|event|save the date|join us|days? \d{4}|week \d{4}|\w*tagung|\w*konferenz|\w*treffen|\w*sitzung|\w*veranstaltung|\w*kongress|\w*seminar|\w*forum|\w*schulung|\w*übung|infotag|messe|einladung|"
    r"réunion|séances? d['’]information|conférence|atelier|séminaire|colloque|forum|assemblée|journées?|formation|rencontres?|congrès|sommet|salon|exercice|reunión|conferencia|taller|jornadas?|seminario|congreso|cumbre|riunione|conferenza|convegno|esercitazion[ei]|incontr[oi]|giornata|corso|vertice|assemblea|encuentro|ejercicio|curso|simulacro|formación|congresso|curso|exercício|oficina|oefening|cursus|symposium|congres|ćwiczenia|szkolenie|seminarium|zjazd|övning\w*|kurs\w*|øvelse\w*|træning|harjoitus|koulutus|tapaaminen|cvičení|školení|porada|cvičenie|vaja|posvet|srečanje|vježba|skup|savjetovanje|gyakorlat|találkozó|képzés|exercițiu|atelier|curs|учение|среща|семинар|συνέδριο|συνάντηση|õppus|koosolek|seminār\w*|mācības|pratybos|susitikimas|workshop|bijeenkomst|netwerkdag|studiedag|themadag|reunião|conferência|seminário|encontro|jornadas|setkání|konferenc[ei]|seminář|întâlnire\w*|conferinț\w+|seminarium|conferentie|congres|studiedag|spotkanie|konferencja|warsztaty|möte|konferens|møde|konference|kokous|seminaari)\b",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"\b(?:arrest(?:ed|s)?|seiz(?:ed?|es|ure)|dismantl\w+|charged|sentenced|launch(?:es|ed)|publish(?:es|ed)|released?|report (?:on|published|shows|finds)|annual report|study|survey|call for|tender|vacanc\w+|appoint(?:s|ed|ment)|elected|award(?:s|ed)?|wins?|won|signs?|signed|adopt(?:s|ed)|approv(?:es|ed)|agree(?:s|d|ment)|guidelines?|statement|new (?:tool|platform|app|law|rules|website|project|strategy|director)|"
    r"warn(?:s|ing)|statistics|figures|crackdown|operation|raids?|festgenommen|festnahme|sichergestellt|durchsuchung\w*|veröffentlicht|bericht|studie|ernannt|gewählt|unterzeichnet|verabschiedet|beschließt|neue[rs]? (?:leit\w+|gesetz\w*|strategie)|warnt|"
    r"arrêt\w+|interpell\w+|saisi\w*|démantel\w+|publication|publie|rapport|nomm\w+|élu\w*|signature|signe|adopt\w+|appel à|nouve\w+ (?:loi|directeur|directrice|outil|stratégie)|lance\w*|detenid\w+|incaut\w+|arrestat\w+|sequestr\w+|aangehouden|onderzoek)\b",
    re.IGNORECASE,
)
_REGISTER = re.compile(
    r"\b(?:register(?: now| here| by| via)?|registration|join us|save the date|we invite|you are invited|anmeld\w+|einladung|laden (?:wir|sie)|inscri\w+|vous (?:êtes )?invit\w+|inscripción|iscriviti|aanmelden)\b",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\b(?:met in|met at|meets? (?:in|at)|gathers? in|gathers? for|held (?:its|the|a|an|their|on|in|at|online|virtually)|(?:for|at|to) (?:its|their|our|the) (?:\w+ ){0,3}(?:meeting|conference|assembly|workshop|seminar|plenary|gathering)|(?:is|are) held|logged in|were invited|opened its doors|came to|travel(?:led|s) to|(?:was|were) home to|(?:meet|met|meets) again|was given by|squeezed into|full house|organi[sz]ed (?:its|the|a|an)|hosts|took place|takes place|will take place|was held|were held|will be held|is being held|gathered (?:in|at)|hosted (?:by|in|the|a|an)|convened|brought together|came together|participants|attendees|retrouvée?s|rendez-vous|dieron cita|a ospitare|ospita(?:to)?|odbywa się|geopend|"
    r"fand\b.{1,80}\bstatt|findet\b.{1,80}\bstatt|stattgefunden|trafen sich|kamen\b.{1,60}\bzusammen|teilnehm\w+|a eu lieu|ont eu lieu|aura lieu|se (?:tiendra|sont réuni\w*|tient)|s['’]est (?:tenue?|déroulée?|réunie?)|participant\w*|se celebr\w+|tendrá lugar|si (?:svolge|svolgerà|è svolt\w)|realiza-se|reúne-se|tuvo lugar|se reunieron|si (?:è tenut\w|terrà)|vond\b.{1,60}\bplaats|vindt\b.{1,60}\bplaats|kwamen\b.{1,100}\bbijeen|realizou-se|teve lugar|decorreu|reuniram-se|kona(?:la|l|lo) se|seš(?:li|ly) se|uskutečnil\w*|zešli sa|a avut loc|s-au reunit|kokoontui\w*|järjestettiin|pidettiin|möttes|hölls|ägde rum|samlades|träffades|mødtes|afholdt|fandt sted|møttes|ble holdt|fant sted|spotkali się|odbył\w+|odbędzie)\b",
    re.IGNORECASE,
)
#: Of titles that look back on several things, or ahead.
_OVERVIEW = re.compile(
    r"\b(?:in brief|round-?up|overview|newsletter|year in review|(?:review|recap) of (?:the|our) (?:year|month)|at a glance|(?:forthcoming|upcoming) (?:\w+ ){0,3}(?:events|meetings|trainings|dates)|(?:calendar|list) of|jahresrückblick|rückblick auf das jahr|überblick|kurz notiert|en bref|tour d['’]horizon|bilan de l['’]année|resumen del|in breve|in het kort|w skrócie)\b",
    re.IGNORECASE,
)
#: What is told of events, each counted once.
_TOLD = (
    r"participants?|attendees|delegates|teilnehm\w+|participant\w*|asistentes|partecipanti|deelnemers|uczestnic\w+|bezoekers|visitors|gäste|guests",
    r"speakers?|keynotes?|spoke|vortr[aä]g\w*|referent\w+|intervenant\w*|ponen\w+|relator[ei]|sprekers|toespra\w+|prelegen\w+|moderat\w+|panels?|panell?ists?",
    r"sessions?|plenar\w+|plenum|round ?tables?|workshops?|working groups?|ateliers?|talleres|warsztat\w+|masterclass\w*|stations?",
    r"agenda|programme|programm|programa|programma|day one|first day|second day|two days|three days|ersten tag|zweiten tag|première journée|deuxième journée|primer día|segundo día|eerste dag|pierwszego dnia",
    r"presentations?|presented|slides|recordings?|demonstrat\w+|präsentation\w*|présenta\w*|presentaci\w+|presentazion\w*|presentaties?|discuss\w+|diskut\w+|échang\w+",
    r"hosted|hosts?|welcomed|welcome|gastgeb\w+|begrüß\w+|accueill\w+|acog\w+|anfitri\w+|ospit\w+|gastheer|powitał\w*",
    r"next (?:meeting|webinar|workshop|edition|conference|event)|second edition|see you|prochaine? (?:réunion|édition|rencontre|atelier)|nächste[sn]? (?:treffen|tagung|konferenz|sitzung)|próxim[ao] (?:edición|reunión)|volgende (?:editie|bijeenkomst|netwerkdag)",
    r"came (?:from|to)|travelled|people came|took part|attended|gathered|kamen|reisten|venus de|procedentes de|provenienti da",
)  # fmt: skip
_TOLD_OF = tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _TOLD)
#: From this many points on it is an event.
ENOUGH = 5
#: From this many points on it might be one.
SOME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What of a page shows whether it tells of an event."""

    title: str
    #: Its first paragraphs.
    lead: str
    #: All of its text.
    text: str
    address: str
    #: Its title names a day and a place.
    has_day_and_place: bool
    #: It has a line for the place, or to register.
    has_event_fields: bool
    #: Lines of it say when, and where.
    states_day_and_place: bool
    #: How likely it has the date of an event, and whether hours stand beside that.
    date_points: int
    has_hours: bool


def event_points(page: Telling) -> int:
    """Return how much speaks for an event: `ENOUGH` and more, and the page tells of one."""
    path = urlsplit(page.address).path
    points = 3 if _EVENT.search(page.title) else 0
    points += 4 if page.has_day_and_place else 0
    points -= 4 if _NEWS.search(page.title) else 0
    points -= 8 if _OVERVIEW.search(page.title) else 0
    points += 3 if _EVENT_PATH.search(path) else 0
    points -= 1 if _NEWS_PATH.search(path) else 0
    points += 3 if _HELD.search(f"{page.title}. {page.lead}") else 0
    points += 1 if _EVENT.search(page.lead) else 0
    points += 2 if _REGISTER.search(page.lead) else 0
    points += 3 if page.has_event_fields else 0
    points += 3 if page.states_day_and_place else 0
    points += 2 if page.has_hours else 0
    points += min(max(page.date_points, 0) // 3, 3)
    return points + _told(page.text)


def _told(text: str) -> int:
    """Return how much of what is told of events is in *text*: one such word is in many a piece of news."""
    return max(0, min(sum(bool(words.search(text)) for words in _TOLD_OF) - 2, 3))
