/* What only `fullcone advise` needs, so that a check does not load it. */
export * from './config/index.ts';
export * from './routers/index.ts';
