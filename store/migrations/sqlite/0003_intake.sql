-- Intake, version 1, for SQLite (SQLCipher). Its twin stands in the other folder; a test compares them.
-- What is known of accounts without their words: no column here holds testimony, a name, a file name or where somebody is. A shipped file is never edited.

-- One row for each submission whose card was looked at, or that the team took down. id is the submission's. Without a case it belongs to those who look at
-- cards; with one to the members of the case alone. state and case_no are a projection of intake_event.
CREATE TABLE intake (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    day INTEGER NOT NULL,
    list_no INTEGER NOT NULL,
    lang TEXT NOT NULL,
    door TEXT,
    urgent INTEGER NOT NULL,
    minor INTEGER NOT NULL,
    length TEXT NOT NULL,
    own_acts INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    state TEXT NOT NULL,
    case_no INTEGER,
    statement_no INTEGER,
    may_write INTEGER,
    in_service INTEGER NOT NULL,
    closed_us INTEGER,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (statement_no) REFERENCES node (no),
    FOREIGN KEY (made_by) REFERENCES member (no)
) STRICT;
CREATE UNIQUE INDEX intake_id ON intake (id);
CREATE INDEX intake_case_no_state_urgent_day_no ON intake (case_no, state, urgent, day, no);
CREATE INDEX intake_statement_no ON intake (statement_no) WHERE statement_no IS NOT NULL;

-- Its sealed parts.
CREATE TABLE intake_part (
    no INTEGER PRIMARY KEY,
    part BLOB NOT NULL,
    intake_no INTEGER NOT NULL,
    compartment TEXT NOT NULL,
    nth INTEGER NOT NULL,
    FOREIGN KEY (intake_no) REFERENCES intake (no)
) STRICT;
CREATE UNIQUE INDEX intake_part_part ON intake_part (part);
CREATE INDEX intake_part_intake_no ON intake_part (intake_no);

-- What happened to it: only added. what is a state, or case, keys, service, closed.
CREATE TABLE intake_event (
    no INTEGER PRIMARY KEY,
    intake_no INTEGER NOT NULL,
    what TEXT NOT NULL,
    reason TEXT,
    case_no INTEGER,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (made_by) REFERENCES member (no)
) STRICT;
CREATE INDEX intake_event_intake_no ON intake_event (intake_no);

-- How its source is answered: known once the account was opened.
CREATE TABLE intake_mailbox (
    intake_no INTEGER NOT NULL,
    mailbox BLOB NOT NULL,
    reply_key BLOB NOT NULL,
    voice_key BLOB NOT NULL,
    PRIMARY KEY (intake_no),
    FOREIGN KEY (intake_no) REFERENCES intake (no)
) STRICT, WITHOUT ROWID;
CREATE INDEX intake_mailbox_mailbox ON intake_mailbox (mailbox);

-- Marked words of a part's text: from a character up to another, counted from 0 in Unicode scalar values. Never the words. kind is p, t, l or a.
CREATE TABLE intake_mark (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    intake_no INTEGER NOT NULL,
    part BLOB NOT NULL,
    kind TEXT NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    removed_by INTEGER,
    removed_us INTEGER,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (removed_by) REFERENCES member (no)
) STRICT;
CREATE UNIQUE INDEX intake_mark_id ON intake_mark (id);
CREATE INDEX intake_mark_intake_no ON intake_mark (intake_no);

-- What was written into the mailbox: the words are the sealed part. state is waits (for a second reader), refused, ready (agreed, not yet handed over) or sent.
CREATE TABLE letter (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    intake_no INTEGER NOT NULL,
    part BLOB NOT NULL,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    day INTEGER NOT NULL,
    state TEXT NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    second_by INTEGER,
    second_us INTEGER,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (second_by) REFERENCES member (no)
) STRICT;
CREATE UNIQUE INDEX letter_id ON letter (id);
CREATE INDEX letter_intake_no ON letter (intake_no);

-- Translations, segment by segment: the words, and who translated, are the sealed part. The newest row of a segment and language stands.
CREATE TABLE translation (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    intake_no INTEGER NOT NULL,
    original BLOB NOT NULL,
    segment INTEGER NOT NULL,
    from_lang TEXT NOT NULL,
    to_lang TEXT NOT NULL,
    part BLOB NOT NULL,
    machine INTEGER NOT NULL,
    sworn INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    checked_by INTEGER,
    checked_us INTEGER,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (checked_by) REFERENCES member (no)
) STRICT;
CREATE UNIQUE INDEX translation_id ON translation (id);
CREATE INDEX translation_intake_no_original_to_lang_segment ON translation (intake_no, original, to_lang, segment);
