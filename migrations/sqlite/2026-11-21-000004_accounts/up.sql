CREATE TABLE accounts (
    id              BLOB PRIMARY KEY,
    username        TEXT NOT NULL UNIQUE,
    password_hash   TEXT NOT NULL,
    role            TEXT NOT NULL,
    name            TEXT NOT NULL,
    organisation_id BLOB REFERENCES organisations (id),
    area_code       TEXT REFERENCES areas (code),
    person_id       BLOB REFERENCES people (id),
    email           TEXT,
    status          TEXT NOT NULL,
    created_at      TEXT NOT NULL,
    version         INTEGER NOT NULL
);

-- A page session; the cookie's value is kept as its SHA-256 only.
CREATE TABLE login_sessions (
    token_hash BLOB PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    csrf       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);
