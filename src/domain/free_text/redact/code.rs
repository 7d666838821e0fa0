//! Codes that a word before them names: record numbers, accounts, passports, number plates and the ids of other
//! countries. They have no common form, so the word decides, and how many digits it asks for.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::pattern;
use super::unit::unit_follows;

/// Words that name a code, with the fewest digits of one.
struct Cue {
    words: Regex,
    digits: usize,
    kind: Kind,
}

impl Cue {
    fn new(words: &str, digits: usize, kind: Kind) -> Self {
        Self {
            words: pattern(&format!(r"(?: {words} ) {BETWEEN}")),
            digits,
            kind,
        }
    }

    fn find<'t>(&'t self, piece: &'t str) -> impl Iterator<Item = Finding> + 't {
        self.words.captures_iter(piece).filter_map(|words| {
            let of = words.name("of").map_or("", |of| of.as_str());
            let behind = words.get(0)?.end();
            // The region of a licence is a part of its number.
            let start = words.name("with").map_or(behind, |with| with.start());
            let code =
                Code::read(piece.get(behind..)?).filter(|code| code.digits >= self.digits)?;
            (!OF_NOBODY.iter().any(|word| of.ends_with(word))).then_some(Finding {
                start,
                end: behind + code.length,
                kind: self.kind,
            })
        })
    }
}

/// What is numbered and belongs to nobody.
const OF_NOBODY: [&str; 22] = [
    "대기", "버스", "노선", "문항", "질문", "로트", "제조", "배치", "모델", "제품", "품목", "대표",
    "질병", "상병", "진단", "수가", "약품", "lot", "batch", "model", "bus", "hotline",
];

/// The second half of a resident number, apart from the first.
const SECOND_HALF: &str =
    r"(?: 뒷 \s? (?: 자리 | 번호 ) | (?: ^ | [\s0-9] ) 뒤 (?: \s? (?: 7 | 일곱 )? \s? 자리 )? )";

/// The end of a phone number.
const PHONE_END: &str = r"(?: 뒷 | 뒤 | 끝 | 마지막 ) \s? (?: 네 | 4 )? \s? (?: 자리 | 번호 ) | (?-u:\b) (?: last \s (?: four | 4 ) \s digits | (?: number | phone | mobile | account ) \s (?: ending | ends ) (?: \s (?: in | with ) )? ) (?-u:\b)";

/// The code on the back of a card, or the end of its number.
const CARD_CODE: &str = r"(?: (?-u:\b) (?: cvc | cvv ) 2? (?-u:\b) | 보안 \s? 코드 | 카드 (?: \s? 번호 )? \s? (?: 뒷 | 뒤 | 끝 | 마지막 ) \s? (?: 네 | 4 )? \s? (?: 자리 | 번호 ) | (?-u:\b) (?: card | visa | master \s? card | amex ) \s (?: ending | ends ) (?: \s (?: in | with ) )? )";

/// A payment card, whose number need not be typed right.
const CARD: &str = r"(?: 카드 (?: \s? 번호 )? | (?-u:\b) (?: card | visa | master \s? card | amex ) (?: \s (?: number | no ) )? )";

/// What may stand between the words and the code.
const BETWEEN: &str = r"(?: [\s:=\#(\[\-.]{0,3} (?: 은 | 는 | 이 | 가 | 을 | 를 | 로 | (?-u:\b)(?: is | was | no | number | nr | id )(?-u:\b) [.:]? )? [\s:=\#(\[\-*]{0,3} )";

const KOREAN_RECORD: &str = r"(?: 등록 | 환자 (?: \s? 등록 )? | 차트 | 챠트 | 원무 | 수납 | 영상 | 촬영 | 확인 | 배송 | 운송장 | 직원 | 참여자 | 단체 | 병록 | 병원 | 진료 (?: \s? 카드 )? | 진찰권 | 진찰 | 접수 | 검체 | 병리 | 검사 | 예약 | 보험 | 보험증 | 건강보험증 | 증권 | 증서
    | 회원 | 고객 | 사원 | 학생 | 관리 | 고유 | 처방전 | 영수증 | 주문 | 송장 | 의뢰 | 민원 | 문서 | 일련 | 심사 | 청구 | 승인 | 대상자 | 피험자 | 연구 | 사건 )
    \s? (?: 번호 | 넘버 | no\.? | id | 코드 ) | 진료 \s? 카드 | 차트 | 챠트 | 환번 | 접수증 | 사번 | 학번 | 군번";

const ENGLISH_RECORD: &str = r"(?-u:\b) (?: MRN | (?: medical \s )? record (?: \s? (?: no | number | id | \# ) ) | medical \s record | (?: health | hospital | insurance | membership | patient ) \s card
    | (?: NHS | hospital | chart | patient | case | claim | member | membership | policy | accession | specimen | file | serial | registration | insurance | reference | ref
      | booking | order | confirmation | invoice | prescription | rx | badge | appointment | lab | sample | receipt | subject | study | participant | employee | student | staff | customer | tracking | ticket ) \s? (?: id | number | num | no | \# ) (?: (?-u:\b) | $ | \s ) \.? | health \s id | (?: reference | ref ) (?-u:\b) )";

const BANK: &str = r"(?: 국민 | 우리 | 신한 | 하나 | 기업 | 산업 | 대구 | 부산 | 경남 | 광주 | 전북 | 제주 | 수협 | 농협 | 외환 | 씨티 | sc \s? 제일 | 제일 | 케이 | 카카오 | 토스 | 아이엠 | iM | kb | ibk | nh | 새마을 \s? 금고
    | 신협 | 우체국 | 카뱅 | 케뱅 | 토뱅 | 저축 ) \s? (?: 은행 | 뱅크 )? ,?";

/// A bank by its name in Latin letters.
const ENGLISH_BANK: &str = r"(?-u:\b) (?: (?: woori | kookmin | shinhan | hana | nonghyup | kb | ibk | nh | kakao | toss | k | citi | daegu | busan | kwangju | jeonbuk | jeju | suhyup | post | savings ) \s? bank | woori | kookmin | shinhan | nonghyup | kb | ibk | nh | bank ) (?-u:\b) ,? (?: \s account )?";

const ACCOUNT: &str = r"(?: 계좌 (?: \s? 번호 )? | 통장 (?: \s? 번호 )? | (?-u:\b) (?: IBAN | (?: bank \s )? account (?: \s? (?: number | num | no | \# ) )? | acct (?: \s? no )? \.? | sort \s code | routing (?: \s number )? | BSB | SWIFT ) )";

const PASSPORT: &str = r"(?: 여권 (?: \s? 번호 )? | (?-u:\b) passport (?: \s? (?: number | num | no | id | \# ) )? \.? )";

const ABROAD: &str = r"(?: (?: 운전 \s? )? 면허 (?: 증 )? (?: \s? 번호 )? (?: \s? (?<with> 서울 | 부산 | 대구 | 인천 | 광주 | 대전 | 울산 | 경기 | 강원 | 충북 | 충남 | 전북 | 전남 | 경북 | 경남 | 제주 ) )?
    | (?-u:\b) (?: NINO | NI \s (?: number | no ) | national \s insurance (?: \s (?: number | no ) )? | SSN | social \s security (?: \s (?: number | no ) )? | ITIN | NRIC | FIN | aadhaar (?: \s number )? | PAN
      | medicare (?: \s number )? | medicaid (?: \s number )? | SIN | TFN | tax \s (?: file \s )? (?: id | number ) | PPS (?: N | \s number )? | DNI | NIE | CPF | CURP | CCCD | codice \s fiscale | steuer-?id
      | (?: driver s? | driver's | drivers' | driving ) \s licen[cs]e (?: \s? (?: number | no ) )? | national \s id (?: \s number )? | id \s card (?: \s number )? | (?: alien | foreigner ) \s registration \s number | citizen \s id | emirates \s id | NHS | BSN | PESEL | NIF | NIN | HKID | NIK | CNIC | IRD | green \s card | (?: CHI | IC | ID | visa ) \s (?: number | no ) | alien \s number | tax \s? id ) (?-u:\b) )";

const PLATE: &str = r"(?: 차 (?: 량 )? \s? (?: 등록 )? \s? 번호 | 번호판 )";

/// What a person is called by in a hospital instead of the name.
const TAG: &str = r"(?: (?: 팔찌 | 손목 \s? (?: 띠 | 밴드 ) | 인식 \s? (?: 표 | 띠 ) ) (?: 에는 | 에 | 엔 | 의 )? (?: \s? 번호 )? | 이름 \s? 대신 | (?-u:\b) (?: wrist \s? band | bracelet | arm \s? band | name \s tag ) (?: \s (?: says | said | reads | read | has | had | shows | with ) )? (?-u:\b) )";

/// What is taken out of a body, and a booking.
const SPECIMEN: &str =
    r"(?: (?: 조직 | 슬라이드 | 블록 | 예매 | 티켓 ) \s? 번호 | (?-u:\b) pnr (?-u:\b) )";

static CUES: LazyLock<[Cue; 14]> = LazyLock::new(|| {
    let cue = Cue::new;
    [
        cue(SECOND_HALF, 7, Kind::ResidentNumber),
        cue(CARD_CODE, 3, Kind::CardNumber),
        cue(PHONE_END, 4, Kind::Phone),
        cue(CARD, 13, Kind::CardNumber),
        cue(PLATE, 4, Kind::NumberPlate),
        cue(PASSPORT, 6, Kind::RecordNumber),
        cue(ABROAD, 7, Kind::RecordNumber),
        cue(ACCOUNT, 6, Kind::RecordNumber),
        cue(BANK, 10, Kind::RecordNumber),
        cue(ENGLISH_BANK, 9, Kind::RecordNumber),
        cue(TAG, 6, Kind::RecordNumber),
        cue(SPECIMEN, 4, Kind::RecordNumber),
        cue(KOREAN_RECORD, 4, Kind::RecordNumber),
        cue(ENGLISH_RECORD, 4, Kind::RecordNumber),
    ]
});

/// A word that names a code, directly before it.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: {KOREAN_RECORD} | {ENGLISH_RECORD} | [가-힣]{{2,4}} (?: 은행 | 뱅크 | 뱅 ) | 농협 | 신협 | 신한 | {ACCOUNT} | {PASSPORT} | {ABROAD} ) {BETWEEN} $"
    ))
});

/// Whether a word that names a code stands directly before.
pub(super) fn is_named(before: &str) -> bool {
    // No name has a digit in it.
    let from = before
        .char_indices()
        .rev()
        .enumerate()
        .take_while(|(count, (_, c))| *count < 32 && !c.is_ascii_digit())
        .last()
        .map_or(before.len(), |(_, (at, _))| at);
    let near = before.get(from..).unwrap_or_default();
    near.len() > 2 && NAMED.is_match(near)
}

/// Whether the word directly before names what belongs to nobody.
pub(super) fn is_of_nobody(before: &str) -> bool {
    let word = before.trim_end_matches([' ', ':', '#', '.']);
    let bare = ["번호", "넘버", "no", "number"]
        .iter()
        .find_map(|suffix| word.strip_suffix(suffix))
        .unwrap_or(word)
        .trim_end();
    OF_NOBODY.iter().any(|of| {
        let from = bare.len().checked_sub(of.len());
        let end = from.and_then(|from| bare.get(from..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(of))
    })
}

/// Finds codes that a word names.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    without_overlap(CUES.iter().flat_map(|cue| cue.find(piece)).collect())
}

/// The number of a bank account, which may begin as a phone number does.
static OF_ACCOUNT: LazyLock<Cue> = LazyLock::new(|| Cue::new(ACCOUNT, 9, Kind::RecordNumber));

/// Finds the numbers of bank accounts behind a word for one.
pub(super) fn of_account(piece: &str) -> Vec<Finding> {
    without_overlap(OF_ACCOUNT.find(piece).collect())
}

/// Any other number that a word names as one, of people or not.
static OF_ANYTHING: LazyLock<[Cue; 2]> = LazyLock::new(|| {
    [
        Cue::new(
            r"(?<of> [가-힣]{1,8} ) \s? (?: 번호 | 넘버 )",
            4,
            Kind::RecordNumber,
        ),
        Cue::new(
            r"(?-u:\b) (?<of> [a-z]{2,15} ) \s (?: number | no\. | id | ref | \# ) (?: (?-u:\b) | $ | \s )",
            5,
            Kind::RecordNumber,
        ),
    ]
});

/// Finds numbers that no other rule knows, behind a word that ends in "number".
pub(super) fn of_anything(piece: &str) -> Vec<Finding> {
    without_overlap(OF_ANYTHING.iter().flat_map(|cue| cue.find(piece)).collect())
}

/// The most characters and parts of a code.
const MAX_LENGTH: usize = 42;
const MAX_PARTS: usize = 9;

/// A code: letters and digits in parts, which single dashes, blanks, dots or slashes join.
struct Code {
    length: usize,
    digits: usize,
    /// How many blanks join its parts.
    blanks: usize,
}

impl Code {
    fn read(text: &str) -> Option<Self> {
        let mut code = Self {
            length: 0,
            digits: 0,
            blanks: 0,
        };
        for _ in 0..MAX_PARTS {
            let rest = text.get(code.length..)?;
            let gap = if code.length == 0 {
                Some((0, false))
            } else {
                joint(rest)
            };
            let Some((gap, loose)) = gap else { break };
            let from = rest.get(gap..)?;
            let part = part(from);
            let after = from.get(part.len()..)?;
            if !code.takes(part, after, loose) || code.length + gap + part.len() > MAX_LENGTH {
                break;
            }
            code.length += gap + part.len();
            code.digits += digits(part);
            code.blanks += usize::from(loose);
        }
        (code.digits > 0).then_some(code)
    }

    /// Whether a part is the next one of the code, and not the next word or an amount.
    fn takes(&self, part: &str, after: &str, loose: bool) -> bool {
        let count = digits(part);
        let first = self.length == 0;
        let capitals = part.bytes().all(|c| c.is_ascii_uppercase());
        let ending = part
            .bytes()
            .rev()
            .take_while(u8::is_ascii_lowercase)
            .count();
        if part.is_empty() || (unit_follows(after) && count == part.len()) {
            return false;
        }
        if count == 0 {
            // Letters alone open a code, end it, or are a part of one letter.
            let next = joint(after).and_then(|(gap, _)| after.get(gap..));
            let goes_on = next.is_some_and(|next| digits(self::part(next)) > 0);
            return (goes_on
                && (part.len() == 1
                    || (first && part.len() <= 5 && (capitals || !after.starts_with(' ')))))
                || (capitals && part.len() <= 3 && !first);
        }
        !loose || ((count >= 2 || part.len() > 1 || self.blanks >= 1) && ending < 2)
    }
}

fn digits(part: &str) -> usize {
    part.bytes().filter(u8::is_ascii_digit).count()
}

fn part(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The length of what joins two parts, and whether it is a blank, which may also end the code.
fn joint(text: &str) -> Option<(usize, bool)> {
    let gap = text
        .find(|c: char| c.is_alphanumeric())
        .unwrap_or(text.len());
    match text.get(..gap)? {
        "-" | "." | "/" | "_" | "–" | "—" | "·" => Some((gap, false)),
        " " | "  " | " - " | "- " | " -" => Some((gap, true)),
        _ => None,
    }
}
