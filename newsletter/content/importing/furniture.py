"""What stands around a text on every page of a website, known by its words: menus, share bars, calls to sign up, footers."""

import re
from enum import StrEnum

from newsletter.content.importing.sharing import is_share_line
from newsletter.content.importing.wording import is_lone_date


class Furniture(StrEnum):
    """What a line is, if it is no part of the text; the value is how an editor is told."""

    MENU = "menu"
    SHARE = "share bar"
    RELATED = "other pages"
    SIGN_UP = "call to sign up"
    COOKIES = "cookie notice"
    LEGAL = "footer"
    COMMENTS = "comments of readers"
    FEEDBACK = "question about the page"
    FUNDING = "notice of funding"
    FILE = "files"


#: In characters: what is longer is text, whatever its words.
_MAX_LINE = 120
_MAX_NOTICE = 600

_MENU = (
    r"advertisements?:?|-? ?anzeige ?-?|werbung|publicité|publicidad|(?:pressemitteilung|artikel|download|save|télécharger)? ?(?:as|als|en|au format)? ?pdf(?: version)?|home(?:\s?page)?|news(?: ?room| (?:and|&) (?:events|media|press))?|events?(?: calendar)?|all (?:news|events)|about(?: us| \w+)?|contacts?(?: us| \w+)?|menu|main menu|main navigation|navigation|search|search this site|toggle (?:navigation|menu)|"
    r"skip to (?:main )?(?:content|navigation)|jump to (?:content|navigation)|you are here|breadcrumbs?|log ?in|log ?out|sign in|members?(?:['’]? area| login)?|my account|sitemap|site map|faqs?|help|media|press(?: room| releases?| corner)?|publications?|library|resources?|documents?|downloads?|careers?|jobs|vacancies|projects?|partners?|"
    r"back(?: to(?: the)? (?:top|overview|list|news|events|home|previous page|calendar|agenda|list(?: of \w+)?|all \w+|\w+ overview))?|to top|go to top|top|"
    r"register(?: now| here)?|read more|learn more|more|see more|show more|load more|view (?:all|more)|see all|more (?:info|details)|find out more|continue reading|details|close|open|ok|submit|send|"
    r"language|languages|select (?:your )?language|english(?: en)?|deutsch(?: de)?|français(?: fr)?|español|italiano|nederlands|[a-z]{2}|(?:[a-z]{2}[ |/·]){1,30}[a-z]{2}|"
    r"start(?:seite)?|aktuelles|nachrichten|neuigkeiten|veranstaltungen|termine|presse(?:mitteilungen)?|über uns|kontakt|suche|suchen|menü|hauptmenü|hauptnavigation|zum (?:haupt)?inhalt(?: springen)?|(?:direkt )?zum inhalt|sie (?:sind|befinden sich) hier|anmelden|abmelden|"
    r"zurück(?: zur? .{2,25})?|nach oben|weiter(?:lesen)?|mehr(?: erfahren| lesen| anzeigen)?|weitere informationen|alle (?:meldungen|nachrichten|termine|veranstaltungen)|übersicht|leichte sprache|gebärdensprache|seite drucken|schließen|"
    r"accueil|actualités?|actus?|événements?|agenda|à propos(?: de nous)?|qui sommes[- ]nous \?*|contactez[- ]nous|nous contacter|rechercher?|aller au (?:contenu(?: principal)?|menu)|menu principal|vous êtes ici|connexion|se connecter|plan du site|retour(?: à .{2,25}| en haut(?: de page)?)?|haut de page|lire (?:la suite|plus)|en savoir plus|voir (?:plus|tout)|fermer|presse|"
    r"inicio|noticias|eventos|quiénes somos|buscar|saltar al contenido|leer más|volver|notizie|eventi|chi siamo|contatti|cerca|vai al contenuto|leggi (?:di più|tutto)|torna (?:su|indietro)|strona główna|powrót(?: .{2,25})?|aktualności|galeria|o nas|wyszukiwarka|przejdź do .{2,30}|menu główne|voltar(?: .{2,25})?|início|notícias|contactos?|sobre nós|tillbaka|startsida|hem|nyheter|om oss|kontakta oss|tilbage|forside|nyheder|tilbake|forsiden|etusivu|takaisin|ajankohtaista|yhteystiedot|zpět|domů|aktuality|kontakty|späť|domov|nazaj|novice|natrag|naslovnica|vijesti|vissza|kezdőlap|hírek|kapcsolat|înapoi|acasă|știri|начало|новини|назад|αρχική|νέα|επικοινωνία|avaleht|uudised|sākums|jaunumi|pradžia|naujienos|nieuws|evenementen|over ons|zoeken|naar (?:de )?inhoud|lees (?:meer|verder)|terug(?: naar .{2,25})?"
)
_CATEGORY = (
    r"news|news (?:item|article)|latest news|events?|event report|meeting report|past events?|upcoming events?|press releases?|press|article|blog(?: post)?|announcements?|stories|story|highlights?|general|uncategori[sz]ed|featured|publication|report|policy brief|working paper|fact ?sheet|bulletin|newsletter|"
    r"nachrichten?|meldung(?:en)?|pressemitteilung(?:en)?|medieninformation|aktuelles|veranstaltung(?:en)?|termine?|bericht|artikel|allgemein|actualités?|communiqués?(?: de presse)?|événements?|article|brève|noticias?|nota de prensa|eventos?|notizie|comunicat[oi] stampa|eventi|nieuws(?:bericht)?|persbericht|evenement(?:en)?"
)
_NETWORKS = r"facebook|twitter|x|x \(twitter\)|twitter ?/ ?x|linked ?in|whats ?app|telegram|bluesky|mastodon|threads|instagram|you ?tube|flickr|tik ?tok|xing|reddit|pinterest|vimeo|rss(?:[- ]feed)?|e-?mail|email this|mail|print|pdf|copy(?: link)?|link kopieren|copier le lien|drucken|imprimer|teilen|partager|tweet(?:en|er)?|like|save|bookmark|messenger|signal|viber|addtoany"
_SHARE = (
    rf"(?:(?:share|teilen|partager|compartir|condividi|delen)(?: (?:this|the|it|on|via|with|by|auf|über|sur|cette|cet|diese|dit|en|su|page|article|post|news|story|event|seite|artikel|beitrag|actualité|op|{_NETWORKS}))*\s*[:!]?)"
    rf"|(?:(?:follow|find|like|join) us(?: (?:on|at|@) .{{1,60}})?|folgen sie uns(?: .{{1,60}})?|suivez[- ]nous(?: .{{1,60}})?|síguenos(?: .{{1,40}})?|seguici(?: .{{1,40}})?|volg ons(?: .{{1,40}})?|social media|stay connected|connect with us|réseaux sociaux|soziale (?:medien|netzwerke))\s*[:!]?"
    rf"|(?:{_NETWORKS})(?:[\s,|/·•-]+(?:and |et |und )?(?:{_NETWORKS}))*|(?:print|e-?mail|send|save|download|listen to) (?:this|the) (?:page|article|news)|(?:tell|send to|recommend to) a (?:friend|colleague)|(?:print|printable) version|printer[- ]friendly(?: version| page)?|druckversion|artikel (?:drucken|teilen)|seite (?:drucken|teilen|empfehlen)|version imprimable|listen|vorlesen|écouter"
    r"|(?:\d+ )?(?:comments?|kommentare?|commentaires?|likes?|shares?|views?)(?: \(?\d+\)?)?|no comments|permalink|(?:add|save|export) (?:(?:this|the|to|event|date|it|in|my|your) ?)*(?:outlook |google |apple )?calendar|(?:zum|in den|im) (?:\w+ )?kalender (?:hinzufügen|eintragen|speichern|übernehmen)|termin (?:speichern|herunterladen|in .{2,25}kalender .{2,20})|ajouter (?:à|au) (?:mon |votre |l['’])?(?:calendrier|agenda)|añadir al calendario|agregar al calendario|aggiungi al calendario|(?:toevoegen aan|zet in|in) (?:je |uw |mijn )?agenda(?: zetten| toevoegen)?|lägg till i kalender\w*|føj til kalender|i(?:cal|cs)|(?:google|outlook|apple|i) ?(?:calendar|kalender)|download ics|(?:(?:published|posted|updated)(?: on)? ?\|? ?)?(?:\d+|an?) (?:year|month|week|day|hour|minute)s? ago|vor (?:\d+|einem|einer) (?:jahr|monat|woche|tag|stunde|minute)\w*|il y a \d+ \w+|kommentare geschlossen|\d+ min(?:ute)?s?(?: (?:read|of reading|lesezeit|de lecture))|(?:reading time|lesezeit|temps de lecture).{0,20}"
)
_RELATED = (
    r"(?:(?:see|read|view|check out|explore|discover) )?(?:also )?(?:related|similar|other|latest|recent|more|further|most read|most popular|popular|trending|next|previous|featured|other recent|our latest) (?:news|articles?|posts?|content|events?|stories|items?|pages?|reading|activities|press releases?|from (?:the )?(?:blog|network|us|.{2,30})|news (?:and|&) events|news items?|news articles?|topics|publications|updates)\b.{0,30}"
    r"|related|(?:« |‹ |← |< )?prev(?:ious)?(?: (?:article|post|news|page|event|story))?|next(?: (?:article|post|news|page|event|story))?(?: »| ›| →| >)?|vorheriger?|nächster?|précédent|suivant|anterior|siguiente|categories|archives?|tag cloud|upcoming|kategorien|archiv|catégories|see also|read also|read next|read more news|up next|you (?:may|might|could) also (?:like|be interested in|enjoy).{0,20}|recommended(?: for you| reading)?|more (?:on|about|in) this (?:topic|category|section).{0,20}|keep reading|don['’]t miss|in this section|in other news|latest|most read|news archive|upcoming (?:events?|courses?|trainings?|webinars?|workshops?|seminars?)|also (?:on|in) (?:our|the) (?:agenda|calendar|programme)|past events|recent events|events calendar|other news|more stories"
    r"|(?:weitere|ähnliche|verwandte|andere|neueste|aktuelle|mehr) (?:vergaben|ausschreibungen|nachrichten|artikel|meldungen|beiträge|themen|veranstaltungen|termine|pressemitteilungen|inhalte|neuigkeiten|aktuelles).{0,30}|das könnte (?:sie|dich) auch interessieren.{0,10}|lesen sie auch.{0,5}|auch interessant|mehr (?:zum thema|aus .{2,30})|zum thema|siehe auch|passend dazu|meistgelesen|vorheriger (?:artikel|beitrag).*|nächster (?:artikel|beitrag).*"
    r"|(?:autres|dernières|derniers|nos dernières|articles?|actualités?|contenus?|événements?|pages?) (?:actualités?|articles?|nouvelles|événements?|liés?|liées?|similaires?|associés?|connexes?|récents?|récentes?).{0,20}|(?:à )?(?:lire|voir) aussi.{0,20}|à lire également|sur le même (?:sujet|thème)|dans la même (?:rubrique|catégorie)|vous (?:aimerez|pourriez) aussi.{0,30}|.{0,50}\bvous intéresser.{0,10}|les plus lus|à la une"
    r"|(?:otras?|últimas|más|noticias|artículos) (?:noticias|relacionad[ao]s|recientes).{0,20}|(?:te|le) puede interesar|(?:altre|ultime|notizie|articoli) (?:notizie|correlat[ei]|recenti).{0,20}|leggi anche|potrebbe interessarti|(?:meer|ander|gerelateerd|laatste)e? nieuws.{0,20}|lees ook|gerelateerde (?:artikelen|berichten)|zobacz (?:też|także)|läs (?:också|även|mer).{0,20}|relaterade .{3,20}|relaterede .{3,20}|læs også|se også"
)
_PAGER = (
    r"(?:[←«‹<]+\s*)?(?:previous|prev|next|older|newer|vorige[rs]?|vorherige[rs]?|nächste[rs]?|précédente?|suivante?|anterior|siguiente|precedente|successiv[oa]|vorig|volgende?|poprzedni[ae]?|następn[yae]|předchozí|další|föregående|nästa|forrige|neste|næste|edellinen|seuraava)"
    r"(?: (?:article|post|page|news|entry|event|story|artikel|beitrag|bericht|nieuws|entrada|artículo|noticia|articolo|notizia|wpis|artykuł|strona|posts?|entries))?\s*(?:[:：].{0,110}|[→»›>]*)"
    r"|(?:article|page|actualité|billet|pagina|página|articolo|notizia|artículo|noticia|entrada|strona|wpis|beitrag) (?:précédente?|suivante?|precedente|successiv[oa]|anterior|siguiente|poprzedni[ae]?|następn[yae])(?:\s*[:：].{0,110})?"
    r"|[←‹]\s*\S.{2,110}|(?:post|posts|article|beitrags?|page)[- ]?(?:navigation|pager)|navigation (?:de l['’]article|des articles)|nawigacja wpisu|navegación de entradas"
)
_DATES = r"(?:nächste|kommende|weitere|aktuelle) (?:termine|veranstaltungen)|prochain(?:e?s) (?:rendez-vous|événements|dates|événements à venir)|próxim[oa]s (?:eventos|fechas)|prossimi (?:eventi|appuntamenti)|(?:altre|ultime) notizie|otras noticias|noticias relacionadas|zobacz również|aktualności|inne aktualności"
_AUTHOR = r"about the authors?|about (?:the )?author.{0,5}|über (?:den|die) autor(?:in|en|innen)?|zur person|à propos de l['’]auteur(?:e|rice)?|sobre (?:el|la) autora?|l['’]autore|over de auteur"
_COMMENTS = (
    r"(?:leave|write|post|add|submit) (?:a |your )?(?:comment|reply)|kommentar (?:schreiben|hinzufügen)|schreiben? (?:sie )?einen kommentar|(?:laisser|écrire|ajouter) un commentaire|(?:deja|dejar) un comentario|lascia un commento|(?:laat|plaats) een reactie(?: achter)?|dodaj komentarz|"
    r"(?:\d{1,4}|one|two|three|ein|un) (?:comments?|kommentare?|commentaires?|comentarios?|commenti|commento|reacties?|replies|reply|responses?|réponses?|komentarz[ey]?)(?: (?:on|to|zu|sur|à|op|en|su)\b.{0,110})?"
    r"|(?:comments?|kommentare?|commentaires?|comentarios?|commenti|reacties?|responses?|komentarze)\s*\(\d{1,4}\)|\d{1,4} (?:thoughts?|gedanken?|réflexions?|pensées?) (?:on|zu|sur)\b.{0,110}"
)
_FEEDBACK = (
    r"(?:was|is) this (?:page|article|information|content|answer) (?:useful|helpful|of use)\b.{0,20}|did (?:you find|this) .{0,60}\?|how (?:useful|helpful) was .{0,40}\?|rate this (?:page|article|content).{0,20}|(?:report|found) (?:a |an )?(?:problem|error|mistake|issue|bug)\b.{0,50}|edit this page.{0,30}|improve this page.{0,30}|suggest (?:changes|an? edits?|improvements?)|help us improve.{0,60}"
    r"|war (?:diese|dieser) (?:seite|artikel|information|beitrag).{0,30}hilfreich.{0,5}|(?:cette|la) page (?:vous )?(?:a-t-elle|est-elle).{0,30}utile.{0,5}|(?:¿?te|¿?le) ha (?:sido|resultado) útil.{0,40}|(?:questa pagina|questo contenuto).{0,20}utile.{0,5}|(?:was|is) deze (?:pagina|informatie) .{0,30}|heeft (?:u|deze).{0,60}\?|(?:ocena|rating|bewertung|note|valutazione)\s*:\s*[\d.,]+\s*/\s*\d+.{0,12}"
)
_FUNDING = (
    r".{0,40}\b(?:is|are|wird|werden|est|sont)\s+(?:\w+\s+)?(?:co-?)?(?:funded|financed|supported|gefördert|finanziert|kofinanziert|financée?|cofinancée?|soutenue?)\b.{0,40}\b(?:by|under|through|within|from|durch|von|aus|vom|par|dans)\b.{0,60}\b(?:european (?:union|commission)|eu|interreg|horizon|erasmus|internal security fund|fund|programme|union européenne|commission européenne|fonds|europäische[nr]? (?:union|kommission)|programm\w*|mitteln)\b.{0,80}"
    r"|(?:avec le (?:soutien|concours)(?: financier)?|financé par|cofinancé par|projet (?:co)?financé|gefördert (?:durch|von|aus)|kofinanziert (?:durch|von)|mit (?:finanzieller )?unterstützung|with the (?:financial )?support|con el apoyo|cofinanciado por|con il (?:sostegno|contributo)|cofinanziato (?:da|dall)|met (?:financiële )?steun|dofinansowan\w+|współfinansowan\w+)\b.{3,160}"
    r"|(?:the (?:content|contents) of this .{2,30}|this (?:publication|website|communication|page)) (?:represents?|reflects?)\b.{10,300}"
)
_FILE = (
    r".{2,120}[(\[](?:(?:pdf|docx?|xlsx?|pptx?|odt|zip|jpe?g|png|mp[34]|ics)\b.{0,40}|[\d.,]+\s*[km]b)[)\]]"
)
_SIGN_UP = (
    r"unsubscribe\b.{0,160}|you (?:are )?receiv(?:e|ed|ing) this (?:e-?mail|mail|message|newsletter).{0,200}|(?:view|read) (?:this (?:e-?mail|mail|message) )?(?:online|in (?:your|a) browser).{0,80}|(?:manage|update) (?:your )?(?:preferences|subscription).{0,80}|(?:stay|keep|get|be|bleiben sie|restez) (?:informed|up[- ]to[- ]date|updated|in touch|in the loop|tuned|connected|informiert|auf dem laufenden|informés?|notified)\b.{0,200}"
    r"|(?:please |click here to |don['’]t forget to |want to |would you like to )?(?:subscribe|sign[- ]?up|join|register for|receive|get).{0,60}\b(?:newsletters?|mailing list|(?:e-?mail )?(?:updates|alerts)|inbox)\b.{0,120}|(?:subscribe|sign[- ]?up)(?: (?:now|here|today|to our .{0,40}))?\W*"
    r"|(?:our |the |e-?|your |\w+ )?newsletters?(?: (?:sign[- ]?up|subscription|registration|abonnieren|bestellen|anmeldung))?|(?:jetzt )?(?:(?:den |unseren |zum |zu unserem )?newsletter (?:abonnieren|bestellen|anmelden)|(?:abonnieren|bestellen) sie).{0,160}|(?:melden sie sich|tragen sie sich).{0,80}newsletter.{0,80}|immer auf dem laufenden.{0,80}|nichts (?:mehr )?verpassen.{0,60}"
    r"|abonnez[- ]vous.{0,160}|inscrivez[- ]vous.{0,60}(?:newsletter|lettre|infolettre|liste).{0,80}|s['’]abonner.{0,80}|(?:recevez|recevoir) (?:notre|nos|la|les).{0,160}|lettres? d['’]information|(?:suscríbe(?:te|se)|suscríbase|subscreva|inscreva-se).{0,120}|suscripción.{0,60}|boletín.{0,40}|iscriviti.{0,40}newsletter.{0,80}|abonneer.{0,120}|(?:schrijf je in|meld je aan).{0,40}nieuwsbrief.{0,80}|inschrijven (?:voor|op).{0,60}nieuwsbrief.{0,40}|zapisz się.{0,80}|prenumerera.{0,80}|tilmeld.{0,80}nyhedsbrev.{0,80}"
    r"|(?:enter |type |votre |ihre |deine |your )?(?:e-?mail|e-?mail[- ]address|adresse e-?mail|courriel|e-?mail-adresse)(?: \*| address| \(required\))?|(?:first|last|your|full) name|vorname|nachname|prénom|subscribe|sign up|abonnieren|abonner|never miss (?:a|an|any|another) (?:\w+ )?(?:events?|webinars?|updates?|posts?|issues?|stor(?:y|ies)|courses?|calls?|deadlines?|publications?)\b.{0,160}|i (?:agree|accept|consent).{0,200}|ich (?:stimme|willige).{0,200}|j['’]accepte.{0,200}"
)
_COOKIES = (
    r".{0,80}(?:this (?:web)?site|we|our (?:web)?site|our partners).{0,40}\buses? (?:\w+ ){0,3}cookies.{0,500}|.{0,60}\bcookies? (?:policy|settings|preferences|consent|notice|richtlinie|einstellungen|banner|hinweis)\b.{0,300}|(?:manage|customi[sz]e|reject|accept|allow|decline|deny|refuse)(?: (?:all|only|non-essential|essential|necessary|selected|optional|my))*(?: cookies?| preferences| settings| choices)?|accept|reject|i (?:accept|agree|refuse)(?: cookies)?|got it!?|only (?:essential|necessary).{0,20}"
    r"|.{0,80}(?:diese (?:web)?seite|wir|unsere webs(?:e)?ite|diese website).{0,60}\bcookies\b.{0,500}|(?:alle )?(?:akzeptieren|ablehnen|zulassen|annehmen)|(?:alle )?cookies? (?:akzeptieren|ablehnen|zulassen|verwalten)|(?:nur )?(?:notwendige|essenzielle|technisch notwendige).{0,30}|einstellungen(?: anpassen)?|einverstanden|.{0,80}(?:ce site|nous|notre site).{0,60}\bcookies\b.{0,500}|(?:tout )?(?:accepter|refuser)(?: (?:tout|tous|les cookies|tous les cookies))?|(?:gérer|personnaliser|paramétrer).{0,40}|j['’]accepte|.{0,80}(?:este sitio|utilizamos|questo sito|utilizziamo|deze (?:web)?site|wij gebruiken).{0,60}\bcookies\b.{0,500}|aceptar(?: todo| cookies)?|rechazar|accetta(?: tutti)?|rifiuta|accepteren|weigeren|alles accepteren"
    r"|your privacy(?: choices| matters)?|we value your privacy.{0,200}|privacy (?:settings|preferences)|privatsphäre-einstellungen"
)
_LEGAL_PAGES = r"privacy(?: policy| statement| notice)?|data protection(?: notice| policy)?|legal(?: notice| information)?|terms(?: (?:of|and|&) (?:use|service|conditions))?|terms|cookies?|disclaimer|accessibility(?: statement)?|imprint|impressum|datenschutz(?:erklärung|hinweise?)?|rechtliche hinweise|nutzungsbedingungen|agb|barrierefreiheit(?:serklärung)?|erklärung zur barrierefreiheit|mentions légales|(?:politique de )?confidentialité|protection des données|conditions (?:générales )?d['’]utilisation|accessibilité.{0,30}|aviso legal|política de privacidad|note legali|informativa privacy|disclaimer|toegankelijkheid|polityka prywatności|deklaracja dostępności|declaration (?:on|of) accessibility|transparenz(?:hinweis|erklärung)e?|safeguarding policy|webmaster|plan du site|mapa (?:web|del sitio|serwisu|strony)|mappa del sito|política de cookies|donate|editorial(?: notice)?|site ?map|sitemap|proclaimer|política de privacidade|termos (?:e condições|de utilização)|integritetspolicy|tillgänglighet(?:sredogörelse)?|privatlivspolitik|tilgængelighed(?:serklæring)?|personvern(?:erklæring)?|tietosuoja(?:seloste)?|saavutettavuus(?:seloste)?|ochrana osobních údajů|ochrana osobných údajov|prohlášení o přístupnosti|politika zasebnosti|zaštita (?:osobnih podataka|privatnosti)|adatvédelem|adatkezelés\w*|politica de confidențialitate|поверителност|πολιτική απορρήτου|privaatsus\w*|privātum\w*|privatum\w*|zasady przetwarzania .{3,30}|toegankelijkheid|privacy(?:verklaring)?|aviso de privacidad|partita iva .{0,20}|report an it vulnerability"
_LEGAL = (
    r".{0,120}(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|tutti i diritti riservati|alle rechten voorbehouden|wszelkie prawa zastrzeżone).{0,80}|(?:©|\(c\)\s|copyright\b).{0,110}|.{0,60}©\s*(?:19|20)\d\d.{0,60}|(?:.{0,120}\W)?webmaster: .{2,120}"
    rf"|(?:{_LEGAL_PAGES})(?:[\s|·•,/-]+(?:{_LEGAL_PAGES}|{_MENU}))*"
    r"|(?:powered by|website by|web ?design(?: by)?|created by|designed by|realisation|site (?:by|réalisé par)|made with|propulsé par|built with|hosted by|page generated).{0,60}"
    r"|(?:this project has received|funded by the european union|co-?funded by|this (?:web)?site is (?:funded|financed)|views and opinions expressed).{0,500}"
)
#: In the order in which they are asked.
_KINDS = (
    (
        Furniture.RELATED,
        re.compile(rf"(?:{_RELATED}|{_DATES}|{_AUTHOR}|{_PAGER})[\s:.…>»→]*", re.IGNORECASE),
        _MAX_LINE,
    ),
    (Furniture.COMMENTS, re.compile(_COMMENTS, re.IGNORECASE), _MAX_LINE),
    (Furniture.FEEDBACK, re.compile(_FEEDBACK, re.IGNORECASE), _MAX_LINE),
    (Furniture.SHARE, re.compile(rf"(?:{_SHARE})", re.IGNORECASE), _MAX_LINE),
    (Furniture.LEGAL, re.compile(_LEGAL, re.IGNORECASE), 300),
    (Furniture.COOKIES, re.compile(_COOKIES, re.IGNORECASE | re.DOTALL), _MAX_NOTICE),
    (Furniture.SIGN_UP, re.compile(_SIGN_UP, re.IGNORECASE), 260),
    (Furniture.FILE, re.compile(_FILE, re.IGNORECASE), _MAX_LINE),
    (Furniture.FUNDING, re.compile(_FUNDING, re.IGNORECASE | re.DOTALL), 320),
    (Furniture.MENU, re.compile(rf"[|>»›→<«‹←+▾▼☰✕×\s]*(?:{_MENU})[\s|>»›→+▾▼☰✕×:…]*", re.IGNORECASE), 60),
)
_ROW = re.compile(r"\s*[|·•]\s*|\s+[–—-]\s+")
_MENU_WORD = re.compile(rf"{_MENU}|{_LEGAL_PAGES}", re.IGNORECASE)
#: In characters.
_MAX_ROW, _MAX_PART = 160, 60
_CRUMBS = re.compile(r"\s+[>›»→/|]\s+|\s*[›»]\s*")
_HERE = re.compile(
    r"(?:you are here|sie (?:sind|befinden sich) hier|vous êtes ici|está(?:s)? aquí|ti trovi (?:in|qui)|u bent hier|jesteś tutaj|du är här|du er her)\s*[::]?\s*",
    re.IGNORECASE,
)
_CATEGORY_LINE = re.compile(rf"(?:{_CATEGORY})(?:\s*[,|/·•-]\s*(?:{_CATEGORY}))*", re.IGNORECASE)
_READ_MORE = re.compile(
    r"(?:read|learn|see|find out|show) more|continue reading|more|weiterlesen|mehr(?: erfahren| lesen)?|lire (?:la suite|plus)|en savoir plus|leer más|leggi (?:tutto|di più)|lees (?:meer|verder)|czytaj więcej|läs mer|læs mere",
    re.IGNORECASE,
)
#: `Read more about the network`; with a colon behind it a link is missing, which an editor is told.
_MORE_ABOUT = re.compile(
    r"(?:(?:click here to )?(?:read|learn|see|find out|discover|know) more|more information|more|mehr|mehr erfahren|erfahren sie mehr|en savoir plus|plus d['’]informations|más información|saber más|per saperne di più|lees meer|meer)"
    r" (?:about|on|über|zu[mr]?|sur|sobre|su[l]?|over)\s[^.:!?]{2,50}",
    re.IGNORECASE,
)


def furniture(text: str) -> Furniture | None:
    """Return what furniture of a page the line *text* is; None: none that is known."""
    for kind, pattern, longest in _KINDS:
        if len(text) <= longest and pattern.fullmatch(text):
            return kind
    if is_share_line(text):
        return Furniture.SHARE
    return Furniture.MENU if is_breadcrumb(text) or _is_row(text) else None


def _is_row(text: str) -> bool:
    """Whether *text* is a row of a menu: `Contact | Imprint | Our partners`, also where only blanks part them."""
    parts = [part for part in _ROW.split(text) if part]
    if len(text) > _MAX_ROW or text.endswith((".", "!", "?")):
        return False
    if any(is_lone_date(part) for part in parts):
        # `10 July 2024 | News` stands below a title.
        return False
    if len(parts) > 1:
        is_short = all(len(part) <= _MAX_PART for part in parts)
        return is_short and sum(_is_menu_word(part) for part in parts) * 2 >= len(parts)
    words = text.split()
    reached = [True] + [False] * len(words) if len(words) > 1 else []
    for start in range(len(reached) - 1):
        if reached[start]:
            for end in range(start + 1, min(start + 5, len(words)) + 1):
                reached[end] = reached[end] or _is_menu_word(" ".join(words[start:end]))
    return bool(reached) and reached[-1]


def _is_menu_word(text: str) -> bool:
    return _MENU_WORD.fullmatch(text) is not None


def is_breadcrumb(text: str) -> bool:
    """Whether *text* is a path through the website: `Home > News > 2025`."""
    parts = [part for part in _CRUMBS.split(text) if part]
    if len(parts) < 2 or len(text) > 200:
        return False
    is_first_menu = _KINDS[-1][1].fullmatch(parts[0]) is not None and len(parts[0]) > 2
    is_home = _HERE.match(parts[0])
    is_last_menu = bool(re.search(r"[>›»]", text)) and _KINDS[-1][1].fullmatch(parts[-1]) is not None
    is_path = (
        len(parts) > 2 and bool(re.search(r"[>›»]", text)) and all(len(part) < 40 for part in parts[:-1])
    )
    return is_first_menu or is_last_menu or bool(is_home) or is_path


def last_crumb(text: str) -> str:
    """Return where a path through the website ends, such as the title after *You are here*; "" for any other line."""
    here = _HERE.match(text)
    if here is None and not is_breadcrumb(text):
        return ""
    parts = [part for part in _CRUMBS.split(text[here.end() if here else 0 :]) if part]
    return parts[-1] if parts else ""


def is_category(text: str) -> bool:
    """Whether *text* is a mere category such as *News*."""
    return len(text) <= 60 and bool(_CATEGORY_LINE.fullmatch(text.strip(" |•·>")))


def is_read_more(text: str) -> bool:
    """Whether *text* is what leads on from a teaser, or to a page that says more."""
    if len(text) <= _MAX_LINE // 2 and _MORE_ABOUT.fullmatch(text):
        return True
    return len(text) <= 40 and bool(_READ_MORE.fullmatch(text.strip(" .…>»›→[]+:")))
