-- What a city has promised, by indicator, dated; the value in hundredths of the indicator's unit.
CREATE TABLE targets (
    id               UUID PRIMARY KEY,
    area_code        TEXT NOT NULL REFERENCES areas (code),
    indicator        TEXT NOT NULL,
    value_hundredths BIGINT NOT NULL CHECK (value_hundredths >= 0),
    basis            TEXT,
    valid_from       DATE NOT NULL,
    valid_to         DATE,
    due_on           DATE,
    source           TEXT NOT NULL,
    recorded_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX targets_lookup ON targets (area_code, indicator, valid_from);
