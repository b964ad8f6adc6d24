// rejected by: shipped-needs-no-tools
import { expect } from 'vitest';

export const wrong = expect;
