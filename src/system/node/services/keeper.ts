import { controllerOf } from './controllers.ts';
import { type FromKeeper, parseLine, readLines, type ToKeeper } from './keeper-protocol.ts';
import { Keeping } from './keeping.ts';

/**
 * `fullcone restore`: the keeper, a process that outlives the checker. It stops and starts what it is told to, over its
 * standard input; when that ends without a farewell, it starts what is still stopped, and ends.
 */
export function keep({ stdin, stdout }: Pick<NodeJS.Process, 'stdin' | 'stdout'>): Promise<void> {
  return new Promise((resolve) => {
    let keeping: Keeping | null = null;
    let isEnded = false;
    // Whoever cannot be told is not there any more, which the input says as well.
    stdout.on('error', () => undefined);
    const say = (message: FromKeeper): void => void stdout.write(`${JSON.stringify(message)}\n`);

    function obey(message: ToKeeper): void {
      switch (message.do) {
        case 'keep':
          keeping ??= new Keeping(controllerOf(message.controller), message.stopped);
          return say({ kind: 'ready' });
        case 'stop':
        case 'start': {
          const { id, service, patience } = message;
          void keeping?.[message.do](service, patience).then((result) => say({ kind: 'done', id, result }));
          return;
        }
        case 'end':
          isEnded = true;
          return resolve();
        default:
          return message satisfies never;
      }
    }

    readLines(
      stdin,
      (line) => {
        const message = parseLine<ToKeeper>(line);
        if (message && !isEnded) obey(message);
      },
      () => {
        if (!isEnded) void (keeping?.restore() ?? Promise.resolve()).then(resolve);
      },
    );
  });
}
