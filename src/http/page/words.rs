//! The words of the page itself, which are not the form's: in Korean and English. Other languages get English, marked as
//! such, so that a screen reader reads it as English.

use serde::Serialize;

/// The words in one language.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the words say themselves what they are for")]
pub struct Words {
    pub tag: &'static str,
    pub front_title: &'static str,
    pub front_text: &'static str,
    pub front_open: &'static str,
    pub front_none: &'static str,
    pub developers: &'static str,
    pub language: &'static str,
    pub closes: &'static str,
    pub ended: &'static str,
    pub upcoming: &'static str,
    pub rehearsal: &'static str,
    pub privacy: &'static str,
    pub without_script: &'static str,
    pub needs_script_pass: &'static str,
    pub needs_script_work: &'static str,
    pub key: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub begin: &'static str,
    pub have_receipt: &'static str,
    pub part: &'static str,
    pub of: &'static str,
    pub required: &'static str,
    pub decline: &'static str,
    pub several: &'static str,
    pub at_most_characters: &'static str,
    pub no_place: &'static str,
    pub read_it: &'static str,
    pub or_more: &'static str,
    pub more: &'static str,
    pub next: &'static str,
    pub back: &'static str,
    pub faults_one: &'static str,
    pub faults_many: &'static str,
    pub check_title: &'static str,
    pub check_text: &'static str,
    pub change: &'static str,
    pub send: &'static str,
    pub send_correction: &'static str,
    pub blank: &'static str,
    pub declined: &'static str,
    pub sent_title: &'static str,
    pub corrected_title: &'static str,
    pub sent_text: &'static str,
    pub test_text: &'static str,
    pub summary: &'static str,
    pub no_score: &'static str,
    pub receipt: &'static str,
    pub receipt_text: &'static str,
    pub receipt_made: &'static str,
    pub receipt_save: &'static str,
    pub receipt_title: &'static str,
    pub receipt_ask: &'static str,
    pub read: &'static str,
    pub own_title: &'static str,
    pub correct: &'static str,
    pub withdraw: &'static str,
    pub withdraw_title: &'static str,
    pub withdraw_text: &'static str,
    pub withdraw_yes: &'static str,
    pub withdraw_no: &'static str,
    pub withdrawn_title: &'static str,
    pub withdrawn_text: &'static str,
    pub again: &'static str,
    pub again_text: &'static str,
    pub to_start: &'static str,
    pub fault: &'static str,
    pub with_script: &'static str,
    pub shared: &'static str,
    pub receipt_own: &'static str,
    pub receipt_short: &'static str,
    pub waits_title: &'static str,
    pub waits_text: &'static str,
    pub forget: &'static str,
    pub network: &'static str,
    pub released: &'static str,
    pub receipt_where: &'static str,
    pub elsewhere_title: &'static str,
    pub elsewhere_text: &'static str,
    pub elsewhere_take: &'static str,
    pub unkept: &'static str,
    pub resumed: &'static str,
    pub start_over: &'static str,
    pub done_text: &'static str,
    pub kept_draft: &'static str,
    pub kept_queued: &'static str,
    pub kept_sent: &'static str,
    pub kept_refused: &'static str,
    pub kept_open: &'static str,
    pub kept_receipt: &'static str,
    pub kept_why: &'static str,
    pub kept_retry: &'static str,
}

impl Words {
    /// The words for a reader of this language.
    pub fn of(tag: &str) -> &'static Self {
        match tag.split('-').next() {
            Some("ko") => &KOREAN,
            _ => &ENGLISH,
        }
    }

    /// A language in its own words.
    pub fn endonym(&self, tag: &str) -> String {
        let found = ENDONYMS.iter().find(|(known, _)| *known == tag);
        let primary = tag.split('-').next();
        let near = || ENDONYMS.iter().find(|(known, _)| Some(*known) == primary);
        found.or_else(near).map_or(tag, |(_, name)| name).to_owned()
    }

    /// What an element with such words needs where the page is in another language.
    pub fn mark(&self, page: &str) -> &'static str {
        match page.split('-').next() == Some(self.tag) {
            true => "",
            false => " lang=\"en\" dir=\"ltr\"",
        }
    }
}

/// The direction in which a language is written.
pub fn direction(tag: &str) -> &'static str {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let script = parts.find(|part| part.len() == 4);
    let rtl = match script {
        Some(script) => ["Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"].contains(&script),
        None => [
            "ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi",
        ]
        .contains(&primary),
    };
    if rtl { "rtl" } else { "ltr" }
}

/// Languages in their own words. One that is not here is named by its tag.
const ENDONYMS: [(&str, &str); 27] = [
    ("ar", "العربية"),
    ("bn", "বাংলা"),
    ("de", "Deutsch"),
    ("en", "English"),
    ("es", "Español"),
    ("fa", "فارسی"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("id", "Bahasa Indonesia"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("km", "ខ្មែរ"),
    ("ko", "한국어"),
    ("mn", "Монгол"),
    ("my", "မြန်မာ"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("pt", "Português"),
    ("ru", "Русский"),
    ("th", "ไทย"),
    ("tl", "Tagalog"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("zh", "中文"),
];

const ENGLISH: Words = Words {
    tag: "en",
    front_title: "Surveys about daily life",
    front_text: "Choose the survey that you were invited to. No account is needed.",
    front_open: "Open now",
    front_none: "No survey is open now.",
    developers: "For developers",
    language: "Language",
    closes: "Open until",
    ended: "This survey is over. Whoever answered can still read their answers with the receipt.",
    upcoming: "This survey has not opened yet. It opens on",
    rehearsal: "This is a rehearsal: answers are deleted when the survey opens.",
    privacy: "What happens with your answers",
    without_script: "Scripts are off in this browser, so it works like this: your answers so far travel with each page, \
        and this server stores nothing before you send them. The receipt, with which you can read and withdraw \
        your answers later, is made by the server, shown once and not stored.",
    needs_script_pass: "This survey promises that not even this server can tell whose invitation an answer came with. \
        Your browser has to work that out itself, and scripts are off in it, or it is too old. Turn scripts on, open the page on \
        another phone or computer, or ask those who invited you for another way to answer.",
    needs_script_work: "Against junk, this survey asks each device for a small computation, and scripts are off in this browser. \
        Turn scripts on, open the page on another phone or computer, or ask those who invited you for another way to answer.",
    key: "The key that signs the passes is the one on your card",
    code: "Your invitation",
    code_hint: "The 16 letters and digits on your card. Capital and small letters are the same; dashes do not matter.",
    begin: "Begin",
    have_receipt: "I have answered: read, correct or withdraw my answers",
    part: "Part",
    of: "of",
    required: "needs an answer",
    decline: "I would rather not say",
    several: "You can choose several.",
    at_most_characters: "characters at most",
    no_place: "not chosen",
    read_it: "I have read this",
    or_more: "or more",
    more: "Your answers lead to a few more questions here.",
    next: "Continue",
    back: "Back",
    faults_one: "One answer needs another look",
    faults_many: "answers need another look",
    check_title: "Check your answers",
    check_text: "Nothing is sent yet. You can change everything.",
    change: "Change",
    send: "Send my answers",
    send_correction: "Send the corrected answers",
    blank: "no answer",
    declined: "rather not say",
    sent_title: "Thank you. Your answers have arrived.",
    corrected_title: "Your corrected answers have arrived.",
    sent_text: "Reloading this page does not send them twice.",
    test_text: "This was a test: it is deleted when the survey opens.",
    summary: "Summary",
    no_score: "too few answers",
    receipt: "Your receipt",
    receipt_text: "Keep it: photograph the square, copy the characters, print this page or save the file. With it, and only with it, you can read, \
        correct or withdraw your answers. Nobody can give you another one.",
    receipt_made: "The server made this receipt, since scripts are off, and has not stored it.",
    receipt_save: "Save as a file",
    receipt_title: "Your answers",
    receipt_ask: "Type in your receipt, as it was shown after sending.",
    read: "Show my answers",
    own_title: "What is stored",
    correct: "Correct",
    withdraw: "Withdraw",
    withdraw_title: "Withdraw your answers?",
    withdraw_text: "They are deleted, with everything that you wrote. This cannot be undone.",
    withdraw_yes: "Yes, delete my answers",
    withdraw_no: "No, keep them",
    withdrawn_title: "Your answers are deleted.",
    withdrawn_text: "Nothing of them is left here.",
    again: "Answer once more",
    again_text: "You can answer once more without another invitation. What we store does not tell that the two belong together.",
    to_start: "To the beginning",
    fault: "That did not work",
    with_script: "Your answers stay on this device, encrypted, until you send them. The key stays with this tab. Closing the tab deletes it, \
        unless the browser opens its tabs again by itself.",
    shared: "Others use this device as well: keep nothing on it",
    receipt_own: "This device made the receipt. The server has not stored it.",
    receipt_short: "keep it, to read, correct or withdraw your answers later.",
    waits_title: "Your answers wait for a connection.",
    waits_text: "They are sent by themselves as soon as there is one. Keep this tab open until then.",
    forget: "I am done: remove everything from this tab",
    network: "There is no connection at the moment. Nothing is lost: please try again in a little while.",
    released: "They were passed on to those who evaluate the survey, so they cannot be corrected any more.",
    receipt_where: "To read your answers again, open this page and type in the receipt:",
    elsewhere_title: "This survey goes on in another tab.",
    elsewhere_text: "Go on there. What was filled in here since then is not sent. If you would rather go on here, you get the answers as they are there.",
    elsewhere_take: "Go on here",
    unkept: "This browser keeps nothing for this page, so your answers are on the screen only. Leave this tab open until you have sent them.",
    resumed: "You are back where you stopped. If these answers are not yours, delete them and start over.",
    start_over: "Delete these answers and start over",
    done_text: "Your answers are no longer on this device; this tab still has the receipt. What you saved or printed and the history of the browser \
        are yours to remove.",
    kept_draft: "A survey was begun in this tab and not sent yet.",
    kept_queued: "Answers wait in this tab for a connection. They are sent by themselves as soon as there is one.",
    kept_sent: "The answers that waited in this tab have arrived.",
    kept_refused: "Answers from this tab could not be delivered.",
    kept_open: "Go on",
    kept_receipt: "Show the receipt",
    kept_why: "See why, and what can be done",
    kept_retry: "Try again",
};

const KOREAN: Words = Words {
    tag: "ko",
    front_title: "일상생활 설문",
    front_text: "초대받으신 설문을 골라 주세요. 회원 가입은 필요하지 않습니다.",
    front_open: "진행 중인 설문",
    front_none: "지금 진행 중인 설문이 없습니다.",
    developers: "개발자용",
    language: "언어",
    closes: "마감",
    ended: "이 설문은 끝났습니다. 이미 응답하신 분은 접수증으로 자신의 응답을 다시 볼 수 있습니다.",
    upcoming: "이 설문은 아직 시작되지 않았습니다. 시작일:",
    rehearsal: "지금은 연습 기간입니다. 응답은 설문이 시작되면 삭제됩니다.",
    privacy: "응답은 이렇게 다룹니다",
    without_script: "이 브라우저에서는 스크립트가 꺼져 있어 다음과 같이 진행합니다. 지금까지의 답은 화면을 넘길 때마다 함께 오가며, \
        보내기 전에는 서버에 아무것도 저장하지 않습니다. 나중에 응답을 다시 보거나 철회할 때 쓰는 접수증은 \
        서버가 만들어 한 번만 보여 드리고 저장하지 않습니다.",
    needs_script_pass: "이 설문은 어떤 초대 코드로 들어온 응답인지 이 서버조차 알 수 없게 하겠다고 약속합니다. \
        그러려면 브라우저가 직접 계산을 해야 하는데, 스크립트가 꺼져 있거나 브라우저가 오래되었습니다. 스크립트를 켜거나, \
        다른 휴대전화나 컴퓨터에서 열거나, 초대한 기관에 다른 방법을 문의해 주세요.",
    needs_script_work: "이 설문은 무분별한 응답을 막기 위해 기기에서 간단한 계산을 하게 하는데, 이 브라우저에서는 스크립트가 꺼져 있습니다. \
        스크립트를 켜거나, 다른 휴대전화나 컴퓨터에서 열거나, 초대한 기관에 다른 방법을 문의해 주세요.",
    key: "통행증에 서명하는 열쇠의 지문이 카드와 같은지 확인해 주세요",
    code: "초대 코드",
    code_hint: "카드에 적힌 글자와 숫자 16자리입니다. 대문자와 소문자는 구별하지 않으며, 줄표는 없어도 됩니다.",
    begin: "시작하기",
    have_receipt: "이미 응답했습니다: 내 응답 보기, 고치기, 철회하기",
    part: "단계",
    of: "/",
    required: "답이 필요합니다",
    decline: "답하고 싶지 않습니다",
    several: "여러 개를 고를 수 있습니다.",
    at_most_characters: "자까지",
    no_place: "고르지 않음",
    read_it: "읽었습니다",
    or_more: "이상",
    more: "고르신 답에 따라 질문이 더 있습니다.",
    next: "계속",
    back: "이전",
    faults_one: "다시 보실 답이 하나 있습니다",
    faults_many: "개의 답을 다시 봐 주세요",
    check_title: "답을 확인해 주세요",
    check_text: "아직 보내지 않았습니다. 모두 고칠 수 있습니다.",
    change: "고치기",
    send: "응답 보내기",
    send_correction: "고친 응답 보내기",
    blank: "답 없음",
    declined: "답하고 싶지 않음",
    sent_title: "감사합니다. 응답이 잘 도착했습니다.",
    corrected_title: "고친 응답이 잘 도착했습니다.",
    sent_text: "이 화면을 새로 고쳐도 두 번 보내지지 않습니다.",
    test_text: "연습 응답입니다. 설문이 시작되면 삭제됩니다.",
    summary: "요약",
    no_score: "답이 적어 계산하지 않음",
    receipt: "접수증",
    receipt_text: "꼭 보관해 주세요. QR 코드를 사진으로 찍거나, 글자를 옮겨 적거나, 이 화면을 인쇄하거나, 파일로 저장하시면 됩니다. \
        이 접수증이 있어야만 응답을 다시 보거나 고치거나 철회할 수 있으며, 다시 발급받을 수 없습니다.",
    receipt_made: "스크립트가 꺼져 있어 서버가 이 접수증을 만들었으며, 저장하지 않았습니다.",
    receipt_save: "파일로 저장",
    receipt_title: "내 응답",
    receipt_ask: "응답을 보낸 뒤에 나온 접수증을 입력해 주세요.",
    read: "내 응답 보기",
    own_title: "저장된 내용",
    correct: "고치기",
    withdraw: "철회하기",
    withdraw_title: "응답을 철회하시겠습니까?",
    withdraw_text: "응답과 쓰신 글이 모두 삭제됩니다. 되돌릴 수 없습니다.",
    withdraw_yes: "네, 삭제합니다",
    withdraw_no: "아니요, 그대로 둡니다",
    withdrawn_title: "응답을 삭제했습니다.",
    withdrawn_text: "이곳에 남은 내용이 없습니다.",
    again: "다시 응답하기",
    again_text: "새 초대 코드 없이 한 번 더 응답할 수 있습니다. 저장된 내용으로는 두 응답이 이어져 있다는 것을 알 수 없습니다.",
    to_start: "처음으로",
    fault: "처리하지 못했습니다",
    with_script: "답은 보내실 때까지 암호화되어 이 기기에만 있습니다. 암호를 푸는 열쇠는 이 탭과 함께 있고 탭을 닫으면 없어지지만, \
        브라우저가 닫은 탭을 다시 열어 주면 열쇠도 돌아옵니다.",
    shared: "다른 사람과 함께 쓰는 기기입니다: 이 기기에 아무것도 남기지 않기",
    receipt_own: "접수증은 이 기기가 만들었으며, 서버는 저장하지 않았습니다.",
    receipt_short: "나중에 응답을 다시 보거나 고치거나 철회할 때 필요하니 보관해 주세요.",
    waits_title: "응답이 연결을 기다리고 있습니다.",
    waits_text: "인터넷에 연결되면 저절로 보냅니다. 그때까지 이 탭을 닫지 말아 주세요.",
    forget: "다 마쳤습니다: 이 탭에서 모두 지우기",
    network: "지금은 인터넷에 연결되어 있지 않습니다. 답은 그대로 있으니 잠시 뒤에 다시 눌러 주세요.",
    released: "응답이 이미 분석하는 곳으로 전달되어 고칠 수 없습니다.",
    receipt_where: "응답을 다시 보려면 이 주소를 열고 접수증을 입력해 주세요:",
    elsewhere_title: "이 설문은 다른 탭에서 이어지고 있습니다.",
    elsewhere_text: "그 탭에서 계속해 주세요. 그 뒤에 이 탭에서 적은 내용은 보내지 않습니다. 이 탭에서 계속하시면 그 탭에 적힌 답을 불러옵니다.",
    elsewhere_take: "이 탭에서 계속하기",
    unkept: "이 브라우저에서는 답을 저장할 수 없어 답이 화면에만 있습니다. 보내실 때까지 이 탭을 닫지 말아 주세요.",
    resumed: "멈추신 곳에서 이어집니다. 본인의 답이 아니라면 지우고 처음부터 시작해 주세요.",
    start_over: "이 답을 지우고 처음부터 시작하기",
    done_text: "답은 이 기기에서 지웠고, 접수증은 아직 이 탭에 있습니다. 저장하거나 인쇄한 것과 브라우저의 방문 기록은 직접 지워 주세요.",
    kept_draft: "이 탭에서 시작하고 아직 보내지 않은 설문이 있습니다.",
    kept_queued: "이 탭의 응답이 연결을 기다리고 있습니다. 인터넷에 연결되면 저절로 보냅니다.",
    kept_sent: "기다리던 응답이 잘 도착했습니다.",
    kept_refused: "이 탭의 응답을 보내지 못했습니다.",
    kept_open: "계속하기",
    kept_receipt: "접수증 보기",
    kept_why: "이유와 해결 방법 보기",
    kept_retry: "다시 시도하기",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_get_their_words_and_direction() {
        assert_eq!(Words::of("ko-KR").tag, "ko");
        assert_eq!(Words::of("ar").tag, "en");
        assert_eq!(Words::of("ar").mark("ar"), " lang=\"en\" dir=\"ltr\"");
        assert_eq!(Words::of("en-GB").mark("en-GB"), "");
        assert_eq!(Words::of("ko").endonym("pt-BR"), "Português");
        for (tag, expected) in [
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("ur-Latn", "ltr"),
            ("pa-Arab", "rtl"),
            ("ko", "ltr"),
            ("az-Arab-IR", "rtl"),
        ] {
            assert_eq!(direction(tag), expected, "{tag}");
        }
    }
}
