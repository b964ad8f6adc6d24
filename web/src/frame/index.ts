/** What every page stands in and is made of: frame, icons, status, buttons, fields. */
export { Breakage } from './breakage.tsx';
export { CopyButton, CopyValue } from './copy.tsx';
export { Frame } from './frame.tsx';
export { Guarded, useUnsaved } from './guard.tsx';
export { Icon, type IconName, Play } from './icons.tsx';
export { Choice, Fields, Select, Tick } from './inputs.tsx';
export { type Moments, useMoments } from './moment.ts';
export { Button, ButtonLink, Card, Field, Loading, NotShown, Trouble } from './parts.tsx';
export { wordsOf } from './problem-words.ts';
export { Removal } from './removal.tsx';
export { runTone, useRunWords } from './run-words.ts';
export { Shape, Status, type Tone } from './status.tsx';
