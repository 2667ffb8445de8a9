//! Making a record: first its kind, then what it is called or what it ties together, and the first source.

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::claim::NewClaim;
use kniha_core::id::{CaseId, ClaimId, NodeId};
use kniha_core::value::Value;
use kniha_core::vocab::{self, NodeKind, Property};
use kniha_store::{Case, ReadTx, Reader, cases};

use super::claim_form::check_ref;
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::beside::{Beside, BesideFields};
use crate::form::source::{Grounds, SourceBlock};
use crate::form::value::{Input, ValueField};
use crate::form::{Press, Problems};
use crate::lang::Tongue;
use crate::page::{Frame, capital, form_page, page};
use crate::ways::{May, Ways};
use crate::{Desk, href};

pub(crate) fn routes() -> Ways {
    Ways::new().get("/new", May::File, choose).get("/new/{kind}", May::File, ask).post("/new/{kind}", May::File, make)
}

/// What is asked when a record is made, and whether it must be answered. More can be added to the record afterwards.
fn asked(kind: NodeKind) -> &'static [(&'static str, bool)] {
    match kind {
        NodeKind::Person => &[("person.name", true)],
        NodeKind::Unit => &[("unit.name", true), ("unit.class", false)],
        NodeKind::Incident => &[("incident.title", true), ("incident.when", false), ("incident.place", false)],
        NodeKind::Act => &[("act.violation", true), ("act.incident", false), ("act.victim", false), ("act.when", false)],
        NodeKind::Injury => &[("injury.kind", true), ("injury.person", false), ("injury.act", false), ("injury.site", false)],
        NodeKind::Place => &[("place.name", true), ("place.kind", false), ("place.where", false)],
        NodeKind::Exhibit => &[("exhibit.title", true), ("exhibit.kind", false), ("exhibit.address", false)],
        NodeKind::Source => &[("source.title", true), ("source.kind", false), ("source.address", false)],
        NodeKind::Posting => &[("posting.person", true), ("posting.unit", true), ("posting.role", false), ("posting.rank", false)],
        NodeKind::Command => &[("command.superior", true), ("command.subordinate", true), ("command.kind", false)],
        NodeKind::Positioning => &[("positioning.unit", true), ("positioning.place", true), ("positioning.kind", false)],
        NodeKind::Involvement => &[("involvement.act", true), ("involvement.person", false), ("involvement.unit", false), ("involvement.degree", true)],
    }
}

/// Kinds that tie two records together; when they did so is asked first.
fn is_tie(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Posting | NodeKind::Command | NodeKind::Positioning)
}

#[derive(Template)]
#[template(path = "form_kind.html")]
struct KindPage {
    frame: Frame,
    groups: Vec<(String, Vec<Kind>)>,
}

/// A kind of record to choose.
struct Kind {
    href: String,
    name: String,
    note: &'static str,
}

#[derive(Template)]
#[template(path = "form_record.html")]
struct RecordPage<'a> {
    frame: Frame,
    heading: String,
    note: &'static str,
    action: String,
    press: String,
    values: &'a [ValueField],
    source: &'a SourceBlock,
    beside: &'a BesideFields,
    beside_open: bool,
    /// Whether the time it held stands with the values, rather than folded away.
    tie: bool,
    cases: &'a [Case],
    case: String,
    problems: &'a Problems,
}

async fn choose(frame: Frame) -> Result<Response, PageError> {
    let (t, lang) = (frame.t, frame.t.lang());
    let kinds = |ties: bool| {
        let of = NodeKind::ALL.into_iter().filter(move |kind| (is_tie(*kind) || *kind == NodeKind::Involvement) == ties);
        of.map(|kind| Kind { href: href::new_record(kind), name: capital(kind.text(lang)), note: kind.note(lang) }).collect()
    };
    let groups = vec![(t.get("f-new-things"), kinds(false)), (t.get("f-new-ties"), kinds(true))];
    page(&KindPage { groups, frame: frame.titled(t.get("f-new-record")) })
}

/// The form as it was sent or opened.
struct Form {
    kind: NodeKind,
    press: Press,
    values: Vec<ValueField>,
    source: SourceBlock,
    beside: BesideFields,
    cases: Vec<Case>,
    case: String,
}

/// What a form that is right says.
struct Draft {
    values: Vec<(&'static Property, Value)>,
    beside: Beside,
    grounds: Grounds,
    case: CaseId,
}

async fn ask(desk: Desk, frame: Frame, Path(kind): Path<String>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let kind = NodeKind::parse(&kind).ok_or(PageError::NotFound)?;
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let (mut tx, reader) = desk.read().await?;
    let mut form = Form::read(&mut tx, &reader, frame.t, kind, Press::draw()?, &fields).await?;
    form.look(&desk, &mut tx, &reader, frame.t, &fields).await?;
    show(frame, &form, &Problems::default())
}

async fn make(desk: Desk, frame: Frame, Path(kind): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let t = frame.t;
    let kind = NodeKind::parse(&kind).ok_or(PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let (mut tx, reader) = desk.read().await?;
    let mut form = Form::read(&mut tx, &reader, t, kind, press, &fields).await?;
    let mut problems = Problems::default();
    if form.asks(&fields) {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        return show(frame, &form, &problems);
    }
    let Some(draft) = form.draft(&mut tx, &reader, t, &fields, &mut problems).await? else {
        form.look(&desk, &mut tx, &reader, t, &fields).await?;
        return show(frame, &form, &problems);
    };
    drop(tx);
    let (record, first) = (press.id("record"), press.id_with("claim 0", &fields));
    save(&desk, &form, draft, record, &fields).await?;
    // Where the record was made by this form before it was changed, its claims are others: nothing of the change is saved, and that is said.
    let done = if desk.has_claim(first).await? { "made" } else { "made-before" };
    Ok(Redirect::to(&href::done(record, done, first)).into_response())
}

/// Writes the record with its claims and its new source, all or nothing. A record that this form made before stays as it is.
async fn save(desk: &Desk, form: &Form, draft: Draft, record: NodeId, fields: &Fields) -> Result<(), PageError> {
    if desk.has_record(record).await? {
        return Ok(());
    }
    let written = async {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        draft.grounds.make(&mut write, draft.case, &form.press).await?;
        write.add_record(record, form.kind, draft.case).await?;
        for (nth, (property, value)) in draft.values.into_iter().enumerate() {
            let id: ClaimId = form.press.id_with(&format!("claim {nth}"), fields);
            let claim = NewClaim { citations: draft.grounds.citations.clone(), ..NewClaim::stated(id, record, property, value) };
            write.add_claim(draft.beside.put(claim), draft.case).await?;
        }
        write.commit().await
    };
    match written.await {
        Ok(()) => Ok(()),
        // Two presses at once: the other one was first.
        Err(_) if desk.has_record(record).await? => Ok(()),
        Err(error) => Err(error.into()),
    }
}

impl Form {
    async fn read(tx: &mut ReadTx, reader: &Reader, t: Tongue, kind: NodeKind, press: Press, fields: &Fields) -> Result<Form, PageError> {
        let value = |(code, required): &(&'static str, bool)| ValueField::read(t, code, vocab::property(code)?, *required, fields);
        let cases = cases(tx, reader).await?;
        let first = cases.first().map(|case| case.id.to_string()).unwrap_or_default();
        Ok(Form {
            kind,
            press,
            values: asked(kind).iter().filter_map(value).collect(),
            source: SourceBlock::read(t, fields, Vec::new(), kind == NodeKind::Source),
            beside: BesideFields::read(t, fields),
            cases,
            case: fields.filled("case").map_or(first, str::to_owned),
        })
    }

    fn asks(&mut self, fields: &Fields) -> bool {
        self.source.finder.asks(fields) || self.values.iter_mut().filter_map(ValueField::finder).any(|finder| finder.asks(fields))
    }

    async fn look(&mut self, desk: &Desk, tx: &mut ReadTx, reader: &Reader, t: Tongue, fields: &Fields) -> Result<(), PageError> {
        let finders = self.values.iter_mut().filter_map(ValueField::finder).chain([&mut self.source.finder]);
        for finder in finders {
            finder.look(desk, tx, reader, t, finder.asks(fields)).await?;
        }
        Ok(())
    }

    async fn draft(&self, tx: &mut ReadTx, reader: &Reader, t: Tongue, fields: &Fields, problems: &mut Problems) -> Result<Option<Draft>, PageError> {
        let mut values = Vec::new();
        for field in &self.values {
            let Some(value) = field.value(t, fields, problems) else { continue };
            if let Value::Ref(id) = value {
                check_ref(tx, reader, t, field, id, problems).await?;
            }
            values.push((field.property, value));
        }
        let names = |code: &str| values.iter().any(|(property, _)| property.code == code);
        if self.kind == NodeKind::Involvement && problems.is_empty() && !names("involvement.person") && !names("involvement.unit") {
            let label = vocab::property("involvement.person").map_or_else(String::new, |property| capital(property.text.get(t.lang())));
            problems.add("involvement.person-find", label, t.get("f-why-nobody-involved"));
        }
        let mut grounds = self.source.grounds(t, &self.press, problems);
        grounds.settle(tx, reader, t, problems).await?;
        let beside = self.beside.value(t, fields, problems);
        let case = self.cases.iter().find(|case| case.id.to_string() == self.case).map(|case| case.id);
        if case.is_none() {
            problems.add("case", t.get("f-case"), t.get("why-code"));
        }
        let (Some(case), Some(beside), true) = (case, beside, problems.is_empty()) else { return Ok(None) };
        Ok(Some(Draft { values, beside, grounds, case }))
    }
}

fn show(frame: Frame, form: &Form, problems: &Problems) -> Result<Response, PageError> {
    let t = frame.t;
    let heading = t.with("f-new-title", &[("kind", form.kind.text(t.lang()))]);
    let html = RecordPage {
        frame: frame.titled(problems.titled(t, &heading)),
        heading,
        note: form.kind.note(t.lang()),
        action: href::new_record(form.kind),
        press: form.press.text(),
        values: &form.values,
        source: &form.source,
        beside: &form.beside,
        beside_open: form.beside.open(),
        tie: is_tie(form.kind),
        cases: &form.cases,
        case: form.case.clone(),
        problems,
    };
    form_page(&html, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use axum::http::StatusCode;
    use kniha_core::lang::Lang;

    use super::*;
    use crate::stage::Stage;

    #[tokio::test]
    async fn a_person_is_made_with_a_name_and_a_source() {
        let stage = Stage::set().await;
        let press = stage.press("/new/person").await;
        let source = stage.source.to_string();
        let fields = [("press", press.as_str()), ("person.name", "Уладзь"), ("person.name-lang", "be"), ("source", &source)];
        let saved = stage.post("/new/person", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.problems());
        let again = stage.post("/new/person", &fields).await;
        assert_eq!(saved.location(), again.location());
        let id = NodeId::parse(&saved.location()[3..29]).unwrap();
        let record = stage.record(id).await;
        assert_eq!((record.kind, record.claims.len(), record.claims[0].citations[0].source), (NodeKind::Person, 1, stage.source));
        assert_eq!(saved.location(), href::done(id, "made", record.claims[0].id));
        let changed = [("press", press.as_str()), ("person.name", "Уладзіслаў"), ("source", &source)];
        let changed = stage.post("/new/person", &changed).await;
        assert!(changed.location().starts_with(&format!("/r/{id}?done=made-before")), "one form makes one record, and says what became of the change");
        assert_eq!(stage.record(id).await.claims.len(), 1);
    }

    #[tokio::test]
    async fn two_presses_at_once_make_one_record() {
        let stage = Stage::set().await;
        let press = stage.press("/new/source").await;
        let fields = [("press", press.as_str()), ("source.title", "Mill ledger")];
        let (a, b) = tokio::join!(stage.post("/new/source", &fields), stage.post("/new/source", &fields));
        assert_eq!((a.status, a.location()), (StatusCode::SEE_OTHER, b.location()), "{}", b.body);
    }

    #[tokio::test]
    async fn a_tie_holds_its_time_on_each_of_its_claims() {
        let stage = Stage::set().await;
        let source = stage.source.to_string();
        let press = stage.press("/new/unit").await;
        let unit = stage.post("/new/unit", &[("press", &press), ("unit.name", "Mill watch"), ("source", &source)]).await;
        let unit = unit.location()[3..29].to_owned();
        let person = stage.person.to_string();
        let open = stage.get(&format!("/new/posting?posting.person={person}")).await;
        assert!(open.body.contains("Яна Верас"), "the link of a person's page fills the person in");
        let press = open.input("press");
        let fields = [
            ("press", press.as_str()),
            ("posting.person", &person),
            ("posting.unit", &unit),
            ("posting.role", "guard"),
            ("held", "2018..2020"),
            ("source", &source),
        ];
        let saved = stage.post("/new/posting", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.problems());
        let record = stage.record(NodeId::parse(&saved.location()[3..29]).unwrap()).await;
        assert_eq!(record.claims.len(), 3);
        assert!(record.claims.iter().all(|claim| claim.held.is_some_and(|held| held.to_string() == "2018..2020")));
    }

    #[tokio::test]
    async fn what_is_missing_is_said_and_nothing_is_made() {
        let stage = Stage::set().await;
        let source = stage.source.to_string();
        let person = stage.person.to_string();
        for (kind, fields, problems) in [
            ("person", &[("person.name", ""), ("source", source.as_str())][..], &["person.name"][..]),
            ("person", &[("person.name", "a\0")], &["person.name", "source-find"]),
            ("person", &[("person.name", "x"), ("source", &source), ("case", "zz")], &["case"]),
            ("unit", &[("unit.name", "x"), ("unit.class", "no_such"), ("source", &source)], &["unit.class"]),
            ("posting", &[("posting.person", &person), ("source", &source), ("held", "2021..2020")], &["posting.unit-find", "held"]),
            (
                "command",
                &[("command.superior", &person), ("command.subordinate", "zz"), ("source", &source)],
                &["command.superior-find", "command.subordinate-find"],
            ),
        ] {
            let path = format!("/new/{kind}");
            let press = stage.press(&path).await;
            let failed = stage.post(&path, &[&[("press", press.as_str())], fields].concat()).await;
            assert_eq!((failed.status, failed.problems()), (StatusCode::UNPROCESSABLE_ENTITY, problems.iter().map(ToString::to_string).collect()), "{kind}");
            failed.check_ids();
        }
        let (mut tx, reader) = stage.desk.read().await.unwrap();
        let made = kniha_store::counts(&mut tx, &reader).await.unwrap();
        let people = made.iter().find(|(kind, _)| *kind == NodeKind::Person).unwrap().1;
        assert_eq!(people, kniha_store::Count::Exactly(1));
    }

    #[tokio::test]
    async fn an_involvement_names_somebody() {
        let stage = Stage::set().await;
        let source = stage.source.to_string();
        let press = stage.press("/new/act").await;
        let act = stage.post("/new/act", &[("press", &press), ("act.violation", "torture"), ("source", &source)]).await;
        let act = act.location()[3..29].to_owned();
        let press = stage.press("/new/involvement").await;
        let degree = vocab::list("degree").unwrap().terms[0].code.as_str();
        let fields = [("press", press.as_str()), ("involvement.act", &act), ("involvement.degree", degree), ("source", &source)];
        assert_eq!(stage.post("/new/involvement", &fields).await.problems(), ["involvement.person-find"]);
    }

    #[tokio::test]
    async fn every_kind_has_its_form_in_every_language() {
        let stage = Stage::set().await;
        for lang in Lang::ALL {
            let chooser = stage.get(&format!("/new?lang={lang}")).await;
            for kind in NodeKind::ALL {
                let path = href::new_record(kind);
                assert!(chooser.body.contains(&format!("href=\"{path}\"")), "{path}");
                let form = stage.get(&format!("{path}?lang={lang}")).await;
                assert_eq!(form.status, StatusCode::OK, "{path}");
                form.check_ids();
                assert!(asked(kind).iter().all(|(code, _)| vocab::property(code).is_some_and(|property| property.of == kind)), "{path}");
            }
        }
        assert_eq!(stage.get("/new/ghost").await.status, StatusCode::NOT_FOUND);
    }
}
