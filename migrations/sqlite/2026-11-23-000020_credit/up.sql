-- 红黑名单: who is listed, why, by which decision and from when to when. Whether a listing is in force on a day follows
-- from its dates alone.
CREATE TABLE credit_listings (
    id              BLOB PRIMARY KEY,
    list            TEXT NOT NULL,
    person_id       BLOB REFERENCES people (id),
    organisation_id BLOB REFERENCES organisations (id),
    area_code       TEXT REFERENCES areas (code),
    grounds         TEXT NOT NULL,
    reason          TEXT NOT NULL,
    document        TEXT NOT NULL,
    from_date       DATE NOT NULL,
    to_date         DATE,
    status          TEXT NOT NULL,
    proposed_by     BLOB NOT NULL REFERENCES accounts (id),
    proposed_at     TEXT NOT NULL,
    decided_by      BLOB REFERENCES accounts (id),
    decided_at      TEXT,
    -- The first day in force: never before the decision.
    in_force_from   DATE,
    -- The first day on which it is not in force any more, where it was ended before its last day.
    ended_on        DATE,
    appeal          TEXT,
    version         INTEGER NOT NULL,
    CHECK ((person_id IS NULL) <> (organisation_id IS NULL)),
    CHECK (to_date IS NULL OR to_date >= from_date),
    CHECK (list <> 'black' OR to_date IS NOT NULL),
    CHECK (decided_by IS NULL OR decided_by <> proposed_by),
    CHECK ((status = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((status IN ('listed', 'ended')) = (in_force_from IS NOT NULL)),
    CHECK ((status = 'ended') = (ended_on IS NOT NULL))
);
CREATE UNIQUE INDEX credit_listings_proposed_person ON credit_listings (person_id, list, grounds)
    WHERE status = 'proposed' AND person_id IS NOT NULL;
CREATE UNIQUE INDEX credit_listings_proposed_organisation ON credit_listings (organisation_id, list, grounds)
    WHERE status = 'proposed' AND organisation_id IS NOT NULL;
CREATE INDEX credit_listings_person ON credit_listings (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX credit_listings_organisation ON credit_listings (organisation_id) WHERE organisation_id IS NOT NULL;

-- Each step of a listing with its words; never changed.
CREATE TABLE credit_events (
    id         BLOB PRIMARY KEY,
    listing_id BLOB NOT NULL REFERENCES credit_listings (id),
    step       TEXT NOT NULL,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    at         TEXT NOT NULL,
    words      TEXT NOT NULL,
    document   TEXT
);
CREATE INDEX credit_events_listing ON credit_events (listing_id, id);
-- A listing is appealed once.
CREATE UNIQUE INDEX credit_events_appeal ON credit_events (listing_id) WHERE step = 'appeal';
