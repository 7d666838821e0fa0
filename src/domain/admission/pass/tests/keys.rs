//! Keys: what they sign, what they refuse, how they are kept.

use std::sync::OnceLock;

use uuid::Uuid;

use super::{random, read};
use crate::domain::admission::pass::challenge::TokenChallenge;
use crate::domain::admission::pass::key::{PrivateKey, PublicKey};
use crate::domain::admission::pass::request::TokenRequest;
use crate::domain::admission::pass::token::Token;
use crate::domain::ids::CampaignId;
use crate::domain::server_key::ServerKey;

fn key() -> &'static PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| PrivateKey::generate(&mut random(7)).unwrap())
}

#[test]
fn a_new_key_has_2048_bits_and_survives_being_written_down() {
    let public = key().public().unwrap();
    assert_eq!(public.spki().len(), 342);
    let again = PrivateKey::from_bytes(&key().to_bytes()).unwrap();
    assert_eq!(again.public().unwrap().id(), public.id());
    let read = PublicKey::from_spki(public.spki()).unwrap();
    assert_eq!(read.spki(), public.spki());
}

#[test]
fn signing_the_same_twice_gives_the_same_whatever_the_randomness() {
    let blinded = [42; 256];
    let first = key().sign(&blinded, &mut random(1)).unwrap();
    assert_eq!(key().sign(&blinded, &mut random(2)).unwrap(), first);
    assert_ne!(key().sign(&[43; 256], &mut random(1)).unwrap(), first);
}

#[test]
fn a_value_that_is_not_less_than_the_modulus_is_not_signed() {
    let spki = key().public().unwrap().spki().to_vec();
    let modulus: [u8; 256] = spki[81..337].try_into().unwrap();
    let mut less = modulus;
    less[255] -= 1;
    let public = key().public().unwrap();
    for (value, may) in [
        (modulus, false),
        ([255; 256], false),
        (less, true),
        ([0; 256], true),
    ] {
        assert_eq!(public.can_sign(&value), may);
        assert_eq!(key().sign(&value, &mut random(1)).is_ok(), may);
    }
}

#[test]
fn what_is_no_such_key_is_refused() {
    let spki = key().public().unwrap().spki().to_vec();
    for (at, name) in [
        (2, "length"),
        (16, "algorithm"),
        (40, "hash"),
        (72, "salt"),
        (341, "exponent"),
    ] {
        let mut spoilt = spki.clone();
        spoilt[at] ^= 1;
        assert!(PublicKey::from_spki(&spoilt).is_err(), "{name}");
    }
    for length in [0, 81, 341] {
        assert!(PublicKey::from_spki(&spki[..length]).is_err());
    }
    assert!(PublicKey::from_spki(&[&spki[..], &[0]].concat()).is_err());
    assert!(PrivateKey::from_bytes(&[0; 256]).is_err());
    assert!(PrivateKey::from_bytes(&[1; 255]).is_err());
}

#[test]
fn a_private_key_is_opened_only_under_the_same_server_key_for_the_same_campaign() {
    let id = key().public().unwrap().id();
    let (server, campaign) = (ServerKey::new([1; 32]), CampaignId(Uuid::from_u128(1)));
    let sealed = server.seal_pass_key(campaign, &id, key(), [9; 24]).unwrap();
    let secret = key().to_bytes();
    assert!(!sealed.windows(16).any(|at| at == &secret[..16]));
    let opened = server.open_pass_key(campaign, &id, &sealed).unwrap();
    assert_eq!(opened.to_bytes(), secret);

    let other = ServerKey::new([2; 32]);
    assert!(other.open_pass_key(campaign, &id, &sealed).is_err());
    assert!(
        server
            .open_pass_key(CampaignId(Uuid::from_u128(2)), &id, &sealed)
            .is_err()
    );
    assert!(server.open_pass_key(campaign, &[0; 32], &sealed).is_err());
    for at in [0, 24, sealed.len() - 1] {
        let mut spoilt = sealed.clone();
        spoilt[at] ^= 1;
        assert!(server.open_pass_key(campaign, &id, &spoilt).is_err());
    }
    assert!(server.open_pass_key(campaign, &id, &sealed[..20]).is_err());
}

#[test]
fn a_token_that_was_changed_anywhere_is_refused() {
    let vector = &read("rfc9578-type-2.txt")[0];
    let public = PublicKey::from_spki(&hex::decode(&vector["pkS"]).unwrap()).unwrap();
    let (context, name) = (
        hex::decode(&vector["token_challenge"]).unwrap()[19..51].try_into(),
        "issuer.example",
    );
    let challenge = TokenChallenge::new(name, context.ok(), "origin.example").unwrap();
    let token = hex::decode(&vector["token"]).unwrap();
    assert!(public.accepts(&Token::parse(&token).unwrap(), &challenge));
    for at in 0..token.len() {
        let mut spoilt = token.clone();
        spoilt[at] ^= 1 << (at % 8);
        let accepted = Token::parse(&spoilt).is_ok_and(|token| public.accepts(&token, &challenge));
        assert!(!accepted, "byte {at}");
    }
    for length in [0, 1, 97, 98, 353] {
        assert!(Token::parse(&token[..length]).is_err(), "{length}");
    }
    assert!(Token::parse(&[&token[..], &[0]].concat()).is_err());
}

#[test]
fn a_request_of_another_type_or_length_is_refused() {
    let request = hex::decode(&read("rfc9578-type-2.txt")[0]["token_request"]).unwrap();
    assert_eq!(
        TokenRequest::parse(&request).unwrap().blinded[..],
        request[3..]
    );
    for length in [0, 1, 2, 3, 258] {
        assert!(TokenRequest::parse(&request[..length]).is_err(), "{length}");
    }
    assert!(TokenRequest::parse(&[&request[..], &[0]].concat()).is_err());
    for kind in [[0, 1], [0xda, 0x7a], [2, 0]] {
        assert!(TokenRequest::parse(&[&kind, &request[2..]].concat()).is_err());
    }
}

#[test]
fn a_spent_pass_is_one_nonce_in_one_campaign_whatever_its_signature() {
    let (server, campaign) = (ServerKey::new([1; 32]), CampaignId(Uuid::from_u128(1)));
    let token = |change: usize| {
        let mut bytes = hex::decode(&read("rfc9578-type-2.txt")[0]["token"]).unwrap();
        bytes[change] ^= 1;
        Token::parse(&bytes).unwrap()
    };
    let hash = |token: &Token| server.pass_hash(campaign, token);
    assert_eq!(
        hash(&token(353)),
        hash(&token(98)),
        "the signature does not count"
    );
    assert_ne!(hash(&token(353)), hash(&token(2)), "the nonce does");
    assert_ne!(
        hash(&token(353)),
        server.pass_hash(CampaignId(Uuid::from_u128(2)), &token(353))
    );
    assert_eq!(format!("{:?}", token(2)), "Token(…)");
}
