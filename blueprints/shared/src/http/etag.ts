import { hash } from 'node:crypto';

/** A strong ETag of what is answered. */
export const contentEtag = (content: unknown) =>
  `"${hash('sha256', JSON.stringify(content), 'base64url')}"`;

/** Whether an If-None-Match names this ETag (RFC 9110: weakly compared, or `*`). */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
