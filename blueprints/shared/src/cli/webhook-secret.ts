import { parseArgs } from 'node:util';
import { WebhookSecrets } from '../webhooks/secrets.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const usage = `Usage:
  npm run webhook-secret -- create --tenant TENANT
  npm run webhook-secret -- rotate --tenant TENANT [--overlap-h HOURS]
  npm run webhook-secret -- list --tenant TENANT
rotate: both secrets sign for HOURS more (24 unless told otherwise; 0: the old one has leaked)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tenant: { type: 'string' }, 'overlap-h': { type: 'string', default: '24' } },
});

const commands: Record<string, (secrets: WebhookSecrets, tenant: string) => Promise<void>> = {
  async create(secrets, tenant) {
    const secret = await secrets.create(tenant);
    if (!secret) throw new UsageError(`${tenant} has a secret already: rotate replaces it`);
    console.log(`Signs the webhooks of ${tenant}. It is shown only now:`);
    console.log(secret);
  },
  async rotate(secrets, tenant) {
    const hours = Number(values['overlap-h']);
    if (!(hours >= 0 && hours <= 8760)) throw new UsageError(usage);
    const secret = await secrets.rotate(tenant, hours);
    if (!secret) throw new UsageError(`${tenant} has no secret yet: create makes one`);
    console.log(`Signs the webhooks of ${tenant}; the old one does for ${hours} hours more.`);
    console.log(secret);
  },
  async list(secrets, tenant) {
    for (const { id, created_at, expires_at } of await secrets.list(tenant)) {
      const state = expires_at ? `until ${expires_at.toISOString()}` : 'current';
      console.log(`${id}  ${created_at.toISOString()}  ${state}`);
    }
  },
};

await runCommand(async () => {
  const command = commands[positionals[0] ?? ''];
  const { tenant } = values;
  if (!command || !tenant) throw new UsageError(usage);
  await withDatabase((db) => command(new WebhookSecrets(db), tenant));
});
