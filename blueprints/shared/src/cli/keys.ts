import { parseArgs } from 'node:util';
import { KeyStore, type Scope, scopes } from '../auth/keys.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const usage = `Usage:
  npm run keys -- create --tenant TENANT --scope SCOPE [--scope SCOPE …]
  npm run keys -- list
  npm run keys -- revoke ID
Scopes: ${scopes.join(', ')} (admin: all of its tenant)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tenant: { type: 'string' }, scope: { type: 'string', multiple: true } },
});

const commands: Record<string, (keys: KeyStore) => Promise<void>> = {
  async create(keys) {
    const granted = values.scope?.flatMap((list) => list.split(',')) ?? [];
    const unknown = granted.filter((scope) => !scopes.includes(scope as Scope));
    if (unknown.length > 0) throw new UsageError(`Unknown scope: ${unknown.join(', ')}\n${usage}`);
    if (!values.tenant || granted.length === 0) throw new UsageError(usage);
    const key = await keys.create(values.tenant, granted as Scope[]);
    console.log(`A key for ${values.tenant} (${granted.join(', ')}). It is shown only now:`);
    console.log(key);
  },
  async list(keys) {
    for (const { id, tenant, scopes, created_at, revoked_at } of await keys.list()) {
      const state = revoked_at ? `revoked ${revoked_at.toISOString()}` : 'valid';
      console.log(`${id}  ${tenant}  ${scopes.join(',')}  ${created_at.toISOString()}  ${state}`);
    }
  },
  async revoke(keys) {
    const [, id] = positionals;
    if (!id) throw new UsageError(usage);
    if (!(await keys.revoke(id))) throw new UsageError(`There is no valid key with the id ${id}`);
    console.log(`Revoked ${id}. Running processes notice within 10 seconds.`);
  },
};

await runCommand(async () => {
  const command = commands[positionals[0] ?? ''];
  if (!command) throw new UsageError(usage);
  await withDatabase((db) => command(new KeyStore(db)));
});
