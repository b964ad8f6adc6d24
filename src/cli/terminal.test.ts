import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { processTerminal } from './terminal.ts';

describe('Ctrl-C', () => {
  function begin() {
    const exits: number[] = [];
    let now = 0;
    const noStream = { on: () => undefined };
    const process = Object.assign(new EventEmitter(), {
      ...{ stdout: noStream, stderr: noStream, stdin: noStream, env: {} },
      exit: (code: number) => {
        exits.push(code);
        throw new Error('the process has ended');
      },
    });
    const clock = { now: () => now, at: () => ({ cancel: () => undefined }) };
    const terminal = processTerminal(process as unknown as NodeJS.Process, clock, () => undefined);
    let wishes = 0;
    const stop = terminal.onInterrupt(() => wishes++);
    const press = (at: number) => {
      now = at;
      return process.emit('SIGINT', 'SIGINT');
    };
    return { stop, press, seen: () => ({ wishes, exits }) };
  }

  test('twice at once is one wish; a while later it is another: who asks again does not want to wait', () => {
    const { press, seen } = begin();
    press(0);
    press(20);
    expect(seen()).toEqual({ wishes: 1, exits: [] });
    expect(() => press(1000)).toThrow('the process has ended');
    expect(seen()).toEqual({ wishes: 1, exits: [130] });
  });

  test('whose second half comes when all is done does not cut off what is being printed', () => {
    const { stop, press, seen } = begin();
    press(0);
    stop();
    // Somebody still listens: the process is not ended by the signal itself.
    expect([press(20), seen()]).toEqual([true, { wishes: 1, exits: [] }]);
  });

  test('after a command that was not interrupted is the system’s again', () => {
    const { stop, press } = begin();
    stop();
    expect(press(0)).toBe(false);
  });
});
