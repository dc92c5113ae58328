// An account for load, made and signed in over HTTP; a relay that is just away is waited for.
import {
  newUser,
  signIn,
  signUp,
  tokensIn,
  type Ask,
  type TestUser,
} from '../../../sync-server/testing/testUser.ts';

export interface LoadAccount {
  readonly user: TestUser;
  readonly by: Ask;
}

export async function newAccount(origin: string, handle: string): Promise<LoadAccount> {
  const by: Ask = (path, init) => fetch(`${origin}${path}`, init);
  const user = newUser(handle);
  const { status } = await signUp(by, user);
  if (status !== 200) throw new Error(`sign-up of ${handle}: ${status}`);
  return { user, by };
}

/** Undefined while the relay is away. */
export async function accessToken({ user, by }: LoadAccount): Promise<string | undefined> {
  try {
    const { status, body } = await signIn(by, user);
    if (status === 200) return tokensIn(body).accessToken;
    throw new Error(`sign-in: ${status} ${JSON.stringify(body)}`);
  } catch (error) {
    // What fetch throws while nobody listens, or when the line is cut under it.
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
