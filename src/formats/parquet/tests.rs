//! Reads a Parquet file, and compares it.

use ::parquet::basic::Encoding;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field as Cell, Row};
use bytes::Bytes;
use serde_json::Value as Json;

use super::*;
use crate::domain::form::DatePrecision;
use crate::formats::ndjson::NdjsonTable;
use crate::formats::table::TableColumn;
use crate::formats::table::tests::{Fixture, shapes, versions};

fn reader(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(Bytes::from(bytes)).unwrap()
}

fn rows(file: &SerializedFileReader<Bytes>) -> Vec<Row> {
    file.get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The cell as NDJSON has it.
fn said(cell: &Cell) -> Json {
    match cell {
        Cell::Null => Json::Null,
        Cell::Bool(flag) => json!(u8::from(*flag)),
        Cell::Long(number) => json!(number),
        Cell::Double(number) => json!(number),
        Cell::Str(text) => json!(text),
        other => panic!("{other:?}"),
    }
}

fn alike(one: &Json, other: &Json) -> bool {
    one == other || one.is_number() && one.as_f64() == other.as_f64()
}

#[test]
fn a_parquet_file_says_what_the_ndjson_file_says() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    for shape in shapes() {
        let file = reader(fixture.written(shape, ParquetTable::default()));
        let lines = fixture.written(shape, NdjsonTable::default());
        let lines = std::str::from_utf8(&lines).unwrap().lines();
        let lines: Vec<Json> = lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let rows = rows(&file);
        assert_eq!(rows.len(), lines.len());
        for (row, line) in rows.iter().zip(&lines) {
            let mut cells: Vec<_> = row.get_column_iter().collect();
            let (name, reasons) = cells.pop().unwrap();
            assert_eq!(name, MISSING);
            let reasons = match reasons {
                Cell::Str(reasons) => serde_json::from_str(reasons).unwrap(),
                _ => Json::Null,
            };
            assert_eq!(reasons, line.get(MISSING).cloned().unwrap_or_default());
            let members = line.as_object().unwrap().keys();
            assert_eq!(cells.len(), members.filter(|it| *it != MISSING).count());
            for (name, cell) in cells {
                assert!(
                    alike(&said(cell), &line[name]),
                    "{name}: {cell} {}",
                    line[name]
                );
            }
        }
    }
}

#[test]
fn the_file_holds_the_codebook() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    let file = reader(fixture.written(Default::default(), ParquetTable::default()));
    let about = file.metadata().file_metadata();
    let metadata = about.key_value_metadata().unwrap();
    let found = metadata.iter().find(|it| it.key == CODEBOOK).unwrap();
    let codebook: Json = serde_json::from_str(found.value.as_ref().unwrap()).unwrap();
    assert_eq!(codebook["form"], "every-kind");
    let fields = codebook["schema"]["fields"].as_array().unwrap();
    let columns = about.schema().get_fields();
    let names = columns.iter().map(|it| json!(it.name()));
    let described = fields.iter().map(|it| it["name"].clone());
    assert!(names.eq(described.chain([json!(MISSING)])));
    let group = fields.iter().find(|it| it["name"] == "group").unwrap();
    assert_eq!(group["title"], "Group?");
    assert_eq!(
        group["categories"][0],
        json!({"value": "a", "label": "=A; b=B"})
    );
}

fn plain(name: &str, value_type: ValueType) -> TableColumn {
    TableColumn::plain(name, value_type, "A column")
}

/// What is written of these rows, taken after each.
fn written<'a>(columns: Vec<TableColumn>, rows: impl Iterator<Item = Vec<Field<'a>>>) -> Vec<u8> {
    let table = Table {
        columns,
        ..Table::default()
    };
    let mut writer = ParquetTable::default();
    let mut bytes = Vec::new();
    writer.begin(&table).unwrap();
    for row in rows {
        writer.row(row.into_iter()).unwrap();
        if writer.is_full() {
            bytes.extend(writer.take());
        }
    }
    writer.end().unwrap();
    bytes.extend(writer.take());
    bytes
}

#[test]
fn a_day_is_a_date_a_year_a_number_and_a_month_a_text() {
    let precisions = [
        DatePrecision::Day,
        DatePrecision::Month,
        DatePrecision::Year,
    ];
    let columns = precisions.map(|it| plain(it.name(), ValueType::Date(it)));
    let fields = precisions.map(|it| Field::Date(it.read("1999-12-31").unwrap()));
    let file = reader(written(columns.to_vec(), [fields.to_vec()].into_iter()));
    let rows = rows(&file);
    let cells: Vec<_> = rows[0].get_column_iter().map(|(_, cell)| cell).collect();
    let month = Cell::Str("1999-12".to_owned());
    assert_eq!(cells[..3], [&Cell::Date(10_956), &month, &Cell::Long(1999)]);
}

#[test]
fn groups_of_rows_are_bounded_and_repeated_texts_stand_in_a_dictionary() {
    let words = ["none", "some", "much"];
    let many = (0..450_000).map(|number| vec![Field::Code(words[number % 3])]);
    let file = reader(written(vec![plain("meals", ValueType::Text)], many));
    let groups = file.metadata().row_groups();
    let counts: Vec<_> = groups.iter().map(|it| it.num_rows()).collect();
    assert_eq!(counts, [200_000, 200_000, 50_000]);
    let column = groups[0].column(0);
    assert!(column.encodings().any(|it| it == Encoding::RLE_DICTIONARY));
    assert!(column.compressed_size() < 200_000);
    // Long texts fill a group sooner.
    let texts: Vec<String> = (0..100)
        .map(|number| format!("{number}{}", "x".repeat(100_000)))
        .collect();
    let long = texts.iter().map(|text| vec![Field::Text(text)]);
    let file = reader(written(vec![plain("value", ValueType::Any)], long));
    assert_eq!(file.metadata().num_row_groups(), 2);
    let found = rows(&file).into_iter().zip(&texts);
    for (row, text) in found {
        assert_eq!(
            row.get_column_iter().next().unwrap().1,
            &Cell::Str(text.clone())
        );
    }
}

#[test]
fn a_row_that_does_not_fit_is_refused() {
    let table = Table {
        columns: vec![plain("age", ValueType::Whole)],
        ..Table::default()
    };
    let mut writer = ParquetTable::default();
    writer.begin(&table).unwrap();
    assert!(writer.row([Field::Text("nine")].into_iter()).is_err());
    assert!(
        writer
            .row([Field::Whole(9), Field::Whole(9)].into_iter())
            .is_err()
    );
    assert!(writer.row(std::iter::empty()).is_err());
}
