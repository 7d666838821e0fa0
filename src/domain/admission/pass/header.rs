//! The headers of the authentication scheme `PrivateToken` (RFC 9577, 2.1 and 2.2).

use super::challenge::TokenChallenge;
use super::token::Token;
use super::{from_base64url, to_base64url};

/// The name of the scheme.
const SCHEME: &str = "PrivateToken";

/// The result of reading a pass from a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// There is no header, or it holds credentials of another scheme.
    Missing,
    /// The header has this scheme but cannot be parsed.
    Malformed,
}

/// The value of `WWW-Authenticate` that asks for a pass signed with this key.
pub fn www_authenticate(challenge: &TokenChallenge, spki: &[u8]) -> String {
    format!(
        "{SCHEME} challenge=\"{}\", token-key=\"{}\"",
        to_base64url(challenge.as_bytes()),
        to_base64url(spki)
    )
}

/// Parses the pass from the value of `Authorization`. Parameters may come in any order, quoted or not; unknown ones are
/// ignored.
///
/// # Errors
///
/// When there is no pass, or it cannot be parsed.
pub fn read_authorization(value: &str) -> Result<Token, Unusable> {
    let (scheme, parameters) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Unusable::Missing);
    }
    let parameters = read_parameters(parameters).ok_or(Unusable::Malformed)?;
    let mut tokens = parameters
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("token"));
    let (Some((_, token)), None) = (tokens.next(), tokens.next()) else {
        return Err(Unusable::Malformed);
    };
    let bytes = from_base64url(token).ok_or(Unusable::Malformed)?;
    Token::parse(&bytes).map_err(|_| Unusable::Malformed)
}

/// Parses `auth-param`s of RFC 9110, 11.2, separated by commas. Unquoted values may end in `=`, as clients write them.
fn read_parameters(text: &str) -> Option<Vec<(&str, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_matches([' ', '\t']);
        if name.is_empty() || name.contains(['"', ',', ' ', '\t']) {
            return None;
        }
        let (value, after) = read_value(after.trim_start_matches([' ', '\t']))?;
        found.push((name, value));
        let after = after.trim_start_matches([' ', '\t']);
        if !(after.is_empty() || after.starts_with(',')) {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    Some(found)
}

/// Splits off one value from the rest.
fn read_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, after) = text.split_at_checked(end)?;
        return (!value.is_empty() && !value.contains('"')).then(|| (value.to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
}
