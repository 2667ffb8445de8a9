//! Posting to a portal that goes away: what it confirmed is not posted again, and nothing it has not confirmed counts.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use kniha_seal::wire;

use crate::lanes::{path, team, telling};

/// A portal that keeps what it takes, and breaks off where it is told to.
struct Portal {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    taken: Vec<(String, Vec<u8>)>,
    /// Requests that are broken off within their body, by number from 0.
    cut: Vec<usize>,
    requests: usize,
    lists: Vec<u8>,
    heads: Vec<String>,
}

impl Portal {
    fn open(cut: &[usize]) -> Portal {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen { cut: cut.to_vec(), lists: fs::read(team().lists()).unwrap(), ..Seen::default() }));
        let shared = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = answer(stream.unwrap(), &shared);
            }
        });
        Portal { url, seen }
    }

    fn taken(&self) -> Vec<(String, Vec<u8>)> {
        self.seen.lock().unwrap().taken.clone()
    }
}

fn answer(stream: TcpStream, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        head.push_str(&line.to_lowercase());
        line.clear();
    }
    let route = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let cut = {
        let mut seen = seen.lock().unwrap();
        seen.requests += 1;
        seen.heads.push(head.clone());
        seen.cut.contains(&(seen.requests - 1))
    };
    let mut to = stream;
    if route == "/keys" {
        let lists = seen.lock().unwrap().lists.clone();
        write!(to, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", lists.len())?;
        return to.write_all(&lists);
    }
    let mut body = Vec::new();
    if cut {
        reader.by_ref().take(1000).read_to_end(&mut body)?;
        return Ok(());
    }
    if let Some(len) = head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
        reader.take(len.trim().parse().unwrap()).read_to_end(&mut body)?;
    } else {
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let len = usize::from_str_radix(line.trim(), 16).unwrap();
            let start = body.len();
            body.resize(start + len, 0);
            reader.read_exact(&mut body[start..])?;
            reader.read_exact(&mut [0; 2])?;
            if len == 0 {
                break;
            }
        }
    }
    seen.lock().unwrap().taken.push((route, body));
    to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

#[test]
fn a_folder_is_posted_once_however_often_it_is_cut_off() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let (a, b) = (book.write("a.bin", vec![7; 300_000]), book.write("b.bin", vec![8; 100]));
    let pieces = path(&book, "pieces");
    telling(&book, &["--account", &account, "--file", &a, "--file", &b, "--out", &pieces]).0.well();
    // The first file breaks off at every attempt of the first run.
    let portal = Portal::open(&[1, 2, 3]);
    let post = ["submit", "--post", &pieces, "--to", &portal.url];
    let ran = book.run(&post).refused(3, "The portal did not answer");
    assert!(ran.err.contains("1 of 5 pieces are with the portal") && ran.out.contains("received: piece-001"), "{}{}", ran.out, ran.err);
    let ran = book.run(&post).well();
    assert!(ran.out.contains("All 5 pieces are with the portal, 1 of them in an earlier run"), "{}", ran.out);
    let taken = portal.taken();
    let routes: Vec<&str> = taken.iter().map(|(route, _)| route.as_str()).collect();
    assert_eq!(routes, ["/sealed", "/sealed/file", "/sealed", "/sealed/file", "/sealed"]);
    for (n, (_, body)) in (1..).zip(&taken) {
        assert!(fs::read(format!("{pieces}/piece-00{n}")).unwrap() == *body, "piece {n}");
    }
    book.run(&post).well();
    assert_eq!(portal.taken().len(), 5, "what was confirmed is not posted again");
    // Nothing tells one program from another.
    assert!(portal.seen.lock().unwrap().heads.iter().all(|head| !head.contains("user-agent") && !head.contains("ureq") && !head.contains("kniha/")));
}

#[test]
fn what_is_posted_as_it_is_sealed_opens_and_a_cut_file_is_sealed_anew() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let film: Vec<u8> = (0..300_000u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
    fs::write(book.path("a.bin"), &film).unwrap();
    // The second request, a file, breaks off once.
    let portal = Portal::open(&[1]);
    let (ran, _) = telling(&book, &["--account", &account, "--file", &path(&book, "a.bin"), "--to", &portal.url]);
    let ran = ran.well();
    assert!(ran.out.contains("received: the report") && ran.out.contains("300000 bytes  a.bin"), "{}", ran.out);
    let taken = portal.taken();
    assert_eq!(taken.iter().map(|(route, _)| route.as_str()).collect::<Vec<_>>(), ["/sealed", "/sealed/file", "/sealed"]);
    assert_eq!(wire::decode_bundle(&taken[0].1).unwrap().0.len(), 4);
    assert_eq!(wire::decode_bundle(&taken[2].1).unwrap().0.len(), 1);
    let pieces = book.path("pieces");
    fs::create_dir(&pieces).unwrap();
    for (n, (_, body)) in taken.iter().enumerate() {
        fs::write(pieces.join(format!("piece-00{n}")), body).unwrap();
    }
    let out = path(&book, "opened");
    let ran = team().open(&book, &["custodian-1", "custodian-2"], &["--pieces", pieces.to_str().unwrap(), "--all", "--out", &out]).well();
    assert!(ran.out.contains("the file that was vouched for, byte for byte"), "{}", ran.out);
    // Nothing of it was left on this machine's disk but what was there.
    let names: Vec<String> = fs::read_dir(book.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
}

#[test]
fn key_lists_come_from_a_portal_too_and_a_file_that_never_arrives_is_named() {
    let book = team().book();
    let account = book.write("told.txt", "Бачыў.");
    let film = book.write("a.bin", vec![7; 300_000]);
    let portal = Portal::open(&[2, 3, 4]);
    let ran = book.run(&[
        "submit",
        "--keys",
        &portal.url,
        "--first-list",
        &team().digest(),
        "--account",
        &account,
        "--one-way",
        "--file",
        &film,
        "--to",
        &portal.url,
        "--json",
    ]);
    let ran = ran.refused(3, "The report was received, and 1 of 1 files were not");
    let said = ran.json();
    assert_eq!((&said[0]["state"], &said[1]["state"]), (&"received".into(), &"not received".into()));
    assert_eq!(portal.taken().len(), 1);
    let nobody = "http://127.0.0.1:9";
    book.run(&["submit", "--keys", &team().lists(), "--first-list", &team().digest(), "--account", &account, "--one-way", "--to", nobody])
        .refused(3, "The portal did not answer");
}
