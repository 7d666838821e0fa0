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

/// The time that this thread has had the processor, where the system tells; else the time of day, which also runs while
/// others have it.
fn processor_time(started: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

/// The time of so many runs. The system counts in steps of milliseconds, so one run would not do.
fn time(text: &str, runs: usize) -> Duration {
    let started = Instant::now();
    let before = processor_time(started);
    for _ in 0..runs {
        let (redacted, marked) = (redact(text), marks(text));
        assert!(redacted.text.len() <= text.len() * 16 && marked.len() <= text.len());
    }
    processor_time(started).saturating_sub(before)
}

/// A text that is eight times as long, read an eighth as often, takes about the same time, and far from the eightfold that
/// a quadratic rule takes. The best of three tries counts: a quadratic rule fails them all.
#[test]
fn a_longer_text_takes_longer_in_proportion() {
    for part in PARTS {
        let text = |length: usize| part.repeat(length / part.len());
        // Compiles what this text needs.
        time(&text(1_500), 1);
        let ratio = |_| {
            let (mut runs, mut short) = (8, time(&text(1_500), 8));
            while short < Duration::from_millis(25) {
                runs *= 2;
                short = time(&text(1_500), runs);
            }
            let long = time(&text(12_000), runs / 8);
            eprintln!(
                "{part:?}: {runs} times 1,500 bytes {short:?}, an eighth as often 12,000 {long:?}"
            );
            long.as_secs_f64() / short.as_secs_f64()
        };
        assert!((0..3).map(ratio).any(|ratio| ratio < 3.0), "{part:?}");
    }
}
