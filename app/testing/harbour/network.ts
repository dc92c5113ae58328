// The network of the harbour: sockets and requests between clients and the relay, in memory, in virtual time, under the
// weather. Everything that passes is kept as bytes for whoever wants to search it.
import type { OpenSocket, SocketEvents, SocketPort } from '../../sync/socketPort.ts';
import type { Relay } from '../../../sync-server/relay/createRelay.ts';
import type { Chance } from './chance.ts';
import { createRandomLies } from './randomLies.ts';
import { liedBody, liedDown, liedUp, type Lie } from './lie.ts';
import type { Sky } from './sky.ts';
import type { ToldLies } from './toldLies.ts';
import type { VirtualClock } from './virtualClock.ts';

export interface NetworkDeps {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly sky: Sky;
  /** Learns of each lie of the weather that arrives. */
  readonly told: ToldLies;
  readonly relay: () => Relay | undefined;
}
export type Network = ReturnType<typeof createNetwork>;
/** One client's way to the relay, for one life of the client. */
export interface Line {
  readonly openSocket: OpenSocket;
  readonly fetch: (request: Request) => Promise<Response>;
  setReach(isReachable: boolean): void;
  /** The client is gone without a word: nothing comes or goes any more. */
  abandon(): void;
}

/** Deliveries meet on these, as packets do; and fewer moments make a run cheap. */
const tickMs = 10;

export function createNetwork({ clock, chance, sky, told, relay }: NetworkDeps) {
  const seen: Uint8Array[] = [];
  const wires = new Set<{ cut(): void }>();
  let failing = 0;
  const hostOf = (lie: () => Lie) => (lie().relay ?? relay)();
  const latency = () => chance.whole(1, 6) * tickMs;
  const onTick = (at: number) => Math.ceil(at / tickMs) * tickMs;

  /** One direction of a wire: in order, unless the weather has it otherwise. */
  function createLane(isUp: () => boolean, deliver: (bytes: Uint8Array) => void, cut: () => void) {
    let lastAt = 0;
    let sent = 0;
    let newest = 0;
    const lane = {
      inFlight: 0,
      /** When everything sent so far will have arrived. */
      drainedAt: () => Math.max(lastAt, clock.now()),
      /** @param onDelivered it arrived. */
      send(frame: Uint8Array, onDelivered = () => {}) {
        const bytes = frame.slice();
        seen.push(bytes);
        const index = ++sent;
        if (sky.strikes('drop')) return sky.happened('drop');
        const isDelayed = sky.strikes('delay');
        const isHeldBack = sky.strikes('reorder');
        let at = onTick(
          Math.max(lastAt, clock.now() + latency() + (isDelayed ? chance.whole(500, 25_000) : 0)),
        );
        if (isHeldBack) at += chance.whole(1, 200) * tickMs;
        else lastAt = at;
        lane.inFlight++;
        if (sky.strikes('disconnect')) {
          clock.after((at - clock.now()) * chance.unit(), () => {
            if (isUp() && lane.inFlight > 0) sky.happened('disconnect');
            cut();
          });
        }
        clock.after(at - clock.now(), () => {
          lane.inFlight--;
          if (!isUp()) return;
          if (index < newest) sky.happened('reorder');
          else newest = index;
          if (isDelayed) sky.happened('delay');
          onDelivered();
          deliver(bytes);
        });
      },
    };
    return lane;
  }

  function openWire(events: SocketEvents, lie: () => Lie, name: string): SocketPort {
    const host = hostOf(lie);
    let clientIsUp = true;
    let relayIsUp = true;
    const clientClosed = () => {
      if (!clientIsUp) return;
      clientIsUp = false;
      events.closed();
    };
    const relayClosed = () => {
      if (!relayIsUp) return;
      relayIsUp = false;
      wires.delete(wire);
      connection?.closed();
    };
    const wire = {
      /** Both ends find out in their own time; what is under way is lost. */
      cut() {
        isWhole = false;
        clock.after(chance.whole(0, 3) * tickMs, clientClosed);
        clock.after(chance.happens(0.3) ? chance.whole(1000, 40_000) : tickMs, relayClosed);
      },
    };
    let isWhole = true;
    const up = createLane(
      () => isWhole && relayIsUp,
      (bytes) => {
        lies.hear(bytes);
        for (const frame of liedUp(lie(), bytes, down.send)) connection?.receive(frame);
      },
      wire.cut,
    );
    const down = createLane(
      () => isWhole && clientIsUp,
      (bytes) => {
        for (const frame of liedDown(lie(), bytes)) events.received(frame);
      },
      wire.cut,
    );
    const lies = createRandomLies(chance, sky);
    const connection = host?.connect({
      send(bytes) {
        for (const { bytes: frame, lie: random } of lies.tell(bytes)) {
          down.send(frame, () => {
            if (!random) return;
            sky.happened(random.kind);
            told.add(name, random.documents);
          });
        }
      },
      close() {
        if (!relayIsUp) return;
        relayIsUp = false;
        wires.delete(wire);
        clock.after(down.drainedAt() - clock.now() + tickMs, clientClosed);
      },
      bufferedAmount: 0,
    });
    if (connection) {
      wires.add(wire);
      clock.after(tickMs, () => clientIsUp && events.opened());
    } else clock.after(tickMs, clientClosed);
    return {
      send: (frame) => isWhole && clientIsUp && up.send(frame),
      close() {
        if (!clientIsUp) return;
        clientIsUp = false;
        clock.after(up.drainedAt() - clock.now() + tickMs, relayClosed);
      },
      bufferedAmount: 0,
    };
  }

  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const keep = (text: string) => void seen.push(Buffer.from(text));

  return {
    /** Every frame, address and body that was sent. */
    seen: (): readonly Uint8Array[] => seen,
    /** The next requests, whoever makes them, find nobody. */
    failNextRequests(count: number) {
      failing = count;
    },
    cutAll() {
      for (const wire of wires) wire.cut();
    },
    /**
     * @param lie what the relay makes this client believe.
     * @param name whose client it is.
     */
    createLine(lie: () => Lie, name: string): Line {
      let isReachable = true;
      let isGone = false;
      const own = new Set<{ cut(): void }>();
      const nothing = new Promise<never>(() => {});
      return {
        openSocket(events) {
          const guarded: SocketEvents = {
            opened: () => isGone || events.opened(),
            received: (frame) => isGone || events.received(frame),
            closed: () => isGone || events.closed(),
          };
          if (isGone || !isReachable) {
            clock.after(tickMs, guarded.closed);
            return { send() {}, close() {}, bufferedAmount: 0 };
          }
          const before = new Set(wires);
          const port = openWire(guarded, lie, name);
          for (const wire of wires) if (!before.has(wire)) own.add(wire);
          return { ...port, send: (frame) => isGone || port.send(frame) };
        },
        async fetch(request) {
          const body = await request.text();
          keep(`${request.method} ${request.url} ${[...request.headers].join(' ')} ${body}`);
          const failed = () => new TypeError('no answer');
          await wait(latency());
          if (isGone) return nothing;
          const host = hostOf(lie);
          if (!isReachable || !host) throw failed();
          if (failing > 0) {
            failing--;
            throw failed();
          }
          if (sky.strikes('requestLost')) {
            sky.happened('requestLost');
            // Half of them fail at once; of the others nothing is ever heard.
            if (chance.happens(0.5)) throw failed();
            return nothing;
          }
          const { method, headers } = request;
          const init = method === 'GET' ? { method, headers } : { method, headers, body };
          const response = await host.app.fetch(new Request(request.url, init));
          const text = liedBody(lie(), new URL(request.url).pathname, await response.text());
          keep(text);
          await wait(latency());
          if (isGone) return nothing;
          if (hostOf(lie) !== host || !isReachable || sky.strikes('answerLost')) {
            sky.happened('answerLost');
            if (chance.happens(0.5)) throw failed();
            return nothing;
          }
          return new Response(text, { status: response.status, headers: response.headers });
        },
        setReach(next) {
          isReachable = next;
          if (!next) for (const wire of own) wire.cut();
          if (!next) own.clear();
        },
        abandon() {
          isGone = true;
          for (const wire of own) wire.cut();
          own.clear();
        },
      };
    },
  };
}
