//! Scores of the second edition: the numbers of their items as whole units, and what they can come to.

use std::collections::{BTreeMap, BTreeSet};

use super::score_items::{Raw, by_key};
use super::{Check, FormFault};
use crate::domain::form::condition::Condition;
use crate::domain::form::question::Question;
use crate::domain::form::score::{
    Decimal, Exact, Item, MAX_DECIMALS, Method, Reach, Routing, Rule, Score, ScoreDefinition,
    ScoreMethod, WhenHolds, dependencies, float,
};
use crate::domain::pointer::Pointer;

/// A share has more digits than other numbers: two thirds are often written with many.
const SHARE_DECIMALS: u32 = 15;

/// The most rows of a table.
const MAX_ROWS: usize = 2000;

/// The most digits after the point of a score.
const MAX_ROUNDING: u8 = 4;

impl Check<'_> {
    /// The checked score; none when something is wrong with it or with a score that it is computed from.
    pub(super) fn exact_score(
        &mut self,
        place: usize,
        pointer: &Pointer,
        questions: &[Question],
        sections: &[Option<Condition>],
        before: &[Option<Score>],
    ) -> Option<Score> {
        let form = self.form;
        let score = form.scores.get(place)?;
        let known = self.faults.len();
        self.score_fields(score, pointer);
        let share = self.share(score, pointer);
        let mut items = self.question_items(score, pointer, questions);
        let mut complete = self.score_items(place, pointer, before, &mut items);
        self.names(score, pointer, &items);
        let conditions = self.counted_conditions(place, pointer, questions);
        complete &= conditions.len() == score.count_when.len();
        if score.of.is_empty() && score.of_scores.is_empty() && score.count_when.is_empty() {
            self.fault(&pointer.child("of"), FormFault::Empty);
        }
        let count = items.len() + conditions.len();
        if let Some(least) = score.at_least_items
            && (least == 0 || usize::try_from(least).is_ok_and(|least| least > count))
        {
            self.fault(
                &pointer.child("at_least_items"),
                FormFault::ScoreItems { count },
            );
        }
        if self.faults.len() > known || !complete {
            return None;
        }
        let mut exact = self.in_units(score, pointer, items, conditions, share?)?;
        let checked: Vec<Score> = before
            .iter()
            .map(|score| score.clone().unwrap_or_else(Score::unknown))
            .collect();
        let routing = Routing {
            questions,
            sections,
            scores: &checked,
            count: form.scores.len(),
        };
        match routing.reach(&exact) {
            Ok(reach) => exact.reach = reach,
            Err(fault) => {
                self.table_fault(&exact, &fault, pointer);
                return None;
            }
        }
        self.exact_bands(score, &mut exact, &pointer.child("bands"));
        let (keys, scores) = dependencies(&form.scores, place);
        let places = by_key(questions);
        let of_key = |key: &str| places.get(key).copied();
        Some(Score {
            scores: scores.into_iter().collect(),
            questions: keys
                .into_iter()
                .filter_map(of_key)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            rule: Rule::Exact(Box::new(exact)),
        })
    }

    /// Which fields the method has.
    fn score_fields(&mut self, score: &ScoreDefinition, pointer: &Pointer) {
        use ScoreMethod::{Count, Mean, RawMean, Sum, Table};
        let method = score.method;
        let adds = [Mean, Sum, RawMean].contains(&method);
        let fields = [
            ("of_scores", !score.of_scores.is_empty(), method != Count),
            ("reversed", !score.reversed.is_empty(), method != Count),
            ("weights", !score.weights.is_empty(), adds),
            ("values", !score.values.is_empty(), method != Count),
            ("plus", score.plus.is_some(), method != Table),
            ("count_when", !score.count_when.is_empty(), method == Count),
            ("table", !score.table.is_empty(), method == Table),
            (
                "at_least_items",
                score.at_least_items.is_some(),
                method != Table,
            ),
        ];
        for (field, present, has) in fields {
            if present && !has {
                let method = method.name();
                self.fault(
                    &pointer.child(field),
                    FormFault::ScoreFieldNotForMethod { method, field },
                );
            }
        }
        if method == Table && score.table.is_empty() {
            self.fault(&pointer.child("table"), FormFault::Empty);
        }
        if score.table.len() > MAX_ROWS {
            self.fault(&pointer.child("table"), FormFault::TableTooLarge);
        }
        if let Some(round) = &score.round
            && round.decimals > MAX_ROUNDING
        {
            self.fault(
                &pointer.child("round").child("decimals"),
                FormFault::ScoreDecimals,
            );
        }
    }

    /// A number of the score; a fault where it is none that can be counted with.
    pub(super) fn number(&mut self, number: f64, pointer: &Pointer) -> Option<Decimal> {
        let read = Decimal::read(number, MAX_DECIMALS);
        if read.is_none() {
            self.fault(pointer, FormFault::ScoreNumber);
        }
        read
    }

    fn share(&mut self, score: &ScoreDefinition, pointer: &Pointer) -> Option<(i128, i128)> {
        if score.method == ScoreMethod::Table {
            return Some((0, 1));
        }
        let read = Decimal::read(score.at_least_answered, SHARE_DECIMALS)
            .filter(|share| (0.0..=1.0).contains(&score.at_least_answered) && share.mantissa >= 0);
        let Some(share) = read else {
            self.fault(&pointer.child("at_least_answered"), FormFault::ScoreShare);
            return None;
        };
        Some((share.mantissa, 10_i128.checked_pow(share.decimals)?))
    }

    /// The score with all its numbers in whole units.
    fn in_units(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        raw: Vec<Raw>,
        conditions: Vec<WhenHolds>,
        share: (i128, i128),
    ) -> Option<Exact> {
        let plus = match score.plus {
            Some(plus) => self.number(plus, &pointer.child("plus"))?,
            None => Decimal::whole(0),
        };
        let mut weights = BTreeMap::new();
        for (key, weight) in &score.weights {
            weights.insert(key, Decimal::read(*weight, MAX_DECIMALS)?);
        }
        let of_weights = weights
            .values()
            .map(|weight| weight.decimals)
            .max()
            .unwrap_or_default();
        let of_numbers = raw
            .iter()
            .map(|item| item.numbers.decimals())
            .max()
            .unwrap_or_default();
        let of_cells = self.table_decimals(score, pointer)?;
        let to = match score.method {
            ScoreMethod::Mean => {
                let [low, high] = score.to;
                let pointer = pointer.child("to");
                [
                    self.number(low, &pointer.child(0))?,
                    self.number(high, &pointer.child(1))?,
                ]
            }
            _ => [Decimal::whole(0), Decimal::whole(0)],
        };
        // The numerator of the score, and the numbers of the items, are counted in units of so many decimals.
        let (unit, of_items) = match score.method {
            ScoreMethod::Mean => {
                let [low, high] = to;
                (
                    low.decimals.max(high.decimals).max(plus.decimals),
                    of_numbers,
                )
            }
            ScoreMethod::Sum => {
                let unit = (of_numbers + of_weights).max(plus.decimals);
                (unit, unit - of_weights)
            }
            ScoreMethod::Table => (of_cells.1, of_numbers.max(of_cells.0)),
            _ => {
                let unit = of_numbers.max(plus.decimals);
                (unit, unit)
            }
        };
        let mut items = Vec::new();
        for one in raw {
            let weight = match weights.get(&one.key) {
                Some(weight) => weight.units(of_weights)?,
                None => 10_i128.checked_pow(of_weights)?,
            };
            let times = if score.method == ScoreMethod::Sum {
                weight
            } else {
                1
            };
            let reversed = score.reversed.contains(&one.key);
            match Item::new(
                one.source,
                &one.numbers,
                one.first,
                of_items,
                times,
                reversed,
            ) {
                Some(item) if score.method == ScoreMethod::Sum => items.push(item),
                Some(item) => items.push(item.weighing(weight)),
                None => self.fault(&one.pointer, FormFault::ScoreNotNumeric { key: one.key }),
            }
        }
        let one = 10_i128.checked_pow(unit)?;
        items.extend(
            conditions
                .into_iter()
                .map(|condition| Item::when(condition, one)),
        );
        let mut exact = Exact {
            items,
            method: Method::RawMean,
            plus: plus.units(unit)?,
            share,
            at_least_items: score
                .at_least_items
                .and_then(|count| usize::try_from(count).ok()),
            hidden: score.hidden.unwrap_or_default(),
            decimals: 0,
            rule: score.round.map(|round| round.rule).unwrap_or_default(),
            scale: (1, 1),
            bands: Vec::new(),
            reach: Reach::default(),
        };
        exact.decimals = score.round.map_or_else(
            || match score.method {
                ScoreMethod::Mean | ScoreMethod::RawMean => 1,
                ScoreMethod::Sum => unit.clamp(1, MAX_ROUNDING.into()),
                _ => unit.min(MAX_ROUNDING.into()),
            },
            |round| round.decimals.into(),
        );
        let (more, less) = (
            exact.decimals.saturating_sub(unit),
            unit.saturating_sub(exact.decimals),
        );
        exact.scale = (10_i128.checked_pow(more)?, 10_i128.checked_pow(less)?);
        let [low, high] = to;
        let bottom = low.units(unit)?;
        exact.method = match score.method {
            ScoreMethod::Mean => Method::Mean {
                bottom,
                length: high.units(unit)? - bottom,
                whole: exact.share_out().unwrap_or_default(),
            },
            ScoreMethod::Sum => Method::Sum {
                whole: exact.share_out_if_missing().unwrap_or_default(),
            },
            ScoreMethod::RawMean => Method::RawMean,
            ScoreMethod::Max => Method::Max,
            ScoreMethod::Min => Method::Min,
            ScoreMethod::Count => Method::Count,
            ScoreMethod::Table => {
                Method::Table(self.table(score, pointer, (of_items, unit), exact.items.len())?)
            }
        };
        if exact.largest().is_none() {
            self.fault(&pointer.child("of"), FormFault::ScoreTooLarge);
            return None;
        }
        Some(exact)
    }

    /// Every number that can come has a band, and every band a number.
    fn exact_bands(&mut self, score: &ScoreDefinition, exact: &mut Exact, pointer: &Pointer) {
        let mut from = Vec::new();
        for (place, band) in score.bands.iter().enumerate() {
            let pointer = pointer.child(place).child("from");
            let Some(number) = self.number(band.from, &pointer) else {
                return;
            };
            from.extend(number.units_up(exact.decimals));
        }
        let ordered = score.bands.windows(2).all(|pair| match pair {
            [one, next] => one.from < next.from,
            _ => true,
        });
        for (place, pair) in score.bands.windows(2).enumerate().filter(|_| !ordered) {
            if let [one, next] = pair
                && one.from >= next.from
            {
                self.fault(
                    &pointer.child(place + 1).child("from"),
                    FormFault::BandOrder,
                );
            }
        }
        if !ordered {
            return;
        }
        let reach = &exact.reach;
        let value = |units| float(units, exact.decimals);
        let mut faults = Vec::new();
        if from.first().is_some_and(|first| *first > reach.low) {
            faults.push((
                0,
                FormFault::BandMissing {
                    value: value(reach.low),
                },
            ));
        }
        for (place, first) in from.iter().enumerate() {
            let below = from.get(place + 1).copied().unwrap_or(i128::MAX);
            if !reach.meets(*first, below) {
                let (low, high) = (value(reach.low), value(reach.high));
                faults.push((place, FormFault::BandUnreachable { low, high }));
            }
        }
        for (place, fault) in faults {
            self.fault(&pointer.child(place).child("from"), fault);
        }
        exact.bands = from;
    }
}
