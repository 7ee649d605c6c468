"""Lines of buttons that share, print or follow a page: every word of them is one of a few."""

import re

#: In characters.
_LONGEST = 160
_WORD = re.compile(r"\w+")
#: Networks, and what is done with a page.
_ACTS = """
    facebook twitter x linkedin whatsapp telegram bluesky mastodon threads instagram youtube flickr tiktok xing reddit pinterest vimeo rss
    facebooku facebooka facebookissa facebookon twitteru linkedinu messenger viber addtoany snapchat tumblr threema email mail tweet tweeten twittern tweetnij tweeter
    share shared sharing teilen partager partagez compartir comparte condividi condividere delen deel partilhar partilhe udostępnij podziel dela del jaa sdílet
    zdieľať podijeli megosztás distribuie jaga dalies dalintis споделете κοινοποίηση
    print printer drucken imprimer imprimir imprima stampa stampare drukuj afdrukken tulosta udskriv tisk
    follow folgen suivez suivre síguenos seguici volg obserwuj śledź följ følg
    recommend empfehlen recommander recomendar consiglia bookmark merken kopieren copier copiar kopiuj kopiëren kopiera invia wyślij versenden enviar
"""
#: What stands between them.
_FILLERS = """
    this page article post news story event item site website us on via with by to in the a an of our and or new window tab opens click friend colleague
    diese diesen dieser dieses diesem seite beitrag artikel meldung auf über bei per mit uns in neuem fenster öffnet klicken und zum zur link
    cette cet ce la le les sur par dans une un nouvelle fenêtre s ouvre actualité à ami e nous et presse papier lien cliquez pour copy
    esta este página artículo noticia en su amigo y correo enlace no na num pelo através questa questo pagina articolo notizia ad al amico su
    deze dit pagina bericht nieuwsbericht op met en een vriend tę stronę artykuł na w znajomemu denna sida på den här det her side siden
    tämä sivu sosiaalisessa mediassa social media soziale medien netzwerke sozialen réseaux sociaux redes sociales as pdf send save zwischenablage clipboard
"""
_ACT_WORDS = frozenset(_ACTS.split())
_ALL_WORDS = _ACT_WORDS | frozenset(_FILLERS.split())


def is_share_line(text: str) -> bool:
    """Whether *text* is nothing but buttons such as `Share on Facebook · Print`."""
    if len(text) > _LONGEST:
        return False
    words = _WORD.findall(text.casefold().replace("e-mail", "email"))
    acts = sum(word in _ACT_WORDS for word in words)
    # `X` alone may be a name, a number, an entry of a list.
    return acts > 0 and words != ["x"] and all(word in _ALL_WORDS for word in words)
