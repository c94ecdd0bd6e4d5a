-- Areas (行政区划) and how many elders live in them.
CREATE TABLE areas (
    code        TEXT PRIMARY KEY,
    parent_code TEXT REFERENCES areas (code),
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_en     TEXT NOT NULL
);
CREATE INDEX areas_parent_code ON areas (parent_code);

-- Never overwritten: a corrected figure supersedes the former one, which stays.
CREATE TABLE elder_populations (
    id            UUID PRIMARY KEY,
    area_code     TEXT NOT NULL REFERENCES areas (code),
    counted_on    DATE NOT NULL,
    basis         TEXT NOT NULL,
    age_from      INTEGER NOT NULL,
    age_to        INTEGER,
    persons       BIGINT NOT NULL CHECK (persons >= 0),
    kind          TEXT NOT NULL,
    source        TEXT NOT NULL,
    illustrative  BOOLEAN NOT NULL,
    recorded_at   TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ
);
CREATE INDEX elder_populations_lookup ON elder_populations (area_code, basis, counted_on);
