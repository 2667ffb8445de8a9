//! The second factor: a secret that is shown once, as letters and as a picture to scan, and counts from its first right code. Before that a member can do
//! nothing else; to replace one, words and the old code are asked.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Problems;
use crate::form::confirm::Confirm;
use crate::href;
use crate::page::{Frame, Room, form_page};
use crate::rooms::Visit;
use crate::ways::{May, Ways};
use kniha_gate::TotpSecret;

pub(crate) fn routes() -> Ways {
    Ways::new().get(href::CODE, May::SignedIn, ask).post(href::CODE, May::SignedIn, take)
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    frame: Frame,
    /// Whether there is none yet.
    first: bool,
    /// The secret in groups of four.
    spaced: String,
    secret: String,
    uri: String,
    /// The picture: modules of a side, quiet zone included, and the dark ones as a path.
    side: i32,
    picture: String,
    confirm: Confirm,
    problems: &'a Problems,
}

async fn ask(visit: Visit, frame: Frame) -> Result<Response, PageError> {
    let secret = visit.rooms.house().begin_totp()?;
    show(&visit, frame, &secret, &Problems::default())
}

async fn take(visit: Visit, frame: Frame, fields: Fields) -> Result<Response, PageError> {
    let (t, now) = (frame.t, (visit.now)());
    let secret = TotpSecret::parse(fields.get("secret")).ok_or(PageError::Malformed)?;
    let mut problems = Problems::default();
    let first: String = fields.get("first").chars().filter(|c| !c.is_whitespace()).collect();
    if first.is_empty() {
        problems.add("first", t.get("code-first"), t.get("why-empty"));
    }
    confirm(&visit).check(&visit, t, &fields, &mut problems).await?;
    if problems.is_empty() && visit.rooms.house().confirm_totp(&visit.who, &secret, &first, now).await? {
        return Ok(Redirect::to("/?done=code-made").into_response());
    }
    if problems.is_empty() {
        problems.add("first", t.get("code-first"), t.get("code-wrong"));
    }
    show(&visit, frame, &secret, &problems)
}

/// Words and code are asked before a factor is replaced; for the first one there is no code yet, and the words were just typed.
fn confirm(visit: &Visit) -> Confirm {
    if visit.account.has_totp { Confirm::of(visit) } else { Confirm { asked: false } }
}

fn show(visit: &Visit, frame: Frame, secret: &TotpSecret, problems: &Problems) -> Result<Response, PageError> {
    let (letters, uri) = (secret.base32(), secret.uri());
    let (side, picture) = picture(&uri)?;
    let title = frame.t.get("code-title");
    let html = CodePage {
        first: !visit.account.has_totp,
        spaced: letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" "),
        secret: letters.to_string(),
        uri: uri.to_string(),
        side,
        picture,
        confirm: confirm(visit),
        problems,
        frame: frame.clone().titled(problems.titled(frame.t, &title)).standing(Room::Me),
    };
    form_page(&html, problems)
}

/// A QR code (ISO/IEC 18004) with its quiet zone of four modules: the modules of a side, and a path of the dark ones.
fn picture(text: &str) -> Result<(i32, String), PageError> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| PageError::Broken)?;
    let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    Ok((code.size() + 2 * QUIET, path))
}
