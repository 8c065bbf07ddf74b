import { hash } from 'node:crypto';
import { unstorable } from '../text.ts';
import { Problem } from './problem.ts';

export const maxBodyBytes = 1 << 20;
const maxDepth = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body's JSON. Throws a Problem: 400 if it does not parse or nests too deep, 422 if it holds
 *  text that Postgres cannot. */
export function parseBody(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (nestsDeeperThan(maxDepth, text)) {
    throw new Problem(400, `The body nests deeper than ${maxDepth} levels.`);
  }
  const body = parse(text);
  const faults = unstorable(body).map((pointer) => ({
    pointer: `#${pointer.split('/').map(encodeURIComponent).join('/')}`,
    detail: 'NUL and half surrogate pairs are not text.',
  }));
  if (faults.length > 0) throw new Problem(422, 'The body holds what is not text.', { faults });
  return body;
}

/** The hash of a JSON value, whatever the order of its fields. */
export const hashOf = (value: unknown): Buffer =>
  hash('sha256', JSON.stringify(value, inOrder), 'buffer');

const inOrder = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

function decode(bytes: Uint8Array) {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Problem(400, 'The body is not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Of the parser's message only the place: it also quotes what stands there.
    const at = /at position \d+/.exec((error as Error).message)?.[0] ?? '';
    throw new Problem(400, `The body is not JSON${at && ` ${at}`}.`);
  }
}

// Before parsing, so that nothing is built from what is refused. Brackets in strings do not count.
// One walk, whatever the text: what looks like JSON and is not must cost no more.
function nestsDeeperThan(limit: number, text: string) {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (char === '"') quoted = !quoted;
    else if (quoted) i += char === '\\' ? 1 : 0;
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
