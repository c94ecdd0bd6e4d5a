-- One row for each scheme: who changes its versions holds it, so that two of them can't both find a day free.
CREATE TABLE scheme_codes (
    code TEXT PRIMARY KEY
);

-- Versions of subsidy schemes. The content is the canonical JSON of what was entered; a version in force is never
-- changed, only its last day may be set. The area may lie outside of this registry's own.
CREATE TABLE scheme_versions (
    id           UUID PRIMARY KEY,
    code         TEXT NOT NULL REFERENCES scheme_codes (code),
    version      INTEGER NOT NULL,
    area_code    TEXT NOT NULL,
    valid_from   DATE NOT NULL,
    valid_to     DATE,
    content      TEXT NOT NULL,
    state        TEXT NOT NULL,
    drafted_by   UUID REFERENCES accounts (id),
    drafted_at   TIMESTAMPTZ NOT NULL,
    in_force_by  UUID REFERENCES accounts (id),
    in_force_at  TIMESTAMPTZ,
    UNIQUE (code, version),
    CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CHECK (state IN ('draft', 'in-force')),
    CHECK ((state = 'in-force') = (in_force_at IS NOT NULL))
);
CREATE UNIQUE INDEX scheme_versions_draft ON scheme_versions (code) WHERE state = 'draft';
CREATE UNIQUE INDEX scheme_versions_open ON scheme_versions (code) WHERE state = 'in-force' AND valid_to IS NULL;
CREATE INDEX scheme_versions_area ON scheme_versions (area_code, valid_from);
