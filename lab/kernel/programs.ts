import { assertNever, formatEndpoint } from '../../src/base/index.ts';
import type { NetworkSpec } from '../scenarios/index.ts';
import {
  ALTERNATE,
  ALTERNATE6,
  GATEWAY,
  OTHERS,
  PRIMARY,
  PRIMARY6,
  PUBLIC,
  RESOLVER,
  RESOLVER6,
  STUN_DOMAIN,
  STUN_NAME,
  STUN_OTHER_PORT,
  STUN_PORT,
} from './addresses.ts';

/** A program that runs as long as its lab, as data. */
export interface Program {
  readonly command: readonly string[];
  /** It works when a line of its output contains this word, or when these UDP sockets are bound in its namespace. */
  readonly ready: { readonly line: string } | { readonly bound: readonly string[] };
}

/** The commands of servers that are ours. */
export interface Servers {
  /** Of the built CLI. */
  readonly fullcone: readonly string[];
  /** A reflector at the usual addresses that tells a lie, whose name is added; absent: nobody lies. */
  readonly liar?: readonly string[];
}

/** The reflector of the built CLI, unless it lies; null: this kind of server is no process. */
export function reflector({ fullcone, liar }: Servers, { server: { kind, lie }, ipv6 }: NetworkSpec): Program | null {
  const both = ipv6 !== undefined;
  if (lie !== undefined && (!liar || both || kind !== 'full')) throw new Error(`nobody here can lie like this: ${lie}`);
  if (lie !== undefined && liar) return { command: [...liar, lie], ready: { line: 'ready' } };
  const start = [...fullcone, 'reflector', '--primary', PRIMARY, ...(both ? ['--primary', PRIMARY6] : [])];
  const alternates = ['--alternate', ALTERNATE, ...(both ? ['--alternate', ALTERNATE6] : [])];
  const ready = { line: 'ready' };
  switch (kind) {
    case 'down':
    case 'silent':
      return null;
    case 'full':
      return { command: [...start, ...alternates], ready };
    case 'one-address':
      return { command: [...start, '--single'], ready };
    case 'ignores-change-request':
    case 'no-response-port':
    case 'no-calls':
    case 'throttles':
      return { command: [...start, ...alternates, '--lab-fault', kind], ready };
    default:
      return assertNever(kind);
  }
}

export function secondReflector(fullcone: readonly string[]): Program {
  const [primary, alternate] = OTHERS;
  return {
    command: [...fullcone, 'reflector', '--primary', primary, '--alternate', alternate],
    ready: { line: 'ready' },
  };
}

/** One for each family: the first two addresses of a process are its pair, whichever they are. */
export const coturns = ({ server: { kind }, ipv6 }: NetworkSpec): readonly Program[] =>
  kind === 'down' || kind === 'silent'
    ? []
    : [
        coturn(kind === 'one-address', [PRIMARY, ALTERNATE], '4'),
        ...(ipv6 === undefined ? [] : [coturn(kind === 'one-address', [PRIMARY6, ALTERNATE6], '6')]),
      ];

/** Debian's coturn. RFC 5780 is on by itself with two addresses; from 4.7 on it would need `--rfc5780`. */
function coturn(isSingle: boolean, pair: readonly string[], id: string): Program {
  const addresses = isSingle ? pair.slice(0, 1) : pair;
  const ports = isSingle ? [STUN_PORT] : [STUN_PORT, STUN_OTHER_PORT];
  const files = ['--userdb', `/run/turndb${id}`, '--pidfile', `/run/turnserver${id}.pid`];
  const own = [...files, '--log-file', 'stdout', '--simple-log'];
  return {
    command: [
      ...['turnserver', '-n', '-S', '--no-tls', '--no-dtls', '--no-cli', ...own],
      ...addresses.flatMap((address) => ['-L', address]),
    ],
    ready: { bound: addresses.flatMap((address) => ports.map((port) => formatEndpoint({ address, port }))) },
  };
}

/** The resolver knows one name and no other; null: nobody listens, by ICMP or in silence. */
export function resolver({ dns, ipv6 }: NetworkSpec): Program | null {
  if (dns === 'refused' || dns === 'silent') return null;
  const own6 = ipv6 === undefined || dns === 'ipv4-only' ? '' : `,${PRIMARY6}`;
  const names = dns === 'no-such-name' ? [] : [`--host-record=${STUN_NAME},${PRIMARY}${own6}`];
  if (dns === 'service') names.push(`--srv-host=_stun._udp.${STUN_DOMAIN},${STUN_NAME},${STUN_PORT}`);
  const own = ['--conf-file=/dev/null', '--pid-file=', '--user=root', '--group=', '--no-resolv', '--no-hosts'];
  return {
    command: [
      ...[
        'dnsmasq',
        '--keep-in-foreground',
        '--log-facility=-',
        ...own,
        '--bind-interfaces',
        `--listen-address=${RESOLVER}`,
        ...(ipv6 === undefined ? [] : [`--listen-address=${RESOLVER6}`]),
      ],
      ...['--except-interface=lo', '--local=/#/', ...names],
    ],
    ready: { bound: [`${RESOLVER}:53`] },
  };
}

/** Takes every connection and says nothing; whoever connected may end it. */
const SILENT = `const listen = (port, address) => new Promise((resolve) =>
      require('node:net').createServer((socket) => socket.on('error', () => {}).resume()).listen(port, address, resolve));`;

/** Holds ports as another program of the PBX would, under a PBX's name; null: there is none to hold. */
export function holder({ held = [], heldTcp = [], heldTcpInside = [], ipv6 }: NetworkSpec): Program | null {
  if (held.length + heldTcp.length + heldTcpInside.length === 0) return null;
  const any = ipv6 === undefined ? '0.0.0.0' : '::';
  const listeners = [...heldTcp.map((port) => [port, any]), ...heldTcpInside.map((port) => [port, '127.0.0.1'])];
  const text = `process.title = 'asterisk';
    ${SILENT}
    const bind = (port) => new Promise((resolve) => require('node:dgram').createSocket('${ipv6 === undefined ? 'udp4' : 'udp6'}').bind(port, resolve));
    const bound = [...${JSON.stringify(held)}.map(bind), ...${JSON.stringify(listeners)}.map(([port, address]) => listen(port, address))];
    Promise.all(bound).then(() => console.log('ready'));`;
  return { command: [process.execPath, '-e', text], ready: { line: 'ready' } };
}

/** What a router offers itself, such as a web page, at its public address. */
export function routerPage(ports: readonly number[]): Program {
  const text = `${SILENT}
    const bound = ${JSON.stringify(ports)}.map((port) => listen(port, '${PUBLIC}'));
    Promise.all(bound).then(() => console.log('ready'));`;
  return { command: [process.execPath, '-e', text], ready: { line: 'ready' } };
}

/** Says by NAT-PMP which address the router has; null: it says nothing, or a test starts another speaker. */
export function speaker({ router, outer }: NetworkSpec): Program | null {
  if (!router?.speaks?.protocols.includes('nat-pmp')) return null;
  const address = router.speaks.address ?? outer?.inside ?? PUBLIC;
  const text = `const socket = require('node:dgram').createSocket('udp4');
    const answer = Buffer.from([0, 128, 0, 0, 0, 0, 0, 9, ...${JSON.stringify(address.split('.').map(Number))}]);
    socket.on('message', (bytes, from) => bytes.length === 2 && socket.send(answer, from.port, from.address));
    socket.bind(5351, '${GATEWAY}', () => console.log('ready'));`;
  return { command: [process.execPath, '-e', text], ready: { line: 'ready' } };
}

/** How often the neighbour speaks: often enough that its flows never leave the router's table (30 s). */
const NEIGHBOUR_PERIOD = 500;

/** Talks STUN to this port of the primary from these ports without end; ready when all of them have sent. */
export function neighbour(ports: readonly number[], to = STUN_PORT): Program {
  const text = `
    const request = () => Buffer.concat([Buffer.from('000100002112a442', 'hex'), require('node:crypto').randomBytes(12)]);
    const speak = (socket) => new Promise((sent) => socket.send(request(), ${to}, '${PRIMARY}', sent));
    const start = (port) => new Promise((sent) => {
      const socket = require('node:dgram').createSocket('udp4');
      socket.bind(port, () => speak(socket).then(sent));
      setInterval(speak, ${NEIGHBOUR_PERIOD}, socket);
    });
    Promise.all(${JSON.stringify(ports)}.map(start)).then(() => console.log('ready'));`;
  return { command: [process.execPath, '-e', text], ready: { line: 'ready' } };
}
