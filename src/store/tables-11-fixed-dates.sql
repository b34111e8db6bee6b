-- A day in which fixed dates begin or end is two: the sums of days are made anew.
UPDATE budget_progress SET stale = 1;
