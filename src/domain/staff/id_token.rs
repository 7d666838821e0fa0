//! The rules for the claims of an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Its signature was checked before.

use chrono::{DateTime, Utc};
use serde_json::Value;
use subtle::ConstantTimeEq;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// What a token has to say.
pub struct Expected<'a> {
    /// The provider that issued it.
    pub issuer: &'a str,
    /// The client that it is for.
    pub client_id: &'a str,
    /// The number that was sent with this attempt.
    pub nonce: &'a str,
}

/// Who logged in, as the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person's id at the provider.
    pub subject: String,
    /// The e-mail address, if there is one that can be one.
    pub email: Option<String>,
    /// The person's name, if there is one.
    pub name: Option<String>,
}

/// Why a token is refused. It holds nothing of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum IdTokenFault {
    /// It is from another issuer.
    Issuer,
    /// It is for another client.
    Audience,
    /// It has expired, or says not when it does.
    Expired,
    /// It is from the future, or says not when it was issued.
    NotYet,
    /// It is from another attempt.
    Nonce,
    /// It names nobody.
    Subject,
}

/// Who the claims are about.
///
/// # Errors
///
/// When a claim is missing, or is not what it has to be.
pub fn check(
    claims: &Value,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Identity, IdTokenFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(seconds);
    if text("iss") != Some(expected.issuer) {
        return Err(IdTokenFault::Issuer);
    }
    if !is_for(claims, expected.client_id) {
        return Err(IdTokenFault::Audience);
    }
    let now = now.timestamp();
    let expires = time("exp").ok_or(IdTokenFault::Expired)?;
    if expires.saturating_add(LEEWAY) <= now {
        return Err(IdTokenFault::Expired);
    }
    let begins = [Some(time("iat").ok_or(IdTokenFault::NotYet)?), time("nbf")];
    if begins.into_iter().flatten().any(|at| at > now + LEEWAY) {
        return Err(IdTokenFault::NotYet);
    }
    let nonce = text("nonce").unwrap_or_default().as_bytes();
    if !bool::from(nonce.ct_eq(expected.nonce.as_bytes())) {
        return Err(IdTokenFault::Nonce);
    }
    let subject = text("sub").filter(|it| (1..=255).contains(&it.chars().count()));
    let subject = subject.filter(|it| !it.chars().any(char::is_control));
    let is_doubtful = claims.get("email_verified") == Some(&Value::Bool(false));
    Ok(Identity {
        subject: subject.ok_or(IdTokenFault::Subject)?.to_owned(),
        email: text("email").filter(|_| !is_doubtful).and_then(address),
        name: text("name")
            .or(text("preferred_username"))
            .and_then(shown_name),
    })
}

/// Whole seconds; some providers write a fraction.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "`as` saturates")]
    value.as_i64().or(value.as_f64().map(|it| it as i64))
}

/// A token for several parties names the one that asked for it.
fn is_for(claims: &Value, client_id: &str) -> bool {
    let party = claims.get("azp");
    let by_party = party.map(|it| it.as_str() == Some(client_id));
    match claims.get("aud") {
        Some(Value::String(one)) => one == client_id && by_party != Some(false),
        Some(Value::Array(all)) => {
            let named = all.iter().any(|it| it.as_str() == Some(client_id));
            named && by_party.unwrap_or(all.len() == 1)
        }
        _ => false,
    }
}

/// An address is shown only, so it need not be more than sound.
fn address(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let sound = text.bytes().all(|byte| byte.is_ascii_graphic());
    let (name, host) = text.split_once('@')?;
    let whole = !name.is_empty() && !host.is_empty() && !host.contains('@');
    (sound && whole && text.len() <= 254).then_some(text)
}

fn shown_name(text: &str) -> Option<String> {
    let kept = text.trim().chars().filter(|it| !it.is_control());
    let name: String = kept.take(LONGEST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn checked(change: Value) -> Result<Identity, IdTokenFault> {
        let mut claims = json!({
            "iss": "https://id.example", "aud": "aftercare", "exp": NOW + 300, "iat": NOW, "nonce": "n", "sub": "248289",
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let expected = Expected {
            issuer: "https://id.example",
            client_id: "aftercare",
            nonce: "n",
        };
        let now = DateTime::from_timestamp(NOW, 0).unwrap() + TimeDelta::milliseconds(400);
        check(&claims, &expected, now)
    }

    #[test]
    fn a_token_says_who_logged_in() {
        let person = checked(json!({"email": " Ann@Clinic.example", "name": "Ann\u{0} Author"}));
        let person = person.unwrap();
        assert_eq!(person.subject, "248289");
        assert_eq!(person.email.as_deref(), Some("ann@clinic.example"));
        assert_eq!(person.name.as_deref(), Some("Ann Author"));
    }

    #[test]
    fn every_claim_that_is_missing_or_wrong_is_refused() {
        for (change, fault) in [
            (json!({"iss": "https://id.example/"}), IdTokenFault::Issuer),
            (json!({"iss": null}), IdTokenFault::Issuer),
            (json!({"aud": "another"}), IdTokenFault::Audience),
            (json!({"aud": ["another"]}), IdTokenFault::Audience),
            (
                json!({"aud": ["aftercare", "another"]}),
                IdTokenFault::Audience,
            ),
            (
                json!({"aud": ["aftercare", "another"], "azp": "another"}),
                IdTokenFault::Audience,
            ),
            (json!({"azp": "another"}), IdTokenFault::Audience),
            (json!({"aud": null}), IdTokenFault::Audience),
            (json!({"exp": NOW - 60}), IdTokenFault::Expired),
            (json!({"exp": null}), IdTokenFault::Expired),
            (json!({"iat": NOW + 61}), IdTokenFault::NotYet),
            (json!({"iat": null}), IdTokenFault::NotYet),
            (json!({"nbf": NOW + 61}), IdTokenFault::NotYet),
            (json!({"nonce": "m"}), IdTokenFault::Nonce),
            (json!({"nonce": ""}), IdTokenFault::Nonce),
            (json!({"nonce": null}), IdTokenFault::Nonce),
            (json!({"sub": ""}), IdTokenFault::Subject),
            (json!({"sub": "x".repeat(256)}), IdTokenFault::Subject),
            (json!({"sub": "a\u{0}"}), IdTokenFault::Subject),
            (json!({"sub": null}), IdTokenFault::Subject),
        ] {
            assert_eq!(checked(change.clone()), Err(fault), "{change}");
        }
    }

    #[test]
    fn clocks_may_differ_a_little_and_a_token_may_be_for_several_parties() {
        for right in [
            json!({"exp": NOW - 59, "iat": NOW + 60, "nbf": NOW + 60}),
            json!({"exp": NOW as f64 + 0.5}),
            json!({"aud": ["aftercare"]}),
            json!({"aud": ["another", "aftercare"], "azp": "aftercare"}),
        ] {
            assert!(checked(right.clone()).is_ok(), "{right}");
        }
    }

    #[test]
    fn what_is_no_address_or_not_the_persons_own_is_left_out() {
        for wrong in [
            "",
            "ann",
            "@clinic.example",
            "ann@",
            "a@b@c",
            "ann@클리닉.example",
            "a nn@b.example",
        ] {
            assert_eq!(checked(json!({"email": wrong})).unwrap().email, None);
        }
        let doubtful = json!({"email": "ann@clinic.example", "email_verified": false});
        assert_eq!(checked(doubtful).unwrap().email, None);
        assert_eq!(checked(json!({"name": " \n"})).unwrap().name, None);
        let long = checked(json!({"name": "가".repeat(300)})).unwrap();
        assert_eq!(long.name.unwrap().chars().count(), 200);
    }
}
