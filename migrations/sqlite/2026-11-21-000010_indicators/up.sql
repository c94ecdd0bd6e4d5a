-- What a city has promised, by indicator, dated; the value in hundredths of the indicator's unit.
CREATE TABLE targets (
    id               BLOB PRIMARY KEY,
    area_code        TEXT NOT NULL REFERENCES areas (code),
    indicator        TEXT NOT NULL,
    value_hundredths BIGINT NOT NULL CHECK (value_hundredths >= 0),
    basis            TEXT,
    valid_from       DATE NOT NULL,
    valid_to         DATE,
    due_on           DATE,
    source           TEXT NOT NULL,
    recorded_at      TEXT NOT NULL
);
CREATE INDEX targets_lookup ON targets (area_code, indicator, valid_from);

-- Headcounts read indexes alone: from an area's organisations to the spells, from a person to what they hold.
CREATE INDEX employments_headcount ON employments (organisation_id, position, from_date, to_date, person_id);
CREATE INDEX certificates_headcount
    ON certificates (person_id, occupation, level, issued_on, expires_on, state, state_since, id);
CREATE INDEX certificate_standings_headcount ON certificate_standings (certificate_id, state, from_date, to_date);
CREATE INDEX recorded_certificates_headcount
    ON recorded_certificates (person_id, occupation, level, issued_on, expires_on, withdrawn_on);
CREATE INDEX first_aid_certificates_headcount
    ON first_aid_certificates (person_id, kind, issued_on, expires_on, withdrawn_on);
CREATE INDEX people_home_area ON people (home_area);
