/** What the console and its page say to each other: schemas, and the table of all routes. It runs in the browser, too. */
export * from './account.ts';
export * from './common.ts';
export * from './progress.ts';
export * from './routes.ts';
export * from './runs.ts';
export * from './settings.ts';
export * from './tools.ts';
