// A run: so many steps of people doing what people do, under the weather, and then the calm. Everything follows from the
// seed; each step is one line of the trace.
import type { Chance } from './chance.ts';
import { createHarbour, type Harbour } from './createHarbour.ts';
import { changeCrews, countChanges } from './crews.ts';
import type { Finding } from './findings.ts';
import type { Member } from './member.ts';
import type { WeatherCounts } from './sky.ts';

export interface VoyageResult {
  readonly seed: string;
  /** Steps that were made, all of them followed by the calm. */
  readonly steps: number;
  readonly findings: readonly Finding[];
  readonly weather: WeatherCounts;
  readonly trace: readonly string[];
  readonly ms: number;
}

/** Of the runs, those with a relay that lies. */
const lyingRuns = 0.3;
const monthMs = 31 * 24 * 3600_000;

const emojis = ['👍', '❤️', '😂', '🎉', null] as const;
/** Seconds that messages stay: shorter and longer than a run's breath. */
const timers = [0, 30, 600] as const;
const words = ['tide', 'rope', 'lamp', 'gull', 'fog', 'anchor', 'kaï', '港', 'buoy', 'wind'];

export async function sail(seed: string, steps: number, onLine: (line: string) => void = () => {}) {
  const trace: string[] = [];
  const begun = performance.now();
  const say = (line: string) => {
    trace.push(line);
    onLine(line);
  };
  const harbour = await createHarbour({ seed, members: 4, trace: say });
  const chance = harbour.chance.stream('voyage');
  harbour.sky.storm(chance.happens(lyingRuns));
  for (let step = 1; step <= steps; step++) {
    // What a restore goes back to: a moment of the last fifty steps.
    if (step % 50 === 10 && harbour.relay.relay()) harbour.backsUp();
    const at = ((harbour.clock.now() % 86_400_000) / 1000).toFixed(2);
    const what = await act(harbour, chance, step);
    await harbour.clock.turns.some(chance.happens(0.5) ? 0 : chance.whole(1, 60));
    const struck = [...(await strike(harbour, chance)), ...(await changeCrews(harbour, chance))];
    say([`${step}`.padStart(4), `${at}s`.padStart(11), what, ...struck].join('  '));
    await harbour.pass(timeOf(chance));
  }
  const findings = await harbour.calm();
  await countChanges(harbour);
  for (const { kind, what } of findings) say(`${kind}: ${what}`);
  await harbour.close();
  const result: VoyageResult = {
    seed,
    steps,
    findings,
    weather: harbour.weather,
    trace,
    ms: performance.now() - begun,
  };
  return result;
}

/** Mostly a moment, sometimes a while, now and then longer than an access token lives. */
function timeOf(chance: Chance): number {
  const unit = chance.unit();
  if (unit < 0.5) return chance.whole(0, 300);
  if (unit < 0.9) return chance.whole(300, 4000);
  if (unit < 0.99) return chance.whole(4000, 40_000);
  return chance.whole(60_000, 800_000);
}

const short = (member: Member) => member.name.split(' ')[1] ?? '';

async function act(harbour: Harbour, chance: Chance, step: number): Promise<string> {
  const open = harbour.people.filter((member) => member.isOpen());
  if (open.length === 0) return 'nobody is here';
  const member = chance.pick(open);
  const chats = await member.chats();
  if (chats.length === 0) return `${short(member)} has no chat`;
  const chat = chance.happens(0.6) && chats.includes(harbour.group) ? harbour.group : chance.pick(chats);
  const recent = (await member.timeline(chat, 12)).filter((message) => message.body.kind === 'text');
  const own = recent.filter((message) => message.author.isSelf);
  const text = harbour.marked(`${step} ${chance.pick(words)} ${chance.pick(words)}`);
  const unit = chance.unit();
  if (unit < 0.42 || recent.length === 0) {
    const replyTo = recent.length > 0 && chance.happens(0.3) ? chance.pick(recent).messageId : undefined;
    void member.says(chat, text, replyTo);
    return `${short(member)} says ${step}${replyTo ? ' in reply' : ''}`;
  }
  if (unit < 0.5 && own.length > 0) {
    void member.edits(chat, chance.pick(own).messageId, text);
    return `${short(member)} edits`;
  }
  if (unit < 0.55 && own.length > 0) {
    void member.deletes(chat, chance.pick(own).messageId);
    return `${short(member)} deletes`;
  }
  if (unit < 0.66) {
    void member.reacts(chat, chance.pick(recent).messageId, chance.pick(emojis));
    return `${short(member)} reacts`;
  }
  if (unit < 0.78) {
    void member.reads(chat);
    return `${short(member)} reads`;
  }
  if (unit < 0.84) {
    void member.types(chat, chance.happens(0.7));
    return `${short(member)} types`;
  }
  if (unit < 0.88) {
    void member.looksAt(chance.happens(0.7) ? chat : null);
    return `${short(member)} looks`;
  }
  if (unit < 0.97) {
    member.setOffline(!member.isOffline());
    return `${short(member)} goes ${member.isOffline() ? 'offline' : 'online'}`;
  }
  if (unit < 0.975) return startsSomething(harbour, chance, member);
  if (unit < 0.985) {
    const seconds = chance.pick(timers);
    void member.setsTimer(chat, seconds);
    return `${short(member)} has messages stay for ${seconds || 'good'}`;
  }
  return 'nothing';
}

/** A new group, started here and now by someone who may well be offline. */
async function startsSomething(harbour: Harbour, chance: Chance, member: Member): Promise<string> {
  const others = harbour.people.filter((other) => other !== member && chance.happens(0.6));
  const isStarted = others.length > 0 && (await member.startsGroup(others, harbour.marked('crew')));
  return isStarted ? `${short(member)} starts a group of ${others.length + 1}` : 'nothing';
}

/** Everyone's app is closed, the relay stopped; then all but one come back, who stays away until the weather has it otherwise. */
async function month({ people, relay, clock }: Pick<Harbour, 'people' | 'relay' | 'clock'>, chance: Chance) {
  for (const member of people) await member.closes();
  await relay.stop();
  await clock.pass(monthMs);
  relay.start();
  const away = chance.pick(people);
  for (const member of people) {
    member.setOffline(member === away);
    await member.open();
  }
  return away;
}

/** Restarts and crashes of this step, also in the middle of what is under way. */
async function strike({ sky, relay, network, people, clock, ...harbour }: Harbour, chance: Chance) {
  const struck: string[] = [];
  const comesBack = (run: () => void) => void clock.after(chance.whole(0, 8000), run);
  if (sky.strikes('relayRestart') && relay.relay()) {
    struck.push('relay restarts');
    sky.happened('relayRestart');
    await relay.stop();
    comesBack(() => relay.relay() ?? relay.start());
  }
  if (sky.strikes('relayCrash') && relay.relay()) {
    struck.push('relay crashes');
    sky.happened('relayCrash');
    await relay.kill(network.cutAll);
    comesBack(() => relay.relay() ?? relay.start());
  }
  if (sky.strikes('relayWipe') && relay.relay()) {
    struck.push('the relay loses its database');
    sky.happened('relayWipe');
    await relay.wipe();
    comesBack(() => relay.relay() ?? relay.start());
  }
  if (sky.strikes('relayRestore') && relay.relay()) {
    const backup = harbour.yesterday();
    if (backup) {
      struck.push('the relay is set back to a backup');
      sky.happened('relayRestore');
      await relay.restore(backup);
      comesBack(() => relay.relay() ?? relay.start());
    }
  }
  if (sky.strikes('offlineMonth') && relay.relay()) {
    struck.push(
      `nobody is there for a month, and ${short(await month({ ...harbour, people, relay, clock }, chance))} for longer`,
    );
    sky.happened('offlineMonth');
  }
  for (const member of people) {
    if (sky.strikes('clockSkew')) {
      struck.push(`${short(member)}'s clock is set wrong`);
      sky.happened('clockSkew');
      member.setsClock();
    }
    if (sky.strikes('clientRestart') && member.isOpen()) {
      struck.push(`${short(member)} restarts`);
      sky.happened('clientRestart');
      await member.closes();
      comesBack(() => void member.open());
    }
    if (sky.strikes('clientCrash') && member.isOpen()) {
      struck.push(`${short(member)} crashes`);
      sky.happened('clientCrash');
      harbour.crashed();
      member.crashes();
      comesBack(() => void member.open());
    }
  }
  return struck;
}
