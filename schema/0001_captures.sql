-- What devices saw, what models said of it, what people said of it. docs/decisions/0003-captures-store.md says why it is so.
--
-- Captures, predictions and annotations are only ever added: triggers refuse the rest, whichever program asks. What a capture
-- is now is a view over them. Times are UTC, ISO 8601 with milliseconds; order is by id, as clocks jump.

CREATE TABLE devices (
  device_id INTEGER PRIMARY KEY,
  name      TEXT NOT NULL UNIQUE CHECK (name <> ''),
  created   TEXT NOT NULL
) STRICT;

-- One image, by its content. Its bytes are in the file FOLDER/ab/SHA256.EXT beside the database.
-- device_id and sign may be filled in later where they were unknown, never changed.
CREATE TABLE captures (
  capture_id INTEGER PRIMARY KEY AUTOINCREMENT,
  sha256     TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  media_type TEXT NOT NULL,
  width      INTEGER NOT NULL CHECK (width > 0),
  height     INTEGER NOT NULL CHECK (height > 0),
  bytes      INTEGER NOT NULL CHECK (bytes > 0),
  received   TEXT NOT NULL,
  file       TEXT NOT NULL,                      -- what the one who added it called it
  device_id  INTEGER REFERENCES devices,
  sign       TEXT CHECK (sign <> '')             -- the physical sign: "group" in a sample
) STRICT;

-- The first 16 digits name a capture for people and in samples, so they must be unique too.
CREATE UNIQUE INDEX captures_short ON captures (substr(sha256, 1, 16));
CREATE INDEX captures_device ON captures (device_id);

-- Several models may see one image; the last prediction counts.
CREATE TABLE predictions (
  prediction_id INTEGER PRIMARY KEY AUTOINCREMENT,
  capture_id    INTEGER NOT NULL REFERENCES captures,
  created       TEXT NOT NULL,
  model         TEXT CHECK (model <> ''),        -- NAME-VERSION
  label         INTEGER NOT NULL CHECK (label >= 0),
  confidence    REAL CHECK (confidence BETWEEN 0 AND 1),
  top           TEXT CHECK (top <> '')           -- a JSON array of the best classes
) STRICT;
CREATE INDEX predictions_capture ON predictions (capture_id);

-- What an annotator may say, and what a capture is after it.
CREATE TABLE verdicts (
  verdict TEXT PRIMARY KEY,
  status  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO verdicts VALUES ('label', 'labelled'), ('reject', 'rejected'), ('unsure', 'unsure');

-- The last annotation counts. The box is half-open, in pixels of the image, as in a sample.
CREATE TABLE annotations (
  annotation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  capture_id    INTEGER NOT NULL REFERENCES captures,
  annotator     TEXT NOT NULL CHECK (annotator <> ''),
  created       TEXT NOT NULL,
  verdict       TEXT NOT NULL REFERENCES verdicts,
  label         INTEGER CHECK (label >= 0),
  x1            INTEGER CHECK (x1 >= 0),
  y1            INTEGER CHECK (y1 >= 0),
  x2            INTEGER CHECK (x2 > x1),
  y2            INTEGER CHECK (y2 > y1),
  note          TEXT CHECK (note <> ''),
  CHECK ((verdict = 'label') = (label IS NOT NULL)),
  CHECK ((x1 IS NULL) + (y1 IS NULL) + (x2 IS NULL) + (y2 IS NULL) IN (0, 4))
) STRICT;
CREATE INDEX annotations_capture ON annotations (capture_id);

CREATE VIEW capture_state AS
SELECT c.capture_id, c.sha256, c.media_type, c.width, c.height, c.received, c.file, d.name AS device, c.sign,
       p.label AS predicted, p.confidence, p.model, p.top,
       coalesce(v.status, 'new') AS status,
       a.annotation_id, a.annotator, a.created AS annotated, a.verdict, a.label, a.x1, a.y1, a.x2, a.y2, a.note
FROM captures c
LEFT JOIN devices d ON d.device_id = c.device_id
LEFT JOIN predictions p
  ON p.prediction_id = (SELECT max(prediction_id) FROM predictions WHERE capture_id = c.capture_id)
LEFT JOIN annotations a
  ON a.annotation_id = (SELECT max(annotation_id) FROM annotations WHERE capture_id = c.capture_id)
LEFT JOIN verdicts v ON v.verdict = a.verdict;

-- An insert that names an id or a digest which is there already would replace that row (INSERT OR REPLACE).
CREATE TRIGGER captures_insert BEFORE INSERT ON captures
WHEN EXISTS (SELECT 1 FROM captures WHERE capture_id = NEW.capture_id OR sha256 = NEW.sha256)
BEGIN SELECT raise(ABORT, 'captures are never replaced'); END;
CREATE TRIGGER captures_update BEFORE UPDATE OF capture_id, sha256, media_type, width, height, bytes, received, file ON captures
BEGIN SELECT raise(ABORT, 'captures are never changed'); END;
CREATE TRIGGER captures_fill_in BEFORE UPDATE OF device_id, sign ON captures
WHEN (OLD.device_id IS NOT NULL AND NEW.device_id IS NOT OLD.device_id) OR (OLD.sign IS NOT NULL AND NEW.sign IS NOT OLD.sign)
BEGIN SELECT raise(ABORT, 'a device or sign that is known is never changed'); END;
CREATE TRIGGER captures_delete BEFORE DELETE ON captures
BEGIN SELECT raise(ABORT, 'captures are never deleted'); END;

CREATE TRIGGER predictions_insert BEFORE INSERT ON predictions
WHEN EXISTS (SELECT 1 FROM predictions WHERE prediction_id = NEW.prediction_id)
BEGIN SELECT raise(ABORT, 'predictions are append-only'); END;
CREATE TRIGGER predictions_update BEFORE UPDATE ON predictions
BEGIN SELECT raise(ABORT, 'predictions are append-only'); END;
CREATE TRIGGER predictions_delete BEFORE DELETE ON predictions
BEGIN SELECT raise(ABORT, 'predictions are append-only'); END;

CREATE TRIGGER annotations_insert BEFORE INSERT ON annotations
WHEN EXISTS (SELECT 1 FROM annotations WHERE annotation_id = NEW.annotation_id)
BEGIN SELECT raise(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER annotations_update BEFORE UPDATE ON annotations
BEGIN SELECT raise(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER annotations_delete BEFORE DELETE ON annotations
BEGIN SELECT raise(ABORT, 'annotations are append-only'); END;
