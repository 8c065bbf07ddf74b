import type { Config } from '../config.ts';
import type { Dependency, DependencyOptions } from '../outgoing/dependency.ts';
import { AiClient } from './client.ts';

/** The AI API of the environment, behind a door of its own. */
export function createAi(
  config: Config,
  dependency: (options: DependencyOptions) => Dependency,
): AiClient {
  const { AI_BASE_URL: baseUrl, AI_API_KEY: apiKey, AI_MODEL: model } = config;
  const api = dependency({
    name: 'ai',
    timeoutMs: config.AI_TIMEOUT_MS,
    concurrency: config.AI_CONCURRENCY ?? config.WORKER_CONCURRENCY,
    breaker: { minimumCalls: config.AI_BREAKER_CALLS },
    retryBudget: { trickle: config.AI_RETRIES_PER_S },
  });
  return new AiClient({ baseUrl, apiKey, model }, api);
}
