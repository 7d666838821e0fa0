//! How hard a text is to read: words, sentences, syllables.

/// Languages that are written without spaces between words.
const WITHOUT_SPACES: [&str; 6] = ["zh", "ja", "th", "lo", "km", "my"];

/// The language of a tag without region and script.
pub(super) fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

/// The words of a text, without the marks around them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

/// The number of words. Where a language has no spaces, two characters count as one.
pub(super) fn count_words(language: &str, text: &str) -> usize {
    if WITHOUT_SPACES.contains(&primary(language)) {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .count()
            .div_ceil(2)
    } else {
        words(text).count()
    }
}

/// The sentences of a text: what ends with a mark, or with the text.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let mut sentences = Vec::new();
    while !rest.is_empty() {
        let mut ends = rest.char_indices().filter(|(at, c)| {
            let behind = rest.get(at + c.len_utf8()..).unwrap_or_default();
            let is_end = behind.is_empty() || behind.starts_with(char::is_whitespace);
            match c {
                '。' | '！' | '？' | '\n' => true,
                '.' | '!' | '?' | ':' => is_end,
                _ => false,
            }
        });
        let end = ends.next().map_or(rest.len(), |(at, c)| at + c.len_utf8());
        let (sentence, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        sentences.push(sentence.trim());
        rest = behind;
    }
    sentences
        .into_iter()
        .filter(|sentence| sentence.contains(char::is_alphanumeric))
}

/// What was read in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The language.
    pub language: String,
    /// The words of a sentence on average.
    pub words_per_sentence: f64,
    /// The years of school that a reader needs, by Flesch and Kincaid; there is no such formula but for English.
    pub grade: Option<f64>,
}

/// Reads all these texts of one language.
#[allow(clippy::cast_precision_loss, reason = "a form has not that many words")]
pub(super) fn read<'a>(language: &str, texts: impl Iterator<Item = &'a str>) -> Reading {
    let (mut all_words, mut all_sentences, mut all_syllables) = (0, 0, 0);
    for text in texts {
        all_sentences += sentences(text).count();
        all_words += count_words(language, text);
        all_syllables += words(text).map(syllables).sum::<usize>();
    }
    let (words, sentences) = (all_words.max(1) as f64, all_sentences.max(1) as f64);
    let words_per_sentence = words / sentences;
    let syllables_per_word = all_syllables as f64 / words;
    // Kincaid and others, 1975, Research Branch Report 8-75.
    let grade = || 0.39 * words_per_sentence + 11.8 * syllables_per_word - 15.59;
    Reading {
        language: language.to_owned(),
        words_per_sentence,
        grade: (primary(language) == "en").then(grade),
    }
}

/// The syllables of an English word: its groups of vowels, without a silent e at the end.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let is_vowel = |c: char| "aeiouy".contains(c);
    let groups = word
        .split(|c| !is_vowel(c))
        .filter(|it| !it.is_empty())
        .count();
    let is_silent = word.ends_with('e')
        && !word.ends_with("le")
        && word.chars().rev().nth(1).is_some_and(|c| !is_vowel(c));
    groups.saturating_sub(usize::from(is_silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::{count_words, read, sentences, syllables};

    #[test]
    fn syllables_are_counted_as_they_are_spoken() {
        for (word, expected) in [
            ("cat", 1),
            ("time", 1),
            ("table", 2),
            ("difficult", 3),
            ("appetite", 3),
            ("the", 1),
            ("12", 1),
        ] {
            assert_eq!(syllables(word), expected, "{word}");
        }
    }

    #[test]
    fn a_sentence_ends_at_its_mark_and_a_number_does_not() {
        let found: Vec<_> = sentences("It is 2.5 km. Is it far? Yes").collect();
        assert_eq!(found, ["It is 2.5 km.", "Is it far?", "Yes"]);
        let found: Vec<_> = sentences("아프셨습니까? 어디가요?").collect();
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn simple_english_needs_fewer_years_of_school_than_officialese() {
        let grade = |text| read("en", [text].into_iter()).grade.unwrap();
        // 10 words, 1 sentence, 10 syllables: 3.9 + 11.8 - 15.59.
        let simple = grade("The cat sat on the mat and had a nap.");
        assert!((simple - 0.11).abs() < 0.001, "{simple}");
        let hard = grade(
            "Notwithstanding previously communicated determinations, participants should \
             indicate functional limitations attributable to therapeutic interventions.",
        );
        assert!(hard > 15.0, "{hard}");
        assert_eq!(
            read("ko", ["잠을 잘 주무셨습니까?"].into_iter()).grade,
            None
        );
    }

    #[test]
    fn words_are_counted_where_there_are_no_spaces() {
        assert_eq!(count_words("ja", "眠れましたか。"), 3);
        assert_eq!(count_words("ko", "잠을 잘 주무셨습니까?"), 3);
    }
}
