//! Stopping, being killed, and starting again.

use super::*;

#[test]
fn a_restart_keeps_the_data() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    psql(running.url(), "CREATE TABLE t AS SELECT 7 AS seven").unwrap();
    running.stop().unwrap();

    let (running, heard) = start_and_hear(&folder.data(), &quick());
    assert!(!heard.contains("Creating"), "{heard}");
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
}

#[test]
fn a_value_that_is_dropped_stops_postgres() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let pid = folder.pid();
    drop(running);
    assert!(!runs(pid));
}

#[test]
fn stopping_rolls_open_transactions_back_and_does_not_wait_for_them() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    psql(running.url(), "CREATE TABLE t (n int)").unwrap();
    let mut busy = Command::new("psql")
        .args([
            "-X",
            "-q",
            "-c",
            "BEGIN; INSERT INTO t VALUES (1); SELECT pg_sleep(60)",
            running.url(),
        ])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the transaction is open", || {
        psql(
            running.url(),
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        )
        .unwrap()
            == "1"
    });
    let begin = Instant::now();
    running.stop().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(!busy.wait().unwrap().success());

    let running = start(&folder.data()).unwrap();
    assert_eq!(psql(running.url(), "SELECT count(*) FROM t").unwrap(), "0");
}

#[test]
fn committed_data_survives_a_kill_of_postgres_itself() {
    let folder = Folder::new();
    let (running, _) = start_and_hear(&folder.data(), &Options::default());
    psql(running.url(), "CREATE TABLE t AS SELECT 7 AS seven").unwrap();
    signal("KILL", folder.pid());
    running.stop().unwrap();
    assert!(
        folder.cluster().join("postmaster.pid").exists(),
        "the kill leaves a pid file behind"
    );

    let running = start(&folder.data()).unwrap();
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
}

#[test]
fn a_stale_pid_file_whose_number_belongs_to_another_process_does_not_stop_the_start() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let pid_file = folder.cluster().join("postmaster.pid");
    let socket_lock = folder.data().join("postgres/socket/.s.PGSQL.5432.lock");
    let text = fs::read_to_string(&pid_file).unwrap();
    let socket_text = fs::read_to_string(&socket_lock).unwrap();
    let pid = folder.pid().to_string();
    running.stop().unwrap();

    // A process of the very user that Postgres runs as: such a one makes Postgres itself refuse the start.
    let mut command = Command::new("sleep");
    command.arg("60");
    if is_root() {
        command.uid(fs::metadata(folder.cluster()).unwrap().uid());
    }
    let mut other = command.spawn().unwrap();
    fs::write(&pid_file, text.replacen(&pid, &other.id().to_string(), 1)).unwrap();
    fs::write(
        &socket_lock,
        socket_text.replacen(&pid, &other.id().to_string(), 1),
    )
    .unwrap();

    let started = start(&folder.data());
    let alive = other.try_wait().unwrap().is_none();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(alive, "the other process is none of our business");
    psql(started.unwrap().url(), "SELECT 1").unwrap();
}

#[test]
fn a_postgres_left_behind_by_a_killed_server_is_taken_over() {
    let folder = Folder::new();
    let server = Server::new(&folder);
    let url = url_of_running(&folder.data()).unwrap();
    psql(&url, "CREATE TABLE t AS SELECT 7 AS seven").unwrap();
    let pid = folder.pid();
    server.kill();
    assert!(runs(pid), "Postgres outlives its server");
    assert_eq!(url_of_running(&folder.data()), None);

    let (running, heard) = start_and_hear(&folder.data(), &Options::default());
    assert!(
        heard.contains("Taking over") && !heard.contains("Starting"),
        "{heard}"
    );
    assert_eq!(folder.pid(), pid);
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
    running.stop().unwrap();
    assert!(!runs(pid));
}

#[test]
fn a_postgres_left_behind_with_other_settings_is_replaced() {
    let folder = Folder::new();
    let server = Server::new(&folder);
    let pid = folder.pid();
    server.kill();

    let (running, heard) = start_and_hear(&folder.data(), &quick());
    assert!(
        heard.contains("Stopping") && heard.contains("Starting"),
        "{heard}"
    );
    assert!(!runs(pid));
    assert_ne!(folder.pid(), pid);
    assert_eq!(psql(running.url(), "SHOW fsync").unwrap(), "off");
}

#[test]
fn after_server_and_postgres_are_both_killed_the_next_start_recovers() {
    let folder = Folder::new();
    let server = Server::new(&folder);
    let url = url_of_running(&folder.data()).unwrap();
    psql(&url, "CREATE TABLE t AS SELECT 7 AS seven").unwrap();
    signal("KILL", folder.pid());
    server.kill();

    // At once, while processes of the dead Postgres may still be about.
    let running = start(&folder.data()).unwrap();
    assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
}

#[test]
fn a_kill_in_the_middle_of_the_first_start_leaves_nothing_in_the_way() {
    for pause in [50, 300, 700, 1200, 1800] {
        let folder = Folder::new();
        let server = Server::without_waiting(&folder);
        sleep(Duration::from_millis(pause));
        server.kill();

        let running = start(&folder.data()).unwrap();
        psql(running.url(), "SELECT 1").unwrap();
        running.stop().unwrap();

        // What an orphaned initdb wrote meanwhile is cleared away later.
        start(&folder.data()).unwrap().stop().unwrap();
        for entry in fs::read_dir(folder.data().join("postgres")).unwrap() {
            let name = entry.unwrap().file_name();
            assert!(
                !name.to_string_lossy().contains("new"),
                "{name:?} is left after {pause} ms"
            );
        }
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = Folder::new();
    let running = start(&folder.data()).unwrap();
    let error = start(&folder.data()).unwrap_err();
    let me = std::process::id();
    assert!(
        matches!(error, EmbeddedError::InUse { pid: Some(pid), .. } if pid == me),
        "{error}"
    );
    assert!(error.to_string().contains("AFTERCARE_DATA_DIR"), "{error}");
    psql(running.url(), "SELECT 1").unwrap();
}

#[test]
fn of_servers_started_at_the_same_moment_exactly_one_gets_the_folder() {
    let folder = Folder::new();
    let data = folder.data();
    let barrier = Barrier::new(4);
    let results: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    let started = start(&data);
                    barrier.wait();
                    started
                })
            })
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter()
            .all(|error| matches!(error, Err(EmbeddedError::InUse { .. }))),
        "{lost:?}"
    );
}

#[test]
fn a_start_that_takes_too_long_leaves_nothing_running() {
    let folder = Folder::new();
    let hurried = Options {
        ready_within: Duration::ZERO,
        ..quick()
    };
    let error = EmbeddedPostgres::start(&folder.data(), &hurried, &mut |_| {}).unwrap_err();
    assert!(matches!(error, EmbeddedError::NotReady { .. }), "{error}");
    start(&folder.data()).unwrap();
}
