-- Who works here and to whom keys are wrapped, version 1. It opens nothing by itself and can be read while the desk is locked.
-- Times are microseconds since 1970-01-01T00:00 UTC (…_us), days are counted from it. A shipped file is never edited.

-- The book that all this belongs to: its number, which is no secret.
CREATE TABLE book (
    one INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    CHECK (one = 1)
) STRICT;

-- Accounts. The key file opens with eight words that are nowhere here; what is sealed to a member opens with that key.
CREATE TABLE account (
    id BLOB PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    hats TEXT,
    state TEXT NOT NULL,
    public TEXT NOT NULL,
    key_file BLOB NOT NULL,
    second_factor BLOB,
    factor_step INTEGER NOT NULL,
    register_key BLOB,
    tries INTEGER NOT NULL,
    wait_us INTEGER NOT NULL,
    made_us INTEGER NOT NULL,
    changed_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong sign-ins of a day, for the auditors.
CREATE TABLE wrong (
    account BLOB NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (account, day)
) STRICT, WITHOUT ROWID;

-- Acts that need two people.
CREATE TABLE act (
    id BLOB PRIMARY KEY,
    body TEXT NOT NULL,
    shown TEXT NOT NULL,
    first BLOB NOT NULL,
    first_signature BLOB NOT NULL,
    made_us INTEGER NOT NULL,
    second BLOB,
    second_signature BLOB,
    second_us INTEGER,
    state TEXT NOT NULL,
    done_us INTEGER
) STRICT, WITHOUT ROWID;

-- Case keys: a pair for each epoch, its secret half wrapped to members.
CREATE TABLE case_key (
    case_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    public BLOB NOT NULL,
    made_us INTEGER NOT NULL,
    PRIMARY KEY (case_id, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE case_wrap (
    case_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    member BLOB NOT NULL,
    blob BLOB NOT NULL,
    until_us INTEGER,
    act BLOB,
    PRIMARY KEY (case_id, epoch, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_wrap_member ON case_wrap (member);

-- Sealed parts of the spool that wait, one row for each quorum that can open them: the ids of the keys that were drawn, 8 bytes each.
CREATE TABLE waiting (
    part BLOB NOT NULL,
    quorum INTEGER NOT NULL,
    k INTEGER NOT NULL,
    drawn BLOB NOT NULL,
    day INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (part, quorum)
) STRICT, WITHOUT ROWID;

-- Parts that were opened or made here, and to whom their keys are wrapped: a case in an epoch, or a person.
CREATE TABLE part (
    part BLOB PRIMARY KEY,
    compartment INTEGER NOT NULL,
    day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE part_wrap (
    part BLOB NOT NULL,
    kind TEXT NOT NULL,
    holder BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    blob BLOB NOT NULL,
    half BLOB NOT NULL,
    made_us INTEGER NOT NULL,
    PRIMARY KEY (part, kind, holder, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_wrap_holder ON part_wrap (holder);

-- Halves whose wraps are gone and that are still to be destroyed in the other file.
CREATE TABLE dropping (
    half BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Parts that somebody offered to open with others, and the shares, each sealed to another who was drawn.
CREATE TABLE tranche (
    id BLOB PRIMARY KEY,
    member BLOB NOT NULL,
    case_id BLOB,
    made_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE offer (
    tranche BLOB NOT NULL,
    part BLOB NOT NULL,
    member BLOB NOT NULL,
    slot INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (tranche, part, member, slot),
    FOREIGN KEY (tranche) REFERENCES tranche (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX offer_member_part ON offer (member, part);

-- Parts that one may read beyond the caps, by an act of an auditor and a lawyer.
CREATE TABLE raised (
    member BLOB NOT NULL,
    part BLOB NOT NULL,
    act BLOB NOT NULL,
    PRIMARY KEY (member, part)
) STRICT, WITHOUT ROWID;

-- Parts that were destroyed.
CREATE TABLE tombstone (
    part BLOB PRIMARY KEY,
    day INTEGER NOT NULL,
    act BLOB
) STRICT, WITHOUT ROWID;

-- How far the read log had come: a log that is shorter was cut.
CREATE TABLE noted (
    one INTEGER PRIMARY KEY,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL,
    CHECK (one = 1)
) STRICT;

-- How far each auditor had followed it, signed.
CREATE TABLE followed (
    auditor BLOB PRIMARY KEY,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at_us INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;
