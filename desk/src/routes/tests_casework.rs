//! Today, clocks, cases, tasks, custody and what falls away, as a visitor meets them.
#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_core::custody::{By, Deed, Digests, Precision, Signature};
use kniha_core::day::Day;
use kniha_core::id::NodeId;
use kniha_core::lang::Lang;
use kniha_core::time::DAY_US;
use kniha_core::value::Value;
use kniha_core::vocab::{NodeKind, property};
use kniha_store::{NewDeed, Sheet, Terms, sheet};

use crate::stage::{NOW, Stage, id};

const CASE: &str = "/cases/aibaeaqcaibaeaqcaibaeaqcai";

async fn of(stage: &Stage) -> Sheet {
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    sheet(&mut tx, &reader, id(2)).await.unwrap().unwrap()
}

async fn say(stage: &Stage, path: &str, fields: &[(&str, &str)]) -> String {
    let press = stage.press(path).await;
    let mut all = vec![("press", press.as_str())];
    all.extend(fields);
    let answer = stage.post(path.split('?').next().unwrap(), &all).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.body);
    answer.location().to_owned()
}

#[tokio::test]
async fn a_case_is_asked_doubted_and_shown_to_lack_what_it_lacks() {
    let stage = Stage::set().await;
    let empty = stage.get(CASE).await;
    assert!(empty.body.contains("which question this case") && empty.body.contains("No innocent explanation"), "{}", empty.body);
    say(&stage, &format!("{CASE}/question"), &[("words", "Who gave the order at the mill?")]).await;
    say(&stage, &format!("{CASE}/hypothesis"), &[("words", "The colonel did"), ("innocent", "")]).await;
    say(&stage, &format!("{CASE}/hypothesis?innocent=yes"), &[("words", "Nobody did: they fell"), ("innocent", "yes")]).await;
    say(&stage, &format!("{CASE}/elements"), &[("element", "torture_cat_pain"), ("element", "torture_cat_official")]).await;
    let told = of(&stage).await;
    assert_eq!((told.questions.len(), told.hypotheses.len(), told.elements.len()), (1, 2, 2));
    assert!(told.hypotheses[1].innocent && !told.hypotheses[0].innocent);
    let page = stage.get(CASE).await;
    page.check_ids();
    assert!(page.body.contains("CAT art. 1(1)") && page.body.contains("Nothing speaks for it") && page.body.contains("2 gaps"), "{}", page.body);
    assert!(!page.body.contains("No innocent explanation"));
    // Choosing them again adds nothing.
    say(&stage, &format!("{CASE}/elements"), &[("element", "torture_cat_pain")]).await;
    assert_eq!(of(&stage).await.elements.len(), 2);
    // Evidence is found and laid down, for and against.
    let element = told.elements[0].written.id.to_string();
    let form = format!("{CASE}/support?element={element}&q=mill");
    let found = stage.get(&form).await;
    assert!(found.body.contains("Gathering at the mill"), "{}", found.body);
    let claim = stage.claims(stage.incident, "incident.title").await[0].id.to_string();
    let (press, source) = (found.input("press"), stage.source.to_string());
    let lay = [("press", press.as_str()), ("element", &element)];
    for (field, value, stance) in [("claim", &claim, "for"), ("source", &source, "against"), ("claim", &claim, "for")] {
        let fields = [&lay[..], &[(field, value.as_str()), ("stance", stance)]].concat();
        assert_eq!(stage.post(&format!("{CASE}/support"), &fields).await.status, StatusCode::SEE_OTHER);
    }
    let told = of(&stage).await;
    assert_eq!(told.elements[0].support.len(), 2, "a second press adds nothing");
    let unseen = stage.hidden_claim.to_string();
    let hidden = [&lay[..], &[("claim", unseen.as_str()), ("stance", "for")]].concat();
    assert_eq!(stage.post(&format!("{CASE}/support"), &hidden).await.status, StatusCode::NOT_FOUND);
    // And taken back with a reason.
    let back = format!("{CASE}/back/{}", told.elements[0].support[0].written.id);
    let refused = stage.post(&back, &[("press", &press), ("words", " ")]).await;
    assert_eq!((refused.status, refused.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["words".to_owned()]));
    say(&stage, &back, &[("words", "another mill")]).await;
    let page = stage.get(CASE).await;
    assert!(page.body.contains("another mill") && page.body.contains("Nothing speaks for it"));
}

#[tokio::test]
async fn a_gap_becomes_a_task_with_one_press_and_only_once() {
    let stage = Stage::set().await;
    say(&stage, &format!("{CASE}/elements"), &[("element", "ill_treatment_state")]).await;
    let page = stage.get(CASE).await;
    let (press, element, words, who) = (page.input("press"), page.input("element"), page.input("words"), page.input("who"));
    let fields = [("press", press.as_str()), ("gap", "yes"), ("element", &element), ("words", &words), ("who", &who)];
    for _ in 0..2 {
        let made = stage.post(&format!("{CASE}/task"), &fields).await;
        assert_eq!(made.location(), format!("{CASE}?done=task-made#tasks"));
    }
    let page = stage.get(CASE).await;
    assert!(page.body.contains("there is a task") && page.body.matches("class=\"task\"").count() == 1, "{}", page.body);
    assert!(stage.get("/today").await.body.contains("Find what is missing"));
    // A record's gap does the same.
    let page = stage.get(&format!("/r/{}", stage.incident)).await;
    let fields = [("press", page.input("press")), ("property", page.input("property"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        assert_eq!(stage.post(&format!("/r/{}/task", stage.incident), &fields).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(stage.get(&format!("/r/{}", stage.incident)).await.body.matches("there is a task").count(), 1);
    assert_eq!(stage.get("/tasks").await.body.matches("class=\"task\"").count(), 2);
}

#[tokio::test]
async fn a_task_is_written_done_and_opened_again() {
    let stage = Stage::set().await;
    let path = format!("{CASE}/task");
    let press = stage.press(&path).await;
    let refused = stage.post(&path, &[("press", &press), ("words", ""), ("due", "tomorrow")]).await;
    assert_eq!((refused.status, refused.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["words".to_owned(), "due".to_owned()]));
    refused.check_ids();
    let tomorrow = Day::of(NOW).plus(1).to_string();
    let me = id::<kniha_core::id::MemberMark>(1).to_string();
    say(&stage, &path, &[("words", "Ask the <b>shop</b>"), ("due", &tomorrow), ("who", &me)]).await;
    let today = stage.get("/today").await;
    assert!(today.body.contains("Ask the &lt;b&gt;shop") || today.body.contains("Ask the &#60;b&#62;shop"), "{}", today.body);
    assert!(today.body.contains("1 day left"));
    let task = today.body.split("href=\"/tasks/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = format!("/tasks/{task}");
    assert_eq!(stage.post(&one, &[("act", "done"), ("said", "They kept it")]).await.location(), format!("{one}?done=task-done"));
    let page = stage.get(&one).await;
    page.check_ids();
    assert!(page.body.contains("They kept it") && page.body.contains("Done by"));
    assert!(stage.get("/today").await.body.contains("You have no open task"));
    assert!(stage.get("/tasks?show=done").await.body.contains("shop"));
    stage.post(&one, &[("act", "reopen")]).await;
    assert!(!stage.get("/today").await.body.contains("You have no open task"));
    assert_eq!(stage.post(&one, &[("act", "burn")]).await.status, StatusCode::BAD_REQUEST);
    // A task is for somebody who sees the case.
    let other = id::<kniha_core::id::MemberMark>(3).to_string();
    let press = stage.press(&path).await;
    assert_eq!(stage.post(&path, &[("press", &press), ("words", "x"), ("who", &other)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_others_changed_stands_until_it_is_seen() {
    let stage = Stage::set().await;
    let mut write = stage.desk.store.write(stage.desk.member, NOW).await.unwrap();
    write.grant(id(2), id(3)).await.unwrap();
    write.commit().await.unwrap();
    assert!(stage.get("/today").await.body.contains("Nothing new since"));
    let mut write = stage.desk.store.write(id(3), NOW).await.unwrap();
    let note = property("person.note").unwrap();
    let claim = kniha_core::claim::NewClaim::stated(id(99), stage.person, note, Value::parse(note, "seen at the mill", None).unwrap());
    write.add_claim(claim, id(2)).await.unwrap();
    write.commit().await.unwrap();
    let page = stage.get("/today").await;
    assert!(page.body.contains("1 new claim") && page.body.contains("Other") && page.body.contains("seen at the mill"), "{}", page.body);
    let (claim, event) = (page.input("claim"), page.input("event"));
    assert_eq!(stage.post("/today/seen", &[("claim", &claim), ("event", &event)]).await.location(), "/today?done=seen");
    assert!(stage.get("/today").await.body.contains("Nothing new since"));
    assert_eq!(stage.post("/today/seen", &[("claim", "x"), ("event", "1")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_access_that_ends_closes_the_case_and_stands_among_the_clocks_before() {
    let stage = Stage::set().await;
    let mut write = stage.desk.store.write(stage.desk.member, NOW).await.unwrap();
    let until = kniha_core::time::UtcMicros(NOW.0 + DAY_US);
    write.grant_under(id(2), id(1), Terms { until: Some(until), ..Terms::default() }).await.unwrap();
    write.commit().await.unwrap();
    assert!(stage.get("/clocks").await.body.contains("then the case is closed to them"));
    assert!(stage.get(CASE).await.body.contains("1 day left"));
    stage.wait(DAY_US - 1);
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    assert_eq!(kniha_store::cases(&mut tx, &reader).await.unwrap().len(), 1);
    drop(tx);
    stage.wait(1);
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    assert_eq!(kniha_store::cases(&mut tx, &reader).await.unwrap().len(), 0);
}

async fn with_exhibit(stage: &Stage) -> NodeId {
    let (exhibit, member) = (id(60), stage.desk.member);
    let mut write = stage.desk.store.write(member, NOW).await.unwrap();
    write.add_record(exhibit, NodeKind::Exhibit, id(2)).await.unwrap();
    let seen = Digests { sha256: Some([1; 32]), sha3_512: Some([2; 64]) };
    for (deed, after, precision) in [(Deed::Receive, Digests { sha3_512: None, ..seen }, Precision::Day), (Deed::Open, seen, Precision::Us)] {
        let by = By::Member(member);
        let new = NewDeed { deed, at: None, precision, by, role: "lawyer".to_owned(), reason: None, after, parent: None, operation: None, tool: None };
        let entry = write.draft_custody(exhibit, new).await.unwrap();
        write.add_custody(&entry, &Signature::new(vec![1]).unwrap()).await.unwrap();
    }
    write.commit().await.unwrap();
    exhibit
}

#[tokio::test]
async fn custody_is_told_on_the_record_and_in_full_on_its_page() {
    let stage = Stage::set().await;
    let exhibit = with_exhibit(&stage).await;
    let record = stage.get(&format!("/r/{exhibit}")).await;
    let plain = |body: &str| body.replace(['\u{2068}', '\u{2069}'], "");
    assert!(plain(&record.body).contains("it was received by Tester (lawyer).") && plain(&record.body).contains("2 entries: each follows"), "{}", record.body);
    let page = stage.get(&format!("/r/{exhibit}/custody")).await;
    page.check_ids();
    assert!(page.body.contains(&"01".repeat(32)) && page.body.contains(&"02".repeat(64)));
    assert_eq!(stage.get(&format!("/r/{}/custody", stage.hidden)).await.status, StatusCode::NOT_FOUND);
    assert!(stage.get(&format!("/r/{}/custody", stage.person)).await.body.contains("Nothing was entered"));
}

#[tokio::test]
async fn what_falls_away_is_shown_and_nothing_is_erased_by_looking() {
    let stage = Stage::set().await;
    let path = format!("/r/{}/erase", stage.source);
    let page = stage.get(&path).await;
    page.check_ids();
    assert!(page.body.contains("Report of the watch") && page.body.contains("Яна Верас") && page.body.contains("3 values are destroyed"), "{}", page.body);
    assert_eq!(stage.get(&format!("/r/{}/erase", stage.person)).await.status, StatusCode::NOT_FOUND, "a person is not a source");
    assert_eq!(stage.claims(stage.person, "person.name").await.len(), 1);
    assert!(stage.get(&format!("/r/{}", stage.source)).await.body.contains(&path));
}

#[tokio::test]
async fn a_case_that_is_not_theirs_is_nothing() {
    let stage = Stage::set().await;
    let closed = format!("/cases/{}", id::<kniha_core::id::CaseMark>(4));
    for path in ["", "/question", "/hypothesis", "/elements", "/task", "/support?element=x"] {
        assert_eq!(stage.get(&format!("{closed}{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!stage.get("/cases").await.body.contains("Closed case"));
    assert_eq!(stage.get("/tasks/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_of_casework_stands_in_every_language() {
    let stage = Stage::set().await;
    let exhibit = with_exhibit(&stage).await;
    say(&stage, &format!("{CASE}/elements"), &[("element", "torture_rs_pain")]).await;
    say(&stage, &format!("{CASE}/task"), &[("words", "Ask"), ("due", &Day::of(NOW).plus(3).to_string())]).await;
    let element = of(&stage).await.elements[0].written.id;
    let pages = [
        "/today".to_owned(),
        "/clocks".to_owned(),
        "/tasks".to_owned(),
        "/cases".to_owned(),
        CASE.to_owned(),
        format!("{CASE}/question"),
        format!("{CASE}/hypothesis"),
        format!("{CASE}/elements"),
        format!("{CASE}/task"),
        format!("{CASE}/support?element={element}&q=mill"),
        format!("{CASE}/back/{element}"),
        format!("/r/{exhibit}/custody"),
        format!("/r/{}/erase", stage.source),
    ];
    for lang in Lang::ALL {
        for path in &pages {
            let page = stage.get(&format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' })).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            page.check_ids();
            for key in ["lack-", "ends-", "custody-", "access-", "task-", "done-", "falling-"] {
                let seen = page.body.split('>').filter(|text| text.trim_start().starts_with(key)).count();
                assert_eq!(seen, 0, "{lang} {path}: a message {key}… nobody wrote");
            }
        }
    }
}
