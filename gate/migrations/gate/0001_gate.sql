-- The gate, version 1: what it keeps back, what it wrote down, what it counted. A shipped file is never edited.

-- The halves without which no wrapped part key comes back.
CREATE TABLE half (
    id BLOB PRIMARY KEY,
    mask BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The read log.
CREATE TABLE entry (
    n INTEGER PRIMARY KEY,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

-- How much each member was shown in a day, by what the caps tell apart.
CREATE TABLE shown (
    member BLOB NOT NULL,
    cap TEXT NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (member, cap, day)
) STRICT, WITHOUT ROWID;
