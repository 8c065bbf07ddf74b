import { nothing, pollHeaders } from '../../jobs/http/schema.ts';
import { withKey } from '../../plugins/openapi.ts';
import { listed } from './answers.ts';
import { usagePage, usageQuery } from './schema.ts';

export const listUsage = {
  schema: {
    operationId: 'listUsage',
    summary: 'What jobs used, by day or by type',
    security: withKey,
    headers: pollHeaders,
    querystring: usageQuery,
    response: { 200: usagePage, 304: nothing },
    answers: listed,
  },
};
