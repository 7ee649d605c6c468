"""A record of processing and a privacy notice, filled in with the facts of the settings; a person completes and answers for them."""

from collections.abc import Mapping
from datetime import date, timedelta
from string import Template

from newsletter.app import retention as nightly
from newsletter.app.project import Project
from newsletter.errors import UsageError
from newsletter.rendering.pipeline.environment import built_in_templates
from newsletter.rendering.words.texts import load_texts
from newsletter.settings.forms import address_of
from newsletter.settings.model import Provider
from newsletter.storage import retaining as ledger
from subscribers import retention

#: Language → a digest's title in quotes; what stands for a fact that no setting tells; who sends the mails, and where that is.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "“{}”",
        "missing": "[to be filled in: {}]",
        "ours": "[whoever runs the mail server {}]",
        "nobody": "[the e-mail service; so far mails stay on this machine]",
        "usa": "The service belongs to a company in the USA: [basis of the transfer, Articles 44 to 49 GDPR].",
        "eu": "The service is established in the European Union: no transfer to a third country.",
        "unknown": "[whether data leaves the European Economic Area]",
    },
    "fr": {
        "title": "« {} »",
        "missing": "[à compléter : {}]",
        "ours": "[qui exploite le serveur de messagerie {}]",
        "nobody": "[le service d’envoi ; pour l’instant, les messages restent sur cette machine]",
        "usa": "Le service appartient à une société établie aux États-Unis : [base du transfert, articles 44 à 49 du RGPD].",
        "eu": "Le service est établi dans l’Union européenne : aucun transfert vers un pays tiers.",
        "unknown": "[si des données quittent l’Espace économique européen]",
    },
    "de": {
        "title": "„{}“",
        "missing": "[zu ergänzen: {}]",
        "ours": "[wer den Mailserver {} betreibt]",
        "nobody": "[der E-Mail-Dienst; bisher bleiben die E-Mails auf diesem Rechner]",
        "usa": "Der Dienst gehört zu einem Unternehmen in den USA: [Grundlage der Übermittlung, Artikel 44 bis 49 DSGVO].",
        "eu": "Der Dienst ist in der Europäischen Union niedergelassen: keine Übermittlung in ein Drittland.",
        "unknown": "[ob Daten den Europäischen Wirtschaftsraum verlassen]",
    },
}
#: Provider → its name, and where the company is that it belongs to. Who signs the contract is a question for the contract.
_SERVICES: Mapping[str, tuple[str, str]] = {
    "mailgun": ("Mailgun", "usa"),
    "sendgrid": ("SendGrid (Twilio)", "usa"),
    "postmark": ("Postmark (ActiveCampaign)", "usa"),
    "resend": ("Resend", "usa"),
    "ses": ("Amazon SES", "usa"),
    "brevo": ("Brevo", "eu"),
}


def periods() -> Mapping[str, timedelta]:
    """Return how long what is kept, by what it is called in the record of processing."""
    return {
        "readers who never confirmed": retention.UNCONFIRMED,
        "imported readers who could not be asked yet": retention.NEVER_ASKED,
        "addresses of sign-ups and other requests": retention.REQUESTS,
        "keyed hashes by which requests are limited": retention.REQUESTS_WITHOUT_ADDRESS,
        "keyed hashes of networks": retention.NETWORKS,
        "what the e-mail service wrote about a mail": ledger.RAW_EVENTS,
        "details of deliveries; issue, reader's number and outcome remain": ledger.DELIVERIES,
        "profiles, after leaving": retention.PROFILES_OF_THE_GONE,
        "records of consent, after the last one of a former reader": retention.EVIDENCE,
        "what operators did with personal data": retention.AUDIT,
        "mails of rehearsals, lists of what imports refused": nightly.FILES,
        "mails to editors and operators": ledger.NOTICES,
        "copies of the database": nightly.COPIES,
    }


def in_words(period: timedelta) -> str:
    """Return a period as people say it."""
    if period >= timedelta(days=365):
        return f"{period.days // 365} years"
    return f"{period.days} days" if period.days else f"{period.seconds // 3600} hours"


def record_of_processing(project: Project, today: date) -> str:
    """Return the record of processing, in English."""
    return _filled(project, "record", "en", today)


def privacy_notice(project: Project, lang: str, today: date) -> str:
    """Return the privacy notice for readers. Raises UsageError when there is none in *lang*."""
    if lang not in _WORDS:
        raise UsageError(f"--lang {lang}: there is a privacy notice in {', '.join(_WORDS)}.")
    return _filled(project, "notice", lang, today)


def _filled(project: Project, name: str, lang: str, today: date) -> str:
    path = built_in_templates() / "privacy" / f"{name}.{lang}.md"
    return Template(path.read_text(encoding="utf-8")).substitute(_facts(project, lang, today))


def _facts(project: Project, lang: str, today: date) -> Mapping[str, object]:
    settings, words = project.settings, _WORDS[lang]
    texts = load_texts([project.root / "templates", built_in_templates()], lang)
    titles = [digest.title for digest in settings.digests.values()]
    newsletter, site = settings.newsletter, settings.site
    services = {_service(each, words): None for each in (settings.provider, settings.transactional) if each}
    from_ = address_of(newsletter.reply_to or newsletter.from_)
    return {
        "name": newsletter.name,
        "today": today.isoformat(),
        "controller": site.controller
        or (newsletter.postal_address and f"{newsletter.name}, {newsletter.postal_address}")
        or words["missing"].format("[site] controller"),
        "contact": from_.addr_spec if from_ else words["missing"].format("reply_to"),
        "digests": ", ".join(words["title"].format(texts.known(title)) for title in titles),
        "public_url": project.public_url,
        "provider": "; ".join(name for name, _ in services),
        "transfers": " ".join(dict.fromkeys(where for _, where in services)),
        "storage": _storage(project),
        "periods": "\n".join(f"| {what} | {in_words(period)} |" for what, period in periods().items()),
        "unconfirmed": retention.UNCONFIRMED.days,
        "gone": retention.PROFILES_OF_THE_GONE.days,
        "evidence": retention.EVIDENCE.days // 365,
        "deliveries": ledger.DELIVERIES.days,
        "copies": nightly.COPIES.days,
    }


def _service(provider: Provider, words: Mapping[str, str]) -> tuple[str, str]:
    """Return who gets the mails, and what is to be said of where that is."""
    if provider.is_rehearsal:
        return words["nobody"], words["unknown"]
    if provider.name in _SERVICES:
        name, place = _SERVICES[provider.name]
        return f"{name} ({provider.region})" if provider.region else name, words[place]
    return words["ours"].format(provider.host), words["unknown"]


def _storage(project: Project) -> str:
    file = project.database_file
    return (
        "a SQLite file on [which machine, where]" if file else "a PostgreSQL server: [which machine, where]"
    )
