//! Numbers in words: "공일공 일이삼사 오육칠팔", "공하나공", "O1O-…" with letters for digits, "zero one zero …", and figures
//! that words or odd signs join, such as "010 다시 0000 다시 1234".
//!
//! The text is read once as runs of digits, whatever they are written in. Rules for the digits then say what a run is.

use super::code;
use super::date::starts_with_birth;
use super::finding::Finding;
use super::joint;
use super::kind::Kind;
use super::numbering_plan::{is_korean, is_korean_mobile};

/// The most digits of a number: 15 of E.164, and a prefix.
const MAX_DIGITS: usize = 18;
const RESIDENT_DIGITS: usize = 13;

/// How a digit is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Figure,
    /// A letter that looks like a digit.
    Letter,
    Korean,
    English,
}

/// A digit in the text.
#[derive(Clone, Copy)]
struct Digit {
    value: char,
    form: Form,
    start: usize,
    end: usize,
    /// Whether anything separates it from the digit before.
    apart: bool,
}

/// Finds phone numbers, resident numbers and named codes of which at least a part is in words or letters, or which odd
/// signs join.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
        let run = Run::read(piece, at);
        match run.digits.last() {
            Some(last) => {
                at = last.end;
                run.identifiers(&mut found);
            }
            None => at += word_length(rest),
        }
    }
    found
}

/// The length of what a reader skips when no digit starts here: a Latin word, or one character.
fn word_length(rest: &str) -> usize {
    let word = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    word.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// Digits that nothing but separators part.
struct Run<'t> {
    text: &'t str,
    digits: Vec<Digit>,
}

impl<'t> Run<'t> {
    /// The run that starts at `at`; without a digit if there is none.
    fn read(text: &'t str, at: usize) -> Self {
        let mut run = Self {
            text,
            digits: Vec::new(),
        };
        let mut at = at;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let before = run.digits.len();
            let gap = if before == 0 { 0 } else { joint::sign(rest) };
            // "010이고 가운데는 …": the syllable directly behind a figure is none.
            let after_figure = run.digits.last().is_some_and(|it| it.form == Form::Figure);
            let parted = |run: &mut Self| {
                let gap = joint::words(rest).filter(|_| before > 0)?;
                run.word(at, gap)
            };
            let joined = if after_figure && gap == 0 {
                parted(&mut run).or_else(|| run.word(at, gap))
            } else {
                run.word(at, gap).or_else(|| parted(&mut run))
            };
            let Some((gap, length)) = joined else {
                return run;
            };
            if let Some(first) = run.digits.get_mut(before) {
                first.apart = gap > 0;
            }
            at += gap + length;
        }
    }

    /// Takes in the word behind a gap, and says how long both are.
    fn word(&mut self, at: usize, gap: usize) -> Option<(usize, usize)> {
        let rest = self.text.get(at + gap..)?;
        self.token(at + gap, rest).map(|length| (gap, length))
    }

    /// Takes in the digits of the word that `rest` starts with, and says how long it is.
    fn token(&mut self, at: usize, rest: &str) -> Option<usize> {
        let first = rest.chars().next()?;
        if !first.is_ascii_alphanumeric() {
            let (length, value) = korean_digit(rest)?;
            self.push(value, Form::Korean, at, at + length);
            return Some(length);
        }
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let word = rest.get(..length)?;
        if let Some(value) = english_digit(word) {
            self.push(value, Form::English, at, at + length);
            return Some(length);
        }
        if let Some(times) = multiplier(word) {
            let blank = rest.get(length..)?.strip_prefix(' ')?;
            let next = blank
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(blank.len());
            let value = english_digit(blank.get(..next)?)?;
            let end = length + 1 + next;
            for _ in 0..times {
                self.push(value, Form::English, at, at + end);
            }
            return Some(end);
        }
        let figures = word.bytes().any(|c| c.is_ascii_digit());
        let zeros = word.len() >= 2 && word.contains(['o', 'O']);
        if !(figures || zeros)
            || !word
                .chars()
                .all(|c| c.is_ascii_digit() || letter_digit(c).is_some())
        {
            return None;
        }
        for (place, c) in word.char_indices() {
            let (value, form) = match letter_digit(c) {
                Some(value) => (value, Form::Letter),
                None => (c, Form::Figure),
            };
            self.push(value, form, at + place, at + place + 1);
        }
        Some(length)
    }

    fn push(&mut self, value: char, form: Form, start: usize, end: usize) {
        self.digits.push(Digit {
            value,
            form,
            start,
            end,
            apart: false,
        });
    }

    fn identifiers(&self, found: &mut Vec<Finding>) {
        if self.named(found) {
            return;
        }
        let mut i = 0;
        while i < self.digits.len() {
            match self.at(i) {
                Some((count, kind)) => {
                    let count = count
                        + if kind == Kind::Phone {
                            self.endings(i + count)
                        } else {
                            0
                        };
                    self.take(i, count, kind, found);
                    i += count;
                }
                None => i += 1,
            }
        }
    }

    /// A whole run in words behind a word that names a code.
    fn named(&self, found: &mut Vec<Finding>) -> bool {
        let words = self.words(0, self.digits.len());
        let before = self
            .digits
            .first()
            .and_then(|first| self.text.get(..first.start));
        let named = words >= 4
            && (5..=MAX_DIGITS).contains(&self.digits.len())
            && before.is_some_and(code::is_named);
        if named {
            let verb = self
                .digits
                .len()
                .checked_sub(1)
                .is_some_and(|last| self.is_verb(last));
            self.take(
                0,
                self.digits.len() - usize::from(verb),
                Kind::RecordNumber,
                found,
            );
        }
        named
    }

    fn take(&self, i: usize, count: usize, kind: Kind, found: &mut Vec<Finding>) {
        if let Some((first, last)) = self.digits.get(i).zip(self.digits.get(i + count - 1)) {
            found.push(Finding {
                start: first.start,
                end: last.end,
                kind,
            });
        }
    }

    /// How many digits of second endings and extensions start at the `i`th: 010-0000-0000/1111, 02-000-0000-5.
    fn endings(&self, i: usize) -> usize {
        let Some((before, first)) = i
            .checked_sub(1)
            .and_then(|before| self.digits.get(before))
            .zip(self.digits.get(i))
        else {
            return 0;
        };
        let count = 1
            + (i + 1..self.digits.len())
                .take_while(|&k| self.is_inside(k))
                .count();
        let fits = match self.text.get(before.end..first.start) {
            Some("/") => count == 4,
            Some("-") => count <= 4,
            _ => false,
        };
        if fits && first.form == Form::Figure && self.at(i).is_none() {
            count + self.endings(i + count)
        } else {
            0
        }
    }

    /// The identifier that starts at the `i`th digit: how many digits it has, and its kind.
    fn at(&self, i: usize) -> Option<(usize, Kind)> {
        if self.is_inside(i) {
            return None;
        }
        let value: String = self
            .digits
            .get(i..)?
            .iter()
            .take(MAX_DIGITS)
            .map(|digit| digit.value)
            .collect();
        if self.is_resident(i, &value) {
            return Some((RESIDENT_DIGITS, Kind::ResidentNumber));
        }
        let fits = |count: &usize, verb: bool| {
            self.is_verb(i + count - 1) == verb
                && self.is_korean(i, *count, value.get(..*count).unwrap_or_default())
        };
        let longest = |verb| {
            (9..=12.min(value.len()))
                .rev()
                .find(|count| fits(count, verb))
        };
        // "…팔이팔이예요": what may be the verb is a digit where the number would be too short without it.
        let korean = longest(false).or_else(|| longest(true));
        let korean = korean.or_else(|| self.korean_from_abroad(i, &value));
        // Of a number in English words, what looks like a Korean one may be the beginning.
        let count = korean.max(self.english(i, &value))?;
        Some((count, Kind::Phone))
    }

    fn is_resident(&self, i: usize, value: &str) -> bool {
        let digits = value.get(..RESIDENT_DIGITS);
        let second = value.get(6..7).unwrap_or_default();
        digits.is_some_and(starts_with_birth)
            && second.starts_with(|c| matches!(c, '1'..='8'))
            && self.words(i, RESIDENT_DIGITS) >= 5
            && !self.is_inside(i + RESIDENT_DIGITS)
    }

    fn is_korean(&self, i: usize, count: usize, value: &str) -> bool {
        if !is_korean(value) || self.is_inside(i + count) {
            return false;
        }
        let mobile = is_korean_mobile(value);
        match self.words(i, count) {
            // All figures: the detector for numbers reads the usual forms, so this is for words and signs between them.
            0 => mobile && self.gaps(i, count).all(|gap| gap == 3 || gap + 4 == count),
            // With few words the prefix has to be written in one: "O1O", not "o 11.2".
            1..5 => mobile && self.gaps(i, count).all(|gap| gap >= 3),
            _ => true,
        }
    }

    /// A mobile number with the country code and no plus sign: 8210 0000 0000.
    fn korean_from_abroad(&self, i: usize, value: &str) -> Option<usize> {
        let rest = value.get(..12)?.strip_prefix("82")?;
        let mobile = is_korean_mobile(&format!("0{rest}")) && !self.is_inside(i + 12);
        (mobile && self.gaps(i, 12).all(|gap| matches!(gap, 2 | 4 | 8))).then_some(12)
    }

    /// A number of seven digits or more, of which three at least are English words that do not count.
    fn english(&self, i: usize, value: &str) -> Option<usize> {
        let first = self.digits.get(i)?;
        let count = value.len().min(15);
        let words = self.digits.get(i..i + count)?.iter();
        let english = words.filter(|digit| digit.form == Form::English).count();
        let starts = i == 0 || first.form == Form::English;
        let number = starts && count >= 7 && english >= 3 && !self.is_inside(i + count);
        (number && !is_counting(value)).then_some(count)
    }

    /// How many of the digits are not figures.
    fn words(&self, i: usize, count: usize) -> usize {
        let digits = self.digits.get(i..i + count).unwrap_or_default();
        digits
            .iter()
            .filter(|digit| digit.form != Form::Figure)
            .count()
    }

    /// How many digits come before each separator.
    fn gaps(&self, i: usize, count: usize) -> impl Iterator<Item = usize> + '_ {
        let digits = self.digits.get(i..i + count).unwrap_or_default().iter();
        digits
            .enumerate()
            .skip(1)
            .filter(|(_, digit)| digit.apart)
            .map(|(place, _)| place)
    }

    /// Whether a cut before the `i`th digit would part a group of figures.
    fn is_inside(&self, i: usize) -> bool {
        let latin = |digit: &Digit| matches!(digit.form, Form::Figure | Form::Letter);
        let before = i.checked_sub(1).and_then(|before| self.digits.get(before));
        let here = self.digits.get(i);
        before
            .zip(here)
            .is_some_and(|(before, here)| latin(before) && latin(here) && !here.apart)
    }

    /// Whether the `i`th digit is the verb "to be" and not a two: "…칠팔이에요".
    fn is_verb(&self, i: usize) -> bool {
        let Some(digit) = self
            .digits
            .get(i)
            .filter(|digit| digit.form == Form::Korean && digit.value == '2')
        else {
            return false;
        };
        let after = self.text.get(digit.end..).unwrap_or_default();
        self.text.get(digit.start..digit.end) == Some("이")
            && after.starts_with([
                '에', '고', '라', '랑', '며', '요', '니', '었', '구', '예', '야', '다',
            ])
    }
}

/// A Korean digit: Chinese numerals, the zeros of speech, and the native numerals with which soldiers spell.
fn korean_digit(text: &str) -> Option<(usize, char)> {
    const NATIVE: [(&str, char); 9] = [
        ("하나", '1'),
        ("둘", '2'),
        ("셋", '3'),
        ("넷", '4'),
        ("다섯", '5'),
        ("여섯", '6'),
        ("일곱", '7'),
        ("여덟", '8'),
        ("아홉", '9'),
    ];
    if let Some((word, value)) = NATIVE.iter().find(|(word, _)| text.starts_with(word)) {
        return Some((word.len(), *value));
    }
    let c = text.chars().next()?;
    let value = match c {
        '공' | '영' | '령' | '빵' => '0',
        '일' => '1',
        '이' => '2',
        '삼' => '3',
        '사' => '4',
        '오' => '5',
        '육' | '륙' => '6',
        '칠' => '7',
        '팔' => '8',
        '구' => '9',
        _ => return None,
    };
    Some((c.len_utf8(), value))
}

fn english_digit(word: &str) -> Option<char> {
    const WORDS: [(&str, char); 11] = [
        ("zero", '0'),
        ("oh", '0'),
        ("one", '1'),
        ("two", '2'),
        ("three", '3'),
        ("four", '4'),
        ("five", '5'),
        ("six", '6'),
        ("seven", '7'),
        ("eight", '8'),
        ("nine", '9'),
    ];
    let known = WORDS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map(|(_, value)| *value)
}

fn multiplier(word: &str) -> Option<usize> {
    if word.eq_ignore_ascii_case("double") {
        return Some(2);
    }
    word.eq_ignore_ascii_case("triple").then_some(3)
}

fn letter_digit(c: char) -> Option<char> {
    match c {
        'o' | 'O' => Some('0'),
        'l' | 'I' => Some('1'),
        _ => None,
    }
}

/// Whether the digits go up or down by one each, as in counting.
fn is_counting(digits: &str) -> bool {
    let steps = |up: bool| {
        digits.as_bytes().windows(2).all(|pair| match pair {
            [a, b] if up => a + 1 == *b,
            [a, b] => b + 1 == *a,
            _ => false,
        })
    };
    steps(true) || steps(false)
}
