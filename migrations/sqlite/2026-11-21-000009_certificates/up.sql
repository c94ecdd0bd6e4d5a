-- The next serial of a body's year and level.
CREATE TABLE certificate_serials (
    body_code   TEXT NOT NULL,
    year        INTEGER NOT NULL,
    level       TEXT NOT NULL,
    next_serial INTEGER NOT NULL,
    PRIMARY KEY (body_code, year, level)
);

-- How many numbers a body took on a day, for the daily cap of its key.
CREATE TABLE certificate_days (
    body_code TEXT NOT NULL,
    day       DATE NOT NULL,
    taken     INTEGER NOT NULL,
    PRIMARY KEY (body_code, day)
);

-- Every number ever taken, with the frozen record from whose exact bytes every form is signed; one that came to
-- nothing says why.
CREATE TABLE certificate_reservations (
    number       TEXT PRIMARY KEY,
    code         BLOB NOT NULL UNIQUE,
    person_id    BLOB NOT NULL REFERENCES people (id),
    body_id      BLOB NOT NULL REFERENCES organisations (id),
    application_id BLOB REFERENCES applications (id),
    replaces_id  BLOB,
    status_list  INTEGER NOT NULL,
    status_index INTEGER NOT NULL,
    draft        TEXT NOT NULL,
    state        TEXT NOT NULL,
    explanation  TEXT,
    reserved_by  BLOB REFERENCES accounts (id),
    reserved_at  TEXT NOT NULL,
    UNIQUE (status_list, status_index)
);
CREATE INDEX certificate_reservations_body ON certificate_reservations (body_id, reserved_at);
CREATE UNIQUE INDEX certificate_reservations_replaces ON certificate_reservations (replaces_id)
    WHERE state <> 'void' AND replaces_id IS NOT NULL;
CREATE UNIQUE INDEX certificate_reservations_application ON certificate_reservations (application_id)
    WHERE state <> 'void' AND application_id IS NOT NULL;

CREATE TABLE certificates (
    id             BLOB PRIMARY KEY,
    code           BLOB NOT NULL UNIQUE,
    number         TEXT NOT NULL UNIQUE REFERENCES certificate_reservations (number),
    person_id      BLOB NOT NULL REFERENCES people (id),
    application_id BLOB REFERENCES applications (id),
    body_id        BLOB NOT NULL REFERENCES organisations (id),
    occupation     TEXT NOT NULL,
    specialty      TEXT NOT NULL,
    level          TEXT NOT NULL,
    holder         TEXT NOT NULL,
    issued_on      DATE NOT NULL,
    expires_on     DATE,
    record         TEXT NOT NULL,
    cwt            BLOB NOT NULL,
    proofs         BLOB NOT NULL,
    key_id         TEXT NOT NULL,
    status_list    INTEGER NOT NULL,
    status_index   INTEGER NOT NULL,
    state          TEXT NOT NULL,
    state_since    DATE NOT NULL,
    replaced_by    BLOB REFERENCES certificates (id),
    upload_state   TEXT NOT NULL,
    uploaded_on    DATE,
    issued_at      TEXT NOT NULL,
    issued_by      BLOB REFERENCES accounts (id),
    changed_at     TEXT NOT NULL,
    version        INTEGER NOT NULL,
    UNIQUE (status_list, status_index)
);
CREATE INDEX certificates_person ON certificates (person_id);
CREATE INDEX certificates_body ON certificates (body_id, issued_on);
CREATE INDEX certificates_changed ON certificates (changed_at);

-- What a certificate's state was from which day to which, so that any figure can be had as of any day. A change on
-- the day that another one took effect replaces it here; certificate_events keeps both.
CREATE TABLE certificate_standings (
    certificate_id BLOB NOT NULL REFERENCES certificates (id),
    state          TEXT NOT NULL,
    from_date      DATE NOT NULL,
    to_date        DATE,
    PRIMARY KEY (certificate_id, from_date)
);

-- What happened to a certificate after its issue, with reason, actor and time; some steps wait for a second person.
CREATE TABLE certificate_events (
    id             BLOB PRIMARY KEY,
    certificate_id BLOB NOT NULL REFERENCES certificates (id),
    change         TEXT NOT NULL,
    reason_code    TEXT NOT NULL,
    reason         TEXT NOT NULL,
    requested_by   BLOB REFERENCES accounts (id),
    requested_at   TEXT NOT NULL,
    approved_by    BLOB REFERENCES accounts (id),
    approved_at    TEXT,
    effective_on   DATE,
    state          TEXT NOT NULL,
    CHECK (approved_by IS NULL OR approved_by <> requested_by OR state <> 'pending')
);
CREATE INDEX certificate_events_certificate ON certificate_events (certificate_id, requested_at);
CREATE UNIQUE INDEX certificate_events_pending ON certificate_events (certificate_id, change)
    WHERE state = 'pending';

-- Certificates that another body or an older system issued: counted, never signed as ours.
CREATE TABLE recorded_certificates (
    id             BLOB PRIMARY KEY,
    person_id      BLOB NOT NULL REFERENCES people (id),
    number         TEXT NOT NULL,
    issuer         TEXT NOT NULL,
    occupation     TEXT NOT NULL,
    specialty      TEXT NOT NULL,
    level          TEXT NOT NULL,
    issued_on      DATE NOT NULL,
    expires_on     DATE,
    evidence       TEXT NOT NULL,
    checker        TEXT NOT NULL,
    checked_on     DATE NOT NULL,
    national_query TEXT NOT NULL,
    queried_on     DATE,
    withdrawn_on   DATE,
    withdrawn_note TEXT,
    recorded_by    BLOB REFERENCES accounts (id),
    recorded_at    TEXT NOT NULL,
    version        INTEGER NOT NULL,
    UNIQUE (issuer, number)
);
CREATE INDEX recorded_certificates_person ON recorded_certificates (person_id);
CREATE INDEX recorded_certificates_number ON recorded_certificates (number);
