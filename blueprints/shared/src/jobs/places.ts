import { z } from 'zod';

/** Where a page of jobs ended. */
export const jobPlace = z.uuid();

/** Where a page of dead letters ended. */
export const letterPlace = z.object({ died_at: z.coerce.date(), id: z.uuid() });
