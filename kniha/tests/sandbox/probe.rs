//! What is tried from inside.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;

use kniha::sandbox::walls;
use kniha_core::examined::{Facts, Frame, Kind, Pixels, Text};
use rustix::process::{Pid, getpid, test_kill_process};

/// Everything that is forbidden; `%` stands for what the test gives.
pub(crate) const FORBIDDEN: [&str; 17] = [
    "open /etc/passwd",
    "list /",
    "make %",
    "connect %",
    "listen",
    "udp",
    "unix %",
    "ptrace",
    "signal %",
    "memory of %",
    "start /bin/true",
    "many",
    "become /bin/true",
    "thread",
    "2 GiB",
    "executable",
    "sleep",
];

/// How a probe may stand: free, or behind one wall alone.
pub(crate) const WALLS: [&str; 6] = ["bare", "namespaces", "limits", "landlock", "confine", "syscalls"];

/// Whether it can be done, in a word.
pub(crate) fn tried(what: &str) -> bool {
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    match verb {
        "open" => File::open(rest).is_ok(),
        "list" => fs::read_dir(rest).is_ok(),
        // 10 GB, as a hole.
        "make" => File::create(rest).and_then(|file| file.set_len(10_000_000_000)).is_ok(),
        "connect" => TcpStream::connect(("127.0.0.1", rest.parse().unwrap())).is_ok(),
        "listen" => TcpListener::bind("127.0.0.1:0").is_ok(),
        "udp" => UdpSocket::bind("127.0.0.1:0").is_ok(),
        "unix" => UnixStream::connect(rest).is_ok(),
        "ptrace" => nix::sys::ptrace::traceme().is_ok(),
        "signal" => test_kill_process(Pid::from_raw(rest.parse().unwrap()).unwrap()).is_ok(),
        "memory" => File::open(format!("/proc/{}/mem", rest.trim_start_matches("of "))).is_ok(),
        "start" => Command::new(rest).status().is_ok_and(|status| status.success()),
        "many" => {
            let children: Vec<_> = (0..50).filter_map(|_| Command::new("/bin/sleep").arg("0.5").spawn().ok()).collect();
            children.into_iter().filter_map(|mut child| child.wait().ok()).count() == 50
        }
        "become" => {
            // It comes back only when it failed.
            let _ = Command::new(rest).exec();
            false
        }
        "thread" => std::thread::Builder::new().spawn(|| {}).is_ok_and(|thread| thread.join().is_ok()),
        "2" => Vec::<u8>::new().try_reserve_exact(2 << 30).is_ok(),
        "executable" => memmap2::MmapMut::map_anon(4096).is_ok_and(|map| map.make_exec().is_ok()),
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_millis(1));
            true
        }
        "alone" => getpid().as_raw_nonzero().get() == 1,
        _ => panic!("no probe is called {what}"),
    }
}

/// Without walls or behind one of them: `can`, `cannot`, or the process is killed.
pub(crate) fn behind(wall: &str, what: &str) -> &'static str {
    match wall {
        "bare" => {}
        "namespaces" => walls::namespaces().unwrap(),
        "limits" => walls::limits().unwrap(),
        "landlock" => drop(walls::landlock().unwrap()),
        "confine" => drop(walls::confine().unwrap()),
        "syscalls" => walls::syscalls().unwrap(),
        _ => panic!("no wall is called {wall}"),
    }
    if tried(what) { "can" } else { "cannot" }
}

/// What the child does in place of looking at a file: what its standard input names.
pub(crate) fn inside(from: &mut dyn Read, to: &mut dyn Write) {
    let mut what = String::new();
    from.read_to_string(&mut what).unwrap();
    let mut send = |frame: Frame| to.write_all(&frame.encode());
    let facts = Frame::Facts(Facts { kind: Kind::Unknown, also: None, bytes: 0, size: None, pages: None, taken: None, place: None });
    match what.as_str() {
        "spin" => loop {
            std::hint::spin_loop();
        },
        "panic" => panic!("CANARY of the file"),
        "pages without end" => {
            send(facts).unwrap();
            while send(Frame::Page(Pixels::new(1600, 1600, vec![7; 1600 * 1600 * 3]).unwrap())).is_ok() {}
        }
        "bytes without end" => while to.write_all(&[0xff; 4096]).is_ok() {},
        "a length without end" => {
            send(facts).unwrap();
            to.write_all(&[4, 0x7f, 0xff, 0xff, 0xff]).unwrap();
            while to.write_all(&[0; 4096]).is_ok() {}
        }
        "no end" => send(facts).unwrap(),
        what => {
            let said = if tried(what) { "can" } else { "cannot" };
            for frame in [facts, Frame::Text(Text::of(said, false)), Frame::End(Vec::new())] {
                send(frame).unwrap();
            }
        }
    }
}
