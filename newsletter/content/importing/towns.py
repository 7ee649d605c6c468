"""Names of towns and countries: those that CLDR has in every language, and more towns of Europe."""

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from newsletter.content.importing.months import LANGUAGES

#: Towns where agencies and police schools are, and large ones after which no time zone is named.
_MORE = """
the hague | den haag | lyon | strasbourg | straßburg | strassburg | geneva | genève | genf | frankfurt |
munich | münchen | hamburg | cologne | köln | bonn | wiesbaden | stuttgart | leipzig | dresden | düsseldorf |
münster | hannover | nuremberg | nürnberg | bremen | essen | dortmund | florence | firenze | milan | milano |
turin | torino | naples | napoli | bologna | genoa | genova | venice | venezia | trieste | palermo | barcelona
| valencia | seville | sevilla | málaga | malaga | bilbao | zaragoza | porto | braga | coimbra | faro |
marseille | lille | nice | toulouse | bordeaux | nantes | nancy | antwerp | antwerpen | ghent | gent | gand |
bruges | brugge | leuven | liège | namur | charleroi | rotterdam | utrecht | eindhoven | delft | apeldoorn |
maastricht | groningen | gothenburg | göteborg | malmö | uppsala | linköping | aarhus | århus | odense |
aalborg | bergen | trondheim | stavanger | tampere | turku | espoo | oulu | rovaniemi | tartu | narva | kaunas
| klaipėda | klaipeda | kraków | krakow | cracow | krakau | gdańsk | gdansk | wrocław | wroclaw | poznań |
poznan | łódź | lodz | katowice | szczytno | brno | ostrava | plzeň | pilsen | košice | kosice | žilina | graz
| linz | salzburg | innsbruck | klagenfurt | basel | bern | lausanne | lugano | maribor | split | rijeka |
zadar | dubrovnik | cluj-napoca | cluj | timișoara | timisoara | iași | iasi | constanța | varna | plovdiv |
burgas | thessaloniki | patras | heraklion | larnaca | limassol | nicosia | valletta | debrecen | szeged |
pécs | győr | novi sad | edinburgh | glasgow | manchester | birmingham | cardiff | cork | galway | tirana |
pristina | podgorica | ohrid | lviv | kharkiv | odesa | washington | the valley | reykjavik | oslo | bruxelles
| brüssel | brussel | wien | prague | praha | prag | lisboa | lissabon | warszawa | warschau | roma |
københavn | kopenhagen | copenhague | helsinki | bucureşti | bucurești | athènes | athen | athens | templemore
| avila | ávila | tampa | quantico | bramshill | ostend | oostende | breda | sankt augustin | wildbad kreuth |
mechelen | kortrijk | hasselt | genk | louvain | tournai | mons | arlon | nijmegen | tilburg | arnhem |
haarlem | leiden | zwolle | enschede | amersfoort | den bosch | noordwijk | ispra | petten | frascati | padua
| padova | verona | parma | modena | perugia | pisa | siena | bari | catania | messina | cagliari | ancona |
rimini | trento | bolzano | brescia | bergamo | ravenna | udine | lecce | salerno | murcia | granada |
alicante | córdoba | cordoba | valladolid | vigo | gijón | oviedo | santander | san sebastián | donostia |
pamplona | vitoria | toledo | salamanca | cádiz | palma | las palmas | aranjuez | évora | evora | aveiro |
setúbal | funchal | loures | sintra | cascais | leiria | guimarães | rennes | montpellier | grenoble | dijon |
reims | metz | rouen | caen | orléans | angers | brest | besançon | avignon | cannes | annecy | toulon |
clermont-ferrand | limoges | poitiers | pau | nîmes | amiens | versailles | fontainebleau | mulhouse |
perpignan | saint-malo | biarritz | deauville | heidelberg | mannheim | karlsruhe | freiburg | augsburg | ulm
| regensburg | passau | würzburg | erlangen | jena | weimar | erfurt | magdeburg | potsdam | rostock |
schwerin | kiel | lübeck | flensburg | oldenburg | osnabrück | bielefeld | paderborn | kassel | göttingen |
braunschweig | wolfsburg | aachen | duisburg | bochum | wuppertal | mainz | koblenz | trier | saarbrücken |
darmstadt | konstanz | chemnitz | görlitz | cottbus | villach | bregenz | st. pölten | st. gallen | winterthur
| luzern | lucerne | neuchâtel | fribourg | chur | davos | biel | thun | swansea | leeds | liverpool |
sheffield | bristol | oxford | cambridge | nottingham | newcastle | york | brighton | southampton | portsmouth
| plymouth | exeter | aberdeen | dundee | inverness | stirling | derry | limerick | waterford | kilkenny |
sligo | esbjerg | roskilde | helsingør | vejle | kolding | västerås | örebro | lund | umeå | luleå | karlstad
| norrköping | helsingborg | visby | kiruna | tromsø | bodø | drammen | kristiansand | lillehammer | jyväskylä
| kuopio | lahti | vaasa | joensuu | hämeenlinna | mariehamn | pärnu | kuressaare | haapsalu | jelgava |
liepāja | daugavpils | jūrmala | ventspils | šiauliai | panevėžys | trakai | palanga | druskininkai | sopot |
gdynia | szczecin | bydgoszcz | toruń | lublin | rzeszów | białystok | olsztyn | zakopane | opole | kielce |
radom | częstochowa | legionowo | piła | olomouc | liberec | pardubice | karlovy vary | české budějovice |
zlín | hradec králové | nitra | trnava | banská bystrica | prešov | trenčín | poprad | nové zámky | miskolc |
eger | siófok | sopron | székesfehérvár | kecskemét | brașov | brasov | sibiu | oradea | craiova | galați |
ploiești | suceava | sinaia | mamaia | stara zagora | veliko tarnovo | bansko | nesebar | pleven | piraeus |
volos | ioannina | chania | rhodes | corfu | kavala | larissa | paphos | sliema | st julian’s | gozo | celje |
koper | kranj | portorož | piran | bled | brdo | kranjska gora | velenje | ptuj | osijek | pula | šibenik |
opatija | varaždin | karlovac | banja luka | mostar | tuzla | niš | kragujevac | subotica | bitola | durrës |
vlorë | budva | kotor | prizren | peja | batumi | gyumri | bălți | dnipro | izmir | antalya | bursa | akureyri
| keflavík
"""

#: Letters: shorter names begin like other words.
_STEM = 4


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


@lru_cache(maxsize=1024)
def is_declined_town(name: str) -> bool:
    """Whether *name* is a known town with another ending: `Gdańsku`, `Warszawie`."""
    folded = _plain(name)
    if len(folded) < _STEM:
        return False
    return any(
        len(folded) - len(town) <= len(town) - _STEM + 1
        and folded.startswith(town[: max(_STEM - 1, len(town) - 2)])
        for town in _plain_towns()
    )


@cache
def _plain_towns() -> frozenset[str]:
    return frozenset(_plain(town) for town in towns() if len(town) >= _STEM)


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return "".join(each for each in decomposed if each.isalpha())


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
