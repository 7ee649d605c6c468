"""What the official specifications of the services' APIs say of a request, where their files lie beside the project."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from tests.stand_in.services.mailgun import form_of
from tests.stand_in.values import Request

FOLDER = Path(__file__).parents[4] / "shared/providers/specs"

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": int}
#: Words of a schema that allow everything.
_REMARKS = frozenset({"$ref", "default", "description", "example", "examples", "format", "title", "type"})


def specification(file: str) -> Any:
    """Return a specification; skip the test that asks for it where it is not."""
    path = FOLDER / file
    if not path.exists():
        pytest.skip("the official specifications are not part of the project")
    return msgspec.json.decode(path.read_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A request, as a specification describes it."""

    document: Any
    #: With names in braces.
    path: str
    body: Mapping[str, Any]
    #: Schemas of headers, and whether they must be there.
    headers: Mapping[str, tuple[Mapping[str, Any], bool]]


def openapi(file: str, path: str) -> Operation:
    """Return the operation that posts to *path*."""
    document = specification(file)
    found = document["paths"][path]["post"]
    parameters = [_resolved(document, parameter) for parameter in found.get("parameters", ())]
    if "requestBody" in found:
        (content,) = _resolved(document, found["requestBody"])["content"].values()
        body = content["schema"]
    else:
        (body,) = (parameter["schema"] for parameter in parameters if parameter["in"] == "body")
    return Operation(
        document=document,
        path=path,
        body=body,
        headers={
            parameter["name"]: (_schema_of_parameter(parameter), parameter.get("required", False))
            for parameter in parameters
            if parameter["in"] == "header"
        },
    )


def amazon(file: str, operation: str) -> Operation:
    """Return an operation of one of Amazon's service models, which are no OpenAPI."""
    model = specification(file)
    found = model["operations"][operation]
    return Operation(
        document={"shapes": {name: _schema_of(shape) for name, shape in model["shapes"].items()}},
        path=found["http"]["requestUri"],
        body=_named(found["input"]),
        headers={},
    )


def _named(reference: Mapping[str, str]) -> dict[str, str]:
    return {"$ref": f"#/shapes/{reference['shape']}"}


def _schema_of(shape: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: shape[name] for name in ("required", "pattern", "enum") if name in shape}
    match shape["type"]:
        case "structure":
            members = {name: _named(member) for name, member in shape["members"].items()}
            return {"type": "object", "properties": members, **words}
        case "list":
            kind, ending, words["items"] = "array", "Items", _named(shape["member"])
        case kind:
            ending = "Length"
    return {"type": kind, **words} | {
        f"{bound}{ending}": shape[bound] for bound in ("min", "max") if bound in shape
    }


#: By provider: the operation, and what is sent though it is not listed: their other texts have it, or it was seen to work.
OPERATIONS: Mapping[str, tuple[Callable[[], Operation], str]] = {
    "brevo": (
        lambda: openapi("brevo.json", "/smtp/email"),
        r"body\.messageVersions\[\d+\]\.(headers|to\[0\]\.contactPixelTrackingConsent)",
    ),
    "mailgun": (lambda: openapi("mailgun.json", "/v3/{domain_name}/messages"), r"body\.[hv]:[\w-]+"),
    "postmark": (
        lambda: openapi("postmark_server.swagger.json", "/email/batch"),
        r"body\[\d+\]\.(MessageStream|Metadata)",
    ),
    "resend": (lambda: openapi("resend.json", "/emails/batch"), ""),
    "sendgrid": (lambda: openapi("sendgrid_mail_v3.json", "/v3/mail/send"), ""),
    "ses": (lambda: amazon("amazon_sesv2.service-2.json", "SendBulkEmail"), ""),
}


#: Likewise, where a provider is asked whom it accepted.
SEARCHES: Mapping[str, tuple[str, str, str]] = {
    "brevo": ("brevo.json", "/smtp/statistics/events", ""),
    "mailgun": ("mailgun.json", "/v3/{domain_name}/events", ""),
    # The official file is older than streams.
    "postmark": ("postmark_server.swagger.json", "/messages/outbound", "messagestream"),
    "sendgrid": ("sendgrid_email_activity_v3.json", "/v3/messages", ""),
}


def violations_of_search(name: str, asked: str) -> list[str]:
    """Return where a GET of *asked* is not what the specification of the service *name* describes; else as `violations`."""
    file, path, unlisted = SEARCHES[name]
    document = specification(file)
    known = {
        parameter["name"]: parameter
        for parameter in document["paths"][path]["get"]["parameters"]
        if parameter["in"] == "query"
    }
    sent = dict(parse_qsl(urlsplit(asked).query, strict_parsing=True))
    found = [] if _is_at(path, urlsplit(asked).path) else [f"{asked} is not {path}"]
    found += [
        f"{parameter} is missing"
        for parameter, described in known.items()
        if described.get("required") and parameter not in sent
    ]
    for parameter, value in sent.items():
        if parameter in known:
            schema = _schema_of_parameter(known[parameter])
            is_number = schema.get("type") in {"integer", "number"}
            found += broken(document, schema, int(value) if is_number else value, parameter)
        elif parameter != unlisted:
            found.append(f"{parameter} is not listed")
    return found


def _schema_of_parameter(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    # Before version 3 a parameter was a schema itself.
    schema: Mapping[str, Any] = parameter.get("schema", {"type": parameter.get("type")})
    return schema


def _is_at(path: str, asked: str) -> bool:
    """Whether *asked* ends in *path*, which has names in braces."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return re.search(rf"{pattern}$", asked) is not None


def violations(name: str, request: Request) -> list[str]:
    """Return where *request* to the service *name* is not what its specification describes; skip the test without one."""
    read, unlisted = OPERATIONS[name]
    operation = read()
    found = [] if _is_at(operation.path, request.path) else [f"{request.path} is not {operation.path}"]
    headers = {header.lower(): value for header, value in request.headers.items()}
    for header, (schema, is_required) in operation.headers.items():
        if header.lower() in headers:
            found += broken(operation.document, schema, headers[header.lower()], header)
        elif is_required:
            found.append(f"{header} is missing")
    found += broken(operation.document, operation.body, _body(operation, request), "body")
    return [words for words in found if not re.fullmatch(rf"({unlisted}) is not listed", words)]


def _body(operation: Operation, request: Request) -> Any:
    if not request.headers["Content-Type"].startswith("multipart/form-data"):
        return request.json
    known = _resolved(operation.document, operation.body)["properties"]
    return {
        name: values if len(values) > 1 or known.get(name, {}).get("type") == "array" else values[0]
        for name, values in form_of(request).items()
    }


def _resolved(document: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    for name in schema["$ref"].removeprefix("#/").split("/"):
        document = document[name]
    found: Mapping[str, Any] = document
    return found


def broken(document: Any, schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    """Yield where *value* breaks *schema*, in the words of JSON Schema that the specifications use."""
    schema = _resolved(document, schema)
    if "type" in schema and type(value) is not _TYPES[schema["type"]]:
        yield f"{where} is no {schema['type']}"
        return
    for word, rule in schema.items():
        if word not in _REMARKS and not word.startswith("x-"):
            yield from _RULES[word](document, schema, rule, value, where)


def _some(document: Any, _: Mapping[str, Any], rule: Any, value: Any, where: str) -> Iterator[str]:
    if sum(not list(broken(document, choice, value, where)) for choice in rule) != 1:
        yield f"{where} is not one of its forms"


def _all(document: Any, _: Mapping[str, Any], rule: Any, value: Any, where: str) -> Iterator[str]:
    for part in rule:
        yield from broken(document, part, value, where)


def _properties(document: Any, schema: Mapping[str, Any], rule: Any, value: Any, where: str) -> Iterator[str]:
    for name, part in value.items():
        if name in rule:
            yield from broken(document, rule[name], part, f"{where}.{name}")
        elif not isinstance(schema.get("additionalProperties"), dict):
            # Also where others are allowed: a name that is mistyped would have no effect.
            yield f"{where}.{name} is not listed"


def _others(document: Any, schema: Mapping[str, Any], rule: Any, value: Any, where: str) -> Iterator[str]:
    for name, part in value.items():
        if isinstance(rule, dict) and name not in schema.get("properties", {}):
            yield from broken(document, rule, part, f"{where}.{name}")


def _items(document: Any, _: Mapping[str, Any], rule: Any, value: Any, where: str) -> Iterator[str]:
    for place, part in enumerate(value):
        yield from broken(document, rule, part, f"{where}[{place}]")


def _test(holds: Callable[[Any, Any], object], words: str) -> Callable[..., Iterator[str]]:
    """Return the rule that *holds* of a value and the word's own; *words* tell that it does not."""

    def rule_of(
        _document: Any, _schema: Mapping[str, Any], rule: Any, value: Any, where: str
    ) -> Iterator[str]:
        if not holds(value, rule):
            yield f"{where} {words} {rule}"

    return rule_of


_RULES: Mapping[str, Callable[..., Iterator[str]]] = {
    "oneOf": _some,
    "allOf": _all,
    "properties": _properties,
    "additionalProperties": _others,
    "items": _items,
    "required": _test(lambda value, names: set(names) <= value.keys(), "lacks some of"),
    "enum": _test(lambda value, words: value in words, "is none of"),
    "pattern": _test(lambda value, pattern: re.fullmatch(pattern, value, re.DOTALL), "is not as"),
    "minimum": _test(lambda value, least: value >= least, "is less than"),
    "maximum": _test(lambda value, most: value <= most, "is more than"),
    "minLength": _test(lambda value, least: len(value) >= least, "is shorter than"),
    "maxLength": _test(lambda value, most: len(value) <= most, "is longer than"),
    "minItems": _test(lambda value, least: len(value) >= least, "has fewer than"),
    "maxItems": _test(lambda value, most: len(value) <= most, "has more than"),
    "maxProperties": _test(lambda value, most: len(value) <= most, "has more than"),
    "uniqueItems": _test(
        lambda value, _: len({msgspec.json.encode(part) for part in value}) == len(value), "repeats some:"
    ),
}
