-- What others told of a person or an organisation: days of work, months of insurance, a contract. A later statement takes
-- the place of an earlier one, which stays.
CREATE TABLE statements (
    id              BLOB PRIMARY KEY,
    person_id       BLOB REFERENCES people (id),
    organisation_id BLOB REFERENCES organisations (id),
    fact            TEXT NOT NULL,
    told_for        TEXT NOT NULL,
    value           TEXT NOT NULL,
    told_by         TEXT NOT NULL,
    file            TEXT NOT NULL,
    file_row        INTEGER NOT NULL,
    recorded_by     BLOB REFERENCES accounts (id),
    recorded_at     TEXT NOT NULL,
    superseded_at   TEXT,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
);
CREATE UNIQUE INDEX statements_person ON statements (person_id, fact, told_for)
    WHERE superseded_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX statements_organisation ON statements (organisation_id, fact, told_for)
    WHERE superseded_at IS NULL AND organisation_id IS NOT NULL;
