// Three people in a group, as the stories about liars begin, and what these ask of them.
import { expect } from 'vitest';
import { createHarbour, type Harbour } from './createHarbour.ts';
import type { Member } from './member.ts';

export type Trio = Awaited<ReturnType<typeof createTrio>>;

/** Says it, and gives it two seconds to arrive; its id. */
export const sayingIn =
  (harbour: Harbour) =>
  async (member: Member, text: string, chat = harbour.group): Promise<string> => {
    const { id, done } = member.says(chat, harbour.marked(text));
    // Who doesn't know what time it is asks the relay first.
    await harbour.clock.until(done);
    await harbour.pass(2000);
    return id;
  };

export async function createTrio(seed: string) {
  const harbour = await createHarbour({ seed, members: 3 });
  const [ada, ben, cleo] = harbour.people;
  if (!ada || !ben || !cleo) throw new Error('expected three people');
  const people = [ada, ben, cleo] as const;

  /** Each says something in turn, `count` messages in all. */
  async function talk(count: number, among: readonly Member[] = people): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      const { id, done } = (among[i % among.length] ?? people[0]).says(harbour.group, harbour.marked(`${i}`));
      await harbour.clock.until(done);
      ids.push(id);
      await harbour.pass(200);
    }
    return ids;
  }
  /** After the lies everyone goes on, and has the same; nothing is wrong but what was set aside. */
  async function goesOn() {
    for (const member of people) member.isLiedTo();
    await talk(6);
    const findings = await harbour.calm();
    expect(findings.filter(({ kind }) => kind !== 'undecryptable')).toEqual([]);
  }
  return {
    harbour,
    ada,
    ben,
    cleo,
    says: sayingIn(harbour),
    talk,
    goesOn,
    bodiesOf: async (member: Member) =>
      (await member.timeline(harbour.group)).map(({ messageId, body }) => [messageId, body]),
    idsOf: async (member: Member, chat = harbour.group) =>
      (await member.timeline(chat)).map(({ messageId }) => messageId),
    reasonsOf: async (member: Member) =>
      (await member.headless().storage.setAside()).map(({ reason }) => reason),
    troubleOf: async (member: Member) =>
      (await member.headless().queries.read({ query: 'chat', chatId: harbour.group }))?.trouble,
    diagnosticsOf: (member: Member) => member.headless().queries.read({ query: 'diagnostics' }),
  };
}
