//! What suppression takes away from made-up responses to the shipped form, beside leaving rare ones out; and how long
//! planning takes. It runs only when it is named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use aftercare::domain::codebook::{
    CampaignLabel, Column, ColumnIndex, ColumnKind, Columns, RowContent, RowProjection,
};
use aftercare::domain::disclosure::k_anonymity::{FrequencyTable, QiSet};
use aftercare::domain::disclosure::{
    KeyEncoder, Levels, QuasiIdentifiers, SecondarySuppression, ShownClass, Weights,
};
use aftercare::domain::form::Form;
use aftercare::domain::ids::CampaignId;
use aftercare::domain::response::{Occasion, RawAnswers, validate};
use aftercare::domain::week::IsoWeek;
use aftercare::sample::{People, synthetic};
use chrono::{NaiveDate, TimeDelta};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::world::{occasion, shipped_form};

const WEEKS: i64 = 12;
const K: u32 = 5;

pub fn run() {
    let form = shipped_form();
    println!(
        "| people | responses | combinations | rare | rare by background alone | rows touched | metadata cells suppressed | background answers suppressed | \
         other cells suppressed | loss of the background | weighted cost | planned in | peak memory |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    let people = People::of(&form).unwrap();
    for records in [1_000, 10_000, 100_000, 1_000_000] {
        measure(&form, "of the registry", records, |language, rng| {
            people.answers(
                &form,
                Occasion {
                    language,
                    ..occasion()
                },
                rng,
            )
        });
        measure(
            &form,
            "of whom nothing is known",
            records,
            |language, rng| synthetic(&form, language, rng),
        );
    }
}

fn measure(
    form: &Form,
    people: &str,
    records: u64,
    filled: impl Fn(&str, &mut StdRng) -> RawAnswers,
) {
    let columns = Columns::of(&[(1, form)]);
    let quasi = QuasiIdentifiers::of(&columns);
    let secondary = SecondarySuppression::of(&columns, &quasi);
    let projection = RowProjection::of(&columns, 1);
    let is_metadata = |column: &Column| matches!(column.kind, ColumnKind::Metadata(_));
    let (metadata, answers): (Vec<_>, Vec<_>) = quasi
        .columns()
        .iter()
        .partition(|(index, _)| is_metadata(index.of(columns.as_slice()).unwrap()));
    let places = |columns: Vec<(ColumnIndex, usize)>| -> BTreeSet<usize> {
        columns.into_iter().map(|(_, quasi)| quasi).collect()
    };
    let (metadata, answers) = (places(metadata), places(answers));
    let first = IsoWeek::of(NaiveDate::from_ymd_opt(2027, 1, 4).unwrap()).monday();
    let levels = Arc::new(Levels::of(&columns, &quasi));
    let mut encoder = KeyEncoder::new(Arc::clone(&levels));
    let mut table = FrequencyTable::new(quasi.count()).unwrap();
    let mut background = FrequencyTable::new(answers.len()).unwrap();
    let mut rng = StdRng::seed_from_u64(2027);
    for _ in 0..records {
        let language = if rng.random_bool(0.9) { "ko" } else { "en" };
        let week = TimeDelta::weeks(rng.random_range(0..WEEKS));
        let valid = validate(form, &filled(language, &mut rng), occasion()).unwrap();
        let row = RowContent {
            campaign: &CampaignLabel {
                id: CampaignId::default(),
                key: "spring",
            },
            language,
            week: first + week,
            answers: valid.as_slice(),
        };
        let cells = quasi.columns().iter();
        let cells = cells.map(|(column, one)| (*column, *one, projection.cell(*column, &row)));
        let codes = encoder.codes(&cells.collect::<Vec<_>>());
        table.add(codes).unwrap();
        let of_answers: Vec<u32> = answers.iter().map(|quasi| codes[*quasi]).collect();
        background.add(&of_answers).unwrap();
    }
    let distinct = table.combinations();
    let weights = Weights::of_columns(&columns, &quasi, &secondary, &BTreeMap::new());
    let started = Instant::now();
    encoder.seal(&mut table);
    let hierarchies = encoder.hierarchies(&weights);
    let suppression = table.generalise(K, &hierarchies).unwrap();
    let took = started.elapsed();
    let peak = peak();
    let suppressed_with = secondary.of_version(1);
    let dependent = |suppressed: QiSet| {
        let others = columns.iter().map(|(index, _)| index);
        others
            .filter(|index| quasi.of_column(*index).is_none())
            .filter(|index| index.of(suppressed_with).unwrap().intersects(suppressed))
            .count() as u64
    };
    let dependent: u64 = suppression
        .shares()
        .map(|(_, shown, records)| records * dependent(ShownClass::new(shown, &encoder).undecided))
        .sum();
    let cost = suppression.cost();
    let weighted: u64 = suppression
        .shares()
        .map(|(_, shown, records)| {
            let cells = shown.iter().zip(&hierarchies);
            records
                * cells
                    .map(|(code, it)| u64::from(it.cost(*code)))
                    .sum::<u64>()
        })
        .sum();
    let weighted = weighted / 1000;
    let lost: u64 = suppression
        .shares()
        .map(|(_, shown, records)| {
            let class = ShownClass::new(shown, &encoder);
            let lost = |quasi: &usize| match class.coarse(*quasi, &encoder) {
                Some(coarse) => u64::from(levels.loss(*quasi, coarse)),
                None => 1000 * u64::from(class.masked.contains(*quasi)),
            };
            records * answers.iter().map(lost).sum::<u64>()
        })
        .sum();
    let loss = lost as f64 / (1000 * records * answers.len() as u64) as f64;
    let rare_background = background.suppress(K).cost().rare_records;
    let suppressed = |quasi: &BTreeSet<usize>| -> u64 {
        quasi
            .iter()
            .map(|one| cost.suppressed_by_column[*one])
            .sum()
    };
    let share = |part: u64, of: u64| format!("{:.1} %", 100.0 * part as f64 / of as f64);
    let others = (columns.as_slice().len() - quasi.columns().len()) as u64;
    println!(
        "| {people} | {records} | {distinct} | {} | {} | {} | {} | {} | {} | {loss:.3} | {weighted} | {took:.2?} | {peak} |",
        share(cost.rare_records, records),
        share(rare_background, records),
        share(cost.records_affected, records),
        share(suppressed(&metadata), records * metadata.len() as u64),
        share(suppressed(&answers), records * answers.len() as u64),
        share(dependent, records * others),
    );
    println!(
        "  {weights:?}, suppressed by quasi-identifier {:?}, told as a group {:?}",
        cost.suppressed_by_column, cost.coarser_by_column
    );
}

/// The most memory that this process has held so far.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or("?").trim().to_owned()
}
