import { describe, expect, test } from 'vitest';
import { roles } from './chatState.ts';
import { judgeFork, type Branch, type OwnBranch } from './forkedLedger.ts';

const base = ['ada', 'ben', 'cleo', 'dag'];
/** All are administrators; but who is added as `-name`. */
type Step = readonly ['add' | 'remove' | 'turn', by: string, ...who: string[]];
const nameOf = (user: string) => user.replace('-', '');
/** Members and changes from the parting on. */
function branch(...steps: readonly Step[]): OwnBranch {
  let members: readonly string[] = base;
  const removed = new Set<string>();
  for (const [kind, , ...who] of steps) {
    if (kind === 'remove') members = members.filter((user) => !who.includes(nameOf(user)));
    if (kind === 'add') members = [...members, ...who];
    if (kind === 'remove') for (const user of who) removed.add(user);
    if (kind === 'add') for (const user of who) removed.delete(nameOf(user));
  }
  return {
    members: members.map((user) => ({
      user: nameOf(user),
      role: user.startsWith('-') ? roles.member : roles.admin,
    })),
    events: steps.map(([kind, by, ...who]) => ({ kind, by, who: who.map(nameOf) })),
    removed: [...removed],
  };
}
const judge = (own: OwnBranch, found: Branch, self = 'cleo') => judgeFork(own, found, self);

describe('another branch of the ledger', () => {
  test('[L16] is followed where this one has removed nobody, and gets whom this one has added', () => {
    const [own, found] = [branch(['turn', 'ada'], ['add', 'ada', 'eve']), branch(['turn', 'ben'])];
    expect(judge(own, found, 'ada')).toMatchObject({ mayFollow: true, remove: [], add: ['eve'] });
    // Whether that still holds, nobody else knows.
    expect(judge(own, found)).toMatchObject({ mayFollow: true, remove: [], add: [] });
  });

  test('[L16] is not followed to whom this one has removed, until somebody who may has removed them there', () => {
    const own = branch(['remove', 'ada', 'dag']);
    expect(judge(own, branch(['turn', 'ben']))).toMatchObject({ mayFollow: false, remove: ['dag'], add: [] });
    expect(judge(own, branch(['turn', 'ben'], ['remove', 'ben', 'dag']))).toMatchObject({
      mayFollow: true,
      remove: [],
    });
    // They decide it anew, knowing who that is.
    const again = branch(['remove', 'ben', 'dag'], ['add', 'ben', 'dag']);
    expect(judge(own, again)).toMatchObject({ mayFollow: true, remove: [] });
  });

  test('[L16] is not followed to whom they have brought, in however many steps', () => {
    const own = branch(['remove', 'ada', 'ben']);
    const brought = branch(['add', 'ben', 'eve'], ['add', 'eve', 'fay'], ['remove', 'fay', 'ben']);
    expect(judge(own, brought)).toMatchObject({ mayFollow: false, remove: ['eve', 'fay'], add: [] });
    const left = branch(['add', 'ben', 'eve'], ['remove', 'ada', 'ben', 'eve']);
    expect(judge(own, left)).toMatchObject({ mayFollow: true, remove: [] });
  });

  test('[L16] nobody is out of it by whom this one has removed: they are added there again', () => {
    const own = branch(['remove', 'ada', 'ben']);
    const found = branch(['remove', 'ben', 'cleo'], ['turn', 'ben'], ['remove', 'ada', 'ben']);
    expect(judge(own, found)).toMatchObject({ mayFollow: false, remove: [] });
    expect(judge(own, found, 'dag')).toMatchObject({ mayFollow: true, add: [] });
    // By whoever puts it right there.
    expect(judge(own, found, 'ada')).toMatchObject({ mayFollow: true, add: ['cleo'] });
  });

  test('[L16] who was removed and added again by whom this one has removed goes, and is added by another', () => {
    const own = branch(['remove', 'ada', 'ben']);
    const steps: Step[] = [
      ['remove', 'ben', 'cleo'],
      ['add', 'ben', 'cleo'],
    ];
    expect(judge(own, branch(...steps)).remove).toEqual(['ben', 'cleo']);
    const after = branch(...steps, ['remove', 'ada', 'ben', 'cleo']);
    expect(judge(own, after, 'ada')).toMatchObject({ mayFollow: true, remove: [], add: ['cleo'] });
  });

  test('[L16] who is removed there by somebody who may is out, once nobody unwanted is there', () => {
    const found = branch(['remove', 'ben', 'cleo']);
    expect(judge(branch(['turn', 'ada']), found)).toMatchObject({ mayFollow: true, remove: [], add: [] });
    const own = branch(['remove', 'ada', 'dag']);
    expect(judge(own, found)).toMatchObject({ mayFollow: false, remove: ['dag'] });
    // Nor is it for who was brought back by whom the own branch has removed.
    const back = branch(['remove', 'ada', 'cleo'], ['add', 'ben', 'cleo']);
    expect(judge(branch(['remove', 'ada', 'ben']), back)).toMatchObject({ remove: ['ben', 'cleo'] });
  });

  test('[L16] a removal counts whoever has removed its signer there', () => {
    const own = branch(['remove', 'ben', 'dag']);
    expect(judge(own, branch(['remove', 'ada', 'ben']))).toMatchObject({ mayFollow: false, remove: ['dag'] });
    const seized = branch(['add', 'ben', 'eve'], ['remove', 'eve', 'ada']);
    expect(judge(branch(['remove', 'ada', 'ben']), seized).mayFollow).toBe(false);
  });

  test('[L16] nobody is added there whom somebody brought here who is out: they are out, too', () => {
    const own = branch(['add', 'ben', 'eve'], ['add', 'eve', 'fay'], ['add', 'ada', 'gus']);
    const found = branch(['remove', 'ada', 'ben']);
    expect(judge(own, found, 'ada')).toMatchObject({ mayFollow: true, remove: [], add: ['gus'] });
    expect(judge(own, found, 'fay').mayFollow).toBe(true);
    expect(judge(own, found, 'gus').mayFollow).toBe(false);
  });

  test('[L16] two who have removed each other stay apart', () => {
    const [one, other] = [branch(['remove', 'ada', 'ben']), branch(['remove', 'ben', 'ada'])];
    expect(judge(one, other)).toMatchObject({ mayFollow: false, remove: ['ben'] });
    expect(judge(other, one)).toMatchObject({ mayFollow: false, remove: ['ada'] });
  });

  test('[L16] who was removed in this one is out in the other as soon as that says so', () => {
    const own = branch(['remove', 'ada', 'dag']);
    expect(judge(own, branch(['turn', 'ben']), 'dag').mayFollow).toBe(false);
    expect(judge(own, branch(['remove', 'ben', 'dag']), 'dag').mayFollow).toBe(true);
  });

  test('[L16] who was added in this one waits to be added there', () => {
    const own = branch(['add', 'ada', 'eve']);
    expect(judge(own, branch(['turn', 'ben']), 'eve').mayFollow).toBe(false);
    expect(judge(own, branch(['turn', 'ben'], ['add', 'ben', 'eve']), 'eve').mayFollow).toBe(true);
  });

  test('[L16] is not followed into an epoch whose key somebody has whom this one has removed', () => {
    const own = branch(['add', 'ada', 'eve'], ['remove', 'ada', 'eve']);
    const found = [['add', 'ben', 'fay']] as const;
    expect(judge(own, branch(...found))).toMatchObject({ mayFollow: false, remove: [], isEpochKnown: true });
    expect(judge(own, branch(...found, ['turn', 'cleo']))).toMatchObject({ mayFollow: true });
    expect(judge(branch(['add', 'ada', 'eve']), branch(...found))).toMatchObject({ mayFollow: true });
  });

  test('[L16] is not followed to whom one that was left before had removed', () => {
    const own = { ...branch(['turn', 'ada']), removed: ['eve'] };
    const found = branch(['add', 'ben', 'eve'], ['turn', 'eve']);
    expect(judge(own, found)).toMatchObject({ mayFollow: false, remove: ['eve'] });
  });

  test('[L16] who is no administrator here any more does nothing there as one, and is added again as they are here', () => {
    const own = branch(['remove', 'ada', 'ben'], ['add', 'ada', '-ben']);
    const found = [['add', 'ben', 'eve']] as const;
    expect(judge(own, branch(...found))).toMatchObject({ mayFollow: false, remove: ['ben', 'eve'] });
    const mended = branch(...found, ['remove', 'cleo', 'ben', 'eve']);
    expect(judge(own, mended)).toMatchObject({ mayFollow: true, add: [] });
    expect(judge(own, mended, 'ada')).toMatchObject({ mayFollow: true, add: ['ben'] });
    // Who is none there, either, and was none when it mattered, may stay.
    const other = branch(['remove', 'ada', 'ben'], ['add', 'ada', '-ben'], ['turn', 'dag']);
    expect(judge(own, other)).toMatchObject({ mayFollow: true, remove: [] });
  });
});
