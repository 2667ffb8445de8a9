//! Every function of the room, on both databases.

use std::os::unix::fs::PermissionsExt;

use kniha_db::{Durability, Place};
use kniha_inbox::{Body, IN_ROW_MOST, Inbox, InboxError, LEAF_MOST, LeafKey, PartKey, Put, Sealed};

use crate::contracts;
use crate::support::*;

async fn a_submission_is_there_as_it_came(case: &Case) {
    let (parts, leaf) = submission(1);
    let expected: Vec<_> = parts.iter().map(|p| (p.part, p.header.clone(), p.payload_sha256)).collect();
    assert_eq!(case.inbox.put(parts, Some(leaf.clone())).await.unwrap(), Put::Stored);
    for ((id, header, digest), len) in expected.into_iter().zip(SIZES) {
        let head = case.inbox.header(&id).await.unwrap().unwrap();
        assert_eq!((head.header, head.listed.list_no, head.listed.day, head.listed.size), (header, 7, 20_000, len as u64));
        assert_eq!((sha256(&payload(&case.inbox, &id).await.unwrap()), head.listed.payload_sha256), (digest, digest));
    }
    let leaves = case.inbox.leaves(None, 10).await.unwrap();
    assert_eq!(leaves.iter().map(|(_, leaf)| leaf).collect::<Vec<_>>(), [&leaf]);
    assert!(case.inbox.leaves(Some(leaves[0].0), 10).await.unwrap().is_empty());
    assert!(case.inbox.delete_leaf(&leaves[0].0).await.unwrap() && !case.inbox.delete_leaf(&leaves[0].0).await.unwrap());
    assert!(case.inbox.header(&PartKey([0; 16])).await.unwrap().is_none() && case.inbox.payload(&PartKey([0; 16])).await.unwrap().is_none());
}

async fn the_first_write_wins(case: &Case) {
    let (parts, leaf) = submission(1);
    case.inbox.put(parts, Some(leaf)).await.unwrap();
    let (mut again, leaf) = submission(1);
    again[1] = part("another second part", 5000);
    again[3] = Sealed { part: key("another large part"), ..part("x", 90_000) };
    assert_eq!(case.inbox.put(again, Some(leaf)).await.unwrap(), Put::AlreadyThere);
    assert_eq!((case.number("SELECT COUNT(*) FROM part").await, case.number("SELECT COUNT(*) FROM leaf").await), (4, 1));
    assert_eq!(case.files().0.len(), 1, "the object of the refused one is gone");
    // Both at once, whichever comes first.
    let both = tokio::join!(case.inbox.put(submission(2).0, None), case.inbox.put(submission(2).0, None));
    assert!(matches!(both, (Ok(Put::Stored), Ok(Put::AlreadyThere)) | (Ok(Put::AlreadyThere), Ok(Put::Stored))), "{both:?}");
    assert_eq!((case.number("SELECT COUNT(*) FROM part").await, case.files().0.len()), (8, 2));
}

async fn a_clash_is_refused_whole(case: &Case) {
    case.inbox.put(vec![part("a", 10), part("b", 10)], None).await.unwrap();
    let clash = vec![part("c", 10), part("d", 70_000), part("b", 10)];
    // In one transaction with an honest one, which is kept.
    let (clashed, honest) = tokio::join!(case.inbox.put(clash, Some(vec![1])), case.inbox.put(vec![part("e", 10)], None));
    assert!(matches!(clashed, Err(InboxError::Clash)) && matches!(honest, Ok(Put::Stored)));
    assert!(matches!(case.inbox.put(vec![part("f", 10), part("f", 10)], None).await, Err(InboxError::Clash)));
    assert_eq!((case.number("SELECT COUNT(*) FROM part").await, case.number("SELECT COUNT(*) FROM leaf").await), (3, 0));
    assert!(case.files().0.is_empty() && case.files().1.is_empty());
}

async fn bounds_and_digests_are_checked(case: &Case) {
    assert!(matches!(case.inbox.put(vec![], None).await, Err(InboxError::Parts { parts: 0 })));
    assert!(matches!(case.inbox.put((0..9).map(|i| part(&seed(1, i), 1)).collect(), None).await, Err(InboxError::Parts { parts: 9 })));
    assert!(matches!(case.inbox.put(vec![part("a", 1)], Some(vec![0; 8193])).await, Err(InboxError::Long { len: 8193, .. })));
    assert!(matches!(case.inbox.put(vec![Sealed { header: vec![0; 65_537], ..part("a", 1) }], None).await, Err(InboxError::Long { .. })));
    assert!(matches!(case.inbox.put(vec![Sealed { payload_sha256: sha256(b"other"), ..part("a", 1) }], None).await, Err(InboxError::Digest)));
    let mut object = case.inbox.object().await.unwrap();
    object.write(b"one").await.unwrap();
    let body = Body::Object(object.finish().await.unwrap());
    assert!(matches!(case.inbox.put(vec![Sealed { payload_sha256: sha256(b"two"), body, ..part("a", 1) }], None).await, Err(InboxError::Digest)));
    assert_eq!(case.number("SELECT COUNT(*) FROM part").await, 0);
    assert!(case.files().0.is_empty());
}

async fn sixty_four_kib_stand_in_the_row_and_a_byte_more_does_not(case: &Case) {
    let inbox = &case.inbox;
    inbox.put(vec![part("most", IN_ROW_MOST), part("empty", 0)], None).await.unwrap();
    assert!(case.files().0.is_empty());
    inbox.put(vec![part("more", IN_ROW_MOST + 1)], None).await.unwrap();
    let (objects, temporary) = case.files();
    assert!(temporary.is_empty() && objects.iter().all(|name| name.len() == 26) && objects.len() == 1);
    for (name, len) in [("most", IN_ROW_MOST), ("more", IN_ROW_MOST + 1), ("empty", 0)] {
        let expected = bytes(&format!("{name} body"), len);
        assert_eq!(payload(inbox, &key(name)).await.unwrap(), expected);
        let found = inbox.payload(&key(name)).await.unwrap().unwrap();
        let end = len as u64;
        assert_eq!(found.read_at(end.saturating_sub(7), 100).await.unwrap(), expected[len.saturating_sub(7)..]);
        assert!(found.read_at(end, 5).await.unwrap().is_empty() && found.read_at(u64::MAX, 5).await.unwrap().is_empty());
    }
}

async fn a_long_object_comes_in_pieces(case: &Case) {
    let content = bytes("long", 2_500_000);
    let mut object = case.inbox.object().await.unwrap();
    for piece in content.chunks(33_333) {
        object.write(piece).await.unwrap();
        assert_eq!((case.files().0.len(), case.files().1.len()), (0, 1), "under its temporary name until it is whole");
    }
    let object = object.finish().await.unwrap();
    assert_eq!((object.size(), object.sha256()), (2_500_000, sha256(&content)));
    case.inbox.put(vec![Sealed { payload_sha256: object.sha256(), body: Body::Object(object), ..part("long", 0) }], None).await.unwrap();
    assert!(payload(&case.inbox, &key("long")).await.unwrap() == content);
    // Dropped before the end, and finished but never put: nothing is left.
    let mut object = case.inbox.object().await.unwrap();
    object.write(&content).await.unwrap();
    drop(object);
    drop(case.inbox.object().await.unwrap().finish().await.unwrap());
    assert_eq!((case.files().0.len(), case.files().1.len()), (1, 0));
}

async fn a_part_is_deleted_only_under_its_digest(case: &Case) {
    case.inbox.put(submission(1).0, None).await.unwrap();
    let (large, digest) = (key(&seed(1, 3)), submission(1).0[3].payload_sha256);
    assert!(!case.inbox.delete(&large, &sha256(b"other")).await.unwrap());
    let mut reading = case.inbox.payload(&large).await.unwrap().unwrap();
    assert!(case.inbox.delete(&large, &digest).await.unwrap() && !case.inbox.delete(&large, &digest).await.unwrap());
    assert!(case.files().0.is_empty() && case.inbox.payload(&large).await.unwrap().is_none());
    assert_eq!(reading.next(1_000_000).await.unwrap().unwrap().len(), 100_000, "who was reading reads on");
    assert_eq!(case.inbox.list(None, 10).await.unwrap().len(), 3);
}

async fn the_list_is_in_the_order_of_ids(case: &Case) {
    for turn in 0..5 {
        case.inbox.put(submission(turn).0, None).await.unwrap();
    }
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = case.inbox.list(after, 3).await.unwrap();
        after = page.last().map(|part| part.part);
        all.extend(page.into_iter().map(|part| part.part));
        if after.is_none() {
            break;
        }
    }
    assert!(all.len() == 20 && all.is_sorted());
}

async fn a_mailbox_holds_four_blocks(case: &Case) {
    let inbox = &case.inbox;
    for i in 0..4 {
        inbox.put_block([1; 16], [i; 16], 100 + u32::from(i), &[i; 8192]).await.unwrap();
    }
    assert!(matches!(inbox.put_block([1; 16], [9; 16], 100, &[9]).await, Err(InboxError::MailboxFull)));
    assert!(matches!(inbox.put_block([2; 16], [9; 16], 100, &[9; 8193]).await, Err(InboxError::Long { .. })));
    inbox.put_block([1; 16], [2; 16], 200, b"another").await.unwrap();
    assert_eq!(inbox.blocks([1; 16]).await.unwrap(), [vec![0; 8192], vec![1; 8192], b"another".to_vec(), vec![3; 8192]]);
    assert!(inbox.blocks([2; 16]).await.unwrap().is_empty());
    assert_eq!(inbox.sweep(now_and_tomorrow().0, 101).await.unwrap().blocks, 1, "its month is over; that of the next is not");
    assert_eq!(inbox.blocks([1; 16]).await.unwrap(), [vec![1; 8192], b"another".to_vec(), vec![3; 8192]]);
}

async fn a_leaf_keeps_its_id_and_its_first_bytes(case: &Case) {
    let inbox = &case.inbox;
    let (one, two) = (LeafKey([1; 16]), LeafKey([2; 16]));
    inbox.put_leaf(&two, b"second").await.unwrap();
    inbox.put_leaf(&one, b"first").await.unwrap();
    // A cut collection done again, and somebody who would exchange what is there.
    inbox.put_leaf(&one, b"first").await.unwrap();
    inbox.put_leaf(&one, b"forged").await.unwrap();
    assert_eq!(inbox.leaves(None, 10).await.unwrap(), [(one, b"first".to_vec()), (two, b"second".to_vec())]);
    assert_eq!(inbox.leaves(Some(one), 10).await.unwrap(), [(two, b"second".to_vec())]);
    assert!(matches!(inbox.put_leaf(&LeafKey([3; 16]), &[0; LEAF_MOST + 1]).await, Err(InboxError::Long { .. })));
    inbox.put_leaf(&LeafKey([3; 16]), &[0; LEAF_MOST]).await.unwrap();
    assert!(inbox.delete_leaf(&one).await.unwrap());
    assert_eq!(case.number("SELECT COUNT(*) FROM leaf").await, 2);
    let again = Inbox::open(&case.place, case.folder.path(), false).await.unwrap();
    assert_eq!(again.leaves(None, 1).await.unwrap(), [(two, b"second".to_vec())]);
}

async fn a_key_list_stays_and_a_banner_changes(case: &Case) {
    let inbox = &case.inbox;
    inbox.put_list(2, b"second").await.unwrap();
    inbox.put_list(1, b"first").await.unwrap();
    inbox.put_list(1, b"first").await.unwrap();
    assert!(matches!(inbox.put_list(1, b"forged").await, Err(InboxError::OtherList { no: 1 })));
    assert_eq!(inbox.lists().await.unwrap(), [(1, b"first".to_vec()), (2, b"second".to_vec())]);
    assert!(inbox.banner().await.unwrap().is_none());
    inbox.put_banner(Some(b"one")).await.unwrap();
    inbox.put_banner(Some(b"two")).await.unwrap();
    assert_eq!(inbox.banner().await.unwrap().unwrap(), b"two");
    inbox.put_banner(None).await.unwrap();
    assert!(inbox.banner().await.unwrap().is_none());
}

async fn a_sweep_takes_what_is_old_and_named_by_nobody(case: &Case) {
    case.inbox.put(submission(1).0, None).await.unwrap();
    let objects = case.folder.path().join("objects");
    // As a kill leaves them: an object without a row, and a file that nobody finished.
    std::fs::write(objects.join("0".repeat(26)), b"left").unwrap();
    std::fs::write(objects.join("tmp").join("1".repeat(26)), b"left").unwrap();
    std::fs::write(objects.join("README"), b"not ours").unwrap();
    let (now, tomorrow) = now_and_tomorrow();
    let swept = case.inbox.sweep(now, 0).await.unwrap();
    assert_eq!((swept.objects, swept.temporary), (0, 0), "somebody may be about to name them");
    let swept = case.inbox.sweep(tomorrow, 0).await.unwrap();
    assert_eq!((swept.objects, swept.temporary), (1, 1));
    assert!(payload(&case.inbox, &key(&seed(1, 3))).await.is_some() && objects.join("README").exists());
}

async fn what_is_tidied_is_still_there(case: &Case) {
    for turn in 0..3 {
        let (parts, leaf) = submission(turn);
        case.inbox.put(parts, Some(leaf)).await.unwrap();
    }
    case.inbox.tidy().await.unwrap();
    case.inbox.put(submission(3).0, Some(bytes("leaf 3", 4130))).await.unwrap();
    case.inbox.tidy().await.unwrap();
    let turns = (0..4).collect();
    assert_eq!(whole(&case.inbox, &turns, &turns, &[].into(), &[].into()).await, turns);
    assert!(case.files().1.is_empty());
}

async fn a_missing_object_is_an_error_and_a_missing_inbox_too(case: &Case) {
    case.inbox.put(vec![part("large", 70_000)], None).await.unwrap();
    let object = case.folder.path().join("objects").join(case.files().0.first().unwrap());
    std::fs::set_permissions(&object, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::OpenOptions::new().write(true).open(&object).unwrap().set_len(69_999).unwrap();
    assert!(matches!(case.inbox.payload(&key("large")).await, Err(InboxError::Damaged { what: "size", .. })));
    std::fs::remove_file(&object).unwrap();
    assert!(matches!(case.inbox.payload(&key("large")).await, Err(InboxError::Damaged { what: "object", .. })));
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(matches!(Inbox::open(&case.place, elsewhere.path(), false).await, Err(InboxError::Objects { .. })));
    case.inbox.close().await;
    assert!(case.inbox.put(vec![part("late", 1)], None).await.is_err());
}

async fn an_open_inbox_is_opened_again(case: &Case) {
    case.inbox.put(submission(1).0, None).await.unwrap();
    case.inbox.close().await;
    let again = Inbox::open(&case.place, case.folder.path(), false).await.unwrap();
    assert_eq!(again.list(None, 10).await.unwrap().len(), 4);
    assert_eq!(again.put(submission(1).0, None).await.unwrap(), Put::AlreadyThere);
}

contracts!(
    a_submission_is_there_as_it_came,
    the_first_write_wins,
    a_clash_is_refused_whole,
    bounds_and_digests_are_checked,
    sixty_four_kib_stand_in_the_row_and_a_byte_more_does_not,
    a_long_object_comes_in_pieces,
    a_part_is_deleted_only_under_its_digest,
    the_list_is_in_the_order_of_ids,
    a_mailbox_holds_four_blocks,
    a_leaf_keeps_its_id_and_its_first_bytes,
    a_key_list_stays_and_a_banner_changes,
    a_sweep_takes_what_is_old_and_named_by_nobody,
    what_is_tidied_is_still_there,
    a_missing_object_is_an_error_and_a_missing_inbox_too,
    an_open_inbox_is_opened_again,
);

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let case = Case::sqlite().await;
    let before = std::fs::metadata(case.folder.path().join("inbox.db-wal")).map_or(0, |m| m.len());
    let puts: Vec<_> = (0..64)
        .map(|i| {
            let inbox = case.inbox.clone();
            tokio::spawn(async move { inbox.put(vec![part(&seed(i, 0), 10)], None).await.unwrap() })
        })
        .collect();
    for put in puts {
        assert_eq!(put.await.unwrap(), Put::Stored);
    }
    // 64 commits of their own would write their page and its neighbours 64 times.
    let pages = (std::fs::metadata(case.folder.path().join("inbox.db-wal")).unwrap().len() - before) / 4120;
    assert!(pages < 64, "{pages} pages for 64 submissions");
}

#[tokio::test]
async fn an_error_of_a_transaction_reaches_all_who_waited() {
    let case = Case::sqlite().await;
    let Place::Sqlite { file, .. } = &case.place else { panic!("a SQLite place") };
    sqlx::raw_sql("CREATE TRIGGER no BEFORE INSERT ON leaf BEGIN SELECT RAISE(ABORT, 'no'); END").execute(&mut plain(file).await).await.unwrap();
    let (a, b, c) = tokio::join!(case.inbox.put(submission(1).0, None), case.inbox.put(submission(2).0, Some(vec![1])), case.inbox.put(submission(3).0, None));
    let ends = [a, b, c];
    let stored = ends.iter().filter(|end| end.is_ok()).count();
    assert!(matches!(ends[1], Err(InboxError::Database { .. })));
    // Whoever shared the transaction has the error and nothing in the inbox; what came in another one is kept.
    assert_eq!((case.number("SELECT COUNT(*) FROM part").await, case.files().0.len()), (4 * stored as i64, stored));
}

/// Runs itself again under a umask that takes nothing away: what is not closed at the start is open there.
#[tokio::test]
async fn every_file_and_folder_is_its_owners_alone() {
    const BARE: &str = "KNIHA_TEST_BARE_UMASK";
    if std::env::var_os(BARE).is_none() {
        let again = r#"umask 0 && exec "$0" --exact contract::every_file_and_folder_is_its_owners_alone"#;
        let ended = std::process::Command::new("sh").args(["-c", again]).arg(std::env::current_exe().unwrap()).env(BARE, "1").output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    }
    let holder = tempfile::tempdir().unwrap();
    let folder = holder.path().join("inbox");
    std::fs::create_dir(&folder).unwrap();
    let inbox = Inbox::open(&sqlite_place(&folder, Durability::Full), &folder, true).await.unwrap();
    let (parts, leaf) = submission(1);
    inbox.put(parts, Some(leaf)).await.unwrap();
    let mut unfinished = inbox.object().await.unwrap();
    unfinished.write(&[7; 3_000_000]).await.unwrap();
    let look = || {
        let mut seen = std::collections::BTreeMap::new();
        let mut folders = vec![folder.clone()];
        while let Some(looking) = folders.pop() {
            for entry in std::fs::read_dir(&looking).unwrap().map(Result::unwrap) {
                let (path, meta) = (entry.path(), entry.metadata().unwrap());
                if meta.is_dir() {
                    folders.push(path.clone());
                }
                seen.insert(path.strip_prefix(&folder).unwrap().to_owned(), meta.permissions().mode() & 0o777);
            }
        }
        let open: Vec<_> = seen.iter().filter(|(_, mode)| **mode & 0o077 != 0).map(|(path, mode)| format!("{} {mode:o}", path.display())).collect();
        assert!(open.is_empty(), "{open:?}");
        assert!(["inbox.db", "inbox.db-wal", "inbox.db-shm", "objects", "objects/tmp"].iter().all(|name| seen.contains_key(std::path::Path::new(name))));
        seen.len()
    };
    assert_eq!(look(), 7, "five of every inbox, an object, one that is not finished");
    inbox.tidy().await.unwrap();
    look();
}
