//! Postal addresses down to a house number: Korean ones by road (도로명) or by lot (지번), flats, English street
//! addresses, postcodes. A town or a district alone is no address; a reviewer sees it marked.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, pattern_with_case, values};
use super::unit::unit_follows;
use crate::domain::free_text::gazetteer::{self, is_place, is_word};

/// What follows a house number: a building, a block, a floor, a flat.
const FLAT: &str = r"(?: (?: ,? \s? [가-힣a-z0-9]{1,10} (?: 아파트 | 빌라 | 빌딩 | 오피스텔 | 맨션 | 타워 | 마을 | 단지 ) )? (?: ,? \s? (?: [0-9]{1,4} \s? | [가-하a-z] ) 동 )? (?: ,? \s? (?: 반지하 | 옥탑 (?: 방 )? | (?: 지하 \s? )? [0-9]{1,3} \s? 층 ) )? (?: ,? \s? [a-z]? [0-9]{1,4} \s? 호 )? )";

/// A road or a lot, and a house number.
const PLACE: &str = r"(?: (?<quarter> [가-힣]{1,5} [0-9]{1,2} 가 ) | (?<road> [가-힣0-9·]{1,7} (?: 로 | 길 ) (?: \s? [0-9]{1,4} (?: 번? 길 | 가길 | 번안길 ) )? ) | (?<lot> [가-힣]{1,6} (?: [0-9]{1,2} )? [동리읍면가] ) (?: \s? 산 )? )
    \s? (?<house> [0-9]{1,4} (?: (?: - | \s? 의 \s? ) [0-9]{1,4} )? ) (?<lots> \s? 번지 )?";

/// An address with the names of provinces and districts.
static LOCATED: LazyLock<Regex> = LazyLock::new(|| {
    let provinces = gazetteer::provinces().join("|");
    let districts = gazetteer::districts().join("|");
    let cities = gazetteer::short_cities().join("|");
    pattern(&format!(
        r"(?<value> (?: \( [0-9]{{5}} \) \s? )?
        (?: (?: (?: {provinces} ) \s? | (?: {cities} ) \s ) (?: (?: {districts} ) \s? ){{0,3}} | (?: (?: {districts} ) \s? ){{1,3}} )
        (?: [가-힣]{{1,5}} [읍면동] \s )? {PLACE} {FLAT} )"
    ))
});

/// An address without them.
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?<value> {PLACE} {FLAT} )")));

/// A flat by block and number, with the name of the building before it.
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [\s,(은는] ) (?<value> (?: [가-힣]{1,6} [시도군구동읍면리] \s ){0,4} (?: (?<name> [가-힣a-z0-9]{2,12} ) \s )? (?: [0-9]{1,2} \s? 단지 \s )? (?: [0-9]{2,4} \s? 동 \s? [0-9]{1,4} | [0-9] \s? 동 \s? [0-9]{3,4} ) \s? 호 ) (?: [^실] | $ )",
    )
});

/// A flat in a block with a letter: 나동 201호.
static LETTERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [^가-힣a-z] ) (?<value> [가나다라마바사아자차카타파하a-z] \s? 동 \s? [a-z]? [0-9]{1,4} \s? 호 | [일이삼사오육칠팔구십백천]{2,7} \s? 동 \s? [일이삼사오육칠팔구십백천]{2,7} \s? 호 ) (?: [^실\s] | \s [^진검병입외치주상] | \s? $ )",
    )
});

/// A flat as people shorten it, behind the word for a building: 행복아파트 103-502.
static SHORT_BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> [가-힣a-z0-9]{0,10} (?: 아파트 | 빌라 | 오피스텔 | 맨션 | 타운 | 푸르지오 | 래미안 | 자이 | 힐스테이트 | 빌딩 | 원룸 | 연립 | 주택 | 맨숀 | 주공 | 빌 | 하우스 | 캐슬 | 하이츠 | 더샵 | 아이파크 | 위브 | 고시원 | 고시텔 ) \s? (?: [0-9]{2,4} - [0-9]{2,4} \s? 호? | (?: [0-9]{1,2} \s? 단지 \s? )? (?: [가-힣a-z0-9]{1,4} \s? 동 \s? )? [a-z]? [0-9]{1,4} \s? 호 ) | (?: [가-힣]{1,10} \s )? [0-9]{1,2} \s? 단지 \s? [0-9]{3,4} - [0-9]{3,4} )",
    )
});

static POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 우편 \s? 번호 | \( \s? 우 \s? \) | (?-u:\b) (?: post (?: al )? \s? code | zip (?: \s? code )? | eircode ) (?-u:\b) ) [\s:=]{0,3} (?: 는 | 은 | is | was )? [\s:=]{0,3}
        (?<value> [a-z]{1,2}[0-9][a-z0-9]? \s? [0-9][a-z]{2} | [0-9]{5} (?: -[0-9]{4} )? | [a-z][0-9][a-z] \s? [0-9][a-z][0-9] | [0-9]{3}-[0-9]{4} | [0-9]{4} )",
    )
});

/// A postcode of Korea before the name of a province.
static BEFORE_PROVINCE: LazyLock<Regex> = LazyLock::new(|| {
    let provinces = gazetteer::provinces().join("|");
    pattern(&format!(
        r"(?: ^ | [\s(] ) (?<value> [0-9]{{5}} ) [)\s,]{{1,2}} (?: {provinces} ) \s"
    ))
});

static BRITISH_POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern_with_case(
        r"(?-u:\b) (?<value> [A-Z]{1,2}[0-9][A-Z0-9]? \x20 [0-9][ABD-HJLNP-UW-Z]{2} ) (?-u:\b)",
    )
});

/// What follows a street: towns, a state, a postcode.
const TOWN: &str = r"(?: (?: , \s? [A-Z][a-z]{1,15} (?: [\x20-][A-Z][a-z]{1,15} )? ){0,3} (?: ,? \s? [A-Z]{2} (?-u:\b) )? (?: ,? \s? [0-9]{5} (?: -[0-9]{4} )? | ,? \s [A-Z]{1,2}[0-9][A-Z0-9]? \x20 [0-9][A-Z]{2} )? )";

/// The flat before a house number.
const APARTMENT: &str = r"(?: (?: Flat | Apt\.? | Apartment | Unit | Suite | flat | apt | unit ) \s? \#? [0-9]{0,4}[A-Za-z]? ,? \s )?";

/// A street: any suffix with capitals.
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern_with_case(&format!(
        r"(?-u:\b) (?<value> {APARTMENT} (?: [0-9]{{1,4}} / )? [0-9]{{1,5}}[A-Za-z]? ,? \s (?: (?: [NSEW] | North | South | East | West ) \.? \s )? (?<words> (?: (?: [A-Z][A-Za-z'’]{{1,15}} | [0-9]{{1,3}}(?: st | nd | rd | th ) ) \.? \s ){{1,3}} )
        (?: Street | St | Road | Rd | Avenue | Ave | Lane | Ln | Drive | Dr | Court | Ct | Close | Way | Boulevard | Blvd | Place | Pl | Terrace | Square | Crescent | Gardens | Parkway | Pkwy | Highway | Hwy | Row | Grove | Hill | Park | Walk | Mews | Green | View | Rise | Vale | Croft | Quay | Wharf | Plaza | Circle | Cir | Trail | Trl | Loop | Broadway ) (?-u:\b) \.? (?: ,? \s (?: Flat | Apt\.? | Apartment | Unit | Suite | Ste\.? | \# ) \s? [0-9]{{0,4}}[A-Za-z]? )? {TOWN} )"
    ))
});

/// A street as it is typed in haste, without capitals: only suffixes that are no other words.
static SMALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?<value> (?: (?: flat | apt\.? | unit ) \s? [0-9]{0,4}[a-z]? ,? \s )? [0-9]{1,5}[a-z]? \s (?<words> (?: [a-z'’]{2,15} \s ){1,2} ) (?: street | road | avenue | ave | lane | boulevard | blvd | crescent | rd ) ) (?-u:\b)",
    )
});

/// Without capitals, and a suffix that is a word too, where a verb says that it is an address.
static CUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: live | living | lives | address | home | house | reside | moved | deliver | send | post | staying ) \s (?: it \s )? (?: is | at | to | on ) \s? :? \s?
        (?<value> (?: (?: flat | apt\.? | unit ) \s? [0-9]{0,4}[a-z]? ,? \s )? [0-9]{1,5}[a-z]? \s (?: [a-z'’]{2,15} \s ){1,3} (?: st | dr | drive | close | court | ct | way | place | terrace | gardens | grove | hill | park | walk | row | square ) ) (?-u:\b)",
    )
});

/// A lot by number alone.
static LOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [\s산] ) (?<value> [0-9]{1,4} (?: - [0-9]{1,4} )? \s? 번지 (?: \s? [0-9]{1,4} \s? 호 )? )",
    )
});

/// Korean addresses in Latin letters.
static LATIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?<value> (?: (?: house | flat | unit | apt | villa | room ) \s? [0-9]{1,4}[a-z]? , \s )? (?: (?: (?-i:[A-Z]) [a-z]{1,15} \s ){1,2} (?: goshiwon | gosiwon | gositel | villa | apt | apartments? | officetel | mansion | heights | house | building ) , \s )? [0-9]{1,4} (?: -[0-9]{1,4} )? ,? \s [a-z]{2,20} (?: -[a-z0-9]{1,15} ){0,3} -? (?: daero | ro | gil ) (?-u:\b) (?: \s? [0-9]{1,3} (?: -? beon-?gil | -?gil ) )? (?: , \s? (?: (?: apt | unit | flat | room | bldg | building | \# ) \.? \s? \#? )? [0-9]{1,4} (?: -[0-9]{1,4} | -? (?: dong | ho ) )? (?-u:\b) ){0,3} (?: , \s? (?: [a-z]{2,15} - (?: dong | gu | si | gun | do | eup | myeon ) | (?-i:[A-Z]) [a-z]{1,14} ) (?-u:\b) ){0,4} (?: ,? \s [0-9]{5} (?-u:\b) )? )",
    )
});

/// The same with the road, or the quarter behind a lot, first: "Sejong-daero 12beon-gil 7, Jung-gu", "12-7 Daesin-dong, Seo-gu".
static LATIN_TURNED: LazyLock<Regex> = LazyLock::new(|| {
    let towns = r"(?: ,? \s (?: [a-z]{2,15} - (?: dong | gu | si | gun | do | eup | myeon ) | (?-i:[A-Z]) [a-z]{2,14} ) (?-u:\b) ){0,4} (?: ,? \s [0-9]{5} (?-u:\b) )?";
    pattern(&format!(
        r"(?-u:\b) (?<value> (?-i:[A-Z]) [a-z]{{1,15}} (?: -[a-z0-9]{{1,15}} ){{0,3}} - (?: daero | ro | gil ) (?-u:\b) (?: \s [0-9]{{1,3}} -? beon-?gil )? ,? \s [0-9]{{1,4}} (?: -[0-9]{{1,4}} )? (?-u:\b) {towns}
        | [0-9]{{1,4}} - [0-9]{{1,4}} \s (?-i:[A-Z]) [a-z]{{1,15}} - (?: dong | ri | ga ) (?-u:\b) {towns} )"
    ))
});

/// A flat in English, by its block and number.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?<value> (?: apt\.? | apartment | unit | suite | flat | bldg\.? | building | tower ) \s? \#? [0-9]{1,4}[a-z]?
          (?: ,? \s (?: apt\.? | apartment | unit | flat | bldg\.? | building | tower ) \s? \#? [0-9]{1,4}[a-z]? (?-u:\b) ){1,2} (?: , \s (?: [a-z]{2,15} \s ){1,3} (?: apt | apartments? | villas? | towers? | mansions? | officetel ) (?-u:\b) )?
        | (?: (?-i:[A-Z]) [a-z]{1,15} \s ){1,2} (?: villa | apt | apartments? | mansions? | officetel ) ,? \s (?: (?: bldg\.? | building ) \s? [a-z0-9]{1,3} ,? \s )? \# \s? [a-z]? [0-9]{2,4} (?-u:\b)
        | (?: apt\.? | apartment ) \s? \#? [0-9]{2,4} (?: -[0-9]{2,4} )? [a-z]? (?-u:\b)
        | [0-9]{2,4} -? dong ,? \s [0-9]{2,4} -? ho (?-u:\b) )",
    )
});

/// A flat by its number alone, where the words say that it is a home, and the short form of block and flat.
static HOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 집 | 사는 \s? (?: 곳 | 데 ) | 거주지 ) (?: 은 | 는 | 이 | 가 )? \s (?<value> [0-9]{3,4} \s? 호 ) (?: [^실] | $ )",
    )
});
static LIVING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> [0-9]{3,4} \s? 호 ) (?: 에 (?: 서 )? | 로 )? \s? (?: 살 | 삽 | 사는 | 사시 | 거주 | 이사 )",
    )
});
static JOINED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?<value> [0-9]{2,3} - [0-9]{4} \s? 호 | [0-9]{3} \s? 동 \s? [0-9]{3,4} (?-u:\b) )")
});

/// A door by its sign: "my neighbour in #302".
static DOOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?-u:\b) (?: in | at | to | from ) \s (?<value> \# [0-9]{3,4} ) (?-u:\b)")
});

static BOX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> (?-u:\b) p\.? \s? o\.? \s? box \s? [0-9]{1,6} | 사서함 \s? [0-9]{1,5} \s? 호? )",
    )
});

/// Words that stand between a number and a street without being its name.
const NO_NAMES: [&str; 60] = [
    "mg",
    "ml",
    "kg",
    "km",
    "miles",
    "mile",
    "minutes",
    "minute",
    "min",
    "mins",
    "hours",
    "hour",
    "days",
    "day",
    "weeks",
    "week",
    "months",
    "month",
    "years",
    "year",
    "of",
    "on",
    "in",
    "at",
    "to",
    "the",
    "a",
    "an",
    "and",
    "or",
    "for",
    "from",
    "by",
    "down",
    "up",
    "along",
    "across",
    "times",
    "steps",
    "people",
    "more",
    "other",
    "cycles",
    "rounds",
    "tablets",
    "pills",
    "is",
    "was",
    "my",
    "our",
    "with",
    "per",
    "st",
    "nd",
    "th",
    "pm",
    "am",
    "different",
    "long",
    "bad",
];

/// Finds postal addresses.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::Address;
    let mut found = Vec::new();
    if piece.contains(|c: char| matches!(c, '가'..='힣')) {
        found.extend(korean(piece));
        found.extend(blocks(piece));
        found.extend(values(piece, &JOINED, kind, |before, _, after| {
            !before.ends_with(|c: char| c.is_ascii_digit()) && !unit_follows(after)
        }));
        for pattern in [&SHORT_BLOCK, &LETTERED, &LOT, &HOME, &LIVING] {
            found.extend(values(piece, pattern, kind, |_, _, _| true));
        }
    }
    if piece.contains(|c: char| c.is_ascii_alphabetic()) {
        for pattern in [&ENGLISH, &SMALL] {
            found.extend(values(piece, pattern, kind, |_, value, _| is_street(value)));
        }
        for pattern in [&CUED, &LATIN, &LATIN_TURNED, &DOOR, &BRITISH_POSTCODE] {
            found.extend(values(piece, pattern, kind, |_, _, _| true));
        }
        // "unit 3 building 2" is a part of a hospital.
        found.extend(values(piece, &UNIT, kind, |_, value, _| {
            let mut numbers = value.split(|c: char| !c.is_ascii_digit());
            numbers.any(|number| number.len() >= 3) || value.starts_with(['a', 'A'])
        }));
    }
    for pattern in [&BOX, &POSTCODE, &BEFORE_PROVINCE] {
        found.extend(values(piece, pattern, kind, |_, _, _| true));
    }
    for finding in &mut found {
        // The end of the sentence is not the dot of an abbreviation.
        let value = piece.get(finding.start..finding.end).unwrap_or_default();
        finding.end = finding.start + value.trim_end_matches(['.', ',', ' ']).len();
    }
    without_overlap(found)
}

/// Whether no word between the number and the street is one that no street has.
fn is_street(value: &str) -> bool {
    let mut words = value.split(|c: char| !c.is_ascii_alphabetic());
    !words.any(|word| {
        let capital = word.starts_with(|c: char| c.is_ascii_uppercase());
        !capital && NO_NAMES.iter().any(|no| no.eq_ignore_ascii_case(word))
    })
}

fn korean(piece: &str) -> Vec<Finding> {
    let mut found = places(piece, &LOCATED, true);
    let bare = places(piece, &BARE, false).into_iter();
    let apart: Vec<_> = bare
        .filter(|it| {
            !found
                .iter()
                .any(|other| it.start < other.end && other.start < it.end)
        })
        .collect();
    found.extend(apart);
    found
}

fn places(piece: &str, pattern: &Regex, located: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(address) = pattern.captures_at(piece, from) {
        let (Some(value), Some(house)) = (address.name("value"), address.name("house")) else {
            break;
        };
        let after = piece.get(value.end()..).unwrap_or_default();
        let whole = value.end() > house.end()
            || !(after.starts_with(|c: char| c.is_ascii_digit()) || counter_follows(after));
        let long = house.as_str().len() >= 2 || value.end() > house.end();
        // Behind the name of a district, a quarter may end like a word that is no place: 김포시 장기동.
        let named = |name: &str| {
            if located {
                !is_word(name)
            } else {
                is_place(name)
            }
        };
        let lot = address.name("quarter").or_else(|| address.name("lot"));
        let fits = match (address.name("road"), lot) {
            (Some(road), _) => {
                named(road.as_str()) && (located || (long && road.as_str().chars().count() >= 3))
            }
            (None, Some(lot)) => {
                let numbered = address.name("lots").is_some() || house.as_str().contains('-');
                let quarter = lot.as_str().ends_with(['동', '리'])
                    || lot.as_str().contains(|c: char| c.is_ascii_digit());
                (located || (numbered && quarter)) && named(lot.as_str())
            }
            (None, None) => false,
        };
        let sure = located && house.as_str().len() >= 2;
        if fits && (whole || sure) {
            found.push(Finding {
                start: value.start(),
                end: value.end(),
                kind: Kind::Address,
            });
            from = value.end();
        } else {
            from = house.start();
        }
    }
    found
}

fn blocks(piece: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for block in BLOCK.captures_iter(piece) {
        let Some(value) = block.name("value") else {
            continue;
        };
        let of_sentence = |name: &regex::Match<'_>| {
            name.as_str().ends_with([
                '은', '는', '이', '가', '에', '서', '집', '소', '을', '를', '도',
            ])
        };
        let start = match block.name("name").filter(of_sentence) {
            Some(name) => name.end() + 1,
            None => value.start(),
        };
        found.push(Finding {
            start,
            end: value.end(),
            kind: Kind::Address,
        });
    }
    found
}

/// A counter that a house number does not have.
fn counter_follows(after: &str) -> bool {
    let after = after.trim_start();
    let counters = [
        "년", "월", "일", "시", "분", "초", "주", "개", "명", "번", "회", "차", "세", "살", "건",
        "기", "등", "위", "점", "배", "병동", "인실", "호실", "도", "센", "키", "미", "리", "알",
        "정", "포", "병", "잔", "끼", "킬", "대", "만", "천", "백", "억", "원", "%", "~", ".",
        "cm", "mm", "kg", "mg", "g", "ml", "l", "km", "m", "gy", "cc", "iu", "kcal", "부", "단",
        "가지", "걸음", "박", "달", "군데", "곳", "사람", "층",
    ];
    counters.iter().any(|counter| {
        after
            .get(..counter.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(counter))
    })
}
