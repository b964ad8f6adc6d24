import type { RunEvent } from '../../app/index.ts';
import { type Milliseconds, portLabel } from '../../base/index.ts';
import type { Report } from '../../report/index.ts';
import type { RunDelta, RunProgress } from '../api/index.ts';
import { type Cell, Cells } from './cells.ts';
import { RunLog } from './run-log.ts';
import { Silences } from './silences.ts';

type Small = Omit<RunProgress, 'id' | 'cells' | 'ranges'>;
type Observed = Extract<RunEvent, { kind: 'observed' }>;
type Called = Extract<RunEvent, { kind: 'call' }>;

/** What was seen of a port, by its cell. */
const SEEN = { cold: 1, warm: 2, preserved: 4, moved: 8, silent: 16 } as const;

/** Before so many of its ports are known, a run tells nothing of how long it will take. */
const ENOUGH = 0.05;

/** Folds the events of a run into what a page shows of it. Pure: the time is an argument. */
export class Progress {
  readonly #id: number;
  readonly #began: Milliseconds;
  #cells = new Cells([], []);
  #seen = new Uint8Array(0);
  #small: Small;
  #told: Readonly<Record<string, string>> = {};
  #rangesTold = true;
  #hasBelieved = false;
  #finished = 0;
  #portsSince: Milliseconds | null = null;
  #until: Milliseconds | null = null;
  readonly #silences: Silences[] = [];
  readonly #log = new RunLog();
  /** Whether a leg can ask the cold question. */
  readonly #cold: boolean[] = [];

  constructor(id: number, now: Milliseconds) {
    this.#id = id;
    this.#began = now;
    this.#small = {
      ...{ state: 'running', phase: 'starting', elapsedMs: 0, leftMs: null, pausedBy: null, service: null, mode: null },
      servers: [],
      path: { local: null, publicAddress: null, out: 'waiting', back: 'waiting', cold: 'waiting', warm: 'waiting' },
      counts: { open: 0, closed: 0, other: 0, waiting: 0 },
      ...{ loss: null, roundTripMs: null, log: [] },
    };
  }

  apply(event: RunEvent, now: Milliseconds): void {
    this.#log.apply(event, now - this.#began);
    this.#place(event, now);
  }

  #place(event: RunEvent, now: Milliseconds): void {
    switch (event.kind) {
      case 'started':
        this.#cells = new Cells(event.request.udp, event.request.tcp);
        this.#seen = new Uint8Array(this.#cells.counts().waiting);
        this.#rangesTold = false;
        return this.#enter('servers');
      case 'resolved':
        return this.#server(event.server.name, { address: event.addresses[0] ?? null });
      case 'unresolved':
        return this.#server(event.server.name, { state: 'unresolvable' });
      case 'server':
        return this.#serverSaid(event);
      case 'server-checked':
        return this.#server(event.server.name, { state: 'checked' });
      case 'gateway':
        return this.#small.phase === 'servers' && event.gateway !== null ? this.#enter('router') : undefined;
      case 'waiting':
        this.#enter('waiting', 'states');
        this.#until = now + event.for;
        return;
      case 'mode':
        this.#change({ mode: event.mode });
        return;
      case 'planned':
        return this.#plan(event, now);
      case 'observed':
        return this.#observe(event, now);
      case 'call':
        return this.#call(event);
      case 'service':
        return this.#serve(event.step);
      case 'ended':
        return this.#enter('concluding');
      default:
        return;
    }
  }

  /** The end: what the report says, and nothing else. null: none came of it. */
  conclude(report: Report | null): void {
    const results = new Map(report?.ports.map(({ protocol, port, result }) => [portLabel(protocol, port), result]));
    for (const { protocol, from, to } of this.#cells.ranges)
      for (let port = from; port <= to; port++) {
        const [index, result] = [this.#cells.indexOf(protocol, port), results.get(portLabel(protocol, port))];
        if (index !== undefined) this.#cells.set(index, result === undefined ? 'w' : letterOf(result));
      }
    this.#enter('over');
    this.#change({ state: report ? 'finished' : 'interrupted', leftMs: 0 });
    if (!report) return;
    this.#change({
      mode: report.mode,
      servers: report.servers.map(({ name, address, otherAddress, state }) => ({ name, address, otherAddress, state })),
    });
  }

  snapshot(now: Milliseconds): RunProgress {
    return { id: this.#id, ...this.#smallAt(now), ranges: this.#cells.ranges, cells: this.#cells.text() };
  }

  /** What has changed since the last one; null: nothing that is worth a word. */
  delta(now: Milliseconds): RunDelta | null {
    const small = this.#smallAt(now);
    const texts = Object.fromEntries(Object.entries(small).map(([name, value]) => [name, JSON.stringify(value)]));
    const changed = Object.entries(small).filter(([name]) => texts[name] !== this.#told[name]);
    const cells = this.#cells.changes();
    const isNew = !this.#rangesTold;
    if (cells.length === 0 && !isNew && changed.every(([name]) => name === 'elapsedMs' || name === 'leftMs'))
      return null;
    this.#told = texts;
    this.#rangesTold = true;
    const ranges = isNew ? { ranges: this.#cells.ranges } : {};
    return { ...Object.fromEntries(changed), ...ranges, ...(cells.length > 0 ? { cells } : {}) };
  }

  #smallAt(now: Milliseconds): Small {
    return {
      ...this.#small,
      elapsedMs: Math.round(now - this.#began),
      leftMs: this.#left(now),
      counts: this.#cells.counts(),
      log: [...this.#log.lines],
    };
  }

  #left(now: Milliseconds): number | null {
    if (this.#small.phase === 'over') return 0;
    if (this.#until !== null) return Math.max(0, Math.round(this.#until - now));
    const share = this.#finished / Math.max(1, this.#seen.length);
    if (this.#small.phase !== 'ports' || this.#portsSince === null || share < ENOUGH) return null;
    return Math.round((now - this.#portsSince) * Math.max(0, 1 / share - 1));
  }

  #change(change: Partial<Small>): void {
    this.#small = { ...this.#small, ...change };
  }

  #enter(phase: Small['phase'], pausedBy: Small['pausedBy'] = null, service: string | null = null): void {
    this.#until = null;
    this.#change({ phase, pausedBy, service });
  }

  #point(change: Partial<Small['path']>): void {
    this.#change({ path: { ...this.#small.path, ...change } });
  }

  #server(name: string, change: Partial<Small['servers'][number]>): void {
    const { servers } = this.#small;
    const known = servers.find((one) => one.name === name) ?? {
      name,
      address: null,
      otherAddress: null,
      state: 'asked',
    };
    const changed = { ...known, ...change };
    const rest = servers.some((one) => one.name === name)
      ? servers.map((one) => (one.name === name ? changed : one))
      : [...servers, changed];
    this.#change({ servers: rest });
  }

  #serverSaid({ server, primary, observation }: Extract<RunEvent, { kind: 'server' }>): void {
    if (observation.kind !== 'server-answered') return;
    const { other, mapped } = observation;
    this.#server(server.name, { address: primary.address, ...(other ? { otherAddress: other.address } : {}) });
    this.#point({ publicAddress: mapped.address });
  }

  #plan({ leg, plan, localAddress }: Extract<RunEvent, { kind: 'planned' }>, now: Milliseconds): void {
    this.#silences[leg] = new Silences(plan.controls.map(({ role }) => role));
    this.#cold[leg] = plan.steps.cold !== undefined;
    this.#portsSince ??= now;
    this.#enter('ports');
    this.#point({ local: localAddress });
  }

  #observe({ leg, observation }: Observed, now: Milliseconds): void {
    switch (observation.kind) {
      case 'sent':
        return this.#asked(observation);
      case 'answered':
        return this.#answered(observation);
      case 'silent':
        return this.#mark(observation.port, SEEN.silent);
      case 'not-listening': {
        const index = this.#cells.indexOf('udp', observation.port);
        if (index === undefined) return;
        this.#finished++;
        return this.#cells.set(index, 'u');
      }
      case 'finished':
        return this.#finish(observation.port, observation.at, leg);
      case 'control-answered':
        this.#count(1);
        this.#change({ roundTripMs: Math.round(10 * (observation.at - observation.sentAt)) / 10 });
        return this.#believe(this.#silences[leg]?.answered(observation.role, observation.sentAt) ?? [], now);
      case 'control-lost':
        return this.#count(0);
      case 'paused':
        this.#withdraw();
        this.#enter('paused', observation.by);
        this.#until = now + Math.max(0, observation.until - observation.at);
        return;
      case 'resumed':
        return this.#enter('ports');
      case 'refused-by-router':
      case 'server-lost':
        return this.#withdraw();
      default:
        return;
    }
  }

  #asked({ port, question }: { readonly port: number; readonly question: string }): void {
    const index = this.#cells.indexOf('udp', port);
    if (index === undefined) return;
    if (this.#cells.get(index) === 'w') this.#cells.set(index, 'a');
    const arrow = question === 'cold' ? 'cold' : question === 'warm' ? 'warm' : 'out';
    if (this.#small.path[arrow] !== 'waiting') return;
    this.#point(arrow === 'out' ? { out: 'asked', back: 'asked' } : { [arrow]: 'asked' });
  }

  #answered({ port, question, arrivedOn, mapped }: Extract<Observed['observation'], { kind: 'answered' }>): void {
    if (question === 'cold' && arrivedOn === port) this.#letIn(port, 'cold');
    if (question === 'warm' && arrivedOn === port) this.#letIn(port, 'warm');
    if (question !== 'outbound' && question !== 'warm') return;
    this.#mark(port, mapped.port === port ? SEEN.preserved : SEEN.moved);
    const { out, back } = this.#small.path;
    if (out !== 'yes' || back !== 'yes') this.#point({ out: 'yes', back: 'yes' });
  }

  #letIn(port: number, way: 'cold' | 'warm'): void {
    this.#mark(port, SEEN[way]);
    if (this.#small.path[way] === 'asked') this.#point({ [way]: 'yes' });
  }

  #mark(port: number, bit: number): void {
    const index = this.#cells.indexOf('udp', port);
    if (index !== undefined) this.#seen[index] = (this.#seen[index] ?? 0) | bit;
  }

  #finish(port: number, at: Milliseconds, leg: number): void {
    const index = this.#cells.indexOf('udp', port);
    if (index === undefined) return;
    this.#finished++;
    const seen = this.#seen[index] ?? 0;
    const has = (bit: number) => (seen & bit) !== 0;
    if (has(SEEN.moved)) return this.#cells.set(index, 'u');
    if (has(SEEN.cold) || (has(SEEN.warm) && !this.#cold[leg])) return this.#cells.set(index, 'o');
    this.#cells.set(index, 's');
    // Without an answer at all it is another result than closed.
    if (has(SEEN.preserved) && has(SEEN.silent)) this.#silences[leg]?.add(index, at);
  }

  #believe(indexes: readonly number[], now: Milliseconds): void {
    if (indexes.length > 0 && !this.#hasBelieved) {
      this.#hasBelieved = true;
      this.#log.note({ code: 'silence-counts', facts: {} }, now - this.#began);
    }
    for (const index of indexes) if (this.#cells.get(index) === 's') this.#cells.set(index, 'c');
    const { cold, warm } = this.#small.path;
    const isStopped = (bit: number) => indexes.some((index) => ((this.#seen[index] ?? 0) & bit) === 0);
    // A test that this server cannot do was not asked, and answers nothing.
    if (cold !== 'waiting' && cold !== 'no' && isStopped(SEEN.cold)) this.#point({ cold: 'no' });
    if (warm !== 'waiting' && warm !== 'no' && isStopped(SEEN.warm)) this.#point({ warm: 'no' });
  }

  #withdraw(): void {
    const withdrawn = this.#silences.flatMap((silences) => silences.withdraw());
    for (const index of withdrawn) if (this.#cells.get(index) === 'c') this.#cells.set(index, 's');
    if (withdrawn.length === 0) return;
    const { cold, warm } = this.#small.path;
    this.#point({ cold: cold === 'no' ? 'asked' : cold, warm: warm === 'no' ? 'asked' : warm });
  }

  #count(answered: 0 | 1): void {
    const { sent, answered: before } = this.#small.loss ?? { sent: 0, answered: 0 };
    this.#change({ loss: { sent: sent + 1, answered: before + answered } });
  }

  #call({ observation }: Called): void {
    if (!('port' in observation)) return;
    const index = this.#cells.indexOf('tcp', observation.port);
    if (index === undefined) return;
    const before = this.#cells.get(index);
    const after = letterOfCall(observation, before);
    if (after === before) return;
    this.#cells.set(index, after);
    if (this.#small.phase === 'ports' && this.#cells.counts().waiting < this.#tcpPorts()) this.#enter('calls');
    if (after !== 'a') this.#finished++;
  }

  #tcpPorts(): number {
    return this.#cells.ranges.reduce(
      (sum, { protocol, from, to }) => sum + (protocol === 'tcp' ? to - from + 1 : 0),
      1,
    );
  }

  #serve(step: Extract<RunEvent, { kind: 'service' }>['step']): void {
    if (step.step === 'stopping') this.#enter('stopping', null, step.service);
    else if (step.step === 'starting') this.#enter('starting-services', null, step.service);
    else if (step.step !== 'failed') this.#enter('ports');
  }
}

function letterOfCall(observation: Called['observation'], before: Cell): Cell {
  if (observation.kind === 'call-arrived') return observation.arrivedOn === observation.port ? 'o' : before;
  if (before === 'o') return before;
  if (observation.kind === 'call-asked') return before === 'w' ? 'a' : before;
  if (observation.kind === 'call-ended') return 's';
  return before;
}

/** Of a port of a report. */
function letterOf(result: Report['ports'][number]['result']): Cell {
  if (result === 'open') return 'o';
  return result === 'closed' ? 'c' : 'u';
}
