// Presence and typing: sealed, signed, at most once, never stored. A signal counts only when it is newer than the last
// one of its device, so a repeated one says nothing.
import { concatBytes, textToBytes, type Bytes } from '../../shared/codec/bytes.ts';
import { decode, encode, literal, rest, struct, u8, varint, type ValueOf } from '../../shared/codec/codec.ts';
import { deviceId, idToText, signature, type DocumentId } from '../../shared/protocol/ids.ts';
import type { Random } from '../crypto/random.ts';
import { openBytes, sealBytes } from '../crypto/seal.ts';
import { verifySignature } from '../crypto/sign.ts';
import type { Author, ChatContext } from './chatContext.ts';

/** `here` and `away` say whether the app is open; `ask` wants to know it of others. */
export const signalKinds = { here: 1, away: 2, ask: 3, typing: 4, stopped: 5 } as const;
export type SignalKind = keyof typeof signalKinds;

const payload = struct({ version: literal(1), device: deviceId, kind: u8, at: varint });
const signal = struct({ payload, signature });
const sealedSignal = struct({ epoch: varint, sealed: rest() });

const place = (context: ChatContext, document: DocumentId) =>
  concatBytes(textToBytes('convo/signal/1'), context.chat, document);
const statement = (context: ChatContext, document: DocumentId, value: ValueOf<typeof payload>) =>
  concatBytes(place(context, document), encode(payload, value));

export type Signals = ReturnType<typeof createSignals>;

export function createSignals(context: ChatContext, document: DocumentId, random: Random) {
  const lastAtByDevice = new Map<string, number>();
  let lastOwnAt = 0;
  return {
    /** @param nowMs milliseconds since 1970. */
    async seal(kind: SignalKind, nowMs: number): Promise<Bytes> {
      lastOwnAt = Math.max(lastOwnAt + 1, nowMs);
      const value = {
        version: 1,
        device: context.self.device,
        kind: signalKinds[kind],
        at: lastOwnAt,
      } as const;
      const signed = {
        payload: value,
        signature: await context.self.signer.sign(statement(context, document, value)),
      };
      const { epoch, signalKey } = context.currentKeys();
      const sealed = sealBytes(signalKey, encode(signal, signed), place(context, document), random);
      return encode(sealedSignal, { epoch, sealed });
    },
    async open(
      bytes: Uint8Array,
    ): Promise<{ readonly author: Author; readonly kind: SignalKind } | undefined> {
      const outer = decode(sealedSignal, bytes);
      const [keys] = outer ? context.keysOf(outer.epoch) : [];
      const opened = outer && keys && openBytes(keys.signalKey, outer.sealed, place(context, document));
      const said = opened && decode(signal, opened);
      const author = said && context.authorByDevice(said.payload.device);
      if (!author || !context.wasMember(author.device, keys)) return undefined;
      const device = idToText(author.device);
      if (said.payload.at <= (lastAtByDevice.get(device) ?? 0)) return undefined;
      const isSigned = await verifySignature(
        author.deviceKey,
        statement(context, document, said.payload),
        said.signature,
      );
      const kind = kindByNumber.get(said.payload.kind);
      if (!isSigned || !kind) return undefined;
      lastAtByDevice.set(device, said.payload.at);
      return { author, kind };
    },
  };
}
const kindByNumber = new Map<number, SignalKind>(
  Object.entries(signalKinds).map(([kind, number]) => [number, kind as SignalKind]),
);
