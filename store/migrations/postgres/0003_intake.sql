-- Intake, version 1, for PostgreSQL. Its twin stands in the other folder; a test compares them.
-- What is known of accounts without their words: no column here holds testimony, a name, a file name or where somebody is. A shipped file is never edited.

-- One row for each submission whose card was looked at, or that the team took down. id is the submission's. Without a case it belongs to those who look at
-- cards; with one to the members of the case alone. state and case_no are a projection of intake_event.
CREATE TABLE intake (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    way TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    list_no BIGINT NOT NULL,
    lang TEXT COLLATE "C" NOT NULL,
    door TEXT COLLATE "C",
    urgent BIGINT NOT NULL,
    minor BIGINT NOT NULL,
    length TEXT COLLATE "C" NOT NULL,
    own_acts BIGINT NOT NULL,
    contact BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    case_no BIGINT,
    statement_no BIGINT,
    may_write BIGINT,
    in_service BIGINT NOT NULL,
    closed_us BIGINT,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (statement_no) REFERENCES node (no),
    FOREIGN KEY (made_by) REFERENCES member (no)
);
CREATE UNIQUE INDEX intake_id ON intake (id);
CREATE INDEX intake_case_no_state_urgent_day_no ON intake (case_no, state, urgent, day, no);
CREATE INDEX intake_statement_no ON intake (statement_no) WHERE statement_no IS NOT NULL;

-- Its sealed parts.
CREATE TABLE intake_part (
    no BIGINT PRIMARY KEY,
    part BYTEA NOT NULL,
    intake_no BIGINT NOT NULL,
    compartment TEXT COLLATE "C" NOT NULL,
    nth BIGINT NOT NULL,
    FOREIGN KEY (intake_no) REFERENCES intake (no)
);
CREATE UNIQUE INDEX intake_part_part ON intake_part (part);
CREATE INDEX intake_part_intake_no ON intake_part (intake_no);

-- What happened to it: only added. what is a state, or case, keys, service, closed.
CREATE TABLE intake_event (
    no BIGINT PRIMARY KEY,
    intake_no BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    case_no BIGINT,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (case_no) REFERENCES cases (no),
    FOREIGN KEY (made_by) REFERENCES member (no)
);
CREATE INDEX intake_event_intake_no ON intake_event (intake_no);

-- How its source is answered: known once the account was opened.
CREATE TABLE intake_mailbox (
    intake_no BIGINT NOT NULL,
    mailbox BYTEA NOT NULL,
    reply_key BYTEA NOT NULL,
    voice_key BYTEA NOT NULL,
    PRIMARY KEY (intake_no),
    FOREIGN KEY (intake_no) REFERENCES intake (no)
);
CREATE INDEX intake_mailbox_mailbox ON intake_mailbox (mailbox);

-- Marked words of a part's text: from a character up to another, counted from 0 in Unicode scalar values. Never the words. kind is p, t, l or a.
CREATE TABLE intake_mark (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    intake_no BIGINT NOT NULL,
    part BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    start_char BIGINT NOT NULL,
    end_char BIGINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    removed_by BIGINT,
    removed_us BIGINT,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (removed_by) REFERENCES member (no)
);
CREATE UNIQUE INDEX intake_mark_id ON intake_mark (id);
CREATE INDEX intake_mark_intake_no ON intake_mark (intake_no);

-- What was written into the mailbox: the words are the sealed part. state is waits (for a second reader), refused, ready (agreed, not yet handed over) or sent.
CREATE TABLE letter (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    intake_no BIGINT NOT NULL,
    part BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    lang TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    second_by BIGINT,
    second_us BIGINT,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (second_by) REFERENCES member (no)
);
CREATE UNIQUE INDEX letter_id ON letter (id);
CREATE INDEX letter_intake_no ON letter (intake_no);

-- Translations, segment by segment: the words, and who translated, are the sealed part. The newest row of a segment and language stands.
CREATE TABLE translation (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    intake_no BIGINT NOT NULL,
    original BYTEA NOT NULL,
    segment BIGINT NOT NULL,
    from_lang TEXT COLLATE "C" NOT NULL,
    to_lang TEXT COLLATE "C" NOT NULL,
    part BYTEA NOT NULL,
    machine BIGINT NOT NULL,
    sworn BIGINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    checked_by BIGINT,
    checked_us BIGINT,
    FOREIGN KEY (intake_no) REFERENCES intake (no),
    FOREIGN KEY (made_by) REFERENCES member (no),
    FOREIGN KEY (checked_by) REFERENCES member (no)
);
CREATE UNIQUE INDEX translation_id ON translation (id);
CREATE INDEX translation_intake_no_original_to_lang_segment ON translation (intake_no, original, to_lang, segment);
