import type { Cadence } from './cadence.ts';

/** Names a schedule. */
export interface ScheduleKey {
  tenant: string;
  name: string;
}

export type NewSchedule = ScheduleKey & {
  type: string;
  /** As the type's schema gives it. */
  input: unknown;
  cadence: Cadence;
};

/** A row of `schedules`. */
export type Schedule = ScheduleKey &
  Cadence & {
    type: string;
    input: unknown;
    created_at: Date;
    /** null: paused. */
    next_due_at: Date | null;
    last_tick_at: Date | null;
  };

/** One whose next tick has come, by the database's clock. */
export type Due = ScheduleKey &
  Cadence & {
    type: string;
    created_at: Date;
    next_due_at: Date;
    now: Date;
  };

/** One that was moved on. */
export interface Ticked extends ScheduleKey {
  /** The job that was made. null: the tick had its job already, or one waits. */
  id: string | null;
  /** The job of the tick before, if that still waits. */
  waiting_id: string | null;
  type: string;
  traceparent: string;
  /** Seconds after its tick. */
  late_s: number;
}
