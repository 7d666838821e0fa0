"""Publishes three versions of a form and answers them; what was answered is kept in truth.json.

    python fill.py SERVER FOLDER ROWS
"""

import concurrent.futures
import copy
import datetime
import json
import pathlib
import random
import secrets
import sys

from api import Api, logged_in

FORM = json.loads((pathlib.Path(__file__).parent / "form.json").read_text("utf-8"))
CAMPAIGN = "shapes"
AT_ONCE = 8


def versions():
    """Reworded and recoded in the second version; one removed and one new in the third."""
    second = copy.deepcopy(FORM)
    of = {question["key"]: question for question in second["sections"][1]["questions"]}
    of["meals"]["text"] = {"en": "How are your meals?", "ko": "식사는 어떻습니까?"}
    of["sleep_hours"] |= {"min": 0, "max": 24}
    third = copy.deepcopy(second)
    questions = third["sections"][1]["questions"]
    questions[:] = [question for question in questions if question["key"] != "weight"]
    new = {"key": "walks", "kind": "integer", "min": 0, "max": 7, "text": {"en": "Walks?", "ko": "걷기?"}}
    questions.append(new)
    return [FORM, second, third]


def publish(api):
    for number, form in enumerate(versions()):
        if number == 0:
            api.json("POST", "/v1/forms", form)
        else:
            api.json("PUT", f"/v1/forms/{form['key']}/draft", form, If_None_Match="*")
        consent = {"consent_to_recoding": ["sleep_hours"]} if number == 1 else {}
        api.json("POST", f"/v1/forms/{form['key']}/draft/publish", consent)


def answer(question, draw):
    kind = question["kind"]
    if draw.random() < 0.1:
        return None
    if kind == "single_choice":
        return draw.choice(question["options"])["code"]
    if kind == "multiple_choice":
        return [option["code"] for option in question["options"] if draw.random() < 0.4]
    if kind == "yes_no":
        return draw.random() < 0.5
    if kind == "decimal":
        return draw.randint(int(question["min"] * 100), int(question["max"] * 100)) / 100
    if kind == "text":
        return draw.choice(["=1+1", "a;b", "줄\n바꿈", '"quoted", and more'])
    return draw.randint(question["min"], question["max"])


def answers(form, draw):
    given = {}
    for section in form["sections"]:
        for question in section["questions"]:
            if question.get("required") or draw.random() < 0.85:
                given[question["key"]] = answer(question, draw)
    return given


def send(server, numbers):
    api = Api(server)
    sent = []
    forms = versions()
    for number in numbers:
        draw = random.Random(number)
        version = number % 3 + 1
        given = answers(forms[version - 1], draw)
        body = {"form_version": version, "language": draw.choice(["en", "ko"]), "answers": given}
        api.call("POST", f"/v1/campaigns/{CAMPAIGN}/responses", body, Receipt=secrets.token_urlsafe(24))
        sent.append({"form_version": version, **given})
    return sent


def main(server, folder, rows):
    api = logged_in(server)
    publish(api)
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    api.json("POST", "/v1/campaigns", {
        "key": CAMPAIGN, "form": FORM["key"], "title": {"en": "Shapes"}, "release_size": 10, "grace_days": 0,
        "opens_at": (now - day).isoformat(), "closes_at": (now + 30 * day).isoformat(),
    })
    parts = [range(start, int(rows), AT_ONCE) for start in range(AT_ONCE)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        truth = [row for part in pool.map(lambda part: send(server, part), parts) for row in part]
    api.json("POST", f"/v1/campaigns/{CAMPAIGN}/close", {})
    pathlib.Path(folder, "truth.json").write_text(json.dumps(truth), "utf-8")
    print(f"shapes: {len(truth)} responses to three versions")


if __name__ == "__main__":
    main(*sys.argv[1:])
