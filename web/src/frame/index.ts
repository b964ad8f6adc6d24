/** What every page stands in and is made of: frame, icons, status, buttons, fields. */
export { Frame } from './frame.tsx';
export { Icon, type IconName, Play } from './icons.tsx';
export { Button, ButtonLink, Card, Field, Loading, Trouble } from './parts.tsx';
export { Shape, Status, type Tone } from './status.tsx';
