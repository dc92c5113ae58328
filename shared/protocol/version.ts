// The wire's version. Any change of a frame or a sealed form gets a new one, and a new line of pins in `pins.test.ts`.
export const protocolVersion = 2;
