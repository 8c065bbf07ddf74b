import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startServices } from '../../src/dev/compose.ts';

// Stands in for Docker's command, of which it notes the calls.
const docker = `#!/bin/sh
echo "$POSTGRES_PASSWORD: $*" >> "$DOCKER_CALLS"
case "$*" in
  *" ls") exit "$DOCKER_STATUS" ;;
  *" config --services") printf 'api\\npostgres\\nworker\\n' ;;
  *" port postgres 5432") echo 127.0.0.1:49153 ;;
esac
`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'docker-'));
  await writeFile(path.join(folder, 'docker'), docker);
  await chmod(path.join(folder, 'docker'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function installDocker(status: number) {
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  vi.stubEnv('DOCKER_CALLS', path.join(folder, 'calls'));
  vi.stubEnv('DOCKER_STATUS', String(status));
}

test('the services that compose.yaml has are started, and found by their ports', async () => {
  installDocker(0);
  const composed = await startServices();
  expect(composed?.urls).toEqual({ DATABASE_URL: 'postgres://app:dev@127.0.0.1:49153/app' });
  await composed?.stop();
  const calls = await readFile(path.join(folder, 'calls'), 'utf8');
  expect(calls).toMatch(/^dev: compose .* up --detach --wait postgres$/m);
  expect(calls).toMatch(/^dev: compose .* stop postgres$/m);
});

test('where Docker does not run, nothing is started', async () => {
  installDocker(1);
  expect(await startServices()).toBeUndefined();
});

test('where there is no Docker, nothing is started', async () => {
  vi.stubEnv('PATH', folder.replace(/docker-\w+$/, 'nowhere'));
  expect(await startServices()).toBeUndefined();
});
