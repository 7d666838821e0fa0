//! The headers of `PrivateToken`.

use super::super::{from_base64url, to_base64url};
use super::read;
use crate::domain::admission::pass::challenge::TokenChallenge;
use crate::domain::admission::pass::header::{Unusable, read_authorization, www_authenticate};

fn token() -> Vec<u8> {
    hex::decode(&read("rfc9578-type-2.txt")[0]["token"]).unwrap()
}

#[test]
fn a_pass_is_read_however_it_is_written() {
    let bytes = token();
    let padded = to_base64url(&bytes);
    let bare = padded.trim_end_matches('=');
    for value in [
        format!("PrivateToken token=\"{padded}\""),
        format!("PrivateToken token=\"{bare}\""),
        format!("PrivateToken token={padded}"),
        format!("PrivateToken token={bare}"),
        format!("privatetoken TOKEN=\"{padded}\""),
        format!("PrivateToken   token = \"{padded}\" "),
        format!("PrivateToken extensions=\"a, token=b\",token={padded}"),
        format!("PrivateToken token=\"{padded}\",\t unknown=\"with \\\" quote\""),
        format!("PrivateToken ,, token={padded}, ,x=y"),
    ] {
        let read = read_authorization(&value).unwrap_or_else(|why| panic!("{value}: {why:?}"));
        assert_eq!(
            [read.signed(), read.authenticator()].concat(),
            bytes,
            "{value}"
        );
    }
}

#[test]
fn other_schemes_are_no_pass_and_broken_credentials_are_broken() {
    for value in [
        "",
        "Bearer abc",
        "PrivateTokens token=\"a\"",
        "Basic token=x",
    ] {
        assert_eq!(read_authorization(value), Err(Unusable::Missing), "{value}");
    }
    let (padded, standard) = (to_base64url(&token()), "+/+/".repeat(118));
    let doubled = format!("PrivateToken token={padded},token={padded}");
    let long = format!("PrivateToken token={}", to_base64url(&[2; 4000]));
    let standard = format!("PrivateToken token={standard}");
    let unended = format!("PrivateToken token=\"{padded}");
    let trailing = format!("PrivateToken token=\"{padded}\" x");
    let spaced = format!("PrivateToken a b=c, token=\"{padded}\"");
    for value in [
        "PrivateToken",
        "PrivateToken token",
        "PrivateToken token=",
        "PrivateToken token=\"\"",
        "PrivateToken token=AAAA",
        "PrivateToken =AAAA",
        "PrivateToken token=\"a\\",
        "PrivateToken key=AAAA",
        &doubled,
        &long,
        &standard,
        &unended,
        &trailing,
        &spaced,
    ] {
        assert_eq!(
            read_authorization(value),
            Err(Unusable::Malformed),
            "{value}"
        );
    }
}

#[test]
fn the_challenge_is_given_in_quotes_and_padded() {
    let challenge = TokenChallenge::of_host("issuer.example").unwrap();
    let value = www_authenticate(&challenge, &[1, 2, 3, 4]);
    assert_eq!(
        value,
        "PrivateToken challenge=\"AAIADmlzc3Vlci5leGFtcGxlAAAOaXNzdWVyLmV4YW1wbGU=\", token-key=\"AQIDBA==\""
    );
    let sent = value.split('"').nth(1).unwrap();
    assert_eq!(from_base64url(sent).unwrap(), challenge.as_bytes());
    assert_eq!(TokenChallenge::of_host(""), None);
    assert_eq!(TokenChallenge::of_host(&"x".repeat(70_000)), None);
}
