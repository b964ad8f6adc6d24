/** Router knowledge as data: what each product is told, where, and how sure that is. Loaded when it is asked for. */
export { ANY_ROUTER } from './any.ts';
export { needsOf, needsOfAll, type Ports, portsThatNeed, type Unasked } from './needs.ts';
export { type FilledStep, stepsFor, type Values } from './steps.ts';
export { findRouter, ROUTERS, type RouterSays, recognise } from './table.ts';
export { type Localised, NEEDS, type Need, type Router, type Step } from './types.ts';
