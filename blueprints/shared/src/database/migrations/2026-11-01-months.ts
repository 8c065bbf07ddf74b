import { type Kysely, sql } from 'kysely';

// A month of jobs and of their events can be a partition of its own. Without any, all rows are in
// the DEFAULT partitions, and what was not given a month in time stays there.
//
// Partitions come and go under locks that everybody waits for, and who waits for them holds up all
// who come later. So they are waited for a tenth of a second: less than Postgres takes before it
// looks for a deadlock, so that it is never a statement of the service that gives way.
export async function up(db: Kysely<unknown>): Promise<void> {
  // The months that are partitions; finished_at: since when all of their jobs are known to be.
  await sql`
    CREATE TABLE job_months (
      month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
      first_id uuid NOT NULL,
      next_id uuid NOT NULL,
      finished_at timestamptz(3)
    )`.execute(db);

  await sql`
    CREATE FUNCTION job_partition(of_table text, month date) RETURNS text
    STABLE RETURN of_table || to_char(month, '_YYYY_MM')`.execute(db);

  // Takes a step towards the partitions of a coming month, and answers whether there was one to take.
  // A new partition has the default one scanned for its rows, under a lock, unless a valid check
  // says that there are none; each step is a transaction of its own, as a check is validated without
  // such a lock. The check must be gone when its month begins: what a worker that died has left is
  // removed here, and a month that begins within a day is left to the default partitions.
  await sql`
    CREATE FUNCTION create_job_month(coming date, low uuid, high uuid) RETURNS boolean
    LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
    DECLARE
      late boolean := coming::timestamp AT TIME ZONE 'UTC' < clock_timestamp() + interval '1 day';
      mark text := job_partition('not', coming);
      valid boolean;
      old record;
      part record;
    BEGIN
      IF NOT pg_try_advisory_xact_lock(4119471)
        OR EXISTS (SELECT FROM job_months WHERE month = coming) THEN RETURN false; END IF;
      FOR old IN SELECT conrelid::regclass, conname FROM pg_constraint
        WHERE conrelid IN ('jobs_default'::regclass, 'job_events_default'::regclass)
          AND contype = 'c' AND conname LIKE 'not\\_%' AND (conname = mark) = late
      LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', old.conrelid, old.conname);
      END LOOP;
      IF late THEN RETURN false; END IF;

      SELECT bool_and(convalidated) INTO valid FROM pg_constraint
      WHERE conrelid IN ('jobs_default'::regclass, 'job_events_default'::regclass)
        AND conname = mark;
      FOR part IN SELECT * FROM (VALUES ('jobs', 'id'), ('job_events', 'job_id')) AS t (name, key)
      LOOP
        EXECUTE CASE
          WHEN valid IS NULL THEN format(
            'ALTER TABLE %1$I ADD CONSTRAINT %2$I CHECK (%3$I < %4$L OR %3$I >= %5$L) NOT VALID',
            part.name || '_default', mark, part.key, low, high)
          WHEN NOT valid THEN format(
            'ALTER TABLE %I VALIDATE CONSTRAINT %I', part.name || '_default', mark)
          ELSE format(
            'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L);
             ALTER TABLE %I DROP CONSTRAINT %I',
            job_partition(part.name, coming), part.name, low, high, part.name || '_default', mark)
        END;
      END LOOP;
      IF valid THEN INSERT INTO job_months VALUES (coming, low, high); END IF;
      RETURN true;
    END $$`.execute(db);

  // By the indexes that hold unfinished jobs only.
  await sql`
    CREATE FUNCTION job_month_finished(past date) RETURNS boolean
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    DECLARE
      unfinished boolean;
    BEGIN
      EXECUTE format(
        'SELECT EXISTS (SELECT FROM %1$I WHERE due_at IS NOT NULL)
          OR EXISTS (SELECT FROM %1$I WHERE published_at IS NOT NULL)
          OR EXISTS (SELECT FROM %1$I WHERE lease_until IS NOT NULL)',
        job_partition('jobs', past)) INTO unfinished;
      RETURN NOT unfinished;
    END $$`.execute(db);

  // Drops a month, if all of its jobs were finished before a moment and have left nothing elsewhere:
  // with its dead letters gone nobody can start one of them over. Answers whether it did.
  await sql`
    CREATE FUNCTION drop_job_month(past date, before timestamptz) RETURNS boolean
    LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
    BEGIN
      IF NOT pg_try_advisory_xact_lock(4119471) THEN RETURN false; END IF;
      LOCK TABLE ONLY jobs, ONLY job_events IN ACCESS EXCLUSIVE MODE;
      DELETE FROM job_months AS m WHERE month = past AND finished_at < before
        AND job_month_finished(month)
        AND NOT EXISTS (SELECT FROM dead_letters WHERE job_id >= m.first_id AND job_id < m.next_id)
        AND NOT EXISTS (
          SELECT FROM webhook_deliveries WHERE job_id >= m.first_id AND job_id < m.next_id
        );
      IF NOT FOUND THEN RETURN false; END IF;
      EXECUTE format('DROP TABLE %I, %I',
        job_partition('jobs', past), job_partition('job_events', past));
      RETURN true;
    END $$`.execute(db);
}
