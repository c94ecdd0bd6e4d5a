-- The document number is kept sealed (AES-256-GCM); look-up goes by its keyed index (HMAC-SHA-256).
CREATE TABLE people (
    id             UUID PRIMARY KEY,
    document_kind  TEXT NOT NULL,
    document_sealed BYTEA NOT NULL,
    document_index BYTEA NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    gender         TEXT NOT NULL,
    birth_date     DATE NOT NULL,
    education      TEXT,
    phone_sealed   BYTEA,
    email          TEXT,
    home_area      TEXT REFERENCES areas (code),
    created_at     TIMESTAMPTZ NOT NULL,
    created_by     UUID REFERENCES organisations (id),
    version        INTEGER NOT NULL
);
CREATE INDEX people_name ON people (name);
