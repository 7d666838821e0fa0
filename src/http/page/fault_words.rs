//! What is wrong, in words for the person who answers.

use std::collections::BTreeMap;

use super::words::Words;
use crate::domain::form::{DatePrecision, QuestionDefinition, QuestionKind};
use crate::domain::response::AnswerFault;
use crate::http::problem::Code;

/// A code of a fault, perhaps with what was asked for, and its words in Korean and English.
type Pattern = (&'static str, &'static str, &'static str);

/// What is wrong with an answer. The script says it by the same patterns.
const PATTERNS: [Pattern; 17] = [
    (
        "required",
        "답을 골라 주세요. 답하고 싶지 않으시면 ‘답하고 싶지 않습니다’를 고르시면 됩니다.",
        "Please answer, or choose “I would rather not say”.",
    ),
    (
        "wrong_type.rating",
        "숫자로 적어 주세요. 예: 7, 1000",
        "Please write a whole number, like 7 or 1000.",
    ),
    (
        "wrong_type.integer",
        "소수점 없이 숫자로 적어 주세요. 예: 7, 1000",
        "Please write a whole number, like 7 or 1000.",
    ),
    (
        "wrong_type.decimal",
        "숫자로 적어 주세요. 천 단위 쉼표는 빼고, 소수점은 점으로 적어 주세요. 예: 1250, 61.5",
        "Please write a number without a comma between thousands, like 1250 or 61.5.",
    ),
    (
        "wrong_type.day",
        "날짜를 2026-11-26처럼 적어 주세요.",
        "Please write the day like 2026-11-26.",
    ),
    (
        "wrong_type.month",
        "연도와 달을 2026-11처럼 적어 주세요.",
        "Please write year and month like 2026-11.",
    ),
    (
        "wrong_type.year",
        "연도를 네 자리 숫자로 적어 주세요.",
        "Please write the year with four digits.",
    ),
    (
        "out_of_bounds",
        "{min}부터 {max}까지 적을 수 있습니다.",
        "It can be from {min} to {max}.",
    ),
    (
        "too_precise",
        "소수점 아래 {decimals}자리까지 적을 수 있습니다.",
        "It can have {decimals} digits after the point.",
    ),
    (
        "too_long",
        "글은 {max_length}자까지 쓸 수 있습니다. 조금 줄여 주세요.",
        "It can have {max_length} characters. Please shorten it a little.",
    ),
    (
        "too_few_options",
        "{fewest}개 이상 골라 주세요.",
        "Please choose {fewest} or more.",
    ),
    (
        "too_many_options",
        "{most}개까지 고를 수 있습니다.",
        "You can choose {most} at most.",
    ),
    (
        "off_step",
        "{min}부터 {step}씩 커지는 값만 적을 수 있습니다.",
        "It can be {min} and from there in steps of {step}.",
    ),
    (
        "exclusive_option",
        "이 항목은 다른 항목과 함께 고를 수 없습니다.",
        "This cannot be chosen together with others.",
    ),
    (
        "option_twice",
        "같은 것을 두 번 골랐습니다.",
        "One is chosen twice.",
    ),
    ("constraint", "{message}", "{message}"),
    (
        "other",
        "이 답을 읽을 수 없습니다. 다시 골라 주세요.",
        "This answer cannot be read. Please choose again.",
    ),
];

/// The patterns in one language, by code.
pub fn patterns(words: &Words) -> BTreeMap<&'static str, &'static str> {
    let pick = |&(code, korean, english): &Pattern| match words.tag {
        "ko" => (code, korean),
        _ => (code, english),
    };
    PATTERNS.iter().map(pick).collect()
}

/// What is wrong with an answer to this kind of question. It never repeats the answer.
pub fn of_answer(fault: &AnswerFault, question: &QuestionDefinition, words: &Words) -> String {
    let kind = match question.kind {
        QuestionKind::Date => question.precision.unwrap_or(DatePrecision::Month).name(),
        kind => kind.name(),
    };
    let patterns = patterns(words);
    let exact = patterns.get(&*format!("{}.{kind}", fault.code()));
    let pattern = exact.or_else(|| patterns.get(fault.code()));
    let pattern = pattern.or_else(|| patterns.get("other")).copied();
    let mut text = pattern.unwrap_or_default().to_owned();
    for (name, value) in particulars(fault) {
        text = text.replace(&format!("{{{name}}}"), &value);
    }
    text
}

/// What a pattern can name.
fn particulars(fault: &AnswerFault) -> Vec<(&'static str, String)> {
    match fault {
        AnswerFault::OutOfBounds { min, max } => vec![("min", min.clone()), ("max", max.clone())],
        AnswerFault::TooPrecise { decimals } => vec![("decimals", decimals.to_string())],
        AnswerFault::TooLong { max_length } => vec![("max_length", max_length.to_string())],
        AnswerFault::TooFewOptions { fewest } => vec![("fewest", fewest.to_string())],
        AnswerFault::TooManyOptions { most } => vec![("most", most.to_string())],
        AnswerFault::OffStep { min, step } => vec![("min", min.clone()), ("step", step.clone())],
        AnswerFault::Constraint { message } => vec![("message", message.clone())],
        _ => Vec::new(),
    }
}

/// Codes of problems, and their words in Korean and English.
type Told = (&'static [Code], &'static str, &'static str);

const PROBLEMS: &[Told] = &[
    (
        &[Code::CampaignUnknown, Code::NotFound],
        "이 주소에는 설문이 없습니다. 카드나 안내문의 주소를 다시 확인해 주세요.",
        "There is no survey at this address. Please compare it with your card or letter.",
    ),
    (
        &[Code::CampaignNotOpenYet],
        "이 설문은 아직 시작되지 않았습니다.",
        "This survey has not opened yet.",
    ),
    (
        &[Code::CampaignClosed],
        "이 설문은 끝나서 더는 응답을 받지 않습니다.",
        "This survey is over and takes no more answers.",
    ),
    (
        &[
            Code::VersionRetired,
            Code::VersionNotTaken,
            Code::VersionUnknown,
            Code::FormUnknown,
        ],
        "설문지가 그사이 바뀌었습니다. 죄송하지만 처음부터 다시 시작해 주세요.",
        "The form has changed meanwhile. We are sorry: please start again from the beginning.",
    ),
    (
        &[Code::InvitationMissing],
        "초대 코드를 입력해 주세요.",
        "Please type in your invitation.",
    ),
    (
        &[Code::InvitationMalformed],
        "초대 코드에 잘못된 글자가 있습니다. 카드와 하나씩 비교해 주세요. 글자와 숫자 16자리입니다.",
        "The invitation is mistyped. Please compare it with your card, character by character. It has 16 letters and digits.",
    ),
    (
        &[Code::InvitationUnknown],
        "이 설문의 초대 코드가 아니거나 취소된 초대 코드입니다. 카드와 비교해 보시고, 같다면 초대한 기관에 문의해 주세요.",
        "This is no invitation to this survey, or it was taken back. Please compare it with your card. If it is the same, ask those who invited you.",
    ),
    (
        &[Code::InvitationUsed],
        "이미 사용한 초대 코드입니다. 본인이 사용하지 않았다면 초대한 기관에 새 초대 코드를 요청해 주세요.",
        "This invitation was used before. If it was not you, ask those who invited you for another one.",
    ),
    (
        &[
            Code::PassMissing,
            Code::PassInvalid,
            Code::PassSpent,
            Code::AccessChanged,
        ],
        "이 설문은 통행증이 있어야 응답할 수 있습니다. 처음부터 다시 시작해 주세요.",
        "This survey needs a pass. Please start again from the beginning.",
    ),
    (
        &[Code::ReceiptMissing, Code::ReceiptMalformed],
        "접수증의 글자가 맞지 않습니다. 다시 확인해 주세요.",
        "The receipt is mistyped. Please compare it again.",
    ),
    (
        &[Code::ReceiptUsed],
        "이 접수증으로 이미 다른 응답을 보냈습니다. 보낸 응답을 고치려면 접수증으로 ‘내 응답’을 열어 주세요.",
        "Other answers were sent with this receipt before. To correct them, open “Your answers” with the receipt.",
    ),
    (
        &[Code::ResponseUnknown],
        "이 접수증의 응답을 찾을 수 없습니다. 접수증과 설문을 다시 확인해 주세요.",
        "There are no answers with this receipt. Please compare receipt and survey again.",
    ),
    (
        &[Code::ResponseWithdrawn],
        "이 응답은 철회되어 삭제되었습니다.",
        "These answers were withdrawn and are deleted.",
    ),
    (
        &[Code::ResponseReleased],
        "응답이 이미 전달되어 고칠 수 없습니다. 철회할 수 있는 기간이라면 철회한 뒤 다시 응답하실 수 있습니다.",
        "The answers were passed on and cannot be corrected any more. While they can be withdrawn, you can withdraw them and answer once more.",
    ),
    (
        &[Code::WithdrawalEnded],
        "이 설문의 응답은 이제 철회할 수 없습니다. 안내문에 적힌 철회 기한이 지났습니다.",
        "Answers to this survey can no longer be withdrawn: the time for it, which the privacy statement named, is over.",
    ),
    (
        &[
            Code::ReplacesMalformed,
            Code::ReplacesUnknown,
            Code::ReplacesUsed,
        ],
        "철회한 응답을 대신해 다시 응답하는 것은 한 번만 할 수 있습니다.",
        "A withdrawn response can be replaced once only.",
    ),
    (
        &[Code::TooManyRequests],
        "지금 이 네트워크에서 요청이 너무 많습니다. 잠시 뒤에 다시 눌러 주세요. 적으신 답은 그대로 있습니다.",
        "There are too many requests from this network now. Please wait a little and press the button again. Your answers are kept on this page.",
    ),
    (
        &[Code::BodyTooLarge],
        "보낸 내용이 너무 큽니다. 글을 조금 줄여 주세요.",
        "That is too much. Please shorten what you wrote.",
    ),
    (
        &[Code::PreflightRefused],
        "다른 웹사이트에서 보낸 요청이라 받지 않았습니다. 설문 주소를 직접 열어 주세요.",
        "This came from another web site, so it was refused. Please open the address of the survey itself.",
    ),
];

const OF_SERVER: Told = (
    &[],
    "서버에 잠시 문제가 있습니다. 잠시 뒤에 다시 눌러 주세요. 같은 응답은 두 번 저장되지 않습니다.",
    "The server has a problem at the moment. Please wait a little and press the button again. The same answers are never stored twice.",
);

const OTHER: Told = (
    &[],
    "요청을 처리하지 못했습니다. 처음부터 다시 시작해 주세요.",
    "That could not be understood. Please start again from the beginning.",
);

/// Why something was refused.
pub fn of_problem(code: Code, words: &'static Words) -> &'static str {
    if code == Code::ProofOfWorkNeeded {
        return words.needs_script_work;
    }
    let known = PROBLEMS.iter().find(|(codes, ..)| codes.contains(&code));
    let otherwise = match code.status().is_server_error() {
        true => &OF_SERVER,
        false => &OTHER,
    };
    let (_, korean, english) = known.unwrap_or(otherwise);
    match words.tag {
        "ko" => korean,
        _ => english,
    }
}
