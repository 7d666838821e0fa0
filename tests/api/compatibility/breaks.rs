//! What of an interface no longer works for its clients.
//!
//! The rules are those of a strict client: it sends what was taken, and understands only what it was told. So a request
//! may ask for less and a reply may hold more, but not the other way round.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

/// A break with the past.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// The operation or the schema.
    pub subject: String,
    pub what: String,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.what)
    }
}

/// All breaks between two documents.
pub fn between(old: &Value, new: &Value) -> BTreeSet<Break> {
    let mut comparison = Comparison {
        old,
        new,
        found: BTreeSet::new(),
        seen: BTreeSet::new(),
    };
    for (path, item) in map(&old["paths"]) {
        for (method, operation) in map(item) {
            comparison.operation(operation, &new["paths"][path][method]);
        }
    }
    comparison.found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Request,
    Reply,
}

use Direction::{Reply, Request};

/// Where a schema stands: in an operation or a schema, and at which place there.
#[derive(Clone)]
struct At {
    subject: String,
    place: String,
    direction: Direction,
}

impl At {
    fn child(&self, name: &str) -> Self {
        let place = match &*self.place {
            "" => name.to_owned(),
            place => format!("{place}/{name}"),
        };
        Self {
            place,
            ..self.clone()
        }
    }
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: BTreeSet<Break>,
    seen: BTreeSet<(String, Direction)>,
}

impl Comparison<'_> {
    fn add(&mut self, subject: &str, what: impl Into<String>) {
        self.found.insert(Break {
            subject: subject.to_owned(),
            what: what.into(),
        });
    }

    fn add_at(&mut self, at: &At, what: &str) {
        let what = format!("{} {what}", at.place);
        self.add(&at.subject, what.trim());
    }

    fn operation(&mut self, old: &Value, new: &Value) {
        let id = old["operationId"].as_str().unwrap();
        if new.is_null() {
            return self.add(id, "is removed");
        }
        if new["operationId"] != id {
            let name = new["operationId"].as_str().unwrap();
            self.add(id, format!("is called {name}"));
        }
        // The roles stand in `x-roles`, and the scheme's list repeats them; one role more shuts nobody out.
        let scheme = |one: &Value| -> Option<Vec<String>> {
            let scheme = one["security"].get(0)?.as_object()?;
            Some(scheme.keys().cloned().collect())
        };
        let roles = |one: &Value| one["x-roles"].as_array().cloned();
        let shut_out = match (roles(old), roles(new)) {
            (Some(before), Some(now)) => before.iter().any(|role| !now.contains(role)),
            (before, now) => before != now,
        };
        if scheme(old) != scheme(new) || shut_out {
            self.add(id, "needs another authorization");
        }
        self.parameters(id, old, new);
        self.bodies(
            id,
            &old["requestBody"]["content"],
            &new["requestBody"]["content"],
        );
        for (status, reply) in map(&old["responses"]) {
            let now = &new["responses"][status];
            match now.is_null() {
                // A failure that cannot happen any more breaks nobody.
                true if !status.starts_with('2') => {}
                true => self.add(id, format!("the status {status} is removed")),
                false => self.replies(id, &reply["content"], &now["content"]),
            }
        }
    }

    fn parameters(&mut self, id: &str, old: &Value, new: &Value) {
        let (old, new) = (list(&old["parameters"]), list(&new["parameters"]));
        let same = |a: &Value, b: &Value| a["name"] == b["name"] && a["in"] == b["in"];
        for parameter in old {
            let name = parameter["name"].as_str().unwrap();
            let Some(now) = new.iter().find(|now| same(parameter, now)) else {
                self.add(id, format!("the parameter {name} is removed"));
                continue;
            };
            let at = At {
                subject: id.to_owned(),
                place: format!("the parameter {name}"),
                direction: Request,
            };
            self.schema(&at, &parameter["schema"], &now["schema"]);
        }
        for now in new.iter().filter(|now| now["required"] == true) {
            let before = old.iter().find(|before| same(before, now));
            if before.is_none_or(|before| before["required"] != true) {
                let name = now["name"].as_str().unwrap();
                self.add(id, format!("the parameter {name} is required"));
            }
        }
    }

    fn bodies(&mut self, id: &str, old: &Value, new: &Value) {
        for (kind, body) in map(old) {
            let now = &new[kind];
            if now.is_null() {
                self.add(id, format!("{kind} is not taken"));
                continue;
            }
            let at = At {
                subject: id.to_owned(),
                place: format!("the body in {kind}"),
                direction: Request,
            };
            self.schema(&at, &body["schema"], &now["schema"]);
        }
    }

    fn replies(&mut self, id: &str, old: &Value, new: &Value) {
        for (kind, body) in map(old) {
            let now = &new[kind];
            if now.is_null() {
                self.add(id, format!("{kind} is not sent"));
                continue;
            }
            let at = At {
                subject: id.to_owned(),
                place: format!("the reply in {kind}"),
                direction: Reply,
            };
            self.schema(&at, &body["schema"], &now["schema"]);
        }
    }

    fn schema(&mut self, at: &At, old: &Value, new: &Value) {
        let (before, now) = (Resolved::of(self.old, old), Resolved::of(self.new, new));
        self.types(at, &before, &now);
        let mut at = at.clone();
        if let (Some(before), Some(_)) = (&before.name, &now.name) {
            // A schema that stands at many places is compared once.
            if !self.seen.insert((before.clone(), at.direction)) {
                return;
            }
            at.subject = before.clone();
            at.place = String::new();
        }
        let (old, new) = (&before.schema, &now.schema);
        self.words(&at, old, new);
        self.bounds(&at, old, new);
        self.properties(&at, old, new);
        for inner in ["items", "additionalProperties"] {
            if old[inner].is_object() && new[inner].is_object() {
                self.schema(&at, &old[inner], &new[inner]);
            }
        }
    }

    fn types(&mut self, at: &At, old: &Resolved, new: &Resolved) {
        let (before, now) = (old.kinds(), new.kinds());
        let (narrow, wide) = match at.direction {
            Request => (&before, &now),
            Reply => (&now, &before),
        };
        // No type at all is any type.
        let any = |kinds: &BTreeSet<String>| kinds.iter().all(|kind| kind == "null");
        if !any(wide) && (any(narrow) || !narrow.is_subset(wide)) {
            self.add_at(at, "has another type");
        } else if old.schema["format"] != new.schema["format"] {
            self.add_at(at, "has another format");
        }
    }

    fn words(&mut self, at: &At, old: &Value, new: &Value) {
        let (before, now) = (list(&old["enum"]), list(&new["enum"]));
        match at.direction {
            Request if !now.is_empty() => {
                if before.is_empty() {
                    self.add_at(at, "takes certain words only");
                }
                for word in before.iter().filter(|word| !now.contains(word)) {
                    self.add_at(at, &format!("no longer takes {word}"));
                }
            }
            Reply if !before.is_empty() => {
                for word in now.iter().filter(|word| !before.contains(word)) {
                    self.add_at(at, &format!("may be {word}"));
                }
            }
            _ => {}
        }
    }

    /// Bounds count for what is sent.
    fn bounds(&mut self, at: &At, old: &Value, new: &Value) {
        if at.direction == Reply {
            return;
        }
        let number = |schema: &Value, word: &str| schema[word].as_f64();
        for (word, is_upper) in [
            ("maximum", true),
            ("maxLength", true),
            ("maxItems", true),
            ("minimum", false),
            ("minLength", false),
            ("minItems", false),
        ] {
            let Some(now) = number(new, word) else {
                continue;
            };
            let tighter = |before: f64| if is_upper { now < before } else { now > before };
            if number(old, word).is_none_or(tighter) {
                self.add_at(at, &format!("has another {word}"));
            }
        }
        if !new["pattern"].is_null() && new["pattern"] != old["pattern"] {
            self.add_at(at, "has another pattern");
        }
    }

    fn properties(&mut self, at: &At, old: &Value, new: &Value) {
        let required =
            |schema: &Value, name: &str| list(&schema["required"]).iter().any(|one| one == name);
        for (name, property) in map(&old["properties"]) {
            let now = &new["properties"][name];
            let place = at.child(name);
            match (now.is_null(), at.direction) {
                (true, Request) => self.add_at(&place, "is not taken"),
                (true, Reply) => self.add_at(&place, "is removed"),
                (false, Reply) if required(old, name) && !required(new, name) => {
                    self.add_at(&place, "may be missing");
                }
                (false, _) => self.schema(&place, property, now),
            }
        }
        if at.direction == Request {
            for name in map(&new["properties"]).keys() {
                if required(new, name) && !required(old, name) {
                    self.add_at(&at.child(name), "is required");
                }
            }
        }
    }
}

/// A schema without the reference to it and without the choice with null around it.
struct Resolved {
    /// The name of the schema, if it has one.
    name: Option<String>,
    schema: Value,
    or_null: bool,
}

impl Resolved {
    fn of(document: &Value, schema: &Value) -> Self {
        let choices = list(&schema["oneOf"]);
        let others: Vec<_> = choices
            .iter()
            .filter(|choice| choice["type"] != "null")
            .collect();
        if let [only] = others.as_slice() {
            let or_null = choices.len() > 1;
            return Self {
                or_null,
                ..Self::of(document, only)
            };
        }
        let Some(place) = schema["$ref"].as_str() else {
            return Self {
                name: None,
                schema: schema.clone(),
                or_null: false,
            };
        };
        let target = document.pointer(place.trim_start_matches('#')).unwrap();
        Self {
            name: place.rsplit('/').next().map(str::to_owned),
            ..Self::of(document, target)
        }
    }

    fn kinds(&self) -> BTreeSet<String> {
        let kinds = match &self.schema["type"] {
            Value::String(kind) => vec![kind.clone()],
            kinds => list(kinds)
                .iter()
                .map(|kind| kind.as_str().unwrap().to_owned())
                .collect(),
        };
        let null = self.or_null.then(|| "null".to_owned());
        kinds.into_iter().chain(null).collect()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn map(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}
