/**
 * SHA-256 of the style sheet and of the script, base64: the page's policy names them, and so nothing else applies. They
 * are constants since rooms compute no hashes; html.test.ts tells when one is not right any more.
 */
const STYLE_HASH = '+toAcRx5HN0iOlT66+BwQEAIr7A4XH1kZN3zYb7U7g0=';
const SCRIPT_HASH = 'Yz99326TtLgu/uU88G4+AIIm6GlWtm7576aHUGNpzrA=';

/** Content Security Policy, level 3: no network at all, not even pictures. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
