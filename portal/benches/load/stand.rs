//! A medium team, a portal's folder with its key list, and the portal's process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_inbox::Inbox;
use kniha_portal::config::Config;
use kniha_portal::random;
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::part::{Day, PartKind, SubmissionId};
use kniha_seal::quorum::QuorumNo;
use kniha_seal::sign::{Purpose, SigningKey};
use kniha_seal::source::Source;
use kniha_seal::submission::{self, Context, Sender};
use kniha_seal::wire;
use kniha_seal::words::Words;
use kniha_seal::xwing::SecretKey;

/// Number, name, how many open, how many are drawn, members: what `init --team medium` makes of 5 custodians, 5 screeners and 4 lawyers.
const QUORUMS: [(u16, &str, u8, u8, u8); 4] = [(1, "team", 2, 3, 5), (2, "triage", 1, 5, 5), (3, "lawyers", 2, 4, 4), (4, "custodians", 3, 5, 5)];

/// An account of somewhat under 4 KiB.
pub(crate) fn account() -> String {
    "Я бачыў гэта сваімі вачыма. ".repeat(70)
}

/// Keys of a team, of which the list is public.
pub(crate) struct Team {
    list: SignedList,
    today: Day,
}

impl Team {
    pub(crate) fn draw() -> Team {
        let rng = &mut random();
        let day_s = 86_400;
        let today = Day(u32::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() / day_s).unwrap());
        let (from, to) = (Day(today.0 - 1), Day(today.0 + 60));
        let custodian = SigningKey::random(rng);
        let quorums = QUORUMS.map(|(no, name, k, draw, members)| ListedQuorum {
            no: QuorumNo(no),
            name: name.to_owned(),
            k,
            draw,
            slots: (1..=members).map(|slot| ListedSlot { slot, opening: SecretKey::random(rng).public(), signing: custodian.public(), from, to }).collect(),
        });
        let list = KeyList {
            book: [7; 32],
            no: 1,
            prev: None,
            from,
            to,
            root: Root { keys: vec![custodian.public()], t: 1 },
            quorums: quorums.to_vec(),
            reply: custodian.public(),
            collect: custodian.public(),
            log: custodian.public(),
            witnesses: Vec::new(),
            addresses: Vec::new(),
        };
        let mut list = SignedList::unsigned(list).unwrap();
        let signature = custodian.sign(Purpose::KeyList, list.to_sign());
        list.add(&custodian.public(), signature);
        Team { list, today }
    }

    /// One submission, as `kniha submit` sends it.
    fn bundle(&self) -> Vec<u8> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).unwrap();
        let mut answers = Answers::new();
        answers.set("tell", "account", &account()).unwrap();
        answers.set("door", "door", "team").unwrap();
        let source = Source::new(&self.list.list().book, &Words::random(&mut random()));
        let at = Context { list: self.list.list(), day: self.today, lang: Lang::Be, checkpoint: None };
        let sender = Sender::Words { source: &source, statement: None };
        let (bundle, _) = submission::submit(&at, SubmissionId::from_random(id), PartKind::Report, &answers, sender, &mut random()).unwrap();
        wire::encode_bundle(&bundle)
    }

    /// So many submissions, sealed on two threads.
    pub(crate) fn bundles(&self, n: usize) -> Vec<Vec<u8>> {
        std::thread::scope(|scope| {
            let halves = [n / 2, n - n / 2].map(|n| scope.spawn(move || (0..n).map(|_| self.bundle()).collect::<Vec<_>>()));
            halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
        })
    }

    /// How long one thread seals at a submission.
    pub(crate) fn seconds_to_seal(&self) -> f64 {
        let began = Instant::now();
        (0..100).for_each(|_| drop(std::hint::black_box(self.bundle())));
        began.elapsed().as_secs_f64() / 100.0
    }
}

/// A running portal; dropped, it is ended and its folder removed.
pub(crate) struct Portal {
    pub(crate) address: SocketAddr,
    config: Config,
    process: Child,
    folder: tempfile::TempDir,
}

impl Portal {
    pub(crate) async fn start(team: &Team) -> Portal {
        let folder = std::env::var_os("KNIHA_LOAD_DIR").map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
        let mut config = Config::new("Example Group", team.list.list().book, team.list.digest(), "https://weather.example/");
        // Held together, so that they differ; free again when the portal binds them.
        let free: Vec<TcpListener> = (0..2).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()).collect();
        (config.listen, config.collect) = (free[0].local_addr().unwrap(), free[1].local_addr().unwrap());
        drop(free);
        config.write(folder.path()).unwrap();
        let inbox = inbox(&config, folder.path()).await;
        inbox.put_list(1, &team.list.encode()).await.unwrap();
        inbox.close().await;
        let mut command = Command::new(env!("CARGO_BIN_EXE_kniha-portal"));
        command.arg("--folder").arg(folder.path());
        if rustix::process::geteuid().is_root() {
            command.arg("--as-root");
        }
        let process = command.spawn().unwrap();
        let portal = Portal { address: config.listen, config, process, folder };
        let patience = Instant::now();
        while !crate::client::ask(portal.address, &crate::client::get("/be")).await.is_ok_and(|answer| answer.status == 200) {
            assert!(patience.elapsed() < Duration::from_secs(20), "the portal does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        portal
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Most memory that the process has had, in MB.
    pub(crate) fn memory_mb(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let kib: usize = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB").parse().unwrap();
        kib * 1024 / 1_000_000
    }

    /// Processor time it has used, in seconds (`/proc/PID/stat`, in hundredths).
    pub(crate) fn processor_s(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2).map(|n| n.parse::<f64>().unwrap()).sum::<f64>() / 100.0
    }

    /// Parts that are in its inbox, read by another process than the one that acknowledged them.
    pub(crate) async fn parts(&self) -> usize {
        let inbox = inbox(&self.config, self.folder.path()).await;
        let parts = inbox.list(None, 1_000_000).await.unwrap().len();
        inbox.close().await;
        parts
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn inbox(config: &Config, folder: &Path) -> Inbox {
    Inbox::open(&kniha_portal::place(config, folder, None).unwrap(), folder, true).await.unwrap()
}
