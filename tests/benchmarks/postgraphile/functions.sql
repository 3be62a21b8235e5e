-- The fields that are computed, as PostGraphile has it: plain functions of a row, which Postgres puts into the statement.
CREATE OR REPLACE FUNCTION milestones_slip_days(milestone milestones) RETURNS integer STABLE LANGUAGE sql
RETURN milestone.forecast_on - milestone.baseline_on;

CREATE OR REPLACE FUNCTION milestones_status(milestone milestones) RETURNS text STABLE LANGUAGE sql
RETURN CASE
  WHEN milestone.cancelled_on IS NOT NULL THEN 'CANCELLED'
  WHEN milestone.achieved_on IS NOT NULL THEN 'ACHIEVED'
  WHEN milestone.forecast_on < current_date THEN 'OVERDUE'
  ELSE 'PLANNED'
END;
