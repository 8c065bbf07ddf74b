import { contentEtag } from '../../http/etag.ts';

/** Of a page and the moment as of which it was read (ms since 1970). */
export function usageHeaders(
  { found, readAt }: { found: unknown; readAt: number },
  stalenessS: number,
) {
  return {
    etag: contentEtag(found),
    age: Math.max(0, Math.floor((Date.now() - readAt) / 1000)),
    // Whole seconds: the brief may say less than one.
    'cache-control': `private, max-age=${Math.floor(stalenessS)}`,
    vary: 'authorization',
  };
}
