/**
 * A program of a PBX: holds UDP and TCP ports until it is told to end, and writes down when it had them and when not.
 * `holder.js NAME UDP TCP`, ports as 5060,9000-9049; `-` is none.
 */
import { createSocket } from 'node:dgram';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [name, udp = '-', tcp = '-'] = process.argv.slice(2);
const note = (what) => appendFileSync(`/run/${name}.log`, `${Date.now()} ${what}\n`);

const portsOf = (text) =>
  text === '-'
    ? []
    : text.split(',').flatMap((part) => {
        const [from, to = from] = part.split('-').map(Number);
        return Array.from({ length: to - from + 1 }, (_, index) => from + index);
      });

const fail = (error) => {
  process.stderr.write(`cannot listen: ${error.message}\n`);
  process.exit(1);
};

const bind = (port) =>
  new Promise((resolve) => createSocket('udp4').on('error', fail).bind({ port, exclusive: true }, resolve));
const listen = (port) => new Promise((resolve) => createServer().on('error', fail).listen(port, '0.0.0.0', resolve));

process.on('SIGTERM', () => {
  note('down');
  process.exit();
});
await Promise.all([...portsOf(udp).map(bind), ...portsOf(tcp).map(listen)]);
note('up');
process.stdout.write(`${name} holds its ports\n`);
