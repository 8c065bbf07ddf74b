import { LocalTokens } from '../../src/backpressure/tokens.ts';
import { policy, testTokens } from '../support/tokens.ts';

testTokens(() => new LocalTokens(policy));
