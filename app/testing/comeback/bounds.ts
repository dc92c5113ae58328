// How much memory a relay may have at most while so many clients come back: what it has with nobody there, and for each
// its socket, its HTTP connection and what both leave to be collected.
export const maxComebackMegabytes = (clients: number): number => 300 + clients * 0.1;
