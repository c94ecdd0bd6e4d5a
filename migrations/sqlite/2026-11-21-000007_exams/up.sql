-- 考次: one sitting that an assessment body holds for a level, with the parts, pass marks and re-sits of the rules
-- under which it was announced.
CREATE TABLE exam_sessions (
    id                     BLOB PRIMARY KEY,
    code                   TEXT NOT NULL UNIQUE,
    body_id                BLOB NOT NULL REFERENCES organisations (id),
    occupation             TEXT NOT NULL,
    specialty              TEXT NOT NULL,
    level                  TEXT NOT NULL,
    area_code              TEXT NOT NULL REFERENCES areas (code),
    place                  TEXT NOT NULL,
    registration_closes_on DATE NOT NULL,
    held_on                DATE NOT NULL,
    capacity               INTEGER NOT NULL,
    parts                  TEXT NOT NULL,
    resits                 INTEGER NOT NULL,
    created_at             TEXT NOT NULL,
    created_by             BLOB REFERENCES accounts (id),
    version                INTEGER NOT NULL,
    CHECK (held_on >= registration_closes_on)
);
CREATE INDEX exam_sessions_body ON exam_sessions (body_id, held_on);

-- 报考: with the eligibility decision and all its reasons, as decided on the day.
CREATE TABLE applications (
    id               BLOB PRIMARY KEY,
    exam_session_id  BLOB NOT NULL REFERENCES exam_sessions (id),
    person_id        BLOB NOT NULL REFERENCES people (id),
    submitted_by     BLOB REFERENCES organisations (id),
    declarations     TEXT NOT NULL,
    condition_set    TEXT NOT NULL,
    decision         TEXT NOT NULL,
    route            TEXT,
    shortfalls       TEXT NOT NULL,
    decided_at       TEXT NOT NULL,
    admission_number TEXT UNIQUE,
    notice_starts_on DATE,
    notice_ends_on   DATE,
    published_at     TEXT,
    version          INTEGER NOT NULL,
    UNIQUE (exam_session_id, person_id)
);
CREATE INDEX applications_person ON applications (person_id);

-- One part of one attempt: entered by one person, confirmed by another.
CREATE TABLE scores (
    id             BLOB PRIMARY KEY,
    application_id BLOB NOT NULL REFERENCES applications (id),
    part           TEXT NOT NULL,
    attempt        INTEGER NOT NULL CHECK (attempt >= 1),
    score          INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
    entered_by     BLOB NOT NULL REFERENCES accounts (id),
    entered_at     TEXT NOT NULL,
    confirmed_by   BLOB REFERENCES accounts (id),
    confirmed_at   TEXT,
    UNIQUE (application_id, part, attempt),
    CHECK (confirmed_by IS NULL OR confirmed_by <> entered_by)
);
