-- 付讫后退汇: a payment that came back after the bank said that it was paid. Once for a payment, and once for a paper.
CREATE TABLE payment_returns (
    id          UUID PRIMARY KEY,
    payment_id  UUID NOT NULL REFERENCES payments (id),
    returned_on DATE NOT NULL,
    document    TEXT NOT NULL,
    reason      TEXT NOT NULL,
    recorded_by UUID REFERENCES accounts (id),
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX payment_returns_payment ON payment_returns (payment_id);
CREATE UNIQUE INDEX payment_returns_document ON payment_returns (document);

-- 复核: a refusal that was appealed against. Once for a claim, and decided by another than who refused or asked.
ALTER TABLE claims ADD COLUMN appeal_days INTEGER NOT NULL DEFAULT 0;
CREATE TABLE claim_appeals (
    id          UUID PRIMARY KEY,
    claim_id    UUID NOT NULL REFERENCES claims (id),
    refused_by  UUID NOT NULL REFERENCES accounts (id),
    refused_at  TIMESTAMPTZ NOT NULL,
    appealed_by UUID NOT NULL REFERENCES accounts (id),
    appealed_at TIMESTAMPTZ NOT NULL,
    finding     TEXT,
    decided_by  UUID REFERENCES accounts (id),
    decided_at  TIMESTAMPTZ,
    CHECK (decided_by IS NULL OR (decided_by <> refused_by AND decided_by <> appealed_by)),
    CHECK ((finding IS NULL) = (decided_by IS NULL))
);
CREATE UNIQUE INDEX claim_appeals_claim ON claim_appeals (claim_id);
