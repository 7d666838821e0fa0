//! Invitations: single-use codes that a clinic hands out, short enough to be typed.
//!
//! An invitation is 70 random bits, written as 14 characters of Crockford's base32
//! (<https://www.crockford.com/base32.html>), followed by two check characters: `ABCD-EFGH-JKMN-PQE4`. The check is the
//! 70 bits modulo 1021, the largest prime below 32². It detects every single wrong character, every transposition of
//! two characters, and all but one in 1021 of other errors. Crockford's own check symbol (modulo 37) also uses the
//! characters `*~$=U`, which are hard to type and to put into a link.

use std::fmt::{self, Write};

use crate::domain::ids::CampaignId;
use crate::domain::server_key::ServerKey;

/// The number of random bytes of an invitation. Two of their 72 bits are not used.
pub const RANDOM_BYTES: usize = 9;

/// Crockford's alphabet: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The number of characters, including the check.
const CHARACTERS: usize = 16;
const GROUP: usize = 4;
const RANDOM_BITS: u32 = 70;
const CHECK_BITS: u32 = 10;
const CHECK_MODULUS: u128 = 1021;

/// A code that admits one response. The code is shown once, when it is made; only its keyed hash is stored.
#[derive(Clone)]
pub struct Invitation(u128);

/// The text is not an invitation, or has a typing error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation is 16 letters and digits, and one or more of these are mistyped")]
pub struct InvitationMalformed;

impl Invitation {
    /// The invitation with these random bytes.
    pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Self {
        let number = bytes
            .into_iter()
            .fold(0, |number, byte| (number << 8) | u128::from(byte));
        Self(number & ((1 << RANDOM_BITS) - 1))
    }

    /// Parses an invitation as people type it: in upper or lower case, with spaces and dashes anywhere, with O for 0
    /// and I or L for 1.
    ///
    /// # Errors
    ///
    /// When the text has other characters, too many or too few, or when its check fails.
    pub fn parse(text: &str) -> Result<Self, InvitationMalformed> {
        let (mut code, mut characters) = (0, 0);
        for typed in text.chars().filter(|&typed| !is_separator(typed)) {
            characters += 1;
            if characters > CHARACTERS {
                return Err(InvitationMalformed);
            }
            code = (code << 5) | digit(typed).ok_or(InvitationMalformed)?;
        }
        let invitation = Self(code >> CHECK_BITS);
        if characters == CHARACTERS && invitation.code() == code {
            Ok(invitation)
        } else {
            Err(InvitationMalformed)
        }
    }

    /// The random bits followed by the check.
    fn code(&self) -> u128 {
        (self.0 << CHECK_BITS) | (self.0 % CHECK_MODULUS)
    }
}

/// Whether the character may separate or surround the others: spaces and any kind of dash.
fn is_separator(typed: char) -> bool {
    typed.is_whitespace() || matches!(typed, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The value of a character, from 0 to 31.
fn digit(typed: char) -> Option<u128> {
    let meant = match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|&it| char::from(it) == meant)?;
    u128::try_from(place).ok()
}

/// Writes it in groups of four, as printed: `ABCD-EFGH-JKMN-PQE4`.
impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code();
        for place in 0..CHARACTERS {
            if place > 0 && place % GROUP == 0 {
                f.write_char('-')?;
            }
            let digit = (code >> (5 * (CHARACTERS - 1 - place))) & 31;
            let letter = usize::try_from(digit)
                .ok()
                .and_then(|digit| ALPHABET.get(digit));
            f.write_char(letter.map_or('0', |&letter| char::from(letter)))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invitation(…)")
    }
}

impl ServerKey {
    /// The hash under which an invitation of this campaign is stored. The hash is over the bits, so all spellings share
    /// it.
    pub fn invitation_hash(&self, campaign: CampaignId, invitation: &Invitation) -> [u8; 32] {
        let bits = invitation.0.to_be_bytes();
        self.hash(&[b"invitation", campaign.0.as_bytes(), &bits])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn invitations() -> impl Strategy<Value = Invitation> {
        any::<[u8; RANDOM_BYTES]>().prop_map(Invitation::from_random)
    }

    /// The 16 characters without dashes.
    fn characters(invitation: &Invitation) -> Vec<char> {
        invitation
            .to_string()
            .chars()
            .filter(|&it| it != '-')
            .collect()
    }

    fn is_caught(characters: &[char]) -> bool {
        Invitation::parse(&characters.iter().collect::<String>()).is_err()
    }

    #[test]
    fn an_invitation_is_written_in_four_groups_with_its_check_at_the_end() {
        let first = Invitation::from_random([0; RANDOM_BYTES]).to_string();
        assert_eq!(first, "0000-0000-0000-0000");
        let last = Invitation::from_random([0xff; RANDOM_BYTES]).to_string();
        // 2^70 - 1 = 1024^7 - 1, which is 3^7 - 1 = 2186 = 144 modulo 1021, in base32: 4 and 16.
        assert_eq!(last, "ZZZZ-ZZZZ-ZZZZ-ZZ4G");
        let one = Invitation::from_random([0, 0, 0, 0, 0, 0, 0, 0, 1]).to_string();
        assert_eq!(one, "0000-0000-0000-0101");
    }

    #[test]
    fn what_is_no_invitation_is_refused() {
        for text in [
            "",
            "-",
            "0000-0000-0000-000",
            "0000-0000-0000-0000-0",
            "0000 0000 0000 000U",
            "0000_0000_0000_0000",
            "0000-0000-0000-000\u{ff10}",
            "000\u{0}-0000-0000-0000",
            // The checks 1021, 1022 and 1023 never occur; 1021 would be another spelling of 0.
            "0000-0000-0000-00ZX",
            "0000-0000-0000-00ZY",
            "0000-0000-0000-00ZZ",
        ] {
            assert!(Invitation::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn look_alikes_spaces_dashes_and_case_are_forgiven() {
        let key = ServerKey::new([1; 32]);
        let hash = |text: &str| {
            let invitation = Invitation::parse(text).unwrap();
            key.invitation_hash(CampaignId(Uuid::nil()), &invitation)
        };
        let written = Invitation::from_random(*b"\x01\x00\x40\x10\x04\xab\xcd\xef\x01").to_string();
        let typed = [
            written.to_lowercase(),
            written.replace('-', ""),
            written.replace('-', " "),
            written.replace('0', "O").replace('1', "I"),
            written.replace('0', "o").replace('1', "l"),
            written.replace('1', "i").replace('-', "\u{2013}"),
            format!("\t {} \n", written.replace('-', " - ")),
            written.chars().flat_map(|it| [it, '-']).collect(),
        ];
        assert!(written.contains('0') && written.contains('1'), "{written}");
        for typed in typed {
            assert_eq!(hash(&typed), hash(&written), "{typed:?}");
        }
    }

    #[test]
    fn the_hash_differs_by_key_campaign_and_invitation() {
        let (key, other) = (ServerKey::new([1; 32]), ServerKey::new([2; 32]));
        let invitation = Invitation::from_random([7; RANDOM_BYTES]);
        let hashes = [
            key.invitation_hash(CampaignId(Uuid::nil()), &invitation),
            other.invitation_hash(CampaignId(Uuid::nil()), &invitation),
            key.invitation_hash(CampaignId(Uuid::max()), &invitation),
            key.invitation_hash(
                CampaignId(Uuid::nil()),
                &Invitation::from_random([8; RANDOM_BYTES]),
            ),
        ];
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }

    #[test]
    fn an_invitation_does_not_show_in_debug_output() {
        let invitation = Invitation::from_random([7; RANDOM_BYTES]);
        assert_eq!(format!("{invitation:?}"), "Invitation(…)");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(invitation in invitations()) {
            let read = Invitation::parse(&invitation.to_string()).unwrap();
            prop_assert_eq!(read.0, invitation.0);
        }

        #[test]
        fn every_single_wrong_character_is_caught(invitation in invitations()) {
            let right = characters(&invitation);
            for place in 0..CHARACTERS {
                for wrong in ALPHABET.iter().map(|&it| char::from(it)) {
                    let mut typed = right.clone();
                    typed[place] = wrong;
                    prop_assert_eq!(is_caught(&typed), wrong != right[place]);
                }
            }
        }

        #[test]
        fn any_two_characters_that_changed_places_are_caught(invitation in invitations()) {
            let right = characters(&invitation);
            for (first, second) in (0..CHARACTERS).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let mut typed = right.clone();
                typed.swap(first, second);
                prop_assert_eq!(is_caught(&typed), right[first] != right[second]);
            }
        }

        #[test]
        fn a_character_too_many_or_too_few_is_caught(invitation in invitations(), place in 0..CHARACTERS) {
            let mut typed = characters(&invitation);
            typed.insert(place, 'A');
            prop_assert!(is_caught(&typed));
            typed.drain(place..(place + 2).min(typed.len()));
            prop_assert!(is_caught(&typed));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".*") {
            drop(Invitation::parse(&text));
        }
    }
}
