import { z } from 'zod';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          header: z.string().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

const problemAnswer = {
  description: 'A problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problem } },
};

/** The answers of a route, with the problems that any route may have. */
export const answers = <Good extends Record<number, z.ZodType>>(good: Good) => ({
  ...good,
  '4xx': problemAnswer,
  '5xx': problemAnswer,
});

export const withKey = [{ key: [] }];
