-- What is to stand in the transparency log. The publisher gives each row its index; until then it has none.
CREATE TABLE log_leaves (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        TEXT NOT NULL,
    digest      BYTEA NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    log_index   BIGINT UNIQUE
);
CREATE INDEX log_leaves_digest ON log_leaves (digest);
CREATE INDEX log_leaves_waiting ON log_leaves (id) WHERE log_index IS NULL;
