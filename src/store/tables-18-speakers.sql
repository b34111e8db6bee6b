-- What a token may speak for, where that is not each node that it tells of first. Tokens that succeed one another are a line, named by its first
-- (NULL: the token begins a line); nodes are a JSON array of names (NULL: those that its line is bound to); some only say who holds devices.
CREATE TABLE IF NOT EXISTS token_voices (
    token TEXT PRIMARY KEY REFERENCES tokens, line TEXT REFERENCES tokens, nodes TEXT,
    holders_only INTEGER NOT NULL CHECK (holders_only IN (0, 1))
) STRICT, WITHOUT ROWID;
-- The project in whose name a batch was delivered; of the operator's batches, and of those from before this was kept, there is no row.
CREATE TABLE IF NOT EXISTS batch_projects (batch INTEGER PRIMARY KEY REFERENCES batches, project TEXT NOT NULL) STRICT;
-- The line of tokens that speaks for a node, and from when on it may say who held its devices. None speaks for a node from before this was kept,
-- until a token does.
CREATE TABLE IF NOT EXISTS node_tokens (
    node INTEGER PRIMARY KEY REFERENCES nodes, token TEXT NOT NULL REFERENCES tokens, since_ns INTEGER NOT NULL
) STRICT;
-- Which agents have spoken for a node.
CREATE TABLE IF NOT EXISTS node_agents (
    agent TEXT NOT NULL, node INTEGER NOT NULL REFERENCES nodes, PRIMARY KEY (agent, node)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO node_agents SELECT DISTINCT agent, node FROM batches;
-- Tokens that spoke for a node which another line speaks for, and were refused.
CREATE TABLE IF NOT EXISTS refused_speakers (
    node INTEGER NOT NULL REFERENCES nodes, token TEXT NOT NULL REFERENCES tokens, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
    PRIMARY KEY (node, token)
) STRICT, WITHOUT ROWID;
-- Of windows that overlap the one that was received first counts; up to this batch, the one whose sender's clock showed the earlier time.
CREATE TABLE IF NOT EXISTS receipt_order (one INTEGER PRIMARY KEY CHECK (one = 1), after_batch INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO receipt_order SELECT 1, coalesce(max(batch), 0) FROM batches;
