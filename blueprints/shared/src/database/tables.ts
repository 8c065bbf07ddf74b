import type { Generated } from 'kysely';
import type { DeadLetter, Job } from '../jobs/model.ts';

/** The tables as Kysely sees them; the job's own statements are SQL (src/jobs/statements.ts). */
export interface Tables {
  jobs: Job;
  dead_letters: DeadLetter & { replayed_at: Date | null };
  idempotency_keys: {
    tenant: string;
    key: string;
    body_hash: Buffer;
    job_id: string;
    expires_at: Date;
  };
  api_keys: {
    id: string;
    hash: Buffer;
    tenant: string;
    scopes: string[];
    created_at: Generated<Date>;
    revoked_at: Date | null;
  };
}
