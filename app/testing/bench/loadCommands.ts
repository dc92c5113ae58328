// What the measurements ask of the load generator, which is a process of its own, and what it answers.

/** Whom it can put under load: our relay, a bare `ws` broadcast, and the two peers. */
export const sides = ['relay', 'bare', 'y-websocket', 'hocuspocus'] as const;
export type Side = (typeof sides)[number];

export type LoadCommand =
  | { readonly kind: 'populate'; readonly port: number; readonly rooms: number }
  /** Before the first `connect` to a relay that was just started. */
  | { readonly kind: 'sign in'; readonly port: number; readonly rooms: number }
  /** Up to so many rooms: those that are connected stay. */
  | { readonly kind: 'connect'; readonly to: Side; readonly port: number; readonly rooms: number }
  | { readonly kind: 'disconnect'; readonly from: Side }
  | { readonly kind: 'round'; readonly on: Side; readonly messagesPerRoom: number }
  | { readonly kind: 'light load'; readonly on: Side; readonly messages: number; readonly perSecond: number }
  | { readonly kind: 'catch up'; readonly port: number; readonly rooms: number }
  | {
      readonly kind: 'pass';
      readonly on: Side;
      readonly megabytes: number;
      readonly isOneStalled: boolean;
    };

/** Named numbers; which ones depends on the command. */
export type LoadNumbers = Readonly<Record<string, number>>;
export type LoadAnswer = { readonly numbers: LoadNumbers } | { readonly error: string };
