//! A person walks through the screens, comes back, and does everything wrong that can be done wrong.
#![allow(clippy::unwrap_used, reason = "tests")]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use kniha_core::commit::Hash;
use kniha_core::lang::Lang;
use kniha_core::telling::Answers;
use kniha_seal::holder::{KeyHolder, MemoryHolder, ReadReceipt};
use kniha_seal::keylist::{ListedQuorum, ListedSlot, SignedList};
use kniha_seal::leaf::Leaf;
use kniha_seal::mailbox::{Answer as Reply, AnswerKind, Block};
use kniha_seal::opener::{self, Opened};
use kniha_seal::part::{Compartment, Day, Envelope, FileRef, PartKind, SubmissionId};
use kniha_seal::quorum::{CUSTODIANS, LAWYERS, QuorumNo, TEAM, TRIAGE};
use kniha_seal::sign::Purpose;
use kniha_seal::source::{MailboxId, Source};
use kniha_seal::submission::{self, Context, Sender};
use kniha_seal::wire;
use kniha_seal::words::Words;
use sha2::{Digest, Sha256};

use crate::random;
use crate::stage::{Answer, Stage, TODAY};

/// A browser: keeps one cookie and the page it is on.
struct Visitor<'s> {
    stage: &'s Stage,
    cookie: Option<String>,
    page: String,
    status: StatusCode,
    lang: &'static str,
}

impl<'s> Visitor<'s> {
    fn new(stage: &'s Stage) -> Visitor<'s> {
        Visitor { stage, cookie: None, page: String::new(), status: StatusCode::OK, lang: "be" }
    }

    fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let at = self.page.find(&mark).unwrap_or_else(|| panic!("no {name} in {}", self.page)) + mark.len();
        self.page[at..].split('"').next().unwrap().to_owned()
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &mut Self {
        let cookie: Vec<(&str, &str)> = self.cookie.iter().map(|cookie| ("cookie", cookie.as_str())).collect();
        let answer = self.stage.post(&format!("/{}{path}", self.lang), fields, &cookie).await;
        self.take(answer)
    }

    fn take(&mut self, answer: Answer) -> &mut Self {
        if let Some(set) = answer.headers.get("set-cookie") {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        (self.page, self.status) = (answer.body, answer.status);
        self
    }

    /// Sends the screen the visitor is on.
    async fn go(&mut self, at: &str, go: &str, fields: &[(&str, &str)]) -> &mut Self {
        let state = self.hidden("state");
        let all = [&[("at", at), ("state", &state), ("go", go)], fields].concat();
        self.post("/tell", &all).await
    }

    async fn begin(&mut self) -> &mut Self {
        self.post("/tell", &[("at", "before"), ("go", "next")]).await
    }

    /// As far as the words.
    async fn as_far_as_words(&mut self, account: &str, door: &[(&str, &str)]) -> String {
        self.begin().await.go("account", "next", &[("tell/account", account)]).await.go("door", "next", door).await;
        self.words()
    }

    fn words(&self) -> String {
        let list = self.page.split("<ol class=\"words").nth(1).unwrap_or_else(|| panic!("no words in {}", self.page)).split("</ol>").next().unwrap();
        list.split("<li>").skip(1).map(|item| item.split("</li>").next().unwrap()).collect::<Vec<_>>().join(" ")
    }

    async fn send(&mut self, words: &str) -> &mut Self {
        self.go("check", "next", &[]).await.go("type", "send", &[("words", words)]).await
    }

    async fn upload(&mut self, file: (&str, &[u8]), about: &str) -> &mut Self {
        let body = multipart(&[("state", None, self.hidden("state").as_bytes()), ("about", None, about.as_bytes()), ("file", Some(file.0), file.1)]);
        self.upload_body(body).await
    }

    async fn upload_body(&mut self, body: Vec<u8>) -> &mut Self {
        let request = Request::post(format!("/{}/file", self.lang)).header("content-type", "multipart/form-data; boundary=edge").header("origin", "null");
        let request = request.header("cookie", self.cookie.clone().unwrap_or_default());
        let answer = self.stage.send(request.body(Body::from(body)).unwrap()).await;
        self.take(answer)
    }
}

fn multipart(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in fields {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream"));
        body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

/// Everything in the inbox that the one member of the stage can open.
async fn opened(stage: &Stage) -> Vec<(QuorumNo, Opened, Vec<u8>)> {
    let holder = MemoryHolder::new(vec![stage.keys.member.clone()], stage.keys.custodian.clone());
    let mut found = Vec::new();
    for (header, payload) in stored(stage).await {
        let envelope = Envelope::parse(&header).unwrap();
        let receipt = ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]));
        for quorum in [TEAM, TRIAGE, LAWYERS, CUSTODIANS] {
            if let Ok(share) = holder.share(&envelope, quorum, &receipt) {
                let key = envelope.open(quorum, &[share]).unwrap();
                let (opened, content) = opener::open(&envelope, &key, &payload).unwrap();
                found.push((quorum, opened, content));
                break;
            }
        }
    }
    found
}

async fn stored(stage: &Stage) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    for listed in stage.portal.inbox().list(None, 1000).await.unwrap() {
        let head = stage.portal.inbox().header(&listed.part).await.unwrap().unwrap();
        let mut payload = stage.portal.inbox().payload(&listed.part).await.unwrap().unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = payload.next(64 * 1024).await.unwrap() {
            bytes.extend_from_slice(&piece);
        }
        all.push((head.header, bytes));
    }
    all
}

async fn count(stage: &Stage) -> usize {
    stage.portal.inbox().list(None, 1000).await.unwrap().len()
}

const TEAM_DOOR: &[(&str, &str)] = &[("door/door", "team")];

#[tokio::test]
async fn a_report_goes_from_the_first_screen_to_words_and_is_sealed_for_its_door() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor
        .as_far_as_words("Бачыў <b>ўсё</b>.", &[("door/door", "lawyers"), ("contact/reach", "праз сястру"), ("door/silent", "court"), ("prove", "yes")])
        .await;
    assert!(visitor.page.contains("Бачыў &#60;b&#62;ўсё") && words.split(' ').count() == 12, "{}", visitor.page);
    visitor.send(&words).await;
    assert_eq!(visitor.status, StatusCode::OK, "{}", visitor.page);
    let parts = opened(&stage).await;
    assert_eq!(parts.len(), 4);
    let part = |compartment| parts.iter().find(|(_, opened, _)| opened.cover.compartment == compartment).unwrap();
    let (quorum, base, content) = part(Compartment::Base);
    let told = Answers::decode(content).unwrap();
    assert_eq!((*quorum, told.get("tell", "account"), told.get("door", "silent")), (LAWYERS, Some("Бачыў <b>ўсё</b>."), Some("court")));
    assert_eq!(Answers::decode(&part(Compartment::Contacts).2).unwrap().get("contact", "reach"), Some("праз сястру"));
    let source = Source::new(&stage.keys.book, &Words::parse(&words, Lang::Be).unwrap());
    assert_eq!(base.cover.source.as_ref().unwrap().mailbox, source.mailbox().0);
    assert!(base.cover.receipt.is_some());
}

#[tokio::test]
async fn pressing_twice_keeps_it_once_and_changing_it_after_sending_is_another_report() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.begin().await.go("account", "next", &[("tell/account", "first")]).await;
    let door = visitor.page.clone();
    visitor.go("door", "next", TEAM_DOOR).await;
    let words = visitor.words();
    visitor.go("check", "next", &[]).await;
    let typing = visitor.page.clone();
    visitor.go("type", "send", &[("words", &words)]).await;
    assert_eq!(count(&stage).await, 4);
    visitor.page = typing;
    visitor.go("type", "send", &[("words", &words)]).await;
    assert!(visitor.status.is_success() && count(&stage).await == 4);
    // The browser's Back to an earlier screen, and on from there: new words, and nothing is swallowed.
    visitor.page = door;
    visitor.go("door", "back", &[]).await.go("account", "next", &[("tell/account", "second")]).await.go("door", "next", TEAM_DOOR).await;
    let second = visitor.words();
    assert_ne!(words, second);
    visitor.send(&second).await;
    assert_eq!(count(&stage).await, 8);
}

#[tokio::test]
async fn a_practice_run_keeps_nothing_even_when_its_page_is_old() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.post("/tell", &[("at", "before"), ("practice", "yes")]).await;
    // Without the cookie the draft is begun anew from the form, which says that it is practice.
    visitor.cookie = None;
    visitor.post("/tell", &[("at", "account"), ("practice", "yes"), ("state", &visitor.hidden("state")), ("tell/account", "a")]).await;
    assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
    visitor.go("account", "next", &[("practice", "yes"), ("tell/account", "a")]).await.go("door", "next", TEAM_DOOR).await;
    let words = visitor.words();
    visitor.send(&words).await;
    assert!(visitor.status.is_success() && !visitor.page.contains("name=\"file\""), "{}", visitor.page);
    assert_eq!(count(&stage).await, 0);
}

#[tokio::test]
async fn what_was_typed_is_never_lost_to_a_missing_cookie() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.begin().await;
    visitor.cookie = None;
    let state = visitor.hidden("state");
    visitor.post("/tell", &[("at", "account"), ("state", &state), ("tell/account", "доўгі аповед"), ("go", "next")]).await;
    assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(visitor.page.contains("доўгі аповед") && visitor.page.contains("cookie"), "{}", visitor.page);
    visitor.go("account", "next", &[("tell/account", "доўгі аповед")]).await;
    assert!(visitor.page.contains("name=\"door/door\""), "{}", visitor.page);
}

#[tokio::test]
async fn someone_under_18_is_asked_less_and_the_card_says_so() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.post("/tell", &[("at", "before"), ("tell/minor", "yes")]).await;
    assert!(visitor.page.contains("tell/help") && !visitor.page.contains("own/acts"));
    visitor.go("account", "next", &[("tell/account", "мяне білі"), ("tell/help", "урач"), ("tell/minor", "yes")]).await;
    let words = visitor.words();
    visitor.send(&words).await;
    let parts = opened(&stage).await;
    let card = parts.iter().find(|(quorum, ..)| *quorum == TRIAGE).unwrap();
    assert!(Answers::decode(&card.2).unwrap().yes("triage", "minor"));
}

#[tokio::test]
async fn one_way_needs_no_words_and_a_deposit_needs_them_or_the_custodians() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.go("check", "one-way", &[]).await;
    assert_eq!((visitor.status, count(&stage).await), (StatusCode::OK, 4));
    let base = opened(&stage).await.into_iter().find(|(_, opened, _)| opened.cover.compartment == Compartment::Base).unwrap();
    assert!(base.1.cover.source.is_none() && base.1.cover.signature.is_none());
    let mut visitor = Visitor::new(&stage);
    visitor.as_far_as_words("a", &[("door/door", "deposit")]).await;
    assert!(!visitor.page.contains("value=\"one-way\""));
    visitor.go("check", "one-way", &[]).await;
    assert!(!visitor.status.is_success());
    assert_eq!(count(&stage).await, 4);
}

#[tokio::test]
async fn a_deposit_opens_for_no_member_and_for_the_words() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor.as_far_as_words("a", &[("door/door", "deposit")]).await;
    visitor.send(&words).await;
    assert_eq!((count(&stage).await, opened(&stage).await.len()), (4, 0));
    let source = Source::new(&stage.keys.book, &Words::parse(&words, Lang::Be).unwrap());
    let own = MemoryHolder::new(vec![source.deposit()], source.voice());
    for (header, payload) in stored(&stage).await {
        let envelope = Envelope::parse(&header).unwrap();
        let share = own.share(&envelope, QuorumNo(0), &ReadReceipt::of_entry(*envelope.part(), Hash([0; 32]))).unwrap();
        opener::open(&envelope, &envelope.open(QuorumNo(0), &[share]).unwrap(), &payload).unwrap();
    }
}

#[tokio::test]
async fn wrong_words_send_nothing_and_say_which_is_wrong() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.go("check", "next", &[]).await;
    let list: Vec<&str> = words.split(' ').collect();
    let other = Words::random(&mut random()).text(Lang::Be).to_string();
    let short: Vec<String> = list.iter().map(|word| word.chars().take(4).collect()).collect();
    for wrong in [list[..11].join(" "), [&list[..11], &["хххх"]].concat().join(" "), other, String::new()] {
        visitor.go("type", "send", &[("words", &wrong)]).await;
        assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.is_empty() || !visitor.page.contains(&wrong), "what was typed does not stand there again");
    }
    assert_eq!(count(&stage).await, 0);
    visitor.go("type", "send", &[("words", &short.join("  ,"))]).await;
    assert_eq!((visitor.status, count(&stage).await), (StatusCode::OK, 4));
}

#[tokio::test]
async fn new_words_make_the_old_ones_worthless() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let old = visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.go("check", "next", &[]).await.go("type", "new-words", &[]).await;
    let new = visitor.words();
    assert_ne!(old, new);
    visitor.send(&old).await;
    assert_eq!((visitor.status, count(&stage).await), (StatusCode::UNPROCESSABLE_ENTITY, 0));
    visitor.go("type", "send", &[("words", &new)]).await;
    assert_eq!((visitor.status, count(&stage).await), (StatusCode::OK, 4));
}

#[tokio::test]
async fn answers_that_cannot_be_kept_stand_in_their_boxes_again() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let long = "ў".repeat(20_001);
    visitor.begin().await.go("account", "next", &[("tell/account", &long), ("tell/where", "Менск")]).await;
    assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(visitor.page.contains(&long) && visitor.page.contains("Менск") && visitor.page.contains("href=\"#tell-account\""));
    visitor.go("account", "next", &[("tell/account", "a\u{7}b")]).await;
    assert!(visitor.status == StatusCode::UNPROCESSABLE_ENTITY && visitor.page.contains("a\u{7}b"));
    visitor.go("account", "next", &[]).await;
    assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
    visitor.go("account", "next", &[("tell/later", "фота")]).await.go("door", "next", &[("door/door", "police")]).await;
    assert_eq!(visitor.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn another_language_in_the_middle_loses_nothing() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    visitor.begin().await;
    visitor.lang = "uk";
    visitor.go("account", "", &[("stay", "1"), ("tell/account", "пачаў"), ("tell/when", "учора")]).await;
    assert!(visitor.page.contains("lang=\"uk\"") && visitor.page.contains("пачаў") && visitor.page.contains("учора"));
}

#[tokio::test]
async fn files_are_sealed_vouched_for_and_never_a_path() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.send(&words).await;
    let film: Vec<u8> = (0..700_000u32).map(|i| (i % 251) as u8).collect();
    for (name, content) in [("../../etc/відэа.mp4", film.as_slice()), ("пусты.txt", b""), ("кароткі.txt", b"edge--edge")] {
        visitor.upload((name, content), "двор").await;
        assert_eq!(visitor.status, StatusCode::OK, "{}", visitor.page);
        assert!(visitor.page.contains(&data_encoding::HEXLOWER.encode(&Sha256::digest(content))) && !visitor.page.contains("etc/"), "{}", visitor.page);
    }
    let parts = opened(&stage).await;
    assert_eq!(parts.len(), 4 + 6);
    for (_, vouching, _) in parts.iter().filter(|(_, opened, _)| opened.cover.kind == PartKind::Addition) {
        let [file] = vouching.cover.files.as_slice() else { panic!("one file each") };
        let (_, kept, content) = parts.iter().find(|(_, opened, _)| opened.cover.part == file.part).unwrap();
        assert_eq!((file.content_sha256, file.content_len), (Hash(Sha256::digest(content).into()), content.len() as u64));
        assert!(kept.cover.submission == vouching.cover.submission && !file.name.contains('/'));
    }
    assert!(parts.iter().any(|(_, _, content)| *content == film));
}

#[tokio::test]
async fn a_file_that_breaks_off_or_is_too_large_leaves_nothing() {
    let stage = Stage::with(|config| config.upload_bytes = 300_000).await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.send(&words).await;
    let state = visitor.hidden("state");
    visitor.upload(("a", &[1; 300_001]), "").await;
    assert!(visitor.status.is_success() && visitor.page.contains("role=\"alert\""), "{}", visitor.page);
    let whole = multipart(&[("state", None, state.as_bytes()), ("about", None, b""), ("file", Some("a"), &[1; 200_000])]);
    for cut in [whole.len() - 12, whole.len() / 2, 300, 10, 0] {
        visitor.upload_body(whole[..cut].to_vec()).await;
        assert!(!visitor.page.contains("class=\"digest\""), "cut at {cut}: {}", visitor.page);
    }
    for bad in [
        multipart(&[("about", None, b""), ("state", None, state.as_bytes()), ("file", Some("a"), b"a")]),
        multipart(&[("state", None, b"AAAA"), ("about", None, b""), ("file", Some("a"), b"a")]),
        multipart(&[("state", None, state.as_bytes()), ("about", None, b"\0"), ("file", Some("a"), b"a")]),
        multipart(&[("state", None, state.as_bytes()), ("about", None, b""), ("file", Some(""), b"")]),
        multipart(&[("state", None, state.as_bytes()), ("about", None, b""), ("file", None, b"a")]),
        multipart(&[("state", None, state.as_bytes()), ("about", None, b""), ("other", Some("a"), b"a")]),
    ] {
        visitor.upload_body(bad).await;
        assert!(!visitor.page.contains("class=\"digest\""), "{}", visitor.page);
    }
    assert_eq!(count(&stage).await, 4);
    // The page that all those came from still takes its file, once.
    for _ in 0..2 {
        visitor.upload_body(whole.clone()).await;
        assert_eq!((visitor.status, count(&stage).await), (StatusCode::OK, 6));
    }
}

#[tokio::test]
async fn there_is_room_for_fifty_files() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let words = visitor.as_far_as_words("a", TEAM_DOOR).await;
    visitor.send(&words).await;
    for n in 0..49 {
        visitor.upload(("a", &[n]), "").await;
    }
    let last = visitor.page.clone();
    visitor.upload(("a", b"50"), "").await;
    assert!(visitor.page.contains("class=\"digest\"") && !visitor.page.contains("type=\"file\""));
    visitor.page = last;
    visitor.upload(("a", b"51"), "").await;
    assert!(!visitor.page.contains("class=\"digest\""));
    assert_eq!(count(&stage).await, 4 + 100);
}

async fn visit(stage: &Stage, words: &str) -> Answer {
    stage.post("/be/back", &[("words", words)], &[]).await
}

/// Puts an answer into a mailbox.
async fn answer(stage: &Stage, words: &str, seq: u32, text: &str) {
    let source = Source::new(&stage.keys.book, &Words::parse(words, Lang::Be).unwrap());
    let reply = Reply { seq, kind: AnswerKind::Text, lang: "be".to_owned(), day: TODAY, list_no: 1, text: text.to_owned() };
    let id = MailboxId(source.mailbox().0);
    let block = Block::seal(&stage.keys.book, &id, &source.reply().public(), &reply, &stage.keys.reply, &mut random()).unwrap();
    stage.portal.inbox().put_block(id.0, [seq as u8; 16], 9_999, block.bytes()).await.unwrap();
}

#[tokio::test]
async fn a_mailbox_shows_answers_newest_first_and_all_are_of_one_size() {
    let stage = Stage::set().await;
    let known = Words::random(&mut random()).text(Lang::Be).to_string();
    let unknown = Words::random(&mut random()).text(Lang::Be).to_string();
    let empty = visit(&stage, &unknown).await;
    for (seq, text) in [(1, "дзякуй"), (2, "<script>пытанне</script>"), (3, "трэцяе")] {
        answer(&stage, &known, seq, text).await;
    }
    let full = visit(&stage, &known).await;
    assert_eq!((empty.status, empty.body.len()), (full.status, full.body.len()));
    assert!(full.body.contains("&#60;script&#62;пытанне") && full.body.find("трэцяе") < full.body.find("дзякуй"));
    assert!(!empty.body.contains("<article"));
    let again = visit(&stage, &unknown).await;
    assert_ne!(again.body[again.body.len() - 200..], empty.body[empty.body.len() - 200..], "noise is fresh");
}

#[tokio::test]
async fn words_that_are_none_are_told_apart_without_saying_which_are_real() {
    let stage = Stage::set().await;
    for wrong in ["", "адно слова", "\u{202e}", &"слова ".repeat(12)] {
        let answer = visit(&stage, wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(wrong.is_empty() || !answer.body.contains(wrong));
    }
}

#[tokio::test]
async fn from_the_mailbox_more_is_sent_a_permission_taken_back_and_all_destroyed() {
    let stage = Stage::set().await;
    let words = Words::random(&mut random()).text(Lang::Be).to_string();
    let source = Source::new(&stage.keys.book, &Words::parse(&words, Lang::Be).unwrap());
    let mut visitor = Visitor::new(&stage);
    visitor.post("/back", &[("words", &words)]).await;
    let mailbox = visitor.page.clone();
    let state = visitor.hidden("state");
    visitor.post("/back/add", &[("state", &state), ("stay", "1")]).await;
    assert!(visitor.page.contains("name=\"add/text\""));
    visitor.post("/back/add", &[("state", &visitor.hidden("state")), ("add/text", "яшчэ"), ("door/door", "team")]).await;
    visitor.upload(("фота.jpg", b"jpg"), "").await;
    assert!(visitor.page.contains("class=\"digest\""), "{}", visitor.page);
    for (what, fields, kind) in
        [("withdraw", [("withdraw/what", "all"), ("a", "a")], PartKind::Withdrawal), ("delete", [("delete/confirm", "yes"), ("a", "a")], PartKind::Deletion)]
    {
        let before = count(&stage).await;
        visitor.page.clone_from(&mailbox);
        let state = visitor.hidden("state");
        let path = format!("/back/{what}");
        visitor.post(&path, &[("state", &state)]).await;
        assert_eq!((visitor.status, count(&stage).await), (StatusCode::UNPROCESSABLE_ENTITY, before), "nothing without saying what");
        for _ in 0..2 {
            visitor.post(&path, &[&[("state", state.as_str())], fields.as_slice()].concat()).await;
            assert_eq!((visitor.status, count(&stage).await), (StatusCode::OK, before + 4), "{what}");
        }
        let parts = opened(&stage).await;
        let base = parts.iter().find(|(_, opened, _)| opened.cover.kind == kind && opened.cover.compartment == Compartment::Base).unwrap();
        base.1.cover.verify(&source.voice().public(), &base.1.content_sha256).unwrap();
        assert_eq!(base.1.cover.source.as_ref().unwrap().mailbox, source.mailbox().0);
    }
}

#[tokio::test]
async fn what_was_sealed_elsewhere_is_kept_as_it_is_if_it_is_sealed_to_keys_of_today() {
    let stage = Stage::set().await;
    let list = stage.portal.list().unwrap();
    let at = Context { list: list.list(), day: TODAY, lang: Lang::Be, checkpoint: None };
    let mut told = Answers::new();
    told.set("tell", "account", "a").unwrap();
    let (bundle, follow) = submission::submit(&at, SubmissionId::from_random([1; 16]), PartKind::Report, &told, Sender::OneWay, &mut random()).unwrap();
    let post = async |path: &str, body: Vec<u8>| {
        let answer = stage.send(Request::post(path).body(Body::from(body)).unwrap()).await;
        (answer.status.as_u16(), answer.body)
    };
    let bytes = wire::encode_bundle(&bundle);
    assert_eq!(post("/sealed", bytes.clone()).await, (200, "stored\n".to_owned()));
    assert_eq!(post("/sealed", bytes.clone()).await, (200, "already there\n".to_owned()));
    assert_eq!(post("/sealed", bytes[..bytes.len() - 1].to_vec()).await.0, 400);
    assert_eq!(opened(&stage).await.len(), 4);
    let mut payload = Vec::new();
    let mut sealer = follow.file(&at, 7, &mut random(), &mut payload).unwrap();
    sealer.push(&[3; 100_000], &mut payload).unwrap();
    let sealed = sealer.end().unwrap().finish(&mut payload);
    let file = [wire::encode_file_head(&sealed.header), payload].concat();
    assert_eq!(post("/sealed/file", file[..file.len() - 1].to_vec()).await.0, 400);
    assert_eq!(post("/sealed/file", b"kniha-life".to_vec()).await.0, 400);
    assert_eq!(post("/sealed/file", file).await, (200, "stored\n".to_owned()));
    assert_eq!(opened(&stage).await.len(), 5);
    // What vouches for the file travels as a bundle of one part; leaves stay as many as submissions.
    let file = FileRef {
        part: sealed.part,
        payload_sha256: sealed.payload_sha256,
        content_sha256: sealed.content_sha256,
        content_len: sealed.content_len,
        name: "a".to_owned(),
        claimed_type: String::new(),
    };
    let vouching = follow.vouch(&at, 7, file, &Answers::new(), &mut random()).unwrap();
    let alone = submission::Bundle { parts: vec![vouching], leaf: Leaf::filler(&mut random()) };
    assert_eq!(post("/sealed", wire::encode_bundle(&alone)).await, (200, "stored\n".to_owned()));
    assert_eq!((opened(&stage).await.len(), stage.portal.inbox().leaves(None, 10).await.unwrap().len()), (6, 1));
    // Keys that are in no list of this portal.
    let strangers = crate::stage::Keys::draw().list(1, None, TODAY, Day(TODAY.0 + 89));
    let at = Context { list: strangers.list(), ..at };
    let (foreign, _) = submission::submit(&at, SubmissionId::from_random([2; 16]), PartKind::Report, &told, Sender::OneWay, &mut random()).unwrap();
    let refused = post("/sealed", wire::encode_bundle(&foreign)).await;
    assert_eq!(refused.0, 409, "{}", refused.1);
}

#[tokio::test]
async fn every_screen_is_small() {
    let stage = Stage::set().await;
    let mut visitor = Visitor::new(&stage);
    let mut sizes = vec![stage.get("/be").await.body.len()];
    visitor.begin().await;
    sizes.push(visitor.page.len());
    visitor.go("account", "next", &[("tell/account", &"слова ".repeat(300))]).await;
    sizes.push(visitor.page.len());
    visitor.go("door", "next", TEAM_DOOR).await;
    sizes.push(visitor.page.len());
    let words = visitor.words();
    visitor.send(&words).await;
    sizes.push(visitor.page.len());
    assert!(sizes.iter().all(|size| *size <= 30 * 1024), "{sizes:?}");
}

#[tokio::test]
async fn the_longest_list_that_custodians_sign_is_kept() {
    let stage = Stage::set().await;
    let two = stage.keys.list(2, Some(*stage.portal.list().unwrap().digest()), TODAY, Day(TODAY.0 + 1));
    let mut list = two.list().clone();
    let slots = |quorum: &ListedQuorum| (1..=128).map(|slot| ListedSlot { slot, ..quorum.slots[0].clone() }).collect();
    for quorum in &mut list.quorums {
        quorum.slots = slots(quorum);
    }
    let mut signed = SignedList::unsigned(list).unwrap();
    let signature = stage.keys.custodian.sign(Purpose::KeyList, signed.to_sign());
    signed.add(&stage.keys.custodian.public(), signature);
    let bytes = signed.encode();
    assert!((1_500_000..kniha_inbox::LIST_MOST).contains(&bytes.len()), "{}", bytes.len());
    stage.portal.inbox().put_list(2, &bytes).await.unwrap();
    assert_eq!(kniha_inbox::LIST_MOST, kniha_seal::keylist::MOST_BYTES);
}
