/** Asks the console, by the table of its routes; what went wrong is a value. */
export {
  addressOf,
  ask,
  type Call,
  keepCsrf,
  type Outcome,
  type Refusal,
  type Reply,
  refusalIn,
  whenSignedOut,
} from './call.ts';
export { useAnswer } from './query.ts';
export { forgetWho, Session, useSession } from './session.tsx';
