// The platform's WebSocket as a SocketPort. The only place in the app that opens a socket.
import type { OpenSocket } from './socketPort.ts';

/** @param relayOrigin such as `https://convo.example`; the socket is its `/sync`. */
export const openWebSocket =
  (relayOrigin: string): OpenSocket =>
  (events) => {
    const address = new URL('/sync', relayOrigin);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      socket.onopen = socket.onmessage = null;
      socket.onclose = socket.onerror = null;
      socket.close();
      events.closed();
    };
    socket.onopen = () => events.opened();
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) events.received(new Uint8Array(event.data));
      else close();
    };
    socket.onclose = socket.onerror = close;
    return {
      send(frame) {
        if (!isClosed && socket.readyState === WebSocket.OPEN) socket.send(frame.slice());
      },
      close,
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
    };
  };
