-- 救护员证 and other first-aid certificates, as recorded.
CREATE TABLE first_aid_certificates (
    id              UUID PRIMARY KEY,
    person_id       UUID NOT NULL REFERENCES people (id),
    kind            TEXT NOT NULL,
    issuer          TEXT NOT NULL,
    number          TEXT NOT NULL,
    issued_on       DATE NOT NULL,
    expires_on      DATE NOT NULL,
    withdrawn_on    DATE,
    withdrawn_note  TEXT,
    recorded_by     UUID REFERENCES accounts (id),
    recorded_at     TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL,
    UNIQUE (issuer, number),
    CHECK (expires_on >= issued_on)
);
CREATE INDEX first_aid_certificates_person ON first_aid_certificates (person_id);
