-- The book, version 1, for SQLite (SQLCipher). Its twin stands in the other folder; a test compares them.
-- Times are microseconds since 1970-01-01T00:00 UTC (…_us). Numbers (…_no) join rows and never leave the store; ids do.
-- A shipped file is never edited.

-- The book itself: one row.
CREATE TABLE book (
    one INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    title TEXT NOT NULL,
    made_us INTEGER NOT NULL,
    words_version INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    CHECK (one = 1)
) STRICT;

-- Who can be granted a case.
CREATE TABLE member (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    made_us INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX member_id ON member (id);

-- Compartments. A case that is not open belongs to an import that has not finished: it is granted to nobody.
CREATE TABLE cases (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    FOREIGN KEY (made_by) REFERENCES member (no)
) STRICT;
CREATE UNIQUE INDEX cases_id ON cases (id);

-- Who may see which case.
CREATE TABLE access (
    member_no INTEGER NOT NULL,
    case_no INTEGER NOT NULL,
    granted_by INTEGER NOT NULL,
    granted_us INTEGER NOT NULL,
    PRIMARY KEY (member_no, case_no),
    FOREIGN KEY (member_no) REFERENCES member (no),
    FOREIGN KEY (case_no) REFERENCES cases (no)
) STRICT, WITHOUT ROWID;

-- Records. The head is the newest entry of the record's history.
CREATE TABLE node (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no)
) STRICT;
CREATE UNIQUE INDEX node_id ON node (id);
CREATE INDEX node_kind_no_case_no ON node (kind, no, case_no);

-- Claims: only added. The value stands in one column or group of columns; all content is null once erased_us is set.
CREATE TABLE claim (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    subject_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    property TEXT NOT NULL,
    text TEXT,
    lang TEXT,
    name_kind TEXT,
    code TEXT,
    ref_no INTEGER,
    int_value INTEGER,
    real_value REAL,
    window_text TEXT,
    start_us INTEGER,
    end_us INTEGER,
    lat_deg REAL,
    lon_deg REAL,
    radius_m REAL,
    sealed BLOB,
    held TEXT,
    origin TEXT,
    salt BLOB,
    value_commit BLOB NOT NULL,
    grounds_commit BLOB NOT NULL,
    stance TEXT NOT NULL,
    status TEXT NOT NULL,
    known_to TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    hash BLOB NOT NULL,
    erased_us INTEGER,
    FOREIGN KEY (subject_no) REFERENCES node (no),
    FOREIGN KEY (case_no) REFERENCES cases (no)
) STRICT;
CREATE UNIQUE INDEX claim_id ON claim (id);
CREATE UNIQUE INDEX claim_subject_no_seq ON claim (subject_no, seq);
CREATE INDEX claim_subject_no_property ON claim (subject_no, property);
CREATE INDEX claim_ref_no_property ON claim (ref_no, property) WHERE ref_no IS NOT NULL;
CREATE INDEX claim_property_start_us_end_us_subject_no_case_no ON claim (property, start_us, end_us, subject_no, case_no) WHERE start_us IS NOT NULL;
CREATE INDEX claim_property_code_subject_no_case_no ON claim (property, code, subject_no, case_no) WHERE code IS NOT NULL;

-- What a claim rests on.
CREATE TABLE citation (
    claim_no INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    source_no INTEGER NOT NULL,
    exhibit_no INTEGER,
    words TEXT,
    locator TEXT,
    accessed TEXT,
    archived TEXT,
    PRIMARY KEY (claim_no, nth),
    FOREIGN KEY (claim_no) REFERENCES claim (no),
    FOREIGN KEY (source_no) REFERENCES node (no) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX citation_source_no_claim_no ON citation (source_no, claim_no);
CREATE INDEX citation_exhibit_no_claim_no ON citation (exhibit_no, claim_no) WHERE exhibit_no IS NOT NULL;

-- What happened to a claim: only added.
CREATE TABLE claim_event (
    no INTEGER PRIMARY KEY,
    claim_no INTEGER NOT NULL,
    subject_no INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    what TEXT NOT NULL,
    reason TEXT,
    salt BLOB,
    reason_commit BLOB NOT NULL,
    made_by INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    hash BLOB NOT NULL,
    FOREIGN KEY (claim_no) REFERENCES claim (no)
) STRICT;
CREATE UNIQUE INDEX claim_event_subject_no_seq ON claim_event (subject_no, seq);
CREATE INDEX claim_event_claim_no ON claim_event (claim_no);

-- Projection of claim_event: the present status where it differs from the first one.
CREATE TABLE claim_state (
    claim_no INTEGER NOT NULL,
    status TEXT NOT NULL,
    before TEXT NOT NULL,
    made_us INTEGER NOT NULL,
    PRIMARY KEY (claim_no)
) STRICT, WITHOUT ROWID;

-- Projection: names and titles in alphabetical order, with the case of the claim and of its record.
CREATE TABLE listing (
    claim_no INTEGER NOT NULL,
    node_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    node_case INTEGER NOT NULL,
    sort TEXT NOT NULL,
    PRIMARY KEY (claim_no)
) STRICT;
CREATE INDEX listing_kind_sort_node_no_case_no_node_case ON listing (kind, sort, node_no, case_no, node_case);
CREATE INDEX listing_node_no ON listing (node_no);

-- Projection: keyed hashes of name keys; the smaller the level, the sharper the key.
CREATE TABLE name_key (
    key INTEGER NOT NULL,
    claim_no INTEGER NOT NULL,
    node_no INTEGER NOT NULL,
    case_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    PRIMARY KEY (key, claim_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_key_claim_no ON name_key (claim_no);

-- Projection: postings, commands, positionings and involvements, one row for each standing pair of ends.
CREATE TABLE edge (
    no INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    node_no INTEGER NOT NULL,
    from_no INTEGER NOT NULL,
    to_no INTEGER NOT NULL,
    from_case INTEGER NOT NULL,
    to_case INTEGER NOT NULL,
    start_us INTEGER,
    end_us INTEGER,
    cover TEXT NOT NULL
) STRICT;
CREATE INDEX edge_kind_to_no_from_no_start_us_end_us_from_case_to_case_cover ON edge (kind, to_no, from_no, start_us, end_us, from_case, to_case, cover);
CREATE INDEX edge_kind_from_no ON edge (kind, from_no);
CREATE INDEX edge_node_no ON edge (node_no);

-- Imports: state is running, done or abandoned.
CREATE TABLE import_run (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    plan_sha256 TEXT NOT NULL,
    case_no INTEGER NOT NULL,
    rows_done INTEGER NOT NULL,
    claims_done INTEGER NOT NULL,
    state TEXT NOT NULL,
    begun_us INTEGER NOT NULL,
    ended_us INTEGER,
    FOREIGN KEY (case_no) REFERENCES cases (no)
) STRICT;
CREATE UNIQUE INDEX import_run_id ON import_run (id);

-- Which record a key of an imported file became, while the import runs.
CREATE TABLE import_key (
    import_no INTEGER NOT NULL,
    key TEXT NOT NULL,
    node_no INTEGER NOT NULL,
    PRIMARY KEY (import_no, key)
) STRICT, WITHOUT ROWID;

-- Projection: stemmed words of prose, rowid is claim.no. Contentless: the words cannot be read back from it; deleted words are overwritten.
CREATE VIRTUAL TABLE prose USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0");
INSERT INTO prose (prose, rank) VALUES ('secure-delete', 1);
