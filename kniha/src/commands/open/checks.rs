//! What holds of the parts that were opened: the voice, the files that are vouched for, the receipt. Does no I/O.
//!
//! A part that has the source's keys was checked when it was opened; the others of its submission are checked against the voice of its base. `M` can be
//! made again only from all four parts, which no single quorum opens at the team's and lawyers' doors; `C` only with the words.

use std::collections::BTreeMap;

use kniha_core::telling::Answers;
use kniha_seal::leaf::Leaf;
use kniha_seal::part::{Compartment, PartId, ReceiptRef, SourceKeys, SubmissionId};
use kniha_seal::receipt::{Capsule, Opening, Person};
use kniha_seal::submission;

use super::holders::Holders;
use super::opening::Opened;

/// One thing that was looked at.
pub(super) struct Verdict {
    pub(super) submission: SubmissionId,
    pub(super) part: PartId,
    pub(super) what: &'static str,
    pub(super) said: String,
    /// Whether it is wrong, rather than right or not to be known.
    pub(super) bad: bool,
}

struct Looked<'o> {
    verdicts: Vec<Verdict>,
    all: &'o [Opened],
}

/// Looks at everything that was opened.
pub(super) fn of(opened: &[Opened], leaves: &[Vec<u8>], holders: &Holders) -> Vec<Verdict> {
    let mut by_submission: BTreeMap<SubmissionId, Vec<&Opened>> = BTreeMap::new();
    for part in opened {
        by_submission.entry(part.cover.submission).or_default().push(part);
    }
    let mut looked = Looked { verdicts: Vec::new(), all: opened };
    for parts in by_submission.values() {
        let base = |part: &&&Opened| part.cover.compartment == Compartment::Base && part.cover.files.is_empty();
        let source = parts.iter().filter(base).find_map(|part| part.cover.source.as_ref());
        for part in parts {
            looked.voice(part, source);
            if let Some(why) = &part.unread {
                looked.say(part, "answers", format!("cannot be read: {why}"), true);
            }
            for file in &part.cover.files {
                looked.file(part, file);
            }
        }
        for part in parts {
            if let Some(receipt) = &part.cover.receipt {
                looked.receipt(part, receipt, parts, leaves, holders);
            }
        }
    }
    looked.verdicts
}

impl Looked<'_> {
    fn say(&mut self, part: &Opened, what: &'static str, said: impl Into<String>, bad: bool) {
        self.verdicts.push(Verdict { submission: part.cover.submission, part: part.cover.part, what, said: said.into(), bad });
    }

    fn voice(&mut self, part: &Opened, source: Option<&SourceKeys>) {
        if part.cover.compartment == Compartment::File {
            let vouched = self
                .all
                .iter()
                .any(|other| other.cover.submission == part.cover.submission && other.cover.files.iter().any(|file| file.part == part.cover.part));
            if !vouched {
                self.say(part, "file", "nothing that was opened vouches for it: name and sender are not known", false);
            }
            return;
        }
        match (source, &part.cover.signature) {
            (Some(source), Some(_)) => match part.cover.verify(&source.voice, &part.content_sha256) {
                Ok(()) => self.say(part, "voice", "signed by the source of this submission", false),
                Err(_) => self.say(part, "voice", "NOT signed by the source of this submission", true),
            },
            (Some(_), None) => self.say(part, "voice", "NOT signed, though the source has a voice", true),
            (None, Some(_)) => self.say(part, "voice", "signed; whose voice it is shows with the base part", false),
            (None, None) => self.say(part, "voice", "not signed: sent one way", false),
        }
    }

    fn file(&mut self, part: &Opened, file: &kniha_seal::part::FileRef) {
        match self.all.iter().find(|other| other.cover.part == file.part) {
            None => self.say(part, "file", format!("it vouches for {}, which was not opened", file.part), false),
            Some(opened) => {
                let fits = (opened.payload_sha256, opened.content_sha256, opened.content_len) == (file.payload_sha256, file.content_sha256, file.content_len)
                    && opened.cover.compartment == Compartment::File
                    && opened.cover.submission == part.cover.submission;
                let said = if fits { "is the file that was vouched for, byte for byte" } else { "is NOT the file that was vouched for" };
                self.say(part, "file", format!("{} {said}", file.part), !fits);
            }
        }
    }

    fn receipt(&mut self, part: &Opened, receipt: &ReceiptRef, parts: &[&Opened], leaves: &[Vec<u8>], holders: &Holders) {
        let needed = [Compartment::Base, Compartment::Triage, Compartment::OwnActs, Compartment::Contacts];
        let of_report: Vec<&&Opened> = parts.iter().filter(|other| other.cover.kind == part.cover.kind && other.cover.files.is_empty()).collect();
        let missing =
            needed.iter().filter(|compartment| !of_report.iter().any(|other| other.cover.compartment == **compartment && other.answers.is_some())).count();
        if missing > 0 {
            self.say(part, "receipt M", format!("{missing} of 4 parts are not open here, so it cannot be made again"), false);
        } else {
            let mut all = Answers::new();
            of_report.iter().filter_map(|other| other.answers.as_ref()).for_each(|answers| all.join(answers));
            let same = submission::form(&all).is_ok_and(|form| form.roots(&receipt.salts_seed).fields_root() == receipt.fields_root);
            let said = if same { "made again from the answers, the same" } else { "made again from the answers, ANOTHER than the receipt's" };
            self.say(part, "receipt M", said, !same);
        }
        let leaf = leaves.iter().find_map(|leaf| match Leaf::decode(leaf) {
            Ok(Leaf::Opaque { commitment, capsule }) if commitment == receipt.commitment => Some(capsule),
            _ => None,
        });
        let Some(capsule) = leaf else {
            self.say(part, "receipt C", "its leaf is not here", false);
            return;
        };
        let Some(source) = &holders.source else {
            self.say(part, "receipt C", "its leaf is here; only the words make it again", false);
            return;
        };
        let made = Capsule::open(&source.capsule_key(), &capsule).map(|(nonce, inside)| {
            let keys = source.receipt(&nonce);
            let opening = Opening { blind: keys.blind, keys: keys.signing.public(), fields_root: inside.roots.fields_root(), person: Person::NOBODY };
            opening.commitment() == receipt.commitment && inside.roots.fields_root() == receipt.fields_root
        });
        match made {
            Ok(true) => self.say(part, "receipt C", "made again with the words, the same", false),
            // A person may be bound in it, which the words alone do not tell.
            Ok(false) => self.say(part, "receipt C", "not made again with the words alone: a person may be bound in it", false),
            Err(_) => self.say(part, "receipt C", "its capsule is NOT of these words", true),
        }
    }
}
