CREATE INDEX account_updated ON account (updated_at, id);
CREATE INDEX contact_updated ON contact (updated_at, id);
CREATE INDEX response_amended ON response (amended_at, id) WHERE amended_at IS NOT NULL;
CREATE INDEX audit_account ON audit (account_id, at DESC, id DESC) WHERE account_id IS NOT NULL;
CREATE TABLE once (
    caller_id $uuid NOT NULL,
    key $bytes NOT NULL,
    request $bytes NOT NULL,
    reply TEXT NOT NULL,
    at $time NOT NULL,
    PRIMARY KEY (caller_id, key)
);
CREATE INDEX once_time ON once (at);
CREATE TABLE import (
    id $uuid PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    mapping TEXT,
    dry_run BOOLEAN NOT NULL,
    bytes BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    rows_total BIGINT,
    summary $json,
    error TEXT,
    by_id $uuid,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);
CREATE TABLE import_piece (
    import_id $uuid NOT NULL REFERENCES import (id),
    part TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes $bytes NOT NULL,
    PRIMARY KEY (import_id, part, number)
);
