//! Passes on one core: signing and verifying, beside the bare operations on big numbers.

use std::hint::black_box;
use std::time::Duration;

use aftercare::domain::admission::pass::challenge::TokenChallenge;
use aftercare::domain::admission::pass::key::PrivateKey;
use aftercare::domain::admission::pass::token::Token;
use aftercare::domain::ids::CampaignId;
use aftercare::domain::server_key::ServerKey;
use futures_util::FutureExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::hazmat::{rsa_decrypt, rsa_encrypt};
use rsa::{BoxedUint, RsaPrivateKey};
use uuid::Uuid;

use super::measure::{Contender, Sum, Table, in_turn};

const ROUNDS: usize = 9;
const SLOT: Duration = Duration::from_millis(250);
const EXPONENT: u32 = 65_537;

pub fn run(table: &mut Table) {
    let (server, campaign) = (ServerKey::new([7; 32]), CampaignId(Uuid::from_u128(1)));
    let private = PrivateKey::generate(&mut StdRng::seed_from_u64(7)).unwrap();
    let public = private.public().unwrap();
    let id = public.id();
    let sealed = server
        .seal_pass_key(campaign, &id, &private, [9; 24])
        .unwrap();
    let challenge = TokenChallenge::of_host("bench.example").unwrap();
    // A forged pass costs as much as a good one, but for the last comparison.
    let token = [&[0, 2][..], &[1; 32], &challenge.digest(), &id, &[3; 256]].concat();
    let token = Token::parse(&token).unwrap();

    let blinded = [42; 256];
    let number = BoxedUint::from_be_slice(&blinded, 2048).unwrap();
    let primes = private.to_bytes();
    let prime = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 1024).unwrap();
    let (p, q) = (prime(&primes[..128]), prime(&primes[128..]));
    let bare = RsaPrivateKey::from_p_q(p, q, EXPONENT.into()).unwrap();

    let mut random = StdRng::seed_from_u64(1);
    let mut other = StdRng::seed_from_u64(2);
    let mut makers = StdRng::seed_from_u64(3);
    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![
        Box::new(Sum(|| {
            black_box(rsa_decrypt(None::<&mut StdRng>, &bare, &number).unwrap());
            1
        })),
        Box::new(Sum(|| {
            let private = server.open_pass_key(campaign, &id, &sealed).unwrap();
            black_box(private.sign(&blinded, &mut random).unwrap());
            1
        })),
        Box::new(Sum(|| {
            black_box(private.sign(&blinded, &mut other).unwrap());
            1
        })),
        Box::new(Sum(|| {
            black_box(rsa_encrypt(&bare, &number).unwrap());
            1
        })),
        Box::new(Sum(|| {
            black_box(public.accepts(&token, &challenge));
            1
        })),
        Box::new(Sum(|| {
            black_box(PrivateKey::generate(&mut makers).unwrap());
            1
        })),
    ];
    // Nothing here waits for anything.
    let samples = in_turn(ROUNDS, SLOT, &mut contenders)
        .now_or_never()
        .unwrap();
    let limit = "bare private operation";
    table.compare(
        "issue a pass: open the key, sign blinded, check",
        &samples[1],
        limit,
        &samples[0],
    );
    table.compare("the same with an open key", &samples[2], limit, &samples[0]);
    table.compare("make a key pair", &samples[5], limit, &samples[0]);
    table.compare(
        "verify a pass",
        &samples[4],
        "bare public operation",
        &samples[3],
    );
}
