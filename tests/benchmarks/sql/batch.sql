-- The programmes number bench.first to bench.last with everything that belongs to them.
-- A quarter of them is overdue, a quarter slips, a quarter is silent, a quarter is on track.

CREATE TEMPORARY TABLE versioned_programmes ON COMMIT DROP AS
SELECT p, v, pg_temp.key(3, p) AS id, pg_temp.since(p, v) AS valid_from,
  'programme-' || lpad(p::text, 6, '0') AS ref,
  (ARRAY['Bridging', 'Caring', 'Digital', 'Estates', 'Family', 'Growing', 'Home', 'Joint'])[1 + p % 8]
    || ' programme ' || lpad(p::text, 6, '0') AS title,
  'What the partners of programme ' || p || ' want to reach together, said in a sentence or two.' AS purpose,
  CASE WHEN p % 10 = 9 AND v = 7 THEN 'CLOSED' ELSE 'ACTIVE' END AS status,
  (ARRAY['Infrastructure', 'Transformation', 'Digital', 'Workforce', 'Prevention'])[1 + p / 5 % 5] AS category,
  pg_temp.starts(p) AS starts_on,
  pg_temp.baseline(p, pg_temp.setting('milestones'))
    + pg_temp.slip(p, pg_temp.setting('milestones'), v) AS ends_on,
  (10 + p % 1000)::numeric(18, 2) AS whole_life_cost,
  (ARRAY['GREEN', 'AMBER_GREEN', 'AMBER', 'AMBER_RED', 'RED'])[1 + (p + v) % 5] AS delivery_confidence,
  pg_temp.since(p, v) - CASE WHEN p % 4 = 2 THEN 60 ELSE 0 END AS heard_on
FROM generate_series(pg_temp.setting('first'), pg_temp.setting('last')) p, generate_series(1, 7) v;

INSERT INTO programmes (id, version, valid_from, ref, title, purpose, status, category, starts_on, ends_on,
  whole_life_cost, delivery_confidence, heard_on)
SELECT id, v, valid_from, ref, title, purpose, status, category, starts_on, ends_on,
  whole_life_cost, delivery_confidence, heard_on
FROM versioned_programmes WHERE v = 7 ORDER BY p;

INSERT INTO programmes_history (id, version, valid_from, valid_until, ref, title, purpose, status, category, starts_on,
  ends_on, whole_life_cost, delivery_confidence, heard_on)
SELECT id, v, valid_from, pg_temp.since(p, v + 1), ref, title, purpose, status, category, starts_on, ends_on,
  whole_life_cost, delivery_confidence, heard_on
FROM versioned_programmes WHERE v < 7 ORDER BY p, v;

-- The lead, who in every tenth programme took over from another, and two partners.
CREATE TEMPORARY TABLE parts ON COMMIT DROP AS
SELECT p, n, pg_temp.key(4, 4 * p + n) AS id, pg_temp.key(3, p) AS programme_id,
  pg_temp.key(1, (p + 7 * n) % pg_temp.setting('organisations')) AS organisation_id,
  CASE WHEN n < 2 THEN 'LEAD' ELSE 'PARTNER' END AS role,
  CASE WHEN n = 0 AND p % 10 = 0 THEN pg_temp.since(p, 4) ELSE pg_temp.starts(p) END AS starts_on,
  CASE WHEN n = 1 THEN pg_temp.since(p, 4) END AS ends_on
FROM generate_series(pg_temp.setting('first'), pg_temp.setting('last')) p, generate_series(0, 3) n
WHERE n <> 1 OR p % 10 = 0;

INSERT INTO partners (id, version, valid_from, programme_id, organisation_id, role, starts_on, ends_on)
SELECT id, 7, pg_temp.since(p, 7), programme_id, organisation_id, role, starts_on, ends_on FROM parts ORDER BY id;

INSERT INTO partners_history (id, version, valid_from, valid_until, programme_id, organisation_id, role, starts_on, ends_on)
SELECT id, v, pg_temp.since(p, v), pg_temp.since(p, v + 1), programme_id, organisation_id, role, starts_on, ends_on
FROM parts, generate_series(1, 6) v ORDER BY id, v;

INSERT INTO sponsors (id, version, valid_from, programme_id, partner_id, person_id, starts_on)
SELECT id, 1, pg_temp.since(p, 1), programme_id, id, pg_temp.key(2, p % pg_temp.setting('people')), starts_on
FROM parts WHERE n = 0 ORDER BY id;

INSERT INTO status_reports (id, version, valid_from, programme_id, reported_on, delivery_confidence, reason, author_id)
SELECT pg_temp.key(5, 7 * p + v), 1, valid_from, id, valid_from, delivery_confidence,
  'What was judged of it at the time, and why.', pg_temp.key(2, p % pg_temp.setting('people'))
FROM versioned_programmes ORDER BY p, v;

CREATE TEMPORARY TABLE versioned_milestones ON COMMIT DROP AS
SELECT p, m, v, pg_temp.key(6, pg_temp.setting('milestones')::bigint * p + m) AS id, pg_temp.key(3, p) AS programme_id,
  pg_temp.since(p, v) AS valid_from,
  CASE WHEN m = pg_temp.setting('milestones') THEN 'Planned end' ELSE 'Milestone ' || m || ' of programme ' || p END AS title,
  pg_temp.baseline(p, m) AS baseline_on,
  pg_temp.baseline(p, m) + pg_temp.slip(p, m, v) AS forecast_on,
  CASE WHEN NOT (p % 4 = 0 AND m % 10 = 0) AND pg_temp.baseline(p, m) + pg_temp.slip(p, m, 7) < current_date
    AND (v = 7 OR pg_temp.baseline(p, m) + pg_temp.slip(p, m, 7) <= pg_temp.since(p, v))
    THEN pg_temp.baseline(p, m) + pg_temp.slip(p, m, 7) END AS achieved_on,
  (ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'])[1 + (m + v) % 4] AS criticality,
  pg_temp.key(1, p % pg_temp.setting('organisations')) AS owner_organisation_id,
  pg_temp.starts(p) AS owned_from,
  pg_temp.key(2, (p + m) % pg_temp.setting('people')) AS owner_person_id,
  m = pg_temp.setting('milestones') AS marks_end
FROM generate_series(pg_temp.setting('first'), pg_temp.setting('last')) p,
  generate_series(1, pg_temp.setting('milestones')) m, generate_series(1, 7) v;

INSERT INTO milestones (id, version, valid_from, programme_id, title, baseline_on, forecast_on, achieved_on, criticality,
  owner_organisation_id, owned_from, owner_person_id, evidence_required, marks_end)
SELECT id, v, valid_from, programme_id, title, baseline_on, forecast_on, achieved_on, criticality,
  owner_organisation_id, owned_from, owner_person_id, false, marks_end
FROM versioned_milestones WHERE v = 7;

INSERT INTO milestones_history (id, version, valid_from, valid_until, programme_id, title, baseline_on, forecast_on,
  achieved_on, criticality, owner_organisation_id, owned_from, owner_person_id, evidence_required, marks_end)
SELECT id, v, valid_from, pg_temp.since(p, v + 1), programme_id, title, baseline_on, forecast_on, achieved_on, criticality,
  owner_organisation_id, owned_from, owner_person_id, false, marks_end
FROM versioned_milestones WHERE v < 7;

INSERT INTO ledger_entries (id, valid_from, programme_id, milestone_id, from_on, to_on, days, reason, recorded_at)
SELECT pg_temp.key(7, (pg_temp.setting('milestones')::bigint * p + m) * 8 + v), valid_from, programme_id, id,
  forecast_on - 7, forecast_on, 7, 'DEPENDENCY', valid_from
FROM versioned_milestones WHERE v > 1 AND pg_temp.slip(p, m, v) > 0;

INSERT INTO baselines (id, valid_from, programme_id, milestone_id, baseline_on)
SELECT pg_temp.key(8, pg_temp.setting('milestones')::bigint * p + m), valid_from, programme_id, id, baseline_on
FROM versioned_milestones WHERE v = 1;

INSERT INTO dependencies (id, version, valid_from, programme_id, milestone_id, depends_on_id)
SELECT pg_temp.key(9, pg_temp.setting('milestones')::bigint * p + m), 1, valid_from, programme_id, id,
  pg_temp.key(6, pg_temp.setting('milestones')::bigint * p + m - 1)
FROM versioned_milestones WHERE v = 1 AND m > 1 AND m % 10 = 1;

INSERT INTO evidence (id, version, valid_from, programme_id, milestone_id, title, url)
SELECT pg_temp.key(10, pg_temp.setting('milestones')::bigint * p + m), 1, valid_from, programme_id, id,
  'Minutes of the board', 'https://example.org/minutes/' || m
FROM versioned_milestones WHERE v = 7 AND m % 10 = 5 AND achieved_on IS NOT NULL;
