"""Fills in Questionnaires in LHC-Forms, in a browser without a window, and fails where routing or scores differ.

    python render.py BROWSER FOLDER

FOLDER has the Questionnaires, as FORM.json, and the files of LHC-Forms in lforms/.
"""

import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys

from validate import KINDS, items

HERE = pathlib.Path(__file__).parent
BROWSER = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--virtual-time-budget=30000",
    "--dump-dom",
]


def fill_in(browser, folder, case):
    questionnaire = json.loads((folder / f"{case['form']}.json").read_text("utf-8"))
    what = {"questionnaire": questionnaire, "answers": case["answers"]}
    (folder / "case.js").write_text(f"window.CASE = {json.dumps(what)};", "utf-8")
    page = (folder / "page.html").resolve().as_uri()
    run = subprocess.run([browser, *BROWSER, page], capture_output=True, text=True, timeout=120, check=True)
    found = re.search("RESULT([A-Za-z0-9+/=]+)END", run.stdout)
    assert found, f"the page tells nothing: {run.stderr[-2000:]}"
    result = json.loads(base64.b64decode(found.group(1)))
    assert "error" not in result, result["error"]
    return result


def check(case, result):
    lines = [line.strip(" *") for line in result["text"].splitlines()]
    for text in case["shown"]:
        assert text in lines, f"{case['form']}: {text!r} is not shown"
    for text in case["hidden"]:
        assert text not in lines, f"{case['form']}: {text!r} is shown"
    KINDS["QuestionnaireResponse"].model_validate(result["sent"])
    sent = {item["linkId"]: item.get("answer", []) for item in items(result["sent"])}
    for name, score in case["scores"].items():
        values = [answer["valueDecimal"] for answer in sent.get(name, [])]
        assert values == [score], f"{case['form']}: {name} is {values}, not {score}"
    for key in case["answers"]:
        assert sent.get(key), f"{case['form']}: the answer to {key} is not sent"


def main(browser, folder):
    folder = pathlib.Path(folder)
    shutil.copy(HERE / "page.html", folder)
    for case in json.loads((HERE / "cases.json").read_text("utf-8")):
        check(case, fill_in(browser, folder, case))
        print(f"rendered: {case['form']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
