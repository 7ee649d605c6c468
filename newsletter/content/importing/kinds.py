"""Whether a page tells of an event or is a piece of news."""

import re
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
    r"\b(?:meetings?|conferences?|workshops?|seminars?|webinars?|summit|forum|symposium|congress|assembly|plenary|hackathon|kick[- ]?off|trainings?|courses?|masterclass|exercise|info(?:rmation)? day|open day|round ?table|gathering|get-together|"
    r"expo|exhibition|fair|festival|study visit|site visit|event|save the date|join us|days? \d{4}|week \d{4}|\w*tagung|\w*konferenz|\w*treffen|\w*sitzung|\w*veranstaltung|\w*kongress|\w*seminar|\w*forum|\w*schulung|\w*übung|infotag|messe|einladung|"
    r"réunion|conférence|atelier|séminaire|colloque|forum|assemblée|journées?|formation|rencontres?|congrès|sommet|salon|exercice|reunión|conferencia|taller|jornadas?|seminario|congreso|cumbre|riunione|conferenza|convegno|workshop|bijeenkomst|netwerkdag|studiedag|themadag|reunião|conferência|seminário|encontro|jornadas|setkání|konferenc[ei]|seminář|întâlnire\w*|conferinț\w+|seminarium|conferentie|congres|studiedag|spotkanie|konferencja|warsztaty|möte|konferens|møde|konference|kokous|seminaari)\b",
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
    r"\b(?:met in|met at|meets? (?:in|at)|gathers? in|gathers? for|held (?:its|the|a|an|their)|organi[sz]ed (?:its|the|a|an)|hosts|took place|takes place|will take place|was held|were held|will be held|is being held|gathered (?:in|at)|hosted (?:by|in|the|a|an)|convened|brought together|came together|participants|attendees|"
    r"fand\b.{1,80}\bstatt|findet\b.{1,80}\bstatt|stattgefunden|trafen sich|kamen\b.{1,60}\bzusammen|teilnehm\w+|a eu lieu|ont eu lieu|aura lieu|se (?:tiendra|sont réuni\w*|tient)|s['’]est (?:tenue?|déroulée?|réunie?)|participant\w*|se celebr\w+|tuvo lugar|se reunieron|si (?:è tenut\w|terrà)|vond\b.{1,60}\bplaats|vindt\b.{1,60}\bplaats|kwamen\b.{1,100}\bbijeen|realizou-se|teve lugar|decorreu|reuniram-se|kona(?:la|l|lo) se|seš(?:li|ly) se|uskutečnil\w*|zešli sa|a avut loc|s-au reunit|kokoontui\w*|järjestettiin|pidettiin|möttes|hölls|ägde rum|samlades|träffades|mødtes|afholdt|fandt sted|møttes|ble holdt|fant sted|spotkali się|odbył\w+|odbędzie)\b",
    re.IGNORECASE,
)
#: From this many points on it is an event.
ENOUGH = 5
#: From this many points on it might be one.
SOME = 2


def event_points(
    *, title: str, lead: str, address: str, has_day_and_place: bool, has_event_fields: bool, date_points: int
) -> int:
    """Return how much speaks for an event: `ENOUGH` and more, and the page tells of one.

    *lead*: its first paragraphs; *has_day_and_place*: its title names both; *has_event_fields*: it has a line for the
    place, or to register; *date_points*: how likely it has the date of one.
    """
    path = urlsplit(address).path
    points = 3 if _EVENT.search(title) else 0
    points += 4 if has_day_and_place else 0
    points -= 4 if _NEWS.search(title) else 0
    points += 3 if _EVENT_PATH.search(path) else 0
    points -= 1 if _NEWS_PATH.search(path) else 0
    points += 3 if _HELD.search(f"{title}. {lead}") else 0
    points += 1 if _EVENT.search(lead) else 0
    points += 2 if _REGISTER.search(lead) else 0
    points += 3 if has_event_fields else 0
    points += min(max(date_points, 0) // 3, 3)
    return points
