-- 指导工资: what is paid for a level in a month, by dated notices. A published one is never changed; a later one follows.
CREATE TABLE wage_notices (
    id              BLOB PRIMARY KEY,
    area_code       TEXT NOT NULL REFERENCES areas (code),
    occupation      TEXT NOT NULL,
    effective_from  DATE NOT NULL,
    document        TEXT NOT NULL,
    source          TEXT NOT NULL,
    illustrative    BOOLEAN NOT NULL,
    status          TEXT NOT NULL,
    -- Nobody's account for what came with the registry.
    entered_by      BLOB REFERENCES accounts (id),
    entered_at      TEXT NOT NULL,
    decided_by      BLOB REFERENCES accounts (id),
    decided_at      TEXT,
    version         INTEGER NOT NULL,
    CHECK (status <> 'published' OR decided_by IS NULL OR entered_by IS NULL OR decided_by <> entered_by),
    CHECK ((status = 'draft') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX wage_notices_published ON wage_notices (area_code, occupation, effective_from)
    WHERE status = 'published';

-- Yuan a month in fen.
CREATE TABLE wage_levels (
    notice_id  BLOB NOT NULL REFERENCES wage_notices (id),
    level      TEXT NOT NULL,
    low        BIGINT NOT NULL CHECK (low > 0),
    median     BIGINT NOT NULL,
    high       BIGINT NOT NULL,
    PRIMARY KEY (notice_id, level),
    CHECK (low <= median AND median <= high)
);
