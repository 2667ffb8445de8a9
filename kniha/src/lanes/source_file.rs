//! `source.toml`: where and to which key a source is answered, kept when their account was opened. It names nobody and opens nothing. Does no I/O.

use data_encoding::HEXLOWER;
use kniha_core::lang::Lang;
use kniha_seal::part::SourceKeys;
use kniha_seal::source::MailboxId;
use kniha_seal::xwing::PublicKey;
use serde::{Deserialize, Serialize};

/// The file in the folder of an opened submission.
pub(crate) const FILE: &str = "source.toml";

/// The file as written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    book: String,
    lang: String,
    mailbox: String,
    reply: String,
}

/// Whom an answer is for.
pub(crate) struct SourceFile {
    pub(crate) book: [u8; 32],
    pub(crate) lang: Option<Lang>,
    pub(crate) mailbox: MailboxId,
    pub(crate) reply: PublicKey,
}

/// The file's text.
pub(crate) fn write(book: &str, lang: &str, source: &SourceKeys) -> String {
    let raw = Raw { book: book.to_owned(), lang: lang.to_owned(), mailbox: HEXLOWER.encode(&source.mailbox), reply: source.reply.to_age() };
    toml::to_string(&raw).unwrap_or_default()
}

/// Reads it back; `None` if it is none.
pub(crate) fn read(text: &str) -> Option<SourceFile> {
    let raw: Raw = toml::from_str(text).ok()?;
    Some(SourceFile {
        book: HEXLOWER.decode(raw.book.as_bytes()).ok()?.try_into().ok()?,
        lang: Lang::parse(&raw.lang),
        mailbox: MailboxId(HEXLOWER.decode(raw.mailbox.as_bytes()).ok()?.try_into().ok()?),
        reply: PublicKey::from_age(&raw.reply).ok()?,
    })
}
