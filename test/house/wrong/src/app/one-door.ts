// rejected by: one-door
import { inside } from '../plan/inside.ts';

export const wrong = inside;
