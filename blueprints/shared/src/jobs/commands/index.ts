import { CancelJobHandler } from './cancel-job.handler.ts';
import { ReplayDeadLetterHandler } from './replay-dead-letter.handler.ts';
import { SubmitJobHandler } from './submit-job.handler.ts';

export const commandHandlers = [SubmitJobHandler, CancelJobHandler, ReplayDeadLetterHandler];
