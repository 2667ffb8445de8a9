#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_core::id::CaseMark;

use crate::stage::{Stage, id};
use crate::told::{kept, together};

async fn begun(stage: &Stage) -> String {
    let press = stage.press("/new-statement").await;
    let case = id::<CaseMark>(2).to_string();
    let fields = [("press", press.as_str()), ("way", "telephone"), ("lang-of", "be"), ("case", &case), ("present", "я"), ("interpreter", "")];
    let made = stage.post("/new-statement", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{:?}", made.problems());
    assert_eq!(stage.post("/new-statement", &fields).await.location(), made.location(), "one form begins one account");
    made.location().to_owned()
}

async fn say(stage: &Stage, path: &str, question: &str, answer: &str, act: &str) -> crate::stage::Answer {
    let press = stage.press(path).await;
    stage
        .post(path, &[("press", &press), ("question", question), ("answer", answer), ("act", act), ("read-back", "yes"), ("corrections", "не ў аўторак")])
        .await
}

#[tokio::test]
async fn an_account_is_taken_down_closed_and_given_words() {
    let (stage, _) = together().await;
    kept(&stage, 9, "Іншы чалавек расказаў пра Ясеня.").await;
    let path = begun(&stage).await;
    let account = path.trim_end_matches("/take").to_owned();
    say(&stage, &path, "", "Мяне забралі каля моста.", "turn").await;
    stage.wait(60_000_000);
    say(&stage, &path, "Хто гэта быў?", "Капітан Ясень.", "turn").await;
    let page = stage.get(&path).await;
    assert!(page.body.contains("Капітан Ясень.") && !page.body.contains("Іншы чалавек"), "{}", page.body);
    page.check_ids();
    let open = stage.get(&format!("{account}?read=1")).await;
    assert!(open.body.contains("still being taken down") && !open.body.contains("data-decisions"), "no decisions before it is closed");
    assert_eq!(stage.post(&format!("{account}/words"), &[]).await.location(), account, "nor words");
    assert!(say(&stage, &path, "", "", "close").await.location().contains("done=closed"));
    assert_eq!(stage.get(&path).await.location(), account, "a closed account is not written on");
    let read = stage.get(&format!("{account}?read=1")).await;
    assert!(
        read.body.contains("— ") && read.body.contains("Хто гэта быў?") && read.body.contains("не ў аўторак") && read.body.contains("data-decisions"),
        "{}",
        read.body
    );
    let words = stage.post(&format!("{account}/words"), &[]).await;
    assert_eq!(words.body.split("the-words").nth(1).unwrap().split_once("</ol>").unwrap().0.matches("<li>").count(), 12);
    assert!(stage.post(&format!("{account}/words"), &[]).await.location().contains("words-given"), "they are shown once");
    assert!(stage.get(&format!("{account}/letters")).await.body.contains("<textarea"), "now the person can be written to");
}

#[tokio::test]
async fn a_turn_sent_twice_stands_once_and_an_empty_one_not_at_all() {
    let (stage, _) = together().await;
    let path = begun(&stage).await;
    let press = stage.press(&path).await;
    let fields = [("press", press.as_str()), ("question", "Калі?"), ("answer", "Учора."), ("act", "turn")];
    for _ in 0..2 {
        assert_eq!(stage.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(stage.get(&path).await.body.matches("Учора.").count(), 1);
    for (question, answer, act) in [("Хто?", "", "turn"), ("", " ", "turn"), ("Хто?", "", "close"), ("", "a\0b", "turn")] {
        let failed = say(&stage, &path, question, answer, act).await;
        assert_eq!((failed.status, failed.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["answer".to_owned()]), "{question:?} {answer:?}");
    }
    let failed = say(&stage, &path, "", &"ў".repeat(100_001), "turn").await;
    assert_eq!(failed.status, StatusCode::UNPROCESSABLE_ENTITY, "and what was typed is still there: {}", failed.body.len());
    assert!(failed.body.len() > 200_000);
}

#[tokio::test]
async fn what_is_missing_at_the_beginning_is_said() {
    let (stage, _) = together().await;
    let press = stage.press("/new-statement").await;
    let failed = stage.post("/new-statement", &[("press", &press), ("way", "paper"), ("lang-of", "ru"), ("case", ""), ("present", "")]).await;
    assert_eq!(failed.problems(), ["case", "present"]);
    failed.check_ids();
    for fields in [
        &[("press", "x")][..],
        &[("press", press.as_str()), ("way", "portal"), ("lang-of", "be")],
        &[("press", press.as_str()), ("way", "paper"), ("lang-of", "xx")],
    ] {
        assert_eq!(stage.post("/new-statement", fields).await.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
}
