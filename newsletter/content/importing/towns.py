"""Names of towns and countries: those that CLDR has in every language, and more towns of Europe."""

from collections.abc import Mapping
from functools import cache

from newsletter.content.importing.months import LANGUAGES

#: Towns where agencies and police schools are, and large ones after which no time zone is named.
_MORE = """
the hague | den haag | lyon | strasbourg | straßburg | strassburg | geneva | genève | genf | frankfurt |
munich | münchen | hamburg | cologne | köln | bonn | wiesbaden | stuttgart | leipzig | dresden |
düsseldorf | münster | hannover | nuremberg | nürnberg | bremen | essen | dortmund | florence | firenze |
milan | milano | turin | torino | naples | napoli | bologna | genoa | genova | venice | venezia | trieste
| palermo | barcelona | valencia | seville | sevilla | málaga | malaga | bilbao | zaragoza | porto | braga
| coimbra | faro | marseille | lille | nice | toulouse | bordeaux | nantes | nancy | antwerp | antwerpen |
ghent | gent | gand | bruges | brugge | leuven | liège | namur | charleroi | rotterdam | utrecht |
eindhoven | delft | apeldoorn | maastricht | groningen | gothenburg | göteborg | malmö | uppsala |
linköping | aarhus | århus | odense | aalborg | bergen | trondheim | stavanger | tampere | turku | espoo |
oulu | rovaniemi | tartu | narva | kaunas | klaipėda | klaipeda | kraków | krakow | cracow | krakau |
gdańsk | gdansk | wrocław | wroclaw | poznań | poznan | łódź | lodz | katowice | szczytno | brno | ostrava
| plzeň | pilsen | košice | kosice | žilina | graz | linz | salzburg | innsbruck | klagenfurt | basel |
bern | lausanne | lugano | maribor | split | rijeka | zadar | dubrovnik | cluj-napoca | cluj | timișoara |
timisoara | iași | iasi | constanța | varna | plovdiv | burgas | thessaloniki | patras | heraklion |
larnaca | limassol | nicosia | valletta | debrecen | szeged | pécs | győr | novi sad | edinburgh | glasgow
| manchester | birmingham | cardiff | cork | galway | tirana | pristina | podgorica | ohrid | lviv |
kharkiv | odesa | washington | the valley | reykjavik | oslo | bruxelles | brüssel | brussel | wien |
prague | praha | prag | lisboa | lissabon | warszawa | warschau | roma | københavn | kopenhagen |
copenhague | helsinki | bucureşti | bucurești | athènes | athen | athens | templemore | avila | ávila |
tampa | quantico | bramshill | ostend | oostende | breda | sankt augustin | wildbad kreuth
"""


@cache
def towns() -> frozenset[str]:
    """Return the towns that time zones are named after, in every language, and some more of Europe."""
    from babel import Locale

    found = {" ".join(town.split()) for town in _MORE.split("|")}
    for language in LANGUAGES:
        for info in Locale.parse(language).time_zones.values():
            if city := _city(info):
                found.add(city.casefold())
    from zoneinfo import available_timezones

    found |= {
        name.rpartition("/")[2].replace("_", " ").casefold()
        for name in available_timezones()
        if "/" in name and not name.startswith("Etc")
    }
    return frozenset(found)


def _city(info: Mapping[str, object]) -> str:
    city = info.get("city")
    return city if isinstance(city, str) else ""


@cache
def countries() -> frozenset[str]:
    """Return the names of countries, in every language."""
    from babel import Locale

    found = {
        "uk",
        "england",
        "scotland",
        "wales",
        "the netherlands",
        "usa",
        "czech republic",
        "türkiye",
        "republic of moldova",
        "north macedonia",
    }
    for language in LANGUAGES:
        found |= {
            name.casefold()
            for code, name in Locale.parse(language).territories.items()
            if len(code) == 2 and code.isalpha()
        }
    return frozenset(found)
