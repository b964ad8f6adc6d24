/** A process that opens a lab and then does not close it; how it goes, its argument says. The tests of traces start it. */
import { openLabAs } from './lab.ts';
import { PLAIN } from './test-tools.ts';

const [end] = process.argv.slice(2);
const router = { ...PLAIN, tcpService: [{ from: 443, to: 443 }] };
const spec = { router, server: { kind: 'full' }, held: [9000], heldTcp: [9000], neighbour: [9000] } as const;

process.stdout.write('opening\n');
const lab = await openLabAs('rootless', spec, { server: 'coturn', fullcone: [], name: 'abandon' });
process.stdout.write('open\n');
if (end === 'throw') throw new Error('thrown on purpose');
if (end === 'wait') {
  // With a child of its own and one that has cut itself loose.
  await lab.run('pbx', ['sh', '-c', 'setsid sleep 600 & sleep 600']);
}
