"""SQL of the analytics case: many finished jobs, and their usage read in three ways."""

from __future__ import annotations

REPORTS = 12

# None of the reads here could use it, and it would take longer to fill than the table.
UNUSED = "DROP INDEX jobs_by_type"

# Evenly over the days before `until`, of twelve reports and 2 to 14 s (8 on average); two in a
# hundred are dead or cancelled.
FILL = f"""
  INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, status, run,
    event_seq, result, created_at, started_at, finished_at)
  SELECT uuidv7(start - clock_timestamp()), %(tenant)s, 'report-' || (1 + mod(n, {REPORTS})),
    '{{"text": "{"a text " * 28}"}}', 2, 5, '00-0-0-00', status, 1, 3,
    CASE WHEN status = 'succeeded' THEN '{{"summary": "{"a word " * 23}"}}'::jsonb END,
    start, start, start + (2 + mod(n, 13)) * interval '1 s'
  FROM generate_series(1, %(jobs)s) AS n, LATERAL (
    SELECT %(until)s::timestamptz - interval '20 s'
        - (%(jobs)s - n) * (%(days)s * interval '1 day' / %(jobs)s) AS start,
      CASE WHEN mod(n, 97) = 0 THEN 'dead' WHEN mod(n, 89) = 0 THEN 'cancelled'
        ELSE 'succeeded' END AS status
  ) AS course"""

# What a team would write first: the figures of GET /v1/usage, from the jobs themselves.
RAW = """
  SELECT type AS key, count(*) AS jobs, count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE status = 'dead') AS dead,
    sum(extract(epoch FROM finished_at - started_at))::float8 AS seconds
  FROM jobs WHERE tenant = %(tenant)s AND finished_at >= %(from)s AND finished_at < %(to)s
  GROUP BY type ORDER BY type"""

# The best index for that read: it has all columns, so no row of the table is read.
INDEX = "CREATE INDEX ON jobs (tenant, finished_at) INCLUDE (type, started_at, status)"

# As the blueprint reads it (src/usage/statements.ts).
ROLLED = """
  SELECT type AS key, sum(jobs)::bigint AS jobs, sum(succeeded)::bigint AS succeeded,
    sum(dead)::bigint AS dead, sum(seconds)::float8 AS seconds
  FROM usage_current WHERE tenant = %(tenant)s AND day >= %(from)s AND day < %(to)s
  GROUP BY type HAVING sum(jobs) > 0 ORDER BY type"""

# What the workers leave of finished jobs, from which days are made.
DELTAS = """
  SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date AS day, type, count(*) AS jobs,
    count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE status = 'dead') AS dead,
    sum(extract(epoch FROM finished_at - started_at)) AS seconds
  FROM jobs"""
COLUMNS = "tenant, day, type, jobs, succeeded, dead, seconds"
OLD = f"INSERT INTO usage_days ({COLUMNS}) {DELTAS} WHERE id < %(id)s GROUP BY 1, 2, 3"
NEW = f"""
  INSERT INTO usage_deltas ({COLUMNS}, cohort)
  SELECT one.*, job_cohort(job.id) FROM jobs AS job,
    LATERAL ({DELTAS} WHERE id = job.id GROUP BY 1, 2, 3) AS one
  WHERE job.id >= %(id)s"""
NEWEST = "SELECT id FROM jobs ORDER BY id DESC OFFSET %(count)s - 1 LIMIT 1"
SIZE = "SELECT pg_size_pretty(sum(pg_table_size(relid))) AS size FROM pg_partition_tree('jobs')"
