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

/// Copies what was built for the browser, and lists the copies for `include!`. The list names them by `OUT_DIR`, not by a
/// folder of this machine, so that it is the same wherever the program is built.
fn embed(folder: &str) -> Result<(), Box<dyn Error>> {
    let built = Path::new(&env::var("CARGO_MANIFEST_DIR")?)
        .join("target/web")
        .join(folder);
    // A folder that is not there would make cargo compile each time.
    fs::create_dir_all(&built)?;
    println!("cargo:rerun-if-changed={}", built.display());
    let out = env::var("OUT_DIR")?;
    let copies = Path::new(&out).join(folder);
    fs::create_dir_all(&copies)?;
    let mut names = Vec::new();
    for file in fs::read_dir(&built)? {
        let name = file?.file_name().into_string().unwrap_or_default();
        if name.ends_with(".js") || name.ends_with(".css") {
            fs::copy(built.join(&name), copies.join(&name))?;
            names.push(name);
        }
    }
    names.sort();
    let mut list = "&[".to_owned();
    for name in names {
        let file = format!("/{folder}/{name}");
        writeln!(
            list,
            "({name:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), {file:?})).as_slice()),"
        )?;
    }
    fs::write(
        Path::new(&out).join(format!("{folder}_files.rs")),
        list + "]",
    )?;
    Ok(())
}
