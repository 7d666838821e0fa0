"""Checks resources against the JSON Schema of FHIR R4, and fails with the place of each fault.

    python check_schema.py fhir.schema.json FILE…
"""

import json
import sys

from jsonschema import Draft6Validator


def main(schema_file, files):
    with open(schema_file, encoding="utf-8") as opened:
        schema = json.load(opened)
    faults = 0
    for file in files:
        with open(file, encoding="utf-8") as opened:
            resource = json.load(opened)
        # The schema as a whole is a choice among all kinds, whose faults say nothing; so the kind is named.
        kind = {"definitions": schema["definitions"], "$ref": f"#/definitions/{resource['resourceType']}"}
        found = list(Draft6Validator(kind).iter_errors(resource))
        for fault in found:
            print(f"{file}: /{'/'.join(map(str, fault.path))}: {fault.message[:200]}")
        faults += len(found)
        if not found:
            print(f"as the schema says: {file}")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
