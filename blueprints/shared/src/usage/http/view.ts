/** Of what was read at a moment (ms since 1970). */
export const usageHeaders = (
  { etag, readAt }: { etag: string; readAt: number },
  stalenessS: number,
) => ({
  etag,
  age: Math.max(0, Math.floor((Date.now() - readAt) / 1000)),
  // Whole seconds: the brief may say less than one.
  'cache-control': `private, max-age=${Math.floor(stalenessS)}`,
  vary: 'authorization',
});
