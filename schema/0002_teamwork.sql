-- Many people and devices at one store: images in the database, tokens, blind second labels, reviews, queues, exports and
-- purges. docs/decisions/0003-captures-store.md says why it is so.
--
-- Whatever was added stays, with one exception: a capture that has a tombstone may go, with all that hangs on it.

-- What holds for the whole store, by name. Absent: the default that lib/store/settings.h gives.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY CHECK (name <> ''),
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may come in. The token is 256 random bits and is never stored, so its plain SHA-256 is enough.
CREATE TABLE tokens (
  token_id  INTEGER PRIMARY KEY AUTOINCREMENT,
  hash      TEXT NOT NULL UNIQUE CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
  role      TEXT NOT NULL CHECK (role IN ('device', 'annotator', 'admin')),
  name      TEXT NOT NULL CHECK (name <> ''),     -- of the device or the person; several tokens may share it
  created   TEXT NOT NULL,
  revoked   TEXT,
  last_used TEXT                                  -- to the hour
) STRICT;
CREATE INDEX tokens_name ON tokens (name);

-- taken is by the device's clock. The place is rounded before it gets here. Both may be filled in later, never changed.
ALTER TABLE captures ADD COLUMN taken TEXT CHECK (taken <> '');
ALTER TABLE captures ADD COLUMN latitude REAL CHECK (latitude BETWEEN -90 AND 90);
ALTER TABLE captures ADD COLUMN longitude REAL
  CHECK (longitude BETWEEN -180 AND 180 AND (longitude IS NULL) = (latitude IS NULL));

-- The unique index on sha256 finds what shares its first digits too; a second one costs every admission a random write.
DROP INDEX captures_short;
DROP TRIGGER captures_insert;
CREATE TRIGGER captures_insert BEFORE INSERT ON captures
WHEN EXISTS (SELECT 1 FROM captures WHERE capture_id = NEW.capture_id)
  OR EXISTS (SELECT 1 FROM captures
             WHERE sha256 >= substr(NEW.sha256, 1, 16) AND sha256 < substr(NEW.sha256, 1, 16) || 'g')
BEGIN SELECT raise(ABORT, 'captures are never replaced'); END;

-- The bytes of an image, as they came. Captures of schema 0001 have none here: theirs are files beside the database.
CREATE TABLE images (
  capture_id INTEGER PRIMARY KEY REFERENCES captures,
  content    BLOB NOT NULL
) STRICT;

-- What an image looks like, to find equal and similar ones. Derived from the bytes; captures of schema 0001 have none
-- until `capture known` has looked at them.
CREATE TABLE fingerprints (
  capture_id INTEGER PRIMARY KEY REFERENCES captures,
  pixels     INTEGER NOT NULL,                           -- 63 bits of the SHA-256 of size and decoded pixels
  hash       INTEGER NOT NULL,                           -- perceptual, 63 bits: lib/image/fingerprint.h
  thumbnail  BLOB NOT NULL CHECK (length(thumbnail) = 256)
) STRICT;
CREATE INDEX fingerprints_hash ON fingerprints (capture_id, hash);

-- Two captures that look like one photograph. other_id came first.
CREATE TABLE links (
  capture_id INTEGER NOT NULL REFERENCES captures,
  other_id   INTEGER NOT NULL REFERENCES captures CHECK (other_id < capture_id),
  similarity REAL NOT NULL CHECK (similarity BETWEEN 0 AND 1),
  PRIMARY KEY (capture_id, other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_other ON links (other_id);

-- Images that training or test sets hold. A capture that equals one, in its bytes or in its pixels, is flagged.
CREATE TABLE known_images (
  source TEXT NOT NULL CHECK (source <> ''),      -- the data set, as its manifest is called
  sha256 TEXT NOT NULL,
  pixels INTEGER,                                 -- as in fingerprints
  sample TEXT NOT NULL,                           -- its id there
  split  TEXT,
  PRIMARY KEY (source, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_images_sha256 ON known_images (sha256);
CREATE INDEX known_images_pixels ON known_images (pixels) WHERE pixels IS NOT NULL;

-- An annotation may withdraw one that its annotator made before: undo.
INSERT INTO verdicts VALUES ('withdraw', 'new');
ALTER TABLE annotations ADD COLUMN withdraws INTEGER REFERENCES annotations
  CHECK ((verdict = 'withdraw') = (withdraws IS NOT NULL));
-- open: the annotator could see what others had said; blind: could not; adjudication: decides between the others.
ALTER TABLE annotations ADD COLUMN mode TEXT NOT NULL DEFAULT 'open' CHECK (mode IN ('open', 'blind', 'adjudication'));
ALTER TABLE annotations ADD COLUMN milliseconds INTEGER CHECK (milliseconds >= 0);  -- from sight to verdict
-- What the page calls the request that brought it: sent again, after a lost answer, it is the same annotation.
ALTER TABLE annotations ADD COLUMN request TEXT CHECK (request <> '');
CREATE UNIQUE INDEX annotations_request ON annotations (annotator, request) WHERE request IS NOT NULL;
CREATE UNIQUE INDEX annotations_withdraws ON annotations (withdraws) WHERE withdraws IS NOT NULL;
CREATE INDEX annotations_annotator ON annotations (annotator, annotation_id);

-- What a second person says of an annotation. accept: it is right. reject: it is wrong, and counts no more. adjudicate:
-- of several it is the one that is right. The last review of an annotation counts.
CREATE TABLE reviews (
  review_id     INTEGER PRIMARY KEY AUTOINCREMENT,
  capture_id    INTEGER NOT NULL REFERENCES captures,
  annotation_id INTEGER NOT NULL REFERENCES annotations,
  seen          INTEGER NOT NULL REFERENCES annotations (annotation_id),  -- the capture's last annotation then
  reviewer      TEXT NOT NULL CHECK (reviewer <> ''),
  created       TEXT NOT NULL,
  decision      TEXT NOT NULL CHECK (decision IN ('accept', 'reject', 'adjudicate')),
  note          TEXT CHECK (note <> '')
) STRICT;
CREATE INDEX reviews_capture ON reviews (capture_id);
CREATE INDEX reviews_annotation ON reviews (annotation_id);

-- Who works on what. A lease counts from `granted` to `until`, milliseconds since 1970: one from the future, after a clock
-- has jumped back, does not hold.
CREATE TABLE leases (
  capture_id INTEGER NOT NULL REFERENCES captures,
  annotator  TEXT NOT NULL CHECK (annotator <> ''),
  granted    INTEGER NOT NULL,
  until      INTEGER NOT NULL,
  turn       INTEGER NOT NULL,                    -- the order in which he gets them; 0: withdrawn, to be done again
  PRIMARY KEY (capture_id, annotator)
) STRICT, WITHOUT ROWID;
CREATE INDEX leases_annotator ON leases (annotator);

-- What an annotator put off. Offered to him again when nothing else is left.
CREATE TABLE skips (
  annotator  TEXT NOT NULL CHECK (annotator <> ''),
  capture_id INTEGER NOT NULL REFERENCES captures,
  created    TEXT NOT NULL,
  PRIMARY KEY (annotator, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX skips_capture ON skips (capture_id);

-- What was handed out as training data. The digest is that of the records, line by line.
CREATE TABLE exports (
  export_id       INTEGER PRIMARY KEY AUTOINCREMENT,
  created         TEXT NOT NULL,
  filter          TEXT NOT NULL,                  -- JSON: policy, status and the other choices
  samples         INTEGER NOT NULL CHECK (samples >= 0),
  digest          TEXT NOT NULL CHECK (length(digest) = 64),
  last_annotation INTEGER NOT NULL,               -- what the store knew then; 0: nothing
  last_review     INTEGER NOT NULL
) STRICT;

-- What was purged. Its content is refused for good.
CREATE TABLE tombstones (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  purged TEXT NOT NULL,
  who    TEXT NOT NULL CHECK (who <> ''),
  why    TEXT NOT NULL CHECK (why <> '')
) STRICT, WITHOUT ROWID;

-- Annotations that count: neither withdrawn nor rejected by a review.
CREATE VIEW active_annotations AS
SELECT a.* FROM annotations a
WHERE a.verdict <> 'withdraw'
  AND NOT EXISTS (SELECT 1 FROM annotations w WHERE w.withdraws = a.annotation_id)
  AND 'reject' IS NOT (SELECT decision FROM reviews r WHERE r.annotation_id = a.annotation_id
                       ORDER BY r.review_id DESC LIMIT 1);

-- Opinions that stand side by side. Who labels in the open has seen what was said before and corrects it; who labels
-- blind adds a voice. So: the last one in the open and the blind ones after it, of each annotator the last. What an
-- adjudicator says counts by his review alone.
CREATE VIEW standing_annotations AS
SELECT a.* FROM active_annotations a
WHERE a.mode <> 'adjudication'
  AND a.annotation_id >= coalesce((SELECT max(o.annotation_id) FROM active_annotations o
                                   WHERE o.capture_id = a.capture_id AND o.mode = 'open'), 0)
  AND NOT EXISTS (SELECT 1 FROM active_annotations l
                  WHERE l.capture_id = a.capture_id AND l.annotator = a.annotator AND l.mode <> 'adjudication'
                    AND l.annotation_id > a.annotation_id);

-- Decisions of reviewers that stand: nobody has withdrawn what they chose, nor labelled in the open since.
CREATE VIEW standing_reviews AS
SELECT r.* FROM reviews r
WHERE r.decision <> 'reject'
  AND EXISTS (SELECT 1 FROM active_annotations a WHERE a.annotation_id = r.annotation_id)
  AND NOT EXISTS (SELECT 1 FROM active_annotations o
                  WHERE o.capture_id = r.capture_id AND o.mode = 'open' AND o.annotation_id > r.seen);

-- What follows for a capture. Unsure is no opinion: it only stands where there is none.
CREATE VIEW capture_truth AS
SELECT t.capture_id, t.review_id, t.opinions,
       coalesce((SELECT annotation_id FROM reviews r WHERE r.review_id = t.review_id), t.last_opinion, t.last_unsure)
         AS annotation_id,
       CASE WHEN t.review_id IS NOT NULL THEN
              (SELECT CASE a.verdict WHEN 'label' THEN 'accepted' ELSE v.status END
               FROM reviews r JOIN annotations a USING (annotation_id) JOIN verdicts v USING (verdict)
               WHERE r.review_id = t.review_id)
            WHEN t.different > 1 THEN 'disputed'
            WHEN t.last_opinion IS NOT NULL THEN
              (SELECT v.status FROM annotations a JOIN verdicts v USING (verdict) WHERE a.annotation_id = t.last_opinion)
            WHEN t.last_unsure IS NOT NULL THEN 'unsure'
            ELSE 'new' END AS status
FROM (SELECT c.capture_id,
             (SELECT max(review_id) FROM standing_reviews s WHERE s.capture_id = c.capture_id) AS review_id,
             (SELECT count(*) FROM standing_annotations s
              WHERE s.capture_id = c.capture_id AND s.verdict <> 'unsure') AS opinions,
             (SELECT count(DISTINCT coalesce(s.label, -1)) FROM standing_annotations s
              WHERE s.capture_id = c.capture_id AND s.verdict <> 'unsure') AS different,
             (SELECT max(annotation_id) FROM standing_annotations s
              WHERE s.capture_id = c.capture_id AND s.verdict <> 'unsure') AS last_opinion,
             (SELECT max(annotation_id) FROM standing_annotations s
              WHERE s.capture_id = c.capture_id AND s.verdict = 'unsure') AS last_unsure
      FROM captures c) t;

-- capture_truth and the last prediction, kept, so that a queue of 100,000 is served by an index. Triggers hold it up to
-- date, whichever program writes; it may be emptied and filled again from the views at any time.
CREATE TABLE capture_now (
  capture_id    INTEGER PRIMARY KEY REFERENCES captures,
  status        TEXT NOT NULL DEFAULT 'new',
  annotation_id INTEGER,                          -- the one that decides
  review_id     INTEGER,                          -- the decision that stands
  opinions      INTEGER NOT NULL DEFAULT 0,       -- annotators who stand behind a label or a reject
  wanted        INTEGER NOT NULL DEFAULT 1,       -- how many it needs: setting "labels"
  prediction_id INTEGER,
  predicted     INTEGER,
  confidence    REAL
) STRICT;
INSERT INTO capture_now (capture_id, status, annotation_id, review_id, opinions, prediction_id, predicted, confidence)
SELECT t.capture_id, t.status, t.annotation_id, t.review_id, t.opinions, p.prediction_id, p.label, p.confidence
FROM capture_truth t
LEFT JOIN predictions p
  ON p.prediction_id = (SELECT max(prediction_id) FROM predictions WHERE capture_id = t.capture_id);

-- The queue: what nobody has decided and too few have labelled.
CREATE INDEX capture_now_uncertain ON capture_now (confidence IS NULL, confidence)
  WHERE review_id IS NULL AND opinions < wanted;
CREATE INDEX capture_now_class ON capture_now (predicted IS NULL, predicted, confidence IS NULL, confidence)
  WHERE review_id IS NULL AND opinions < wanted;
CREATE INDEX capture_now_status ON capture_now (status);

DROP VIEW capture_state;
CREATE VIEW capture_state AS
SELECT c.capture_id, c.sha256, c.media_type, c.width, c.height, c.bytes, c.received, c.taken, c.latitude, c.longitude, c.file,
       d.name AS device, c.sign,
       n.predicted, n.confidence, p.model, p.top,
       n.status, n.opinions, n.wanted, n.review_id,
       a.annotation_id, a.annotator, a.created AS annotated, a.verdict, a.label, a.x1, a.y1, a.x2, a.y2, a.note,
       EXISTS (SELECT 1 FROM known_images k WHERE k.sha256 = c.sha256)
         OR EXISTS (SELECT 1 FROM fingerprints f JOIN known_images k ON k.pixels = f.pixels
                    WHERE f.capture_id = c.capture_id) AS flagged
FROM captures c
JOIN capture_now n ON n.capture_id = c.capture_id
LEFT JOIN devices d ON d.device_id = c.device_id
LEFT JOIN predictions p ON p.prediction_id = n.prediction_id
LEFT JOIN annotations a ON a.annotation_id = n.annotation_id;

-- A capture counts once its image is in, which comes last: so its row is written once, with its prediction.
CREATE TRIGGER images_now AFTER INSERT ON images
WHEN NOT EXISTS (SELECT 1 FROM capture_now WHERE capture_id = NEW.capture_id)
BEGIN
  INSERT INTO capture_now (capture_id, wanted, prediction_id, predicted, confidence)
  SELECT c.capture_id,
         CASE WHEN substr(c.sha256, 17, 8) < coalesce((SELECT value FROM settings WHERE name = 'labels_below'), 'g')
         THEN coalesce((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'labels'), 1) ELSE 1 END,
         p.prediction_id, p.label, p.confidence
  FROM captures c
  LEFT JOIN predictions p
    ON p.prediction_id = (SELECT max(prediction_id) FROM predictions WHERE capture_id = c.capture_id)
  WHERE c.capture_id = NEW.capture_id;
END;
CREATE TRIGGER predictions_now AFTER INSERT ON predictions
BEGIN
  UPDATE capture_now SET prediction_id = NEW.prediction_id, predicted = NEW.label, confidence = NEW.confidence
  WHERE capture_id = NEW.capture_id;
END;
CREATE TRIGGER annotations_now AFTER INSERT ON annotations
BEGIN
  UPDATE capture_now SET (status, annotation_id, review_id, opinions) =
    (SELECT status, annotation_id, review_id, opinions FROM capture_truth WHERE capture_id = NEW.capture_id)
  WHERE capture_id = NEW.capture_id;
END;
CREATE TRIGGER reviews_now AFTER INSERT ON reviews
BEGIN
  UPDATE capture_now SET (status, annotation_id, review_id, opinions) =
    (SELECT status, annotation_id, review_id, opinions FROM capture_truth WHERE capture_id = NEW.capture_id)
  WHERE capture_id = NEW.capture_id;
END;

-- Only what has a tombstone may go.
DROP TRIGGER captures_delete;
CREATE TRIGGER captures_delete BEFORE DELETE ON captures
WHEN NOT EXISTS (SELECT 1 FROM tombstones WHERE sha256 = OLD.sha256)
BEGIN SELECT raise(ABORT, 'captures are never deleted without a tombstone'); END;
DROP TRIGGER predictions_delete;
CREATE TRIGGER predictions_delete BEFORE DELETE ON predictions
WHEN NOT EXISTS (SELECT 1 FROM captures JOIN tombstones USING (sha256) WHERE capture_id = OLD.capture_id)
BEGIN SELECT raise(ABORT, 'predictions are append-only'); END;
DROP TRIGGER annotations_delete;
CREATE TRIGGER annotations_delete BEFORE DELETE ON annotations
WHEN NOT EXISTS (SELECT 1 FROM captures JOIN tombstones USING (sha256) WHERE capture_id = OLD.capture_id)
BEGIN SELECT raise(ABORT, 'annotations are append-only'); END;

CREATE TRIGGER captures_purged BEFORE INSERT ON captures
WHEN EXISTS (SELECT 1 FROM tombstones WHERE sha256 = NEW.sha256)
BEGIN SELECT raise(ABORT, 'what was purged is never kept again'); END;
CREATE TRIGGER captures_fill_in_more BEFORE UPDATE OF taken, latitude, longitude ON captures
WHEN (OLD.taken IS NOT NULL AND NEW.taken IS NOT OLD.taken)
  OR (OLD.latitude IS NOT NULL AND (NEW.latitude IS NOT OLD.latitude OR NEW.longitude IS NOT OLD.longitude))
BEGIN SELECT raise(ABORT, 'a time or place that is known is never changed'); END;

-- Bytes are verified by their digest whenever they are read, so what was spoilt may be written again.
CREATE TRIGGER images_delete BEFORE DELETE ON images
WHEN NOT EXISTS (SELECT 1 FROM captures JOIN tombstones USING (sha256) WHERE capture_id = OLD.capture_id)
BEGIN SELECT raise(ABORT, 'images are never deleted without a tombstone'); END;

CREATE TRIGGER annotations_withdraw BEFORE INSERT ON annotations
WHEN NEW.withdraws IS NOT NULL
 AND NOT EXISTS (SELECT 1 FROM annotations a WHERE a.annotation_id = NEW.withdraws AND a.capture_id = NEW.capture_id
                   AND a.annotator = NEW.annotator AND a.verdict <> 'withdraw')
BEGIN SELECT raise(ABORT, 'an annotator withdraws only annotations of his own'); END;
CREATE TRIGGER annotations_withdraw_once BEFORE INSERT ON annotations
WHEN EXISTS (SELECT 1 FROM annotations w WHERE w.withdraws = NEW.withdraws)
BEGIN SELECT raise(ABORT, 'is withdrawn already'); END;

CREATE TRIGGER reviews_insert BEFORE INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM reviews WHERE review_id = NEW.review_id)
BEGIN SELECT raise(ABORT, 'reviews are append-only'); END;
CREATE TRIGGER reviews_fit BEFORE INSERT ON reviews
WHEN NOT EXISTS (SELECT 1 FROM annotations a WHERE a.annotation_id = NEW.annotation_id AND a.capture_id = NEW.capture_id
                   AND a.verdict IN ('label', 'reject', 'unsure')
                   AND (NEW.decision = 'reject' OR a.verdict <> 'unsure')
                   AND (NEW.decision = 'adjudicate' OR a.annotator <> NEW.reviewer))
BEGIN SELECT raise(ABORT, 'a review is of an opinion that somebody else has on that capture'); END;
CREATE TRIGGER reviews_update BEFORE UPDATE ON reviews
BEGIN SELECT raise(ABORT, 'reviews are append-only'); END;
CREATE TRIGGER reviews_delete BEFORE DELETE ON reviews
WHEN NOT EXISTS (SELECT 1 FROM captures JOIN tombstones USING (sha256) WHERE capture_id = OLD.capture_id)
BEGIN SELECT raise(ABORT, 'reviews are append-only'); END;

CREATE TRIGGER tombstones_insert BEFORE INSERT ON tombstones
WHEN EXISTS (SELECT 1 FROM tombstones WHERE sha256 = NEW.sha256)
BEGIN SELECT raise(ABORT, 'tombstones are append-only'); END;
CREATE TRIGGER tombstones_update BEFORE UPDATE ON tombstones
BEGIN SELECT raise(ABORT, 'tombstones are append-only'); END;
CREATE TRIGGER tombstones_delete BEFORE DELETE ON tombstones
BEGIN SELECT raise(ABORT, 'tombstones are append-only'); END;

CREATE TRIGGER exports_insert BEFORE INSERT ON exports
WHEN EXISTS (SELECT 1 FROM exports WHERE export_id = NEW.export_id)
BEGIN SELECT raise(ABORT, 'exports are append-only'); END;
CREATE TRIGGER exports_update BEFORE UPDATE ON exports
BEGIN SELECT raise(ABORT, 'exports are append-only'); END;
CREATE TRIGGER exports_delete BEFORE DELETE ON exports
BEGIN SELECT raise(ABORT, 'exports are append-only'); END;

CREATE TRIGGER tokens_insert BEFORE INSERT ON tokens
WHEN EXISTS (SELECT 1 FROM tokens WHERE token_id = NEW.token_id OR hash = NEW.hash)
BEGIN SELECT raise(ABORT, 'tokens are never replaced'); END;
CREATE TRIGGER tokens_update BEFORE UPDATE OF token_id, hash, role, name, created ON tokens
BEGIN SELECT raise(ABORT, 'tokens are never changed'); END;
CREATE TRIGGER tokens_revoke BEFORE UPDATE OF revoked ON tokens
WHEN OLD.revoked IS NOT NULL AND NEW.revoked IS NOT OLD.revoked
BEGIN SELECT raise(ABORT, 'a revoked token stays revoked'); END;
CREATE TRIGGER tokens_delete BEFORE DELETE ON tokens
BEGIN SELECT raise(ABORT, 'tokens are never deleted'); END;
