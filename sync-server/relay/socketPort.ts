// What the relay needs of a socket: real ones come from `ws`, those of tests from memory.

export interface SocketPort {
  /** One whole message; never throws, also on a socket that has gone. */
  send(bytes: Uint8Array): void;
  /** Hands on now what was sent, where that would wait for the end of the turn. */
  flush?(): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and not yet taken by the network. */
  readonly bufferedAmount: number;
}

/** RFC 6455 section 7.4.1. */
export const closeCodes = { goingAway: 1001, policy: 1008, tryAgainLater: 1013 } as const;
