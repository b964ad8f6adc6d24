import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** For tests: the way from a browser to a console, which can be cut and mended. */
export interface Line {
  readonly at: string;
  /** What came from the browser and from the console since it was last mended. */
  readonly said: { browser: string; console: string };
  cut(): void;
  mend(): Promise<void>;
}

/** Whoever asks while it is cut is refused at once, as by a machine on which no console runs. */
export async function openLine(to: string): Promise<Line> {
  const target = new URL(to);
  const ends = new Set<Socket>();
  const said = { browser: '', console: '' };
  const server = createServer((browser) => {
    const console = connect(Number(target.port), target.hostname);
    for (const [end, other, name] of [
      [browser, console, 'browser'],
      [console, browser, 'console'],
    ] as const) {
      ends.add(end);
      end.on('data', (data) => {
        said[name] += data.toString('latin1');
      });
      end.on('error', () => other.destroy());
      end.on('close', () => ends.delete(end));
      end.pipe(other);
    }
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const cut = (): void => {
    server.close();
    for (const end of ends) end.destroy();
  };
  onTestFinished(cut);
  const mend = async (): Promise<void> => {
    Object.assign(said, { browser: '', console: '' });
    await listen(port);
  };
  return { at: `http://127.0.0.1:${port}`, said, cut, mend };
}
