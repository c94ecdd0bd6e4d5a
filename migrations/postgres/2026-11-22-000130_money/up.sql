-- 账: what a scheme may spend in a year, and where it is. The balances are sums of the postings, kept beside them so
-- that a CHECK can hold them; `appropriation` is the other side of all the rest.
CREATE TABLE budget_lines (
    id            UUID PRIMARY KEY,
    scheme_code   TEXT NOT NULL,
    year          INTEGER NOT NULL,
    document      TEXT NOT NULL,
    appropriation BIGINT NOT NULL,
    available     BIGINT NOT NULL CHECK (available >= 0),
    committed     BIGINT NOT NULL CHECK (committed >= 0),
    paid          BIGINT NOT NULL CHECK (paid >= 0),
    to_recover    BIGINT NOT NULL CHECK (to_recover >= 0),
    recovered     BIGINT NOT NULL CHECK (recovered >= 0),
    created_at    TIMESTAMPTZ NOT NULL,
    version       INTEGER NOT NULL,
    CHECK (appropriation + available + committed + paid + to_recover + recovered = 0)
);
CREATE UNIQUE INDEX budget_lines_scheme_year ON budget_lines (scheme_code, year);

-- One amount taken from one account and put into another: both lines of the entry in one row, so that none can fail
-- to sum to zero. One thing is posted once in one way.
CREATE TABLE ledger_postings (
    id             UUID PRIMARY KEY,
    budget_line_id UUID NOT NULL REFERENCES budget_lines (id),
    kind           TEXT NOT NULL,
    from_account   TEXT NOT NULL,
    to_account     TEXT NOT NULL,
    amount         BIGINT NOT NULL CHECK (amount > 0),
    subject_id     UUID,
    document       TEXT,
    posted_by      UUID REFERENCES accounts (id),
    posted_at      TIMESTAMPTZ NOT NULL,
    CHECK (from_account <> to_account)
);
CREATE UNIQUE INDEX ledger_postings_subject ON ledger_postings (kind, subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX ledger_postings_line ON ledger_postings (budget_line_id, posted_at);

-- 补贴申领. The facts and the assessment are frozen as canonical JSON texts. A live claim is one that is not a draft
-- and was not refused, withdrawn or stopped: an obligation has one at most.
CREATE TABLE claims (
    id                UUID PRIMARY KEY,
    scheme_code       TEXT NOT NULL,
    scheme_version    INTEGER NOT NULL,
    person_id         UUID REFERENCES people (id),
    organisation_id   UUID REFERENCES organisations (id),
    part              TEXT NOT NULL,
    amount            BIGINT NOT NULL CHECK (amount >= 0),
    assessed_on       DATE NOT NULL,
    facts             TEXT NOT NULL,
    assessment        TEXT NOT NULL,
    applicant_id      UUID REFERENCES organisations (id),
    area_code         TEXT NOT NULL REFERENCES areas (code),
    town_review       BOOLEAN NOT NULL,
    two_persons       BOOLEAN NOT NULL,
    notice_days       INTEGER NOT NULL,
    apply_by          DATE,
    approve_by        DATE,
    submitted_by      UUID REFERENCES accounts (id),
    submitted_at      TIMESTAMPTZ,
    first_approved_by UUID REFERENCES accounts (id),
    first_approved_at TIMESTAMPTZ,
    approved_by       UUID REFERENCES accounts (id),
    approved_at       TIMESTAMPTZ,
    notice_starts_on  DATE,
    notice_ends_on    DATE,
    objected_by       UUID REFERENCES accounts (id),
    objected_on       DATE,
    budget_line_id    UUID REFERENCES budget_lines (id),
    state             TEXT NOT NULL,
    version           INTEGER NOT NULL,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
    CHECK (approved_by IS NULL OR (approved_by <> submitted_by AND amount > 0)),
    CHECK (first_approved_by IS NULL OR first_approved_by <> submitted_by),
    CHECK (first_approved_by IS NULL OR approved_by IS NULL OR first_approved_by <> approved_by),
    CHECK (NOT two_persons OR approved_by IS NULL OR first_approved_by IS NOT NULL),
    CHECK (notice_ends_on IS NULL OR notice_ends_on >= notice_starts_on)
);
CREATE UNIQUE INDEX claims_live_person ON claims (scheme_code, person_id, part)
    WHERE person_id IS NOT NULL AND state NOT IN ('draft', 'refused', 'withdrawn', 'stopped');
CREATE UNIQUE INDEX claims_live_organisation ON claims (scheme_code, organisation_id, part)
    WHERE organisation_id IS NOT NULL AND state NOT IN ('draft', 'refused', 'withdrawn', 'stopped');
-- A proposal is made once, however often it is proposed.
CREATE UNIQUE INDEX claims_draft_person ON claims (scheme_code, person_id, part, applicant_id)
    WHERE person_id IS NOT NULL AND applicant_id IS NOT NULL AND state = 'draft';
CREATE INDEX claims_state ON claims (state, id);
CREATE INDEX claims_person ON claims (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX claims_applicant ON claims (applicant_id, id);
CREATE INDEX claims_budget_line ON claims (budget_line_id) WHERE budget_line_id IS NOT NULL;

CREATE TABLE claim_events (
    id       UUID PRIMARY KEY,
    claim_id UUID NOT NULL REFERENCES claims (id),
    step     TEXT NOT NULL,
    state    TEXT NOT NULL,
    version  INTEGER NOT NULL,
    done_by  UUID REFERENCES accounts (id),
    done_at  TIMESTAMPTZ NOT NULL,
    reason   TEXT NOT NULL
);
-- A step makes a version of the claim, and a version has one step.
CREATE UNIQUE INDEX claim_events_version ON claim_events (claim_id, version);

-- 收款账户. The number is kept sealed. A row is never changed: a correction is a new row, and the old one ends.
CREATE TABLE bank_accounts (
    id              UUID PRIMARY KEY,
    person_id       UUID REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    holder          TEXT NOT NULL,
    bank            TEXT NOT NULL,
    number_sealed   BYTEA NOT NULL,
    recorded_by     UUID REFERENCES accounts (id),
    recorded_at     TIMESTAMPTZ NOT NULL,
    superseded_at   TIMESTAMPTZ,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
);
CREATE UNIQUE INDEX bank_accounts_current_person ON bank_accounts (person_id)
    WHERE person_id IS NOT NULL AND superseded_at IS NULL;
CREATE UNIQUE INDEX bank_accounts_current_organisation ON bank_accounts (organisation_id)
    WHERE organisation_id IS NOT NULL AND superseded_at IS NULL;

-- 发放批次: what goes to the bank together. What is in it never changes after it was opened.
CREATE TABLE payment_batches (
    id           UUID PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    payments     INTEGER NOT NULL CHECK (payments > 0),
    total        BIGINT NOT NULL CHECK (total > 0),
    opened_by    UUID NOT NULL REFERENCES accounts (id),
    opened_at    TIMESTAMPTZ NOT NULL,
    confirmed_by UUID REFERENCES accounts (id),
    confirmed_at TIMESTAMPTZ,
    settled_by   UUID REFERENCES accounts (id),
    settled_at   TIMESTAMPTZ,
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    CHECK (confirmed_by IS NULL OR confirmed_by <> opened_by),
    CHECK (state NOT IN ('confirmed', 'settled') OR confirmed_by IS NOT NULL)
);
CREATE INDEX payment_batches_state ON payment_batches (state, id);

-- 支付: a claim's amount on its way to an account. A live payment is one that waits for its result or was paid: an
-- obligation has one at most.
CREATE TABLE payments (
    id              UUID PRIMARY KEY,
    batch_id        UUID NOT NULL REFERENCES payment_batches (id),
    line            INTEGER NOT NULL CHECK (line > 0),
    claim_id        UUID NOT NULL REFERENCES claims (id),
    scheme_code     TEXT NOT NULL,
    person_id       UUID REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    part            TEXT NOT NULL,
    bank_account_id UUID NOT NULL REFERENCES bank_accounts (id),
    amount          BIGINT NOT NULL CHECK (amount > 0),
    purpose         TEXT NOT NULL,
    state           TEXT NOT NULL,
    result_note     TEXT,
    settled_at      TIMESTAMPTZ,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL))
);
CREATE UNIQUE INDEX payments_batch_line ON payments (batch_id, line);
CREATE UNIQUE INDEX payments_live_claim ON payments (claim_id) WHERE state IN ('open', 'paid');
CREATE UNIQUE INDEX payments_live_person ON payments (scheme_code, person_id, part)
    WHERE person_id IS NOT NULL AND state IN ('open', 'paid');
CREATE UNIQUE INDEX payments_live_organisation ON payments (scheme_code, organisation_id, part)
    WHERE organisation_id IS NOT NULL AND state IN ('open', 'paid');
CREATE INDEX payments_claim ON payments (claim_id);

-- 追回: what was paid and is asked back, in full or in instalments.
CREATE TABLE clawbacks (
    id          UUID PRIMARY KEY,
    claim_id    UUID NOT NULL REFERENCES claims (id),
    cause       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    received    BIGINT NOT NULL CHECK (received >= 0 AND received <= amount),
    proposed_by UUID REFERENCES accounts (id),
    proposed_at TIMESTAMPTZ NOT NULL,
    decided_by  UUID REFERENCES accounts (id),
    decided_at  TIMESTAMPTZ,
    state       TEXT NOT NULL,
    version     INTEGER NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by),
    CHECK (state IN ('proposed', 'dropped') OR decided_by IS NOT NULL)
);
CREATE UNIQUE INDEX clawbacks_live_claim ON clawbacks (claim_id) WHERE state <> 'dropped';
CREATE TABLE clawback_instalments (
    clawback_id UUID NOT NULL REFERENCES clawbacks (id),
    number      INTEGER NOT NULL,
    due_on      DATE NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (clawback_id, number)
);
CREATE TABLE clawback_receipts (
    id          UUID PRIMARY KEY,
    clawback_id UUID NOT NULL REFERENCES clawbacks (id),
    amount      BIGINT NOT NULL CHECK (amount > 0),
    received_on DATE NOT NULL,
    document    TEXT NOT NULL,
    recorded_by UUID REFERENCES accounts (id),
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX clawback_receipts_document ON clawback_receipts (clawback_id, document);

-- What was posted stays as it was posted.
CREATE FUNCTION ledger_postings_stay() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''a posting is never changed''; END';
CREATE TRIGGER ledger_postings_never_changed BEFORE UPDATE OR DELETE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_postings_stay();
