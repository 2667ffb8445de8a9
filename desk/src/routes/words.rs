//! Twelve words for a person whose account the team took down: shown once, to be written down or printed, and nowhere kept.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use getrandom::SysRng;
use kniha_core::intake::Way;
use kniha_core::lang::Lang;
use kniha_seal::source::Source;
use kniha_seal::words::Words;
use kniha_store::{MailboxKeys, mailbox_keys};
use rand_core::UnwrapErr;
use zeroize::Zeroizing;

use super::statement::address;
use crate::Desk;
use crate::error::PageError;
use crate::lang::Tongue;
use crate::page::{Frame, Room, page};
use crate::sealed::find;
use crate::ways::{May, Ways};

pub(crate) fn routes() -> Ways {
    Ways::new().post("/statement/{id}/words", May::File, give)
}

#[derive(Template)]
#[template(path = "words.html")]
struct WordsPage {
    frame: Frame,
    /// The person's language, in which the sheet speaks.
    p: Tongue,
    words: Vec<Zeroizing<String>>,
    mark: String,
    back: String,
}

async fn give(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let view = find(&desk, &id).await?;
    let intake = view.row.card.id;
    if !matches!(view.row.card.way, Way::Telephone | Way::Interview | Way::Paper) || view.row.closed.is_none() {
        return Ok(Redirect::to(&address(intake)).into_response());
    }
    let known = {
        let (mut tx, reader) = desk.read().await?;
        mailbox_keys(&mut tx, &reader, intake).await?.is_some()
    };
    // Words are drawn once: a second press cannot show them again, for nobody has them.
    if known {
        return Ok(Redirect::to(&format!("{}?done=words-given", address(intake))).into_response());
    }
    let lang = Lang::parse(&view.row.card.lang).unwrap_or(Lang::En);
    getrandom::fill(&mut [0; 32]).map_err(|_| PageError::Broken)?;
    let words = Words::random(&mut UnwrapErr(SysRng));
    let source = Source::new(&desk.store.book().id, &words);
    let keys = MailboxKeys {
        mailbox: source.mailbox().0,
        reply_key: source.reply().public().to_bytes().to_vec(),
        voice_key: source.voice().public().bytes().to_vec(),
    };
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.set_keys(intake, Some(&keys), true).await?;
    write.commit().await?;
    let html = WordsPage {
        p: Tongue(lang),
        words: words.text(lang).split(' ').map(|word| Zeroizing::new(word.to_owned())).collect(),
        mark: source.mark(lang).join(" "),
        back: address(intake),
        frame: {
            let title = frame.t.get("wd-title");
            frame.titled(title).standing(Room::Inbox)
        },
    };
    page(&html)
}
