/** JSON pointers to the texts and names that Postgres cannot hold: those with NUL or half a
 *  surrogate pair. */
export function unstorable(value: unknown, pointer = ''): string[] {
  if (typeof value === 'string') return fits(value) ? [] : [pointer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = `${pointer}/${escapeToken(key)}`;
    return fits(key) ? unstorable(inner, place) : [place];
  });
}

const fits = (text: string) => text.isWellFormed() && !text.includes('\0');

/** A reference token of a JSON pointer (RFC 6901). */
export const escapeToken = (token: PropertyKey) =>
  String(token).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
