//! The words around a number, which distinguish a record number from a platelet count.
//!
//! Word boundaries are ASCII ones, because Korean endings follow an English word without a blank.

use std::sync::LazyLock;

use regex::Regex;

use super::code;
use super::pattern::pattern;
use super::unit;

/// Characters of context before and after the number.
const LOOK_BEHIND: usize = 32;
const LOOK_AHEAD: usize = 20;

/// A name for a resident registration number, directly before it.
static RESIDENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 주민 (?: 등록 )? \s?(?: 번호 )? | 외국인 \s?등록 \s?번호 | resident (?: \s registration )? \s number )
        \s* (?: 앞 (?: \s? (?: 6 | 여섯 )? \s? (?: 자리 | 번호 ) )? )? (?: 은 | 는 | 이 | 가 | (?-u:\b)(?: is | was )(?-u:\b) )? [\s:=(]* $",
    )
});

/// A word about phoning anywhere before the number.
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"전화 | 연락 | 핸드폰 | 휴대폰 | 폰 | 번호 | 문자 | 카톡 | 통화 | 팩스 | 직통
        | (?-u:\b)(?: phone | call | cell | mobile | tel | text | contact | reach | whatsapp | fax | dial )",
    )
});

/// A Korean verb of phoning after the number.
static PHONE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s* (?: 으로 | 로 | 에 | 번 )? [^0-9\[\n]{0,6} (?: 연락 | 전화 | 문자 | 카톡 )")
});

/// An English phrase for a phone number after it.
static PHONE_ENGLISH_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s (?: is | was ) \s (?: my | our | his | her ) \s (?: phone | cell | mobile | number )",
    )
});

/// An English word about phoning before the number.
static PHONE_ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?: phone | call | cell | mobile | tel | text | contact | reach | whatsapp | fax | dial )",
    )
});

/// A word about an amount before the number.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"혈소판 | 백혈구 | 적혈구 | 호중구 | 림프구 | 수치 | 페리틴 | 바이러스 | 표지자 | 걸음 | 만보 | 비용 | [가-힣]비 | [가-힣]값 | 보험료 | 수수료
        | 진단금 | 보험금 | 지원금 | 환급금 | 월급 | 연봉 | 급여 | 대출 | 금액 | 가격 | 총액 | [$€£¥₩]
        | (?-u:\b)(?: platelets? | plt | wbc | rbc | anc | cd4 | ferritin | hbv | hcv | [dr]na | psa | cea | afp | hcg | ca[0-9\x20] | ldh | counts? | viral
          | markers? | steps | costs? | paid | pay | price | salary | income | mortgage | debt | owed? | fee | bill | billed | charged | total )",
    )
});

/// The text around a number, cut at the finding before it.
#[derive(Clone, Copy)]
pub(super) struct Context<'t> {
    before: &'t str,
    after: &'t str,
}

impl<'t> Context<'t> {
    /// The surroundings of `start..end`. Text before `barrier` is not part of them.
    pub(super) fn new(text: &'t str, barrier: usize, start: usize, end: usize) -> Self {
        let before = text.get(barrier..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        let from = before
            .char_indices()
            .rev()
            .nth(LOOK_BEHIND)
            .map_or(0, |(at, _)| at);
        let to = after
            .char_indices()
            .nth(LOOK_AHEAD)
            .map_or(after.len(), |(at, _)| at);
        Self {
            before: before.get(from..).unwrap_or_default(),
            after: after.get(..to).unwrap_or_default(),
        }
    }

    pub(super) fn names_record(self) -> bool {
        code::is_named(self.before)
    }

    pub(super) fn names_resident(self) -> bool {
        RESIDENT.is_match(self.before)
    }

    pub(super) fn mentions_phone(self) -> bool {
        PHONE.is_match(self.before) || PHONE_AFTER.is_match(self.after)
    }

    pub(super) fn mentions_phone_in_english(self) -> bool {
        PHONE_ENGLISH.is_match(self.before) || PHONE_ENGLISH_AFTER.is_match(self.after)
    }

    pub(super) fn mentions_amount(self) -> bool {
        AMOUNT.is_match(self.before)
    }

    pub(super) fn unit_follows(self) -> bool {
        unit::stands_at_start(self.after)
    }
}
