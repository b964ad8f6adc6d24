/** The kernel lab: real Linux NATs, servers and neighbours in network namespaces that vanish with the process that opened them. */
export type { Host } from './addresses.ts';
export type { Exit } from './exec.ts';
export type { KernelLab, LabOptions, RunOptions } from './lab.ts';
export { type Loss, nftRouter } from './nft-router.ts';
export { NotAvailable } from './refuse.ts';
export { lookAtServices, readServices, SERVICES_FILE, type ServiceNote, startServices } from './services.ts';
export { labSupport, openLab, type Support } from './support.ts';
