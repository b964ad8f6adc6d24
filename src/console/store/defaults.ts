import type { Settings } from '../api/index.ts';

/** Before anybody has chosen; the first check works with them. */
export const DEFAULTS: Settings = {
  network: { publicAddress: { kind: 'stun' }, servers: [], embedded: false, bindAddress: null, family: null },
  pbx: { profile: 'auto', udp: '', tcp: '', hostName: null, mode: 'auto', rate: null },
  router: { product: 'any', wanInterface: null },
  schedule: { isOn: false, cron: '0 2 * * *', quiet: null, mayStopServices: false },
  notifications: { on: 'change', language: 'en', mail: null, webhook: null },
  general: { language: 'en', retention: { runs: 1_000, days: null }, isWelcomed: false },
};
