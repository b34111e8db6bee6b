-- When clocks of agents were set: few rows among many gaps, looked for with every batch.
CREATE INDEX IF NOT EXISTS gaps_of_clocks ON gaps (device) WHERE reason IN ('set_ahead', 'set_back');
-- What a batch says, as it is audited.
CREATE INDEX IF NOT EXISTS gaps_by_batch ON gaps (batch);
