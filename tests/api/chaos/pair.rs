//! A primary, a standby and a monitor under `pg_auto_failover`, on this machine.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::world::folder;
use crate::embedded::psql;
use crate::support::postgres::{bin_dir, unprivileged};

/// Seconds where production has tens of them, so that a failover takes no longer than it must.
const QUICK: &str = "
pgautofailover.health_check_period = 500
pgautofailover.health_check_timeout = 1000
pgautofailover.health_check_max_retries = 1
pgautofailover.health_check_retry_delay = 500
pgautofailover.node_considered_unhealthy_timeout = 3000
pgautofailover.startup_grace_period = 1000
pgautofailover.primary_demote_timeout = 3000
";

/// A member of the pair, or the monitor.
struct Node {
    name: &'static str,
    port: u16,
    keeper: Option<Child>,
}

/// Two databases, one of which follows the other and takes its place.
pub struct Pair {
    folder: PathBuf,
    monitor: Node,
    nodes: [Node; 2],
}

impl Pair {
    /// Starts all three, and waits until the standby is in step.
    pub async fn start() -> Self {
        let folder = folder();
        fs::create_dir(&folder).unwrap();
        if let Some((uid, gid)) = unprivileged() {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        // All are held until all are known, so that they differ.
        let free = [0; 3].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let [monitor, one, two] = free.map(|it| it.local_addr().unwrap().port());
        let node = |name, port| Node {
            name,
            port,
            keeper: None,
        };
        let mut pair = Self {
            folder,
            monitor: node("monitor", monitor),
            nodes: [node("one", one), node("two", two)],
        };
        pair.create("monitor", &pair.monitor, &[]);
        let settings = pair.folder.join("monitor/postgresql.conf");
        let before = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, before + QUICK).unwrap();
        pair.monitor.keeper = Some(pair.keep("monitor"));
        let address = pair.monitor_url();
        let until = Instant::now() + Duration::from_secs(30);
        while psql(&address, "SELECT 1").is_err() {
            assert!(Instant::now() < until, "the monitor does not start");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        for index in [0, 1] {
            let node = &pair.nodes[index];
            let more = [
                ["--name", node.name],
                ["--monitor", &address],
                ["--dbname", "aftercare"],
                ["--username", "aftercare"],
            ];
            pair.create("postgres", node, more.as_flattened());
            pair.start_node(index);
        }
        pair.wait_until_in_step().await;
        pair
    }

    fn monitor_url(&self) -> String {
        let port = self.monitor.port;
        format!("postgres://autoctl_node@127.0.0.1:{port}/pg_auto_failover?sslmode=disable")
    }

    /// The address that a server is given: both hosts, and the one that takes writes.
    pub fn url(&self) -> String {
        let [one, two] = [0, 1].map(|index| self.nodes[index].port);
        format!(
            "postgres://aftercare@127.0.0.1:{one},127.0.0.1:{two}/aftercare\
             ?target_session_attrs=read-write&sslmode=disable"
        )
    }

    /// Kills the primary with all that keeps it, as when its machine dies. Gives its place.
    pub fn kill_primary(&mut self) -> usize {
        let port = psql(
            &self.monitor_url(),
            "SELECT nodeport FROM pgautofailover.node WHERE reportedstate = 'primary'",
        );
        let port: u16 = port.unwrap().parse().unwrap();
        let index = self.nodes.iter().position(|it| it.port == port).unwrap();
        let node = &mut self.nodes[index];
        let file = self.folder.join(node.name).join("postmaster.pid");
        let postmaster = fs::read_to_string(file).unwrap();
        let postmaster = postmaster.lines().next().unwrap().parse().unwrap();
        let mut keeper = node.keeper.take().unwrap();
        kill_process_group(Pid::from_child(&keeper), Signal::KILL).unwrap();
        let _ = kill_process(Pid::from_raw(postmaster).unwrap(), Signal::KILL);
        keeper.wait().unwrap();
        index
    }

    /// Waits until the other node takes writes.
    pub async fn wait_until_promoted(&self, victim: usize) {
        let port = self.nodes[1 - victim].port;
        let other = format!("postgres://aftercare@127.0.0.1:{port}/aftercare?sslmode=disable");
        let until = Instant::now() + Duration::from_mins(1);
        while psql(&other, "SHOW transaction_read_only").as_deref() != Ok("off") {
            assert!(Instant::now() < until, "no new primary");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Starts a node that was killed. It follows the other one then.
    pub fn start_node(&mut self, index: usize) {
        self.nodes[index].keeper = Some(self.keep(self.nodes[index].name));
    }

    /// Waits until one node is the primary and the other one its synchronous standby.
    pub async fn wait_until_in_step(&self) {
        let until = Instant::now() + Duration::from_mins(2);
        let in_step = "SELECT string_agg(reportedstate::text, ' ' ORDER BY reportedstate::text) \
                       FROM pgautofailover.node WHERE reportedstate = goalstate";
        while psql(&self.monitor_url(), in_step).as_deref() != Ok("primary secondary") {
            let all = "SELECT nodename, reportedstate, goalstate FROM pgautofailover.node";
            let now = Instant::now();
            assert!(now < until, "{:?}", psql(&self.monitor_url(), all));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn create(&self, kind: &str, node: &Node, more: &[&str]) {
        let folder = self.folder.join(node.name).display().to_string();
        let port = node.port.to_string();
        let mut command = self.command(&format!("{}.created", node.name));
        command.args(["create", kind, "--pgdata", &folder, "--pgport", &port]);
        command.args(["--hostname", "127.0.0.1", "--auth", "trust", "--no-ssl"]);
        let status = command.args(more).status().unwrap();
        assert!(
            status.success(),
            "{} cannot be made: see {folder}.created",
            node.name
        );
    }

    fn keep(&self, name: &str) -> Child {
        let folder = self.folder.join(name).display().to_string();
        let mut command = self.command(&format!("{name}.log"));
        command.args(["run", "--pgdata", &folder]).process_group(0);
        command.spawn().unwrap()
    }

    /// A command that keeps its settings in our folder, and writes to a log there.
    fn command(&self, log: &str) -> Command {
        let path = std::env::var_os("PATH").unwrap();
        let all = std::iter::once(bin_dir()).chain(std::env::split_paths(&path));
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join(log))
            .unwrap();
        let mut command = Command::new("pg_autoctl");
        command
            .env_clear()
            .env("PATH", std::env::join_paths(all).unwrap())
            .env("LC_ALL", "C")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        for place in [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_RUNTIME_DIR",
        ] {
            command.env(place, &self.folder);
        }
        if let Some((uid, gid)) = unprivileged() {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        let nodes = self.nodes.iter_mut().chain([&mut self.monitor]);
        for node in nodes {
            let Some(mut keeper) = node.keeper.take() else {
                continue;
            };
            let _ = kill_process_group(Pid::from_child(&keeper), Signal::INT);
            let _ = keeper.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
