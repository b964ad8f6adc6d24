import { asRecord, err, ok, type PortRange, parsePorts, type Result, textToValue } from '../base/index.ts';
import type { OwnService } from '../system/index.ts';

/** More than these nobody has, and nobody reads. */
const MOST_SERVICES = 50;

/**
 * The services that a user describes in a file:
 * `{"services":[{"name":"pbx","stop":["sv","stop","pbx"],"start":["sv","start","pbx"],"status":["sv","check","pbx"],"udp":"5060"}]}`.
 * The error names the part that is not as it should be: `services[0].stop`.
 */
export function parseOwnServices(text: string): Result<readonly OwnService[], string> {
  const { services } = asRecord(textToValue(text));
  if (!Array.isArray(services) || services.length === 0 || services.length > MOST_SERVICES) return err('services');
  const read: OwnService[] = [];
  for (const [index, entry] of services.entries()) {
    const service = readService(asRecord(entry));
    if (service.kind === 'error') return err(`services[${index}].${service.error}`);
    if (read.some(({ name }) => name === service.value.name)) return err(`services[${index}].name`);
    read.push(service.value);
  }
  return ok(read);
}

function readService(entry: Readonly<Record<string, unknown>>): Result<OwnService, string> {
  const { name } = entry;
  if (typeof name !== 'string' || !/^\S.{0,99}$/.test(name)) return err('name');
  const [stop, start, status] = [readCommand(entry['stop']), readCommand(entry['start']), readCommand(entry['status'])];
  if (!stop) return err('stop');
  if (!start) return err('start');
  if (!status) return err('status');
  const [udp, tcp] = [readRanges(entry['udp']), readRanges(entry['tcp'])];
  if (udp === 'wrong') return err('udp');
  if (tcp === 'wrong') return err('tcp');
  return ok({ name, stop, start, status, udp, tcp });
}

/** Program and arguments. A text is none: it would need a shell to take it apart. */
function readCommand(value: unknown): readonly string[] | null {
  const isCommand = Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
  return isCommand && value[0] !== '' ? (value as readonly string[]) : null;
}

function readRanges(value: unknown): readonly PortRange[] | null | 'wrong' {
  if (value === undefined) return null;
  const ranges = typeof value === 'string' ? parsePorts(value) : null;
  return ranges?.kind === 'ok' ? ranges.value : 'wrong';
}
