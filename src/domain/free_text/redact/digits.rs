//! Digit groups and what separates them: "010-0000-1234" is three groups joined by dashes.

/// The separator of two digit groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// A dash without blanks.
    Dash,
    /// A dash with a blank on a side.
    WideDash,
    /// A full stop or a middle dot, also with a blank behind it.
    Dot,
    /// A comma without blanks.
    Comma,
    /// A slash without blanks.
    Slash,
    /// One or two blanks.
    Space,
    /// A parenthesis, with blanks or a dash perhaps.
    Paren,
    /// Three or more characters that hide digits, as in "010-****-1234".
    Mask,
    /// Anything else.
    Other,
}

impl Separator {
    /// The separators that people put into phone numbers.
    pub(super) fn in_phone(self) -> bool {
        matches!(
            self,
            Self::Dash | Self::WideDash | Self::Dot | Self::Space | Self::Paren
        )
    }

    fn of(gap: &str) -> Self {
        if gap.len() > 24 {
            return Self::Other;
        }
        let gap = gap.replace('\t', " ");
        let bare = gap.trim_matches(' ');
        let blanks = gap.len() - bare.len();
        let mut chars = bare.chars();
        match (chars.next(), chars.next()) {
            (None, _) if blanks <= 2 => Self::Space,
            (Some(c), None) if is_dash(c) && blanks == 0 => Self::Dash,
            (Some(c), None) if is_dash(c) && blanks <= 2 => Self::WideDash,
            (Some('.' | '·' | '∙' | '•'), None) if blanks <= 1 && !gap.starts_with(' ') => {
                Self::Dot
            }
            (Some(','), None) if blanks == 0 => Self::Comma,
            (Some('/'), None) if blanks == 0 => Self::Slash,
            _ => Self::of_many_characters(bare),
        }
    }

    fn of_many_characters(bare: &str) -> Self {
        let join = |c: char| is_dash(c) || matches!(c, ' ' | '.');
        if bare.chars().filter(|&c| is_mask(c)).count() >= 3
            && bare.chars().all(|c| is_mask(c) || join(c))
        {
            Self::Mask
        } else if bare.contains(['(', ')'])
            && bare.chars().all(|c| matches!(c, '(' | ')') || join(c))
            && bare.len() <= 4
        {
            Self::Paren
        } else if bare.chars().count() == 2 && bare.chars().all(is_dash) {
            Self::WideDash
        } else {
            Self::Other
        }
    }
}

/// Whether `c` serves as a dash: the ASCII one, the underscore, the typographic ones, and the Korean vowel ㅡ.
pub(super) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{30FC}' | 'ㅡ'
    )
}

/// Whether `c` serves to hide a digit.
pub(super) fn is_mask(c: char) -> bool {
    matches!(c, '*' | 'x' | 'X' | '●' | '○' | '◯' | '∗' | '#')
}

/// A run of ASCII digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: &'t str,
    /// The separator behind it.
    pub(super) sep: Separator,
}

/// The digit groups of a piece of text.
pub(super) struct Groups<'t> {
    pub(super) text: &'t str,
    groups: Vec<Group<'t>>,
}

/// Digits of neighbouring groups put together.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    /// The digits without their separators.
    pub(super) digits: String,
    /// How many digits come before each inner boundary of groups.
    pub(super) boundaries: Vec<usize>,
    /// The length of the last group.
    pub(super) last_len: usize,
    /// Where the last group ends in the text.
    pub(super) end: usize,
    /// The index of the group behind the last.
    pub(super) next: usize,
}

impl<'t> Groups<'t> {
    /// Splits `text` into digit groups.
    pub(super) fn of(text: &'t str) -> Self {
        let mut groups: Vec<Group<'t>> = Vec::new();
        let mut from = 0;
        while let Some(start) = find_from(text, from, |c| c.is_ascii_digit()) {
            let end = find_from(text, start, |c| !c.is_ascii_digit()).unwrap_or(text.len());
            if let Some(previous) = groups.last_mut() {
                previous.sep = Separator::of(text.get(previous.end..start).unwrap_or_default());
            }
            groups.push(Group {
                start,
                end,
                digits: text.get(start..end).unwrap_or_default(),
                sep: Separator::Other,
            });
            from = end;
        }
        Self { text, groups }
    }

    pub(super) fn get(&self, i: usize) -> Option<&Group<'t>> {
        self.groups.get(i)
    }

    /// The group behind the `i`th, if what separates them is as wanted.
    pub(super) fn after(&self, i: usize, wanted: impl Fn(Separator) -> bool) -> Option<&Group<'t>> {
        self.get(i)
            .filter(|group| wanted(group.sep))
            .and_then(|_| self.get(i + 1))
    }

    /// Puts together 1, 2, 3 … groups from the `i`th on, while the separators are as wanted and `max` is not passed.
    /// The longest comes last. At most `count` groups.
    pub(super) fn join(
        &self,
        i: usize,
        count: usize,
        max: usize,
        wanted: impl Fn(Separator) -> bool,
    ) -> Vec<Joined> {
        let mut all = Vec::new();
        self.grow(i, count, max, wanted, |joined| all.push(joined.clone()));
        all
    }

    /// The longest that [`join`](Self::join) gives.
    pub(super) fn longest(
        &self,
        i: usize,
        count: usize,
        max: usize,
        wanted: impl Fn(Separator) -> bool,
    ) -> Joined {
        self.grow(i, count, max, wanted, |_| {})
    }

    fn grow(
        &self,
        i: usize,
        count: usize,
        max: usize,
        wanted: impl Fn(Separator) -> bool,
        mut each: impl FnMut(&Joined),
    ) -> Joined {
        let mut joined = Joined::default();
        for next in i..i + count {
            let Some(group) = self.get(next) else { break };
            if joined.digits.len() + group.digits.len() > max {
                break;
            }
            if !joined.digits.is_empty() {
                joined.boundaries.push(joined.digits.len());
            }
            joined.digits.push_str(group.digits);
            joined.last_len = group.digits.len();
            joined.end = group.end;
            joined.next = next + 1;
            each(&joined);
            if !wanted(group.sep) {
                break;
            }
        }
        joined
    }
}

fn find_from(text: &str, from: usize, wanted: impl Fn(char) -> bool) -> Option<usize> {
    text.get(from..)?.find(wanted).map(|at| from + at)
}
