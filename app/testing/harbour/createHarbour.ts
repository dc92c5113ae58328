// The harbour: some people with their devices, the real relay, a network with weather between them, and one clock. All
// in one process, all of one seed.
import { createChance } from './chance.ts';
import { checkHarbour, looksSettled, type Checked, type Finding } from './findings.ts';
import { createHarbourRelay, type Backup } from './harbourRelay.ts';
import { createLogbook } from './logbook.ts';
import { createMember, type Member } from './member.ts';
import { deletedWithinMs } from './over.ts';
import { isTornOff, installMemoryDisk } from './memoryDisk.ts';
import { createNetwork } from './network.ts';
import { installQuickCrypto } from './quickCrypto.ts';
import { createSky } from './sky.ts';
import { createToldLies } from './toldLies.ts';
import { createVirtualClock } from './virtualClock.ts';

const names = ['Ada', 'Ben', 'Cleo', 'Dag', 'Eva', 'Finn'] as const;
/** 2026-01-01: tokens and invitations want a time like today's. */
const startMs = 1_767_225_600_000;
/** Time that everything may take to come to rest after a storm; a lost last word is found again within fifteen minutes. */
const calmWithinMs = 45 * 60_000;

export interface HarbourOptions {
  readonly seed: string;
  readonly members: number;
  readonly trace?: (line: string) => void;
}
export type Harbour = Awaited<ReturnType<typeof createHarbour>>;

export async function createHarbour({ seed, members: count, trace = () => {} }: HarbourOptions) {
  const chance = createChance(seed);
  // y-websocket listens to the process's end for each document.
  process.setMaxListeners(0);
  let verified = 0;
  const stopQuickCrypto = installQuickCrypto(chance.stream('keys').bytes, () => void verified++);
  const clock = createVirtualClock(startMs);
  const sky = createSky(chance.stream('sky'));
  const relay = createHarbourRelay(clock, chance.stream('relay'));
  const told = createToldLies();
  const network = createNetwork({ clock, chance: chance.stream('network'), sky, told, relay: relay.relay });
  const disk = installMemoryDisk();
  const logbook = createLogbook();
  const bugs: string[] = [];
  let hasCrashed = false;
  let backup: Backup | undefined;
  /** Stands in every text, name and title of this run, so that one search finds any of them. */
  const marker = `q${chance.bytes(6).reduce((text, byte) => text + byte.toString(36).padStart(2, '0'), '')}q`;
  const marked = (text: string) => `${marker} ${text} ${marker}`;

  const onRejection = (error: unknown) => {
    if (hasCrashed && isTornOff(error)) return;
    bugs.push(`unhandled: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onRejection);

  const people = Array.from({ length: count }, (_, i) => {
    const name = names[i] ?? `Guest ${i}`;
    const deps = {
      clock,
      chance: chance.stream(name),
      network,
      disk,
      logbook,
      onBug: (b: string) => bugs.push(b),
    };
    return createMember(deps, marked(name), `${seed}/${name}`);
  });
  const [first, ...others] = people;
  if (!first) throw new RangeError('a harbour without people');

  relay.start();
  await first.open();
  const token = new URL(relay.relay()?.administratorLink() ?? '').hash.split('=')[1] ?? '';
  await first.signsUp({ kind: 'administrator', token }, 'ada');
  const direct: string[] = [];
  for (const [index, other] of others.entries()) {
    const link = await first.invites();
    await other.open();
    direct.push((await other.signsUp({ kind: 'invitation', link }, `guest-${index}`)) ?? '');
  }
  /** Everyone has this chat. */
  const reached = (chat: string, who: readonly Member[]) =>
    waitFor(async () =>
      (await Promise.all(who.map((m) => m.chats()))).every((chats) => chats.includes(chat)),
    );

  async function waitFor(isTrue: () => Promise<boolean>, withinMs = 60_000) {
    for (let passed = 0; passed < withinMs; passed += 500) {
      if (await isTrue()) return true;
      await clock.pass(500);
    }
    return false;
  }
  for (const chat of direct) await reached(chat, [first]);
  const group =
    (others.length > 1 && (await first.startsGroup(others, marked('harbour')))) || (direct[0] ?? '');
  if (!(await reached(group, people))) throw new Error('the group did not come together');

  const calm = async (): Promise<readonly Finding[]> => {
    sky.calm();
    if (!relay.relay()) relay.start();
    for (const member of people) {
      await member.open();
      member.setOffline(false);
    }
    // What is to be gone has its time for that.
    const expiring = people.map((member) => member.headless().storage.database.expiries.count());
    if ((await Promise.all(expiring)).some((count) => count > 0)) await clock.pass(deletedWithinMs);
    let findings: readonly Finding[] | undefined;
    let stepMs = 2000;
    for (let passed = 0; passed < calmWithinMs; passed += stepMs, stepMs = Math.min(stepMs * 2, 120_000)) {
      await clock.pass(stepMs);
      for (const member of people) for (const chat of await member.chats()) await member.reads(chat);
      await clock.pass(2000);
      if (!(await looksSettled(people))) continue;
      findings = await check();
      if (findings.length === 0) break;
    }
    findings ??= await check();
    trace(`calm at ${new Date(clock.now()).toISOString()}: ${findings.length} findings`);
    return findings;
  };
  const check = (otherwise: Partial<Checked> = {}) =>
    checkHarbour({
      people,
      logbook,
      bugs: [...bugs, ...relay.bugs()],
      secrets: [marker],
      held: relay.held,
      forgotAt: relay.forgotAt(),
      told,
      now: clock.now(),
      haystacks: () => [
        ...network.seen(),
        ...relay.files(),
        ...relay.logged().map((line) => Buffer.from(line)),
      ],
      ...otherwise,
    });

  return {
    seed,
    clock,
    chance,
    sky,
    relay,
    network,
    disk,
    logbook,
    told,
    people,
    group,
    direct,
    marked,
    weather: sky.counts,
    /** Keeps a copy of the relay's database. */
    backsUp() {
      backup = relay.backup();
    },
    yesterday: () => backup,
    /** Signatures that all devices together have verified so far. */
    verified: () => verified,
    crashed() {
      hasCrashed = true;
    },
    /** Lets time pass. */
    pass: (ms: number) => clock.pass(ms),
    calm,
    /** What is wrong as it is now; some of what is looked at may be given otherwise. */
    check,
    async close() {
      for (const member of people) await member.closes();
      await clock.turns.rest();
      await relay.close();
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onRejection);
      stopQuickCrypto();
    },
  };
}
