export interface Plan {
  /** A status, `timeout` (never an answer) or `schema` (an answer of another shape). */
  fail?: string;
  delayMs?: number;
}

/** How a call ends, by directives in its text:
 *  `[[fail:500]]` always, `[[fail:500x3]]` the first three calls of an idempotency key;
 *  also `timeout`, `schema` or any status instead of 500. `[[delay:200]]` answers after 200 ms. */
export function planOf(text: string, call: number): Plan {
  const fail = /\[\[fail:(timeout|schema|[45]\d\d)(?:x(\d+))?\]\]/.exec(text);
  const delay = /\[\[delay:(\d+)\]\]/.exec(text);
  const failing = fail?.[1] && call <= Number(fail[2] ?? Number.POSITIVE_INFINITY);
  return {
    ...(failing ? { fail: fail[1] as string } : {}),
    ...(delay ? { delayMs: Number(delay[1]) } : {}),
  };
}
