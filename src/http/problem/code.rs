//! The table of problems: the only place that defines their statuses and titles.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($variant:ident, $code:literal, $status:ident, $title:literal;)+) => {
        /// The code of a problem, a stable word for programs. The table in this file is the complete list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The HTTP status.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The title: one line for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    // The request as such.
    BadRequest, "bad_request", BAD_REQUEST, "The request cannot be understood";
    HeaderInvalid, "header_invalid", BAD_REQUEST, "A header cannot be read";
    QueryInvalid, "query_invalid", BAD_REQUEST, "A query parameter is wrong or unknown";
    JsonMalformed, "json_malformed", BAD_REQUEST, "The body is not well-formed";
    NotFound, "not_found", NOT_FOUND, "There is nothing at this address";
    MethodNotAllowed, "method_not_allowed", METHOD_NOT_ALLOWED, "This method is not allowed at this address";
    BodyTooLarge, "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    BodyTooSlow, "body_too_slow", REQUEST_TIMEOUT, "The body did not arrive in time";
    MediaTypeUnsupported, "media_type_unsupported", UNSUPPORTED_MEDIA_TYPE, "The media type of the body is not supported here";
    BodyInvalid, "body_invalid", UNPROCESSABLE_ENTITY, "The body has wrong fields";
    PreflightRefused, "preflight_refused", FORBIDDEN, "This web page may not call the API in this way";
    PreconditionRequired, "precondition_required", PRECONDITION_REQUIRED, "This change needs an If-Match header";
    PreconditionFailed, "precondition_failed", PRECONDITION_FAILED, "The resource was changed by someone else meanwhile";
    TooManyRequests, "too_many_requests", TOO_MANY_REQUESTS, "Too many requests; wait a little";

    // The server.
    Internal, "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    DatabaseUnavailable, "database_unavailable", SERVICE_UNAVAILABLE, "The database does not answer; try again soon";
    NotReady, "not_ready", SERVICE_UNAVAILABLE, "The server is not ready";

    // Staff.
    Unauthenticated, "unauthenticated", UNAUTHORIZED, "A valid access token is needed";
    TokenExpired, "token_expired", UNAUTHORIZED, "The access token has expired; refresh it";
    SessionEnded, "session_ended", UNAUTHORIZED, "The session has ended; log in again";
    LoginFailed, "login_failed", UNAUTHORIZED, "E-mail or password is wrong";
    RefreshFailed, "refresh_failed", UNAUTHORIZED, "The refresh token is not valid; log in again";
    Forbidden, "forbidden", FORBIDDEN, "Your account has no role for this";
    StaffUnknown, "staff_unknown", NOT_FOUND, "There is no such account";
    StaffExists, "staff_exists", CONFLICT, "There is an account with this e-mail already";
    LastAdmin, "last_admin", CONFLICT, "The last admin cannot be disabled or lose the role";

    // Forms.
    FormUnknown, "form_unknown", NOT_FOUND, "There is no such form";
    FormExists, "form_exists", CONFLICT, "There is a form with this key already";
    VersionUnknown, "version_unknown", NOT_FOUND, "The form has no such version";
    VersionRetired, "version_retired", CONFLICT, "This version of the form is retired";
    DraftUnknown, "draft_unknown", NOT_FOUND, "The form has no draft";
    DraftInvalid, "draft_invalid", UNPROCESSABLE_ENTITY, "The form cannot be published as it is";
    DraftUnchanged, "draft_unchanged", CONFLICT, "The newest version has exactly this content";
    RecodingNeedsConsent, "recoding_needs_consent", CONFLICT, "A question changes its meaning under its old key; publish it with consent or under a new key";
    LanguageNotOffered, "language_not_offered", NOT_FOUND, "The form does not exist in this language";

    // Campaigns and responses.
    CampaignUnknown, "campaign_unknown", NOT_FOUND, "There is no such campaign";
    CampaignExists, "campaign_exists", CONFLICT, "There is a campaign with this key already";
    CampaignNotOpenYet, "campaign_not_open_yet", CONFLICT, "The campaign has not opened yet";
    CampaignClosed, "campaign_closed", CONFLICT, "The campaign is closed";
    ReceiptMissing, "receipt_missing", BAD_REQUEST, "A Receipt header is needed";
    ReceiptMalformed, "receipt_malformed", BAD_REQUEST, "The Receipt header is malformed";
    ReceiptUsed, "receipt_used", CONFLICT, "This receipt was used for other answers";
    ResponseWithdrawn, "response_withdrawn", GONE, "This response was withdrawn";
    ResponseUnknown, "response_unknown", NOT_FOUND, "There is no response with this receipt";
    WithdrawalEnded, "withdrawal_ended", CONFLICT, "Responses of this campaign can no longer be withdrawn";
    AccessChanged, "access_changed", CONFLICT, "The campaign's access rule has just changed; read it again";
    SettingsPromised, "settings_promised", CONFLICT, "People have answered under these settings, which were promised to them";
    AnswersInvalid, "answers_invalid", UNPROCESSABLE_ENTITY, "Some answers do not fit the form";

    // Invitations and passes.
    InvitationMissing, "invitation_missing", FORBIDDEN, "This campaign takes responses by invitation only";
    InvitationMalformed, "invitation_malformed", BAD_REQUEST, "The invitation is mistyped";
    InvitationUnknown, "invitation_unknown", FORBIDDEN, "There is no such invitation to this campaign, or it was revoked";
    InvitationUsed, "invitation_used", CONFLICT, "This invitation was used before";
    InvitationMisplaced, "invitation_misplaced", BAD_REQUEST, "A response with a pass takes no Invitation header";
    BatchUnknown, "batch_unknown", NOT_FOUND, "The campaign has no such batch of invitations";
    AccessWithoutInvitations, "access_without_invitations", CONFLICT, "Anybody may answer in this campaign, so it has no invitations";
    TooManyPassCampaigns, "too_many_pass_campaigns", CONFLICT, "Too many campaigns with passes are open or to come; close one first";
    AccessWithoutPasses, "access_without_passes", CONFLICT, "This campaign has no passes";
    PassRequestMalformed, "pass_request_malformed", UNPROCESSABLE_ENTITY, "The request for a pass cannot be read";
    PassMissing, "pass_missing", UNAUTHORIZED, "This campaign takes responses with a pass";
    PassInvalid, "pass_invalid", UNAUTHORIZED, "The pass is not one of this campaign";
    PassSpent, "pass_spent", CONFLICT, "This pass was spent before";

    // Remarks and exports.
    RemarkUnknown, "remark_unknown", NOT_FOUND, "There is no such remark";
    TooFewRecords, "too_few_records", CONFLICT, "There are too few responses to export any of them safely";
}

impl Code {
    /// The code with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// The code for an error of the framework, which has only a status.
    pub fn for_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::BodyTooSlow,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaTypeUnsupported,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }

    /// The URL of the explanation, relative to the server.
    pub fn uri(self) -> String {
        format!("/problems/{}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_unique_word_with_an_error_status() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(code.status().as_u16() >= 400);
            assert!(
                code.as_str()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_')
            );
        }
    }
}
