-- What is to stand in the transparency log. The publisher gives each row its index; until then it has none.
CREATE TABLE log_leaves (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    digest      BLOB NOT NULL,
    recorded_at TEXT NOT NULL,
    log_index   BIGINT UNIQUE
);
CREATE INDEX log_leaves_digest ON log_leaves (digest);
CREATE INDEX log_leaves_waiting ON log_leaves (id) WHERE log_index IS NULL;
