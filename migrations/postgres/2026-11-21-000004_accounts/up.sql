CREATE TABLE accounts (
    id              UUID PRIMARY KEY,
    username        TEXT NOT NULL UNIQUE,
    password_hash   TEXT NOT NULL,
    role            TEXT NOT NULL,
    name            TEXT NOT NULL,
    organisation_id UUID REFERENCES organisations (id),
    area_code       TEXT REFERENCES areas (code),
    person_id       UUID REFERENCES people (id),
    email           TEXT,
    status          TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL
);

-- A page session; the cookie's value is kept as its SHA-256 only.
CREATE TABLE login_sessions (
    token_hash BYTEA PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    csrf       TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);
