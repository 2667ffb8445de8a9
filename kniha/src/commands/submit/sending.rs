//! Where sealed things go: into a folder, or to a portal, with a report of what arrived.
//!
//! A bundle is posted again as the same bytes, and the first write wins. A file whose posting was cut off is sealed anew under another number, because nobody
//! knows which half the portal has; the part that vouches for a file is posted only once the file was confirmed, so that an orphan is never vouched for.

use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use kniha_core::commit::Hash;
use kniha_core::telling::Answers;
use kniha_seal::leaf::Leaf;
use kniha_seal::part::FileRef;
use kniha_seal::sealer::SealedPart;
use kniha_seal::submission::{Bundle, Context, Follow};
use kniha_seal::wire;
use rand_core::CryptoRng;
use serde_json::json;

use super::given::Given;
use super::refused;
use super::sealing::Sealing;
use crate::exit::{Exit, Failure};
use crate::lanes::address::Address;
use crate::lanes::client::{Answer, Body, Client};
use crate::lanes::pieces::{self, Kind, Making, Piece};
use crate::say;

/// How often each piece is tried.
const ATTEMPTS: u32 = 3;
/// Before the second attempt, and twice that before the third.
const PAUSE: Duration = Duration::from_secs(1);
/// Of an answer no more is read.
const MOST_ANSWER: u64 = 64 * 1024;
/// File numbers have no highest bit, so that the number after one is there.
const FILE_NUMBERS: u32 = u32::MAX >> 1;

/// Where it goes.
pub(super) enum To {
    Folder(Making),
    Portal(Client),
}

/// What became of a file.
struct Sent {
    sha256: Hash,
    bytes: u64,
}

impl To {
    pub(super) fn folder(dir: &Path) -> anyhow::Result<To> {
        Ok(To::Folder(Making::new(dir)?))
    }

    pub(super) fn portal(address: Address) -> anyhow::Result<To> {
        Ok(To::Portal(Client::new(address)?))
    }

    fn done(&self) -> &'static str {
        match self {
            To::Folder(_) => "sealed",
            To::Portal(_) => "received",
        }
    }

    /// Sends the bundle, then each file with what vouches for it; says what arrived.
    pub(super) fn send_all(
        mut self,
        at: &Context<'_>,
        bundle: &Bundle,
        follow: &Follow,
        files: &[Given],
        json: bool,
        rng: &mut impl CryptoRng,
    ) -> anyhow::Result<()> {
        self.bundle(&wire::encode_bundle(bundle))?;
        let mut out = say::Out::new();
        let done = self.done();
        if json {
            out.json(&json!({"what": "report", "state": done}))?;
        } else {
            out.line(&format!("{done}: the report"))?;
        }
        let mut missing = 0;
        for file in files {
            let sent = self.file(at, follow, file, rng);
            let name = say::visible(&file.name);
            match (&sent, json) {
                (Ok(sent), true) => {
                    out.json(&json!({"what": "file", "state": done, "name": file.name, "bytes": sent.bytes, "sha256": sent.sha256.to_string()}))?
                }
                (Ok(sent), false) => out.line(&format!("{done}: {}  {} bytes  {name}", sent.sha256, sent.bytes))?,
                (Err(_), true) => out.json(&json!({"what": "file", "state": format!("not {done}"), "name": file.name}))?,
                (Err(_), false) => out.line(&format!("NOT {done}: {name}"))?,
            }
            if let Err(error) = sent {
                // A folder is whole or not there.
                if matches!(self, To::Folder(_)) {
                    return Err(error);
                }
                say::note(&format!("{name}: {}", crate::exit::explain(&error).1));
                missing += 1;
            }
        }
        if let To::Folder(making) = self {
            making.finish()?;
        }
        out.done()?;
        if missing > 0 {
            return Err(Failure::new(
                Exit::Database,
                format!("The report was received, and {missing} of {} files were not.", files.len()),
                "What was received is safe; what was not is nowhere but here.",
                "Send those files later with your words, on the portal's page.",
            )
            .into());
        }
        Ok(())
    }

    fn bundle(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            To::Folder(making) => making.put(bytes),
            To::Portal(client) => again(|| client.post("/sealed", &[], Body::Bytes(bytes), MOST_ANSWER)),
        }
    }

    fn file(&mut self, at: &Context<'_>, follow: &Follow, given: &Given, rng: &mut impl CryptoRng) -> anyhow::Result<Sent> {
        let bar = say::bar(given.len, "sealing", true);
        let (number, sealed) = match self {
            To::Folder(making) => {
                let mut file = making.next()?;
                let (number, mut sealing) = begin(at, follow, given, &bar, rng)?;
                std::io::copy(&mut sealing, &mut file)?;
                file.sync_all()?;
                (number, finished(sealing)?)
            }
            To::Portal(client) => {
                let mut sealed = None;
                again(|| {
                    bar.reset();
                    let (number, mut sealing) = begin(at, follow, given, &bar, rng)?;
                    let answer = client.post("/sealed/file", &[], Body::Reader(&mut sealing, None), MOST_ANSWER)?;
                    if answer.good() {
                        sealed = Some((number, finished(sealing)?));
                    }
                    Ok(answer)
                })?;
                sealed.ok_or_else(|| anyhow::anyhow!("a file was confirmed that was not sealed"))?
            }
        };
        bar.finish_and_clear();
        let sent = Sent { sha256: sealed.content_sha256, bytes: sealed.content_len };
        self.bundle(&wire::encode_bundle(&vouching(at, follow, number, given, &sealed, rng)?))?;
        Ok(sent)
    }
}

/// The part that vouches for a file, as a bundle of one part.
fn vouching(at: &Context<'_>, follow: &Follow, number: u32, given: &Given, sealed: &SealedPart, rng: &mut impl CryptoRng) -> anyhow::Result<Bundle> {
    let file = FileRef {
        part: sealed.part,
        payload_sha256: sealed.payload_sha256,
        content_sha256: sealed.content_sha256,
        content_len: sealed.content_len,
        name: given.name.clone(),
        claimed_type: String::new(),
    };
    let part = follow.vouch(at, number, file, &Answers::new(), rng).map_err(|e| refused(&e))?;
    Ok(Bundle { parts: vec![part], leaf: Leaf::filler(rng) })
}

fn begin<'b>(at: &Context<'_>, follow: &Follow, given: &Given, bar: &'b ProgressBar, rng: &mut impl CryptoRng) -> anyhow::Result<(u32, Sealing<'b>)> {
    let number = rng.next_u32() & FILE_NUMBERS;
    let mut payload = Vec::new();
    let sealer = follow.file(at, number, rng, &mut payload).map_err(|e| refused(&e))?;
    Ok((number, Sealing::new(given.open()?, sealer, &payload, bar)))
}

fn finished(sealing: Sealing<'_>) -> anyhow::Result<SealedPart> {
    sealing.finish().ok_or_else(|| anyhow::anyhow!("the file was not read to its end"))
}

/// Posts until it was taken or clearly refused.
fn again(mut post: impl FnMut() -> anyhow::Result<Answer>) -> anyhow::Result<()> {
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        std::thread::sleep(PAUSE * attempt);
        match post() {
            Ok(answer) if answer.good() => return Ok(()),
            Ok(answer) => {
                let status = answer.status;
                let failure = turned_away(status);
                if !(500..600).contains(&status) && status != 429 {
                    return Err(failure.into());
                }
                last = Some(failure.into());
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| anyhow::anyhow!("nothing was posted")))
}

fn turned_away(status: u16) -> Failure {
    let (happened, next) = match status {
        413 => ("it is larger than the portal takes".to_owned(), "Ask by your words how it can be sent."),
        400 | 409 | 422 => (format!("the portal does not take it ({status})"), "Fetch the key lists again and begin anew: they may have changed."),
        507 => ("the portal has no room now".to_owned(), "Try again in some hours."),
        _ => (format!("the portal answered {status}"), "Try again later."),
    };
    Failure::new(Exit::Database, format!("It was not received: {happened}."), "What the portal had not confirmed counts as not sent.", next)
}

/// Posts a folder; what was confirmed before is left out.
pub(super) fn post(dir: &Path, address: Address, json: bool) -> anyhow::Result<()> {
    let mut pieces = pieces::list(dir)?;
    let client = Client::new(address)?;
    let mut out = say::Out::new();
    let before = pieces.iter().filter(|piece| piece.posted).count();
    for i in 0..pieces.len() {
        if pieces[i].posted {
            continue;
        }
        let posted = post_piece(&client, &pieces[i]);
        if let Err(error) = posted {
            let confirmed = pieces.iter().filter(|piece| piece.posted).count();
            out.done()?;
            say::note(&format!("{confirmed} of {} pieces are with the portal.", pieces.len()));
            return Err(error);
        }
        pieces[i].posted = true;
        pieces::remember(dir, &pieces)?;
        if json {
            out.json(&json!({"what": pieces[i].name, "state": "received", "bytes": pieces[i].len}))?;
        } else {
            out.line(&format!("received: {}  {} bytes", pieces[i].name, pieces[i].len))?;
        }
    }
    if !json {
        let earlier = if before > 0 { format!(", {before} of them in an earlier run") } else { String::new() };
        out.line(&format!("All {} pieces are with the portal{earlier}. The folder is not needed any more: destroy it.", pieces.len()))?;
    }
    Ok(out.done()?)
}

fn post_piece(client: &Client, piece: &Piece) -> anyhow::Result<()> {
    match piece.kind {
        Kind::Bundle => {
            let bytes = piece.bytes()?;
            again(|| client.post("/sealed", &[], Body::Bytes(&bytes), MOST_ANSWER))
        }
        Kind::File => {
            let bar = say::bar(piece.len, "posting", true);
            let sent = again(|| {
                bar.reset();
                let mut reader = bar.wrap_read(std::fs::File::open(&piece.path)?);
                client.post("/sealed/file", &[], Body::Reader(&mut reader, Some(piece.len)), MOST_ANSWER)
            });
            bar.finish_and_clear();
            sent
        }
    }
}
