//! The provinces and districts of Korea, and the words that only look like places, as data.

use std::collections::HashSet;
use std::sync::LazyLock;

const REGIONS: &str = include_str!("data/regions.txt");

/// The words of a data file: lines that start with `#` are comments.
pub(super) fn words(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
}

/// The names of the provinces and of the cities of that rank, the longer ones first.
pub(super) fn provinces() -> Vec<&'static str> {
    longest_first(words(REGIONS).filter_map(|word| {
        let name = word.trim_end_matches(':');
        (is_province(name)).then_some(name)
    }))
}

/// The names of cities, counties and boroughs, the longer ones first.
pub(super) fn districts() -> Vec<&'static str> {
    let all = words(REGIONS).filter(|word| !is_province(word.trim_end_matches(':')));
    longest_first(all)
}

/// The cities without the word for one, as people say them: 성남, 의정부.
pub(super) fn short_cities() -> Vec<&'static str> {
    let cities = districts()
        .into_iter()
        .filter_map(|name| name.strip_suffix('시'));
    cities.filter(|name| name.chars().count() >= 2).collect()
}

fn is_province(name: &str) -> bool {
    static PROVINCES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let lines = REGIONS.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(':'))
            .flat_map(|(names, _)| names.split_whitespace())
            .collect()
    });
    PROVINCES.contains(name)
}

/// Whether the name of a road or a quarter is none of the words that end like one: 그대로, 항암치료로, 병원관리.
pub(super) fn is_place(name: &str) -> bool {
    let mut ends = name.char_indices().filter_map(|(at, _)| name.get(at..));
    !ends.any(|end| end.chars().count() >= 2 && is_word(end))
}

/// Whether it is one of the words that end like a road or a quarter.
pub(super) fn is_word(name: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| words(include_str!("data/not_places.txt")).collect());
    WORDS.contains(name)
}

fn longest_first(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.dedup();
    names
}
