//! The table of what can be wrong with one field: the only place that explains these codes.

macro_rules! field_codes {
    ($($variant:ident, $code:literal, $meaning:literal;)+) => {
        /// The fault of one field, a stable word for programs. The table in this file is the complete list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FieldCode {
            $(#[doc = $meaning] $variant,)+
        }

        impl FieldCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// What is wrong, and what would be right.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),+ }
            }
        }

        impl serde::Serialize for FieldCode {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

field_codes! {
    // The shape of a body.
    UnknownField, "unknown_field", "The body has a field that the operation does not know. `detail` lists those it knows.";
    MissingField, "missing_field", "A field is missing that the operation needs.";
    DuplicateField, "duplicate_field", "A field stands twice in one object.";
    UnknownValue, "unknown_value", "The value is none of the words that this field takes. `detail` lists them.";
    WrongType, "wrong_type", "The value has another type than the field takes, such as text instead of a number.";
    InvalidValue, "invalid_value", "The value cannot be read as what the field takes. `detail` says what that is.";
    NotCarried, "not_carried", "The workbook or Questionnaire says here what a form has no place for. `detail` says why, and names sheet, row and column of a workbook. Take it out, or send `leave_out=true`.";
    NulCharacter, "nul_character", "The text holds the character U+0000, which no text here may hold.";
    Length, "length", "The text or list is shorter or longer than the field takes. `detail` has the bounds.";
    Range, "range", "The number is outside the bounds of the field, which `detail` has.";
    Email, "email", "The text is not an e-mail address.";
    Blank, "blank", "The text has no letter, digit or sign.";
    NothingGiven, "nothing_given", "The change changes nothing: give one field or more.";

    NotLimitable, "not_limitable", "The role cannot be limited to this. An admin is limited by nothing, and an author by forms only.";

    // The parameters of a query.
    UnknownParameter, "unknown_parameter", "The operation has no parameter of this name. `detail` lists those it has.";
    MissingParameter, "missing_parameter", "A parameter is missing that the operation needs.";
    DuplicateParameter, "duplicate_parameter", "The parameter is given twice.";
    BeforeStart, "before_start", "The end is before the beginning.";
    CampaignUnknown, "campaign_unknown", "There is no campaign with this key, or the form has none.";
    ColumnUnknown, "column_unknown", "The table has no column with this name. The codebook lists those it has.";
    NotBackground, "not_background", "The form has no background question with this key: one with `background: true` in a version that the campaign takes.";
    BackgroundQuestion, "background_question", "The question describes the person, and is masked itself.";

    MeasureUnknown, "measure_unknown", "The form has no question or score with this name that can be counted. Names are those of the columns of an export, without the option: `eating_meals`, `eating_meals@3`, `score_eating`.";
    NoCategories, "no_categories", "Nothing can be broken down by this: a date, a score, or a number with more than 32 values.";
    NamedTwice, "named_twice", "The list names the same twice, or what the figures are about.";

    // Answers.
    UnknownQuestion, "unknown_question", "This version of the form has no question with this key. Send the answers of the version that `form_version` names.";
    Hidden, "hidden", "The other answers hide this question, so it takes no answer. Leave it out.";
    Required, "required", "The question was shown and needs an answer. `null` declines it.";
    UnknownOption, "unknown_option", "The question has no option with this code.";
    OptionTwice, "option_twice", "An option stands twice in the list.";
    ExclusiveOption, "exclusive_option", "One of the options excludes all others, such as “none of these”.";
    OutOfBounds, "out_of_bounds", "The number is outside the bounds of the question, which `detail` has.";
    TooPrecise, "too_precise", "The number has more digits after the point than the question takes.";
    TooLong, "too_long", "The text has more characters than the question takes.";
    ControlCharacter, "control_character", "The text holds a control character, such as a backspace. Line breaks and tabs are allowed.";
    TooFewOptions, "too_few_options", "The answer names fewer options than the question wants. `detail` says how many.";
    TooManyOptions, "too_many_options", "The answer names more options than the question takes. `detail` says how many.";
    OffStep, "off_step", "The number lies between two steps of the question. `detail` has the step.";
    TakesNoAnswer, "takes_no_answer", "It is a statement, which takes no answer. Leave it out.";
    Constraint, "constraint", "The answers to several questions do not go together. `detail` says why, in the words of the form's author and the language of the response.";
    VersionUnknown, "version_unknown", "The campaign's form has no version with this number.";
    Identifying, "identifying", "The field can say whose answers these are, such as `subject` or `author` of a QuestionnaireResponse. Leave it out: responses are anonymous.";
    LanguageNotOffered, "language_not_offered", "The form does not exist in this language.";

    // Definitions of forms.
    KeyMalformed, "key_malformed", "The key has other characters than a key takes, or too many. `detail` has the rule.";
    KeyTaken, "key_taken", "The key stands twice. `detail` says where it stands first.";
    KeyReserved, "key_reserved", "The key is the name of a column that every export has.";
    KeyDiffers, "key_differs", "The key is another one than that in the address. The key of a form never changes.";
    Empty, "empty", "The list is empty, and needs one item or more.";
    TooManyQuestions, "too_many_questions", "The form has more than 500 questions.";
    TooManyLanguages, "too_many_languages", "The form has more than 50 languages.";
    LanguageMalformed, "language_malformed", "The text is not a BCP 47 language tag in its usual spelling, such as `ko` or `pt-BR`.";
    LanguageTwice, "language_twice", "The language stands twice in the list.";
    TextMissing, "text_missing", "The text is missing in one of the form's languages.";
    TextBlank, "text_blank", "The text is blank in one of the form's languages.";
    TextLanguageUnknown, "text_language_unknown", "The text is given in a language that the form does not have.";
    TextTooLong, "text_too_long", "The text has more than 4000 characters.";
    TextMalformed, "text_malformed", "The field maps one language tag or more to a text of 1 to 4000 characters.";
    FieldMissing, "field_missing", "A question of this kind needs a field that is missing, such as the bounds of a number.";
    FieldNotForKind, "field_not_for_kind", "A question of this kind does not have this field.";
    ScaleAndOptions, "scale_and_options", "The question has both a scale and options of its own. Give one of them.";
    ScaleUnknown, "scale_unknown", "The form has no scale with this name.";
    ScaleUnused, "scale_unused", "No question uses this scale.";
    OptionCount, "option_count", "A choice has from 2 to 200 options.";
    ExclusiveNotForKind, "exclusive_not_for_kind", "Only a question of the kind `multiple_choice` has options that exclude the others.";
    BoundsReversed, "bounds_reversed", "The minimum is not less than the maximum.";
    BoundMalformed, "bound_malformed", "The bound is not a number that the question can have. `detail` has the rule.";
    RatingTooLong, "rating_too_long", "A rating has at most 101 steps.";
    DecimalsOutOfRange, "decimals_out_of_range", "A number has from 1 to 4 digits after the point.";
    MaxLengthOutOfRange, "max_length_out_of_range", "The longest text of a question has from 1 to 4000 characters.";
    TextAsBackground, "text_as_background", "Free text cannot be a background question, since it is stored apart from the response.";
    ConceptMalformed, "concept_malformed", "A terminology and its codes are short words without spaces.";
    ConditionMalformed, "condition_malformed", "A condition is one of `any`, `all` and `not`, or a `question` or `score` with exactly one test.";
    QuestionUnknown, "question_unknown", "The form has no question with this key.";
    LooksForward, "looks_forward", "A condition looks at a question that comes later. It may only look backwards.";
    LooksAtItself, "looks_at_itself", "A condition looks at the question that it shows.";
    OptionUnknown, "option_unknown", "The question that the condition looks at has no option with this code.";
    CannotCompare, "cannot_compare", "The test does not fit the kind of the question. `detail` says which one does.";
    ScoreQuestionTwice, "score_question_twice", "A question counts twice in one score.";
    ScoreNotNumeric, "score_not_numeric", "The question has no numbers to score: it needs numeric bounds, or two options or more with different values.";
    ScoreRange, "score_range", "The range of a score is two different numbers, the lower one first.";
    ScoreShare, "score_share", "The share of questions that must be answered is from 0 to 1.";
    FirstBand, "first_band", "The first band starts elsewhere than at the low end of the score's range.";
    BandOrder, "band_order", "The bands do not stand in ascending order, or one starts outside the score's range.";
    TextTag, "text_tag", "The text holds what would begin an HTML tag. Texts are plain: put a space behind `<`, or leave it out.";
    TextInvisible, "text_invisible", "The text holds a control character or one that cannot be seen, such as a zero-width space. `detail` names it.";
    CountMalformed, "count_malformed", "The fewest or the most options are more than the question has, none, or reversed.";
    StepMalformed, "step_malformed", "The step is not more than 0, or does not divide the way from the minimum to the maximum.";
    UnitMalformed, "unit_malformed", "The unit has neither a label nor a UCUM code, or a code with spaces.";
    AnchorMisplaced, "anchor_misplaced", "An anchor stands where the rating has no answer, or not behind the one before.";
    DefaultInvalid, "default_invalid", "The default is no answer that the question takes.";
    DateNotBackground, "date_not_background", "A date describes the person, so the question needs `background: true`.";
    DateBoundMalformed, "date_bound_malformed", "The bound is no date as exact as the question, `today` or a duration such as `-P5Y`.";
    RankingCount, "ranking_count", "A ranking has from 2 to 30 options.";
    MatrixApart, "matrix_apart", "The questions of a matrix do not stand one behind the other, or there is only one.";
    MatrixUnlike, "matrix_unlike", "The questions of a matrix differ in their kind, scale or bounds.";
    SpecifyMisplaced, "specify_misplaced", "Only an option in the list of a choice has a text beside it: one of a shared scale has none.";
    ExternalMalformed, "external_malformed", "An external code is the URI of a terminology and a code without spaces, each pair once.";
    CoarserNotBackground, "coarser_not_background", "Only a background question has levels.";
    LevelGroups, "level_groups", "A question has at most 5 levels. A level of a choice has a group or more, and one of numbers two or more and fewer than the level before it.";
    GroupOptions, "group_options", "A group of a choice puts two options or more together, or groups of the level before it, and has no `from`.";
    LevelOption, "level_option", "An option stands in two groups of a level. `detail` says which.";
    LevelBand, "level_band", "A group of numbers has `from`: the first begins at the minimum, the others ascend up to the maximum.";
    LevelNotNested, "level_not_nested", "A level splits a group of the level before it. It may only put whole groups together.";
    CannotCompareQuestions, "cannot_compare_questions", "Both questions of a comparison need numbers, or dates of one precision.";
    NeedsEdition, "needs_edition", "The field or word came with a later edition of the form language than the one that the form names.";
    ScoreUnknown, "score_unknown", "The form has no score with this key.";
    BandUnknown, "band_unknown", "The score that the condition looks at has no band with this code.";
    ScoreFieldNotForMethod, "score_field_not_for_method", "A score with this method does not have this field.";
    ScoreNumber, "score_number", "A number of a score is from -1000000000 to 1000000000 and has at most 6 digits after the point.";
    ScoreTooLarge, "score_too_large", "The numbers of the score are too large, or their ranges have too little in common, to be counted with exactly.";
    ScoreItemUnknown, "score_item_unknown", "The key is not among the questions and scores that the score is computed from.";
    ScoreNotCountable, "score_not_countable", "The question cannot be counted. `detail` says what can.";
    ScoreWeight, "score_weight", "A weight is not 0, and in a mean it is more than 0.";
    ScoreItems, "score_items", "The least number of answers is from 1 to the number of questions, scores and conditions that count.";
    ScoreDecimals, "score_decimals", "A score has from 0 to 4 digits after the point.";
    BandMissing, "band_missing", "The score can be lower than its first band begins. `detail` has the lowest number.";
    BandUnreachable, "band_unreachable", "No answers lead to this band. `detail` says how far the score reaches.";
    TableRow, "table_row", "The row has more or fewer entries than the score has questions and scores.";
    TableRange, "table_range", "The entry has its bounds in the wrong order, or a number with more digits after the point than those that are looked up.";
    TableRowMissing, "table_row_missing", "Answers can lead to numbers that no row fits. `detail` has them.";
    TableRowsOverlap, "table_rows_overlap", "Two rows fit the same numbers. `detail` has them.";
    TableTooLarge, "table_too_large", "The table has more than 2000 rows, or tells too many combinations of numbers apart. `detail` has the bounds.";
    TooManyScores, "too_many_scores", "The form has more than 200 scores.";
    Recoded, "recoded", "An answer to this question no longer means what it meant in the version before.";

    // Passwords.
    TooGuessable, "too_guessable", "The password is easy to guess. `detail` says what would help.";
    PasswordWrong, "password_wrong", "It is not the present password of the account.";

    // API keys.
    RoleNotHeld, "role_not_held", "The account does not have this role, so a key of the account cannot have it.";
    RoleOpensNothing, "role_opens_nothing", "No operation opens to a key with this role. `detail` lists the roles that a key can have.";

    // Campaigns, invitations and remarks.
    FormUnknown, "form_unknown", "There is no published form with this key.";
    TimeOutOfRange, "time_out_of_range", "The time is outside the years that a campaign can have. `detail` has them.";
    WindowReversed, "window_reversed", "The campaign would close before it opens.";
    FreezeTooEarly, "freeze_too_early", "Responses could never be withdrawn: the freeze is before the campaign opens.";
    GraceTooLong, "grace_too_long", "Responses that come late would be deleted on arrival: the grace after the end reaches beyond `retained_until`.";
    OpenedAlready, "opened_already", "The campaign has opened and has responses, so it cannot open later.";
    TestingOver, "testing_over", "The campaign has opened or is over. Only one that has not opened yet can be tested.";
    PinnedLate, "pinned_late", "The campaign has responses, so it cannot be pinned to a version. `null` lets it follow the newest.";
    VersionRetired, "version_retired", "The version of the form is retired, so nobody could answer.";
    RetentionTooShort, "retention_too_short", "Responses would be deleted before the campaign closes.";
    DeletionTooSoon, "deletion_too_soon", "A campaign with responses in it is deleted seven days from now or later.";
    SettingsPromised, "settings_promised", "The setting was promised to those who have answered. It may only change in their favour.";
    LinkMalformed, "link_malformed", "The text is not a link.";
    LinkUnsafe, "link_unsafe", "A link of this kind is not safe. Use `https`, or the scheme of an app.";
    PlaceholderMissing, "placeholder_missing", "The link needs `{invitation}` exactly once.";
    PlaceholderExposed, "placeholder_exposed", "`{invitation}` stands before the `#`, so it would get into the logs of servers.";
    NotEditedDown, "not_edited_down", "The new text is not the remark with words taken out.";
}

impl FieldCode {
    /// The code with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// The code with this word of the domain or of `validator`. A test holds that each of their words has one.
    pub(crate) fn of(word: &str) -> Self {
        Self::parse(word).unwrap_or(Self::InvalidValue)
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantNames;

    use super::*;
    use crate::domain::admission::invitation_link::LinkFault;
    use crate::domain::campaign::ScheduleFault;
    use crate::domain::form::FormFault;
    use crate::domain::response::AnswerFault;

    #[test]
    fn every_code_is_a_unique_word_with_a_meaning() {
        let mut words: Vec<_> = FieldCode::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), FieldCode::ALL.len());
        for code in FieldCode::ALL {
            assert_eq!(FieldCode::parse(code.as_str()), Some(*code));
            assert!(code.meaning().ends_with('.'), "{code:?}");
        }
    }

    #[test]
    fn every_word_of_the_domain_is_in_the_table() {
        let links = [
            LinkFault::Malformed,
            LinkFault::Scheme,
            LinkFault::Placeholder,
            LinkFault::Exposed,
        ];
        let schedules = [
            ScheduleFault::OutOfRange("opens_at"),
            ScheduleFault::Reversed,
            ScheduleFault::FreezeTooEarly,
            ScheduleFault::RetentionTooShort,
            ScheduleFault::GraceTooLong,
        ];
        let words = FormFault::VARIANTS
            .iter()
            .chain(AnswerFault::VARIANTS)
            .copied();
        let words = words.chain(links.iter().map(|fault| fault.code()));
        for word in words.chain(schedules.iter().map(|fault| fault.code())) {
            assert!(FieldCode::parse(word).is_some(), "{word}");
        }
    }
}
