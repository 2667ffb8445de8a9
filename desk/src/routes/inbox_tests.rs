#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_core::lang::Lang;
use kniha_gate::Why;
use kniha_seal::part::PartKind;
use kniha_store::{Card, Sight};

use super::*;
use crate::cast;
use crate::stage::{Answer, Stage, id};
use crate::told::{ACCOUNT, SECOND, Told, USUAL, arrives, opened, together};

fn says(answer: &Answer, words: &str) -> bool {
    answer.body.contains(words)
}

#[tokio::test]
async fn two_open_an_account_without_meeting_and_the_log_has_it_first() {
    let (stage, second) = together().await;
    let account = arrives(&stage, &USUAL).await;
    let inbox = stage.get("/inbox").await;
    assert!(says(&inbox, "1 card waits for you, sealed") && !says(&inbox, "Мяне"), "{}", inbox.body);
    // The tester does not look and does not agree alone.
    assert_eq!(stage.post("/inbox/look", &[]).await.location(), "/inbox?done=looked");
    let inbox = stage.get("/inbox").await;
    assert!(says(&inbox, "door: the team") && says(&inbox, "Belarusian") && says(&inbox, "drawn:"), "{}", inbox.body);
    inbox.check_ids();
    let path = format!("/statement/{account}");
    let sealed = stage.get(&format!("{path}?read=1")).await;
    assert!(!says(&sealed, "дубінкай"), "one person reads nothing");
    let (pick, case) = (account.to_string(), id::<kniha_core::id::CaseMark>(2).to_string());
    let fields = [("pick[]", pick.as_str()), ("act", "together"), ("case", &case)];
    assert_eq!(stage.post("/inbox/cards", &fields).await.location(), "/inbox?done=offered");
    let tranches = stage.rooms.house().tranches(id(SECOND), stage.now()).await.unwrap();
    let agree = super::super::together::address(tranches[0].id);
    let mine = stage.get(&agree).await;
    assert!(!says(&mine, "Agree and open") && says(&mine, "You offered this"));
    let before = stage.get_as(&second, &agree).await;
    assert!(
        says(&before, "This will stand in the log")
            && says(&before, "o-i-l opens 1 together".replace("o-i-l", "\u{2068}o-i-l\u{2069}").replace(" 1 ", " \u{2068}1\u{2069} ").as_str()),
        "{}",
        before.body
    );
    let result = stage.post_as(&second, &agree, &[]).await;
    assert!(says(&result, "1 account is open"), "{}", result.body);
    assert_eq!(stage.post_as(&second, &agree, &[]).await.location(), "/inbox?done=tranche-gone", "the second press");
    for ticket in [stage.ticket.as_ref().unwrap(), &second] {
        let card = stage.get_as(ticket, &path).await;
        assert!(says(&card, "This will stand in the log") && !says(&card, "дубінкай"), "what will be logged comes before the text");
        let read = stage.get_as(ticket, &format!("{path}?read=1")).await;
        assert!(says(&read, "дубінкай") && says(&read, "Written into the log"), "{}", read.body);
        read.check_ids();
    }
    let auditor = cast::present(stage.rooms.house(), id(35)).await;
    let entries = stage.rooms.house().watch(&auditor, 0, 100).await.unwrap();
    let why: Vec<Why> = entries.iter().filter_map(|entry| entry.said.as_ref()).map(|said| said.why).collect();
    assert_eq!(why, [Why::Triage, Why::Offer, Why::Open, Why::Read, Why::Read], "entries in this order");
    assert!(says(&stage.get("/statements").await, &path));
}

#[tokio::test]
async fn what_is_opened_without_a_case_is_read_by_the_two_and_given_to_a_case_later() {
    let (stage, second) = together().await;
    let account = arrives(&stage, &USUAL).await;
    stage.get("/inbox").await;
    stage.post("/inbox/look", &[]).await;
    let pick = account.to_string();
    assert_eq!(stage.post("/inbox/cards", &[("pick[]", &pick), ("act", "together"), ("case", "")]).await.location(), "/inbox?done=offered");
    let tranches = stage.rooms.house().tranches(id(SECOND), stage.now()).await.unwrap();
    stage.post_as(&second, &super::super::together::address(tranches[0].id), &[]).await;
    let path = format!("/statement/{account}");
    assert!(says(&stage.get(&format!("{path}?read=1")).await, "дубінкай"));
    let third = stage.ticket_of(id(52)).await;
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    write.add_member(id(52), "Third").await.unwrap();
    write.commit().await.unwrap();
    let read = stage.get_as(&third, &format!("{path}?read=1")).await;
    assert!(!says(&read, "дубінкай"), "a third opener sees the card and not the text");
    let case = id::<kniha_core::id::CaseMark>(2).to_string();
    assert_eq!(stage.post_as(&third, &format!("{path}/assign"), &[("case", &case)]).await.status, StatusCode::NOT_FOUND, "into a case that is not theirs");
    assert_eq!(stage.post(&format!("{path}/assign"), &[("case", &case)]).await.location(), format!("{path}?done=assigned"));
    assert!(says(&stage.get(&format!("{path}?read=1")).await, "дубінкай"));
    assert_eq!(stage.get_as(&third, &path).await.status, StatusCode::NOT_FOUND, "now it is the case's alone");
}

#[tokio::test]
async fn an_opening_that_stopped_half_way_is_finished_at_the_next_visit() {
    let (stage, second) = together().await;
    let account = arrives(&stage, &USUAL).await;
    stage.get("/inbox").await;
    stage.post("/inbox/look", &[]).await;
    let house = stage.rooms.house();
    let parts = [base_of(
        &kniha_store::intakes(&mut stage.desk.store.read().await.unwrap(), &stage.desk.read().await.unwrap().1, Sight::Cards, &waiting()).await.unwrap().0[0],
    )];
    let tranche = house.offer(&stage.desk.who, Some(id(2)), &parts, stage.now()).await.unwrap();
    let other = cast::present(house, id(SECOND)).await;
    // The gate opened it, and the desk fell before the book knew.
    assert!(house.agree_tranche(&other, tranche, stage.now()).await.unwrap()[0].1.is_ok());
    assert!(!says(&stage.get("/statements").await, &account.to_string()));
    stage.get_as(&second, "/inbox").await;
    assert!(says(&stage.get("/statements").await, &account.to_string()));
    assert!(says(&stage.get(&format!("/statement/{account}?read=1")).await, "дубінкай"));
}

#[tokio::test]
async fn who_was_not_drawn_opens_nothing_and_is_told_whom_to_ask() {
    let (stage, _) = together().await;
    let account = arrives(&stage, &Told { screeners: &[51, 52], ..USUAL }).await;
    assert!(!says(&stage.get("/inbox").await, "sealed</h2>"), "no card waits for the tester");
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    write.add_card(&Card { id: account, ..sample(1) }, &[]).await.unwrap();
    write.commit().await.unwrap();
    let pick = account.to_string();
    let refused = stage.post("/inbox/cards", &[("pick[]", &pick), ("act", "together"), ("case", "")]).await;
    assert!(says(&refused, "You were not drawn for it"), "{}", refused.body);
}

fn sample(n: u8) -> Card {
    Card {
        id: IntakeId::from_random([n; 16]),
        kind: kniha_core::intake::Kind::Report,
        way: kniha_core::intake::Way::Portal,
        day: crate::stage::NOW.0 / DAY_US,
        list_no: 1,
        lang: "be".to_owned(),
        door: Some(Doorway::Team),
        urgent: false,
        minor: false,
        length: Length::Short,
        own_acts: false,
        contact: false,
    }
}

async fn cards(stage: &Stage, all: impl Iterator<Item = Card>) {
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    for card in all {
        write.add_card(&card, &[]).await.unwrap();
    }
    write.commit().await.unwrap();
}

#[tokio::test]
async fn a_flood_is_swept_with_one_press_and_can_be_taken_up_again() {
    let stage = Stage::set().await;
    cards(&stage, (1..=9).map(sample)).await;
    cards(&stage, [Card { urgent: true, ..sample(20) }].into_iter()).await;
    let inbox = stage.get("/inbox").await;
    assert!(says(&inbox, "Cards that look alike") && says(&inbox, ">9</strong> ×"), "{}", inbox.body);
    let day = sample(1).day.to_string();
    let fields = [("day", day.as_str()), ("lang-of", "be"), ("length", "short"), ("reason", "flood"), ("act", "refuse")];
    assert_eq!(stage.post("/inbox/sweep", &fields).await.location(), "/inbox?done=swept");
    assert_eq!(stage.post("/inbox/sweep", &fields).await.location(), "/inbox?done=cards-some", "a second press, or a second person");
    let inbox = stage.get("/inbox").await;
    assert!(says(&inbox, "urgent</strong>") && !says(&inbox, "Cards that look alike"), "{}", inbox.body);
    let refused = stage.get("/inbox?state=refused").await;
    assert_eq!(refused.body.matches("name=\"pick[]\"").count(), 9);
    let pick = sample(1).id.to_string();
    assert_eq!(stage.post("/inbox/cards", &[("pick[]", &pick), ("act", "screen")]).await.location(), "/inbox?done=cards-moved");
    assert_eq!(stage.get("/inbox?state=refused").await.body.matches("name=\"pick[]\"").count(), 8);
}

#[tokio::test]
async fn cards_are_narrowed_and_ordered_by_links_and_late_ones_alarm() {
    let stage = Stage::set().await;
    let day = sample(1).day;
    cards(&stage, [Card { lang: "ru".to_owned(), ..sample(1) }, Card { day: day - 5, ..sample(2) }, Card { urgent: true, ..sample(3) }].into_iter()).await;
    let inbox = stage.get("/inbox").await;
    assert!(says(&inbox, "1 account has waited for more than 48 hours"), "{}", inbox.body);
    let order =
        |body: &str| -> Vec<usize> { [1u8, 2, 3].iter().map(|n| body.find(&format!("pick-{}", IntakeId::from_random([*n; 16]))).unwrap_or(0)).collect() };
    let at = order(&inbox.body);
    assert!(at[2] < at[1] && at[1] < at[0], "urgent, then oldest");
    let narrowed = stage.get("/inbox?lang-of=ru&order=oldest").await;
    assert_eq!(narrowed.body.matches("name=\"pick[]\"").count(), 1);
    assert!(says(&narrowed, "aria-current=\"true\""));
    for strange in ["/inbox?page=99999999999999", "/inbox?lang-of=%27%3B--&door=x&state=%00", "/inbox?page=-1&order=%3Cb%3E"] {
        assert_eq!(stage.get(strange).await.status, StatusCode::OK, "{strange}");
    }
}

#[tokio::test]
async fn an_addition_and_a_wish_to_be_deleted_say_what_they_are() {
    let (stage, second) = together().await;
    opened(&stage, &second, &USUAL).await;
    let wish = Told { n: 2, kind: PartKind::Deletion, answers: &[("delete", "confirm", "yes"), ("triage", "length", "none")], ..USUAL };
    let wish = opened(&stage, &second, &wish).await;
    let page = stage.get(&format!("/statement/{wish}?read=1")).await;
    assert!(says(&page, "The person asks to be deleted") && says(&page, "There is no text"), "{}", page.body);
    let first = stage.get(&format!("/statement/{}?read=1", IntakeId::from_random([1; 16]))).await;
    let page = stage.get(&format!("/statement/{wish}?read=1")).await;
    assert!(says(&page, "From the same person") && says(&first, "дубінкай"), "{}", page.body);
}

#[tokio::test]
async fn every_page_of_the_inbox_stands_in_every_language() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    arrives(&stage, &Told { n: 3, ..USUAL }).await;
    cards(&stage, (30..=40).map(sample)).await;
    for lang in Lang::ALL {
        for path in ["/inbox", "/statements", "/letters", "/new-statement"] {
            check(&stage.get(&format!("{path}?lang={lang}")).await, path);
        }
        for path in ["?read=1&", "?", "/file?", "/letters?prepared=question&", "/translate?", "/part?of=contacts&read=1&"] {
            check(&stage.get(&format!("/statement/{account}{path}lang={lang}")).await, path);
        }
    }
    assert!(ACCOUNT.contains("Ясень"));
}

fn check(page: &Answer, path: &str) {
    assert_eq!(page.status, StatusCode::OK, "{path}");
    page.check_ids();
    for key in ["in-", "st-", "fl-", "ml-", "tr-", "nw-"] {
        let shown = page.body.match_indices(&format!(">{key}")).next();
        assert!(shown.is_none(), "{path} shows a key: {}", &page.body[shown.unwrap().0..][..60.min(page.body.len() - shown.unwrap().0)]);
    }
}
