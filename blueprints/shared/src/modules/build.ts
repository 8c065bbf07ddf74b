{% if blueprint == 'nestjs-bullmq' %}
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Compiles src/ into dist/, as npm run build does but that what is gone from src/ stays there. */
export async function build(): Promise<void> {
  await run(process.execPath, [
    'node_modules/typescript/bin/tsc',
    '--project',
    'tsconfig.build.json',
  ]);
}

/** What node runs of a file in src/: decorators need the compiler. */
export const runnable = (source: string) => `dist/${source.replace(/\.ts$/, '.js')}`;
{% else %}
/** There is nothing to build. */
export async function build(): Promise<void> {}

/** What node runs of a file in src/: itself. */
export const runnable = (source: string) => source;
{% endif %}
