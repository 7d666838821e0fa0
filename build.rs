//! Migrations are embedded: a new one must make cargo compile again.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
