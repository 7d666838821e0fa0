//! The types of rows.

use crate::domain::form::QuestionKind;

/// What a row of the sheet `survey` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowType {
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    Choice {
        many: bool,
        list: String,
        other: bool,
    },
    Ranking {
        list: String,
    },
    Simple(QuestionKind),
    Note,
    Acknowledge,
    Calculate,
    /// Not carried, and why.
    Refused(&'static str),
    Empty,
}

/// Reads a type.
pub(super) fn parse_type(cell: &str) -> RowType {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let plain = words.join("_").to_lowercase();
    if plain.contains("from_file") || plain.starts_with("select_one_external") {
        return RowType::Refused("a list of options in another file is not carried");
    }
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let choice = match lower.as_slice() {
        ["select", "one", "from", ..] => Some((false, 3)),
        ["select", "all", "that", "apply", "from", ..] => Some((true, 5)),
        ["select", "one", ..] => Some((false, 2)),
        ["select", "multiple", ..] => Some((true, 2)),
        ["select_one" | "select1", ..] => Some((false, 1)),
        ["select_multiple", ..] => Some((true, 1)),
        _ => None,
    };
    if let (["rank", _], Some(list)) = (lower.as_slice(), words.get(1)) {
        return RowType::Ranking {
            list: (*list).to_owned(),
        };
    }
    if let Some((many, start)) = choice {
        let (list, other) = match (words.get(start..), lower.get(start + 1..)) {
            (Some([list, ..]), Some([])) => (*list, false),
            (
                Some([list, ..]),
                Some(["or_other"] | ["or", "other"] | ["or", "specify", "other"]),
            ) => (*list, true),
            _ => return RowType::Refused("the type names one list of options, and nothing else"),
        };
        if list.starts_with("${") {
            return RowType::Refused("options made of earlier answers are not carried");
        }
        return RowType::Choice {
            many,
            list: list.to_owned(),
            other,
        };
    }
    match plain.replace(['_', '-'], "").as_str() {
        "" => RowType::Empty,
        "begingroup" => RowType::BeginGroup,
        "endgroup" => RowType::EndGroup,
        "beginrepeat" => RowType::BeginRepeat,
        "endrepeat" => RowType::EndRepeat,
        "note" => RowType::Note,
        "calculate" => RowType::Calculate,
        "integer" | "int" => RowType::Simple(QuestionKind::Integer),
        "decimal" => RowType::Simple(QuestionKind::Decimal),
        "range" => RowType::Simple(QuestionKind::Rating),
        "text" | "string" => RowType::Simple(QuestionKind::Text),
        "start" | "end" | "today" | "starttime" | "endtime" => RowType::Refused(
            "identifying: the time at which somebody answers could single them out, so it is never kept",
        ),
        "deviceid" | "imei" | "subscriberid" | "simserial" | "simid" | "phonenumber"
        | "username" | "email" | "uri:deviceid" | "audit" => RowType::Refused(
            "identifying: it names the person or the device, which a form here never asks",
        ),
        "startgeopoint" | "backgroundgeopoint" | "geopoint" | "geotrace" | "geoshape"
        | "location" | "gps" => RowType::Refused("identifying: a place can single a person out"),
        "image" | "photo" | "audio" | "video" | "file" | "backgroundaudio" | "barcode" => {
            RowType::Refused("attachments are not carried: they can show who somebody is")
        }
        "date" => RowType::Simple(QuestionKind::Date),
        "time" | "datetime" => RowType::Refused("times of day are not carried"),
        "acknowledge" | "trigger" => RowType::Acknowledge,
        "hidden" | "xmlexternal" | "csvexternal" => {
            RowType::Refused("values from outside the form are not carried")
        }
        _ => RowType::Refused("the type is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_people_write_it() {
        let choice = |many, list: &str, other| RowType::Choice {
            many,
            list: list.to_owned(),
            other,
        };
        for (cell, expected) in [
            ("select_one yes_no", choice(false, "yes_no", false)),
            ("select_one  Yes_No or_other", choice(false, "Yes_No", true)),
            ("select one from sizes", choice(false, "sizes", false)),
            (
                "select_multiple a_or_other",
                choice(true, "a_or_other", false),
            ),
            (
                "select_multiple symptoms or_other",
                choice(true, "symptoms", true),
            ),
            ("Begin Group", RowType::BeginGroup),
            ("", RowType::Empty),
        ] {
            assert_eq!(parse_type(cell), expected, "{cell}");
        }
    }
}
