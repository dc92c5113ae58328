// A segment's whole state, written for a snapshot and read from one: of each session its pairs from the first clock on, in
// which erased bodies are holes. What Yjs holds back, and half a pair, is left out: others' checks would refuse all of it.
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { bytesToBase64url } from '../../shared/codec/base64url.ts';
import { equalBytes } from '../../shared/codec/bytes.ts';

/** A record's two items as they lie in a document; a body that was erased is undefined. */
export interface SegmentItem {
  readonly header: Uint8Array;
  readonly body: Uint8Array | undefined;
  /** Where it lies, for `eraseBody`. */
  readonly place: { readonly client: number; readonly clock: number };
}

type Structs = readonly { readonly id: Y.ID; readonly length: number }[];

/** The document's state below these clocks as one update without a delete set: holes delete themselves. */
export function encodeSegmentState(doc: Y.Doc, clocks: ReadonlyMap<number, number>): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const clients = [...doc.store.clients].flatMap(([client, structs]) => {
    const covered = structs.filter(({ id, length }) => id.clock + length <= (clocks.get(client) ?? 0));
    const whole = covered.slice(0, covered.length - (covered.length % 2));
    return whole.length > 0 ? [{ client, structs: whole }] : [];
  });
  encoding.writeVarUint(encoder.restEncoder, clients.length);
  for (const { client, structs } of clients) {
    encoding.writeVarUint(encoder.restEncoder, structs.length);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, 0);
    for (const struct of structs) struct.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, 0);
  return encoder.toUint8Array();
}

/** What is in either of two states; a body that is a hole in the first stays one. */
export function joinStates(first: Uint8Array, second: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  for (const state of [first, second]) Y.applyUpdate(doc, state);
  const joined = encodeSegmentState(doc, Y.decodeStateVector(Y.encodeStateVector(doc)));
  doc.destroy();
  return joined;
}

export const bytesOf = (struct: unknown): Uint8Array | undefined =>
  struct instanceof Y.Item && struct.content instanceof Y.ContentBinary ? struct.content.content : undefined;

/** Pairs among one client's consecutive structs: a header on each even clock. */
export function pairsOf(structs: Structs): SegmentItem[] {
  return structs.flatMap((header, index) => {
    const bytes = header.id.clock % 2 === 0 ? bytesOf(header) : undefined;
    if (!bytes) return [];
    return [
      {
        header: bytes,
        body: bytesOf(structs[index + 1]),
        place: { client: header.id.client, clock: header.id.clock },
      },
    ];
  });
}

/** All records of an update that `checkSegmentSnapshot` has let through. */
export const itemsOfState = (update: Uint8Array): SegmentItem[] => pairsOf(Y.decodeUpdate(update).structs);

/** What a state lacks of what the log had: nothing, bodies alone (they may have been deleted), or records. */
export type Lack = 'nothing' | 'bodies' | 'records';

/** Of a record's header. */
export interface Judges {
  /** Signed by whom it says. */
  readonly isRecord: (header: Uint8Array) => Promise<boolean>;
  /** Its message is known here as deleted: its body may be gone, whether it is gone here or not. */
  readonly isDeleted: (header: Uint8Array) => Promise<boolean>;
}

/**
 * Compares a snapshot's state with what the document has below these clocks. A record that lies elsewhere in it is no lack,
 * and neither is what is none: somebody may have put it there, in the place of another's. One may lie there more than once:
 * who knew it as deleted has said it again with an empty body, which is as good as none, and takes nothing from another copy.
 */
export async function lackOf(
  state: readonly SegmentItem[],
  doc: Y.Doc,
  clocks: ReadonlyMap<number, number>,
  { isRecord, isDeleted }: Judges,
): Promise<Lack> {
  let lack: Lack = 'nothing';
  const copiesByHeader = Map.groupBy(state, ({ header }) => bytesToBase64url(header));
  for (const [client, structs] of doc.store.clients) {
    const end = clocks.get(client) ?? 0;
    for (const { header, body, place } of pairsOf(structs)) {
      if (place.clock >= end) break;
      const copies = copiesByHeader.get(bytesToBase64url(header)) ?? [];
      const isThere = (copy: SegmentItem) => !body?.length || (copy.body && equalBytes(copy.body, body));
      if (copies.some(isThere) || !(await isRecord(header))) continue;
      if (copies.every((copy) => copy.body?.length)) return 'records';
      if (!(await isDeleted(header))) lack = 'bodies';
    }
  }
  return lack;
}

/** Whether a snapshot's state has a body where the document has a hole; an empty one is none. */
export function holdsErased(state: readonly SegmentItem[], doc: Y.Doc): boolean {
  return state.some(({ body, place: { client, clock } }) => {
    const structs = doc.store.clients.get(client);
    if (!body?.length || !structs || Y.getState(doc.store, client) <= clock + 1) return false;
    return bytesOf(structs[Y.findIndexSS(structs, clock + 1)]) === undefined;
  });
}
