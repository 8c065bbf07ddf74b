import type { Database } from '../database/database.ts';
import { describe } from '../jobs/failures.ts';
import type { Snapshot } from '../jobs/snapshot.ts';
import * as statements from './statements.ts';

/** An end of a job that a receiver is told of, claimed for one attempt. */
export interface Delivery {
  id: string;
  job_id: string;
  tenant: string;
  /** `job.succeeded`, `job.dead` or `job.cancelled`. */
  type: string;
  url: string;
  /** Of the URL, with its port. */
  host: string;
  /** As it ended. */
  job: Snapshot;
  /** With this one. */
  attempts: number;
  /** Until when it is claimed. */
  due_at: Date;
  /** What to sign with, the newest first. */
  secrets: string[];
  /** Whether its URL has answered 410 before. */
  gone: boolean;
}

export interface Claim {
  limit: number;
  perHost: number;
  /** Hosts that are being called, and how often. */
  busy: ReadonlyMap<string, number>;
}

/** Why an attempt failed. */
export interface Failure {
  reason: string;
  /** Whether there is nobody to try again. */
  gone: boolean;
  /** How long the receiver wants to be left alone. */
  retryAfterMs: number;
}

/** Kept in a dead letter. */
export class WebhookUndelivered extends Error {
  override name = 'WebhookUndelivered';
}

/** The deliveries that wait. What settles one answers false if it was no longer this worker's. */
export class Deliveries {
  private readonly db: Database;
  private readonly leaseMs: number;

  /** The lease has to outlast an attempt. */
  constructor(db: Database, leaseMs: number) {
    this.db = db;
    this.leaseMs = leaseMs;
  }

  claim({ limit, perHost, busy }: Claim): Promise<Delivery[]> {
    const values = [limit, perHost, [...busy.keys()], [...busy.values()], this.leaseMs];
    return this.db.query(statements.claimDeliveries, values);
  }

  delivered({ id, due_at }: Delivery): Promise<boolean> {
    return this.settle(statements.settleDelivered, [id, due_at]);
  }

  retry({ id, due_at, attempts }: Delivery, delayMs: number): Promise<boolean> {
    return this.settle(statements.postpone, [id, due_at, delayMs, attempts]);
  }

  /** As if it had not been claimed. */
  handBack({ id, due_at, attempts }: Delivery): Promise<boolean> {
    return this.settle(statements.postpone, [id, due_at, 0, attempts - 1]);
  }

  /** To the dead letters. A URL that is gone gets nothing further. */
  giveUp({ id, due_at, gone }: Delivery, failure: Failure): Promise<boolean> {
    const error = JSON.stringify(describe(new WebhookUndelivered(failure.reason)));
    return this.settle(statements.giveUp, [id, due_at, error, failure.gone && !gone]);
  }

  private async settle(statement: typeof statements.postpone, values: unknown[]) {
    return (await this.db.first(statement, values)) !== undefined;
  }
}
