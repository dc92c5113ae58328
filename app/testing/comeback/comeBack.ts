// A start of the relay with everyone coming back at once: many clients with the app's own link (its socket, its jittered
// backoff), each in one document. The relay goes while all are in; what counts is that all are in again, and its memory.
import { existsSync, readFileSync } from 'node:fs';
import { startCursor } from '../../../shared/protocol/frames/cursor.ts';
import { fail, ok, type Result } from '../../../shared/protocol/result.ts';
import type { RefusalCode } from '../../../shared/protocol/refusals.ts';
import { proofOf } from '../../../sync-server/testing/testChat.ts';
import { signIn, tokensIn, type Ask, type TestUser } from '../../../sync-server/testing/testUser.ts';
import { platformClock } from '../../sync/clock.ts';
import { createLink } from '../../sync/link.ts';
import { openWebSocket } from '../../sync/webSocket.ts';
import { populate, type LoadRoom } from '../bench/population.ts';
import type { RelayProcess } from '../browser/relayProcess.ts';

const peoplePerRoom = 5;

export interface Comeback {
  readonly clients: number;
  /** In again at the end. */
  readonly back: number;
  /** From the relay's start until the last one was in. */
  readonly allBackMs: number;
  /** Sockets that were opened for it. */
  readonly tries: number;
  /** Clients that the relay had refused at the end, and would not try again soon. */
  readonly refused: number;
  /** The relay's most while they came, and what it had with all of them before. */
  readonly peakMegabytes: number;
  readonly megabytesBefore: number;
}

function megabytesOf(pid: number): number {
  const file = `/proc/${pid}/statm`;
  if (!existsSync(file)) return 0;
  const pageBytes = 4096;
  return (Number(readFileSync(file, 'utf8').split(' ')[1]) * pageBytes) / 1_000_000;
}

/** A token as a device gets it: by signing a challenge. It is kept until the relay takes it no more. */
async function accessToken(
  by: Ask,
  user: TestUser,
  { relayKey }: LoadRoom,
): Promise<Result<string, 'offline' | RefusalCode>> {
  try {
    const { status, body } = await signIn(by, user, relayKey);
    return status === 200 ? ok(tokensIn(body).accessToken) : fail('busy');
  } catch {
    // Nobody listens, or the line was cut under it.
    return fail('offline');
  }
}

export async function comeBack(relay: RelayProcess, clients: number, patienceMs: number): Promise<Comeback> {
  const port = Number(new URL(relay.origin).port);
  const rooms = await populate(port, Math.ceil(clients / peoplePerRoom), peoplePerRoom);
  const by: Ask = (path, init) => fetch(`${relay.origin}${path}`, init);
  const live = new Set<TestUser>();
  const tokens = new Map<TestUser, string>();
  let tries = 0;
  let onChange = () => {};
  const openSocket = openWebSocket(relay.origin);

  const links = rooms.flatMap((room) =>
    room.people.map((user) => {
      const link = createLink({
        openSocket(events) {
          tries++;
          return openSocket(events);
        },
        async accessToken(isRetry) {
          const kept = isRetry ? undefined : tokens.get(user);
          const token = kept === undefined ? await accessToken(by, user, room) : ok(kept);
          if (token.ok) tokens.set(user, token.value);
          return token;
        },
        relayKey: room.relayKey,
        clock: platformClock,
        randomUnit: Math.random,
        onState() {},
        onMail() {},
        onLedgerMoved() {},
      });
      const { chat, document } = room;
      link.setProver(chat.chatId, async (challenge) => {
        const { epoch, readProof, postProof } = proofOf(chat.chatId, chat.epoch, challenge);
        return { epoch, readProof, postProof };
      });
      link.openChannel(
        { chat: chat.chatId, document, cursor: () => startCursor },
        {
          live() {
            live.add(user);
            onChange();
          },
          suspended() {
            live.delete(user);
            onChange();
          },
          subscribed() {},
          entries() {},
          acked() {},
          signal() {},
          refused() {},
          snapshot() {},
          published() {},
          publishRefused() {},
        },
      );
      return link;
    }),
  );

  const until = (reached: () => boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      onChange = () => {
        if (!reached()) return;
        clearTimeout(timer);
        resolve();
      };
      onChange();
    });
  await until(() => live.size === links.length);
  const megabytesBefore = megabytesOf(relay.pid());
  await relay.stop();
  await until(() => live.size === 0);

  tries = 0;
  await relay.start();
  const from = performance.now();
  let peakMegabytes = 0;
  const watch = setInterval(() => (peakMegabytes = Math.max(peakMegabytes, megabytesOf(relay.pid()))), 20);
  await until(() => live.size === links.length);
  clearInterval(watch);
  const result: Comeback = {
    clients: links.length,
    back: live.size,
    allBackMs: Math.round(performance.now() - from),
    tries,
    refused: links.filter((link) => link.state === 'refused').length,
    peakMegabytes: Math.round(Math.max(peakMegabytes, megabytesOf(relay.pid()))),
    megabytesBefore: Math.round(megabytesBefore),
  };
  for (const link of links) link.close();
  return result;
}
