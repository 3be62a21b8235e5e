-- Made anew on each connection that loads: they are gone when it closes.

CREATE OR REPLACE FUNCTION pg_temp.setting(name text) RETURNS integer STABLE LANGUAGE sql
RETURN current_setting('bench.' || name)::integer;

-- The id of a row: in the order of its number, as ids that were given over time are.
CREATE OR REPLACE FUNCTION pg_temp.key(kind integer, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql
RETURN (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;

-- From when a version of what belongs to a programme holds: not all of them change on the same days.
CREATE OR REPLACE FUNCTION pg_temp.since(p integer, version integer) RETURNS date STABLE LANGUAGE sql
RETURN current_date - 5 - p % 20 - 100 * (7 - version);

-- Half of the programmes slip, a quarter of those milestones at a time: a week with each version.
CREATE OR REPLACE FUNCTION pg_temp.slip(p integer, m integer, version integer) RETURNS integer IMMUTABLE LANGUAGE sql
RETURN CASE WHEN p % 4 < 2 AND m % 4 = 0 THEN 7 * (version - 1) ELSE 0 END;

CREATE OR REPLACE FUNCTION pg_temp.starts(p integer) RETURNS date STABLE LANGUAGE sql
RETURN current_date - 1000 - p % 200;

CREATE OR REPLACE FUNCTION pg_temp.baseline(p integer, m integer) RETURNS date STABLE LANGUAGE sql
RETURN current_date - 1000 - p % 200 + 14 * m;
