ALTER TABLE account ADD COLUMN latest_nps SMALLINT;
UPDATE account SET latest_nps = (SELECT r.score FROM response r
    WHERE r.account_id = account.id AND r.kind = 'NPS' ORDER BY r.answered_at DESC, r.id DESC LIMIT 1);

CREATE TABLE question (
    key $key PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    lowest SMALLINT NOT NULL,
    highest SMALLINT NOT NULL,
    satisfied_from SMALLINT NOT NULL,
    low_is_good BOOLEAN NOT NULL,
    created_at $time NOT NULL
);
INSERT INTO question (key, kind, lowest, highest, satisfied_from, low_is_good, created_at)
    SELECT s.question, min(s.kind),
        CASE min(s.kind) WHEN 'NPS' THEN 0 ELSE 1 END,
        CASE min(s.kind) WHEN 'NPS' THEN 10 WHEN 'CES' THEN 7 ELSE 5 END,
        CASE min(s.kind) WHEN 'NPS' THEN 9 WHEN 'CES' THEN 5 ELSE 4 END,
        FALSE, min(s.created_at)
    FROM survey s GROUP BY s.question;

ALTER TABLE survey ADD COLUMN draft $json;
ALTER TABLE survey_version ADD COLUMN by_id $uuid;

ALTER TABLE contact ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
UPDATE contact SET muted = 3 WHERE opted_out_at IS NOT NULL;

CREATE TABLE program (
    id $uuid PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    survey_id $uuid NOT NULL REFERENCES survey (id),
    team_id $uuid REFERENCES team (id),
    state TEXT NOT NULL,
    plan $json NOT NULL,
    next_run_at $time,
    by_id $uuid,
    version INTEGER NOT NULL,
    created_at $time NOT NULL,
    updated_at $time NOT NULL
);
CREATE INDEX program_due ON program (next_run_at) WHERE next_run_at IS NOT NULL;

ALTER TABLE wave ADD COLUMN program_id $uuid;
ALTER TABLE wave ADD COLUMN state TEXT NOT NULL DEFAULT 'RUNNING';
ALTER TABLE wave ADD COLUMN plan $json NOT NULL DEFAULT '{}';
CREATE INDEX wave_program ON wave (program_id, created_at DESC) WHERE program_id IS NOT NULL;

ALTER TABLE invitation ADD COLUMN step SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE invitation ADD COLUMN due_at $time;
ALTER TABLE invitation ADD COLUMN reminded_at $time;
ALTER TABLE invitation ADD COLUMN bounced_at $time;
ALTER TABLE invitation ADD COLUMN visited_at $time;
ALTER TABLE invitation ADD COLUMN error TEXT;
UPDATE invitation SET step = 1 WHERE sent_at IS NOT NULL;

CREATE TABLE visit (
    id $uuid PRIMARY KEY NOT NULL,
    invitation_id $uuid NOT NULL REFERENCES invitation (id),
    account_id $uuid NOT NULL REFERENCES account (id),
    at $time NOT NULL,
    machine TEXT,
    agent TEXT
);
CREATE INDEX visit_invitation ON visit (invitation_id, at);

CREATE TABLE exclusion (
    id $uuid PRIMARY KEY NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    contact_id $uuid,
    reason TEXT NOT NULL,
    until_at $time NOT NULL,
    by_id $uuid,
    lifted_at $time,
    created_at $time NOT NULL
);
CREATE INDEX exclusion_account ON exclusion (account_id, until_at);

ALTER TABLE response_version ADD COLUMN answers $json;
CREATE TABLE answer (
    response_id $uuid NOT NULL REFERENCES response (id),
    question $key NOT NULL,
    account_id $uuid NOT NULL REFERENCES account (id),
    score SMALLINT,
    text TEXT,
    PRIMARY KEY (response_id, question)
);
