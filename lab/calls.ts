import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelLab } from './kernel/index.ts';

/** A phone system at work: so many ports, each with fifty packets per second in each direction, as RTP has them. */
const PORTS = 51;
const MEDIA = [5060, ...Array.from({ length: PORTS - 1 }, (_, index) => 9000 + 2 * index)];
const EVERY_MS = 20;
/** What is on the way when the last one was sent has so long to arrive. */
const GRACE_MS = 1000;
/** As long as 20 ms of G.711, and RTP's header (RFC 3551). */
const BYTES = 172;
const PEER = '198.51.100.30';
const PEER_PORT = 20_000;

interface End {
  readonly local: string;
  readonly remote: string;
  /** Its own and the other's. */
  readonly ports: readonly (readonly [number, number])[];
  readonly seconds: number;
  /** A file that it makes; and one for which it waits before, so that nobody speaks to a socket that is not open yet. */
  readonly here: string;
  readonly there: string;
  /**
   * Who calls speaks first, and is there when its first packets have left: packets that cross on the way make the router
   * move its port for that call.
   */
  readonly calls: boolean;
}

/**
 * One end of all calls. Packets carry when they were sent, on a clock that all namespaces share. After its time it
 * tells how many it has sent, how many it has heard, each once, and how late the latest of them was. Whatever else
 * arrives, such as STUN, is skipped, as a phone system does.
 */
function end({ local, remote, ports, seconds, here, there, calls }: End): string {
  return `
    const dgram = require('node:dgram'), clock = () => Number(process.hrtime.bigint() / 1000n);
    const lookup = (address, options, done) => done(null, address, 4);
    const heard = new Set();
    let sent = 0, latest = 0, number = 0;
    const open = ([from, to]) => new Promise((done) => {
      const socket = dgram.createSocket({ type: 'udp4', lookup });
      socket.on('message', (bytes) => {
        if (bytes.length !== ${BYTES} || bytes[0] !== 0x80) return;
        heard.add(from * 1e6 + bytes.readUInt32BE(4));
        latest = Math.max(latest, clock() - Number(bytes.readBigUInt64BE(8)));
      });
      socket.bind(from, '${local}', () => done(() => {
        const bytes = Buffer.alloc(${BYTES});
        bytes[0] = 0x80;
        bytes.writeUInt32BE(number, 4);
        bytes.writeBigUInt64BE(BigInt(clock()), 8);
        socket.send(bytes, to, '${remote}');
        sent++;
      }));
    });
    const { existsSync, writeFileSync } = require('node:fs'), pause = (ms) => new Promise((done) => setTimeout(done, ms));
    const told = () => writeFileSync('${here}', '');
    Promise.all(${JSON.stringify(ports)}.map(open)).then(async (speak) => {
      if (!${calls}) told();
      while (!existsSync('${there}')) await pause(5);
      const begin = clock();
      const turns = () => {
        // As many turns as there should have been: a timer that is late makes up for it.
        for (const due = (clock() - begin) / ${1000 * EVERY_MS}; number < due; number++) for (const one of speak) one();
        if (number >= ${(seconds * 1000) / EVERY_MS}) clearInterval(timer);
      };
      const timer = setInterval(turns, 5);
      turns();
      if (${calls}) setTimeout(told, 50);
      await pause(${seconds * 1000 + GRACE_MS});
      console.log(JSON.stringify({ sent, heard: heard.size, latest: latest / 1000 }));
      process.exit();
    });`;
}

export interface Calls {
  readonly sent: number;
  /** Of both directions. */
  readonly lost: number;
  /** Between sending and hearing, of the one that took longest, in milliseconds. */
  readonly latest: number;
}

/** How calls fare while something else happens; the lab's router forwards the ports. */
export async function callsWhile(lab: KernelLab, seconds: number, work: () => Promise<void>): Promise<Calls> {
  const there = MEDIA.map((port, index) => [PEER_PORT + index, port] as const);
  const here = there.map(([peer, port]) => [port, peer] as const);
  const run = async (host: 'pbx' | 'inet', text: string) => {
    const { stdout, stderr } = await lab.run(host, [process.execPath, '-e', text], {
      timeout: 1000 * seconds + 20_000,
    });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as { sent: number; heard: number; latest: number };
  };
  const folder = mkdtempSync(join(tmpdir(), 'fullcone-calls-'));
  const [far, near] = [join(folder, 'far'), join(folder, 'near')];
  const ends = [
    run(
      'inet',
      end({ local: PEER, remote: '203.0.113.44', ports: there, seconds, here: far, there: near, calls: false }),
    ),
    run(
      'pbx',
      end({ local: '192.168.0.100', remote: PEER, ports: here, seconds, here: near, there: far, calls: true }),
    ),
  ];
  let isOver = false;
  const over = Promise.all(ends).finally(() => {
    isOver = true;
    rmSync(folder, { recursive: true });
  });
  while (!existsSync(near) && !isOver) await new Promise((resolve) => setTimeout(resolve, 10));
  await work();
  const [one, other] = await over;
  if (!one || !other) throw new Error('calls have two ends');
  return {
    sent: one.sent + other.sent,
    lost: one.sent + other.sent - one.heard - other.heard,
    latest: Math.max(one.latest, other.latest),
  };
}
