import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { POLICY } from './policy.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64');

it('the policy allows this style sheet and this script, and nothing else', () => {
  expect(POLICY).toBe(
    `default-src 'none'; style-src 'sha256-${hashOf(STYLE)}'; script-src 'sha256-${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`,
  );
});
