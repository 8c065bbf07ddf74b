import type { AiClient } from '../../../ai/client.ts';
import { defineHandler } from '../../type.ts';
import { summarize } from './type.ts';

const instruction = 'Summarize the text that the user gives. Answer with the summary alone.';

export const summarizeWith = (ai: AiClient) =>
  defineHandler(summarize, async ({ text }, { jobId, traceparent, signal, attempt }) => {
    const messages = [
      { role: 'system' as const, content: instruction },
      { role: 'user' as const, content: text },
    ];
    const call = { idempotencyKey: jobId, traceparent, signal, retry: attempt > 1 };
    return { summary: await ai.complete(messages, call) };
  });
