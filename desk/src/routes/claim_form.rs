//! Adding a claim to a record, and correcting one by adding: what a claim says, where it is from, what stands beside it.
//!
//! A correction is a new claim; the old one stays visible, taken back in the same transaction where the member says that it is wrong.

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::claim::{Move, NewClaim};
use kniha_core::id::{ClaimId, NodeId};
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property, ValueType};
use kniha_store::{ClaimView, ReadTx, Reader, RecordView, labels};

use crate::error::PageError;
use crate::fields::Fields;
use crate::form::beside::{Beside, BesideFields};
use crate::form::source::{Grounds, SourceBlock};
use crate::form::value::{Input, ValueField, as_fields};
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::page::{Frame, capital, form_page, page};
use crate::parts::link::Link;
use crate::parts::value::Shown;
use crate::parts::{Reading, mentioned};
use crate::ways::{May, Ways};
use crate::{Desk, href};

/// Why a corrected claim is taken back; the member's own words follow it.
const CORRECTED: &str = "corrected";

pub(crate) fn routes() -> Ways {
    Ways::new().get("/r/{id}/add", May::File, ask).post("/r/{id}/add", May::File, add).get("/c/{id}/correct", May::File, ask_correct).post(
        "/c/{id}/correct",
        May::File,
        correct,
    )
}

#[derive(Template)]
#[template(path = "form_property.html")]
struct PropertyPage {
    frame: Frame,
    record: Link,
    groups: Vec<(String, Vec<Way>)>,
}

/// A property that can be claimed.
struct Way {
    href: String,
    label: String,
    many: bool,
}

#[derive(Template)]
#[template(path = "form_claim.html")]
struct ClaimPage<'a> {
    frame: Frame,
    heading: String,
    record: Link,
    action: String,
    press: String,
    field: &'a ValueField,
    source: &'a SourceBlock,
    beside: &'a BesideFields,
    beside_open: bool,
    problems: &'a Problems,
    old: Option<OldClaim>,
}

/// The claim that is corrected.
struct OldClaim {
    shown: Shown,
    /// Whether it can be taken back.
    stands: bool,
    /// Whether the member says that it is wrong.
    wrong: bool,
    /// Why, in the member's words.
    reason: String,
}

/// The form of one claim as it was sent or opened.
struct Form {
    property: &'static Property,
    press: Press,
    field: ValueField,
    source: SourceBlock,
    beside: BesideFields,
}

/// What a form that is right says.
struct Draft {
    value: Value,
    beside: Beside,
    grounds: Grounds,
}

async fn ask(desk: Desk, frame: Frame, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let (mut tx, reader) = desk.read().await?;
    let record = find_record(&mut tx, &reader, &id).await?;
    if fields.filled("property").is_none() {
        let (t, link) = (frame.t, name(&mut tx, &reader, frame.t, record.id).await?);
        return page(&PropertyPage { groups: groups(t, &record, fields.filled("source")), frame: frame.titled(t.get("f-add-claim")), record: link });
    }
    let mut form = Form::read(frame.t, property_of(record.kind, &fields)?, Press::draw()?, &fields, None)?;
    form.look(&desk, &mut tx, &reader, frame.t, &fields).await?;
    show(&mut tx, &reader, frame, Sheet { record: &record, form: &form, problems: &Problems::default(), old: None }).await
}

async fn add(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let (mut tx, reader) = desk.read().await?;
    let record = find_record(&mut tx, &reader, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let mut form = Form::read(t, property_of(record.kind, &fields)?, press, &fields, None)?;
    let mut problems = Problems::default();
    if form.asks(&fields) {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        return show(&mut tx, &reader, frame, Sheet { record: &record, form: &form, problems: &problems, old: None }).await;
    }
    let Some(draft) = form.draft(&mut tx, &reader, t, &fields, &mut problems).await? else {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        return show(&mut tx, &reader, frame, Sheet { record: &record, form: &form, problems: &problems, old: None }).await;
    };
    drop(tx);
    let claim: ClaimId = press.id_with("claim", &fields);
    let source = draft.grounds.citations.last().map(|citation| citation.source.to_string()).unwrap_or_default();
    save(&desk, &record, &form, draft, claim, None).await?;
    if fields.get("act") == "save-more" {
        let next = href::with(&href::add_any(record.id), &[("done", "added"), ("source", &source)]);
        return Ok(Redirect::to(&next).into_response());
    }
    Ok(Redirect::to(&href::done(record.id, "added", claim)).into_response())
}

async fn ask_correct(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let old = find_claim(&mut tx, &reader, &id).await?;
    let record = kniha_store::record(&mut tx, &reader, old.subject).await?.ok_or(PageError::NotFound)?;
    let fields = filled_from(&old).ok_or(PageError::Erased)?;
    let mut form = Form::read(frame.t, old.property, Press::draw()?, &fields, Some(&old))?;
    form.look(&desk, &mut tx, &reader, frame.t, &fields).await?;
    let sheet = Sheet { record: &record, form: &form, problems: &Problems::default(), old: Some((&old, &fields)) };
    show(&mut tx, &reader, frame, sheet).await
}

async fn correct(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let (mut tx, reader) = desk.read().await?;
    let old = find_claim(&mut tx, &reader, &id).await?;
    let record = kniha_store::record(&mut tx, &reader, old.subject).await?.ok_or(PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let claim: ClaimId = press.id_with("claim", &fields);
    let mut form = Form::read(t, old.property, press, &fields, Some(&old))?;
    let mut problems = Problems::default();
    if form.asks(&fields) {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        let sheet = Sheet { record: &record, form: &form, problems: &problems, old: Some((&old, &fields)) };
        return show(&mut tx, &reader, frame, sheet).await;
    }
    let draft = form.draft(&mut tx, &reader, t, &fields, &mut problems).await?;
    let wrong = fields.get("old") == "wrong";
    let reason = fields.filled("old-reason").map_or_else(|| CORRECTED.to_owned(), |why| format!("{CORRECTED}: {why}"));
    if let Err(error) = kniha_core::text::check(&reason) {
        problems.add("old-reason", t.get("f-correct-reason"), crate::error::text_reason(t, &error));
    }
    let draft = draft.filter(|_| problems.is_empty());
    let Some(draft) = draft else {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        let sheet = Sheet { record: &record, form: &form, problems: &problems, old: Some((&old, &fields)) };
        return show(&mut tx, &reader, frame, sheet).await;
    };
    drop(tx);
    let taken_back = (wrong && old.stands()).then_some((old.id, reason.as_str()));
    save(&desk, &record, &form, draft, claim, taken_back).await?;
    Ok(Redirect::to(&href::done(record.id, if wrong { "corrected" } else { "added" }, claim)).into_response())
}

/// Writes the claim, its new source and the withdrawal of the old claim, all or nothing. A form that was sent before is left as it was saved.
async fn save(desk: &Desk, record: &RecordView, form: &Form, draft: Draft, id: ClaimId, old: Option<(ClaimId, &str)>) -> Result<(), PageError> {
    if desk.has_claim(id).await? {
        return Ok(());
    }
    let written = async {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        draft.grounds.make(&mut write, record.case.id, &form.press).await?;
        let claim = NewClaim { citations: draft.grounds.citations, ..NewClaim::stated(id, record.id, form.property, draft.value) };
        write.add_claim(draft.beside.put(claim), record.case.id).await?;
        if let Some((old, reason)) = old {
            write.move_claim(old, Move::Withdraw, Some(reason)).await?;
        }
        write.commit().await
    };
    match written.await {
        Ok(()) => Ok(()),
        // Two presses at once: the other one was first.
        Err(_) if desk.has_claim(id).await? => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl Form {
    fn read(t: Tongue, property: &'static Property, press: Press, fields: &Fields, old: Option<&ClaimView>) -> Result<Form, PageError> {
        let field = ValueField::read(t, "value", property, true, fields).ok_or(PageError::NotFound)?;
        let citations = old.map_or_else(Vec::new, |old| old.citations.clone());
        // A source says itself what it is called and where it is.
        let source = SourceBlock::read(t, fields, citations, property.of == NodeKind::Source);
        Ok(Form { property, press, field, source, beside: BesideFields::read(t, fields) })
    }

    /// Whether the form asks for a search instead of being saved.
    fn asks(&mut self, fields: &Fields) -> bool {
        self.source.finder.asks(fields) || self.field.finder().is_some_and(|finder| finder.asks(fields))
    }

    /// Fills in what the page offers to choose from.
    async fn look(&mut self, desk: &Desk, tx: &mut ReadTx, reader: &Reader, t: Tongue, fields: &Fields) -> Result<(), PageError> {
        let source = &mut self.source.finder;
        source.look(desk, tx, reader, t, source.asks(fields)).await?;
        if let Some(finder) = self.field.finder() {
            finder.look(desk, tx, reader, t, finder.asks(fields)).await?;
        }
        self.source.name_kept(tx, reader, t).await
    }

    /// What the form says, or what is wrong with it.
    async fn draft(&self, tx: &mut ReadTx, reader: &Reader, t: Tongue, fields: &Fields, problems: &mut Problems) -> Result<Option<Draft>, PageError> {
        let value = self.field.value(t, fields, problems);
        if let Some(Value::Ref(id)) = &value {
            check_ref(tx, reader, t, &self.field, *id, problems).await?;
        }
        let mut grounds = self.source.grounds(t, &self.press, problems);
        grounds.settle(tx, reader, t, problems).await?;
        let beside = self.beside.value(t, fields, problems);
        let (Some(value), Some(beside), true) = (value, beside, problems.is_empty()) else { return Ok(None) };
        Ok(Some(Draft { value, beside, grounds }))
    }
}

/// Whether a record that a field names is there and of the kind the field takes.
pub(crate) async fn check_ref(tx: &mut ReadTx, reader: &Reader, t: Tongue, field: &ValueField, id: NodeId, problems: &mut Problems) -> Result<(), PageError> {
    let ValueType::Ref(wanted) = field.property.value else { return Ok(()) };
    let given = labels(tx, reader, &[id]).await?.remove(&id).and_then(|label| label.kind);
    match given {
        Some(kind) if kind == wanted => {}
        Some(_) => problems.add(field.anchor(), &field.label, t.get("f-why-wrong-kind")),
        None => problems.add(field.anchor(), &field.label, t.get("f-why-not-there")),
    }
    Ok(())
}

/// What a page of this file shows beside its frame.
struct Sheet<'a> {
    record: &'a RecordView,
    form: &'a Form,
    problems: &'a Problems,
    /// The claim that is corrected, with the fields that say what becomes of it.
    old: Option<(&'a ClaimView, &'a Fields)>,
}

async fn show(tx: &mut ReadTx, reader: &Reader, frame: Frame, sheet: Sheet<'_>) -> Result<Response, PageError> {
    let Sheet { record, form, problems, old } = sheet;
    let t = frame.t;
    let link = name(tx, reader, t, record.id).await?;
    let (title, action, old) = match old {
        None => (t.with("f-add-title", &[("what", &form.field.label)]), href::add_any(record.id), None),
        Some((old, fields)) => {
            let names = labels(tx, reader, &mentioned([old])).await?;
            let reading = Reading { t, labels: &names, now: old.made, token: &frame.token };
            let shown = OldClaim {
                shown: Shown::of(&reading, old.id, old.property, old.value.as_ref()),
                stands: old.stands(),
                wrong: fields.get("old") != "stands",
                reason: fields.get("old-reason").to_owned(),
            };
            (t.with("f-correct-title", &[("what", &form.field.label)]), href::claim(old.id, "correct"), Some(shown))
        }
    };
    let html = ClaimPage {
        frame: frame.titled(problems.titled(t, &title)),
        heading: title,
        record: link,
        action,
        press: form.press.text(),
        field: &form.field,
        source: &form.source,
        beside: &form.beside,
        beside_open: form.beside.open(),
        problems,
        old,
    };
    form_page(&html, problems)
}

/// The fields of a form that repeats a claim; `None` where the value was erased or is sealed.
fn filled_from(old: &ClaimView) -> Option<Fields> {
    let value = old.value.as_ref().filter(|value| value.written().is_some())?;
    let mut fields = as_fields("value", value);
    let mut put = |name: &str, value: String| fields.push((name.to_owned(), value));
    put("held", old.held.map(|held| held.to_string()).unwrap_or_default());
    put("origin", old.origin.clone().unwrap_or_default());
    put("stance", old.stance.code().to_owned());
    put("known_to", old.known_to.code().to_owned());
    for nth in 0..old.citations.len() {
        put("keep", nth.to_string());
    }
    Some(Fields::of(fields))
}

async fn find_record(tx: &mut ReadTx, reader: &Reader, id: &str) -> Result<RecordView, PageError> {
    let id = NodeId::parse(id).map_err(|_| PageError::NotFound)?;
    kniha_store::record(tx, reader, id).await?.ok_or(PageError::NotFound)
}

async fn find_claim(tx: &mut ReadTx, reader: &Reader, id: &str) -> Result<ClaimView, PageError> {
    let id = ClaimId::parse(id).map_err(|_| PageError::NotFound)?;
    kniha_store::claim(tx, reader, id).await?.ok_or(PageError::NotFound)
}

/// A record's name as a link.
async fn name(tx: &mut ReadTx, reader: &Reader, t: Tongue, id: NodeId) -> Result<Link, PageError> {
    let label = labels(tx, reader, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Link::labelled(t, id, &label))
}

fn property_of(kind: NodeKind, fields: &Fields) -> Result<&'static Property, PageError> {
    vocab::property(fields.get("property")).filter(|property| property.of == kind).ok_or(PageError::NotFound)
}

/// The properties of a kind, grouped by what they are about.
fn groups(t: Tongue, record: &RecordView, source: Option<&str>) -> Vec<(String, Vec<Way>)> {
    const GROUPS: [&str; 6] = ["f-group-names", "f-group-when", "f-group-where", "f-group-ties", "f-group-terms", "f-group-words"];
    let group = |property: &Property| match property.value {
        ValueType::Name => 0,
        ValueType::Text if property.code.ends_with(".title") => 0,
        ValueType::Window => 1,
        ValueType::Region | ValueType::Ref(NodeKind::Place) => 2,
        ValueType::Code("place_kind") => 2,
        ValueType::Ref(_) => 3,
        ValueType::Code(_) => 4,
        _ => 5,
    };
    let mut groups: Vec<(String, Vec<Way>)> = GROUPS.iter().map(|key| (t.get(key), Vec::new())).collect();
    for property in vocab::properties(record.kind).filter(|property| property.value != ValueType::Sealed) {
        let mut query = vec![("property", property.code.as_str())];
        query.extend(source.map(|source| ("source", source)));
        let way = Way { href: href::with(&href::add_any(record.id), &query), label: capital(property.text.get(t.lang())), many: property.many };
        groups[group(property)].1.push(way);
    }
    groups.retain(|(_, ways)| !ways.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_core::claim::Status;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::stage::{Answer, Stage};

    fn path(id: NodeId) -> String {
        href::add_any(id)
    }

    async fn add(stage: &Stage, id: NodeId, press: &str, property: &str, more: &[(&str, &str)]) -> Answer {
        let source = stage.source.to_string();
        let mut fields = vec![("press", press), ("property", property)];
        if !more.iter().any(|(name, _)| name.starts_with("source")) {
            fields.push(("source", &source));
        }
        fields.extend(more);
        stage.post(&path(id), &fields).await
    }

    async fn press(stage: &Stage, id: NodeId, property: &str) -> String {
        stage.press(&href::add(id, property)).await
    }

    #[tokio::test]
    async fn a_claim_is_added_with_everything_beside_it() {
        let stage = Stage::set().await;
        let press = press(&stage, stage.incident, "incident.when").await;
        let beside =
            [("value", " ~2020-08-09T21:00..2020-08-10T03:00 "), ("held", "2020"), ("origin", "the watch"), ("stance", "against"), ("known_to", "2-5")];
        let cited = [("words", "that night"), ("locator", "p. 3"), ("accessed", "2024-03-01"), ("archived", "https://archive.example/x")];
        let answer = add(&stage, stage.incident, &press, "incident.when", &[&beside[..], &cited[..]].concat()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{:?}", answer.problems());
        let claim = stage.claims(stage.incident, "incident.when").await.pop().unwrap();
        assert_eq!(answer.location(), href::done(stage.incident, "added", claim.id));
        assert_eq!(claim.value.unwrap().written().unwrap(), "~2020-08-09T21:00..2020-08-10T03:00");
        assert_eq!((claim.held.unwrap().to_string(), claim.origin.unwrap()), ("2020".to_owned(), "the watch".to_owned()));
        assert_eq!((claim.stance.code(), claim.known_to.code(), claim.status), ("against", "2-5", Status::AsStated));
        let citation = &claim.citations[0];
        assert_eq!((citation.source, citation.words.as_deref(), citation.locator.as_deref()), (stage.source, Some("that night"), Some("p. 3")));
        assert_eq!((citation.accessed.unwrap().to_string().as_str(), citation.archived.as_deref()), ("2024-03-01", Some("https://archive.example/x")));
    }

    #[tokio::test]
    async fn pressing_twice_saves_once_and_a_changed_form_is_not_dropped() {
        let stage = Stage::set().await;
        let press = press(&stage, stage.person, "person.name").await;
        let send = async |name: &'static str| add(&stage, stage.person, &press, "person.name", &[("value", name)]).await;
        let (first, second) = tokio::join!(send("Yana Veras"), send("Yana Veras"));
        assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, second.location()));
        assert_eq!(stage.claims(stage.person, "person.name").await.len(), 2, "the stage's own and one");
        assert_ne!(send("Yana Veres").await.location(), first.location());
        assert_eq!(stage.claims(stage.person, "person.name").await.len(), 3);
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_and_everything_typed_survives() {
        let stage = Stage::set().await;
        let incident = stage.incident;
        let long = "ў".repeat(100_001);
        let unknown = NodeId::from_random([99; 16]).to_string();
        let person = stage.person.to_string();
        let hidden = stage.hidden.to_string();
        for (property, name, value, at, why) in [
            ("incident.when", "value", "2021..2020", "value", "before the start"),
            ("incident.when", "value", "9 thermidor", "value", "not a time"),
            ("incident.when", "value", "10000-01-01", "value", "not a time"),
            ("incident.where", "value", "91.5, 27.5", "value", "Latitude"),
            ("incident.where", "value", "53.9, 200", "value", "Longitude"),
            ("incident.summary", "value", "a\0b", "value", "U+0000"),
            ("incident.summary", "value", &long, "value", "100001"),
            ("incident.title", "value", "", "value", "empty"),
            ("incident.place", "value", &person, "value-find", "another kind"),
            ("incident.place", "value", &unknown, "value-find", "no such record"),
            ("incident.part_of", "value", &hidden, "value-find", "no such record"),
            ("incident.title", "source", &person, "source-find", "another kind"),
            ("incident.title", "source", "", "source-find", "but no source"),
            ("incident.title", "held", "2021..2020", "held", "before the start"),
            ("incident.reference", "value", "javascript:alert(1)", "value", "http"),
        ] {
            let press = press(&stage, incident, property).await;
            let mut fields = vec![(name, value), ("locator", "page <7> \"x\"")];
            if name != "value" {
                fields.push(("value", "A title"));
            }
            let answer = add(&stage, incident, &press, property, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{property} {name}");
            assert_eq!(answer.problems(), [at], "{property} {name}");
            assert!(answer.body.contains(why), "{property}: {:?}", answer.body.split("class=\"problem\"").nth(1));
            assert!(answer.body.contains("page &#60;7&#62; &#34;x&#34;") && answer.body.contains("Nothing was saved yet") && answer.body.contains("autofocus"));
            assert_eq!(answer.input("press"), press, "the same form, so that mending it twice is harmless");
            answer.check_ids();
        }
        assert_eq!(stage.record(incident).await.claims.len(), 1);
    }

    #[tokio::test]
    async fn words_are_kept_as_written_in_every_direction() {
        let stage = Stage::set().await;
        for words in ["\u{202e}gro.elpmaxe", "e\u{301}\u{302}\u{303}\u{304}", "שלום\nعالم", "</textarea><script>alert(1)</script>", "𐍈 😀"] {
            let press = press(&stage, stage.incident, "incident.summary").await;
            let answer = add(&stage, stage.incident, &press, "incident.summary", &[("value", words), ("value-lang", "be")]).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            let claim = stage.claims(stage.incident, "incident.summary").await.pop().unwrap();
            assert_eq!(claim.value.as_ref().unwrap().written().unwrap(), words);
            let form = stage.get(&href::claim(claim.id, "correct")).await;
            assert!(!form.body.contains("<script>alert"), "{}", form.body);
        }
    }

    #[tokio::test]
    async fn a_record_and_a_source_are_found_without_a_script() {
        let stage = Stage::set().await;
        let press = press(&stage, stage.incident, "incident.part_of").await;
        let search = [("act", "save"), ("source-find", "watch"), ("source-last", ""), ("value-find", "mill"), ("value-last", ""), ("source", "")];
        let found = add(&stage, stage.incident, &press, "incident.part_of", &search).await;
        assert_eq!((found.status, found.problems().len()), (StatusCode::OK, 0), "words that were not searched yet are searched before saving");
        let (source, incident) = (stage.source.to_string(), stage.incident.to_string());
        assert!(found.body.contains(&format!("value=\"{source}\"")) && found.body.contains(&format!("value=\"{incident}\"")), "{}", found.body);
        assert_eq!((found.input("source-last").as_str(), found.input("value-last").as_str()), ("watch", "mill"));
        found.check_ids();
        let chosen = [
            ("act", "save"),
            ("source-find", "watch"),
            ("source-last", "watch"),
            ("value-find", "mill"),
            ("value-last", "mill"),
            ("source", &source),
            ("value", &incident),
        ];
        let saved = add(&stage, stage.incident, &press, "incident.part_of", &chosen).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.problems());
        assert_eq!(stage.claims(stage.incident, "incident.part_of").await.len(), 1);
    }

    #[tokio::test]
    async fn a_source_is_made_on_the_spot_and_once() {
        let stage = Stage::set().await;
        let press = press(&stage, stage.person, "person.occupation").await;
        let send = async |value: &'static str| {
            let fields = [("value", value), ("source", ""), ("source-title", "A new report"), ("source-kind", "media"), ("act", "save-more")];
            add(&stage, stage.person, &press, "person.occupation", &fields).await
        };
        let first = send("miller").await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{:?} {}", first.problems(), first.body);
        assert_eq!(send("farrier").await.status, StatusCode::SEE_OTHER);
        let claims = stage.claims(stage.person, "person.occupation").await;
        let source = claims[0].citations[0].source;
        assert_eq!((claims.len(), claims[1].citations[0].source), (2, source), "the same new source");
        assert_eq!(stage.claims(source, "source.title").await.len(), 1);
        assert!(first.location().contains(&format!("/r/{}/add?", stage.person)) && first.location().contains(&format!("source={source}")));
        assert!(stage.get(first.location()).await.body.contains(&format!("source={source}")), "the next claim starts with this source");
    }

    #[tokio::test]
    async fn a_correction_takes_the_old_claim_back_and_keeps_it_visible() {
        let stage = Stage::set().await;
        let path = href::claim(stage.name, "correct");
        let form = stage.get(&path).await;
        form.check_ids();
        assert_eq!((form.status, form.input("value").as_str()), (StatusCode::OK, "Яна Верас"));
        assert!(form.body.contains("so it says"), "the sources of the old claim are offered");
        assert!(form.body.contains("name=\"keep\" value=\"0\" checked"), "and kept, unless their tick is taken away");
        let press = form.input("press");
        let fields = [("press", press.as_str()), ("value", "Яна Верась"), ("value-lang", "be"), ("keep", "0"), ("old", "wrong"), ("old-reason", "soft sign")];
        let saved = stage.post(&path, &fields).await;
        let again = stage.post(&path, &fields).await;
        let claims = stage.claims(stage.person, "person.name").await;
        assert_eq!((claims.len(), claims[0].status, claims[1].status), (2, Status::Withdrawn, Status::AsStated));
        assert_eq!(claims[1].citations[0].words.as_deref(), Some("so it says"));
        assert_eq!((saved.location(), again.location()), (href::done(stage.person, "corrected", claims[1].id).as_str(), saved.location()));
        let (mut tx, reader) = stage.desk.read().await.unwrap();
        let history = kniha_store::history(&mut tx, &reader, stage.person, None, 10).await.unwrap().unwrap();
        let said =
            |entry: &kniha_store::HistoryEntry| matches!(&entry.what, kniha_store::Happened::Moved { reason: Some(why), .. } if why == "corrected: soft sign");
        assert_eq!(history.entries.iter().filter(|entry| said(entry)).count(), 1);
    }

    #[tokio::test]
    async fn a_correction_may_leave_the_old_claim_standing() {
        let stage = Stage::set().await;
        let path = href::claim(stage.name, "correct");
        let press = stage.press(&path).await;
        let saved = stage.post(&path, &[("press", &press), ("value", "Y. Veras"), ("keep", "0"), ("old", "stands")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        assert!(stage.claims(stage.person, "person.name").await.iter().all(ClaimView::stands));
    }

    #[tokio::test]
    async fn a_correction_that_cannot_be_saved_takes_nothing_back() {
        let stage = Stage::set().await;
        let path = href::claim(stage.name, "correct");
        let press = stage.press(&path).await;
        let failed = stage.post(&path, &[("press", &press), ("value", ""), ("keep", "0"), ("old", "wrong"), ("old-reason", "a\u{7}")]).await;
        assert_eq!((failed.status, failed.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["value".to_owned(), "old-reason".to_owned()]));
        assert!(stage.claims(stage.person, "person.name").await[0].stands());
    }

    #[tokio::test]
    async fn what_is_not_there_and_what_may_not_be_seen_look_the_same() {
        let stage = Stage::set().await;
        let nowhere = NodeId::from_random([99; 16]);
        let (gone, hidden) = (stage.get(&path(nowhere)).await, stage.get(&path(stage.hidden)).await);
        assert_eq!((gone.status, hidden.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(gone.body.replace(&nowhere.to_string(), ""), hidden.body.replace(&stage.hidden.to_string(), ""));
        let claim = ClaimId::from_random([98; 16]);
        let (gone, hidden) = (stage.get(&href::claim(claim, "correct")).await, stage.get(&href::claim(stage.hidden_claim, "correct")).await);
        assert_eq!(gone.body.replace(&claim.to_string(), ""), hidden.body.replace(&stage.hidden_claim.to_string(), ""));
        for path in
            ["/r/x/add", "/c/x/correct", &href::add(stage.person, "unit.name"), &href::add(stage.person, "person.contact"), &href::add(stage.person, "x")]
        {
            assert_eq!(stage.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn every_property_has_its_form_in_every_language() {
        let stage = Stage::set().await;
        for (id, kind) in [(stage.person, NodeKind::Person), (stage.incident, NodeKind::Incident), (stage.source, NodeKind::Source)] {
            for lang in Lang::ALL {
                let chooser = stage.get(&format!("{}?lang={lang}", path(id))).await;
                for property in vocab::properties(kind).filter(|property| property.value != ValueType::Sealed) {
                    assert!(chooser.body.contains(&format!("property={}", property.code)), "{} is not offered", property.code);
                    let form = stage.get(&format!("{}&lang={lang}", href::add(id, &property.code))).await;
                    assert_eq!(form.status, StatusCode::OK, "{}", property.code);
                    form.check_ids();
                }
            }
        }
    }
}
