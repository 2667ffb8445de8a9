#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_core::value::Value;
use kniha_core::vocab::NodeKind;
use kniha_store::{IntakeId, intake, related};

use super::*;
use crate::session::Ticket;
use crate::stage::{Answer, Stage, id};
use crate::told::{USUAL, opened, together};

/// A typical account, marked: two people, a time, a place, an act.
async fn marked() -> (Stage, Ticket, IntakeId) {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    for (kind, number, words) in
        [("p", "2", "Капітан Ясень"), ("p", "3", "Яна Верас"), ("t", "1", "9.08.2020"), ("l", "1", "Вясновага моста"), ("a", "2", "біў мяне дубінкай")]
    {
        let press = stage.press(&format!("/statement/{account}?read=1")).await;
        let fields = [("press", press.as_str()), ("kind", kind), ("number", number), ("words", words)];
        assert!(stage.post(&format!("/statement/{account}/mark"), &fields).await.location().contains("done=marked"));
    }
    (stage, second, account)
}

/// What a person at the keyboard does with the page of decisions: keys that the page names, one fieldset after the other, Enter to go on.
struct Keyboard {
    presses: usize,
    fields: Vec<(String, String)>,
}

impl Keyboard {
    fn at(page: &Answer) -> Keyboard {
        let mut fields = Vec::new();
        // What stands in the form already goes with it: hidden and text inputs.
        for input in page.body.split("<input ").skip(1).map(|rest| rest.split_once('>').unwrap().0) {
            let of = |name: &str| input.split_once(&format!("{name}=\"")).map(|(_, rest)| rest.split_once('"').unwrap().0.to_owned());
            let kind = of("type").unwrap_or_default();
            if !matches!(kind.as_str(), "radio" | "checkbox" | "search") && of("name").is_some_and(|name| name != "token") {
                fields.push((of("name").unwrap(), of("value").unwrap_or_default().replace("&#34;", "\"").replace("&#39;", "'")));
            }
        }
        Keyboard { presses: 0, fields }
    }

    /// Presses keys within the n-th decision of the page, then Enter.
    fn decide(&mut self, page: &Answer, n: usize, keys: &str) {
        let decision = page
            .body
            .split("data-decide")
            .nth(n + 1)
            .unwrap()
            .split_once("</fieldset></section>")
            .map_or_else(|| page.body.split("data-decide").nth(n + 1).unwrap(), |(own, _)| own);
        for key in keys.chars() {
            let (before, _) = decision.split_once(&format!("data-choice=\"{key}\"")).unwrap_or_else(|| panic!("decision {n} has no key {key}: {decision}"));
            let input = before.rsplit_once("<input ").unwrap().1;
            let of = |name: &str| input.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0.to_owned();
            self.fields.retain(|(name, _)| *name != of("name"));
            self.fields.push((of("name"), of("value")));
            self.presses += 1;
        }
        self.presses += 1;
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

#[tokio::test]
async fn a_typical_account_is_filed_with_at_most_25_key_presses() {
    let (stage, _, account) = marked().await;
    let path = format!("/statement/{account}/file");
    let page = stage.get(&path).await;
    page.check_ids();
    let mut keys = Keyboard::at(&page);
    // Five selections are marked with one key each, `d` goes to the decisions.
    keys.presses += 5 + 1;
    keys.decide(&page, 0, "n");
    keys.decide(&page, 1, "nd");
    keys.decide(&page, 2, "1v");
    // The empty line for somebody who is not marked is passed over.
    keys.decide(&page, 4, "1");
    eprintln!("a typical account takes {} key presses", keys.presses);
    assert!(keys.presses <= 25, "{}", keys.presses);
    let filed = stage.post(&path, &keys.fields()).await;
    assert!(filed.location().contains("done=filed"), "{:?} {}", filed.problems(), filed.status);
    assert!(stage.post(&path, &keys.fields()).await.location().contains("done=already"), "the same form again");

    let (mut tx, reader) = stage.desk.read().await.unwrap();
    let row = intake(&mut tx, &reader, kniha_store::Sight::Cases, account).await.unwrap().unwrap().row;
    let statement = row.statement.unwrap();
    assert_eq!(row.state.code(), "used");
    let (claims, _) = cited(&mut tx, &reader, statement, None).await.unwrap();
    let said: Vec<(&str, Option<&str>, Option<&str>)> =
        claims.iter().rev().map(|claim| (claim.property.code.as_str(), claim.citations[0].words.as_deref(), claim.citations[0].locator.as_deref())).collect();
    let (act, time, place, yasen, yana) = ("біў мяне дубінкай", "9.08.2020", "Вясновага моста", "Капітан Ясень", "Яна Верас");
    assert_eq!(
        said.iter().map(|(property, words, _)| (*property, words.unwrap_or_default())).collect::<Vec<_>>(),
        [
            ("incident.title", act),
            ("incident.when", time),
            ("incident.date_text", time),
            ("person.name", yasen),
            ("person.name", yana),
            ("act.incident", act),
            ("act.violation", act),
            ("act.when", time),
            ("act.victim", yana),
            ("involvement.act", act),
            ("involvement.person", yasen),
            ("involvement.degree", act),
        ]
    );
    assert!(claims.iter().all(|claim| claim.status.code() == "as_stated" && claim.citations[0].source == statement));
    assert_eq!(said[0].2, Some("59–76"));
    let incident = claims.iter().find(|claim| claim.property.code == "incident.title").unwrap();
    assert_eq!(incident.value, Some(Value::Text { text: format!("Біў мяне дубінкай, {place}, {time}"), lang: None }));
    assert!(claims.iter().any(|claim| claim.subject == stage.person), "Яна Верас was in the book already");
    let (near, _) = related(&mut tx, &reader, incident.subject).await.unwrap();
    assert_eq!(near.iter().map(|tie| tie.kind).collect::<Vec<_>>(), [NodeKind::Act]);
}

#[tokio::test]
async fn what_is_in_the_book_is_proposed_by_words_time_and_place() {
    let (stage, _, account) = marked().await;
    let property = |code| kniha_core::vocab::property(code).unwrap();
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    let (place, near): (NodeId, NodeId) = (id(90), id(91));
    write.add_record(place, NodeKind::Place, id(2)).await.unwrap();
    let claims = [(92, place, "place.name", "Вясновы мост"), (93, stage.incident, "incident.when", "2020-08-09")];
    write.add_record(near, NodeKind::Incident, id(2)).await.unwrap();
    for (n, of, code, written) in claims {
        write
            .add_claim(kniha_core::claim::NewClaim::stated(id(n), of, property(code), Value::parse(property(code), written, None).unwrap()), id(2))
            .await
            .unwrap();
    }
    write.add_claim(kniha_core::claim::NewClaim::stated(id(94), near, property("incident.place"), Value::Ref(place)), id(2)).await.unwrap();
    write.commit().await.unwrap();
    let page = stage.get(&format!("/statement/{account}/file")).await;
    for (record, why) in [(stage.incident, "the same day"), (near, "the same place"), (stage.person, "the same words")] {
        let (_, rest) = page.body.split_once(&format!("value=\"{record}\"")).unwrap_or_else(|| panic!("{record} is not proposed: {}", page.body));
        assert!(rest.split_once("</label>").unwrap().0.contains(why), "{why}");
    }
    assert!(!page.body.contains("Hidden"), "another case proposes nothing");
}

#[tokio::test]
async fn what_is_not_decided_is_said_and_nothing_is_filed() {
    let (stage, _, account) = marked().await;
    let path = format!("/statement/{account}/file");
    let page = stage.get(&path).await;
    let (press, cites) = (page.input("press"), page.input("cites"));
    let base = [("press", press.as_str()), ("cites", cites.as_str())];
    for (fields, problems) in [
        (&[("act", "")][..], &["incident-0"][..]),
        (&[("incident", "new"), ("incident-title", ""), ("act", "")], &["incident-title"]),
        (&[("incident", "new"), ("incident-title", "x"), ("incident-when", "yesterday"), ("act", "new")], &["incident-when", "violation-0"]),
        (&[("incident", "new"), ("incident-title", "x"), ("p0", "new"), ("p0-name", " "), ("act", "")], &["p0-name"]),
    ] {
        let failed = stage.post(&path, &[&base, fields].concat()).await;
        assert_eq!((failed.status, failed.problems()), (StatusCode::UNPROCESSABLE_ENTITY, problems.iter().map(ToString::to_string).collect()), "{fields:?}");
        failed.check_ids();
    }
    let other = [("incident", stage.hidden.to_string()), ("act", String::new())];
    let other: Vec<(&str, &str)> = other.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(stage.post(&path, &[&base, other.as_slice()].concat()).await.status, StatusCode::NOT_FOUND, "a record of another case is none");
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    let statement = intake(&mut tx, &reader, kniha_store::Sight::Cases, account).await.unwrap().unwrap().row.statement.unwrap();
    assert_eq!(cited(&mut tx, &reader, statement, None).await.unwrap().0.len(), 0);
}

#[tokio::test]
async fn two_people_who_file_at_once_see_each_other() {
    let (stage, second, account) = marked().await;
    let path = format!("/statement/{account}/file");
    let (mine, theirs) = (stage.get(&path).await, stage.get_as(&second, &path).await);
    let form = |page: &Answer| {
        let mut keys = Keyboard::at(page);
        keys.decide(page, 0, "n");
        keys.decide(page, 4, "1");
        keys
    };
    let (a, b) = (form(&mine), form(&theirs));
    assert!(stage.post(&path, &a.fields()).await.location().contains("done=filed"));
    let later = stage.post_as(&second, &path, &b.fields()).await;
    assert!(later.body.contains("Somebody filed from this account a moment ago"), "{}", later.body);
    let mut again = b.fields();
    let cites = later.input("cites");
    again.retain(|(name, _)| *name != "cites");
    again.push(("cites", &cites));
    assert!(stage.post_as(&second, &path, &again).await.location().contains("done=filed"), "and can go on");
}
