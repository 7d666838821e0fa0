//! What a reviewer is shown: parts of a remark that may identify somebody and are too unsure to be removed. Marks are
//! computed when a remark is read, and are stored nowhere.

mod patterns;
#[cfg(test)]
mod tests;

use strum::{IntoStaticStr, VariantArray};

/// Why a part is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// The name of a person: a surname with a title, or a name behind a word for a relative. Also what may be that of an
    /// account.
    Name,
    /// A place smaller than a province.
    Place,
    /// An employer or a school.
    Workplace,
    /// An occupation that few people have.
    Occupation,
    /// A date with an event of somebody's life.
    Event,
    /// A number of four digits or more, or letters and digits, that no rule knows.
    Number,
}

impl Reason {
    /// Its word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// How much it adds to the doubt about a remark.
    fn weight(self) -> u32 {
        match self {
            Self::Name | Self::Number => 4,
            Self::Event | Self::Workplace => 3,
            Self::Place | Self::Occupation => 2,
        }
    }
}

/// A part of a remark, as places of characters (Unicode code points) from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The first character.
    pub start: usize,
    /// The one behind the last character.
    pub end: usize,
    /// Why it is marked.
    pub reason: Reason,
}

/// The parts of a remark that a reviewer should look at, in order and without overlap.
///
/// ```
/// use aftercare::domain::free_text::marks::{Reason, marks};
///
/// let found = marks("Nurse Ann Miller was kind.");
/// assert_eq!((found[0].start, found[0].end, found[0].reason), (0, 16, Reason::Name));
/// ```
#[must_use]
pub fn marks(text: &str) -> Vec<Mark> {
    let found = patterns::find(text);
    let (mut marks, mut at, mut characters) = (Vec::with_capacity(found.len()), 0, 0);
    let mut place = |to: usize| {
        characters += text.get(at..to).unwrap_or_default().chars().count();
        at = to;
        characters
    };
    for (start, end, reason) in found {
        marks.push(Mark {
            start: place(start),
            end: place(end),
            reason,
        });
    }
    marks
}

/// How doubtful a remark is. The queue of a reviewer begins with the most doubtful ones.
#[must_use]
pub fn doubt(marks: &[Mark]) -> u32 {
    marks.iter().map(|mark| mark.reason.weight()).sum()
}
