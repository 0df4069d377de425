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
