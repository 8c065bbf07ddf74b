import { statement } from '../statement.ts';

export interface Moment {
  /** ms since 1970, by the primary's clock. */
  at: number;
}

const ms = (time: string) => `(extract(epoch FROM ${time}) * 1000)::float8 AS at`;

/** The heart beats, unless somebody's did less than $1 ms ago. Answers the primary's time. */
export const beat = statement<Moment>(
  'replica.beat',
  `WITH beat AS (
    UPDATE heartbeat SET at = clock_timestamp()
    WHERE at < clock_timestamp() - $1::float8 * interval '1 ms'
  )
  SELECT ${ms('clock_timestamp()')}`,
  () => [0],
);

/** The last beat that this server has. */
export const lastBeat = statement<Moment>('replica.last_beat', `SELECT ${ms('at')} FROM heartbeat`);
