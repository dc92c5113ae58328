// Sockets before hello, which anybody may open: a bounded number in all, and of one address a share of it, so that nobody
// keeps everyone else out alone. One that was said goodbye keeps its place until it is really gone.

export interface Strangers {
  /** The returned function gives the place up, and is called once; undefined where there is no room. */
  enter(address: string): (() => void) | undefined;
}

export function createStrangers(max: number, maxOfAddress: number): Strangers {
  const countByAddress = new Map<string, number>();
  let count = 0;

  function leave(address: string) {
    count--;
    const left = (countByAddress.get(address) ?? 0) - 1;
    if (left > 0) countByAddress.set(address, left);
    else countByAddress.delete(address);
  }
  return {
    enter(address) {
      const ofAddress = countByAddress.get(address) ?? 0;
      if (count >= max || ofAddress >= maxOfAddress) return undefined;
      count++;
      countByAddress.set(address, ofAddress + 1);
      return () => leave(address);
    },
  };
}
