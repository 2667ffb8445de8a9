//! One submission: which parts it has, who can open which, and its receipt. The policy of sealing stands here and nowhere else.
//!
//! Whatever is sent (a report, an addition, a withdrawal, a wish to be forgotten) is four parts, always all four, all of one length, so that from outside
//! nobody sees which it is, what was left empty or where much stands; and one leaf for the log:
//!
//! | part | team's door | lawyers' door | sealed deposit |
//! |---|---|---|---|
//! | triage card | any one screener | any one screener | own words (or custodians) |
//! | base | screeners, or custodians | lawyers, or custodians | own words (or custodians) |
//! | own acts | lawyers | lawyers | own words (or custodians) |
//! | contacts | custodians | custodians | own words (or custodians) |
//!
//! A file is sealed to the door of its base, with a small signed part beside it that vouches for its hash. Randomness and the day are arguments; no I/O.

use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_core::telling::{Answers, Door, FIELDS, FORM, Share};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::keylist::{KeyList, NoQuorum};
use crate::leaf::Leaf;
use crate::part::{Compartment, Cover, CoverError, Day, FileRef, PartKind, ReceiptRef, SourceKeys, SubmissionId, part_id};
use crate::quorum::{CUSTODIANS, LAWYERS, OWN_WORDS, Quorum, QuorumError, Slot, TEAM, TRIAGE};
use crate::receipt::{self, Capsule, CapsuleError, Form, FormError, Person};
use crate::sealer::{self, SealError, SealedPart, Sealer, seal};
use crate::secret::Secret;
use crate::sign::SigningKey;
use crate::size::Padding;
use crate::source::Source;
use crate::xwing::{self, PublicKey};

/// Parts of whatever is sent.
pub const PARTS: usize = 4;
/// Accounts of at most so many characters are short, and of a page.
const SHORT: usize = 500;
const PAGE: usize = 3_000;

/// Why a submission could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionError {
    /// The key list has no such quorum today.
    #[error("the key list cannot be sealed to")]
    Keys(#[source] NoQuorum),
    /// The key of the words makes no quorum.
    #[error("the words' own key cannot be sealed to")]
    OwnKey(#[source] QuorumError),
    /// A deposit that nobody could ever open.
    #[error("a deposit without words needs the custodians")]
    NobodyOpens,
    /// A cover has no room.
    #[error("a cover cannot be written")]
    Cover(#[source] CoverError),
    /// A part cannot be sealed.
    #[error("a part cannot be sealed")]
    Part(#[source] SealError),
    /// The form has no place for a field.
    #[error("the form cannot be committed to")]
    Form(#[source] FormError),
    /// The statement has no room.
    #[error("the receipt cannot be made")]
    Receipt(#[source] CapsuleError),
}

/// Under what a submission is sealed.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The accepted key list.
    pub list: &'a KeyList,
    /// Today.
    pub day: Day,
    /// The language of the form.
    pub lang: Lang,
    /// The newest checkpoint of the log that the sender saw.
    pub checkpoint: Option<Hash>,
}

/// Who sends.
#[derive(Debug, Clone, Copy)]
pub enum Sender<'a> {
    /// Somebody who has their words at hand. With a statement (which may be empty), a receipt is made.
    Words {
        /// Their keys.
        source: &'a Source,
        /// What they want to be able to prove without anybody's help.
        statement: Option<&'a str>,
    },
    /// Somebody who typed their words earlier in this visit.
    Back(&'a Back),
    /// Somebody who keeps nothing: no answer reaches them.
    OneWay,
}

/// What of the words' keys a visit needs after the words were typed: enough to send more, not enough to read an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Back {
    /// Public keys that travel with what is sent.
    pub keys: SourceKeys,
    /// To which key a deposit is sealed.
    pub deposit: PublicKey,
    voice: SigningKey,
}

/// What is needed to add files to what was just sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Follow {
    submission: SubmissionId,
    door: Door,
    deposit: Option<PublicKey>,
    voice: Option<SigningKey>,
}

/// A part before it is sealed.
struct Written {
    cover: Cover,
    content: Zeroizing<Vec<u8>>,
    /// Bytes of its plaintext without padding.
    len: u64,
}

/// A submission, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Its parts with their payloads; the first decides whether it was sent before.
    pub parts: Vec<(SealedPart, Vec<u8>)>,
    /// Its leaf for the log.
    pub leaf: Leaf,
}

impl std::fmt::Debug for Back {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Back").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follow").finish_non_exhaustive()
    }
}

/// Seals what a person sends. The same `submission` gives the same part ids, so that a double press is one submission.
///
/// # Errors
/// [`SubmissionError`]; nothing was sealed then.
pub fn submit(
    at: &Context<'_>,
    submission: SubmissionId,
    kind: PartKind,
    answers: &Answers,
    sender: Sender<'_>,
    rng: &mut impl CryptoRng,
) -> Result<(Bundle, Follow), SubmissionError> {
    let back = match sender {
        Sender::Words { source, .. } => Some(Back::of(source)),
        Sender::Back(back) => Some(back.clone()),
        Sender::OneWay => None,
    };
    let answers = with_triage(answers, at.lang);
    let (leaf, receipt) = match sender {
        Sender::Words { source, statement: Some(statement) } => receipt_of(at, &answers, source, statement, rng)?,
        _ => (Leaf::filler(rng), None),
    };
    let follow = Follow { submission, door: answers.door(), deposit: back.as_ref().map(|b| b.deposit.clone()), voice: back.as_ref().map(|b| b.voice.clone()) };
    let shares: [_; PARTS] = [
        (Share::Base, Compartment::Base),
        (Share::Triage, Compartment::Triage),
        (Share::OwnActs, Compartment::OwnActs),
        (Share::Contacts, Compartment::Contacts),
    ];
    let mut written = Vec::with_capacity(PARTS);
    for (share, compartment) in shares {
        let mut cover = follow.cover(at, kind, compartment, 0);
        if share == Share::Base {
            cover.source = back.as_ref().map(|b| b.keys.clone());
            cover.receipt.clone_from(&receipt);
        }
        written.push(follow.written(cover, &answers.of_share(share))?);
    }
    // No length says which of the four holds much.
    let longest = written.iter().map(|part| part.len).max().unwrap_or(0);
    let parts = written.iter().map(|part| follow.seal(at, part, Padding::Beside(longest), rng)).collect::<Result<_, _>>()?;
    Ok((Bundle { parts, leaf }, follow))
}

impl Back {
    /// What a visit needs of these words.
    #[must_use]
    pub fn of(source: &Source) -> Back {
        let voice = source.voice();
        let keys = SourceKeys { mailbox: source.mailbox().0, reply: source.reply().public(), voice: voice.public() };
        Back { keys, deposit: source.deposit().public(), voice }
    }

    /// Its bytes, for a page's sealed state.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let (ed25519, mldsa) = self.voice.seeds();
        Zeroizing::new([self.keys.mailbox.as_slice(), &self.keys.reply.to_bytes(), &self.deposit.to_bytes(), ed25519.expose(), mldsa.expose()].concat())
    }

    /// Reads them back; `None` if they are none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Back> {
        let (mailbox, rest) = bytes.split_first_chunk::<16>()?;
        let (reply, rest) = rest.split_at_checked(xwing::PUBLIC_LEN)?;
        let (deposit, seeds) = rest.split_at_checked(xwing::PUBLIC_LEN)?;
        let voice = voice_of(seeds)?;
        let keys = SourceKeys { mailbox: *mailbox, reply: PublicKey::from_bytes(reply).ok()?, voice: voice.public() };
        Some(Back { keys, deposit: PublicKey::from_bytes(deposit).ok()?, voice })
    }
}

impl Follow {
    /// Begins file `i` of the submission; the first bytes of its payload are appended to `out`.
    ///
    /// # Errors
    /// [`SubmissionError`] if the key list cannot be sealed to.
    pub fn file(&self, at: &Context<'_>, i: u32, rng: &mut impl CryptoRng, out: &mut Vec<u8>) -> Result<Sealer, SubmissionError> {
        let cover = self.cover(at, PartKind::File, Compartment::File, i);
        let quorums = self.quorums(at, Compartment::File)?;
        Sealer::new(&cover, &quorums.iter().collect::<Vec<_>>(), Padding::File, rng, out).map_err(SubmissionError::Part)
    }

    /// The part that vouches for file `i`: kept in one step with it.
    ///
    /// # Errors
    /// [`SubmissionError`] if its cover has no room or the key list cannot be sealed to.
    pub fn vouch(&self, at: &Context<'_>, i: u32, file: FileRef, about: &Answers, rng: &mut impl CryptoRng) -> Result<(SealedPart, Vec<u8>), SubmissionError> {
        // Part 0 of the base is what was sent first.
        let mut cover = self.cover(at, PartKind::Addition, Compartment::Base, i.saturating_add(1));
        cover.files.push(file);
        self.seal(at, &self.written(cover, &about.of_share(Share::Base))?, Padding::Text, rng)
    }

    /// The door that was chosen.
    #[must_use]
    pub fn door(&self) -> Door {
        self.door
    }

    /// Its bytes, for a page's sealed state.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let door = match self.door {
            Door::Team => 0,
            Door::Lawyers => 1,
            Door::Deposit { custodians: false } => 2,
            Door::Deposit { custodians: true } => 3,
        };
        let mut bytes = Zeroizing::new([self.submission.bytes().as_slice(), &[door]].concat());
        if let (Some(deposit), Some(voice)) = (&self.deposit, &self.voice) {
            let (ed25519, mldsa) = voice.seeds();
            for piece in [deposit.to_bytes().as_slice(), ed25519.expose(), mldsa.expose()] {
                bytes.extend_from_slice(piece);
            }
        }
        bytes
    }

    /// Reads them back; `None` if they are none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Follow> {
        let (submission, rest) = bytes.split_first_chunk::<16>()?;
        let (door, rest) = rest.split_first()?;
        let door = match door {
            0 => Door::Team,
            1 => Door::Lawyers,
            2 => Door::Deposit { custodians: false },
            3 => Door::Deposit { custodians: true },
            _ => return None,
        };
        let submission = SubmissionId::from_random(*submission);
        if rest.is_empty() {
            return Some(Follow { submission, door, deposit: None, voice: None });
        }
        let (deposit, seeds) = rest.split_at_checked(xwing::PUBLIC_LEN)?;
        Some(Follow { submission, door, deposit: Some(PublicKey::from_bytes(deposit).ok()?), voice: Some(voice_of(seeds)?) })
    }

    fn cover(&self, at: &Context<'_>, kind: PartKind, compartment: Compartment, i: u32) -> Cover {
        Cover {
            book: at.list.book,
            part: part_id(&self.submission, compartment, i),
            submission: self.submission,
            kind,
            compartment,
            form_version: FORM,
            lang: at.lang.code().to_owned(),
            day: at.day,
            list_no: at.list.no,
            source: None,
            receipt: None,
            files: Vec::new(),
            signature: None,
        }
    }

    /// Signs a cover over its content.
    fn written(&self, mut cover: Cover, answers: &Answers) -> Result<Written, SubmissionError> {
        let content = answers.encode();
        if let Some(voice) = &self.voice {
            cover.sign(voice, &Hash(Sha256::digest(&content).into())).map_err(SubmissionError::Cover)?;
        }
        let len = sealer::plain_len(&cover, content.len()).map_err(SubmissionError::Part)?;
        Ok(Written { cover, content, len })
    }

    fn seal(&self, at: &Context<'_>, part: &Written, padding: Padding, rng: &mut impl CryptoRng) -> Result<(SealedPart, Vec<u8>), SubmissionError> {
        let quorums = self.quorums(at, part.cover.compartment)?;
        seal(&part.cover, &part.content, &quorums.iter().collect::<Vec<_>>(), padding, rng).map_err(SubmissionError::Part)
    }

    /// Who opens a compartment behind this door.
    fn quorums(&self, at: &Context<'_>, compartment: Compartment) -> Result<Vec<Quorum>, SubmissionError> {
        let of = |numbers: &[_]| numbers.iter().map(|no| at.list.quorum(*no, at.day).map_err(SubmissionError::Keys)).collect::<Result<Vec<_>, _>>();
        match (self.door, compartment) {
            (Door::Deposit { custodians }, _) => {
                let own = match &self.deposit {
                    Some(key) => vec![Quorum::new(OWN_WORDS, 1, 1, vec![Slot { slot: 1, key: key.clone() }]).map_err(SubmissionError::OwnKey)?],
                    None if custodians => Vec::new(),
                    None => return Err(SubmissionError::NobodyOpens),
                };
                Ok(own.into_iter().chain(if custodians { of(&[CUSTODIANS])? } else { Vec::new() }).collect())
            }
            (_, Compartment::Triage) => of(&[TRIAGE]),
            (_, Compartment::OwnActs) => of(&[LAWYERS]),
            (_, Compartment::Contacts | Compartment::Identity) => of(&[CUSTODIANS]),
            (Door::Team, Compartment::Base | Compartment::File | Compartment::Witnesses) => of(&[TEAM, CUSTODIANS]),
            (Door::Lawyers, Compartment::Base | Compartment::File | Compartment::Witnesses) => of(&[LAWYERS, CUSTODIANS]),
        }
    }
}

/// The seeds of a voice, one after the other.
fn voice_of(seeds: &[u8]) -> Option<SigningKey> {
    let (ed25519, mldsa) = seeds.split_at_checked(32)?;
    Some(SigningKey::from_seeds(Secret::from_slice(ed25519)?, Secret::from_slice(mldsa)?))
}

/// What the screener sees: computed, so that nobody has to answer it.
fn with_triage(answers: &Answers, lang: Lang) -> Answers {
    let told = |block, name| answers.get(block, name).map_or(0, |text| text.chars().count());
    let length = match told("tell", "account").max(told("add", "text")) {
        0 => "none",
        chars if chars <= SHORT => "short",
        chars if chars <= PAGE => "page",
        _ => "long",
    };
    let yes = |holds: bool| if holds { "yes" } else { "" };
    let mut all = answers.clone();
    let card = [
        ("lang", lang.code()),
        ("length", length),
        ("minor", yes(answers.yes("tell", "minor"))),
        ("own-acts", yes(told("own", "acts") > 0)),
        ("contact", yes(told("contact", "reach") > 0)),
    ];
    for (name, answer) in card {
        // Codes of the form itself.
        let set = all.set("triage", name, answer);
        debug_assert!(set.is_ok(), "{name}");
    }
    all
}

/// The form of these answers, every field of its version among it.
///
/// # Errors
/// [`FormError`] if the form has no place for a field.
pub fn form(answers: &Answers) -> Result<Form, FormError> {
    let mut form = Form::new(FORM);
    for (field, answer) in answers.all() {
        form.field(field.block, field.name, answer)?;
    }
    debug_assert_eq!(answers.all().count(), FIELDS.len());
    Ok(form)
}

fn receipt_of(
    at: &Context<'_>,
    answers: &Answers,
    source: &Source,
    statement: &str,
    rng: &mut impl CryptoRng,
) -> Result<(Leaf, Option<ReceiptRef>), SubmissionError> {
    let nonce = receipt::nonce(rng);
    let salts_seed = source.receipt(&nonce).salts_seed;
    let roots = form(answers).map_err(SubmissionError::Form)?.roots(&salts_seed);
    let capsule = Capsule { roots, prior_checkpoint: at.checkpoint, statement: statement.to_owned() };
    let (leaf, opening) = receipt::make(source, &nonce, &capsule, Person::NOBODY).map_err(SubmissionError::Receipt)?;
    let receipt = ReceiptRef { salts_seed, fields_root: opening.fields_root, commitment: opening.commitment(), prior_checkpoint: at.checkpoint };
    Ok((leaf, Some(receipt)))
}
