import { boundIn, isYes, portIn } from '../config/numbers.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Origin } from '../config/types.ts';
import { type AsteriskConfig, type AsteriskOption, type AsteriskSection, generalOf, optionIn } from './sections.ts';

/** null: not to be found out; the reason has been warned of. */
export type Found = readonly FoundPort[] | null;

const at = ({ place }: AsteriskOption): Origin => ({ kind: 'configuration', place });

const TRANSPORTS = {
  udp: { protocol: 'udp', purpose: 'sip', usual: 5060 },
  tcp: { protocol: 'tcp', purpose: 'sip', usual: 5060 },
  tls: { protocol: 'tcp', purpose: 'sips', usual: 5061 },
} as const;

/** The transports of pjsip.conf. Those of WebSockets have no port of their own, but the one of http.conf. */
export function pjsipPorts(config: AsteriskConfig, reader: ConfigReader): Found {
  if (config.kind !== 'read') return config.kind === 'missing' ? [] : null;
  const found = config.sections.filter(isTransport).map((section) => transportPort(section, reader));
  return found.includes(null) ? null : found.flatMap((ports) => ports ?? []);
}

const isTransport = (section: AsteriskSection): boolean =>
  !section.isTemplate && optionIn(section, 'type')?.value.toLowerCase() === 'transport';

function transportPort(section: AsteriskSection, reader: ConfigReader): Found {
  const protocol = optionIn(section, 'protocol')?.value.toLowerCase() ?? 'udp';
  if (protocol !== 'udp' && protocol !== 'tcp' && protocol !== 'tls') return [];
  const bind = optionIn(section, 'bind');
  const bound = bind && boundIn(bind.value);
  if (!bound) {
    reader.warn('value', bind?.place ?? section.place, 'bind');
    return null;
  }
  const { usual, ...kind } = TRANSPORTS[protocol];
  const port = bound.port ?? usual;
  return [{ ...kind, from: port, to: port, address: bound.address, optional: false, origin: at(bind) }];
}

/** chan_sip, the older driver, which newer versions have no more. */
export function chanSipPorts(config: AsteriskConfig, reader: ConfigReader): Found {
  if (config.kind !== 'read') return config.kind === 'missing' ? [] : null;
  const general = generalOf(config.sections);
  const usual = optionIn(general, 'bindport');
  const listeners = [
    { ...TRANSPORTS.udp, key: 'udpbindaddr', fallback: usual, enabled: true },
    { ...TRANSPORTS.tcp, key: 'tcpbindaddr', fallback: null, enabled: isOn(general, 'tcpenable') },
    { ...TRANSPORTS.tls, key: 'tlsbindaddr', fallback: null, enabled: isOn(general, 'tlsenable') },
  ];
  const found = listeners
    .filter(({ enabled }) => enabled)
    .map(({ key, fallback, usual: port, protocol, purpose }) =>
      listenerOf(
        optionIn(general, key) ?? optionIn(general, 'bindaddr'),
        fallback,
        { port, protocol, purpose },
        reader,
      ),
    );
  return found.includes(null) ? null : found.flatMap((port) => port ?? []);
}

const isOn = (section: AsteriskSection | undefined, name: string): boolean =>
  isYes(optionIn(section, name)?.value ?? 'no');

/** Address and port may stand in one option, or in two; without any, all addresses are meant, and the usual port. */
export function listenerOf(
  bind: AsteriskOption | null,
  ownPort: AsteriskOption | null,
  usual: Pick<FoundPort, 'protocol' | 'purpose'> & { readonly port: number },
  reader: ConfigReader,
): FoundPort | null {
  const bound = bind ? boundIn(bind.value) : { address: null, port: null };
  const given = ownPort ? portIn(ownPort.value) : usual.port;
  if (!bound || given === null) {
    const wrong = bound ? ownPort : bind;
    if (wrong) reader.warn('value', wrong.place, wrong.name);
    return null;
  }
  const said = bound.port === null ? (ownPort ?? bind) : bind;
  const port = bound.port ?? given;
  const { protocol, purpose } = usual;
  const origin: Origin = said ? at(said) : { kind: 'built-in' };
  return { protocol, purpose, from: port, to: port, address: bound.address, optional: false, origin };
}
