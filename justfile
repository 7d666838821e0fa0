# The habits of working on Aftercare, for https://just.systems. Every recipe is a thin call of a script or of cargo,
# so nobody needs just.

# List the recipes
default:
    @just --list

# Start a demonstration with made-up responses: just server --responses 500
server *arguments:
    script/server {{ arguments }}

# Run all checks, or only the tests that match: just test responses
test *filter:
    script/test {{ filter }}

# Check formatting, lints and documentation
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# Write openapi/*.json anew from the handlers
openapi:
    UPDATE_OPENAPI=1 cargo test --locked --test api openapi::the_committed_documents_are_fresh

# Write openapi/conformance/*.json anew from the domain
conformance:
    UPDATE_CONFORMANCE=1 cargo test --locked --test conformance

# Build and test the client library in TypeScript
web *arguments:
    script/web {{ arguments }}

# Write src/store/schema.rs anew from the migrations
schema:
    UPDATE_SCHEMA=1 cargo test --locked --test api database::schema_rs_is_what_the_database_says

# Measure all groups but masking, or only those named: just bench core forms
bench *groups:
    cargo bench --locked -- {{ groups }}
