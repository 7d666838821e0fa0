"""Reads the OpenAPI document, and writes it as the server keeps it: more widely than it says.

A field that may be missing may be null too, which the document keeps quiet so that SDKs have one way to leave it out.
"""

import json
import sys


def widen(schema):
    properties = schema.get("properties", {})
    for name in set(properties) - set(schema.get("required", [])):
        properties[name] = {"anyOf": [properties[name], {"type": "null"}]}


document = json.load(sys.stdin)
schemas = document["components"]["schemas"]


def used(node, found):
    """The schemas that a node refers to, also through others."""
    for reference in references(node):
        name = reference.rsplit("/", 1)[1]
        if name not in found:
            found.add(name)
            used(schemas[name], found)
    return found


def references(node):
    if isinstance(node, dict):
        return [node["$ref"]] if "$ref" in node else sum(map(references, node.values()), [])
    return sum(map(references, node), []) if isinstance(node, list) else []


sent = set()
for item in document["paths"].values():
    for operation in item.values():
        content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
        used([media.get("schema", {}) for media in content.values()], sent)
for name in sent:
    widen(schemas[name])
# The tool would take the secret `key` of a new API key for the id in its address.
api_key = document["paths"].pop("/v1/api-keys/{api_key}")
for operation in api_key.values():
    for parameter in operation["parameters"]:
        parameter["name"] = "id" if parameter["name"] == "api_key" else parameter["name"]
document["paths"]["/v1/api-keys/{id}"] = api_key
json.dump(document, sys.stdout)
