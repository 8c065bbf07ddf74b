import { z } from 'zod';
import { sizing } from '../../../sizing.ts';
import { defineType } from '../../type.ts';

export const summarize = defineType({
  name: 'summarize',
  description: 'Summarizes a text with one call to the AI API.',
  input: z.strictObject({ text: z.string().min(1).max(200_000) }),
  result: z.strictObject({ summary: z.string() }),
  // One call, and as long again to wait for its turn.
  deadlineMs: 2 * sizing.ai_timeout_ms,
});
