import { z } from 'zod';
import { defineType } from '../../type.ts';

export const summarize = defineType({
  name: 'summarize',
  description: 'Summarizes a text with one call to the AI API.',
  input: z.strictObject({ text: z.string().min(1).max(200_000) }),
  result: z.strictObject({ summary: z.string() }),
});
