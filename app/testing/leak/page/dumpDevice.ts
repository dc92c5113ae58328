// Everything that a site can keep in a browser, read out to the last leaf: all databases with their names, stores, keys
// and values, caches, local and session storage, cookies, private files.
import { bytesToBase64url } from '../../../../shared/codec/base64url.ts';

export interface Leaf {
  readonly place: string;
  readonly value:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'bytes'; readonly base64url: string }
    /** A key that the platform keeps; one that can be read out counts as readable. */
    | { readonly kind: 'key'; readonly isExtractable: boolean };
}

const text = (place: string, value: string): Leaf => ({ place, value: { kind: 'text', text: value } });
const bytes = (place: string, value: Uint8Array): Leaf => ({
  place,
  value: { kind: 'bytes', base64url: bytesToBase64url(value) },
});

/** A list of small whole numbers may be bytes in disguise. */
const isByteList = (value: readonly unknown[]): value is readonly number[] =>
  value.length >= 16 &&
  value.every((item) => Number.isInteger(item) && Number(item) >= 0 && Number(item) < 256);

async function* leavesOf(place: string, value: unknown): AsyncGenerator<Leaf> {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object') {
    yield text(place, String(value));
  } else if (value instanceof ArrayBuffer) {
    yield bytes(place, new Uint8Array(value));
  } else if (ArrayBuffer.isView(value)) {
    yield bytes(place, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof CryptoKey) {
    yield { place, value: { kind: 'key', isExtractable: value.extractable && value.type !== 'public' } };
  } else if (value instanceof Blob) {
    yield bytes(place, new Uint8Array(await value.arrayBuffer()));
  } else if (value instanceof Map || value instanceof Set) {
    yield* leavesOf(place, [...value.entries()]);
  } else {
    if (Array.isArray(value) && isByteList(value)) yield bytes(place, Uint8Array.from(value));
    for (const [key, inside] of Object.entries(value)) {
      if (!Array.isArray(value)) yield text(`${place} (a key)`, key);
      yield* leavesOf(`${place}.${key}`, inside);
    }
  }
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('a database could not be read'));
  });

async function* leavesOfDatabase(name: string): AsyncGenerator<Leaf> {
  const database = await settled(indexedDB.open(name));
  yield text('database name', name);
  for (const storeName of database.objectStoreNames) {
    const place = `IndexedDB ${name} ${storeName}`;
    const store = database.transaction(storeName).objectStore(storeName);
    yield text(`${place} (its name)`, storeName);
    for (const index of store.indexNames) yield text(`${place} (an index)`, index);
    const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    yield* leavesOf(`${place} keys`, keys);
    yield* leavesOf(place, values);
  }
  database.close();
}

async function* leavesOfFolder(place: string, folder: FileSystemDirectoryHandle): AsyncGenerator<Leaf> {
  for await (const [name, entry] of folder.entries()) {
    yield text(`${place} (a name)`, name);
    if (entry instanceof FileSystemDirectoryHandle) yield* leavesOfFolder(`${place}/${name}`, entry);
    else if (entry instanceof FileSystemFileHandle) {
      yield* leavesOf(`${place}/${name}`, await entry.getFile());
    }
  }
}

async function* leavesOfCaches(): AsyncGenerator<Leaf> {
  for (const name of await caches.keys()) {
    yield text('cache name', name);
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      yield text(`cache ${name} (an address)`, request.url);
      const response = await cache.match(request);
      if (response) yield* leavesOf(`cache ${name} ${request.url}`, await response.blob());
    }
  }
}

async function* leavesOfDevice(): AsyncGenerator<Leaf> {
  for (const { name } of await indexedDB.databases()) {
    if (name !== undefined) yield* leavesOfDatabase(name);
  }
  yield* leavesOfCaches();
  yield* leavesOf('local storage', { ...localStorage });
  yield* leavesOf('session storage', { ...sessionStorage });
  yield text('cookies', document.cookie);
  yield text('address', location.href);
  yield* leavesOfFolder('private files', await navigator.storage.getDirectory());
}

export const dumpDevice = (): Promise<readonly Leaf[]> => Array.fromAsync(leavesOfDevice());
