import { scopeOf } from '../base/index.ts';
import type { Nats, PortVerdict } from '../verdict/index.ts';
import type { Severity } from './catalogue.ts';
import type { Draft, Scene } from './draft.ts';

const CODES = {
  'one-nat': null,
  'carrier-nat': 'carrier-nat',
  'double-nat': 'double-nat',
  'other-public-address': 'other-public-address',
} as const satisfies Readonly<Record<Nats, Draft['code'] | null>>;

const SHUT_OUT = new Set<PortVerdict['cause']>([
  'not-forwarded',
  'address-restricted',
  'works-by-accident',
  'rejected',
]);

/** What the router's own address adds to what was found out about ports. It explains; it makes no port open or closed. */
export function findNats({ run, context }: Scene): Draft[] {
  const { nats = null, reason = null, wanAddress = null, gateway = null } = context.router ?? {};
  const [publicAddress] = run.publicAddresses;
  if (gateway === null || publicAddress === undefined) return [];
  const closed = run.ports.filter(({ result, cause }) => result === 'closed' && SHUT_OUT.has(cause)).length;
  const open = run.ports.filter(({ result }) => result === 'open').length;
  const code = nats && CODES[nats];
  if (code && wanAddress !== null) {
    const facts = { gateway, wanAddress, publicAddress, open, closed };
    return [{ code, ports: [], facts, severity: severityOf(code, open, closed) }];
  }
  // miniupnpd, which is in many routers, does not tell a private address.
  const hides = reason === 'no-address' && closed > 0 && scopeOf(publicAddress) === 'public';
  return hides ? [{ code: 'router-without-address', ports: [], facts: { gateway, publicAddress } }] : [];
}

/** The cause of all that is closed it can be only where nothing at all gets in. */
function severityOf(code: Draft['code'], open: number, closed: number): Severity {
  if (closed === 0) return 'info';
  return open === 0 && code !== 'other-public-address' ? 'error' : 'warning';
}
