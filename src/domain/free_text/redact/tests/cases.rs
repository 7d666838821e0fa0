//! Single cases that a corpus of remarks does not show.

use crate::domain::free_text::redact::{Kind, redact};

fn cleaned(text: &str) -> String {
    redact(text).text
}

#[test]
fn what_was_found_is_counted_by_kind() {
    let remark = redact("010-0000-1234, 02-000-1234, haneul@example.com");
    assert_eq!(remark.found, [Kind::Phone, Kind::Phone, Kind::Email]);
    assert_eq!(remark.count(Kind::Phone), 2);
    assert_eq!(remark.count(Kind::Link), 0);
}

#[test]
fn a_bracketed_word_that_was_there_counts_as_nothing() {
    let remark = redact("[phone] 그리고 [resident number]");
    assert_eq!(remark.text, "[phone] 그리고 [resident number]");
    assert!(remark.found.is_empty());
}

#[test]
fn debug_output_shows_no_text() {
    assert_eq!(
        format!("{:?}", redact("숨이 차요 010-0000-1234")),
        "Redacted { found: [Phone], .. }"
    );
}

#[test]
fn disguised_digits_are_digits() {
    assert_eq!(cleaned("０１０－００００－１２３４"), "[phone]");
    assert_eq!(cleaned("①②③④⑤⑥⑦ 번호"), "[number] 번호");
    assert_eq!(cleaned("0\u{FE0F}\u{20E3}10-0000-1234"), "[phone]");
    assert_eq!(cleaned("010\u{200B}-00\u{2060}00-12\u{AD}34"), "[phone]");
    assert_eq!(cleaned("\u{202E}010-0000-1234\u{202C}"), "[phone]");
}

#[test]
fn korean_letters_stay_as_they_are_typed() {
    assert_eq!(cleaned("ㅠㅠ ㅋㅋㅋ 하하"), "ㅠㅠ ㅋㅋㅋ 하하");
    // Decomposed syllables are composed.
    assert_eq!(cleaned("\u{1112}\u{1161}\u{11AB}"), "한");
}

#[test]
fn the_checksum_of_a_resident_number_is_not_asked_for() {
    for text in [
        "900101-1000000",
        "900101 1000000",
        "9001011000000",
        "900101-5000001",
    ] {
        assert_eq!(redact(text).found, [Kind::ResidentNumber], "{text}");
    }
    // No date, so no resident number; long all the same.
    assert_eq!(redact("901301-1000000").found, [Kind::RecordNumber]);
}

#[test]
fn a_card_number_passes_the_luhn_check() {
    assert_eq!(redact("4111 1111 1111 1111").found, [Kind::CardNumber]);
    assert_eq!(redact("4111111111111112").found, [Kind::RecordNumber]);
    assert!(redact("2021 2022 2023 2024").found.is_empty());
}

#[test]
fn a_number_that_a_dash_joins_goes_with_the_finding() {
    assert_eq!(cleaned("02-000-1234-5"), "[phone]");
    assert_eq!(cleaned("010-0000-1234-010-0000-5678"), "[phone]-[phone]");
}

#[test]
fn the_same_digits_depend_on_the_words_around_them() {
    assert_eq!(cleaned("등록번호 153421"), "등록번호 [number]");
    assert_eq!(cleaned("혈소판 153421"), "혈소판 153421");
    assert_eq!(cleaned("153421원"), "153421원");
    assert_eq!(cleaned("153421"), "[number]");
    assert_eq!(cleaned("240315 수술"), "240315 수술");
    assert_eq!(cleaned("MRN 240315"), "MRN [number]");
}

#[test]
fn long_texts_are_redacted_too() {
    for part in [
        "1-",
        "010-",
        "a@",
        "x.com.",
        "awww.",
        "공",
        "zero ",
        "등록번호 1",
        "[",
        "(1) ",
        "1,",
        "4111 ",
    ] {
        let text = part.repeat(20_000 / part.len());
        let once = redact(&text);
        assert_eq!(redact(&once.text).text, once.text, "{part}");
    }
}

#[test]
fn joiners_stay_where_they_are_spelling_and_hide_nothing() {
    for text in [
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}", // Persian: I want
        "\u{d05}\u{d35}\u{d28}\u{d4d}\u{200d} \u{d35}", // Malayalam, a chillu as it was written before 2008
        "\u{915}\u{94d}\u{200d}\u{937}",                // Devanagari, a half form
    ] {
        assert_eq!(redact(text).text, text);
    }
    let hidden = "\u{645}\u{200c}010\u{200d}-0000\u{200c}-1234";
    assert_eq!(redact(hidden).text, "\u{645}[phone]");
}

#[test]
fn lines_break_however_a_program_breaks_them() {
    for text in [
        "a\u{b}b",
        "a\u{c}b",
        "a\rb",
        "a\r\nb",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{2029}b",
    ] {
        assert_eq!(redact(text).text, "a\nb", "{text:?}");
    }
}

#[test]
fn a_number_told_in_parts_is_one_number() {
    for (text, digits) in [
        ("앞은 010, 뒤는 0000-4417 입니다", "4417"),
        ("제 번호 010이고 가운데는 0000 끝에는 7306 입니다", "7306"),
    ] {
        let remark = redact(text);
        assert!(remark.count(Kind::Phone) > 0, "{text}: {}", remark.text);
        assert!(!remark.text.contains(digits), "{text}: {}", remark.text);
    }
}

#[test]
fn a_name_at_a_named_provider_is_taken_out() {
    for (text, name) in [
        ("지메일 아이디는 haneul57 이에요", "haneul57"),
        ("gmail: haneul57, write to me", "haneul57"),
    ] {
        let cleaned = cleaned(text);
        assert!(!cleaned.contains(name), "{cleaned}");
    }
}

#[test]
fn a_nationwide_number_that_is_called_representative_belongs_to_everybody() {
    let text = "병원 대표번호 1577-0000 은 늘 통화중이에요";
    assert_eq!(cleaned(text), text);
    assert_eq!(cleaned("전화 1577-0000"), "전화 [phone]");
}
