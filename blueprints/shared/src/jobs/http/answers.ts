import { type Answer, type Answers, retryAfter } from '../../http/answers.ts';

const location: Answer['headers'] = {
  Location: { type: 'string', description: 'Path of the job' },
};

const caching: Answer['headers'] = {
  ETag: { type: 'string', description: 'For If-None-Match; changes with the job' },
  'Cache-Control': { type: 'string', description: 'private, no-cache' },
  Vary: { type: 'string', description: 'authorization' },
  ...retryAfter,
};

export const submitted: Answers = {
  202: {
    description: 'The accepted job; for a known Idempotency-Key the first answer again',
    headers: location,
  },
  409: { description: 'The idempotency key has just expired: try again' },
};

export const polled: Answers = {
  200: { description: 'The job; Retry-After while it is unfinished', headers: caching },
  304: { description: 'Unchanged since the ETag in If-None-Match', headers: caching },
};

export const cancelled: Answers = {
  200: { description: 'The cancelled job' },
  409: { description: 'The job has succeeded or is dead' },
};

export const replayed: Answers = {
  202: { description: 'The job, which starts over', headers: location },
  409: { description: 'The dead letter was already replayed' },
};

export const streamed: Answers = {
  200: { description: 'Events, until the final one' },
  204: {
    description: 'The job is finished, and Last-Event-ID is its last event: do not reconnect',
  },
  422: { description: 'Last-Event-ID is no event of the job' },
};

export const listed: Answers = {
  200: { description: 'A page; `next` is the cursor of the one after, or null' },
};

export const published: Answers = {
  200: {
    description: 'The types of jobs',
    headers: { 'Cache-Control': { type: 'string', description: 'For how long a CDN may keep it' } },
  },
};
