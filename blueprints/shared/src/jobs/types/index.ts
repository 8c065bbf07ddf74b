import type { AiClient } from '../../ai/client.ts';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import type { Dependency, DependencyOptions } from '../../outgoing/dependency.ts';
import type { JobHandler } from '../type.ts';
import { summarizeWith } from './summarize/handler.ts';
import { summarize } from './summarize/type.ts';

/** Every type that the api accepts. */
export const jobTypes = [summarize] as const;

/** What handlers may be made with. */
export interface Resources {
  ai: AiClient;
  config: Config;
  db: Database;
  /** Makes the one door to something outside that a handler calls. */
  dependency: (options: DependencyOptions) => Dependency;
}

/** How the worker handles each of them. */
export const createHandlers = ({ ai }: Resources): JobHandler[] => [summarizeWith(ai)];
