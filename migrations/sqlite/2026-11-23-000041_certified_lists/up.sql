-- 送其他部门的名单: made from confirmed results of contests, frozen when made.
CREATE TABLE certified_lists (
    id          BLOB PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    department  TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    area_code   TEXT REFERENCES areas (code),
    -- The rule: this tier or a higher one, ranks up to this one, announced within these days.
    tier        TEXT NOT NULL,
    rank_to     INTEGER NOT NULL CHECK (rank_to >= 1),
    honoured    BOOLEAN NOT NULL,
    from_date   DATE NOT NULL,
    to_date     DATE NOT NULL,
    digits      TEXT NOT NULL,
    people      INTEGER NOT NULL CHECK (people >= 1),
    -- SHA-256 of the list's text, in hex, and the signed statement that carries it.
    digest      TEXT NOT NULL,
    statement   TEXT NOT NULL,
    made_by     BLOB NOT NULL REFERENCES accounts (id),
    made_at     TEXT NOT NULL,
    CHECK (to_date >= from_date)
);

-- Never changed.
CREATE TABLE certified_list_lines (
    list_id       BLOB NOT NULL REFERENCES certified_lists (id),
    place         INTEGER NOT NULL,
    person_id     BLOB NOT NULL REFERENCES people (id),
    result_id     BLOB NOT NULL REFERENCES contest_results (id),
    name          TEXT NOT NULL,
    contest       TEXT NOT NULL,
    tier          TEXT NOT NULL,
    rank          INTEGER,
    honour        TEXT,
    announced_on  DATE NOT NULL,
    PRIMARY KEY (list_id, place),
    UNIQUE (list_id, person_id)
);
