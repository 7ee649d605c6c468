"""What the official specification of SendGrid's API says of a request, where its file lies beside the project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).parents[4] / "shared" / "providers" / "specs" / "sendgrid_mail_v3.json"
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}


def violations(official: dict[str, Any], schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
    """Yield where *value* breaks *schema*: the words of JSON Schema that this specification uses."""
    if "$ref" in schema:
        schema = official["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(value, _TYPES[schema["type"]]):
        yield f"{where} is no {schema['type']}"
    elif isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{where} is too short"
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{where} has too many"
        for number, item in enumerate(value):
            yield from violations(official, schema["items"], item, f"{where}[{number}]")
    elif isinstance(value, dict):
        yield from (f"{where} lacks {name}" for name in schema.get("required", ()) if name not in value)
        for name, item in value.items():
            rule = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if rule:
                yield from violations(official, rule, item, f"{where}.{name}")
            elif "properties" in schema:
                yield f"{where}.{name} is unknown"
            elif not isinstance(item, str):
                yield f"{where}.{name} is no string"
