/** The hallway: joins the stages to a check, and the reflector to its sockets. */
export { type FinishedCheck, type RunningCheck, startCheck } from './check.ts';
export { conclude } from './conclude.ts';
export type { CheckRequest, RunEvent, ServerName } from './events.ts';
export { type ReflectorError, type ReflectorOptions, type RunningReflector, startReflector } from './reflector.ts';
