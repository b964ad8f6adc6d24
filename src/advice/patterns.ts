import { formatRanges, toRanges } from '../base/index.ts';
import type { PortVerdict } from '../verdict/index.ts';
import type { Draft, Scene } from './draft.ts';
import { exampleMapping } from './ports.ts';
import { segmentsOf } from './segments.ts';
import { isSignalling } from './signalling.ts';
import type { Facts } from './types.ts';

/** The one cause behind many ports. No port is in two of them. TCP ports are few, and each speaks for itself. */
export function findPatterns(whole: Scene): Draft[] {
  const scene = {
    ...whole,
    run: { ...whole.run, ports: whole.run.ports.filter(({ protocol }) => protocol === 'udp') },
  };
  const drafts: Draft[] = [];
  const taken = new Set<Draft['ports'][number]>();
  for (const pattern of [randomSourcePorts, nothingForwarded, mediaRangeMissing, rangeEnds]) {
    for (const draft of pattern(scene)) {
      if (draft.ports.some((port) => taken.has(port))) continue;
      for (const port of draft.ports) taken.add(port);
      drafts.push(draft);
    }
  }
  return drafts;
}

const isOpen = ({ result }: PortVerdict): boolean => result === 'open';
const isUnforwarded = ({ result, cause }: PortVerdict): boolean => result === 'closed' && cause === 'not-forwarded';
const isDecided = ({ result }: PortVerdict): boolean => result !== 'untested' && result !== 'in-use';

/** No port keeps its number, and it is another one for every destination. */
function randomSourcePorts({ run }: Scene): Draft[] {
  const ports = run.ports.filter(isDecided);
  const all = ports.every(({ result, cause }) => result === 'translated' && RANDOM.has(cause));
  // Where all of it comes in as it should, `source-port-rewritten` says so, and says it better.
  const some = ports.some(({ cause }) => cause === 'symmetric');
  return all && some && ports.length > 1 ? [{ code: 'random-source-ports', ports, facts: exampleMapping(ports) }] : [];
}

const RANDOM = new Set<PortVerdict['cause']>(['symmetric', 'source-port-rewritten', null]);

/** All ports get out under its own number (else the cause were another), and nothing gets in. */
function nothingForwarded({ run }: Scene): Draft[] {
  const ports = run.ports.filter(isDecided);
  const all = ports.length === run.ports.length;
  return all && ports.every(isUnforwarded) && ports.length > 1 ? [{ code: 'nothing-forwarded', ports, facts: {} }] : [];
}

/** SIP gets in, and not one of the other ports. */
function mediaRangeMissing({ run }: Scene): Draft[] {
  const decided = run.ports.filter(isDecided);
  const sip = decided.filter(({ port }) => isSignalling(port)).filter(isOpen);
  const ports = decided.filter(({ port }) => !isSignalling(port));
  if (sip.length === 0 || ports.length < 2 || !ports.every(isUnforwarded)) return [];
  const sipPorts = formatRanges(toRanges(sip.map(({ port }) => port)));
  return [{ code: 'media-range-missing', ports, facts: { sipPorts } }];
}

/** A stretch of ports of which the first or the last ones are closed and all between them is open. */
function rangeEnds({ run, context }: Scene): Draft[] {
  const ratio = Math.ceil(context.plannedPorts / Math.max(1, context.askedPorts));
  return segmentsOf(run.ports, ratio).flatMap((segment) => endsOf(segment));
}

function endsOf(segment: readonly PortVerdict[]): Draft[] {
  const start = segment.findIndex(isOpen);
  const end = segment.findLastIndex(isOpen);
  if (segment.length < 3 || start < 0 || segment.slice(start, end).some(isUnforwarded)) return [];
  const range = { rangeFrom: numberOf(segment, 0), rangeTo: numberOf(segment, -1) };
  return [
    ...endOf('range-starts-late', segment.slice(0, start), { firstOpen: numberOf(segment, start), ...range }),
    ...endOf('range-ends-early', segment.slice(end + 1), { lastOpen: numberOf(segment, end), ...range }),
  ];
}

/** Most of it must be proven: a cancelled run leaves one closed port and a thousand that were not tested. */
function endOf(code: Draft['code'], part: readonly PortVerdict[], facts: Facts): Draft[] {
  const ports = part.filter(isUnforwarded);
  if (ports.length * 2 <= part.length) return [];
  return [{ code, ports, facts: { ...facts, firstClosed: numberOf(ports, 0), lastClosed: numberOf(ports, -1) } }];
}

const numberOf = (ports: readonly PortVerdict[], index: number): number => ports.at(index)?.port ?? 0;
