//! Probes from inside the walls, each with its control outside them.

use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use kniha_core::examined::{Examined, Missing};
use kniha_desk::examine::{ExamineError, Limits};

use crate::probe::FORBIDDEN;
use crate::{Test, probing, run};

pub(crate) const TESTS: &[Test] = &[
    ("from_inside_the_walls_nothing_can_be_done_but_computing", from_inside_the_walls_nothing_can_be_done_but_computing),
    ("without_the_walls_all_of_it_can_be_done", without_the_walls_all_of_it_can_be_done),
    ("each_wall_holds_alone_what_it_is_there_for", each_wall_holds_alone_what_it_is_there_for),
    ("inside_it_is_the_first_process_of_its_own_world", inside_it_is_the_first_process_of_its_own_world),
    ("what_never_ends_is_killed_and_leaves_no_process", what_never_ends_is_killed_and_leaves_no_process),
    ("an_answer_that_is_none_is_refused", an_answer_that_is_none_is_refused),
    ("of_a_third_file_the_turn_comes_when_one_of_two_has_ended", of_a_third_file_the_turn_comes_when_one_of_two_has_ended),
];

/// What the probes are aimed at; all of it is there for the control.
struct Outside {
    folder: tempfile::TempDir,
    tcp: TcpListener,
    _unix: UnixListener,
}

impl Outside {
    fn new() -> Outside {
        let folder = tempfile::tempdir().unwrap();
        let unix = UnixListener::bind(folder.path().join("socket")).unwrap();
        Outside { folder, tcp: TcpListener::bind("127.0.0.1:0").unwrap(), _unix: unix }
    }

    fn aimed(&self, what: &str) -> String {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let aim = match what.split(' ').next() {
            Some("make") => path("new"),
            Some("connect") => self.tcp.local_addr().unwrap().port().to_string(),
            Some("unix") => path("socket"),
            _ => std::process::id().to_string(),
        };
        what.replace('%', &aim)
    }
}

fn short() -> Limits {
    Limits { time: Duration::from_secs(60), ..Limits::default() }
}

fn ask(what: &str, limits: Limits) -> Result<Examined, ExamineError> {
    run(async { probing().examine(what.as_bytes(), &limits).await })
}

/// The word that a child says behind one wall, or that it was killed.
fn behind(wall: &str, what: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap()).args([wall, what]).output().unwrap();
    match output.status.signal() {
        Some(signal) => format!("killed by {signal}"),
        // What became another program says nothing and ends well.
        None if output.status.success() && output.stdout.is_empty() => "can".to_owned(),
        None => String::from_utf8(output.stdout).unwrap().trim().to_owned(),
    }
}

fn from_inside_the_walls_nothing_can_be_done_but_computing() {
    let outside = Outside::new();
    for what in FORBIDDEN {
        match ask(&outside.aimed(what), short()) {
            Err(ExamineError::Wall) => {}
            Ok(examined) => assert_eq!(examined.text.unwrap().content(), "cannot", "{what}"),
            Err(error) => panic!("{what}: {error}"),
        }
    }
    assert!(!outside.folder.path().join("new").exists());
}

fn without_the_walls_all_of_it_can_be_done() {
    let outside = Outside::new();
    for what in FORBIDDEN {
        assert_eq!(behind("bare", &outside.aimed(what)), "can", "{what}");
    }
}

fn each_wall_holds_alone_what_it_is_there_for() {
    const KILLED: &str = "killed by 31";
    let outside = Outside::new();
    let alone = |wall: &str, what: &str, said: &str| assert_eq!(behind(wall, &outside.aimed(what)), said, "{what} behind {wall}");
    for what in FORBIDDEN {
        // A limit, and no call that is forbidden.
        alone("syscalls", what, if what == "2 GiB" { "can" } else { KILLED });
    }
    for what in ["open /etc/passwd", "list /", "make %", "connect %", "listen", "memory of %", "start /bin/true", "become /bin/true", "signal %"] {
        alone("landlock", what, "cannot");
    }
    // Landlock is there in all that stands besides seccomp, and the limits are: neither a file nor memory.
    for what in ["open /etc/passwd", "signal %", "2 GiB", "udp"] {
        alone("confine", what, "cannot");
    }
    alone("limits", "2 GiB", "cannot");
    // SIGXFSZ.
    alone("limits", "make %", "killed by 25");
    if std::fs::read_to_string("/proc/sys/user/max_user_namespaces").is_ok_and(|most| most.trim() != "0") {
        alone("namespaces", "connect %", "cannot");
    }
}

fn inside_it_is_the_first_process_of_its_own_world() {
    let examined = ask("alone", short()).unwrap();
    let alone = examined.text.unwrap().content() == "can";
    assert_eq!(alone, !examined.missing.contains(&Missing::Namespaces));
}

/// How many other processes run this program.
fn children() -> usize {
    let me = std::env::current_exe().unwrap();
    let own = std::process::id();
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let others = all.filter(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()).is_some_and(|id: u32| id != own));
    others.filter(|entry| std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == me)).count()
}

fn until(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn what_never_ends_is_killed_and_leaves_no_process() {
    let start = Instant::now();
    let ended = ask("spin", Limits { time: Duration::from_secs(2), ..Limits::default() });
    assert!(matches!(ended, Err(ExamineError::Limit)) && start.elapsed() < Duration::from_secs(15), "{ended:?}");
    until("killed when the time is up", || children() == 0);
    run(async {
        let examiner = probing();
        let (asked, limits) = (&b"spin"[..], short());
        let looking = examiner.examine(asked, &limits);
        // The control: it is there until nobody waits for it any more.
        assert!(tokio::time::timeout(Duration::from_secs(2), looking).await.is_err());
    });
    until("killed when dropped", || children() == 0);
    let running = run(async {
        let examiner = probing();
        let limits = short();
        let mut looking = std::pin::pin!(examiner.examine(&b"spin"[..], &limits));
        let _ = tokio::time::timeout(Duration::from_secs(2), &mut looking).await;
        children()
    });
    assert_eq!(running, 2, "the one that waits and the one that looks");
    until("killed when dropped, again", || children() == 0);
}

fn an_answer_that_is_none_is_refused() {
    for what in ["pages without end", "bytes without end", "a length without end"] {
        let said = ask(what, short());
        assert!(matches!(said, Err(ExamineError::Answer(_))), "{what}: {said:?}");
    }
    assert!(matches!(ask("no end", short()), Err(ExamineError::Broken)));
    assert!(matches!(ask("panic", short()), Err(ExamineError::Broken)));
    let said = Command::new("/bin/sh").args(["-c", "printf panic | \"$0\" examine-inside"]).arg(std::env::current_exe().unwrap()).output().unwrap();
    assert!(said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
    until("no process is left", || children() == 0);
}

fn of_a_third_file_the_turn_comes_when_one_of_two_has_ended() {
    run(async {
        let examiner = probing();
        let spin = |seconds| {
            let examiner = examiner.clone();
            let limits = Limits { time: Duration::from_secs(seconds), ..Limits::default() };
            tokio::spawn(async move { examiner.examine(&b"spin"[..], &limits).await.is_ok() })
        };
        let (first, second) = (spin(3), spin(6));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let third = tokio::time::timeout(Duration::from_secs(1), examiner.examine(&b"alone"[..], &short())).await;
        assert!(third.is_err(), "two were running");
        first.await.unwrap();
        examiner.examine(&b"alone"[..], &short()).await.unwrap();
        assert!(!second.is_finished());
        second.await.unwrap();
    });
}
