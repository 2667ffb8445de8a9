-- Casework: expiring access, tasks, the sheet of a case, custody, review days, for SQLite (SQLCipher). Its twin stands in the other folder; a test compares them.
-- Days (…day) count from 1970-01-01, UTC. Every table here is only added to, but `access`, `custody_head` and `seen`, which say how things stand now.
-- A shipped file is never edited.

-- `access` holds only rows in force: an expired or revoked one is removed, and its history stands in access_event.
ALTER TABLE access ADD COLUMN until_us INTEGER;
CREATE INDEX access_until_us ON access (until_us) WHERE until_us IS NOT NULL;

-- What happened to access: granted, revoked, lapsed. `act` is the act of four eyes, where there was one; `second` who signed it as the second.
CREATE TABLE access_event (
    no INTEGER PRIMARY KEY,
    what TEXT NOT NULL,
    member_no INTEGER NOT NULL,
    case_no INTEGER NOT NULL,
    second_no INTEGER,
    until_us INTEGER,
    act TEXT,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (member_no) REFERENCES member (no),
    FOREIGN KEY (case_no) REFERENCES cases (no)
) STRICT;
CREATE INDEX access_event_case_no ON access_event (case_no);
INSERT INTO access_event (no, what, member_no, case_no, made_by, made_us)
    SELECT ROW_NUMBER() OVER (ORDER BY granted_us, member_no, case_no), 'granted', member_no, case_no, granted_by, granted_us FROM access;

-- The sheet of a case, entry by entry: question, hypothesis, innocent (a hypothesis that clears), element (wanted), support (a claim or a source for or
-- against an element), withdrawn (of the entry that about_no names).
CREATE TABLE sheet (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    what TEXT NOT NULL,
    about_no INTEGER,
    code TEXT,
    words TEXT,
    claim_no INTEGER,
    node_no INTEGER,
    stance TEXT,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (about_no) REFERENCES sheet (no)
) STRICT;
CREATE UNIQUE INDEX sheet_id ON sheet (id);
CREATE INDEX sheet_case_no ON sheet (case_no);
CREATE INDEX sheet_claim_no ON sheet (claim_no) WHERE claim_no IS NOT NULL;
CREATE INDEX sheet_node_no ON sheet (node_no) WHERE node_no IS NOT NULL;

-- Tasks. A task made by a gap names the element it would fill, or the record and the property that is missing.
CREATE TABLE task (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    words TEXT NOT NULL,
    who_no INTEGER,
    due_day INTEGER,
    element_no INTEGER,
    node_no INTEGER,
    property TEXT,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (who_no) REFERENCES member (no),
    FOREIGN KEY (element_no) REFERENCES sheet (no)
) STRICT;
CREATE UNIQUE INDEX task_id ON task (id);
CREATE INDEX task_case_no ON task (case_no);
CREATE INDEX task_who_no ON task (who_no) WHERE who_no IS NOT NULL;
CREATE INDEX task_due_day ON task (due_day) WHERE due_day IS NOT NULL;
CREATE INDEX task_node_no ON task (node_no) WHERE node_no IS NOT NULL;

-- What happened to a task: done, reopened.
CREATE TABLE task_event (
    no INTEGER PRIMARY KEY,
    task_no INTEGER NOT NULL,
    what TEXT NOT NULL,
    words TEXT,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (task_no) REFERENCES task (no)
) STRICT;
CREATE INDEX task_event_task_no_no ON task_event (task_no, no);

-- Custody: docs/formats/custody.md. `day` is the day on which the entry was written.
CREATE TABLE custody (
    no INTEGER PRIMARY KEY,
    exhibit_no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    day INTEGER NOT NULL,
    body BLOB NOT NULL,
    signature BLOB NOT NULL,
    FOREIGN KEY (exhibit_no) REFERENCES node (no)
) STRICT;
CREATE UNIQUE INDEX custody_exhibit_no_n ON custody (exhibit_no, n);
CREATE INDEX custody_day_no ON custody (day, no);

-- Where each chain of custody ends.
CREATE TABLE custody_head (
    exhibit_no INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    hash BLOB NOT NULL,
    FOREIGN KEY (exhibit_no) REFERENCES node (no)
) STRICT;

-- The Merkle root over the entries of a day that is over.
CREATE TABLE custody_day (
    day INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    root BLOB NOT NULL
) STRICT;

-- Until which day a record is kept before somebody looks again; the newest row of a record counts. `state` says why: spam, refused, information, other.
CREATE TABLE review (
    no INTEGER PRIMARY KEY,
    node_no INTEGER NOT NULL,
    state TEXT NOT NULL,
    day INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (node_no) REFERENCES node (no)
) STRICT;
CREATE INDEX review_node_no ON review (node_no);
CREATE INDEX review_day ON review (day);

-- How far each member has looked at what changed: the newest claim and move they had before them. No time stands here.
CREATE TABLE seen (
    member_no INTEGER PRIMARY KEY,
    claim_no INTEGER NOT NULL,
    event_no INTEGER NOT NULL,
    FOREIGN KEY (member_no) REFERENCES member (no)
) STRICT;

-- Citations whose words and place were destroyed because their source was erased, while the claim stands on others.
CREATE TABLE erased_citation (
    claim_no INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    PRIMARY KEY (claim_no, nth),
    FOREIGN KEY (claim_no) REFERENCES claim (no)
) STRICT, WITHOUT ROWID;
