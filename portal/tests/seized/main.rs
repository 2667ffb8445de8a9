//! A portal is seized: its folder, program, settings, log, disk, memory, and every page that phones kept.
//!
//! The real program serves fifty people, and its process and disk are then taken apart as whoever seizes the machine would. The test alone knows what
//! was told and every key, so it can look for each of them exactly; beside that it tries what an adversary would try who knows none. Each search and
//! each attack is run too where it must find something. Needs root: to read the memory of a process that hides it, and to mount the image of a disk.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod attack;
mod disk;
mod portal;
mod search;
mod team;
mod telling;
mod trace;
mod visitor;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use kniha_core::telling::Answers;
use kniha_seal::part::{Compartment, Day};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, TEAM, TRIAGE};
use rustix::process::Signal;

use attack::{Keys, Part};
use disk::Disk;
use portal::{Portal, Region};
use search::{Content, Hit, Planted, Search, told};
use team::Team;
use telling::{DEPOSITS, REPORTS, Told};
use visitor::Kept;

pub(crate) fn random() -> impl rand_core::CryptoRng {
    kniha_portal::random()
}

pub(crate) fn today() -> Day {
    Day(u32::try_from(jiff::Timestamp::now().as_second() / 86_400).unwrap())
}

/// What was taken, and what the test knows besides.
struct Scene {
    team: Team,
    told: Told,
    /// Every part, the four of each report first known by who opens them.
    parts: Vec<Part>,
    memory: Vec<Region>,
    disk: Vec<u8>,
    log: Vec<u8>,
    /// Kilobytes of the process that lay in swap.
    swapped: u64,
}

/// Acted once for all tests.
fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let (team, mut told, mut disk) = (Team::draw(), Told::default(), Disk::new(192));
        let folder = disk.path().join("portal");
        std::fs::create_dir(&folder).unwrap();
        let address = portal::lay(&folder, &team, async |inbox| told.answers(&team, inbox).await);
        let mut portal = Portal::start(&folder, address, &disk.beside("log"), &[]);
        told.tell(address);
        // Connections linger until the last of what a peer sent was dropped.
        std::thread::sleep(Duration::from_secs(1));
        let memory = portal.memory();
        let swapped = portal.swapped();
        portal.end(Signal::KILL);
        disk::copy(&folder, &disk.beside("copy"));
        let log = std::fs::read(&portal.log).unwrap();
        let bytes = disk.bytes();
        let parts = attack::parts(&disk.beside("copy"));
        Scene { team, told, parts, memory, disk: bytes, log, swapped }
    })
}

/// Everybody's keys, by quorum.
fn all(team: &Team) -> Keys {
    Keys::of(&[&team.screeners, &team.lawyers, &team.custodians])
}

/// Whether a part is of a sealed deposit.
fn deposited(part: &Part) -> bool {
    part.envelope.locked().iter().any(|locked| locked.quorum == OWN_WORDS)
}

/// What grows from opened parts: their keys and every share of them.
fn part_keys(scene: &Scene) -> Vec<Planted> {
    let keys = all(&scene.team);
    let mut planted = Vec::new();
    let mut add = |kind, bytes: &[u8]| planted.push(Planted { kind, content: Content::Key(bytes.to_vec()) });
    for part in scene.parts.iter().filter(|part| !deposited(part)) {
        let (key, opened, _) = keys.open(part).unwrap();
        let mut payload = [0; 32];
        hkdf::Hkdf::<sha2::Sha256>::new(Some(&part.payload[..16]), key.expose()).expand(b"payload", &mut payload).unwrap();
        add("file key", key.expose());
        add("payload key", &payload);
        for locked in part.envelope.locked() {
            for share in keys.shares(part, locked.quorum) {
                add("share", share.value.expose());
            }
        }
        if let Some(receipt) = &opened.cover.receipt {
            add("salts of a receipt", receipt.salts_seed.expose());
        }
    }
    planted
}

fn in_memory(search: &Search, memory: &[Region]) -> Vec<Hit> {
    memory.iter().flat_map(|region| search.hits(&region.bytes)).collect()
}

fn is_text(planted: &Planted) -> bool {
    matches!(planted.content, Content::Text(_))
}

/// The texts that were told.
fn texts(scene: &Scene) -> Vec<Planted> {
    scene.told.planted.iter().filter(|planted| is_text(planted)).cloned().collect()
}

fn text(planted: &Planted) -> &str {
    match &planted.content {
        Content::Text(text) | Content::Whole(text) => text,
        Content::Key(_) => panic!("a key"),
    }
}

#[test]
fn with_one_key_too_few_of_each_quorum_none_of_two_hundred_parts_opens_and_with_enough_all() {
    let scene = scene();
    let keys = all(&scene.team);
    let parts: Vec<&Part> = scene.parts.iter().filter(|part| !deposited(part)).collect();
    let (mut fewer, mut enough, mut quorums, mut reports) = (0, 0, 0, 0);
    for part in &parts {
        let shares: Vec<_> = part.envelope.locked().iter().map(|locked| (locked, keys.shares(part, locked.quorum))).collect();
        fewer += usize::from(shares.iter().any(|(locked, shares)| attack::with_shares(part, locked.quorum, &shares[..usize::from(locked.k) - 1]).is_some()));
        quorums += shares.len();
        for (locked, shares) in &shares {
            enough += usize::from(attack::with_shares(part, locked.quorum, &shares[shares.len() - usize::from(locked.k)..]).is_some());
        }
        let mut quorums: Vec<_> = shares.iter().map(|(locked, _)| (locked.quorum, locked.k)).collect();
        quorums.sort_unstable();
        let (_, opened, _) = keys.open(part).unwrap();
        reports += usize::from(opened.cover.kind == kniha_seal::part::PartKind::Report);
        let expected: &[&[_]] = match opened.cover.compartment {
            Compartment::Triage => &[&[(TRIAGE, 1)]],
            Compartment::OwnActs => &[&[(LAWYERS, 2)]],
            Compartment::Contacts => &[&[(CUSTODIANS, 3)]],
            _ => &[&[(TEAM, 2), (CUSTODIANS, 3)], &[(LAWYERS, 2), (CUSTODIANS, 3)]],
        };
        assert!(expected.contains(&quorums.as_slice()), "{:?}: {quorums:?}", opened.cover.compartment);
    }
    println!("{reports} parts of reports, {} in all: {fewer} open with k - 1 keys; {enough} of {quorums} quorums open with k", parts.len());
    assert!(reports >= 4 * REPORTS);
    assert_eq!((fewer, enough), (0, quorums));
}

/// One screener, one lawyer and two custodians put together all that they have. A triage card is for any one screener.
#[test]
fn members_of_all_quorums_who_are_too_few_in_each_open_triage_cards_alone() {
    let scene = scene();
    let cards = scene.parts.iter().filter(|part| part.envelope.locked()[0].quorum == TRIAGE).count();
    for i in 0..scene.team.screeners.len() {
        let Team { screeners, lawyers, custodians, .. } = &scene.team;
        let taken = Keys::of(&[&screeners[i..=i], &lawyers[i % 3..=i % 3], &custodians[i % 4..i % 4 + 2]]);
        let opened: Vec<_> = scene.parts.iter().filter_map(|part| taken.open(part)).map(|(_, opened, _)| opened.cover.compartment).collect();
        assert_eq!(opened, vec![Compartment::Triage; cards], "screener {i}");
    }
}

#[test]
fn a_sealed_deposit_opens_for_no_member_and_with_its_words() {
    let scene = scene();
    let keys = all(&scene.team);
    let parts: Vec<&Part> = scene.parts.iter().filter(|part| deposited(part)).collect();
    let words: Vec<Keys> = scene.told.deposits.iter().map(|source| Keys::of(&[&[source.deposit()]])).collect();
    let opened = |keys: &Keys| parts.iter().filter(|part| keys.open(part).is_some()).count();
    assert_eq!((parts.len(), opened(&keys)), (4 * DEPOSITS, 0));
    assert!(words.iter().all(|own| opened(own) == 4), "each opens its own four and no others");
}

/// The control of the attack with too few keys: lists that say 1 of 3, so that every share is the key.
#[test]
fn where_the_split_is_switched_off_one_key_too_few_opens_everything() {
    use kniha_seal::submission::{Context, Sender, submit};
    let team = Team::with_k([1, 1, 1]);
    let list = team.list(today());
    let at = Context { list: list.list(), day: today(), lang: kniha_core::lang::Lang::Be, checkpoint: None };
    let keys = all(&team);
    let mut caught = 0;
    for door in ["team", "lawyers"] {
        let mut answers = Answers::new();
        answers.set("tell", "account", "Бачыў.").unwrap();
        answers.set("door", "door", door).unwrap();
        let submission = kniha_seal::part::SubmissionId::from_random([1; 16]);
        let (bundle, _) = submit(&at, submission, kniha_seal::part::PartKind::Report, &answers, Sender::OneWay, &mut random()).unwrap();
        for (sealed, payload) in bundle.parts {
            let part = Part { envelope: kniha_seal::part::Envelope::parse(&sealed.header).unwrap(), payload };
            // As many as would be one too few, had the list said 2 of 3 and 3 of 5.
            let opens = |quorum, few| attack::with_shares(&part, quorum, &keys.shares(&part, quorum)[..few]).is_some();
            caught += usize::from(
                [(TEAM, 1), (LAWYERS, 1), (CUSTODIANS, 2)]
                    .into_iter()
                    .any(|(quorum, few)| part.envelope.locked().iter().any(|locked| locked.quorum == quorum) && opens(quorum, few)),
            );
        }
    }
    assert_eq!(caught, 6, "base, own acts and contacts of both");
}

/// Folder, program, settings, pages and memory: no key of any part is in them, no half of a page's key, and trying all that could be one opens nothing.
#[test]
fn a_seized_portal_opens_no_part_and_no_page() {
    let scene = scene();
    let kept = &scene.told.kept;
    // The control: the key of the hour is in memory, and with the cookie beside the page it opens every page.
    let page = kept.last().unwrap();
    let hour = attack::hour_key(&scene.memory, page).expect("the key of the hour lies in memory");
    let open = kept.iter().filter(|kept| attack::half(&hour, kept, [&kept.half()].into_iter()).is_some()).count();
    assert_eq!(open, kept.len());
    // What the test knows, looked for byte by byte.
    let mut planted: Vec<Planted> = scene.told.planted.iter().filter(|planted| !is_text(planted)).cloned().chain(part_keys(scene)).collect();
    let page_key = |kept: &Kept| Content::Key(attack::visit_key(&hour, &kept.half(), kept.purpose).to_vec());
    planted.extend(kept.iter().map(|kept| Planted { kind: "key of a page", content: page_key(kept) }));
    let search = Search::new(&planted);
    let memory = in_memory(&search, &scene.memory);
    let program = std::fs::read(env!("CARGO_BIN_EXE_kniha-portal")).unwrap();
    let disk: Vec<Hit> = [&scene.disk, &scene.log, &program].into_iter().flat_map(|bytes| search.hits(bytes)).collect();
    println!("{} keys looked for in {} bytes of memory", planted.len(), scene.memory.iter().map(|region| region.bytes.len()).sum::<usize>());
    println!("memory: {}\ndisk, log and program: {}", told(&planted, &memory), told(&planted, &disk));
    assert_eq!((memory.len(), disk.len()), (0, 0));
    let hours = Search::new(&[Planted { kind: "key of the hour", content: Content::Key(hour.to_vec()) }]);
    assert_eq!((hours.hits(&scene.disk), hours.hits(&scene.log)), (vec![], vec![]), "it lies in memory alone");
    assert!(!in_memory(&hours, &scene.memory).is_empty());
    // What an adversary can try who knows nothing: everything in memory that could be a half, and everything that could be the key of a part.
    let windows = attack::windows(&scene.memory);
    println!("{} pages kept; {} pieces of memory tried as half or key", kept.len(), windows.len());
    assert!(windows.contains(&hour[..16]), "what is random is tried");
    assert_eq!(attack::half(&hour, page, windows.iter()), None);
    let part = scene.parts.iter().find(|part| !deposited(part) && part.payload.len() < 60_000).unwrap();
    assert_eq!(attack::file_key(part, windows.iter()), None);
    let (key, ..) = all(&scene.team).open(part).unwrap();
    assert_eq!(attack::file_key(part, windows.iter().chain([key.expose()])), Some(*key.expose()));
}

#[test]
fn nothing_told_is_on_any_byte_of_disk_log_or_memory() {
    let scene = scene();
    let planted = texts(scene);
    let search = Search::new(&planted);
    let memory = in_memory(&search, &scene.memory);
    let (disk, log) = (search.hits(&scene.disk), search.hits(&scene.log));
    println!("{} texts looked for on {} bytes of disk, {} of log", planted.len(), scene.disk.len(), scene.log.len());
    println!("disk: {}\nlog: {}\nmemory: {}", told(&planted, &disk), told(&planted, &log), told(&planted, &memory));
    assert!(planted.len() >= 200);
    assert_eq!((disk.len(), log.len(), memory.len()), (0, 0, 0));
    // Nothing was written to swap: the machine has none, or this process was not there.
    assert_eq!(scene.swapped, 0, "kB of the process lay in swap");
}

/// The control of the search: files written and deleted, in all forms, and then the same disk.
#[test]
fn the_search_finds_every_text_of_files_that_were_deleted() {
    let scene = scene();
    let planted = texts(scene);
    let mut disk = Disk::new(16);
    for (i, planted) in planted.iter().enumerate() {
        let text = text(planted);
        let bytes = match i % 5 {
            0 => text.as_bytes().to_vec(),
            1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            2 => data_encoding::BASE64.encode(format!("{}{text}", &"..."[..i % 3]).as_bytes()).into_bytes(),
            3 => search::gzip(text.as_bytes()),
            _ => data_encoding::HEXLOWER.encode(text.as_bytes()).into_bytes(),
        };
        let path = disk.path().join(i.to_string());
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&bytes).unwrap();
        file.sync_all().unwrap();
        drop(file);
        std::fs::remove_file(path).unwrap();
    }
    assert_eq!(std::fs::read_dir(disk.path()).unwrap().count(), 1, "lost+found");
    let hits = Search::new(&planted).hits(&disk.bytes());
    let found: std::collections::BTreeSet<usize> = hits.iter().map(|hit| hit.planted).collect();
    println!("{} of {} found: {}", found.len(), planted.len(), told(&planted, &hits));
    assert_eq!(found.len(), planted.len());
}

/// The control of the search in memory: a process that read everything and gave it back to the allocator.
#[test]
fn the_search_finds_what_a_process_freed_without_wiping_it() {
    let scene = scene();
    let planted = texts(scene);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "reads_and_forgets", "--ignored", "--nocapture", "--test-threads=1"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for planted in &planted {
        // An allocator writes its own notes into the first bytes of what it was given back.
        writeln!(input, "{:>60}", text(planted)).unwrap();
    }
    writeln!(input).unwrap();
    let (mut said, mut output) = (String::new(), child.stdout.take().unwrap());
    while !said.contains("forgotten") {
        let mut byte = [0];
        output.read_exact(&mut byte).unwrap();
        said.push(char::from(byte[0]));
    }
    let found = in_memory(&Search::new(&planted), &portal::memory(child.id()));
    child.kill().unwrap();
    child.wait().unwrap();
    let kinds: std::collections::BTreeSet<usize> = found.iter().map(|hit| hit.planted).collect();
    println!("{} of {} found", kinds.len(), planted.len());
    assert_eq!(kinds.len(), planted.len());
}

/// Runs in the child alone.
#[test]
#[ignore = "another test starts it"]
fn reads_and_forgets() {
    let mut lines = Vec::new();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    drop(lines);
    println!("forgotten");
    std::thread::sleep(Duration::from_secs(600));
}

/// While a file of 30 MB comes in as a form, the process makes and writes no file but its database and sealed objects, and no line of it in the open.
#[test]
fn an_upload_writes_nothing_of_the_file_in_the_open() {
    let folder = tempfile::tempdir().unwrap();
    let (portal_folder, trace) = (folder.path().canonicalize().unwrap().join("portal"), folder.path().join("trace"));
    std::fs::create_dir(&portal_folder).unwrap();
    let line = "a line of a film that nobody may find";
    let address = portal::lay(&portal_folder, &Team::draw(), async |_| ());
    let strace = trace::strace(&trace);
    let mut portal = Portal::start(&portal_folder, address, &folder.path().join("log"), &strace.iter().map(String::as_str).collect::<Vec<_>>());
    let mut visitor = visitor::Visitor::new(address, "be");
    visitor.post("/tell", &[("at", "before"), ("go", "next")]).go("account", "next", &[("tell/account", "Бачыў.")]).go(
        "door",
        "next",
        &[("door/door", "team")],
    );
    visitor.go("check", "one-way", &[]);
    let content: Vec<u8> = format!("{line}\n").bytes().cycle().take(30 << 20).collect();
    visitor.upload("film.mp4", &content, "");
    assert!(visitor.status == 200 && visitor.page.contains("film.mp4"), "{}", visitor.page);
    portal.end(Signal::TERM);
    let traced = String::from_utf8_lossy(&std::fs::read(&trace).unwrap()).into_owned();
    let shown = trace::shown(&traced, &portal_folder, line);
    println!("{} MB of trace: {} reads with a line of the file, {} writes of objects", traced.len() >> 20, shown.read, shown.sealed);
    assert!(shown.read > 100 && shown.sealed > 20, "{shown:?}");
    assert_eq!((shown.plain, shown.elsewhere), (vec![], vec![]));
    // The control: a program that keeps what comes in until it is whole, beside and even among the objects.
    for path in [portal_folder.join("upload.tmp"), portal_folder.join("objects/upload")] {
        let words = [&strace[..], &["tee".to_owned(), path.to_str().unwrap().to_owned()]].concat();
        let mut tee = Command::new(&words[0]).args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        tee.stdin.take().unwrap().write_all(&content[..100_000]).unwrap();
        assert!(tee.wait().unwrap().success());
        let shown = trace::shown(&std::fs::read_to_string(&trace).unwrap(), &portal_folder, line);
        assert!(!shown.plain.is_empty() && shown.elsewhere.is_empty() == path.starts_with(portal_folder.join("objects")), "{shown:?}");
    }
}

/// A program that ends by a fault leaves no core.
#[test]
fn a_portal_that_crashes_leaves_no_core() {
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("portal");
    std::fs::create_dir(&inside).unwrap();
    let address = portal::lay(&inside, &Team::draw(), async |_| ());
    // Whoever starts it allows cores of any size.
    let allowed = ["sh", "-c", "ulimit -c unlimited; exec \"$@\"", "sh"];
    let mut portal = Portal::start(&inside, address, &folder.path().join("log"), &allowed);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", portal.pid())).unwrap();
    assert!(limits.lines().any(|line| line.split_whitespace().eq(["Max", "core", "file", "size", "0", "0", "bytes"])), "{limits}");
    let status = portal.end(Signal::ABORT);
    assert!(status.signal().is_some() && !status.core_dumped(), "{status}");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}
