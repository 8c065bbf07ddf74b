import type { Answer, Answers } from '../../http/answers.ts';

const caching: Answer['headers'] = {
  ETag: { type: 'string', description: 'For If-None-Match; changes with the figures' },
  'Cache-Control': { type: 'string', description: 'private, and for how long' },
  Age: { type: 'integer', description: 'Seconds since the figures were read' },
  Vary: { type: 'string', description: 'authorization' },
};

export const listed: Answers = {
  200: { description: 'A page; `next` is the cursor of the one after, or null', headers: caching },
  304: { description: 'Unchanged since the ETag in If-None-Match', headers: caching },
};
