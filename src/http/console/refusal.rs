//! Why nobody was logged in by the provider, for people to read.

use actix_web::http::StatusCode;
use askama::Template;

use super::files;
use crate::app::provider_log_in::ProviderLogInError;
use crate::http::problem::Problem;

/// The page.
#[derive(Template)]
#[template(path = "console_refusal.html")]
pub(super) struct Refusal {
    style: Option<String>,
    pub(super) words: Words,
}

/// What it says.
pub(super) struct Words {
    pub(super) status: StatusCode,
    english: &'static str,
    korean: &'static str,
    /// Whether it may work the next time.
    again: bool,
}

impl Refusal {
    /// The page for this error; a problem where the machinery failed.
    pub(super) fn of(error: ProviderLogInError) -> Result<Self, Problem> {
        let words = match error {
            ProviderLogInError::Failure(failure) => return Err(failure.into()),
            ProviderLogInError::Off => OFF,
            ProviderLogInError::TooManyLogins(_) => TOO_MANY,
            ProviderLogInError::AttemptUnknown => UNKNOWN,
            ProviderLogInError::NotLetIn => NOT_LET_IN,
            ProviderLogInError::Provider(_) => BROKEN,
            ProviderLogInError::NoRole => NO_ROLE,
            ProviderLogInError::Disabled => DISABLED,
        };
        let style = files::style();
        Ok(Self { style, words })
    }
}

const OFF: Words = Words {
    status: StatusCode::NOT_FOUND,
    english: "This server has no provider to log in with.",
    korean: "이 서버에는 로그인에 사용할 인증 서비스가 설정되어 있지 않습니다.",
    again: false,
};
const TOO_MANY: Words = Words {
    status: StatusCode::TOO_MANY_REQUESTS,
    english: "There were too many log-ins from your network. Wait a minute, then try again.",
    korean: "사용 중인 네트워크에서 로그인이 너무 많았습니다. 잠시 후 다시 시도하세요.",
    again: true,
};
const UNKNOWN: Words = Words {
    status: StatusCode::BAD_REQUEST,
    english: "This log-in was not begun in this browser, was used already, or took more than ten minutes. Begin it again.",
    korean: "이 브라우저에서 시작하지 않았거나, 이미 사용했거나, 10분이 지난 로그인입니다. 다시 시작하세요.",
    again: true,
};
const NOT_LET_IN: Words = Words {
    status: StatusCode::FORBIDDEN,
    english: "The log-in was called off, or you were not let in.",
    korean: "로그인이 취소되었거나 허용되지 않았습니다.",
    again: true,
};
const BROKEN: Words = Words {
    status: StatusCode::BAD_GATEWAY,
    english: "The log-in service does not work as it should. Try again in a few minutes. If that does not help, tell who \
             runs this server: its log says what is wrong.",
    korean: "로그인 서비스가 제대로 작동하지 않습니다. 몇 분 후 다시 시도하세요. 계속되면 서버 관리자에게 알리세요. 원인은 서버 로그에 있습니다.",
    again: true,
};
const NO_ROLE: Words = Words {
    status: StatusCode::FORBIDDEN,
    english: "Your account has no role for this console. Ask who manages the accounts of your organisation to give you one, \
             then log in again.",
    korean: "계정에 이 콘솔을 사용할 역할이 없습니다. 기관의 계정 담당자에게 역할을 요청한 후 다시 로그인하세요.",
    again: true,
};
const DISABLED: Words = Words {
    status: StatusCode::FORBIDDEN,
    english: "Your account is disabled on this server. An admin of the surveys can enable it.",
    korean: "이 서버에서 계정이 비활성화되었습니다. 설문 관리자가 다시 활성화할 수 있습니다.",
    again: false,
};
