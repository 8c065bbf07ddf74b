import { createLogger } from '../../src/logger.ts';

export const silent = createLogger('silent', 'test');
