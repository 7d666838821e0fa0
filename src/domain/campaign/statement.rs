//! The privacy statement of a campaign: what is stored and what is not, generated from its settings.
//!
//! Every sentence has a code for programs and words for people, in English and Korean.

use chrono::{DateTime, Utc};
use strum::IntoStaticStr;

use super::access::Access;
use super::privacy_settings::PrivacySettings;
use crate::domain::form::Text;
use crate::domain::statistics::MAX_DAYS_HELD;

/// The parts of a response in the database.
pub const STORED: [&str; 6] = [
    "id",
    "campaign",
    "form_version",
    "language",
    "week",
    "answers",
];

/// The parts of a remark, a free-text answer, in the database.
pub const STORED_APART: [&str; 5] = ["id", "campaign", "question", "language", "text"];

/// Data that are stored nowhere, neither in the database nor in a log.
const NOT_STORED: [&str; 6] = [
    "receipt",
    "time_of_day",
    "network_address",
    "user_agent",
    "account",
    "invitation_of_a_response",
];

/// Data that are also not stored when responses are released in batches. Without batches, the position of a row reveals
/// them.
const HIDDEN_IN_BATCHES: [&str; 2] = ["order_of_arrival", "response_of_a_remark"];

/// Who could link a response to its invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Linkable {
    /// The campaign has no invitations.
    NoInvitations,
    /// A server that was modified to record requests. The stored data alone do not link them.
    ServerThatRecords,
    /// Nobody. Not even a server that records everything can link the two requests by their content.
    Nobody,
}

impl Linkable {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A sentence of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The stable word.
    pub code: &'static str,
    /// The sentence, in English and Korean.
    pub text: Text,
}

impl PrivacySettings {
    /// Who could link a response to its invitation.
    pub const fn linkable_by(&self) -> Linkable {
        match self.access {
            Access::Open => Linkable::NoInvitations,
            Access::Code => Linkable::ServerThatRecords,
            Access::Pass => Linkable::Nobody,
        }
    }

    /// Data that are stored nowhere.
    pub fn not_stored(&self) -> Vec<&'static str> {
        let together = self.release_size > 1;
        let hidden = HIDDEN_IN_BATCHES.into_iter().filter(|_| together);
        NOT_STORED.into_iter().chain(hidden).collect()
    }

    /// Until when a response can be withdrawn; at most until it is deleted.
    pub fn withdrawal_until(&self) -> DateTime<Utc> {
        let freezes_at = self.freezes_at.unwrap_or(self.retained_until);
        freezes_at.min(self.retained_until)
    }

    /// The sentences of the statement, in reading order.
    pub fn sentences(&self) -> Vec<Sentence> {
        let retained_until = self.retained_until.date_naive();
        let mut sentences = vec![
            sentence(
                "stored",
                "We store your answers, the campaign, the form, the language and the week.",
                "저장하는 것은 응답 내용, 캠페인, 설문 양식, 언어, 그리고 응답한 주입니다.",
            ),
            sentence(
                "not_stored",
                "We do not store your name, your address on the network, your device, an account or the time of day.",
                "이름, 네트워크 주소, 기기, 계정, 응답 시각은 저장하지 않습니다.",
            ),
            self.access_sentence(),
            self.release_sentence(),
            sentence(
                "remarks_apart",
                "What you write in your own words is stored apart from your other answers. Numbers and addresses that \
                 point to a person are taken out, and somebody reads it before anything of it is passed on.",
                "직접 쓰신 글은 다른 응답과 따로 저장합니다. 사람을 알아볼 수 있는 번호와 주소는 지우고, \
                 전달하기 전에 담당자가 읽고 확인합니다.",
            ),
            self.remarks_sentence(),
            self.masked_sentence(),
        ];
        sentences.extend(self.left_out_sentence());
        sentences.extend([
            self.withdrawal_sentence(),
            self.insights_sentence(),
            figures_sentence(),
            sentence(
                "correction",
                "While your response waits to be passed on you can correct it with the receipt. Later, as long as you \
                 can withdraw it, you can withdraw it and send another one. What we store does not tell that the two \
                 belong together.",
                "응답이 전달되기를 기다리는 동안에는 접수증으로 응답을 고칠 수 있습니다. 그 뒤에도 철회할 수 있는 \
                 동안에는 철회하고 새 응답을 보낼 수 있습니다. 저장된 내용으로는 두 응답이 이어져 있다는 것을 \
                 알 수 없습니다.",
            ),
            sentence(
                "retention",
                &format!("All responses are deleted on {retained_until}."),
                &format!("모든 응답은 {retained_until}에 삭제합니다."),
            ),
        ]);
        sentences
    }

    fn masked_sentence(&self) -> Sentence {
        let k = self.k;
        if !self.is_masked() {
            return sentence(
                "not_masked",
                "Whoever gets an export of the responses sees each response by itself, with all that it says of a person. \
                 Somebody who knows you could recognise yours. So an export is only given to people who have signed an \
                 agreement on how they protect it.",
                "내보낸 응답을 받는 사람은 응답을 한 건씩, 개인을 설명하는 항목까지 그대로 봅니다. 나를 아는 사람은 어느 것이 \
                 내 응답인지 알아볼 수도 있습니다. 그래서 내보낸 응답은 자료를 어떻게 보호할지 약정서에 서명한 사람에게만 \
                 제공합니다.",
            );
        }
        sentence(
            "masked",
            &format!(
                "Whoever gets an export of the responses sees what describes a person only where at least {k} people \
                 say the same."
            ),
            &format!(
                "내보낸 응답을 받는 사람은 적어도 {k}명이 같은 답을 한 경우에만 개인을 설명하는 항목을 볼 수 있습니다."
            ),
        )
    }

    fn left_out_sentence(&self) -> Option<Sentence> {
        if self.left_out.0.is_empty() {
            return None;
        }
        let quoted = |language| {
            let words = self.left_out.words(language).into_iter();
            let words: Vec<String> = words.map(|it| format!("“{it}”")).collect();
            words.join(", ")
        };
        Some(sentence(
            "left_out",
            &format!(
                "Your answers to these questions are in no such file, nor is anything that would tell them: {}. They \
                 are only counted in figures about groups of people.",
                quoted("en")
            ),
            &format!(
                "다음 질문에 대한 답과 그 답을 알려 줄 수 있는 내용은 그런 파일에 담지 않습니다: {}. 이 답은 집단에 \
                 대한 통계에만 쓰입니다.",
                quoted("ko")
            ),
        ))
    }

    fn access_sentence(&self) -> Sentence {
        match self.access {
            Access::Open => sentence(
                "access_open",
                "Anybody may answer. No invitation and no account is needed.",
                "누구나 응답할 수 있습니다. 초대 코드나 계정이 필요하지 않습니다.",
            ),
            Access::Code => sentence(
                "access_code",
                "An invitation is sent along with the response. Which one it was is not stored, but whoever runs this \
                 server could record it.",
                "응답과 함께 초대 코드를 보냅니다. 어떤 초대 코드였는지는 저장하지 않지만, 서버를 운영하는 \
                 사람이 기록할 수도 있습니다.",
            ),
            Access::Pass => sentence(
                "access_pass",
                "The invitation is exchanged beforehand for a pass that is signed blindly. The response comes with \
                 the pass, from which not even this server can tell the invitation.",
                "초대 코드는 먼저 내용을 보지 않고 서명한 통행증으로 바꿉니다. 응답은 통행증과 함께 보내며, \
                 이 서버도 통행증에서 초대 코드를 알아낼 수 없습니다.",
            ),
        }
    }

    fn release_sentence(&self) -> Sentence {
        let (size, days) = (self.release_size, self.grace_days);
        if size > 1 && days > 0 {
            sentence(
                "released_together",
                &format!(
                    "Responses wait until there are {size}, and are then passed on together, in mixed order. What \
                     still waits {days} days after the end of the campaign, when the last late ones are in, is passed \
                     on as it is."
                ),
                &format!(
                    "응답은 {size}건이 모일 때까지 기다렸다가 순서를 섞어 함께 분석 담당자에게 전달합니다. \
                     캠페인이 끝난 뒤 늦게 도착하는 응답을 {days}일 동안 더 받으며, 그때까지 기다리던 응답은 \
                     그대로 전달합니다."
                ),
            )
        } else if size > 1 {
            sentence(
                "released_together",
                &format!(
                    "Responses wait until there are {size}, and are then passed on together, in mixed order. What \
                     still waits when the campaign ends is passed on as it is."
                ),
                &format!(
                    "응답은 {size}건이 모일 때까지 기다렸다가 순서를 섞어 함께 분석 담당자에게 전달합니다. \
                     캠페인이 끝날 때 기다리던 응답은 그때 그대로 전달합니다."
                ),
            )
        } else {
            sentence(
                "released_at_once",
                "Each response is passed on at once: the order in which responses came is not hidden.",
                "응답은 한 건씩 바로 전달합니다. 따라서 응답이 도착한 순서가 숨겨지지 않습니다.",
            )
        }
    }

    fn remarks_sentence(&self) -> Sentence {
        match self.remarks_together() {
            ..=1 => sentence(
                "remarks_at_once",
                "It is passed on to that person at once, like your other answers.",
                "직접 쓰신 글도 다른 응답과 마찬가지로 바로 담당자에게 전달합니다.",
            ),
            together => sentence(
                "remarks_together",
                &format!(
                    "It is passed on to that person later than your other answers, together with what at least \
                     {together} people wrote to the same question, or when the campaign is over."
                ),
                &format!(
                    "직접 쓰신 글은 같은 질문에 적어도 {together}명이 쓴 글이 모이거나 캠페인이 끝났을 때, 다른 \
                     응답보다 늦게 함께 담당자에게 전달합니다."
                ),
            ),
        }
    }

    fn insights_sentence(&self) -> Sentence {
        match self.insights_from {
            None => sentence(
                "insights_after_the_end",
                "After the end of the campaign everybody can see figures about groups of people. They are inexact on \
                 purpose, and tell nothing about small groups.",
                "캠페인이 끝나면 누구나 집단에 대한 통계를 볼 수 있습니다. 통계에는 일부러 작은 오차를 넣으며, 작은 \
                 집단에 대해서는 아무것도 알려 주지 않습니다.",
            ),
            Some(size) => sentence(
                "insights_from",
                &format!(
                    "From about {size} responses on, everybody can see figures about groups of people. They are \
                     inexact on purpose, and tell nothing about small groups."
                ),
                &format!(
                    "응답이 약 {size}건 모이면 누구나 집단에 대한 통계를 볼 수 있습니다. 통계에는 일부러 작은 오차를 \
                     넣으며, 작은 집단에 대해서는 아무것도 알려 주지 않습니다."
                ),
            ),
        }
    }

    fn withdrawal_sentence(&self) -> Sentence {
        match self.freezes_at {
            _ if self.withdrawal_until() == self.retained_until => sentence(
                "withdrawal_any_time",
                "With the receipt that stays in your app you can read your response or withdraw it as long as it is kept.",
                "앱에 남는 접수증이 있으면 응답이 보관되는 동안 언제든지 응답을 다시 보거나 철회할 수 있습니다.",
            ),
            _ => {
                let until = self.withdrawal_until().format("%Y-%m-%d %H:%M UTC");
                sentence(
                    "withdrawal_until",
                    &format!(
                        "With the receipt that stays in your app you can withdraw your response until {until}, and \
                         not after that."
                    ),
                    &format!(
                        "앱에 남는 접수증이 있으면 {until}까지 응답을 철회할 수 있으며, 그 뒤에는 철회할 수 없습니다."
                    ),
                )
            }
        }
    }
}

/// What becomes of figures when a response is withdrawn.
fn figures_sentence() -> Sentence {
    sentence(
        "figures_follow",
        &format!(
            "What you withdraw is deleted at once. Figures that hold it follow together with other changes, and after \
             {MAX_DAYS_HELD} days even where there are none."
        ),
        &format!(
            "철회한 응답은 바로 삭제합니다. 그 응답이 들어 있던 통계는 다른 변화와 함께 바뀌며, 다른 변화가 \
             없어도 {MAX_DAYS_HELD}일 뒤에는 바뀝니다."
        ),
    )
}

fn sentence(code: &'static str, english: &str, korean: &str) -> Sentence {
    let text = text(english, korean);
    Sentence { code, text }
}

fn text(english: &str, korean: &str) -> Text {
    let text = [("en", english), ("ko", korean)];
    Text(
        text.map(|(tag, words)| (tag.to_owned(), words.to_owned()))
            .into(),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::campaign::masking::{LeftOut, MaskingWeights};

    fn codes(settings: &PrivacySettings) -> Vec<&'static str> {
        let sentences = settings.sentences();
        sentences.iter().map(|sentence| sentence.code).collect()
    }

    #[test]
    fn every_setting_shows_in_the_statement() {
        let open = PrivacySettings {
            access: Access::Open,
            release_size: 1,
            k: 7,
            freezes_at: None,
            retained_until: DateTime::from_timestamp(1_900_000_000, 0).unwrap(),
            grace_days: 0,
            insights_from: None,
            left_out: LeftOut::default(),
            masking_weights: MaskingWeights::default(),
        };
        let sealed = PrivacySettings {
            access: Access::Pass,
            release_size: 25,
            freezes_at: DateTime::from_timestamp(1_800_000_000, 0),
            grace_days: 14,
            insights_from: Some(300),
            left_out: LeftOut(BTreeMap::from([
                (
                    "sex".to_owned(),
                    text("What is your sex?", "성별은 무엇입니까?"),
                ),
                ("region".to_owned(), Text::default()),
            ])),
            ..open.clone()
        };
        let code = PrivacySettings {
            access: Access::Code,
            ..open.clone()
        };
        let unmasked = PrivacySettings {
            k: 1,
            ..open.clone()
        };
        let said = unmasked.sentences();
        assert!(!codes(&unmasked).contains(&"masked"));
        let said = said.iter().find(|it| it.code == "not_masked").unwrap();
        for (tag, words) in [
            ("en", ["could recognise yours", "signed an agreement"]),
            ("ko", ["알아볼 수도 있습니다", "약정서에 서명한"]),
        ] {
            let said = said.text.get(tag).unwrap();
            assert!(words.iter().all(|it| said.contains(it)), "{said}");
        }
        assert!(codes(&sealed).contains(&"left_out"));
        for (tag, words) in [
            ("en", "tell them: “region”, “What is your sex?”."),
            ("ko", "않습니다: “region”, “성별은 무엇입니까?”."),
        ] {
            let sentences = sealed.sentences();
            let left_out = sentences.iter().find(|it| it.code == "left_out").unwrap();
            let said = left_out.text.get(tag).unwrap();
            assert!(said.contains(words), "{said}");
        }
        assert_eq!(
            codes(&open),
            [
                "stored",
                "not_stored",
                "access_open",
                "released_at_once",
                "remarks_apart",
                "remarks_at_once",
                "masked",
                "withdrawal_any_time",
                "insights_after_the_end",
                "figures_follow",
                "correction",
                "retention",
            ]
        );
        assert!(codes(&code).contains(&"access_code"));
        for tag in ["en", "ko"] {
            let words: Vec<_> = sealed
                .sentences()
                .iter()
                .map(|sentence| sentence.text.get(tag).unwrap().to_owned())
                .collect();
            let words = words.join("\n");
            for setting in [
                "25",
                "75",
                "300",
                "14",
                "7",
                "2027-01-15 08:00 UTC",
                "2030-03-17",
            ] {
                assert!(words.contains(setting), "{setting}: {words}");
            }
        }
        assert_eq!(
            [open, code, sealed].map(|settings| settings.linkable_by().as_str()),
            ["no_invitations", "server_that_records", "nobody"]
        );
    }
}
