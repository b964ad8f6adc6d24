import { isYes, portIn } from '../config/numbers.ts';
import type { ConfigReader } from '../config/reader.ts';
import type { FoundPort, Origin } from '../config/types.ts';
import { type AsteriskConfig, type AsteriskOption, generalOf, optionIn } from './sections.ts';
import { type Found, listenerOf } from './sip.ts';

interface RangeKeys {
  readonly from: string;
  readonly to: string;
  /** Built into Asterisk: main/udptl.c, res/res_rtp_asterisk.c. The sample rtp.conf has narrower ones. */
  readonly usual: readonly [from: number, to: number];
}

export const RTP: RangeKeys = { from: 'rtpstart', to: 'rtpend', usual: [5000, 31_000] };
export const UDPTL: RangeKeys = { from: 'udptlstart', to: 'udptlend', usual: [4000, 4999] };

/** A range of UDP ports; without the file Asterisk takes its own. */
export function rangePort(
  config: AsteriskConfig,
  keys: RangeKeys,
  purpose: 'rtp' | 'fax',
  reader: ConfigReader,
): Found {
  if (config.kind === 'failed') return null;
  const general = config.kind === 'read' ? generalOf(config.sections) : undefined;
  const options = [optionIn(general, keys.from), optionIn(general, keys.to)] as const;
  const [from, to] = options.map((option, index) => (option ? portIn(option.value) : (keys.usual[index] ?? null)));
  if (from == null || to == null || from > to) {
    const wrong = (from == null ? options[0] : options[1]) ?? options[0];
    if (wrong) reader.warn('value', wrong.place, wrong.name);
    return null;
  }
  const said: AsteriskOption | null = options[0] ?? options[1];
  const origin: Origin = said ? { kind: 'configuration', place: said.place } : { kind: 'built-in' };
  return [{ protocol: 'udp', purpose, from, to, address: null, optional: purpose === 'fax', origin }];
}

/** Without its file the driver does not start. */
export function iaxPort(config: AsteriskConfig, reader: ConfigReader): Found {
  if (config.kind !== 'read') return config.kind === 'missing' ? [] : null;
  const general = generalOf(config.sections);
  const usual = { protocol: 'udp', purpose: 'iax', port: 4569 } as const;
  const found = listenerOf(optionIn(general, 'bindaddr'), optionIn(general, 'bindport'), usual, reader);
  return found && [{ ...found, optional: true }];
}

/** Its TLS port, to which phones in browsers connect; without TLS no browser does. */
export function webPort(config: AsteriskConfig, reader: ConfigReader): Found {
  if (config.kind !== 'read') return config.kind === 'missing' ? [] : null;
  const general = generalOf(config.sections);
  const isOn = ['enabled', 'tlsenable'].every((name) => isYes(optionIn(general, name)?.value ?? 'no'));
  if (!isOn) return [];
  const usual = { protocol: 'tcp', purpose: 'webrtc', port: 8089 } as const;
  const found: FoundPort | null = listenerOf(optionIn(general, 'tlsbindaddr'), null, usual, reader);
  return found && [{ ...found, optional: true }];
}
