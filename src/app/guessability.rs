//! Whether a password is easy to guess, as zxcvbn estimates it: the commonest passwords, words, names, dates, repeats and
//! rows of keys count for little, and so does what the account itself says.

use zxcvbn::{Score, zxcvbn};

/// The least score: more than 10^10 guesses. Whoever has a copy of the database, and tries a thousand a second against
/// argon2id, needs four months for one. 10^8, the next lower score, would be a day, and lets "Summer2026!!" pass.
const LEAST: Score = Score::Four;

/// A password that is easy to guess. Holds what would help, and nothing of the password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TooGuessable(pub String);

/// Checks a password for the account of this e-mail address and name. It takes milliseconds.
///
/// # Errors
///
/// When it is easy to guess.
pub fn check(password: &str, email: &str, name: &str) -> Result<(), TooGuessable> {
    let known = known_words(email, name);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let estimate = zxcvbn(password, &known);
    if estimate.score() >= LEAST {
        return Ok(());
    }
    let feedback = estimate.feedback();
    let warning = feedback.and_then(|it| it.warning().map(|it| it.to_string()));
    let advice = "Take four words or more that have nothing to do with each other, or let a password manager make one.";
    let sentences = warning.into_iter().chain([advice.to_owned()]);
    Err(TooGuessable(sentences.collect::<Vec<_>>().join(" ")))
}

/// What somebody who knows of the account would try first.
fn known_words(email: &str, name: &str) -> Vec<String> {
    let parts = email.split(|it: char| !it.is_alphanumeric());
    let parts = parts.chain(name.split_whitespace());
    let whole = [email, name, "aftercare"];
    let words = whole.into_iter().chain(parts).map(str::to_lowercase);
    words.filter(|word| word.chars().count() > 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused_with_what_would_help() {
        for password in [
            "aaaaaaaaaaaa",
            "123456789012",
            "password1234",
            "qwertyuiop12",
            "abcabcabcabc",
            "ann@clinic.example",
            "ann.miller.1",
            "aftercare123",
            "Miller.Clinic",
            "annmillerclinic",
            "Summer2026!!",
        ] {
            let refused = check(password, "ann@clinic.example", "Ann Miller").unwrap_err();
            assert!(refused.0.contains("four words"), "{password}: {refused}");
            assert!(!refused.0.contains(password), "{refused}");
        }
    }

    #[test]
    fn words_that_have_nothing_to_do_with_each_other_pass() {
        let made = crate::app::password::random_password().unwrap();
        for password in [
            "correct horse battery staple",
            "a password for the test",
            "another horse battery staple",
            "마당에 내린 눈을 쓸었다",
            &made,
        ] {
            assert_eq!(check(password, "ann@clinic.example", "Ann Miller"), Ok(()));
        }
    }

    #[test]
    fn the_longest_password_is_checked_in_a_moment() {
        let before = tokio::time::Instant::now();
        for text in ["a1", "password", "qwertz", "2026-01-01"] {
            let password: String = text.chars().cycle().take(200).collect();
            let _ = check(&password, "ann@clinic.example", "Ann Miller");
        }
        assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
    }
}
