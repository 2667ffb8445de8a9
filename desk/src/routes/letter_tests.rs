#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use kniha_store::IntakeId;

use super::*;
use crate::outbox::{Outbox, OutboxError};
use crate::stage::Stage;
use crate::told::{Told, USUAL, opened, together};

#[derive(Default)]
struct Box {
    taken: Mutex<Vec<(String, &'static str, Lang)>>,
    refuses: Mutex<Option<OutboxError>>,
}

impl Outbox for Box {
    fn take(&self, letter: &Outgoing<'_>) -> Result<(), OutboxError> {
        if let Some(error) = *self.refuses.lock().unwrap() {
            return Err(error);
        }
        assert_eq!((letter.to.reply_key.len(), letter.to.voice_key.len()), (1216, 1984));
        self.taken.lock().unwrap().push((letter.text.to_owned(), letter.kind.code(), letter.lang));
        Ok(())
    }
}

async fn read(stage: &Stage, account: IntakeId) -> String {
    assert_eq!(stage.get(&format!("/statement/{account}?read=1")).await.status, StatusCode::OK);
    format!("/statement/{account}/letters")
}

#[tokio::test]
async fn an_answer_is_kept_before_it_leaves_and_leaves_once() {
    let (stage, second) = together().await;
    let outbox = Arc::new(Box::default());
    let _ = stage.rooms.clone().with_outbox(outbox.clone());
    let account = opened(&stage, &second, &USUAL).await;
    let path = read(&stage, account).await;
    let page = stage.get(&format!("{path}?prepared=question")).await;
    assert!(page.body.contains("на тыдні") && page.body.contains("value=\"request\" checked"), "the words are in the person's language: {}", page.body);
    let press = page.input("press");
    let fields = [("press", press.as_str()), ("kind", "request"), ("text", "Ці быў капітан у масцы?")];
    assert_eq!(stage.post(&path, &fields).await.location(), format!("{path}?done=letter-sent"));
    assert_eq!(stage.post(&path, &fields).await.location(), format!("{path}?done=already"));
    assert_eq!(*outbox.taken.lock().unwrap(), [("Ці быў капітан у масцы?".to_owned(), "request", Lang::Be)]);
    let before = stage.get(&path).await;
    assert!(!before.body.contains("у масцы?"), "what was written is read with a log line");
    let shown = stage.get(&format!("{path}?read=1")).await;
    assert!(shown.body.contains("у масцы?") && shown.body.contains("week of"), "{}", shown.body);
    assert!(stage.get(&format!("/statement/{account}")).await.body.contains("waits for the person"));
}

#[tokio::test]
async fn a_letter_that_cannot_leave_waits_and_is_not_lost() {
    let (stage, second) = together().await;
    let outbox = Arc::new(Box::default());
    let _ = stage.rooms.clone().with_outbox(outbox.clone());
    let account = opened(&stage, &second, &USUAL).await;
    let path = read(&stage, account).await;
    *outbox.refuses.lock().unwrap() = Some(OutboxError::List);
    let press = stage.press(&path).await;
    let fields = [("press", press.as_str()), ("kind", "text"), ("text", "Дзякуй")];
    assert_eq!(stage.post(&path, &fields).await.location(), format!("{path}?done=letter-ready"));
    let letter = stage.get(&path).await.input("letter");
    assert_eq!(stage.post(&format!("{path}/send"), &[("letter", &letter)]).await.location(), format!("{path}?done=letter-ready"));
    *outbox.refuses.lock().unwrap() = None;
    assert_eq!(stage.post(&format!("{path}/send"), &[("letter", &letter)]).await.location(), format!("{path}?done=letter-sent"));
    assert_eq!(stage.post(&format!("{path}/send"), &[("letter", &letter)]).await.location(), format!("{path}?done=already"));
    assert_eq!(outbox.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn to_somebody_who_serves_nothing_leaves_that_a_second_member_has_not_read() {
    let (stage, second) = together().await;
    let outbox = Arc::new(Box::default());
    let _ = stage.rooms.clone().with_outbox(outbox.clone());
    let account = opened(&stage, &second, &USUAL).await;
    let path = read(&stage, account).await;
    stage.post(&format!("/statement/{account}/service"), &[("serves", "yes")]).await;
    let press = stage.press(&path).await;
    let sent = stage.post(&path, &[("press", &press), ("kind", "text"), ("text", "Дзякуй")]).await;
    assert_eq!((sent.location(), outbox.taken.lock().unwrap().len()), (format!("{path}?done=letter-waits").as_str(), 0));
    let waiting = stage.get_as(&second, "/letters").await;
    assert!(waiting.body.contains(&path) && stage.get_as(&second, "/inbox").await.body.contains("1 answer waits"));
    let page = stage.get_as(&second, &format!("{path}?read=1")).await;
    assert!(page.body.contains("Дзякуй"));
    let letter = page.input("letter");
    let agree = [("letter", letter.as_str()), ("act", "agree")];
    assert_eq!(stage.post(&format!("{path}/second"), &agree).await.location(), format!("{path}?done=same-person"));
    assert_eq!(stage.post(&format!("{path}/send"), &agree).await.location(), format!("{path}?done=already"), "nor by the other door");
    assert_eq!(outbox.taken.lock().unwrap().len(), 0);
    assert_eq!(stage.post_as(&second, &format!("{path}/second"), &agree).await.location(), format!("{path}?done=letter-sent"));
    assert_eq!(outbox.taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn too_long_an_answer_is_refused_with_its_words_kept_and_nobody_is_written_to_against_their_wish() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    let path = read(&stage, account).await;
    let press = stage.press(&path).await;
    let long = "ў".repeat(1751);
    for text in [long.as_str(), " ", "a\0b"] {
        let failed = stage.post(&path, &[("press", &press), ("kind", "text"), ("text", text)]).await;
        assert_eq!((failed.status, failed.problems()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["text".to_owned()]));
        failed.check_ids();
    }
    let no = opened(&stage, &second, &Told { n: 2, answers: &[("tell", "account", "Больш не пішыце."), ("door", "write", "no")], ..USUAL }).await;
    let silent = opened(&stage, &second, &Told { n: 3, words: None, ..USUAL }).await;
    for account in [no, silent] {
        let path = read(&stage, account).await;
        let page = stage.get(&path).await;
        assert!(!page.body.contains("<textarea"), "{}", page.body);
        let press = press.as_str();
        assert_eq!(stage.post(&path, &[("press", press), ("kind", "text"), ("text", "x")]).await.status, StatusCode::BAD_REQUEST);
    }
}
