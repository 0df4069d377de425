ALTER TABLE wave ADD COLUMN after_id $uuid;
ALTER TABLE wave ADD COLUMN made_at $time;
ALTER TABLE wave ADD COLUMN not_drawn INTEGER NOT NULL DEFAULT 0;
UPDATE wave SET made_at = created_at;
CREATE INDEX wave_time ON wave (created_at DESC, id DESC);
CREATE UNIQUE INDEX invitation_wave_contact ON invitation (wave_id, contact_id);
CREATE INDEX invitation_time ON invitation (queued_at DESC, id DESC);
ALTER TABLE visit ADD COLUMN picked SMALLINT;
CREATE TABLE refusal (
    address $key PRIMARY KEY NOT NULL,
    muted INTEGER NOT NULL,
    at $time NOT NULL
);
