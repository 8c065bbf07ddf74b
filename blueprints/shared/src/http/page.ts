import { z } from 'zod';
import { Problem } from './problem.ts';

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(500).optional(),
};

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

/** A page, from one row more than it holds: that one tells whether there is a next. */
export function page<Row, Item>(
  rows: Row[],
  limit: number,
  { item, cursor }: { item: (row: Row) => Item; cursor: (last: Row) => unknown },
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(item), next: more ? encodeCursor(cursor(last)) : null };
}

const encodeCursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');

/** What a cursor says, if it is one of ours; throws a Problem if not. */
export function decodeCursor<Place extends z.ZodType>(
  cursor: string | undefined,
  schema: Place,
): z.output<Place> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new Problem(422, 'The request does not fit its schema.', {
      faults: [{ parameter: 'cursor', detail: 'Use the `next` of the page before.' }],
    });
  }
}
