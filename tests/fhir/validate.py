"""Reads resources with fhir.resources, and fails where one is not what FHIR says it is.

    python validate.py FILE…
"""

import json
import sys

from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

KINDS = {"Questionnaire": Questionnaire, "QuestionnaireResponse": QuestionnaireResponse}


def differences(one, other, place=""):
    """Where two values differ: a field that was dropped or changed was not understood."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            if name not in one or name not in other:
                yield f"{place}/{name}"
            else:
                yield from differences(one[name], other[name], f"{place}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other)):
            yield from differences(*pair, f"{place}/{number}")
    elif one != other:
        yield place


def items(resource):
    for item in resource.get("item", []):
        yield item
        yield from items(item)


def check_rules(resource):
    """The rules of R4 for a Questionnaire that a schema cannot say (que-1 to que-13)."""
    ids = [item["linkId"] for item in items(resource)]
    assert len(ids) == len(set(ids)), "que-2: two items have one linkId"
    for item in items(resource):
        name, kind = item["linkId"], item["type"]
        if kind == "group":
            assert item.get("item"), f"que-1: {name} has no items"
        if kind == "display":
            assert not item.get("item"), f"que-1: {name} has items"
            for field in ("code", "required", "repeats", "readOnly"):
                assert field not in item, f"que-3, 6, 9: {name} has {field}"
        if "answerOption" in item:
            assert kind in ("choice", "open-choice"), f"que-5: {name} has options"
            assert "initial" not in item, f"que-11: {name} has options and initial"
        if "initial" in item:
            assert kind not in ("group", "display"), f"que-8: {name} has initial"
        if "maxLength" in item:
            assert kind in ("text", "string"), f"que-10: {name} has maxLength"
        if len(item.get("enableWhen", [])) > 1:
            assert "enableBehavior" in item, f"que-12: {name} lacks enableBehavior"
        for term in item.get("enableWhen", []):
            assert term["question"] in ids, f"{name} looks at {term['question']}"
            if term["operator"] == "exists":
                assert "answerBoolean" in term, f"que-7: {name}"


def main(files):
    for file in files:
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        resource = json.loads(text)
        read = KINDS[resource["resourceType"]].model_validate_json(text)
        lost = list(differences(resource, json.loads(read.model_dump_json(exclude_none=True))))
        assert not lost, f"{file}: read otherwise than it stands: {lost[:10]}"
        if resource["resourceType"] == "Questionnaire":
            check_rules(resource)
        print(f"valid: {file}")


if __name__ == "__main__":
    main(sys.argv[1:])
