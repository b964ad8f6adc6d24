import { type Endpoint, sameEndpoint } from '../base/index.ts';
import type { Step } from '../plan/index.ts';
import type { HelperSockets } from './helpers.ts';
import type { Observation, SocketKey, StrangeAnswer } from './types.ts';

/**
 * What keeps an answer from being evidence. Addresses are compared strictly; the source's port is not, since a
 * router may have to change it when the asker has a connection to the same place already (docs/decisions/0001, trap 3).
 */
export function whatIsStrange(
  step: Step,
  socket: SocketKey,
  from: Endpoint,
  helpers: HelperSockets<Observation>,
): StrangeAnswer | null {
  if (from.address !== step.answerFrom.address || isUnchanged(step, from)) return 'wrong-source';
  const right = step.answerTo === 'control' ? helpers.is('control', socket) : socket > 0;
  return right ? null : 'wrong-socket';
}

/** From the very place that was asked for an answer from another: no router changes a port into one that is taken. */
const isUnchanged = ({ to, answerFrom }: Step, from: Endpoint): boolean =>
  sameEndpoint(from, to) && !sameEndpoint(answerFrom, to);
