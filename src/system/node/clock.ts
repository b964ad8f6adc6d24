import type { Milliseconds } from '../../base/index.ts';
import type { Clock, Timer } from '../contract.ts';

/** Node's own limit: a longer timeout would fire at once. */
const LONGEST_TIMEOUT: Milliseconds = 2 ** 31 - 1;

const now = (): Milliseconds => performance.now();

/**
 * Two things that `setTimeout` alone does not give. It counts whole milliseconds and may fire a little early.
 * And it fires before the sockets are read: after a pause of this process an answer that lies in a socket's
 * buffer would be declared missing. `setImmediate` comes after the reading.
 */
function at(when: Milliseconds, callback: () => void): Timer {
  let cancel: () => void;
  const afterReading = (): void => {
    const immediate = setImmediate(callback);
    cancel = () => clearImmediate(immediate);
  };
  const wait = (): void => {
    const rest = when - now();
    // Written so that NaN fires too, instead of never.
    if (!(rest > 0)) afterReading();
    else {
      const timeout = setTimeout(wait, Math.min(Math.ceil(rest), LONGEST_TIMEOUT));
      cancel = () => clearTimeout(timeout);
    }
  };
  wait();
  return {
    cancel() {
      cancel();
    },
  };
}

export const nodeClock: Clock = { now, date: () => new Date(), at };
