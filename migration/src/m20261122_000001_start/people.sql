CREATE TABLE team (
    id $uuid PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key $key NOT NULL,
    parent_id $uuid REFERENCES team (id),
    lead_id $uuid,
    territories TEXT,
    source $key,
    reference $key,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);
CREATE INDEX team_name ON team (name_key, id);
CREATE INDEX team_lead ON team (lead_id);
CREATE UNIQUE INDEX team_reference ON team (source, reference);

CREATE TABLE member (
    id $uuid PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key $key NOT NULL,
    email TEXT NOT NULL,
    email_key $key NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('ADMIN', 'MANAGER', 'OWNER')),
    active BOOLEAN NOT NULL,
    team_id $uuid REFERENCES team (id),
    password_hash TEXT,
    password_must_change BOOLEAN NOT NULL,
    source $key,
    reference $key,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);
CREATE UNIQUE INDEX member_email ON member (email_key);
CREATE INDEX member_name ON member (name_key, id);
CREATE INDEX member_of_team ON member (team_id);
CREATE UNIQUE INDEX member_reference ON member (source, reference);

CREATE TABLE team_deputy (
    team_id $uuid NOT NULL REFERENCES team (id),
    member_id $uuid NOT NULL REFERENCES member (id),
    PRIMARY KEY (team_id, member_id)
);
CREATE INDEX team_deputy_member ON team_deputy (member_id);

CREATE TABLE team_member (
    id $uuid PRIMARY KEY NOT NULL,
    team_id $uuid NOT NULL REFERENCES team (id),
    member_id $uuid NOT NULL REFERENCES member (id),
    from_at $time NOT NULL,
    until_at $time,
    CHECK (until_at > from_at)
);
CREATE UNIQUE INDEX team_member_from ON team_member (member_id, from_at);
CREATE UNIQUE INDEX team_member_open ON team_member (member_id) WHERE until_at IS NULL;

CREATE TABLE team_tree (
    ancestor_id $uuid NOT NULL REFERENCES team (id),
    team_id $uuid NOT NULL REFERENCES team (id),
    PRIMARY KEY (ancestor_id, team_id)
);
CREATE INDEX team_tree_below ON team_tree (team_id);

CREATE TABLE team_place (
    id $uuid PRIMARY KEY NOT NULL,
    team_id $uuid NOT NULL REFERENCES team (id),
    path $key NOT NULL,
    from_at $time NOT NULL,
    until_at $time
);
CREATE UNIQUE INDEX team_place_open ON team_place (team_id) WHERE until_at IS NULL;
CREATE INDEX team_place_team ON team_place (team_id, from_at);
