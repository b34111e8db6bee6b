-- As SQLite's step of this number.
CREATE TABLE duty (one bigint PRIMARY KEY CHECK (one = 1), term bigint NOT NULL);
INSERT INTO duty VALUES (1, 0);
CREATE TABLE duty_notes (name text COLLATE "C" PRIMARY KEY, body text COLLATE "C" NOT NULL);
-- The oldest program that may still write these tables: a step that only adds what older ones do not miss leaves it as it is.
ALTER TABLE version ADD COLUMN oldest bigint NOT NULL DEFAULT 22;
