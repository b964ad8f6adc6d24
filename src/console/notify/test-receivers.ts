import { createServer as createHttp, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/* For tests: whoever gets messages, on this machine, each at a port that was free. */

export interface SmtpReceiver {
  readonly port: number;
  readonly mails: { readonly from: string; readonly to: string[]; readonly data: string }[];
}

/** As much of RFC 5321 as one mail needs. `refuses`: all recipients. */
export async function receiveMail(refuses = false): Promise<SmtpReceiver> {
  const mails: SmtpReceiver['mails'] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('utf8');
    let [text, data, from, to, isData] = ['', '', '', [] as string[], false];
    const say = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string): void => {
      const word = line.slice(0, 4).toUpperCase();
      if (word === 'EHLO') say('250 receiver.example');
      else if (word === 'MAIL') from = /<(.*?)>/.exec(line)?.[1] ?? '';
      else if (word === 'RCPT' && !refuses) to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
      else if (word === 'DATA') isData = true;
      if (word === 'STAR') say('502 not here');
      else if (word === 'RCPT' && refuses) say('550 nobody here');
      else if (word === 'DATA') say('354 go on');
      else if (word === 'QUIT') socket.end('221 bye\r\n');
      else if (word !== 'EHLO') say('250 ok');
    };
    const line = (one: string): void => {
      if (!isData) return command(one);
      if (one !== '.') {
        data += `${one}\n`;
        return;
      }
      mails.push({ from, to, data });
      [data, to, isData] = ['', [], false];
      say('250 taken');
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const one = text.slice(0, end);
        text = text.slice(end + 2);
        line(one);
      }
    });
    say('220 receiver.example');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, mails };
}

export interface HttpReceiver {
  readonly url: string;
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
}

export async function receiveCalls(status = 204): Promise<HttpReceiver> {
  const requests: HttpReceiver['requests'] = [];
  const server = createHttp((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, requests };
}
