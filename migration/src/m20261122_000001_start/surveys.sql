CREATE TABLE survey (
    id $uuid PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    question $key NOT NULL,
    current_id $uuid,
    archived_at $time,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);

CREATE TABLE survey_version (
    id $uuid PRIMARY KEY NOT NULL,
    survey_id $uuid NOT NULL REFERENCES survey (id),
    number INTEGER NOT NULL,
    definition $json NOT NULL,
    published_at $time NOT NULL
);
CREATE UNIQUE INDEX survey_version_number ON survey_version (survey_id, number);

CREATE TABLE wave (
    id $uuid PRIMARY KEY NOT NULL,
    survey_id $uuid NOT NULL REFERENCES survey (id),
    survey_version_id $uuid NOT NULL REFERENCES survey_version (id),
    by_kind TEXT NOT NULL,
    by_id $uuid,
    created_at $time NOT NULL
);

CREATE TABLE invitation (
    id $uuid PRIMARY KEY NOT NULL,
    wave_id $uuid NOT NULL REFERENCES wave (id),
    survey_id $uuid NOT NULL REFERENCES survey (id),
    survey_version_id $uuid NOT NULL REFERENCES survey_version (id),
    account_id $uuid NOT NULL REFERENCES account (id),
    contact_id $uuid,
    status TEXT NOT NULL,
    suppressed TEXT,
    language TEXT NOT NULL,
    token_hash $bytes,
    unsubscribe_hash $bytes,
    generation SMALLINT NOT NULL,
    anchor_at $time NOT NULL,
    owner_id $uuid,
    manager_id $uuid,
    team_id $uuid NOT NULL REFERENCES team (id),
    place_id $uuid NOT NULL REFERENCES team_place (id),
    territory TEXT,
    segment TEXT,
    tier TEXT NOT NULL,
    decision_maker BOOLEAN NOT NULL,
    inherited BOOLEAN NOT NULL,
    queued_at $time NOT NULL,
    sent_at $time,
    expires_at $time NOT NULL,
    visits SMALLINT NOT NULL,
    CHECK ((status = 'SUPPRESSED') = (suppressed IS NOT NULL))
);
CREATE UNIQUE INDEX invitation_token ON invitation (token_hash);
CREATE UNIQUE INDEX invitation_unsubscribe ON invitation (unsubscribe_hash);
CREATE INDEX invitation_contact ON invitation (contact_id, queued_at DESC);
CREATE INDEX invitation_account ON invitation (account_id, queued_at DESC, id DESC);
CREATE INDEX invitation_wave ON invitation (wave_id, status);

CREATE TABLE response (
    id $uuid PRIMARY KEY NOT NULL,
    invitation_id $uuid REFERENCES invitation (id),
    account_id $uuid NOT NULL REFERENCES account (id),
    contact_id $uuid,
    survey_id $uuid NOT NULL REFERENCES survey (id),
    kind TEXT NOT NULL,
    question $key NOT NULL,
    score SMALLINT NOT NULL CHECK (score BETWEEN 0 AND 10),
    comment TEXT,
    language TEXT,
    answered_at $time NOT NULL,
    completed_at $time,
    amended_at $time,
    version INTEGER NOT NULL,
    month INTEGER NOT NULL,
    owner_id $uuid,
    place_id $uuid NOT NULL REFERENCES team_place (id),
    territory TEXT,
    segment TEXT,
    tier TEXT NOT NULL,
    decision_maker BOOLEAN NOT NULL,
    inherited BOOLEAN NOT NULL,
    mode SMALLINT NOT NULL,
    source $key,
    reference $key
);
CREATE UNIQUE INDEX response_invitation ON response (invitation_id);
CREATE INDEX response_account ON response (account_id, answered_at DESC, id DESC);
CREATE INDEX response_time ON response (answered_at DESC, id DESC);
CREATE UNIQUE INDEX response_reference ON response (source, reference, survey_id);

CREATE TABLE response_version (
    response_id $uuid NOT NULL REFERENCES response (id),
    version INTEGER NOT NULL,
    score SMALLINT NOT NULL,
    comment TEXT,
    at $time NOT NULL,
    PRIMARY KEY (response_id, version)
);

CREATE TABLE score_owner (
    question $key NOT NULL,
    place_id $uuid NOT NULL REFERENCES team_place (id),
    month INTEGER NOT NULL,
    owner_id $uuid NOT NULL,
    mode SMALLINT NOT NULL,
    c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL, c5 INTEGER NOT NULL, c6 INTEGER NOT NULL, c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    PRIMARY KEY (question, place_id, month, owner_id, mode)
);
CREATE INDEX score_owner_owner ON score_owner (owner_id, question, month);

CREATE TABLE score_slice (
    dim TEXT NOT NULL,
    question $key NOT NULL,
    place_id $uuid NOT NULL REFERENCES team_place (id),
    month INTEGER NOT NULL,
    val $key NOT NULL,
    mode SMALLINT NOT NULL,
    c0 INTEGER NOT NULL, c1 INTEGER NOT NULL, c2 INTEGER NOT NULL, c3 INTEGER NOT NULL,
    c4 INTEGER NOT NULL, c5 INTEGER NOT NULL, c6 INTEGER NOT NULL, c7 INTEGER NOT NULL,
    c8 INTEGER NOT NULL, c9 INTEGER NOT NULL, c10 INTEGER NOT NULL,
    PRIMARY KEY (dim, question, place_id, month, val, mode)
);
