// The one thing that the link needs of a network: a socket that carries whole frames, or says that it is gone.

export interface SocketEvents {
  opened(): void;
  received(frame: Uint8Array): void;
  /** Once, also when it never opened. */
  closed(): void;
}
export interface SocketPort {
  send(frame: Uint8Array): void;
  close(): void;
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedAmount: number;
}
export type OpenSocket = (events: SocketEvents) => SocketPort;
