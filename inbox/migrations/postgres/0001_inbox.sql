-- The inbox, version 1, for PostgreSQL. Its twin stands in the other folder; a test compares them.
-- No column may hold what must be forgotten: no time of arrival or visit, no sequence, no address, nothing that ties a mailbox or a leaf to a part.
-- CLUSTER ON: `tidy` writes these tables anew in the order of their random ids. A shipped file is never edited.

-- Sealed parts. `day` is the day the sender wrote, counted from 1970-01-01; `size` that of the payload, which is in the row up to 64 KiB and an object beyond.
CREATE TABLE part (
    part_id BYTEA NOT NULL PRIMARY KEY,
    list_no BIGINT NOT NULL,
    day BIGINT NOT NULL,
    size BIGINT NOT NULL,
    payload_sha256 BYTEA NOT NULL,
    object_id BYTEA,
    header BYTEA NOT NULL,
    payload BYTEA,
    CHECK ((payload IS NULL) <> (object_id IS NULL))
);

-- Replies that wait under a mailbox, until their month is over.
CREATE TABLE block (
    mailbox_id BYTEA NOT NULL,
    block_id BYTEA NOT NULL,
    expires_month BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (mailbox_id, block_id)
);

-- Leaves for the next batch of the ledger, under ids of their own.
CREATE TABLE leaf (
    leaf_id BYTEA NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- Signed key lists by number.
CREATE TABLE key_list (
    no BIGINT NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL
);

-- The team's one signed text, if there is one.
CREATE TABLE banner (
    one BIGINT NOT NULL PRIMARY KEY,
    bytes BYTEA NOT NULL,
    CHECK (one = 1)
);

ALTER TABLE part CLUSTER ON part_pkey;
ALTER TABLE block CLUSTER ON block_pkey;
ALTER TABLE leaf CLUSTER ON leaf_pkey;
