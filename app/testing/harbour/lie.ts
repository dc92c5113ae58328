// A relay that lies to one of its people: what passes between the two is changed on the way, or somebody else answers. All
// others meet the honest relay.
import { encodeDown, parseDown, type DownFrame } from '../../../shared/protocol/frames/down.ts';
import { encodeUp, parseUp, type UpFrame } from '../../../shared/protocol/frames/up.ts';
import type { Relay } from '../../../sync-server/relay/createRelay.ts';

export interface Lie {
  /** What they get in the place of this frame. */
  readonly down?: (frame: DownFrame) => readonly DownFrame[];
  /** What the relay gets in the place of this frame; `answer` gives them a frame that the relay never sent. */
  readonly up?: (frame: UpFrame, answer: (frame: DownFrame) => void) => readonly UpFrame[];
  /** What they get in the place of this answer's body. */
  readonly body?: (path: string, body: unknown) => unknown;
  /** In the place of the honest relay: one with the same key and another story. */
  readonly relay?: () => Relay | undefined;
}

/** Frames down as the lie has them; what is no frame stays as it is. */
export function liedDown({ down }: Lie, bytes: Uint8Array): readonly Uint8Array[] {
  const frame = down && parseDown(bytes);
  return frame ? down(frame).map(encodeDown) : [bytes];
}

export function liedUp(
  { up }: Lie,
  bytes: Uint8Array,
  answer: (bytes: Uint8Array) => void,
): readonly Uint8Array[] {
  const frame = up && parseUp(bytes);
  return frame ? up(frame, (told) => answer(encodeDown(told))).map(encodeUp) : [bytes];
}

export function liedBody({ body }: Lie, path: string, text: string): string {
  if (!body) return text;
  const before: unknown = text === '' ? undefined : JSON.parse(text);
  return JSON.stringify(body(path, before)) ?? '';
}
