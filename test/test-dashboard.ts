import type { Dashboard } from '../src/console/api/index.ts';

/** For tests: before anything has been checked. */
export const EMPTY_DASHBOARD: Dashboard = {
  pbx: { name: '', address: null, services: [], callsInProgress: null, busy: [] },
  publicAddress: { seen: null, expected: null, at: null },
  router: { kind: 'unknown', why: 'no-check', address: null },
  nat: { kind: 'unknown', why: 'no-check' },
  ipv6: { isHere: false, wasChecked: null },
  servers: [],
  last: null,
  lastGood: null,
  recent: [],
  running: null,
  next: null,
};
