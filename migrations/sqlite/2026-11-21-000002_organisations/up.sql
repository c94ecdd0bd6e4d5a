CREATE TABLE organisations (
    id          BLOB PRIMARY KEY,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_en     TEXT NOT NULL,
    credit_code TEXT UNIQUE,
    area_code   TEXT NOT NULL REFERENCES areas (code),
    body_code   TEXT UNIQUE,
    institution_kind TEXT,
    beds        INTEGER,
    status      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    version     INTEGER NOT NULL
);
CREATE INDEX organisations_area ON organisations (area_code);

CREATE TABLE accreditations (
    id              BLOB PRIMARY KEY,
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    scope           TEXT NOT NULL,
    occupation      TEXT,
    levels          TEXT NOT NULL,
    valid_from      DATE NOT NULL,
    valid_to        DATE NOT NULL,
    status          TEXT NOT NULL,
    status_since    DATE NOT NULL,
    document        TEXT NOT NULL,
    recorded_at     TEXT NOT NULL,
    version         INTEGER NOT NULL
);
CREATE INDEX accreditations_organisation ON accreditations (organisation_id);
