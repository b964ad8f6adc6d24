import {
  drawServers,
  type FoundProduct,
  findMapRouter,
  isEmbedded,
  MAP_LIMITS,
  MAP_PROTOCOLS,
  type MapEvent,
  type MapRequest,
  type MapRouter,
  PUBLIC_SERVERS,
  startMap,
} from '../app/index.ts';
import { formatRanges, ok, type PortRange, portsOf, type Result } from '../base/index.ts';
import { isGood, type MapReport, portsMade, renderMap, renderMapJson } from '../report/index.ts';
import { readAddressing } from './addressing.ts';
import { type CheckCommand, check } from './check.ts';
import { CLEAR_LINE, displayOf, showsProgress } from './display.ts';
import { asksToDiscover, readCheckRequest, readPorts } from './input.ts';
import { findOne } from './ports.ts';
import { sayMistake, sayNotice, TEXTS } from './say.ts';
import { type Context, EXIT, type Mistake, wrong } from './types.ts';

export interface MapCommand {
  readonly udp?: string;
  readonly tcp?: string;
  readonly profile?: string;
  readonly lifetime?: string;
  readonly protocol?: string;
  readonly bindAddress?: string;
  readonly keep?: boolean;
  readonly list?: boolean;
  readonly delete?: boolean;
  /** The server of the check that follows. */
  readonly check?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly lang?: string;
  readonly progress: boolean;
}

/** `fullcone map`: the only command that changes the router, and only after a yes. */
export async function map(command: MapCommand, context: Context): Promise<number> {
  const found = asksToDiscover(command) ? await findOne(context) : ok(null);
  if (found.kind === 'error') return sayMistake(found.error, context);
  const request = readMapRequest(command, found.value);
  if (request.kind === 'error') return sayMistake(request.error, context);
  const notToBeChecked = whyNoCheck(request.value, command, context);
  if (notToBeChecked) return sayMistake(notToBeChecked, context);
  const bindAddress = await readBindAddress(command, context);
  if (bindAddress.kind === 'error') return sayMistake(bindAddress.error, context);
  if (request.value.task === 'make' && !command.yes && !context.terminal.ask)
    return sayMistake({ key: 'map.nobody-to-ask', facts: {} }, context);
  const router = await findMapRouter(context.system, bindAddress.value);
  if (router.kind === 'unknown') {
    sayNotice(`map-${router.why}`, context);
    return EXIT.inconclusive;
  }
  const { code, report } = await carryOut(request.value, router, command, context);
  return report && command.check !== undefined ? prove(command.check, report, code, command, context) : code;
}

export function readMapRequest(command: MapCommand, found: FoundProduct | null): Result<MapRequest, Mistake> {
  const { list = false, delete: deletes = false, keep = false } = command;
  const task = list ? 'list' : deletes ? 'delete' : 'make';
  const excess = contradiction(command);
  if (excess) return excess;
  const by = [...MAP_PROTOCOLS, 'auto' as const].find((known) => known === (command.protocol ?? 'auto'));
  if (by === undefined)
    return wrong('map.protocol', { given: command.protocol ?? '', protocols: MAP_PROTOCOLS.join(', ') });
  if (list && by !== 'auto' && by !== 'upnp') return wrong('map.cannot-list', { given: by });
  const lifetime = readLifetime(command.lifetime);
  if (lifetime.kind === 'error') return lifetime;
  if (lifetime.value === 0 && by !== 'auto' && by !== 'upnp') return wrong('map.permanent', { given: by });
  const isNamed = command.udp ?? command.tcp ?? command.profile;
  const ports = task === 'make' || isNamed !== undefined ? readPorts(command, found, 'ipv4') : ok({ udp: [], tcp: [] });
  if (ports.kind === 'error') return ports;
  const { udp, tcp } = ports.value;
  return ok({ task, udp, tcp, lifetime: lifetime.value, by, keep });
}

/** Options that mean nothing together. */
const CONTRADICTIONS: readonly (readonly [keyof MapCommand, keyof MapCommand])[] = [
  ['list', 'delete'],
  ...(['keep', 'lifetime', 'check'] as const).flatMap((other) => [
    ['list', other] as const,
    ['delete', other] as const,
  ]),
  // The check tells its own report, and waits until the mappings are made.
  ['keep', 'check'],
  ['json', 'check'],
];

function contradiction(command: MapCommand): Result<never, Mistake> | null {
  const isGiven = (option: keyof MapCommand) => command[option] !== undefined && command[option] !== false;
  const [one, other] = CONTRADICTIONS.find((both) => both.every(isGiven)) ?? [];
  return one && other ? wrong('map.both', { one: `--${one}`, other: `--${other}` }) : null;
}

/** What is wrong with the check that is to follow, known before the router is asked for anything. */
function whyNoCheck({ udp, tcp }: MapRequest, command: MapCommand, { system }: Context): Mistake | null {
  if (command.check === undefined) return null;
  const drawn = drawServers(PUBLIC_SERVERS, system.random);
  const request = readCheckRequest(checkOf(command.check, { udp, tcp }, command), drawn);
  if (request.kind === 'error') return request.error;
  // On this machine alone, it would prove nothing of the router.
  return isEmbedded(request.value.servers) ? { key: 'map.check-embedded', facts: {} } : null;
}

function checkOf(
  server: string,
  ports: Readonly<Record<'udp' | 'tcp', readonly PortRange[]>>,
  { bindAddress, progress }: MapCommand,
): CheckCommand {
  const text = (ranges: readonly PortRange[]) => formatRanges(ranges).replaceAll(' ', '');
  return {
    server: [server],
    ...(ports.udp.length > 0 ? { udp: text(ports.udp) } : {}),
    ...(ports.tcp.length > 0 ? { tcp: text(ports.tcp) } : {}),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    ipv4: true,
    wait: true,
    progress,
  };
}

/** Whether what the router said yes to is open. Its no counts, too: then the code is that of the mapping. */
async function prove(
  server: string,
  report: MapReport,
  code: number,
  command: MapCommand,
  context: Context,
): Promise<number> {
  const ports = portsMade(report);
  if (report.cancelled || (ports.udp.length === 0 && ports.tcp.length === 0)) return code;
  context.terminal.out.write('\n');
  const proof = await check(checkOf(server, ports, command), context);
  return code === EXIT.supported || proof === EXIT.cancelled || proof === EXIT.internal ? proof : code;
}

function readLifetime(given: string | undefined): Result<number, Mistake> {
  const { shortest, longest, usual } = MAP_LIMITS.lifetime;
  if (given === undefined) return ok(usual);
  const seconds = /^\d{1,9}$/.test(given) ? Number(given) : -1;
  const isRight = seconds === 0 || (seconds >= shortest && seconds <= longest);
  return isRight ? ok(seconds) : wrong('map.lifetime', { given, least: shortest, most: longest });
}

async function readBindAddress({ bindAddress }: MapCommand, { system }: Context): Promise<Result<string, Mistake>> {
  const read = readAddressing({ ipv4: true, ...(bindAddress === undefined ? {} : { bindAddress }) }, []);
  if (read.kind === 'error') return read;
  if (bindAddress !== undefined && !(await system.host.canBind(read.value.bindAddress)))
    return wrong('bind-address.not-here', { given: bindAddress, here: system.host.addresses().join(', ') });
  return ok(read.value.bindAddress);
}

type Known = Extract<MapRouter, { kind: 'known' }>;

interface CarriedOut {
  readonly code: number;
  /** null: nothing was asked for. */
  readonly report: MapReport | null;
}

async function carryOut(
  request: MapRequest,
  router: Known,
  command: MapCommand,
  context: Context,
): Promise<CarriedOut> {
  const { system, version, terminal } = context;
  const shows = showsProgress(terminal, command.progress);
  let interrupted = false;
  let cancel: () => void = () => undefined;
  let tell: () => void = () => undefined;
  const came = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const stop = terminal.onInterrupt(() => {
    interrupted = true;
    cancel();
    tell();
  });
  try {
    if (request.task === 'make' && !(await isAgreed(request, router, command, context, came)))
      return { code: EXIT.cancelled, report: null };
    const running = startMap(system, router, request, version, (event) => show(event, shows, command, context));
    cancel = () => running.cancel();
    if (interrupted) running.cancel();
    const report = await running.finished;
    if (shows) terminal.error.write(CLEAR_LINE);
    print(report, command, context);
    return { code: exitCodeOf(report), report };
  } finally {
    stop();
  }
}

/** More than this many a router does not take, or not quickly. */
const MANY = 100;

async function isAgreed(
  { udp, tcp, lifetime, keep }: MapRequest,
  { gateway, local }: Known,
  { yes = false }: MapCommand,
  { terminal, language }: Context,
  interrupted: Promise<unknown>,
): Promise<boolean> {
  const say = (key: string, facts: Mistake['facts'] = {}) => TEXTS.one(language, `map.${key}`, facts);
  const ports = [
    ...(udp.length > 0 ? [`UDP ${formatRanges(udp)}`] : []),
    ...(tcp.length > 0 ? [`TCP ${formatRanges(tcp)}`] : []),
  ];
  const end = keep ? 'keep' : lifetime === 0 ? 'permanent' : 'lifetime';
  const seconds = TEXTS.amount(language, lifetime);
  const count = portsOf(udp).length + portsOf(tcp).length;
  const lines = [
    say('title', { gateway, local }),
    ...ports.map((line) => `  ${line}`),
    say(`end.${end}`, { seconds }),
    ...(count > MANY ? [say('many', { count: TEXTS.amount(language, count) })] : []),
  ];
  terminal.error.write(`${lines.join('\n')}\n`);
  if (yes) return true;
  const answer = await terminal.ask?.(`${say('question')} `, interrupted);
  if (/^(y|yes|j|ja)$/i.test((answer ?? '').trim())) return true;
  terminal.error.write(`${say('declined')}\n`);
  return false;
}

function show(event: MapEvent, shows: boolean, command: MapCommand, context: Context): void {
  const { terminal, language } = context;
  if (event.kind === 'progress') {
    if (!shows) return;
    const facts = { done: TEXTS.amount(language, event.done), total: TEXTS.amount(language, event.total) };
    terminal.error.write(`${CLEAR_LINE}${TEXTS.one(language, 'progress.map', facts)}`);
    return;
  }
  if (shows) terminal.error.write(CLEAR_LINE);
  const isAll = event.report.mappings.every(({ outcome }) => isGood(outcome)) && event.report.reason === null;
  if (event.kind === 'keeping') {
    print(event.report, command, context);
    sayNotice('map-keeping', context, { seconds: Math.round(event.every / 1_000) });
  } else if (event.report.restarted) sayNotice('map-restarted', context);
  else if (!isAll) sayNotice('map-not-renewed', context);
}

function print(report: MapReport, { json, check }: MapCommand, { terminal, language }: Context): void {
  const options = { ...displayOf(terminal), verbose: false, isChecked: check !== undefined };
  terminal.out.write(json ? renderMapJson(report) : renderMap(report, language, options));
}

/** 0: the router says that all is as it was asked for; 1: not all of it; 2: the router could not be asked. */
function exitCodeOf({ cancelled, reason, mappings }: MapReport): number {
  if (cancelled) return EXIT.cancelled;
  if (reason === 'nothing-noted') return EXIT.supported;
  if (reason !== null) return EXIT.inconclusive;
  return mappings.every(({ outcome }) => isGood(outcome)) ? EXIT.supported : EXIT.unsupported;
}
