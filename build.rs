//! Migrations are embedded: a new one must make cargo compile again. So are the page's script and the console, if `script/web` has
//! built them.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where it is by the environment"
)]

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=migrations");
    embed("page")?;
    embed("console")
}

/// Lists what was built for the browser, for `include!`.
fn embed(name: &str) -> Result<(), Box<dyn Error>> {
    let built = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
        .join("target/web")
        .join(name);
    // A folder that is not there would make cargo compile each time.
    fs::create_dir_all(&built)?;
    println!("cargo:rerun-if-changed={}", built.display());
    let mut files = Vec::new();
    for file in fs::read_dir(&built)? {
        let file = file?.path();
        if file
            .extension()
            .is_some_and(|ending| ending == "js" || ending == "css")
        {
            files.push(file);
        }
    }
    files.sort();
    let mut list = "&[".to_owned();
    for file in files {
        let name = file.file_name().unwrap_or_default().display().to_string();
        writeln!(list, "({name:?}, include_bytes!({file:?}).as_slice()),")?;
    }
    let out = Path::new(&env::var("OUT_DIR")?).join(format!("{name}_files.rs"));
    fs::write(out, list + "]")?;
    Ok(())
}
