//! What is written onto the sheet of a case: a question, a hypothesis, elements that are wanted, evidence for and against, and taking any of it back.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};
use kniha_core::claim::Stance;
use kniha_core::id::{CaseId, ClaimId, NodeId};
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{Basis, EntryId, Hit, Saying, Sheet, StoreError, labels, search, sheet};

use crate::error::{PageError, text_reason};
use crate::fields::Fields;
use crate::form::{Press, Problems};
use crate::page::{Frame, Room, capital, form_page, page};
use crate::parts::link::Link;
use crate::parts::value::Shown;
use crate::parts::{Reading, cut, mentioned};
use crate::ways::{May, Ways};
use crate::{Desk, href};

/// Results that evidence is chosen from.
const HITS: usize = 30;
/// Longest query, in characters.
const MAX_QUERY: usize = 500;

pub(crate) fn routes() -> Ways {
    Ways::new()
        .get("/cases/{id}/question", May::File, ask_question)
        .post("/cases/{id}/question", May::File, say_question)
        .get("/cases/{id}/hypothesis", May::File, ask_hypothesis)
        .post("/cases/{id}/hypothesis", May::File, say_hypothesis)
        .get("/cases/{id}/elements", May::File, ask_elements)
        .post("/cases/{id}/elements", May::File, say_elements)
        .get("/cases/{id}/support", May::File, ask_support)
        .post("/cases/{id}/support", May::File, say_support)
        .get("/cases/{id}/back/{entry}", May::File, ask_back)
        .post("/cases/{id}/back/{entry}", May::File, take_back)
}

/// A page with one text to write.
#[derive(Template)]
#[template(path = "form_sheet.html")]
struct WordsPage<'a> {
    frame: Frame,
    case: (String, String),
    heading: String,
    note: String,
    /// What is taken back.
    about: Option<String>,
    label: String,
    action: String,
    press: String,
    words: String,
    /// Whether a hypothesis clears; `None` where that is not asked.
    innocent: Option<bool>,
    problems: &'a Problems,
}

/// What one text is asked for.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Question,
    Hypothesis,
    Back,
}

async fn sheet_of(desk: &Desk, id: &str) -> Result<Sheet, PageError> {
    let id = CaseId::parse(id).map_err(|_| PageError::NotFound)?;
    let (mut tx, reader) = desk.read().await?;
    sheet(&mut tx, &reader, id).await?.ok_or(PageError::NotFound)
}

fn words_page(
    frame: Frame,
    sheet: &Sheet,
    what: What,
    about: Option<(EntryId, String)>,
    fields: &Fields,
    press: &Press,
    problems: &Problems,
) -> Result<Response, PageError> {
    let t = frame.t;
    let case = href::case(sheet.case.id);
    let (heading, note, label, path) = match what {
        What::Question => ("ask-question", "ask-question-note", "case-question", "question".to_owned()),
        What::Hypothesis => ("hypothesis-add", "hypothesis-note", "hypothesis", "hypothesis".to_owned()),
        What::Back => ("take-back", "take-back-note", "f-reason", format!("back/{}", about.as_ref().map(|about| about.0.to_string()).unwrap_or_default())),
    };
    let html = WordsPage {
        heading: t.get(heading),
        note: t.get(note),
        about: about.map(|about| about.1),
        label: t.get(label),
        action: format!("{case}/{path}"),
        press: press.text(),
        words: fields.get("words").to_owned(),
        innocent: (what == What::Hypothesis).then(|| fields.get("innocent") == "yes"),
        case: (sheet.case.title.clone(), case),
        frame: frame.titled(problems.titled(t, &t.get(heading))).standing(Room::Cases),
        problems,
    };
    form_page(&html, problems)
}

async fn ask_question(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let sheet = sheet_of(&desk, &id).await?;
    let now = sheet.questions.first().map(|(_, words)| words.clone()).unwrap_or_default();
    words_page(frame, &sheet, What::Question, None, &Fields::of(vec![("words".to_owned(), now)]), &Press::draw()?, &Problems::default())
}

async fn ask_hypothesis(desk: Desk, frame: Frame, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    words_page(frame, &sheet_of(&desk, &id).await?, What::Hypothesis, None, &fields, &Press::draw()?, &Problems::default())
}

async fn say_question(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    say_words(desk, frame, id, fields, What::Question).await
}

async fn say_hypothesis(desk: Desk, frame: Frame, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    say_words(desk, frame, id, fields, What::Hypothesis).await
}

async fn say_words(desk: Desk, frame: Frame, id: String, fields: Fields, what: What) -> Result<Response, PageError> {
    let sheet = sheet_of(&desk, &id).await?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let words = fields.get("words").to_owned();
    let saying = match what {
        What::Hypothesis => Saying::Hypothesis { words, innocent: fields.get("innocent") == "yes" },
        _ => Saying::Question(words),
    };
    let case = sheet.case.id;
    let written = async {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        write.say(press.id_with("entry", &fields), case, &saying).await?;
        write.commit().await
    };
    match written.await {
        Ok(()) => Ok(Redirect::to(&format!("{}?done=sheet", href::case(case))).into_response()),
        Err(StoreError::Words { source, .. }) => {
            let mut problems = Problems::default();
            let label = if what == What::Hypothesis { "hypothesis" } else { "case-question" };
            problems.add("words", frame.t.get(label), text_reason(frame.t, &source));
            words_page(frame, &sheet, what, None, &fields, &press, &problems)
        }
        Err(error) => Err(error.into()),
    }
}

/// What an entry of the sheet says, where it stands and is there.
fn entry_words(frame: &Frame, sheet: &Sheet, entry: EntryId) -> Option<String> {
    let lang = frame.t.lang();
    let hypotheses = sheet.hypotheses.iter().map(|hypothesis| (&hypothesis.written, hypothesis.words.clone()));
    let elements = sheet.elements.iter().map(|element| (&element.written, capital(element.term.text.get(lang))));
    let support = sheet.elements.iter().flat_map(|element| {
        let of = capital(element.term.text.get(lang));
        element.support.iter().map(move |support| (&support.written, of.clone()))
    });
    let mut all = hypotheses.chain(elements).chain(support);
    all.find(|(written, _)| written.id == entry && written.withdrawn.is_none()).map(|(_, words)| words)
}

async fn ask_back(desk: Desk, frame: Frame, Path((id, entry)): Path<(String, String)>) -> Result<Response, PageError> {
    let entry = EntryId::parse(&entry).map_err(|_| PageError::NotFound)?;
    let sheet = sheet_of(&desk, &id).await?;
    let about = entry_words(&frame, &sheet, entry).ok_or(PageError::NotFound)?;
    words_page(frame, &sheet, What::Back, Some((entry, about)), &Fields::default(), &Press::draw()?, &Problems::default())
}

async fn take_back(desk: Desk, frame: Frame, Path((id, entry)): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    let entry = EntryId::parse(&entry).map_err(|_| PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let sheet = sheet_of(&desk, &id).await?;
    let done = || Ok(Redirect::to(&format!("{}?done=sheet-back", href::case(sheet.case.id))).into_response());
    // Gone already: this form's first press, or somebody faster.
    let Some(about) = entry_words(&frame, &sheet, entry) else { return done() };
    let written = async {
        let mut write = desk.store.write(desk.member, (desk.now)()).await?;
        write.take_back(press.id("back"), entry, fields.get("words")).await?;
        write.commit().await
    };
    match written.await {
        Ok(()) | Err(StoreError::NotFound { what: "entry" }) => done(),
        Err(StoreError::Words { source, .. }) => {
            let mut problems = Problems::default();
            problems.add("words", frame.t.get("f-reason"), text_reason(frame.t, &source));
            words_page(frame, &sheet, What::Back, Some((entry, about)), &fields, &press, &problems)
        }
        Err(error) => Err(error.into()),
    }
}

/// A crime or breach with its elements to choose.
struct CrimeChoice {
    title: String,
    law: String,
    /// Code, words, law, wanted already.
    elements: Vec<(String, String, String, bool)>,
}

#[derive(Template)]
#[template(path = "form_elements.html")]
struct ElementsPage {
    frame: Frame,
    case: (String, String),
    action: String,
    press: String,
    crimes: Vec<CrimeChoice>,
}

fn wanted(sheet: &Sheet) -> BTreeSet<&str> {
    sheet.elements.iter().filter(|element| element.written.withdrawn.is_none()).map(|element| element.term.code.as_str()).collect()
}

async fn ask_elements(desk: Desk, frame: Frame, Path(id): Path<String>) -> Result<Response, PageError> {
    let t = frame.t;
    let sheet = sheet_of(&desk, &id).await?;
    let wanted = wanted(&sheet);
    let terms = |list: &str| vocab::list(list).map_or(&[][..], |list| &list.terms);
    let crimes = terms("crime").iter().map(|crime| CrimeChoice {
        title: capital(crime.text.get(t.lang())),
        law: crime.source.clone().unwrap_or_default(),
        elements: terms("element")
            .iter()
            .filter(|element| element.code.starts_with(&format!("{}_", crime.code)))
            .map(|element| {
                let (words, law) = (capital(element.text.get(t.lang())), element.source.clone().unwrap_or_default());
                (element.code.clone(), words, law, wanted.contains(element.code.as_str()))
            })
            .collect(),
    });
    let case = href::case(sheet.case.id);
    page(&ElementsPage {
        crimes: crimes.collect(),
        action: format!("{case}/elements"),
        press: Press::draw()?.text(),
        frame: frame.titled(t.get("elements-add")).standing(Room::Cases),
        case: (sheet.case.title.clone(), case),
    })
}

async fn say_elements(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let sheet = sheet_of(&desk, &id).await?;
    let wanted = wanted(&sheet);
    let case = sheet.case.id;
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    for code in fields.all("element").filter(|code| !wanted.contains(code)) {
        write.say(press.id(&format!("element {code}")), case, &Saying::Element(code.to_owned())).await?;
    }
    write.commit().await?;
    Ok(Redirect::to(&format!("{}?done=sheet#elements", href::case(case))).into_response())
}

/// Something that was found and can be laid on the grid.
struct Offer {
    record: Link,
    kind: &'static str,
    /// What is sent: the name of the field, and the id.
    field: &'static str,
    value: String,
    /// The claim in words.
    words: Option<String>,
}

#[derive(Template)]
#[template(path = "form_support.html")]
struct SupportPage {
    frame: Frame,
    case: (String, String),
    action: String,
    press: String,
    element: String,
    words: String,
    law: String,
    query: String,
    offers: Vec<Offer>,
    searched: bool,
}

async fn ask_support(desk: Desk, frame: Frame, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, PageError> {
    let t = frame.t;
    let fields = Fields::parse(query.unwrap_or_default().as_bytes()).ok_or(PageError::Malformed)?;
    let entry = EntryId::parse(fields.get("element")).map_err(|_| PageError::NotFound)?;
    let sheet = sheet_of(&desk, &id).await?;
    let element = sheet.elements.iter().find(|element| element.written.id == entry && element.written.withdrawn.is_none()).ok_or(PageError::NotFound)?;
    let asked: String = fields.get("q").trim().chars().take(MAX_QUERY).collect();
    let mut offers = Vec::new();
    if !asked.is_empty() {
        let (mut tx, reader) = desk.read().await?;
        let found = search(&mut tx, &reader, &desk.store, &asked, None, HITS).await?;
        let mut ids = mentioned(found.hits.iter().filter_map(|hit| hit.claim.as_ref()));
        ids.extend(found.hits.iter().map(|hit| hit.id));
        let labels = labels(&mut tx, &reader, &ids).await?;
        let token = frame.token.clone();
        let reading = Reading { t, labels: &labels, now: (desk.now)(), token: &token };
        offers = found.hits.iter().filter_map(|hit| Offer::of(&reading, hit)).collect();
    }
    let case = href::case(sheet.case.id);
    page(&SupportPage {
        action: format!("{case}/support"),
        press: Press::draw()?.text(),
        element: entry.to_string(),
        words: capital(element.term.text.get(t.lang())),
        law: element.term.source.clone().unwrap_or_default(),
        searched: !asked.is_empty(),
        query: asked,
        offers,
        frame: frame.titled(t.get("support-add")).standing(Room::Cases),
        case: (sheet.case.title.clone(), case),
    })
}

impl Offer {
    /// A claim is laid down itself; a source that was found by its id or name as a whole. Any other record has no words to lay down.
    fn of(reading: &Reading<'_>, hit: &Hit) -> Option<Offer> {
        let t = reading.t;
        let kind = reading.labels.get(&hit.id).and_then(|label| label.kind)?;
        let (field, value, words) = match &hit.claim {
            _ if kind == NodeKind::Source => ("source", hit.id.to_string(), None),
            Some(claim) => {
                let shown = cut(&Shown::of(reading, claim.id, claim.property, claim.value.as_ref()).plain());
                ("claim", claim.id.to_string(), Some(format!("{}: {shown}", claim.property.text.get(t.lang()))))
            }
            None => return None,
        };
        Some(Offer { record: Link::to(reading, hit.id), kind: kind.text(t.lang()), field, value, words })
    }
}

async fn say_support(desk: Desk, Path(id): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let malformed = |_| PageError::Malformed;
    let case = CaseId::parse(&id).map_err(|_| PageError::NotFound)?;
    let press = Press::of(&fields).ok_or(PageError::Malformed)?;
    let element = EntryId::parse(fields.get("element")).map_err(malformed)?;
    let on = match (fields.filled("claim"), fields.filled("source")) {
        (Some(claim), None) => Basis::Claim(ClaimId::parse(claim).map_err(malformed)?),
        (None, Some(source)) => Basis::Source(NodeId::parse(source).map_err(malformed)?),
        _ => return Err(PageError::Malformed),
    };
    let stance = Stance::parse(fields.get("stance")).map_err(|_| PageError::Malformed)?;
    let part = format!("support {}{} {}", fields.get("claim"), fields.get("source"), stance.code());
    let mut write = desk.store.write(desk.member, (desk.now)()).await?;
    write.say(press.id(&part), case, &Saying::Support { element, on, stance, words: None }).await?;
    write.commit().await?;
    Ok(Redirect::to(&format!("{}?done=sheet#e-{element}", href::case(case))).into_response())
}
