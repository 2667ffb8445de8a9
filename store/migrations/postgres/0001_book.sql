-- The book, version 1, for PostgreSQL. Its twin stands in the other folder; a test compares them.
-- Times are microseconds since 1970-01-01T00:00 UTC (…_us). Numbers (…_no) join rows and never leave the store; ids do.
-- A shipped file is never edited.

-- The book itself: one row.
CREATE TABLE book (
    one BIGINT PRIMARY KEY,
    id BYTEA NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    made_us BIGINT NOT NULL,
    words_version BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    CHECK (one = 1)
);

-- Who can be granted a case.
CREATE TABLE member (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    made_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX member_id ON member (id);

-- Compartments. A case that is not open belongs to an import that has not finished: it is granted to nobody.
CREATE TABLE cases (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    FOREIGN KEY (made_by) REFERENCES member (no)
);
CREATE UNIQUE INDEX cases_id ON cases (id);

-- Who may see which case.
CREATE TABLE access (
    member_no BIGINT NOT NULL,
    case_no BIGINT NOT NULL,
    granted_by BIGINT NOT NULL,
    granted_us BIGINT NOT NULL,
    PRIMARY KEY (member_no, case_no),
    FOREIGN KEY (member_no) REFERENCES member (no),
    FOREIGN KEY (case_no) REFERENCES cases (no)
);

-- Records. The head is the newest entry of the record's history.
CREATE TABLE node (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    case_no BIGINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    head_seq BIGINT NOT NULL,
    head_hash BYTEA NOT NULL,
    FOREIGN KEY (case_no) REFERENCES cases (no)
);
CREATE UNIQUE INDEX node_id ON node (id);
CREATE INDEX node_kind_no_case_no ON node (kind, no, case_no);

-- Claims: only added. The value stands in one column or group of columns; all content is null once erased_us is set.
CREATE TABLE claim (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    subject_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    property TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C",
    lang TEXT COLLATE "C",
    name_kind TEXT COLLATE "C",
    code TEXT COLLATE "C",
    ref_no BIGINT,
    int_value BIGINT,
    real_value DOUBLE PRECISION,
    window_text TEXT COLLATE "C",
    start_us BIGINT,
    end_us BIGINT,
    lat_deg DOUBLE PRECISION,
    lon_deg DOUBLE PRECISION,
    radius_m DOUBLE PRECISION,
    sealed BYTEA,
    held TEXT COLLATE "C",
    origin TEXT COLLATE "C",
    salt BYTEA,
    value_commit BYTEA NOT NULL,
    grounds_commit BYTEA NOT NULL,
    stance TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    known_to TEXT COLLATE "C" NOT NULL,
    case_no BIGINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    erased_us BIGINT,
    FOREIGN KEY (subject_no) REFERENCES node (no),
    FOREIGN KEY (case_no) REFERENCES cases (no)
);
CREATE UNIQUE INDEX claim_id ON claim (id);
CREATE UNIQUE INDEX claim_subject_no_seq ON claim (subject_no, seq);
CREATE INDEX claim_subject_no_property ON claim (subject_no, property);
CREATE INDEX claim_ref_no_property ON claim (ref_no, property) WHERE ref_no IS NOT NULL;
CREATE INDEX claim_property_start_us_end_us_subject_no_case_no ON claim (property, start_us, end_us, subject_no, case_no) WHERE start_us IS NOT NULL;
CREATE INDEX claim_property_code_subject_no_case_no ON claim (property, code, subject_no, case_no) WHERE code IS NOT NULL;

-- What a claim rests on.
CREATE TABLE citation (
    claim_no BIGINT NOT NULL,
    nth BIGINT NOT NULL,
    source_no BIGINT NOT NULL,
    exhibit_no BIGINT,
    words TEXT COLLATE "C",
    locator TEXT COLLATE "C",
    accessed TEXT COLLATE "C",
    archived TEXT COLLATE "C",
    PRIMARY KEY (claim_no, nth),
    FOREIGN KEY (claim_no) REFERENCES claim (no),
    FOREIGN KEY (source_no) REFERENCES node (no) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX citation_source_no_claim_no ON citation (source_no, claim_no);
CREATE INDEX citation_exhibit_no_claim_no ON citation (exhibit_no, claim_no) WHERE exhibit_no IS NOT NULL;

-- What happened to a claim: only added.
CREATE TABLE claim_event (
    no BIGINT PRIMARY KEY,
    claim_no BIGINT NOT NULL,
    subject_no BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    salt BYTEA,
    reason_commit BYTEA NOT NULL,
    made_by BIGINT NOT NULL,
    made_us BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    FOREIGN KEY (claim_no) REFERENCES claim (no)
);
CREATE UNIQUE INDEX claim_event_subject_no_seq ON claim_event (subject_no, seq);
CREATE INDEX claim_event_claim_no ON claim_event (claim_no);

-- Projection of claim_event: the present status where it differs from the first one.
CREATE TABLE claim_state (
    claim_no BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C" NOT NULL,
    made_us BIGINT NOT NULL,
    PRIMARY KEY (claim_no)
);

-- Projection: names and titles in alphabetical order, with the case of the claim and of its record.
CREATE TABLE listing (
    claim_no BIGINT NOT NULL,
    node_no BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    case_no BIGINT NOT NULL,
    node_case BIGINT NOT NULL,
    sort TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (claim_no)
);
CREATE INDEX listing_kind_sort_node_no_case_no_node_case ON listing (kind, sort, node_no, case_no, node_case);
CREATE INDEX listing_node_no ON listing (node_no);

-- Projection: keyed hashes of name keys; the smaller the level, the sharper the key.
CREATE TABLE name_key (
    key BIGINT NOT NULL,
    claim_no BIGINT NOT NULL,
    node_no BIGINT NOT NULL,
    case_no BIGINT NOT NULL,
    level BIGINT NOT NULL,
    PRIMARY KEY (key, claim_no)
);
CREATE INDEX name_key_claim_no ON name_key (claim_no);

-- Projection: postings, commands, positionings and involvements, one row for each standing pair of ends.
CREATE TABLE edge (
    no BIGINT PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    node_no BIGINT NOT NULL,
    from_no BIGINT NOT NULL,
    to_no BIGINT NOT NULL,
    from_case BIGINT NOT NULL,
    to_case BIGINT NOT NULL,
    start_us BIGINT,
    end_us BIGINT,
    cover TEXT COLLATE "C" NOT NULL
);
CREATE INDEX edge_kind_to_no_from_no_start_us_end_us_from_case_to_case_cover ON edge (kind, to_no, from_no, start_us, end_us, from_case, to_case, cover);
CREATE INDEX edge_kind_from_no ON edge (kind, from_no);
CREATE INDEX edge_node_no ON edge (node_no);

-- Imports: state is running, done or abandoned.
CREATE TABLE import_run (
    no BIGINT PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    file_sha256 TEXT COLLATE "C" NOT NULL,
    plan_sha256 TEXT COLLATE "C" NOT NULL,
    case_no BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    claims_done BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    begun_us BIGINT NOT NULL,
    ended_us BIGINT,
    FOREIGN KEY (case_no) REFERENCES cases (no)
);
CREATE UNIQUE INDEX import_run_id ON import_run (id);

-- Which record a key of an imported file became, while the import runs.
CREATE TABLE import_key (
    import_no BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    node_no BIGINT NOT NULL,
    PRIMARY KEY (import_no, key)
);

-- Projection: stemmed words of prose; each case's claims in their order.
CREATE TABLE prose (
    case_no BIGINT NOT NULL,
    claim_no BIGINT NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (case_no, claim_no)
);
CREATE INDEX prose_words ON prose USING gin (words);
