//! Codes for cells that do not fit into 32 bits.

use std::collections::HashMap;

/// Gives each distinct answer to one question a code: for a multiple choice of many options, or a wide number.
///
/// Codes are handed out as answers turn up. As a plan may not depend on that order, the dictionary is sealed after
/// the first pass, and the table's column gets the codes that follow from the answers alone. Memory is that of the distinct
/// answers. To code one takes constant time, to seal `n` takes `O(n log n)`.
///
/// ```
/// use aftercare::domain::disclosure::k_anonymity::{Dictionary, FrequencyTable};
///
/// let mut table = FrequencyTable::new(1)?;
/// let mut dictionary = Dictionary::default();
/// for answer in [b"stomach".as_slice(), b"liver", b"stomach"] {
///     table.add(&[dictionary.code(answer)])?;
/// }
/// let sealed = dictionary.seal();
/// table.recode(|_, code| sealed.get(code as usize).copied());
/// assert_eq!(dictionary.find(b"liver"), 0);
/// assert_eq!(dictionary.find(b"stomach"), 1);
/// # Ok::<(), aftercare::domain::disclosure::k_anonymity::TableFault>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    codes: HashMap<Box<[u8]>, u32>,
}

impl Dictionary {
    /// The code of an answer that no dictionary hands out: of one not seen before it was sealed.
    pub const UNKNOWN: u32 = u32::MAX;

    /// The code of an answer, a new one when it was not seen before. The bytes are any that stand for it, and only for it.
    pub fn code(&mut self, answer: &[u8]) -> u32 {
        if let Some(code) = self.codes.get(answer) {
            return *code;
        }
        let code = u32::try_from(self.codes.len()).unwrap_or(Self::UNKNOWN);
        self.codes.insert(answer.into(), code);
        code
    }

    /// The code of an answer, or [`Self::UNKNOWN`].
    pub fn find(&self, answer: &[u8]) -> u32 {
        self.codes.get(answer).copied().unwrap_or(Self::UNKNOWN)
    }

    /// Numbers the answers in the order of their bytes. The list has the new code at the place of each old one.
    pub fn seal(&mut self) -> Vec<u32> {
        let mut answers: Vec<(&Box<[u8]>, &mut u32)> = self.codes.iter_mut().collect();
        answers.sort_unstable_by(|one, other| one.0.cmp(other.0));
        let mut sealed = vec![Self::UNKNOWN; answers.len()];
        for (new, (_, code)) in (0..).zip(answers) {
            if let Some(place) = usize::try_from(*code)
                .ok()
                .and_then(|old| sealed.get_mut(old))
            {
                *place = new;
            }
            *code = new;
        }
        sealed
    }
}
