CREATE TABLE programmes (
    id               UUID PRIMARY KEY,
    code             TEXT NOT NULL UNIQUE,
    title            TEXT NOT NULL,
    title_en         TEXT NOT NULL,
    occupation       TEXT,
    level            TEXT,
    audience         TEXT NOT NULL,
    standard_version TEXT NOT NULL,
    valid_from       DATE NOT NULL,
    valid_to         DATE
);

CREATE TABLE modules (
    id           UUID PRIMARY KEY,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    place        INTEGER NOT NULL,
    code         TEXT NOT NULL,
    title        TEXT NOT NULL,
    title_en     TEXT NOT NULL,
    hours        INTEGER NOT NULL CHECK (hours > 0),
    theme        TEXT NOT NULL,
    mandatory    BOOLEAN NOT NULL,
    UNIQUE (programme_id, code)
);

CREATE TABLE classes (
    id           UUID PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    school_id    UUID NOT NULL REFERENCES organisations (id),
    programme_id UUID NOT NULL REFERENCES programmes (id),
    title        TEXT NOT NULL,
    area_code    TEXT NOT NULL REFERENCES areas (code),
    place        TEXT NOT NULL,
    starts_on    DATE NOT NULL,
    ends_on      DATE NOT NULL,
    capacity     INTEGER NOT NULL,
    state        TEXT NOT NULL,
    state_note   TEXT,
    filed_at     TIMESTAMPTZ,
    filed_by     UUID REFERENCES accounts (id),
    created_at   TIMESTAMPTZ NOT NULL,
    created_by   UUID REFERENCES accounts (id),
    version      INTEGER NOT NULL,
    CHECK (ends_on >= starts_on),
    CHECK (state = 'draft' OR filed_at IS NOT NULL)
);
CREATE INDEX classes_school ON classes (school_id, starts_on);

-- The last running number of each year and county.
CREATE TABLE class_serials (
    year_and_county TEXT PRIMARY KEY,
    last            INTEGER NOT NULL
);

CREATE TABLE enrolments (
    id           UUID PRIMARY KEY,
    class_id     UUID NOT NULL REFERENCES classes (id),
    number       INTEGER NOT NULL,
    person_id    UUID NOT NULL REFERENCES people (id),
    state        TEXT NOT NULL,
    enrolled_at  TIMESTAMPTZ NOT NULL,
    completed_on DATE,
    UNIQUE (class_id, person_id),
    UNIQUE (class_id, number)
);
CREATE INDEX enrolments_person ON enrolments (person_id);

-- One meeting of a class (课次).
CREATE TABLE lessons (
    id        UUID PRIMARY KEY,
    class_id  UUID NOT NULL REFERENCES classes (id),
    module_id UUID NOT NULL REFERENCES modules (id),
    held_on   DATE NOT NULL,
    hours     INTEGER NOT NULL CHECK (hours > 0),
    place     TEXT NOT NULL,
    teacher   TEXT NOT NULL
);
CREATE INDEX lessons_class ON lessons (class_id, held_on);

CREATE TABLE attendances (
    lesson_id    UUID NOT NULL REFERENCES lessons (id),
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    presence     TEXT NOT NULL,
    recorded_by  UUID REFERENCES accounts (id),
    recorded_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (lesson_id, enrolment_id)
);

CREATE TABLE module_results (
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    module_id    UUID NOT NULL REFERENCES modules (id),
    outcome      TEXT NOT NULL,
    recorded_by  UUID REFERENCES accounts (id),
    recorded_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (enrolment_id, module_id)
);
