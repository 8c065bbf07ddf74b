import { GetJobHandler } from './get-job.handler.ts';
import { ListDeadLettersHandler } from './list-dead-letters.handler.ts';
import { ListJobsHandler } from './list-jobs.handler.ts';

export const queryHandlers = [GetJobHandler, ListJobsHandler, ListDeadLettersHandler];
