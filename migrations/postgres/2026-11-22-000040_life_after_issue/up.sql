-- The certificate that a new one renews, which stays valid to its own last day.
ALTER TABLE certificates ADD COLUMN renews_id UUID;
-- When the holder was told that it ends soon, or need not be told any more.
ALTER TABLE certificates ADD COLUMN expiry_told_on DATE;
CREATE INDEX certificates_replaced_by ON certificates (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX certificates_renews ON certificates (renews_id) WHERE renews_id IS NOT NULL;
CREATE INDEX certificates_expiry ON certificates (expires_on)
    WHERE expires_on IS NOT NULL AND expiry_told_on IS NULL;

ALTER TABLE certificate_reservations ADD COLUMN renews_id UUID;
CREATE UNIQUE INDEX certificate_reservations_renews ON certificate_reservations (renews_id)
    WHERE state <> 'void' AND renews_id IS NOT NULL;

-- One decision on everything that a body issued in a period. It waits for a second person where the rules ask for
-- one; each certificate that it ends has its own entry in certificate_events.
CREATE TABLE certificate_bulk_revocations (
    id           UUID PRIMARY KEY,
    body_id      UUID NOT NULL REFERENCES organisations (id),
    issued_from  DATE NOT NULL,
    issued_to    DATE NOT NULL,
    reason_code  TEXT NOT NULL,
    reason       TEXT NOT NULL,
    open_count   INTEGER NOT NULL,
    requested_by UUID NOT NULL REFERENCES accounts (id),
    requested_at TIMESTAMPTZ NOT NULL,
    approved_by  UUID REFERENCES accounts (id),
    approved_at  TIMESTAMPTZ,
    revoked      INTEGER,
    left_ended   INTEGER,
    state        TEXT NOT NULL,
    CHECK (issued_to >= issued_from),
    CHECK (approved_by IS NULL OR approved_by <> requested_by)
);
CREATE UNIQUE INDEX certificate_bulk_revocations_pending
    ON certificate_bulk_revocations (body_id, issued_from, issued_to) WHERE state = 'pending';
CREATE INDEX certificate_bulk_revocations_body ON certificate_bulk_revocations (body_id, requested_at);

-- Certificates that an institution has put on file, under the name that it knows.
CREATE TABLE watched_certificates (
    id              UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    certificate_id  UUID NOT NULL REFERENCES certificates (id),
    holder          TEXT NOT NULL,
    since           DATE NOT NULL,
    until           DATE,
    added_by        UUID REFERENCES accounts (id)
);
CREATE UNIQUE INDEX watched_certificates_open ON watched_certificates (organisation_id, certificate_id)
    WHERE until IS NULL;
CREATE INDEX watched_certificates_certificate ON watched_certificates (certificate_id) WHERE until IS NULL;

-- What an institution was told of a certificate that it holds on file or whose holder it employs.
CREATE TABLE watch_notices (
    id              UUID PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    certificate_id  UUID NOT NULL REFERENCES certificates (id),
    number          TEXT NOT NULL,
    holder          TEXT NOT NULL,
    news            TEXT NOT NULL,
    effective_on    DATE NOT NULL,
    successor       TEXT,
    told_at         TIMESTAMPTZ NOT NULL,
    seen_at         TIMESTAMPTZ,
    seen_by         UUID REFERENCES accounts (id)
);
CREATE INDEX watch_notices_organisation ON watch_notices (organisation_id, told_at);
