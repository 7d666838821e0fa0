//! One pass over the responses: a cross-table by counting each of them.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::cross_table::{CrossTable, GroupKey, each_category, each_number};
use super::item::Said;
use super::measure::{Measure, Part};
use super::query::{Dimension, Query};
use crate::domain::disclosure::cell_key::RecordKey;
use crate::domain::form::{Answer, Form, RecordFault};
use crate::domain::ids::FormVersionId;

/// A response as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct StoredResponse<'a> {
    /// The campaign, by its place among those of the query.
    pub campaign: usize,
    /// The version of the form.
    pub version: FormVersionId,
    /// The language in which the form was read.
    pub language: &'a str,
    /// The Monday of the week.
    pub week: NaiveDate,
    /// The answers.
    pub record: &'a [u8],
}

/// Counts responses into a cross-table.
pub struct Pass<'q> {
    query: &'q Query,
    versions: HashMap<FormVersionId, VersionPlan<'q>>,
    table: CrossTable<'q>,
    /// The values of each dimension for the present response.
    values: [Vec<u32>; super::query::MAX_DIMENSIONS],
}

/// How the responses to one version are read.
struct VersionPlan<'q> {
    number: i32,
    form: &'q Form,
    /// Whether the answer to each question is needed.
    needed: Vec<bool>,
    measure: Option<&'q Part>,
    /// For each dimension, how it is read if it is a question that the version has.
    by: Vec<Option<&'q Part>>,
    /// How each condition is read. None when the version lacks one, so that no response to it counts.
    conditions: Option<Vec<(&'q Part, usize)>>,
}

impl<'q> Pass<'q> {
    /// Before the first response. The versions come with their ids and numbers.
    pub fn new(query: &'q Query, versions: &[(FormVersionId, i32, &'q Form)]) -> Self {
        let plan = |(id, number, form): &(FormVersionId, i32, &'q Form)| {
            (*id, VersionPlan::new(query, *number, form))
        };
        Self {
            query,
            versions: versions.iter().map(plan).collect(),
            table: CrossTable::new(query),
            values: Default::default(),
        }
    }

    /// Counts a response. Its key is asked for if it is among those that the query is about.
    ///
    /// # Errors
    ///
    /// When its record cannot be read.
    pub fn add(
        &mut self,
        response: StoredResponse<'_>,
        key: impl FnOnce() -> RecordKey,
    ) -> Result<(), RecordFault> {
        let Some(plan) = self.versions.get(&response.version) else {
            return Ok(());
        };
        if !self.query.takes(plan.number, &response) {
            return Ok(());
        }
        let form = plan.form;
        let answers = form
            .layout()
            .decode_some(form.questions(), &plan.needed, response.record)?;
        if !plan.meets_conditions(&answers) {
            return Ok(());
        }
        let key = key();
        self.values.iter_mut().for_each(Vec::clear);
        for ((dimension, part), values) in self.query.by.iter().zip(&plan.by).zip(&mut self.values)
        {
            self.query
                .values(dimension, *part, plan, &response, &answers, values);
        }
        let said = plan
            .measure
            .map(|part| (part, part.item.read(form, &answers)));
        let table = &mut self.table;
        each_combination(&self.values, self.query.by.len(), |group| {
            let group = table.group(group);
            match said {
                Some((part, said)) => group.add(part, said, key),
                None => group.add_not_asked(key),
            }
        });
        Ok(())
    }

    /// The table of all responses that were counted.
    pub fn finish(self) -> CrossTable<'q> {
        self.table
    }
}

impl<'q> VersionPlan<'q> {
    fn new(query: &'q Query, number: i32, form: &'q Form) -> Self {
        let measure = query.measure.part(number);
        let of_question = |question: &'q Measure| question.part(number);
        let by: Vec<_> = (query.by.iter())
            .map(|dimension| dimension.question().and_then(of_question))
            .collect();
        let conditions: Option<Vec<_>> = (query.conditions.iter())
            .map(|it| Some((of_question(&it.question)?, it.category)))
            .collect();
        let mut needed = vec![false; form.questions().len()];
        let of_conditions = conditions.iter().flatten().map(|(part, _)| *part);
        for part in measure
            .into_iter()
            .chain(by.iter().copied().flatten())
            .chain(of_conditions)
        {
            for place in part.item.needs(form) {
                if let Some(needed) = needed.get_mut(place) {
                    *needed = true;
                }
            }
        }
        Self {
            number,
            form,
            needed,
            measure,
            by,
            conditions,
        }
    }

    fn meets_conditions(&self, answers: &[Answer]) -> bool {
        let Some(conditions) = &self.conditions else {
            return false;
        };
        conditions.iter().all(|(part, wanted)| {
            let mut meets = false;
            if let Said::Given(places, _) = part.item.read(self.form, answers) {
                each_category(part, places, |category| meets |= category == *wanted);
            }
            meets
        })
    }
}

impl Query {
    /// Whether a response to this version is among those asked for, its answers aside.
    fn takes(&self, version: i32, response: &StoredResponse<'_>) -> bool {
        let language = |all: &Vec<String>| all.iter().any(|it| it == response.language);
        self.takes_version(version)
            && self.languages.as_ref().is_none_or(language)
            && self
                .from_week
                .is_none_or(|from| from.monday() <= response.week)
            && self.to_week.is_none_or(|to| response.week <= to.monday())
    }

    /// The values that a response has in a dimension; several, or none, in a multiple choice.
    fn values(
        &self,
        dimension: &Dimension,
        part: Option<&Part>,
        plan: &VersionPlan<'_>,
        response: &StoredResponse<'_>,
        answers: &[Answer],
        values: &mut Vec<u32>,
    ) {
        match dimension {
            Dimension::Campaign => values.extend(u32::try_from(response.campaign).ok()),
            Dimension::FormVersion => values.extend(u32::try_from(plan.number).ok()),
            Dimension::Language => values.extend(self.number_of_tag(response.language)),
            Dimension::Period(kind) => values.push(kind.number(response.week)),
            Dimension::Question(_) => {
                let said = part.map_or(
                    Said::Missing(crate::domain::codebook::Missing::NotAsked),
                    |part| part.item.read(plan.form, answers),
                );
                each_number(part, said, |value| values.push(value));
            }
        }
    }
}

/// Calls `found` with each combination of the values of the first dimensions.
pub(super) fn each_combination(
    values: &[Vec<u32>; super::query::MAX_DIMENSIONS],
    dimensions: usize,
    mut found: impl FnMut(GroupKey),
) {
    let none = [0];
    let of = |place: usize| match values.get(place) {
        Some(values) if place < dimensions => values.as_slice(),
        _ => &none,
    };
    for first in of(0) {
        for second in of(1) {
            for third in of(2) {
                found([*first, *second, *third]);
            }
        }
    }
}
