import type { AiClient } from '../../ai/client.ts';
import type { JobHandler } from '../type.ts';
import { summarizeWith } from './summarize/handler.ts';
import { summarize } from './summarize/type.ts';

/** Every type that the api accepts. */
export const jobTypes = [summarize] as const;

/** How the worker handles each of them. */
export const createHandlers = ({ ai }: { ai: AiClient }): JobHandler[] => [summarizeWith(ai)];
