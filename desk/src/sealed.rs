//! Between the gate, which opens, and the book, which notes what it may note: cards that were looked at, accounts that were opened, texts that are read.
//!
//! What was opened is recorded before it is set aside, and every step can be done twice: a stop between the two loses nothing. No text goes into the book here.

use kniha_core::id::CaseId;
use kniha_core::intake::{Doorway, Kind, Length, Way};
use kniha_core::telling::Answers;
use kniha_gate::{GateError, OpenFailure, Opened, Sealed, Why};
use kniha_seal::part::{Compartment, Cover, PartId, PartKind, SubmissionId, part_id};
use kniha_store::{Card, IntakeId, IntakeOrder, IntakeQuery, IntakeRow, IntakeView, MailboxKeys, Piece, Sight, StoreError, intake, intake_of_part, intakes};

use crate::Desk;
use crate::error::PageError;
use crate::statement::taken::Taken;
use kniha_core::access::Hat;

/// Numbers of quorums in a key list (docs/formats/sealing.md).
const TEAM: u16 = 1;
pub(crate) const TRIAGE: u16 = 2;
const LAWYERS: u16 = 3;

/// Why single parts stayed closed.
pub(crate) type Failures = Vec<(PartId, OpenFailure)>;

/// An account that was read.
pub(crate) struct Told {
    /// What the book knows of it.
    pub(crate) view: IntakeView,
    /// The part that holds its text.
    pub(crate) base: PartId,
    /// What the part says of itself.
    pub(crate) cover: Cover,
    /// What was answered.
    pub(crate) content: Content,
}

/// What a part of an account holds.
pub(crate) enum Content {
    /// Answers to the form.
    Answers(Answers),
    /// What the team took down.
    Taken(Taken),
    /// A text of a folder.
    Text(String),
}

impl Content {
    /// Reads a part's content. Bytes that are neither are shown as text as far as they are one.
    pub(crate) fn of(bytes: &[u8]) -> Content {
        if let Ok(answers) = Answers::decode(bytes) {
            return Content::Answers(answers);
        }
        Taken::decode(bytes).map_or_else(|| Content::Text(String::from_utf8_lossy(bytes).into_owned()), Content::Taken)
    }

    /// The text that marks point into.
    pub(crate) fn text(&self) -> String {
        match self {
            Content::Answers(answers) => {
                let fields = [("tell", "account"), ("add", "text"), ("own", "acts"), ("withdraw", "text"), ("file", "about"), ("contact", "reach")];
                fields.iter().find_map(|(block, name)| answers.get(block, name)).unwrap_or_default().to_owned()
            }
            Content::Taken(taken) => taken.text(),
            Content::Text(text) => text.clone(),
        }
    }
}

/// Which accounts this member may see.
pub(crate) fn sight(desk: &Desk) -> Sight {
    if desk.visit.hats().is_some_and(|hats| hats.has(Hat::Opener) || hats.has(Hat::Lawyer)) { Sight::Cards } else { Sight::Cases }
}

/// A gate's refusal as a page. Whoever is here sees the account in the book: that they have no key to it is no secret.
pub(crate) fn refused(error: &GateError) -> PageError {
    match error {
        GateError::NoPart | GateError::NotInCase => PageError::NoKey,
        error => error.clone().into(),
    }
}

/// A member's number of a submission as the book writes it.
pub(crate) fn intake_of(submission: &SubmissionId) -> IntakeId {
    IntakeId::from_random(*submission.bytes())
}

/// Opens triage cards and notes what they say; those that failed stay where they are.
///
/// # Errors
/// [`GateError`] where none was opened, as a page; what the book said.
pub(crate) async fn look(desk: &Desk, parts: &[PartId]) -> Result<Result<Failures, GateError>, PageError> {
    let now = (desk.now)();
    let sealed = desk.house.sealed(now).await.map_err(|error| refused(&error))?;
    let opened = match desk.house.look(&desk.who, parts, now).await {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    let mut failures = Vec::new();
    let mut done = Vec::new();
    let mut write = desk.store.write(desk.member, now).await?;
    for (part, opened) in opened {
        match opened.map(|opened| card(&opened, &sealed)) {
            Ok(Some((card, pieces))) => {
                write.add_card(&card, &pieces).await?;
                done.push(part);
            }
            Ok(None) => failures.push((part, OpenFailure::Damaged)),
            Err(failure) => failures.push((part, failure)),
        }
    }
    write.commit().await?;
    desk.house.set_aside(&done, Compartment::Triage, now).await.map_err(|error| refused(&error))?;
    Ok(Ok(failures))
}

fn card(opened: &Opened, sealed: &[Sealed]) -> Option<(Card, Vec<Piece>)> {
    let cover = &opened.cover;
    if cover.compartment != Compartment::Triage {
        return None;
    }
    let answers = Answers::decode(&opened.content).ok()?;
    let pieces = [Compartment::Base, Compartment::Triage, Compartment::OwnActs, Compartment::Contacts].map(|compartment| {
        let part = part_id(&cover.submission, compartment, 0);
        Piece { part: *part.bytes(), compartment: code(compartment).to_owned(), nth: 0 }
    });
    let base = part_id(&cover.submission, Compartment::Base, 0);
    let doors: Vec<u16> = sealed.iter().filter(|sealed| sealed.part == base).map(|sealed| sealed.quorum.0).collect();
    let door = match doors.as_slice() {
        [] => None,
        doors if doors.contains(&TEAM) => Some(Doorway::Team),
        doors if doors.contains(&LAWYERS) => Some(Doorway::Lawyers),
        _ => Some(Doorway::Deposit),
    };
    let card = Card {
        id: intake_of(&cover.submission),
        kind: kind(cover.kind),
        way: Way::Portal,
        day: i64::from(cover.day.0),
        list_no: cover.list_no,
        lang: answers.get("triage", "lang").map_or_else(|| cover.lang.clone(), str::to_owned),
        door,
        urgent: answers.yes("triage", "urgent"),
        minor: answers.yes("triage", "minor"),
        length: answers.get("triage", "length").and_then(|length| Length::parse(length).ok()).unwrap_or(Length::None),
        own_acts: answers.yes("triage", "own-acts"),
        contact: answers.yes("triage", "contact"),
    };
    Some((card, pieces.to_vec()))
}

fn kind(kind: PartKind) -> Kind {
    match kind {
        PartKind::Report => Kind::Report,
        PartKind::Addition | PartKind::File => Kind::Addition,
        PartKind::Withdrawal => Kind::Withdrawal,
        PartKind::Deletion => Kind::Deletion,
    }
}

/// The code of a compartment in the book.
pub(crate) fn code(compartment: Compartment) -> &'static str {
    match compartment {
        Compartment::Base => "base",
        Compartment::Identity => "identity",
        Compartment::Contacts => "contacts",
        Compartment::OwnActs => "own-acts",
        Compartment::Witnesses => "witnesses",
        Compartment::File => "file",
        Compartment::Triage => "triage",
    }
}

/// Puts accounts that were opened together into their case in the book too. What the writer may not put there, a member of the case does at their next visit.
///
/// # Errors
/// What the book said.
pub(crate) async fn into_case(desk: &Desk, ids: &[IntakeId], case: CaseId) -> Result<(), PageError> {
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    for id in ids {
        match write.put_in_case(*id, sight(desk), case).await {
            Ok(_) | Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(write.commit().await?)
}

/// Accounts in no case whose parts the gate holds for a case of this member's: the second half of an opening that was cut off, or that somebody outside
/// the case agreed to.
///
/// # Errors
/// What the gate or the book said.
pub(crate) async fn catch_up(desk: &Desk, cases: &[CaseId]) -> Result<(), PageError> {
    for case in cases {
        let parts = desk.house.parts_of_case(*case).await.map_err(|error| refused(&error))?;
        let mut late = Vec::new();
        {
            let (mut tx, reader) = desk.read().await?;
            for part in parts {
                let row = intake_of_part(&mut tx, &reader, Sight::Cards, part.bytes()).await?;
                late.extend(row.filter(|row| row.case.is_none()).map(|row| row.card.id));
            }
        }
        if !late.is_empty() {
            let mut write = desk.store.write(desk.member, (desk.now)()).await?;
            for id in late {
                write.put_in_case(id, Sight::Cards, *case).await?;
            }
            write.commit().await?;
        }
    }
    Ok(())
}

/// The account as the book knows it; what the member may not see is not there.
///
/// # Errors
/// [`PageError::NotFound`], or what the book said.
pub(crate) async fn find(desk: &Desk, id: &str) -> Result<IntakeView, PageError> {
    let id = IntakeId::parse(id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    intake(&mut tx, &reader, sight(desk), id).await?.ok_or(PageError::NotFound)
}

/// The part that holds an account's text.
pub(crate) fn base(view: &IntakeView) -> Option<PartId> {
    let all = view.pieces.iter().filter(|piece| piece.compartment == "base");
    // What came through the portal is the first; of what the team takes down, the newest has everything that was said.
    let piece = if matches!(view.row.card.way, Way::Portal | Way::Folder) { all.min_by_key(|piece| piece.nth) } else { all.max_by_key(|piece| piece.nth) };
    piece.map(|piece| PartId::from_random(piece.part))
}

/// Reads an account: its log entry is written first. Notes the keys of its source and its files when they become known.
///
/// # Errors
/// The gate's refusal, for the page to explain; what the book said.
pub(crate) async fn read(desk: &Desk, mut view: IntakeView, why: Why) -> Result<Result<Told, GateError>, PageError> {
    let base = base(&view).ok_or(PageError::NotFound)?;
    let now = (desk.now)();
    let opened = match desk.house.read(&desk.who, base, why, now).await {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    // Whoever opened it for this case need not be in the case, and then leaves the record of it to its members.
    if let (None, Some(case)) = (&view.row.case, opened.case) {
        catch_up(desk, &[case]).await?;
        view = find(desk, &view.row.card.id.to_string()).await?;
    }
    let content = Content::of(&opened.content);
    let files: Vec<Piece> = (0..).zip(&opened.cover.files).map(|(nth, file)| Piece { part: *file.part.bytes(), compartment: "file".to_owned(), nth }).collect();
    let known = files.iter().all(|file| view.pieces.iter().any(|piece| piece.part == file.part));
    // Whoever told the team itself has no keys until they are given words.
    if view.row.case.is_some() && view.row.card.way == Way::Portal && (view.row.may_write.is_none() || !known) {
        let keys = opened.cover.source.as_ref().map(|source| MailboxKeys {
            mailbox: source.mailbox,
            reply_key: source.reply.to_bytes().to_vec(),
            voice_key: source.voice.bytes().to_vec(),
        });
        let may_write = match &content {
            Content::Answers(answers) => keys.is_some() && answers.get("door", "write") != Some("no"),
            _ => keys.is_some(),
        };
        let mut write = desk.store.write(desk.member, now).await?;
        write.set_keys(view.row.card.id, keys.as_ref(), may_write).await?;
        write.add_pieces(view.row.card.id, sight(desk), &files).await?;
        write.commit().await?;
    }
    Ok(Ok(Told { base, cover: opened.cover.clone(), content, view }))
}

/// Every account that can be opened and read again: the rows of one page of cards.
///
/// # Errors
/// What the book said.
pub(crate) async fn rows(desk: &Desk, query: &IntakeQuery) -> Result<(Vec<IntakeRow>, bool), PageError> {
    let (mut tx, reader) = desk.read().await?;
    Ok(intakes(&mut tx, &reader, sight(desk), query).await?)
}

/// A query of cards in no case.
pub(crate) fn waiting() -> IntakeQuery {
    IntakeQuery { waiting: true, case: None, states: Vec::new(), lang: None, door: None, urgent: false, order: IntakeOrder::Urgent, page: 0 }
}
