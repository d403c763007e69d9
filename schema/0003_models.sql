-- Packages, their signatures, and which of them was live when. docs/decisions/0015-packages.md says why it is so.
--
-- All of it is only ever added: triggers refuse the rest. What is live is the last row of an alias.

CREATE TABLE models (
  model_id   INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL CHECK (name <> ''),
  version    TEXT NOT NULL CHECK (version <> ''),
  sha256     TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
  bytes      INTEGER NOT NULL CHECK (bytes > 0),
  registered TEXT NOT NULL,
  who        TEXT NOT NULL CHECK (who <> ''),
  UNIQUE (name, version)
) STRICT;

-- The package as it came. Apart from its row, so that a list of models reads no bytes.
CREATE TABLE model_files (
  model_id INTEGER PRIMARY KEY REFERENCES models,
  content  BLOB NOT NULL
) STRICT;

-- A package may be signed after it was registered, or again by another key. The last signature counts.
CREATE TABLE model_signatures (
  signature_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id     INTEGER NOT NULL REFERENCES models,
  created      TEXT NOT NULL,
  signature    TEXT NOT NULL CHECK (signature <> '')   -- the text of NAME.signpost.minisig
) STRICT;
CREATE INDEX model_signatures_model ON model_signatures (model_id);

-- Which model an alias meant from then on. A rollback undoes the last promotion that still stood.
CREATE TABLE promotions (
  promotion_id INTEGER PRIMARY KEY AUTOINCREMENT,
  alias        TEXT NOT NULL CHECK (alias IN ('stable', 'candidate')),
  model_id     INTEGER NOT NULL REFERENCES models,
  created      TEXT NOT NULL,
  who          TEXT NOT NULL CHECK (who <> ''),
  why          TEXT CHECK (why <> ''),
  undoes       INTEGER UNIQUE REFERENCES promotions
) STRICT;
CREATE INDEX promotions_alias ON promotions (alias, promotion_id);

CREATE VIEW live_models AS
SELECT p.alias, p.promotion_id, p.model_id, p.created
FROM promotions p
WHERE p.promotion_id = (SELECT max(promotion_id) FROM promotions WHERE alias = p.alias);

CREATE TRIGGER models_insert BEFORE INSERT ON models
WHEN EXISTS (SELECT 1 FROM models
             WHERE model_id = NEW.model_id OR sha256 = NEW.sha256 OR (name = NEW.name AND version = NEW.version))
BEGIN SELECT raise(ABORT, 'models are never replaced'); END;
CREATE TRIGGER models_update BEFORE UPDATE ON models
BEGIN SELECT raise(ABORT, 'models are never changed'); END;
CREATE TRIGGER models_delete BEFORE DELETE ON models
BEGIN SELECT raise(ABORT, 'models are never deleted'); END;

CREATE TRIGGER model_files_insert BEFORE INSERT ON model_files
WHEN EXISTS (SELECT 1 FROM model_files WHERE model_id = NEW.model_id)
BEGIN SELECT raise(ABORT, 'models are never replaced'); END;
CREATE TRIGGER model_files_update BEFORE UPDATE ON model_files
BEGIN SELECT raise(ABORT, 'models are never changed'); END;
CREATE TRIGGER model_files_delete BEFORE DELETE ON model_files
BEGIN SELECT raise(ABORT, 'models are never deleted'); END;

CREATE TRIGGER model_signatures_insert BEFORE INSERT ON model_signatures
WHEN EXISTS (SELECT 1 FROM model_signatures WHERE signature_id = NEW.signature_id)
BEGIN SELECT raise(ABORT, 'signatures are append-only'); END;
CREATE TRIGGER model_signatures_update BEFORE UPDATE ON model_signatures
BEGIN SELECT raise(ABORT, 'signatures are append-only'); END;
CREATE TRIGGER model_signatures_delete BEFORE DELETE ON model_signatures
BEGIN SELECT raise(ABORT, 'signatures are append-only'); END;

CREATE TRIGGER promotions_insert BEFORE INSERT ON promotions
WHEN EXISTS (SELECT 1 FROM promotions WHERE promotion_id = NEW.promotion_id OR undoes = NEW.undoes)
BEGIN SELECT raise(ABORT, 'promotions are append-only'); END;
CREATE TRIGGER promotions_update BEFORE UPDATE ON promotions
BEGIN SELECT raise(ABORT, 'promotions are append-only'); END;
CREATE TRIGGER promotions_delete BEFORE DELETE ON promotions
BEGIN SELECT raise(ABORT, 'promotions are append-only'); END;
