//! A table as a Frictionless Data Package in a zip archive: the CSV file, the codebook, the codes, and
//! `datapackage.json`, which says what each column is. It comes last, since it holds size and checksum of the others.

use serde_json::{Map, Number, Value, json};
use sha2::{Digest, Sha256};

use super::codebook::{CODES_HEADER, HEADER, codebook_csv, codes_csv};
use super::csv::{CsvOptions, Formulas, escape_formula};
use super::csv_table::CsvTable;
use super::table::shape::LayoutKind;
use super::table::{Field, Table, TableColumn, TableWriter, ValueType, WriteFault};
use super::zip_stream::ZipStream;
use crate::domain::form::DatePrecision;

/// Writes a table as a data package.
pub struct DataPackage {
    options: CsvOptions,
    csv: CsvTable,
    zip: ZipStream,
    /// Checksum and size of the rows so far.
    rows: Sum,
    /// What `datapackage.json` says, but for the size of the rows.
    described: Described,
}

#[derive(Default)]
struct Described {
    form: String,
    title: String,
    language: String,
    responses: Value,
    others: Vec<Value>,
}

#[derive(Default)]
struct Sum {
    hash: Sha256,
    bytes: usize,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len();
    }
}

impl DataPackage {
    /// An empty package, whose CSV files are written like this.
    pub fn new(options: CsvOptions) -> Self {
        Self {
            options,
            csv: CsvTable::new(options),
            zip: ZipStream::default(),
            rows: Sum::default(),
            described: Described::default(),
        }
    }

    /// A file that is whole already.
    fn file(&mut self, name: &str, bytes: &[u8], schema: Value) -> Result<(), WriteFault> {
        self.zip.start(&format!("{name}.csv"))?;
        self.zip.write(bytes)?;
        let mut sum = Sum::default();
        sum.add(bytes);
        let others = &mut self.described.others;
        others.push(resource(name, schema, sum));
        Ok(())
    }

    fn drain(&mut self) -> Result<(), WriteFault> {
        let bytes = self.csv.take();
        self.rows.add(&bytes);
        self.zip.write(&bytes)
    }
}

impl TableWriter for DataPackage {
    fn begin(&mut self, table: &Table) -> Result<(), WriteFault> {
        let codebook = codebook_csv(&table.codebook, self.options)?;
        self.file("codebook", &codebook, codebook_schema())?;
        let codes = codes_csv(&table.codebook_by_version, self.options)?;
        self.file("codes", &codes, codes_schema())?;
        self.described.form.clone_from(&table.form);
        self.described.title.clone_from(&table.title);
        self.described.language.clone_from(&table.language);
        self.described.responses = schema(table, self.options.formulas);
        self.zip.start("responses.csv")?;
        self.csv.begin(table)
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = Field<'a>>) -> Result<(), WriteFault> {
        self.csv.row(fields)?;
        match self.csv.is_full() {
            true => self.drain(),
            false => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), WriteFault> {
        self.drain()?;
        let described = std::mem::take(&mut self.described);
        let rows = std::mem::take(&mut self.rows);
        let responses = resource("responses", described.responses, rows);
        let resources: Vec<Value> = std::iter::once(responses).chain(described.others).collect();
        let package = json!({
            "profile": "tabular-data-package",
            "name": described.form,
            "title": described.title,
            "languages": [described.language],
            "resources": resources,
        });
        self.zip.start("datapackage.json")?;
        self.zip.write(&serde_json::to_vec_pretty(&package)?)?;
        self.zip.finish()
    }

    fn is_full(&self) -> bool {
        self.zip.is_full()
    }

    fn take(&mut self) -> Vec<u8> {
        self.zip.take()
    }
}

fn resource(name: &str, schema: Value, sum: Sum) -> Value {
    json!({
        "profile": "tabular-data-resource",
        "name": name,
        "path": format!("{name}.csv"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": sum.bytes,
        "hash": format!("sha256:{}", hex::encode(sum.hash.finalize())),
        "schema": schema,
    })
}

fn codebook_schema() -> Value {
    let fields = HEADER.map(|name| json!({"name": name, "type": "string"}));
    json!({"fields": fields, "primaryKey": ["column"], "missingValues": [""]})
}

fn codes_schema() -> Value {
    let fields = CODES_HEADER.map(|name| {
        let kind = match name {
            "version" | "level" => "integer",
            "number" => "number",
            _ => "string",
        };
        json!({"name": name, "type": kind})
    });
    json!({
        "fields": fields,
        "foreignKeys": [{
            "fields": ["column"],
            "reference": {"resource": "codebook", "fields": ["column"]},
        }],
        "missingValues": [""],
    })
}

/// The schema of the rows. A null flavour is a missing value wherever it can stand in the place of one; in the column
/// `missing` of the long layout it is the value.
fn schema(table: &Table, formulas: Formulas) -> Value {
    let long = table.shape.layout == LayoutKind::Long;
    let words = table.shape.missing.words();
    let missing: Vec<&str> = std::iter::once("").chain(words).collect();
    let fields = table.columns.iter().map(|column| {
        let mut field = field(column, formulas);
        if long && !column.own {
            field.insert("missingValues".to_owned(), json!(missing));
        }
        Value::Object(field)
    });
    let fields: Vec<Value> = fields.collect();
    let missing = if long { vec![""] } else { missing };
    json!({"fields": fields, "missingValues": missing})
}

/// What a column is, as Table Schema says it.
pub(super) fn field(column: &TableColumn, formulas: Formulas) -> Map<String, Value> {
    let (kind, numeric) = match column.value_type {
        ValueType::Text | ValueType::Any | ValueType::Week => ("string", false),
        ValueType::Flag | ValueType::Whole => ("integer", true),
        ValueType::Decimal(_) | ValueType::Number => ("number", true),
        ValueType::Date(DatePrecision::Day) => ("date", false),
        ValueType::Date(DatePrecision::Month) => ("yearmonth", false),
        ValueType::Date(DatePrecision::Year) => ("year", false),
    };
    let value = |text: &str| match numeric {
        true => text.parse::<Number>().map_or(Value::Null, Value::Number),
        false if formulas == Formulas::Safe => json!(escape_formula(text)),
        false => json!(text),
    };
    let mut constraints = Map::new();
    if column.closed {
        let values = column.categories.iter().map(|it| value(&it.value));
        constraints.insert("enum".to_owned(), values.collect());
    }
    for (name, bound) in [("minimum", &column.min), ("maximum", &column.max)] {
        if let Some(bound) = bound {
            constraints.insert(name.to_owned(), value(bound));
        }
    }
    if column.value_type == ValueType::Week {
        constraints.insert(
            "pattern".to_owned(),
            json!("[0-9]{4}(-(W[0-9]{2}|[0-9]{2}|Q[1-4]))?"),
        );
    }
    let mut field = Map::new();
    field.insert("name".to_owned(), json!(column.name));
    field.insert("title".to_owned(), json!(column.title));
    field.insert("type".to_owned(), json!(kind));
    if !constraints.is_empty() {
        field.insert("constraints".to_owned(), Value::Object(constraints));
    }
    // Version 2 of the specification has them for whole lists only.
    if column.closed {
        let categories = column.categories.iter();
        let categories = categories.map(|it| json!({"value": value(&it.value), "label": it.label}));
        field.insert("categories".to_owned(), categories.collect());
    }
    field
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;
    use crate::formats::table::shape::{LayoutKind, Shape, Values};
    use crate::formats::table::tests::{Fixture, shapes, versions};

    /// The files of a package, by their names.
    fn unpacked(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let files = (0..archive.len()).map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        });
        files.collect()
    }

    #[test]
    fn a_package_holds_the_csv_file_and_describes_each_of_its_columns() {
        let versions = versions();
        let fixture = Fixture::of(&versions);
        for shape in shapes() {
            let options = CsvOptions::default();
            let files = unpacked(fixture.written(shape, DataPackage::new(options)));
            let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
            let expected = [
                "codebook.csv",
                "codes.csv",
                "responses.csv",
                "datapackage.json",
            ];
            assert_eq!(names, expected);
            assert_eq!(files[2].1, fixture.written(shape, CsvTable::new(options)));
            let described: Value = serde_json::from_slice(&files[3].1).unwrap();
            for resource in described["resources"].as_array().unwrap() {
                let path = resource["path"].as_str().unwrap();
                let (_, content) = files.iter().find(|(name, _)| name == path).unwrap();
                let hash = format!("sha256:{}", hex::encode(Sha256::digest(content)));
                assert_eq!(resource["hash"], hash, "{path}");
                assert_eq!(resource["bytes"], content.len(), "{path}");
                let mut reader = csv::Reader::from_reader(content.as_slice());
                let fields = resource["schema"]["fields"].as_array().unwrap();
                let named = fields.iter().map(|field| field["name"].as_str().unwrap());
                let header = reader.headers().unwrap();
                assert!(named.eq(header.iter()), "{path}");
            }
        }
    }

    #[test]
    fn a_column_says_its_type_and_what_can_stand_in_it() {
        let versions = versions();
        let fixture = Fixture::of(&versions);
        let field = |shape: Shape, name: &str, formulas| {
            let (table, _) = fixture.table(shape, |_| true);
            let schema = schema(&table, formulas);
            let fields = schema["fields"].as_array().unwrap().clone();
            let found = fields.into_iter().find(|field| field["name"] == name);
            (found.unwrap(), schema["missingValues"].clone())
        };
        let codes = Shape::default();
        let numbers = Shape {
            values: Values::Numbers,
            ..codes
        };
        let labels = Shape {
            values: Values::Labels,
            ..codes
        };
        let (meals, missing) = field(codes, "meals@2", Formulas::Safe);
        assert_eq!(meals["type"], "string");
        assert_eq!(
            meals["constraints"]["enum"],
            json!(["none", "some", "much"])
        );
        assert_eq!(
            meals["categories"][2],
            json!({"value": "much", "label": "Much"})
        );
        assert_eq!(missing, json!(["", "MSK"]));
        let (meals, _) = field(numbers, "meals@2", Formulas::Safe);
        assert_eq!(meals["type"], "integer");
        assert_eq!(meals["constraints"]["enum"], json!([0, 1, 5]));
        // As the file has it.
        let (group, _) = field(labels, "group", Formulas::Safe);
        assert_eq!(group["constraints"]["enum"][0], "'=A; b=B");
        let (group, _) = field(labels, "group", Formulas::Raw);
        assert_eq!(group["constraints"]["enum"][0], "=A; b=B");
        let (weight, _) = field(codes, "weight", Formulas::Safe);
        assert_eq!(weight["type"], "number");
        let constraints = &weight["constraints"];
        assert_eq!(constraints["minimum"].to_string(), "-0.5");
        assert_eq!(constraints["maximum"].to_string(), "250.5");
        let long = Shape {
            layout: LayoutKind::Long,
            ..codes
        };
        let (week, missing) = field(long, "week", Formulas::Safe);
        assert_eq!(week["missingValues"], json!(["", "MSK"]));
        assert_eq!(missing, json!([""]));
    }
}
