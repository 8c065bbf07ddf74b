import { z } from 'zod';

// What the ledger reads of the events that it listens to, and no more: what a publisher adds changes
// nothing here.

export const endings = ['succeeded', 'dead', 'cancelled'] as const;
export type Ending = (typeof endings)[number];

/** The types of events, which are also the routing keys that the ledger's queue is bound by. */
export const endTypes = endings.map((ending) => `job.${ending}` as const);

/** The data of the events about a job's end: the job, as GET /v1/jobs/{id} answers it. */
export const endedJob = z.object({
  status: z.enum(endings),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime(),
});
