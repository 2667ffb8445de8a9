//! A custodian's signature of a key list as a file of its own, so that custodians sign apart from each other.
//!
//! `kniha-list-signature 1`, `list` and the digest of the list in hexadecimal, the signature in base64 in lines of 64. Whose it is is not written: the
//! desk tries the custodians' keys. Does no I/O.

use data_encoding::{BASE64, HEXLOWER};
use kniha_core::commit::Hash;
use kniha_seal::sign::{SIGNATURE_LEN, Signature};

const HEAD: &str = "kniha-list-signature 1";
const LIST: &str = "list ";
const COLUMNS: usize = 64;

/// A signature and the list it is of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ListSignature {
    pub(crate) digest: Hash,
    pub(crate) signature: Signature,
}

impl ListSignature {
    /// Longest file that is read, in bytes.
    pub(crate) const MOST: u64 = 8192;

    pub(crate) fn to_text(&self) -> String {
        let letters = BASE64.encode(self.signature.bytes());
        let lines: Vec<&str> = (0..letters.len()).step_by(COLUMNS).map(|at| &letters[at..letters.len().min(at + COLUMNS)]).collect();
        format!("{HEAD}\n{LIST}{}\n{}\n", HEXLOWER.encode(&self.digest.0), lines.join("\n"))
    }

    /// Reads the only text of a signature; the line ends of mail are forgiven.
    pub(crate) fn parse(text: &str) -> Option<ListSignature> {
        let text = text.replace("\r\n", "\n");
        let (digest, letters) = text.strip_prefix(HEAD)?.strip_prefix('\n')?.strip_prefix(LIST)?.split_once('\n')?;
        let digest = Hash(HEXLOWER.decode(digest.as_bytes()).ok()?.try_into().ok()?);
        let bytes = BASE64.decode(letters.replace('\n', "").as_bytes()).ok().filter(|bytes| bytes.len() == SIGNATURE_LEN)?;
        let read = ListSignature { digest, signature: Signature::from_bytes(&bytes).ok()? };
        (read.to_text() == text).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_signature_reads_back_and_a_cut_or_changed_text_does_not() {
        let made = ListSignature { digest: Hash([7; 32]), signature: Signature::from_bytes(&[9; SIGNATURE_LEN]).unwrap() };
        let text = made.to_text();
        assert!((text.len() as u64) < ListSignature::MOST);
        assert_eq!(ListSignature::parse(&text).as_ref(), Some(&made));
        assert_eq!(ListSignature::parse(&text.replace('\n', "\r\n")), Some(made));
        for end in 0..text.len() {
            assert_eq!(ListSignature::parse(&text[..end]), None, "cut to {end}");
        }
        for bad in [text.replacen('1', "2", 1), format!("{text}\n"), text.replacen("\n", "\n\n", 3), text.to_uppercase()] {
            assert_eq!(ListSignature::parse(&bad), None);
        }
    }
}
