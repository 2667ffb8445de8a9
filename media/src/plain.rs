//! Words without a format: UTF-8, UTF-16 with its mark, or the old one-byte Cyrillic of Windows. Does no I/O.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1251};
use kniha_core::examined::{MOST_TEXT, Text};

use crate::Look;

/// So many first bytes say whether it is text.
const PROBE: usize = 8 * 1024;

pub(crate) fn look(bytes: &[u8], look: &mut Look<'_>) {
    look.text = read(bytes);
}

/// The words, or `None` where the bytes are none.
pub(crate) fn read(bytes: &[u8]) -> Option<Text> {
    // A letter of UTF-8 has at most two bytes of Windows-1251 or UTF-16 for each of its own, and four at most of one.
    let most = bytes.len().min(2 * MOST_TEXT);
    let cut = most < bytes.len();
    let bytes = &bytes[..most];
    if bytes.is_empty() {
        return None;
    }
    for (mark, encoding) in [(&b"\xff\xfe"[..], UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let (text, _) = encoding.decode_without_bom_handling(rest);
            return is_words(&text).then(|| Text::of(&text, cut));
        }
    }
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(plain) {
        Ok(text) => return is_words(text).then(|| Text::of(text, cut)),
        // The cut may have gone through a letter.
        Err(error) if cut && error.error_len().is_none() => {
            let text = String::from_utf8_lossy(&plain[..error.valid_up_to()]);
            return is_words(&text).then(|| Text::of(&text, cut));
        }
        Err(_) => {}
    }
    let (text, _) = WINDOWS_1251.decode_without_bom_handling(plain);
    (is_words(&text) && is_cyrillic(&text)).then(|| Text::of(&text, cut))
}

fn is_words(text: &str) -> bool {
    let controls = text.chars().take(PROBE).filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')).count();
    controls == 0
}

/// Every byte is some letter in Windows-1251: more than a third must be small Cyrillic ones.
fn is_cyrillic(text: &str) -> bool {
    let (letters, all) = text.chars().take(PROBE).fold((0_usize, 0_usize), |(letters, all), c| (letters + usize::from(('а'..='ў').contains(&c)), all + 1));
    letters * 3 > all
}
