//! The addresses of extensions and code systems.

/// The extension of our own: the fields of a part that FHIR has no element for, as an object in JSON.
pub const DEFINITION: &str = "urn:aftercare:fhir:definition";
/// The extension for further codings of an option, which has room for one.
pub const CODING: &str = "urn:aftercare:fhir:coding";

const FORM: &str = "urn:aftercare:form:";

/// The canonical address of a form. The version stands behind a `|`.
pub fn form_url(key: &str) -> String {
    format!("{FORM}{key}")
}

/// The key of the form with this canonical address, without its version.
pub(super) fn form_of_url(url: &str) -> Option<&str> {
    url.strip_prefix(FORM)
}

/// The code system of a list of options: a scale, or the options of one question.
pub(super) fn option_system(form: &str, list: &str) -> String {
    format!("{FORM}{form}:{list}")
}

/// Whether a code system is one of our lists.
pub(super) fn is_option_system(system: &str) -> bool {
    system.starts_with(FORM)
}

pub(super) const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
pub(super) const ORDINAL_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
pub(super) const ITEM_WEIGHT: &str = "http://hl7.org/fhir/StructureDefinition/itemWeight";
pub(super) const MIN_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/minValue";
pub(super) const MAX_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/maxValue";
pub(super) const MAX_DECIMAL_PLACES: &str =
    "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces";
pub(super) const ENTRY_FORMAT: &str = "http://hl7.org/fhir/StructureDefinition/entryFormat";
pub(super) const DATA_ABSENT_REASON: &str =
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
pub(super) const VARIABLE: &str = "http://hl7.org/fhir/StructureDefinition/variable";
pub(super) const ITEM_CONTROL: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl";
pub(super) const ITEM_CONTROLS: &str = "http://hl7.org/fhir/questionnaire-item-control";
pub(super) const DISPLAY_CATEGORY: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-displayCategory";
pub(super) const DISPLAY_CATEGORIES: &str = "http://hl7.org/fhir/questionnaire-display-category";
pub(super) const SLIDER_STEP: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-sliderStepValue";
pub(super) const UNIT: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit";
pub(super) const MIN_OCCURS: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs";
pub(super) const MAX_OCCURS: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs";
pub(super) const OPTION_EXCLUSIVE: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
pub(super) const HIDDEN: &str = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
pub(super) const CONSTRAINT: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint";
pub(super) const CHOICE_ORIENTATION: &str =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation";
pub(super) const ENABLE_WHEN_EXPRESSION: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";
pub(super) const CALCULATED_EXPRESSION: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression";
pub(super) const TERMINOLOGY_SERVER: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-preferredTerminologyServer";

pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// The URI of a terminology that `concept` names by a word.
pub(super) fn system_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "icf" => "http://hl7.org/fhir/sid/icf",
        "loinc" => "http://loinc.org",
        "snomed" | "snomedct" => "http://snomed.info/sct",
        _ => return None,
    })
}
