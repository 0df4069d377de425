CREATE TABLE api_key (
    id $uuid PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    secret_hash $bytes NOT NULL,
    scopes TEXT NOT NULL,
    team_id $uuid REFERENCES team (id),
    source $key NOT NULL,
    expires_at $time,
    revoked_at $time,
    last_used_at $time,
    created_at $time NOT NULL
);
CREATE UNIQUE INDEX api_key_secret ON api_key (secret_hash);

CREATE TABLE session (
    id $uuid PRIMARY KEY NOT NULL,
    member_id $uuid REFERENCES member (id),
    contact_id $uuid REFERENCES contact (id),
    key_id $uuid REFERENCES api_key (id),
    created_at $time NOT NULL,
    expires_at $time NOT NULL,
    revoked_at $time
);
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_contact ON session (contact_id);
CREATE INDEX session_key ON session (key_id);

CREATE TABLE signing_key (
    id $key PRIMARY KEY NOT NULL,
    public_key TEXT NOT NULL,
    sealed $bytes NOT NULL,
    created_at $time NOT NULL,
    retired_at $time
);

CREATE TABLE setting (
    name $key PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

CREATE TABLE job (
    id $uuid PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    payload $json NOT NULL,
    state TEXT NOT NULL,
    run_at $time NOT NULL,
    attempts SMALLINT NOT NULL,
    leased_until $time,
    leased_by $uuid,
    last_error TEXT,
    dedup_key $key,
    created_at $time NOT NULL
);
CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'READY';
CREATE INDEX job_leased ON job (leased_until) WHERE state = 'LEASED';
CREATE UNIQUE INDEX job_dedup ON job (dedup_key);

CREATE TABLE audit (
    id $uuid PRIMARY KEY NOT NULL,
    at $time NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id $uuid,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id $uuid NOT NULL,
    account_id $uuid,
    before $json,
    after $json
);
CREATE INDEX audit_time ON audit (at DESC, id DESC);
CREATE INDEX audit_subject ON audit (subject_id, at);
