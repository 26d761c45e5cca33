-- The store of Faultline, version 2.
--
-- Conventions
--   *_id       local integer, never leaves this file; what leaves is keyed by uuid, incident, hash or text
--   *_at       UTC, `2025-12-21T01:36:18.286123Z`: sorts as text
--   *_hex      unsigned 64 bits as 16 lower-case hex digits: sorts as a number
--   *_json     an array of strings, or an object of strings
--   is_*, warm_up, contaminated, uncaptured, timed_out, late, translated, agrees: 0 or 1
-- Facts are appended and never changed. What is derived from them stands in columns and tables marked
-- DERIVED; it can be thrown away and made again.

-- ---------------------------------------------------------------------------------------------
-- Interned content. Two stores that saw the same thing have the same value or key.

CREATE TABLE text (
  id    INTEGER PRIMARY KEY,
  value TEXT NOT NULL UNIQUE
) STRICT;

-- Small vocabularies that filters look through: os_build, os_version, model, process, exception, phase.
CREATE TABLE attribute (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (name, value)
) STRICT;

CREATE TABLE image (
  id                   INTEGER PRIMARY KEY,
  key                  TEXT NOT NULL UNIQUE,   -- hash128 of all that follows
  uuid                 TEXT,                   -- lower case with dashes; NULL: the report has none
  build_id             TEXT,                   -- Linux: whole build-id in hex
  name                 TEXT,
  path                 TEXT,
  arch                 TEXT,
  source               TEXT,                   -- `P` a real image, `A` the absolute pseudo-image
  size_hex             TEXT NOT NULL,          -- bytes
  bundle_id            TEXT,
  bundle_short_version TEXT,
  bundle_version       TEXT
) STRICT;

CREATE TABLE image_set (
  id          INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,            -- hash128 of the members' keys in order
  image_count INTEGER NOT NULL
) STRICT;

CREATE TABLE image_set_member (
  image_set_id INTEGER NOT NULL REFERENCES image_set (id),
  position     INTEGER NOT NULL,
  image_id     INTEGER NOT NULL REFERENCES image (id),
  PRIMARY KEY (image_set_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE stack (
  id          INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,            -- hash128 of the frames
  frame_count INTEGER NOT NULL
) STRICT;

CREATE TABLE stack_frame (
  stack_id          INTEGER NOT NULL REFERENCES stack (id),
  position          INTEGER NOT NULL,          -- 0 is the innermost
  image_id          INTEGER REFERENCES image (id),
  image_offset_hex  TEXT NOT NULL,             -- from the image's base
  symbol_id         INTEGER REFERENCES text (id),  -- as the reporter named it
  symbol_offset_hex TEXT,
  is_inlined        INTEGER NOT NULL,
  PRIMARY KEY (stack_id, position)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------
-- Hosts, runs, cells

CREATE TABLE host (
  id       INTEGER PRIMARY KEY,
  host_key TEXT NOT NULL UNIQUE                -- of the machine itself; its names and versions are the runs'
) STRICT;

CREATE TABLE run (
  id             INTEGER PRIMARY KEY,
  uuid           TEXT NOT NULL UNIQUE,         -- made by the host that ran it
  host_id        INTEGER NOT NULL REFERENCES host (id),
  campaign_name  TEXT NOT NULL,
  campaign_hash  TEXT NOT NULL,
  campaign_text  TEXT NOT NULL,
  control        TEXT NOT NULL,                -- filter; empty if none
  stop_rule      TEXT NOT NULL,                -- as the campaign has it; empty if none
  seed_hex       TEXT NOT NULL,
  started_at     TEXT NOT NULL,
  started_date   TEXT NOT NULL,                -- local date of the start: the night
  zone_minutes   INTEGER NOT NULL,             -- east of UTC, at the start
  host_name      TEXT NOT NULL,
  os_name        TEXT,
  os_version     TEXT,
  os_build       TEXT,
  kernel         TEXT,
  model          TEXT,
  chip           TEXT,
  cpu_count      INTEGER,
  memory_bytes   INTEGER,
  agx_version    TEXT,
  boot_session   TEXT,
  uptime_seconds INTEGER,
  load_1min      REAL
) STRICT;
CREATE INDEX run_by_start ON run (started_at);

CREATE TABLE run_fact (
  run_id   INTEGER NOT NULL REFERENCES run (id),
  source   TEXT NOT NULL CHECK (source IN ('campaign', 'host')),
  position INTEGER NOT NULL,
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  PRIMARY KEY (run_id, source, position)
) STRICT, WITHOUT ROWID;

-- Begun, resumed, ended. The state that holds is the greatest (step, at, state, reason).
CREATE TABLE run_state (
  run_id         INTEGER NOT NULL REFERENCES run (id),
  step           INTEGER NOT NULL,
  at             TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'stopped')),
  reason         TEXT NOT NULL,
  planned_blocks INTEGER NOT NULL,
  PRIMARY KEY (run_id, step, at, state, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE cell (
  id             INTEGER PRIMARY KEY,
  run_id         INTEGER NOT NULL REFERENCES run (id),
  cell_index     INTEGER NOT NULL,
  workload_index INTEGER NOT NULL,
  workload       TEXT NOT NULL,
  label          TEXT NOT NULL,                -- `threads=8 lock=none`
  UNIQUE (run_id, cell_index)
) STRICT;

CREATE TABLE cell_parameter (
  cell_id  INTEGER NOT NULL REFERENCES cell (id),
  position INTEGER NOT NULL,
  name     TEXT NOT NULL,
  label    TEXT NOT NULL,                      -- what tables show and filters compare
  value    TEXT NOT NULL,                      -- what the command got
  type     TEXT NOT NULL CHECK (type IN ('text', 'integer', 'real', 'boolean')),
  is_unset INTEGER NOT NULL,
  PRIMARY KEY (cell_id, position)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------
-- Trials

CREATE TABLE trial (
  id                 INTEGER PRIMARY KEY,
  run_id             INTEGER NOT NULL REFERENCES run (id),
  trial_index        INTEGER NOT NULL,         -- execution order, from 0
  block_index        INTEGER NOT NULL,
  cell_id            INTEGER NOT NULL REFERENCES cell (id),
  -- DERIVED, the next four and rule, notes and reason below: the recorded verdict, or the newest
  -- of trial_verdict where there are any.
  outcome            TEXT NOT NULL CHECK (outcome IN ('passed', 'crashed', 'wrong', 'hung', 'panicked',
                                                      'exit_error', 'setup_failed')),
  contaminated       INTEGER NOT NULL CHECK (contaminated IN (0, 1)),
  uncaptured         INTEGER NOT NULL CHECK (uncaptured IN (0, 1)),
  warm_up            INTEGER NOT NULL CHECK (warm_up IN (0, 1)),
  phase_id           INTEGER REFERENCES attribute (id),  -- the last one printed
  started_at         TEXT NOT NULL,
  duration_ns        INTEGER NOT NULL,         -- monotonic
  rule_id            INTEGER REFERENCES text (id),
  notes_json         TEXT,
  uncaptured_reason  TEXT,
  pid                INTEGER,
  start_ticks_hex    TEXT,
  boot_session_id    INTEGER REFERENCES text (id),
  exit_code          INTEGER,
  term_signal        INTEGER,                  -- the host's number
  term_signal_name   TEXT,
  timed_out          INTEGER NOT NULL,
  user_cpu_ms        INTEGER,
  system_cpu_ms      INTEGER,
  peak_memory_bytes  INTEGER,
  load_1min          REAL,                     -- of the machine, at its end
  reports_pending    INTEGER,                  -- trials before it whose reports were awaited at its end
  unkillable_count   INTEGER NOT NULL,         -- processes of it that would not die
  argv_id            INTEGER NOT NULL REFERENCES text (id),  -- JSON array
  output_head        TEXT,
  stderr_tail        TEXT,
  UNIQUE (run_id, trial_index)
) STRICT;
CREATE INDEX trial_by_start ON trial (started_at);
CREATE INDEX trial_by_cell ON trial (cell_id, outcome);

-- What became known later. Holds nothing for trials that were never amended; else the recorded
-- verdict (is_recorded = 1) and each amendment. The greatest (is_recorded = 0, at, …) holds.
CREATE TABLE trial_verdict (
  trial_id          INTEGER NOT NULL REFERENCES trial (id),
  is_recorded       INTEGER NOT NULL,
  at                TEXT NOT NULL,
  outcome           TEXT NOT NULL,
  rule              TEXT NOT NULL,
  notes_json        TEXT NOT NULL,
  uncaptured        INTEGER NOT NULL,
  uncaptured_reason TEXT NOT NULL,
  contaminated      INTEGER NOT NULL,
  PRIMARY KEY (trial_id, is_recorded, at, outcome, rule, notes_json, uncaptured, uncaptured_reason, contaminated)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_metric (
  trial_id INTEGER NOT NULL REFERENCES trial (id),
  position INTEGER NOT NULL,
  name_id  INTEGER NOT NULL REFERENCES attribute (id),
  value    REAL,                               -- NULL: not a number
  PRIMARY KEY (trial_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX trial_metric_by_name ON trial_metric (name_id);

-- DERIVED: how many trials there are of each sort, so that a rate never counts a million rows.
CREATE TABLE trial_tally (
  cell_id      INTEGER NOT NULL REFERENCES cell (id),
  phase_id     INTEGER NOT NULL,               -- 0: none
  outcome      TEXT NOT NULL,
  warm_up      INTEGER NOT NULL,
  contaminated INTEGER NOT NULL,
  uncaptured   INTEGER NOT NULL,
  trials       INTEGER NOT NULL,
  PRIMARY KEY (cell_id, phase_id, outcome, warm_up, contaminated, uncaptured)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trial_is_counted AFTER INSERT ON trial BEGIN
  INSERT INTO trial_tally (cell_id, phase_id, outcome, warm_up, contaminated, uncaptured, trials)
  VALUES (new.cell_id, ifnull(new.phase_id, 0), new.outcome, new.warm_up, new.contaminated, new.uncaptured, 1)
  ON CONFLICT DO UPDATE SET trials = trials + 1;
END;

CREATE TRIGGER trial_is_counted_anew AFTER UPDATE OF outcome, contaminated, uncaptured ON trial BEGIN
  UPDATE trial_tally SET trials = trials - 1
  WHERE cell_id = old.cell_id AND phase_id = ifnull(old.phase_id, 0) AND outcome = old.outcome
    AND warm_up = old.warm_up AND contaminated = old.contaminated AND uncaptured = old.uncaptured;
  INSERT INTO trial_tally (cell_id, phase_id, outcome, warm_up, contaminated, uncaptured, trials)
  VALUES (new.cell_id, ifnull(new.phase_id, 0), new.outcome, new.warm_up, new.contaminated, new.uncaptured, 1)
  ON CONFLICT DO UPDATE SET trials = trials + 1;
END;

-- ---------------------------------------------------------------------------------------------
-- Reports: the raw bytes first

CREATE TABLE raw (
  id            INTEGER PRIMARY KEY,
  hash          TEXT NOT NULL UNIQUE,          -- hash128 of the bytes as they came
  size_bytes    INTEGER NOT NULL,
  shape         TEXT NOT NULL,                 -- hash64 of what makes two reports alike
  prefix_raw_id INTEGER REFERENCES raw (id),   -- zstd prefix, itself always without one; NULL: none
  body          BLOB NOT NULL                  -- zstd frame
) STRICT;
CREATE INDEX raw_by_shape ON raw (shape) WHERE prefix_raw_id IS NULL;

-- A second copy of each body that others rest on: one damaged page shall not take hundreds of reports with it.
-- Both are proven by the frame's own checksum and by raw.hash.
CREATE TABLE raw_copy (
  raw_id INTEGER PRIMARY KEY REFERENCES raw (id),
  body   BLOB NOT NULL
) STRICT;

CREATE TRIGGER prefix_is_copied AFTER INSERT ON raw WHEN new.prefix_raw_id IS NOT NULL BEGIN
  INSERT OR IGNORE INTO raw_copy (raw_id, body) SELECT id, body FROM raw WHERE id = new.prefix_raw_id;
END;

-- What `faultline db repair` could not save when it made this file.
CREATE TABLE repair_loss (
  kind     TEXT NOT NULL,
  place    TEXT NOT NULL,
  message  TEXT NOT NULL,
  PRIMARY KEY (kind, place, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE site (
  id              INTEGER PRIMARY KEY,
  key             TEXT NOT NULL UNIQUE,        -- 16 hex digits, hash of the text
  text            TEXT NOT NULL,
  family          TEXT NOT NULL,
  family_text     TEXT NOT NULL,
  image           TEXT NOT NULL,
  function        TEXT NOT NULL,
  code_offset_hex TEXT,
  fault_kind      TEXT NOT NULL,
  fault_offset_hex TEXT,
  access          TEXT,
  rules_version   TEXT NOT NULL,               -- of the newest rules that made this row
  rule_labels_json TEXT NOT NULL               -- a team's words on it, from its rules file
) STRICT;
CREATE INDEX site_by_family ON site (family);

CREATE TABLE report (
  id            INTEGER PRIMARY KEY,
  incident      TEXT NOT NULL UNIQUE,          -- upper case; else hash128 of the bytes
  -- DERIVED from here on.
  raw_id        INTEGER REFERENCES raw (id),   -- the form that speaks
  origin        TEXT NOT NULL CHECK (origin IN ('captured', 'imported', 'reconstructed')),
  kind          TEXT NOT NULL,
  happened_at   TEXT,
  run_id        INTEGER REFERENCES run (id),   -- NULL where it belongs to no trial, as the next two
  trial_id      INTEGER REFERENCES trial (id),
  cell_id       INTEGER REFERENCES cell (id),
  site_id       INTEGER REFERENCES site (id),
  process_id    INTEGER REFERENCES attribute (id),
  pid           INTEGER,
  os_version_id INTEGER REFERENCES attribute (id),
  os_build_id   INTEGER REFERENCES attribute (id),
  model_id      INTEGER REFERENCES attribute (id),
  exception_id  INTEGER REFERENCES attribute (id),
  rules_version TEXT NOT NULL,
  analysis_hash TEXT NOT NULL DEFAULT '',      -- of all derived rows, in two halves: what would come out the same is not written
  -- Of its trial, so that sites can be counted without looking at a million trials.
  phase_id      INTEGER REFERENCES attribute (id),
  outcome       TEXT,
  in_rates      INTEGER NOT NULL DEFAULT 0,    -- 1: its trial is in the denominator of rates
  is_repeat     INTEGER NOT NULL DEFAULT 0     -- 1: not the first crash report (by incident) of its trial
) STRICT;
CREATE INDEX report_by_site ON report (site_id, cell_id, os_build_id, happened_at)
  WHERE kind = 'crash' AND site_id IS NOT NULL;
CREATE INDEX report_by_trial ON report (trial_id, site_id) WHERE trial_id IS NOT NULL;
CREATE INDEX report_by_time ON report (happened_at);
CREATE INDEX report_repeat ON report (trial_id) WHERE is_repeat = 1;

-- DERIVED: how many crash reports there are of each sort; 0 or empty is none. A trial with several is
-- found by report_repeat.
CREATE TABLE report_tally (
  site_id       INTEGER NOT NULL REFERENCES site (id),
  cell_id       INTEGER NOT NULL,
  os_build_id   INTEGER NOT NULL,
  os_version_id INTEGER NOT NULL,
  model_id      INTEGER NOT NULL,
  process_id    INTEGER NOT NULL,
  exception_id  INTEGER NOT NULL,
  phase_id      INTEGER NOT NULL,
  outcome       TEXT NOT NULL,
  in_rates      INTEGER NOT NULL,
  origin        TEXT NOT NULL,
  day           TEXT NOT NULL,                 -- UTC, of reports that belong to no trial
  reports       INTEGER NOT NULL,
  first_at      TEXT,
  last_at       TEXT,
  PRIMARY KEY (site_id, cell_id, os_build_id, os_version_id, model_id, process_id, exception_id, phase_id, outcome,
               in_rates, origin, day)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER report_is_counted AFTER UPDATE OF kind, site_id, cell_id, os_build_id, os_version_id, model_id, process_id,
  exception_id, phase_id, outcome, in_rates, origin, happened_at ON report
WHEN (old.kind, old.site_id, old.cell_id, old.os_build_id, old.os_version_id, old.model_id, old.process_id,
      old.exception_id, old.phase_id, old.outcome, old.in_rates, old.origin, old.happened_at)
  IS NOT (new.kind, new.site_id, new.cell_id, new.os_build_id, new.os_version_id, new.model_id, new.process_id,
          new.exception_id, new.phase_id, new.outcome, new.in_rates, new.origin, new.happened_at)
BEGIN
  UPDATE report_tally SET reports = reports - 1,
    first_at = iif(first_at IS NOT old.happened_at, first_at, (SELECT min(happened_at) FROM report WHERE
        site_id = old.site_id AND cell_id IS old.cell_id AND os_build_id IS old.os_build_id AND kind = 'crash'
        AND os_version_id IS old.os_version_id AND model_id IS old.model_id AND process_id IS old.process_id
        AND exception_id IS old.exception_id AND phase_id IS old.phase_id AND outcome IS old.outcome
        AND in_rates = old.in_rates AND origin = old.origin AND iif(cell_id IS NULL, substr(happened_at, 1, 10), '')
        IS iif(old.cell_id IS NULL, substr(old.happened_at, 1, 10), ''))),
    last_at = iif(last_at IS NOT old.happened_at, last_at, (SELECT max(happened_at) FROM report WHERE
        site_id = old.site_id AND cell_id IS old.cell_id AND os_build_id IS old.os_build_id AND kind = 'crash'
        AND os_version_id IS old.os_version_id AND model_id IS old.model_id AND process_id IS old.process_id
        AND exception_id IS old.exception_id AND phase_id IS old.phase_id AND outcome IS old.outcome
        AND in_rates = old.in_rates AND origin = old.origin AND iif(cell_id IS NULL, substr(happened_at, 1, 10), '')
        IS iif(old.cell_id IS NULL, substr(old.happened_at, 1, 10), '')))
  WHERE old.kind = 'crash' AND (site_id, cell_id, os_build_id, os_version_id, model_id, process_id, exception_id, phase_id, outcome,
    in_rates, origin, day)
    = (old.site_id, ifnull(old.cell_id, 0), ifnull(old.os_build_id, 0), ifnull(old.os_version_id, 0),
         ifnull(old.model_id, 0), ifnull(old.process_id, 0), ifnull(old.exception_id, 0), ifnull(old.phase_id, 0),
         ifnull(old.outcome, ''), old.in_rates, old.origin,
         iif(old.cell_id IS NULL, ifnull(substr(old.happened_at, 1, 10), ''), ''));
  INSERT INTO report_tally (site_id, cell_id, os_build_id, os_version_id, model_id, process_id, exception_id, phase_id, outcome,
    in_rates, origin, day,
    reports, first_at, last_at)
  SELECT new.site_id, ifnull(new.cell_id, 0), ifnull(new.os_build_id, 0), ifnull(new.os_version_id, 0),
         ifnull(new.model_id, 0), ifnull(new.process_id, 0), ifnull(new.exception_id, 0), ifnull(new.phase_id, 0),
         ifnull(new.outcome, ''), new.in_rates, new.origin,
         iif(new.cell_id IS NULL, ifnull(substr(new.happened_at, 1, 10), ''), ''),
         1, new.happened_at, new.happened_at
  WHERE new.kind = 'crash' AND new.site_id IS NOT NULL
  ON CONFLICT DO UPDATE SET reports = reports + 1,
    first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at),
    last_at = coalesce(max(last_at, excluded.last_at), last_at, excluded.last_at);
END;

CREATE TRIGGER report_follows_its_trial AFTER UPDATE OF outcome, contaminated ON trial BEGIN
  UPDATE report SET outcome = new.outcome,
    in_rates = (new.outcome != 'setup_failed' AND new.warm_up = 0 AND new.contaminated = 0)
  WHERE trial_id = new.id;
END;

-- DERIVED: the site of a death that left no report, as far as the end of its stderr tells.
CREATE TABLE output_site (
  trial_id      INTEGER PRIMARY KEY REFERENCES trial (id),
  site_id       INTEGER NOT NULL REFERENCES site (id),
  rule          TEXT NOT NULL,
  notes_json    TEXT NOT NULL,                 -- how it was found
  rules_version TEXT NOT NULL
) STRICT;

-- Those that hold: a report says more than the output. Columns are named as those of `report`.
-- CROSS JOIN: such deaths are few, and are to be looked up from here, not sought among a million trials.
CREATE VIEW output_death AS
SELECT t.id AS trial_id, o.site_id, t.run_id, t.cell_id, t.phase_id, t.outcome, t.started_at AS happened_at,
       t.outcome != 'setup_failed' AND t.warm_up = 0 AND t.contaminated = 0 AS in_rates,
       'output' AS origin, NULL AS process_id, NULL AS exception_id
FROM output_site o CROSS JOIN trial t ON t.id = o.trial_id
WHERE t.uncaptured = 1 AND NOT EXISTS (
  SELECT 1 FROM report r WHERE r.trial_id = t.id AND r.kind = 'crash' AND r.site_id IS NOT NULL
    AND r.origin != 'reconstructed');

-- Which bytes tell of which incident.
CREATE TABLE raw_form (
  report_id INTEGER NOT NULL REFERENCES report (id),
  raw_id    INTEGER NOT NULL REFERENCES raw (id),
  form      TEXT NOT NULL CHECK (form IN ('json', 'cut_json', 'text', 'unreadable')),
  PRIMARY KEY (report_id, raw_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX raw_form_by_raw ON raw_form (raw_id);

-- Report seen: how bytes came to us, once for each origin and place.
CREATE TABLE sighting (
  raw_id      INTEGER NOT NULL REFERENCES raw (id),
  origin      TEXT NOT NULL CHECK (origin IN ('captured', 'imported', 'reconstructed')),
  source_path TEXT NOT NULL,
  seen_at     TEXT NOT NULL,
  PRIMARY KEY (raw_id, origin, source_path, seen_at)
) STRICT, WITHOUT ROWID;

-- Report attributed. trial_index -1: the run met it, and it is nobody's (foreign).
CREATE TABLE attribution (
  report_id   INTEGER NOT NULL REFERENCES report (id),
  run_id      INTEGER NOT NULL REFERENCES run (id),
  trial_index INTEGER NOT NULL,
  at          TEXT NOT NULL,
  grounds     TEXT NOT NULL,
  late        INTEGER NOT NULL,                -- after its trial had been recorded
  latency_ms  INTEGER,                         -- from the trial's end to the report; NULL: not measured
  PRIMARY KEY (report_id, run_id, trial_index, at, grounds, late)
) STRICT, WITHOUT ROWID;
CREATE INDEX attribution_by_run ON attribution (run_id, report_id);

-- DERIVED: one row a report, replaced as a whole. All else can be read again from the raw report.
CREATE TABLE report_analysis (
  report_id             INTEGER PRIMARY KEY REFERENCES report (id),
  cpu_type_id           INTEGER REFERENCES text (id),
  translated            INTEGER,
  signal_id             INTEGER REFERENCES text (id),
  codes_json            TEXT,                  -- raw codes, 16 hex digits each
  subtype               TEXT,
  termination_namespace TEXT,
  termination_code_hex  TEXT,
  termination_indicator TEXT,
  fault_kind            TEXT NOT NULL,
  fault_address_hex     TEXT,
  fault_access          TEXT,
  fault_size_bytes      INTEGER,
  instruction_id        INTEGER REFERENCES text (id),
  base_register         TEXT,
  base_value_hex        TEXT,
  fault_offset_hex      TEXT,
  agrees                INTEGER,
  sentence              TEXT NOT NULL,
  evidence_json         TEXT NOT NULL,
  fault_rule_id         INTEGER REFERENCES text (id),
  site_thread_index     INTEGER,
  site_frame_index      INTEGER,
  site_rule_id          INTEGER REFERENCES text (id),
  site_notes_id         INTEGER REFERENCES text (id),   -- JSON array
  crashed_thread_index  INTEGER,
  crashed_stack_id      INTEGER REFERENCES stack (id),
  registers_json        TEXT,                  -- of the crashed thread: {"x0": "16 hex digits", …}
  image_set_id          INTEGER REFERENCES image_set (id),
  issue_count           INTEGER NOT NULL
) STRICT;

CREATE TABLE report_thread (
  report_id    INTEGER NOT NULL REFERENCES report (id),
  thread_index INTEGER NOT NULL,
  stack_id     INTEGER NOT NULL REFERENCES stack (id),
  name_id      INTEGER REFERENCES text (id),
  queue_id     INTEGER REFERENCES text (id),
  PRIMARY KEY (report_id, thread_index)
) STRICT, WITHOUT ROWID;

-- What other threads were in: `image function`, family names.
CREATE TABLE report_partner (
  report_id   INTEGER NOT NULL REFERENCES report (id),
  function_id INTEGER NOT NULL REFERENCES text (id),
  PRIMARY KEY (report_id, function_id)
) STRICT, WITHOUT ROWID;

-- DERIVED: reports of each site with each partner.
CREATE TABLE partner_tally (
  site_id     INTEGER NOT NULL REFERENCES site (id),
  function_id INTEGER NOT NULL REFERENCES text (id),
  reports     INTEGER NOT NULL,
  PRIMARY KEY (site_id, function_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_tally_by_function ON partner_tally (function_id, reports);

-- A report's partners are removed before, and written after, its site changes.
CREATE TRIGGER partner_is_counted AFTER INSERT ON report_partner BEGIN
  INSERT INTO partner_tally (site_id, function_id, reports)
  SELECT site_id, new.function_id, 1 FROM report WHERE id = new.report_id AND kind = 'crash' AND site_id IS NOT NULL
  ON CONFLICT DO UPDATE SET reports = reports + 1;
END;

CREATE TRIGGER partner_is_counted_no_more AFTER DELETE ON report_partner BEGIN
  UPDATE partner_tally SET reports = reports - 1
  WHERE function_id = old.function_id
    AND site_id = (SELECT site_id FROM report WHERE id = old.report_id AND kind = 'crash');
END;

CREATE TABLE report_issue (
  report_id INTEGER NOT NULL REFERENCES report (id),
  position  INTEGER NOT NULL,
  at        TEXT NOT NULL,                     -- JSON pointer, or `line 12`
  message   TEXT NOT NULL,
  PRIMARY KEY (report_id, position)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------
-- A person's words, and other people's counts

-- Of a word on a site or family the newest row holds: given or taken back.
CREATE TABLE label (
  target     TEXT NOT NULL,                    -- key of a site or family
  word       TEXT NOT NULL,
  at         TEXT NOT NULL,
  is_removed INTEGER NOT NULL,
  PRIMARY KEY (target, word, at, is_removed)
) STRICT, WITHOUT ROWID;

CREATE TABLE imported_count (
  source          TEXT NOT NULL,
  workload        TEXT NOT NULL,
  parameters_json TEXT NOT NULL,               -- [name, label, type, …]
  trials          INTEGER NOT NULL,
  crashed         INTEGER NOT NULL,
  PRIMARY KEY (source, workload, parameters_json, trials, crashed)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------------------------------------
-- What holds now

CREATE VIEW run_now AS
SELECT run_id, state, reason, at, planned_blocks FROM (
  SELECT *, row_number() OVER (PARTITION BY run_id ORDER BY step DESC, at DESC, state DESC, reason DESC) AS rank
  FROM run_state)
WHERE rank = 1;

CREATE VIEW label_now AS
SELECT target, word, at FROM (
  SELECT *, row_number() OVER (PARTITION BY target, word ORDER BY at DESC, is_removed DESC) AS rank FROM label)
WHERE rank = 1 AND is_removed = 0;

-- For people who write SQL.
CREATE VIEW trials AS
SELECT t.id AS trial_id, r.uuid AS run, r.started_date AS date, t.trial_index, t.block_index, c.workload, c.label AS cell,
       t.outcome, t.warm_up, t.contaminated, t.uncaptured, p.value AS phase, t.started_at,
       t.duration_ns / 1000000 AS duration_ms, t.pid, t.exit_code, t.term_signal_name, t.timed_out,
       r.os_build, r.os_version, r.model, r.agx_version
FROM trial t JOIN run r ON r.id = t.run_id JOIN cell c ON c.id = t.cell_id LEFT JOIN attribute p ON p.id = t.phase_id;

CREATE VIEW reports AS
SELECT rp.id AS report_id, rp.incident, rp.origin, rp.kind, rp.happened_at, pr.value AS process, rp.pid,
       ov.value AS os_version, ob.value AS os_build, m.value AS model, e.value AS exception,
       a.fault_kind, a.fault_address_hex, a.sentence, s.key AS site, s.text AS site_text, s.family,
       r.uuid AS run, t.trial_index, c.label AS cell, rp.rules_version
FROM report rp
LEFT JOIN report_analysis a ON a.report_id = rp.id
LEFT JOIN site s ON s.id = rp.site_id
LEFT JOIN run r ON r.id = rp.run_id
LEFT JOIN trial t ON t.id = rp.trial_id
LEFT JOIN cell c ON c.id = rp.cell_id
LEFT JOIN attribute pr ON pr.id = rp.process_id
LEFT JOIN attribute ov ON ov.id = rp.os_version_id
LEFT JOIN attribute ob ON ob.id = rp.os_build_id
LEFT JOIN attribute m ON m.id = rp.model_id
LEFT JOIN attribute e ON e.id = rp.exception_id;
