-- Who did what, when, from where. Rows are only ever added.
CREATE TABLE audit_events (
    id           BLOB PRIMARY KEY,
    at           TEXT NOT NULL,
    account_id   BLOB,
    account_name TEXT NOT NULL,
    role         TEXT,
    organisation_id BLOB,
    origin       TEXT NOT NULL,
    request_id   BLOB NOT NULL,
    action       TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    details      TEXT NOT NULL
);
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_subject ON audit_events (subject_kind, subject_id);

-- What is to be told to others, written in the operation's own transaction and delivered by a job.
CREATE TABLE outbox (
    id              BLOB PRIMARY KEY,
    kind            TEXT NOT NULL,
    payload         TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    created_at      TEXT NOT NULL,
    run_at          TEXT NOT NULL,
    attempts        INTEGER NOT NULL,
    locked_until    TEXT,
    done_at         TEXT,
    last_error      TEXT
);
CREATE INDEX outbox_due ON outbox (run_at) WHERE done_at IS NULL;

-- The answer that a creating call got, so that its repetition gets the same one.
CREATE TABLE idempotency_keys (
    account_id   BLOB NOT NULL,
    key          TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status       INTEGER NOT NULL,
    body         TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (account_id, key)
);
