import { portLabel, scopeOf } from '../base/index.ts';
import type { PortVerdict, TurnedBack } from '../verdict/index.ts';
import { codeOfCause, codeOfResult, type FindingCode } from './catalogue.ts';
import type { Draft, Scene } from './draft.ts';
import { pauseFacts } from './pauses.ts';
import type { Facts, Holder } from './types.ts';

/** Ports with the same result and cause, and where a process is the cause the same process, are one finding. */
export function findPlain(ports: readonly PortVerdict[], scene: Scene): Draft[] {
  const groups = new Map<string, { code: FindingCode; ports: PortVerdict[] }>();
  for (const port of ports) {
    const code = codeOf(port);
    if (code === null) continue;
    const holder = code === 'process' ? scene.context.holders.get(portLabel(port.protocol, port.port)) : undefined;
    const key = JSON.stringify([
      port.protocol,
      port.result,
      code,
      holder?.name ?? holder?.pid,
      port.turnedBack?.by,
      port.passedTo?.address,
    ]);
    const group = groups.get(key);
    if (group) group.ports.push(port);
    else groups.set(key, { code, ports: [port] });
  }
  return [...groups.values()].map((group) => ({ ...group, facts: factsOf(group.code, group.ports, scene) }));
}

function codeOf({ result, cause }: PortVerdict): FindingCode | null {
  if (cause !== null) return codeOfCause(cause);
  return result === 'open' ? null : codeOfResult(result);
}

function factsOf(code: FindingCode, ports: readonly PortVerdict[], scene: Scene): Facts {
  switch (code) {
    case 'source-port-rewritten':
    case 'symmetric':
    case 'mapped-elsewhere':
    case 'translated':
    case 'taken-by-neighbour':
      return exampleMapping(ports);
    case 'different-public-address':
      return exampleAddress(ports);
    case 'shifted':
      return shiftFacts(ports);
    case 'scan-protection':
      return refusalFacts(scene);
    case 'rejected':
      return turnedBackFacts(ports[0]?.turnedBack);
    case 'not-called-inside':
      return uncalledFacts(scene);
    case 'passed-on':
      return passedFacts(ports);
    case 'process':
      return holderFacts(ports, scene);
    default:
      return {};
  }
}

/** One port that leaves as another, to be shown. */
export function exampleMapping(ports: readonly PortVerdict[]): Facts {
  const changed = ports.find(({ port, mapped }) => mapped !== null && mapped.port !== port);
  return changed?.mapped ? { port: changed.port, mappedPort: changed.mapped.port } : {};
}

function exampleAddress(ports: readonly PortVerdict[]): Facts {
  const [example] = ports;
  return example?.mapped ? { port: example.port, mappedAddress: example.mapped.address } : {};
}

/** Type and code of ICMP: `3/13`. */
export const turnedBackFacts = (seen: TurnedBack | undefined): Facts =>
  seen ? { by: seen.by, icmp: `${seen.type}/${seen.code}` } : {};

/** `shift` only where it is the same for all; a rule may also send a whole range to one port. */
function shiftFacts(ports: readonly PortVerdict[]): Facts {
  const example = ports.find(({ arrivedOn }) => arrivedOn !== null);
  if (example === undefined || example.arrivedOn === null) return {};
  const shift = example.arrivedOn - example.port;
  const same = ports.every(({ port, arrivedOn }) => arrivedOn === null || arrivedOn - port === shift);
  return { port: example.port, arrivedOn: example.arrivedOn, ...(same ? { shift } : {}) };
}

/** Whom it would have had to call. */
function uncalledFacts({ run }: Scene): Facts {
  const called = run.publicAddresses.find((address) => scopeOf(address) !== 'public');
  return called === undefined ? {} : { called };
}

/** Where to look for the phone system. */
function passedFacts(ports: readonly PortVerdict[]): Facts {
  const example = ports.find(({ passedTo }) => passedTo !== undefined);
  return example?.passedTo ? { passedTo: example.passedTo.address } : {};
}

/** The last one: what the check met at its slowest. */
function refusalFacts({ run }: Scene): Facts {
  const last = run.pauses.findLast(({ by }) => by === 'router');
  return last ? pauseFacts(last) : {};
}

function holderFacts(ports: readonly PortVerdict[], { context }: Scene): Facts {
  const holders = ports
    .map(({ protocol, port }) => context.holders.get(portLabel(protocol, port)))
    .filter((holder) => holder !== undefined);
  const pids = new Set(holders.map(({ pid }) => pid));
  const units = new Set(holders.map(({ unit }) => unit));
  const first: Holder = holders[0] ?? { pid: null, name: null, unit: null };
  return {
    ...(first.name === null ? {} : { process: first.name }),
    ...(first.pid === null || pids.size > 1 ? {} : { pid: first.pid }),
    ...(first.unit === null || units.size > 1 ? {} : { unit: first.unit }),
  };
}
