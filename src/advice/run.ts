import { type Family, familyOf, formatEndpoint, scopeOf } from '../base/index.ts';
import type { PortVerdict, RunVerdict, ServerVerdict } from '../verdict/index.ts';
import { CODE_OF_SERVER, type FindingCode } from './catalogue.ts';
import { type Draft, isPrefixTranslated, type Scene } from './draft.ts';
import { pauseFacts } from './pauses.ts';
import { turnedBackFacts } from './ports.ts';
import { findNats } from './router.ts';
import { findServices } from './services.ts';
import type { Facts, FindingContext } from './types.ts';

/**
 * What is to be said about the servers and the run. `idle` are the ports that were not tested and do not
 * say why: a cancelled run, or else the first of the servers that failed, is the reason.
 */
export function findAboutRun(idle: readonly PortVerdict[], scene: Scene): Draft[] {
  const { run } = scene;
  const cancelled = run.verdict === 'cancelled';
  const services = findServices(scene, idle);
  const others = services.length > 0 ? [] : idle;
  const servers = findServers(scene, cancelled ? [] : others);
  const left = cancelled || servers.some(({ ports }) => ports.length > 0) ? [] : others;
  return [
    ...services,
    ...servers,
    ...(cancelled ? [cancelledDraft(idle, scene)] : []),
    ...(left.length > 0 ? [{ code: 'untested', ports: left, facts: {} } as const] : []),
    ...findUnexpectedAddresses(scene),
    ...findNats(scene),
    ...findLimits(scene),
  ];
}

function findServers({ run }: Scene, idle: readonly PortVerdict[]): Draft[] {
  // Where something was proven all the same, the failed server is not the most urgent thing.
  const anyOk = run.servers.some(({ state }) => state === 'ok');
  const severity = anyOk || run.verdict !== 'inconclusive' ? 'warning' : 'error';
  const failed = run.servers.filter(({ state }) => state !== 'ok');
  return failed.flatMap((server, index) => {
    const code = codeOf(server);
    // The ports say so themselves.
    if (code === null || server.detail === 'wrong-family') return [];
    if (code === 'host-without-family' && index > 0) return [];
    const ports = anyOk || index > 0 ? [] : idle;
    return [
      {
        code,
        ports,
        facts: { ...serverFacts(server), ...(OF_FAMILY.has(code) ? familyFacts(run.ports) : {}) },
        severity,
      } as const,
    ];
  });
}

const OF_FAMILY: ReadonlySet<FindingCode> = new Set(['host-without-family', 'server-other-family']);

function codeOf({ state, detail }: ServerVerdict): FindingCode | null {
  if (detail === 'no-family') return 'host-without-family';
  if (detail === 'no-address') return 'server-other-family';
  return state === 'unreachable' && NO_ROUTE.has(detail ?? '') ? 'server-no-route' : CODE_OF_SERVER[state];
}

const FAMILY_FACTS: Readonly<Record<Family, Facts>> = {
  ipv4: { family: 'IPv4', otherFamily: 'IPv6', option: '-6', record: 'A' },
  ipv6: { family: 'IPv6', otherFamily: 'IPv4', option: '-4', record: 'AAAA' },
};

/** In which nothing could be asked. */
const familyFacts = ([first]: readonly PortVerdict[]): Facts => FAMILY_FACTS[first?.family ?? 'ipv4'];

/** What the system says where no route leads to the server (errno). */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);

const serverFacts = ({ name, address, port, state, otherAddress, detail, turnedBack }: ServerVerdict): Facts => ({
  ...turnedBackFacts(turnedBack),
  server: name,
  ...(address === null ? { host: hostOf(name) } : { address: formatEndpoint({ address, port }) }),
  ...(detail === null ? {} : { detail }),
  // Where it is what is wrong.
  ...(state === 'malformed' && otherAddress ? { otherAddress: otherAddress.address } : {}),
});

/** Without its port; an IPv6 address without its brackets. */
const hostOf = (name: string): string =>
  familyOf(name) ? name : name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

const cancelledDraft = (idle: readonly PortVerdict[], { run }: Scene): Draft => ({
  code: 'cancelled',
  ports: idle,
  facts: { tested: run.ports.filter(({ result }) => result !== 'untested').length, asked: run.ports.length },
});

/** What the phone system tells others is not what the internet sees. A server inside the network sees neither. */
function findUnexpectedAddresses({ run, context }: Scene): Draft[] {
  const outside = run.publicAddresses.filter((address) => scopeOf(address) === 'public');
  return (context.publicAddresses ?? []).flatMap((expectedAddress) => {
    const seen = outside.filter((address) => familyOf(address) === familyOf(expectedAddress));
    if (seen.length === 0 || seen.includes(expectedAddress)) return [];
    const facts = { expectedAddress, publicAddress: seen.join(', ') };
    return [{ code: 'unexpected-public-address', ports: [], facts } as const];
  });
}

const isLoopback = (addresses: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => scopeOf(address) === 'loopback');

/** What the verdict does not rest on, though a reader might think so. */
function findLimits(scene: Scene): Draft[] {
  const { run, context } = scene;
  const { reason, ports, verdict, coldAsked } = run;
  const open = ports.filter(({ result, protocol }) => result === 'open' && protocol === 'udp');
  const tested = ports.some(({ result }) => result !== 'untested');
  const { askedPorts: asked, plannedPorts: planned } = context;
  const drafts: Draft[] = [];
  if (reason === 'server-inside')
    drafts.push({ code: 'server-inside', ports: [], facts: { publicAddress: run.publicAddresses.join(', ') } });
  const said = ports.some(({ cause }) => cause === 'loss');
  if (reason === 'loss' && !said) drafts.push({ code: 'loss', ports: [], facts: {} });
  if (isPrefixTranslated(scene))
    drafts.push({ code: 'prefix-translated', ports: [], facts: { publicAddress: run.publicAddresses.join(', ') } });
  if (!coldAsked && open.length > 0) drafts.push({ code: 'cold-not-asked', ports: open, facts: {} });
  if (isLoopback(run.publicAddresses)) drafts.push({ code: 'trial', ports: [], facts: {} });
  drafts.push(...findOpinions(run), ...findRepeating(run));
  drafts.push(...findPauses(run));
  if (context.notWaited) drafts.push({ code: 'not-waited', ports: [], facts: { seconds: context.notWaited } });
  if (context.tcpLeftOut) drafts.push({ code: 'tcp-left-out', ports: [], facts: { tcpPorts: context.tcpLeftOut } });
  if (verdict !== 'cancelled' && tested && asked < planned)
    drafts.push({ code: 'sampled', ports: [], facts: { asked, planned, ...sampleFacts(context) } });
  return drafts;
}

/** What a second server added: to a warning its ports belong, the rest is about the run. */
const findOpinions = ({ opinions }: RunVerdict): Draft[] =>
  opinions.map(({ kind, server, first, ports }) => ({
    code: kind,
    ports: kind === 'contradicted' ? ports : [],
    facts: { server, first, count: ports.length },
  }));

const findRepeating = ({ servers }: RunVerdict): Draft[] =>
  servers.flatMap((server) =>
    server.detail === 'answers-repeated'
      ? [{ code: 'answers-repeated', ports: [], facts: serverFacts(server) } as const]
      : [],
  );

/** The first that ended tells most: the later ones meet a check that has slowed down. */
function findPauses({ pauses }: RunVerdict): Draft[] {
  return (['router', 'outbound', 'server'] as const).flatMap((by) => {
    const over = pauses.find((pause) => pause.by === by && pause.atMost !== null);
    return over ? [{ code: `paused-by-${by}`, ports: [], facts: pauseFacts(over) } as const] : [];
  });
}

/** Where nothing is known of the others, any of them may differ. */
function sampleFacts({ askedPorts, plannedPorts, sample }: FindingContext): Facts {
  const others = plannedPorts - askedPorts;
  const { inferred, mostDiffering, confidence } = sample ?? { inferred: others, mostDiffering: others, confidence: 1 };
  return { inferred, mostDiffering, percent: Math.round(100 * confidence) };
}
