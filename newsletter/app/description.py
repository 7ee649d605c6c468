"""What programs find at the public site, in the words of OpenAPI 3.1: signing up, providers' webhooks, health.

Made of values, from the same constants as the routes; a test holds it against the running site.
"""

from collections.abc import Iterable, Mapping

from newsletter import __version__
from newsletter.app.project import Project
from newsletter.app.surface import CHALLENGE_PATH, JSON_PATH
from newsletter.settings.model import RECEIVERS, Settings
from newsletter.web import health, webhooks
from subscribers.errors import AddressReason
from subscribers.web.challenging import SOLUTION_FIELD
from subscribers.web.forms import MAX_BODY_BYTES, MAX_FIELDS, MAX_VALUES
from subscribers.web.json_bodies import MAX_DEPTH

Node = dict[str, object]

#: What a webhook answers when it takes nothing, and what it answers like every page.
_REFUSED: Node = {"text/plain": {"schema": {"const": "refused\n"}}}
_PAGE: Node = {"text/html": {"schema": {"type": "string"}}}

_PROBLEM: Node = {
    "type": "object",
    "description": "RFC 9457; `id` says what it is.",
    "required": ["type", "title", "status", "id"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "id": {"type": "string"},
        "detail": {"type": "string"},
    },
    "additionalProperties": False,
}

#: Fields of a sign-up that may be refused; the id of the problem is `invalid-` and the field.
_FIELDS = ("email", "consent", "digests", "topics", "lang")


def describe(project: Project) -> Node:
    """Return the description, as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": project.settings.newsletter.name,
            "version": __version__,
            "description": "What is no HTTP, or has too long a head, is answered with 400 or 431 and no content.",
        },
        "servers": [{"url": project.public_url}],
        "paths": {
            JSON_PATH: {"post": _sign_up(project.settings)},
            **({CHALLENGE_PATH: {"get": _challenge()}} if _has_challenge(project.settings) else {}),
            "/webhooks/{provider}": {"post": _report()},
            health.PATH: {"get": _health()},
        },
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


def _has_challenge(settings: Settings) -> bool:
    return settings.site.challenge != "none"


def _sign_up(settings: Settings) -> Node:
    fields = (*_FIELDS, SOLUTION_FIELD) if _has_challenge(settings) else _FIELDS
    return {
        "operationId": "subscribe",
        "summary": "Ask for the newsletter; a mail asks to confirm",
        "requestBody": {
            "required": True,
            "description": f"At most {MAX_BODY_BYTES:,} bytes, {MAX_FIELDS} fields, {MAX_VALUES} values and a depth of {MAX_DEPTH}.",
            "content": {"application/json": {"schema": _wish(settings)}},
        },
        "responses": {
            "202": _answer(
                "Taken in; the same whatever is known of the address.",
                _json(status={"const": "accepted"}, message={"type": "string"}),
            ),
            "400": _problem("No JSON object, or the site does not go by the name in Host."),
            "403": _problem("Came by http: use https."),
            "408": _problem("The body took too long."),
            "413": _problem("The body is too large, too deep or has too many values."),
            "414": _problem("The address is too long."),
            "415": _problem("The Content-Type is not application/json."),
            "422": _problem(
                "A field is missing or cannot be what it is; `id` says which and why.",
                [f"invalid-{field}" for field in fields] + [f"email-{reason}" for reason in AddressReason],
            ),
            "429": _problem("Too much came from this network.")
            | {
                "headers": {
                    "Retry-After": {
                        "description": "Seconds after which there is room at the latest.",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1},
                    }
                }
            },
            "431": _problem("The head is too long."),
            "500": _problem("Something failed that is not the sender's fault."),
            "503": _problem("The database cannot be used now: try again."),
        },
    }


def _challenge() -> Node:
    fields: dict[str, Node] = {
        name: {"type": "string"} for name in ("algorithm", "challenge", "salt", "signature")
    }
    return {
        "operationId": "challenge",
        "summary": "What has to be solved before a sign-up is taken in",
        "responses": {
            "200": _answer(
                "A new one. The solution: the number up to `maxnumber` for which the hash of `salt` and it is `challenge`.",
                _json(**fields, maxnumber={"type": "integer"}),
            ),
            "400": _problem("The site does not go by the name in Host."),
            "414": _problem("The address is too long."),
            "431": _problem("The head is too long."),
            "500": _problem("Something failed that is not the sender's fault."),
        },
    }


def _wish(settings: Settings) -> Node:
    solution: Node = {"type": "string", "description": "The solution of one, as base64 of JSON; good once."}
    is_asked = _has_challenge(settings)
    return {
        "type": "object",
        "required": ["email", "consent", *([SOLUTION_FIELD] if is_asked else [])],
        "properties": {
            "email": {"type": "string", "format": "email"},
            "consent": {"const": True, "description": "The person agreed to get the newsletter."},
            "digests": _keys("Left out: the first.", settings.digests),
            "topics": _keys("Left out or null: all.", settings.topics) | {"minItems": 1},
            "lang": {"type": ["string", "null"], "examples": list(settings.newsletter.languages)},
            **({SOLUTION_FIELD: solution} if is_asked else {}),
        },
        "description": "Whatever else it holds, and digests, topics and languages that are not offered, count for nothing.",
    }


def _report() -> Node:
    return {
        "operationId": "report",
        "summary": "Where providers post what became of mails",
        "description": "In the form that each provider documents, with what proves that it is the provider's.",
        "parameters": [
            {"name": "provider", "in": "path", "required": True, "schema": {"enum": list(RECEIVERS)}}
        ],
        "requestBody": {
            "description": f"At most {webhooks.MAX_BODY_BYTES:,} bytes and {webhooks.MAX_EVENTS:,} events.",
            "content": {"application/json": {"schema": {}}, "text/plain": {"schema": {"type": "string"}}},
        },
        "responses": {
            "200": _answer("Stored.", {"text/plain": {"schema": {"const": "stored\n"}}}),
            "400": _answer("In no form that the provider documents, or an unknown Host.", _REFUSED | _PAGE),
            "401": _answer("Nothing proves that it is the provider's.", _REFUSED),
            "403": _answer("Too old, of another sender, or by http: use https.", _REFUSED | _PAGE),
            "404": _answer("No such provider.", _PAGE),
            "406": _answer("Its signature was used before.", _REFUSED),
            "408": _answer("The body took too long.", _PAGE),
            "413": _answer("The body is too large or has too many events.", _REFUSED | _PAGE),
            "414": _answer("The address is too long.", _PAGE),
            "431": _answer("The head is too long.", _PAGE),
            "500": _answer("It could not be read, by a mistake of ours.", _REFUSED | _PAGE),
            "503": _answer("It could not be stored now: try again.", _REFUSED),
        },
    }


def _health() -> Node:
    return {
        "operationId": "health",
        "summary": "Whether the site is well",
        "responses": {
            "200": _answer("Yes.", _json(status={"const": "ok"})),
            "503": _answer("No.", _json(status={"const": "unwell"})),
        },
    }


def _keys(otherwise: str, offered: Iterable[str]) -> Node:
    """Return the schema of a list of keys; *otherwise*: what is meant without one."""
    return {
        "type": ["array", "null"],
        "items": {"type": "string", "examples": list(offered)},
        "description": otherwise,
    }


def _json(**properties: Node) -> Node:
    """Return the content that is an object with just these *properties*."""
    schema = {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }
    return {"application/json": {"schema": schema}}


def _problem(description: str, ids: Iterable[str] = ()) -> Node:
    """Return the answer that is a problem, where *ids* are given with one of them."""
    schema: Node = {"$ref": "#/components/schemas/Problem"}
    if ids:
        schema["properties"] = {"id": {"enum": list(ids)}}
    return _answer(description, {"application/problem+json": {"schema": schema}})


def _answer(description: str, content: Mapping[str, object]) -> Node:
    return {"description": description, "content": content}
