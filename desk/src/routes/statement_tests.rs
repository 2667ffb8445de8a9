#![allow(clippy::unwrap_used, reason = "tests")]

use axum::http::StatusCode;
use kniha_store::{Terms, intake};

use super::*;
use crate::stage::{Answer, Stage, id};
use crate::told::{ACCOUNT, SECOND, USUAL, hostile, kept, opened, together};

async fn marks_of(stage: &Stage, account: IntakeId) -> Vec<(u32, u32, &'static str)> {
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    marks(&mut tx, &reader, account).await.unwrap().iter().map(|view| (view.mark.start, view.mark.end, view.mark.kind.code())).collect()
}

async fn mark(stage: &Stage, account: IntakeId, fields: &[(&str, &str)]) -> Answer {
    let press = stage.press(&format!("/statement/{account}?read=1")).await;
    stage.post(&format!("/statement/{account}/mark"), &[&[("press", press.as_str())], fields].concat()).await
}

#[tokio::test]
async fn words_are_marked_by_place_by_number_and_by_what_they_are() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    assert!(mark(&stage, account, &[("kind", "p"), ("start", "45"), ("end", "58")]).await.location().contains("done=marked#s-2"));
    mark(&stage, account, &[("kind", "t"), ("number", "1"), ("words", "9.08.2020")]).await;
    mark(&stage, account, &[("kind", "l"), ("words", "вясновага моста")]).await;
    mark(&stage, account, &[("kind", "a"), ("number", "2")]).await;
    let seen: Vec<String> = marks_of(&stage, account).await.iter().map(|(from, to, kind)| format!("{kind} {}", between(ACCOUNT, *from, *to))).collect();
    assert_eq!(seen, ["t 9.08.2020", "l Вясновага моста", "p Капітан Ясень", "a Капітан Ясень біў мяне дубінкай."], "in the order of the text");
    let page = stage.get(&format!("/statement/{account}?read=1")).await;
    assert!(page.body.contains("<mark class=\"m-pa\"") && page.body.contains("data-kinds=\"pa\""), "marks that meet show both kinds");
    for (fields, done) in [
        (&[("kind", "p")][..], "mark-nothing"),
        (&[("kind", "p"), ("number", "99")], "mark-sentence"),
        (&[("kind", "p"), ("words", "нічога такога")], "mark-words"),
        (&[("kind", "p"), ("words", "а")], "mark-often"),
    ] {
        assert!(mark(&stage, account, fields).await.location().contains(&format!("done={done}#")), "{done}");
    }
    let (id, _) = page.body.split_once("name=\"mark\" value=\"").unwrap().1.split_once('"').unwrap();
    for done in ["unmarked", "unmarked"] {
        assert!(stage.post(&format!("/statement/{account}/unmark"), &[("mark", id)]).await.location().contains(done));
    }
    assert_eq!(marks_of(&stage, account).await.len(), 3);
}

#[tokio::test]
async fn a_mark_outside_the_account_or_sent_twice_changes_nothing() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    let chars = ACCOUNT.chars().count().to_string();
    let past = (ACCOUNT.chars().count() + 1).to_string();
    for (start, end) in [("5", "5"), ("9", "4"), ("0", past.as_str()), ("0", "4294967296"), ("-1", "4"), ("x", "4"), ("99999999", "999999999")] {
        assert_eq!(mark(&stage, account, &[("kind", "p"), ("start", start), ("end", end)]).await.status, StatusCode::BAD_REQUEST, "{start}–{end}");
    }
    assert_eq!(mark(&stage, account, &[("kind", "x"), ("start", "0"), ("end", "4")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(marks_of(&stage, account).await.len(), 0);
    assert_eq!(mark(&stage, account, &[("kind", "p"), ("start", "0"), ("end", &chars)]).await.status, StatusCode::SEE_OTHER);
    let press = stage.press(&format!("/statement/{account}?read=1")).await;
    let fields = [("press", press.as_str()), ("kind", "p"), ("start", "0"), ("end", "5")];
    let path = format!("/statement/{account}/mark");
    let (a, b) = tokio::join!(stage.post(&path, &fields), stage.post(&path, &fields));
    assert_eq!((a.status, b.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(marks_of(&stage, account).await.len(), 2);
}

#[tokio::test]
async fn a_hundred_thousand_characters_are_read_and_marked() {
    let (stage, _) = together().await;
    let text: String = "Ён сказаў: «<b>ідзіце</b>» \u{202e}і пайшоў. ".chars().cycle().take(100_000).collect();
    let account = kept(&stage, 9, &text).await;
    let began = std::time::Instant::now();
    let page = stage.get(&format!("/statement/{account}?read=1")).await;
    eprintln!("an account of 100,000 characters: {:.0} ms, {} kB", began.elapsed().as_secs_f64() * 1000.0, page.body.len() / 1000);
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("data-chars=\"100000\"") && !page.body.contains("<b>ідзіце"));
    assert_eq!(mark(&stage, account, &[("kind", "p"), ("start", "99990"), ("end", "100000")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(mark(&stage, account, &[("kind", "p"), ("start", "99990"), ("end", "100001")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn hostile_words_stay_words_on_every_page_of_the_account() {
    let (stage, _) = together().await;
    let all = hostile();
    let text: String = all.join("\n").replace('\0', "").chars().take(90_000).collect();
    let account = kept(&stage, 9, &text).await;
    // Each as a mark, so that each goes into the decisions too.
    let mut from = 0;
    for (i, word) in all.iter().enumerate().take(40) {
        let to = from + word.chars().count();
        if !word.trim().is_empty() && to < 90_000 {
            let kind = ["p", "t", "l", "a"][i % 4];
            assert_eq!(
                mark(&stage, account, &[("kind", kind), ("start", &from.to_string()), ("end", &to.to_string())]).await.status,
                StatusCode::SEE_OTHER,
                "{word:?}"
            );
        }
        from = to + 1;
    }
    for path in ["?read=1", "/file", "/translate", "/letters"] {
        let page = stage.get(&format!("/statement/{account}{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.check_ids();
        for bad in ["<script>alert", "<img src=x", "<svg onload", "</title><svg", "<textarea> &lt;b"] {
            assert!(!page.body.contains(bad), "{path} has {bad}");
        }
    }
    let read = stage.get(&format!("/statement/{account}?read=1")).await;
    let (_, rest) = read.body.split_once("id=\"account\"").unwrap();
    let own = rest.split_once("</div>").unwrap().0;
    assert!(!own.contains('\u{202e}') && own.contains("U+202E") && own.contains("U+200B"), "what turns lines or hides is shown by its number");
}

#[tokio::test]
async fn who_is_taken_out_of_the_case_reads_and_writes_nothing_more() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    let path = format!("/statement/{account}");
    assert!(stage.get_as(&second, &format!("{path}?read=1")).await.body.contains("дубінкай"));
    let press = stage.get_as(&second, &format!("{path}?read=1")).await.input("press");
    let mut write = stage.desk.store.write(id(1), stage.now()).await.unwrap();
    write.revoke(id(2), id(SECOND), Terms::default()).await.unwrap();
    write.commit().await.unwrap();
    stage.rooms.house().case_revoke(id(2), id(SECOND), stage.now()).await.unwrap();
    for ask in ["", "?read=1", "/file", "/letters", "/translate"] {
        assert_eq!(stage.get_as(&second, &format!("{path}{ask}")).await.status, StatusCode::NOT_FOUND, "{ask}");
    }
    let fields = [("press", press.as_str()), ("kind", "p"), ("start", "0"), ("end", "5"), ("act", "keep"), ("case", "x")];
    for form in ["/mark", "/file", "/letters", "/stated", "/step", "/assign", "/translate"] {
        assert_eq!(stage.post_as(&second, &format!("{path}{form}"), &fields).await.status, StatusCode::NOT_FOUND, "{form}");
    }
    assert_eq!(marks_of(&stage, account).await.len(), 0);
}

#[tokio::test]
async fn an_answer_becomes_a_claim_only_by_being_filed() {
    let (stage, second) = together().await;
    let account = opened(&stage, &second, &USUAL).await;
    let path = format!("/statement/{account}");
    let read = stage.get(&format!("{path}?read=1")).await;
    assert!(read.body.contains("у жніўні") && read.body.contains("1.2 MB") && read.body.contains("⟨U+202E⟩gpj.&#60;b&#62;../x"));
    let press = read.input("press");
    let file = async |field: &str| stage.post(&format!("{path}/stated"), &[("press", press.as_str()), ("field", field)]).await;
    assert!(file("when").await.location().contains("stated-first"), "there is no incident yet");
    assert!(file("heard").await.location().contains("stated-filed"));
    assert!(file("heard").await.location().contains("already"));
    assert_eq!(file("help").await.status, StatusCode::BAD_REQUEST, "what is no claim");
    let (mut tx, reader) = stage.desk.read().await.unwrap();
    let statement = intake(&mut tx, &reader, sight(&stage.desk), account).await.unwrap().unwrap().row.statement.unwrap();
    let notes = stage.claims(statement, "source.note").await;
    assert_eq!((notes.len(), notes[0].citations[0].source, notes[0].status.code()), (1, statement, "as_stated"));
}
