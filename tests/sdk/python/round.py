"""One round with the SDK in Python: the one of openapi-python-client."""

import secrets
import sys
from pathlib import Path

from aftercare_client import AuthenticatedClient, Client
from aftercare_client.api.exports import export_responses
from aftercare_client.api.forms import get_form
from aftercare_client.api.responses import create_response, get_own_response, withdraw_own_response
from aftercare_client.api.sessions import create_session
from aftercare_client.models import (
    ConditionDefinition,
    CreateResponseBody,
    CreateSessionBody,
    FormVersionView,
    OwnResponseView,
    Problem,
    RawAnswers,
    TokensView,
)
from aftercare_client.types import File, Unset

server, password, file, expected = sys.argv[1:]
client = Client(base_url=server)
campaign = "world-cancer-day-2027"
Answer = bool | float | list[str] | None | str


def values(condition: ConditionDefinition | Unset) -> list[str]:
    """The codes that a condition compares answers with."""
    if isinstance(condition, Unset):
        return []
    own = [] if isinstance(condition.is_, Unset) else [condition.is_]
    own += condition.is_one_of or []
    parts = [*(condition.all_ or []), *(condition.any_ or []), condition.not_]
    return [str(value) for value in own] + [value for part in parts for value in values(part)]


# Read the form.
form = get_form.sync("daily-life-after-treatment", client=client)
assert isinstance(form, FormVersionView), form
sections = form.definition.sections
conditions = [section.show_when for section in sections]
conditions += [question.show_when for section in sections for question in section.questions]
conditions += [notice.show_when for notice in form.definition.notices or []]
assert ",".join(sorted(value for condition in conditions for value in values(condition))) == expected


# Send a response, with a receipt that is made here and stays here.
def send(receipt: str, changes: dict[str, Answer]) -> tuple[int, object]:
    filled: dict[str, Answer] = {
        "cancer_type": "stomach",
        "time_since_treatment": "months_6_to_12",
        "treatments": ["surgery"],
        "sex": None,
        "distress": 5,
        "remark_your_days": "연락은 me@example.org",
    }
    answers = RawAnswers()
    answers.additional_properties = filled | changes
    body = CreateResponseBody(form_version=form_version, language="ko", answers=answers)
    response = create_response.sync_detailed(campaign, client=client, body=body, receipt=receipt)
    return response.status_code, response.parsed


form_version = form.version
receipt = secrets.token_urlsafe(16)
status, sent = send(receipt, {})
assert status == 201, sent

# Send it again, as after a lost connection.
status, again = send(receipt, {})
assert status == 200 and again == sent, again

# Send a wrong one: every fault has its place and its code.
status, problem = send(secrets.token_urlsafe(16), {"cancer_type": "elbow", "distress": 11})
assert status == 422 and isinstance(problem, Problem), problem
assert problem.code == "answers_invalid" and problem.errors, problem
assert sorted((fault.pointer, str(fault.code)) for fault in problem.errors) == [
    ("/answers/cancer_type", "unknown_option"),
    ("/answers/distress", "out_of_bounds"),
]

# Read one's own, and withdraw it.
own = get_own_response.sync(campaign, client=client, receipt=receipt)
assert isinstance(own, OwnResponseView), own
assert own.answers["sex"] is None and own.answers["treatments"] == ["surgery"], own
assert own.answers["remark_your_days"] == "연락은 [email]", own
assert withdraw_own_response.sync_detailed(campaign, client=client, receipt=receipt).status_code == 204
gone = get_own_response.sync(campaign, client=client, receipt=receipt)
assert isinstance(gone, Problem) and gone.code == "response_withdrawn", gone

# Log in, and export to a file.
tokens = create_session.sync(client=client, body=CreateSessionBody(email="demo@aftercare.example", password=password))
assert isinstance(tokens, TokensView), tokens
staff = AuthenticatedClient(base_url=server, token=tokens.access_token)
exported = export_responses.sync("daily-life-after-treatment", client=staff)
assert isinstance(exported, File), exported
Path(file).write_bytes(exported.payload.read())
head, *rows = Path(file).read_text().splitlines()
assert head.startswith("campaign,form_version,language,week,") and len(rows) >= 100, head

print(f"python: read, sent, replayed, refused, withdrew, exported {len(rows)} rows")
