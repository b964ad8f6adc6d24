/**
 * `lab/test-liar.ts <lie>`: the reflector of the kernel lab, with somebody between it and its sockets who tells this
 * lie. Serves until it is ended.
 */
import { startReflector } from '../src/app/index.ts';
import { nodeSystem } from '../src/system/node/index.ts';
import { ALTERNATE, PRIMARY, STUN_OTHER_PORT, STUN_PORT } from './kernel/addresses.ts';
import type { ServerSpec } from './scenarios/index.ts';
import { telling } from './test-lies.ts';

const lie = process.argv[2] as ServerSpec['lie'];
const started = await startReflector(telling(lie, nodeSystem()), {
  ...{ primary: PRIMARY, alternate: ALTERNATE, port: STUN_PORT, alternatePort: STUN_OTHER_PORT },
  ...{ rfc3489: false, lab: false, fault: null },
});
if (started.kind === 'error') throw new Error(`the liar did not start: ${started.error.kind}`);
process.stdout.write('ready\n');
