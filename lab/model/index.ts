/** The model lab: hosts, a lossy link and a NAT in memory, on virtual time, so that a nine-minute check runs in milliseconds. */
export { ALTERNATE, HOST2, NOBODY, PBX, PRIMARY, PUBLIC, STUN_NAME, STUN_PORT } from './addresses.ts';
export { createModel, type Model } from './model.ts';
export type { ModelOptions } from './options.ts';
export type { Counters, Fate, Link, LinkCounters, PacketTrace } from './watch.ts';
