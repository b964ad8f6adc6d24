import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { NetworkSpec, RouterSpec } from '../scenarios/index.ts';
import { type KernelLab, labSupport, openLab } from './index.ts';

/** In CI a machine without a lab is a failure; elsewhere the tests of the lab are left out, and the reason is told. */
export async function labIsHere(): Promise<boolean> {
  const support = await labSupport();
  if (support.kind === 'ok') return true;
  if (process.env['CI']) throw new Error(support.why);
  process.stderr.write(`the tests of the kernel lab are left out: ${support.why}\n`);
  return false;
}

export const PLAIN: RouterSpec = { outward: 'preserve', filtering: 'address-and-port', forwards: [] };

/** Without resolver and server, unless the test wants them. */
export async function withLab(
  spec: Partial<NetworkSpec>,
  body: (lab: KernelLab) => Promise<void>,
  options: { server?: 'fullcone' | 'coturn'; fullcone?: readonly string[] } = {},
): Promise<void> {
  const network: NetworkSpec = { router: PLAIN, server: { kind: 'down' }, dns: 'refused', ...spec };
  const lab = await openLab(network, { server: 'coturn', fullcone: [], ...options });
  try {
    await body(lab);
  } finally {
    await lab.close();
  }
}

export const withRouter = (
  router: Partial<RouterSpec>,
  body: (lab: KernelLab) => Promise<void>,
  more: Partial<NetworkSpec> = {},
): Promise<void> => withLab({ router: { ...PLAIN, ...router }, ...more }, body);

/**
 * A peer that is no STUN server, so that the lab is not judged by what it shall judge: it tells the endpoint that it
 * saw, from the endpoint and to the port that the question names.
 */
const ECHO = `
  const dgram = require('node:dgram');
  const sockets = new Map();
  const open = (address, port) => new Promise((done) => {
    const socket = dgram.createSocket('udp4').bind(port, address, done);
    sockets.set(address + ':' + port, socket);
    socket.on('message', (bytes, peer) => {
      let question;
      try { question = JSON.parse(bytes); } catch { return; }
      const answer = JSON.stringify({ id: question.id, seen: peer.address + ':' + peer.port });
      sockets.get(question.from ?? address + ':' + port).send(answer, question.to ?? peer.port, question.at ?? peer.address);
    });
  });
  Promise.all(['10', '20', '30'].flatMap((host) => [3478, 3479].map((port) => open('198.51.100.' + host, port))));`;

export interface Ask {
  /** Local port that asks. */
  readonly port: number;
  /** Whom, as address:port. */
  readonly server: string;
  /** From which endpoint the answer shall come; by default from the asked one. */
  readonly from?: string;
  /** To which public port the answer shall go, and on which local port it is awaited; by default where the question came from. */
  readonly to?: number;
  readonly hear?: number;
  /** With a connected socket, which hears ICMP errors. */
  readonly connected?: boolean;
  /** So many at once. */
  readonly times?: number;
}

/** Asks one question after the other from the same sockets; prints what was heard of each. */
const CLIENT = `
  const dgram = require('node:dgram');
  const [asks, wait] = JSON.parse(process.argv[1]);
  const heard = new Map(), sockets = new Map();
  const open = (port, server) => sockets.get(port) ?? new Promise((done) => {
    const socket = dgram.createSocket('udp4');
    socket.on('message', (bytes, peer) => {
      const { id, seen } = JSON.parse(bytes);
      heard.get(id + '@' + port)?.({ seen, from: peer.address + ':' + peer.port });
    });
    socket.on('error', (error) => heard.get('error')?.({ error: error.code }));
    const ready = () => done(socket);
    sockets.set(port, socket.bind(port, () => server ? socket.connect(+server[1], server[0], ready) : ready()));
  });
  const ask = async (ask, id) => {
    const server = ask.server.split(':');
    const socket = await open(ask.port, ask.connected && server);
    if (ask.hear) await open(ask.hear);
    const question = JSON.stringify({ id, from: ask.from, to: ask.to });
    const answer = new Promise((resolve) => {
      heard.set(id + '@' + (ask.hear ?? ask.port), resolve);
      heard.set('error', resolve);
      setTimeout(resolve, wait, null);
    });
    socket.send(question, ...(ask.connected ? [] : [+server[1], server[0]]));
    return answer;
  };
  (async () => {
    const answers = [];
    let id = 0;
    for (const one of asks) answers.push(...await Promise.all(Array.from({ length: one.times ?? 1 }, () => ask(one, id++))));
    console.log(JSON.stringify(answers));
    process.exit();
  })();`;

export type Heard = { readonly seen: string; readonly from: string } | { readonly error: string } | null;

/** Starts the echo peer; answers when it does. */
export async function echoing(lab: KernelLab): Promise<void> {
  void lab.run('inet', [process.execPath, '-e', ECHO]);
  for (;;) {
    const { stdout } = await lab.run('inet', ['ss', '-Hlun', 'sport = 3479']);
    if (stdout.trim().split('\n').length === 3) return;
  }
}

export async function asks(
  lab: KernelLab,
  questions: readonly Ask[],
  { host = 'pbx', wait = 300 }: { host?: 'pbx' | 'host2' | 'inet'; wait?: number } = {},
): Promise<Heard[]> {
  const args = JSON.stringify([questions, wait]);
  const exit = await lab.run(host, [process.execPath, '-e', CLIENT, args], { timeout: 30_000 });
  if (exit.status !== 0) throw new Error(`the client ended with ${exit.status}: ${exit.stderr}`);
  return JSON.parse(exit.stdout) as Heard[];
}

/** The public port that a peer saw, or what was heard instead. */
export const seenPort = (heard: Heard | undefined): number | string =>
  heard && 'seen' in heard ? Number(heard.seen.split(':')[1]) : JSON.stringify(heard);

const processes = (): string[] => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));

/** A process keeps the variables that it was started with. */
const startedIn = (lab: string) => (pid: string) =>
  read(`/proc/${pid}/environ`).split('\0').includes(`FULLCONE_LAB=${lab}`);

/** Command lines of all living processes that were started in this lab. */
export const livingIn = (lab: string): string[] =>
  processes()
    .filter(startedIn(lab))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 80));

const KINDS = ['net', 'mnt', 'pid', 'user'] as const;
const namespaces = (pid: string | number): string[] =>
  KINDS.flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });

/** The namespaces of a lab's processes, other than ours. */
export const namespacesOf = (lab: string): string[] => {
  const found = processes().filter(startedIn(lab)).flatMap(namespaces);
  return [...new Set(found)].filter((one) => !namespaces('self').includes(one));
};

/** The processes that are in one of these namespaces. */
export const holdersOf = (them: readonly string[]): string[] =>
  processes().filter((pid) => namespaces(pid).some((one) => them.includes(one)));

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
