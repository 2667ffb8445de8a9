//! What the three decisions propose: records of the book by the marked words, by their time and by their place; and what was chosen before, after a mistake.

use kniha_core::id::NodeId;
use kniha_core::vocab::{self, NodeKind};
use kniha_store::{Label, ListQuery, Order, ReadTx, Reader, list, search};

use super::{Choice, MOST_PEOPLE, Marked, PersonLine};
use crate::Desk;
use crate::error::PageError;
use crate::fields::Fields;
use crate::lang::Tongue;
use crate::page::capital;
use crate::parts::link::{Link, term};
use crate::statement::guess;

/// Records that one decision proposes.
const MOST: usize = 8;
/// Longest proposed title, in characters.
const TITLE: usize = 120;

/// Everything that is proposed.
pub(crate) struct Found {
    pub(crate) incidents: Vec<Choice>,
    pub(crate) title: String,
    pub(crate) when: String,
    pub(crate) places: Vec<Choice>,
    pub(crate) people: Vec<PersonLine>,
    pub(crate) acts: Vec<Choice>,
    pub(crate) violations: Vec<Choice>,
    pub(crate) more_violations: Vec<Choice>,
}

/// Proposed records, each once, with why.
type Proposals = Vec<(NodeId, String, String)>;

fn put(t: Tongue, into: &mut Proposals, id: NodeId, label: &Label, why: &str) {
    if into.len() < MOST && !into.iter().any(|(known, ..)| *known == id) {
        into.push((id, Link::labelled(t, id, label).main.text, t.get(why)));
    }
}

async fn by_words(desk: &Desk, tx: &mut ReadTx, reader: &Reader, t: Tongue, words: &str, kind: NodeKind) -> Result<Proposals, PageError> {
    let mut all = Vec::new();
    if !words.trim().is_empty() {
        let words: String = words.chars().take(300).collect();
        for hit in search(tx, reader, &desk.store, &words, Some(kind), MOST).await?.hits {
            put(t, &mut all, hit.id, &hit.label, "fl-by-words");
        }
    }
    Ok(all)
}

/// Proposes for a form that was opened or could not be filed.
pub(crate) async fn look(desk: &Desk, t: Tongue, marked: &Marked, fields: &Fields) -> Result<Found, PageError> {
    let (mut tx, reader) = desk.read().await?;
    let first = |quotes: &[super::Quote]| quotes.first().map(|quote| quote.words.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let (act, place, time) = (first(&marked.acts), first(&marked.places), first(&marked.times));
    let window = marked.times.iter().find_map(|quote| guess::window(&quote.words));
    let at = by_words(desk, &mut tx, &reader, t, &place, NodeKind::Place).await?;
    // Nearest first: same words, then same day, then same place.
    let mut incidents = by_words(desk, &mut tx, &reader, t, &format!("{act} {place}"), NodeKind::Incident).await?;
    let query = |when, at| ListQuery { kind: NodeKind::Incident, text: None, codes: Vec::new(), when, at, order: Order::Newest, after: None, limit: MOST };
    if window.is_some() {
        for row in list(&mut tx, &reader, &desk.store, &query(window, None)).await?.rows {
            put(t, &mut incidents, row.id, &row.label, "fl-by-time");
        }
    }
    if let Some((id, ..)) = at.first() {
        for row in list(&mut tx, &reader, &desk.store, &query(None, Some(*id))).await?.rows {
            put(t, &mut incidents, row.id, &row.label, "fl-by-place");
        }
    }
    let chosen = |name: &str, default: &str| if fields.has(name) { fields.get(name).to_owned() } else { default.to_owned() };
    let incident = chosen("incident", "");
    let mut acts = Vec::new();
    let of = NodeId::parse(&incident).ok().map(|id| vec![id]).unwrap_or_else(|| incidents.iter().take(3).map(|(id, ..)| *id).collect());
    for id in of {
        let query = ListQuery { kind: NodeKind::Act, ..query(None, Some(id)) };
        for row in list(&mut tx, &reader, &desk.store, &query).await?.rows {
            put(t, &mut acts, row.id, &row.label, "fl-of-incident");
        }
    }
    let mut people = Vec::new();
    for (i, quote) in marked.people.iter().enumerate() {
        let found = by_words(desk, &mut tx, &reader, t, &quote.words, NodeKind::Person).await?;
        people.push(person(t, i, Some(quote.clone()), &found, fields));
    }
    if people.len() < MOST_PEOPLE {
        people.push(person(t, people.len(), None, &Vec::new(), fields));
    }
    let title: Vec<&str> = [act.as_str(), &place, &time].into_iter().filter(|words| !words.is_empty()).collect();
    let title: String = capital(&title.join(", ")).chars().take(TITLE).collect();
    let all = vocab::list("violation").map(|list| list.terms.as_slice()).unwrap_or_default();
    let likely = guess::violations(&act, 9);
    let violation = chosen("violation", "");
    let one = |code: &str, key: String| Choice {
        words: capital(&term(t, "violation", code)),
        value: code.to_owned(),
        hint: String::new(),
        key,
        chosen: violation == code,
    };
    Ok(Found {
        incidents: choices(t, &incidents, &incident, "fl-new-incident", false),
        title: chosen("incident-title", &title),
        when: chosen("incident-when", &window.map(|window| window.to_string()).unwrap_or_default()),
        places: choices(t, &at, &chosen("place", ""), "", true),
        acts: choices(t, &acts, &chosen("act", "new"), "fl-new-act", true),
        violations: likely.iter().enumerate().map(|(i, code)| one(code, (i + 1).to_string())).collect(),
        more_violations: all.iter().filter(|term| !likely.contains(&term.code.as_str())).map(|term| one(&term.code, String::new())).collect(),
        people,
    })
}

/// Proposals as what can be chosen, with their keys, something new, and nothing.
fn choices(t: Tongue, found: &Proposals, chosen: &str, new: &str, none: bool) -> Vec<Choice> {
    let mut all: Vec<Choice> = found
        .iter()
        .enumerate()
        .map(|(i, (id, words, hint))| {
            let value = id.to_string();
            Choice { chosen: chosen == value, value, words: words.clone(), hint: hint.clone(), key: (i + 1).to_string() }
        })
        .collect();
    if !new.is_empty() {
        all.push(Choice { value: "new".to_owned(), words: t.get(new), hint: String::new(), key: "n".to_owned(), chosen: chosen == "new" });
    }
    if none {
        all.push(Choice { value: String::new(), words: t.get("fl-none"), hint: String::new(), key: "0".to_owned(), chosen: chosen.is_empty() });
    }
    all
}

fn person(t: Tongue, i: usize, quote: Option<super::Quote>, found: &Proposals, fields: &Fields) -> PersonLine {
    let name = format!("p{i}");
    let field = |part: &str| format!("{name}-{part}");
    let chosen = fields.get(&name).to_owned();
    let role = fields.get(&field("role"));
    let roles = [("victim", "v"), ("witness", "w"), ("did", "d")];
    let roles = roles.into_iter().map(|(value, key)| Choice {
        value: value.to_owned(),
        words: t.get(&format!("fl-role-{value}")),
        hint: String::new(),
        key: key.to_owned(),
        chosen: role == value,
    });
    let words = quote.as_ref().map(|quote| quote.words.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let written = if fields.has(&field("name")) { fields.get(&field("name")).to_owned() } else { words };
    PersonLine { choices: choices(t, found, &chosen, "fl-new-person", true), roles: roles.collect(), written, quote, name }
}
