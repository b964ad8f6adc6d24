import { onTestFinished } from 'vitest';
import { FORWARDED, type Lab, openLab, PRIMARY } from '../app/test-lab.ts';
import { makeRuns } from './runs/index.ts';
import { type TestConsole, testConsole } from './test-console.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A console with all of its parts, whose checks go through a network of the model lab. */
export interface WholeConsole {
  readonly console: TestConsole;
  readonly lab: Lab;
  /** Lets virtual time pass until it settles; what waits for something outside of the model, such as a hash, is waited for. */
  drive<T>(work: Promise<T>): Promise<T>;
}

/** A little of it at a time, so that what is asked meets a run that goes on. */
const STEP = 20;

export async function wholeConsole(): Promise<WholeConsole> {
  const lab = await openLab(FORWARDED);
  const drive: WholeConsole['drive'] = async (work) => {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    while (!isOver) {
      await lab.advance(STEP);
      await turn();
    }
    return work;
  };
  let close: () => Promise<void> = async () => undefined;
  const console = await testConsole({
    most: 1_000_000,
    system: lab.pbx,
    handlers: async (store) => {
      const settings = await store.settings();
      await store.writeSettings('network', { ...settings.network, servers: [PRIMARY] });
      await store.writeSettings('pbx', { ...settings.pbx, udp: '5060,9000-9005', mode: 'bind' });
      const options = { system: lab.pbx, store, version: 'lab', services: null };
      const runs = makeRuns({ ...options, link: (id) => `http://localhost:5478/runs/${id}` });
      await runs.open();
      close = () => runs.close();
      return runs.handlers;
    },
  });
  onTestFinished(() => drive(close()));
  return { console, lab, drive };
}
