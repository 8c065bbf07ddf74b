import { link, withKey } from '../../plugins/openapi.ts';
import * as answers from './answers.ts';
import {
  byId,
  deadLetterPage,
  deadLetterQuery,
  job,
  jobEvent,
  jobPage,
  jobQuery,
  jobTypePage,
  newJob,
  nothing,
  pollHeaders,
  resumeHeaders,
  submitHeaders,
} from './schema.ts';

// The options of the routes of jobs: what each reads and answers, as it is checked and described.

/** What a client may do with the job, or the letters, that it got. */
const jobLinks = { ...link('getJob', '/id'), ...link('cancelJob', '/id') };
const letterLinks = link('replayDeadLetter', '/items/0/id');

export const submitJob = {
  config: { makesJobs: true },
  schema: {
    operationId: 'submitJob',
    summary: 'Accept a job',
    security: withKey,
    headers: submitHeaders,
    body: newJob,
    response: { 202: job },
    answers: answers.submitted,
  },
  links: { 202: jobLinks },
};

export const listJobs = {
  schema: {
    operationId: 'listJobs',
    summary: 'Jobs, newest first',
    security: withKey,
    querystring: jobQuery,
    response: { 200: jobPage },
    answers: answers.listed,
  },
};

export const getJob = {
  schema: {
    operationId: 'getJob',
    summary: 'A job, to poll',
    security: withKey,
    headers: pollHeaders,
    params: byId,
    response: { 200: job, 304: nothing },
    answers: answers.polled,
  },
};

export const cancelJob = {
  schema: {
    operationId: 'cancelJob',
    summary: 'Cancel a job, at once',
    security: withKey,
    params: byId,
    response: { 200: job },
    answers: answers.cancelled,
  },
};

export const streamJob = {
  schema: {
    operationId: 'streamJob',
    summary: 'What becomes of a job, as server-sent events',
    security: withKey,
    headers: resumeHeaders,
    params: byId,
    response: {
      200: { content: { 'text/event-stream': { schema: jobEvent } } },
      204: nothing,
    },
    answers: answers.streamed,
  },
};

export const listDeadLetters = {
  schema: {
    operationId: 'listDeadLetters',
    summary: 'Dead letters that nobody has replayed, newest first',
    security: withKey,
    querystring: deadLetterQuery,
    response: { 200: deadLetterPage },
    answers: answers.listed,
  },
  links: { 200: letterLinks },
};

export const replayDeadLetter = {
  schema: {
    operationId: 'replayDeadLetter',
    summary: 'Start the job of a dead letter over',
    security: withKey,
    params: byId,
    response: { 202: job },
    answers: answers.replayed,
  },
  links: { 202: jobLinks },
};

export const listJobTypes = {
  schema: {
    operationId: 'listJobTypes',
    summary: 'What the service can do',
    response: { 200: jobTypePage },
    answers: answers.published,
  },
};
