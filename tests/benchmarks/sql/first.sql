-- Organisations and people: what every programme of the generated portfolio refers to.
-- Each organisation has seven versions, 100 days apart, the last of them five days old.

INSERT INTO organisations (id, version, valid_from, code, name, kind)
SELECT pg_temp.key(1, o), 7, pg_temp.since(0, 7), 'ORG' || o, 'Organisation ' || o, 'NHS_TRUST'
FROM generate_series(0, pg_temp.setting('organisations') - 1) o
ON CONFLICT DO NOTHING;

INSERT INTO organisations_history (id, version, valid_from, valid_until, code, name, kind)
SELECT id, v, pg_temp.since(0, v), pg_temp.since(0, v + 1), code, name || ', named for the time ' || v, kind
FROM organisations, generate_series(1, 6) v
ON CONFLICT DO NOTHING;

INSERT INTO people (id, version, valid_from, name, email, is_placeholder, summary_frequency)
SELECT pg_temp.key(2, p), 1, pg_temp.since(0, 1), 'Person ' || p, 'person' || p || '@example.org', false, 'QUARTERLY'
FROM generate_series(0, pg_temp.setting('people') - 1) p
ON CONFLICT DO NOTHING;
