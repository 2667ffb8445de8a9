//! A portal that is served over a fresh inbox, and the keys of its team: what was sent can be opened, and answered.

use std::io::{self, Read, Write};
use std::net::{self, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread;

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_core::time::UtcMicros;
use kniha_inbox::Inbox;
use kniha_portal::config::{Config, Emergency, Service};
use kniha_portal::{Clock, Portal, place, random, serve};
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root, SignedList};
use kniha_seal::mailbox::{Answer, AnswerKind, Block};
use kniha_seal::opener::{self, Opened};
use kniha_seal::part::{Compartment, Day, Envelope, PartKind};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::sign::{Purpose, SigningKey};
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_seal::xwing::SecretKey;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The day on the portal's clock: 17 March 2030, a Sunday.
pub(crate) const TODAY: Day = Day(21_990);
/// Past the last day of the stage's only list, which begins today, or earlier where the clock is behind.
pub(crate) const AFTER: Day = Day(TODAY.0 + 90);
const BOOK: [u8; 32] = [9; 32];
/// Quorums: name, how many open, how many are drawn, how many there are.
const QUORUMS: [(QuorumNo, &str, u8, u8, u8); 4] =
    [(TEAM, "team", 2, 3, 5), (TRIAGE, "triage", 1, 2, 2), (LAWYERS, "lawyers", 2, 3, 3), (CUSTODIANS, "custodians", 3, 5, 5)];

/// A served portal that ends with the test.
pub(crate) struct Served {
    /// Where the browser finds it: a door before the portal that hears what goes through.
    origin: String,
    /// The last page that went through.
    pub(crate) heard: Arc<Mutex<String>>,
    inbox: Inbox,
    reply: SigningKey,
    members: Vec<(QuorumNo, MemoryHolder)>,
    runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    _folder: tempfile::TempDir,
}

/// A part that enough members opened.
pub(crate) struct Part {
    pub(crate) quorum: QuorumNo,
    pub(crate) opened: Opened,
    pub(crate) content: Vec<u8>,
}

impl Part {
    pub(crate) fn is(&self, kind: PartKind, compartment: Compartment) -> bool {
        (self.opened.cover.kind, self.opened.cover.compartment) == (kind, compartment)
    }

    /// An answer in it.
    pub(crate) fn told(&self, block: &str, name: &str) -> Option<String> {
        Answers::decode(&self.content).unwrap().get(block, name).map(str::to_owned)
    }
}

impl Served {
    pub(crate) fn start() -> Served {
        Served::with(at_noon, |_| ())
    }

    /// A portal with another clock, or whose configuration is changed first.
    pub(crate) fn with(clock: Clock, change: impl FnOnce(&mut Config)) -> Served {
        let rng = &mut random();
        let [custodian, collect, reply] = std::array::from_fn(|_| SigningKey::random(rng));
        let mut members = Vec::new();
        let from = TODAY.min(Day(u32::try_from(clock().0 / 86_400_000_000).unwrap()));
        let to = Day(from.0 + 89);
        let quorums = QUORUMS.map(|(no, name, k, draw, n)| {
            let slots = (1..=n).map(|slot| {
                let (key, signing) = (SecretKey::random(rng), SigningKey::random(rng));
                let listed = ListedSlot { slot, opening: key.public(), signing: signing.public(), from, to };
                members.push((no, MemoryHolder::new(vec![key], signing)));
                listed
            });
            ListedQuorum { no, name: name.to_owned(), k, draw, slots: slots.collect() }
        });
        let list = KeyList {
            book: BOOK,
            no: 1,
            prev: None,
            from,
            to,
            root: Root { keys: vec![custodian.public()], t: 1 },
            quorums: quorums.to_vec(),
            reply: reply.public(),
            collect: collect.public(),
            log: collect.public(),
            witnesses: Vec::new(),
            addresses: Vec::new(),
        };
        let mut list = SignedList::unsigned(list).unwrap();
        list.add(&custodian.public(), custodian.sign(Purpose::KeyList, list.to_sign()));
        let mut config = Config::new("Кніга", BOOK, list.digest(), "https://weather.example/");
        let service = |name: &str, number: &str| Service { name: name.to_owned(), number: number.to_owned() };
        let services = vec![service("ambulance", "103"), service("fire", "101"), service("crisis", "+375 17 000-00-00")];
        config.emergency = vec![Emergency { country: "BY".to_owned(), services }];
        config.upload_bytes = 2_000_000;
        change(&mut config);

        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (inside, inbox) = runtime.block_on(async {
            let inbox = Inbox::open(&place(&config, folder.path(), None).unwrap(), folder.path(), true).await.unwrap();
            inbox.put_list(1, &list.encode()).await.unwrap();
            let portal = Portal::new(config, inbox.clone(), clock).await.unwrap();
            let listen = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (listener, desk) = (listen().await, listen().await);
            let inside = listener.local_addr().unwrap();
            tokio::spawn(serve(portal, listener, desk, async { drop(stopped.await) }));
            (inside, inbox)
        });
        let (origin, heard) = door(inside);
        Served { origin, heard, inbox, reply, members, runtime, stop: Some(stop), _folder: folder }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// How many parts were kept.
    pub(crate) fn count(&self) -> usize {
        self.runtime.block_on(self.inbox.list(None, 1000)).unwrap().len()
    }

    /// Everything that was kept and that some quorum opens, each by as many of its members as it takes.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let kept = self.runtime.block_on(async {
            let mut kept = Vec::new();
            for listed in self.inbox.list(None, 1000).await.unwrap() {
                let head = self.inbox.header(&listed.part).await.unwrap().unwrap();
                let payload = self.inbox.payload(&listed.part).await.unwrap().unwrap();
                kept.push((head.header, payload.read_at(0, usize::MAX).await.unwrap()));
            }
            kept
        });
        kept.iter().filter_map(|(header, payload)| self.open(header, payload)).collect()
    }

    fn open(&self, header: &[u8], payload: &[u8]) -> Option<Part> {
        let envelope = Envelope::parse(header).unwrap();
        let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
        QUORUMS.iter().find_map(|(quorum, _, k, ..)| {
            let members = self.members.iter().filter(|(no, _)| no == quorum);
            let shares: Vec<_> = members.filter_map(|(_, holder)| holder.share(&envelope, *quorum, &receipt).ok()).take(usize::from(*k)).collect();
            let key = envelope.open(*quorum, &shares).ok()?;
            let (opened, content) = opener::open(&envelope, &key, payload).unwrap();
            Some(Part { quorum: *quorum, opened, content })
        })
    }

    /// Puts an answer of the team into the mailbox of these words.
    pub(crate) fn answer(&self, words: &str, lang: Lang, seq: u32, kind: AnswerKind, text: &str) {
        let source = Source::new(&BOOK, &Words::parse(words, lang).unwrap());
        let (id, rng) = (source.mailbox(), &mut random());
        let answer = Answer { seq, kind, lang: lang.code().to_owned(), day: TODAY, list_no: 1, text: text.to_owned() };
        let block = Block::seal(&BOOK, &id, &source.reply().public(), &answer, &self.reply, rng).unwrap();
        self.runtime.block_on(self.inbox.put_block(id.0, [seq.to_le_bytes()[0]; 16], 9_999, block.bytes())).unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

/// Hands every connection on to `inside`; one connection is one request there.
fn door(inside: SocketAddr) -> (String, Arc<Mutex<String>>) {
    let (outside, heard) = (net::TcpListener::bind("127.0.0.1:0").unwrap(), Arc::new(Mutex::new(String::new())));
    let (origin, page) = (format!("http://{}", outside.local_addr().unwrap()), heard.clone());
    thread::spawn(move || {
        for (browser, page) in outside.incoming().map_while(Result::ok).zip(std::iter::repeat(page)) {
            thread::spawn(move || {
                let Ok(portal) = net::TcpStream::connect(inside) else { return };
                let (mut asks, mut asked) = (browser.try_clone().unwrap(), portal.try_clone().unwrap());
                thread::spawn(move || io::copy(&mut asks, &mut asked));
                let (mut answer, mut portal, mut browser) = (Vec::new(), portal, browser);
                let _ = portal.read_to_end(&mut answer);
                if let Some((head, body)) = String::from_utf8_lossy(&answer).split_once("\r\n\r\n")
                    && head.contains("text/html")
                {
                    body.clone_into(&mut page.lock().unwrap());
                }
                let _ = browser.write_all(&answer);
                let _ = browser.shutdown(net::Shutdown::Both);
            });
        }
    });
    (origin, heard)
}

/// Noon of the first day of the list.
fn at_noon() -> UtcMicros {
    UtcMicros(i64::from(TODAY.0) * 86_400_000_000 + 43_200_000_000)
}

/// The clock that browsers have, for what they seal themselves.
pub(crate) fn now() -> UtcMicros {
    UtcMicros(jiff::Timestamp::now().as_microsecond())
}

/// Noon of the day after its last.
pub(crate) fn after() -> UtcMicros {
    UtcMicros(i64::from(AFTER.0) * 86_400_000_000 + 43_200_000_000)
}
