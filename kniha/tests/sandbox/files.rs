//! Hostile files through the program as people have it.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use image::ImageFormat;
use kniha_core::examined::{Examined, Kind, Lack};
use kniha_desk::examine::{ExamineError, Limits};
use tokio::io::AsyncReadExt;

use crate::{Test, looking, run, stage};

pub(crate) const TESTS: &[Test] = &[
    ("sound_files_are_shown_as_fresh_pictures_and_words", sound_files_are_shown_as_fresh_pictures_and_words),
    ("files_made_to_exhaust_end_within_their_limits", files_made_to_exhaust_end_within_their_limits),
    ("hundreds_of_broken_files_end_with_a_clear_answer", hundreds_of_broken_files_end_with_a_clear_answer),
    ("the_parent_stays_small_whatever_is_sent", the_parent_stays_small_whatever_is_sent),
    ("the_command_prints_facts_and_writes_pages", the_command_prints_facts_and_writes_pages),
    ("no_content_of_a_file_is_printed", no_content_of_a_file_is_printed),
];

fn sound_files_are_shown_as_fresh_pictures_and_words() {
    run(async {
        for (name, bytes) in stage::all() {
            let examined = looking().examine(&bytes[..], &Limits::default()).await.unwrap();
            assert!(examined.lacks.is_empty(), "{name}: {:?}", examined.lacks);
            assert!(!examined.views.is_empty() || examined.text.is_some(), "{name}");
            for view in &examined.views {
                let decoder = png::Decoder::new(std::io::Cursor::new(&view.png));
                let reader = decoder.read_info().unwrap();
                assert_eq!((reader.info().width, reader.info().height), (view.width, view.height));
                // Length and name of each part of the PNG: nothing but what pixels need.
                let mut parts = Vec::new();
                let mut at = 8;
                while let Some(head) = view.png.get(at..at + 8) {
                    parts.push(head[4..8].to_vec());
                    at += 12 + usize::try_from(u32::from_be_bytes(head[..4].try_into().unwrap())).unwrap();
                }
                assert!(parts.iter().all(|part| [&b"IHDR"[..], b"IDAT", b"IEND"].contains(&part.as_slice())), "{name}");
            }
        }
    });
}

fn files_made_to_exhaust_end_within_their_limits() {
    type Answer = fn(&Examined) -> bool;
    let looping = "/X Do ".repeat(200);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let deep_pdf = stage::pdf(&["<</Type/Catalog/Pages 2 0 R>>".to_owned(), deep("<</Pages[", "]>>")]);
    let files: [(&str, Vec<u8>, Answer); 9] = [
        ("a PNG of 65,000² pixels", stage::png_that_claims(65_000, 65_000), |e| e.lacks == [Lack::TooLarge]),
        ("a PNG of 98 million pixels in 100 bytes", stage::png_that_claims(20_000, 4_900), |e| e.lacks == [Lack::Damaged]),
        ("a picture of 81 million pixels", stage::picture(ImageFormat::Png, 9_000, 9_000), |e| e.lacks.is_empty() && e.views.len() == 1),
        ("a DOCX that unpacks to 300 MB", stage::docx(&" ".repeat(300_000_000)), |e| e.lacks == [Lack::TooLarge]),
        ("a DOCX of 100,000 boxes in each other", stage::docx(&deep("<a>", "</a>")), |e| e.text.is_none()),
        ("a PDF that draws itself", stage::pdf_of(3, &looping, &looping), |e| e.facts.pages == Some(3)),
        ("a PDF of 100,000 boxes in each other", deep_pdf, |e| e.lacks == [Lack::Damaged]),
        ("a PDF of 5,000 pages", stage::sound_pdf(5_000), |e| e.lacks == [Lack::MorePages] && e.views.len() == 20),
        ("a picture and an archive", [stage::picture(ImageFormat::Gif, 8, 8), stage::zip(&[("a", b"b")])].concat(), |e| e.facts.also == Some(Kind::Zip)),
    ];
    run(async {
        for (name, bytes, is_right) in files {
            let start = Instant::now();
            let examined = looking().examine(&bytes[..], &Limits::default()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(is_right(&examined), "{name}: {:?}, {:?}, {} views", examined.facts, examined.lacks, examined.views.len());
            assert!(start.elapsed() < Duration::from_secs(30), "{name}");
        }
    });
}

fn hundreds_of_broken_files_end_with_a_clear_answer() {
    let files: Vec<(&str, u64, Vec<u8>)> =
        stage::all().into_iter().flat_map(|(name, bytes)| (0..30).map(move |way| (name, way, stage::broken(&bytes, way)))).collect();
    let examiner = looking();
    let (answered, broken) = run(async {
        let mut looking = tokio::task::JoinSet::new();
        for (name, way, bytes) in files {
            let examiner = examiner.clone();
            looking.spawn(async move {
                match examiner.examine(&bytes[..], &Limits::default()).await {
                    Ok(_) => true,
                    Err(ExamineError::Limit | ExamineError::Broken) => false,
                    Err(error) => panic!("{name}, broken in way {way}: {error}"),
                }
            });
        }
        let ended = looking.join_all().await;
        (ended.iter().filter(|answered| **answered).count(), ended.iter().filter(|answered| !**answered).count())
    });
    assert!(answered + broken == 330 && broken < 10, "{answered} answered, {broken} broke off");
}

/// The most memory that this process ever had, in KiB.
fn most_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB").trim().parse().unwrap()
}

fn the_parent_stays_small_whatever_is_sent() {
    // From here the highest mark counts anew (proc_pid_clear_refs(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = most_kib();
    run(async {
        let zeros = looking().examine(tokio::io::repeat(0).take(100_000_000), &Limits::default()).await.unwrap();
        assert_eq!((zeros.facts.kind, zeros.facts.bytes, zeros.lacks.as_slice()), (Kind::Unknown, 100_000_000, &[Lack::NotShown][..]));
        let long = looking().examine(tokio::io::repeat(0).take(600_000_000), &Limits::default()).await.unwrap();
        assert_eq!(long.facts.bytes, 600_000_000);
        let too_long = looking().examine(tokio::io::repeat(0), &Limits { bytes: 50_000_000, ..Limits::default() }).await;
        assert!(matches!(too_long, Err(ExamineError::TooLong { most: 50_000_000 })), "{too_long:?}");
    });
    let more = most_kib() - before;
    assert!(more < 16 * 1024, "{more} KiB more than the {before} before");
}

fn command(bytes: &[u8], words: &[&str]) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kniha")).args(["examine", "file"]).args(words).current_dir(folder.path()).output().unwrap();
    (output, folder)
}

fn the_command_prints_facts_and_writes_pages() {
    let (output, folder) = command(&stage::sound_pdf(2), &["--json", "--out", "out"]);
    let facts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&facts["kind"], &facts["pages"], &facts["pages_drawn"]), (&"pdf".into(), &2.into(), &2.into()));
    let out = folder.path().join("out");
    assert!(std::fs::read(out.join("page-2.png")).unwrap().starts_with(b"\x89PNG"));
    assert!(std::fs::read_to_string(out.join("text.txt")).unwrap().starts_with("Letter from home\n"));
    let (output, _) = command(&stage::jpeg_with_claims(64, 48), &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("taken         2020-08-09T23:41:07+03:00 (the file claims so)\n") && said.contains("64 × 48"), "{said}");
    // The folder is there: nothing is written over.
    let again = Command::new(env!("CARGO_BIN_EXE_kniha")).args(["examine", "file", "--out", "out"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    let none = Command::new(env!("CARGO_BIN_EXE_kniha")).args(["examine", "nothing"]).current_dir(folder.path()).output().unwrap();
    assert_eq!((none.status.code(), none.stderr.iter().filter(|b| **b == b'\n').count()), (Some(4), 3));
}

fn no_content_of_a_file_is_printed() {
    let canary = "CANARY7421";
    let broken_pdf = format!("%PDF-1.7\n1 0 obj <</Type/{canary} /Pages 99 0 R /{canary} ((( \nendobj trailer <</Root 1 0 R>>");
    let broken_docx = stage::docx(&format!("<w:p><w:t>{canary}</w:p></w:{canary}>"));
    let mut broken_png = stage::picture(ImageFormat::Png, 64, 48);
    broken_png.splice(60.., canary.bytes());
    for bytes in [broken_pdf.into_bytes(), broken_docx, broken_png, canary.as_bytes().to_vec()] {
        for words in [&[][..], &["--json"]] {
            let (output, _) = command(&bytes, words);
            let said = [output.stdout, output.stderr].concat();
            assert!(!said.is_empty() && !said.windows(6).any(|window| window == b"CANARY"), "{}", String::from_utf8_lossy(&said));
        }
    }
}
