import { familyOf, isAnyAddress } from '../base/index.ts';
import type { ProbePlan, Question, Step } from '../plan/index.ts';
import type { CapturedPacket, IcmpError } from '../system/index.ts';
import { readAnswer, readRequest } from './answer.ts';
import type { Outbox } from './outbox.ts';
import type { PortSubject } from './port-asker.ts';
import type { Pending, Transactions } from './transactions.ts';
import type { Observation } from './types.ts';

/** What it works with. */
export interface WitnessTools {
  readonly plan: ProbePlan;
  readonly outbox: Outbox<Observation>;
  readonly find: Transactions<{ readonly kind: string }>['find'];
  /** Whether this port's socket is open. */
  readonly isOpen: (port: number) => boolean;
}

/**
 * What is seen beside the sockets: packets that came to this machine, and ICMP errors. It explains silences, and makes
 * none of them an answer (docs/decisions/0008). Nobody watches before the first silence: where all is well it costs nothing.
 */
export class Witness {
  readonly #tools: WitnessTools;
  #begun = false;
  /** What was told, and how often: two packets of a kind prove as much as seven. */
  readonly #told = new Map<string, Set<string>>();

  constructor(tools: WitnessTools) {
    this.#tools = tools;
  }

  /** A try was not answered. */
  silence(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { plan, outbox } = this.#tools;
    const { primary, alternate } = plan.server;
    const peers = [...new Set([primary.address, alternate?.address ?? primary.address])];
    outbox.push({ kind: 'watch', watched: { what: 'answers', family: familyOf(primary.address) ?? 'ipv4', peers } });
  }

  /** Counts only for the port for which it was meant. */
  captured(packet: CapturedPacket, at: number): void {
    const subject = this.#answered(packet);
    if (!subject) return;
    const { ask, attempt } = subject;
    const { question, state } = ask;
    const { port } = state;
    if (packet.to.port !== port || !this.#isHeardAt(packet.to.address) || !this.#tools.isOpen(port)) return;
    this.#tell({ kind: 'captured', at, port, question, attempt }, `${attempt}`);
  }

  /** Counts only if it came for the port before: what a router sends to another machine may come past this one. */
  passedOn(packet: CapturedPacket, at: number): void {
    const subject = this.#answered(packet);
    if (!subject) return;
    const { ask, attempt } = subject;
    const { question, state } = ask;
    const { port } = state;
    if (!this.#told.get(`captured ${port} ${question}`)?.has(`${attempt}`)) return;
    this.#tell({ kind: 'passed-on', at, port, question, attempt, to: packet.to }, `${attempt}`);
  }

  /** To what it is the answer that no socket has got yet, from where it has to come. */
  #answered({ bytes, from }: CapturedPacket): PortSubject | null {
    // Most of them a socket has got, too: they are known by their ids, without reading all of them.
    const pending = this.#find(bytes.subarray(ID_AT, HEADER));
    if (!pending || pending.answered || readAnswer(bytes).kind !== 'success') return null;
    const { step } = pending.subject.ask;
    return step.answerTo !== 'control' && from.address === step.answerFrom.address ? pending.subject : null;
  }

  /** A socket on one address does not get what is sent to another one of this machine. */
  #isHeardAt(address: string): boolean {
    const { bindAddress } = this.#tools.plan;
    return isAnyAddress(bindAddress) || bindAddress === address;
  }

  /** What was quoted must have been sent, by that port, to there. */
  turnedBack(error: IcmpError, at: number): void {
    if (!isRefusal(error)) return;
    const { by, type, code } = error;
    const about = this.#quoted(error);
    if (about) this.#tell({ kind: 'turned-back', at, ...about, by, type, code }, by);
  }

  #quoted({ quoted, from, to }: IcmpError): { readonly port: number; readonly question: Question } | null {
    const { port } = from;
    // Old routers quote no more than the ports; they are compared with the one step that every port is asked by itself.
    if (quoted.length < HEADER) {
      const { outbound } = this.#tools.plan.steps;
      const isSent = this.#tools.isOpen(port) && isTo(outbound, to);
      return isSent ? { port, question: 'outbound' } : null;
    }
    const id = readRequest(withoutBody(quoted));
    const ask = (id && this.#find(id))?.subject.ask;
    const isSent = ask?.step.from === 'port' && ask.state.port === port && isTo(ask.step, to);
    return isSent ? { port, question: ask.question } : null;
  }

  #find(id: Uint8Array): Pending<PortSubject> | undefined {
    const pending = this.#tools.find(id);
    return pending && isPort(pending) ? pending : undefined;
  }

  #tell(observation: Extract<Observation, { kind: 'captured' | 'passed-on' | 'turned-back' }>, what: string): void {
    const { kind, port, question } = observation;
    const key = `${kind} ${port} ${question}`;
    const told = this.#told.get(key) ?? new Set();
    if (told.has(what) || told.size >= ENOUGH) return;
    this.#told.set(key, told.add(what));
    this.#tools.outbox.observed(observation);
  }
}

const ENOUGH = 2;

const isPort = (pending: Pending<{ readonly kind: string }>): pending is Pending<PortSubject> =>
  pending.subject.kind === 'port';

/** A STUN header (RFC 8489 section 5). */
const HEADER = 20;
const ID_AT = 8;

/** The quotation is cut: as if the message had no attributes. */
export function withoutBody(quoted: Uint8Array): Uint8Array {
  const header = quoted.slice(0, HEADER);
  header.set([0, 0], 2);
  return header;
}

/**
 * Code 4 of unreachable asks for shorter packets (over IPv6 that is a type of its own), and code 1 of time exceeded for
 * all fragments: they are no refusals.
 */
export const isRefusal = ({ by, type, code }: Pick<IcmpError, 'by' | 'type' | 'code'>): boolean =>
  familyOf(by) === 'ipv6'
    ? type === 1 || (type === 3 && code === 0)
    : (type === 3 && code !== 4) || (type === 11 && code === 0);

const isTo = (step: Step | undefined, { address, port }: IcmpError['to']): boolean =>
  step?.to.address === address && step.to.port === port;
