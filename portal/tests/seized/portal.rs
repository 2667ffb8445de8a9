//! The portal's own program as a process, and its memory as whoever takes the machine has it.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use kniha_inbox::Inbox;
use kniha_portal::Config;
use kniha_portal::config::{Emergency, Service};
use rustix::process::{Pid, Signal, kill_process};

use crate::team::{BOOK, Team};
use crate::today;

pub(crate) struct Portal {
    child: Child,
    pub(crate) log: PathBuf,
}

/// A piece of memory.
pub(crate) struct Region {
    pub(crate) start: usize,
    /// `[heap]`, `[stack]`, a file, or nothing for what was mapped without a name.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// A folder as `kniha init` leaves it, with the first key list in its inbox, and what `fill` puts there besides.
pub(crate) fn lay(folder: &Path, team: &Team, fill: impl AsyncFnOnce(&Inbox)) -> SocketAddr {
    let (list, digest) = team.first_list(today());
    let mut config = Config::new("Кніга сведчанняў", BOOK, digest, "https://weather.example/");
    // Nobody else takes the port between here and the start.
    config.listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.collect = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.emergency = vec![Emergency { country: "BY".to_owned(), services: vec![Service { name: "ambulance".to_owned(), number: "103".to_owned() }] }];
    config.write(folder).unwrap();
    block_on(async {
        let inbox = Inbox::open(&kniha_portal::place(&config, folder, None).unwrap(), folder, true).await.unwrap();
        inbox.put_list(1, &list).await.unwrap();
        fill(&inbox).await;
        inbox.close().await;
    });
    config.listen
}

pub(crate) fn block_on<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run)
}

impl Portal {
    /// Starts the program on a folder; `before` are the words of a command that starts it.
    pub(crate) fn start(folder: &Path, address: SocketAddr, log: &Path, before: &[&str]) -> Portal {
        let words: Vec<&str> = before.iter().copied().chain([env!("CARGO_BIN_EXE_kniha-portal"), "--folder", folder.to_str().unwrap()]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        if rustix::process::geteuid().is_root() {
            command.arg("--as-root");
        }
        let out = File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out).current_dir(log.parent().unwrap());
        let mut portal = Portal { child: command.spawn().unwrap(), log: log.to_owned() };
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return portal;
            }
            std::thread::sleep(Duration::from_millis(50));
            if let Some(status) = portal.child.try_wait().unwrap() {
                panic!("the portal ended with {status}: {}", std::fs::read_to_string(log).unwrap());
            }
        }
        panic!("the portal does not answer")
    }

    /// Every byte that the process can write to. Its program and libraries are on the disk.
    pub(crate) fn memory(&self) -> Vec<Region> {
        memory(self.child.id())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How much of it lies in swap, in kB.
    pub(crate) fn swapped(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmSwap:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Signals the program, and waits for the end of what was started: that, or whoever traces it.
    pub(crate) fn end(&mut self, signal: Signal) -> ExitStatus {
        kill_process(self.program(), signal).unwrap();
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the portal does not end on {signal:?}")
    }

    /// The program itself, which may be the child of a tracer.
    fn program(&self) -> Pid {
        let pid = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().next().map_or(Pid::from_child(&self.child), |child| Pid::from_raw(child.parse().unwrap()).unwrap())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn memory(pid: u32) -> Vec<Region> {
    let memory = File::open(format!("/proc/{pid}/mem")).expect("only root reads the memory of a process that hides it");
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut regions = Vec::new();
    for line in maps.lines() {
        let mut columns = line.split_whitespace();
        let (range, rights) = (columns.next().unwrap(), columns.next().unwrap());
        let name = columns.nth(3).unwrap_or_default().to_owned();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16).unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let mut bytes = vec![0; end - start];
        // Page by page: a hole, such as one of a mapped file that became shorter, is not the end.
        for (i, page) in bytes.chunks_mut(4096).enumerate() {
            let _ = memory.read_exact_at(page, (start + i * 4096) as u64);
        }
        regions.push(Region { start, name, bytes });
    }
    assert!(regions.iter().any(|region| region.name == "[heap]"), "{maps}");
    regions
}
