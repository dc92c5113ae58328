// All frames from client to relay. Numbers are on the wire and never reused.
import { decode, encode, union, type ValueOf } from '../../codec/codec.ts';
import { maxFrameBytes } from '../limits.ts';
import { append } from './append.ts';
import { countersign } from './countersign.ts';
import { fetchSnapshot } from './fetchSnapshot.ts';
import { hello } from './hello.ts';
import { look } from './look.ts';
import { mailTaken } from './mailTaken.ts';
import { ping } from './ping.ts';
import { postMail } from './postMail.ts';
import { prove } from './prove.ts';
import { publish } from './publish.ts';
import { signal } from './signal.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

export const upNumberByType = {
  hello: 1,
  prove: 2,
  subscribe: 3,
  unsubscribe: 4,
  append: 5,
  signal: 6,
  postMail: 7,
  mailTaken: 8,
  ping: 9,
  publish: 10,
  countersign: 11,
  fetchSnapshot: 12,
  look: 13,
} as const;

const up = union({
  hello: [upNumberByType.hello, hello],
  prove: [upNumberByType.prove, prove],
  subscribe: [upNumberByType.subscribe, subscribe],
  unsubscribe: [upNumberByType.unsubscribe, unsubscribe],
  append: [upNumberByType.append, append],
  signal: [upNumberByType.signal, signal],
  postMail: [upNumberByType.postMail, postMail],
  mailTaken: [upNumberByType.mailTaken, mailTaken],
  ping: [upNumberByType.ping, ping],
  publish: [upNumberByType.publish, publish],
  countersign: [upNumberByType.countersign, countersign],
  fetchSnapshot: [upNumberByType.fetchSnapshot, fetchSnapshot],
  look: [upNumberByType.look, look],
});
export type UpFrame = ValueOf<typeof up>;
export const encodeUp = (frame: UpFrame) => encode(up, frame);
/** Undefined for anything that is not exactly one frame of this version. */
export const parseUp = (bytes: Uint8Array): UpFrame | undefined =>
  bytes.length > maxFrameBytes ? undefined : decode(up, bytes);
