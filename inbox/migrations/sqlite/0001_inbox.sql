-- The inbox, version 1, for SQLite. Its twin stands in the other folder; a test compares them.
-- No column may hold what must be forgotten: no time of arrival or visit, no sequence, no address, nothing that ties a mailbox or a leaf to a part.
-- WITHOUT ROWID: a row lies where its random id puts it, and there is no number that counts arrivals. A shipped file is never edited.

-- Sealed parts. `day` is the day the sender wrote, counted from 1970-01-01; `size` that of the payload, which is in the row up to 64 KiB and an object beyond.
CREATE TABLE part (
    part_id BLOB NOT NULL PRIMARY KEY,
    list_no INTEGER NOT NULL,
    day INTEGER NOT NULL,
    size INTEGER NOT NULL,
    payload_sha256 BLOB NOT NULL,
    object_id BLOB,
    header BLOB NOT NULL,
    payload BLOB,
    CHECK ((payload IS NULL) <> (object_id IS NULL))
) STRICT, WITHOUT ROWID;

-- Replies that wait under a mailbox, until their month is over.
CREATE TABLE block (
    mailbox_id BLOB NOT NULL,
    block_id BLOB NOT NULL,
    expires_month INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (mailbox_id, block_id)
) STRICT, WITHOUT ROWID;

-- Leaves for the next batch of the ledger, under ids of their own.
CREATE TABLE leaf (
    leaf_id BLOB NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed key lists by number.
CREATE TABLE key_list (
    no INTEGER NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The team's one signed text, if there is one.
CREATE TABLE banner (
    one INTEGER NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL,
    CHECK (one = 1)
) STRICT, WITHOUT ROWID;
