"""One round with the SDK in Python that openapi-generator makes."""

import secrets
import sys
from pathlib import Path
from typing import Any

from aftercare_client import (
    ApiClient,
    ApiException,
    ConditionDefinition,
    Configuration,
    CreateResponseBody,
    CreateSessionBody,
    ExportsApi,
    FormsApi,
    Problem,
    ResponsesApi,
    ResponseView,
    SessionsApi,
)

server, password, file, expected = sys.argv[1:]
client = ApiClient(Configuration(host=server))
responses = ResponsesApi(client)
campaign = "world-cancer-day-2027"


def values(condition: ConditionDefinition | None) -> list[str]:
    """The codes that a condition compares answers with."""
    if condition is None:
        return []
    own = [] if condition.var_is is None else [condition.var_is]
    own += condition.is_one_of or []
    parts = [*(condition.all or []), *(condition.any or []), condition.var_not]
    return [str(value) for value in own] + [value for part in parts for value in values(part)]


# Read the form.
form = FormsApi(client).get_form("daily-life-after-treatment")
sections = form.definition.sections
conditions = [section.show_when for section in sections]
conditions += [question.show_when for section in sections for question in section.questions]
conditions += [notice.show_when for notice in form.definition.notices or []]
assert ",".join(sorted(value for condition in conditions for value in values(condition))) == expected


# Send a response, with a receipt that is made here and stays here.
def send(receipt: str, changes: dict[str, Any]) -> tuple[int, ResponseView]:
    answers = {
        "cancer_type": "stomach",
        "time_since_treatment": "months_6_to_12",
        "treatments": ["surgery"],
        "sex": None,
        "distress": 5,
        "remark_your_days": "연락은 me@example.org",
    } | changes
    body = CreateResponseBody(form_version=form.version, language="ko", answers=answers)
    response = responses.create_response_with_http_info(campaign, receipt, body)
    return response.status_code, response.data


receipt = secrets.token_urlsafe(16)
status, sent = send(receipt, {})
assert status == 201, sent

# Send it again, as after a lost connection.
status, again = send(receipt, {})
assert status == 200 and again == sent, again

# Send a wrong one: every fault has its place and its code.
try:
    send(secrets.token_urlsafe(16), {"cancer_type": "elbow", "distress": 11})
    raise AssertionError("a wrong response was taken")
except ApiException as refused:
    problem = refused.data
    assert refused.status == 422 and isinstance(problem, Problem), refused
    assert problem.code == "answers_invalid" and problem.errors, problem
    assert sorted((fault.pointer, fault.code) for fault in problem.errors) == [
        ("/answers/cancer_type", "unknown_option"),
        ("/answers/distress", "out_of_bounds"),
    ]

# Read one's own, and withdraw it.
own = responses.get_own_response(campaign, receipt)
assert own.answers["sex"] is None and own.answers["treatments"] == ["surgery"], own
assert own.answers["remark_your_days"] == "연락은 [email]", own
responses.withdraw_own_response(campaign, receipt)
try:
    responses.get_own_response(campaign, receipt)
    raise AssertionError("a withdrawn response was read")
except ApiException as refused:
    assert isinstance(refused.data, Problem) and refused.data.code == "response_withdrawn", refused

# Log in, and export to a file.
tokens = SessionsApi(client).create_session(CreateSessionBody(email="demo@aftercare.example", password=password))
client.configuration.access_token = tokens.access_token
Path(file).write_bytes(ExportsApi(client).export_responses("daily-life-after-treatment"))
head, *rows = Path(file).read_text().splitlines()
assert head.startswith("campaign,form_version,language,week,") and len(rows) >= 100, head

print(f"python-generator: read, sent, replayed, refused, withdrew, exported {len(rows)} rows")
