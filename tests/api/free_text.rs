//! Reading free text takes time in proportion to it, also when it is made to be slow. `cargo bench` shows the time per
//! character.

use std::time::{Duration, Instant};

use aftercare::domain::free_text::marks::marks;
use aftercare::domain::free_text::redact::redact;

/// Parts that a detector starts on and does not finish.
const PARTS: [&str; 36] = [
    "1-",
    "010-",
    "a@",
    "a.",
    "x.com.",
    "awww.",
    "공",
    "zero ",
    "등록번호 ",
    "등록번호 1",
    "[",
    "(1) ",
    "1,",
    "4111 ",
    "9",
    "9 ",
    "계좌 A-",
    "서울 ",
    "서울특별시강남구",
    "가로",
    "가로1",
    "12 Oak ",
    "1 a ",
    "비번 a",
    "생일 1",
    "인스타 ",
    "id @",
    "닉네임 가",
    "1.1234, ",
    "::1",
    "1.1.",
    "rs1",
    "하나다시",
    "x점",
    "a dot ",
    "뒷자리 ",
];

fn time(text: &str) -> Duration {
    let runs = (0..7).map(|_| {
        let start = Instant::now();
        let redacted = redact(text);
        let marked = marks(text);
        let taken = start.elapsed();
        assert!(redacted.text.len() <= text.len() * 16 && marked.len() <= text.len());
        taken
    });
    runs.min().unwrap_or_default()
}

/// Eight times the text takes about eight times as long, and far less than the 64 times of a quadratic rule. The
/// shortest of seven runs counts, and the best of five tries, since the machine may have other things to do: a quadratic
/// rule fails them all.
#[test]
fn a_longer_text_takes_longer_in_proportion() {
    for part in PARTS {
        let text = |length: usize| part.repeat(length / part.len());
        let ratio = |_| {
            let (short, long) = (time(&text(1_500)), time(&text(12_000)));
            println!("{part:?}: {short:?} for 1,500 bytes, {long:?} for 12,000");
            long.as_secs_f64() / short.as_secs_f64().max(1e-6)
        };
        assert!((0..5).map(ratio).any(|ratio| ratio < 24.0), "{part:?}");
    }
}
