//! Free text: cleaning 1,000 characters of remarks, and of texts made to be slow, and marking them.

use std::hint::black_box;
use std::time::Duration;

use aftercare::domain::free_text::marks::marks;
use aftercare::domain::free_text::redact::redact;
use futures_util::FutureExt;
use unicode_normalization::UnicodeNormalization;

use super::measure::{Contender, Sum, Table, in_turn};

const ROUNDS: usize = 9;
const SLOT: Duration = Duration::from_millis(100);
const REMARKS: &str = include_str!("../../tests/corpus/fresh/held-out.txt");
/// Parts that detectors start on and do not finish.
const HOSTILE: [&str; 6] = ["가로1", "1-", "010-", "1.1234, ", "닉네임 가", "a@"];

pub fn run(table: &mut Table) {
    let remarks: String = REMARKS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.replace(['⟦', '⟧'], ""))
        .collect();
    let ordinary = thousands(&remarks);
    let hostile: Vec<String> = HOSTILE
        .iter()
        .flat_map(|part| thousands(&part.repeat(1000 / part.chars().count() + 1)))
        .collect();
    let read = |text: &String| _ = black_box(text.nfkc().collect::<String>());
    let clean = |text: &String| _ = black_box(redact(text));
    let mark = |text: &String| _ = black_box(marks(text));
    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![
        Box::new(Sum(each(&ordinary, read))),
        Box::new(Sum(each(&ordinary, clean))),
        Box::new(Sum(each(&hostile, clean))),
        Box::new(Sum(each(&ordinary, mark))),
    ];
    // Nothing here waits for anything.
    let samples = in_turn(ROUNDS, SLOT, &mut contenders)
        .now_or_never()
        .unwrap();
    let limit = "NFKC of the same";
    table.compare("clean 1,000 characters", &samples[1], limit, &samples[0]);
    table.compare("the same, hostile", &samples[2], limit, &samples[0]);
    table.compare("mark 1,000 characters", &samples[3], limit, &samples[0]);
}

/// The whole pieces of 1,000 characters.
fn thousands(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks_exact(1000)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// Does it to each of these; tells how many they are.
fn each<'a>(all: &'a [String], does: impl Fn(&String) + 'a) -> impl FnMut() -> u64 + 'a {
    move || {
        all.iter().for_each(&does);
        all.len() as u64
    }
}
