//! Words and sentences: what a question says, language by language.
//!
//! The lists of words are for English and Korean. Of other languages only lengths are looked at.

use std::sync::LazyLock;

use regex::Regex;

use super::Linter;
use super::advice::Advice;
use super::reading::{count_words, primary, sentences};
use super::texts::TextAt;
use crate::domain::form::{
    FormDefinition, QuestionDefinition, QuestionKind, SectionDefinition, Text,
};
use crate::domain::pointer::Pointer;

/// The most words of a sentence. A word of Korean carries what English says in two.
const MAX_WORDS: usize = 25;
const MAX_WORDS_KOREAN: usize = 18;

/// The most characters of a question or a hint.
const MAX_CHARACTERS: usize = 250;

/// A pattern for English and one for Korean.
struct Words {
    english: Option<Regex>,
    korean: Option<Regex>,
}

impl Words {
    fn new(english: &str, korean: &str) -> Self {
        Self {
            english: Regex::new(&format!("(?i){english}")).ok(),
            korean: Regex::new(korean).ok(),
        }
    }

    /// The first part of a text that fits. There is none in a language without a pattern.
    fn find<'t>(&self, language: &str, text: &'t str) -> Option<&'t str> {
        self.pattern(language)?
            .find(text)
            .map(|found| found.as_str())
    }

    /// Whether the language has a pattern, and the text nothing that fits it.
    fn lacks(&self, language: &str, text: &str) -> bool {
        self.pattern(language)
            .is_some_and(|pattern| !pattern.is_match(text))
    }

    fn pattern(&self, language: &str) -> Option<&Regex> {
        match primary(language) {
            "en" => self.english.as_ref(),
            "ko" => self.korean.as_ref(),
            _ => None,
        }
    }
}

/// Two things joined. "Or" is left alone: "cold or numb hands" is one thing more often than two. So is the Korean 와/과
/// before a verb and after a person, where it means "with".
static TWO_THINGS: LazyLock<Words> = LazyLock::new(|| {
    Words::new(
        r"\band/or\b|\b\w+ and \w+",
        r"\S+ (및|그리고) \S+|\S+/\S+|[가-힣]+[와과] [가-힣]+[을를이가은는]( |$)",
    )
});

/// Where "and" and its Korean relatives join no two things that are asked about.
static ONE_THING: LazyLock<Words> = LazyLock::new(|| {
    Words::new(
        r"\bbetween\b[^.?!]*\band\b|\bup and down\b|\b(more|again|over|on) and (more|again|over|on)\b|\bwear and tear\b",
        r"(친구|가족|사람|사람들|의료진|의사|간호사|배우자|연인|이웃|누구|자녀|부모|부모님|동료|결|효|경|내|외|치)[와과] ",
    )
});

/// "Not to" and "or not" are no negation of the question. Korean is negated by its last word.
static NEGATION: LazyLock<Words> = LazyLock::new(|| {
    Words::new(
        r"\b(never|cannot|(do|does|did|is|are|was|were|have|has|had|can|could|would|should) (you |it |they )?not|\w+n['’]t)\b",
        r"(지 (않|못)\S*|안 \S+)[까나요]+\?",
    )
});

static LEADING: LazyLock<Words> = LazyLock::new(|| {
    Words::new(
        r"\b(obviously|of course|surely|naturally|as you know|(don|doesn|isn|aren|wasn|weren|wouldn|shouldn|haven)['’]t (you|it|they)|do you agree that|wouldn't you)\b",
        r"당연히|물론|아시다시피|(지요|죠)\?|지 않(습니까|나요|아요|으세요|으십니까)\?",
    )
});

static PERIOD: LazyLock<Words> = LazyLock::new(|| {
    Words::new(
        r"\b(last|past|since|now|today|yesterday|this|current(ly)?|recent(ly)?|usual(ly)?|ever|so far|moment|these days|yet|during)\b|\b(\d+|a|one|two|three|four|six|seven|twelve|few) (days?|weeks?|months?|years?)\b",
        r"지난|최근|동안|지금|오늘|어제|현재|요즘|평소|이후|전에|까지|이번|올해|[0-9]+(일|주|개월|달|년)",
    )
});

impl Linter<'_> {
    /// The rules for one text in one of its languages.
    pub(super) fn wording(&mut self, text: &TextAt, language: &str, words: &str) {
        let pointer = text.pointer.child(language);
        let most = match primary(language) {
            "ko" => MAX_WORDS_KOREAN,
            _ => MAX_WORDS,
        };
        let longest = sentences(words)
            .map(|sentence| count_words(language, sentence))
            .max()
            .filter(|words| *words > most);
        if let Some(words) = longest {
            self.advise(&pointer, Advice::LongSentence { words });
        }
        let characters = words.chars().count();
        if text.in_question && text.is_prose() && characters > MAX_CHARACTERS {
            let most = MAX_CHARACTERS;
            self.advise(&pointer, Advice::LongText { characters, most });
        }
        if !text.is_question() {
            return;
        }
        if let Some(found) = TWO_THINGS.find(language, words)
            && ONE_THING.find(language, words).is_none()
        {
            let found = found.trim().to_owned();
            self.advise(&pointer, Advice::TwoThings { found });
        }
        // What leads is negated as a rule, and said once.
        if let Some(found) = LEADING.find(language, words) {
            let found = found.to_owned();
            self.advise(&pointer, Advice::Leading { found });
        } else if let Some(found) = NEGATION.find(language, words) {
            let found = found.to_owned();
            self.advise(&pointer, Advice::Negation { found });
        }
    }

    /// A question that measures something says of which time. Those about the person are about now.
    pub(super) fn period(
        &mut self,
        form: &FormDefinition,
        section: &SectionDefinition,
        question: &QuestionDefinition,
        pointer: &Pointer,
    ) {
        if question.background || !measures(form, question) {
            return;
        }
        // The words above a table are a statement.
        let statements = section.questions.iter();
        let statements = statements.filter(|it| it.kind == QuestionKind::Statement);
        let mut places: Vec<&Text> = statements.map(|it| &it.text).collect();
        places.extend([&question.text, &section.title]);
        places.extend(question.hint.iter().chain(&section.description));
        for language in &form.languages {
            let mut texts = places.iter().filter_map(|text| text.get(language));
            if texts.all(|text| PERIOD.lacks(language, text)) {
                self.advise(&pointer.child("text").child(language), Advice::NoPeriod);
            }
        }
    }
}

/// Whether the answer is a degree: a rating, or options with numbers.
fn measures(form: &FormDefinition, question: &QuestionDefinition) -> bool {
    match question.kind {
        QuestionKind::Rating => true,
        QuestionKind::SingleChoice => {
            let shared = question
                .scale
                .as_ref()
                .and_then(|name| form.scales.get(name));
            let options = question.options.as_ref().or(shared);
            options.is_some_and(|options| options.iter().all(|option| option.value.is_some()))
        }
        _ => false,
    }
}
