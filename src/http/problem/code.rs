//! The table of problems: the only place that defines their statuses, titles and mends.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($variant:ident, $code:literal, $status:ident, $title:literal, $mend:literal;)+) => {
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

            /// The mend: what to do about it, for the developer of a client.
            pub const fn mend(self) -> &'static str {
                match self { $(Self::$variant => $mend),+ }
            }
        }

        impl serde::Serialize for Code {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

codes! {
    // The request as such.
    BadRequest, "bad_request", BAD_REQUEST, "The request cannot be understood",
        "Read `detail`. The usual cause is a request that broke off or a header that HTTP does not allow.";
    HeaderInvalid, "header_invalid", BAD_REQUEST, "A header cannot be read",
        "Read `detail`, which names the header.";
    QueryInvalid, "query_invalid", BAD_REQUEST, "A query parameter is wrong or unknown",
        "Read `detail` and `errors`, which name each parameter. The documentation of the operation lists the parameters that it knows.";
    JsonMalformed, "json_malformed", BAD_REQUEST, "The body is not well-formed",
        "Let a JSON or YAML library write the body. `detail` has the line and the column.";
    NotFound, "not_found", NOT_FOUND, "There is nothing at this address",
        "Compare the address with the documentation. Addresses are lower-case, and an id or number in them must be well-formed.";
    MethodNotAllowed, "method_not_allowed", METHOD_NOT_ALLOWED, "This method is not allowed at this address",
        "Use a method that the header `Allow` lists.";
    HeadTooLarge, "head_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The address or the headers are too large",
        "Send fewer or shorter headers and parameters. The head of a request may have 96 headers and 128 KiB.";
    HeadTooSlow, "head_too_slow", REQUEST_TIMEOUT, "The head of the request did not arrive in time",
        "Send the request again, on a better connection. A response with a receipt can be sent again without harm.";
    BodyTooLarge, "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "Send a smaller body. `detail` has the limit, which the operator can change.";
    BodyTooSlow, "body_too_slow", REQUEST_TIMEOUT, "The body did not arrive in time",
        "Send the request again, on a better connection. A response with a receipt can be sent again without harm.";
    MediaTypeUnsupported, "media_type_unsupported", UNSUPPORTED_MEDIA_TYPE, "The media type of the body is not supported here",
        "Set `Content-Type` to a type that the header `Accept` of the reply lists, and send the body in UTF-8 and not compressed.";
    BodyInvalid, "body_invalid", UNPROCESSABLE_ENTITY, "The body has wrong fields",
        "Mend each field that `errors` names. `pointer` is its place in the body.";
    PreflightRefused, "preflight_refused", FORBIDDEN, "This web page may not call the API in this way",
        "Read `detail`. The operator allows the origins of web pages by the setting `AFTERCARE_CORS_ORIGINS`.";
    PreconditionRequired, "precondition_required", PRECONDITION_REQUIRED, "This change needs an If-Match header",
        "Read the resource, and send its `ETag` as `If-Match` with the change.";
    PreconditionFailed, "precondition_failed", PRECONDITION_FAILED, "The resource was changed by someone else meanwhile",
        "Read the resource again, look at what changed, and send the change with the new `ETag`.";
    TooManyRequests, "too_many_requests", TOO_MANY_REQUESTS, "Too many requests; wait a little",
        "Wait as many seconds as `Retry-After` says, then try again.";

    // The server.
    Internal, "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side",
        "Try again later. If it happens again, tell the operator the time and the operation: the log has the cause.";
    DatabaseUnavailable, "database_unavailable", SERVICE_UNAVAILABLE, "The database does not answer; try again soon",
        "Wait as many seconds as `Retry-After` says, then send the same request again. A response with a receipt can be sent again without harm.";
    NotReady, "not_ready", SERVICE_UNAVAILABLE, "The server is not ready",
        "Run `aftercare migrate`, or start the program that fits the database. `detail` says which.";

    // Staff.
    Unauthenticated, "unauthenticated", UNAUTHORIZED, "A valid access token is needed",
        "Log in with `POST /v1/sessions`, and send the access token as `Authorization: Bearer …`.";
    TokenExpired, "token_expired", UNAUTHORIZED, "The access token has expired; refresh it",
        "Exchange the refresh token with `POST /v1/sessions/refresh`, and send the request again with the new access token.";
    SessionEnded, "session_ended", UNAUTHORIZED, "The session has ended; log in again",
        "Log in again. The session was ended by logging out, by a change of the password, or because a refresh token was used twice.";
    LoginFailed, "login_failed", UNAUTHORIZED, "E-mail or password is wrong",
        "Check e-mail address and password. An admin can set a new password. A disabled account gets the same reply.";
    PasswordsOff, "passwords_off", FORBIDDEN, "Nobody logs in by password here",
        "Log in at `/console` by the OpenID Connect provider of this server. For scheduled jobs, use an API key. The operator allows passwords by the setting `AFTERCARE_LOCAL_ACCOUNTS`.";
    RefreshFailed, "refresh_failed", UNAUTHORIZED, "The refresh token is not valid; log in again",
        "Log in again. A refresh token is valid for one use and 30 days, and a session for 90 days, or 12 hours where the OpenID Connect provider opened it.";
    Forbidden, "forbidden", FORBIDDEN, "Your account has no role for this",
        "Ask an admin for the role that `detail` names.";
    OutOfScope, "out_of_scope", FORBIDDEN, "Your role does not reach this form or campaign",
        "Ask an admin to add the form or campaign to the scope of your role. The scope of a form covers its campaigns, but not the reverse.";
    SessionUnknown, "session_unknown", NOT_FOUND, "There is no such session of yours",
        "List your sessions with `GET /v1/staff/own/sessions`. It may have ended by itself.";
    StaffUnknown, "staff_unknown", NOT_FOUND, "There is no such account",
        "List the accounts with `GET /v1/staff`.";
    StaffExists, "staff_exists", CONFLICT, "There is an account with this e-mail already",
        "Change the existing account, or use another e-mail address.";
    LastAdmin, "last_admin", CONFLICT, "The last admin cannot be disabled or lose the role",
        "Give another account the role `admin` first.";
    NoPassword, "no_password", CONFLICT, "This account has no password",
        "Change the password at the OpenID Connect provider by which the account logs in.";
    ApiKeyInvalid, "api_key_invalid", UNAUTHORIZED, "The API key is unknown, mistyped or revoked",
        "Read `detail`. If the key is not mistyped, make another one with `POST /v1/api-keys`. A key is revoked when its account is disabled, loses the role or gets a new password.";
    ApiKeyExpired, "api_key_expired", UNAUTHORIZED, "The API key has expired; make another one",
        "Make another key with `POST /v1/api-keys`. A key cannot be prolonged.";
    ApiKeyOutOfScope, "api_key_out_of_scope", FORBIDDEN, "The API key does not open this",
        "Read `detail`. A key only reads, with one role and perhaps one form. For anything else log in, and send an access token.";
    ApiKeyUnknown, "api_key_unknown", NOT_FOUND, "There is no such API key",
        "List your keys with `GET /v1/api-keys`. Admins list those of every account with `?owner=all`.";

    // Forms.
    FormUnknown, "form_unknown", NOT_FOUND, "There is no such form",
        "List the forms with `GET /v1/forms`. A form without a published version is known to authors only.";
    FormExists, "form_exists", CONFLICT, "There is a form with this key already",
        "Write the next version of the form as its draft, or choose another key.";
    VersionUnknown, "version_unknown", NOT_FOUND, "The form has no such version",
        "List the versions with `GET /v1/forms/{form}/versions`.";
    VersionRetired, "version_retired", CONFLICT, "This version of the form is retired",
        "Load the newest version of the form, and ask the person again where questions have changed.";
    VersionNeeded, "version_needed", CONFLICT, "A campaign needs this version of the form",
        "Publish another version first, or close the campaigns that `detail` names. A campaign that is pinned to this version needs this one.";
    VersionNotTaken, "version_not_taken", CONFLICT, "The campaign takes another version of the form",
        "Load the version that `form_version` of the campaign names, and ask the person again where questions differ.";
    DraftUnknown, "draft_unknown", NOT_FOUND, "The form has no draft",
        "Begin a draft with `PUT /v1/forms/{form}/draft` and `If-None-Match: *`.";
    DraftInvalid, "draft_invalid", UNPROCESSABLE_ENTITY, "The form cannot be published as it is",
        "Mend each place that `errors` names, save the draft, and publish it then.";
    DraftUnchanged, "draft_unchanged", CONFLICT, "The newest version has exactly this content",
        "There is nothing to publish. Change the draft first, or delete it.";
    RecodingNeedsConsent, "recoding_needs_consent", CONFLICT, "A question or a score changes its meaning under its old key; publish it with consent or under a new key",
        "Give it another key. Or name it in `consent_to_recoding` as `errors` does: exports then have a column for each coding.";
    LanguageNotOffered, "language_not_offered", NOT_FOUND, "The form does not exist in this language",
        "Ask for a language that `detail` lists, or leave it out to get all of them.";

    // Campaigns and responses.
    CampaignUnknown, "campaign_unknown", NOT_FOUND, "There is no such campaign",
        "List the campaigns with `GET /v1/campaigns?state=all`.";
    CampaignExists, "campaign_exists", CONFLICT, "There is a campaign with this key already",
        "Choose another key. The key of a campaign is used once.";
    CampaignNotOpenYet, "campaign_not_open_yet", CONFLICT, "The campaign has not opened yet",
        "Keep the response on the device, and send it after `opens_at` of the campaign.";
    CampaignClosed, "campaign_closed", CONFLICT, "The campaign is closed",
        "Tell the person that the campaign is over. A response cannot be sent any more: `accepts_until` of the campaign was the last time for one that was filled in before the end.";
    ReceiptMissing, "receipt_missing", BAD_REQUEST, "A Receipt header is needed",
        "Make a receipt of 16 random bytes in base64url, keep it, and send it as the header `Receipt`.";
    ReceiptMalformed, "receipt_malformed", BAD_REQUEST, "The Receipt header is malformed",
        "Send one receipt: 22 to 128 random characters of A-Z, a-z, 0-9, - and _.";
    ReceiptUsed, "receipt_used", CONFLICT, "This receipt was used for other answers",
        "Make a new receipt for other answers. To correct a response, send the right answers with `PUT …/responses/own` and its receipt.";
    ResponseWithdrawn, "response_withdrawn", GONE, "This response was withdrawn",
        "Nothing is left to do: the response was deleted. A new response needs a new receipt.";
    ResponseReleased, "response_released", CONFLICT, "This response was released and can no longer be corrected",
        "Withdraw it with its receipt, and send the right answers with a new receipt. Where the campaign asks for an invitation or a pass, send the old receipt as the header `Replaces` instead.";
    ReplacesMalformed, "replaces_malformed", BAD_REQUEST, "The Replaces header is malformed",
        "Send the receipt of the response that was withdrawn, once, as it was sent with that response.";
    ReplacesUnknown, "replaces_unknown", FORBIDDEN, "No withdrawn response has the receipt in Replaces",
        "Withdraw the response with its receipt first (`DELETE …/responses/own`). Then send the new one with the old receipt in `Replaces`.";
    ReplacesUsed, "replaces_used", CONFLICT, "The withdrawn response was replaced before",
        "Each withdrawn response lets in one other. If this response was sent before, send it with the receipt of the first time. To replace that one, withdraw it and name its receipt.";
    ResponseUnknown, "response_unknown", NOT_FOUND, "There is no response with this receipt",
        "Check that the receipt and the campaign are those of the response. The response may never have arrived: send it again.";
    WithdrawalEnded, "withdrawal_ended", CONFLICT, "Responses of this campaign can no longer be withdrawn",
        "Nothing can be done: the campaign's privacy statement said until when a response could be withdrawn.";
    AccessChanged, "access_changed", CONFLICT, "The campaign's access rule has just changed; read it again",
        "Read the campaign again, and send the response as its `access` asks for.";
    SettingsPromised, "settings_promised", CONFLICT, "People have answered under these settings, which were promised to them",
        "Leave the settings that `errors` names as they are, or change them in favour of those who have answered. Another campaign can have others.";
    AnswersInvalid, "answers_invalid", UNPROCESSABLE_ENTITY, "Some answers do not fit the form",
        "Show the person each question that `errors` names. `pointer` has the key of the question, `code` says what is wrong.";

    // Invitations and passes.
    ProofOfWorkNeeded, "proof_of_work_needed", FORBIDDEN, "This campaign takes a response only with a proof of work",
        "Find a proof for this campaign and this receipt with as many leading zero bits as the campaign's `proof_of_work` says, and send it as the header `Proof-Of-Work`. The documentation for clients has the sum and examples.";
    InvitationMissing, "invitation_missing", FORBIDDEN, "This campaign takes responses by invitation only",
        "Ask the person for the invitation, and send it as the header `Invitation`.";
    InvitationMalformed, "invitation_malformed", BAD_REQUEST, "The invitation is mistyped",
        "Ask the person to compare the invitation with the letter. It is 16 letters and digits.";
    InvitationUnknown, "invitation_unknown", FORBIDDEN, "There is no such invitation to this campaign, or it was revoked",
        "Ask the person to compare the invitation with the letter. If it is the same, ask the clinic for another one.";
    InvitationUsed, "invitation_used", CONFLICT, "This invitation was used before",
        "Each invitation lets one response in. Ask the clinic for another one if it was not this person who used it. If it was used for a response that was withdrawn since, send the new one with the old receipt as `Replaces` instead of an invitation.";
    InvitationMisplaced, "invitation_misplaced", BAD_REQUEST, "A response with a pass takes no Invitation header",
        "Send the pass only. The invitation was used to get the pass, and would identify the response.";
    BatchUnknown, "batch_unknown", NOT_FOUND, "The campaign has no such batch of invitations",
        "List the batches with `GET /v1/campaigns/{campaign}/invitations`.";
    AccessWithoutInvitations, "access_without_invitations", CONFLICT, "Anybody may answer in this campaign, so it has no invitations",
        "Anybody may answer without an invitation. Set the campaign's `access` to `code` or `pass` to need one.";
    TooManyPassCampaigns, "too_many_pass_campaigns", CONFLICT, "Too many campaigns with passes are open or to come; close one first",
        "Close a campaign with access `pass`, or create the campaign later.";
    AccessWithoutPasses, "access_without_passes", CONFLICT, "This campaign has no passes",
        "Read the campaign's `access`: `open` needs nothing, `code` needs the header `Invitation`.";
    PassRequestMalformed, "pass_request_malformed", UNPROCESSABLE_ENTITY, "The request for a pass cannot be read",
        "Make the request with a Privacy Pass library, of token type 0x0002 and with the `token_key` of this campaign.";
    PassMissing, "pass_missing", UNAUTHORIZED, "This campaign takes responses with a pass",
        "Get a pass for the invitation first. `WWW-Authenticate` and the campaign's `pass` say how.";
    PassInvalid, "pass_invalid", UNAUTHORIZED, "The pass is not one of this campaign",
        "Get a pass of this campaign. A pass of another campaign, or one that was altered, does not count.";
    PassSpent, "pass_spent", CONFLICT, "This pass was spent before",
        "Each pass lets one response in. If this response was sent before, send it with the receipt of the first time. If it was withdrawn, send the new one with the old receipt as `Replaces` instead of a pass.";

    // Remarks and exports.
    RemarkUnknown, "remark_unknown", NOT_FOUND, "There is no such remark",
        "List the remarks with `GET /v1/remarks`. A remark disappears when its response is withdrawn.";
    TooFewRecords, "too_few_records", CONFLICT, "There are too few responses to export any of them safely",
        "Wait for more responses, or export campaigns with a smaller `k`. Fewer than `k` responses cannot be published safely.";
    FiguresHeld, "figures_held", CONFLICT, "This table waits until the figures follow a withdrawal",
        "Ask again after the day that `detail` names, or leave out the campaigns that it names. Tables that are broken down by at most one background question, by campaign and by version can be asked for meanwhile.";
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
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeadTooLarge,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }

    /// Whether a problem with this code names wrong fields in `errors`.
    pub const fn names_fields(self) -> bool {
        matches!(
            self,
            Self::BodyInvalid
                | Self::AnswersInvalid
                | Self::DraftInvalid
                | Self::RecodingNeedsConsent
                | Self::SettingsPromised
        )
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
