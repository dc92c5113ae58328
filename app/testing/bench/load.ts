// Starts the load generator and asks it, one command after the other.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadAnswer, LoadCommand, LoadNumbers } from './loadCommands.ts';

export type Load = ReturnType<typeof startLoad>;

export function startLoad() {
  const child = fork(join(import.meta.dirname, 'loadProcess.ts'));

  async function tell(command: LoadCommand): Promise<LoadNumbers> {
    const answered = new Promise<LoadAnswer>((resolve, reject) => {
      child.once('message', (answer: LoadAnswer) => resolve(answer));
      child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    });
    child.send(command);
    const answer = await answered;
    child.removeAllListeners('exit');
    if ('error' in answer) throw new Error(answer.error);
    return answer.numbers;
  }
  return {
    tell,
    /** One of the numbers that the command is answered with. */
    async ask(command: LoadCommand, name: string): Promise<number> {
      const value = (await tell(command))[name];
      if (value === undefined) throw new Error(`the load generator gave no ${name}`);
      return value;
    },
    stop: () => void child.kill(),
  };
}
