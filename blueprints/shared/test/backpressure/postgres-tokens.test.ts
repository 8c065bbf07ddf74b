import { PostgresTokens } from '../../src/backpressure/postgres-tokens.ts';
import { testDatabase } from '../support/database.ts';
import { policy, testTokens } from '../support/tokens.ts';

const database = testDatabase();

testTokens(() => new PostgresTokens(database.db, policy));
