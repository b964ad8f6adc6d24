import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ensureBuilt, enter, FULLCONE } from './test-command.ts';

/* The built command where nobody listens: who says so is heard only with CAP_NET_RAW, and with koffi. */

beforeAll(ensureBuilt);

/** CAP_NET_RAW is bit 13 (capabilities(7)). */
const mayWatch = ((): boolean => {
  const [, effective = '0'] = /^CapEff:\s*([\da-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${effective}`) & (1n << 13n)) !== 0n;
})();

interface Shown {
  readonly findings: readonly { readonly code: string; readonly facts: Readonly<Record<string, unknown>> }[];
}

/** What the command, at this place, finds out about a server that is not there. */
async function factsOf(command: (folder: string) => string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const place = enter();
  onTestFinished(() => place.leave());
  const words = ['check', '--server', place.primary, '--udp', '9000', '--bind-address', place.here, '--json'];
  const { out, code } = await place.startProgram([process.execPath, command(place.folder), ...words]).ended;
  expect(code).toBe(2);
  const { findings } = JSON.parse(out) as Shown;
  expect(findings.map((finding) => finding.code)).toEqual(['server-unreachable']);
  const { server, by, icmp } = findings[0]?.facts ?? {};
  return { isServer: by === server, icmp };
}

describe('a server that is not there', () => {
  test.skipIf(!mayWatch)('says so itself', async () => {
    expect(await factsOf(() => FULLCONE)).toEqual({ isServer: true, icmp: '3/3' });
  });

  test('is silent to a command that stands alone, without koffi beside it', async () => {
    const alone = (folder: string): string => {
      const copy = join(folder, 'fullcone.mjs');
      copyFileSync(FULLCONE, copy);
      cpSync(join(dirname(FULLCONE), 'parts'), join(folder, 'parts'), { recursive: true });
      return copy;
    };
    expect(await factsOf(alone)).toEqual({ isServer: false, icmp: undefined });
  });
});
