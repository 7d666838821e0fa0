//! The image and the compose file: no container has more than it needs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use aftercare::domain::form::{Source, Syntax};
use serde_json::{Value, json};

/// The user of the image.
const USER: u32 = 10001;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn compose() -> Value {
    let source = Source::read(&file("docker-compose.yml"), Syntax::Yaml).unwrap();
    source.value().clone()
}

/// The instructions of the Dockerfile, each in one line.
fn instructions() -> Vec<String> {
    let text = file("Dockerfile");
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let instructions = joined.lines().map(str::trim).filter(|it| !it.is_empty());
    instructions.map(str::to_owned).collect()
}

#[test]
fn each_service_has_a_bound_on_memory_processors_and_processes_and_no_capability() {
    let compose = compose();
    let services = compose["services"].as_object().unwrap();
    assert_eq!(services.len(), 2);
    for (name, service) in services {
        for bound in ["mem_limit", "memswap_limit", "cpus", "pids_limit"] {
            assert!(!service[bound].is_null(), "{name}: {bound}");
        }
        assert_eq!(service["mem_limit"], service["memswap_limit"], "{name}");
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        assert!(service["cap_add"].is_null(), "{name}");
        assert!(service["privileged"].is_null(), "{name}");
        let options = json!(["no-new-privileges:true"]);
        assert_eq!(service["security_opt"], options, "{name}");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        let image = service["image"].as_str().unwrap();
        assert!(
            image.starts_with("${"),
            "{name}: nobody can give {image} a digest"
        );
    }
    assert_eq!(services["server"]["mem_limit"], "512m");
}

#[test]
fn postgres_is_on_an_internal_network_and_only_the_api_is_published_and_only_to_this_machine() {
    let compose = compose();
    let services = &compose["services"];
    assert_eq!(compose["networks"]["back"], json!({"internal": true}));
    assert_eq!(services["postgres"]["networks"], json!(["back"]));
    assert!(services["postgres"]["ports"].is_null());
    let published = json!(["127.0.0.1:${AFTERCARE_PORT:-8080}:8080"]);
    assert_eq!(services["server"]["ports"], published);
    let environment = services["server"]["environment"].as_object().unwrap();
    assert!(!environment.contains_key("AFTERCARE_METRICS_LISTEN"));
}

#[test]
fn secrets_come_in_files_and_stand_in_no_environment_and_no_layer() {
    let compose = compose();
    for (service, variable, secret) in [
        ("server", "DATABASE_URL_FILE", "database-url"),
        ("postgres", "POSTGRES_PASSWORD_FILE", "postgres-password"),
    ] {
        let service = &compose["services"][service];
        let inside = format!("/run/secrets/{secret}");
        assert_eq!(service["environment"][variable], inside);
        assert_eq!(service["secrets"], json!([secret]));
        let outside = format!("./secrets/{secret}");
        assert_eq!(compose["secrets"][secret]["file"], outside);
    }
    let tells = |name: &str| {
        let name = name.to_ascii_uppercase();
        let secret = ["PASSWORD", "SECRET", "TOKEN", "KEY", "DATABASE_URL"]
            .iter()
            .any(|it| name.contains(it));
        secret && !name.ends_with("_FILE")
    };
    for service in compose["services"].as_object().unwrap().values() {
        let environment = service["environment"].as_object().unwrap();
        let told: Vec<_> = environment.keys().filter(|name| tells(name)).collect();
        assert!(told.is_empty(), "{told:?}");
    }
    for instruction in instructions() {
        let (what, rest) = instruction.split_once(' ').unwrap();
        if ["ARG", "ENV"].contains(&what) {
            let names = rest
                .split_whitespace()
                .map(|it| it.split('=').next().unwrap());
            assert_eq!(names.filter(|it| tells(it)).count(), 0, "{instruction}");
        }
    }
    let ignored = file(".dockerignore");
    let mut sent = ignored.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(sent.next(), Some("*"), "nothing is sent unless it is named");
    assert!(sent.all(|line| !line.contains("secrets") && !line.contains(".env")));
}

#[test]
fn the_image_runs_without_a_shell_as_a_numbered_user_who_is_not_root() {
    let instructions = instructions();
    let last = instructions
        .iter()
        .rposition(|it| it.starts_with("FROM "))
        .unwrap();
    let (build, image) = instructions.split_at(last);
    assert_eq!(image[0], "FROM ${RUNTIME_IMAGE}");
    for name in ["NODE_IMAGE", "RUST_IMAGE", "RUNTIME_IMAGE"] {
        let argument = build
            .iter()
            .any(|it| it.starts_with(&format!("ARG {name}=")));
        assert!(argument, "{name} cannot be given a digest");
    }
    assert!(build.iter().any(|it| it.contains("gcr.io/distroless/")));
    assert!(image.contains(&format!("USER {USER}:{USER}")));
    for what in ["RUN", "ADD"] {
        assert!(!image.iter().any(|it| it.starts_with(what)), "{what}");
    }
    for what in ["ENTRYPOINT ", "CMD ", "HEALTHCHECK "] {
        let instruction = image.iter().find(|it| it.starts_with(what)).unwrap();
        assert!(instruction.contains("[\""), "a shell: {instruction}");
    }
    let health = image.iter().find(|it| it.starts_with("HEALTHCHECK"));
    assert!(
        health
            .unwrap()
            .ends_with(r#"CMD ["/usr/local/bin/aftercare", "health"]"#)
    );
}

#[test]
fn the_secrets_of_compose_are_made_once_agree_and_are_closed_to_other_users() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("script")).unwrap();
    fs::write(folder.path().join("script/secrets"), file("script/secrets")).unwrap();
    let make = || {
        let mut script = Command::new("bash");
        script.arg(folder.path().join("script/secrets"));
        assert!(script.stdout(Stdio::null()).status().unwrap().success());
        let read = |name: &str| fs::read_to_string(folder.path().join("secrets").join(name));
        let (password, url) = (
            read("postgres-password").unwrap(),
            read("database-url").unwrap(),
        );
        let password = password.trim_end().to_owned();
        let expected = format!("postgres://aftercare:{password}@postgres/aftercare\n");
        assert_eq!(url, expected);
        password
    };
    let made = make();
    assert_eq!(made.len(), 48, "{made}");
    assert_eq!(make(), made);
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("secrets"), 0o700);
    // The user in the container is another than here.
    assert_eq!(mode("secrets/database-url"), 0o444);

    // A password from before is taken over.
    fs::remove_dir_all(folder.path().join("secrets")).unwrap();
    fs::write(folder.path().join(".env"), "POSTGRES_PASSWORD=before\n").unwrap();
    assert_eq!(make(), "before");
}
