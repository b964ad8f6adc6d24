import type { Family } from '../base/index.ts';
import type { PortEvidence, RunEvidence, TurnedBack } from '../evidence/index.ts';

/** What holds for the run as a whole and colours what a single port means. */
export interface RunFacts {
  /** In which the servers were asked. */
  readonly family: Family;
  /** At least half of all mappings kept their port: a translated one among them has a reason of its own. */
  readonly mostPreserved: boolean;
  /** The ports of the control sockets were rewritten: so the router does, and a preserved port may be chance. */
  readonly bystandersRewritten: boolean;
  /** The server contradicts itself about the mapping of a control socket: what it says of other mappings counts nothing. */
  readonly mappingChanges: boolean;
  /** The public address of the control probes; null: they had several, or none. */
  readonly controlAddress: string | null;
  /**
   * Ports let a cold packet in from the primary's address, and not from the alternate one: at least two, or all that
   * were asked. A single one may have a mapping of the PBX's own making. Or the alternate one reached some port only
   * after that had spoken, though the router lets nobody in on a mapping alone.
   */
  readonly shutOut: boolean;
  /** Whether the router lets in everybody on a mapping, as control sockets met it. */
  readonly filter: RunEvidence['filter'];
  /** Who turns back what ports send of which nothing gets out; null: nobody is known, or several. */
  readonly turnedBack: TurnedBack | null;
  /** What the sample of ports that were asked says for those that look the same. */
  readonly sampled: { readonly changePort: Sampled; readonly relay: Sampled };
}

/** `mixed`: the asked ports do not agree, or none was asked; then each speaks for itself alone. */
export type Sampled = 'yes' | 'no' | 'mixed';

export function runFacts({ family, filter, ports, bystanders, controlAddress, mappingChanges }: RunEvidence): RunFacts {
  const mapped = ports.filter((evidence) => evidence.mapped !== null);
  const kept = mapped.filter(isPreserved).length + bystanders.filter((one) => one.mapped === one.local).length;
  return {
    family,
    mostPreserved: kept > 0 && kept * 2 >= mapped.length + bystanders.length,
    bystandersRewritten: bystanders.length > 0 && bystanders.every((one) => one.mapped !== one.local),
    mappingChanges,
    controlAddress,
    shutOut: isShutOut(ports, filter),
    filter,
    turnedBack: commonlyTurnedBack(ports),
    sampled: { changePort: sample(ports, 'change-port'), relay: sample(ports, 'relay') },
  };
}

/** Routers send ICMP errors about once a second: what one port was told holds for all that look the same. */
function commonlyTurnedBack(ports: readonly PortEvidence[]): TurnedBack | null {
  const told = ports.filter(({ answers }) => answers.outbound.kind === 'no').flatMap((port) => port.turnedBack ?? []);
  return new Set(told.map(({ by }) => by)).size === 1 ? (told[0] ?? null) : null;
}

/** Not let in at first, and then let in, which no mapping does where the router has a filter. */
const isLetInLate = ({ answers }: PortEvidence, filter: RunEvidence['filter']): boolean =>
  answers.cold.kind === 'no' && answers.warm.kind === 'yes' && filter === 'closed';

function isShutOut(ports: readonly PortEvidence[], filter: RunEvidence['filter']): boolean {
  if (ports.some((port) => isLetInLate(port, filter))) return true;
  const near = ports
    .filter(({ answers }) => answers.cold.kind === 'no')
    .map(({ answers }) => answers['cold-near'].kind);
  const letIn = near.filter((kind) => kind === 'yes').length;
  return letIn >= 2 || (letIn === 1 && !near.includes('no'));
}

export const isPreserved = ({ mapped, port }: PortEvidence): boolean => mapped?.port === port;

function sample(ports: readonly PortEvidence[], question: 'change-port' | 'relay'): Sampled {
  const asked = ports.map(({ answers }) => answers[question].kind).filter((kind) => kind !== 'unknown');
  if (asked.length > 0 && asked.every((kind) => kind === 'yes')) return 'yes';
  return asked.length > 0 && asked.every((kind) => kind === 'no') ? 'no' : 'mixed';
}
