//! What must hold for every text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::domain::free_text::redact::kind::Kind;
use crate::domain::free_text::redact::normal::normalise;
use crate::domain::free_text::redact::redact;

/// Words, signs and digits that the detectors look for, in any order: what breaks rules, random characters seldom do.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => "[0-9]{1,8}",
        1 => "[0-9]{9,20}",
        4 => "[-. ,/()_~·ㅡ+#:*x]",
        2 => "[a-zA-Z]{1,3}",
        2 => "[공영일이삼사오육칠팔구oOlI]{1,4}",
        1 => "[가-힣]{1,3}",
        1 => "\\PC",
        3 => prop::sample::select(vec![
            "010", "02", "82", "+", "1588", "900101", "2000001", "2026", "11", "****", "4111", "1111", "010-0000-1234",
            "등록번호", "MRN ", "주민번호 ", "전화 ", "로 연락", "혈소판 ", "원", "만", " mg", "kcal", "cost ", "이에요", "에", "다시",
            "@", ".", ".com", ".co.kr", "example", "naver", "골뱅이", "네이버", "닷컴", " at ", " dot ", "(at)", "http://", "https://",
            "www.", "/", ".me", "zero ", "one ", "oh ", "five ", "[phone]", "[number]", "[email]", "[", "]", "\n", "\u{200B}", "１", "①",
            "\u{200C}", "\u{200D}", "می", "ന്", "\u{B}", "\r",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(fragment, 0..24).prop_map(|fragments| fragments.concat())
}

/// Text around an identifier: Korean and English words without digits.
fn prose() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            "[가-힣]{1,6}",
            "[a-z]{1,8}",
            Just("ㅠㅠ".to_owned()),
            Just("3개월".to_owned()),
            Just("11.2,".to_owned())
        ],
        0..12,
    )
    .prop_map(|words| words.join(" "))
}

/// An identifier, the part of it that must not come out, and its kind.
fn identifier() -> impl Strategy<Value = (String, Kind)> {
    let separator = prop::sample::select(vec!["-", " ", ".", "", " - "]);
    prop_oneof![
        "[a-z][a-z0-9._]{2,12}[a-z0-9]@[a-z]{3,10}\\.(com|net|org|co\\.kr)"
            .prop_map(|text| (text, Kind::Email)),
        (separator.clone(), "[0-9]{4}", "[0-9]{4}")
            .prop_map(|(s, a, b)| (format!("010{s}{a}{s}{b}"), Kind::Phone)),
        (separator.clone(), "[0-9]{3,4}", "[0-9]{4}")
            .prop_map(|(s, a, b)| (format!("051{s}{a}{s}{b}"), Kind::Phone)),
        ("[0-9]{4}", "[0-9]{4}").prop_map(|(a, b)| (format!("+82 10-{a}-{b}"), Kind::Phone)),
        (separator, "[0-9]{2}", 1..=12u8, 1..=28u8, "[1-8][0-9]{6}").prop_map(
            |(s, year, month, day, rest)| (
                format!("{year}{month:02}{day:02}{s}{rest}"),
                Kind::ResidentNumber
            )
        ),
        "https://[a-z]{3,10}\\.(com|kr)/[a-z0-9]{1,12}".prop_map(|text| (text, Kind::Link)),
        "[1-9][0-9]{9,11}[1-9]".prop_map(|text| (text, Kind::RecordNumber)),
    ]
}

/// The spellings that mean the same to a reader.
fn disguise(text: &str, how: u8) -> String {
    match how {
        0 => text.to_owned(),
        1 => text
            .chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)
                } else {
                    c
                }
            })
            .collect(),
        _ => text.chars().flat_map(|c| [c, '\u{200B}']).collect(),
    }
}

proptest! {
    #[test]
    fn any_text_is_redacted_without_a_panic_and_for_good(text in any::<String>()) {
        let once = redact(&text);
        prop_assert_eq!(&redact(&once.text).text, &once.text);
    }

    #[test]
    fn redacting_twice_changes_nothing_more(text in fragments()) {
        let once = redact(&text);
        let twice = redact(&once.text);
        prop_assert_eq!(&twice.text, &once.text);
        prop_assert!(twice.found.is_empty());
    }

    #[test]
    fn nothing_outside_a_finding_changes(text in fragments()) {
        let whole = normalise(&text);
        // A typed placeholder is no finding, and could be taken for one here.
        prop_assume!(!whole.contains('['));
        let redacted = redact(&text);
        let (mut rest, mut from) = (redacted.text.as_str(), 0);
        // What stands before, between and behind the placeholders is in the text, in this order.
        for kind in &redacted.found {
            let (piece, behind) = rest.split_once(kind.placeholder()).expect("a placeholder");
            from += whole[from..].find(piece).expect("the text before it") + piece.len();
            rest = behind;
        }
        prop_assert!(whole[from..].ends_with(rest), "{} {}", whole, redacted.text);
    }

    #[test]
    fn normalising_twice_changes_nothing_more(text in any::<String>()) {
        let once = normalise(&text);
        prop_assert_eq!(normalise(&once), once);
    }

    #[test]
    fn an_inserted_identifier_does_not_come_out(before in prose(), (text, kind) in identifier(), after in prose(), how in 0..3u8) {
        let redacted = redact(&format!("{before} {} {after}", disguise(&text, how)));
        prop_assert!(!redacted.text.contains(&text), "{}", redacted.text);
        // No part of it long enough to tell somebody by, either.
        let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() >= 6).collect();
        prop_assert!(digits.iter().all(|part| !redacted.text.contains(part)), "{}", redacted.text);
        prop_assert!(!redacted.found.is_empty());
        // A run of digits that happens to be more than one kind may count as the other.
        prop_assert!(redacted.count(kind) > 0 || text.bytes().all(|b| b.is_ascii_digit()), "{:?} {}", kind, redacted.text);
    }

    #[test]
    fn text_without_digits_and_signs_stays(words in prop::collection::vec("[가-힣]{1,6}|[a-z]{1,8}", 0..20)) {
        let text = words.join(" ");
        let redacted = redact(&text);
        prop_assert!(redacted.found.is_empty(), "{}", redacted.text);
    }
}

/// What a rule may read again and again: openings of identifiers without their ends.
const HOSTILE: [&str; 14] = [
    "가로1",
    "1-",
    "010-",
    "1.1234, ",
    "닉네임 가",
    "a@",
    "4000 0*",
    "66.11.30.",
    "비밀번호 뭐더라 가",
    "차 삼칠마 ",
    "아이피 1 . ",
    "북위 34도 ",
    "A-00-",
    "a-b.c/1/",
];

/// The shortest of a few runs, which noise of the machine disturbs least.
fn fastest(text: &str) -> Duration {
    let runs = (0..3).map(|_| {
        let start = Instant::now();
        let _ = redact(text);
        start.elapsed()
    });
    runs.min().unwrap_or_default()
}

/// A quadratic rule would take a hundred times as long.
#[test]
fn ten_times_the_text_takes_about_ten_times_as_long() {
    let hostile =
        |opening: &str, length: usize| -> String { opening.chars().cycle().take(length).collect() };
    for opening in HOSTILE {
        let short = fastest(&hostile(opening, 10_000));
        let long = fastest(&hostile(opening, 100_000));
        assert!(
            long < short * 25,
            "{opening:?}: {short:?} for 10,000 characters, {long:?} for 100,000"
        );
    }
}
