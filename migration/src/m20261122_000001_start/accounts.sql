CREATE TABLE account (
    id $uuid PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key $key NOT NULL,
    domain $key,
    parent_id $uuid REFERENCES account (id),
    territory $key,
    industry $key,
    segment $key,
    tier TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    annual_value BIGINT,
    renewal_on DATE NOT NULL,
    health SMALLINT NOT NULL CHECK (health BETWEEN -1 AND 100),
    owner_id $uuid REFERENCES member (id),
    team_id $uuid NOT NULL REFERENCES team (id),
    unowned_since $time,
    last_live_at $time NOT NULL,
    last_inbound_at $time NOT NULL,
    last_outbound_at $time NOT NULL,
    source $key,
    reference $key,
    archived_at $time,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL,
    CHECK ((owner_id IS NULL) = (unowned_since IS NOT NULL))
);
CREATE INDEX account_name ON account (name_key, id);
CREATE INDEX account_owner_name ON account (owner_id, name_key, id);
CREATE INDEX account_team_name ON account (team_id, name_key, id);
CREATE INDEX account_health ON account (health, name_key, id);
CREATE INDEX account_owner_health ON account (owner_id, health, name_key, id);
CREATE INDEX account_team_health ON account (team_id, health, name_key, id);
CREATE INDEX account_renewal ON account (renewal_on, name_key, id);
CREATE INDEX account_owner_renewal ON account (owner_id, renewal_on, name_key, id);
CREATE INDEX account_team_renewal ON account (team_id, renewal_on, name_key, id);
CREATE INDEX account_live ON account (last_live_at, name_key, id);
CREATE INDEX account_owner_live ON account (owner_id, last_live_at, name_key, id);
CREATE INDEX account_team_live ON account (team_id, last_live_at, name_key, id);
CREATE INDEX account_parent ON account (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX account_queue ON account (team_id, unowned_since, id) WHERE owner_id IS NULL;
CREATE UNIQUE INDEX account_reference ON account (source, reference);

CREATE TABLE account_grant (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    member_id $uuid NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL,
    role TEXT,
    from_at $time NOT NULL,
    until_at $time
);
CREATE INDEX account_grant_member ON account_grant (member_id, account_id);
CREATE INDEX account_grant_account ON account_grant (account_id, member_id);

CREATE TABLE ownership (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    member_id $uuid NOT NULL REFERENCES member (id),
    team_id $uuid NOT NULL REFERENCES team (id),
    from_at $time NOT NULL,
    until_at $time,
    source TEXT NOT NULL,
    reason TEXT,
    by_id $uuid,
    CHECK (until_at > from_at)
);
CREATE UNIQUE INDEX ownership_from ON ownership (account_id, from_at);
CREATE UNIQUE INDEX ownership_open ON ownership (account_id) WHERE until_at IS NULL;
CREATE INDEX ownership_member ON ownership (member_id, from_at);

CREATE TABLE contact (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    name_key $key NOT NULL,
    email TEXT,
    email_key $key,
    title TEXT,
    roles INTEGER NOT NULL,
    language TEXT,
    time_zone TEXT,
    mail_state TEXT NOT NULL,
    opted_out_at $time,
    source $key,
    reference $key,
    archived_at $time,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);
CREATE INDEX contact_account ON contact (account_id, id);
CREATE UNIQUE INDEX contact_email ON contact (email_key, account_id);
CREATE UNIQUE INDEX contact_reference ON contact (source, reference);

CREATE TABLE interaction (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    channel TEXT NOT NULL,
    occurred_at $time NOT NULL,
    member_id $uuid,
    contact_id $uuid,
    subject TEXT NOT NULL,
    body TEXT,
    customer_visible BOOLEAN NOT NULL,
    source $key,
    external_id $key,
    created_at $time NOT NULL
);
CREATE INDEX interaction_account ON interaction (account_id, occurred_at DESC, id DESC);
CREATE INDEX interaction_time ON interaction (occurred_at DESC, id DESC);
CREATE UNIQUE INDEX interaction_external ON interaction (source, external_id);
