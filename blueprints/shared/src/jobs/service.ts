import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { hashOf } from '../http/body.ts';
import { decodeCursor, page } from '../http/page.ts';
import { notFound, Problem } from '../http/problem.ts';
import type { WebhookTargets } from '../webhooks/targets.ts';
import { type DeadLetters, letterPlace } from './dead-letters.ts';
import type { deadLetterQuery, jobQuery, newJob } from './http/schema.ts';
import { acceptedView, letterView, viewOf } from './http/view.ts';
import { type Job, priorities, type Stored } from './model.ts';
import type { JobReader } from './reader.ts';
import type { JobStore } from './store.ts';
import { jobTypes } from './types/index.ts';

/** Where a page of jobs ended. */
const jobPlace = z.uuid();

export interface JobServiceOptions {
  store: JobStore;
  reader: JobReader;
  letters: DeadLetters;
  webhooks: WebhookTargets;
  maxAttempts: number;
  idempotencyTtlH: number;
}

export interface Submission {
  tenant: string;
  body: z.output<typeof newJob>;
  /** The body as it was sent: what an idempotency key stands for. */
  sent: unknown;
  traceparent: string;
  idempotencyKey?: string | undefined;
  /** Thrown unless the idempotency key is known. */
  refusal?: Problem | undefined;
}

/** What the HTTP routes of jobs do, in any framework. Throws Problems. */
export class JobService {
  private readonly options: JobServiceOptions;

  constructor(options: JobServiceOptions) {
    this.options = options;
  }

  async submit(submission: Submission) {
    const { tenant, sent, idempotencyKey: key } = submission;
    const job = this.newJob(submission);
    const refusal = submission.refusal ?? (await this.refusal(job));
    if (key === undefined && refusal) throw refusal;
    if (key === undefined) return this.create(job);
    const hash = hashOf(sent);
    const keyed = { ...job, idempotency: { key, hash, ttlHours: this.options.idempotencyTtlH } };
    // A key that expires between the two looks is taken in the next round.
    for (let round = 0; round < 3; round += 1) {
      const created = refusal ? null : await this.options.store.create(keyed);
      if (created) return acceptedView({ ...created, type: job.type });
      const stored = await this.options.reader.byIdempotencyKey(tenant, key);
      if (stored) return acceptedView(sameBody(stored, hash));
      if (refusal) throw refusal;
      await this.options.reader.forgetExpiredKey(tenant, key);
    }
    throw new Problem(409, 'The idempotency key is changing hands. Try again.');
  }

  async find(id: string, tenant: string): Promise<Job> {
    const job = await this.options.reader.find(id, tenant);
    if (!job) throw notFound();
    return job;
  }

  async list(tenant: string, { limit, cursor, status, type }: z.output<typeof jobQuery>) {
    const before = decodeCursor(cursor, jobPlace);
    const filter = { tenant, limit: limit + 1, status, type, before };
    const rows = await this.options.reader.list(filter);
    return page(rows, limit, { item: viewOf, cursor: ({ id }) => id });
  }

  /** A cancelled job may be cancelled again; one that is otherwise finished may not. */
  async cancel(id: string, tenant: string): Promise<Job> {
    const cancelled = await this.options.store.cancel(id, tenant);
    if (cancelled) return cancelled;
    const job = await this.find(id, tenant);
    if (job.status !== 'cancelled') throw new Problem(409, `The job is already ${job.status}.`);
    return job;
  }

  async deadLetters(tenant: string, { limit, cursor }: z.output<typeof deadLetterQuery>) {
    const before = decodeCursor(cursor, letterPlace);
    const rows = await this.options.letters.list({ tenant, before, limit: limit + 1 });
    return page(rows, limit, { item: letterView, cursor: ({ died_at, id }) => ({ died_at, id }) });
  }

  async replay(letterId: string, tenant: string): Promise<Job> {
    const job = await this.options.letters.replay(letterId, tenant);
    if (job) return job;
    const letter = await this.options.letters.find(letterId);
    if (letter?.tenant !== tenant) throw notFound();
    throw new Problem(409, 'The dead letter was already replayed.');
  }

  private async create(job: ReturnType<JobService['newJob']>) {
    const created = await this.options.store.create(job);
    if (!created) throw new Error('A job without a key was not created');
    return acceptedView({ ...created, type: job.type });
  }

  private newJob({ tenant, body, traceparent }: Submission) {
    const type = jobTypes.find(({ name }) => name === body.type);
    return {
      id: uuidv7(),
      tenant,
      type: body.type,
      input: JSON.stringify(body.input),
      priority: priorities[body.priority ?? 'normal'],
      maxAttempts: type?.maxAttempts ?? this.options.maxAttempts,
      delayMs: body.delay_ms ?? 0,
      traceparent,
      webhookUrl: body.webhook?.url,
    };
  }

  private async refusal({ tenant, webhookUrl }: ReturnType<JobService['newJob']>) {
    return webhookUrl && (await this.options.webhooks.refusal(tenant, webhookUrl));
  }
}

function sameBody(stored: Stored, hash: Buffer) {
  if (stored.body_hash.equals(hash)) return stored;
  throw new Problem(422, 'The idempotency key was used for another body.', {
    faults: [{ header: 'Idempotency-Key', detail: 'Use a new key for a new request.' }],
  });
}
