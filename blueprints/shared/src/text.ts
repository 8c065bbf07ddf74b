/** JSON pointers to the texts and names that Postgres cannot hold: those with NUL or half a
 *  surrogate pair. */
export function unstorable(value: unknown): string[] {
  if (typeof value === 'string') return fits(value) ? [] : [''];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const places = fits(key) ? unstorable(inner) : [''];
    return places.map((place) => `/${escapeToken(key)}${place}`);
  });
}

const fits = (text: string) => text.isWellFormed() && !text.includes('\0');

/** A reference token of a JSON pointer (RFC 6901). */
export const escapeToken = (token: PropertyKey) =>
  String(token).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1');
