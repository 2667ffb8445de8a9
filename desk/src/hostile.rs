//! What somebody hostile at the door or inside sends: words by the thousand, a crowd at once, forms and codes a second time, tokens of other sessions.

#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_gate::Why;
use kniha_seal::part::Compartment;

use crate::cast;
use crate::session::IDLE_US;
use crate::stage::{Answer, Stage, id};

/// Eight words of the list that open nothing.
const WRONG: &str = "abandon ability able about above absent absorb abstract";

async fn sign_in(stage: &Stage, login: &str, words: &str, code: &str) -> Answer {
    stage.post("/sign-in", &[("login", login), ("passphrase", words), ("code", code)]).await
}

#[tokio::test]
async fn wrong_words_a_thousand_times_are_tried_five_times() {
    let stage = Stage::set().await.visited_by_nobody();
    let mut waits = 0;
    for _ in 0..1_000 {
        let answer = sign_in(&stage, "operator", WRONG, "000000").await;
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS => waits += 1,
            status => assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY),
        }
    }
    let tried = stage.rooms.house().wrong_tries(0).await.unwrap();
    assert_eq!((waits, tried.len(), tried[0].times, tried[0].who), (995, 1, 5, id(36)));
    // Nobody else is kept out by it, and the member themselves not for long.
    assert_eq!(sign_in(&stage, "auditor", cast::words(), &cast::code(stage.now())).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&stage, "operator", cast::words(), &cast::code(stage.now())).await.status, StatusCode::TOO_MANY_REQUESTS);
    stage.wait(15 * 60 * 1_000_000);
    assert_eq!(sign_in(&stage, "operator", cast::words(), &cast::code(stage.now())).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_crowd_at_the_door_a_few_wait_and_the_others_are_told_to_come_back() {
    let stage = std::sync::Arc::new(Stage::set().await.visited_by_nobody());
    let one = |n: usize| {
        let stage = std::sync::Arc::clone(&stage);
        tokio::spawn(async move { sign_in(&stage, &format!("nobody{n}"), WRONG, "").await.status })
    };
    let all: Vec<_> = (0..60).map(one).collect();
    let mut tried = 0;
    for answer in all {
        match answer.await.unwrap() {
            // A machine that does other things too breaks some of them off.
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::SERVICE_UNAVAILABLE => tried += 1,
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    // Sixteen wait at most; as many more can come in their place as were done meanwhile.
    assert!((1..=24).contains(&tried), "{tried} of 60 took memory and time");
}

#[tokio::test]
async fn a_code_that_was_seen_lets_nobody_in_a_second_time() {
    let stage = Stage::set().await.visited_by_nobody();
    let code = cast::code(stage.now());
    assert_eq!(sign_in(&stage, "lawyer", cast::words(), &code).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&stage, "lawyer", cast::words(), &code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&stage, "lawyer", cast::words(), "").await.problems(), ["code"]);
}

#[tokio::test]
async fn a_form_is_taken_in_the_session_that_it_was_shown_in() {
    let stage = Stage::set().await;
    let other = stage.ticket_of(id(1)).await;
    let path = format!("/c/{}/accept", stage.name);
    for token in [other.form().text(), stage.rooms.door().text(), String::new(), stage.token().to_lowercase()] {
        let body = crate::stage::form(&[("token", &token)]);
        assert_eq!(stage.post_raw(&path, body, &[("origin", crate::stage::ORIGIN)]).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(stage.claims(stage.person, "person.name").await[0].status.code(), "as_stated");
    // And not after it, also by whoever stole the cookie.
    stage.wait(IDLE_US + 1);
    assert_eq!(stage.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_second_factor_is_not_replaced_by_whoever_finds_an_open_desk() {
    let stage = Stage::set().await;
    stage.wait(11 * 60 * 1_000_000);
    let page = stage.get("/me/code").await;
    page.check_ids();
    let secret = page.input("secret");
    let code = format!("{:06}", kniha_gate::code_at(&kniha_gate::TotpSecret::parse(&secret).unwrap(), stage.now()).0);
    let refused = stage.post("/me/code", &[("secret", &secret), ("first", &code)]).await;
    assert_eq!((refused.status, refused.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["passphrase".to_owned()]));
    let own = cast::code(stage.now());
    let taken = stage.post("/me/code", &[("secret", &secret), ("first", &code), ("passphrase", cast::words()), ("code", &own)]).await;
    assert_eq!(taken.location(), "/?done=code-made", "{}", taken.body);
}

#[tokio::test]
async fn the_first_factor_is_made_with_its_own_code_and_opens_the_house() {
    let stage = Stage::set().await.visited_by(id(cast::NO_CODE)).await;
    let page = stage.get("/me/code").await;
    page.check_ids();
    let secret = page.input("secret");
    let right = format!("{:06}", kniha_gate::code_at(&kniha_gate::TotpSecret::parse(&secret).unwrap(), stage.now()).0);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let again = stage.post("/me/code", &[("secret", &secret), ("first", wrong)]).await;
    assert_eq!((again.problems(), again.input("secret")), (vec!["first".to_owned()], secret.clone()), "the same secret, once");
    assert_eq!(stage.get("/keys").await.location(), "/me/code");
    assert_eq!(stage.post("/me/code", &[("secret", &secret), ("first", &right)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.get("/keys").await.status, StatusCode::OK);
}

/// The investigator and lawyer of the stage keeps an account and reads it twice.
async fn reads(stage: &Stage) -> kniha_seal::part::PartId {
    let (house, reader, now) = (stage.rooms.house(), cast::present(stage.rooms.house(), id(1)).await, stage.now());
    house.case_begin(&reader, id(2), now).await.unwrap();
    let part = house.keep(&reader, id(2), Compartment::Base, "be", "што я бачыў".as_bytes(), now).await.unwrap();
    for why in [Why::Read, Why::Answer] {
        house.read(&reader, part, why, now).await.unwrap();
    }
    part
}

#[tokio::test]
async fn an_auditor_sees_who_read_what_and_why_and_no_content() {
    let stage = Stage::set().await.visited_by(id(35)).await;
    let empty = stage.get("/watch").await;
    empty.check_ids();
    assert!(empty.body.contains("<html lang=\"en\" class=\"watch\">") && empty.body.contains("Nothing was read yet"));
    let part = reads(&stage).await;
    let page = stage.get("/watch").await;
    page.check_ids();
    assert!(page.body.contains("Entries 1 to \u{2068}2\u{2069} unbroken."), "{}", page.body);
    for said in ["<bdi>tester</bdi>", "<td>Account</td>", "<td>reading</td>", "<td>answering</td>", &part.to_string(), &id::<()>(2).to_string()] {
        assert!(page.body.contains(said), "{said}");
    }
    assert!(page.body.contains("\u{2068}1\u{2069} of \u{2068}40\u{2069}"), "read twice within twelve hours, counted once");
    assert!(!page.body.contains("бачыў"));
    assert_eq!(stage.post("/watch/note", &[]).await.location(), "/watch?done=noted");
    assert!(stage.get("/watch").await.body.contains("Signed by <bdi>auditor</bdi>: 2"));
    let table = stage.get(&format!("/watch/opened/{}", id::<()>(1))).await;
    let lines: Vec<&str> = table.body.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "entry,at,part,compartment,case,why"));
    assert!(lines[1].starts_with("1,2030-03-17T") && lines[1].ends_with(&format!(",{part},account,{},read", id::<()>(2))), "{}", lines[1]);
    assert!(table.headers.get("content-disposition").unwrap().to_str().unwrap().starts_with("attachment"));
    assert_eq!(stage.get(&format!("/watch/opened/{}", id::<()>(32))).await.body.lines().count(), 1);
    let stage = stage.visited_by(id(36)).await;
    assert!(stage.get(&format!("/members/{}/arrested", id::<()>(1))).await.body.contains("1 part was shown to this member"));
}

#[tokio::test]
async fn wrong_sign_ins_stand_in_the_watch() {
    let stage = Stage::set().await.visited_by_nobody();
    sign_in(&stage, "lawyer", WRONG, "").await;
    let stage = stage.visited_by(id(35)).await;
    let page = stage.get("/watch").await;
    assert!(page.body.contains("<td><bdi>lawyer</bdi></td>") && page.body.contains("<td class=\"number\">1</td>"), "{}", page.body);
}

#[tokio::test]
async fn whoever_only_reads_is_offered_nothing_that_writes() {
    let stage = Stage::set().await.visited_by(id(31)).await;
    assert!(stage.get("/keys").await.body.contains("class=\"looks\""));
    let stage = stage.visited_by(id(32)).await;
    assert!(!stage.get("/keys").await.body.contains("class=\"looks\""));
}
