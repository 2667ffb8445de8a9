//! A book's folder with a team of sixteen, and what is sent to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use kniha_core::access::Hats;
use kniha_core::id::{CaseId, MemberId};
use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_core::time::UtcMicros;
use kniha_db::{Durability, Place};
use kniha_gate::{Act, ActKind, Founder, House, OpenFailure, Opened, Present, Why};
use kniha_inbox::{Body, Inbox, PartKey, Sealed};
use kniha_seal::keyfile::{KeyFile, MemberKey, Passphrase, WrappingKey};
use kniha_seal::keylist::{KeyList, ListedQuorum, ListedSlot, Root};
use kniha_seal::part::{Compartment, Day, FileRef, PartId, PartKind, SubmissionId, part_id};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::sealer::SealedPart;
use kniha_seal::secret::Secret;
use kniha_seal::size::Padding;
use kniha_seal::source::Source;
use kniha_seal::submission::{Context, Sender, submit};
use kniha_seal::words::Words;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sqlx::{Connection, SqliteConnection};

pub(crate) const BOOK: [u8; 32] = [7; 32];
pub(crate) const HOUR: i64 = 3_600_000_000;
pub(crate) const DAY: i64 = 24 * HOUR;
/// 12:00 UTC of a day that the keys hold on.
pub(crate) const NOW: UtcMicros = UtcMicros(20_000 * DAY + 12 * HOUR);

/// Logins and hats.
const TEAM_OF: [(&str, &str); 17] = [
    ("s1", "opener investigator"),
    ("s2", "opener investigator"),
    ("s3", "opener"),
    ("s4", "opener"),
    ("s5", "opener"),
    ("s6", "opener"),
    ("l1", "lawyer"),
    ("l2", "lawyer"),
    ("l3", "lawyer"),
    ("care", "caseworker"),
    ("aud", "auditor"),
    ("op", "operator"),
    ("c1", "custodian"),
    ("c2", "custodian"),
    ("c3", "custodian"),
    ("c4", "custodian"),
    ("c5", "custodian"),
];

/// The folder, the house in it, and everybody's keys.
pub(crate) struct Stage {
    pub(crate) house: House,
    pub(crate) list: KeyList,
    pub(crate) keys: BTreeMap<String, (MemberId, MemberKey)>,
    pub(crate) folder: PathBuf,
    pub(crate) rng: Mutex<ChaCha20Rng>,
    _gone: Option<tempfile::TempDir>,
}

/// What was sent: its parts, by compartment.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) base: PartId,
    pub(crate) own: PartId,
    pub(crate) contacts: PartId,
    pub(crate) triage: PartId,
}

/// Eight words of everybody, and what Argon2id draws from them: once for all tests.
pub(crate) fn words() -> &'static (Passphrase, WrappingKey) {
    static WORDS: OnceLock<(Passphrase, WrappingKey)> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut rng = ChaCha20Rng::seed_from_u64(99);
        let words = Passphrase::random(&mut rng);
        let key = WrappingKey::fresh(&words, &mut rng).unwrap();
        (words, key)
    })
}

/// A key file of a fresh member, closed under [`words`].
pub(crate) fn closed(rng: &mut ChaCha20Rng) -> (MemberKey, KeyFile) {
    let key = MemberKey::random(rng);
    let file = key.close(&words().1, rng).unwrap();
    (key, file)
}

pub(crate) fn later(us: i64) -> UtcMicros {
    UtcMicros(NOW.0 + us)
}

async fn spool(folder: &Path, create: bool) -> Inbox {
    let place = Place::Sqlite { file: folder.join("spool.db"), key: None, durability: Durability::Full };
    Inbox::open(&place, &folder.join("spool"), create).await.unwrap()
}

fn listed(no: QuorumNo, k: u8, draw: u8, keys: &[&MemberKey]) -> ListedQuorum {
    let slots = (1..)
        .zip(keys)
        .map(|(slot, key)| ListedSlot { slot, opening: key.public().opening, signing: key.public().signing, from: Day(19_000), to: Day(22_000) })
        .collect();
    ListedQuorum { no, name: no.to_string(), k, draw, slots }
}

/// The team's keys: the same from the same seed.
fn team(rng: &mut ChaCha20Rng) -> BTreeMap<String, (MemberId, MemberKey)> {
    TEAM_OF
        .iter()
        .map(|(login, _)| {
            let mut id = [0; 16];
            rng.fill_bytes(&mut id);
            ((*login).to_owned(), (MemberId::from_random(id), MemberKey::random(rng)))
        })
        .collect()
}

fn list(keys: &BTreeMap<String, (MemberId, MemberKey)>, k: u8, draw: u8) -> KeyList {
    let of = |logins: &[&str]| logins.iter().map(|login| &keys[*login].1).collect::<Vec<_>>();
    let screeners = of(&["s1", "s2", "s3", "s4", "s5", "s6"]);
    let custodians = of(&["c1", "c2", "c3", "c4", "c5"]);
    let signing = keys["op"].1.public().signing;
    KeyList {
        book: BOOK,
        no: 1,
        prev: None,
        from: Day(19_000),
        to: Day(22_000),
        root: Root { keys: custodians.iter().map(|key| key.public().signing).collect(), t: 3 },
        quorums: vec![
            listed(TEAM, k, draw, &screeners),
            listed(TRIAGE, 1, 6, &screeners),
            listed(LAWYERS, 2, 3, &of(&["l1", "l2", "l3"])),
            listed(CUSTODIANS, 3, 5, &custodians),
        ],
        reply: signing.clone(),
        collect: signing.clone(),
        log: signing,
        witnesses: Vec::new(),
        addresses: Vec::new(),
    }
}

impl Stage {
    /// Accounts open with 2 of 3 screeners.
    pub(crate) async fn new() -> Stage {
        Stage::with(2, 3).await
    }

    pub(crate) async fn with(k: u8, draw: u8) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::found(folder.path(), 1, k, draw).await;
        stage._gone = Some(folder);
        stage
    }

    /// Makes a book in a folder; the seed says which keys the team has.
    pub(crate) async fn found(folder: &Path, seed: u64, k: u8, draw: u8) -> Stage {
        House::create(folder, BOOK, spool(folder, true).await).await.unwrap().close().await;
        let stage = Stage::open(folder, seed, k, draw).await;
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let founders = TEAM_OF.iter().map(|(login, hats)| {
            let (id, key) = &stage.keys[*login];
            let key_file = key.close(&words().1, &mut rng).unwrap();
            (*id, Founder { login: (*login).to_owned(), hats: Hats::parse(hats).unwrap(), key_file, public: key.public() })
        });
        let founders = founders.collect();
        stage.house.found(founders, &Secret::take(&mut [5; 32]), NOW).await.unwrap();
        stage
    }

    /// Opens what [`Stage::found`] made.
    pub(crate) async fn open(folder: &Path, seed: u64, k: u8, draw: u8) -> Stage {
        let keys = team(&mut ChaCha20Rng::seed_from_u64(seed));
        let house = House::open(folder, spool(folder, false).await).await.unwrap();
        let mut fresh = [0; 32];
        getrandom::fill(&mut fresh).unwrap();
        let rng = Mutex::new(ChaCha20Rng::from_seed(fresh));
        Stage { house, list: list(&keys, k, draw), keys, folder: folder.to_owned(), rng, _gone: None }
    }

    pub(crate) fn rng(&self) -> std::sync::MutexGuard<'_, ChaCha20Rng> {
        self.rng.lock().unwrap()
    }

    pub(crate) fn id(&self, login: &str) -> MemberId {
        self.keys[login].0
    }

    pub(crate) fn login(&self, id: MemberId) -> &str {
        self.keys.iter().find(|(_, (own, _))| *own == id).unwrap().0
    }

    pub(crate) async fn present(&self, login: &str) -> Present {
        let (id, key) = &self.keys[login];
        Present::of(self.house.account(*id).await.unwrap().unwrap(), key)
    }

    pub(crate) async fn presents<const N: usize>(&self, logins: [&str; N]) -> [Present; N] {
        let mut all = Vec::new();
        for login in logins {
            all.push(self.present(login).await);
        }
        all.try_into().unwrap()
    }

    fn at(&self) -> Context<'_> {
        Context { list: &self.list, day: Day(20_000), lang: Lang::Be, checkpoint: None }
    }

    /// Puts sealed parts into the spool, as if they had been collected.
    pub(crate) async fn put(&self, parts: Vec<(SealedPart, Vec<u8>)>) {
        let parts = parts.into_iter().map(|(part, payload)| Sealed {
            part: PartKey(*part.part.bytes()),
            list_no: part.list_no,
            day: part.day.0,
            header: part.header,
            payload_sha256: part.payload_sha256,
            body: Body::Bytes(payload),
        });
        self.house.spool().put(parts.collect(), None).await.unwrap();
    }

    /// A submission with all four shares, through a door: `team`, `lawyers` or `deposit`.
    pub(crate) async fn sent(&self, door: &str, account: &str) -> Sent {
        let (submission, parts) = self.sealed(door, account).0;
        self.put(parts).await;
        self.house.index().await.unwrap();
        Stage::parts(submission)
    }

    pub(crate) fn parts(submission: SubmissionId) -> Sent {
        let part = |compartment| part_id(&submission, compartment, 0);
        Sent { base: part(Compartment::Base), own: part(Compartment::OwnActs), contacts: part(Compartment::Contacts), triage: part(Compartment::Triage) }
    }

    #[allow(clippy::type_complexity, reason = "parts as they are put")]
    fn sealed(&self, door: &str, account: &str) -> ((SubmissionId, Vec<(SealedPart, Vec<u8>)>), kniha_seal::submission::Follow) {
        let mut rng = self.rng();
        let source = Source::new(&BOOK, &Words::random(&mut *rng));
        let mut told = Answers::new();
        let given = [("tell", "account", account), ("own", "acts", "Стаяў у ланцугу."), ("contact", "reach", "праз сястру"), ("door", "door", door)];
        for (block, name, answer) in given {
            told.set(block, name, answer).unwrap();
        }
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let submission = SubmissionId::from_random(id);
        let sender = Sender::Words { source: &source, statement: None };
        let (bundle, follow) = submit(&self.at(), submission, PartKind::Report, &told, sender, &mut *rng).unwrap();
        ((submission, bundle.parts), follow)
    }

    /// A submission with a file of so many bytes; gives the file's part and that which vouches for it.
    pub(crate) async fn sent_with_file(&self, door: &str, bytes: usize) -> (Sent, PartId, PartId, Vec<u8>) {
        let ((submission, parts), follow) = self.sealed(door, "З файлам.");
        let (file, beside, content) = {
            let mut rng = self.rng();
            let mut content = vec![0; bytes];
            rng.fill_bytes(&mut content);
            let mut payload = Vec::new();
            let mut sealer = follow.file(&self.at(), 0, &mut *rng, &mut payload).unwrap();
            sealer.push(&content, &mut payload).unwrap();
            let sealed = sealer.end().unwrap().finish(&mut payload);
            let named = FileRef {
                part: sealed.part,
                payload_sha256: sealed.payload_sha256,
                content_sha256: sealed.content_sha256,
                content_len: sealed.content_len,
                name: "film.mp4".to_owned(),
                claimed_type: "video/mp4".to_owned(),
            };
            let vouch = follow.vouch(&self.at(), 0, named, &Answers::new(), &mut *rng).unwrap();
            ((sealed, payload), vouch, content)
        };
        let (file_id, beside_id) = (file.0.part, beside.0.part);
        self.put(parts).await;
        self.put(vec![file]).await;
        self.put(vec![beside]).await;
        self.house.index().await.unwrap();
        (Stage::parts(submission), file_id, beside_id, content)
    }

    /// A part sealed to one quorum of the list alone, with this content.
    pub(crate) fn alone(&self, no: QuorumNo, compartment: Compartment, content: &[u8]) -> (SealedPart, Vec<u8>) {
        let mut rng = self.rng();
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        let submission = SubmissionId::from_random(id);
        let cover = kniha_seal::part::Cover {
            book: self.list.book,
            part: part_id(&submission, compartment, 0),
            submission,
            kind: PartKind::Report,
            compartment,
            form_version: kniha_core::telling::FORM,
            lang: "be".to_owned(),
            day: Day(20_000),
            list_no: 1,
            source: None,
            receipt: None,
            files: Vec::new(),
            signature: None,
        };
        let quorum = self.list.quorum(no, Day(20_000)).unwrap();
        kniha_seal::sealer::seal(&cover, content, &[&quorum], Padding::Text, &mut *rng).unwrap()
    }

    /// A sealed part as it lies in the spool, to be put there again.
    pub(crate) async fn sealed_again(&self, part: PartId) -> (SealedPart, Vec<u8>) {
        let key = PartKey(*part.bytes());
        let head = self.house.spool().header(&key).await.unwrap().unwrap();
        let payload = self.house.spool().payload(&key).await.unwrap().unwrap();
        let bytes = payload.read_at(0, usize::try_from(payload.len).unwrap()).await.unwrap();
        let digest = head.listed.payload_sha256;
        let (list_no, day) = (head.listed.list_no, Day(head.listed.day));
        let sealed =
            SealedPart { part, list_no, day, header: head.header, payload_len: payload.len, payload_sha256: digest, content_len: 0, content_sha256: digest };
        (sealed, bytes)
    }

    /// Who was drawn for a part in a quorum, in the order of slots.
    pub(crate) async fn drawn(&self, part: PartId, no: QuorumNo) -> Vec<String> {
        let sealed = self.house.sealed(NOW).await.unwrap();
        let row = sealed.into_iter().find(|sealed| sealed.part == part && sealed.quorum == no).unwrap();
        row.drawn.into_iter().map(|id| self.login(id).to_owned()).collect()
    }

    /// Opens a part together: gives the present ones of the first `k` who were drawn, the last of whom has just agreed.
    pub(crate) async fn open_together(&self, part: PartId, no: QuorumNo, case: Option<(&str, CaseId)>) -> Vec<Present> {
        let k = self.list.quorum(no, Day(20_000)).unwrap().k();
        let mut drawn = self.drawn(part, no).await;
        if let Some((first, _)) = case {
            drawn.retain(|login| login != first);
            drawn.insert(0, first.to_owned());
        }
        let mut present = vec![self.present(&drawn[0]).await];
        let tranche = self.house.offer(&present[0], case.map(|(_, case)| case), &[part], NOW).await.unwrap();
        for login in &drawn[1..usize::from(k)] {
            let second = self.present(login).await;
            let ends = self.house.agree_tranche(&second, tranche, NOW).await.unwrap();
            let last = present.len() + 1 == usize::from(k);
            assert_eq!(ends[0].1.is_ok(), last, "{login}: {:?}", ends[0].1.as_ref().err());
            present.push(second);
        }
        present
    }

    /// A case whose key these hold.
    pub(crate) async fn case(&self, n: u8, logins: &[&str]) -> CaseId {
        let case = CaseId::from_random([n; 16]);
        let members: Vec<MemberId> = logins.iter().map(|login| self.id(login)).collect();
        self.house.case_found(case, &members, NOW).await.unwrap();
        case
    }

    /// An act that two signed.
    pub(crate) async fn agreed(&self, first: &str, second: &str, kind: ActKind) -> Act {
        let [first, second] = self.presents([first, second]).await;
        let id = self.house.propose(&first, kind, "Абодва бачылі гэты тэкст.", NOW).await.unwrap();
        self.house.agree(&second, id, NOW).await.unwrap()
    }

    /// Whether somebody reads a part, and what.
    pub(crate) async fn reads(&self, login: &str, part: PartId) -> Option<Vec<u8>> {
        self.reads_at(login, part, NOW).await
    }

    pub(crate) async fn reads_at(&self, login: &str, part: PartId, now: UtcMicros) -> Option<Vec<u8>> {
        self.house.read(&self.present(login).await, part, Why::Read, now).await.ok().map(|opened| opened.content.to_vec())
    }

    /// Another connection to one of the files, as whoever has the machine has it.
    pub(crate) async fn sql(&self, file: &str, sql: &str) -> u64 {
        let mut c = self.connection(file).await;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut c).await.unwrap().rows_affected();
        c.close().await.unwrap();
        done
    }

    pub(crate) async fn number(&self, file: &str, sql: &str) -> i64 {
        let mut c = self.connection(file).await;
        let n = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut c).await.unwrap();
        c.close().await.unwrap();
        n
    }

    pub(crate) async fn connection(&self, file: &str) -> SqliteConnection {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.folder.join(file));
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Entries of the log, as the auditor reads them.
    pub(crate) async fn log(&self) -> Vec<kniha_gate::Said> {
        let auditor = self.present("aud").await;
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let entries = self.house.watch(&auditor, after, 10_000).await.unwrap();
            let Some(last) = entries.last() else { return all };
            after = last.n;
            all.extend(entries.into_iter().map(|entry| entry.said.unwrap()));
        }
    }
}

/// The answer to `tell/account` in an opened base.
pub(crate) fn account_of(content: &[u8]) -> String {
    Answers::decode(content).unwrap().get("tell", "account").unwrap().to_owned()
}

/// What came of one part.
pub(crate) fn end(ends: &[(PartId, Result<Opened, OpenFailure>)], part: PartId) -> Result<&Opened, OpenFailure> {
    ends.iter().find(|(id, _)| *id == part).unwrap().1.as_ref().map_err(|why| *why)
}
