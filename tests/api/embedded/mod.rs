//! The embedded Postgres, through its public interface, with real Postgres programs.
//! Meant to be run as root and as an ordinary user: some of it differs.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aftercare::postgres::embedded::{
    EmbeddedError, EmbeddedPostgres, Options, create_data_folder, url_of_running,
};

mod recovery;
mod start;
mod supervision;

const DATA_DIR: &str = "EMBEDDED_TEST_DATA_DIR";

/// A folder of its own for each test, which the user of Postgres may get through. Removed with the value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "embedded-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().canonicalize().unwrap().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn cluster(&self) -> PathBuf {
        self.data().join("postgres/cluster")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.data().join("postgres/server.log")).unwrap()
    }

    pub fn pid(&self) -> u32 {
        let text = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn quick() -> Options {
    Options {
        durable: false,
        ..Options::default()
    }
}

pub fn start(data: &Path) -> Result<EmbeddedPostgres, EmbeddedError> {
    EmbeddedPostgres::start(data, &quick(), &mut |_| {})
}

pub fn start_and_hear(data: &Path, options: &Options) -> (EmbeddedPostgres, String) {
    let mut heard = String::new();
    let running = EmbeddedPostgres::start(data, options, &mut |step| heard.push_str(step)).unwrap();
    (running, heard)
}

/// Programs that refuse to start Postgres while the file `broken` is there, as on a disk that is full.
/// Each attempt leaves a line in the file `attempts`.
pub fn breakable_programs(folder: &Folder) -> PathBuf {
    let real = crate::support::postgres::bin_dir();
    let programs = folder.0.join("bin");
    fs::create_dir(&programs).unwrap();
    fs::set_permissions(&folder.0, Permissions::from_mode(0o777)).unwrap();
    for program in ["postgres", "initdb"] {
        let script = format!(
            "#!/bin/sh\n\
             case \"$*\" in *--version*|*--pgdata*) exec '{real}/{program}' \"$@\";; esac\n\
             if [ -e '{at}/broken' ]; then\n  echo x >> '{at}/attempts'\n  \
             echo '2027-02-04 09:00:00.000 UTC [7] startup: FATAL:  could not write: No space left on device' >&2\n  \
             exit 1\nfi\n\
             exec '{real}/{program}' \"$@\"\n",
            real = real.display(),
            at = folder.0.display(),
        );
        let file = programs.join(program);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    programs
}

pub fn psql(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-c", sql, url])
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

pub fn signal(name: &str, pid: u32) {
    let status = Command::new("sh")
        .args(["-c", "kill -\"$1\" \"$2\"", "sh", name, &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

pub fn runs(pid: u32) -> bool {
    // A zombie has no command line.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

pub fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < until, "waited too long: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// A server of its own, that can be killed: this test program, told to run only the helper below.
pub struct Server(pub Child);

impl Server {
    pub fn new(folder: &Folder) -> Self {
        let mut server = Self::without_waiting(folder);
        wait_for("the other server starts", || {
            assert!(
                server.0.try_wait().unwrap().is_none(),
                "the other server ended"
            );
            url_of_running(&folder.data()).is_some()
        });
        server
    }

    pub fn without_waiting(folder: &Folder) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["embedded::a_server_for_the_other_tests", "--ignored"])
            .env(DATA_DIR, folder.data())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        Self(child.unwrap())
    }

    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "not a test: what Server runs"]
fn a_server_for_the_other_tests() {
    #[allow(clippy::disallowed_methods)]
    let Some(data) = std::env::var_os(DATA_DIR) else {
        return;
    };
    let _running = start_and_hear(Path::new(&data), &Options::default());
    sleep(Duration::from_mins(5));
}
