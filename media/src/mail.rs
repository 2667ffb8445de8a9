//! One message: the lines of its header that a person reads, its text, the names of what came with it. What came with it is not opened. Does no I/O.

use kniha_core::examined::{Lack, MOST_TEXT, Text};
use mail_parser::{Address, Message, MessageParser, MimeHeaders};

use crate::Look;

/// A header ends within so many bytes, or is none.
const HEADER_WITHIN: usize = 64 * 1024;
const FIELDS: [&str; 9] = ["from", "to", "date", "subject", "received", "return-path", "message-id", "mime-version", "delivered-to"];

/// Whether the bytes begin with the header of a message: two fields that every message has, before the first empty line.
pub(crate) fn is_mail(bytes: &[u8]) -> bool {
    let header = String::from_utf8_lossy(&bytes[..bytes.len().min(HEADER_WITHIN)]);
    let mut fields = 0;
    for line in header.lines() {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) && fields > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return false };
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return false;
        }
        fields += usize::from(FIELDS.contains(&name.to_ascii_lowercase().as_str()));
    }
    fields >= 2
}

pub(crate) fn look(bytes: &[u8], look: &mut Look<'_>) {
    match MessageParser::default().parse(bytes) {
        Some(message) => look.text = Some(words(&message)),
        None => look.lack(Lack::Damaged),
    }
}

fn words(message: &Message<'_>) -> Text {
    let mut text = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!("{name}: {}\n", value.replace(['\r', '\n'], " ")));
        }
    };
    line("From", message.from().map(people));
    line("To", message.to().map(people));
    line("Cc", message.cc().map(people));
    line("Date", message.date().map(mail_parser::DateTime::to_rfc3339));
    line("Subject", message.subject().map(str::to_owned));
    for part in message.attachments() {
        line("Attachment", Some(format!("{} ({} bytes)", part.attachment_name().unwrap_or("?"), part.len())));
    }
    for body in 0..message.text_body_count() {
        if text.len() > MOST_TEXT {
            break;
        }
        text.push('\n');
        text.push_str(&message.body_text(body).unwrap_or_default());
    }
    Text::of(&text, false)
}

fn people(address: &Address<'_>) -> String {
    let one = |person: &mail_parser::Addr<'_>| match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    };
    address.iter().take(100).map(one).collect::<Vec<_>>().join(", ")
}
