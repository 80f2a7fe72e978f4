"""Holds every object of a stream (standard input) against its schema, unknown fields forbidden.

Arguments: files with custom resource definitions. Built-in kinds are held against Kubernetes' own
schemas. Prints how many objects of each kind were seen, as JSON; says what is wrong on standard
error and exits 1.
"""

import collections
import json
import sys

import jsonschema
import kubernetes_validate
import yaml


def closed(schema):
    """Converts a schema of the API server to JSON Schema."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key in ("properties", "additionalProperties") and isinstance(value, dict):
            if key == "properties":
                made[key] = {name: closed(inner) for name, inner in value.items()}
            else:
                made[key] = closed(value)
        elif key == "x-kubernetes-int-or-string":
            made["type"] = ["integer", "string"]
        else:
            made[key] = closed(value)
    opened = schema.get("x-kubernetes-preserve-unknown-fields")
    if "properties" in made and "additionalProperties" not in made and not opened:
        made["additionalProperties"] = False
    if schema.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def definitions(paths):
    schemas = {}
    for path in paths:
        for crd in yaml.safe_load_all(open(path)):
            if not crd or crd["kind"] != "CustomResourceDefinition":
                continue
            spec = crd["spec"]
            for version in spec["versions"]:
                schema = version["schema"]["openAPIV3Schema"]
                schema["properties"]["metadata"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                schemas[spec["group"] + "/" + version["name"], spec["names"]["kind"]] = closed(schema)
    return schemas


def main():
    schemas = definitions(sys.argv[1:])
    seen, wrong = collections.Counter(), []
    for index, thing in enumerate(yaml.safe_load_all(sys.stdin)):
        if thing is None:
            continue
        kind = thing["apiVersion"], thing["kind"]
        seen[thing["kind"]] += 1
        name = f"document {index + 1}, {thing['kind']} {thing['metadata'].get('name')}"
        try:
            if kind in schemas:
                jsonschema.Draft202012Validator(schemas[kind]).validate(thing)
            else:
                kubernetes_validate.validate(thing, "1.37", strict=True)
        except Exception as error:  # the two libraries have no common kind of error
            wrong.append(f"{name}: {type(error).__name__}: {str(error)[:600]}")
    print(json.dumps(seen))
    for text in wrong:
        print(text, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
