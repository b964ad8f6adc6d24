// rejected by: base-needs-nothing
import { hostname } from 'node:os';

export const wrong = hostname();
