//! What was decided becomes claims: each as stated, each with the words of the account and their place. All of it at once, or nothing.

use kniha_core::claim::{Citation, NewClaim};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::intake::Step;
use kniha_core::name::{LangTag, Name, NameKind};
use kniha_core::time::Window;
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind};
use kniha_core::{id::CaseId, text};
use kniha_store::{Sight, StoreError, Writing};

use super::{Marked, Quote};
use crate::Desk;
use crate::error::text_reason;
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::sealed::Told;

/// A record of the book, or one that is made.
enum Record {
    Known(NodeId),
    New,
}

/// What a person was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Victim,
    Witness,
    Did,
}

struct PersonDraft {
    nth: usize,
    record: Record,
    name: String,
    role: Role,
    quote: Option<Quote>,
}

/// Everything that was decided.
pub(super) struct Draft {
    incident: Record,
    title: String,
    when: Option<Window>,
    place: Option<NodeId>,
    people: Vec<PersonDraft>,
    /// The act, and what it was if it is new.
    act: Option<(Record, String)>,
}

/// The id of the first claim that a form files: whether it is there says whether the form was sent before.
pub(super) fn first(press: &Press) -> ClaimId {
    press.id("first")
}

fn record(written: &str) -> Option<Record> {
    if written == "new" { Some(Record::New) } else { NodeId::parse(written).ok().map(Record::Known) }
}

impl Draft {
    /// Reads the decisions; `None` where one is missing, which `problems` says.
    pub(super) fn read(t: Tongue, fields: &Fields, marked: &Marked, problems: &mut Problems) -> Option<Draft> {
        let incident = record(fields.get("incident"));
        if incident.is_none() {
            problems.add("incident-0", t.get("fl-incident"), t.get("f-choose"));
        }
        let title = fields.get("incident-title").trim().to_owned();
        if matches!(incident, Some(Record::New))
            && let Err(error) = text::check_line(&title)
        {
            problems.add("incident-title", t.get("fl-incident-title"), text_reason(t, &error));
        }
        let when = match fields.filled("incident-when").map(Window::parse) {
            None => None,
            Some(Ok(window)) => Some(window),
            Some(Err(_)) => {
                problems.add("incident-when", t.get("fl-incident-when"), t.get("why-window-form"));
                None
            }
        };
        let mut people = Vec::new();
        for nth in 0..super::MOST_PEOPLE {
            let field = |part: &str| format!("p{nth}-{part}");
            let Some(record) = record(fields.get(&format!("p{nth}"))) else { continue };
            let quote = marked.people.get(nth).cloned();
            let name = fields.get(&field("name")).trim().to_owned();
            if matches!(record, Record::New)
                && let Err(error) = text::check_line(&name)
            {
                problems.add(field("name"), t.get("fl-person-name"), text_reason(t, &error));
            }
            let role = match fields.get(&field("role")) {
                "victim" => Role::Victim,
                "did" => Role::Did,
                _ => Role::Witness,
            };
            people.push(PersonDraft { nth, record, name, role, quote });
        }
        let violation = fields.get("violation").to_owned();
        let act = record(fields.get("act")).map(|record| (record, violation));
        if let Some((Record::New, code)) = &act
            && vocab::list("violation").and_then(|list| list.term(code)).is_none()
        {
            problems.add("violation-0", t.get("fl-violation"), t.get("f-choose"));
        }
        Some(Draft { incident: incident?, title, when, place: NodeId::parse(fields.get("place")).ok(), people, act })
    }
}

/// Adds claims of one account to one case.
struct Filing<'w, 'a, 'd> {
    write: &'w mut Writing<'a>,
    press: &'d Press,
    marked: &'d Marked,
    case: CaseId,
    n: usize,
}

impl Filing<'_, '_, '_> {
    async fn record(&mut self, record: &Record, part: &str, kind: NodeKind) -> Result<NodeId, StoreError> {
        Ok(match record {
            Record::Known(id) => *id,
            Record::New => {
                let id = self.press.id(part);
                self.write.add_record(id, kind, self.case).await?;
                id
            }
        })
    }

    async fn claim(&mut self, subject: NodeId, property: &str, value: Value, quote: Option<&Quote>) -> Result<(), StoreError> {
        let property = vocab::property(property).ok_or(StoreError::NotFound { what: "property" })?;
        let id = if self.n == 0 { first(self.press) } else { self.press.id(&format!("claim {}", self.n)) };
        self.n += 1;
        let words = quote.map(|quote| quote.words.clone());
        let citation = Citation { words, locator: quote.map(|quote| quote.place.clone()), ..Citation::of(self.marked.statement) };
        let claim = NewClaim { citations: vec![citation], ..NewClaim::stated(id, subject, property, value) };
        self.write.add_claim(claim, self.case).await
    }
}

fn plain(text: &str) -> Value {
    Value::Text { text: text.to_owned(), lang: None }
}

/// Writes everything; the account is used then.
pub(super) async fn write(desk: &Desk, told: &Told, marked: &Marked, draft: &Draft, press: &Press) -> Result<(), StoreError> {
    let case = told.view.row.case.as_ref().ok_or(StoreError::NotFound { what: "case" })?.id;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    let mut filing = Filing { write: &mut write, press, marked, case, n: 0 };
    let (act_quote, time, place) = (marked.acts.first(), marked.times.first(), marked.places.first());

    let incident = filing.record(&draft.incident, "incident", NodeKind::Incident).await?;
    if matches!(draft.incident, Record::New) {
        filing.claim(incident, "incident.title", plain(&draft.title), act_quote.or(place).or(time)).await?;
        if let Some(window) = draft.when {
            filing.claim(incident, "incident.when", Value::Window(window), time).await?;
        }
        if let Some(time) = time {
            filing.claim(incident, "incident.date_text", plain(&time.words), Some(time)).await?;
        }
        if let Some(id) = draft.place {
            filing.claim(incident, "incident.place", Value::Ref(id), place).await?;
        }
    }

    let lang = LangTag::parse(&marked.lang).ok();
    let mut who = Vec::new();
    for person in &draft.people {
        let id = filing.record(&person.record, &format!("person {}", person.nth), NodeKind::Person).await?;
        // Also of a person that is known: this is how the account writes the name.
        let written = if matches!(person.record, Record::New) {
            person.name.clone()
        } else {
            person.quote.as_ref().map(|quote| quote.words.trim().to_owned()).unwrap_or_default()
        };
        if let Ok(name) = Name::new(&written, lang.clone(), NameKind::full()) {
            filing.claim(id, "person.name", Value::Name(name), person.quote.as_ref()).await?;
        }
        who.push((id, person));
    }

    if let Some((record, violation)) = &draft.act {
        let victims: Vec<_> = who.iter().filter(|(_, person)| person.role == Role::Victim).collect();
        // One act has one victim: as many acts as there are, one where none is named.
        for nth in 0..victims.len().max(1) {
            let known = matches!(record, Record::Known(_)) && nth == 0;
            let act = if known {
                filing.record(record, "act", NodeKind::Act).await?
            } else {
                filing.record(&Record::New, &format!("act {nth}"), NodeKind::Act).await?
            };
            if known {
                if let Some(quote) = act_quote {
                    filing.claim(act, "act.note", plain(&quote.words), Some(quote)).await?;
                }
            } else {
                filing.claim(act, "act.incident", Value::Ref(incident), act_quote).await?;
                if !violation.is_empty() {
                    filing.claim(act, "act.violation", Value::Code(violation.clone()), act_quote).await?;
                }
                if let Some(window) = draft.when {
                    filing.claim(act, "act.when", Value::Window(window), time).await?;
                }
            }
            if let Some((victim, person)) = victims.get(nth) {
                filing.claim(act, "act.victim", Value::Ref(*victim), person.quote.as_ref()).await?;
            }
            for (id, person) in who.iter().filter(|(_, person)| person.role == Role::Did) {
                let tie = filing.record(&Record::New, &format!("involvement {nth} {}", person.nth), NodeKind::Involvement).await?;
                filing.claim(tie, "involvement.act", Value::Ref(act), act_quote).await?;
                filing.claim(tie, "involvement.person", Value::Ref(*id), person.quote.as_ref()).await?;
                filing.claim(tie, "involvement.degree", Value::Code("did".to_owned()), act_quote).await?;
            }
        }
    }
    // An account whose incident was known and that names nobody and no act files its mention.
    if filing.n == 0 {
        let quote = act_quote.or(place).or(time);
        let words = quote.map_or("…", |quote| quote.words.as_str()).to_owned();
        filing.claim(incident, "incident.note", plain(&words), quote).await?;
    }
    match write.step_intake(told.view.row.card.id, Sight::Cases, Step::Use).await {
        Ok(_) | Err(StoreError::Step(_)) => {}
        Err(error) => return Err(error),
    }
    write.commit().await
}
