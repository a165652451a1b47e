"""What breaks the API's clients between two of its schemas (OpenAPI 3.1).

What is added may stay; what a client counts on may not go, and what a client sends may not be refused. Names
of components are nobody's business: what they describe is compared.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
LOWER_IS_NARROWER = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")
HIGHER_IS_NARROWER = ("minimum", "minLength", "minItems", "exclusiveMinimum")


def breaking(old: Schema, new: Schema) -> list[str]:
    """Each thing in ``new`` that breaks a client written for ``old``, in a sentence."""
    return list(Comparison(old, new).all())


class Comparison:
    """Two documents, read side by side; references are followed in each."""

    def __init__(self, old: Schema, new: Schema):
        self.old, self.new = old, new

    def all(self) -> Iterator[str]:
        for path, item in self.old["paths"].items():
            if path not in self.new["paths"]:
                yield f"{path}: is gone"
                continue
            for method, operation in item.items():
                where = f"{method.upper()} {path}"
                if method not in self.new["paths"][path]:
                    yield f"{where}: is gone"
                else:
                    yield from self.operation(where, operation, self.new["paths"][path][method])

    def operation(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{where}: operationId “{old.get('operationId')}” became “{new.get('operationId')}”"
        yield from self.security(where, old.get("security", []), new.get("security", []))
        yield from self.parameters(where, old.get("parameters", []), new.get("parameters", []))
        for status, response in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: the response {status} is gone"
            else:
                yield from self.response(f"{where} {status}", response, new["responses"][status])

    def security(self, where: str, old: list[Schema], new: list[Schema]) -> Iterator[str]:
        """Each way in must still be one: the same schemes, or fewer, with the same scopes, or fewer."""
        for way in old:
            if not any(_is_enough(way, each) for each in new or [{}]):
                yield f"{where}: {way or 'no key'} is no longer enough"

    def parameters(self, where: str, old: list[Schema], new: list[Schema]) -> Iterator[str]:
        before = {(each["in"], each["name"]): each for each in map(self.of_old, old)}
        after = {(each["in"], each["name"]): each for each in map(self.of_new, new)}
        for key, parameter in before.items():
            name = f"{where}: parameter “{key[1]}”"
            if key not in after:
                yield f"{name} is gone"
                continue
            now = after[key]
            if now.get("required") and not parameter.get("required"):
                yield f"{name} is required now"
            for how in ("style", "explode"):
                if parameter.get(how) != now.get(how):
                    yield f"{name}: {how} changed"
            yield from self.asked(name, parameter["schema"], now["schema"])
        for key, parameter in after.items():
            if key not in before and parameter.get("required"):
                yield f"{where}: the new parameter “{key[1]}” is required"

    def response(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        old, new = self.of_old(old), self.of_new(new)
        for header in old.get("headers", {}):
            if header not in new.get("headers", {}):
                yield f"{where}: the header {header} is gone"
        for kind, content in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{where}: {kind} is gone"
            else:
                now = new["content"][kind]["schema"]
                yield from self.answered(f"{where} {kind}", content["schema"], now, frozenset())

    def asked(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """What a client sends: everything that was accepted must be accepted."""
        old, new = self.of_old(old), self.of_new(new)
        if "type" in new and not ("type" in old and _kinds(old) <= _kinds(new)):
            yield f"{where}: type {_said(old)} became {_said(new)}"
        if "enum" in new and "enum" not in old:
            yield f"{where}: only some words are accepted now"
        for names in ("enum", "x-names"):
            for word in [each for each in old.get(names, []) if each not in new.get(names, [each])]:
                yield f"{where}: “{word}” is no longer accepted"
        for name in ("format", "pattern", "const"):
            if name in new and old.get(name) != new[name]:
                yield f"{where}: {name} {old.get(name)} became {new[name]}"
        for name in LOWER_IS_NARROWER:
            if name in new and (name not in old or new[name] < old[name]):
                yield f"{where}: {name} {old.get(name)} became {new[name]}"
        for name in HIGHER_IS_NARROWER:
            if name in new and (name not in old or new[name] > old[name]):
                yield f"{where}: {name} {old.get(name)} became {new[name]}"
        if old.get("default") != new.get("default"):
            yield f"{where}: the default {old.get('default')} became {new.get('default')}"
        if "items" in old and "items" in new:
            yield from self.asked(f"{where} items", old["items"], new["items"])

    def answered(self, where: str, old: Schema, new: Schema, seen: frozenset[str]) -> Iterator[str]:
        """What a client reads: every member must be there still, and be what it was."""
        name = old.get("$ref", "")
        if name in seen:
            return
        seen |= {name} if name else frozenset()
        old, new = self.alternatives(self.old, old), self.alternatives(self.new, new)
        if _kinds(old) != _kinds(new):
            yield f"{where}: type {_said(old)} became {_said(new)}"
        for name in ("format", "pattern", "const", "x-scope", "x-unit"):
            if old.get(name) != new.get(name):
                yield f"{where}: {name} {old.get(name)} became {new.get(name)}"
        for word in [each for each in old.get("enum", []) if each not in new.get("enum", [])]:
            yield f"{where}: the word “{word}” is gone"
        for member, schema in old.get("properties", {}).items():
            if member not in new.get("properties", {}):
                yield f"{where}: the member “{member}” is gone"
                continue
            if member in old.get("required", []) and member not in new.get("required", []):
                yield f"{where}: the member “{member}” may be absent now"
            yield from self.answered(f"{where} {member}", schema, new["properties"][member], seen)
        if old.get("additionalProperties") is False and new.get("additionalProperties", True) is not False:
            yield f"{where}: may have members nobody named now"
        if "items" in old and "items" in new:
            yield from self.answered(f"{where}[]", old["items"], new["items"], seen)
        yield from self.one_of(where, old.get("oneOf", []), new.get("oneOf", []), seen)

    def one_of(self, where: str, old: list[Schema], new: list[Schema], seen: frozenset[str]) -> Iterator[str]:
        """Each alternative is compared with the one of the same mark (its only constant) or place."""
        marked = {_mark(self.of_new(each)): each for each in new}
        for index, each in enumerate(old):
            mark = _mark(self.of_old(each))
            now = marked.get(mark) if mark else (new[index] if index < len(new) else None)
            if now is None:
                yield f"{where}: the alternative {mark or index + 1} is gone"
            else:
                yield from self.answered(f"{where} {mark or ''}".rstrip(), each, now, seen)

    def of_old(self, node: Schema) -> Schema:
        return _followed(self.old, node)

    def of_new(self, node: Schema) -> Schema:
        return _followed(self.new, node)

    def alternatives(self, document: Schema, node: Schema) -> Schema:
        """References followed, and “this or null” written as one schema of two types."""
        node = _followed(document, node)
        rest = [each for each in node.get("oneOf", []) if each.get("type") != "null"]
        if len(rest) == 1 and not _mark(_followed(document, rest[0])):
            inner = self.alternatives(document, rest[0])
            outer = {key: value for key, value in node.items() if key != "oneOf"}
            null = {"null"} if len(node["oneOf"]) > 1 else set()
            return inner | outer | {"type": sorted(_kinds(inner) | null)}
        return node


def _followed(document: Schema, node: Schema) -> Schema:
    """What a reference refers to, with what is written beside it."""
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _followed(document, found) | {key: value for key, value in node.items() if key != "$ref"}


def _kinds(schema: Schema) -> frozenset[str]:
    kinds = schema.get("type", [])
    return frozenset([kinds] if isinstance(kinds, str) else kinds)


def _said(schema: Schema) -> str:
    return " or ".join(sorted(_kinds(schema))) or "anything"


def _mark(schema: Schema) -> str:
    members = schema.get("properties", {})
    return next((str(each["const"]) for each in members.values() if "const" in each), "")


def _is_enough(old: Schema, new: Schema) -> bool:
    return all(name in old and set(scopes) <= set(old[name]) for name, scopes in new.items())
