import type { FastifyReply } from 'fastify';
import type { Clock } from '../../system/index.ts';
import type { Answer, ServerEvent } from '../handler.ts';

/**
 * A proxy closes a connection on which nothing comes; most wait for a minute. As often it is asked whether the reader may
 * still read: a session ends, a user is removed, a token revoked.
 */
export const HEARTBEAT_MS = 15_000;
/** A browser that reads this slowly begins anew, with a snapshot. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

/** Server-sent events (HTML standard, section 9.2). */
export const eventText = ({ id, event, data }: ServerEvent): string =>
  `${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

interface Reader {
  readonly gone: AbortSignal;
  readonly mayStill: () => Promise<boolean>;
  readonly clock: Clock;
}

/** Takes the connection over, until the handler ends it or the client goes. */
export function sendEvents(
  reply: FastifyReply,
  { open }: Extract<Answer, { kind: 'events' }>,
  { gone, mayStill, clock }: Reader,
): void {
  const { raw } = reply;
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  raw.flushHeaders();

  const write = (text: string): void => {
    if (raw.writableLength > MOST_WAITING_BYTES) raw.destroy();
    else raw.write(text);
  };
  const beat = () =>
    clock.at(clock.now() + HEARTBEAT_MS, () => {
      write(': here\n\n');
      timer = beat();
      // Whoever cannot be asked for is let in again, or not, when the browser comes back.
      void mayStill()
        .catch(() => false)
        .then((may) => {
          if (!may && !isOver) end();
        });
    });
  let timer = beat();
  let close: (() => void) | null = null;
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    close?.();
  };
  const end = (): void => {
    over();
    raw.end();
  };
  gone.addEventListener('abort', over);
  close = open({
    send: (event) => {
      if (!isOver) write(eventText(event));
    },
    end,
  });
  // It may have ended, or the client gone, while it was opened.
  if (isOver) close();
  else if (gone.aborted) over();
}
