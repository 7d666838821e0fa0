//! A Postgres that ends by itself is started again.

use aftercare::postgres::embedded::Supervisor;

use super::*;

/// A Postgres that is watched. The pauses are those of a hurried test.
struct Watched {
    folder: Folder,
    url: String,
    supervisor: Supervisor,
}

impl Watched {
    fn start() -> Self {
        Self::with(Folder::new(), hurried())
    }

    fn with(folder: Folder, options: Options) -> Self {
        let running = EmbeddedPostgres::start(&folder.data(), &options, &mut |_| {}).unwrap();
        let url = running.url().to_owned();
        psql(&url, "CREATE TABLE IF NOT EXISTS t AS SELECT 7 AS seven").unwrap();
        let supervisor = Supervisor::watch(running);
        Self {
            folder,
            url,
            supervisor,
        }
    }

    fn kill(&self) -> u32 {
        let pid = self.folder.pid();
        signal("KILL", pid);
        wait_for("it is dead", || !runs(pid));
        pid
    }

    fn wait_until_it_answers(&self) {
        wait_for("Postgres answers again", || {
            psql(&self.url, "SELECT seven FROM t").is_ok_and(|seven| seven == "7")
        });
    }

    /// Stops it; it takes no time, and nothing is left running.
    fn stop(self) -> Folder {
        let begin = Instant::now();
        self.supervisor.stop().unwrap();
        assert!(begin.elapsed() < Duration::from_secs(10));
        assert!(psql(&self.url, "SELECT 1").is_err());
        assert_eq!(url_of_running(&self.folder.data()), None);
        self.folder
    }
}

fn hurried() -> Options {
    Options {
        longest_pause: Duration::from_millis(300),
        // Durable: what is not would be lost with a kill.
        ..Options::default()
    }
}

fn breakable() -> Watched {
    let folder = Folder::new();
    let options = Options {
        binaries: Some(breakable_programs(&folder)),
        ..hurried()
    };
    Watched::with(folder, options)
}

impl Watched {
    fn break_it(&self) {
        fs::write(self.folder.0.join("broken"), "").unwrap();
    }

    fn mend_it(&self) {
        fs::remove_file(self.folder.0.join("broken")).unwrap();
    }

    fn attempts(&self) -> usize {
        let lines = fs::read_to_string(self.folder.0.join("attempts"));
        lines.unwrap_or_default().lines().count()
    }
}

#[test]
fn a_postgres_that_is_killed_is_started_again_each_time_and_keeps_its_data() {
    let watched = Watched::start();
    for _ in 0..4 {
        let dead = watched.kill();
        watched.wait_until_it_answers();
        assert_ne!(watched.folder.pid(), dead);
    }
    let url = url_of_running(&watched.folder.data());
    assert_eq!(
        url.as_deref(),
        Some(&*watched.url),
        "commands still find it"
    );
    watched.stop();
}

#[test]
fn a_postgres_that_somebody_stops_is_started_again() {
    let watched = Watched::start();
    let pid = watched.folder.pid();
    signal("INT", pid);
    wait_for("it is gone", || !runs(pid));
    watched.wait_until_it_answers();
    watched.stop();
}

#[test]
fn a_postgres_that_was_taken_over_is_watched_as_well() {
    let folder = Folder::new();
    Server::new(&folder).kill();
    let pid = folder.pid();
    let watched = Watched::with(folder, hurried());
    assert_eq!(watched.kill(), pid);
    watched.wait_until_it_answers();
    watched.stop();
}

#[test]
fn a_postgres_that_does_not_start_is_tried_again_until_it_does() {
    let watched = breakable();
    watched.break_it();
    watched.kill();
    wait_for("it is tried several times", || watched.attempts() >= 4);
    watched.mend_it();
    watched.wait_until_it_answers();
    watched.stop();
}

#[test]
fn a_shutdown_while_it_is_down_ends_at_once_and_starts_nothing() {
    let folder = Folder::new();
    let slow = Options {
        binaries: Some(breakable_programs(&folder)),
        longest_pause: Duration::from_mins(10),
        ..Options::default()
    };
    let watched = Watched::with(folder, slow);
    watched.break_it();
    watched.kill();
    wait_for("it is tried several times", || watched.attempts() >= 3);
    watched.mend_it();
    let folder = watched.stop();
    sleep(Duration::from_secs(1));
    assert!(!folder.cluster().join("postmaster.pid").exists());
    start(&folder.data()).unwrap();
}

#[test]
fn a_shutdown_in_the_middle_of_a_restart_leaves_nothing_running() {
    let mut folder = Folder::new();
    for pause in [0, 60, 120, 180, 240, 400] {
        let watched = Watched::with(folder, hurried());
        watched.kill();
        sleep(Duration::from_millis(pause));
        folder = watched.stop();
        let running = start(&folder.data()).unwrap();
        assert_eq!(psql(running.url(), "SELECT seven FROM t").unwrap(), "7");
    }
}

#[test]
fn a_socket_that_vanishes_is_made_again() {
    let watched = Watched::start();
    let socket = watched.folder.data().join("postgres/socket");
    fs::remove_dir_all(&socket).unwrap();
    watched.wait_until_it_answers();
    assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
    watched.stop();
}

#[test]
fn a_stale_lock_file_does_not_keep_it_from_starting_again() {
    let watched = breakable();
    watched.break_it();
    watched.kill();
    // The number in the lock file belongs to somebody else by now: to this very test.
    let file = watched.folder.cluster().join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    let mine = std::process::id().to_string();
    let stale = text.replacen(&watched.folder.pid().to_string(), &mine, 1);
    fs::write(&file, stale).unwrap();
    watched.mend_it();
    watched.wait_until_it_answers();
    watched.stop();
}

#[test]
fn a_cluster_that_vanishes_is_not_made_anew() {
    let watched = Watched::start();
    let (cluster, aside) = (watched.folder.cluster(), watched.folder.0.join("aside"));
    fs::rename(&cluster, &aside).unwrap();
    let pid = fs::read_to_string(aside.join("postmaster.pid")).unwrap();
    signal("KILL", pid.lines().next().unwrap().parse().unwrap());
    sleep(Duration::from_secs(2));
    assert!(!cluster.exists(), "an empty one would hide the loss");
    fs::rename(&aside, &cluster).unwrap();
    watched.wait_until_it_answers();
    watched.stop();
}

/// A Postgres that an operator starts by hand on the cluster, without our settings.
struct Somebodys(Child, PathBuf);

impl Somebodys {
    fn start(folder: &Folder) -> Self {
        let socket = folder.0.join("theirs");
        fs::create_dir(&socket).unwrap();
        let owner = fs::metadata(folder.cluster()).unwrap();
        std::os::unix::fs::chown(&socket, Some(owner.uid()), Some(owner.gid())).unwrap();
        let mut command = Command::new(crate::support::postgres::bin_dir().join("postgres"));
        command
            .arg("-D")
            .arg(folder.cluster())
            .args(["-c", "listen_addresses=", "-k"])
            .arg(&socket)
            .current_dir("/")
            .stderr(Stdio::null());
        if is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let mut it = Self(command.spawn().unwrap(), socket);
        wait_for("the Postgres of somebody else answers", || {
            // Until the processes of the one before are gone, it refuses.
            if it.0.try_wait().unwrap().is_some() {
                it.0 = command.spawn().unwrap();
            }
            it.answers()
        });
        it
    }

    fn answers(&self) -> bool {
        let host = self.1.display().to_string().replace('/', "%2F");
        psql(
            &format!("postgres://aftercare@{host}/aftercare"),
            "SELECT 1",
        )
        .is_ok()
    }

    fn stop(mut self) {
        signal("INT", self.0.id());
        self.0.wait().unwrap();
    }
}

#[test]
fn a_postgres_of_somebody_else_on_the_cluster_is_left_alone_until_it_is_gone() {
    let watched = breakable();
    watched.break_it();
    watched.kill();
    let somebodys = Somebodys::start(&watched.folder);
    let tried = watched.attempts();
    watched.mend_it();
    sleep(Duration::from_secs(2));
    assert!(somebodys.answers(), "it was left alone");
    assert_eq!(
        watched.attempts(),
        tried,
        "and nothing was started beside it"
    );
    somebodys.stop();
    watched.wait_until_it_answers();
    watched.stop();
}

#[test]
fn a_start_does_not_fight_a_postgres_of_somebody_else() {
    let folder = Folder::new();
    start(&folder.data()).unwrap().stop().unwrap();
    let somebodys = Somebodys::start(&folder);
    let error = start(&folder.data()).unwrap_err();
    let pid = somebodys.0.id();
    assert!(
        matches!(error, EmbeddedError::HeldByOther { pid: found, .. } if found == pid),
        "{error}"
    );
    assert!(error.to_string().contains("pg_ctl stop"), "{error}");
    assert!(somebodys.answers());
    somebodys.stop();
    start(&folder.data()).unwrap();
}
