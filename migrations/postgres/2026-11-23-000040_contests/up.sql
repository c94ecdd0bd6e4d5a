-- 职业技能竞赛: contests, and who came where in them. A result counts once another person has confirmed it.
CREATE TABLE contests (
    id               UUID PRIMARY KEY,
    -- The event by which schemes know the contest.
    code             TEXT NOT NULL UNIQUE,
    name             TEXT NOT NULL,
    tier             TEXT NOT NULL,
    occupation       TEXT NOT NULL,
    organiser        TEXT NOT NULL,
    announced_on     DATE NOT NULL,
    document         TEXT NOT NULL,
    -- 晋升等级: ranks up to this one get the level, from this body, by this document.
    award_rank       INTEGER CHECK (award_rank >= 1),
    award_level      TEXT,
    award_document   TEXT,
    award_body_id    UUID REFERENCES organisations (id),
    entered_by       UUID NOT NULL REFERENCES accounts (id),
    entered_at       TIMESTAMPTZ NOT NULL,
    version          INTEGER NOT NULL,
    CHECK ((award_rank IS NULL) = (award_level IS NULL)),
    CHECK ((award_rank IS NULL) = (award_document IS NULL)),
    CHECK ((award_rank IS NULL) = (award_body_id IS NULL))
);
CREATE INDEX contests_announced ON contests (announced_on);

CREATE TABLE contest_results (
    id              UUID PRIMARY KEY,
    contest_id      UUID NOT NULL REFERENCES contests (id),
    person_id       UUID NOT NULL REFERENCES people (id),
    rank            INTEGER CHECK (rank >= 1),
    honour          TEXT,
    status          TEXT NOT NULL,
    entered_by      UUID NOT NULL REFERENCES accounts (id),
    entered_at      TIMESTAMPTZ NOT NULL,
    decided_by      UUID REFERENCES accounts (id),
    decided_at      TIMESTAMPTZ,
    -- Why it was turned down or cancelled.
    words           TEXT,
    cancelled_by    UUID REFERENCES accounts (id),
    cancelled_at    TIMESTAMPTZ,
    CHECK (rank IS NOT NULL OR honour IS NOT NULL),
    CHECK (decided_by IS NULL OR decided_by <> entered_by),
    CHECK ((status = 'entered') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((status = 'cancelled') = (cancelled_by IS NOT NULL)),
    CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
);
CREATE INDEX contest_results_contest ON contest_results (contest_id);
CREATE INDEX contest_results_person ON contest_results (person_id);
-- Nobody has two results of one contest.
CREATE UNIQUE INDEX contest_results_one ON contest_results (contest_id, person_id)
    WHERE status IN ('entered', 'confirmed');

-- The number of a certificate that a contest's rank has earned.
ALTER TABLE certificate_reservations ADD COLUMN contest_result_id UUID REFERENCES contest_results (id);
CREATE UNIQUE INDEX certificate_reservations_contest_result ON certificate_reservations (contest_result_id)
    WHERE state <> 'void' AND contest_result_id IS NOT NULL;
