import type { z } from 'zod';

// Yours, beside what the template lists: its updates leave this file alone.

/** Environment variables (made of src/variables.ts), checked at boot like the others. */
export const ownVariables = {} satisfies z.ZodRawShape;

/** Scopes that keys may have; `admin` includes them. */
export const ownScopes = [] as const satisfies readonly string[];
