//! The walls between the layers: which folder may import which, and what may not be named where. The map of the layers is
//! in `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each part of `src/` may import. Whatever is not listed may import nothing but itself.
const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("formats", &["domain"]),
    ("sample", &["domain"]),
    ("store", &["domain", "config", "tls"]),
    ("postgres", &["config", "store", "random"]),
    (
        "app",
        &[
            "domain", "formats", "store", "clock", "keys", "oidc", "random",
        ],
    ),
    ("oidc", &["domain", "tls"]),
    ("backup", &["app", "domain", "store", "postgres", "random"]),
    (
        "http",
        &[
            "app",
            "domain",
            "formats",
            "store",
            "config",
            "keys",
            "random",
            "telemetry",
            "tls",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "backup",
            "http",
            "domain",
            "formats",
            "store",
            "postgres",
            "sample",
            "config",
            "clock",
            "keys",
            "oidc",
            "random",
            "telemetry",
            "tls",
        ],
    ),
    ("config", &[]),
    ("telemetry", &["store", "config"]),
    ("keys", &["domain", "config", "postgres", "random"]),
    ("clock", &[]),
    ("random", &[]),
    ("tls", &[]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// Words that code in a folder may not use.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    (
        "domain",
        &[
            "actix",
            "diesel",
            "tokio",
            "utoipa",
            "clap::",
            "tracing::",
            "Utc::now",
            "Local::now",
            "SystemTime",
            "Instant::now",
            "std::env",
            "std::fs",
            "std::net",
            "rand::rng(",
            "SysRng",
            "println!",
            "SELECT ",
            "INSERT ",
            "CREATE ",
        ],
    ),
    (
        "formats",
        &["actix", "diesel", "tokio", "utoipa", "Utc::now"],
    ),
    (
        "app",
        &[
            "actix",
            "diesel",
            "SELECT ",
            "INSERT ",
            "UPDATE ",
            "sql_query",
            // An id has a type that says what of.
            "Uuid",
        ],
    ),
    (
        "backup",
        &[
            "actix",
            "diesel",
            "tokio_postgres",
            "SELECT ",
            "sql_query",
            "Utc::now",
        ],
    ),
    (
        "http",
        &[
            "diesel::prelude",
            "diesel_async",
            "sql_query",
            "store::schema",
            ".transaction(",
            "append_entry",
        ],
    ),
    (
        "cli",
        &[
            "diesel::",
            "diesel_async",
            "sql_query",
            "store::schema",
            ".transaction(",
            "append_entry",
        ],
    ),
];

/// A file of `src/`: its module path, and its code without comments and test modules.
struct Source {
    path: PathBuf,
    module: Vec<String>,
    code: String,
}

impl Source {
    fn part(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), &mut found);
    assert!(found.len() > 100);
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // Tests may look everywhere.
        if name == "tests" || name == "tests.rs" {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        } else if let Some(stem) = name.strip_suffix(".rs") {
            let relative = path.strip_prefix(root()).unwrap();
            let mut module: Vec<String> = relative
                .parent()
                .into_iter()
                .flat_map(Path::iter)
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if !["mod", "lib"].contains(&stem) {
                module.push(stem.to_owned());
            }
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(Source {
                path: relative.to_owned(),
                module,
                code: code_of(&text),
            });
        }
    }
}

/// The text without comments, and up to its test module.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text.lines().map(|line| {
        let end = line
            .match_indices("//")
            .map(|(at, _)| at)
            .find(|at| !line[..*at].ends_with(':'));
        &line[..end.unwrap_or(line.len())]
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that a file names from the crate's root on, with `super` and `self` worked out and braces opened.
fn paths_of(source: &Source) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in source.code.match_indices(start) {
            let before = source.code[..at].chars().next_back();
            // A `super` after a `super` was read with the first of them.
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            open(&source.code[at..], &source.module, &mut found);
        }
    }
    found
}

/// Reads one path, and each branch of its braces.
fn open(text: &str, module: &[String], found: &mut BTreeSet<Vec<String>>) {
    let mut path = module.to_vec();
    let mut rest = text;
    let mut first = true;
    loop {
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let word = &rest[..end];
        match word {
            "crate" if first => path.clear(),
            "self" if first => {}
            "super" => drop(path.pop()),
            "" => break,
            _ => path.push(word.to_owned()),
        }
        first = false;
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) => rest = next,
            None => break,
        }
    }
    let Some(inside) = rest.strip_prefix('{') else {
        found.insert(path);
        return;
    };
    let mut depth = 0_usize;
    let mut branch = String::new();
    for c in inside.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => {
                branch_of(&branch, &path, found);
                branch.clear();
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        branch.push(c);
    }
    branch_of(&branch, &path, found);
}

fn branch_of(branch: &str, path: &[String], found: &mut BTreeSet<Vec<String>>) {
    match branch.trim() {
        "" => {}
        "self" => drop(found.insert(path.to_vec())),
        branch => open(branch, path, found),
    }
}

/// The file in which a path ends: the longest one whose module begins it. A name that a `mod.rs` passes on from one of
/// its own files counts as that file's.
fn file_of<'s>(path: &[String], sources: &'s [Source]) -> Option<&'s Source> {
    let fitting = sources.iter().filter(|it| path.starts_with(&it.module));
    let nearest = fitting.max_by_key(|it| it.module.len())?;
    let name = path.get(nearest.module.len())?;
    let passed_on = sources.iter().find(|it| {
        it.module.len() == nearest.module.len() + 1
            && it.module.starts_with(&nearest.module)
            && passes_on(nearest, it.module.last().unwrap(), name)
    });
    passed_on.or(Some(nearest))
}

fn passes_on(folder: &Source, module: &str, name: &str) -> bool {
    let uses = folder.code.split("use ").skip(1);
    uses.filter_map(|it| it.split(';').next())
        .filter(|it| {
            let it = it.trim_start_matches("self::");
            it.starts_with(&format!("{module}::"))
        })
        .any(|it| {
            it.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == name)
        })
}

#[test]
fn imports_point_down() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let mut wrong = Vec::new();
    for source in &sources() {
        let may = allowed
            .get(source.part())
            .unwrap_or_else(|| panic!("src/{} is a part without rules", source.name()));
        for path in paths_of(source) {
            let Some(to) = path.first() else { continue };
            if allowed.contains_key(&**to) && to != source.part() && !may.contains(&&**to) {
                wrong.push(format!("{}: {}", source.name(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_layer_names_what_it_may_not_know() {
    let forbidden: BTreeMap<&str, &[&str]> = FORBIDDEN.into_iter().collect();
    let mut wrong = Vec::new();
    for source in &sources() {
        for word in *forbidden.get(source.part()).unwrap_or(&&[][..]) {
            if source.code.contains(word) {
                wrong.push(format!("{}: {word}", source.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files that may import each other: what they define is recursive.
const RECURSIVE: [&str; 1] = ["domain/form"];

#[test]
fn no_files_import_each_other_in_a_circle() {
    let sources = sources();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in &sources {
        let to = paths_of(source)
            .iter()
            .filter_map(|path| file_of(path, &sources))
            .map(Source::name)
            .filter(|to| *to != source.name())
            .collect();
        arrows.insert(source.name(), to);
    }
    // A `mod.rs` declares the files of its folder, and passes their names on.
    let circles = circles(&arrows);
    let wrong: Vec<_> = circles
        .iter()
        .filter(|files| {
            !RECURSIVE
                .iter()
                .any(|folder| files.iter().all(|file| file.starts_with(folder)))
        })
        .map(|files| files.join(" → "))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_folders_import_each_other_in_a_circle() {
    let sources = sources();
    let mut wrong = Vec::new();
    for depth in 1..=3 {
        let folder = |source: &Source| -> Option<String> {
            let folders = source.path.parent()?.iter().count();
            (folders >= depth).then(|| {
                let parts = source.path.iter().take(depth);
                parts
                    .map(|part| part.to_str().unwrap())
                    .collect::<Vec<_>>()
                    .join("/")
            })
        };
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for source in &sources {
            let Some(from) = folder(source) else { continue };
            let to = paths_of(source);
            let to = to.iter().filter_map(|path| file_of(path, &sources));
            let to = to.filter_map(folder).filter(|to| *to != from);
            arrows.entry(from.clone()).or_default().extend(to);
        }
        wrong.extend(circles(&arrows).iter().map(|it| it.join(" → ")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every set of two nodes or more that can reach each other.
fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reachable = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&String> = arrows.get(from).into_iter().flatten().collect();
        while let Some(node) = next.pop() {
            if seen.insert(node) {
                next.extend(arrows.get(node).into_iter().flatten());
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|node| (node, reachable(node))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (node, reached) in &reach {
        if reached.contains(*node) {
            let circle = reached
                .iter()
                .filter(|other| reach.get(**other).is_some_and(|back| back.contains(*node)));
            found.insert(circle.map(|it| (*it).clone()).collect());
        }
    }
    found.into_iter().collect()
}

/// The most lines of a function, by part.
const MAX_LINES: [(&str, usize); 3] = [("http", 40), ("app", 60), ("cli", 60)];

#[test]
fn handlers_and_use_cases_are_short() {
    let limits: BTreeMap<&str, usize> = MAX_LINES.into_iter().collect();
    let mut wrong = Vec::new();
    for source in &sources() {
        let Some(limit) = limits.get(source.part()) else {
            continue;
        };
        for (name, lines) in functions_of(&source.code) {
            if lines > *limit {
                wrong.push(format!("{}: {name} has {lines} lines", source.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every function with its number of lines, as rustfmt writes it: it ends with a brace at its own indentation.
fn functions_of(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = code.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        let is_function = words.split(' ').take(5).any(|word| word == "fn");
        if !is_function || words.ends_with(';') {
            continue;
        }
        let name = words.split("fn ").nth(1).unwrap_or_default();
        let name = name.split(['(', '<']).next().unwrap_or_default();
        let end = lines[start..]
            .iter()
            .position(|line| line.strip_prefix(indent) == Some("}"));
        found.push((name.to_owned(), end.map_or(1, |end| end + 1)));
    }
    found
}

#[test]
fn a_path_is_read_with_its_braces_and_supers() {
    let source = Source {
        path: "a/b/c.rs".into(),
        module: ["a", "b", "c"].map(str::to_owned).to_vec(),
        code: "use super::{d::{E, self}, f}; use crate::g; fn x() -> super::super::h::I {}"
            .to_owned(),
    };
    let paths: Vec<String> = paths_of(&source)
        .iter()
        .map(|path| path.join("::"))
        .collect();
    assert_eq!(paths, ["a::b::d", "a::b::d::E", "a::b::f", "a::h::I", "g"]);
    let arrows = [("a", "b"), ("b", "a"), ("c", "a")];
    let arrows = arrows.map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])));
    assert_eq!(circles(&arrows.into()), [["a", "b"]]);
}
