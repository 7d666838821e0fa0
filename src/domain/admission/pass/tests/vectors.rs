//! The vectors of RFC 9577, appendix A, RFC 9578, appendix A.2, and RFC 9474, appendix A.

use rsa::pkcs8::DecodePrivateKey;
use rsa::pss::Signature;
use rsa::signature::Verifier;
use rsa::traits::PrivateKeyParts;
use rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey};

use super::{random, read};
use crate::domain::admission::pass::challenge::TokenChallenge;
use crate::domain::admission::pass::key::{PrivateKey, PublicKey, sign, verifier};
use crate::domain::admission::pass::request::TokenRequest;
use crate::domain::admission::pass::token::Token;

#[test]
fn challenges_are_written_and_hashed_as_in_rfc_9577() {
    let vectors = read("rfc9577.txt");
    assert_eq!(vectors.len(), 5);
    for vector in &vectors {
        let text = |name: &str| String::from_utf8(hex::decode(&vector[name]).unwrap()).unwrap();
        let context = hex::decode(&vector["redemption_context"]).unwrap();
        let (issuer, origin) = (text("issuer_name"), text("origin_info"));
        let challenge = TokenChallenge::new(&issuer, context.try_into().ok(), &origin).unwrap();
        let signed = hex::decode(&vector["token_authenticator_input"]).unwrap();
        assert_eq!(signed[34..66], challenge.digest());

        let token = Token::parse(&[&signed[..], &[7; 256]].concat()).unwrap();
        assert_eq!(*token.challenge_digest(), challenge.digest());
        assert_eq!(
            token.key_id()[..],
            hex::decode(&vector["token_key_id"]).unwrap()
        );
        assert_eq!(token.signed(), signed);
    }
}

#[test]
fn passes_are_issued_and_redeemed_as_in_rfc_9578() {
    let vectors = read("rfc9578-type-2.txt");
    assert_eq!(vectors.len(), 5);
    let pem = String::from_utf8(hex::decode(&vectors[0]["skS"]).unwrap()).unwrap();
    let secret = RsaPrivateKey::from_pkcs8_pem(&pem).unwrap();
    let primes: Vec<u8> = secret
        .primes()
        .iter()
        .flat_map(|p| p.to_be_bytes().to_vec())
        .collect();
    let secret = PrivateKey::from_bytes(&primes).unwrap();
    let public = secret.public().unwrap();
    assert_eq!(public.spki(), hex::decode(&vectors[0]["pkS"]).unwrap());
    assert_eq!(
        PublicKey::from_spki(public.spki()).unwrap().id(),
        public.id()
    );

    for (number, vector) in vectors.iter().enumerate() {
        let challenge = hex::decode(&vector["token_challenge"]).unwrap();
        let token = Token::parse(&hex::decode(&vector["token"]).unwrap()).unwrap();
        let request = TokenRequest::parse(&hex::decode(&vector["token_request"]).unwrap()).unwrap();
        assert_eq!(Some(&request.truncated_key_id), public.id().last());
        assert!(public.can_sign(&request.blinded));
        let response = secret
            .sign(&request.blinded, &mut random(number as u64))
            .unwrap();
        assert_eq!(
            response[..],
            hex::decode(&vector["token_response"]).unwrap()
        );

        let challenge = challenge_of(&challenge);
        assert!(public.accepts(&token, &challenge));
        assert_eq!(
            token.signed()[2..34],
            hex::decode(&vector["nonce"]).unwrap()
        );
        let other = TokenChallenge::new("other.example", None, "").unwrap();
        assert!(!public.accepts(&token, &other));
    }
}

/// Reads a challenge, which the server itself never has to.
fn challenge_of(bytes: &[u8]) -> TokenChallenge {
    let issuer_end = 4 + usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
    let context_end = issuer_end + 1 + usize::from(bytes[issuer_end]);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let context = bytes[issuer_end + 1..context_end].try_into().ok();
    let (issuer, origin) = (text(&bytes[4..issuer_end]), text(&bytes[context_end + 2..]));
    let challenge = TokenChallenge::new(&issuer, context, &origin).unwrap();
    assert_eq!(challenge.as_bytes(), bytes);
    challenge
}

#[test]
fn blind_signatures_are_those_of_rfc_9474() {
    let vectors = read("rfc9474.txt");
    assert_eq!(
        vectors.len(),
        2,
        "with a salt; the ones without are another scheme"
    );
    for vector in &vectors {
        let bytes = |name: &str| hex::decode(&vector[name]).unwrap();
        let number =
            |name: &str, bits| BoxedUint::from_be_slice_vartime(&bytes(name)).resize_to(bits);
        let (p, q, e) = (number("p", 2048), number("q", 2048), number("e", 64));
        let secret = RsaPrivateKey::from_p_q(p, q, e).unwrap();
        let signature = sign(&secret, &bytes("blinded_msg"), &mut random(1)).unwrap();
        assert_eq!(signature[..], bytes("blind_sig"), "{}", vector["name"]);

        let verifier = verifier(RsaPublicKey::from(&secret));
        let signature = |bytes: Vec<u8>| Signature::try_from(&bytes[..]).unwrap();
        let mut message = bytes("input_msg");
        verifier.verify(&message, &signature(bytes("sig"))).unwrap();
        message[0] ^= 1;
        verifier
            .verify(&message, &signature(bytes("sig")))
            .unwrap_err();
    }
}

trait ResizeTo {
    fn resize_to(self, bits: u32) -> BoxedUint;
}

impl ResizeTo for BoxedUint {
    fn resize_to(self, bits: u32) -> BoxedUint {
        let bytes = self.to_be_bytes_trimmed_vartime();
        BoxedUint::from_be_slice(&bytes, bits).unwrap()
    }
}
