//! What a client makes itself: receipts, orders, invitations, proofs, passes; and which language it takes.

use std::collections::BTreeMap;

use aftercare::domain::admission::invitation::{Invitation, RANDOM_BYTES};
use aftercare::domain::admission::proof_of_work::{Proof, Work};
use aftercare::domain::form::{OptionDefinition, look_up, shuffled};
use aftercare::domain::response::receipt::Receipt;
use serde_json::{Value, json};

type File = (&'static str, &'static str, Vec<(&'static str, Vec<Value>)>);

/// The files: name, what it is about, lists of cases.
pub fn files() -> Vec<File> {
    vec![
        (
            "credentials.json",
            "Receipts, orders of options that follow from them, invitations as people type them, proofs of work, languages.",
            vec![
                ("receipts", receipts()),
                ("orders", orders()),
                ("invitations", invitations()),
                ("proofs", proofs()),
                ("languages", languages()),
            ],
        ),
        (
            "passes.json",
            "Blind signatures of RFC 9474 and passes of RFC 9578. What is random for a client is given, so that all else follows.",
            vec![("signatures", signatures()), ("passes", passes())],
        ),
    ]
}

fn receipts() -> Vec<Value> {
    let texts = [
        "m3Zk0n2yTq8XwP5rVb1LcA",
        "AbCdEfGhIjKlMnOpQrStUv",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "-_-_-_-_-_0123456789ab",
        "",
        "short",
        "AbCdEfGhIjKlMnOpQrStU",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abcdefgabcdefgabcdefga",
        "abcdefghabcdefghabcdef",
        "AbCdEfGhIjKlMnOpQrSt v",
        "AbCdEfGhIjKlMnOpQrSt+/",
        "AbCdEfGhIjKlMnOpQrSt==",
        "\u{c0}bCdEfGhIjKlMnOpQrStUv",
    ];
    let long = [
        "aB3dEfGhI".repeat(14) + "aB",
        "aB3dEfGhI".repeat(14) + "aB3",
    ];
    let all = texts.into_iter().chain(long.iter().map(String::as_str));
    all.map(|text| json!({"text": text, "valid": Receipt::parse(text).is_ok()}))
        .collect()
}

fn orders() -> Vec<Value> {
    let options = |codes: &[(&str, bool)]| -> Vec<OptionDefinition> {
        let option =
            |(code, fixed): &(&str, bool)| json!({"code": code, "label": {}, "fixed": fixed});
        serde_json::from_value(codes.iter().map(option).collect()).unwrap()
    };
    let some = options(&[
        ("family", false),
        ("friends", false),
        ("nurse", false),
        ("neighbours", false),
        ("nobody", true),
    ]);
    let fixed = options(&[
        ("first", true),
        ("a", false),
        ("b", false),
        ("middle", true),
        ("c", false),
        ("d", false),
    ]);
    let mut cases = Vec::new();
    for receipt in [
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAQ",
        "m3Zk0n2yTq8XwP5rVb1LcA",
    ] {
        for (options, list) in [
            (&some, "help_from"),
            (&some, "difficulty"),
            (&fixed, "help_from"),
        ] {
            let codes = |all: Vec<&OptionDefinition>| {
                all.iter().map(|it| it.code.clone()).collect::<Vec<_>>()
            };
            let fixed: Vec<&OptionDefinition> = options.iter().filter(|it| it.fixed).collect();
            cases.push(json!({
                "receipt": receipt, "list": list, "options": codes(options.iter().collect()), "fixed": codes(fixed),
                "order": codes(shuffled(options, receipt, list)),
            }));
        }
    }
    cases
}

/// `written` is null where the text is no invitation.
fn invitations() -> Vec<Value> {
    let written = Invitation::from_random(*b"\x01\x00\x40\x10\x04\xab\xcd\xef\x01").to_string();
    let last = Invitation::from_random([0xff; RANDOM_BYTES]).to_string();
    let mut typed = vec![
        written.clone(),
        written.to_lowercase(),
        written.replace('-', ""),
        written.replace('-', " "),
        written.replace('0', "O").replace('1', "I"),
        written.replace('0', "o").replace('1', "l"),
        written.replace('1', "i").replace('-', "\u{2013}"),
        format!("\t {} \n", written.replace('-', " - ")),
        written.replace('-', "\u{2212}"),
        written.replace('-', "\u{3000}"),
        last.clone(),
        last.replace('Z', "z"),
        "0000-0000-0000-0000".to_owned(),
        "0000-0000-0000-0101".to_owned(),
    ];
    let mut wrong: Vec<char> = written.chars().collect();
    wrong.swap(0, 5);
    typed.push(wrong.iter().collect());
    wrong.swap(0, 5);
    wrong[3] = if wrong[3] == '7' { '8' } else { '7' };
    typed.push(wrong.iter().collect());
    for text in [
        "",
        "-",
        "0000-0000-0000-000",
        "0000-0000-0000-0000-0",
        "0000 0000 0000 000U",
        "0000_0000_0000_0000",
        "0000-0000-0000-000\u{ff10}",
        "0000-0000-0000-00ZX",
        "0000-0000-0000-00ZY",
        "0000-0000-0000-00ZZ",
        "0000-0000-0000-000\u{131}",
    ] {
        typed.push(text.to_owned());
    }
    let case = |typed: &String| {
        let written = Invitation::parse(typed).ok().map(|it| it.to_string());
        json!({"typed": typed, "written": written})
    };
    typed.iter().map(case).collect()
}

/// The first number that is a proof, and the one before it, which is none.
fn proofs() -> Vec<Value> {
    let mut cases = Vec::new();
    for (campaign, receipt, all) in [
        ("spring-2027", "m3Zk0n2yTq8XwP5rVb1LcA", &[8_u8, 12, 16][..]),
        (
            "a",
            "aB3dEfGhIjKlMnOpQrStUvWxYz0123456789aB3dEfGhIjKlMnOpQrStUvWxYz0123456789",
            &[8, 13][..],
        ),
    ] {
        for bits in all {
            let key = campaign.parse().unwrap();
            let shown = |proof: &str| {
                let (proof, receipt) = (
                    Proof::parse(proof).unwrap(),
                    Receipt::parse(receipt).unwrap(),
                );
                Work::of_bits(*bits)
                    .unwrap()
                    .is_shown_by(&proof, &key, &receipt)
            };
            let first = (0_u64..).find(|number| shown(&number.to_string())).unwrap();
            cases.push(json!({"campaign": campaign, "receipt": receipt, "bits": bits, "first": first.to_string()}));
        }
    }
    cases
}

fn languages() -> Vec<Value> {
    let mut cases = Vec::new();
    for offered in [
        vec!["ko", "en", "pt-BR"],
        vec!["en-GB", "en", "zh-Hant", "zh-Hans", "ar"],
    ] {
        let offered: Vec<String> = offered.into_iter().map(str::to_owned).collect();
        for asked in [
            "ko",
            "KO-kr",
            "en-Latn-GB-x-private",
            "en-US",
            "en-gb",
            "pt",
            "pt-PT",
            "zh",
            "zh-Hans-CN",
            "zh-TW",
            "ar-EG",
            "fr",
            "",
        ] {
            cases.push(
                json!({"offered": offered, "asked": asked, "found": look_up(&offered, asked)}),
            );
        }
    }
    cases
}

/// Paragraphs of `name: value`, where a value may go on in the next lines.
fn read(text: &str) -> Vec<BTreeMap<String, String>> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let text = lines.join("\n");
    let mut all = Vec::new();
    for paragraph in text.trim().split("\n\n") {
        let (mut values, mut name) = (BTreeMap::<String, String>::new(), "");
        for line in paragraph.lines() {
            let rest = match line.split_once(':') {
                Some((first, rest)) => {
                    name = first;
                    rest
                }
                None => line,
            };
            values
                .entry(name.to_owned())
                .or_default()
                .push_str(rest.trim());
        }
        all.push(values);
    }
    all
}

fn signatures() -> Vec<Value> {
    let vectors = read(include_str!("../vectors/rfc9474.txt"));
    let case = |it: &BTreeMap<String, String>| {
        json!({
            "name": it["name"], "n": vectors[0]["n"], "e": vectors[0]["e"], "message": it["input_msg"], "salt": it["salt"],
            "blind": it["blind"], "blinded_message": it["blinded_msg"], "blind_signature": it["blind_sig"], "signature": it["sig"],
        })
    };
    vectors.iter().map(case).collect()
}

fn passes() -> Vec<Value> {
    let vectors = read(include_str!("../vectors/rfc9578-type-2.txt"));
    let case = |it: &BTreeMap<String, String>| {
        json!({
            "token_key": vectors[0]["pkS"], "challenge": it["token_challenge"], "nonce": it["nonce"], "salt": it["salt"],
            "blind": it["blind"], "request": it["token_request"], "response": it["token_response"], "token": it["token"],
        })
    };
    vectors.iter().map(case).collect()
}
