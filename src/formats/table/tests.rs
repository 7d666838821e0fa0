//! The same responses in every shape and every file, compared cell by cell.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::shape::{LayoutKind, MissingShown, Values};
use super::*;
use crate::domain::codebook::tests::{every_kind, form, numbered, occasion, question};
use crate::domain::codebook::{CampaignLabel, Cell, Columns, RowContent, RowProjection};
use crate::domain::codebook::{Entry, Missing};
use crate::domain::disclosure::codebook;
use crate::domain::form::{Answer, Form};
use crate::domain::ids::CampaignId;
use crate::domain::response::{RawAnswers, validate};
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::formats::csv_table::CsvTable;
use crate::formats::ndjson::{MISSING, NdjsonTable};

/// Three versions: `meals` is recoded in the second, which has an option more with a label that looks like a formula; the
/// third asks no more for the weight, and has other words.
pub(crate) fn versions() -> Vec<Form> {
    let one = every_kind();
    let mut two = one.clone();
    two["scales"]["difficulty"][2]["value"] = json!(5);
    let help = question(&mut two, "help_from").unwrap();
    let clinic =
        json!({"code": "clinic", "label": {"en": "=Clinic; b=\"ours\", all", "ko": "병원"}});
    help["options"].as_array_mut().unwrap().push(clinic);
    let group = question(&mut two, "group").unwrap();
    group["options"][0]["label"]["en"] = json!("=A; b=B");
    let mut three = two.clone();
    question(&mut three, "distress").unwrap()["text"]["en"] = json!("How much distress?");
    let sections = three["sections"].as_array_mut().unwrap();
    for section in sections {
        let questions = section["questions"].as_array_mut().unwrap();
        questions.retain(|question| question["key"] != "weight" && question["key"] != "after");
    }
    for score in three["scores"].as_array_mut().unwrap() {
        let of = score["of"].as_array_mut().unwrap();
        of.retain(|key| key != "weight" && key != "after");
    }
    vec![form(&one), form(&two), form(&three)]
}

/// Versions with what was answered to them.
fn responses() -> Vec<(i32, Json)> {
    vec![
        (
            1,
            json!({"group": "c", "meals": "much", "distress": 10, "sleep_hours": -5}),
        ),
        (
            1,
            json!({"group": "a", "alone": true, "meals": null, "help_from": [], "distress": 0,
                   "weight": 60.25, "after": "some", "exact": 2}),
        ),
        (
            2,
            json!({"group": "c", "meals": "much", "help_from": ["clinic"], "distress": 3}),
        ),
        (
            3,
            json!({"group": "b", "alone": false, "meals": "none", "distress": 2, "exact": 1}),
        ),
    ]
}

/// What the tests compare with: the cells of each response, some of them masked.
pub(crate) struct Fixture<'a> {
    pub columns: Columns<'a>,
    rows: Vec<(i32, Vec<Answer>)>,
    versions: &'a [Form],
}

const CAMPAIGN: CampaignLabel<'static> = CampaignLabel {
    id: CampaignId(Uuid::nil()),
    key: "spring",
};

impl<'a> Fixture<'a> {
    pub fn of(versions: &'a [Form]) -> Self {
        let rows = responses().into_iter().map(|(version, said)| {
            let form = &versions[usize::try_from(version - 1).unwrap()];
            let said: RawAnswers = serde_json::from_value(said).unwrap();
            let valid = validate(form, &said, occasion()).unwrap();
            (version, valid.as_slice().to_vec())
        });
        Self {
            columns: Columns::of(&numbered(versions)),
            rows: rows.collect(),
            versions,
        }
    }

    /// Calls `each` with the cells of each response.
    pub fn each(&self, mut each: impl FnMut(Vec<Cell<'_>>)) {
        for (number, (version, answers)) in self.rows.iter().enumerate() {
            let projection = RowProjection::of(&self.columns, *version);
            let content = RowContent {
                campaign: &CAMPAIGN,
                language: "en",
                week: "2027-W05".parse::<IsoWeek>().unwrap().monday(),
                answers,
            };
            let cells = projection.cells(content).enumerate().map(|(place, cell)| {
                match (number + place) % 9 {
                    0 => Cell::Missing(Missing::Masked),
                    _ => cell,
                }
            });
            each(cells.collect());
        }
    }

    pub fn table(&self, shape: Shape, chosen: impl Fn(&str) -> bool) -> (Table, Layout) {
        let about = Table {
            form: "every-kind".to_owned(),
            title: "Every kind".to_owned(),
            language: "en".to_owned(),
            shape,
            columns: Vec::new(),
            codebook: codebook(&self.columns, "en"),
            codebook_by_version: crate::domain::disclosure::codebook_by_version(
                &self.columns,
                "en",
            ),
        };
        Table::of(&self.columns, about, chosen)
    }

    pub fn written(&self, shape: Shape, writer: impl TableWriter) -> Vec<u8> {
        self.written_of(shape, |_| true, writer)
    }

    pub fn written_of(
        &self,
        shape: Shape,
        chosen: impl Fn(&str) -> bool,
        mut writer: impl TableWriter,
    ) -> Vec<u8> {
        let (table, mut layout) = self.table(shape, chosen);
        writer.begin(&table).unwrap();
        let mut bytes = Vec::new();
        self.each(|cells| {
            layout.write(cells.into_iter(), &mut writer).unwrap();
            // Taking after each row must make no difference.
            bytes.extend(writer.take());
        });
        writer.end().unwrap();
        bytes.extend(writer.take());
        bytes
    }

    /// By row and column: the value, or the reason why there is none.
    pub fn expected(&self, values: Values) -> Vec<Vec<Result<String, Missing>>> {
        let entries = codebook(&self.columns, "en");
        let mut rows = Vec::new();
        self.each(|cells| {
            let cells = cells.into_iter().zip(&entries);
            rows.push(
                cells
                    .map(|(cell, entry)| expected(cell, entry, values))
                    .collect(),
            );
        });
        rows
    }

    fn names(&self) -> Vec<String> {
        self.columns.names().map(str::to_owned).collect()
    }
}

/// What stands in a cell, said in another way than the code under test does.
fn expected(cell: Cell<'_>, entry: &Entry, values: Values) -> Result<String, Missing> {
    let labels = values == Values::Labels;
    Ok(match cell {
        Cell::Missing(missing) => return Err(missing),
        Cell::Choice(option) => {
            let numbered = entry.codes.iter().all(|code| code.number.is_some());
            match values {
                Values::Numbers if numbered => option.value.unwrap().to_string(),
                Values::Labels => option.label.get("en").unwrap().to_owned(),
                _ => option.code.clone(),
            }
        }
        Cell::YesNo(yes) if labels => if yes { "yes" } else { "no" }.to_owned(),
        Cell::Chosen(yes) if labels => if yes { "chosen" } else { "not chosen" }.to_owned(),
        Cell::YesNo(yes) | Cell::Chosen(yes) => i32::from(yes).to_string(),
        Cell::Campaign(campaign) => campaign.key.to_owned(),
        Cell::Language(tag) => tag.to_owned(),
        Cell::Period(kind, number) => kind.written(number),
        Cell::Group(group) if labels => group.label.get("en").unwrap().to_owned(),
        Cell::Group(group) => group.code.clone(),
        Cell::Week(monday) => IsoWeek::of(monday).to_string(),
        Cell::Date(period) => period.to_string(),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Score(number, decimals) => format!("{number:.*}", usize::from(decimals)),
    })
}

pub(crate) fn shapes() -> impl Iterator<Item = Shape> {
    let layouts = [LayoutKind::Wide, LayoutKind::Long].into_iter();
    layouts.flat_map(|layout| {
        [Values::Codes, Values::Numbers, Values::Labels]
            .into_iter()
            .flat_map(move |values| {
                let missing = [MissingShown::Blank, MissingShown::Reasons].into_iter();
                missing.map(move |missing| Shape {
                    layout,
                    values,
                    missing,
                })
            })
    })
}

const RAW: CsvOptions = CsvOptions {
    bom: false,
    formulas: Formulas::Raw,
};

fn csv(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = owned(reader.headers().unwrap());
    (
        header,
        reader.records().map(|row| owned(&row.unwrap())).collect(),
    )
}

fn objects(bytes: &[u8]) -> Vec<Json> {
    let lines = std::str::from_utf8(bytes).unwrap().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A value as text; a number as it is written.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A long table as a wide one: by record, column and what stands there. `cell` gives the text of a column in a row.
fn wide_of<R>(
    rows: &[R],
    cell: impl Fn(&R, &str) -> Option<String>,
) -> BTreeMap<(String, String), Result<String, String>> {
    let mut found = BTreeMap::new();
    for row in rows {
        let record = cell(row, "record").unwrap();
        let said = match (cell(row, "value"), cell(row, "missing")) {
            (Some(value), None) => Ok(value),
            (None, Some(missing)) => Err(missing),
            other => panic!("{other:?}"),
        };
        let before = found.insert((record, cell(row, "column").unwrap()), said);
        assert!(before.is_none(), "each answer once");
    }
    found
}

#[test]
fn the_same_cells_stand_in_every_shape_of_csv_and_ndjson() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    assert_eq!(fixture.versions.len(), 3);
    let names = fixture.names();
    for shape in shapes() {
        let expected = fixture.expected(shape.values);
        let (header, rows) = csv(&fixture.written(shape, CsvTable::new(RAW)));
        let lines = objects(&fixture.written(shape, NdjsonTable::default()));
        let shown = |missing: Missing| shape.missing.shown(missing).map(str::to_owned);
        if shape.layout == LayoutKind::Wide {
            assert_eq!(header, names);
            assert_eq!((rows.len(), lines.len()), (expected.len(), expected.len()));
            for ((row, line), expected) in rows.iter().zip(&lines).zip(&expected) {
                for (((name, cell), said), place) in names.iter().zip(row).zip(expected).zip(0..) {
                    let member = &line[name];
                    let reason = line[MISSING].get(name).map(text);
                    match said {
                        Ok(value) => assert_eq!(
                            (cell, &text(member), reason),
                            (value, value, None),
                            "{name}"
                        ),
                        Err(missing) => {
                            assert_eq!(
                                *cell,
                                shown(*missing).unwrap_or_default(),
                                "{name} {place}"
                            );
                            assert_eq!((member, reason), (&Json::Null, shown(*missing)), "{name}");
                        }
                    }
                }
            }
            continue;
        }
        let of_csv = wide_of(&rows, |row, name| {
            let place = header.iter().position(|it| it == name).unwrap();
            Some(row[place].clone()).filter(|text| !text.is_empty())
        });
        let of_ndjson = wide_of(&lines, |line, name| {
            Some(&line[name]).filter(|it| !it.is_null()).map(text)
        });
        assert_eq!(of_csv, of_ndjson);
        let mut wanted = BTreeMap::new();
        for (row, record) in expected.iter().zip(1..) {
            for (said, name) in row.iter().zip(&names).skip(4) {
                let said = match said {
                    Ok(value) => Ok(value.clone()),
                    Err(missing) => match shown(*missing) {
                        Some(word) => Err(word),
                        None => continue,
                    },
                };
                wanted.insert((record.to_string(), name.clone()), said);
            }
        }
        assert_eq!(of_csv, wanted);
    }
}

#[test]
fn a_member_of_an_object_has_one_type_in_all_lines() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    for shape in shapes() {
        let (table, _) = fixture.table(shape, |_| true);
        for line in objects(&fixture.written(shape, NdjsonTable::default())) {
            for column in &table.columns {
                let member = &line[&column.name];
                let numeric = matches!(
                    column.value_type,
                    ValueType::Flag | ValueType::Whole | ValueType::Decimal(_) | ValueType::Number
                );
                let fits = if numeric {
                    member.is_number()
                } else {
                    member.is_string()
                };
                assert!(fits || member.is_null(), "{}: {member}", column.name);
            }
        }
    }
}

#[test]
fn what_is_chosen_are_columns_of_the_whole_table() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    let chosen = |name: &str| ["week", "meals@2", "exact"].contains(&name);
    for missing in [MissingShown::Blank, MissingShown::Reasons] {
        let shape = Shape {
            missing,
            ..Shape::default()
        };
        let (names, whole) = csv(&fixture.written(shape, CsvTable::new(RAW)));
        let part = fixture.written_of(shape, chosen, CsvTable::new(RAW));
        let (header, rows) = csv(&part);
        assert_eq!(header, ["week", "meals@2", "exact"]);
        let places: Vec<_> = (0..names.len()).filter(|at| chosen(&names[*at])).collect();
        let picked = whole
            .iter()
            .map(|row| places.iter().map(|at| row[*at].clone()).collect());
        assert_eq!(rows, picked.collect::<Vec<Vec<String>>>());
    }
    let long = Shape {
        layout: LayoutKind::Long,
        ..Shape::default()
    };
    let (header, rows) = csv(&fixture.written_of(long, chosen, CsvTable::new(RAW)));
    assert_eq!(
        header,
        ["record", "week", "column", "value", "number", "missing"]
    );
    assert!(
        rows.iter()
            .all(|row| ["meals@2", "exact"].contains(&&*row[2]))
    );
}

#[test]
fn the_number_of_the_long_layout_is_what_scores_count() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    let long = Shape {
        layout: LayoutKind::Long,
        ..Shape::default()
    };
    let (_, rows) = csv(&fixture.written(long, CsvTable::new(RAW)));
    let number = |record: &str, column: &str| {
        let found = rows.iter().find(|row| row[0] == record && row[5] == column);
        found.map(|row| row[7].clone())
    };
    assert_eq!(number("1", "meals").as_deref(), Some("2"));
    assert_eq!(number("4", "meals@2").as_deref(), Some("0"));
    assert_eq!(number("2", "weight").as_deref(), Some("60.25"));
    assert_eq!(number("4", "group").as_deref(), Some(""));
}
