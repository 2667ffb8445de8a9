//! What a person tells: the fields of the form and the answers to them.
//!
//! A form version is a list of fields. A field has a path (`block/name`), says which share of a submission holds its answer ([`Share`]), and either takes a
//! free text of bounded length or one of a few codes. [`Answers`] are checked when they are set and when they are read, so that what is sealed and what is
//! opened follow one rule. Encoding: deterministic CBOR `[1, form version, [[path, answer] …]]`, ascending by block, then name. Does no I/O.

use std::collections::BTreeMap;

use minicbor::{Decoder, Encoder};
use zeroize::Zeroize;

use crate::text::{self, TextError};

/// The version of the form.
pub const FORM: u32 = 1;
/// Longest account or addition, in characters; what is longer comes as a file or as another addition.
pub const MOST_ACCOUNT: usize = 20_000;
/// Longest answer to any other question, in characters.
pub const MOST_ANSWER: usize = 4_000;
/// Longest encoded answers, in bytes: twice what all texts together can be in Cyrillic.
const MOST_BYTES: usize = 512 * 1024;

/// Which share of a submission holds an answer: other people open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Share {
    /// The account and the wishes around it.
    Base,
    /// What the person did themselves: for the lawyers alone.
    OwnActs,
    /// How else the person can be reached: for the custodians alone.
    Contacts,
    /// A few codes for whoever looks first.
    Triage,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A text of at most so many characters.
    Text(usize),
    /// One of these codes.
    Code(&'static [&'static str]),
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its block.
    pub block: &'static str,
    /// Its name within the block.
    pub name: &'static str,
    /// Which share holds it.
    pub share: Share,
    /// What it takes.
    pub takes: Takes,
}

/// The door: who may open what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The team: some of those who screen, drawn at random.
    Team,
    /// Lawyers alone, none of whom served in the forces.
    Lawyers,
    /// Nobody: kept and dated, opened by the source's words alone, or by the custodians too if the source allows it.
    Deposit {
        /// Whether the custodians may.
        custodians: bool,
    },
}

const YES: Takes = Takes::Code(&["yes"]);
const YES_NO: Takes = Takes::Code(&["yes", "no"]);
const TEXT: Takes = Takes::Text(MOST_ANSWER);

const fn field(block: &'static str, name: &'static str, share: Share, takes: Takes) -> Field {
    Field { block, name, share, takes }
}

/// The fields of the form, in the order in which they are asked.
pub const FIELDS: [Field; 26] = [
    field("tell", "minor", Share::Base, YES),
    field("tell", "account", Share::Base, Takes::Text(MOST_ACCOUNT)),
    field("tell", "where", Share::Base, TEXT),
    field("tell", "when", Share::Base, TEXT),
    field("tell", "heard", Share::Base, TEXT),
    field("tell", "later", Share::Base, TEXT),
    field("tell", "help", Share::Base, TEXT),
    field("own", "acts", Share::OwnActs, Takes::Text(MOST_ACCOUNT)),
    field("door", "door", Share::Base, Takes::Code(&["team", "lawyers", "deposit"])),
    field("door", "custodians", Share::Base, YES),
    field("door", "write", Share::Base, YES_NO),
    field("door", "never", Share::Base, TEXT),
    field("door", "silent", Share::Base, Takes::Code(&["keep", "use", "court", "destroy"])),
    field("door", "closed", Share::Base, Takes::Code(&["pass-on", "court", "destroy"])),
    field("contact", "reach", Share::Contacts, TEXT),
    field("triage", "urgent", Share::Triage, YES),
    field("triage", "minor", Share::Triage, YES),
    field("triage", "lang", Share::Triage, Takes::Code(&["be", "ru", "uk", "en"])),
    field("triage", "length", Share::Triage, Takes::Code(&["none", "short", "page", "long"])),
    field("triage", "own-acts", Share::Triage, YES),
    field("triage", "contact", Share::Triage, YES),
    field("add", "text", Share::Base, Takes::Text(MOST_ACCOUNT)),
    field("file", "about", Share::Base, TEXT),
    field("withdraw", "what", Share::Base, Takes::Code(&["public", "court", "all"])),
    field("withdraw", "text", Share::Base, TEXT),
    field("delete", "confirm", Share::Base, YES),
];

/// Why an answer is refused. Never holds the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No such field in this version of the form.
    #[error("the form has no such field")]
    Field,
    /// The text cannot be kept.
    #[error("the answer to {block}/{name} cannot be kept")]
    Text {
        /// The field's block.
        block: &'static str,
        /// The field's name.
        name: &'static str,
        /// Why not.
        #[source]
        source: TextError,
    },
    /// None of the codes.
    #[error("the answer to {block}/{name} is none of the choices")]
    Code {
        /// The field's block.
        block: &'static str,
        /// The field's name.
        name: &'static str,
    },
    /// Bytes that are not answers in their one form.
    #[error("the answers cannot be read at byte {at}")]
    Malformed {
        /// Where.
        at: usize,
    },
    /// Another version of the form.
    #[error("answers of form {version} cannot be read here")]
    Version {
        /// Which.
        version: u64,
    },
}

/// The answers to a form: wiped when dropped, and never told by a log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<(&'static str, &'static str), String>);

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("answered", &self.0.len()).finish_non_exhaustive()
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Field {
    /// The field of this path.
    #[must_use]
    pub fn of(block: &str, name: &str) -> Option<&'static Field> {
        FIELDS.iter().find(|field| field.block == block && field.name == name)
    }

    fn check(&self, answer: &str) -> Result<(), AnswerError> {
        let (block, name) = (self.block, self.name);
        match self.takes {
            Takes::Code(codes) if codes.contains(&answer) => Ok(()),
            Takes::Code(_) => Err(AnswerError::Code { block, name }),
            Takes::Text(most) => text::check_up_to(answer, most).map_err(|source| AnswerError::Text { block, name, source }),
        }
    }
}

impl Answers {
    /// No answers.
    #[must_use]
    pub fn new() -> Answers {
        Answers::default()
    }

    /// Sets an answer. An answer of nothing but white space is no answer. Line ends become `\n`, as forms send `\r\n`.
    ///
    /// # Errors
    /// [`AnswerError`] if the form has no such field, or the field does not take this.
    pub fn set(&mut self, block: &str, name: &str, answer: &str) -> Result<(), AnswerError> {
        let field = Field::of(block, name).ok_or(AnswerError::Field)?;
        let mut answer = answer.replace("\r\n", "\n").replace('\r', "\n");
        let kept = answer.trim();
        let old = if kept.is_empty() {
            self.0.remove(&(field.block, field.name))
        } else {
            field.check(kept)?;
            self.0.insert((field.block, field.name), kept.to_owned())
        };
        answer.zeroize();
        old.unwrap_or_default().zeroize();
        Ok(())
    }

    /// The answer to a field.
    #[must_use]
    pub fn get(&self, block: &str, name: &str) -> Option<&str> {
        let field = Field::of(block, name)?;
        self.0.get(&(field.block, field.name)).map(String::as_str)
    }

    /// Whether a field was answered with yes.
    #[must_use]
    pub fn yes(&self, block: &str, name: &str) -> bool {
        self.get(block, name) == Some("yes")
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The door that was chosen; the team's where none was.
    #[must_use]
    pub fn door(&self) -> Door {
        match self.get("door", "door") {
            Some("lawyers") => Door::Lawyers,
            Some("deposit") => Door::Deposit { custodians: self.yes("door", "custodians") },
            _ => Door::Team,
        }
    }

    /// Every field of the form with its answer, those without one too.
    pub fn all(&self) -> impl Iterator<Item = (&'static Field, Option<&str>)> {
        FIELDS.iter().map(|field| (field, self.0.get(&(field.block, field.name)).map(String::as_str)))
    }

    /// Those that one share holds.
    #[must_use]
    pub fn of_share(&self, share: Share) -> Answers {
        let mut part = Answers::new();
        for (field, answer) in self.all().filter(|(field, _)| field.share == share) {
            if let Some(answer) = answer {
                part.0.insert((field.block, field.name), answer.to_owned());
            }
        }
        part
    }

    /// Takes over the answers of another share.
    pub fn join(&mut self, other: &Answers) {
        self.0.extend(other.0.iter().map(|(path, answer)| (*path, answer.clone())));
    }

    /// The answers' bytes.
    #[must_use]
    pub fn encode(&self) -> zeroize::Zeroizing<Vec<u8>> {
        let room = self.0.values().map(|answer| answer.len() + 64).sum::<usize>() + 16;
        let mut encoder = Encoder::new(Vec::with_capacity(room));
        let written = (|| {
            encoder.array(3)?.u64(1)?.u32(FORM)?.array(self.0.len() as u64)?;
            for ((block, name), answer) in &self.0 {
                encoder.array(2)?.str(&format!("{block}/{name}"))?.str(answer)?;
            }
            Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
        })();
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
        zeroize::Zeroizing::new(encoder.into_writer())
    }

    /// Reads answers.
    ///
    /// # Errors
    /// [`AnswerError`] unless the bytes are answers to this version of the form in their one form.
    pub fn decode(bytes: &[u8]) -> Result<Answers, AnswerError> {
        if bytes.len() > MOST_BYTES {
            return Err(AnswerError::Malformed { at: MOST_BYTES });
        }
        let mut decoder = Decoder::new(bytes);
        let bad = |at: usize| AnswerError::Malformed { at };
        let head = |decoder: &mut Decoder<'_>, len| match decoder.array() {
            Ok(Some(found)) if found == len => Ok(()),
            _ => Err(bad(decoder.position())),
        };
        head(&mut decoder, 3)?;
        let version = decoder.u64().map_err(|_| bad(0))?;
        let form = decoder.u64().map_err(|_| bad(decoder.position()))?;
        if version != 1 || form != u64::from(FORM) {
            return Err(AnswerError::Version { version: if version == 1 { form } else { version } });
        }
        let Ok(Some(count)) = decoder.array() else { return Err(bad(decoder.position())) };
        let mut answers = Answers::new();
        for _ in 0..count.min(FIELDS.len() as u64) {
            head(&mut decoder, 2)?;
            let path = decoder.str().map_err(|_| bad(decoder.position()))?;
            let (block, name) = path.split_once('/').ok_or(AnswerError::Field)?;
            let answer = decoder.str().map_err(|_| bad(decoder.position()))?;
            answers.set(block, name, answer)?;
        }
        if answers.encode().as_slice() == bytes { Ok(answers) } else { Err(bad(decoder.position())) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn answers(given: &[(&str, &str, &str)]) -> Answers {
        let mut answers = Answers::new();
        for (block, name, answer) in given {
            answers.set(block, name, answer).unwrap();
        }
        answers
    }

    #[test]
    fn a_path_stands_once_in_the_form() {
        for (i, field) in FIELDS.iter().enumerate() {
            assert!(!FIELDS[..i].iter().any(|other| (other.block, other.name) == (field.block, field.name)), "{}/{}", field.block, field.name);
        }
    }

    #[test]
    fn answers_come_back_from_their_bytes_and_each_from_its_own_share() {
        let told = answers(&[
            ("tell", "account", " Бачыў.\r\nПотым пайшоў. "),
            ("own", "acts", "Стаяў у ланцугу."),
            ("contact", "reach", "сястра"),
            ("triage", "urgent", "yes"),
        ]);
        assert_eq!(told.get("tell", "account"), Some("Бачыў.\nПотым пайшоў."));
        assert_eq!(Answers::decode(&told.encode()).unwrap(), told);
        let mut joined = Answers::new();
        for share in [Share::Base, Share::OwnActs, Share::Contacts, Share::Triage] {
            let part = told.of_share(share);
            assert_eq!(part.all().filter(|(_, answer)| answer.is_some()).count(), 1, "{share:?}");
            joined.join(&part);
        }
        assert_eq!(joined, told);
    }

    /// By hand after RFC 8949: 83 array(3), 01, 01, 81 array(1), 82 array(2), 6b text(11), 67 text(7).
    #[test]
    fn the_bytes_are_those_of_the_standard() {
        let told = answers(&[("door", "door", "lawyers")]);
        assert_eq!(told.encode().as_slice(), b"\x83\x01\x01\x81\x82\x69door/door\x67lawyers");
    }

    #[test]
    fn bytes_in_any_other_form_are_refused() {
        let good = answers(&[("door", "door", "team"), ("tell", "account", "a")]).encode().to_vec();
        for cut in 0..good.len() {
            assert!(Answers::decode(&good[..cut]).is_err(), "cut at {cut}");
        }
        let more = [good.as_slice(), b"\0"].concat();
        let swapped = b"\x83\x01\x01\x82\x82\x6ctell/account\x61a\x82\x69door/door\x64team";
        let twice = b"\x83\x01\x01\x82\x82\x69door/door\x64team\x82\x69door/door\x64team";
        let spaces = b"\x83\x01\x01\x81\x82\x6ctell/account\x62a ";
        let code = b"\x83\x01\x01\x81\x82\x69door/door\x64TEAM";
        let unknown = b"\x83\x01\x01\x81\x82\x69door/dour\x64team";
        for bad in [more.as_slice(), swapped, twice, spaces, code, unknown, b"", b"\x83\x02\x01\x80", b"\x83\x01\x02\x80"] {
            assert!(Answers::decode(bad).is_err());
        }
        assert_eq!(Answers::decode(b"\x83\x01\x02\x80"), Err(AnswerError::Version { version: 2 }));
    }

    #[test]
    fn what_a_field_does_not_take_is_refused_and_the_old_answer_stays() {
        let mut told = answers(&[("tell", "where", "Менск"), ("door", "door", "team")]);
        assert!(matches!(told.set("tell", "where", "a\0b"), Err(AnswerError::Text { .. })));
        assert!(matches!(told.set("tell", "where", &"ў".repeat(MOST_ANSWER + 1)), Err(AnswerError::Text { .. })));
        assert_eq!(told.set("door", "door", "police"), Err(AnswerError::Code { block: "door", name: "door" }));
        assert_eq!(told.set("tell", "nothing", "a"), Err(AnswerError::Field));
        assert_eq!((told.get("tell", "where"), told.door()), (Some("Менск"), Door::Team));
        told.set("tell", "where", " \n ").unwrap();
        assert_eq!(told.get("tell", "where"), None);
        assert_eq!(format!("{told:?}"), "Answers { answered: 1, .. }");
    }
}
