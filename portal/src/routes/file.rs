//! One file a request, sealed while it arrives: no piece of it is ever on the disk in the open.
//!
//! `multipart/form-data` with `state`, `about` and `file`, in this order, so that the door is known before the first byte. The file and the part that
//! vouches for it become durable in one step; whatever breaks before that leaves nothing. Memory is a few pieces of 64 KiB, however large the file is.

use askama::Template;
use axum::Router;
use axum::body::Body as RequestBody;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::post;
use data_encoding::HEXLOWER;
use futures_util::StreamExt;
use kniha_core::telling::Answers;
use kniha_inbox::{Body, ObjectWriter, Put};
use kniha_seal::part::{FileRef, MOST_FILES};
use kniha_seal::sealer::{SealError, SealedPart};
use kniha_seal::submission::Follow;
use multer::{Constraints, Multipart, SizeLimit};
use zeroize::{Zeroize, Zeroizing};

use super::got::{File, Upload};
use super::send::{context, kept, unsealed};
use crate::Portal;
use crate::error::PageError;
use crate::page::{Frame, Switch, page};
use crate::random;
use crate::stack::apart;
use crate::state::Visit;

/// What the state is sealed for.
const PURPOSE: &str = "file";
/// Sealed bytes gathered before they are written.
const WRITE: usize = 256 * 1024;
/// Longest state, about and file name.
const MOST_STATE: u64 = 16 * 1024;
const MOST_ABOUT: u64 = 64 * 1024;
const MOST_NAME: usize = 255;

/// What the page of files remembers.
pub(super) struct FileState {
    follow: Follow,
    /// How many were received.
    count: u8,
    /// Number of the next: random, so that two windows never take one place, and new with every page, so that a double press does.
    next: u32,
}

#[derive(Template)]
#[template(path = "file.html")]
struct FilePage {
    frame: Frame,
    received: Option<File>,
    twice: bool,
    upload: Upload,
}

pub(super) fn routes() -> Router<Portal> {
    Router::new().route("/{lang}/file", post(take))
}

impl FileState {
    pub(super) fn new(follow: Follow) -> FileState {
        FileState { follow, count: 0, next: draw() }
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&[self.count][..], &self.next.to_be_bytes(), &self.follow.encode()].concat())
    }

    fn decode(bytes: &[u8]) -> Option<FileState> {
        let (count, rest) = bytes.split_first()?;
        let (next, follow) = rest.split_first_chunk::<4>()?;
        Some(FileState { follow: Follow::decode(follow)?, count: *count, next: u32::from_be_bytes(*next) })
    }
}

/// The highest bit stays free: the part that vouches for file `i` is number `i + 1`.
fn draw() -> u32 {
    rand_core::Rng::next_u32(&mut random()) >> 1
}

/// The form for the next file.
pub(super) fn form(visit: &Visit, portal: &Portal, state: &FileState, about: String, problem: Option<&'static str>) -> Upload {
    Upload {
        state: visit.seal(PURPOSE, &state.encode()),
        most: (portal.config().upload_bytes / 1_000_000).to_string(),
        about,
        problem,
        full: usize::from(state.count) >= MOST_FILES,
    }
}

async fn take(State(portal): State<Portal>, frame: Frame, visit: Visit, request: Request) -> Result<Response, PageError> {
    let upload = read(&portal, &frame, &visit, request).await?;
    let Received { mut state, about, outcome } = upload;
    let title = frame.t.get("got-files");
    let frame = frame.titled(title).switching(Switch::Off);
    let (received, twice, about, problem) = match outcome {
        Outcome::Stored(file) => {
            state.count = state.count.saturating_add(1);
            (Some(file), false, String::new(), None)
        }
        Outcome::Twice => (None, true, String::new(), None),
        Outcome::Refused(problem) => (None, false, about, Some(problem)),
    };
    // A refused file left nothing, so its number is free: a second press of the same page may still take it.
    if problem.is_none() {
        state.next = draw();
    }
    let upload = form(&visit, &portal, &state, about, problem);
    page(&FilePage { frame, received, twice, upload })
}

struct Received {
    state: FileState,
    about: String,
    outcome: Outcome,
}

enum Outcome {
    Stored(File),
    Twice,
    Refused(&'static str),
}

async fn read(portal: &Portal, frame: &Frame, visit: &Visit, request: Request<RequestBody>) -> Result<Received, PageError> {
    let boundary = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).and_then(|v| multer::parse_boundary(v).ok());
    let limits = SizeLimit::new().for_field("state", MOST_STATE).for_field("about", MOST_ABOUT);
    let constraints = Constraints::new().allowed_fields(vec!["state", "about", "file"]).size_limit(limits);
    let stream = request.into_body().into_data_stream();
    let mut form = Multipart::with_constraints(stream, boundary.ok_or(PageError::Malformed)?, constraints);
    let state = visit.open(PURPOSE, &text_of(&mut form, "state").await?)?;
    let state = FileState::decode(&state).ok_or(PageError::Altered)?;
    let about = text_of(&mut form, "about").await?.to_string();
    let mut answers = Answers::new();
    if answers.set("file", "about", &about).is_err() {
        return Ok(Received { state, about, outcome: Outcome::Refused("file-about-long") });
    }
    if usize::from(state.count) >= MOST_FILES {
        return Ok(Received { state, about, outcome: Outcome::Refused("file-many") });
    }
    let mut field = match form.next_field().await {
        Ok(Some(field)) if field.name() == Some("file") => field,
        Ok(_) => return Ok(Received { state, about, outcome: Outcome::Refused("file-none") }),
        Err(_) => return Err(PageError::Malformed),
    };
    let name = base_name(field.file_name().unwrap_or_default());
    let claimed_type = cut(field.content_type().map(ToString::to_string).unwrap_or_default());
    if name.is_empty() {
        return Ok(Received { state, about, outcome: Outcome::Refused("file-none") });
    }
    let outcome = match pump(portal, frame, &state, &mut field).await? {
        Ok((sealed, body)) => {
            let file = FileRef {
                part: sealed.part,
                payload_sha256: sealed.payload_sha256,
                content_sha256: sealed.content_sha256,
                content_len: sealed.content_len,
                name: name.clone(),
                claimed_type,
            };
            let received = File { name, bytes: sealed.content_len.to_string(), sha256: HEXLOWER.encode(&sealed.content_sha256.0) };
            match keep(portal, frame, &state, file, answers, kept(sealed, body)).await? {
                Put::Stored => Outcome::Stored(received),
                Put::AlreadyThere => Outcome::Twice,
            }
        }
        Err(problem) => Outcome::Refused(problem),
    };
    Ok(Received { state, about, outcome })
}

/// Seals the file as it comes. `Err` inside is what the person is told; nothing is left of it then.
async fn pump(portal: &Portal, frame: &Frame, state: &FileState, field: &mut multer::Field<'_>) -> Result<Result<(SealedPart, Body), &'static str>, PageError> {
    let (keys, day, most) = (portal.list()?, portal.today(), portal.config().upload_bytes);
    let (follow, next, lang) = (state.follow.clone(), state.next, frame.t.lang());
    let begun = apart(move || {
        let mut out = Vec::with_capacity(WRITE + 128 * 1024);
        follow.file(&context(&keys, day, lang), next, &mut random(), &mut out).map(|sealer| (sealer, out))
    });
    let (mut sealer, mut out) = begun.await?.map_err(|error| unsealed(&error))?;
    let mut object: Option<ObjectWriter> = None;
    let mut came = 0u64;
    loop {
        let piece = match field.chunk().await {
            Ok(Some(piece)) => piece,
            Ok(None) => break,
            Err(_) => return Ok(Err("file-broken")),
        };
        came += piece.len() as u64;
        if came > most {
            drain(field).await;
            return Ok(Err("file-large"));
        }
        sealer.push(&piece, &mut out).map_err(|_: SealError| PageError::TooLarge)?;
        if out.len() >= WRITE {
            write(portal, &mut object, &mut out).await?;
        }
    }
    let mut tail = sealer.end().map_err(|_| PageError::TooLarge)?;
    while tail.pad(&mut out) {
        if out.len() >= WRITE {
            write(portal, &mut object, &mut out).await?;
        }
    }
    let sealed = tail.finish(&mut out);
    let body = match object {
        None => Body::Bytes(out),
        Some(mut object) => {
            object.write(&out).await?;
            Body::Object(object.finish().await?)
        }
    };
    Ok(Ok((sealed, body)))
}

async fn write(portal: &Portal, object: &mut Option<ObjectWriter>, out: &mut Vec<u8>) -> Result<(), PageError> {
    let writer = match object {
        Some(writer) => writer,
        None => object.insert(portal.inbox().object().await?),
    };
    writer.write(out).await?;
    out.clear();
    Ok(())
}

/// The file and what vouches for it, durable together.
async fn keep(portal: &Portal, frame: &Frame, state: &FileState, file: FileRef, about: Answers, sealed: kniha_inbox::Sealed) -> Result<Put, PageError> {
    let (keys, day, lang) = (portal.list()?, portal.today(), frame.t.lang());
    let (follow, next) = (state.follow.clone(), state.next);
    let vouched = apart(move || follow.vouch(&context(&keys, day, lang), next, file, &about, &mut random()));
    let (vouching, words) = vouched.await?.map_err(|error| unsealed(&error))?;
    Ok(portal.inbox().put(vec![sealed, kept(vouching, Body::Bytes(words))], None).await?)
}

/// Reads a little of what is too large, so that the browser has sent enough to show the answer.
async fn drain(field: &mut multer::Field<'_>) {
    const MOST: usize = 64 << 20;
    let mut read = 0;
    while let Ok(Some(piece)) = field.chunk().await {
        read += piece.len();
        if read > MOST {
            break;
        }
    }
}

/// The text of the next field, which must have this name.
async fn text_of(form: &mut Multipart<'_>, name: &str) -> Result<Zeroizing<String>, PageError> {
    let mut field = form.next_field().await.ok().flatten().filter(|field| field.name() == Some(name)).ok_or(PageError::Malformed)?;
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(piece) = field.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| PageError::Malformed)?);
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) if !text.contains('\0') => Ok(Zeroizing::new(text)),
        Ok(mut text) => {
            text.zeroize();
            Err(PageError::Malformed)
        }
        Err(_) => Err(PageError::Malformed),
    }
}

/// The last part of a name, whatever path a browser sent before it; it is testimony and never a name on our disk.
fn base_name(written: &str) -> String {
    cut(written.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect())
}

fn cut(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MOST_NAME));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        for (sent, kept) in [("../../etc/passwd", "passwd"), ("C:\\fakepath\\фота.jpg", "фота.jpg"), ("a\0b\n", "ab"), ("..", ".."), ("/", ""), ("", "")]
        {
            assert_eq!(base_name(sent), kept);
        }
        assert_eq!(base_name(&"ў".repeat(300)).len(), 254);
    }
}
