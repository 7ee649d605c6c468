"""Lines such as `Venue: Hotel Astoria` that say what a field holds, in the languages that pages are written in."""

import re
from dataclasses import dataclass
from enum import StrEnum

#: In characters: a longer value is a sentence.
_MAX_VALUE = 160


class Label(StrEnum):
    """What a labelled line tells."""

    #: When an event takes place; on pages of news perhaps when they were published.
    DATE = "date"
    #: When an event takes place.
    WHEN = "when"
    BEGINS = "begins"
    ENDS = "ends"
    TIME = "time"
    WHERE = "where"
    #: The town of a venue that has a line of its own.
    TOWN = "town"
    PUBLISHED = "published"
    UPDATED = "updated"
    REGISTER = "register"
    REGISTER_BY = "register-by"
    TAGS = "tags"
    SOURCE = "source"
    AUTHOR = "author"
    KIND = "kind"
    #: Minutes to read, numbers of visitors.
    COUNT = "count"


_WORDS = {
    Label.DATE: "dates?|datum|date\\(s\\)|fecha|data|dato|päivämäärä|data\\(s\\)",
    Label.WHEN: (
        "when|event dates?|date of (?:the )?event|dates? (?:and|&) (?:time|place|venue)|wann|termin|zeitpunkt|veranstaltungsdatum|zeitraum|quand|dates? de l['’]"
        "événement|date et heure|cuándo|quando|wanneer|kiedy|termín|termin wydarzenia|när|hvornår|når"
    ),
    Label.BEGINS: "start(?:s|ing)?(?: date| time)?|begins?|from|beginn|start der veranstaltung|von|début|date de début|inicio|inizio|begin|aanvang|début de l['’]événement",
    Label.ENDS: "ends?(?: date| time)?|until|ende|bis|fin|date de fin|fine|einde|fim|fin de l['’]événement",
    Label.TIME: "time|times|hours?|uhrzeit|zeit|heure|horaires?|hora|ora|orario|tijd|tid|godzina",
    Label.WHERE: (
        "where|venue|location|place|ort|veranstaltungsort|wo|tagungsort|lieu|où|lieu de l['’]événement|lugar|dónde|luogo|dove|sede|locatie|plaats|waar|plats|sted|hvor|miejsce|gdzie|"
        "místo|miesto|kraj|mesto|hely|helyszín|paikka|koht|vieta|loc|locul|место|τόπος|local|event location|address|adresse"
    ),
    Label.TOWN: "city|town|stadt|ville|ciudad|città|stad|miasto",
    Label.PUBLISHED: (
        "published(?: on| at| date)?|publish date|posted(?: on)?|publication date|date of publication|date published|release date|released(?: on)?|"
        "issued(?: on)?|veröffentlicht(?: am)?|veröffentlichung(?:sdatum)?|erschienen(?: am)?|erscheinungsdatum|datum der veröffentlichung|publié(?:e)?(?: le)?|date de (?:publication|parution)|mis en ligne(?: le)?|"
        "paru le|fecha de publicación|publicado(?: el| em)?|pubblicato(?: il)?|data di pubblicazione|gepubliceerd(?: op)?|publicatiedatum|plaatsingsdatum|geplaatst(?: op)?|opublikowano|data publikacji|publicerad(?: den)?|udgivet|offentliggjort|publisert|"
        "julkaistu|avaldatud|publicēts|paskelbta|zveřejněno|publikováno|zverejnené|objavljeno|közzétéve|megjelent|publicat(?: pe)?|data publicării|публикувано(?: на)?|δημοσιεύθηκε|press release of|news of"
    ),
    Label.UPDATED: (
        "(?:page )?last (?:updated|modified|reviewed|changed)(?: on| date)?|updated(?: on)?|modified(?: on)?|last update|date modified|stand|zuletzt (?:aktualisiert|geändert)(?: am)?|aktualisiert(?: am)?|letzte (?:änderung|aktualisierung)|"
        "mis(?:e)? à jour(?: le)?|dernière (?:mise à jour|modification)|última actualización|actualizado(?: el)?|ultimo aggiornamento|aggiornato il|laatst (?:bijgewerkt|gewijzigd)(?: op)?|laatste (?:update|wijziging)|ostatnia (?:aktualizacja|zmiana)|bijgewerkt op"
    ),
    Label.REGISTER: "register(?: here| now| online)?|registration(?: link| page| form)?|sign up(?: here)?|anmeldung|zur anmeldung|anmeldelink|inscriptions?|s['’]inscrire|lien d['’]inscription|inscripción|iscrizione|inschrijven|aanmelden|rejestracja",
    Label.REGISTER_BY: (
        "registration (?:deadline|closes|ends|until|by)(?: on)?|deadline(?: for registration| to register)?|register (?:by|before|until)|please register (?:by|before|until)|anmeldeschluss|anmeldung bis(?: zum)?|anmeldefrist|"
        "date limite(?: d['’]inscription)?|inscriptions? (?:avant|jusqu['’]au)|fecha límite(?: de inscripción)?|scadenza iscrizioni|aanmelden (?:vóór|tot)"
    ),
    Label.TAGS: "tags?|topics?|keywords?|key words|filed under|categor(?:y|ies)|hashtags?|schlagw(?:ort|orte|örter)|stichw(?:ort|orte|örter)|themen|thema|kategorien?|mots[- ]clés?|thèmes?|thématiques?|étiquettes|catégories?|etiquetas|palabras clave|temas|parole chiave|argomenti|trefwoorden|onderwerpen",
    Label.SOURCE: "source|url|page url|permalink|original(?: page| article)?|quelle|link zur seite|origine|fuente|fonte|bron",
    Label.AUTHOR: "by|author|written by|posted by|published by|text|photos?|photo credits?|image(?: credits?)?|credits?|von|autor(?:in)?|foto(?:s|credit)?|bild|quelle bild|par|auteur|rédigé par|crédits?(?: photo)?|por|di|autore|door",
    Label.KIND: "type|content type|event type|news type|format|typ|art|veranstaltungsart|type d['’]événement|nature",
    Label.COUNT: "reading time|estimated reading time|read time|time to read|lesezeit|lesedauer|temps de lecture|tempo di lettura|tiempo de lectura|leestijd|tempo de leitura|czas czytania|views|visits|aufrufe|comments|kommentare|commentaires|shares",
}  # fmt: skip
_LINES = {
    label: re.compile(
        rf"(?:{words})\s*(?:\([^()]{{1,20}}\)\s*)?\??\s*(?:[::](?!//)\s*(?P<value>.*)|$)", re.IGNORECASE
    )
    for label, words in _WORDS.items()
}
#: Labels that are as clear without a colon when a date comes next.
_WITHOUT_COLON = {
    label: re.compile(rf"(?:{_WORDS[label]})\s+(?P<value>[\w,. ]{{0,14}}\d.{{0,70}})", re.IGNORECASE)
    for label in (Label.PUBLISHED, Label.UPDATED, Label.REGISTER_BY)
}
#: What pages say of an event or of themselves that no field holds.
_OTHERS = (
    "organi[sz]ers?|organi[sz]ed by|hosts?|hosted by|co-?hosts?|languages?|working languages?|costs?|fees?|price|admission|entrance|for whom|audience|target (?:group|audience)|participants|speakers?|trainers?|lecturers?|moderat(?:or|ion)|chair|contact(?: person)?|"
    "questions|e-?mail|phone|tel(?:ephone)?|fax|web(?:site)?|duration|level|capacity|places|status|reference|ref|budget|grant|(?:project )?coordinator|partners?|funding|funded by|issuing body|editors?|parking|dress code|certificate|credits|"
    "veranstalter(?:in)?|ausrichter|sprachen?|kosten|gebühr(?:en)?|preis|eintritt|teilnahmegebühr|teilnahme|teilnehmer(?:kreis|zahl)?|zielgruppen?|für wen|referent(?:in|en|innen)?|leitung|moderation|ansprechpartner(?:in)?|kontakt|rückfragen|telefon|dauer|plätze|aktenzeichen|laufzeit|fördersumme|redaktion|"
    "organisat(?:eur|rice|ion)s?|organisé par|langues?|langue de travail|coûts?|frais(?: d['’]inscription)?|tarifs?|prix|entrée|public(?: (?:visé|cible))?|pour qui|intervenant(?:e)?s?|animation|contacts?|renseignements|téléphone|tél|durée|places|rédaction|référence|"
    "organiza(?:dor(?:es|a)?)?|idiomas?|coste|precio|tarifa|destinatarios|dirigido a|público|ponentes?|contacto|teléfono|duración|plazas|redacción|organizza(?:tore|zione)|organizzato da|lingu[ae]|costo|prezzo|quota|destinatari|rivolto a|relator[ei]|contatt[oi]|informazioni|telefono|durata|posti|redazione|ingresso|"
    "organisat(?:or|ie)|taal|talen|voertaal|prijs|toegang|doelgroep|voor wie|sprekers?|contactpersoon|telefoon|duur|plaatsen|redactie|organizator|język|koszt|cena|dla kogo|prelegenci|kontakt|arrangör|språk|kostnad|pris|målgrupp|talare|kontaktperson|sprog|målgruppe|arrangør|järjestäjä|kieli|hinta|kohderyhmä|organização|língua|custo|preço|destinatários|público-alvo|oradores|contato"
)
_OTHER_LINE = re.compile(rf"(?:{_OTHERS})\s*:(?!//)\s*\S.*", re.IGNORECASE)
#: A word or a few, and what they stand for.
_ANY_LINE = re.compile(r"[^\W\d_][\w'’/()& -]{1,28}\s?:(?!//)\s+\S.*")
#: Words of a label.
_MAX_LABEL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A line that begins with a label."""

    label: Label
    #: "": it is on the next line.
    value: str


def read_label(text: str) -> Labelled | None:
    """Return what the line *text* is labelled as; None: nothing, or it is a sentence."""
    for label, line in _LINES.items():
        if found := line.fullmatch(text):
            value = (found["value"] or "").strip()
            return Labelled(label=label, value=value) if len(value) <= _MAX_VALUE else None
    for label, line in _WITHOUT_COLON.items():
        if found := line.fullmatch(text):
            return Labelled(label=label, value=found["value"].strip())
    return None


def is_fact(text: str) -> bool:
    """Whether *text* is a known label with its value: `Language: English`. Such a line is neither a title nor a heading."""
    known = read_label(text)
    is_known = known is not None and bool(known.value)
    return is_known or (len(text) <= _MAX_VALUE and _OTHER_LINE.fullmatch(text) is not None)


def may_be_fact(text: str) -> bool:
    """Whether *text* has the form of a label with its value: a title may have it as well."""
    is_line = len(text) <= _MAX_VALUE and _ANY_LINE.fullmatch(text) is not None
    return is_line and len(text.partition(":")[0].split()) <= _MAX_LABEL
