import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into the processes that are weighed: they collect their garbage when they are told to, so
// that what is weighed is what they hold, and not when V8 felt like tidying up.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('message', (message) => {
  if (message !== 'collect') return;
  collect();
  process.send?.('collected');
});
