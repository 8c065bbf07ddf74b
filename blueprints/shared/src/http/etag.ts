import { hash } from 'node:crypto';

/** A strong ETag of a body. */
export const contentEtag = (body: string) => `"${hash('sha256', body, 'base64url')}"`;

/** Whether an If-None-Match names this ETag (RFC 9110: weakly compared, or `*`). */
export function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
