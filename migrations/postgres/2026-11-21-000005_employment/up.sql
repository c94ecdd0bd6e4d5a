-- Dated spells of a person at an institution.
CREATE TABLE employments (
    id              UUID PRIMARY KEY,
    person_id       UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    position        TEXT NOT NULL,
    post_kind       TEXT NOT NULL,
    from_date       DATE NOT NULL,
    to_date         DATE,
    leaving_reason  TEXT,
    recorded_by     UUID REFERENCES accounts (id),
    recorded_at     TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE INDEX employments_person ON employments (person_id, from_date);
CREATE INDEX employments_organisation ON employments (organisation_id, to_date);

-- Years of service before the registry, declared with an employer's evidence and checked by a named person.
CREATE TABLE declared_services (
    id          UUID PRIMARY KEY,
    person_id   UUID NOT NULL REFERENCES people (id),
    employer    TEXT NOT NULL,
    position    TEXT NOT NULL,
    from_date   DATE NOT NULL,
    to_date     DATE NOT NULL,
    evidence    TEXT NOT NULL,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    declared_by UUID NOT NULL REFERENCES accounts (id),
    declared_at TIMESTAMPTZ NOT NULL,
    status      TEXT NOT NULL,
    checker     TEXT,
    checked_by  UUID REFERENCES accounts (id),
    checked_at  TIMESTAMPTZ,
    check_note  TEXT,
    version     INTEGER NOT NULL,
    CHECK (to_date >= from_date),
    CHECK (checked_by IS NULL OR checked_by <> declared_by)
);
CREATE INDEX declared_services_person ON declared_services (person_id);
