//! Tests against the RFCs' own vectors, and of what is refused.

mod headers;
mod keys;
mod vectors;

use std::collections::BTreeMap;

/// Named values of a file of `tests/vectors`; one map for each paragraph. Lines that go on are joined.
fn read(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("{}/tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let paragraphs = text.split("\n\n").filter(|one| !one.starts_with('#'));
    let vectors = paragraphs.map(|paragraph| {
        let mut values = BTreeMap::<String, String>::new();
        let mut name = "";
        for line in paragraph.lines() {
            let rest = line.split_once(':').map_or(line, |(first, rest)| {
                name = first;
                rest
            });
            values
                .entry(name.to_owned())
                .or_default()
                .push_str(rest.trim());
        }
        values
    });
    vectors.collect()
}

/// Randomness that is always the same.
fn random(seed: u64) -> rand::rngs::StdRng {
    rand::SeedableRng::seed_from_u64(seed)
}
