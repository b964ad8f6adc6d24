import { formatEndpoint, type Milliseconds, portLabel } from '../base/index.ts';
import type { CallTry, Exchange } from '../evidence/index.ts';
import type { CallPlan } from '../plan/index.ts';
import type { PortVerdict } from '../verdict/index.ts';
import type { ReportExchange, ReportProof } from './contract.ts';

/** More of them say nothing new. */
const MOST_TRIES = 8;

/** A UDP port, and what was asked of it. */
export interface ProvenPort {
  readonly verdict: PortVerdict;
  readonly exchanges: readonly Exchange[];
  /** The address of this machine; and the public one by which whoever asks for the port is seen, null: not known. */
  readonly local: string;
  readonly publicAddress: string | null;
}

export function proofOfPort({ verdict, exchanges, local, publicAddress }: ProvenPort): ReportProof {
  const first = startOf(exchanges);
  return {
    port: portLabel(verdict.protocol, verdict.port),
    exchanges: exchanges.map((exchange) => {
      const { question, step, answer, why, mapped, witnesses } = exchange;
      return {
        ...{ question, answer, why, mapped: mapped && formatEndpoint(mapped) },
        from: step.from === 'port' ? formatEndpoint({ address: local, port: verdict.port }) : local,
        to: formatEndpoint(step.to),
        answerFrom: formatEndpoint(step.answerFrom),
        answerTo: answerTo(exchange, verdict, publicAddress),
        ...triesOf(exchange.tries, first),
        backedBy: witnesses.map(({ role, before, after }) => ({
          ...{ role, beforeMs: since(first, before), afterMs: since(first, after) },
        })),
      };
    }),
  };
}

/** A TCP port, and how it was called. */
export interface ProvenCalls {
  readonly port: number;
  readonly tries: readonly CallTry[];
  readonly plan: Pick<CallPlan, 'primary' | 'caller'>;
  readonly local: string;
  readonly publicAddress: string | null;
  readonly answer: ReportExchange['answer'];
}

export function proofOfCalls({ port, tries, plan, local, publicAddress, answer }: ProvenCalls): ReportProof {
  const from = plan.caller?.address ?? plan.primary.address;
  const call: ReportExchange = {
    ...{ question: 'call', from: local, to: formatEndpoint(plan.primary), answerFrom: from },
    answerTo: publicAddress && formatEndpoint({ address: publicAddress, port }),
    ...{ answer, why: null, mapped: null, ...triesOf(tries, startOf([{ tries }])), backedBy: [] },
  };
  return { port: portLabel('tcp', port), exchanges: [call] };
}

/** RESPONSE-PORT keeps the asker's public address, and puts the port's own number. */
function answerTo({ step, mapped }: Exchange, { port, mapped: ofPort }: PortVerdict, address: string | null) {
  if (step.answerTo === 'port') return address && formatEndpoint({ address, port });
  const seen = mapped ?? (step.from === 'port' ? ofPort : null);
  if (step.answerTo === 'control') return seen?.address ?? null;
  return seen && formatEndpoint(seen);
}

const startOf = (all: readonly { readonly tries: readonly { readonly at: Milliseconds }[] }[]): Milliseconds =>
  Math.min(...all.flatMap(({ tries }) => tries.map(({ at }) => at)));

const triesOf = (tries: readonly (Exchange['tries'][number] & Partial<CallTry>)[], first: Milliseconds) => ({
  tries: tries.slice(0, MOST_TRIES).map(({ at, answeredAt, arrivedOn, state }) => ({
    ...{ atMs: since(first, at), answeredMs: answeredAt === null ? null : since(first, answeredAt) },
    ...(arrivedOn === undefined ? {} : { arrivedOn }),
    ...(state ? { state } : {}),
  })),
  moreTries: Math.max(0, tries.length - MOST_TRIES),
});

/** Tenths are what two packets of one burst differ in. */
const since = (first: Milliseconds, at: Milliseconds): number => Math.round((at - first) * 10) / 10;
