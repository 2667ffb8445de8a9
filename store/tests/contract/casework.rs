//! Access that ends, tasks, the sheet of a case, custody, clocks, changes, erasing a source; and all of it behind the wall.

use kniha_core::claim::{Move, Stance, Status};
use kniha_core::custody::{By, Deed, Digests, Entry, Fault, Precision, Signature};
use kniha_core::day::Day;
use kniha_core::id::{CaseId, MemberId, NodeId};
use kniha_core::time::{DAY_US, UtcMicros};
use kniha_core::vocab::NodeKind;
use kniha_store::{
    AccessMove, Basis, Count, Ending, EntryId, Gap, Kept, Lack, NewDeed, NewTask, Reader, Saying, Seen, Store, StoreError, Supporting, TaskId, TaskQuery,
    Terms, access_history, case_lines, case_members, cases, changes, check, claim, clocks, custody_chain, custody_days, falls_with, history, record, sheet,
    task, tasks, tasks_of_record, unexamined,
};

use crate::contracts;
use crate::support::*;

contracts!(
    access_ends_when_it_was_said_to,
    a_lapsed_member_writes_nothing_more,
    a_revoked_member_sees_an_empty_book,
    every_grant_leaves_its_history,
    tasks_are_done_and_reopened_and_listed_by_day,
    a_task_pressed_twice_is_one_task,
    a_sheet_says_what_each_element_lacks,
    what_is_taken_back_stays_with_its_reason,
    a_support_in_another_case_is_counted_and_not_told,
    custody_is_a_chain_and_every_edit_of_the_database_is_found,
    custody_of_a_day_has_one_root,
    clocks_tell_what_ends_and_when,
    changes_are_those_of_others_until_they_are_seen,
    an_erased_source_takes_what_rests_on_it_alone,
    erasing_reaches_where_the_member_does_not_see,
    casework_is_nothing_to_a_newcomer,
    casework_is_in_an_export_and_comes_back,
);

const OTHER: [u8; 16] = [3; 16];

fn later(us: i64) -> UtcMicros {
    UtcMicros(NOW.0 + us)
}

/// A member who was granted the book's case under these terms.
async fn member(book: &Book, terms: Terms<'_>) -> Reader {
    let id = MemberId::from_random(OTHER);
    let mut writing = book.write().await;
    writing.add_member(id, "Other").await.unwrap();
    writing.grant_under(book.case, id, terms).await.unwrap();
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    kniha_store::reader(&mut tx, id).await.unwrap()
}

async fn sees(book: &Book, reader: &Reader, node: NodeId) -> bool {
    let mut tx = book.store.read().await.unwrap();
    let record = record(&mut tx, reader, node).await.unwrap().is_some();
    assert_eq!(record, !cases(&mut tx, reader).await.unwrap().is_empty());
    record
}

async fn access_ends_when_it_was_said_to(book: &Book) {
    let node = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let other = member(book, Terms { until: Some(later(1000)), ..Terms::default() }).await;
    assert_eq!(book.store.lapse(later(999)).await.unwrap(), 0);
    assert!(sees(book, &other, node).await, "in force until the moment it ends");
    assert_eq!(book.store.lapse(later(1000)).await.unwrap(), 1);
    assert!(!sees(book, &other, node).await);
    assert_eq!(number(&book.place, "SELECT COUNT(*) FROM access WHERE member_no = 2").await, 0, "only rows in force stand there");
    assert_eq!(book.store.lapse(later(2000)).await.unwrap(), 0, "it lapses once");
    // An access without an end, and one that was given a later one, stay.
    let mut writing = book.write().await;
    writing.grant_under(book.case, other.id, Terms { until: Some(later(3000)), ..Terms::default() }).await.unwrap();
    writing.grant_under(book.case, other.id, Terms { until: Some(later(9000)), ..Terms::default() }).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(book.store.lapse(later(4000)).await.unwrap(), 0);
    assert!(sees(book, &other, node).await);
}

async fn a_lapsed_member_writes_nothing_more(book: &Book) {
    let other = member(book, Terms { until: Some(later(1000)), ..Terms::default() }).await;
    // Nobody has called `lapse`: the writing transaction looks by itself.
    let mut writing = book.store.write(other.id, later(1000)).await.unwrap();
    let id = writing.random().id().unwrap();
    assert!(matches!(writing.add_record(id, NodeKind::Person, book.case).await, Err(StoreError::NotFound { what: "case" })));
}

async fn a_revoked_member_sees_an_empty_book(book: &Book) {
    let node = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let other = member(book, Terms::default()).await;
    assert!(sees(book, &other, node).await);
    let mut writing = book.write().await;
    assert!(writing.revoke(book.case, other.id, Terms::default()).await.unwrap());
    assert!(!writing.revoke(book.case, other.id, Terms::default()).await.unwrap(), "once");
    writing.commit().await.unwrap();
    assert!(!sees(book, &other, node).await);
    // A frozen member loses every case at once, by somebody who sees none of them.
    let mut writing = book.write().await;
    writing.grant(book.case, other.id).await.unwrap();
    writing.add_member(MemberId::from_random([5; 16]), "Operator").await.unwrap();
    writing.commit().await.unwrap();
    let mut writing = book.store.write(MemberId::from_random([5; 16]), NOW).await.unwrap();
    assert!(matches!(writing.revoke(book.case, other.id, Terms::default()).await, Err(StoreError::NotFound { what: "case" })));
    assert_eq!(writing.revoke_all(other.id, Some("act-9")).await.unwrap(), 1);
    writing.commit().await.unwrap();
    assert!(!sees(book, &other, node).await);
}

async fn every_grant_leaves_its_history(book: &Book) {
    let other = member(book, Terms { until: Some(later(500)), second: Some(book.member), act: Some("act-1") }).await;
    book.store.lapse(later(500)).await.unwrap();
    let mut writing = book.store.write(book.member, later(600)).await.unwrap();
    writing.grant(book.case, other.id).await.unwrap();
    writing.revoke(book.case, other.id, Terms::default()).await.unwrap();
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let told = access_history(&mut tx, &me, book.case, 10).await.unwrap();
    let whats: Vec<AccessMove> = told.iter().map(|event| event.what).collect();
    assert_eq!(whats, [AccessMove::Revoked, AccessMove::Granted, AccessMove::Lapsed, AccessMove::Granted, AccessMove::Granted]);
    assert_eq!((told[3].second.as_deref(), told[3].until, told[3].act.as_deref()), (Some("Tester"), Some(later(500)), Some("act-1")));
    assert_eq!((told[2].by.as_str(), told[4].whose.as_str()), ("Other", "Tester"));
    assert_eq!(case_members(&mut tx, &me, book.case).await.unwrap().len(), 1);
    assert_eq!(access_history(&mut tx, &other, book.case, 10).await.unwrap(), vec![]);
    assert_eq!(case_members(&mut tx, &other, book.case).await.unwrap(), vec![]);
}

fn new_task(book: &Book, n: u8, words: &str, due: Option<Day>) -> NewTask {
    NewTask { id: TaskId::from_random([n; 16]), case: book.case, words: words.to_owned(), who: Some(book.member), due, gap: None }
}

async fn tasks_are_done_and_reopened_and_listed_by_day(book: &Book) {
    let today = Day::of(NOW);
    let mut writing = book.write().await;
    for (n, words, due) in [(1, "no day", None), (2, "late", Some(today.plus(9))), (3, "soon", Some(today.plus(1)))] {
        writing.add_task(&new_task(book, n, words, due)).await.unwrap();
    }
    let stranger = NewTask { who: Some(MemberId::from_random(OTHER)), ..new_task(book, 4, "not theirs", None) };
    writing.add_member(MemberId::from_random(OTHER), "Other").await.unwrap();
    assert!(matches!(writing.add_task(&stranger).await, Err(StoreError::NotFound { what: "member" })), "a task is for somebody who sees the case");
    assert!(matches!(writing.add_task(&new_task(book, 5, " ", None)).await, Err(StoreError::Words { what: "task", .. })));
    writing.add_task(&NewTask { who: None, ..new_task(book, 6, "for anybody", None) }).await.unwrap();
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let query = TaskQuery { limit: 10, ..TaskQuery::default() };
    let words = async |query: TaskQuery| {
        let mut tx = book.store.read().await.unwrap();
        let (found, more) = tasks(&mut tx, &me, &query).await.unwrap();
        (found.into_iter().map(|task| task.words).collect::<Vec<_>>(), more)
    };
    assert_eq!(words(query.clone()).await, (["soon", "late", "no day", "for anybody"].map(str::to_owned).to_vec(), false));
    assert_eq!(words(TaskQuery { limit: 1, ..query.clone() }).await, (vec!["soon".to_owned()], true));
    assert_eq!(words(TaskQuery { due_by: Some(today.plus(1)), ..query.clone() }).await.0, ["soon"]);
    assert_eq!(words(TaskQuery { who: Some(book.member), case: Some(book.case), ..query.clone() }).await.0, ["soon", "late", "no day"]);
    let soon = TaskId::from_random([3; 16]);
    let set = async |done: bool, said: &str| {
        let mut writing = book.write().await;
        writing.set_task(soon, done, Some(said)).await.unwrap();
        writing.commit().await.unwrap();
    };
    set(true, "called him").await;
    set(true, "again").await;
    assert_eq!(words(query.clone()).await.0, ["late", "no day", "for anybody"]);
    assert_eq!(words(TaskQuery { done: true, ..query.clone() }).await.0, ["soon"]);
    let one = task(&mut book.store.read().await.unwrap(), &me, soon).await.unwrap().unwrap();
    assert_eq!((one.done, one.said.as_deref()), (Some(("Tester".to_owned(), NOW)), Some("called him")), "done twice is done once");
    set(false, "he has more to say").await;
    assert_eq!(words(query).await.0[0], "soon");
}

async fn a_task_pressed_twice_is_one_task(book: &Book) {
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let gap = Some(Gap::Property(person, "person.birth".to_owned()));
    let mut writing = book.write().await;
    let new = NewTask { gap: gap.clone(), ..new_task(book, 1, "find out when he was born", None) };
    writing.add_task(&new).await.unwrap();
    writing.add_task(&new).await.unwrap();
    let nowhere = NewTask { gap: Some(Gap::Property(person, "person.shoe".to_owned())), ..new_task(book, 2, "shoe", None) };
    assert!(matches!(writing.add_task(&nowhere).await, Err(StoreError::NotFound { what: "property" })));
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let mut tx = book.store.read().await.unwrap();
    let of_record = tasks_of_record(&mut tx, &me, person).await.unwrap();
    assert_eq!((of_record.len(), &of_record[0].gap), (1, &gap));
}

fn entry(n: u8) -> EntryId {
    EntryId::from_random([n; 16])
}

async fn a_sheet_says_what_each_element_lacks(book: &Book) {
    let (a, b) = (book.record(NodeKind::Source, &[("source.title", text("A"))]).await, book.record(NodeKind::Source, &[("source.title", text("B"))]).await);
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let mut writing = book.write().await;
    let mut ids = Vec::new();
    for source in [a, b] {
        let mut new = crate::support::claim(&mut writing, person, "person.note", text("beaten"));
        new.citations = vec![citing(source, "they beat him")];
        ids.push(new.id);
        writing.add_claim(new, book.case).await.unwrap();
    }
    let wanted = entry(1);
    writing.say(entry(9), book.case, &Saying::Question("Was he tortured?".to_owned())).await.unwrap();
    writing.say(wanted, book.case, &Saying::Element("torture_cat_pain".to_owned())).await.unwrap();
    assert!(matches!(writing.say(entry(8), book.case, &Saying::Element("theft".to_owned())).await, Err(StoreError::NotFound { what: "element" })));
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let lacks = async || {
        let mut tx = book.store.read().await.unwrap();
        sheet(&mut tx, &me, book.case).await.unwrap().unwrap().elements[0].lacks()
    };
    assert_eq!(lacks().await, [Lack::Nothing]);
    let support = |on, stance| Saying::Support { element: wanted, on, stance, words: None };
    let say = async |n: u8, saying: Saying| {
        let mut writing = book.write().await;
        writing.say(entry(n), book.case, &saying).await.unwrap();
        writing.commit().await.unwrap();
    };
    say(2, support(Basis::Claim(ids[0]), Stance::For)).await;
    assert_eq!(lacks().await, [Lack::OneOrigin, Lack::Unexamined, Lack::NoContrary]);
    say(3, support(Basis::Claim(ids[1]), Stance::For)).await;
    assert_eq!(lacks().await, [Lack::Unexamined, Lack::NoContrary]);
    let move_claim = async |id, what, reason| {
        let mut writing = book.write().await;
        writing.move_claim(id, what, reason).await.unwrap();
        writing.commit().await.unwrap();
    };
    move_claim(ids[0], Move::Accept, None).await;
    assert_eq!(lacks().await, [Lack::NoContrary]);
    say(4, support(Basis::Source(b), Stance::Against)).await;
    assert_eq!(lacks().await, []);
    // What a claim supports falls with it.
    move_claim(ids[0], Move::Withdraw, Some("misread")).await;
    assert_eq!(lacks().await, [Lack::OneOrigin, Lack::Unexamined]);
}

async fn what_is_taken_back_stays_with_its_reason(book: &Book) {
    let mut writing = book.write().await;
    writing.say(entry(1), book.case, &Saying::Question("Who gave the order?".to_owned())).await.unwrap();
    writing.say(entry(2), book.case, &Saying::Question("Who gave which order?".to_owned())).await.unwrap();
    writing.say(entry(3), book.case, &Saying::Hypothesis { words: "The colonel".to_owned(), innocent: false }).await.unwrap();
    writing.say(entry(4), book.case, &Saying::Hypothesis { words: "He fell".to_owned(), innocent: true }).await.unwrap();
    writing.say(entry(4), book.case, &Saying::Hypothesis { words: "sent twice".to_owned(), innocent: true }).await.unwrap();
    assert!(matches!(writing.take_back(entry(5), entry(4), " ").await, Err(StoreError::Words { what: "reason", .. })));
    writing.take_back(entry(5), entry(4), "the doctor excludes it").await.unwrap();
    assert!(matches!(writing.take_back(entry(6), entry(4), "again").await, Err(StoreError::NotFound { what: "entry" })));
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let sheet = sheet(&mut book.store.read().await.unwrap(), &me, book.case).await.unwrap().unwrap();
    assert_eq!(sheet.questions.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>(), ["Who gave which order?", "Who gave the order?"]);
    let told: Vec<(&str, bool, bool)> = sheet.hypotheses.iter().map(|h| (h.words.as_str(), h.innocent, h.written.withdrawn.is_some())).collect();
    assert_eq!(told, [("The colonel", false, false), ("He fell", true, true)]);
    assert_eq!(sheet.hypotheses[1].written.withdrawn.as_ref().unwrap().0, "the doctor excludes it");
}

async fn a_support_in_another_case_is_counted_and_not_told(book: &Book) {
    let hidden = CaseId::from_random([8; 16]);
    let other = member(book, Terms::default()).await;
    let mut writing = book.write().await;
    writing.add_case(hidden, "Hidden").await.unwrap();
    let person = writing.random().id().unwrap();
    writing.add_record(person, NodeKind::Person, hidden).await.unwrap();
    let secret = crate::support::claim(&mut writing, person, "person.note", text("seen from the window"));
    let secret_id = secret.id;
    writing.add_claim(secret, hidden).await.unwrap();
    writing.say(entry(1), book.case, &Saying::Element("torture_cat_pain".to_owned())).await.unwrap();
    let support = Saying::Support { element: entry(1), on: Basis::Claim(secret_id), stance: Stance::For, words: None };
    writing.say(entry(2), book.case, &support).await.unwrap();
    writing.commit().await.unwrap();
    let element = async |reader: &Reader| sheet(&mut book.store.read().await.unwrap(), reader, book.case).await.unwrap().unwrap().elements.remove(0);
    let mine = element(&book.reader().await).await;
    assert!(matches!(&mine.support[0].on, Supporting::Claim(claim) if claim.id == secret_id));
    let theirs = element(&other).await;
    assert_eq!((theirs.support.len(), theirs.withheld, theirs.lacks()), (0, 1, vec![]));
    // And they cannot lay it on their own sheet.
    let mut writing = book.store.write(other.id, NOW).await.unwrap();
    assert!(matches!(writing.say(entry(7), book.case, &support).await, Err(StoreError::NotFound { what: "claim" })));
}

/// Stands for a signature of the desk.
fn sealed(body: &[u8]) -> Signature {
    use sha2::{Digest, Sha256};
    Signature::new(Sha256::new().chain_update(b"key of the test").chain_update(body).finalize().to_vec()).unwrap()
}

fn genuine(_: &Entry, body: &[u8], signature: &Signature) -> bool {
    *signature == sealed(body)
}

fn deed(deed: Deed, sha3_512: Option<[u8; 64]>) -> NewDeed {
    let by = By::Member(MemberId::from_random(MEMBER));
    let precision = if deed == Deed::Receive { Precision::Day } else { Precision::Us };
    let after = if deed == Deed::Destroy { Digests::default() } else { Digests { sha256: Some([1; 32]), sha3_512 } };
    NewDeed { deed, at: None, precision, by, role: "investigator".to_owned(), reason: None, after, parent: None, operation: None, tool: None }
}

async fn enter(book: &Book, exhibit: NodeId, now: UtcMicros, new: NewDeed) -> Result<(), StoreError> {
    let mut writing = book.store.write(book.member, now).await.unwrap();
    let entry = writing.draft_custody(exhibit, new).await?;
    writing.add_custody(&entry, &sealed(&entry.cbor())).await?;
    writing.commit().await
}

async fn custody_is_a_chain_and_every_edit_of_the_database_is_found(book: &Book) {
    let exhibit = book.record(NodeKind::Exhibit, &[("exhibit.title", text("A photograph"))]).await;
    let person = book.record(NodeKind::Person, &[]).await;
    assert!(matches!(enter(book, person, NOW, deed(Deed::Receive, None)).await, Err(StoreError::NotFound { what: "exhibit" })));
    assert!(matches!(enter(book, exhibit, NOW, deed(Deed::Open, Some([2; 64]))).await, Err(StoreError::Custody { what: Fault::Digest })), "first it comes");
    enter(book, exhibit, NOW, deed(Deed::Receive, None)).await.unwrap();
    assert!(matches!(enter(book, exhibit, NOW, deed(Deed::Open, None)).await, Err(StoreError::Custody { what: Fault::Digest })), "opened with SHA3-512");
    enter(book, exhibit, later(1), deed(Deed::Open, Some([2; 64]))).await.unwrap();
    enter(book, exhibit, later(2), deed(Deed::Copy, Some([2; 64]))).await.unwrap();
    // Two who draft the same entry: the second is refused.
    let mut writing = book.store.write(book.member, later(3)).await.unwrap();
    let (first, second) = (
        writing.draft_custody(exhibit, deed(Deed::Export, Some([2; 64]))).await.unwrap(),
        writing.draft_custody(exhibit, deed(Deed::Copy, Some([2; 64]))).await.unwrap(),
    );
    writing.add_custody(&first, &sealed(&first.cbor())).await.unwrap();
    assert!(matches!(writing.add_custody(&second, &sealed(&second.cbor())).await, Err(StoreError::Custody { what: Fault::Chain })));
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let followed = async || custody_chain(&mut book.store.read().await.unwrap(), &me, exhibit).await.unwrap().unwrap().check(&book.store.book().id, genuine);
    let entries = followed().await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.deed).collect::<Vec<_>>(), [Deed::Receive, Deed::Open, Deed::Copy, Deed::Export]);
    assert_eq!((entries[0].at.0 % DAY_US, entries[1].at), (0, later(1)), "received to the day");
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new());
    // Edits past the store; each is undone by its twin.
    for (edit, undo) in [
        ("UPDATE custody SET n = CASE n WHEN 1 THEN 5 ELSE n END RETURNING n", "UPDATE custody SET n = CASE n WHEN 5 THEN 1 ELSE n END RETURNING n"),
        ("UPDATE custody SET n = 10 - n RETURNING n", "UPDATE custody SET n = 10 - n RETURNING n"),
        ("UPDATE custody_head SET entries = entries - 1 RETURNING entries", "UPDATE custody_head SET entries = entries + 1 RETURNING entries"),
        ("UPDATE custody SET exhibit_no = 2 WHERE n = 3 RETURNING n", "UPDATE custody SET exhibit_no = 1 WHERE n = 3 RETURNING n"),
        (
            "UPDATE custody SET body = signature, signature = body WHERE n = 2 RETURNING n",
            "UPDATE custody SET body = signature, signature = body WHERE n = 2 RETURNING n",
        ),
    ] {
        number(&book.place, edit).await;
        assert!(followed().await.is_err(), "{edit}");
        assert!(!check(&book.store, |_| {}).await.unwrap().faults.is_empty(), "{edit}");
        number(&book.place, undo).await;
        assert!(followed().await.is_ok(), "{undo}");
    }
    number(&book.place, "DELETE FROM custody WHERE n = 3 RETURNING n").await;
    assert!(followed().await.is_err(), "cut off at the end");
}

async fn custody_of_a_day_has_one_root(book: &Book) {
    let (a, b) = (book.record(NodeKind::Exhibit, &[]).await, book.record(NodeKind::Exhibit, &[]).await);
    enter(book, a, NOW, deed(Deed::Receive, None)).await.unwrap();
    enter(book, b, NOW, deed(Deed::Receive, None)).await.unwrap();
    let days = async || custody_days(&mut book.store.read().await.unwrap(), 10).await.unwrap();
    book.store.close_custody_days(NOW).await.unwrap();
    assert_eq!(days().await, [], "the day is not over");
    enter(book, a, later(DAY_US), deed(Deed::Open, Some([2; 64]))).await.unwrap();
    let first = days().await;
    assert_eq!((first.len(), first[0].day, first[0].entries), (1, Day::of(NOW), 2));
    book.store.close_custody_days(later(2 * DAY_US)).await.unwrap();
    let both = days().await;
    assert_eq!((both.len(), both[0].entries, both[1]), (2, 1, first[0]));
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new());
    // Two entries of one day change places: each chain is whole, the day is not.
    number(&book.place, "UPDATE custody SET no = no + 10 WHERE day = (SELECT MIN(day) FROM custody) AND no = 1 RETURNING no").await;
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults.len(), 1);
}

async fn clocks_tell_what_ends_and_when(book: &Book) {
    let today = Day::of(NOW);
    let other = member(book, Terms { until: Some(later(5 * DAY_US)), ..Terms::default() }).await;
    let ends = today.plus(2).to_string();
    let camera = book.record(NodeKind::Exhibit, &[("exhibit.retention_ends", value("exhibit.retention_ends", &ends))]).await;
    let statement = book.record(NodeKind::Source, &[]).await;
    let mut writing = book.write().await;
    writing.add_task(&new_task(book, 1, "ask the shop", Some(today.plus(1)))).await.unwrap();
    writing.add_task(&new_task(book, 2, "done before", Some(today.plus(1)))).await.unwrap();
    writing.set_task(TaskId::from_random([2; 16]), true, None).await.unwrap();
    assert_eq!(writing.review_by(statement, Kept::Information, None).await.unwrap(), today.plus(730));
    assert_eq!(writing.review_by(statement, Kept::Spam, None).await.unwrap(), today.plus(30));
    assert!(matches!(writing.review_by(statement, Kept::Other, None).await, Err(StoreError::NotFound { what: "day" })));
    writing.commit().await.unwrap();
    let me = book.reader().await;
    let told = async |reader: &Reader, to: i64, limit: usize| {
        let mut tx = book.store.read().await.unwrap();
        let (clocks, more) = clocks(&mut tx, reader, today.plus(-1), today.plus(to), limit).await.unwrap();
        (clocks.into_iter().map(|clock| (clock.day.0 - today.0, clock.what)).collect::<Vec<_>>(), more)
    };
    let (lines, more) = case_lines(&mut book.store.read().await.unwrap(), &me, 10).await.unwrap();
    assert_eq!((lines.len(), more, lines[0].members, lines[0].tasks, lines[0].due), (1, false, 2, 1, Some(today.plus(1))));
    let (all, more) = told(&me, 2000, 10).await;
    let wanted = [
        (1, Ending::Task(TaskId::from_random([1; 16]), "ask the shop".to_owned())),
        (2, Ending::Retention(camera)),
        (5, Ending::Access(other.id, "Other".to_owned())),
        (30, Ending::Review(statement, Kept::Spam)),
    ];
    assert_eq!((all.as_slice(), more), (wanted.as_slice(), false), "the newest review day counts");
    assert_eq!(told(&me, 2, 10).await.0.len(), 2);
    assert_eq!(told(&me, 2000, 2).await, (wanted[..2].to_vec(), true));
    book.store.lapse(later(5 * DAY_US)).await.unwrap();
    assert_eq!(told(&me, 2000, 10).await.0.len(), 3, "what lapsed is no clock");
    assert_eq!(told(&other, 2000, 10).await, (vec![], false));
}

async fn changes_are_those_of_others_until_they_are_seen(book: &Book) {
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let other = member(book, Terms::default()).await;
    let hidden = CaseId::from_random([8; 16]);
    let mut writing = book.write().await;
    writing.add_case(hidden, "Hidden").await.unwrap();
    let unseen = writing.random().id().unwrap();
    writing.add_record(unseen, NodeKind::Person, hidden).await.unwrap();
    let new = crate::support::claim(&mut writing, unseen, "person.note", text("secret"));
    writing.add_claim(new, hidden).await.unwrap();
    writing.commit().await.unwrap();
    let told = async |reader: &Reader| changes(&mut book.store.read().await.unwrap(), reader, 10).await.unwrap();
    assert_eq!(told(&book.reader().await).await.records, [], "one's own work is no news");
    let news = told(&other).await;
    assert_eq!(
        news.records.iter().map(|changed| (changed.id, changed.claims, changed.by.clone())).collect::<Vec<_>>(),
        [(person, 1, vec!["Tester".to_owned()])]
    );
    let seen = async |seen: Seen| {
        let mut writing = book.store.write(other.id, NOW).await.unwrap();
        writing.mark_seen(seen).await.unwrap();
        writing.commit().await.unwrap();
    };
    seen(news.newest).await;
    assert_eq!(told(&other).await.records, []);
    let noted = book.add(person, "person.note", text("tall")).await;
    let mut writing = book.write().await;
    writing.move_claim(noted, Move::Accept, None).await.unwrap();
    writing.commit().await.unwrap();
    let news = told(&other).await;
    assert_eq!(news.records.iter().map(|changed| (changed.id, changed.claims, changed.moves)).collect::<Vec<_>>(), [(person, 1, 1)]);
    let (waiting, count) = unexamined(&mut book.store.read().await.unwrap(), &other, 10).await.unwrap();
    assert_eq!((waiting.len(), count), (1, Count::Exactly(1)), "the name waits, the accepted note does not");
    seen(Seen { claim: 0, event: 0 }).await;
    assert_eq!(told(&other).await.records.len(), 1, "a mark does not go back");
    seen(Seen { claim: i64::MAX, event: i64::MAX }).await;
    book.add(person, "person.note", text("wore green")).await;
    assert_eq!(told(&other).await.records.len(), 1, "a mark does not go beyond what was there");
}

/// A source with a claim of its own, a claim that rests on it alone, and an accepted one that rests on another source too.
async fn with_source(book: &Book) -> (NodeId, NodeId, [kniha_core::id::ClaimId; 3]) {
    let (source, other) = (book.record(NodeKind::Source, &[("source.title", text("Statement"))]).await, book.record(NodeKind::Source, &[]).await);
    let person = book.record(NodeKind::Person, &[("person.name", name("Ян"))]).await;
    let mut writing = book.write().await;
    let mut alone = crate::support::claim(&mut writing, person, "person.note", text("only she saw it"));
    alone.citations = vec![citing(source, "I saw it")];
    let mut shared = crate::support::claim(&mut writing, person, "person.note", text("both saw it"));
    shared.citations = vec![citing(source, "I saw it too"), citing(other, "so did I")];
    let mut untouched = crate::support::claim(&mut writing, person, "person.note", text("he saw it"));
    untouched.citations = vec![citing(other, "me")];
    let ids = [alone.id, shared.id, untouched.id];
    for new in [alone, shared, untouched] {
        writing.add_claim(new, book.case).await.unwrap();
    }
    writing.move_claim(ids[1], Move::Accept, None).await.unwrap();
    writing.commit().await.unwrap();
    (source, person, ids)
}

async fn an_erased_source_takes_what_rests_on_it_alone(book: &Book) {
    let (source, person, ids) = with_source(book).await;
    let me = book.reader().await;
    let falling = falls_with(&mut book.store.read().await.unwrap(), &me, source).await.unwrap().unwrap();
    assert_eq!((falling.counts, falling.unseen, falling.asked), ((2, 1), 0, 1));
    assert!(falling.erased.iter().any(|claim| claim.id == ids[0]));
    assert_eq!(falling.kept.iter().map(|claim| claim.id).collect::<Vec<_>>(), [ids[1]]);
    let mut writing = book.write().await;
    let erased = writing.erase_source(source, "the person asked").await.unwrap();
    assert_eq!((erased.claims, erased.citations, erased.asked), (2, 1, 1));
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    assert!(claim(&mut tx, &me, ids[0]).await.unwrap().unwrap().value.is_none());
    let shared = claim(&mut tx, &me, ids[1]).await.unwrap().unwrap();
    assert_eq!((shared.value.is_some(), shared.status), (true, Status::WorkNeeded), "an accepted claim is asked again");
    assert_eq!(shared.citations.iter().map(|citation| citation.words.as_deref()).collect::<Vec<_>>(), [None, Some("so did I")]);
    assert!(claim(&mut tx, &me, ids[2]).await.unwrap().unwrap().value.is_some());
    let tombstone = record(&mut tx, &me, source).await.unwrap().unwrap();
    assert!(tombstone.claims.iter().all(|claim| claim.value.is_none()), "the record stays, empty");
    assert!(history(&mut tx, &me, person, None, 100).await.unwrap().is_some());
    drop(tx);
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new());
    assert_eq!(number(&book.place, "SELECT COUNT(*) FROM citation WHERE words LIKE '%I saw it%'").await, 0);
    // Twice is once: nothing is left to fall.
    let again = falls_with(&mut book.store.read().await.unwrap(), &me, source).await.unwrap().unwrap();
    assert_eq!(again.counts, (0, 0));
    // Where the other source goes too, the shared claim has nothing left.
    let other = shared.citations[1].source;
    let falling = falls_with(&mut book.store.read().await.unwrap(), &me, other).await.unwrap().unwrap();
    assert_eq!((falling.counts, falling.kept.len()), ((2, 0), 0));
}

async fn erasing_reaches_where_the_member_does_not_see(book: &Book) {
    let (source, _, _) = with_source(book).await;
    let hidden = CaseId::from_random([8; 16]);
    let mut writing = book.write().await;
    writing.add_case(hidden, "Hidden").await.unwrap();
    let person = writing.random().id().unwrap();
    writing.add_record(person, NodeKind::Person, hidden).await.unwrap();
    let mut secret = crate::support::claim(&mut writing, person, "person.note", text("and this"));
    secret.citations = vec![citing(source, "and this I saw")];
    let secret_id = secret.id;
    writing.add_claim(secret, hidden).await.unwrap();
    writing.commit().await.unwrap();
    let other = member(book, Terms::default()).await;
    let falling = falls_with(&mut book.store.read().await.unwrap(), &other, source).await.unwrap().unwrap();
    assert_eq!((falling.counts.0, falling.unseen), (3, 1), "counted, not shown");
    let mut writing = book.store.write(other.id, NOW).await.unwrap();
    writing.erase_source(source, "the person asked").await.unwrap();
    let planted = crate::support::claim(&mut writing, person, "person.note", text("planted"));
    assert!(matches!(writing.add_claim(planted, book.case).await, Err(StoreError::NotFound { what: "record" })), "the wall stands again");
    writing.commit().await.unwrap();
    let me = book.reader().await;
    assert!(claim(&mut book.store.read().await.unwrap(), &me, secret_id).await.unwrap().unwrap().value.is_none());
    assert_eq!(check(&book.store, |_| {}).await.unwrap().faults, Vec::<String>::new());
}

/// One of everything in the book's case.
async fn one_of_everything(book: &Book) -> (NodeId, NodeId) {
    let (source, _, ids) = with_source(book).await;
    let exhibit = book.record(NodeKind::Exhibit, &[("exhibit.retention_ends", value("exhibit.retention_ends", &Day::of(NOW).plus(2).to_string()))]).await;
    enter(book, exhibit, NOW, deed(Deed::Receive, None)).await.unwrap();
    let mut writing = book.write().await;
    writing.say(entry(1), book.case, &Saying::Question("Who?".to_owned())).await.unwrap();
    writing.say(entry(2), book.case, &Saying::Element("ill_treatment_state".to_owned())).await.unwrap();
    let support = |on| Saying::Support { element: entry(2), on, stance: Stance::For, words: Some("plainly".to_owned()) };
    writing.say(entry(3), book.case, &support(Basis::Claim(ids[0]))).await.unwrap();
    writing.say(entry(4), book.case, &support(Basis::Source(source))).await.unwrap();
    writing.take_back(entry(5), entry(4), "not she").await.unwrap();
    writing.add_task(&NewTask { gap: Some(Gap::Element(entry(2))), ..new_task(book, 1, "ask", Some(Day::of(NOW).plus(1))) }).await.unwrap();
    writing.set_task(TaskId::from_random([1; 16]), true, Some("asked")).await.unwrap();
    writing.set_task(TaskId::from_random([1; 16]), false, None).await.unwrap();
    writing.review_by(source, Kept::Refused, None).await.unwrap();
    writing.commit().await.unwrap();
    (source, exhibit)
}

async fn casework_is_nothing_to_a_newcomer(book: &Book) {
    let (source, exhibit) = one_of_everything(book).await;
    let mut writing = book.write().await;
    writing.add_member(MemberId::from_random(OTHER), "Newcomer").await.unwrap();
    writing.commit().await.unwrap();
    let mut tx = book.store.read().await.unwrap();
    let spy = kniha_store::reader(&mut tx, MemberId::from_random(OTHER)).await.unwrap();
    assert_eq!(sheet(&mut tx, &spy, book.case).await.unwrap(), None);
    assert_eq!(tasks(&mut tx, &spy, &TaskQuery { limit: 10, ..TaskQuery::default() }).await.unwrap(), (vec![], false));
    assert_eq!(task(&mut tx, &spy, TaskId::from_random([1; 16])).await.unwrap(), None);
    assert_eq!(tasks_of_record(&mut tx, &spy, source).await.unwrap(), vec![]);
    assert_eq!(custody_chain(&mut tx, &spy, exhibit).await.unwrap(), None);
    assert_eq!(falls_with(&mut tx, &spy, source).await.unwrap(), None);
    assert_eq!(clocks(&mut tx, &spy, Day(0), Day(100_000), 10).await.unwrap(), (vec![], false));
    assert_eq!(changes(&mut tx, &spy, 10).await.unwrap().records, vec![]);
    assert_eq!(unexamined(&mut tx, &spy, 10).await.unwrap(), (vec![], Count::Exactly(0)));
    assert_eq!(case_lines(&mut tx, &spy, 10).await.unwrap(), (vec![], false));
    drop(tx);
    let mut writing = book.store.write(spy.id, NOW).await.unwrap();
    let unseen = |result: Result<(), StoreError>| assert!(matches!(result, Err(StoreError::NotFound { .. })), "{result:?}");
    unseen(writing.add_task(&new_task(book, 9, "planted", None)).await);
    unseen(writing.set_task(TaskId::from_random([1; 16]), true, None).await);
    unseen(writing.say(entry(9), book.case, &Saying::Question("planted".to_owned())).await);
    unseen(writing.take_back(entry(9), entry(1), "planted").await);
    unseen(writing.review_by(source, Kept::Spam, None).await.map(drop));
    unseen(writing.erase_source(source, "planted").await.map(drop));
    unseen(writing.draft_custody(exhibit, deed(Deed::Open, Some([2; 64]))).await.map(drop));
}

async fn casework_is_in_an_export_and_comes_back(book: &Book) {
    let (source, _) = one_of_everything(book).await;
    let mut writing = book.write().await;
    writing.erase_source(source, "asked").await.unwrap();
    writing.add_member(MemberId::from_random(OTHER), "Other").await.unwrap();
    writing.grant_under(book.case, MemberId::from_random(OTHER), Terms { until: Some(later(DAY_US)), ..Terms::default() }).await.unwrap();
    writing.commit().await.unwrap();
    let exported = crate::whole::lines(&book.store).await;
    for table in ["access_event", "sheet", "task", "task_event", "custody", "custody_head", "review"] {
        assert!(exported.iter().any(|line| line.contains(&format!("\"table\":\"{table}\""))), "{table}");
    }
    let other = book.another().await;
    let mut rest = exported.iter().cloned();
    kniha_store::restore(&other.store, || Ok(rest.next()), |_| {}).await.unwrap();
    let opened = Store::open(&other.place, secret()).await.unwrap();
    assert_eq!(crate::whole::lines(&opened).await, exported);
    assert_eq!(check(&opened, |_| {}).await.unwrap().faults, Vec::<String>::new());
    assert_eq!(opened.lapse(later(DAY_US)).await.unwrap(), 1, "an end is carried");
    // A forged chain is not restored.
    let forged: Vec<String> = exported.iter().map(|line| line.replace("\"entries\":1,\"exhibit_no\"", "\"entries\":2,\"exhibit_no\"")).collect();
    assert_ne!(forged, exported);
    let mut rest = forged.into_iter();
    let third = book.another().await;
    assert!(matches!(kniha_store::restore(&third.store, || Ok(rest.next()), |_| {}).await, Err(StoreError::Restore { .. })));
}
