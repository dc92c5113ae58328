// A chat's meta document: small, shared, edited in place. It carries read marks, profiles, and
// the keys of epochs that were left: of each kind one value a device.
import * as Y from 'yjs';
import { entryKinds } from '../../shared/protocol/entry.ts';
import { idToText } from '../../shared/protocol/ids.ts';
import { createSealedUpdates } from '../storage/sealedUpdates.ts';
import { holdsValues } from './metaValues.ts';
import {
  signedLeftEpochs,
  signedMark,
  signedProfile,
  type LeftEpochs,
  type Mark,
  type Profile,
  type SignedValue,
} from './metaEntries.ts';
import type { Author } from './chatContext.ts';
import type { SealedDocumentDeps } from './documentRules.ts';
import { createSealedDocument } from './sealedDocument.ts';
import { holdsClocks, isOwnUpdate, isUpdate, takeOwnPieces } from './segmentUpdate.ts';

export type MetaDeps = Omit<
  SealedDocumentDeps,
  'doc' | 'rules' | 'persistence' | 'cut' | 'recordsAt' | 'onStored'
> & {
  readonly marks: ValueReader<Mark>;
  readonly profiles: ValueReader<Profile>;
  readonly left: ValueReader<LeftEpochs>;
  /** Somebody took away, or wrote over, what this device says of itself. */
  readonly onOwnLost: () => void;
};
export interface ValueReader<T> {
  /** Whether it would change anything; what doesn't is not verified, however often it is read. */
  readonly isNews: (value: T, author: Author) => boolean;
  /** Its signature is right. */
  readonly take: (value: T, author: Author) => void;
}
type Values = ReadonlyMap<string, Uint8Array>;
/** By the key of their device. */
export type MetaValues = Readonly<Record<'marks' | 'profiles' | 'left', Values>>;
export type Meta = Awaited<ReturnType<typeof createMeta>>;

export async function createMeta(deps: MetaDeps) {
  const doc = new Y.Doc({ gc: true });
  const marks = doc.getMap<Uint8Array>('marks');
  const profiles = doc.getMap<Uint8Array>('profiles');
  const left = doc.getMap<Uint8Array>('left');

  /** Values that are being verified. */
  let reading = 0;
  const read = <T>(bytes: unknown, signed: SignedValue<T>, { isNews, take }: ValueReader<T>) => {
    if (!(bytes instanceof Uint8Array)) return;
    const claim = signed.claim(deps.context, bytes);
    if (!claim || !isNews(claim.value, claim.author)) return;
    reading++;
    void signed
      .open(deps.context, bytes)
      .then((opened) => opened && take(opened.value, opened.author))
      .finally(() => reading--);
  };
  const own = idToText(deps.context.self.device);
  let isOpen = false;
  const watch = <T>(map: Y.Map<Uint8Array>, signed: SignedValue<T>, reader: ValueReader<T>) =>
    map.observe(({ keysChanged, transaction }) => {
      for (const key of keysChanged) read(map.get(key), signed, reader);
      if (isOpen && keysChanged.has(own) && transaction.origin !== 'local') deps.onOwnLost();
    });
  watch(marks, signedMark, deps.marks);
  watch(profiles, signedProfile, deps.profiles);
  watch(left, signedLeftEpochs, deps.left);

  const opens = {
    marks: (bytes: Uint8Array) => signedMark.open(deps.context, bytes),
    profiles: (bytes: Uint8Array) => signedProfile.open(deps.context, bytes),
    left: (bytes: Uint8Array) => signedLeftEpochs.open(deps.context, bytes),
  };

  const persistence = createSealedUpdates(deps.storage, idToText(deps.id), {
    apply: (updates) => doc.transact(() => updates.forEach((update) => Y.applyUpdate(doc, update))),
    encode: () => Y.encodeStateAsUpdate(doc),
  });
  const sealed = await createSealedDocument({
    ...deps,
    onStored: async () => {},
    doc,
    persistence,
    rules: {
      kind: entryKinds.meta,
      check: (update, { session }) => (isOwnUpdate(update, session) ? update : undefined),
      snapshotKind: entryKinds.metaSnapshot,
      encodeState: () => Y.encodeStateAsUpdate(doc),
      checkState: (update) => (isUpdate(update) ? update : undefined),
      lackOf: async (state, clocks) =>
        holdsClocks(state, clocks) && (await holdsValues(doc, clocks, state, opens)) ? 'nothing' : 'records',
    },
    // What Yjs holds back of others stands in its answers too: only one's own is cut out. A map's deletions follow from
    // what replaces.
    cut: (update, session, fromClock) => takeOwnPieces(update, session, fromClock, Infinity),
    recordsAt: () => [],
  });

  isOpen = true;
  const put = (map: Y.Map<Uint8Array>, value: Uint8Array) => sealed.write(() => map.set(own, value));
  return {
    ...sealed,
    isCaughtUp: () => reading === 0 && sealed.isCaughtUp(),
    isQuiet: () => reading === 0 && sealed.isQuiet(),
    /** What this device last said here. */
    ownMark: () => signedMark.read(marks.get(own)),
    ownProfile: () => signedProfile.read(profiles.get(own)),
    /**
     * Puts signed values of other devices that are newer than what stands here, or lets them stand where it is not time
     * for that. True when there are none.
     */
    putMissing(values: MetaValues, isTime: boolean): boolean {
      const newer = [
        ...missing(values.marks, marks, signedMark.read),
        ...missing(values.profiles, profiles, signedProfile.read),
        ...missing(values.left, left, signedLeftEpochs.read),
      ];
      if (isTime && newer.length > 0) {
        sealed.write(() => newer.forEach(({ map, device, bytes }) => map.set(device, bytes)));
      }
      return newer.length === 0;
    },
    putMark: async (mark: Mark) => put(marks, await signedMark.sign(deps.context, mark)),
    /** What the devices' values say of left epochs, as far as they are signed. */
    async leftEpochs(): Promise<readonly LeftEpochs[]> {
      const opened = await Promise.all(
        [...left.values()].map((bytes) => signedLeftEpochs.open(deps.context, bytes)),
      );
      return opened.flatMap((claim) => (claim ? [claim.value] : []));
    },
    ownLeftEpochs: () => signedLeftEpochs.read(left.get(own)),
    putLeftEpochs: async (value: LeftEpochs) => put(left, await signedLeftEpochs.sign(deps.context, value)),
    putProfile: async (profile: Profile) => put(profiles, await signedProfile.sign(deps.context, profile)),
  };
}

/** Values that are newer than those in the map. */
const missing = (
  values: Values,
  map: Y.Map<Uint8Array>,
  read: (bytes: Uint8Array | undefined) => { readonly at: number } | undefined,
) =>
  [...values].flatMap(([device, bytes]) =>
    (read(bytes)?.at ?? 0) > (read(map.get(device))?.at ?? 0) ? [{ map, device, bytes }] : [],
  );
