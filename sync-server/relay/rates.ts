// How often an address or an account may ask. A burst is what one person does when they come back after a week; the
// rate is what they could still mean.
import type { Clock } from './clock.ts';
import { createRateLimiter, type Rate } from './rateLimiter.ts';

const rates = {
  /** By address: a family behind one router signs up on one evening. */
  signUp: { burst: 20, perSecond: 1 / 60 },
  /** By address: challenges, sign-ins, refreshes. */
  signIn: { burst: 120, perSecond: 2 },
  /** By address: an invitation's id can't be guessed, but asking costs. */
  openRead: { burst: 120, perSecond: 2 },
  /** By account: a ledger for each of 2,000 chats, when a device comes back. */
  read: { burst: 4000, perSecond: 20 },
  /** By account: chats, ledger entries, invitations. */
  write: { burst: 200, perSecond: 2 },
  /** By account. */
  mail: { burst: 200, perSecond: 5 },
  /** By device: snapshots of a hundred documents when it comes back, and then one in five seconds. */
  publish: { burst: 120, perSecond: 1 / 5 },
} satisfies Record<string, Rate>;

export type Rates = ReturnType<typeof createRates>;

/** `factor` loosens all of them; 1 is meant for people. */
export function createRates(clock: Clock, factor: number) {
  const limiter = ({ burst, perSecond }: Rate) =>
    createRateLimiter(clock, { burst: burst * factor, perSecond: perSecond * factor });
  return {
    signUp: limiter(rates.signUp),
    signIn: limiter(rates.signIn),
    openRead: limiter(rates.openRead),
    read: limiter(rates.read),
    write: limiter(rates.write),
    mail: limiter(rates.mail),
    publish: limiter(rates.publish),
  };
}
