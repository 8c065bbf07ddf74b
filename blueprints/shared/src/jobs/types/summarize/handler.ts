import type { AiClient } from '../../../ai/client.ts';
import { defineHandler } from '../../type.ts';
import { summarize } from './type.ts';

const instruction = 'Summarize the text that the user gives. Answer with the summary alone.';

export const summarizeWith = (ai: AiClient) =>
  defineHandler(summarize, async ({ text }, { jobId, traceparent, signal }) => {
    const messages = [
      { role: 'system' as const, content: instruction },
      { role: 'user' as const, content: text },
    ];
    return { summary: await ai.complete(messages, { idempotencyKey: jobId, traceparent, signal }) };
  });
