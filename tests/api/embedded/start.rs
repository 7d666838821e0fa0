//! Starting: what is found, what is refused, what the log holds.

use super::*;

#[test]
fn it_starts_lets_in_and_stops_without_a_trace() {
    let folder = Folder::new();
    let (running, heard) = start_and_hear(&folder.data(), &Options::default());
    assert!(
        heard.contains("Creating") && heard.contains("Starting"),
        "{heard}"
    );
    let url = running.url().to_owned();
    let pid = folder.pid();

    let show = |name: &str| psql(&url, &format!("SHOW {name}")).unwrap();
    assert_eq!(
        psql(&url, "SELECT current_user || '@' || current_database()").unwrap(),
        "aftercare@aftercare"
    );
    for (setting, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("listen_addresses", ""),
        ("timezone", "UTC"),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("unix_socket_permissions", "0700"),
    ] {
        assert_eq!(show(setting), value, "{setting}");
    }
    assert_eq!(url_of_running(&folder.data()).as_deref(), Some(&*url));
    let url_file = folder.data().join("postgres/url");
    assert_eq!(fs::read_to_string(&url_file).unwrap().trim(), url);
    assert_eq!(fs::metadata(&url_file).unwrap().mode() & 0o777, 0o600);
    for private in ["postgres/cluster", "postgres/socket"] {
        assert_eq!(
            fs::metadata(folder.data().join(private)).unwrap().mode() & 0o777,
            0o700,
            "{private}"
        );
    }

    running.stop().unwrap();
    assert!(!runs(pid));
    assert!(!url_file.exists());
    assert!(!folder.cluster().join("postmaster.pid").exists());
    assert_eq!(url_of_running(&folder.data()), None);
    assert!(psql(&url, "SELECT 1").is_err());
}

#[test]
fn the_url_means_the_same_to_the_client_library() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let config: tokio_postgres::Config = running.url().parse().unwrap();
    let socket = folder
        .data()
        .canonicalize()
        .unwrap()
        .join("postgres/socket");
    assert_eq!(
        config.get_hosts(),
        [tokio_postgres::config::Host::Unix(socket)]
    );
    assert_eq!(config.get_user(), Some("aftercare"));
    assert_eq!(config.get_dbname(), Some("aftercare"));
}

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_private_folder_for_it() {
    let folder = Folder::new();
    let data = folder
        .0
        .join("d".repeat(120))
        .join("집, with spaces and 'quotes'");
    let (running, _) = start_and_hear(&data, &quick());
    let url = running.url().to_owned();
    assert_eq!(psql(&url, "SELECT 1").unwrap(), "1");

    let config: tokio_postgres::Config = url.parse().unwrap();
    let [tokio_postgres::config::Host::Unix(socket)] = config.get_hosts() else {
        panic!("{url}")
    };
    let socket = socket.clone();
    assert!(socket.starts_with(std::env::temp_dir()), "{socket:?}");
    assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
    running.stop().unwrap();
    assert!(
        !socket.exists(),
        "nothing is left among the temporary files"
    );

    // Somebody else has put something there.
    symlink(&folder.0, &socket).unwrap();
    let error = start(&data).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::SocketFolderTaken { .. }),
        "{error}"
    );
    fs::remove_file(&socket).unwrap();
    fs::create_dir(&socket).unwrap();
    fs::set_permissions(&socket, Permissions::from_mode(0o777)).unwrap();
    let error = start(&data).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::SocketFolderTaken { .. }),
        "{error}"
    );
    fs::remove_dir(&socket).unwrap();

    let running = start(&data).unwrap();
    assert_eq!(running.url(), url, "the same folder each time");
}

#[test]
fn the_log_holds_no_statement_and_no_value() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let fails = |sql: &str| psql(running.url(), sql).unwrap_err();
    psql(
        running.url(),
        "CREATE TABLE t (answer text PRIMARY KEY); INSERT INTO t VALUES ('marmalade')",
    )
    .unwrap();
    assert!(fails("INSERT INTO t VALUES ('marmalade')").contains("marmalade"));
    assert!(fails("SELECT 'marmalade'::int").contains("marmalade"));
    fails("SELECT marmalade FROM t");
    fails("DO $$ BEGIN RAISE EXCEPTION 'marmalade'; END $$");
    psql(
        running.url(),
        "DO $$ BEGIN RAISE WARNING 'marmalade'; END $$",
    )
    .unwrap();
    fails("PREPARE p (text) AS SELECT $1::int; EXECUTE p ('marmalade')");
    // A crash in the middle of a statement: Postgres would like to name the statement.
    let mut busy = Command::new("psql")
        .args([
            "-X",
            "-q",
            "-c",
            "SELECT 'marmalade', pg_sleep(60)",
            running.url(),
        ])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut backend = String::new();
    wait_for("the statement runs", || {
        backend = psql(
            running.url(),
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        )
        .unwrap();
        !backend.is_empty()
    });
    signal("SEGV", backend.parse().unwrap());
    busy.wait().unwrap();
    wait_for("Postgres recovers", || {
        psql(running.url(), "SELECT 1").is_ok()
    });
    running.stop().unwrap();

    let log = folder.log();
    assert!(log.contains("terminated by signal 11"), "{log}");
    assert!(
        !log.contains("marmalade") && !log.contains("SELECT"),
        "{log}"
    );
}

#[test]
fn a_cluster_of_another_version_is_refused_with_the_mend() {
    let folder = Folder::new();
    start(&folder.data()).unwrap().stop().unwrap();
    fs::write(folder.cluster().join("PG_VERSION"), "99\n").unwrap();
    let error = start(&folder.data()).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::WrongVersion { needed: 99, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("Install Postgres 99"), "{error}");
}

#[test]
fn a_folder_with_something_else_in_it_is_refused() {
    let folder = Folder::new();
    fs::create_dir_all(folder.cluster()).unwrap();
    fs::write(folder.cluster().join("letter.txt"), "dear").unwrap();
    let error = start(&folder.data()).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::NotACluster { .. }),
        "{error}"
    );
    assert!(folder.cluster().join("letter.txt").exists());
}

fn programs_that_say(folder: &Folder, version: &str) -> PathBuf {
    let programs = folder.0.join("bin");
    fs::create_dir(&programs).unwrap();
    for program in ["postgres", "initdb"] {
        let file = programs.join(program);
        fs::write(
            &file,
            format!("#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n"),
        )
        .unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    programs
}

#[test]
fn old_programs_are_refused_and_so_are_missing_ones() {
    let folder = Folder::new();
    let old = Options {
        binaries: Some(programs_that_say(&folder, "13.22")),
        ..quick()
    };
    let error = EmbeddedPostgres::start(&folder.data(), &old, &mut |_| {}).unwrap_err();
    assert!(
        matches!(&error, EmbeddedError::TooOld { found, .. } if found == "13.22"),
        "{error}"
    );

    let none = Options {
        binaries: Some(folder.0.clone()),
        ..quick()
    };
    let error = EmbeddedPostgres::start(&folder.data(), &none, &mut |_| {}).unwrap_err();
    assert!(matches!(error, EmbeddedError::NoBinaries { .. }), "{error}");
    assert!(error.to_string().contains("script/bootstrap"), "{error}");
}

#[test]
fn a_broken_setting_fails_with_what_the_log_says() {
    let folder = Folder::new();
    start(&folder.data()).unwrap().stop().unwrap();
    let file = folder.cluster().join("postgresql.conf");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{config}\nno_such_setting = 1\n")).unwrap();
    let error = start(&folder.data()).unwrap_err();
    assert!(matches!(error, EmbeddedError::Exited { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[test]
fn a_lost_database_is_told() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let elsewhere = format!(
        "{}/postgres",
        running.url().strip_suffix("/aftercare").unwrap()
    );
    psql(&elsewhere, "DROP DATABASE aftercare").unwrap();
    let pid = folder.pid();
    running.stop().unwrap();
    let error = start(&folder.data()).unwrap_err();
    assert!(matches!(error, EmbeddedError::Refused { .. }), "{error}");
    assert!(
        !runs(pid) && !folder.cluster().join("postmaster.pid").exists(),
        "nothing is left running"
    );
}

#[test]
fn a_ctrl_c_in_the_terminal_does_not_reach_postgres() {
    let folder = Folder::new();
    let mut server = Server::new(&folder);
    let pid = folder.pid();
    // What a terminal does: a signal to the whole group.
    let status = Command::new("sh")
        .args(["-c", "kill -INT \"-$1\"", "sh", &server.0.id().to_string()])
        .status();
    assert!(status.unwrap().success());
    server.0.wait().unwrap();
    sleep(Duration::from_millis(500));
    assert!(runs(pid));
    let url = fs::read_to_string(folder.data().join("postgres/url")).unwrap();
    psql(url.trim(), "SELECT 1").unwrap();
    start(&folder.data()).unwrap();
}

#[test]
fn the_data_folder_is_for_its_owner_and_may_be_made_earlier() {
    let folder = Folder::new();
    let data = create_data_folder(&folder.0.join("a/b/data")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&data), if is_root() { 0o711 } else { 0o700 });
    assert_eq!(mode(&folder.0.join("a/b")), 0o755);
    start(&data).unwrap();
}

#[test]
fn a_folder_that_may_not_be_entered_is_named_with_the_mend() {
    let folder = Folder::new();
    let closed = folder.0.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(
        &closed,
        Permissions::from_mode(if is_root() { 0o700 } else { 0o000 }),
    )
    .unwrap();
    let error = start(&closed.join("deep/data")).unwrap_err();
    let told = error.to_string();
    if is_root() {
        assert!(
            matches!(&error, EmbeddedError::NotSearchable { folder, .. } if *folder == closed),
            "{error}"
        );
        assert!(
            told.contains(&format!("chmod o+x {}", closed.display())),
            "{told}"
        );
    } else {
        assert!(
            told.contains("closed") && told.contains("Permission denied"),
            "{told}"
        );
    }
    fs::set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
    start(&closed.join("deep/data")).unwrap();
}

#[test]
fn root_runs_postgres_as_somebody_else() {
    if !is_root() {
        return;
    }
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let owner = |path: &Path| fs::metadata(path).unwrap().uid();
    let user = owner(&folder.cluster());
    assert_ne!(user, 0);
    assert_eq!(owner(Path::new(&format!("/proc/{}", folder.pid()))), user);
    assert_eq!(owner(&folder.data().join("postgres")), 0);
    psql(running.url(), "CREATE TABLE t AS SELECT 7 AS seven").unwrap();
    running.stop().unwrap();

    // Restored from a backup by root: everything is root's. It is handed over again.
    let give = |to: &str| {
        assert!(
            Command::new("chown")
                .args(["-R", to])
                .arg(folder.data())
                .status()
                .unwrap()
                .success()
        );
    };
    give("0:0");
    let running = start(&folder.data()).unwrap();
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
    assert_eq!(owner(&folder.cluster()), user);
    running.stop().unwrap();

    // Made by an ordinary user: Postgres runs as that one, so that the folder stays usable to them.
    give("65534:65534");
    let running = start(&folder.data()).unwrap();
    assert_eq!(owner(Path::new(&format!("/proc/{}", folder.pid()))), 65534);
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
}

#[test]
fn an_ordinary_user_does_not_touch_the_cluster_of_another() {
    if is_root() {
        return;
    }
    let folder = Folder::new();
    let home = folder.data().join("postgres");
    fs::create_dir_all(&home).unwrap();
    // Any folder of root's will do.
    symlink("/usr/share", home.join("cluster")).unwrap();
    let error = start(&folder.data()).unwrap_err();
    assert!(
        matches!(error, EmbeddedError::OtherOwner { owner: 0, .. }),
        "{error}"
    );
}
