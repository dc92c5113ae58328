// The socket that y-websocket's provider believes it has. It speaks the provider's protocol (y-protocols/sync) on the
// readable side of the seal: answers its questions, hands over what arrived, takes what it sends. No network here.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync';
import { messageSync, WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { Awareness } from 'y-protocols/awareness';
import type { Clock } from '../sync/clock.ts';

/** The provider takes 30 s of silence for a dead socket. */
const keepAliveMs = 20_000;
const emptyUpdate = new Uint8Array([0, 0]);

export interface ProviderLink {
  /** Lets the provider open its socket; it asks its first question at once. */
  connect(): void;
  disconnect(): void;
  /** Hands over one update, applied in one transaction. */
  deliver(update: Uint8Array): void;
  /** Says that all was handed over, and asks for what lies beyond this state vector. */
  ask(stateVector: Uint8Array): void;
  close(): void;
}

/**
 * @param onUpdate each update that the provider sends, as news or as the answer to `ask`.
 * @param onOpen it has a new socket (it replaces one that was silent, as after a sleep), and may have said something to
 *   none of them meanwhile.
 */
export function createProviderLink(
  doc: Y.Doc,
  clock: Clock,
  onUpdate: (update: Uint8Array) => void,
  onOpen: () => void,
): ProviderLink {
  let socket: ReturnType<typeof openSocket> | undefined;

  const message = (type: number, payload: Uint8Array): ArrayBuffer => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageSync);
    encoding.writeVarUint(encoder, type);
    encoding.writeVarUint8Array(encoder, payload);
    return encoding.toUint8Array(encoder).slice().buffer;
  };

  /** One connection, as much of a WebSocket as the provider uses. */
  function openSocket() {
    let cancelKeepAlive = () => {};
    const mine = {
      // The provider compares `readyState` with its socket's own constant.
      OPEN: 1,
      readyState: 0,
      binaryType: 'arraybuffer',
      onopen: null as (() => void) | null,
      onmessage: null as ((event: { data: ArrayBuffer }) => void) | null,
      onclose: null as ((event: unknown) => void) | null,
      onerror: null as ((event: unknown) => void) | null,
      receive(type: number, payload: Uint8Array) {
        mine.onmessage?.({ data: message(type, payload) });
      },
      send(data: Uint8Array) {
        const decoder = decoding.createDecoder(data);
        if (decoding.readVarUint(decoder) !== messageSync) return;
        const type = decoding.readVarUint(decoder);
        // Step 1 asks for everything: it is answered by `deliver` as it arrives and by the step 2 in `ask`.
        if (type === messageYjsSyncStep1) onOpen();
        else onUpdate(decoding.readVarUint8Array(decoder));
      },
      close() {
        if (socket === mine) socket = undefined;
        cancelKeepAlive();
        mine.readyState = 3;
      },
    };
    const keepAlive = () => {
      cancelKeepAlive = clock.after(keepAliveMs, () => {
        mine.receive(messageYjsUpdate, emptyUpdate);
        keepAlive();
      });
    };
    queueMicrotask(() => {
      if (socket !== mine) return;
      mine.readyState = mine.OPEN;
      mine.onopen?.();
      keepAlive();
    });
    return mine;
  }
  // Called with `new` by the provider, which takes what it returns.
  function ProviderSocket() {
    socket = openSocket();
    return socket;
  }

  // Presence has its own sealed signals: what the provider's awareness says goes nowhere.
  const awareness = new Awareness(doc);
  const provider = new WebsocketProvider('ws://sealed', 'document', doc, {
    connect: false,
    disableBc: true,
    awareness,
    WebSocketPolyfill: ProviderSocket as unknown as typeof WebSocket,
  });

  return {
    connect: () => provider.connect(),
    disconnect: () => provider.disconnect(),
    deliver(update) {
      if (socket?.readyState === 1) socket.receive(messageYjsUpdate, update);
      else Y.applyUpdate(doc, update, provider);
    },
    ask(stateVector) {
      socket?.receive(messageYjsSyncStep2, emptyUpdate);
      socket?.receive(messageYjsSyncStep1, stateVector);
    },
    close() {
      provider.destroy();
      awareness.destroy();
    },
  };
}
